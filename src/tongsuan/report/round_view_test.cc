#include "tongsuan/report/round_view.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "tongsuan/market/payments.h"
#include "tongsuan/report/internal/uses.h"
#include "tongsuan/report/report_fixture.h"

namespace tongsuan::report {
namespace {

using internal::device_wh;
using market::LaneKind;
using testing::input_of;
using testing::random_round;
using testing::SignedRound;

std::int64_t part(const Costs& costs, CostPart which) {
  return costs[static_cast<std::size_t>(which)];
}

// ---- A round small enough to add up by hand: market::testing::round_market()
// ---------------------

class HandMadeRound : public ::testing::Test {
 protected:
  const SignedRound round_ = market::testing::signed_round();
  const RoundView view_ = view_round(input_of(round_));
  const HubView& alpha_ = view_.hubs[0];
  const HubView& beta_ = view_.hubs[1];
};

TEST_F(HandMadeRound, DeviceHoursAreWhatAwardsHold) {
  // alpha: "first" one node of 4; "green" 3, "sandboxed" 2; "service" 2 in three slots.
  EXPECT_TRUE(alpha_.time.used == 15 * 3'600);
  EXPECT_TRUE(alpha_.time.offered == 4 * (9 + 4 + 6) * 3'600);
  // beta: two twins of 2, "follower" 2, "learn" 2.
  EXPECT_TRUE(beta_.time.used == 8 * 3'600);
  EXPECT_TRUE(beta_.time.offered == 16 * 3'600);
  EXPECT_EQ(share_ppm(beta_.time.used, beta_.time.offered), 500'000);
  EXPECT_EQ(alpha_.award_count, 4U);
  EXPECT_EQ(beta_.award_count, 4U);
  EXPECT_EQ(alpha_.slot_used, (std::vector<std::int64_t>{6, 5, 2, 2}));
}

TEST_F(HandMadeRound, EnergyIsMatchedBySlot) {
  EXPECT_TRUE(alpha_.energy_wh == 15 * 1'200);
  EXPECT_TRUE(alpha_.green_wh == 3 * 600);
  EXPECT_EQ(green_share_ppm(alpha_), 100'000);
  EXPECT_EQ(green_share_ppm(beta_), std::nullopt);
  EXPECT_TRUE(view_.totals.energy_wh == 15 * 1'200 + 8 * 1'100);
  EXPECT_EQ(green_share_ppm(view_.totals), 100'000);  // beta has no green zone and does not count
}

TEST_F(HandMadeRound, PriceIsSplitByWhatIsPaidFor) {
  EXPECT_EQ(part(alpha_.paid, CostPart::kCapacity), 15 * kMicro);
  EXPECT_EQ(part(alpha_.paid, CostPart::kPower), 1'800'000);  // 18 kWh at 100 yuan per MWh
  EXPECT_EQ(part(alpha_.paid, CostPart::kGreen), 54'000);     // 1.8 kWh at 30
  EXPECT_EQ(part(beta_.paid, CostPart::kCapacity), 16 * kMicro);
  EXPECT_EQ(part(beta_.paid, CostPart::kPower), 1'408'000);  // 8.8 kWh at 160
  EXPECT_EQ(part(beta_.paid, CostPart::kData), 6 * kMicro);  // 3 GB at 2,000 yuan per TB
  EXPECT_EQ(alpha_.price, kMicro);
  EXPECT_EQ(beta_.price, 2 * kMicro);
  EXPECT_EQ(alpha_.revenue, 15 * kMicro);
  EXPECT_EQ(per_device_hour(part(beta_.paid, CostPart::kData), beta_.time.used), 750'000);
}

TEST_F(HandMadeRound, FlowsAreSummedPerLineAndLink) {
  ASSERT_EQ(view_.lines.size(), 1U);
  const FlowView& line = view_.lines[0];
  EXPECT_EQ(line.from_name, "north");
  EXPECT_EQ(line.slot_flow, (std::vector<std::int64_t>{8'400, 0, 6'200, 2'200}));
  EXPECT_TRUE(line.sent == 16'800 && line.sent_back == 0 && line.room == 200'000);
  EXPECT_EQ(line.full_slots, 0U);
  EXPECT_EQ(line.rent, 1'008'000);  // 16.8 kWh at a difference of 60 yuan per MWh
  ASSERT_EQ(view_.links.size(), 1U);
  EXPECT_TRUE(view_.links[0].sent == 3'000);
  EXPECT_EQ(view_.links[0].slot_flow, (std::vector<std::int64_t>{0, 1'500, 1'500, 0}));
  EXPECT_TRUE(beta_.data_in_mb == 3'000 && alpha_.data_out_mb == 3'000);
  EXPECT_TRUE(beta_.energy_in_wh == 16'800 && alpha_.energy_out_wh == 16'800);
}

TEST_F(HandMadeRound, OneTwinIsRejectedAndSaysWhatItMissed) {
  ASSERT_EQ(view_.rejected.size(), 1U);
  const RejectedOrder& twin = view_.rejected[0];
  EXPECT_TRUE(twin.name.starts_with("twin-"));
  EXPECT_EQ(twin.devices, 2);
  EXPECT_EQ(twin.rate, 20 * kMicro);
  EXPECT_EQ(twin.lost,
            40 * kMicro - 4 * kMicro - 352'000);  // its price at beta: capacity and power
  EXPECT_EQ(view_.totals.orders.placed, 11U);
  EXPECT_EQ(view_.totals.kinds[static_cast<std::size_t>(OrderKind::kBlock)].placed, 7U);
  EXPECT_EQ(view_.totals.kinds[static_cast<std::size_t>(OrderKind::kCurve)].placed, 1U);
}

TEST_F(HandMadeRound, BothBoundsAreShownAndTheGapIsOverTheBetter) {
  const Certificate& certificate = round_.certificate;
  ASSERT_TRUE(view_.totals.gang_bound.has_value());
  market::Verdict verdict;
  verdict.welfare = certificate.welfare;
  verdict.bound = std::min(certificate.bound, certificate.gang_bound);
  verdict.denominator = round_.problem.denominator;
  EXPECT_EQ(view_.totals.gap_ppm, verdict.gap_ppm());
  EXPECT_GT(view_.totals.gap_ppm, 0);
  EXPECT_EQ(view_.root.size(), 64U);
}

TEST_F(HandMadeRound, ReasonsComeFromTheCaller) {
  RoundInput input = input_of(round_);
  EXPECT_EQ(view_.rejected[0].reason, kNoReason);
  input.reason_names = {"OUTBID", "PARADOXICALLY_REJECTED"};
  input.reasons.assign(round_.market.orders.size(), 1);
  EXPECT_EQ(view_round(input).rejected[0].reason, 1);
  input.reasons.assign(round_.market.orders.size(), 7);  // not in the table
  EXPECT_EQ(view_round(input).rejected[0].reason, kNoReason);
}

TEST(Ratios, NothingOfNothingIsNoShare) {
  EXPECT_EQ(share_ppm(0, 0), std::nullopt);
  EXPECT_EQ(per_device_hour(5, 0), std::nullopt);
  EXPECT_EQ(share_ppm(1, 3), 333'333);
  EXPECT_EQ(per_device_hour(7 * kMicro, 2 * 3'600), 3'500'000);
}

// ---- Random rounds against plain sums over the market
// --------------------------------------------

struct PlainSums {
  std::map<std::uint32_t, int128> used;    // hub → device-seconds
  std::map<std::uint32_t, int128> energy;  // hub → Wh
  std::map<std::uint32_t, int128> green;
  std::map<std::uint32_t, int128> delivered;
};

class PlainAdder {
 public:
  explicit PlainAdder(const SignedRound& round) : round_(round), market_(round.market) {}

  PlainSums run() {
    for (const Award& award : round_.certificate.outcome.awards) add(award);
    return std::move(sums_);
  }

 private:
  void use(const Order& order, std::uint32_t hub, std::uint32_t accelerator, std::int64_t devices,
           std::int64_t slots) {
    const int128 watts = static_cast<int128>(market_.classes[accelerator].watts) *
                         market_.hubs[hub].pue_milli * market_.calendar.slot_seconds;
    const int128 wh = (watts + 3'599'999) / 3'600'000;
    sums_.used[hub] += static_cast<int128>(devices) * slots * market_.calendar.slot_seconds;
    sums_.energy[hub] += wh * devices * slots;
    if (market_.hubs[hub].green_zone != kNone) {
      sums_.green[hub] += (wh * order.green_percent + 99) / 100 * devices * slots;
    }
  }

  void add(const Award& award) {
    const Order& order = market_.orders[award.order.value];
    if (order.kind == OrderKind::kBlock || order.kind == OrderKind::kService) {
      const Variant& variant = market_.variants[order.variants.begin + award.variant];
      std::int64_t devices = variant.gang;
      if (order.whole_nodes) {
        const std::int64_t node = market_.classes[variant.accelerator.value].node_devices;
        devices = (devices + node - 1) / node * node;
      }
      std::int64_t slots = order.kind == OrderKind::kBlock ? variant.duration : 0;
      if (order.kind == OrderKind::kService) {
        for (auto i = order.services.begin; i < order.services.end; ++i) {
          slots += market_.ranges[i].count();
        }
      }
      use(order, award.hub, variant.accelerator.value, devices, slots);
      return;
    }
    const Span32 legs = market_.options[order.options.begin + award.variant].legs;
    const market::Placement placement = market::find_placement(round_.problem, award);
    const market::Choice& choice = round_.problem.choices[placement.choice];
    const std::int64_t lots =
        choice.bundle == kNone ? round_.problem.profiles[choice.extra].lots : 1;
    for (auto i = legs.begin; i < legs.end; ++i) {
      const Leg& leg = market_.legs[i];
      if (leg.kind == RowKind::kZone) continue;
      const bool nodes = leg.kind == RowKind::kNodes;
      const std::int64_t amount = leg.amount / lots * award.lots *
                                  (nodes ? market_.classes[leg.accelerator].node_devices : 1);
      if (amount > 0) {
        use(order, leg.hub, leg.accelerator, amount, leg.slots.count());
      } else {
        sums_.delivered[leg.hub] -=
            static_cast<int128>(amount) * leg.slots.count() * market_.calendar.slot_seconds;
      }
    }
  }

  const SignedRound& round_;
  const Market& market_;
  PlainSums sums_;
};

constexpr std::uint64_t kSeeds = 400;

TEST(RandomRounds, HubsAddUpToPlainSums) {
  std::uint64_t checked = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SignedRound round;
    if (!random_round(seed, 14, round)) continue;
    ++checked;
    const RoundView view = view_round(input_of(round));
    PlainSums sums = PlainAdder(round).run();
    const market::Dispatch dispatch =
        market::dispatch(round.problem, market::net_use(round.problem, round.certificate.outcome));
    const std::uint32_t seconds = round.market.calendar.slot_seconds;
    for (std::uint32_t lane = 0; lane < round.problem.capacity_lane_count; ++lane) {
      const std::uint32_t hub = round.problem.lanes[lane].first;
      const std::int64_t watts_slot =
          device_wh(round.market, hub, round.problem.lanes[lane].second);
      for (Slot slot = 0; slot < round.problem.slot_count; ++slot) {
        const std::int64_t bought = dispatch.demanded[round.problem.row(lane, slot)];
        sums.used[hub] += static_cast<int128>(bought) * seconds;
        sums.energy[hub] += static_cast<int128>(bought) * watts_slot;
      }
    }
    for (const Offer& offer : round.market.offers) {
      if (offer.hub == kNone) continue;
      for (auto i = offer.steps.begin; i < offer.steps.end; ++i) {
        sums.delivered[offer.hub] +=
            static_cast<int128>(round.market.steps[i].amount.raw()) * offer.slots.count() * seconds;
      }
    }
    for (std::uint32_t hub = 0; hub < view.hubs.size(); ++hub) {
      ASSERT_TRUE(view.hubs[hub].time.used == sums.used[hub]) << "seed " << seed;
      ASSERT_TRUE(view.hubs[hub].energy_wh == sums.energy[hub]) << "seed " << seed;
      ASSERT_TRUE(view.hubs[hub].green_wh == sums.green[hub]) << "seed " << seed;
      ASSERT_TRUE(view.hubs[hub].time.offered == sums.delivered[hub]) << "seed " << seed;
    }
  }
  EXPECT_GT(checked, kSeeds / 2);
}

// What blocks and services pay is all in the parts of the hubs.
TEST(RandomRounds, PartsAddUpToWhatOrdersPay) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SignedRound round;
    if (!random_round(seed, 14, round)) continue;
    std::erase_if(round.certificate.outcome.awards, [&](const Award& award) {
      const OrderKind kind = round.market.orders[award.order.value].kind;
      return kind != OrderKind::kBlock && kind != OrderKind::kService;
    });
    if (!testing::feasible(round.problem, round.certificate.outcome)) continue;
    market::testing::complete(round.market, round.problem, round.certificate);
    const RoundView view = view_round(input_of(round));
    int128 cost = 0;
    for (const Award& award : round.certificate.outcome.awards) {
      cost += market::placement_cost(round.problem, market::find_placement(round.problem, award),
                                     round.certificate.payment_prices);
    }
    const market::Dispatch dispatch =
        market::dispatch(round.problem, market::net_use(round.problem, round.certificate.outcome));
    for (std::uint32_t row = 0; row < round.problem.capacity_lane_count * round.problem.slot_count;
         ++row) {
      cost += market::row_money(round.problem, row, round.certificate.payment_prices[row],
                                dispatch.demanded[row]);
    }
    int128 paid = 0;
    for (const std::int64_t money : view.totals.paid) paid += money;
    const int128 exact = divide_wide(cost, round.problem.denominator, Rounding::kDown);
    const int128 odd = paid > exact ? paid - exact : exact - paid;
    ASSERT_TRUE(odd <= static_cast<int128>(view.hubs.size() * kCostParts)) << "seed " << seed;
  }
}

TEST(RandomRounds, FlowsAndMoneyAddUp) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SignedRound round;
    if (!random_round(seed, 14, round)) continue;
    const RoundView view = view_round(input_of(round));
    int128 forth = 0, back = 0, seen_forth = 0, seen_back = 0;
    for (const std::int64_t flow : round.certificate.outcome.flows) {
      (flow < 0 ? back : forth) += flow < 0 ? -flow : flow;
    }
    std::int64_t rents = 0, seen_rents = 0;
    for (const std::int64_t rent : round.certificate.line_rents) rents += rent;
    for (const FlowView& line : view.lines) {
      seen_forth += line.sent;
      seen_back += line.sent_back;
      seen_rents += line.rent;
      ASSERT_LE(line.full_slots, line.open_slots);
    }
    ASSERT_TRUE(forth == seen_forth && back == seen_back && rents == seen_rents) << "seed " << seed;
    const std::vector<std::int64_t> use = market::net_use(round.problem, round.certificate.outcome);
    int128 data = 0, seen_data = 0;
    for (std::uint32_t row = 0; row < round.problem.row_count(); ++row) {
      if (round.problem.lanes[row / round.problem.slot_count].kind == LaneKind::kLink)
        data += use[row];
    }
    for (const FlowView& link : view.links) seen_data += link.sent;
    ASSERT_TRUE(data == seen_data) << "seed " << seed;
    std::uint64_t orders = 0, placed = 0;
    for (const KindCount& kind : view.totals.kinds) {
      orders += kind.orders;
      placed += kind.placed;
    }
    ASSERT_EQ(orders, round.market.orders.size());
    ASSERT_EQ(orders - placed, view.rejected.size());
  }
}

TEST(RandomRounds, SlotPricesAreMeansOverTheClassesOfferedThen) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SignedRound round;
    if (!random_round(seed, 6, round)) continue;
    const RoundView view = view_round(input_of(round));
    for (std::uint32_t hub = 0; hub < view.hubs.size(); ++hub) {
      for (Slot slot = 0; slot < view.slot_count; ++slot) {
        const std::optional<std::int64_t>& price = view.hubs[hub].slot_price[slot];
        ASSERT_EQ(price.has_value(), view.hubs[hub].slot_offered[slot] > 0);
        if (!price) continue;
        std::int64_t low = kPriceMax, high = 0;
        for (std::uint32_t lane = 0; lane < round.problem.capacity_lane_count; ++lane) {
          if (round.problem.lanes[lane].first != hub) continue;
          const std::int64_t at = round.certificate.payment_prices[round.problem.row(lane, slot)];
          low = std::min(low, at);
          high = std::max(high, at);
        }
        ASSERT_GE(*price, low);
        ASSERT_LE(*price, high);
      }
    }
  }
}

}  // namespace
}  // namespace tongsuan::report
