#include "tongsuan/clearing/clear.h"

#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/clearing/warm.h"
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

// Here the search ends with a row that cannot be met; among those who leave is one whom another
// order must follow.
TEST(Clear, WhoeverFollowsAnOrderThatIsDroppedLeavesToo) {
  const Market market =
      random_market(5'352, {.orders = 14, .slots = 6, .sellers = true, .energy = true});
  ClearOptions options;
  options.search_work_units = 4'000;
  options.dual_steps = 100;
  const Result<Clearing> result = clear(market, options);
  ASSERT_TRUE(result.ok()) << result.error().context;
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

// One hub for two days on power of two steps: `green` MWh an hour, then as much as anybody wants.
// Twelve orders that devices have room for; `skip` slots are over.
Market powered_book(Slot skip) {
  constexpr Slot kSlots = 48;
  std::string text =
      "tongsuan-market 1\nmarket powered\n"
      "calendar start=2026-01-01T00:00+08:00 slot=1h slots=48\n"
      "class A800 watts=400 node=8\nzone west commodity=power disposal=free\n"
      "hub horinger power=west pue=1.2\n"
      "offer devices seller=seller hub=horinger class=A800 slots=0..48 steps=64@1.5\n";
  std::size_t lines = 6;
  for (Slot slot = 0; slot < kSlots; ++slot) {
    const std::string tariff = std::to_string(200 + (slot + skip) % 24 * 30);
    text += "offer p" + padded(slot, 2) + " seller=grid zone=west slots=" + std::to_string(slot) +
            ".." + std::to_string(slot + 1) + " steps=5kWh@" + tariff + ",1000GWh@" +
            std::to_string(240 + (slot + skip) % 24 * 30) + "\n";
    ++lines;
  }
  for (std::uint32_t i = 0; i < 12; ++i) {
    text += "order o" + padded(i, 2) +
            " account=buyer gang=8 run=A800:" + std::to_string(2 + i % 5) +
            " hubs=horinger window=" + std::to_string(i < skip ? 0 : i - skip) + ".." +
            std::to_string(40 - skip) + " value=" + std::to_string(90 + 7 * i) + " delay=0.3\n";
    ++lines;
  }
  const codec::ReadReport read =
      codec::read_market(text + "end " + std::to_string(lines) + "\n", "powered");
  EXPECT_TRUE(read.ok()) << read.faults.text();
  return read.market;
}

// A grid that has no end must not keep the price of its zone from settling.
TEST(Clear, EndlessSupplyLeavesTheBoundTight) {
  const Market market = powered_book(0);
  const Result<Clearing> cleared = clear(market, {});
  ASSERT_TRUE(cleared.ok()) << cleared.error().context;
  EXPECT_EQ(cleared.value().verified.verdict().award_count, 12U);
  EXPECT_LT(cleared.value().verified.verdict().gap_ppm(), 2'000);
}

// Prices and placements of the round before, an hour later: no further from the best.
TEST(Clear, StartsFromARoundThatBeganEarlier) {
  const Market before = powered_book(0);
  const Result<Clearing> first = clear(before, {});
  ASSERT_TRUE(first.ok()) << first.error().context;
  const Market market = powered_book(1);
  ClearOptions options;
  options.warm_market = &before;
  options.warm_start = &first.value().verified.certificate();
  options.warm_shift = 1;
  const Result<Clearing> warm = clear(market, options);
  const Result<Clearing> cold = clear(market, {});
  ASSERT_TRUE(warm.ok() && cold.ok());
  EXPECT_LT(warm.value().verified.verdict().gap_ppm(), 2'000);
  EXPECT_GE(warm.value().free_welfare, cold.value().free_welfare / 1'000 * 998);

  const market::Problem old_problem = market::compile(before).value();
  const market::Problem problem = market::compile(market).value();
  const Certificate& certificate = first.value().verified.certificate();
  const WarmStart carried = carry_over({before, old_problem, certificate, 1}, market, problem);
  ASSERT_TRUE(carried.usable);
  EXPECT_EQ(carried.prices[0], certificate.bound_prices[1]);
  EXPECT_EQ(carried.prices[47], certificate.bound_prices[47]);
  std::size_t kept = 0;
  for (const market::Placement& placement : carried.placements) kept += placement.choice != kNone;
  std::size_t later = 0;
  for (const Award& award : certificate.outcome.awards) later += award.start >= 1;
  EXPECT_EQ(kept, later);
  EXPECT_FALSE(carry_over({before, old_problem, certificate, 48}, market, problem).usable);
}

}  // namespace
}  // namespace tongsuan::clearing
