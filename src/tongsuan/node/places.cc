#include "tongsuan/node/places.h"

#include <algorithm>
#include <map>
#include <utility>

#include "tongsuan/codec/market_text.h"

namespace tongsuan::node {
namespace {

using engine::kHour;

class Maker {
 public:
  explicit Maker(const Market& market) : market_(market), places_(result_.places) {}

  MarketPlaces make() {
    result_.name = market_.name;
    places_.class_names = market_.class_names;
    places_.classes = market_.classes;
    places_.hub_names = market_.hub_names;
    places_.hubs = market_.hubs;
    add_zones();
    add_pools();
    add_links();
    add_data();
    add_energy();
    return std::move(result_);
  }

 private:
  // Power zones only, and one for hubs that have none.
  void add_zones() {
    zone_of_.assign(market_.zones.size(), kNone);
    for (std::uint32_t i = 0; i < market_.zones.size(); ++i) {
      if (market_.zones[i].commodity != Commodity::kPower) continue;
      zone_of_[i] = places_.zone_names.size();
      places_.zone_names.push_back(market_.zone_names[i]);
      places_.zones.push_back({Commodity::kPower, Disposal::kFree});
    }
    std::uint32_t other = kNone;
    for (Hub& hub : places_.hubs) {
      const std::uint32_t green = hub.green_zone;
      result_.green_zones.emplace_back(green == kNone ? "" : market_.zone_names[green]);
      if (hub.power_zone != kNone) {
        hub.power_zone = zone_of_[hub.power_zone];
      } else {
        if (other == kNone) {
          other = places_.zone_names.size();
          places_.zone_names.push_back("power");
          places_.zones.push_back({Commodity::kPower, Disposal::kFree});
        }
        hub.power_zone = other;
      }
      // Green energy comes to where the hub draws its power.
      if (green != kNone && zone_of_[green] == kNone) zone_of_[green] = hub.power_zone;
      hub.green_zone = kNone;
    }
  }

  void add_pools() {
    struct Supply {
      std::vector<std::int64_t> devices;  // by slot
      std::int64_t nodes = 0;
      Price ask{kPriceMax};
    };
    std::map<std::pair<std::uint32_t, std::uint32_t>, Supply> supplies;
    for (const Offer& offer : market_.offers) {
      if (offer.hub == kNone) continue;
      Supply& supply = supplies[{offer.hub, offer.accelerator}];
      supply.devices.resize(market_.calendar.slot_count);
      std::int64_t devices = 0;
      for (std::uint32_t i = offer.steps.begin; i < offer.steps.end; ++i) {
        devices += market_.steps[i].amount.raw();
      }
      supply.ask = std::min(supply.ask, market_.steps[offer.steps.begin].price);
      for (Slot slot = offer.slots.begin; slot < offer.slots.end; ++slot) {
        supply.devices[slot] += devices;
      }
    }
    for (const NodeBlock& block : market_.node_blocks) {
      Supply& supply = supplies[{block.hub.value, block.accelerator.value}];
      supply.nodes = std::max<std::int64_t>(supply.nodes, block.nodes);
    }
    for (const auto& [key, supply] : supplies) {
      const std::uint32_t each =
          std::min(market_.classes[key.second].node_devices, engine::kNodeDevicesMax);
      const std::int64_t devices =
          supply.devices.empty() ? 0 : *std::ranges::max_element(supply.devices);
      const std::int64_t nodes = std::clamp<std::int64_t>(
          std::max(supply.nodes, (devices + each - 1) / each), 0, engine::kNodesMax);
      if (nodes == 0 || places_.pools.size() >= engine::kPoolsMax) continue;
      const Price ask = supply.ask.raw() == kPriceMax ? Price() : supply.ask;
      places_.pools.push_back({HubId{key.first}, ClassId{key.second},
                               static_cast<std::uint32_t>(nodes), each, std::max(ask, Price())});
    }
  }

  // The first range of each pair: what a link is worth does not change while the exchange runs.
  void add_links() {
    for (const Link& link : market_.links) {
      if (engine::find_link(places_, link.from, link.to) != kNone) continue;
      std::int64_t megabytes = 0;
      for (std::uint32_t i = link.steps.begin; i < link.steps.end; ++i) {
        megabytes += market_.steps[i].amount.raw();
      }
      places_.links.push_back({link.from, link.to,
                               std::max<std::int64_t>(1, megabytes / market_.calendar.slot_seconds),
                               market_.steps[link.steps.begin].price});
    }
  }

  void add_data() {
    for (std::uint32_t i = 0; i < market_.data_sets.size(); ++i) {
      const DataSet& set = market_.data_sets[i];
      result_.data_names.emplace_back(market_.data_names[i]);
      places_.data_sets.push_back({set.size_mb,
                                   {market_.hub_lists.begin() + set.replicas.begin,
                                    market_.hub_lists.begin() + set.replicas.end}});
    }
  }

  void add_energy() {
    engine::Energy& energy = result_.energy;
    const Second seconds = Second{market_.calendar.slot_seconds} * market_.calendar.slot_count;
    energy.hours = static_cast<std::uint32_t>(std::max<Second>(1, seconds / kHour));
    const std::vector<std::vector<std::int64_t>> nothing(
        places_.zones.size(), std::vector<std::int64_t>(energy.hours, 0));
    energy.green = energy.tariff = nothing;
    for (const Offer& offer : market_.offers) {
      if (offer.zone == kNone || zone_of_[offer.zone] == kNone) continue;
      add_supply(offer, market_.zones[offer.zone].commodity == Commodity::kGreen);
    }
    energy.green_forecast = energy.green;
    energy.grid_grams.assign(places_.zones.size(), 0);
    add_lines();
  }

  void add_supply(const Offer& offer, bool green) {
    const Step& first = market_.steps[offer.steps.begin];
    std::int64_t amount = 0;
    for (std::uint32_t i = offer.steps.begin; i < offer.steps.end; ++i) {
      amount += market_.steps[i].amount.raw();
    }
    const std::uint32_t zone = zone_of_[offer.zone];
    const Second slot_seconds = market_.calendar.slot_seconds;
    for (Slot slot = offer.slots.begin; slot < offer.slots.end; ++slot) {
      const Second begin = Second{slot} * slot_seconds;
      for (Second hour = begin / kHour; hour * kHour < begin + slot_seconds; ++hour) {
        if (hour >= result_.energy.hours) break;
        const auto at = static_cast<std::size_t>(hour);
        if (green) {
          result_.energy.green[zone][at] += per_hour(amount);
        } else {
          std::int64_t& tariff = result_.energy.tariff[zone][at];
          const std::int64_t price = std::max<std::int64_t>(0, first.price.raw());
          tariff = tariff == 0 ? price : std::min(tariff, price);
        }
      }
    }
  }

  // Of an amount in each slot: what an hour of long slots has, or all of a short one.
  [[nodiscard]] std::int64_t per_hour(std::int64_t amount) const {
    const Second slot = std::max<Second>(kHour, market_.calendar.slot_seconds);
    return static_cast<std::int64_t>(static_cast<int128>(amount) * kHour / slot);
  }

  // What a line of green energy can carry at most.
  void add_lines() {
    for (const Line& line : market_.lines) {
      const std::uint32_t from = zone_of_[line.from.value], to = zone_of_[line.to.value];
      const bool green = market_.zones[line.from.value].commodity == Commodity::kGreen;
      if (!green || from == kNone || to == kNone || from == to || line.max <= Amount()) continue;
      auto& lines = result_.energy.lines;
      const auto same = std::ranges::find_if(lines, [&](const engine::Energy::Line& one) {
        return one.from.value == from && one.to.value == to;
      });
      const std::int64_t limit = per_hour(line.max.raw());
      if (same == lines.end()) {
        lines.push_back({ZoneId{from}, ZoneId{to}, limit, line.tariff});
      } else {
        same->limit = std::max(same->limit, limit);
      }
    }
  }

  const Market& market_;
  MarketPlaces result_;
  engine::Places& places_;
  std::vector<std::uint32_t> zone_of_;  // of the places, by ZoneId of the market
};

}  // namespace

MarketPlaces make_places(const Market& market) {
  return Maker(market).make();
}

Result<MarketPlaces> read_places(std::string_view text, std::string_view file) {
  const codec::ReadReport report = codec::read_market(text, file);
  if (!report.ok()) return report.faults.error();
  MarketPlaces places = make_places(report.market);
  if (places.places.pools.empty()) {
    return Error{ErrorCode::kInvalidArgument, std::string(file) + " offers no devices",
                 "add offers of capacity: docs/formats/market.md"};
  }
  return places;
}

}  // namespace tongsuan::node
