// Test helper: small exchanges of every kind, and a desk that is stirred at random.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/dispatch/desk.h"
#include "tongsuan/engine/energy.h"
#include "tongsuan/engine/engine.h"

namespace tongsuan::rolling::testing {

// Keeps what happened, and how often the engine refused. Whatever is stopped keeps what was done.
class PlainDesk final : public dispatch::Desk {
 public:
  explicit PlainDesk(engine::Places places) : engine_(std::move(places)) {}
  [[nodiscard]] const engine::State& state() const override { return engine_.state(); }
  [[nodiscard]] Second now() const override { return now_; }
  bool execute(engine::Command command) override {
    if (auto* end = std::get_if<engine::EndContract>(&command)) {
      if (end->contract.value >= state().contract_count()) return false;
      const OrderId order = state().contract(end->contract).order;
      end->done_ppm = std::max(end->done_ppm, state().order(order).done_ppm);
    }
    const bool accepted = engine_.execute(now_, std::move(command), events);
    if (!accepted) ++refused;
    return accepted;
  }
  // The state learns the time from events, and so a seller repeats its ask.
  void advance(Second now) {
    now_ = now;
    const engine::PoolState& pool = state().pool({0});
    if (pool.steps.empty()) {
      engine_.execute(now_, engine::ChangeAsk{engine::PoolId{0}, pool.ask}, events);
    } else {
      engine_.execute(now_, engine::ChangeSteps{engine::PoolId{0}, pool.steps}, events);
    }
  }
  OrderId submit(engine::LiveOrder order) {
    order.submit = now_;
    execute(engine::SubmitOrder{std::move(order)});
    return OrderId{state().order_count() - 1};
  }
  // Submits and starts at once.
  engine::ContractId run(engine::LiveOrder order, engine::PoolId pool,
                         std::vector<std::uint32_t> nodes) {
    const OrderId id = submit(std::move(order));
    execute(engine::StartOrder{id, 0, pool, std::move(nodes), state().pool(pool).ask});
    return engine::ContractId{state().contract_count() - 1};
  }

  std::vector<engine::Event> events;
  std::uint64_t refused = 0;

 private:
  engine::Engine engine_;
  Second now_ = 0;
};

// ---- By hand -----------------------------------------------------------------------------------

// Two hubs in one zone each. The first has pools of classes A and B, the second one of A. A device
// of A draws 1 kW, one of B half of that; four to a node of A, two to one of B.
inline engine::Places two_hubs(std::uint32_t nodes = 4) {
  engine::Places places;
  for (std::uint32_t hub = 0; hub < 2; ++hub) {
    places.hub_names.push_back(hub == 0 ? "here" : "there");
    places.zone_names.push_back(hub == 0 ? "zone-here" : "zone-there");
    places.zones.push_back({Commodity::kPower, Disposal::kFree});
    places.hubs.emplace_back();
    places.hubs.back().power_zone = hub;
  }
  for (const char* name : {"A", "B"}) places.class_names.push_back(name);
  places.classes = {{1'000, 4}, {500, 2}};
  places.account_names.push_back("somebody");
  places.accounts.push_back({0});
  places.pools = {{HubId{0}, ClassId{0}, nodes, 4, Price(5'000'000)},
                  {HubId{0}, ClassId{1}, nodes, 2, Price(3'000'000)},
                  {HubId{1}, ClassId{0}, nodes, 4, Price(5'000'000)}};
  return places;
}

// The same tariff and green energy in every hour of two days.
inline engine::Energy flat_energy(std::vector<std::int64_t> tariffs,
                                  std::vector<std::int64_t> green) {
  engine::Energy energy;
  energy.hours = 48;
  for (const std::int64_t tariff : tariffs) energy.tariff.emplace_back(energy.hours, tariff);
  for (const std::int64_t wh : green) energy.green.emplace_back(energy.hours, wh);
  energy.green_forecast = energy.green;
  energy.grid_grams.assign(tariffs.size(), 500);
  return energy;
}

inline engine::LiveOrder work(std::uint32_t gang, Second estimate, std::uint32_t accelerator = 0) {
  engine::LiveOrder order;
  order.latest_start = engine::kSecondsMax;
  order.value = 500'000'000;
  order.delay_cost = 3'600'000;
  order.ways = {{ClassId{accelerator}, gang, estimate}};
  return order;
}

// ---- At random ---------------------------------------------------------------------------------

// Up to four hubs, whose names are not in order; some draw from no zone.
inline engine::Places random_places(Random& random) {
  engine::Places places;
  const auto hubs = static_cast<std::uint32_t>(random.between(1, 4));
  static constexpr const char* kNames[] = {"delta", "alpha", "charlie", "bravo"};
  for (const char* name : {"H", "A"}) places.class_names.push_back(name);
  places.classes = {{700, 8}, {400, 4}};
  for (const char* name : {"windy", "sunny"}) {
    places.zone_names.push_back(name);
    places.zones.push_back({Commodity::kPower, Disposal::kFree});
  }
  for (const char* name : {"zoe", "adam"}) {
    places.account_names.push_back(name);
    places.accounts.push_back({0});
  }
  for (std::uint32_t hub = 0; hub < hubs; ++hub) {
    places.hub_names.push_back(kNames[hub]);
    places.hubs.emplace_back();
    places.hubs.back().pue_milli = 1'000 + static_cast<std::uint32_t>(random.below(400));
    if (random.below(4) != 0) {
      places.hubs.back().power_zone = static_cast<std::uint32_t>(random.below(2));
    }
    for (std::uint32_t i = 0; i < 2; ++i) {
      if (hub + i > 0 && random.below(4) == 0) continue;
      places.pools.push_back(
          {HubId{hub}, ClassId{i}, static_cast<std::uint32_t>(random.between(1, 5)),
           places.classes[i].node_devices, Price(random.between(1, 9) * kMicro)});
    }
    for (std::uint32_t to = 0; to < hubs; ++to) {
      if (to == hub || random.below(3) == 0) continue;
      const std::int64_t speed = random.below(20) == 0 ? kAmountMax : random.between(1, 200);
      places.links.push_back({HubId{hub}, HubId{to}, speed, Price(20 * kMicro)});
    }
  }
  for (int i = 0; i < 3; ++i) {
    const HubId at{static_cast<std::uint32_t>(random.below(hubs))};
    places.data_sets.push_back({static_cast<std::uint64_t>(random.between(1, 900'000)), {at}});
  }
  return places;
}

inline engine::Energy random_energy(Random& random, std::size_t zones) {
  engine::Energy energy;
  energy.hours = 48;
  energy.green.resize(zones);
  energy.tariff.resize(zones);
  for (std::size_t zone = 0; zone < zones; ++zone) {
    for (std::uint32_t hour = 0; hour < energy.hours; ++hour) {
      energy.green[zone].push_back(random.between(0, 20'000));
      energy.tariff[zone].push_back(random.between(200, 900) * kMicro);
    }
  }
  energy.green_forecast = energy.green;
  energy.grid_grams.assign(zones, 500);
  energy.unmatched_adder = random.between(0, 2) * 50 * kMicro;
  return energy;
}

inline engine::LiveOrder random_order(Random& random, const engine::Places& places, Second now) {
  engine::LiveOrder order;
  order.account = AccountId{static_cast<std::uint32_t>(random.below(2))};
  order.submit = now;
  order.latest_start = now + random.between(0, 200'000);
  order.value = random.between(0, 900) * kMicro;
  order.delay_cost = order.value / random.between(1, 40);
  if (random.below(100) == 0) order.value = order.delay_cost = kMoneyMax;
  if (order.value % 5 == 0) order.grace = order.value / kMicro * 100;
  const auto accelerator = static_cast<std::uint32_t>(random.below(2));
  order.ways = {{ClassId{accelerator}, static_cast<std::uint32_t>(random.between(1, 12)),
                 random.between(1, 60'000)}};
  if (random.below(3) == 0) {
    order.ways.push_back({ClassId{1 - accelerator},
                          static_cast<std::uint32_t>(random.between(1, 6)),
                          random.between(1, 60'000)});
  }
  if (random.below(3) == 0) {
    for (std::uint32_t hub = 0; hub < places.hubs.size(); ++hub) {
      if (random.below(2) == 0) order.hubs.push_back(HubId{hub});
    }
  }
  if (random.below(4) == 0) order.data = static_cast<std::uint32_t>(random.below(3));
  order.whole_nodes = random.below(10) == 0;
  return order;
}

// Starts the order at a random place if it fits there.
inline void start_somewhere(Random& random, PlainDesk& desk, OrderId id) {
  const engine::State& state = desk.state();
  const engine::LiveOrder& order = state.order(id).order;
  const auto way = static_cast<std::uint32_t>(random.below(order.ways.size()));
  const std::vector<engine::PoolId> pools = state.pools_of(order, way);
  if (pools.empty()) return;
  const engine::PoolId pool = pools[random.below(pools.size())];
  const engine::Need need = engine::need_of(order.ways[way], order.whole_nodes,
                                            state.places().pools[pool.value].node_devices);
  std::vector<std::uint32_t> nodes;
  const std::vector<engine::Node>& all = state.pool(pool).nodes;
  const auto first = static_cast<std::uint32_t>(random.below(all.size()));
  for (std::uint32_t i = 0; i < all.size() && nodes.size() < need.nodes; ++i) {
    const auto at = static_cast<std::uint32_t>((first + i) % all.size());
    if (all[at].up && all[at].free >= need.per_node) nodes.push_back(at);
  }
  std::ranges::sort(nodes);
  desk.execute(engine::StartOrder{id, way, pool, std::move(nodes), state.pool(pool).ask});
}

// Up to four steps over all devices of the pool.
inline std::vector<engine::AskStep> random_steps(Random& random, const engine::Pool& pool) {
  std::vector<engine::AskStep> steps;
  std::int64_t price = random.between(1, 9) * kMicro;
  std::uint64_t left = engine::devices_of(pool);
  while (left > 0) {
    const std::uint64_t devices = steps.size() == 3 ? left : 1 + random.below(left);
    steps.push_back({static_cast<std::uint32_t>(devices), Price(price)});
    left -= devices;
    price += random.between(0, 4) * kMicro;
  }
  return steps;
}

// A random command, some of which are refused.
inline void stir_once(Random& random, PlainDesk& desk) {
  const engine::State& state = desk.state();
  const engine::Places& places = state.places();
  const auto any = [&](std::size_t count) {
    return static_cast<std::uint32_t>(random.below(count));
  };
  const std::uint64_t what = random.below(14);
  if (what < 3 || state.order_count() == 0) {
    desk.execute(engine::SubmitOrder{random_order(random, places, desk.now())});
  } else if (what < 9) {
    start_somewhere(random, desk, OrderId{any(state.order_count())});
  } else if (what == 9 && state.contract_count() > 0) {
    const auto reason =
        random.below(2) == 0 ? engine::EndReason::kPreempted : engine::EndReason::kCompleted;
    desk.execute(engine::EndContract{engine::ContractId{any(state.contract_count())}, reason,
                                     any(engine::kPpm)});
  } else if (what == 10) {
    const engine::PoolId pool{any(places.pools.size())};
    const std::uint32_t node = any(places.pools[pool.value].nodes);
    desk.execute(engine::ReportNodes{pool, node, node + 1, random.below(3) != 0});
  } else if (what == 11 && !places.links.empty()) {
    desk.execute(engine::StartTransfer{any(places.data_sets.size()),
                                       engine::LinkId{any(places.links.size())}});
  } else if (what == 12) {
    const engine::PoolId pool{any(places.pools.size())};
    if (random.below(2) == 0) {
      desk.execute(engine::ChangeSteps{pool, random_steps(random, places.pools[pool.value])});
    } else {
      desk.execute(engine::ChangeAsk{pool, Price(random.between(1, 9) * kMicro)});
    }
  } else {
    desk.advance(desk.now() + random.between(1, 5'000));
  }
}

inline void stir(Random& random, PlainDesk& desk, int commands) {
  for (int i = 0; i < commands; ++i) stir_once(random, desk);
  desk.refused = 0;
}

}  // namespace tongsuan::rolling::testing
