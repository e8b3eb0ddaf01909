#include "tongsuan/rolling/price_table.h"

#include <algorithm>

#include "tongsuan/green/green.h"

namespace tongsuan::rolling {
namespace {

using engine::kDay;
using engine::kHour;
using engine::PoolId;

// What a new forecast weighs against all before it.
constexpr std::int64_t kSmoothing = 4;

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
    : grid_(grid) {
  const engine::Places& places = state.places();
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    node_devices_.push_back(pool.node_devices);
    shared_.push_back(state.pool(PoolId{i}).ask.raw());
    whole_.push_back(shared_.back());
    raw_.push_back(shared_.back());
    Curve curve{std::vector<std::int64_t>(grid.slots), {}, 0};
    const Hub& hub = places.hubs[pool.hub.value];
    for (Slot slot = 0; slot < grid.slots && !energy.empty() && hub.power_zone != kNone; ++slot) {
      const std::size_t hour = energy.hour_at(grid.begin + grid.slot * slot);
      curve.rate[slot] = energy_rate(draw_of(places, pool), energy.tariff[hub.power_zone][hour]);
    }
    integrate(curve);
    energy_.push_back(std::move(curve));
  }
}

// Hubs, classes and zones of the book are those of the places, sorted by name.
PriceTable::Rows PriceTable::rows_of(const engine::Places& places, const Book& book,
                                     const market::Problem& problem, const Prices& prices) const {
  Rows rows;
  rows.capacity.resize(places.pools.size());
  rows.nodes.resize(places.pools.size());
  rows.zones.resize(places.zones.size());
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    const market::Lane& at = problem.lanes[lane];
    const std::int64_t* row = prices.data() + problem.row(lane, 0);
    if (at.kind == market::LaneKind::kZone) {
      rows.zones[position(places.zone_names, book.market.zone_names[at.first])] = row;
    } else if (at.kind == market::LaneKind::kCapacity || at.kind == market::LaneKind::kNode) {
      const HubId hub{position(places.hub_names, book.market.hub_names[at.first])};
      const ClassId accelerator{position(places.class_names, book.market.class_names[at.second])};
      const std::uint32_t pool = engine::find_pool(places, hub, accelerator);
      if (pool == kNone) continue;
      (at.kind == market::LaneKind::kNode ? rows.nodes : rows.capacity)[pool] = row;
    }
  }
  return rows;
}

std::int64_t PriceTable::smoothed(std::int64_t old, const std::int64_t* prices) const {
  const auto day = static_cast<Slot>(std::clamp<Second>(kDay / grid_.slot, 1, grid_.slots));
  int128 sum = 0;
  for (Slot slot = 0; slot < day; ++slot) sum += prices[slot];
  const auto mean = static_cast<std::int64_t>(sum / day);
  return version_ <= 1 ? mean : old + (mean - old) / kSmoothing;
}

void PriceTable::set(const engine::State& state, const Book& book, const market::Problem& problem,
                     const Prices& prices, const Grid& grid) {
  const engine::Places& places = state.places();
  grid_ = grid;
  ++version_;
  const Rows rows = rows_of(places, book, problem, prices);
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    const std::int64_t ask = state.pool(PoolId{i}).ask.raw();
    const std::int64_t extra = whole_[i] - shared_[i];
    if (rows.capacity[i] != nullptr) {
      raw_[i] = std::max(ask, smoothed(raw_[i], rows.capacity[i]));
      shared_[i] = ask + (raw_[i] - ask) / 100 * percent_;
    }
    whole_[i] = shared_[i] + extra;
    if (rows.nodes[i] != nullptr) {
      const std::int64_t node = smoothed(extra * pool.node_devices, rows.nodes[i]);
      whole_[i] = shared_[i] + node / pool.node_devices;
    }
  }
}

namespace {

// Wh that running work is expected to draw in each hour from now on, by zone.
std::vector<std::vector<std::int64_t>> running_draw(const engine::State& state, const Grid& grid) {
  const engine::Places& places = state.places();
  std::vector<std::vector<std::int64_t>> draw(places.zones.size(),
                                              std::vector<std::int64_t>(grid.slots));
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    const std::uint32_t zone = places.hubs[pool.hub.value].power_zone;
    if (zone == kNone) continue;
    const FreeBySlot free = free_by_slot(state, PoolId{i}, grid);
    const auto up = static_cast<std::int64_t>(state.pool(PoolId{i}).up);
    for (Slot slot = 0; slot < grid.slots; ++slot) {
      draw[zone][slot] += (up - free.devices[slot]) * draw_of(places, pool) / 1'000;
    }
  }
  return draw;
}

}  // namespace

void PriceTable::set_energy(const engine::State& state, const engine::Energy& energy,
                            const Grid& grid, std::int64_t adder) {
  if (energy.empty()) return;
  grid_ = grid;
  ++version_;
  const engine::Places& places = state.places();
  const std::vector<std::vector<std::int64_t>> running = running_draw(state, grid);
  const std::size_t zones = places.zones.size();
  if (drawn_.empty()) drawn_.assign(zones, 0);
  for (std::size_t zone = 0; zone < zones; ++zone) {
    drawn_[zone] += (running[zone][0] - drawn_[zone]) / 16;
  }
  std::vector<std::vector<std::int64_t>> price(zones, std::vector<std::int64_t>(grid.slots));
  std::vector<std::int64_t> use(zones);
  for (Slot slot = 0; slot < grid.slots; ++slot) {
    for (std::size_t zone = 0; zone < zones; ++zone) {
      use[zone] = slot == 0 ? running[zone][0] : std::max(running[zone][slot], drawn_[zone]);
    }
    const std::size_t hour = energy.hour_at(grid.begin + grid.slot * slot);
    const std::vector<std::int64_t> more = green::marginal_green(energy, hour, use);
    for (std::size_t zone = 0; zone < zones; ++zone) {
      // Within a tenth of what the zone draws, green energy counts as running out.
      const std::int64_t plenty = std::max<std::int64_t>(1, use[zone] / 10);
      const std::int64_t left = std::min(more[zone], plenty);
      price[zone][slot] = energy.tariff[zone][hour] +
                          static_cast<std::int64_t>(static_cast<int128>(adder) *
                                                    (plenty - left) / plenty);
    }
  }
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    const std::uint32_t zone = places.hubs[pool.hub.value].power_zone;
    if (zone == kNone) continue;
    Curve& curve = energy_[i];
    curve.rate.resize(grid.slots);
    for (Slot slot = 0; slot < grid.slots; ++slot) {
      curve.rate[slot] = energy_rate(draw_of(places, pool), price[zone][slot]);
    }
    integrate(curve);
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

std::int64_t PriceTable::energy(PoolId pool, std::uint32_t devices, Second at,
                                Second duration) const {
  const Curve& curve = energy_[pool.value];
  const int128 per_device = integral(curve, at + duration) - integral(curve, at);
  return static_cast<std::int64_t>(per_device * devices / kHour);
}

std::int64_t PriceTable::cost(PoolId pool, engine::Need need, Second at, Second duration) const {
  const bool whole = need.per_node == node_devices_[pool.value];
  const int128 scarcity = static_cast<int128>((whole ? whole_ : shared_)[pool.value]) *
                          need.devices() * duration / kHour;
  return static_cast<std::int64_t>(scarcity) + energy(pool, need.devices(), at, duration);
}

}  // namespace tongsuan::rolling
