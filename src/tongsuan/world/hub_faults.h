// What real hubs taught: seeded silences, requeues, work of their own, phantoms, and habits.
//
// Model. Everything is off by default. One table names each option, its limits and its default:
// scenario files of the lab and the settings of a running exchange are read by it. Streams of draws
// are named by fault, hub, pool and node, so that one fault more leaves the others as they are, and
// whoever schedules meets the same.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tongsuan/engine/places.h"
#include "tongsuan/world/script.h"

namespace tongsuan::world {

struct HubFaults {
  std::uint32_t start_delay_seconds = 0;
  std::uint32_t controller_away_per_mille = 0;
  std::uint32_t controller_away_seconds = 60;
  std::uint32_t agent_away_per_mille = 0;
  std::uint32_t agent_away_seconds = 600;
  std::uint32_t take_over_per_mille = 0;
  std::uint32_t lease_seconds = 60;
  std::uint32_t requeue_hours = 0;
  std::uint32_t requeue_seconds = 120;
  std::uint32_t own_work_per_mille = 0;
  std::uint32_t own_work_percent = 10;
  std::uint32_t own_work_hours = 4;
  std::uint32_t phantom_per_mille = 0;
  std::uint32_t phantom_hours = 6;
  std::uint32_t stuck_per_mille = 0;
  std::uint32_t stuck_seconds = 300;
  std::uint32_t twice_per_mille = 0;
  std::uint32_t clock_skew_seconds = 0;
  friend bool operator==(const HubFaults&, const HubFaults&) = default;
};

struct HubFaultKey {
  std::string_view name;
  std::uint32_t HubFaults::*field;
  std::uint32_t min;
  std::uint32_t max;
  bool agents_only;  // shows only where hubs speak as agents do
};
// In the order of the members.
[[nodiscard]] std::span<const HubFaultKey> hub_fault_keys();

// About as often as real clusters and agents showed them, and a little more: for a try.
[[nodiscard]] HubFaults usual_hub_faults();

// Nodes of this pool that are offered and not there: its last ones. Other faults leave them alone.
[[nodiscard]] std::uint32_t phantoms_of(const engine::Places& places, std::uint32_t pool,
                                        const HubFaults& faults, std::uint64_t seed);

// What begins within [0, span). What hubs take for work of their own comes with the failures of
// nodes (faults.h).
[[nodiscard]] HubTruth make_hub_truth(const engine::Places& places, const HubFaults& faults,
                                      Second span, std::uint64_t seed);

}  // namespace tongsuan::world
