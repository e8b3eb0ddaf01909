// Test helper: small worlds with everything in them that a replay may meet.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "tongsuan/base/random.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/world/faults.h"

namespace tongsuan::lab::testing {

// Up to three hubs, two classes, failures, data, energy; a few dozen jobs of every kind.
class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed) : random_(seed) {
    world_.scenario = "small";
    world_.seed = seed;
    world_.span = kDay;
    world_.drain = 20 * kDay;
    add_places();
    add_energy();
    world::FaultOptions faults;
    faults.span = world_.span;
    faults.seed = seed;
    faults.node_failure_hours = random_.below(2) == 0 ? 0 : 60;
    faults.node_repair_hours = 2;
    world_.script.nodes = world::make_faults(world_.places, faults);
    world_.script.asks = {{4 * kHour, engine::PoolId{0}, Price(7'000'000)}};
    Second at = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
      at += random_.between(0, 1'500);
      add_job(at);
    }
    want_later(seed);
  }
  [[nodiscard]] Instance take() { return std::move(world_); }
  // Hubs that do what real ones do, and more often.
  [[nodiscard]] Instance take_with_real_hubs() {
    world::FaultOptions faults;
    faults.span = world_.span;
    faults.seed = world_.seed;
    faults.node_failure_hours = 60;
    world::HubFaults& hubs = faults.hubs;
    hubs.start_delay_seconds = 60;
    hubs.controller_away_per_mille = 800;
    hubs.controller_away_seconds = 1'000;
    hubs.agent_away_per_mille = 800;
    hubs.agent_away_seconds = 4'000;
    hubs.take_over_per_mille = 500;
    hubs.requeue_hours = 15;
    hubs.own_work_per_mille = 800;
    hubs.own_work_percent = 40;
    hubs.phantom_per_mille = 100;
    hubs.stuck_per_mille = 200;
    world_.script.nodes = world::make_faults(world_.places, faults);
    world_.script.hubs = world::make_hub_truth(world_.places, hubs, world_.span, world_.seed);
    return std::move(world_);
  }

 private:
  std::uint32_t below(std::uint64_t bound) {
    return static_cast<std::uint32_t>(random_.below(bound));
  }

  void add_places() {
    engine::Places& places = world_.places;
    const std::uint32_t hubs = 1 + below(3);
    for (const char* name : {"A", "B"}) places.class_names.push_back(name);
    places.classes = {{400, 4}, {250, 2}};
    for (std::uint32_t hub = 0; hub < hubs; ++hub) {
      const std::string name(1, static_cast<char>('a' + hub));
      places.hub_names.push_back("hub-" + name);
      places.zone_names.push_back("zone-" + name);
      places.account_names.push_back("user-" + name);
      places.zones.push_back({Commodity::kPower, Disposal::kFree});
      Hub made;
      made.pue_milli = 1'000 + below(400);
      if (hub < 2) made.power_zone = hub;
      places.hubs.push_back(made);
      places.accounts.push_back({hub});
      places.pools.push_back({HubId{hub}, ClassId{0}, 1 + below(3), 4, Price(5'000'000)});
      if (hub == 0) places.pools.push_back({HubId{hub}, ClassId{1}, 2, 2, Price(3'000'000)});
    }
    places.data_sets = {{200'000, {HubId{0}}}};
    for (std::uint32_t hub = 1; hub < hubs; ++hub) {
      places.links.push_back({HubId{0}, HubId{hub}, 100, Price(20'000'000)});
    }
  }

  void add_energy() {
    Energy& energy = world_.energy;
    energy.hours = 48;
    const std::size_t zones = world_.places.zones.size();
    energy.green.resize(zones);
    energy.tariff.resize(zones);
    for (std::size_t zone = 0; zone < zones; ++zone) {
      for (std::uint32_t hour = 0; hour < energy.hours; ++hour) {
        energy.green[zone].push_back(random_.between(0, 6'000));
        energy.tariff[zone].push_back(random_.between(200, 900) * 1'000'000);
      }
    }
    energy.green_forecast = energy.green;
    energy.grid_grams.assign(zones, 500);
    energy.unmatched_adder = 50'000'000;
    if (zones > 1) energy.lines = {{ZoneId{0}, ZoneId{1}, 2'000, Price(10'000'000)}};
  }

  void add_job(Second at) {
    const auto hubs = static_cast<std::uint32_t>(world_.places.hubs.size());
    world::Job job;
    engine::LiveOrder& order = job.order;
    order.submit = at;
    order.home = below(hubs);
    order.account = AccountId{order.home};
    order.latest_start = at + random_.between(600, 90'000);
    order.value = random_.between(1, 500) * 1'000'000;
    order.delay_cost = order.value / random_.between(1, 30);
    // From the second alone, so that the draws of other terms stay what they were.
    if (at % 4 == 0) order.grace = at % 40'000;
    order.whole_nodes = random_.below(10) == 0;
    order.ways = {{ClassId{0}, 1 + below(8), random_.between(1, 20'000)}};
    if (random_.below(3) == 0) order.ways.push_back({ClassId{1}, 1 + below(4), 9'000});
    if (random_.below(3) == 0) order.hubs = {HubId{order.home}};
    if (random_.below(4) == 0) order.data = 0;
    job.actual_ppm = static_cast<std::uint32_t>(random_.between(100'000, 1'700'000));
    job.checkpoint = random_.below(2) == 0 ? 0 : 1'800;
    if (random_.below(12) == 0) job.cancel = at + random_.between(1, 20'000);
    world_.script.jobs.push_back(std::move(job));
  }

  // Some jobs are known before their owners want them; most of these pay for a block.
  void want_later(std::uint64_t seed) {
    Random random(seed + 1'000'000);
    for (world::Job& job : world_.script.jobs) {
      if (random.below(4) > 0) continue;
      job.order.not_before = job.order.submit + random.between(0, 20'000);
      job.order.latest_start = job.order.not_before + random.between(600, 90'000);
      job.order.premium = random.below(4) == 0 ? 0 : random.between(1, 200) * 1'000'000;
    }
  }

  Random random_;
  Instance world_;
};

}  // namespace tongsuan::lab::testing
