// The Italian day-ahead market of 1–20 April 2025 as markets, cleared to verified certificates.
#include <gtest/gtest.h>
#include <string>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/import/italy.h"
#include "tongsuan/import/italy_market.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::clearing {
namespace {

constexpr double kUndividedEuro = 1e12;  // undivided money of these markets

// Published accepted or rejected, against awards.
int agreeing(const Market& market, const imports::ItalyDay& day, const Outcome& outcome) {
  std::vector<bool> awarded(market.orders.size(), false);
  for (const Award& award : outcome.awards) awarded[award.order.value] = true;
  int agree = 0;
  for (const imports::ItalyBlock& block : day.blocks) {
    const std::uint32_t order = market.order_names.find_sorted(block.id);
    if (order == kNone) continue;
    const bool accepted = block.published == imports::ItalyStatus::kAccepted;
    agree += awarded[order] == accepted ? 1 : 0;
  }
  return agree;
}

TEST(ItalyClear, TwentyDaysAreProvedAndVerified) {
  const std::string folder = std::string(TONGSUAN_SHARED_DIR) + "/data/italy_mgp";
  const Result<imports::ItalyBook> book =
      imports::load_italy(folder, imports::ItalyCurves::kSimple);
  if (!book.ok() && book.error().code == ErrorCode::kIo) {
    GTEST_SKIP() << "the Italian tables are not here: " << book.error().context;
  }
  ASSERT_TRUE(book.ok()) << book.error().context;
  int agree = 0;
  double lost = 0;
  double free_welfare = 0;
  for (std::size_t day = 0; day < book.value().days.size(); ++day) {
    const std::string& date = book.value().days[day].date;
    const Result<Market> market = imports::italy_market(book.value(), day);
    ASSERT_TRUE(market.ok()) << date;
    const Result<Clearing> cleared = clear(market.value(), {});
    ASSERT_TRUE(cleared.ok()) << date << ": " << cleared.error().context;
    const Clearing& clearing = cleared.value();
    const Certificate& certificate = clearing.verified.certificate();
    EXPECT_TRUE(market::verify(market.value(), certificate).ok()) << date;
    EXPECT_EQ(clearing.free_bound, clearing.free_welfare) << date;  // proved
    EXPECT_GE(clearing.rule_bound, certificate.welfare) << date;
    EXPECT_GE(certificate.bound, clearing.free_welfare) << date;
    const int128 constant = imports::italy_constant(book.value(), day);
    free_welfare += static_cast<double>(clearing.free_welfare - constant) / kUndividedEuro;
    lost += static_cast<double>(clearing.free_welfare - certificate.welfare) / kUndividedEuro;
    agree += agreeing(market.value(), book.value().days[day], certificate.outcome);
  }
  EXPECT_EQ(book.value().days.size(), 20U);
  EXPECT_EQ(agree, 753);  // of 761, as the free optimum
  EXPECT_NEAR(free_welfare, -70'500'650.43, 0.1);
  EXPECT_LE(lost, 83.0);
}

}  // namespace
}  // namespace tongsuan::clearing
