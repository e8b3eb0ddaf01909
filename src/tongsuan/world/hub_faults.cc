#include "tongsuan/world/hub_faults.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "tongsuan/base/random.h"

namespace tongsuan::world {
namespace {

constexpr Second kHourOfNode = 3'600;
constexpr Second kDayOfHub = 86'400;

constexpr std::array<HubFaultKey, 18> kHubFaultKeys = {{
    {"start_delay_seconds", &HubFaults::start_delay_seconds, 0, 3'600, false},
    {"controller_away_per_mille", &HubFaults::controller_away_per_mille, 0, 1'000, false},
    {"controller_away_seconds", &HubFaults::controller_away_seconds, 1, 86'400, false},
    {"agent_away_per_mille", &HubFaults::agent_away_per_mille, 0, 1'000, false},
    {"agent_away_seconds", &HubFaults::agent_away_seconds, 1, 86'400, false},
    {"take_over_per_mille", &HubFaults::take_over_per_mille, 0, 1'000, false},
    {"lease_seconds", &HubFaults::lease_seconds, 10, 600, false},
    {"requeue_hours", &HubFaults::requeue_hours, 0, 1'000'000, false},
    {"requeue_seconds", &HubFaults::requeue_seconds, 1, 86'400, false},
    {"own_work_per_mille", &HubFaults::own_work_per_mille, 0, 1'000, false},
    {"own_work_percent", &HubFaults::own_work_percent, 1, 100, false},
    {"own_work_hours", &HubFaults::own_work_hours, 1, 1'000, false},
    {"phantom_per_mille", &HubFaults::phantom_per_mille, 0, 500, false},
    {"phantom_hours", &HubFaults::phantom_hours, 1, 1'000, false},
    {"stuck_per_mille", &HubFaults::stuck_per_mille, 0, 1'000, false},
    {"stuck_seconds", &HubFaults::stuck_seconds, 1, 86'400, false},
    {"twice_per_mille", &HubFaults::twice_per_mille, 0, 1'000, true},
    {"clock_skew_seconds", &HubFaults::clock_skew_seconds, 0, 3'600, true},
}};

enum class Fault : std::uint64_t { kController = 1, kAgent, kRequeue, kPhantom };

Random stream_of_fault(std::uint64_t seed, Fault fault, std::uint64_t place, std::uint64_t node) {
  constexpr std::uint64_t kHubFaults = 0x4855425300000000ULL;  // apart from failures of nodes
  Random mix(seed ^ kHubFaults ^ (static_cast<std::uint64_t>(fault) << 56) ^ (place << 24) ^ node);
  return Random(mix.next());
}

Second draw_seconds(Random& random, Second mean) {
  return std::max<Second>(1, random.between(mean / 2, mean * 3 / 2));
}

// Once a day at most; what would begin before the last one has ended does not.
void add_silences(std::vector<Silence>& silences, Away who, std::uint32_t hub,
                  const HubFaults& faults, Second span, std::uint64_t seed) {
  const bool agent = who == Away::kAgent;
  const std::uint32_t chance =
      agent ? faults.agent_away_per_mille : faults.controller_away_per_mille;
  const Second mean = agent ? faults.agent_away_seconds : faults.controller_away_seconds;
  if (chance == 0) return;
  Random random = stream_of_fault(seed, agent ? Fault::kAgent : Fault::kController, hub, 0);
  Second last = 0;
  for (Second day = 0; day < span; day += kDayOfHub) {
    const bool away = random.below(1'000) < chance;
    const Second begin = day + static_cast<Second>(random.below(kDayOfHub));
    const Second back = begin + draw_seconds(random, mean);
    const bool taken = agent && random.below(1'000) < faults.take_over_per_mille;
    // Whoever takes over waits until the lease has run out.
    const Second other = begin + Second{faults.lease_seconds} + random.between(5, 30);
    if (!away || begin >= span || begin <= last) continue;
    silences.push_back({who, HubId{hub}, begin, taken ? std::min(back, other) : back, back});
    last = back;
  }
}

void add_requeues(std::vector<Requeue>& requeues, const engine::Places& places, std::uint32_t pool,
                  const HubFaults& faults, Second span, std::uint64_t seed) {
  const std::uint32_t nodes = places.pools[pool].nodes - phantoms_of(places, pool, faults, seed);
  for (std::uint32_t node = 0; node < nodes; ++node) {
    Random random = stream_of_fault(seed, Fault::kRequeue, pool, node);
    for (Second hour = 0; hour < span; hour += kHourOfNode) {
      if (random.below(faults.requeue_hours) != 0) continue;
      const Second at = hour + static_cast<Second>(random.below(kHourOfNode));
      const Second gap = draw_seconds(random, faults.requeue_seconds);
      if (at < span) requeues.push_back({at, engine::PoolId{pool}, node, gap});
    }
  }
}

}  // namespace

std::span<const HubFaultKey> hub_fault_keys() {
  return kHubFaultKeys;
}

HubFaults usual_hub_faults() {
  HubFaults faults;
  faults.start_delay_seconds = 20;
  faults.controller_away_per_mille = 500;
  faults.agent_away_per_mille = 300;
  faults.take_over_per_mille = 300;
  faults.requeue_hours = 2'000;
  faults.own_work_per_mille = 100;
  faults.phantom_per_mille = 10;
  faults.stuck_per_mille = 20;
  faults.twice_per_mille = 100;
  faults.clock_skew_seconds = 5;
  return faults;
}

std::uint32_t phantoms_of(const engine::Places& places, std::uint32_t pool, const HubFaults& faults,
                          std::uint64_t seed) {
  if (faults.phantom_per_mille == 0) return 0;
  Random random = stream_of_fault(seed, Fault::kPhantom, pool, 0);
  const std::uint64_t parts = std::uint64_t{places.pools[pool].nodes} * faults.phantom_per_mille;
  return static_cast<std::uint32_t>((parts + random.below(1'000)) / 1'000);
}

HubTruth make_hub_truth(const engine::Places& places, const HubFaults& faults, Second span,
                        std::uint64_t seed) {
  HubTruth truth;
  for (std::uint32_t hub = 0; hub < places.hubs.size(); ++hub) {
    add_silences(truth.silences, Away::kController, hub, faults, span, seed);
    add_silences(truth.silences, Away::kAgent, hub, faults, span, seed);
  }
  std::ranges::sort(truth.silences, {},
                    [](const Silence& one) { return std::tuple(one.begin, one.hub, one.who); });
  for (std::uint32_t pool = 0; pool < places.pools.size(); ++pool) {
    const std::uint32_t nodes = places.pools[pool].nodes;
    const std::uint32_t phantoms = phantoms_of(places, pool, faults, seed);
    if (phantoms > 0) truth.phantoms.push_back({engine::PoolId{pool}, nodes - phantoms, nodes});
    if (faults.requeue_hours > 0) add_requeues(truth.requeues, places, pool, faults, span, seed);
  }
  std::ranges::sort(truth.requeues, {},
                    [](const Requeue& one) { return std::tuple(one.at, one.pool, one.node); });
  truth.habits = {.seed = seed,
                  .start_delay = faults.start_delay_seconds,
                  .stuck_per_mille = faults.stuck_per_mille,
                  .stuck = faults.stuck_seconds,
                  .lease = faults.lease_seconds,
                  .phantom_again = Second{faults.phantom_hours} * kHourOfNode,
                  .twice_per_mille = faults.twice_per_mille,
                  .skew = faults.clock_skew_seconds};
  return truth;
}

}  // namespace tongsuan::world
