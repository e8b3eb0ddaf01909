#include "tongsuan/lab/real_week.h"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/codec/codec.h"
#include "tongsuan/import/trace_job.h"
#include "tongsuan/lab/offered.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::lab {
namespace {

std::string data_dir() {
  return std::string(TONGSUAN_SHARED_DIR) + "/data";
}

class RealWeek : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"/jobs_philly", "/jobs_pai100k", "/jobs_openb"}) {
      if (!std::filesystem::exists(data_dir() + name)) {
        GTEST_SKIP() << "the public trace " << name + 1 << " is not here; nothing was checked";
      }
    }
  }
};

Market sample(std::uint32_t orders, std::uint64_t seed = 1) {
  Result<Market> market = real_week({.data_dir = data_dir(), .orders_max = orders, .seed = seed});
  EXPECT_TRUE(market.ok()) << market.error().context;
  return std::move(market).value();
}

const Variant& first_variant(const Market& market, std::uint32_t order) {
  return market.variants[market.orders[order].variants.begin];
}

TEST_F(RealWeek, SameOptionsGiveTheSameBytes) {
  EXPECT_EQ(codec::write_market(sample(1'500)), codec::write_market(sample(1'500)));
  EXPECT_NE(codec::write_market(sample(1'500, 1)), codec::write_market(sample(1'500, 2)));
}

TEST_F(RealWeek, ItsTextReadsBackAsTheSameMarketAndCompiles) {
  const Market market = sample(2'000);
  EXPECT_EQ(market.orders.size(), 2'000U);
  const codec::ReadReport report = codec::read_market(codec::write_market(market), "real");
  ASSERT_TRUE(report.ok()) << report.faults.text();
  EXPECT_EQ(report.market, market);
  EXPECT_TRUE(market::compile(market).ok());
}

TEST_F(RealWeek, SizesAndTimesAreThoseOfTheTrace) {
  const Market market = sample(200'000);
  const auto jobs = imports::read_philly(data_dir() + "/jobs_philly").value();
  std::uint32_t moved = 0;
  for (const imports::TraceJob& job : jobs) {
    const std::uint32_t order = market.order_names.find_sorted("philly-" + job.name);
    ASSERT_NE(order, kNone) << job.name;
    const Variant& variant = first_variant(market, order);
    ASSERT_EQ(variant.gang, job.gang);
    ASSERT_EQ(variant.duration,
              std::min<std::int64_t>(168, (job.duration_seconds + 3'599) / 3'600));
    // Only where the week ends too early, or where it follows another order, does it start later.
    const auto slot = static_cast<Slot>(job.submit_second / 3'600 % 168);
    moved += market.orders[order].window.begin != std::min(slot, 168 - variant.duration);
    const std::string_view account = market.account_names[market.orders[order].account.value];
    ASSERT_TRUE(account.starts_with("philly-" + job.tenant + '-')) << account;
  }
  EXPECT_LT(moved, jobs.size() / 20);
}

TEST_F(RealWeek, EveryJobIsThereOnce) {
  const Market market = sample(200'000);
  const std::size_t jobs =
      imports::read_philly(data_dir() + "/jobs_philly").value().size() +
      imports::read_pai(data_dir() + "/jobs_pai100k").value().size() +
      imports::read_openb(data_dir() + "/jobs_openb", imports::OpenbPods::kWhitelists)
          .value()
          .size();
  EXPECT_EQ(market.orders.size(), jobs);
}

TEST_F(RealWeek, PodsWithAWhitelistRunOnItsClassesOnly) {
  const Market market = sample(200'000);
  const auto pods =
      imports::read_openb(data_dir() + "/jobs_openb", imports::OpenbPods::kWhitelists).value();
  std::uint32_t checked = 0;
  for (const imports::TraceJob& pod : pods) {
    if (pod.classes != std::vector<std::string>{"T4"}) continue;
    const std::uint32_t order = market.order_names.find_sorted(pod.name);
    ASSERT_NE(order, kNone);
    ASSERT_EQ(market.orders[order].variants.count(), 1U);
    ASSERT_EQ(market.class_names[first_variant(market, order).accelerator.value], "RTX4090");
    ++checked;
  }
  EXPECT_GT(checked, 1'000U);
}

TEST_F(RealWeek, LoadIsWhatWasAskedFor) {
  const Offered sums = offered(sample(20'000));
  const double percent =
      100.0 * static_cast<double>(sums.demand) / static_cast<double>(sums.supply);
  EXPECT_GE(percent, 109);
  EXPECT_LE(percent, 114);
}

TEST_F(RealWeek, AboutThreeQuartersOfTheWorkIsAtHomeInTheEast) {
  const Offered sums = offered(sample(200'000));
  for (const OfferedPart& part : sums.regions) {
    if (part.name != "east") continue;
    const double share = static_cast<double>(part.demand) / static_cast<double>(sums.demand);
    EXPECT_NEAR(share, 0.75, 0.06);
  }
}

TEST(RealWeekErrors, NamesTheFileThatIsMissing) {
  const Result<Market> market = real_week({.data_dir = "/nowhere"});
  ASSERT_FALSE(market.ok());
  EXPECT_NE(market.error().context.find("/nowhere/jobs_philly"), std::string::npos)
      << market.error().context;
}

TEST(RealWeekErrors, RefusesOptionsOutsideTheirLimits) {
  EXPECT_EQ(real_week({.data_dir = "/nowhere", .orders_max = 0}).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(real_week({.data_dir = "/nowhere", .load_percent = 1}).error().code,
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace tongsuan::lab
