// Counterfactuals: single changes of one order, each re-cleared on the closed book.
#pragma once

#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/clearing/why.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::clearing {

// The cheapest single changes that place `order` (which has no award in `certificate`): a higher
// limit, a longer window, another class, another hub, a replica of its data. Every change listed was
// inserted into the closed round, priced and verified; changes that do not help are left out.
Result<std::vector<Change>> cheapest_changes(const Market& market, const Certificate& certificate,
                                             std::uint32_t order);

// The closed round with `order` of `market` inserted at its present terms; `placed` is false when
// no insertion raises welfare.
struct Requote {
  bool placed = false;
  std::uint32_t hub = kNone;
  std::uint32_t variant = 0;
  Slot start = 0;
  std::int64_t payment = 0;       // micro-yuan at the re-cleared λ′
  std::int64_t least_value = 0;   // micro-yuan: what the order must be worth to be placed
  bool possible = false;          // an option fits at all
};
Result<Requote> recleared(const Market& market, const Certificate& certificate,
                          std::uint32_t order, std::uint32_t tries);

}  // namespace tongsuan::clearing
