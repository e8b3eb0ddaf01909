// Seeded failures of nodes and hubs, and planned maintenance, as changes of a script.
//
// Model. Each node breaks on its own, in any hour with probability 1 / mean time between failures,
// and is repaired; each hub now and then is out as a whole; on one night of each week a part of
// each pool is out for planned work; and hubs may take nodes for work of their own. What is down
// for two reasons at once comes up when the last of them has passed.
//
// A node draws from a stream that is named by its hub and its number within the hub, over the hub's
// pools in order: pools that are merged or resized leave the fates of the other nodes as they are.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/engine/places.h"
#include "tongsuan/world/hub_faults.h"
#include "tongsuan/world/script.h"

namespace tongsuan::world {

struct FaultOptions {
  Second span = 0;  // failures begin within [0, span); repairs may end later
  std::uint64_t seed = 1;
  std::uint32_t node_failure_hours = 0;     // mean time between failures of a node; 0: none
  std::uint32_t node_repair_hours = 6;      // mean; from half to one and a half of it
  std::uint32_t hub_outages_per_mille = 0;  // chance of a hub to be out in a week
  std::uint32_t hub_outage_hours = 4;       // mean; from half to one and a half of it
  std::uint32_t maintenance_percent = 0;    // of the nodes of each pool, one night of each week
  std::uint32_t maintenance_hours = 6;
  HubFaults hubs = {};  // of these, work of their own and phantoms
};

// In rising order of (second, up before down, pool, node). Every node goes down and comes up in
// turn, never twice the same, and is up in the end; neighbours that change together are one change.
[[nodiscard]] std::vector<NodesChange> make_faults(const engine::Places& places,
                                                   const FaultOptions& options);

}  // namespace tongsuan::world
