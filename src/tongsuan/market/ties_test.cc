#include "tongsuan/market/ties.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <tuple>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::market {
namespace {

using testing::MarketBuilder;
using testing::step;

struct Copies {
  explicit Copies(std::uint32_t count) : builder(4) {
    const AccountId seller = builder.account("seller");
    const ClassId gpu = builder.accelerator("gpu");
    const HubId hub = builder.hub("hub");
    builder.offer("offer", seller, hub, gpu, builder.all(), {step(0, 100)});
    Order order;
    order.window = builder.all();
    order.hubs = builder.hub_set({hub});
    order.value = kMicro;
    for (std::uint32_t i = 0; i < count; ++i) {
      order.account = builder.account("owner" + std::to_string(i));
      order.variants = builder.variants({{gpu, 1, 1}});
      builder.order("order" + std::to_string(i), order);
    }
  }
  MarketBuilder builder;
};

std::vector<std::uint32_t> by_draw(const Market& market, std::uint64_t seed) {
  std::vector<std::uint32_t> orders;
  for (std::uint32_t i = 0; i < market.orders.size(); ++i) orders.push_back(i);
  std::sort(orders.begin(), orders.end(), [&](std::uint32_t a, std::uint32_t b) {
    return tie_draw(seed, market.order_names[a]) < tie_draw(seed, market.order_names[b]);
  });
  return orders;
}

TEST(Ties, TheDrawIsTheFirstBytesOfTheHash) {
  // printf '\x2a\0\0\0\0\0\0\0O-1' | sha256sum
  EXPECT_EQ(tie_draw(42, "O-1"), 0x17E9317BFC866B9FULL);
  EXPECT_NE(tie_draw(42, "O-1"), tie_draw(43, "O-1"));
}

TEST(Ties, LowestDrawsWinAndGetTheBetterAwards) {
  const Market market = Copies(9).builder.finish();
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Outcome outcome;
    outcome.awards = {{OrderId{1}, 0, 0, 3, 1}, {OrderId{4}, 0, 0, 0, 1}, {OrderId{6}, 0, 0, 2, 1}};
    apply_tie_rule(market, seed, outcome);
    ASSERT_EQ(outcome.awards.size(), 3U);
    const std::vector<std::uint32_t> order = by_draw(market, seed);
    const auto start_of = [&](std::uint32_t id) {
      for (const Award& award : outcome.awards) {
        if (award.order.value == id) return award.start;
      }
      return Slot{99};
    };
    EXPECT_EQ(start_of(order[0]), 0U);
    EXPECT_EQ(start_of(order[1]), 2U);
    EXPECT_EQ(start_of(order[2]), 3U);
    EXPECT_TRUE(std::is_sorted(
        outcome.awards.begin(), outcome.awards.end(),
        [](const Award& a, const Award& b) { return a.order.value < b.order.value; }));
  }
}

TEST(Ties, OrdersThatDifferAreNotAlike) {
  const Market market = Copies(4).builder.finish();
  Outcome outcome;
  outcome.awards = {{OrderId{3}, 0, 0, 0, 1}};
  const auto moves = [&](const Market& changed) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Outcome settled = outcome;
      apply_tie_rule(changed, seed, settled);
      if (settled != outcome) return true;
    }
    return false;
  };
  EXPECT_TRUE(moves(market));
  const auto with = [&](auto change) {
    Market changed = market;
    change(changed, changed.orders[3]);
    return moves(changed);
  };
  EXPECT_FALSE(with([](Market&, Order& order) { order.value += 1; }));
  EXPECT_FALSE(with([](Market&, Order& order) { order.delay_cost = 1; }));
  EXPECT_FALSE(with([](Market&, Order& order) { order.window.end = 3; }));
  EXPECT_FALSE(with([](Market&, Order& order) { order.green_percent = 1; }));
  EXPECT_FALSE(with([](Market&, Order& order) { order.whole_nodes = true; }));
  EXPECT_FALSE(with([](Market&, Order& order) { order.group = 0; }));
  EXPECT_FALSE(with([](Market& m, Order& order) { m.variants[order.variants.begin].gang = 2; }));
  EXPECT_FALSE(with([](Market&, Order& order) { order.after = 0; }));
  EXPECT_FALSE(with([](Market& m, Order&) { m.orders[0].after = 3; }));
  EXPECT_TRUE(with([](Market&, Order& order) { order.account = AccountId{0}; }));
}

TEST(Ties, SettlingKeepsWelfareAndIsFinal) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Market market = testing::random_market(seed, {.orders = 10});
    const Problem problem = compile(market).value();
    Outcome outcome;
    outcome.flows.assign(problem.line_slots.size(), 0);
    Random random(seed);
    for (std::uint32_t i = 0; i < problem.orders.size(); ++i) {
      const Span32 choices = problem.orders[i].choices;
      if (choices.count() == 0 || random.below(2) == 0) continue;
      Placement placement;
      placement.choice = choices.begin + static_cast<std::uint32_t>(random.below(choices.count()));
      const Choice& choice = problem.choices[placement.choice];
      placement.start = static_cast<Slot>(random.between(choice.first, choice.last));
      if (choice.bundle == kNone) placement.lots = problem.profiles[choice.extra].lots;
      outcome.awards.push_back(make_award(problem, i, placement));
    }
    const std::vector<std::int64_t> use = net_use(problem, outcome);
    Outcome settled = outcome;
    apply_tie_rule(market, seed, settled);
    EXPECT_EQ(net_use(problem, settled), use) << "seed " << seed;
    Outcome again = settled;
    apply_tie_rule(market, seed, again);
    EXPECT_EQ(again, settled) << "seed " << seed;
    std::int64_t before = 0;
    std::int64_t after = 0;
    for (const Award& award : outcome.awards) {
      before += placement_value(problem, award.order.value, find_placement(problem, award));
    }
    for (const Award& award : settled.awards) {
      after += placement_value(problem, award.order.value, find_placement(problem, award));
    }
    EXPECT_EQ(before, after) << "seed " << seed;
  }
}

TEST(Ties, LeavesNonsenseAlone) {
  const Market market = Copies(3).builder.finish();
  Outcome outcome;
  outcome.awards = {{OrderId{9}, 0, 0, 0, 1}};
  const Outcome kept = outcome;
  apply_tie_rule(market, 1, outcome);
  EXPECT_EQ(outcome, kept);
}

}  // namespace
}  // namespace tongsuan::market
