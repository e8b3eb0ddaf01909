#include "tongsuan/lab/national.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/codec/codec.h"
#include "tongsuan/lab/national_supply.h"
#include "tongsuan/lab/national_tables.h"
#include "tongsuan/lab/offered.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::lab {
namespace {

Market week(std::uint32_t orders, std::uint64_t seed = 1) {
  Result<Market> market = national_market({.orders = orders, .seed = seed});
  EXPECT_TRUE(market.ok());
  return std::move(market).value();
}

// The book that the distribution tests share.
const Market& large_week() {
  static const Market market = national_market({.orders = 40'000, .resale_per_mille = 10}).value();
  return market;
}

bool plain_block(const Market& market, const Order& order) {
  if (order.kind != OrderKind::kBlock) return false;
  // Elastic jobs have one class in several sizes; their first variant is the job too.
  return order.variants.count() > 0 && market.variants[order.variants.begin].gang > 0;
}

TEST(NationalWeek, SameOptionsGiveTheSameBytes) {
  EXPECT_EQ(codec::write_market(week(2'000, 7)), codec::write_market(week(2'000, 7)));
}

// Published figures name a book by its options. When tables change on purpose, so does this root,
// and docs/national-week.md has to be measured again.
TEST(NationalWeek, ItsRootIsTheSameOnEveryMachine) {
  const Digest root = market::root(week(1'000));
  EXPECT_EQ(hex(root.data(), root.size()),
            "65835b36ec2a3ecf4376416d803f4f191448bceab2ebd6abdf8e9617a7aacd6a");
}

TEST(NationalWeek, AnotherSeedGivesAnotherBook) {
  EXPECT_NE(codec::write_market(week(500, 7)), codec::write_market(week(500, 8)));
}

TEST(NationalWeek, ItsTextReadsBackAsTheSameMarket) {
  for (const std::uint32_t orders : {1U, 40U, 3'000U}) {
    const Market market = week(orders);
    const codec::ReadReport report =
        codec::read_market(codec::write_market(market), "national.market");
    ASSERT_TRUE(report.ok()) << orders << " orders";
    EXPECT_EQ(report.market, market) << orders << " orders";
  }
}

TEST(NationalWeek, EveryBookCompiles) {
  for (const std::uint32_t orders : {1U, 2U, 17U, 500U, 10'000U}) {
    const Market market = week(orders);
    EXPECT_EQ(market.orders.size(), orders);
    const Result<market::Problem> problem = market::compile(market);
    ASSERT_TRUE(problem.ok()) << problem.error().context;
  }
}

TEST(NationalWeek, NearlyEveryOrderHasSomewhereToRun) {
  const Market market = week(5'000);
  const market::Problem problem = market::compile(market).value();
  std::uint32_t stranded = 0;
  for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
    stranded +=
        market.orders[i].kind != OrderKind::kCurve && problem.orders[i].choices.count() == 0;
  }
  EXPECT_LT(stranded, 5'000 * 4 / 100);
}

TEST(NationalWeek, LoadIsWhatWasAskedFor) {
  for (const std::uint32_t load : {60U, 110U, 140U}) {
    const Market market = national_market({.orders = 4'000, .load_percent = load}).value();
    const Offered sums = offered(market);
    // Maintenance takes a little capacity out, so the load is never below what was asked for.
    const double percent =
        100.0 * static_cast<double>(sums.demand) / static_cast<double>(sums.supply);
    EXPECT_GE(percent, load * 0.995);
    EXPECT_LE(percent, load * 1.03);
  }
}

TEST(NationalWeek, LoadDoesNotDependOnTheSize) {
  for (const std::uint32_t orders : {1'000U, 10'000U, 100'000U}) {
    const Offered sums = offered(week(orders));
    const double percent =
        100.0 * static_cast<double>(sums.demand) / static_cast<double>(sums.supply);
    EXPECT_GE(percent, 109) << orders;
    EXPECT_LE(percent, 114) << orders;
  }
}

TEST(NationalWeek, ThreeQuartersOfTheOrdersAreAtHomeInTheEast) {
  const Offered sums = offered(large_week());
  std::map<std::string, OfferedPart> regions;
  for (const OfferedPart& part : sums.regions) regions[part.name] = part;
  EXPECT_NEAR(regions["east"].orders, 0.75 * 40'000, 0.012 * 40'000);
  EXPECT_NEAR(regions["west"].orders, 0.20 * 40'000, 0.012 * 40'000);
  EXPECT_NEAR(regions[""].orders, 0.05 * 40'000, 0.008 * 40'000);
  // Work is dominated by a few hundred large gangs, so it scatters more.
  EXPECT_NEAR(static_cast<double>(regions["east"].demand) / static_cast<double>(sums.demand), 0.75,
              0.06);
}

TEST(NationalWeek, GangsFollowTheTable) {
  const Market& market = large_week();
  std::map<std::uint32_t, double> counts;
  double blocks = 0;
  for (const Order& order : market.orders) {
    if (!plain_block(market, order)) continue;
    ++blocks;
    ++counts[market.variants[order.variants.begin].gang];
  }
  for (std::uint32_t i = 0; i < kGangs - 3; ++i) {  // the largest are too rare for a sharp test
    const double share = kGangWeights[i] / 10'000.0;
    EXPECT_NEAR(counts[1U << i] / blocks, share, 0.0015 + share * 0.05) << "gang " << (1U << i);
  }
  EXPECT_GT(counts[national_gang_max(40'000)], 0);
  EXPECT_EQ(counts.rbegin()->first, national_gang_max(40'000));
}

TEST(NationalWeek, DurationsFollowTheTable) {
  const Market& market = large_week();
  std::vector<std::vector<std::uint32_t>> durations(kGangGroups);
  for (const Order& order : market.orders) {
    if (!plain_block(market, order)) continue;
    const Variant& variant = market.variants[order.variants.begin];
    durations[gang_group(variant.gang)].push_back(variant.duration);
  }
  for (std::uint32_t group = 0; group < 3; ++group) {
    std::sort(durations[group].begin(), durations[group].end());
    for (const std::uint32_t decile : {2U, 5U, 8U}) {
      const std::uint32_t found = durations[group][durations[group].size() * decile / 10];
      EXPECT_NEAR(found, kDurationDeciles[group][decile],
                  1 + kDurationDeciles[group][decile] * 0.12)
          << "group " << group << ", decile " << decile;
    }
  }
}

TEST(NationalWeek, WindowsHoldTheirJobsAndChainsGoForward) {
  const Market& market = large_week();
  std::uint32_t chains = 0;
  for (const Order& order : market.orders) {
    if (order.kind != OrderKind::kBlock) continue;
    ASSERT_LE(order.window.end, market.calendar.slot_count);
    for (std::uint32_t v = order.variants.begin; v < order.variants.end; ++v) {
      ASSERT_LE(market.variants[v].duration, order.window.count());
    }
    if (order.after == kNone) continue;
    ++chains;
    ASSERT_EQ(market.orders[order.after].account, order.account);
  }
  EXPECT_GT(chains, 500U);
}

TEST(NationalWeek, EveryKindOfOrderAppears) {
  const Market& market = large_week();
  std::map<OrderKind, std::uint32_t> kinds;
  std::uint32_t green = 0, data = 0, nodes = 0, sandbox = 0, elastic = 0, resale = 0;
  for (const Order& order : market.orders) {
    ++kinds[order.kind];
    green += order.green_percent > 0;
    data += order.data != kNone;
    nodes += order.whole_nodes;
    sandbox += order.group != kNone;
    elastic += order.variants.count() > 1 && market.variants[order.variants.begin].gang !=
                                                 market.variants[order.variants.begin + 1].gang;
    resale += order.kind == OrderKind::kProfile && market.options[order.options.begin].value < 0;
  }
  EXPECT_GT(kinds[OrderKind::kBlock], 0.9 * 40'000);
  EXPECT_GT(kinds[OrderKind::kService], 300U);
  EXPECT_GT(kinds[OrderKind::kOptions], 300U);
  EXPECT_GT(kinds[OrderKind::kProfile], 500U);
  EXPECT_GT(kinds[OrderKind::kCurve], 400U);
  EXPECT_GT(green, 0.3 * 40'000);
  EXPECT_GT(data, 3'000U);
  EXPECT_GT(nodes, 1'000U);
  EXPECT_GT(sandbox, 800U);
  EXPECT_GT(elastic, 200U);
  EXPECT_GT(resale, 200U);
}

TEST(NationalWeek, GreenSupplyIsAmpleAtNoonAndScarceAtNight) {
  const Market market = week(2'000);
  std::vector<std::int64_t> supply(market.calendar.slot_count, 0);
  for (const Offer& offer : market.offers) {
    if (offer.zone == kNone || market.zones[offer.zone].commodity != Commodity::kGreen) continue;
    for (std::uint32_t i = offer.steps.begin; i < offer.steps.end; ++i) {
      for (Slot slot = offer.slots.begin; slot < offer.slots.end; ++slot) {
        supply[slot] += market.steps[i].amount.raw();
      }
    }
  }
  for (Slot day = 0; day < market.calendar.slot_count; day += 24) {
    EXPECT_GT(supply[day + 12], 2 * supply[day + 1]) << "day " << day / 24;
  }
}

TEST(NationalWeek, RefusesWhatItCannotMake) {
  const auto code = [](const NationalOptions& options) {
    const Result<Market> market = national_market(options);
    return market.ok() ? ErrorCode::kIo : market.error().code;
  };
  EXPECT_EQ(code({.orders = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.orders = kNationalOrdersMax + 1}), ErrorCode::kLimit);
  EXPECT_EQ(code({.orders = 10, .load_percent = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.orders = 10, .slots = 23}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.orders = 10, .slots = 5'000}), ErrorCode::kLimit);
  const Result<Market> none = national_market({.orders = 0});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().context, "a national week cannot have orders 0");
}

TEST(NationalWeek, OtherLengthsAreValid) {
  for (const std::uint32_t slots : {24U, 100U, 336U}) {
    const Market market = national_market({.orders = 300, .slots = slots}).value();
    const codec::ReadReport report = codec::read_market(codec::write_market(market), "week");
    ASSERT_TRUE(report.ok()) << slots;
    EXPECT_EQ(report.market, market) << slots;
    EXPECT_TRUE(market::compile(market).ok()) << slots;
  }
}

TEST(NationalSupply, DevicesSumToTheTotalInWholeNodes) {
  for (const std::int64_t total : {0LL, 64LL, 1'000LL, 77'777LL, 2'000'000LL}) {
    std::int64_t sum = 0;
    for (const auto& place : spread_devices(total)) {
      for (std::uint32_t i = 0; i < kClasses; ++i) {
        EXPECT_EQ(place[i] % kClassTable[i].node_devices, 0U);
        sum += place[i];
      }
    }
    EXPECT_NEAR(static_cast<double>(sum), static_cast<double>(std::max<std::int64_t>(64, total)),
                8);
  }
}

TEST(NationalTables, WeightsAreWhole) {
  std::uint32_t buyers = kBuyersWithoutHome;
  std::uint32_t east = 0;
  for (const Place& place : kPlaceTable) {
    buyers += place.buyers;
    if (place.east) east += place.buyers;
  }
  EXPECT_EQ(buyers, 1'000U);
  EXPECT_EQ(east, 750U);
  for (const auto& mix : kClassMix) {
    std::uint32_t sum = 0;
    for (const std::uint32_t share : mix) sum += share;
    EXPECT_EQ(sum, 1'000U);
  }
  std::uint32_t gangs = 0;
  for (const std::uint32_t weight : kGangWeights) gangs += weight;
  EXPECT_EQ(gangs, 10'000U);
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    for (std::uint32_t k = 0; k < kPlaces; ++k) EXPECT_EQ(kDistanceKm[i][k], kDistanceKm[k][i]);
  }
}

}  // namespace
}  // namespace tongsuan::lab
