// The tie rule: who wins among orders that the market cannot tell apart.
#pragma once

#include <cstdint>
#include <string_view>

#include "tongsuan/domain/market.h"
#include "tongsuan/domain/outcome.h"

namespace tongsuan::market {

// Draw of a name in a round: the first eight bytes, big-endian, of SHA-256 over the seed
// (little-endian, eight bytes) and the name. Lower draws come first.
[[nodiscard]] std::uint64_t tie_draw(std::uint64_t seed, std::string_view name);

// Orders are *alike* when everything but name and account is equal; orders that follow another one
// or that another one follows are alike with nobody. The rule, for each class of alike orders: its
// members, by rising draw (then name), hold its awards, by rising (variant, hub, start) and falling
// lots, one each from the first on; members beyond the number of awards hold none.
// Permuting awards among alike orders keeps use, welfare and feasibility, so this can always be
// established after the search. Orders with unknown ids or awards out of order are left alone.
void apply_tie_rule(const Market& market, std::uint64_t seed, Outcome& outcome);

}  // namespace tongsuan::market
