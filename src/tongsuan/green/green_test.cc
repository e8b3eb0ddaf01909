#include "tongsuan/green/green.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"

namespace tongsuan::green {
namespace {

using Table = std::vector<std::vector<std::int64_t>>;

// Everything in the first of two zones, consumption in the second.
Energy two_zones(std::int64_t limit) {
  Energy energy;
  energy.hours = 2;
  energy.green = {{1'000, 500}, {100, 0}};
  energy.green_forecast = {{800, 800}, {0, 0}};
  energy.tariff = {{2 * kMicro, 2 * kMicro}, {4 * kMicro, 4 * kMicro}};
  energy.lines = {{ZoneId{0}, ZoneId{1}, limit, Price(10)}};
  energy.grid_grams = {500, 800};
  energy.residual_grams = 600;
  return energy;
}

TEST(GreenMatch, ServesItsOwnZoneFirstAndThenOthersWithinTheLimitOfTheLine) {
  const GreenResult result = match_green(two_zones(300), Table{{900, 100}, {500, 500}});
  EXPECT_EQ(result.matched[0], (std::vector<std::int64_t>{900, 100}));
  EXPECT_EQ(result.matched[1], (std::vector<std::int64_t>{200, 300}));
  EXPECT_EQ(result.sent[0], (std::vector<std::int64_t>{100, 300}));
  EXPECT_EQ(result.consumed_wh, 2'000);
  EXPECT_EQ(result.matched_wh, 1'500);
  EXPECT_DOUBLE_EQ(result.share_hourly, 0.75);
  EXPECT_DOUBLE_EQ(result.share_annual, 0.8);
  EXPECT_DOUBLE_EQ(result.emissions_location_t, (1'000 * 500 + 1'000 * 800) / 1e9);
  EXPECT_DOUBLE_EQ(result.emissions_market_t, 500 * 600 / 1e9);
  EXPECT_EQ(result.tariff_micro, 1'000 * 2 + 1'000 * 4);
  EXPECT_EQ(result.lines_micro, 1);  // 400 Wh at 10 micro-yuan per MWh, rounded up
  EXPECT_EQ(result.matched_in(1), 400);
}

TEST(GreenMatch, NeverSendsAgainstALine) {
  Energy energy = two_zones(300);
  std::swap(energy.lines[0].from, energy.lines[0].to);
  const GreenResult result = match_green(energy, Table{{0, 0}, {500, 500}});
  EXPECT_EQ(result.matched_wh, 100);
}

TEST(GreenMatch, HoursBeyondTheTablesRepeatTheLastDay) {
  Energy energy;
  energy.hours = 48;
  energy.green.resize(1);
  for (std::int64_t hour = 0; hour < 48; ++hour) energy.green[0].push_back(hour);
  const GreenResult result =
      match_green(energy, Table{std::vector<std::int64_t>(50, 1'000)}, /*span_hours=*/48);
  EXPECT_EQ(result.matched[0][47], 47);
  EXPECT_EQ(result.matched[0][48], 24);
  EXPECT_EQ(result.issued_wh, 47 * 48 / 2);
}

TEST(GreenMatch, TakesTheCheaperOfTwoWays) {
  Energy energy;
  energy.hours = 1;
  energy.green = {{100}, {0}, {0}};
  energy.lines = {{ZoneId{0}, ZoneId{2}, 100, Price(9)},
                  {ZoneId{0}, ZoneId{1}, 60, Price(2)},
                  {ZoneId{1}, ZoneId{2}, 60, Price(3)}};
  const GreenResult result = match_green(energy, Table{{0}, {0}, {80}});
  EXPECT_EQ(result.matched_wh, 80);
  EXPECT_EQ(result.sent, (Table{{20}, {60}, {60}}));
}

TEST(GreenMatch, NothingIsMatchedWithoutEnergy) {
  const GreenResult result = match_green(Energy{}, Table{{5, 5}});
  EXPECT_EQ(result.matched_wh, 0);
  EXPECT_EQ(result.share_hourly, 0);
}

// ---- Against a minimum cut found by trying every set of zones ----------------------------------

struct Case {
  Energy energy;
  std::vector<std::int64_t> green, use;
};

Case random_case(std::uint64_t seed) {
  Random random(seed);
  Case c;
  const std::size_t zones = 1 + random.below(5);
  const std::int64_t scale = random.below(2) == 0 ? 4 : 1'000'000'000;
  for (std::size_t zone = 0; zone < zones; ++zone) {
    c.green.push_back(random.below(3) == 0 ? 0 : random.between(0, scale));
    c.use.push_back(random.below(3) == 0 ? 0 : random.between(0, scale));
  }
  const std::uint64_t lines = zones > 1 ? random.below(9) : 0;
  for (std::uint64_t i = 0; i < lines; ++i) {
    const auto from = static_cast<std::uint32_t>(random.below(zones));
    const auto to = static_cast<std::uint32_t>(random.below(zones));
    if (from == to) continue;
    c.energy.lines.push_back(
        {ZoneId{from}, ZoneId{to}, random.between(0, scale), Price(random.between(0, 5))});
  }
  c.energy.hours = 1;
  for (const std::int64_t wh : c.green) c.energy.green.push_back({wh});
  c.energy.green_forecast = c.energy.green;
  return c;
}

std::int64_t least_cut(const Case& c) {
  std::int64_t least = INT64_MAX;
  for (std::uint32_t set = 0; set < (1U << c.use.size()); ++set) {
    std::int64_t cut = 0;
    for (std::size_t zone = 0; zone < c.use.size(); ++zone) {
      cut += (set >> zone & 1) != 0 ? c.use[zone] : c.green[zone];
    }
    for (const Energy::Line& line : c.energy.lines) {
      const bool out = (set >> line.from.value & 1) != 0 && (set >> line.to.value & 1) == 0;
      cut += out ? line.limit : 0;
    }
    least = std::min(least, cut);
  }
  return least;
}

TEST(GreenMatch, MatchesAsMuchAsTheLeastCutAllows) {
  for (std::uint64_t seed = 1; seed <= many_seeds(5'000); ++seed) {
    const Case c = random_case(seed);
    GreenHour hour(c.energy, c.use.size());
    hour.match(c.green, c.use);
    std::int64_t sum = 0;
    for (std::size_t zone = 0; zone < c.use.size(); ++zone) {
      sum += hour.matched(zone);
      ASSERT_GE(hour.matched(zone), std::min(c.green[zone], c.use[zone])) << "seed " << seed;
    }
    ASSERT_EQ(sum, least_cut(c)) << "seed " << seed;
  }
}

TEST(GreenMatch, MarginalGreenIsWhatOneMoreUserWouldGet) {
  for (std::uint64_t seed = 1; seed <= many_seeds(2'000); ++seed) {
    Case c = random_case(seed);
    const std::vector<std::int64_t> more = marginal_green(c.energy, 0, c.use);
    const std::int64_t before = least_cut(c);
    const std::int64_t all = std::accumulate(c.green.begin(), c.green.end(), std::int64_t{0});
    for (std::size_t zone = 0; zone < c.use.size(); ++zone) {
      c.use[zone] += all;
      ASSERT_EQ(more[zone], least_cut(c) - before) << "seed " << seed << " zone " << zone;
      c.use[zone] -= all;
    }
  }
}

}  // namespace
}  // namespace tongsuan::green
