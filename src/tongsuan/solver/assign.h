// A first placement for large books: every order takes its best option at prices that answer to the
// load so far.
//
// Plain greedy piles orders on rows that look cheap at λ* and fills the rest badly; λ* says which
// supply should be sold, not which of many nearly equal starts. So the orders are assigned in small
// batches at prices λ* · (1 + step · deviation / capacity), where the deviation of a row is what
// its load is ahead of, or behind, the supply that λ* sells, at the pace of the batch. A second
// sweep goes from the largest orders to the smallest and lets each one choose again at the prices
// of the predicted final load, so that small orders fill what large ones leave. It is the feedback
// of online linear programming (Li, Sun, Ye 2020: "Simple and fast algorithm for binary integer and
// online linear programming") with the optimal prices known beforehand.
//
// Measured in docs/adr/0005-first-placement.md: at 10^6 orders 0.17 % against greedy's 0.56 %;
// below some 3·10^4 orders greedy is better.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver {

inline constexpr std::size_t kAssignOrdersMin = 30'000;  // below: greedy is better

// One placement per order; together they are feasible with the given flows (as Outcome::flows).
// Profiles and orders with precedence are left to the search. The same on any machine and for any
// thread count.
[[nodiscard]] std::vector<market::Placement> assign(const market::Problem& problem,
                                                    const Prices& prices,
                                                    const std::vector<std::int64_t>& flows,
                                                    std::uint32_t thread_count = 1);

// What every row is asked for when each order takes its best option at prices that answer to the
// load (zones that lines lead to are left at λ*): where a search will want supply to be.
[[nodiscard]] std::vector<std::int64_t> expected_use(const market::Problem& problem,
                                                     const Prices& prices,
                                                     std::uint32_t thread_count = 1);

}  // namespace tongsuan::solver
