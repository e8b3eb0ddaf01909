#include "tongsuan/lab/meter.h"

#include <gtest/gtest.h>

#include "tongsuan/engine/state_fixture.h"

namespace tongsuan::lab {
namespace {

using engine::EndReason;
using engine::PoolId;
using engine::testing::small_order;
using engine::testing::small_places;

// The exchange of state_fixture.h for ten hours: 20 devices of class A and B in the east, 8 of A
// in the west.
class Meter : public ::testing::Test {
 protected:
  Meter() {
    instance_.places = small_places();
    instance_.places.classes[0].watts = 500;
    instance_.span = 10 * kHour;
  }
  std::uint32_t job(std::uint32_t gang, Second submit, Second run) {
    world::Job job;
    job.order = small_order(gang, submit);
    job.order.ways[0].estimate = run;
    job.order.value = 36'000'000;
    job.order.delay_cost = 3'600'000;
    job.order.latest_start = submit + 2 * kHour;
    instance_.script.jobs.push_back(job);
    return static_cast<std::uint32_t>(instance_.script.jobs.size() - 1);
  }
  void open() { engine_.emplace(instance_.places); }
  void run(Second at, engine::Command command) {
    engine_->execute(at, std::move(command));
    ASSERT_FALSE(engine_->refusal() && engine_->refusal() != engine::Refusal::kTooLarge);
  }
  void submit(std::uint32_t id) {
    const engine::LiveOrder& order = instance_.script.jobs[id].order;
    run(order.submit, engine::SubmitOrder{order});
  }
  void start(Second at, std::uint32_t id, std::vector<std::uint32_t> nodes) {
    run(at, engine::StartOrder{OrderId{id}, 0, PoolId{0}, std::move(nodes), Price{}});
    ran_.push_back({});
  }
  void end(Second at, std::uint32_t contract, EndReason reason, Second kept) {
    run(at, engine::EndContract{engine::ContractId{contract}, reason, engine::kPpm / 2});
    ran_[contract] = {at, kept};
  }
  RunResult measured(Second stopped) {
    RunResult result;
    measure(instance_, engine_->state(), ran_, stopped, result);
    return result;
  }
  // What the reasons of one look add up to, by hour of looking.
  IdleReasons idle_at(Second at) {
    IdleSampler sampler(instance_);
    sampler.sample(engine_->state(), at);
    return sampler.shares();
  }

  Instance instance_;
  std::optional<engine::Engine> engine_;
  std::vector<Ran> ran_;
};

constexpr double kThere = 24.0 * 10 * kHour;  // 12 + 4 + 8 devices, ten hours

TEST_F(Meter, UsefulLostAndIdleInTheHandsOfTheirHolder) {
  const auto failed = job(4, 0, kHour);
  const auto odd = job(5, 0, kHour);
  open();
  submit(failed);
  submit(odd);
  start(0, failed, {0});
  start(0, odd, {1, 2});
  end(1'800, 0, EndReason::kFailed, 600);
  end(3'600, 1, EndReason::kCompleted, 3'600);
  const RunResult result = measured(10 * kHour);
  EXPECT_DOUBLE_EQ(result.utilisation, (4 * 600 + 5 * 3'600) / kThere);
  EXPECT_DOUBLE_EQ(result.lost, 4 * 1'200 / kThere);
  EXPECT_DOUBLE_EQ(result.held_idle, 3 * 3'600 / kThere);
  EXPECT_DOUBLE_EQ(result.rack_rate, (1'800 + 2 * 3'600) / (7.0 * 10 * kHour));
  EXPECT_EQ(result.unfinished, 1U);
  EXPECT_DOUBLE_EQ(result.served, 5.0 / 9);
}

TEST_F(Meter, WorkAfterTheSpanIsServedButNotUsed) {
  const auto late = job(4, 10 * kHour - 1'000, 3'000);
  open();
  submit(late);
  start(10 * kHour - 1'000, late, {0});
  end(10 * kHour + 2'000, 0, EndReason::kCompleted, 3'000);
  const RunResult result = measured(10 * kHour + 2'000);
  EXPECT_DOUBLE_EQ(result.utilisation, 4 * 1'000 / kThere);
  EXPECT_DOUBLE_EQ(result.served, 1);
}

// 36 yuan less 3.6 an hour.
TEST_F(Meter, WaitsValueAndSlowdown) {
  const auto prompt = job(4, 0, 2 * kHour);
  const auto left = job(4, 0, kHour);
  const auto waited = job(4, kHour, kHour);
  const auto waits = job(4, 8 * kHour, kHour);
  const auto large = job(99, 9 * kHour, kHour);
  open();
  for (const std::uint32_t id : {prompt, left, waited}) submit(id);
  start(kHour, prompt, {0});
  start(2 * kHour, waited, {1});
  run(2 * kHour, engine::ExpireOrder{OrderId{left}});
  end(3 * kHour, 0, EndReason::kCompleted, 2 * kHour);
  end(3 * kHour, 1, EndReason::kCompleted, kHour);
  submit(waits);
  submit(large);
  const RunResult result = measured(10 * kHour);
  EXPECT_EQ(result.jobs, 5U);
  EXPECT_EQ(result.left, 1U);
  EXPECT_EQ(result.unfinished, 1U);
  EXPECT_EQ(result.refused, 1U);
  EXPECT_DOUBLE_EQ(result.value_yuan, 2 * 32.4);
  EXPECT_DOUBLE_EQ(result.value, 2 * 32.4 / (5 * 36));
  EXPECT_EQ(result.waits.count, 4U)
      << "what left and what still waits count, what fits nowhere not";
  EXPECT_DOUBLE_EQ(result.waits.mean, (1 + 1 + 2 + 2) / 4.0);
  EXPECT_DOUBLE_EQ(result.bounded_slowdown, (1.5 + 2.0) / 2);
  EXPECT_DOUBLE_EQ(result.bounded_slowdown_max, 2);
  EXPECT_DOUBLE_EQ(result.flow_seconds, (3 + 2) * kHour / 2.0);
}

// Value and work count; that it waited does not.
TEST_F(Meter, WaitingWithinAGraceIsAChoice) {
  const auto prompt = job(4, 0, 2 * kHour);
  const auto flexible = job(4, 0, kHour);
  instance_.script.jobs[flexible].order.grace = 2 * kHour;
  open();
  submit(prompt);
  submit(flexible);
  start(0, prompt, {0});
  end(2 * kHour, 0, EndReason::kCompleted, 2 * kHour);
  start(3 * kHour, flexible, {1});
  end(4 * kHour, 1, EndReason::kCompleted, kHour);
  const RunResult result = measured(10 * kHour);
  EXPECT_DOUBLE_EQ(result.value_yuan, 36 + 32.4) << "of three hours one was beyond the grace";
  EXPECT_DOUBLE_EQ(result.served, 1);
  EXPECT_EQ(result.waits.count, 1U);
  EXPECT_DOUBLE_EQ(result.waits.mean, 0);
  EXPECT_DOUBLE_EQ(result.bounded_slowdown, 1);
  EXPECT_DOUBLE_EQ(result.flow_seconds, 2.0 * kHour);
}

TEST_F(Meter, EnergyFollowsTheHours) {
  instance_.places.zone_names.push_back("zone");
  instance_.places.zones.push_back({Commodity::kPower, Disposal::kFree});
  instance_.places.hubs[0].power_zone = 0;
  instance_.places.hubs[0].pue_milli = 1'200;
  Energy& energy = instance_.energy;
  energy.hours = 24;
  energy.green = energy.green_forecast = {std::vector<std::int64_t>(24, 600)};
  energy.tariff = {std::vector<std::int64_t>(24, 500'000'000)};  // 500 yuan per MWh
  energy.grid_grams = {1'000};
  energy.residual_grams = 500;
  const auto one = job(4, 1'800, kHour);
  open();
  submit(one);
  start(1'800, one, {0});
  end(1'800 + kHour, 0, EndReason::kCompleted, kHour);
  const RunResult result = measured(10 * kHour);
  // 4 devices × 500 W × 1.2 for two half hours.
  EXPECT_DOUBLE_EQ(result.hours[0].energy_mwh, 1'200e-6);
  EXPECT_DOUBLE_EQ(result.hours[1].energy_mwh, 1'200e-6);
  EXPECT_DOUBLE_EQ(result.hours[2].energy_mwh, 0);
  EXPECT_DOUBLE_EQ(result.hours[0].green_mwh, 600e-6);
  EXPECT_DOUBLE_EQ(result.energy_mwh, 2'400e-6);
  EXPECT_DOUBLE_EQ(result.green_hourly, 0.5);
  EXPECT_DOUBLE_EQ(result.emissions_location_t, 2.4e-3);
  EXPECT_DOUBLE_EQ(result.emissions_market_t, 1.2 * 500e-6);
  const double asks = 4 * 5e-6;  // the seller asks 5 micro-yuan per device-hour
  EXPECT_NEAR(result.cost_yuan, 2.4e-3 * 500 + asks, 1e-9);
  EXPECT_DOUBLE_EQ(result.hours[0].used, 2);
  EXPECT_DOUBLE_EQ(result.hours[0].hub_used[0], 2.0 / 16);
}

TEST(WaitsOf, AreQuantiles) {
  std::vector<double> hours;
  for (int i = 100; i > 0; --i) hours.push_back(i);
  const Waits waits = waits_of(hours);
  EXPECT_EQ(waits.count, 100U);
  EXPECT_DOUBLE_EQ(waits.mean, 50.5);
  EXPECT_DOUBLE_EQ(waits.p50, 51);
  EXPECT_DOUBLE_EQ(waits.p95, 96);
  EXPECT_DOUBLE_EQ(waits.p99, 100);
  std::vector<double> none;
  EXPECT_EQ(waits_of(none).count, 0U);
}

// ---- Idle devices
// --------------------------------------------------------------------------------

TEST_F(Meter, IdleForWantOfDemand) {
  open();
  run(1, engine::ReportNodes{PoolId{2}, 0, 1, false});
  const IdleReasons idle = idle_at(kHour / 2);
  EXPECT_DOUBLE_EQ(idle.no_demand, 20);
  EXPECT_DOUBLE_EQ(idle.down, 4);
}

TEST_F(Meter, IdleForOtherReasons) {
  const auto fits = job(4, 0, kHour);
  job(3, 0, kHour);
  instance_.script.jobs[1].order.hubs = {HubId{1}};
  for (int i = 0; i < 5; ++i) job(1, 0, kHour);
  open();
  for (std::uint32_t id = 0; id < 7; ++id) submit(id);
  // One device of each node of the west and of the east is taken.
  for (std::uint32_t i = 0; i < 5; ++i) {
    const PoolId pool{i < 3 ? 0U : 2U};
    run(0, engine::StartOrder{OrderId{2 + i}, 0, pool, {i < 3 ? i : i - 3}, Price{}});
  }
  // 4 devices nowhere on one node: fragments. 3 in the west: could start, is held back.
  const IdleReasons idle = idle_at(kHour / 2);
  EXPECT_DOUBLE_EQ(idle.fragments, 4);
  EXPECT_DOUBLE_EQ(idle.held_back, 3);
  EXPECT_DOUBLE_EQ(idle.no_demand, 24 - 5 - 4 - 3);
  EXPECT_EQ(fits, 0U);
}

TEST_F(Meter, IdleInTheWrongPlaceOrClass) {
  const auto west = job(8, 0, kHour);
  const auto more = job(8, 0, kHour);
  const auto most = job(8, 0, kHour);
  for (const std::uint32_t id : {west, more, most}) {
    instance_.script.jobs[id].order.hubs = {HubId{1}};
  }
  open();
  for (const std::uint32_t id : {west, more, most}) submit(id);
  run(0, engine::StartOrder{OrderId{west}, 0, PoolId{2}, {0, 1}, Price{}});
  // Both that wait may run in the full west only: 12 of their class lie in the east, 4 of another.
  const IdleReasons idle = idle_at(kHour / 2);
  EXPECT_DOUBLE_EQ(idle.wrong_place, 12);
  EXPECT_DOUBLE_EQ(idle.wrong_class, 4);
  EXPECT_DOUBLE_EQ(idle.no_demand, 0);
}

TEST_F(Meter, LooksOnceAnHour) {
  open();
  IdleSampler sampler(instance_);
  EXPECT_EQ(sampler.next(), kHour / 2);
  sampler.sample(engine_->state(), sampler.next());
  EXPECT_EQ(sampler.next(), kHour + kHour / 2);
  EXPECT_EQ(sampler.samples(), 1U);
}

}  // namespace
}  // namespace tongsuan::lab
