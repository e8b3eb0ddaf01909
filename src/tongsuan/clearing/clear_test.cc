#include "tongsuan/clearing/clear.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/exact_cases.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::clearing {
namespace {

using market::testing::ExactCase;
using market::testing::NaiveBook;
using market::testing::random_market;
using market::testing::RandomShape;

ClearOptions small_budget(std::uint64_t work_units) {
  ClearOptions options;
  options.search_work_units = work_units;
  options.dual_steps = 100;
  return options;
}

int128 twin_money(int128 undivided, const market::Verdict& verdict) {
  return undivided * (market::testing::kNaiveDenominator / verdict.denominator);
}

double part(int128 numerator, int128 denominator) {
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

TEST(Clear, RandomBooksEndInVerifiedCertificates) {
  constexpr std::uint64_t kBooks = 5'000;
  int with_loss = 0;
  double lost = 0;
  double free_sum = 0;
  for (std::uint64_t seed = 1; seed <= kBooks; ++seed) {
    const Market market = random_market(seed, {.orders = 12});
    const Result<Clearing> cleared = clear(market, small_budget(3'000));
    ASSERT_TRUE(cleared.ok()) << "seed " << seed << ": " << cleared.error().context;
    const Clearing& clearing = cleared.value();
    const Certificate& certificate = clearing.verified.certificate();
    ASSERT_TRUE(market::verify(market, certificate).ok()) << "seed " << seed;
    EXPECT_LE(certificate.welfare, clearing.free_welfare) << "seed " << seed;
    EXPECT_LE(clearing.free_welfare, clearing.verified.verdict().bound) << "seed " << seed;
    if (clearing.removed.empty()) {
      EXPECT_EQ(certificate.welfare, clearing.free_welfare) << "seed " << seed;
    }
    with_loss += clearing.removed.empty() ? 0 : 1;
    const std::int64_t denominator = clearing.verified.verdict().denominator;
    lost += part(clearing.free_welfare - certificate.welfare, denominator);
    free_sum += part(clearing.free_welfare, denominator);
  }
  RecordProperty("books_with_loss", with_loss);
  std::printf("loss in %d of %d books, %.3f %% of welfare\n", with_loss, static_cast<int>(kBooks),
              100 * lost / free_sum);
  EXPECT_LT(lost, free_sum / 100);
}

TEST(Clear, TinyBooksAgreeWithEnumeration) {
  int compared = 0;
  int equal = 0;
  double missing = 0;
  double best_sum = 0;
  for (std::uint64_t seed = 1; seed <= 2'500; ++seed) {
    const Market market = random_market(seed);
    NaiveBook twin(market);
    if (twin.combinations(100'000) == 100'000) continue;
    const auto best = twin.best();
    ASSERT_TRUE(best.has_value()) << "seed " << seed;
    const Result<Clearing> cleared = clear(market, small_budget(20'000));
    ASSERT_TRUE(cleared.ok()) << "seed " << seed << ": " << cleared.error().context;
    const market::Verdict& verdict = cleared.value().verified.verdict();
    const int128 free = twin_money(cleared.value().free_welfare, verdict);
    EXPECT_LE(free, best->first) << "seed " << seed;
    EXPECT_GE(twin_money(verdict.bound, verdict), best->first) << "seed " << seed;
    ++compared;
    equal += free == best->first ? 1 : 0;
    missing += part(best->first - free, market::testing::kNaiveDenominator);
    best_sum += part(best->first, market::testing::kNaiveDenominator);
  }
  std::printf("best outcome in %d of %d books, %.3f %% of welfare missing\n", equal, compared,
              100 * missing / best_sum);
  EXPECT_GT(compared, 1'000);
  EXPECT_GT(equal, compared * 9 / 10);
}

}  // namespace
}  // namespace tongsuan::clearing
