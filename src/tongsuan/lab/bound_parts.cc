#include "tongsuan/lab/bound_parts.h"

#include <algorithm>

namespace tongsuan::lab {

std::vector<UpDevices> up_devices(const Instance& instance, std::uint32_t pool, Second until) {
  const engine::Pool& at = instance.places.pools[pool];
  std::vector<UpDevices> steps = {{0, std::int64_t{at.nodes} * at.node_devices}};
  std::vector<bool> up(at.nodes, true);
  for (const world::NodesChange& change : instance.script.nodes) {
    if (change.pool.value != pool || change.at >= until) continue;
    std::int64_t devices = steps.back().devices;
    for (std::uint32_t node = change.begin; node < std::min(change.end, at.nodes); ++node) {
      if (up[node] == change.up) continue;
      up[node] = change.up;
      devices += change.up ? std::int64_t{at.node_devices} : -std::int64_t{at.node_devices};
    }
    const Second second = std::max<Second>(0, change.at);
    if (steps.back().at == second) {
      steps.back().devices = devices;
    } else if (steps.back().devices != devices) {
      steps.push_back({second, devices});
    }
  }
  return steps;
}

std::vector<std::uint32_t> pools_of(const engine::Places& places, const engine::LiveOrder& order,
                                    const engine::Way& way) {
  std::vector<std::uint32_t> pools;
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    if (!(pool.accelerator == way.accelerator)) continue;
    if (!order.hubs.empty() && !std::ranges::binary_search(order.hubs, pool.hub)) continue;
    if (need_of(way, order.whole_nodes, pool.node_devices).nodes <= pool.nodes) pools.push_back(i);
  }
  return pools;
}

Second true_seconds(const world::Job& job, const engine::Way& way) {
  const auto seconds = static_cast<int128>(way.estimate) * job.actual_ppm / engine::kPpm;
  return std::max<Second>(1, static_cast<Second>(seconds));
}

}  // namespace tongsuan::lab
