#include "tongsuan/lab/compare.h"

#include <cmath>
#include <gtest/gtest.h>

#include "tongsuan/lab/replay_fixture.h"

namespace tongsuan::lab {
namespace {

RunRecord run_of(std::string policy, std::uint64_t seed, double value, double wait = 1) {
  RunRecord run{.key = {.load_percent = 90, .couplings = {}, .seed = seed, .policy = policy},
                .result = {}};
  run.result.value = value;
  run.result.waits.p95 = wait;
  return run;
}

// 2, 4, 6: mean 4, standard deviation 2, t(2) = 4.3027: 4.3027 · 2 / √3 = 4.9683.
TEST(Compare, IntervalsAreStudents) {
  const Estimate found = estimate(std::vector<double>{2, 4, 6});
  EXPECT_EQ(found.count, 3U);
  EXPECT_DOUBLE_EQ(found.mean, 4);
  EXPECT_NEAR(found.half_width.value(), 4.9683, 1e-4);
  EXPECT_EQ(found.sign(), 0);
}

// Ten figures 1 … 10: mean 5.5, s = 3.02765, t(9) = 2.2622: 2.1659.
TEST(Compare, IntervalsOfTen) {
  const std::vector<double> ten = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_NEAR(estimate(ten).half_width.value(), 2.1659, 1e-4);
  EXPECT_EQ(estimate(ten).sign(), 1);
}

TEST(Compare, OneSeedHasNoInterval) {
  EXPECT_FALSE(estimate(std::vector<double>{2}).half_width.has_value());
  EXPECT_EQ(estimate(std::vector<double>{2}).sign(), 0);
  EXPECT_EQ(estimate(std::vector<double>{}).count, 0U);
  EXPECT_EQ(estimate(std::vector<double>{std::nan(""), 3}).count, 1U);
}

TEST(Compare, QuantilesBeyondTheTable) {
  EXPECT_NEAR(t_quantile_95(1), 12.7062, 1e-9);
  EXPECT_NEAR(t_quantile_95(30), 2.0423, 1e-9);
  EXPECT_NEAR(t_quantile_95(40), 2.0211, 1e-3);
  EXPECT_NEAR(t_quantile_95(60), 2.0003, 1e-3);
  EXPECT_NEAR(t_quantile_95(120), 1.9799, 1e-3);
  EXPECT_NEAR(t_quantile_95(100'000), 1.9600, 1e-3);
}

// The demand moves both policies by 0.3 from seed to seed; their difference hardly moves.
TEST(Compare, DifferencesArePaired) {
  std::vector<RunRecord> runs;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const double demand = 0.3 * static_cast<double>(seed);
    runs.push_back(run_of("pool-value", seed, demand));
    runs.push_back(run_of("market", seed, demand + 0.02 + (seed == 2 ? 0.001 : 0)));
  }
  const Comparison found = compare({}, runs, kReferencePolicy);
  ASSERT_EQ(found.groups.size(), 1U);
  const Group& group = found.groups.front();
  ASSERT_EQ(group.policies, (std::vector<std::string>{"pool-value", "market"}));
  const MetricRow& row = group.row("value");
  EXPECT_NEAR(row.differences[1].mean, 0.020333, 1e-6);
  EXPECT_NEAR(row.differences[1].half_width.value(), 0.001434, 1e-6);
  EXPECT_EQ(row.differences[1].sign(), 1);
  EXPECT_EQ(row.differences[0].count, 0U);
  EXPECT_GT(row.values[0].half_width.value(), 0.7);
  EXPECT_EQ(row.best, std::optional<std::size_t>(1));
}

TEST(Compare, NothingIsBestWhenADifferenceMayBeZero) {
  const std::vector<RunRecord> runs = {run_of("pool-value", 1, 0.5), run_of("market", 1, 0.6),
                                       run_of("pool-value", 2, 0.5), run_of("market", 2, 0.49)};
  const Group group = compare({}, runs, kReferencePolicy).groups.front();
  EXPECT_FALSE(group.row("value").best.has_value());
  EXPECT_FALSE(group.row("wait_p95").best.has_value()) << "all alike";
}

TEST(Compare, LowIsGoodForWaits) {
  const std::vector<RunRecord> runs = {run_of("pool-value", 1, 0.5, 3), run_of("market", 1, 0.5, 2),
                                       run_of("pool-value", 2, 0.5, 3.1),
                                       run_of("market", 2, 0.5, 2.09)};
  const Group group = compare({}, runs, kReferencePolicy).groups.front();
  EXPECT_EQ(group.row("wait_p95").best, std::optional<std::size_t>(1));
}

// Seed 2 has no market run: an interrupted matrix still compares what can be paired.
TEST(Compare, OnlySeedsOfBothArePaired) {
  const std::vector<RunRecord> runs = {run_of("pool-value", 1, 0.5), run_of("pool-value", 2, 0.7),
                                       run_of("pool-value", 3, 0.6), run_of("market", 3, 0.7),
                                       run_of("market", 1, 0.6)};
  const Group group = compare({}, runs, kReferencePolicy).groups.front();
  EXPECT_EQ(group.seeds, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(group.row("value").differences[1].count, 2U);
  EXPECT_NEAR(group.row("value").differences[1].mean, 0.1, 1e-12);
}

TEST(Compare, GroupsAreLoadsAndWorlds) {
  std::vector<RunRecord> runs = {run_of("market", 1, 0.5), run_of("market", 1, 0.5),
                                 run_of("market", 1, 0.5)};
  runs[0].key.load_percent = 110;
  runs[1].key.couplings.links = false;
  const Comparison found = compare({}, runs, kReferencePolicy);
  ASSERT_EQ(found.groups.size(), 3U);
  EXPECT_EQ(found.groups[0].couplings, Couplings{});
  EXPECT_EQ(without_text(found.groups[1].couplings), "links");
  EXPECT_EQ(found.groups[2].load_percent, 110U);
  EXPECT_FALSE(found.groups[0].reference.has_value());
}

TEST(Compare, EveryMetricHasOneName) {
  for (const Metric& metric : metrics()) {
    EXPECT_EQ(&metric_named(metric.name), &metric) << metric.name;
    EXPECT_NE(metric.of, nullptr);
  }
}

}  // namespace
}  // namespace tongsuan::lab
