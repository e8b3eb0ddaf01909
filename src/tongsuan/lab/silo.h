// The same book before coupling: every hub an island.
#pragma once

#include "tongsuan/domain/market.h"

namespace tongsuan::lab {

// Every block and every service whose owner has a home may run at that hub only, whatever hubs it
// named: before coupling nobody could name another. Everything else stays: offers, links, lines,
// orders whose owner has no home, and kinds that name their rows one by one. Canonical.
[[nodiscard]] Market siloed(const Market& market);

}  // namespace tongsuan::lab
