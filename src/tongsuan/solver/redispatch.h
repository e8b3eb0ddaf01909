// Flows of the lines for given placements, exactly: every slot is a small network that
// solver/network.h solves in integers.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver {

// The flows that maximise welfare for fixed use of every row by awards (lines excluded).
// `current` (as Outcome::flows) is returned unchanged in slots where it is already best.
[[nodiscard]] std::vector<std::int64_t> redispatch(const market::Problem& problem,
                                                   const std::vector<std::int64_t>& award_use,
                                                   const std::vector<std::int64_t>& current);

// Flows to start a search with: every slot is dispatched for the use of the orders' best options
// at `prices`, so green power is where the prices expect it. Feasible limits, not yet balanced.
[[nodiscard]] std::vector<std::int64_t> flows_at_prices(const market::Problem& problem,
                                                        const Prices& prices);

}  // namespace tongsuan::solver
