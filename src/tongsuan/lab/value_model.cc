#include "tongsuan/lab/value_model.h"

#include <algorithm>
#include <limits>
#include <map>

#include "tongsuan/lab/bound_parts.h"

namespace tongsuan::lab {
namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 4;

std::vector<std::int64_t> capacity_by_hour(const Instance& instance, const ValueModel& model,
                                           std::uint32_t pool) {
  std::vector<std::int64_t> hours(model.hours);
  const std::vector<UpDevices> up = up_devices(instance, pool, model.end);
  std::size_t step = 0;
  for (Second at = 0; at < model.end;) {
    while (step + 1 < up.size() && up[step + 1].at <= at) ++step;
    Second end = std::min(model.end, (at / kHour + 1) * kHour);
    if (step + 1 < up.size()) end = std::min(end, up[step + 1].at);
    hours[static_cast<std::size_t>(at / kHour)] += up[step].devices * (end - at);
    at = end;
  }
  return hours;
}

std::vector<std::int64_t> asks_by_hour(const Instance& instance, const ValueModel& model,
                                       std::uint32_t pool) {
  // A lower ask only raises the bound, so absurd ones are cut to keep sums within 64 bits.
  const std::int64_t first = std::min(instance.places.pools[pool].ask.raw(), kValuePriceMax);
  std::vector<std::int64_t> hours(model.hours, first);
  std::int64_t in_force = first;
  std::size_t next_hour = 0;  // hours before it are final but for asks that come within them
  for (const world::AskChange& change : instance.script.asks) {
    if (change.pool.value != pool || change.at >= model.end) continue;
    const auto hour = static_cast<std::size_t>(std::max<Second>(0, change.at) / kHour);
    for (; next_hour <= hour; ++next_hour) {
      hours[next_hour] = std::min(hours[next_hour], in_force);
    }
    in_force = std::min(change.ask.raw(), kValuePriceMax);
    hours[hour] = std::min(hours[hour], in_force);
  }
  for (; next_hour < hours.size(); ++next_hour) {
    hours[next_hour] = std::min(hours[next_hour], in_force);
  }
  return hours;
}

// Least micro-yuan per TB from any copy to each hub (Bellman and Ford); kFar: no way there.
std::vector<std::int64_t> path_prices(const engine::Places& places, const engine::DataCopy& copy) {
  std::vector<std::int64_t> price(places.hubs.size(), kFar);
  for (const HubId hub : copy.replicas) price[hub.value] = 0;
  for (std::size_t pass = 0; pass < places.hubs.size(); ++pass) {
    bool moved = false;
    for (const engine::DataLink& link : places.links) {
      if (price[link.from.value] == kFar) continue;
      const std::int64_t by_link =
          price[link.from.value] + std::max<std::int64_t>(0, link.price.raw());
      if (by_link >= price[link.to.value]) continue;
      price[link.to.value] = by_link;
      moved = true;
    }
    if (!moved) break;
  }
  return price;
}

void fill_fees(const Instance& instance, ValueModel& model) {
  const engine::Places& places = instance.places;
  std::vector<std::int64_t> users(places.data_sets.size());
  for (const world::Job& job : instance.script.jobs) {
    if (job.order.data != kNone) ++users[job.order.data];
  }
  for (std::size_t data = 0; data < places.data_sets.size(); ++data) {
    std::vector<std::int64_t> fees = path_prices(places, places.data_sets[data]);
    for (std::int64_t& fee : fees) {
      if (fee == kFar) {
        fee = kNever;
        continue;
      }
      const auto whole =
          static_cast<int128>(fee) * static_cast<std::int64_t>(places.data_sets[data].size_mb);
      fee = divide(whole, static_cast<int128>(kMicro) * std::max<std::int64_t>(1, users[data]),
                   Rounding::kDown);
    }
    model.fees.push_back(std::move(fees));
  }
}

using SetIds = std::map<std::vector<std::uint32_t>, std::uint32_t>;

void add_job(const Instance& instance, std::uint32_t id, Runs runs, SetIds& sets,
             ValueModel& model) {
  const world::Job& job = instance.script.jobs[id];
  const engine::LiveOrder& order = job.order;
  const auto first = static_cast<std::uint32_t>(model.ways.size());
  const Second end = job.cancel < 0 ? model.end : std::min(model.end, job.cancel);
  const Second from = engine::wanted_from(order);
  bool in_time = false;
  for (const engine::Way& way : order.ways) {
    const Second duration = true_seconds(job, way);
    const Second latest = std::min(order.latest_start, end - duration);
    if (latest < from && runs == Runs::kThrough) continue;
    std::vector<std::uint32_t> pools = pools_of(instance.places, order, way);
    if (pools.empty()) continue;
    in_time |= latest >= from;
    const auto [at, fresh] =
        sets.try_emplace(std::move(pools), static_cast<std::uint32_t>(model.pool_sets.size()));
    if (fresh) model.pool_sets.push_back(at->first);
    model.ways.push_back({way.gang, duration, latest, at->second, order.whole_nodes});
  }
  const auto count = static_cast<std::uint32_t>(model.ways.size()) - first;
  if (!in_time) model.ways.resize(first);
  if (count == 0 || !in_time) return;
  std::int64_t value = order.value;
  if (runs == Runs::kInParts) {
    // Parts are priced by the hour, without a grace: what waiting within it would cost is added.
    value += divide(static_cast<int128>(order.delay_cost) * order.grace, kHour, Rounding::kUp);
  }
  model.jobs.push_back({id, from, value, order.delay_cost, first, count, order.data, end,
                        engine::decays_from(order)});
}

}  // namespace

std::uint32_t value_hours(const Instance& instance) {
  return static_cast<std::uint32_t>((instance.span + instance.drain + kHour - 1) / kHour);
}

ValueModel value_model(const Instance& instance, Runs runs) {
  ValueModel model;
  model.hours = value_hours(instance);
  model.end = instance.span + instance.drain;
  for (std::uint32_t i = 0; i < instance.places.pools.size(); ++i) {
    const engine::Pool& pool = instance.places.pools[i];
    const Hub& hub = instance.places.hubs[pool.hub.value];
    model.capacity.push_back(capacity_by_hour(instance, model, i));
    model.asks.push_back(asks_by_hour(instance, model, i));
    model.zones.push_back(instance.energy.empty() ? kNone : hub.power_zone);
    model.milliwatts.push_back(std::int64_t{instance.places.classes[pool.accelerator.value].watts} *
                               hub.pue_milli);
    model.node_devices.push_back(pool.node_devices);
    model.hubs.push_back(pool.hub.value);
  }
  fill_fees(instance, model);
  SetIds sets;
  for (std::uint32_t id = 0; id < instance.script.jobs.size(); ++id) {
    add_job(instance, id, runs, sets, model);
  }
  return model;
}

std::vector<std::vector<std::int64_t>> energy_prices(
    const Instance& instance, const ValueModel& model,
    const std::vector<std::vector<std::int64_t>>& green) {
  std::vector<std::vector<std::int64_t>> prices;
  for (std::size_t pool = 0; pool < model.zones.size(); ++pool) {
    std::vector<std::int64_t> row(model.hours);
    const std::uint32_t zone = model.zones[pool];
    for (std::uint32_t hour = 0; hour < model.hours && zone != kNone; ++hour) {
      const std::size_t at = instance.energy.hour_at(Second{hour} * kHour);
      const bool known =
          zone < instance.energy.tariff.size() && at < instance.energy.tariff[zone].size();
      int128 tariff = known ? instance.energy.tariff[zone][at] : 0;
      if (!green.empty()) tariff += green[zone][hour];
      const int128 price =
          divide_wide(tariff * model.milliwatts[pool], 1'000'000'000, Rounding::kDown);
      row[hour] = static_cast<std::int64_t>(
          std::clamp<int128>(price, -int128{kValuePriceMax}, int128{kValuePriceMax}));
    }
    prices.push_back(std::move(row));
  }
  return prices;
}

}  // namespace tongsuan::lab
