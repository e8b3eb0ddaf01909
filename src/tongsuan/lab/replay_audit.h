// Test helper: a second book-keeper who sees only the events of a replay and the script, and counts
// everything again in the slowest way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/lab/random_world.h"
#include "tongsuan/lab/replay.h"

namespace tongsuan::lab::testing {

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
    expect_forward(result);
  }
  [[nodiscard]] std::uint64_t kept() const { return kept_; }

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
    ASSERT_FALSE(blocks_.contains(event.order.value));
    if (event.state == engine::OrderState::kLeft) {
      ASSERT_EQ(now_, job(event.order).order.latest_start);
    }
  }
  void on(const engine::NodesChanged& event) {
    for (std::uint32_t i = event.begin; i < event.end; ++i) {
      ASSERT_EQ(taken_[event.pool.value][i], 0U);
      for (const auto& [order, block] : blocks_) {
        const bool here = block.pool == event.pool && std::ranges::count(block.nodes, i) > 0;
        ASSERT_FALSE(here && !event.up) << "a block on a node that is down";
      }
      down_[event.pool.value][i] = !event.up;
    }
  }
  void on(const engine::AskChanged&) {}
  void on(const engine::StepsChanged&) {}
  void on(const engine::ContractStarted& event) {
    ASSERT_EQ(event.contract.value, told_.size());
    ASSERT_EQ(states_[event.what.order.value], engine::OrderState::kWaiting) << "runs twice";
    states_[event.what.order.value] = engine::OrderState::kRunning;
    const engine::LiveOrder& order = job(event.what.order).order;
    const engine::Pool& pool = instance_.places.pools[event.what.pool.value];
    ASSERT_TRUE(order.data == kNone || data_at_.contains({order.data, pool.hub.value}));
    ASSERT_TRUE(order.hubs.empty() || std::ranges::count(order.hubs, pool.hub) == 1);
    ASSERT_EQ(order.ways[event.what.way].accelerator, pool.accelerator);
    ASSERT_GE(now_, engine::wanted_from(order)) << "before its owner wants it";
    told_.push_back({event.what, now_});
    note_block(event.what, order);
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
  void on(const engine::OrderOpened& event) {
    ASSERT_EQ(now_, job(event.order).order.not_before);
    ASSERT_EQ(states_[event.order.value], engine::OrderState::kWaiting);
  }
  void on(const engine::BlockBooked& event) {
    ASSERT_EQ(event.what.begin, job(event.what.order).order.not_before);
    ASSERT_GT(job(event.what.order).order.premium, 0) << "nobody asked for it";
    ASSERT_TRUE(blocks_.emplace(event.what.order.value, event.what).second) << "two blocks";
    ++booked_;
    expect_room(event.what);
  }
  // Only failures and owners end a block before its order starts; and hubs that are silent when it
  // begins.
  void on(const engine::BlockReleased& event) {
    ASSERT_EQ(blocks_.erase(event.order.value), 1U);
    ASSERT_TRUE(real_hubs() || event.reason == engine::ReleaseReason::kNodeDown ||
                event.reason == engine::ReleaseReason::kOrderGone);
    broken_ += event.reason == engine::ReleaseReason::kNodeDown;
  }
  void note_block(const engine::StartOrder& what, const engine::LiveOrder& order) {
    const auto block = blocks_.find(what.order.value);
    if (block == blocks_.end()) return;
    const bool kept = block->second.pool == what.pool && block->second.begin == now_;
    if (real_hubs() && !kept) {
      blocks_.erase(block);
      return;
    }
    ASSERT_EQ(block->second.pool, what.pool) << "not where it was booked";
    ASSERT_EQ(now_, block->second.begin) << "not when it was promised";
    blocks_.erase(block);
    ++kept_;
    premium_ += order.premium;
  }
  // By estimates, all blocks of a pool fit on their nodes when this one begins.
  void expect_room(const engine::BookBlock& booked) {
    for (const std::uint32_t node : booked.nodes) {
      std::uint32_t devices = 0;
      for (const auto& [order, block] : blocks_) {
        const Second end = block.begin + job(block.order).order.ways[block.way].estimate;
        if (!(block.pool == booked.pool) || std::ranges::count(block.nodes, node) == 0) continue;
        if (block.begin > booked.begin || booked.begin >= end) continue;
        Told told;
        told.what.order = block.order;
        told.what.way = block.way;
        told.what.pool = block.pool;
        devices += per_node(told);
      }
      ASSERT_LE(devices, instance_.places.pools[booked.pool.value].node_devices);
    }
  }
  void on(const engine::TransferStarted& event) {
    data_due_[{event.data, instance_.places.links[event.link.value].to.value}] = event.ready;
  }
  void on(const engine::TransferEnded& event) {
    const auto due = data_due_.find({event.data, event.to.value});
    ASSERT_NE(due, data_due_.end());
    ASSERT_EQ(due->second, now_);
    data_at_.insert({event.data, event.to.value});
  }
  // No owner of a script amends, and the lab remembers everything.
  void on(const engine::OrderAmended&) { FAIL() << "an order was amended"; }
  void on(const engine::HistoryDropped&) { FAIL() << "history was dropped"; }
  void on(const engine::OrderAwarded&) { FAIL() << "no script has packages"; }
  void on(const engine::AccountAdded&) { FAIL() << "an account was added"; }
  void on(const engine::ContractShrunk&) { FAIL() << "nobody gives devices back"; }
  void on(const engine::RoundClosed& event) { ASSERT_EQ(event.what.round, ++rounds_); }

  [[nodiscard]] bool real_hubs() const { return instance_.script.hubs.any(); }
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
      const Second costly =
          std::max<Second>(0, last - engine::wanted_from(order) - worked - order.grace);
      const double lost =
          static_cast<double>(order.delay_cost) * static_cast<double>(costly) / 3600;
      value += std::max(0.0, static_cast<double>(order.value) - lost);
    }
    const auto slack = static_cast<double>(states_.size());  // a micro-yuan each
    EXPECT_NEAR(result.value_yuan * 1e6, value, slack);
  }

  void expect_forward(const RunResult& result) const {
    EXPECT_EQ(result.forward.booked, booked_);
    EXPECT_EQ(result.forward.broken, broken_);
    EXPECT_EQ(result.forward.kept, kept_);
    EXPECT_NEAR(result.forward.premium_yuan, static_cast<double>(premium_) / 1e6, 1e-6);
    std::map<std::uint32_t, Second> first;  // starts, by order
    for (const Told& told : told_) first.emplace(told.what.order.value, told.start);
    std::uint64_t orders = 0, on_time = 0;
    for (std::uint32_t i = 0; i < states_.size(); ++i) {
      const engine::LiveOrder& order = job(OrderId{i}).order;
      if (states_[i] == engine::OrderState::kRefused || order.not_before <= order.submit) continue;
      ++orders;
      const auto start = first.find(i);
      on_time += start != first.end() && start->second <= order.not_before + 60;
    }
    EXPECT_EQ(result.forward.orders, orders);
    const double share =
        orders == 0 ? 0 : static_cast<double>(on_time) / static_cast<double>(orders);
    EXPECT_NEAR(result.forward.on_time, share, 1e-9);
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
  std::map<std::uint32_t, std::uint32_t> last_hub_;    // by order
  std::map<std::uint32_t, engine::BookBlock> blocks_;  // that live, by order
  std::uint64_t booked_ = 0, kept_ = 0, broken_ = 0;
  std::int64_t premium_ = 0;
  std::vector<std::vector<std::uint32_t>> taken_;  // by pool, node
  std::vector<std::vector<bool>> down_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> data_at_;  // data set, hub
  std::map<std::pair<std::uint32_t, std::uint32_t>, Second> data_due_;
};

}  // namespace tongsuan::lab::testing
