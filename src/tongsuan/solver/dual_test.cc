#include "tongsuan/solver/dual.h"

#include <gtest/gtest.h>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/gang_bound.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/random_prices.h"
#include "tongsuan/solver/dual_oracle.h"
#include "tongsuan/solver/gang_oracle.h"
#include "tongsuan/solver/gang_rows.h"

namespace tongsuan::solver {
namespace {

using dual::GangOracle;
using dual::GangRows;
using dual::Oracle;
using market::Problem;
using market::testing::random_market;
using market::testing::random_prices;

Problem compiled(const Market& market) {
  Result<Problem> problem = market::compile(market);
  TONGSUAN_CHECK(problem.ok());
  return std::move(problem).value();
}

std::vector<VectorLevel> levels() {
  std::vector<VectorLevel> levels = {VectorLevel::kPortable};
  const VectorLevel widest = machine_vector_level();
  if (widest >= VectorLevel::kAvx2) levels.push_back(VectorLevel::kAvx2);
  if (widest >= VectorLevel::kAvx512) levels.push_back(VectorLevel::kAvx512);
  return levels;
}

double money(const Problem& problem, int128 undivided) {
  return static_cast<double>(undivided) / static_cast<double>(problem.denominator);
}

void expect_near(double found, double expected, std::uint64_t seed) {
  EXPECT_NEAR(found, expected, 1e-9 * std::abs(expected) + 1e-3) << "seed " << seed;
}

// The integers of market::dual_bound, order by order, against the doubles of the search.
TEST(Dual, OrdersAnswerAsTheIntegersDo) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Problem problem = compiled(random_market(seed, {.orders = 12, .slots = 20, .gang = 6}));
    Random random(seed);
    const Prices prices = random_prices(problem, random);
    const market::OptionPricer pricer(problem, prices);
    int128 expected = 0;
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      expected += pricer.surplus(order);
    }
    std::vector<std::uint32_t> all(problem.orders.size());
    for (std::uint32_t order = 0; order < all.size(); ++order) all[order] = order;
    const dual::OrderSlice slice = {all, dual::kWeightUnit};
    for (const VectorLevel level : levels()) {
      for (const std::uint32_t threads : {1U, 3U}) {
        WorkerPool pool(threads);
        Oracle oracle(problem, pool, level);
        oracle.set_prices({prices.begin(), prices.end()});
        std::vector<double> use;
        expect_near(oracle.respond({&slice, 1}, use), money(problem, expected), seed);
      }
    }
  }
}

// D(π) of the search, in doubles, against market::gang_bound.
TEST(GangDual, OrdersAndRowsAddUpToTheIntegerBound) {
  int divisible = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Problem problem = compiled(
        random_market(seed, {.orders = 12, .slots = 20, .gang = 6, .sellers = seed % 3 == 0}));
    Random random(seed);
    const Prices prices = random_prices(problem, random);
    const std::vector<std::uint32_t> sizes =
        seed % 2 == 0 ? std::vector<std::uint32_t>{1, 2, 8} : std::vector<std::uint32_t>{2, 4};
    const GangPrices gangs = market::testing::gang_prices(problem, prices, sizes, random, 3);
    int128 expected = market::gang_bound(problem, prices, gangs);
    const std::uint32_t rows = problem.gang_lane_count * problem.slot_count;
    for (std::uint32_t row = rows; row < problem.row_count(); ++row) {
      expected -= market::step_surplus(problem, prices, row);
    }
    for (const market::LineSlot& line : problem.line_slots) {
      expected -= market::line_surplus(problem, prices, line);
    }
    for (const market::GangRow kind : market::gang_rows(problem, sizes)) {
      divisible += kind == market::GangRow::kDivisible;
    }
    const GangRows knapsacks(problem, prices, sizes);
    std::vector<double> planes(sizes.size() * knapsacks.stride(), 0.0);
    for (std::uint32_t row = 0; row < rows; ++row) {
      for (std::size_t k = 0; k < sizes.size(); ++k) {
        planes[k * knapsacks.stride() + row] =
            static_cast<double>(gangs.prices[row * sizes.size() + k]);
      }
    }
    for (const VectorLevel level : levels()) {
      WorkerPool pool(2);
      GangOracle oracle(problem, prices, sizes, knapsacks.stride(), pool, level);
      oracle.set_prices(planes);
      std::vector<double> counts(planes.size());
      std::vector<double> kept(planes.size());
      std::vector<double> values(knapsacks.stride());
      double bound = oracle.respond(counts) + knapsacks.earned();
      for (std::uint32_t group = 0; group < knapsacks.group_count(); ++group) {
        knapsacks.best(group, planes.data(), kept.data(), values.data());
      }
      for (std::uint32_t row = 0; row < rows; ++row) {
        bound += values[row] * money(problem, problem.lanes[row / problem.slot_count].scale);
      }
      expect_near(bound, money(problem, expected), seed);
    }
  }
  EXPECT_GT(divisible, 500);
}

// A book of thin rows: bounds that hold, the same for any number of threads.
TEST(GangDual, LowersTheBoundOfThinBooks) {
  int lower = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Problem problem = compiled(random_market(
        seed, {.orders = 40, .slots = 12, .gang = 6, .sellers = false, .curves = seed % 2 == 0}));
    DualOptions options;
    options.steps = 150;
    const DualResult uniform = solve_dual(problem, options);
    EXPECT_TRUE(uniform.bound == market::dual_bound(problem, uniform.prices)) << "seed " << seed;
    const GangDualResult found = solve_gang_dual(problem, uniform.prices, options);
    options.thread_count = 3;
    EXPECT_EQ(solve_dual(problem, options).prices, uniform.prices) << "seed " << seed;
    EXPECT_EQ(solve_gang_dual(problem, uniform.prices, options).prices, found.prices);
    if (found.prices.prices.empty()) continue;
    EXPECT_TRUE(found.bound <= uniform.bound) << "seed " << seed;
    EXPECT_TRUE(found.bound == market::gang_bound(problem, uniform.prices, found.prices));
    lower += found.bound < uniform.bound;
  }
  EXPECT_GT(lower, 30);
}

}  // namespace
}  // namespace tongsuan::solver
