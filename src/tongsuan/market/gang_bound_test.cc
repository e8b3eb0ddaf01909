#include "tongsuan/market/gang_bound.h"

#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/random_prices.h"

namespace tongsuan::market {
namespace {

using testing::compiled;
using testing::gang_prices;
using testing::MarketBuilder;
using testing::NaiveBook;
using testing::random_market;
using testing::random_prices;
using testing::random_sizes;
using testing::step;
using testing::undivided_of;

constexpr std::uint64_t kAwardsMax = 20'000;  // books with more are left to other seeds

// Rows of any kind: sellers, curves, uses in parts, sizes that do not fit the gangs.
TEST(GangBound, HoldsForTheBestOutcome) {
  int books = 0;
  int kinds[3] = {};
  for (std::uint64_t seed = 1; seed <= many_seeds(5'000); ++seed) {
    const Market market = random_market(seed, {.sellers = seed % 3 == 0, .curves = seed % 2 == 0});
    NaiveBook twin(market);
    if (twin.combinations(kAwardsMax) == kAwardsMax) continue;
    const Problem problem = compiled(market);
    const auto best = twin.best();
    ASSERT_TRUE(best.has_value()) << "seed " << seed;
    ++books;
    const int128 optimum = undivided_of(best->first, problem.denominator);
    Random random(seed);
    for (int k = 0; k < 4; ++k) {
      const Prices prices = random_prices(problem, random);
      const GangPrices gangs = gang_prices(problem, prices, random_sizes(random), random, 2);
      for (const GangRow kind : gang_rows(problem, gangs.sizes)) ++kinds[static_cast<int>(kind)];
      EXPECT_TRUE(gang_bound(problem, prices, gangs) >= optimum) << "seed " << seed;
    }
  }
  EXPECT_GT(books, 1'000);
  for (const int count : kinds) EXPECT_GT(count, 1'000);
}

// Prices of gangs in proportion to their size can only lower the bound of uniform prices.
TEST(GangBound, ProportionalPricesNeverWeakenTheBound) {
  int gains = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Market market = random_market(
        seed,
        {.orders = 10, .slots = 6, .gang = 5, .sellers = seed % 2 == 0, .curves = seed % 3 == 0});
    const Problem problem = compiled(market);
    Random random(seed);
    const Prices prices = random_prices(problem, random);
    const int128 uniform = dual_bound(problem, prices);
    const int128 by_gang =
        gang_bound(problem, prices, gang_prices(problem, prices, random_sizes(random), random));
    EXPECT_TRUE(by_gang <= uniform) << "seed " << seed;
    gains += by_gang < uniform;
  }
  EXPECT_GT(gains, 50);
}

// A book without orders is worth what its rows earn: tried with all numbers of gangs and all y.
int128 naive_row(const Problem& problem, const Prices& prices, const GangPrices& gangs,
                 std::uint32_t row, GangRow kind, std::size_t k, std::int64_t load, int128 earned) {
  if (k == gangs.sizes.size()) {
    int128 best = INT64_MIN;
    const std::int64_t parts = kind == GangRow::kDivisible ? 60 : 0;
    for (std::int64_t y = 0; y <= parts; ++y) {
      std::vector<std::int64_t> use(problem.row_count(), 0);
      use[row] = load + y;
      const Dispatch dispatched = dispatch(problem, use);
      if (dispatched.short_row != kNone) break;
      const int128 scale = problem.lanes[row / problem.slot_count].scale;
      best = std::max(best, (earned + static_cast<int128>(prices[row]) * y) * scale -
                                supply_cost(problem, row, dispatched.supplied[row]) +
                                demand_value(problem, row, dispatched.demanded[row]));
    }
    return best;
  }
  int128 best = INT64_MIN;
  const std::int64_t price = gangs.prices[row * gangs.sizes.size() + k];
  for (std::int64_t n = 0; load + n * gangs.sizes[k] <= 20; ++n) {
    best = std::max(best, naive_row(problem, prices, gangs, row, kind, k + 1,
                                    load + n * gangs.sizes[k], earned + n * int128{price}));
  }
  return best;
}

TEST(GangBound, RowsEarnTheBestOfAllLoads) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    MarketBuilder builder(2);
    const AccountId account = builder.account("a");
    const HubId hub = builder.hub("h");
    const ClassId type = builder.accelerator("c");
    std::int64_t price = 0;
    std::vector<Step> steps;
    for (int i = 0; i < 3; ++i) {
      price += random.between(0, 3);
      steps.push_back(step(price * kMicro / 2, random.between(1, 5)));
    }
    builder.offer("s", account, hub, type, builder.all(), steps);
    const std::int64_t high = random.between(1, 8);
    const std::int64_t low = random.between(0, high);
    for (Slot slot = 0; slot < 2; ++slot) {
      builder.curve("d" + std::to_string(slot), account,
                    testing::capacity_leg(hub, type, {slot, slot + 1}, 1),
                    {step(high * kMicro / 2, random.between(1, 4)),
                     step(low * kMicro / 2, random.between(1, 4))});
    }
    const Problem problem = compiled(builder.finish());
    const Prices prices = random_prices(problem, random);
    const GangPrices gangs = gang_prices(problem, prices, random_sizes(random), random, 4);
    int128 expected = 0;
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      expected += row < 2 ? naive_row(problem, prices, gangs, row, GangRow::kWhole, 0, 0, 0)
                          : step_surplus(problem, prices, row);
    }
    EXPECT_TRUE(gang_bound(problem, prices, gangs) == expected) << "seed " << seed;
  }
}

TEST(GangBound, SplitsTheLargestSizeFirst) {
  std::vector<std::pair<std::size_t, std::int64_t>> pieces;
  const std::int64_t rest = split_gang(
      {2, 4, 12}, 43, [&](std::size_t k, std::int64_t count) { pieces.emplace_back(k, count); });
  EXPECT_EQ(pieces, (std::vector<std::pair<std::size_t, std::int64_t>>{{2, 3}, {1, 1}, {0, 1}}));
  EXPECT_EQ(rest, 1);
}

}  // namespace
}  // namespace tongsuan::market
