#include "tongsuan/rolling/package_book.h"

#include <gtest/gtest.h>

#include "tongsuan/engine/any_command.h"
#include "tongsuan/rolling/rolling_fixture.h"
#include "tongsuan/rolling/rolling_market.h"

namespace tongsuan::rolling {
namespace {

using engine::kHour;
using engine::OrderState;
using engine::Package;
using engine::PackageKind;
using engine::PackageLeg;
using engine::PoolId;
using engine::testing::package_order;
using testing::PlainDesk;
using testing::two_hubs;
using testing::work;

constexpr ClassId kA{0}, kB{1};
constexpr HubId kHere{0}, kThere{1};
constexpr std::int64_t kYuan = kMicro;

// Four nodes of four devices of A here and there at 5 yuan a device-hour, four of two of B here at
// 3. Rounds every quarter of an hour, hours as slots, two days.
class PackageBook : public ::testing::Test {
 protected:
  PackageBook() : places_(two_hubs()), desk_(places_), market_(places_, energy_, rules()) {}
  static MarketRules rules() {
    MarketRules rules;
    rules.certify = 1;
    rules.horizon = 48 * kHour;
    rules.limit_orders = true;
    return rules;
  }
  OrderId send(Package package) {
    const OrderId id = desk_.submit(package_order(std::move(package), desk_.now()));
    react();
    return id;
  }
  void react() {
    while (seen_ < desk_.events.size()) {
      const std::vector<engine::Event> news(
          desk_.events.begin() + static_cast<std::ptrdiff_t>(seen_), desk_.events.end());
      seen_ = desk_.events.size();
      market_.react(desk_, news);
    }
  }
  void round() {
    market_.round(desk_);
    react();
    EXPECT_EQ(engine::testing::broken_invariant(desk_.state()), "");
  }
  [[nodiscard]] const engine::OrderRecord& order(OrderId id) const {
    return desk_.state().order(id);
  }
  [[nodiscard]] OrderId part(std::uint32_t number) const {
    return OrderId{static_cast<std::uint32_t>(desk_.state().order_count()) - number};
  }
  void open(OrderId part) {
    desk_.execute(engine::OpenOrder{part});
    react();
  }
  // One device of each node of A here is taken for ten hours.
  void take_a_device_of_each_node() {
    for (std::uint32_t node = 0; node < 4; ++node) {
      desk_.run(work(1, 10 * kHour), PoolId{0}, {node});
    }
    react();
  }

  engine::Places places_;
  engine::Energy energy_;
  PlainDesk desk_;
  RollingMarket market_;
  std::size_t seen_ = 0;
};

Package service(std::uint32_t gang, std::int64_t value) {
  Package package{PackageKind::kService, {}, {}, kNone, {}};
  for (const HubId hub : {kHere, kThere}) {
    package.alternatives.push_back({value,
                                    {{kA, hub, gang, 2 * kHour, 3 * kHour},
                                     {kA, hub, gang, 3 * kHour, 4 * kHour},
                                     {kA, hub, gang, 6 * kHour + 600, 7 * kHour}}});
  }
  return package;
}

TEST_F(PackageBook, AServiceRunsInEachOfItsRangesAtOneHub) {
  desk_.run(work(16, 10 * kHour), PoolId{0}, {0, 1, 2, 3});
  const OrderId id = send(service(8, 500 * kYuan));
  EXPECT_EQ(order(id).state, OrderState::kWaiting) << "it stands in no line";
  round();
  ASSERT_EQ(order(id).state, OrderState::kAwarded);
  ASSERT_EQ(desk_.state().blocks().size(), 3U);
  for (const engine::Block& block : desk_.state().blocks()) {
    EXPECT_EQ(block.pool, PoolId{2}) << "here is no room";
    EXPECT_EQ(block.price, Price(5 * kYuan));
  }
  EXPECT_EQ(desk_.state().block(part(1))->begin, 6 * kHour + 600);
  EXPECT_EQ(order(part(1)).order.value, 33'333'334) << "fifty minutes of the slot";
  desk_.advance(2 * kHour);
  open(part(3));
  ASSERT_EQ(order(part(3)).state, OrderState::kRunning);
  EXPECT_EQ(desk_.state().contract(engine::ContractId{1}).promised, 2 * kHour);
  EXPECT_EQ(desk_.state().contract(engine::ContractId{1}).expected_end, 3 * kHour);
}

TEST_F(PackageBook, AProfileWithoutRoomForALegWaitsWhole) {
  take_a_device_of_each_node();
  const Package profile{
      PackageKind::kProfile,
      {{900 * kYuan, {{kB, kHere, 2, 2 * kHour, 3 * kHour}, {kA, kHere, 8, 3 * kHour, 4 * kHour}}}},
      {},
      kNone,
      {}};
  const OrderId id = send(profile);
  round();
  EXPECT_EQ(market_.rounds().back().awards, 0U) << "there are twelve devices, on no whole nodes";
  EXPECT_EQ(order(id).state, OrderState::kWaiting);
  EXPECT_TRUE(desk_.state().blocks().empty());
  for (std::uint32_t contract = 0; contract < 4; ++contract) {
    desk_.execute(
        engine::EndContract{engine::ContractId{contract}, engine::EndReason::kCompleted, 0});
  }
  react();
  desk_.advance(900);
  round();
  EXPECT_EQ(order(id).state, OrderState::kAwarded);
  EXPECT_EQ(desk_.state().blocks().size(), 2U);
}

// Where options count nodes, the round gives the devices to whoever can have them.
TEST_F(PackageBook, WholeNodesOfOptionsLeaveTheRestToOthers) {
  take_a_device_of_each_node();
  const auto wants = [](std::uint32_t gang, std::int64_t value) {
    return Package{
        PackageKind::kOptions, {{value, {{kA, kHere, gang, 2 * kHour, 3 * kHour}}}}, {}, kNone, {}};
  };
  const OrderId large = send(wants(12, 900 * kYuan));
  const OrderId small = send(wants(3, 50 * kYuan));
  round();
  EXPECT_EQ(order(large).state, OrderState::kWaiting);
  EXPECT_EQ(order(small).state, OrderState::kAwarded);
}

// Eight devices are free on two nodes for an hour; then sixteen are.
TEST_F(PackageBook, AProfileTakesAShare) {
  desk_.run(work(8, 3 * kHour), PoolId{0}, {0, 1});
  react();
  Package shares{PackageKind::kShares,
                 {{900 * kYuan,
                   {{kA, kHere, 16, 2 * kHour, 3 * kHour}, {kA, kHere, 7, 5 * kHour, 6 * kHour}}}},
                 {},
                 kNone,
                 {},
                 500'000};
  const OrderId id = send(shares);
  shares.minimum_ppm = 700'000;
  const OrderId more = send(shares);
  round();
  ASSERT_EQ(order(id).state, OrderState::kAwarded);
  EXPECT_EQ(order(more).state, OrderState::kWaiting) << "four nodes and two are two lots";
  ASSERT_EQ(desk_.state().blocks().size(), 2U);
  EXPECT_EQ(desk_.state().block(part(2))->nodes.size(), 2U);
  EXPECT_EQ(desk_.state().block(part(1))->nodes.size(), 1U);
  EXPECT_EQ(order(id).done_ppm, 521'739U) << "eight devices of sixteen, four of seven";
}

TEST_F(PackageBook, ACurveBuysWhatIsWorthIt) {
  const OrderId id = send(engine::testing::curve_of({{Price(20 * kYuan), 8}, {Price(4 * kYuan), 4}},
                                                    {kA, kHere, 0, 2 * kHour + 1'800, 4 * kHour}));
  round();
  ASSERT_EQ(order(id).state, OrderState::kAwarded);
  EXPECT_EQ(order(id).done_ppm, 666'666U) << "the last four are worth less than what is asked";
  ASSERT_EQ(desk_.state().blocks().size(), 1U);
  const engine::Block& block = desk_.state().blocks().front();
  EXPECT_EQ(block.nodes.size(), 2U);
  EXPECT_EQ(block.begin, 2 * kHour + 1'800);
  EXPECT_EQ(block.end, 4 * kHour);
}

// Ten devices are free for the first hour, of which whole nodes make eight; then all sixteen are.
TEST_F(PackageBook, ACurveHasPartsOfItsOwnForEachRun) {
  desk_.run(work(6, 2 * kHour), PoolId{0}, {0, 1});
  react();
  const OrderId id =
      send(engine::testing::curve_of({{Price(20 * kYuan), 16}}, {kA, kHere, 0, kHour, 3 * kHour}));
  round();
  ASSERT_EQ(order(id).state, OrderState::kAwarded);
  ASSERT_EQ(desk_.state().blocks().size(), 2U);
  EXPECT_EQ(desk_.state().block(part(2))->nodes.size(), 2U);
  EXPECT_EQ(desk_.state().block(part(2))->end, 2 * kHour);
  EXPECT_EQ(desk_.state().block(part(1))->nodes.size(), 4U);
  EXPECT_EQ(order(id).done_ppm, 750'000U);
}

TEST_F(PackageBook, OfOptionsTheBestIsAwarded) {
  const Package options{
      PackageKind::kOptions,
      {{100 * kYuan, {{kA, kHere, 4, 2 * kHour, 3 * kHour}}},
       {140 * kYuan, {{kA, kThere, 8, 2 * kHour, 3 * kHour}}},
       {400 * kYuan, {{kA, kHere, 4, 300, kHour}}},
       {130 * kYuan,
        {{kA, kThere, 4, 5 * kHour, 6 * kHour}, {kB, kHere, 2, 2 * kHour, 3 * kHour}}}},
      {},
      kNone,
      {}};
  const OrderId id = send(options);
  round();
  ASSERT_EQ(order(id).state, OrderState::kAwarded);
  EXPECT_EQ(desk_.state().blocks().size(), 2U)
      << "130 less 26; the one at 400 would begin before the round can be done";
}

TEST_F(PackageBook, WhatNoBookCanHaveIsInNone) {
  const auto at = [](Second begin) {
    return Package{PackageKind::kProfile,
                   {{900 * kYuan, {{kA, kHere, 1, begin, begin + kHour}}}},
                   {},
                   kNone,
                   {}};
  };
  send(at(800));
  const OrderId far = send(at(47 * kHour + 1));
  round();
  EXPECT_TRUE(market_.rounds().empty()) << "too soon, and beyond the last slot";
  desk_.advance(900);
  round();
  EXPECT_EQ(order(far).state, OrderState::kAwarded);
}

// The price of a round is that of its slots, and nobody pays more than it said.
TEST_F(PackageBook, PartsCostNoMoreThanTheAlternativeIsWorth) {
  for (std::int64_t value = 78 * kYuan; value <= 82 * kYuan; value += kYuan / 2) {
    const Second begin = desk_.now() + 20 * kHour;
    const OrderId id = send(
        {PackageKind::kProfile,
         {{value,
           {{kA, kHere, 4, begin, begin + 2 * kHour}, {kA, kThere, 2, begin, begin + 4 * kHour}}}},
         {},
         kNone,
         {}});
    round();
    const bool awarded = order(id).state == OrderState::kAwarded;
    EXPECT_EQ(awarded, value > 80 * kYuan) << value;
    if (awarded) {
      EXPECT_LE(order(part(1)).order.value + order(part(2)).order.value, value);
      desk_.execute(engine::CancelOrder{part(1)});
      desk_.execute(engine::CancelOrder{part(2)});
    } else {
      desk_.execute(engine::CancelOrder{id});
    }
    react();
    desk_.advance(desk_.now() + kHour);
  }
}

// An ask that rose meanwhile is paid, out of what other legs leave.
TEST_F(PackageBook, AsksThatRoseArePaidFromTheRest) {
  const OrderId id =
      send({PackageKind::kProfile,
            {{60 * kYuan,
              {{kA, kHere, 4, 20 * kHour, 21 * kHour}, {kA, kThere, 4, 20 * kHour, 21 * kHour}}}},
            {},
            kNone,
            {}});
  PackageAward award{id,
                     0,
                     {{PoolId{0}, 4, 20 * kHour, 21 * kHour, Price(9 * kYuan)},
                      {PoolId{2}, 4, 20 * kHour, 21 * kHour, Price(5 * kYuan)}},
                     0};
  desk_.execute(engine::ChangeAsk{PoolId{2}, Price(8 * kYuan)});
  const auto placed = place_award(desk_.state(), award);
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->parts[0].price, Price(7 * kYuan));
  EXPECT_EQ(placed->parts[1].price, Price(8 * kYuan));
  desk_.execute(engine::ChangeAsk{PoolId{2}, Price(11 * kYuan)});
  EXPECT_FALSE(place_award(desk_.state(), award)) << "20 and 44 are more than 60";
}

// Parts of one award that run at once are behind each other, and behind whatever is used then.
TEST_F(PackageBook, PartsPayTheHighestStepThatTheyTouch) {
  desk_.execute(engine::ChangeSteps{PoolId{0}, {{4, Price(5 * kYuan)}, {12, Price(7 * kYuan)}}});
  const OrderId id = send({PackageKind::kProfile,
                           {{90 * kYuan,
                             {{kA, kHere, 4, 20 * kHour, 21 * kHour},
                              {kA, kHere, 4, 20 * kHour + 60, 21 * kHour},
                              {kA, kHere, 4, 21 * kHour, 22 * kHour}}}},
                           {},
                           kNone,
                           {}});
  PackageAward award{id, 0, {}, 0};
  for (const PackageLeg& leg : order(id).order.package->alternatives[0].legs) {
    award.parts.push_back({PoolId{0}, 4, leg.begin, leg.end, Price(kYuan)});
  }
  const auto placed = place_award(desk_.state(), award);
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->parts[0].price, Price(5 * kYuan));
  EXPECT_EQ(placed->parts[1].price, Price(7 * kYuan));
  EXPECT_EQ(placed->parts[2].price, Price(5 * kYuan));
  round();
  ASSERT_EQ(order(id).state, OrderState::kAwarded) << "a round clears it by the same steps";
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_GE(desk_.state().block(part(3 - i))->price, Price((i == 1 ? 7 : 5) * kYuan));
  }
}

// Of a curve so many devices as are worth the step that the last of them touches.
TEST_F(PackageBook, ACurveBuysStepsAsFarAsTheyAreWorthIt) {
  desk_.execute(engine::ChangeSteps{
      PoolId{0}, {{2, Price(5 * kYuan)}, {4, Price(6 * kYuan)}, {10, Price(9 * kYuan)}}});
  take_a_device_of_each_node();  // until 10
  const auto award_at = [&](Second begin) {
    const OrderId id = send(engine::testing::curve_of(
        {{Price(8 * kYuan), 2}, {Price(7 * kYuan), 8}}, {kA, kHere, 0, begin, begin + kHour}));
    const PackageAward award{id, 0, {{PoolId{0}, 3, begin, begin + kHour, Price(kYuan)}}, 0};
    const auto placed = place_award(desk_.state(), award);
    return placed ? std::pair(placed->parts[0].gang, placed->parts[0].price.raw() / kYuan)
                  : std::pair<std::uint32_t, std::int64_t>();
  };
  using Bought = std::pair<std::uint32_t, std::int64_t>;
  EXPECT_EQ(award_at(20 * kHour), Bought(3, 6));
  EXPECT_EQ(award_at(5 * kHour), Bought(2, 6)) << "behind the four that run only two are left";
}

TEST_F(PackageBook, ABlockWhoseNodeFailsIsBookedAgainAtItsPrice) {
  const OrderId id = send(service(4, 500 * kYuan));
  round();
  ASSERT_EQ(order(id).state, OrderState::kAwarded);
  const engine::Block before = *desk_.state().block(part(3));
  desk_.execute(engine::ChangeAsk{before.pool, Price(6 * kYuan)});
  desk_.execute(
      engine::ReportNodes{before.pool, before.nodes.front(), before.nodes.front() + 1, false});
  react();
  const engine::Block* after = desk_.state().block(part(3));
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->price, before.price);
  EXPECT_EQ(after->end, before.end);
}

TEST_F(PackageBook, AMarketThatBeginsAgainKnowsThem) {
  const OrderId id = send(service(4, 500 * kYuan));
  RollingMarket other(places_, energy_, rules());
  other.resume(desk_);
  other.round(desk_);
  EXPECT_EQ(order(id).state, OrderState::kAwarded);
}

}  // namespace
}  // namespace tongsuan::rolling
