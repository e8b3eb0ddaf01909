#include "tongsuan/engine/package.h"

#include <gtest/gtest.h>

#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/snapshot.h"

namespace tongsuan::engine {
namespace {

using testing::broken_invariant;
using testing::curve_of;
using testing::Dump;
using testing::package_order;
using testing::small_order;
using testing::small_places;

constexpr ClassId kA{0};
constexpr HubId kEast{0}, kWest{1};
constexpr PoolId kEastA{0}, kWestA{2};

// Four devices of A in [100, 200) and [300, 400), in the east or in the west: order 0.
Package service() {
  Package package{PackageKind::kService, {}, {}, kNone, {}};
  for (const HubId hub : {kEast, kWest}) {
    package.alternatives.push_back({1'000, {{kA, hub, 4, 100, 200}, {kA, hub, 4, 300, 400}}});
  }
  return package;
}

class PackageTest : public ::testing::Test {
 protected:
  PackageTest() : engine_(small_places()) { of(SubmitOrder{package_order(service())}); }
  std::string of(Command command, Second at = 10) {
    engine_.execute(at, std::move(command));
    EXPECT_EQ(broken_invariant(engine_.state()), "");
    return engine_.refusal() ? refusal_name(*engine_.refusal()) : "";
  }
  std::string coming(Package package) { return of(SubmitOrder{package_order(std::move(package))}); }
  // 4 devices at 3,600 for 100 s: 400 for each part.
  [[nodiscard]] static AwardOrder award(PoolId pool = kEastA, std::uint32_t alternative = 0) {
    return {OrderId{0},
            alternative,
            {{pool, 4, {0}, 100, 200, Price(3'600)}, {pool, 4, {1}, 300, 400, Price(3'600)}}};
  }
  [[nodiscard]] const OrderRecord& order(std::uint32_t id) const {
    return engine_.state().order(OrderId{id});
  }

  Engine engine_;
};

TEST_F(PackageTest, SaysWhatItMayCostAndWhere) {
  EXPECT_EQ(order(0).order.value, 1'000);
  EXPECT_EQ(order(0).order.hubs, (SmallList<HubId, 2>{kEast, kWest}));
  EXPECT_EQ(order(0).order.latest_start, 100);
  EXPECT_EQ(order(0).order.ways.front(), (Way{kA, 4, 100}));
}

TEST_F(PackageTest, NeverStartsByItself) {
  EXPECT_EQ(of(StartOrder{OrderId{0}, 0, kEastA, {0}, Price(1)}), "not-eligible");
  EXPECT_EQ(of(BookBlock{OrderId{0}, 0, kEastA, {0}, 100, Price(1)}), "not-eligible");
  EXPECT_EQ(of(AmendOrder{OrderId{0}, order(0).order}), "fixed");
  EXPECT_EQ(of(CancelOrder{OrderId{0}}), "");
  EXPECT_EQ(of(award()), "not-waiting");
}

TEST_F(PackageTest, BecomesItsPartsAtOnce) {
  ASSERT_EQ(of(award()), "");
  EXPECT_EQ(order(0).state, OrderState::kAwarded);
  EXPECT_EQ(engine_.state().live_orders(), 2U);
  for (std::uint32_t id = 1; id <= 2; ++id) {
    EXPECT_EQ(order(id).order.value, 400);
    EXPECT_EQ(order(id).order.package->parent, 0U);
    EXPECT_EQ(order(id).order.not_before, id == 1 ? 100 : 300);
    ASSERT_NE(engine_.state().block(OrderId{id}), nullptr);
    EXPECT_EQ(engine_.state().block(OrderId{id})->end, id == 1 ? 200 : 400);
  }
  EXPECT_EQ(of(AmendOrder{OrderId{1}, order(1).order}), "fixed");
}

TEST_F(PackageTest, IsAwardedWholeOrNot) {
  const auto broken = [&](auto change) {
    AwardOrder wrong = award();
    change(wrong);
    const std::string refusal = of(wrong);
    EXPECT_EQ(order(0).state, OrderState::kWaiting);
    EXPECT_TRUE(engine_.state().blocks().empty());
    return refusal;
  };
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts.pop_back(); }), "not-eligible");
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts.clear(); }), "limit");
  EXPECT_EQ(broken([](AwardOrder& it) { it.alternative = 2; }), "unknown");
  EXPECT_EQ(broken([](AwardOrder& it) { it.alternative = 1; }), "not-eligible");
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts[1].pool = kWestA; }), "not-eligible");
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts[1].gang = 3; }), "not-eligible");
  EXPECT_EQ(broken([](AwardOrder& it) { ++it.parts[1].end; }), "not-eligible");
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts[0].nodes = {0, 1}; }), "wrong-nodes");
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts[0].nodes = {3}; }), "unknown");
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts[0].price = Price(-1); }), "limit");
  EXPECT_EQ(broken([](AwardOrder& it) { it.parts[0].price = Price(5'409); }), "limit")
      << "601 and 400 are more than it is worth";
  EXPECT_EQ(of(SubmitOrder{small_order()}), "");
  EXPECT_EQ(broken([](AwardOrder& it) { it.order = OrderId{1}; }), "not-eligible");
  EXPECT_EQ(of(ReportNodes{kEastA, 1, 2, false}), "");
  EXPECT_EQ(broken([](AwardOrder&) {}), "node-down");
  EXPECT_EQ(of(award(kEastA), 100), "time");
}

TEST_F(PackageTest, LeavesWhatWasPromisedAlone) {
  LiveOrder other = small_order(1);
  other.not_before = 350;
  ASSERT_EQ(of(SubmitOrder{other}), "");
  ASSERT_EQ(of(BookBlock{OrderId{1}, 0, kEastA, {1}, 350, Price(5)}), "");
  EXPECT_EQ(of(award()), "promised");
  EXPECT_EQ(of(award(kWestA, 1)), "");
}

// The west has no class B: only the other alternative can ever be awarded.
TEST_F(PackageTest, APlaceThatIsNotThereIsNoPlace) {
  const Package either{PackageKind::kOptions,
                       {{100, {{ClassId{1}, kWest, 1, 100, 200}}}, {90, {{kA, kEast, 1, 50, 60}}}},
                       {},
                       kNone,
                       {}};
  ASSERT_EQ(coming(either), "");
  EXPECT_EQ(of(AwardOrder{OrderId{1}, 0, {{PoolId{kNone}, 1, {0}, 100, 200, Price(5)}}}),
            "not-eligible");
  EXPECT_EQ(of(AwardOrder{OrderId{1}, 0, {{kEastA, 1, {0}, 100, 200, Price(5)}}}), "not-eligible");
}

TEST_F(PackageTest, PartsAtTheSameTimeShareNoNode) {
  const Package both{PackageKind::kProfile,
                     {{1'000, {{kA, kEast, 4, 100, 200}, {kA, kEast, 4, 150, 250}}}},
                     {},
                     kNone,
                     {}};
  ASSERT_EQ(coming(both), "");
  AwardOrder twice{
      OrderId{1}, 0, {{kEastA, 4, {0}, 100, 200, Price(5)}, {kEastA, 4, {0}, 150, 250, Price(5)}}};
  EXPECT_EQ(of(twice), "promised");
  twice.parts[1].nodes = {1};
  EXPECT_EQ(of(twice), "");
}

TEST_F(PackageTest, APartEndsWithItsLeg) {
  ASSERT_EQ(of(award()), "");
  EXPECT_EQ(of(StartOrder{OrderId{1}, 0, kEastA, {0}, Price(3'600)}, 99), "too-early");
  ASSERT_EQ(of(StartOrder{OrderId{1}, 0, kEastA, {0}, Price(3'600)}, 150), "");
  EXPECT_EQ(engine_.state().contract(ContractId{0}).expected_end, 200);
  EXPECT_EQ(of(ExtendContract{ContractId{0}, 260}, 200), "fixed");
  ASSERT_EQ(of(EndContract{ContractId{0}, EndReason::kFailed, 0}, 200), "");
  EXPECT_EQ(of(StartOrder{OrderId{1}, 0, kEastA, {2}, Price(3'600)}, 200), "time");
  EXPECT_EQ(of(ExpireOrder{OrderId{1}}, 200), "") << "what has begun leaves when its leg is over";
}

TEST_F(PackageTest, APartIsFirmUntilItsBegin) {
  ASSERT_EQ(of(award()), "");
  EXPECT_EQ(of(ExpireOrder{OrderId{1}}, 198), "time");
  EXPECT_EQ(of(ExpireOrder{OrderId{1}}, 199), "");
  EXPECT_EQ(of(ExpireOrder{OrderId{2}}, 200), "time");
}

TEST_F(PackageTest, ACurveTakesWhatIsCheapEnough) {
  const Package curve =
      curve_of({{Price(7'200), 2}, {Price(3'600), 2}}, {kA, kEast, 0, 1'000, 1'300});
  ASSERT_EQ(coming(curve), "");
  EXPECT_EQ(order(1).order.value, 1'800);
  AwardOrder parts{
      OrderId{1},
      0,
      {{kEastA, 4, {0}, 1'000, 1'100, Price(3'600)}, {kEastA, 2, {0}, 1'200, 1'300, Price(3'601)}}};
  parts.parts[0].price = Price(3'601);
  EXPECT_EQ(of(parts), "limit") << "the last two devices are not worth it";
  parts.parts[0].price = Price(3'600);
  parts.parts[1].begin = 1'050;
  EXPECT_EQ(of(parts), "not-eligible") << "they follow each other";
  parts.parts[1].begin = 1'200;
  parts.parts[1].gang = 5;
  EXPECT_EQ(of(parts), "not-eligible");
  parts.parts[1].gang = 2;
  ASSERT_EQ(of(parts), "");
  EXPECT_EQ(order(1).state, OrderState::kAwarded);
  EXPECT_EQ(order(1).done_ppm, 500'000U) << "600 of 1,200 device-seconds";
}

// At least two of four devices of one leg, and one of two of the other, for 100 s each.
Package half_or_more() {
  return {PackageKind::kShares,
          {{1'000, {{kA, kEast, 4, 100, 200}, {kA, kEast, 2, 300, 400}}}},
          {},
          kNone,
          {},
          500'000};
}

TEST_F(PackageTest, ASharePaysForItsShare) {
  ASSERT_EQ(coming(half_or_more()), "");
  const auto with = [](std::uint32_t first, std::uint32_t second, std::int64_t price) {
    return AwardOrder{OrderId{1},
                      0,
                      {{kEastA, first, {0}, 100, 200, Price(price)},
                       {kEastA, second, {1}, 300, 400, Price(price)}}};
  };
  EXPECT_EQ(of(with(1, 2, 3'600)), "not-eligible") << "less than half of a leg";
  EXPECT_EQ(of(with(5, 2, 3'600)), "not-eligible");
  EXPECT_EQ(of(with(3, 1, 4'501)), "limit") << "400 device-seconds may cost half of 1,000";
  ASSERT_EQ(of(with(3, 1, 4'500)), "");
  EXPECT_EQ(order(1).done_ppm, 666'666U) << "400 of 600 device-seconds";
  EXPECT_EQ(order(2).order.value + order(3).order.value, 500);
}

TEST_F(PackageTest, AShareIsBelowAll) {
  Package shares = half_or_more();
  for (const std::uint32_t minimum : {0U, kPpm, kPpm + 1}) {
    shares.minimum_ppm = minimum;
    EXPECT_EQ(coming(shares), "limit") << minimum;
  }
  shares = half_or_more();
  shares.kind = PackageKind::kProfile;
  EXPECT_EQ(coming(shares), "limit");
  shares = half_or_more();
  shares.alternatives[0].legs[0].gang = 24;
  EXPECT_EQ(coming(shares), "") << "twelve are there";
  shares.minimum_ppm = 500'001;
  EXPECT_EQ(coming(shares), "too-large");
  EXPECT_EQ(least_gang(shares, shares.alternatives[0].legs[0]), 13U);
}

TEST_F(PackageTest, RefusesFormsThatAreNone) {
  const auto with = [&](auto change) {
    Package package = service();
    change(package);
    return coming(std::move(package));
  };
  EXPECT_EQ(with([](Package&) {}), "");
  EXPECT_EQ(with([](Package& it) { it.alternatives[1].value = 999; }), "limit");
  EXPECT_EQ(with([](Package& it) { ++it.alternatives[1].legs[0].end; }), "limit");
  EXPECT_EQ(with([](Package& it) { it.alternatives[1].legs[0].hub = kEast; }), "limit");
  EXPECT_EQ(with([](Package& it) { std::swap(it.alternatives[0], it.alternatives[1]); }), "limit");
  EXPECT_EQ(with([](Package& it) { it.kind = PackageKind::kProfile; }), "limit");
  EXPECT_EQ(with([](Package& it) { it.kind = PackageKind::kPart; }), "limit");
  EXPECT_EQ(with([](Package& it) { it.steps.push_back({Price(1), 1}); }), "limit");
  EXPECT_EQ(with([](Package& it) { it.alternatives[0].legs[0].hub = HubId{2}; }), "unknown");
  EXPECT_EQ(with([](Package& it) { it.alternatives[0].value = -1; }), "limit");
  EXPECT_EQ(with([](Package& it) {
              for (Alternative& each : it.alternatives) {
                for (PackageLeg& leg : each.legs) leg.gang = 13;
              }
            }),
            "too-large");
  EXPECT_EQ(coming(curve_of({{Price(5), 1}, {Price(5), 1}}, {kA, kEast, 0, 50, 60})), "limit");
  LiveOrder order = package_order(service());
  order.latest_start = 99;
  EXPECT_EQ(of(SubmitOrder{order}), "limit") << "what follows from its legs is not its owner's";
  order = package_order(service());
  order.package->alternatives.resize(kAlternativesMax + 1);
  const std::uint32_t before = engine_.state().order_count();
  EXPECT_EQ(of(SubmitOrder{order}), "limit");
  EXPECT_EQ(engine_.state().order_count(), before) << "nobody writes that down";
}

TEST_F(PackageTest, StrangersBringNoParts) {
  ASSERT_EQ(of(award()), "");
  const auto misfit = [&](auto what) {
    const auto refusal = check_event(engine_.state(), {10, std::move(what)});
    return std::string(refusal ? refusal_name(*refusal) : "");
  };
  EXPECT_EQ(misfit(OrderAccepted{OrderId{3}, order(1).order}), "limit");
  EXPECT_EQ(misfit(OrderAccepted{OrderId{3}, order(0).order}), "");
  EXPECT_EQ(misfit(OrderAwarded{award(), OrderId{3}}), "not-waiting");
  ASSERT_EQ(of(SubmitOrder{package_order(service())}), "");
  AwardOrder again = award();
  again.order = OrderId{3};
  again.parts[0].nodes = {1};
  again.parts[1].nodes = {2};
  EXPECT_EQ(misfit(OrderAwarded{again, OrderId{5}}), "stale");
  EXPECT_EQ(misfit(OrderAwarded{again, OrderId{4}}), "");
}

TEST_F(PackageTest, IsInASnapshot) {
  ASSERT_EQ(coming(curve_of({{Price(9), 2}, {Price(5), 1}}, {kA, kEast, 0, 50, 60})), "");
  ASSERT_EQ(coming(half_or_more()), "");
  ASSERT_EQ(of(award()), "");
  const std::string bytes = write_snapshot(engine_.state());
  const auto read = read_snapshot(bytes, small_places());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(Dump(read.value()).text(), Dump(engine_.state()).text());
}

TEST(DeviceCost, IsRoundedUpAndBounded) {
  EXPECT_EQ(device_cost(Price(1), 1, 1), 1);
  EXPECT_EQ(device_cost(Price(3'600), 4, 100), 400);
  EXPECT_EQ(device_cost(Price(kPriceMax), kGangMax, kSecondsMax), kMoneyMax + 1);
}

}  // namespace
}  // namespace tongsuan::engine
