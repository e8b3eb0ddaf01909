// Welfare and bound, exactly. All results are undivided money (micro-yuan × denominator).
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market {

// An award in terms of the problem.
struct Placement {
  std::uint32_t choice = kNone;  // position in Problem::choices; kNone: rejected
  Slot start = 0;
  std::int64_t lots = 1;
};

// Finds the choice of an award; kNone when the order has no such choice or start.
[[nodiscard]] Placement find_placement(const Problem& problem, const Award& award);
// The award of a placement of order `order`.
[[nodiscard]] Award make_award(const Problem& problem, std::uint32_t order,
                               const Placement& placement);

// Value of a placement, micro-yuan: start delay deducted; floor(value · lots / lot count).
[[nodiscard]] std::int64_t placement_value(const Problem& problem, std::uint32_t order,
                                           const Placement& placement);

// Adds sign × the amounts that a placement uses to `use`, one entry per row.
void add_use(const Problem& problem, const Placement& placement, std::int64_t sign,
             std::vector<std::int64_t>& use);

// Undivided cost of a placement at prices.
[[nodiscard]] int128 placement_cost(const Problem& problem, const Placement& placement,
                                    const Prices& prices);

// Supply and demand accepted on each row, given each row's net use by awards and lines
// (positive: taken out of the row). Volume first: steps are accepted in price order, supply before
// giving up demand at equal price. On a free row, supply covers a positive net use and supply that
// demand is worth more than; on a balance row, supply − demand = net use exactly.
struct Dispatch {
  std::vector<std::int64_t> supplied;  // per row
  std::vector<std::int64_t> demanded;  // per row
  std::uint32_t short_row = kNone;     // first row whose steps cannot meet the net use
};
[[nodiscard]] Dispatch dispatch(const Problem& problem, const std::vector<std::int64_t>& net_use);

// Net use of every row by awards and flows.
[[nodiscard]] std::vector<std::int64_t> net_use(const Problem& problem, const Outcome& outcome);

// Undivided welfare of a feasible outcome, its net use and its dispatch.
[[nodiscard]] int128 welfare(const Problem& problem, const Outcome& outcome,
                             const Dispatch& dispatch);

// Undivided D(λ): an upper bound on the welfare of any outcome, for any prices (≥ 0 on free rows).
//   D(λ) = Σ_orders max(0, max_option (v − λ·a)) + Σ_steps max(0, ±(λ − p))·Q
//        + Σ_lines max over flow in [min, max] of (λ_to − λ_from)·f − tariff·|f|
// (Precedence between orders is relaxed.)
[[nodiscard]] int128 dual_bound(const Problem& problem, const Prices& prices);

// Surplus of an order's best option at prices (undivided, ≥ 0), and that option; choice = kNone
// when rejecting is best. Ties: the first choice, the earliest start.
struct BestOption {
  int128 surplus = 0;
  Placement placement;
};
[[nodiscard]] BestOption best_option(const Problem& problem, std::uint32_t order,
                                     const Prices& prices);

// Undivided D(π): as D(λ), but capacity rows price each gang size apart and every capacity row
// keeps the best whole number of gangs of each size that fit:
//   Σ_orders max(0, max_option (v − π·gangs − λ·others))
//   + Σ_capacity rows max over n of (Σ_k π_k n_k − cost(Σ_k size_k n_k)), Σ size_k n_k ≤ capacity
// Slow and simple: an unbounded knapsack over devices for each row. Valid for books whose capacity
// rows have no demand steps and no negative legs; `gang_bound_applies` says so.
[[nodiscard]] bool gang_bound_applies(const Problem& problem);
[[nodiscard]] int128 gang_bound(const Problem& problem, const Prices& prices,
                                const GangPrices& gang_prices);

}  // namespace tongsuan::market
