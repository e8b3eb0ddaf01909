#include "tongsuan/clearing/clear.h"

#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
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
  const std::uint64_t books = many_seeds(5'000);
  int with_loss = 0;
  double lost = 0;
  double free_sum = 0;
  for (std::uint64_t seed = 1; seed <= books; ++seed) {
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
  std::printf("loss in %d of %d books, %.3f %% of welfare\n", with_loss, static_cast<int>(books),
              100 * lost / free_sum);
  EXPECT_LT(lost, free_sum / 100);
}

TEST(Clear, TinyBooksAgreeWithEnumeration) {
  int compared = 0;
  int equal = 0;
  double missing = 0;
  double best_sum = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(2'500); ++seed) {
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

// T5: the best of five bundles of devices, and no bound may lie below it.
TEST(Clear, WinnerDetermination) {
  for (const ExactCase& exact : market::testing::exact_cases()) {
    if (exact.name.rfind("T5", 0) != 0) continue;
    const Result<Clearing> cleared = clear(exact.market, {});
    ASSERT_TRUE(cleared.ok()) << cleared.error().context;
    const market::Verdict& verdict = cleared.value().verified.verdict();
    EXPECT_EQ(to_string(cleared.value().free_welfare),
              to_string(int128{exact.optimum} * verdict.denominator));
    return;
  }
  FAIL() << "the case is missing";
}

// A market file with its lines in another order. Head and end stay, and so does the order of the
// options of one order, which awards refer to by position.
std::string shuffled(const std::string& text, std::uint64_t seed) {
  constexpr std::size_t kHead = 3;
  std::vector<std::string> lines;
  std::vector<std::string> options;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("option ")) options.push_back(line);
    lines.push_back(line);
  }
  Random random(seed);
  for (std::size_t i = lines.size() - 2; i > kHead; --i) {
    std::swap(lines[i], lines[kHead + random.below(i - kHead + 1)]);
  }
  std::string result;
  std::size_t next = 0;
  for (const std::string& line : lines) {
    result += (line.starts_with("option ") ? options[next++] : line) + '\n';
  }
  return result;
}

TEST(Clear, OrderOfTheInputDoesNotMatter) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Market market = random_market(seed, {.orders = 15});
    const codec::ReadReport again =
        codec::read_market(shuffled(codec::write_market(market), seed), "shuffled");
    ASSERT_TRUE(again.ok()) << "seed " << seed;
    const Result<Clearing> one = clear(market, small_budget(5'000));
    const Result<Clearing> two = clear(again.market, small_budget(5'000));
    ASSERT_TRUE(one.ok() && two.ok()) << "seed " << seed;
    EXPECT_EQ(codec::write_certificate(one.value().verified.certificate(), market),
              codec::write_certificate(two.value().verified.certificate(), again.market))
        << "seed " << seed;
  }
}

TEST(Clear, ThreadsDoNotChangeTheResult) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Market market =
        random_market(seed, {.orders = 60, .slots = 12, .hubs = 4, .gang = 6, .supply = 12});
    ClearOptions options = small_budget(30'000);
    const Result<Clearing> one = clear(market, options);
    options.thread_count = 3;
    const Result<Clearing> three = clear(market, options);
    ASSERT_TRUE(one.ok() && three.ok()) << "seed " << seed;
    EXPECT_EQ(codec::write_certificate(one.value().verified.certificate(), market),
              codec::write_certificate(three.value().verified.certificate(), market))
        << "seed " << seed;
  }
}

// Presolve and gang prices only lower the bound, and the verifier re-derives both.
TEST(Clear, StrengthenedBoundsVerify) {
  int presolved = 0;
  int lower = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Market market = random_market(seed, {.orders = 20, .energy = false});
    ClearOptions options = small_budget(2'000);
    const Result<Clearing> with = clear(market, options);
    options.strengthen = false;
    const Result<Clearing> without = clear(market, options);
    ASSERT_TRUE(with.ok()) << "seed " << seed << ": " << with.error().context;
    ASSERT_TRUE(without.ok()) << "seed " << seed << ": " << without.error().context;
    EXPECT_EQ(without.value().verified.certificate().strengthenings, 0U);
    presolved += with.value().verified.certificate().strengthenings == kPresolve ? 1 : 0;
    lower += with.value().verified.verdict().bound < without.value().verified.verdict().bound;
  }
  EXPECT_GT(presolved, 100);
  EXPECT_GT(lower, 25);
}

}  // namespace
}  // namespace tongsuan::clearing
