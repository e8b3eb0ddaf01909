#include "tongsuan/world/faults.h"

#include <algorithm>
#include <tuple>

#include "tongsuan/base/random.h"

namespace tongsuan::world {
namespace {

constexpr Second kHourSeconds = 3'600;
constexpr Second kDaySeconds = 86'400;
constexpr Second kWeekSeconds = 7 * kDaySeconds;

struct Outage {
  std::uint32_t pool = 0;
  std::uint32_t node = 0;
  Second begin = 0;
  Second end = 0;
  bool own = false;
};

enum class Cause : std::uint64_t { kNode = 1, kHub, kMaintenance, kOwnWork };

Random stream_of(std::uint64_t seed, Cause cause, std::uint64_t hub, std::uint64_t node) {
  Random mix(seed ^ (static_cast<std::uint64_t>(cause) << 56) ^ (hub << 32) ^ node);
  return Random(mix.next());
}

// From half to one and a half of the mean, in seconds.
Second draw_length(Random& random, std::uint32_t mean_hours) {
  const Second mean = Second{mean_hours} * kHourSeconds;
  return std::max<Second>(1, random.between(mean / 2, mean * 3 / 2));
}

class FaultWriter {
 public:
  FaultWriter(const engine::Places& places, const FaultOptions& options)
      : places_(places), options_(options) {
    for (std::uint32_t pool = 0; pool < places_.pools.size(); ++pool) {
      there_.push_back(places_.pools[pool].nodes -
                       phantoms_of(places_, pool, options_.hubs, options_.seed));
    }
  }

  std::vector<Outage> run() {
    std::uint32_t node = 0;  // within the hub
    for (std::uint32_t pool = 0; pool < places_.pools.size(); ++pool) {
      const bool same_hub = pool > 0 && places_.pools[pool].hub == places_.pools[pool - 1].hub;
      if (!same_hub) node = 0;
      for (std::uint32_t i = 0; i < places_.pools[pool].nodes; ++i) break_node(pool, i, node++);
      maintain(pool);
      take_for_own_work(pool);
    }
    for (std::uint32_t hub = 0; hub < places_.hubs.size(); ++hub) break_hub(hub);
    return std::move(outages_);
  }

 private:
  void add(std::uint32_t pool, std::uint32_t node, Second begin, Second length, bool own = false) {
    if (begin >= options_.span || node >= there_[pool]) return;
    outages_.push_back({pool, node, begin, begin + length, own});
  }

  void break_node(std::uint32_t pool, std::uint32_t node, std::uint32_t number) {
    if (options_.node_failure_hours == 0) return;
    Random random = stream_of(options_.seed, Cause::kNode, places_.pools[pool].hub.value, number);
    for (Second hour = 0; hour < options_.span; hour += kHourSeconds) {
      if (random.below(options_.node_failure_hours) != 0) continue;
      const Second begin = hour + static_cast<Second>(random.below(kHourSeconds));
      add(pool, node, begin, draw_length(random, options_.node_repair_hours));
    }
  }

  void break_hub(std::uint32_t hub) {
    if (options_.hub_outages_per_mille == 0) return;
    Random random = stream_of(options_.seed, Cause::kHub, hub, 0);
    for (Second week = 0; week < options_.span; week += kWeekSeconds) {
      // More than a thousand is more than one a week.
      for (std::uint32_t left = options_.hub_outages_per_mille; left > 0;) {
        const std::uint32_t chance = std::min(left, 1'000U);
        left -= chance;
        const bool out = random.below(1'000) < chance;
        const Second begin = week + static_cast<Second>(random.below(kWeekSeconds));
        const Second length = draw_length(random, options_.hub_outage_hours);
        if (out) add_hub(hub, begin, length);
      }
    }
  }

  void add_hub(std::uint32_t hub, Second begin, Second length) {
    for (std::uint32_t pool = 0; pool < places_.pools.size(); ++pool) {
      if (places_.pools[pool].hub.value != hub) continue;
      for (std::uint32_t i = 0; i < places_.pools[pool].nodes; ++i) add(pool, i, begin, length);
    }
  }

  // From midnight on, the same night for the whole hub; other nodes each week.
  void maintain(std::uint32_t pool) {
    const std::uint32_t nodes = places_.pools[pool].nodes;
    const std::uint32_t out = nodes * options_.maintenance_percent / 100;
    if (out == 0) return;
    Random random = stream_of(options_.seed, Cause::kMaintenance, places_.pools[pool].hub.value, 0);
    std::uint32_t first = 0;
    for (Second week = 0; week < options_.span; week += kWeekSeconds) {
      const Second begin = week + static_cast<Second>(random.below(7)) * kDaySeconds;
      for (std::uint32_t i = 0; i < out; ++i) {
        add(pool, (first + i) % nodes, begin, Second{options_.maintenance_hours} * kHourSeconds);
      }
      first = (first + out) % nodes;
    }
  }

  // Once a day at most; neighbouring nodes, other ones each time.
  void take_for_own_work(std::uint32_t pool) {
    const HubFaults& hubs = options_.hubs;
    const std::uint32_t nodes = there_[pool];
    if (hubs.own_work_per_mille == 0 || nodes == 0) return;
    Random random = stream_of(options_.seed, Cause::kOwnWork, pool, 0);
    const std::uint32_t taken = std::max(1U, nodes * hubs.own_work_percent / 100);
    for (Second day = 0; day < options_.span; day += kDaySeconds) {
      const bool takes = random.below(1'000) < hubs.own_work_per_mille;
      const Second begin = day + static_cast<Second>(random.below(kDaySeconds));
      const auto first = static_cast<std::uint32_t>(random.below(nodes));
      const Second length = draw_length(random, hubs.own_work_hours);
      for (std::uint32_t i = 0; takes && i < taken; ++i) {
        add(pool, (first + i) % nodes, begin, length, true);
      }
    }
  }

  const engine::Places& places_;
  const FaultOptions& options_;
  std::vector<std::uint32_t> there_;  // by pool: nodes that are no phantoms
  std::vector<Outage> outages_;
};

// Outages of one node that overlap or touch become one.
std::vector<Outage> merged(std::vector<Outage> outages) {
  std::ranges::sort(outages, {}, [](const Outage& one) {
    return std::tuple(one.pool, one.node, one.begin, one.end);
  });
  std::vector<Outage> result;
  for (const Outage& one : outages) {
    const bool goes_on = !result.empty() && result.back().pool == one.pool &&
                         result.back().node == one.node && one.begin <= result.back().end;
    if (goes_on) {
      result.back().end = std::max(result.back().end, one.end);
    } else {
      result.push_back(one);
    }
  }
  return result;
}

}  // namespace

std::vector<NodesChange> make_faults(const engine::Places& places, const FaultOptions& options) {
  std::vector<NodesChange> single;
  for (const Outage& one : merged(FaultWriter(places, options).run())) {
    const engine::PoolId pool = {one.pool};
    single.push_back({one.begin, pool, one.node, one.node + 1, false, one.own});
    single.push_back({one.end, pool, one.node, one.node + 1, true, false});
  }
  std::ranges::sort(single, {}, [](const NodesChange& one) {
    return std::tuple(one.at, !one.up, one.own, one.pool, one.begin);
  });
  std::vector<NodesChange> changes;
  for (const NodesChange& one : single) {
    const bool joins = !changes.empty() && changes.back().at == one.at &&
                       changes.back().up == one.up && changes.back().own == one.own &&
                       changes.back().pool == one.pool && changes.back().end == one.begin;
    if (joins) {
      changes.back().end = one.end;
    } else {
      changes.push_back(one);
    }
  }
  return changes;
}

}  // namespace tongsuan::world
