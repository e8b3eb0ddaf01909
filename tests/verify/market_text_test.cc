// Random markets survive the text format: what the tests of this module enumerate can be written
// down, and the compiled problem of the copy is the same.
#include "tongsuan/codec/market_text.h"

#include <gtest/gtest.h>

#include "tongsuan/market/canonical.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/exact_cases.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::market {
namespace {

void expect_round_trip(const Market& market, const std::string& what) {
  const std::string text = codec::write_market(market);
  const codec::ReadReport report = codec::read_market(text, what);
  ASSERT_TRUE(report.ok()) << what << "\n" << report.faults.text() << text;
  EXPECT_EQ(root(report.market), root(market)) << what << "\n" << text;
  EXPECT_EQ(codec::write_market(report.market), text) << what;
}

TEST(MarketText, RandomMarketsSurvive) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    expect_round_trip(testing::random_market(seed, {.orders = 8}), std::to_string(seed));
  }
}

TEST(MarketText, FixturesSurvive) {
  expect_round_trip(testing::round_market(), "round");
  for (const testing::ExactCase& exact : testing::exact_cases()) {
    expect_round_trip(exact.market, exact.name);
  }
}

}  // namespace
}  // namespace tongsuan::market
