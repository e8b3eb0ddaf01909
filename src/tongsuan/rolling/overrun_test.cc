#include "tongsuan/rolling/overrun.h"

#include <gtest/gtest.h>

#include "tongsuan/dispatch/dispatch_fixture.h"
#include "tongsuan/rolling/rolling_fixture.h"

namespace tongsuan::rolling {
namespace {

using dispatch::testing::AnyPlace;
using engine::ContractId;
using engine::kHour;
using engine::kPpm;
using engine::PoolId;
using testing::PlainDesk;
using testing::work;

// All four nodes of a pool are held: one gang holds two whole nodes and has outlived its hour, the
// others run for a day. An order for two whole nodes waits.
class OverrunTest : public ::testing::Test {
 protected:
  OverrunTest()
      : desk_(testing::two_hubs()),
        line_(desk_.state().places(), {.reservations = 2}, {PoolId{0}}, chooser_) {
    late_ = desk_.run(work(8, kHour), PoolId{0}, {0, 1});
    desk_.run(work(8, engine::kDay), PoolId{0}, {2, 3});
    desk_.advance(kHour);
    desk_.execute(engine::ExtendContract{late_, kHour + 6 * kHour});
  }
  OrderId waits(std::uint32_t gang, Second estimate, std::int64_t delay_cost) {
    engine::LiveOrder order = work(gang, estimate);
    order.delay_cost = delay_cost;
    order.hubs = {HubId{0}};
    const OrderId id = desk_.submit(std::move(order));
    line_.add(desk_.state(), id);
    return id;
  }
  std::optional<dispatch::Scheduler::Planned> heir() {
    return take_over(desk_.state(), line_, late_, kPpm, 2, rules_);
  }

  PlainDesk desk_;
  AnyPlace chooser_;
  dispatch::Scheduler line_;
  ContractId late_;
  OverrunRules rules_;
};

TEST_F(OverrunTest, SomebodyWhoLosesMoreTakesOver) {
  // It would wait six hours; the other loses 3.6 yuan in each of one hour and five minutes.
  const OrderId id = waits(8, kHour, 3'600'000);
  const auto found = heir();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->order, id);
  EXPECT_EQ(found->pool, PoolId{0});
}

TEST_F(OverrunTest, WorkGoesOnWhereNobodyLosesEnough) {
  EXPECT_FALSE(heir()) << "nobody waits";
  waits(8, 6 * kHour, 3'600'000);
  EXPECT_FALSE(heir()) << "it would hold the devices for as long as the other goes on";
  waits(8, kHour, 1'000'000);
  EXPECT_FALSE(heir()) << "it loses little";
}

TEST_F(OverrunTest, WorkGoesOnWhereItsDevicesDoNotHelp) {
  waits(12, kHour, 36'000'000);
  EXPECT_FALSE(heir()) << "three nodes are needed, two come free";
}

TEST_F(OverrunTest, WorkGoesOnWhereTheRuleIsOff) {
  waits(8, kHour, 36'000'000);
  rules_.gain = 0;
  EXPECT_FALSE(heir());
}

TEST_F(OverrunTest, WhatHasEndedIsNotStopped) {
  waits(8, kHour, 36'000'000);
  desk_.execute(engine::EndContract{late_});
  EXPECT_FALSE(heir());
}

}  // namespace
}  // namespace tongsuan::rolling
