// Places of an exchange out of a market text (docs/formats/market.md), such as
// `tongsuan generate national` writes.
//
// A pool has the most devices that are offered at one moment, in whole nodes, or the nodes of a
// node block where those are more; its ask is the lowest price of its offers. Grid power costs in
// each hour what its first step does; green energy is what zones of it offer, brought to the power
// zone of the hubs that draw from both. Orders and accounts of the market are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/engine/energy.h"
#include "tongsuan/engine/places.h"

namespace tongsuan::node {

struct MarketPlaces {
  std::string name;
  engine::Places places;  // without accounts
  engine::Energy energy;
  std::vector<std::string> green_zones;  // by HubId; empty where a hub has none
  std::vector<std::string> data_names;   // by DataId
};

[[nodiscard]] MarketPlaces make_places(const Market& market);
// `file` is for messages only.
[[nodiscard]] Result<MarketPlaces> read_places(std::string_view text, std::string_view file);

}  // namespace tongsuan::node
