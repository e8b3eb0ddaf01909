// Test helper: a desk without a world, a cluster of one pool, and backfilling by the book.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/dispatch/dispatch.h"

namespace tongsuan::dispatch::testing {

class TestDesk final : public Desk {
 public:
  explicit TestDesk(engine::Places places) : engine_(std::move(places)) {}
  [[nodiscard]] const engine::State& state() const override { return engine_.state(); }
  [[nodiscard]] Second now() const override { return now_; }
  bool execute(engine::Command command) override {
    const bool accepted = engine_.execute(now_, std::move(command), events);
    EXPECT_TRUE(accepted) << engine::refusal_name(*engine_.refusal());
    return accepted;
  }
  void advance(Second now) { now_ = now; }
  OrderId submit(engine::LiveOrder order) {
    order.submit = now_;
    order.latest_start = engine::kSecondsMax;
    execute(engine::SubmitOrder{std::move(order)});
    return OrderId{state().order_count() - 1};
  }

  std::vector<engine::Event> events;

 private:
  engine::Engine engine_;
  Second now_ = 0;
};

// Every place is worth the same.
class AnyPlace final : public Chooser {
 public:
  [[nodiscard]] std::optional<std::int64_t> worth(const engine::State&, OrderId, const Option&,
                                                  Second) override {
    return 0;
  }
};

inline engine::Places cluster(std::uint32_t nodes, std::uint32_t node_devices) {
  engine::Places places;
  places.hub_names.push_back("cluster");
  places.hubs.emplace_back();
  places.class_names.push_back("device");
  places.classes.push_back({0, node_devices});
  places.account_names.push_back("users");
  places.accounts.push_back({0});
  places.pools.push_back({HubId{0}, ClassId{0}, nodes, node_devices, Price{}});
  return places;
}

struct SmallJob {
  Second submit = 0;
  Second run = 1;  // ≤ estimate
  Second estimate = 1;
  std::uint32_t gang = 1;
};

inline engine::LiveOrder order_of(const SmallJob& job) {
  engine::LiveOrder order;
  order.ways = {{ClassId{0}, job.gang, job.estimate}};
  return order;
}

inline std::vector<SmallJob> random_jobs(Random& random, std::uint32_t devices, bool exact) {
  std::vector<SmallJob> jobs(static_cast<std::size_t>(random.between(2, 25)));
  Second at = 0;
  for (SmallJob& job : jobs) {
    at += random.between(0, 6);
    job.submit = at;
    job.run = random.between(1, 20);
    job.estimate = exact ? job.run : job.run + random.between(0, 15);
    job.gang = static_cast<std::uint32_t>(random.between(1, devices));
  }
  return jobs;
}

struct Rig {
  std::uint32_t nodes = 1;
  std::uint32_t node_devices = 1;
  Rules rules = {};
};

// Start times of the jobs under the scheduler, which acts once in each instant. `look` sees the
// desk and the line after every instant.
inline std::vector<Second> starts_under(
    const Rig& rig, const std::vector<SmallJob>& jobs,
    const std::function<void(const TestDesk&, const Scheduler&)>& look = {}) {
  TestDesk desk(cluster(rig.nodes, rig.node_devices));
  AnyPlace chooser;
  Scheduler scheduler(desk.state().places(), rig.rules, {engine::PoolId{0}}, chooser);
  std::vector<Second> starts(jobs.size(), -1);
  std::multimap<Second, engine::ContractId> ends;
  std::size_t next = 0;
  while (next < jobs.size() || !ends.empty()) {
    const Second end = ends.empty() ? engine::kSecondsMax : ends.begin()->first;
    desk.advance(next < jobs.size() ? std::min(end, jobs[next].submit) : end);
    const bool opened = end == desk.now();
    for (; !ends.empty() && ends.begin()->first == desk.now(); ends.erase(ends.begin())) {
      desk.execute(engine::EndContract{ends.begin()->second});
    }
    std::vector<OrderId> came;
    for (; next < jobs.size() && jobs[next].submit == desk.now(); ++next) {
      came.push_back(desk.submit(order_of(jobs[next])));
      scheduler.add(desk.state(), came.back());
    }
    desk.events.clear();
    // Who comes together is tried together where the shortest goes first.
    const bool pass = opened || (rig.rules.shortest_first && came.size() > 1);
    if (pass) {
      scheduler.pass(desk);
    } else {
      for (const OrderId order : came) scheduler.arrive(desk, order);
    }
    for (const engine::Event& event : desk.events) {
      const auto& started = std::get<engine::ContractStarted>(event.what);
      const std::uint32_t job = started.what.order.value;
      starts[job] = desk.now();
      ends.emplace(desk.now() + jobs[job].run, started.contract);
    }
    if (look) look(desk, scheduler);
  }
  return starts;
}

// ---- By the book -----------------------------------------------------------------------------
// EASY backfilling over counts of devices: no nodes, no holds, nothing kept from pass to pass
// (Mu'alem and Feitelson 2001, figure 1). `shortest`: those behind the head by estimate.

class BookEasy {
 public:
  BookEasy(std::uint32_t devices, const std::vector<SmallJob>& jobs, bool shortest)
      : jobs_(jobs), free_(devices), shortest_(shortest), starts_(jobs.size(), -1) {}

  std::vector<Second> run() {
    for (std::size_t next = 0; next < jobs_.size() || !running_.empty();) {
      Second now = next < jobs_.size() ? jobs_[next].submit : engine::kSecondsMax;
      for (const std::size_t job : running_) now = std::min(now, starts_[job] + jobs_[job].run);
      std::erase_if(running_, [&](std::size_t job) {
        if (starts_[job] + jobs_[job].run > now) return false;
        free_ += jobs_[job].gang;
        return true;
      });
      for (; next < jobs_.size() && jobs_[next].submit == now; ++next) line_.push_back(next);
      pass(now);
    }
    return starts_;
  }

 private:
  void start(std::size_t job, Second now) {
    starts_[job] = now;
    free_ -= jobs_[job].gang;
    running_.push_back(job);
  }

  void pass(Second now) {
    while (!line_.empty() && jobs_[line_.front()].gang <= free_) {
      start(line_.front(), now);
      line_.erase(line_.begin());
    }
    if (line_.empty()) return;
    const auto [shadow, extra_then] = shadow_of(jobs_[line_.front()].gang);
    std::int64_t extra = extra_then;
    std::vector<std::size_t> behind(line_.begin() + 1, line_.end());
    if (shortest_) {
      std::ranges::stable_sort(behind, {}, [&](std::size_t job) { return jobs_[job].estimate; });
    }
    for (const std::size_t job : behind) {
      if (jobs_[job].gang > free_) continue;
      if (now + jobs_[job].estimate > shadow) {
        if (jobs_[job].gang > extra) continue;
        extra -= jobs_[job].gang;
      }
      start(job, now);
      std::erase(line_, job);
    }
  }

  // When the gang has devices by the estimates, and how many are over then.
  [[nodiscard]] std::pair<Second, std::int64_t> shadow_of(std::uint32_t gang) const {
    std::map<Second, std::int64_t> ends;
    for (const std::size_t job : running_) {
      ends[starts_[job] + jobs_[job].estimate] += jobs_[job].gang;
    }
    std::int64_t there = free_;
    for (const auto& [end, devices] : ends) {
      there += devices;
      if (there >= gang) return {end, there - gang};
    }
    return {0, 0};
  }

  const std::vector<SmallJob>& jobs_;
  std::int64_t free_;
  bool shortest_;
  std::vector<Second> starts_;
  std::vector<std::size_t> line_, running_;
};

}  // namespace tongsuan::dispatch::testing
