// Both bounds of an instance, as they stand beside the results of every policy that replays it.
//
// Model. What no policy can pass depends on the instance alone, so policies of one seed share it
// (lab/matrix.h). Utilisation: lab/fluid_bound.h, whatever is stopped or moved. Net value:
// lab/value_bound.h with the adder counted, as the meter counts cost; it is a bound for work that
// runs in one piece, and a yardstick for runs with stops or moves (docs/bounds.md).
#pragma once

#include <cstdint>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/result.h"

namespace tongsuan::lab {

// Prices by pool and hour up to which the bound on net value is computed: a few seconds and some
// hundred megabytes. A week of fifty pools has some 25,000, a year of them 450,000.
inline constexpr std::uint64_t kNetBoundCellsMax = 200'000;

// False: the instance is too large, and net_yuan stays 0.
[[nodiscard]] bool has_net_bound(const Instance& instance);

struct InstanceBounds {
  double utilisation = 0;
  double net_yuan = 0;  // 0: not computed
};
[[nodiscard]] InstanceBounds instance_bounds(const Instance& instance);

void put_bounds(const InstanceBounds& bounds, RunResult& result);

}  // namespace tongsuan::lab
