#include "tongsuan/clearing/residual.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::clearing {
namespace {

using market::testing::MarketBuilder;
using market::testing::random_market;
using market::testing::step;

int128 welfare_of(const market::Problem& problem, const Outcome& outcome) {
  const market::Dispatch dispatch = market::dispatch(problem, market::net_use(problem, outcome));
  EXPECT_EQ(dispatch.short_row, kNone);
  return market::welfare(problem, outcome, dispatch);
}

// Every award is one that the book knows, in order, and after the one that it follows.
void expect_valid_awards(const market::Problem& problem, const Outcome& outcome) {
  std::vector<market::Placement> placements(problem.orders.size());
  std::uint32_t last = kNone;
  for (const Award& award : outcome.awards) {
    EXPECT_TRUE(last == kNone || last < award.order.value);
    last = award.order.value;
    const market::Placement placement = market::find_placement(problem, award);
    ASSERT_NE(placement.choice, kNone);
    EXPECT_TRUE(market::lots_allowed(problem, placement));
    placements[last] = placement;
  }
  for (std::uint32_t order = 0; order < placements.size(); ++order) {
    const std::uint32_t after = problem.orders[order].after;
    if (placements[order].choice == kNone || after == kNone) continue;
    ASSERT_NE(placements[after].choice, kNone);
    EXPECT_LE(market::placement_slots(problem, placements[after]).end,
              market::placement_slots(problem, placements[order]).begin);
  }
  for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
    EXPECT_GE(outcome.flows[i], problem.line_slots[i].min);
    EXPECT_LE(outcome.flows[i], problem.line_slots[i].max);
  }
}

Certificate closed_round(const Market& market) {
  ClearOptions options;
  options.search_work_units = 4'000;
  options.dual_steps = 100;
  return clear(market, options).value().verified.certificate();
}

TEST(Residual, DisplacementIsTheWelfareThatOthersLose) {
  int found = 0;
  int moved = 0;
  int led = 0;
  for (std::uint64_t seed = 1; seed <= 1'500; ++seed) {
    const Market market = random_market(seed, {.orders = 16, .slots = 6, .line_slots = 8});
    const Certificate closed = closed_round(market);
    const market::Problem problem = market::compile(market).value();
    Residual residual(problem, closed.outcome, closed.bound_prices);
    std::vector<bool> placed(problem.orders.size(), false);
    for (const Award& award : closed.outcome.awards) placed[award.order.value] = true;
    for (std::uint32_t order = 0; order < placed.size(); ++order) {
      if (placed[order] || market.orders[order].kind != OrderKind::kBlock) continue;
      SCOPED_TRACE("seed " + std::to_string(seed) + " order " + std::to_string(order));
      const Insertion insertion = residual.insert(order, 16);
      if (!insertion.found) continue;
      ++found;
      moved += insertion.change.placements.size() > 1 ? 1 : 0;
      const std::uint32_t after = problem.orders[order].after;
      led += after != kNone && !placed[after] ? 1 : 0;
      const Outcome outcome = residual.outcome(insertion);
      expect_valid_awards(problem, outcome);
      const int128 gain = welfare_of(problem, outcome) - welfare_of(problem, closed.outcome);
      EXPECT_TRUE(insertion.gain == gain);
      const int128 value =
          static_cast<int128>(market::placement_value(problem, order, insertion.placement)) *
          problem.denominator;
      EXPECT_TRUE(insertion.displacement == value - gain);
      const Award award = market::make_award(problem, order, insertion.placement);
      EXPECT_NE(std::ranges::find(outcome.awards, award), outcome.awards.end());
      if (testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(found, 500);
  EXPECT_GT(moved, 200);
  EXPECT_GT(led, 0);
}

}  // namespace
}  // namespace tongsuan::clearing
