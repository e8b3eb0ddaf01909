// A market file as a script: what its block orders would have been, had they come one by one.
//
// Model. An order comes up to two hours before its window begins, may start as long as its shortest
// way ends within the window, and runs for its slots, of which it really needs a share between a
// half and all, drawn from the seed. Its value is what it is in the file, and falls as much by the
// hour. Other kinds of orders, green shares, caps and precedence have no place in a script and are
// left out. Hubs fail as often as the seed says: each node of a pool about once in `node_days`;
// hubs with agents do what `faults` says besides (world/hub_faults.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/domain/market.h"
#include "tongsuan/engine/places.h"
#include "tongsuan/world/hub_faults.h"
#include "tongsuan/world/script.h"

namespace tongsuan::connectors {

struct MarketScript {
  world::Script script;
  std::vector<std::string> buyers;    // names by AccountId of the script: those who have orders
  std::vector<std::int64_t> budgets;  // by buyer: what all its orders are worth, micro-yuan
};

// Ids of hubs, classes and data are those of `market`; pools those of `places`, which were made of
// it. `faults` of hubs with agents; null: hubs have none.
[[nodiscard]] MarketScript make_script(const Market& market, const engine::Places& places,
                                       std::uint64_t seed, std::uint32_t node_days = 200,
                                       const world::HubFaults* faults = nullptr);

}  // namespace tongsuan::connectors
