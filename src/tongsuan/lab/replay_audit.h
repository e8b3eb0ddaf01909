// Test helper: small worlds, and a second book-keeper who sees only the events of a replay and the
// script, and counts everything again in the slowest way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/lab/replay.h"
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
  }
  [[nodiscard]] Instance take() { return std::move(world_); }

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

  Random random_;
  Instance world_;
};

// One contract as the events tell it.
struct Told {
  engine::StartOrder what;
  Second start = 0;
  Second startup = 0;  // while its checkpoint comes from another hub
  Second end = -1;
  engine::EndReason reason = engine::EndReason::kCompleted;
};

class Audit {
 public:
  explicit Audit(const Instance& instance) : instance_(instance) {
    for (const engine::Pool& pool : instance.places.pools) {
      taken_.emplace_back(pool.nodes);
      down_.emplace_back(pool.nodes);
    }
    for (std::uint32_t i = 0; i < instance.places.data_sets.size(); ++i) {
      for (const HubId hub : instance.places.data_sets[i].replicas) data_at_.insert({i, hub.value});
    }
  }

  // Never more than a node has, never down, never twice, never without data, never before its time.
  void see(const engine::Event& event) {
    engine::append_bytes(event, bytes_);
    ++events_;
    now_ = event.at;
    std::visit([&](const auto& what) { on(what); }, event.what);
  }

  // `result` says what the events do.
  void expect(const RunResult& result) const {
    EXPECT_EQ(result.events, events_);
    const Digest digest = sha256(bytes_);
    EXPECT_EQ(result.digest, hex(digest.data(), digest.size()));
    expect_states(result);
    expect_value(result);
    expect_devices(result);
    expect_energy(result);
    expect_idle(result);
  }

 private:
  using Ended = engine::ContractEnded;
  void on(const engine::OrderAccepted& event) {
    ASSERT_EQ(event.order.value, states_.size());
    ASSERT_EQ(now_, event.what.submit);
    states_.push_back(engine::OrderState::kWaiting);
  }
  void on(const engine::OrderRefused&) { states_.push_back(engine::OrderState::kRefused); }
  void on(const engine::OrderGone& event) {
    ASSERT_EQ(states_[event.order.value], engine::OrderState::kWaiting);
    states_[event.order.value] = event.state;
    if (event.state == engine::OrderState::kLeft) {
      ASSERT_EQ(now_, job(event.order).order.latest_start);
    }
  }
  void on(const engine::NodesChanged& event) {
    for (std::uint32_t i = event.begin; i < event.end; ++i) {
      ASSERT_EQ(taken_[event.pool.value][i], 0U);
      down_[event.pool.value][i] = !event.up;
    }
  }
  void on(const engine::AskChanged&) {}
  void on(const engine::ContractStarted& event) {
    ASSERT_EQ(event.contract.value, told_.size());
    ASSERT_EQ(states_[event.what.order.value], engine::OrderState::kWaiting) << "runs twice";
    states_[event.what.order.value] = engine::OrderState::kRunning;
    const engine::LiveOrder& order = job(event.what.order).order;
    const engine::Pool& pool = instance_.places.pools[event.what.pool.value];
    ASSERT_TRUE(order.data == kNone || data_at_.contains({order.data, pool.hub.value}));
    ASSERT_TRUE(order.hubs.empty() || std::ranges::count(order.hubs, pool.hub) == 1);
    ASSERT_EQ(order.ways[event.what.way].accelerator, pool.accelerator);
    told_.push_back({event.what, now_});
    const auto last = last_hub_.emplace(event.what.order.value, pool.hub.value).first;
    if (last->second != pool.hub.value) {
      told_.back().startup =
          std::max<Second>(0, instance_.script.restart_far - instance_.script.restart);
    }
    last->second = pool.hub.value;
    for (const std::uint32_t node : event.what.nodes) {
      std::uint32_t& taken = taken_[event.what.pool.value][node];
      taken += per_node(told_.back());
      ASSERT_LE(taken, pool.node_devices) << "capacity";
      ASSERT_FALSE(down_[event.what.pool.value][node]);
    }
  }
  void on(const Ended& event) {
    Told& told = told_[event.contract.value];
    ASSERT_EQ(told.end, -1);
    told.end = now_;
    told.reason = event.reason;
    for (const std::uint32_t node : told.what.nodes) {
      taken_[told.what.pool.value][node] -= per_node(told);
    }
    engine::OrderState& state = states_[told.what.order.value];
    ASSERT_EQ(state, engine::OrderState::kRunning);
    state = event.reason == engine::EndReason::kCompleted   ? engine::OrderState::kDone
            : event.reason == engine::EndReason::kCancelled ? engine::OrderState::kCancelled
                                                            : engine::OrderState::kWaiting;
  }
  void on(const engine::ContractExtended&) {}
  void on(const engine::TransferStarted& event) {
    data_due_[{event.data, instance_.places.links[event.link.value].to.value}] = event.ready;
  }
  void on(const engine::TransferEnded& event) {
    const auto due = data_due_.find({event.data, event.to.value});
    ASSERT_NE(due, data_due_.end());
    ASSERT_EQ(due->second, now_);
    data_at_.insert({event.data, event.to.value});
  }
  void on(const engine::RoundClosed& event) { ASSERT_EQ(event.what.round, ++rounds_); }

  [[nodiscard]] const world::Job& job(OrderId order) const {
    return instance_.script.jobs[order.value];
  }
  [[nodiscard]] std::uint32_t gang(const Told& told) const {
    return job(told.what.order).order.ways[told.what.way].gang;
  }
  [[nodiscard]] std::uint32_t per_node(const Told& told) const {
    const std::uint32_t all = instance_.places.pools[told.what.pool.value].node_devices;
    const bool whole = job(told.what.order).order.whole_nodes || gang(told) > all;
    return whole ? all : gang(told);
  }
  [[nodiscard]] std::int64_t held(const Told& told) const {
    return static_cast<std::int64_t>(told.what.nodes.size()) * per_node(told);
  }
  // The end, or when the replay stopped.
  [[nodiscard]] Second end(const Told& told) const {
    return told.end >= 0 ? told.end : std::max(now_, instance_.span);
  }
  [[nodiscard]] Second kept(const Told& told) const {
    if (told.end < 0) return end(told) - told.start;
    const Second ran = std::max<Second>(0, end(told) - told.start - told.startup);
    const Second checkpoint = job(told.what.order).checkpoint;
    if (told.reason == engine::EndReason::kFailed) {
      return checkpoint > 0 ? ran - ran % checkpoint : 0;
    }
    const bool moved = told.reason == engine::EndReason::kPreempted;
    return moved ? std::max<Second>(0, ran - instance_.script.restart) : ran;
  }
  [[nodiscard]] double capacity() const {
    std::int64_t devices = 0;
    for (const engine::Pool& pool : instance_.places.pools) {
      devices += std::int64_t{pool.nodes} * pool.node_devices;
    }
    return static_cast<double>(devices);
  }

  void expect_states(const RunResult& result) const {
    const auto count = [&](engine::OrderState state) {
      return static_cast<std::uint64_t>(std::ranges::count(states_, state));
    };
    const auto ended = [&](engine::EndReason reason) {
      return static_cast<std::uint64_t>(std::ranges::count_if(
          told_, [&](const Told& told) { return told.end >= 0 && told.reason == reason; }));
    };
    EXPECT_EQ(result.refused, count(engine::OrderState::kRefused));
    EXPECT_EQ(result.left, count(engine::OrderState::kLeft));
    EXPECT_EQ(result.cancelled, count(engine::OrderState::kCancelled));
    EXPECT_EQ(result.unfinished,
              count(engine::OrderState::kWaiting) + count(engine::OrderState::kRunning));
    EXPECT_EQ(result.stops, ended(engine::EndReason::kFailed));
    EXPECT_EQ(result.moves, ended(engine::EndReason::kPreempted));
    EXPECT_EQ(result.jobs, instance_.script.jobs.size());
    EXPECT_EQ(result.jobs, states_.size()) << "some never came";
    EXPECT_EQ(result.jobs, count(engine::OrderState::kDone) + result.refused + result.left +
                               result.cancelled + result.unfinished);
  }

  // All time without progress beyond the grace lowers the value, by the delay cost of an hour.
  void expect_value(const RunResult& result) const {
    double value = 0;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (states_[i] != engine::OrderState::kDone) continue;
      const engine::LiveOrder& order = instance_.script.jobs[i].order;
      Second last = 0, worked = 0;
      for (const Told& told : told_) {
        if (told.what.order.value != i) continue;
        worked += kept(told);
        last = std::max(last, told.end);
      }
      const Second costly = std::max<Second>(0, last - order.submit - worked - order.grace);
      const double lost =
          static_cast<double>(order.delay_cost) * static_cast<double>(costly) / 3600;
      value += std::max(0.0, static_cast<double>(order.value) - lost);
    }
    const auto slack = static_cast<double>(states_.size());  // a micro-yuan each
    EXPECT_NEAR(result.value_yuan * 1e6, value, slack);
  }

  // What is held is useful, lost or idle in the hands of its holder; nothing else.
  void expect_devices(const RunResult& result) const {
    std::int64_t all = 0, useful = 0, useless = 0;
    for (const Told& told : told_) {
      const auto within = [&](Second until) {
        return std::max<Second>(0, std::min(until, instance_.span) - told.start);
      };
      all += held(told) * within(end(told));
      useful += gang(told) * within(told.start + kept(told));
      useless += (held(told) - gang(told)) * within(end(told));
    }
    const double there = capacity() * static_cast<double>(instance_.span);
    EXPECT_NEAR(result.utilisation, static_cast<double>(useful) / there, 1e-9);
    EXPECT_NEAR(result.held_idle, static_cast<double>(useless) / there, 1e-9);
    EXPECT_NEAR(result.utilisation + result.held_idle + result.lost,
                static_cast<double>(all) / there, 1e-9);
  }

  // Power second by second: what starts adds to it, what ends takes it away.
  void expect_energy(const RunResult& result) const {
    const std::size_t zones = instance_.places.zones.size();
    std::vector<std::map<Second, std::int64_t>> steps(zones);
    for (const Told& told : told_) {
      const engine::Pool& pool = instance_.places.pools[told.what.pool.value];
      const Hub& hub = instance_.places.hubs[pool.hub.value];
      if (hub.power_zone == kNone) continue;
      const std::int64_t milliwatts = std::int64_t{gang(told)} * hub.pue_milli *
                                      instance_.places.classes[pool.accelerator.value].watts;
      steps[hub.power_zone][told.start] += milliwatts;
      steps[hub.power_zone][end(told)] -= milliwatts;
    }
    std::vector<std::int64_t> by_hour;  // Wh
    for (const auto& zone : steps) {
      std::int64_t power = 0, sum = 0;
      const Second last = zone.empty() ? 0 : zone.rbegin()->first;
      for (Second at = 0; at <= last + kHour; ++at) {
        if (at > 0 && at % kHour == 0) {
          const auto hour = static_cast<std::size_t>(at / kHour - 1);
          if (hour >= by_hour.size()) by_hour.resize(hour + 1);
          by_hour[hour] += sum / 3'600'000;
          sum = 0;
        }
        if (const auto step = zone.find(at); step != zone.end()) power += step->second;
        sum += power;
      }
    }
    std::int64_t all = 0;
    for (const std::int64_t hour : by_hour) all += hour;
    const bool counted = !instance_.energy.empty();
    EXPECT_NEAR(result.energy_mwh, counted ? static_cast<double>(all) / 1e6 : 0, 1e-9);
    for (std::size_t hour = 0; counted && hour < result.hours.size(); ++hour) {
      const double mwh = hour < by_hour.size() ? static_cast<double>(by_hour[hour]) / 1e6 : 0;
      ASSERT_NEAR(result.hours[hour].energy_mwh, mwh, 1e-9) << "hour " << hour;
      ASSERT_LE(result.hours[hour].green_mwh, mwh + 1e-9) << "hour " << hour;
    }
  }

  // Reasons for idle devices add up to the devices that nobody held when they were looked at.
  void expect_idle(const RunResult& result) const {
    double free = 0, looks = 0;
    for (Second at = kHour / 2; at < instance_.span; at += kHour, ++looks) {
      std::int64_t taken = 0;
      for (const Told& told : told_) {
        if (told.start <= at && at < end(told)) taken += held(told);
      }
      free += 1 - static_cast<double>(taken) / capacity();
    }
    const IdleReasons& idle = result.idle;
    EXPECT_NEAR(idle.no_demand + idle.wrong_place + idle.wrong_class + idle.fragments +
                    idle.held_back + idle.down,
                free / looks, 1e-9);
  }

  const Instance& instance_;
  Second now_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t rounds_ = 0;
  std::string bytes_;
  std::vector<engine::OrderState> states_;
  std::vector<Told> told_;
  std::map<std::uint32_t, std::uint32_t> last_hub_;  // by order
  std::vector<std::vector<std::uint32_t>> taken_;    // by pool, node
  std::vector<std::vector<bool>> down_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> data_at_;  // data set, hub
  std::map<std::pair<std::uint32_t, std::uint32_t>, Second> data_due_;
};

}  // namespace tongsuan::lab::testing
