#include "tongsuan/rolling/relocate.h"

#include <gtest/gtest.h>
#include <map>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/dispatch/dispatch_fixture.h"
#include "tongsuan/rolling/rolling_fixture.h"

namespace tongsuan::rolling {
namespace {

using dispatch::all_pools;
using dispatch::testing::AnyPlace;
using engine::ContractId;
using engine::kHour;
using engine::kPpm;
using engine::PoolId;
using testing::PlainDesk;
using testing::work;

// A contract of one device at 5 yuan runs in the first pool for ten hours, one of them is over;
// energy is free.
class RelocateTest : public ::testing::Test {
 protected:
  RelocateTest() : desk_(testing::two_hubs()) { rules_.saving_percent = 0; }
  void begin(engine::LiveOrder order) {
    order.delay_cost = 0;
    desk_.run(std::move(order), PoolId{0}, {0});
    desk_.advance(kHour);
  }
  void ask(std::uint32_t pool, std::int64_t micro) {
    desk_.execute(engine::ChangeAsk{PoolId{pool}, Price(micro)});
  }
  std::uint32_t relocate_all() {
    const Grid grid{desk_.now(), kHour, 24};
    const PriceTable prices(desk_.state(), {}, grid);
    return relocate(desk_, line_, prices, run_ppm_, rules_);
  }
  // The pool where the first order runs after moving what pays.
  std::uint32_t pool_after() {
    relocate_all();
    const engine::State& state = desk_.state();
    EXPECT_EQ(state.order(OrderId{0}).state, engine::OrderState::kRunning);
    return state.contract(ContractId{state.order(OrderId{0}).contract}).pool.value;
  }

  PlainDesk desk_;
  AnyPlace chooser_;
  dispatch::Scheduler line_{
      desk_.state().places(), {}, all_pools(desk_.state().places()), chooser_};
  RelocateRules rules_;
  std::uint32_t run_ppm_ = kPpm;
};

// Nine hours at 5 yuan cost 45 yuan; there they and a third of an hour, 9⅓ hours.
TEST_F(RelocateTest, MovesWhatSavesMoreThanTheRestart) {
  begin(work(1, 10 * kHour));
  ask(2, 4'830'000);  // 45.08 yuan
  EXPECT_EQ(pool_after(), 0U);
  ask(2, 4'820'000);  // 44.99 yuan
  EXPECT_EQ(pool_after(), 2U);
  EXPECT_EQ(desk_.refused, 0U);
}

TEST_F(RelocateTest, MovesWhatSavesByTheMargin) {
  rules_.saving_percent = 20;
  begin(work(1, 10 * kHour));
  ask(2, 3'860'000);  // 36.03 yuan of 45
  EXPECT_EQ(pool_after(), 0U);
  ask(2, 3'850'000);  // 35.93 yuan
  EXPECT_EQ(pool_after(), 2U);
}

TEST_F(RelocateTest, TheOwnersDelayCounts) {
  begin(work(1, 10 * kHour));
  const ContractId delayed = desk_.run(work(1, 10 * kHour), PoolId{0}, {0});  // 3.6 yuan an hour
  desk_.advance(2 * kHour);
  rules_.saving_percent = 0;
  ask(2, 4'700'000);  // saves 0.83 of 40 yuan, and 1.13 of 45 less 1.2 of delay
  EXPECT_EQ(relocate_all(), 1U);
  EXPECT_LT(desk_.state().contract(delayed).end, 0);
}

TEST_F(RelocateTest, WithinItsGraceTheOwnerLosesNothing) {
  begin(work(1, 10 * kHour));
  engine::LiveOrder order = work(1, 10 * kHour);
  order.grace = kHour;
  const ContractId flexible = desk_.run(order, PoolId{0}, {0});
  desk_.advance(2 * kHour);
  rules_.saving_percent = 0;
  ask(2, 4'800'000);  // saves 0.64 of 40 yuan: less than the 1.2 that an hour of delay costs
  relocate_all();
  EXPECT_GE(desk_.state().contract(flexible).end, 0);
}

// To the other class in the same hub: a restart of five minutes instead of twenty.
TEST_F(RelocateTest, RestartsCostMoreBetweenHubs) {
  engine::LiveOrder order = work(1, 10 * kHour);
  order.ways.push_back({ClassId{1}, 1, 10 * kHour});
  begin(order);
  ask(1, 4'900'000);
  ask(2, 4'820'000);  // 44.99 yuan there, 44.51 in the other class
  EXPECT_EQ(pool_after(), 1U);
}

TEST_F(RelocateTest, FasterDevicesHaveLessToDo) {
  engine::LiveOrder order = work(1, 10 * kHour);
  order.ways.push_back({ClassId{1}, 1, 5 * kHour});
  begin(order);
  ask(1, 9'000'000);  // 4.5 hours and five minutes: 41.25 yuan
  EXPECT_EQ(pool_after(), 1U);
}

TEST_F(RelocateTest, OnlyTheRestThatIsExpectedCounts) {
  run_ppm_ = 500'000;  // four hours: 20 yuan, there 4⅓ hours
  begin(work(1, 10 * kHour));
  ask(2, 4'620'000);  // 20.02 yuan
  EXPECT_EQ(pool_after(), 0U);
  ask(2, 4'610'000);
  EXPECT_EQ(pool_after(), 2U);
}

TEST_F(RelocateTest, LeavesWorkThatHasJustStartedOrIsAboutToEnd) {
  begin(work(1, 2 * kHour));
  ask(2, 0);
  rules_.settled = kHour + 1;
  EXPECT_EQ(pool_after(), 0U);
  rules_.settled = kHour;
  EXPECT_EQ(pool_after(), 2U);
  desk_.advance(desk_.now() + 1);
  ask(0, 0);
  ask(2, 5'000'000);
  EXPECT_EQ(pool_after(), 2U) << "it has just started";
}

TEST_F(RelocateTest, StaysWhereTheOrderMayBe) {
  engine::LiveOrder order = work(1, 10 * kHour);
  order.hubs = {HubId{0}};
  begin(order);
  ask(2, 0);
  EXPECT_EQ(pool_after(), 0U);
}

TEST(Relocate, StaysWhereItsDataAre) {
  engine::Places places = testing::two_hubs();
  places.links = {{HubId{0}, HubId{1}, 10, Price(1)}};
  places.data_sets = {{1'000, {HubId{0}}}};
  PlainDesk desk(places);
  AnyPlace chooser;
  dispatch::Scheduler line(places, {}, all_pools(places), chooser);
  engine::LiveOrder order = work(1, 10 * kHour);
  order.data = 0;
  desk.run(order, PoolId{0}, {0});
  desk.execute(engine::StartTransfer{0, engine::LinkId{0}});
  desk.advance(kHour);
  desk.execute(engine::ChangeAsk{PoolId{2}, Price(0)});
  const PriceTable prices(desk.state(), {}, {desk.now(), kHour, 24});
  EXPECT_EQ(relocate(desk, line, prices, kPpm, {}), 0U);
  desk.execute(engine::EndTransfer{0, HubId{1}});
  EXPECT_EQ(relocate(desk, line, prices, kPpm, {}), 1U);
}

TEST_F(RelocateTest, DearestRestFirstAndNoMoreThanTheRulesSay) {
  begin(work(1, 10 * kHour));
  const ContractId large = desk_.run(work(3, 10 * kHour), PoolId{0}, {0});
  desk_.advance(3 * kHour);
  ask(2, 0);
  rules_.moves_max = 1;
  EXPECT_EQ(relocate_all(), 1U);
  EXPECT_EQ(desk_.state().contract(large).end, desk_.now());
  EXPECT_EQ(relocate_all(), 1U);
  EXPECT_EQ(relocate_all(), 0U);
}

// The only node there is taken for an hour more, and promised to an order of whole nodes.
TEST(Relocate, LeavesNodesThatAreHeld) {
  for (const bool held : {true, false}) {
    PlainDesk desk(testing::two_hubs(1));
    AnyPlace chooser;
    dispatch::Scheduler line(desk.state().places(), {}, all_pools(desk.state().places()), chooser);
    desk.run(work(2, 10 * kHour), PoolId{0}, {0});
    desk.run(work(2, 2 * kHour), PoolId{2}, {0});
    desk.advance(kHour);
    if (held) {
      engine::LiveOrder whole = work(4, kHour);
      whole.hubs = {HubId{1}};
      line.add(desk.state(), desk.submit(whole));
      line.pass(desk);
    }
    desk.execute(engine::ChangeAsk{PoolId{2}, Price(0)});
    const PriceTable prices(desk.state(), {}, {desk.now(), kHour, 24});
    EXPECT_EQ(relocate(desk, line, prices, kPpm, {}), held ? 0U : 1U);
  }
}

// ---- At random ---------------------------------------------------------------------------------

TEST(RelocateProperty, WhatIsMovedRunsAgainInTheSameSecond) {
  std::uint64_t moves = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    PlainDesk desk(testing::random_places(random));
    const engine::Places& places = desk.state().places();
    const engine::Energy energy = testing::random_energy(random, places.zones.size());
    testing::stir(random, desk, 150);
    AnyPlace chooser;
    dispatch::Scheduler line(places, {.reservations = 2}, all_pools(places), chooser);
    for (std::uint32_t i = 0; i < desk.state().order_count(); ++i) {
      const engine::OrderState state = desk.state().order(OrderId{i}).state;
      if (state == engine::OrderState::kWaiting && random.below(2) == 0) {
        line.add(desk.state(), OrderId{i});
      }
    }
    line.pass(desk);
    const PriceTable prices(desk.state(), energy, {desk.now(), kHour, 48});
    RelocateRules rules;
    rules.settled = random.between(0, 3'000);
    rules.saving_percent = static_cast<std::uint32_t>(random.between(0, 30));
    rules.moves_max = static_cast<std::uint32_t>(random.between(1, 20));
    desk.events.clear();
    const std::uint32_t moved = relocate(desk, line, prices, kPpm, rules);
    ASSERT_EQ(desk.refused, 0U);
    ASSERT_LE(moved, rules.moves_max);
    ASSERT_EQ(desk.events.size(), std::size_t{2} * moved) << "a stop and a start for each";
    for (std::size_t i = 0; i < desk.events.size(); i += 2) {
      const auto& ended = std::get<engine::ContractEnded>(desk.events[i].what);
      const auto& started = std::get<engine::ContractStarted>(desk.events[i + 1].what);
      const engine::Contract& before = desk.state().contract(ended.contract);
      ASSERT_EQ(before.order, started.what.order);
      ASSERT_EQ(before.end, desk.state().contract(started.contract).start);
      ASSERT_FALSE(before.pool == started.what.pool);
      ASSERT_LE(before.start + rules.settled, desk.now());
    }
    moves += moved;
  }
  EXPECT_GT(moves, 0U) << "nothing pays";
}

}  // namespace
}  // namespace tongsuan::rolling
