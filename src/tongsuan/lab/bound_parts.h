// What both bounds read of an instance: where a job may run, for how long, and what is up.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/instance.h"

namespace tongsuan::lab {

struct UpDevices {  // from this second on
  Second at = 0;
  std::int64_t devices = 0;
};
// Devices of the pool on nodes that are up, before `until`. The first entry is at 0.
[[nodiscard]] std::vector<UpDevices> up_devices(const Instance& instance, std::uint32_t pool,
                                                Second until);

// Pools whose class, hub and size suit the way, rising PoolId::value; as State::pools_of.
[[nodiscard]] std::vector<std::uint32_t> pools_of(const engine::Places& places,
                                                  const engine::LiveOrder& order,
                                                  const engine::Way& way);

// How long a way really takes when nothing stops it; as the world counts.
[[nodiscard]] Second true_seconds(const world::Job& job, const engine::Way& way);

}  // namespace tongsuan::lab
