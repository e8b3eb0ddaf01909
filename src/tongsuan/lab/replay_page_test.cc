#include "tongsuan/lab/replay_page.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "tongsuan/lab/compare_table.h"
#include "tongsuan/lab/internal/replay_page.h"
#include "tongsuan/lab/replay_fixture.h"
#include "tongsuan/report/html_checker.h"

namespace tongsuan::lab {
namespace {

Comparison fake_comparison(std::uint64_t seeds, const std::vector<std::uint32_t>& loads) {
  std::vector<RunRecord> runs;
  for (const std::uint32_t load : loads) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      for (std::size_t rank = 0; rank < policies().size(); ++rank) {
        RunKey key{load, {}, seed, std::string(policies()[rank].name)};
        RunResult run = testing::fake_run(key, rank);
        runs.push_back({std::move(key), std::move(run)});
      }
    }
  }
  return compare({"fake-week", std::string(64, 'a'), "round=900", "0.1.0"}, std::move(runs),
                 kReferencePolicy);
}

std::string page_of(const Comparison& comparison, Language language = Language::kEnglish) {
  Instance instance = testing::fake_instance(comparison.groups.front().runs[0][0].key);
  instance.notes = {"dropped 3 jobs that <fit> nowhere"};
  return replay_html({.comparison = comparison,
                      .instance = instance,
                      .language = language,
                      .command = "tongsuan replay fake-week --data 'a & b'"});
}

void expect_well_formed(const std::string& page) {
  report::testing::HtmlChecker checker(page);
  EXPECT_EQ(checker.check(), "");
  for (const char* outside : {"http://", "https://", "@import", "src=", "url("}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
}

TEST(ReplayPage, IsWellFormedAndAsksForNothing) {
  const std::string page = page_of(fake_comparison(4, {60, 90, 110}));
  expect_well_formed(page);
  if (const char* folder = std::getenv("TONGSUAN_PAGES")) {
    std::ofstream(std::string(folder) + "/replay.html") << page;
    std::ofstream(std::string(folder) + "/replay.zh.html")
        << page_of(fake_comparison(4, {60, 90, 110}), Language::kChinese);
  }
  for (const char* section :
       {"table", "sweep", "series", "waits", "reasons", "map", "emissions", "facts"}) {
    EXPECT_NE(page.find("<section id=\"" + std::string(section) + '"'), std::string::npos)
        << section;
  }
  EXPECT_LT(page.size(), 1'500'000U);
}

TEST(ReplayPage, SameComparisonSameBytes) {
  EXPECT_EQ(page_of(fake_comparison(2, {90})), page_of(fake_comparison(2, {90})));
}

TEST(ReplayPage, OneLoadHasNoSweep) {
  const std::string page = page_of(fake_comparison(2, {90}));
  expect_well_formed(page);
  EXPECT_EQ(page.find("id=\"sweep\""), std::string::npos);
}

TEST(ReplayPage, OneSeedClaimsNothing) {
  const std::string page = page_of(fake_comparison(1, {90}));
  expect_well_formed(page);
  EXPECT_NE(page.find("One seed cannot tell wins from luck"), std::string::npos);
  for (const char* mark : {">●<", ">▲<", ">▼<"}) EXPECT_EQ(page.find(mark), std::string::npos);
}

// The fixture's market uses cleaner certificates and dirtier grids than pool-value.
TEST(ReplayPage, SaysWhereEmissionMethodsDisagree) {
  EXPECT_NE(page_of(fake_comparison(4, {90})).find("The methods disagree about market"),
            std::string::npos);
}

TEST(ReplayPage, SaysWhereTheMarketLoses) {
  const std::string page = page_of(fake_comparison(4, {90}));
  EXPECT_NE(page.find("the market wins: "), std::string::npos);
  EXPECT_NE(page.find("It loses: "), std::string::npos);
}

// Nothing but a policy that is not ours and empty figures: no division, no missing section.
TEST(ReplayPage, BareResults) {
  std::vector<RunRecord> runs = {{{90, {}, 1, "market"}, {}}};
  runs[0].result.policy = "market";
  expect_well_formed(page_of(compare({"s", "", "", ""}, runs, kReferencePolicy)));
}

TEST(ReplayPage, LogarithmsWithoutLibm) {
  EXPECT_NEAR(internal::log10_of(1), 0, 1e-12);
  EXPECT_NEAR(internal::log10_of(1'000), 3, 1e-12);
  EXPECT_NEAR(internal::log10_of(0.02), -1.698970004336, 1e-10);
  EXPECT_NEAR(internal::log10_of(7.3e8), 8.863322860120, 1e-10);
}

TEST(ReplayWords, EveryMetricIsExplained) {
  for (const Metric& metric : metrics()) {
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      EXPECT_FALSE(metric_title(metric, language).empty()) << metric.name;
      EXPECT_FALSE(metric_meaning(metric, language).empty()) << metric.name;
    }
  }
}

TEST(CompareTable, MarksOnlyWhatIsCertain) {
  const std::string many = comparison_text(fake_comparison(4, {90}), Language::kEnglish, false);
  EXPECT_NE(many.find("*"), std::string::npos);
  EXPECT_NE(many.find("market − pool-value"), std::string::npos);
  const std::string one = comparison_text(fake_comparison(1, {90}), Language::kEnglish, true);
  EXPECT_EQ(one.find('*'), std::string::npos);
  EXPECT_EQ(one.find("±"), std::string::npos);
  EXPECT_NE(one.find("one seed"), std::string::npos);
}

TEST(CompareTable, OneRowForEachFigure) {
  const report::Table table = comparison_rows(fake_comparison(2, {90, 110}));
  EXPECT_EQ(table.rows.size(), 2 * metrics().size() * policies().size());
  const Result<std::string> csv = report::render(table, {.format = report::Format::kCsv});
  ASSERT_TRUE(csv.ok());
  EXPECT_TRUE(csv.value().starts_with(
      "load_percent,without,metric,unit,policy,seeds,mean,half_width,pairs,difference,"
      "difference_half_width,verdict,best\r\n90,nothing,served,%,silo-fifo,2,"))
      << csv.value().substr(0, 200);
}

TEST(CompareTable, Figures) {
  EXPECT_EQ(figure_text(metric_named("utilisation"), 0.8812), "88.1");
  EXPECT_EQ(figure_text(metric_named("wait_p95"), -1.256), "-1.26");
  EXPECT_EQ(figure_text(metric_named("net"), 4'321'000), "4,321.0");
  EXPECT_EQ(figure_text(metric_named("net"), 1e300), "–");
  EXPECT_EQ(estimate_text(metric_named("utilisation"), {2, 0.5, 0.012}), "50.0 ±1.2");
}

}  // namespace
}  // namespace tongsuan::lab
