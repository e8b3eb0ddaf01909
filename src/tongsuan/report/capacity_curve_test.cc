#include "tongsuan/report/capacity_curve.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "tongsuan/report/report_fixture.h"

namespace tongsuan::report {
namespace {

using testing::input_of;
using testing::random_round;
using testing::SignedRound;

constexpr std::int64_t kHour = 3'600;

TEST(CapacityCurve, StepsOfAHandMadeHub) {
  const SignedRound round = market::testing::signed_round();
  const std::uint32_t beta = round.market.hub_names.find_sorted("beta");
  const CapacityCurve curve = capacity_curve(input_of(round), {beta, 0, {0, 4}});
  // Four devices at 2 yuan; one draws 1.1 kWh an hour at 160 yuan per MWh.
  ASSERT_EQ(curve.supply.size(), 1U);
  EXPECT_EQ(curve.supply[0], (SupplyBlock{2 * kMicro, 176'000, 16 * kHour}));
  EXPECT_TRUE(curve.offered == 16 * kHour && curve.used == 8 * kHour);
  EXPECT_EQ(curve.price, 2'176'000);
  // 20 yuan per device-hour: follower and two twins, then the twin that lost; "learn" waited three
  // slots for its data and is worth 37 yuan for two device-hours.
  ASSERT_EQ(curve.demand.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(curve.demand[i].rate, i < 4 ? 20 * kMicro : 18'500'000);
    EXPECT_EQ(curve.demand[i].accepted, i != 3);
    EXPECT_TRUE(curve.demand[i].device_seconds == 2 * kHour);
  }
  EXPECT_EQ(curve.demand[4].order, round.order("learn").value);
}

TEST(CapacityCurve, SlotsCutBlocksAndSupply) {
  const SignedRound round = market::testing::signed_round();
  const std::uint32_t beta = round.market.hub_names.find_sorted("beta");
  const CapacityCurve first = capacity_curve(input_of(round), {beta, kNone, {0, 1}});
  EXPECT_TRUE(first.offered == 4 * kHour && first.used == 4 * kHour);
  EXPECT_EQ(first.demand.size(), 3U);  // the twins
  const CapacityCurve none = capacity_curve(input_of(round), {beta, kNone, {2, 2}});
  EXPECT_TRUE(none.supply.empty() && none.demand.empty() && !none.price.has_value());
}

TEST(CapacityCurve, AcceptedBlocksAddUpToTheUseOfTheHub) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SignedRound round;
    if (!random_round(seed, 14, round)) continue;
    const RoundInput input = input_of(round);
    const RoundView view = view_round(input);
    for (std::uint32_t hub = 0; hub < view.hubs.size(); ++hub) {
      const CapacityCurve curve = capacity_curve(input, {hub, kNone, {0, view.slot_count}});
      int128 accepted = 0;
      for (const DemandBlock& block : curve.demand) {
        if (block.accepted) accepted += block.device_seconds;
      }
      ASSERT_TRUE(accepted == view.hubs[hub].time.used) << "seed " << seed;
      ASSERT_TRUE(std::is_sorted(
          curve.demand.begin(), curve.demand.end(),
          [](const DemandBlock& a, const DemandBlock& b) { return a.rate > b.rate; }));
      ASSERT_TRUE(std::is_sorted(curve.supply.begin(), curve.supply.end(),
                                 [](const SupplyBlock& a, const SupplyBlock& b) {
                                   return a.price + a.power < b.price + b.power;
                                 }));
    }
  }
}

}  // namespace
}  // namespace tongsuan::report
