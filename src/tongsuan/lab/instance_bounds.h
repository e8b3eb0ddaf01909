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

// Up to so many prices (pools and zones × hours) and jobs the bound on net value is computed. Half
// a year of 47 pools with 100,000 jobs (256,000 prices) takes 13 CPU-s and 110 MB.
inline constexpr std::uint64_t kNetBoundPricesMax = 400'000;
inline constexpr std::size_t kNetBoundJobsMax = 1'000'000;

// False: the instance is too large, and net_yuan stays 0.
[[nodiscard]] bool has_net_bound(const Instance& instance);

struct InstanceBounds {
  double utilisation = 0;
  double net_yuan = 0;  // 0: not computed
};
[[nodiscard]] InstanceBounds instance_bounds(const Instance& instance);

void put_bounds(const InstanceBounds& bounds, RunResult& result);

}  // namespace tongsuan::lab
