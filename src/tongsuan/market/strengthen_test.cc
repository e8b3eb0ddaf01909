#include "tongsuan/market/strengthen.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/gang_bound.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/random_prices.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::market {
namespace {

using testing::MarketBuilder;
using testing::NaiveBook;
using testing::random_market;
using testing::step;
using testing::undivided_of;

constexpr std::int64_t kYuan = 1'000'000;

Problem compiled(const Market& market) {
  Result<Problem> problem = compile(market);
  TONGSUAN_CHECK(problem.ok());
  return std::move(problem).value();
}

// Awards of an order that are left.
std::vector<Award> awards_of(const Problem& problem, std::uint32_t order) {
  std::vector<Award> awards;
  const Span32 choices = problem.orders[order].choices;
  for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
    for (Slot start = problem.choices[i].first; start <= problem.choices[i].last; ++start) {
      awards.push_back(make_award(problem, order, {i, start, 1}));
    }
  }
  return awards;
}

std::size_t start_count(const Problem& problem) {
  std::size_t count = 0;
  for (const Choice& choice : problem.choices) count += choice.last - choice.first + 1U;
  return count;
}

// The best welfare of the twin over outcomes that use only starts that are left.
class Filtered {
 public:
  Filtered(const Market& market, const Problem& left) : market_(market), twin_(market) {
    outcome_.flows.assign(left.line_slots.size(), 0);
    for (const LineSlot& line : left.line_slots) flow_limits_.emplace_back(line.min, line.max);
    for (std::uint32_t order = 0; order < market.orders.size(); ++order) {
      const std::vector<Award> kept = awards_of(left, order);
      candidates_.emplace_back();
      for (const auto& placement : twin_.candidates(order)) {
        Award whole = placement.award;
        whole.lots = 1;
        if (std::find(kept.begin(), kept.end(), whole) != kept.end()) {
          candidates_.back().push_back(placement.award);
        }
      }
    }
  }

  // True when `target` is reached.
  bool reaches(int128 target) {
    target_ = target;
    return try_order(0);
  }

 private:
  bool try_order(std::uint32_t order) {
    if (order == candidates_.size()) return try_flow(0);
    if (try_order(order + 1)) return true;
    for (const Award& award : candidates_[order]) {
      outcome_.awards.push_back(award);
      const bool found = try_order(order + 1);
      outcome_.awards.pop_back();
      if (found) return true;
    }
    return false;
  }

  bool try_flow(std::size_t line) {
    if (line == flow_limits_.size()) {
      const std::optional<int128> welfare = twin_.welfare(outcome_);
      return welfare.has_value() && *welfare >= target_;
    }
    const auto [least, most] = flow_limits_[line];
    for (std::int64_t flow = least; flow <= most; ++flow) {
      outcome_.flows[line] = flow;
      if (try_flow(line + 1)) return true;
    }
    return false;
  }

  const Market& market_;
  NaiveBook twin_;
  std::vector<std::vector<Award>> candidates_;
  std::vector<std::pair<std::int64_t, std::int64_t>> flow_limits_;
  Outcome outcome_;
  int128 target_ = 0;
};

TEST(Strengthen, SomeBestOutcomeIsLeft) {
  constexpr std::uint64_t kCombinationsMax = 1'500;
  int books = 0;
  int changed = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    const Market market = random_market(
        seed, {.orders = 4, .slots = 3, .supply = seed % 2 == 0 ? 6 : 2, .sellers = seed % 3 != 0});
    NaiveBook twin(market);
    if (twin.combinations(kCombinationsMax) == kCombinationsMax) continue;
    const Problem problem = compiled(market);
    const Problem left = strengthen(problem);
    const auto best = twin.best();
    if (!best.has_value()) continue;
    ++books;
    changed += start_count(left) < start_count(problem);
    EXPECT_TRUE(Filtered(market, left).reaches(best->first)) << "seed " << seed;
  }
  EXPECT_GT(books, 2'000);
  EXPECT_GT(changed, 1'000);
}

TEST(Strengthen, BoundsStayAboveTheBestOutcome) {
  constexpr std::uint64_t kCombinationsMax = 5'000;
  int books = 0;
  int lower = 0;
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    const bool plain = seed % 2 == 0;  // without deliveries presolve may leave out more
    const Market market =
        random_market(seed, {.orders = 5, .supply = 3, .sellers = !plain, .curves = !plain});
    NaiveBook twin(market);
    if (twin.combinations(kCombinationsMax) == kCombinationsMax) continue;
    const Problem problem = compiled(market);
    const Problem left = strengthen(problem);
    const auto best = twin.best();
    if (!best.has_value()) continue;
    ++books;
    const int128 optimum = undivided_of(best->first, problem.denominator);
    Random random(seed);
    Prices prices(problem.row_count());
    for (std::uint32_t row = 0; row < prices.size(); ++row) {
      const LaneKind kind = problem.lanes[row / problem.slot_count].kind;
      const bool energy = kind == LaneKind::kZone || kind == LaneKind::kLink;
      prices[row] = random.between(0, 8) * (energy ? kPriceMax / 5 : kYuan) / 4;
    }
    for (std::int64_t& price : prices) price = std::min(price, kPriceMax);
    const int128 bound = dual_bound(left, prices);
    EXPECT_TRUE(bound >= optimum) << "seed " << seed;
    EXPECT_TRUE(bound <= dual_bound(problem, prices)) << "seed " << seed;
    lower += bound < dual_bound(problem, prices);
    const GangPrices gangs =
        testing::gang_prices(left, prices, testing::random_sizes(random), random, 2);
    EXPECT_TRUE(gang_bound(left, prices, gangs) >= optimum) << "seed " << seed;
  }
  EXPECT_GT(books, 1'000);
  EXPECT_GT(lower, 300);
}

// One hub of two devices for one yuan and two for three yuan in each of four slots; one order.
class OneHub : public ::testing::Test {
 protected:
  OneHub() : builder_(4) {
    seller_ = builder_.account("s");
    accelerator_ = builder_.accelerator("c");
    hub_ = builder_.hub("h");
    builder_.offer("o", seller_, hub_, accelerator_, builder_.all(),
                   {step(1 * kYuan, 2), step(3 * kYuan, 2)});
  }

  // Starts that are left of a block of `gang` devices for one slot, in any slot.
  std::size_t left_of(std::uint32_t gang, std::int64_t value, std::int64_t delay_cost = 0) {
    Order order;
    order.account = seller_;
    order.hubs = builder_.hub_set({hub_});
    order.window = builder_.all();
    order.value = value;
    order.delay_cost = delay_cost;
    order.variants = builder_.variants({{accelerator_, gang, 1}});
    builder_.order("j", order);
    return start_count(strengthen(compiled(builder_.finish())));
  }

  MarketBuilder builder_;
  AccountId seller_;
  ClassId accelerator_;
  HubId hub_;
};

TEST_F(OneHub, GangsThatCannotFitAreLeftOut) {
  EXPECT_EQ(left_of(5, 100 * kYuan), 0U);
}
TEST_F(OneHub, GangsThatFitStay) {
  EXPECT_EQ(left_of(4, 100 * kYuan), 4U);
}
TEST_F(OneHub, WorthItsCostIsNotEnough) {
  EXPECT_EQ(left_of(3, 5 * kYuan), 0U);
}
TEST_F(OneHub, WorthMoreThanItsCostStays) {
  EXPECT_EQ(left_of(3, 5 * kYuan + 1), 4U);
}
TEST_F(OneHub, LateStartsAreLeftOut) {
  EXPECT_EQ(left_of(3, 7 * kYuan, kYuan), 2U);
}

TEST_F(OneHub, OrdersThatOthersFollowMayBeWorthALoss) {
  Order first;
  first.account = seller_;
  first.hubs = builder_.hub_set({hub_});
  first.window = builder_.all();
  first.value = 0;
  first.variants = builder_.variants({{accelerator_, 1, 1}});
  const OrderId id = builder_.order("a", first);
  Order second = first;
  second.after = id.value;
  second.value = 10 * kYuan;
  builder_.order("b", second);
  EXPECT_EQ(start_count(strengthen(compiled(builder_.finish()))), 8U);
}

TEST_F(OneHub, DeliveriesMakeRoomThatIsNotKnown) {
  builder_.options_order("d", seller_,
                         {{-kYuan, {testing::capacity_leg(hub_, accelerator_, {0, 2}, -8)}}});
  // The delivery itself, and the block in the two slots that may be delivered to.
  EXPECT_EQ(left_of(5, kYuan), 3U);
}

TEST(StrengthenLines, RoomOfJoinedZonesCounts) {
  MarketBuilder builder(1);
  const AccountId account = builder.account("a");
  const ZoneId near = builder.zone("near", Disposal::kFree);
  const ZoneId far = builder.zone("far", Disposal::kFree);
  builder.offer("n", account, near, builder.all(), {step(2 * kYuan, 3)});
  builder.offer("f", account, far, builder.all(), {step(1 * kYuan, 9)});
  builder.line(far, near, builder.all(), 0, 4, 0);
  builder.options_order("fits", account, {{kYuan, {testing::zone_leg(near, {0, 1}, 7)}}});
  builder.options_order("too-much", account, {{kYuan, {testing::zone_leg(near, {0, 1}, 8)}}});
  // Seven Wh at the cheapest price of both zones cost 7 micro-yuan.
  builder.options_order("worth-7", account, {{7, {testing::zone_leg(near, {0, 1}, 7)}}});
  builder.options_order("worth-8", account, {{8, {testing::zone_leg(near, {0, 1}, 7)}}});
  const Problem left = strengthen(compiled(builder.finish()));
  std::vector<std::uint32_t> kept;
  for (const ProblemOrder& order : left.orders) kept.push_back(order.choices.count());
  // By name: fits, too-much, worth-7, worth-8.
  EXPECT_EQ(kept, (std::vector<std::uint32_t>{1, 0, 0, 1}));
}

// A certificate whose bounds are those of the book without what nobody needs.
testing::SignedRound presolved_round() {
  testing::SignedRound round = testing::signed_round();
  const Problem left = strengthen(round.problem);
  round.certificate.strengthenings = kPresolve;
  round.certificate.bound = dual_bound(left, round.certificate.bound_prices);
  round.certificate.gang_bound =
      gang_bound(left, round.certificate.bound_prices, round.certificate.gang_prices);
  return round;
}

TEST(StrengthenedCertificate, IsAccepted) {
  const testing::SignedRound round = presolved_round();
  EXPECT_LT(start_count(strengthen(round.problem)), start_count(round.problem));
  const Verdict verdict = verify(round.market, round.certificate);
  EXPECT_EQ(verdict.fault, Fault::kNone) << verdict.detail;
}

TEST(StrengthenedCertificate, MustNameWhatItUses) {
  testing::SignedRound round = presolved_round();
  const int128 whole = dual_bound(round.problem, round.certificate.bound_prices);
  ASSERT_TRUE(round.certificate.bound <= whole);
  round.certificate.strengthenings = 0;
  const Fault expected = round.certificate.bound < whole ? Fault::kBoundMismatch : Fault::kNone;
  EXPECT_EQ(verify(round.market, round.certificate).fault, expected);
  round.certificate.strengthenings = 2;  // nothing that this version knows
  EXPECT_EQ(verify(round.market, round.certificate).fault, Fault::kBoundMismatch);
}

}  // namespace
}  // namespace tongsuan::market
