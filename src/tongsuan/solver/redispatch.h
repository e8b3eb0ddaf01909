// Flows of the lines for given placements, exactly: every slot is a small network that
// solver/network.h solves in integers.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver {

// The flows that maximise welfare for fixed use of every row by awards (lines excluded). In slots
// where the use cannot be met, `current` (as Outcome::flows) is kept.
[[nodiscard]] std::vector<std::int64_t> redispatch(const market::Problem& problem,
                                                   const std::vector<std::int64_t>& award_use,
                                                   const std::vector<std::int64_t>& current);

// Replaces the prices of zones that lines join by the supporting prices of their best flows that
// are closest to `prices`; slots where the use cannot be met keep theirs.
void support_prices(const market::Problem& problem, const std::vector<std::int64_t>& award_use,
                    Prices& prices);

// Flows that leave room for a search: as redispatch, but every zone also asks for what
// `expected_use` says beyond `award_use`, and for a margin on top, less urgently: orders are lumps,
// and a zone that gets exactly what is expected of it has no room for half of them. Feasible for
// the awards whenever redispatch is.
[[nodiscard]] std::vector<std::int64_t> plan_flows(const market::Problem& problem,
                                                   const Prices& prices,
                                                   const std::vector<std::int64_t>& expected_use,
                                                   const std::vector<std::int64_t>& award_use,
                                                   const std::vector<std::int64_t>& current,
                                                   std::int64_t margin_percent);

}  // namespace tongsuan::solver
