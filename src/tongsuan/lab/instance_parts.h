// What is done to every instance once its maker has made it: names sorted, couplings switched off,
// a digest taken.
#pragma once

#include <string>
#include <vector>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/scenario.h"

namespace tongsuan::lab {

// Of a device where the trace does not say.
inline constexpr std::int64_t kUnsaidRent = 5 * kMicro;  // yuan per device-hour
inline constexpr std::uint32_t kUnsaidWatts = 300;

// Sorts hubs, classes, zones and accounts by name, pools and links by what they join, jobs by the
// second at which they come, and renames every id that is mentioned. Before it, ids are positions
// in the order in which the maker added things.
void sort_by_name(Instance& instance);

// Takes out of the instance what is switched off. Jobs, their sizes and values stay.
void apply_couplings(Instance& instance, const Couplings& couplings);

// Devices of all pools.
[[nodiscard]] std::int64_t device_count(const engine::Places& places);

// Nodes so that `devices` are dealt by `weights`, in whole nodes of `node_devices`; each entry gets
// its floor at least. The remainder of each is carried to the next.
struct Deal {
  std::uint64_t weight = 0;
  std::uint32_t node_devices = 1;
  std::uint32_t nodes_min = 0;
};
[[nodiscard]] std::vector<std::uint32_t> deal_nodes(std::int64_t devices,
                                                    const std::vector<Deal>& deals);

// Devices for which `work` device-seconds are `load_percent` of the capacity of `span`.
[[nodiscard]] std::int64_t devices_for_load(std::int64_t work, std::uint32_t load_percent,
                                            Second span);

// Hexadecimal SHA-256 over everything that a replay can see.
[[nodiscard]] std::string instance_digest(const Instance& instance);

}  // namespace tongsuan::lab
