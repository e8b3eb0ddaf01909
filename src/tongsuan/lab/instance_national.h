// The ten clusters as a world to replay: places, buyers, data, jobs (docs/scenarios.md).
//
// Model. Jobs are drawn first, by the seed and the keys alone; devices are sized by them, so that
// another load is the same jobs on another number of devices. A gang may be at most two thirds of
// what the pool of its home has at a load of 100 %, so that every job fits where its owner is.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/national_places.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

// Jobs of the ten clusters, in the order in which they come, with what they need of the supply.
struct NationalJobs {
  std::vector<world::Job> jobs;
  Fleet nodes_min{};      // by pool: what the largest gang at home there takes
  std::int64_t work = 0;  // device-seconds
};
[[nodiscard]] NationalJobs draw_national_jobs(const ScenarioKeys& keys, std::uint64_t seed,
                                              const NationalParts& parts, std::uint32_t count);

[[nodiscard]] Result<Instance> make_national(const ScenarioKeys& keys,
                                             const InstanceOptions& options);

}  // namespace tongsuan::lab
