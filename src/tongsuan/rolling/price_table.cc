#include "tongsuan/rolling/price_table.h"

#include <algorithm>

#include "tongsuan/green/green.h"

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

}  // namespace

Grid clock_hours(Second now, Second horizon) {
  return {now / kHour * kHour, kHour, static_cast<std::uint32_t>(horizon / kHour)};
}

PriceTable::PriceTable(const engine::State& state, const engine::Energy& energy, const Grid& grid)
    : grid_(grid), energy_(state.places().pools.size()) {
  std::vector<std::vector<std::int64_t>> price(state.places().zones.size(),
                                               std::vector<std::int64_t>(grid.slots));
  for (std::size_t zone = 0; zone < price.size() && !energy.empty(); ++zone) {
    for (Slot slot = 0; slot < grid.slots; ++slot) {
      price[zone][slot] = energy.tariff[zone][energy.hour_at(grid.begin + grid.slot * slot)];
    }
  }
  set_rates(state, price);
}

void PriceTable::set_rates(const engine::State& state,
                           const std::vector<std::vector<std::int64_t>>& price) {
  const engine::Places& places = state.places();
  asks_.resize(places.pools.size());
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    const engine::Pool& pool = places.pools[i];
    asks_[i] = state.pool(PoolId{i}).ask.raw();
    Curve& curve = energy_[i];
    curve.rate.assign(grid_.slots, 0);
    const std::uint32_t zone = places.hubs[pool.hub.value].power_zone;
    for (Slot slot = 0; slot < grid_.slots && zone != kNone; ++slot) {
      curve.rate[slot] = energy_rate(draw_of(places, pool), price[zone][slot]);
    }
    integrate(curve);
  }
}

namespace {

constexpr std::int64_t kDrawnMemory = 16;  // rounds that what is drawn of late remembers

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
                            const Grid& grid, std::int64_t charge) {
  grid_ = grid;
  const std::size_t zones = state.places().zones.size();
  std::vector<std::vector<std::int64_t>> price(zones, std::vector<std::int64_t>(grid.slots));
  if (energy.empty()) return set_rates(state, price);
  const std::vector<std::vector<std::int64_t>> running = running_draw(state, grid);
  drawn_.resize(zones, 0);
  for (std::size_t zone = 0; zone < zones; ++zone) {
    drawn_[zone] += (running[zone][0] - drawn_[zone]) / kDrawnMemory;
  }
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
      price[zone][slot] =
          energy.tariff[zone][hour] +
          static_cast<std::int64_t>(static_cast<int128>(charge) * (plenty - left) / plenty);
    }
  }
  set_rates(state, price);
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
  const int128 devices = static_cast<int128>(asks_[pool.value]) * need.devices() * duration / kHour;
  return static_cast<std::int64_t>(std::min<int128>(devices, kMoneyMax)) +
         energy(pool, need.devices(), at, duration);
}

}  // namespace tongsuan::rolling
