// An instance as value_bound.h sees it: jobs with their choices, capacities and costs by the hour.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/value_bound.h"

namespace tongsuan::lab {

inline constexpr std::int64_t kNever = -1;

struct ValueWay {
  std::uint32_t gang = 0;
  Second duration = 0;
  Second latest = 0;        // last second to start, so that it ends in time
  std::uint32_t pools = 0;  // position in ValueModel::pool_sets
  bool whole_nodes = false;
};

struct ValueJob {
  std::uint32_t order = 0;  // OrderId::value
  Second submit = 0;        // or when it is wanted, if that is later
  std::int64_t value = 0;
  std::int64_t delay_cost = 0;
  std::uint32_t first_way = 0;
  std::uint32_t way_count = 0;
  std::uint32_t data = kNone;
  Second end = 0;         // done by then, or never
  Second decay_from = 0;  // no wait before it lowers the value; at least `submit`
};

// Whether work runs through once it starts, or may be stopped and go on elsewhere.
enum class Runs : std::uint8_t { kThrough, kInParts };

struct ValueModel {
  std::uint32_t hours = 0;
  Second end = 0;              // of the horizon
  std::vector<ValueJob> jobs;  // that have a way
  // That fit a pool and can still end in time: on their own, or in parts with faster ones.
  std::vector<ValueWay> ways;
  std::vector<std::vector<std::uint32_t>> pool_sets;
  std::vector<std::vector<std::int64_t>> capacity;  // [pool][hour], device-seconds
  std::vector<std::vector<std::int64_t>> asks;      // [pool][hour], micro-yuan per device-hour
  std::vector<std::uint32_t> zones;                 // by pool: ZoneId::value, or kNone
  std::vector<std::int64_t> milliwatts;             // by pool: drawn for a device of a gang
  std::vector<std::uint32_t> node_devices;          // by pool
  std::vector<std::uint32_t> hubs;                  // by pool
  std::vector<std::vector<std::int64_t>> fees;      // [data][hub], micro-yuan a job, or kNever

  // Devices that a way holds on a pool.
  [[nodiscard]] std::uint32_t devices(const ValueWay& way, std::uint32_t pool) const {
    const engine::Way gang{ClassId{0}, way.gang, 1};
    return need_of(gang, way.whole_nodes, node_devices[pool]).devices();
  }
  [[nodiscard]] std::int64_t fee(const ValueJob& job, std::uint32_t pool) const {
    return job.data == kNone ? 0 : fees[job.data][hubs[pool]];
  }
};
[[nodiscard]] ValueModel value_model(const Instance& instance, Runs runs = Runs::kThrough);

// Micro-yuan per device-hour of a gang for energy in each hour, rounded down; [pool][hour].
// `green`: ValuePrices::green, or empty.
[[nodiscard]] std::vector<std::vector<std::int64_t>> energy_prices(
    const Instance& instance, const ValueModel& model,
    const std::vector<std::vector<std::int64_t>>& green);

}  // namespace tongsuan::lab
