#include "tongsuan/clearing/residual.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/many_seeds.h"
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
  for (std::uint64_t seed = 1; seed <= many_seeds(1'500); ++seed) {
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

// One hub of 300 devices for two slots, at 1 yuan per device and slot.
struct ThinBook {
  MarketBuilder builder{2};
  AccountId seller = builder.account("seller");
  AccountId buyer = builder.account("buyer");
  ClassId gpu = builder.accelerator("gpu", 0);
  HubId hub = builder.hub("hub");

  ThinBook() { builder.offer("devices", seller, hub, gpu, builder.all(), {step(kMicro, 300)}); }

  Order block(std::uint32_t gang, std::uint32_t duration, std::int64_t yuan) {
    Order order;
    order.account = buyer;
    order.hubs = builder.hub_set({hub});
    order.window = builder.all();
    order.value = yuan * kMicro;
    order.variants = builder.variants({{gpu, gang, duration}});
    return order;
  }
};

// The round in which everybody but some orders runs from slot 0 on; no price matters here.
struct ByHand {
  Market market;
  market::Problem problem;
  Outcome outcome;
  Prices prices;

  explicit ByHand(Market book)
      : market(std::move(book)),
        problem(market::compile(market).value()),
        prices(problem.row_count(), 0) {}

  void award(const std::string& name, Slot start) {
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      if (market.order_names[order] != name) continue;
      const market::Placement placement{
          .choice = problem.orders[order].choices.begin, .start = start, .lots = 1};
      outcome.awards.push_back(market::make_award(problem, order, placement));
    }
  }
  [[nodiscard]] std::uint32_t order(const std::string& name) const {
    std::uint32_t order = 0;
    while (market.order_names[order] != name) ++order;
    return order;
  }
  Insertion insert(const std::string& name) {
    Residual residual(problem, outcome, prices);
    return residual.insert(order(name), 8);
  }
};

// A gang that needs all of a hub gets in whenever that raises welfare, however many have to leave.
TEST(Residual, EjectsAsManyAsAGangNeeds) {
  ThinBook book;
  const auto name = [](std::uint32_t i) { return "small-" + std::to_string(1'000 + i); };
  for (std::uint32_t i = 0; i < 300; ++i) book.builder.order(name(i), book.block(1, 2, 5));
  book.builder.order("gang", book.block(300, 2, 2'000));
  ByHand round(book.builder.finish());
  for (std::uint32_t i = 0; i < 300; ++i) round.award(name(i), 0);
  const Insertion insertion = round.insert("gang");
  ASSERT_TRUE(insertion.found);
  EXPECT_EQ(insertion.change.placements.size(), 301U);
  // 300 orders worth 5 yuan; the devices cost 2 yuan each, with or without the gang.
  EXPECT_TRUE(insertion.displacement == int128{1'500} * kMicro * round.problem.denominator);
}

// Whoever is worth little leaves, but who was not in the way after all comes back.
TEST(Residual, BringsBackWhomItNeedNotEject) {
  ThinBook book;
  book.builder.order("cheap", book.block(100, 2, 210));
  book.builder.order("dear", book.block(200, 2, 800));
  book.builder.order("gang", book.block(200, 2, 2'000));
  ByHand round(book.builder.finish());
  round.award("cheap", 0);
  round.award("dear", 0);
  const Insertion insertion = round.insert("gang");
  ASSERT_TRUE(insertion.found);
  ASSERT_EQ(insertion.change.placements.size(), 2U);
  EXPECT_EQ(insertion.change.placements[0].first, round.order("dear"));
  EXPECT_TRUE(insertion.displacement == int128{800} * kMicro * round.problem.denominator);
}

// Room that an ejected order leaves goes to orders that were waiting, and makes up for part of it.
TEST(Residual, LetsWaitingOrdersTakeWhatIsLeft) {
  ThinBook book;
  book.builder.order("gang", book.block(300, 2, 1'500));
  book.builder.order("one", book.block(1, 1, 10));
  book.builder.order("waits", book.block(299, 2, 1'000));
  ByHand round(book.builder.finish());
  round.award("gang", 0);
  const Insertion insertion = round.insert("one");
  ASSERT_TRUE(insertion.found);
  ASSERT_EQ(insertion.change.placements.size(), 3U);
  // The gang loses 1,500 and frees 600 yuan of devices; who waited gains 1,000 and takes 598, and
  // the order itself takes one.
  EXPECT_TRUE(insertion.displacement == int128{499} * kMicro * round.problem.denominator);
}

TEST(Residual, BringsInTheOrderThatItMustFollow) {
  ThinBook book;
  book.builder.order("first", book.block(10, 1, 1));
  Order second = book.block(10, 1, 500);
  second.after = 0;
  book.builder.order("second", second);
  ByHand round(book.builder.finish());
  const Insertion insertion = round.insert("second");
  ASSERT_TRUE(insertion.found);
  ASSERT_EQ(insertion.change.placements.size(), 2U);
  EXPECT_EQ(insertion.change.placements[0].second.start, 0U);
  EXPECT_EQ(insertion.placement.start, 1U);
  // The first order is worth 1 yuan and uses devices for 10; the second one uses as many.
  EXPECT_TRUE(insertion.displacement == int128{19} * kMicro * round.problem.denominator);
}

// Energy comes over a line that carried nothing in the round that closed.
TEST(Residual, HasLinesCarryWhatAnOrderNeeds) {
  MarketBuilder builder{1};
  const AccountId seller = builder.account("seller");
  const ClassId gpu = builder.accelerator("gpu", 1'000);
  const ZoneId far = builder.zone("far", Disposal::kFree);
  const ZoneId near = builder.zone("near", Disposal::kFree);
  const HubId hub = builder.hub("hub", 1'000, near.value);
  builder.offer("devices", seller, hub, gpu, builder.all(), {step(kMicro, 8)});
  builder.offer("energy", seller, far, builder.all(), {step(0, 8'000)});
  builder.line(far, near, builder.all(), 0, 6'000, 0);
  Order order;
  order.account = builder.account("buyer");
  order.hubs = builder.hub_set({hub});
  order.window = builder.all();
  order.value = 100 * kMicro;
  order.variants = builder.variants({{gpu, 6, 1}});
  builder.order("fits", order);
  order.variants = builder.variants({{gpu, 7, 1}});
  builder.order("too-much", order);
  ByHand round(builder.finish());
  round.outcome.flows = {0};
  EXPECT_FALSE(round.insert("too-much").found);
  const Insertion insertion = round.insert("fits");
  ASSERT_TRUE(insertion.found);
  ASSERT_EQ(insertion.change.flows.size(), 1U);
  EXPECT_EQ(insertion.change.flows[0].second, 6'000);
}

}  // namespace
}  // namespace tongsuan::clearing
