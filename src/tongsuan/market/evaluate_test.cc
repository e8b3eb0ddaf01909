#include "tongsuan/market/evaluate.h"

#include <gtest/gtest.h>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/random_prices.h"

namespace tongsuan::market {
namespace {

using testing::compiled;
using testing::kNaiveDenominator;
using testing::NaiveBook;
using testing::NaivePlacement;
using testing::random_market;
using testing::random_prices;
using testing::RandomShape;
using testing::undivided_of;

const std::uint64_t kSeeds = many_seeds(5'000);
constexpr std::uint64_t kOutcomesMax = 20'000;  // books with more are left to other seeds

// A feasible outcome near a random one: awards that do not fit are left out.
Outcome random_outcome(const Market& market, const NaiveBook& twin, NaiveBook& judge,
                       const Problem& problem, Random& random) {
  Outcome outcome;
  outcome.flows.assign(problem.line_slots.size(), 0);
  for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
    const std::int64_t kept = outcome.flows[i];
    outcome.flows[i] = random.between(problem.line_slots[i].min, problem.line_slots[i].max);
    if (!judge.welfare(outcome)) outcome.flows[i] = kept;
  }
  for (std::uint32_t order = 0; order < market.orders.size(); ++order) {
    const auto& list = twin.candidates(order);
    if (list.empty()) continue;
    outcome.awards.push_back(list[random.below(list.size())].award);
    if (!judge.welfare(outcome)) outcome.awards.pop_back();
  }
  return outcome;
}

TEST(Evaluate, FindsExactlyTheAwardsThatTheDefinitionsAllow) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Market market = random_market(seed);
    const Problem problem = compiled(market);
    const NaiveBook twin(market);
    for (std::uint32_t order = 0; order < market.orders.size(); ++order) {
      std::size_t count = 0;
      for (const NaivePlacement& expected : twin.candidates(order)) {
        const Placement placement = find_placement(problem, expected.award);
        ASSERT_NE(placement.choice, kNone) << "seed " << seed << " order " << order;
        EXPECT_TRUE(lots_allowed(problem, placement));
        EXPECT_EQ(make_award(problem, order, placement), expected.award) << "seed " << seed;
        EXPECT_EQ(placement_value(problem, order, placement), expected.value) << "seed " << seed;
        EXPECT_EQ(placement_slots(problem, placement), expected.slots) << "seed " << seed;
        ++count;
      }
      std::size_t compiled_count = 0;
      const Span32 choices = problem.orders[order].choices;
      for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
        const Choice& choice = problem.choices[i];
        const bool profile = choice.bundle == kNone;
        compiled_count += choice.last - choice.first + 1U;
        if (!profile) continue;
        const Profile& parts = problem.profiles[choice.extra];
        compiled_count += static_cast<std::size_t>(parts.lots - parts.lots_min);
      }
      EXPECT_EQ(compiled_count, count) << "seed " << seed << " order " << order;
    }
  }
}

TEST(Evaluate, RefusesAwardsThatDoNotExist) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Market market = random_market(seed);
    const Problem problem = compiled(market);
    const NaiveBook twin(market);
    for (std::uint32_t order = 0; order < market.orders.size(); ++order) {
      for (std::uint32_t variant = 0; variant < 4; ++variant) {
        for (const std::uint32_t hub : {0U, 1U, 2U, kNone}) {
          for (Slot start = 0; start < 5; ++start) {
            Award award = {OrderId{order}, variant, hub, start, 1};
            const bool exists =
                std::any_of(twin.candidates(order).begin(), twin.candidates(order).end(),
                            [&](const NaivePlacement& placement) {
                              award.lots = placement.award.lots;
                              return placement.award == award;
                            });
            EXPECT_EQ(find_placement(problem, award).choice != kNone, exists) << "seed " << seed;
          }
        }
      }
    }
    EXPECT_EQ(find_placement(problem, {OrderId{kNone}, 0, 0, 0, 1}).choice, kNone);
  }
}

TEST(Evaluate, WelfareEqualsTheNaiveTwin) {
  int feasible = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Market market = random_market(seed);
    const Problem problem = compiled(market);
    NaiveBook twin(market);
    Random random(seed * 7);
    Outcome outcome;
    for (std::uint32_t order = 0; order < market.orders.size(); ++order) {
      const auto& list = twin.candidates(order);
      if (!list.empty() && random.below(3) > 0) {
        outcome.awards.push_back(list[random.below(list.size())].award);
      }
    }
    for (const LineSlot& line : problem.line_slots) {
      outcome.flows.push_back(random.between(line.min, line.max));
    }
    const Dispatch dispatched = dispatch(problem, net_use(problem, outcome));
    // Precedence is the verifier's business, not the dispatch's: leave such books to it.
    bool precedence = false;
    for (const Award& award : outcome.awards) {
      precedence = precedence || problem.orders[award.order.value].after != kNone;
    }
    if (precedence) continue;
    const std::optional<int128> expected = twin.welfare(outcome);
    ASSERT_EQ(dispatched.short_row == kNone, expected.has_value()) << "seed " << seed;
    if (!expected) continue;
    ++feasible;
    EXPECT_TRUE(welfare(problem, outcome, dispatched) * kNaiveDenominator ==
                *expected * problem.denominator)
        << "seed " << seed;
  }
  EXPECT_GT(feasible, 500);
}

TEST(Evaluate, NetUseEqualsTheSumOfPlacements) {
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    const Market market = random_market(seed);
    const Problem problem = compiled(market);
    NaiveBook twin(market);
    Random random(seed);
    const Outcome outcome = random_outcome(market, twin, twin, problem, random);
    std::vector<std::int64_t> use(problem.row_count(), 0);
    for (const Award& award : outcome.awards) {
      add_use(problem, find_placement(problem, award), 1, use);
    }
    for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
      use[problem.line_slots[i].from] += outcome.flows[i];
      use[problem.line_slots[i].to] -= outcome.flows[i];
    }
    EXPECT_EQ(net_use(problem, outcome), use) << "seed " << seed;
  }
}

// Every surplus of the fast pricer against the option-by-option twin.
TEST(Evaluate, PricerEqualsBestOption) {
  const RandomShape larger = {.orders = 12, .slots = 20, .hubs = 3, .classes = 3, .line_slots = 5};
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Market market = random_market(seed, seed % 2 == 0 ? larger : RandomShape{});
    const Problem problem = compiled(market);
    Random random(seed);
    const Prices prices = random_prices(problem, random);
    const OptionPricer pricer(problem, prices);
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      const BestOption expected = best_option(problem, order, prices);
      const BestOption found = pricer.best(order);
      EXPECT_TRUE(found.surplus == expected.surplus) << "seed " << seed << " order " << order;
      EXPECT_TRUE(pricer.surplus(order) == expected.surplus) << "seed " << seed;
      EXPECT_EQ(found.placement.choice, expected.placement.choice) << "seed " << seed;
      if (expected.placement.choice == kNone) continue;
      EXPECT_EQ(found.placement.start, expected.placement.start) << "seed " << seed;
      EXPECT_TRUE(pricer.cost(found.placement) == placement_cost(problem, found.placement, prices));
    }
  }
}

// The same where products leave 64 bits: gangs, prices and delays at their limits.
TEST(Evaluate, PricerIsExactBeyondMachineWords) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Market market = random_market(seed, {.orders = 8, .slots = 12, .sellers = false});
    Random random(seed);
    for (Variant& variant : market.variants) {
      if (random.below(2) == 0)
        variant.gang = kGangMax - static_cast<std::uint32_t>(random.below(9));
    }
    for (Order& order : market.orders) {
      if (random.below(2) == 0) order.value = random.between(0, kMoneyMax);
      if (random.below(3) == 0) order.delay_cost = random.between(0, kMoneyMax / 12);
      order.whole_nodes = false;
    }
    for (AcceleratorClass& accelerator : market.classes) accelerator.watts *= 1'000;
    const Problem problem = compiled(market);
    Prices prices = random_prices(problem, random);
    for (std::int64_t& price : prices) {
      if (random.below(2) == 0 && price > 0) price = kPriceMax - price % 1'000;
    }
    const OptionPricer pricer(problem, prices);
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      const BestOption expected = best_option(problem, order, prices);
      const BestOption found = pricer.best(order);
      EXPECT_TRUE(found.surplus == expected.surplus) << "seed " << seed << " order " << order;
      EXPECT_EQ(found.placement.start, expected.placement.start) << "seed " << seed;
    }
  }
}

// D(λ) − W is exactly what everybody misses at λ (design 3.2).
TEST(Evaluate, GapIsTheSumOfLostOpportunities) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Market market = random_market(seed);
    const Problem problem = compiled(market);
    NaiveBook twin(market);
    Random random(seed);
    const Outcome outcome = random_outcome(market, twin, twin, problem, random);
    const Prices prices = random_prices(problem, random);
    const Dispatch dispatched = dispatch(problem, net_use(problem, outcome));
    ASSERT_EQ(dispatched.short_row, kNone);
    int128 lost = 0;
    const OptionPricer pricer(problem, prices);
    std::vector<int128> earned(problem.orders.size(), 0);
    for (const Award& award : outcome.awards) {
      const Placement placement = find_placement(problem, award);
      const int128 value = placement_value(problem, award.order.value, placement);
      earned[award.order.value] = value * problem.denominator - pricer.cost(placement);
    }
    for (std::uint32_t i = 0; i < earned.size(); ++i) {
      EXPECT_TRUE(pricer.surplus(i) >= earned[i]) << "seed " << seed;
      lost += pricer.surplus(i) - earned[i];
    }
    const std::vector<std::int64_t> use = net_use(problem, outcome);
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      const std::int64_t price = prices[row];
      const int128 steps = row_money(problem, row, price, dispatched.supplied[row]) -
                           supply_cost(problem, row, dispatched.supplied[row]) +
                           demand_value(problem, row, dispatched.demanded[row]) -
                           row_money(problem, row, price, dispatched.demanded[row]);
      EXPECT_TRUE(step_surplus(problem, prices, row) >= steps) << "seed " << seed;
      lost += step_surplus(problem, prices, row) - steps;
      const std::int64_t wasted = dispatched.supplied[row] - dispatched.demanded[row] - use[row];
      EXPECT_GE(wasted, 0);
      lost += row_money(problem, row, price, wasted);
    }
    for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
      const LineSlot& line = problem.line_slots[i];
      const std::int64_t flow = outcome.flows[i];
      const int128 rent = row_money(problem, line.from, prices[line.to] - prices[line.from], flow) -
                          row_money(problem, line.from, line.tariff, flow < 0 ? -flow : flow);
      EXPECT_TRUE(line_surplus(problem, prices, line) >= rent) << "seed " << seed;
      lost += line_surplus(problem, prices, line) - rent;
    }
    EXPECT_TRUE(dual_bound(problem, prices) - welfare(problem, outcome, dispatched) == lost)
        << "seed " << seed;
  }
}

TEST(Evaluate, TheBoundHoldsForTheBestOutcome) {
  int books = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Market market = random_market(seed);
    NaiveBook twin(market);
    if (twin.combinations(kOutcomesMax) == kOutcomesMax) continue;
    const Problem problem = compiled(market);
    const auto best = twin.best();
    ASSERT_TRUE(best.has_value()) << "seed " << seed;
    ++books;
    const int128 optimum = undivided_of(best->first, problem.denominator);
    Random random(seed);
    for (int k = 0; k < 4; ++k) {
      EXPECT_TRUE(dual_bound(problem, random_prices(problem, random)) >= optimum)
          << "seed " << seed;
    }
  }
  EXPECT_GT(books, 1'000);
}

}  // namespace
}  // namespace tongsuan::market
