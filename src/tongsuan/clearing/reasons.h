// Structural reasons: what rules an order out before any price is looked at.
#pragma once

#include "tongsuan/clearing/why.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::clearing {

// The furthest obstacle over all (variant, hub) pairs of a block or service order, on the empty
// book: kPlaced when at least one start of one pair would fit if nobody else were there.
[[nodiscard]] Reason structural_reason(const Market& market, const market::Problem& problem,
                                       std::uint32_t order);

// Σ supply on a row, with the room of the lines that lead to it.
[[nodiscard]] std::int64_t reachable_supply(const market::Problem& problem, std::uint32_t row);

}  // namespace tongsuan::clearing
