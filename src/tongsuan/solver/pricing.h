// Payment prices λ′: uniform prices at which nobody accepted loses.
//
// At λ′ every accepted order is worth at least what it pays; every seller earns at least its cost
// on each lane over the round; every line earns at least its tariff over the round. Starts from the
// marginal prices of the outcome, then repairs the violated sums with the least movement away from
// λ*. Where no such prices are found the accepted order with the least surplus leaves and is named.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/domain/market.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver {

struct PricingResult {
  Prices prices;                       // λ′, integer
  Outcome outcome;                     // what remains accepted
  std::vector<std::uint32_t> removed;  // orders that had to leave, rising
};
[[nodiscard]] PricingResult payment_prices(const Market& market, const market::Problem& problem,
                                           const Outcome& free_outcome, const Prices& bound_prices,
                                           std::uint64_t seed);

// Orders with an award in `before` and none in `after`, rising.
[[nodiscard]] std::vector<std::uint32_t> orders_that_left(const Outcome& before,
                                                          const Outcome& after);

// λ′ for an outcome as it is; nothing where none is found. `first_try` are kept where nobody loses
// at them.
[[nodiscard]] std::optional<Prices> prices_that_pay(const Market& market,
                                                    const market::Problem& problem,
                                                    const Outcome& outcome,
                                                    const Prices& bound_prices, std::uint64_t seed,
                                                    const Prices& first_try);

}  // namespace tongsuan::solver
