#include "tongsuan/market/problem.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::market {
namespace {

using testing::capacity_leg;
using testing::compiled;
using testing::MarketBuilder;
using testing::step;
using testing::zone_leg;

std::vector<std::string> names_of(const Market& market) {
  return lane_names(market, compiled(market));
}

// One hub with one class and an offer: the smallest market in which a block can run.
struct OneHubBook {
  explicit OneHubBook(std::uint32_t slots, std::uint32_t watts = 0, std::uint32_t node = 1,
                      std::uint32_t slot_seconds = 3600)
      : builder(slots, slot_seconds),
        account(builder.account("account")),
        green(builder.zone("green", Disposal::kFree, Commodity::kGreen)),
        power(builder.zone("power", Disposal::kFree)),
        gpu(builder.accelerator("gpu", watts, node)),
        hub(builder.hub("hub", 1'250, power.value, green.value)) {
    builder.offer("offer", account, hub, gpu, builder.all(), {step(kMicro, 10)});
  }

  Order block(std::uint32_t gang, std::uint32_t duration) {
    Order order;
    order.account = account;
    order.window = builder.all();
    order.hubs = builder.hub_set({hub});
    order.value = 10 * kMicro;
    order.variants = builder.variants({{gpu, gang, duration}});
    return order;
  }

  MarketBuilder builder;
  AccountId account;
  ZoneId green, power;
  ClassId gpu;
  HubId hub;
};

TEST(Problem, LanesComeInTheirOrderAndHaveNames) {
  const Market market = testing::round_market();
  const std::vector<std::string> expected = {
      "capacity alpha/gpu", "capacity beta/gpu", "nodes alpha/gpu",  "zone green",
      "zone north",         "zone south",        "link alpha->beta", "cap 0 sandbox"};
  EXPECT_EQ(names_of(market), expected);
}

TEST(Problem, DenominatorIsTheLeastCommonOne) {
  MarketBuilder capacity_only(1, 1'200);
  const AccountId account = capacity_only.account("account");
  const ClassId gpu = capacity_only.accelerator("gpu");
  const HubId hub = capacity_only.hub("hub");
  capacity_only.offer("offer", account, hub, gpu, capacity_only.all(), {step(kMicro, 1)});
  const Problem thirds = compiled(capacity_only.finish());
  EXPECT_EQ(thirds.denominator, 3);
  EXPECT_EQ(thirds.lanes[0].scale, 1);

  OneHubBook with_energy(1, 100, 1, 1'200);
  const Problem mixed = compiled(with_energy.builder.finish());
  EXPECT_EQ(mixed.denominator, 3'000'000);
  EXPECT_EQ(mixed.lanes[0].scale, 1'000'000);
  EXPECT_EQ(mixed.lanes[1].scale, 3);
}

TEST(Problem, EnergyIsRoundedUpToWholeWattHoursOfOneDevice) {
  OneHubBook one(1, 333, 1, 900);  // 333 W × 1.25 × 0.25 h = 104.06… Wh
  Order order = one.block(2, 1);
  order.green_percent = 33;  // of 105 Wh: 34.65
  one.builder.order("order", order);
  const Problem problem = compiled(one.builder.finish());
  ASSERT_EQ(problem.bundles.size(), 1U);
  const Span32 legs = problem.bundles[0];
  ASSERT_EQ(legs.count(), 3U);
  EXPECT_EQ(problem.bundle_legs[legs.begin].units, 1);
  EXPECT_EQ(problem.bundle_legs[legs.begin + 1].units, 105);
  EXPECT_EQ(problem.bundle_legs[legs.begin + 2].units, 35);
  EXPECT_EQ(problem.choices[0].devices, 2U);
}

TEST(Problem, WholeNodesAreMeasuredInNodes) {
  OneHubBook one(1, 1'000, 8);
  one.builder.node_block(one.hub, one.gpu, one.builder.all(), 4);
  Order order = one.block(9, 1);
  order.whole_nodes = true;
  one.builder.order("order", order);
  const Problem problem = compiled(one.builder.finish());
  ASSERT_EQ(problem.choices.size(), 1U);
  EXPECT_EQ(problem.choices[0].devices, 2U);
  const Span32 legs = problem.bundles[problem.choices[0].bundle];
  ASSERT_EQ(legs.count(), 3U);
  EXPECT_EQ(problem.bundle_legs[legs.begin].units, 8);
  EXPECT_EQ(problem.bundle_legs[legs.begin + 1].units, 1);
  EXPECT_EQ(problem.bundle_legs[legs.begin + 2].units, 8 * 1'250);
}

TEST(Problem, EqualBundlesAreKeptOnce) {
  OneHubBook one(4, 100);
  const GroupId group = one.builder.group("group");  // no cap: the same legs
  for (int i = 0; i < 6; ++i) {
    Order order = one.block(1, 1);
    if (i % 2 == 0) order.group = group.value;
    if (i > 3) order.green_percent = 50;
    one.builder.order("order" + std::to_string(i), order);
  }
  const Problem problem = compiled(one.builder.finish());
  EXPECT_EQ(problem.choices.size(), 6U);
  EXPECT_EQ(problem.bundles.size(), 2U);
}

TEST(Problem, LeavesOutWhatCannotBeHad) {
  OneHubBook one(4, 100, 4);
  const HubId bare = one.builder.hub("without-green");
  const HubId empty = one.builder.hub("without-offer", 1'000, one.power.value, one.green.value);
  one.builder.offer("bare", one.account, bare, one.gpu, one.builder.all(), {step(kMicro, 10)});
  Order nodes = one.block(4, 1);
  nodes.whole_nodes = true;
  one.builder.order("a-no-node-block", nodes);
  Order green = one.block(1, 1);
  green.hubs = one.builder.hub_set({bare});
  green.green_percent = 1;
  one.builder.order("b-no-green-zone", green);
  Order homeless = one.block(1, 1);
  homeless.hubs = one.builder.hub_set({empty});
  one.builder.order("c-no-capacity", homeless);
  Order tight = one.block(1, 3);
  tight.window = {0, 2};
  one.builder.order("d-window-too-tight", tight);
  one.builder.order("e-possible", one.block(1, 1));
  const Problem problem = compiled(one.builder.finish());
  for (std::uint32_t order = 0; order < 4; ++order) {
    EXPECT_EQ(problem.orders[order].choices.count(), 0U) << order;
  }
  EXPECT_EQ(problem.orders[4].choices.count(), 1U);
}

TEST(Problem, CapacityThatOnlyAnOrderDeliversIsALane) {
  MarketBuilder builder(1);
  const AccountId account = builder.account("account");
  const ClassId gpu = builder.accelerator("gpu");
  const HubId hub = builder.hub("hub");
  builder.options_order("resale", account, {{-kMicro, {capacity_leg(hub, gpu, {0, 1}, -2)}}});
  const Market market = builder.finish();
  EXPECT_EQ(names_of(market), std::vector<std::string>{"capacity hub/gpu"});
}

TEST(Problem, DataTakesTheCheapestRouteAndDelaysTheStart) {
  OneHubBook one(8);
  const HubId near = one.builder.hub("near");
  const HubId far = one.builder.hub("far");
  one.builder.link(near, one.hub, {0, 8}, {step(200, 100)});
  one.builder.link(far, one.hub, {0, 8}, {step(100, 40)});
  one.builder.link(far, one.hub, {8, 8}, {});
  const DataId data = one.builder.data_set("data", 25, {near, far});
  Order order = one.block(1, 2);
  order.data = data.value;
  order.delay_cost = kMicro;
  one.builder.order("order", order);
  const Market market = one.builder.finish();
  const Problem problem = compiled(market);
  ASSERT_EQ(problem.transfers.size(), 1U);
  const Transfer& transfer = problem.transfers[0];
  EXPECT_EQ(lane_names(market, problem)[transfer.lane], "link far->hub");
  EXPECT_EQ(transfer.slots, 3U);  // at most 40 / 4 = 10 MB a slot
  EXPECT_EQ(transfer.rate, 9);
  ASSERT_EQ(problem.choices.size(), 1U);
  EXPECT_EQ(problem.choices[0].first, 3U);
  EXPECT_EQ(problem.choices[0].last, 6U);
  EXPECT_EQ(problem.choices[0].value, 7 * kMicro);  // three slots later than the window opens
}

TEST(Problem, PartsOfAProfileAreItsGreatestCommonDivisor) {
  OneHubBook one(2);
  one.builder.profile("profile", one.account,
                      {0, {zone_leg(one.power, {0, 1}, -600), zone_leg(one.power, {1, 2}, -450)}},
                      333'333);
  one.builder.profile("whole", one.account, {0, {zone_leg(one.power, {0, 2}, -600)}});
  const Problem problem = compiled(one.builder.finish());
  ASSERT_EQ(problem.profiles.size(), 2U);
  EXPECT_EQ(problem.profiles[0].lots, 150);
  EXPECT_EQ(problem.profiles[0].lots_min, 50);
  EXPECT_EQ(problem.profiles[1].lots, 1);
  EXPECT_EQ(problem.profiles[1].lots_min, 1);
}

TEST(Problem, HugePartsStayWithinTheLimitOfLots) {
  OneHubBook one(1);
  one.builder.profile("profile", one.account, {0, {zone_leg(one.power, {0, 1}, -7'000'000'000)}},
                      1);
  const Problem problem = compiled(one.builder.finish());
  EXPECT_EQ(problem.profiles[0].lots, 1'000'000'000);
}

TEST(Problem, CapsAreUnlimitedOutsideTheirSlots) {
  const Market market = testing::round_market();
  const Problem problem = compiled(market);
  const std::uint32_t lane = static_cast<std::uint32_t>(problem.lanes.size()) - 1;
  for (Slot slot = 0; slot < 4; ++slot) {
    const std::uint32_t row = problem.row(lane, slot);
    ASSERT_EQ(problem.supply_begin[row + 1] - problem.supply_begin[row], 1U);
    EXPECT_EQ(problem.supply[problem.supply_begin[row]].amount, slot < 2 ? 2 : kAmountMax);
  }
}

TEST(Problem, StepsOfARowAreSortedWhoeverOffersThem) {
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    const Problem problem = compiled(testing::random_market(seed));
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      for (std::uint32_t i = problem.supply_begin[row] + 1; i < problem.supply_begin[row + 1];
           ++i) {
        const SupplyStep& a = problem.supply[i - 1];
        const SupplyStep& b = problem.supply[i];
        EXPECT_TRUE(a.price < b.price || (a.price == b.price && a.offer <= b.offer));
      }
      for (std::uint32_t i = problem.demand_begin[row] + 1; i < problem.demand_begin[row + 1];
           ++i) {
        EXPECT_GE(problem.demand[i - 1].price, problem.demand[i].price);
      }
    }
  }
}

class Limits : public ::testing::Test {
 protected:
  Limits() : one_(2, 100) {
    one_.builder.order("order", one_.block(1, 1));
    one_.builder.line(one_.green, one_.power, {0, 1}, 0, 5);
    market_ = one_.builder.finish();
  }
  void expect_refused() const {
    const Result<Problem> problem = compile(market_);
    ASSERT_FALSE(problem.ok());
    EXPECT_EQ(problem.error().code, ErrorCode::kLimit);
    EXPECT_FALSE(problem.error().context.empty());
    EXPECT_FALSE(problem.error().hint.empty());
  }
  OneHubBook one_;
  Market market_;
};

TEST_F(Limits, HoldForThisMarket) {
  EXPECT_TRUE(compile(market_).ok());
}
TEST_F(Limits, NoSlots) {
  market_.calendar.slot_count = 0;
  expect_refused();
}
TEST_F(Limits, TooManySlots) {
  market_.calendar.slot_count = kSlotsMax + 1;
  expect_refused();
}
TEST_F(Limits, ValueBeyondMoney) {
  market_.orders[0].value = kMoneyMax + 1;
  expect_refused();
}
TEST_F(Limits, DelayBeyondMoney) {
  market_.orders[0].delay_cost = kMoneyMax;
  expect_refused();
}
TEST_F(Limits, PriceOfAStep) {
  market_.steps[0].price = Price(kPriceMax + 1);
  expect_refused();
}
TEST_F(Limits, AmountOfAStep) {
  market_.steps[0].amount = Amount(kAmountMax + 1);
  expect_refused();
}
TEST_F(Limits, FlowOfALine) {
  market_.lines[0].max = Amount(kAmountMax + 1);
  expect_refused();
}
TEST_F(Limits, TariffBelowZero) {
  market_.lines[0].tariff = Price(-1);
  expect_refused();
}
TEST_F(Limits, EnergyOfANode) {
  market_.classes[0].watts = kNone;
  market_.hubs[0].pue_milli = kNone;
  expect_refused();
}

}  // namespace
}  // namespace tongsuan::market
