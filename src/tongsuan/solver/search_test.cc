#include "tongsuan/solver/search.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/exact_cases.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/solver/dual.h"
#include "tongsuan/solver/search_kernel.h"
#include "tongsuan/solver/search_math.h"

namespace tongsuan::solver {
namespace {

using market::Placement;
using market::Problem;
using market::testing::NaiveBook;
using market::testing::random_market;
using market::testing::RandomShape;

constexpr RandomShape kNoLines = {.orders = 12, .line_slots = 0};
constexpr RandomShape kWide = {.orders = 60, .slots = 24, .hubs = 3, .line_slots = 0, .supply = 9};

Outcome outcome_of(const Problem& problem, const std::vector<Placement>& placements) {
  Outcome outcome;
  outcome.flows.assign(problem.line_slots.size(), 0);
  for (std::uint32_t order = 0; order < placements.size(); ++order) {
    if (placements[order].choice == kNone) continue;
    outcome.awards.push_back(market::make_award(problem, order, placements[order]));
  }
  return outcome;
}

Prices prices_of(const Problem& problem) {
  DualOptions options;
  options.steps = 100;
  return solve_dual(problem, options).prices;
}

bool same(const SearchResult& a, const SearchResult& b) {
  if (a.welfare != b.welfare || a.placements.size() != b.placements.size()) return false;
  for (std::size_t i = 0; i < a.placements.size(); ++i) {
    const Placement& one = a.placements[i];
    const Placement& two = b.placements[i];
    if (one.choice != two.choice || one.start != two.start || one.lots != two.lots) return false;
  }
  return true;
}

TEST(Search, OutcomesAreFeasibleAndWorthWhatIsSaid) {
  for (std::uint64_t seed = 1; seed <= many_seeds(2'000); ++seed) {
    const Market market = random_market(seed, kNoLines);
    const Problem problem = market::compile(market).value();
    SearchOptions options;
    options.work_units = 3'000;
    options.seed = seed;
    const SearchResult found = search(problem, prices_of(problem), options);
    if (!found.feasible) continue;
    NaiveBook naive(market);
    const std::optional<int128> welfare = naive.welfare(outcome_of(problem, found.placements));
    ASSERT_TRUE(welfare.has_value()) << "seed " << seed;
    ASSERT_EQ(*welfare, found.welfare * (market::testing::kNaiveDenominator / problem.denominator))
        << "seed " << seed;
  }
}

// An enumeration of small books: the search must find the optimum of nearly all of them.
TEST(Search, FindsTheBestOutcomeOfSmallBooks) {
  int books = 0;
  int missed = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(600); ++seed) {
    const Market market = random_market(seed, {.line_slots = 0});
    NaiveBook naive(market);
    if (naive.combinations(200'000) >= 200'000) continue;
    const Problem problem = market::compile(market).value();
    SearchOptions options;
    options.work_units = 60'000;
    const SearchResult found = search(problem, prices_of(problem), options);
    const auto best = naive.best();
    ASSERT_EQ(best.has_value(), found.feasible) << "seed " << seed;
    if (!best.has_value()) continue;
    const int128 welfare =
        found.welfare * (market::testing::kNaiveDenominator / problem.denominator);
    ASSERT_LE(welfare, best->first) << "seed " << seed;
    ++books;
    missed += welfare == best->first ? 0 : 1;
  }
  EXPECT_GT(books, 300);
  EXPECT_LE(missed * 50, books) << missed << " of " << books;
}

TEST(Search, IsTheSameForAnyKernelsAndThreads) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Problem problem = market::compile(random_market(seed, kWide)).value();
    const Prices prices = prices_of(problem);
    SearchOptions options;
    options.work_units = 100'000;
    const SearchResult reference = search(problem, prices, options);
    options.thread_count = 3;
    EXPECT_TRUE(same(reference, search(problem, prices, options))) << "threads, seed " << seed;
    options.thread_count = 1;
    options.portable = true;
    EXPECT_TRUE(same(reference, search(problem, prices, options))) << "portable, seed " << seed;
  }
}

TEST(Search, NeverFallsBelowAFeasibleStart) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Problem problem = market::compile(random_market(seed, kWide)).value();
    const Prices prices = prices_of(problem);
    SearchOptions options;
    options.work_units = 50'000;
    const SearchResult first = search(problem, prices, options);
    options.warm_start = first.placements;
    options.work_units = 1'000;
    options.seed = 99;
    const SearchResult second = search(problem, prices, options);
    if (!first.feasible) continue;
    EXPECT_GE(second.welfare, first.welfare) << "seed " << seed;
  }
}

TEST(Search, KeepsWhatFitsOfAStartThatDoesNot) {
  int books = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Problem problem = market::compile(random_market(seed, kWide)).value();
    std::vector<Placement> all(problem.orders.size());
    if (market::dispatch(problem, market::net_use(problem, outcome_of(problem, all))).short_row !=
        kNone) {
      continue;  // the book does not balance without awards
    }
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      const Span32 range = problem.orders[order].choices;
      if (range.count() == 0) continue;
      const std::int64_t lots = problem.choices[range.begin].bundle == kNone
                                    ? problem.profiles[problem.choices[range.begin].extra].lots
                                    : 1;
      all[order] = {range.begin, problem.choices[range.begin].first, lots};
    }
    SearchOptions options;
    options.warm_start = all;
    options.work_units = 20'000;
    EXPECT_TRUE(search(problem, prices_of(problem), options).feasible) << "seed " << seed;
    ++books;
  }
  EXPECT_GT(books, 100);
}

TEST(Search, StopsWhenToldAndAtItsTarget) {
  const Problem problem = market::compile(random_market(11, kWide)).value();
  const Prices prices = prices_of(problem);
  SearchOptions options;
  options.work_units = 1'000'000;
  const SearchResult full = search(problem, prices, options);
  options.target = full.welfare;
  const SearchResult enough = search(problem, prices, options);
  EXPECT_EQ(enough.welfare, full.welfare);
  EXPECT_LE(enough.work_units, full.work_units);
  options.target = kInt128Max;
  options.cancelled = [] { return true; };
  const SearchResult none = search(problem, prices, options);
  EXPECT_EQ(none.work_units, 0U);
  EXPECT_TRUE(none.feasible);
}

TEST(Search, ReportsRisingWelfare) {
  const Problem problem = market::compile(random_market(5, kWide)).value();
  SearchOptions options;
  options.work_units = 200'000;
  int128 last = 0;
  double done = 0;
  int calls = 0;
  options.progress = [&](const SearchProgress& progress) {
    EXPECT_GE(progress.welfare, last);
    EXPECT_GE(progress.done, done);
    last = progress.welfare;
    done = progress.done;
    ++calls;
  };
  const SearchResult found = search(problem, prices_of(problem), options);
  EXPECT_GT(calls, 0);
  EXPECT_EQ(last, found.welfare);
}

TEST(SearchMath, LogarithmAndExponentialAreCloseToTheLibrary) {
  for (double x = 1e-9; x < 1e9; x *= 1.37) {
    EXPECT_NEAR(primal::natural_log(x), std::log(x), 1e-11 * (1 + std::abs(std::log(x)))) << x;
  }
  for (double x = -12; x < 12; x += 0.37) {
    EXPECT_NEAR(primal::exponential(x) / std::exp(x), 1, 1e-10) << x;
  }
}

// Prices far above what anybody bids, as odd books may bring, make no order hopeless.
TEST(Search, DearPricesHideNobodyInALargeBook) {
  market::testing::MarketBuilder builder(4);
  const AccountId account = builder.account("a");
  const HubId hub = builder.hub("h");
  const ClassId type = builder.accelerator("c");
  builder.offer("s", account, hub, type, builder.all(), {market::testing::step(kMicro, 3)});
  Order order;
  order.account = account;
  order.hubs = builder.hub_set({hub});
  order.window = builder.all();
  order.value = 5 * kMicro;
  order.variants = builder.variants({{type, 1, 1}});
  for (int i = 0; i < 21'000; ++i)
    builder.order("o" + padded(static_cast<std::uint64_t>(i), 5), order);
  const Market market = builder.finish();
  const Problem problem = market::compile(market).value();
  SearchOptions options;
  options.work_units = 1'000;
  const SearchResult found = search(problem, Prices(problem.row_count(), 1'000 * kMicro), options);
  const auto placed = std::ranges::count_if(
      found.placements, [](const market::Placement& at) { return at.choice != kNone; });
  EXPECT_EQ(placed, 12);
}

}  // namespace
}  // namespace tongsuan::solver
