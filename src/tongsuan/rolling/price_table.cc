#include "tongsuan/rolling/price_table.h"

#include <algorithm>

namespace tongsuan::rolling {
namespace {

using engine::kDay;
using engine::kHour;
using engine::PoolId;

// What a device of the pool draws, in milliwatts with its share of cooling.
std::int64_t draw_of(const engine::Places& places, const engine::Pool& pool) {
  return std::int64_t{places.classes[pool.accelerator.value].watts} *
         places.hubs[pool.hub.value].pue_milli;
}

// Micro-yuan per device-hour at a price per MWh.
std::int64_t energy_rate(std::int64_t milliwatts, std::int64_t price) {
  return static_cast<std::int64_t>(static_cast<int128>(milliwatts) * price / 1'000'000'000);
}

std::uint32_t position(const NameList& names, std::string_view name) {
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  return kNone;
}

}  // namespace

PriceTable::PriceTable(const engine::State& state, const engine::Energy& energy, const Grid& grid)
    : energy_(energy), grid_(grid) {
  const engine::Places& places = state.places();
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    node_devices_.push_back(pool.node_devices);
    capacity_.emplace_back(grid.slots, state.pool(PoolId{i}).ask.raw());
    Curve curve{capacity_.back(), {}, 0};
    const Hub& hub = places.hubs[pool.hub.value];
    for (Slot slot = 0; slot < grid.slots && !energy.empty() && hub.power_zone != kNone; ++slot) {
      const std::size_t hour = energy.hour_at(grid.begin + grid.slot * slot);
      curve.rate[slot] += energy_rate(draw_of(places, pool), energy.tariff[hub.power_zone][hour]);
    }
    integrate(curve);
    shared_.push_back(curve);
    whole_.push_back(std::move(curve));
  }
}

// Hubs, classes and zones of the book are those of the places, sorted by name.
void PriceTable::set(const engine::State& state, const Book& book, const market::Problem& problem,
                     const Prices& prices, const Grid& grid) {
  const engine::Places& places = state.places();
  grid_ = grid;
  ++version_;
  std::vector<const std::int64_t*> zones(places.zones.size(), nullptr);
  std::vector<const std::int64_t*> capacity(places.pools.size(), nullptr);
  std::vector<const std::int64_t*> nodes(places.pools.size(), nullptr);
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    const market::Lane& at = problem.lanes[lane];
    const std::int64_t* row = prices.data() + problem.row(lane, 0);
    if (at.kind == market::LaneKind::kZone) {
      zones[position(places.zone_names, book.market.zone_names[at.first])] = row;
    } else if (at.kind == market::LaneKind::kCapacity || at.kind == market::LaneKind::kNode) {
      const HubId hub{position(places.hub_names, book.market.hub_names[at.first])};
      const ClassId accelerator{position(places.class_names, book.market.class_names[at.second])};
      const std::uint32_t pool = engine::find_pool(places, hub, accelerator);
      if (pool == kNone) continue;
      (at.kind == market::LaneKind::kNode ? nodes : capacity)[pool] = row;
    }
  }
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    capacity_[i].assign(grid.slots, state.pool(PoolId{i}).ask.raw());
    if (capacity[i] != nullptr) capacity_[i].assign(capacity[i], capacity[i] + grid.slots);
    shared_[i].rate = capacity_[i];
    const std::uint32_t zone = places.hubs[pool.hub.value].power_zone;
    for (Slot slot = 0; slot < grid.slots && zone != kNone && zone < zones.size(); ++slot) {
      if (zones[zone] == nullptr) break;
      shared_[i].rate[slot] += energy_rate(draw_of(places, pool), zones[zone][slot]);
    }
    whole_[i].rate = shared_[i].rate;
    for (Slot slot = 0; slot < grid.slots && nodes[i] != nullptr; ++slot) {
      whole_[i].rate[slot] += nodes[i][slot] / pool.node_devices;
    }
    integrate(shared_[i]);
    integrate(whole_[i]);
  }
}

void PriceTable::integrate(Curve& curve) const {
  const auto day = static_cast<std::uint32_t>(
      std::clamp<Second>(kDay / grid_.slot, 1, std::max<Second>(1, grid_.slots)));
  curve.sum.assign(grid_.slots + std::size_t{1}, 0);
  for (Slot slot = 0; slot < grid_.slots; ++slot) {
    curve.sum[slot + 1] = curve.sum[slot] + curve.rate[slot] * grid_.slot;
  }
  curve.beyond = (curve.sum[grid_.slots] - curve.sum[grid_.slots - day]) / (grid_.slot * day);
}

int128 PriceTable::integral(const Curve& curve, Second until) const {
  const Second offset = until - grid_.begin;
  if (offset <= 0) return static_cast<int128>(curve.rate.front()) * offset;
  const Second slot = offset / grid_.slot;
  if (slot >= grid_.slots) {
    const Second over = offset - grid_.slot * static_cast<Second>(grid_.slots);
    return curve.sum.back() + static_cast<int128>(curve.beyond) * over;
  }
  const auto index = static_cast<std::size_t>(slot);
  return curve.sum[index] + static_cast<int128>(curve.rate[index]) * (offset - slot * grid_.slot);
}

std::int64_t PriceTable::capacity_at(PoolId pool, Second at) const {
  const Second slot = std::clamp<Second>((at - grid_.begin) / grid_.slot, 0, grid_.slots - 1);
  return capacity_[pool.value][static_cast<std::size_t>(slot)];
}

std::int64_t PriceTable::cost(PoolId pool, engine::Need need, Second at, Second duration) const {
  const bool whole = need.per_node == node_devices_[pool.value];
  const Curve& curve = (whole ? whole_ : shared_)[pool.value];
  const int128 per_device = integral(curve, at + duration) - integral(curve, at);
  return static_cast<std::int64_t>(per_device * need.devices() / kHour);
}

}  // namespace tongsuan::rolling
