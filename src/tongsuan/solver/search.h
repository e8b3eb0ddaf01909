// Primal search: places orders so that welfare is high, guided by dual prices.
//
// Greedy by absolute surplus at λ, then simulated annealing over forced insertions with price-aware
// ejection and ejection chains, on implicit windows (a choice with all its starts is one object).
// Scores are exact integers, so the same placements come out on any machine; budgets are work
// units; the result is the same for any thread count.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver {

struct SearchProgress {
  double done = 0;     // share of the budget
  int128 welfare = 0;  // undivided, best so far
};

struct SearchOptions {
  std::uint64_t work_units = 0;    // option evaluations; 0: greedy only
  std::uint32_t thread_count = 1;  // never changes the result
  std::uint64_t seed = 1;
  std::vector<market::Placement>
      warm_start;  // empty, or one per order (infeasible ones are dropped)
  // Flows of the lines, fixed during the search (as Outcome::flows); empty: all zero.
  std::vector<std::int64_t> flows;
  // The part of the cooling that this search goes through, within [0, 1]: several searches, each
  // warm-started by the last, may share one cooling.
  double cooling_begin = 0;
  double cooling_end = 1;
  std::uint32_t phases = 48;  // > 0: looks at progress, best state and window cuts
  // Places only the orders that promise most, on rows where everybody else is taken to pay λ: where
  // single orders are large, they find their places so without moving thousands of small ones.
  bool coarse = false;
  bool portable = false;  // plain C++ kernels instead of this machine's vectors: the same result
  int128 target =
      kInt128Max;  // undivided: stop as soon as welfare reaches it (a bound: nothing is above)
  std::function<void(const SearchProgress&)> progress;  // may be empty
  std::function<bool()> cancelled;  // may be empty; any thread asks; true: best so far
};

struct SearchResult {
  std::vector<market::Placement> placements;  // one per order
  // Undivided, with the given flows. Where these overdraw a row that no order fills up again, the
  // outcome is infeasible until the lines are dispatched again, and `feasible` is false.
  int128 welfare = 0;
  bool feasible = true;
  std::uint64_t work_units = 0;
  std::uint64_t moves = 0;  // tried
};
[[nodiscard]] SearchResult search(const market::Problem& problem, const Prices& prices,
                                  const SearchOptions& options);

}  // namespace tongsuan::solver
