#include "tongsuan/market/strengthen.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/gang_bound.h"
#include "tongsuan/market/internal/kept.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/random_prices.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::market {
namespace {

using testing::compiled;
using testing::MarketBuilder;
using testing::NaiveBook;
using testing::random_market;
using testing::step;
using testing::undivided_of;

constexpr std::int64_t kYuan = 1'000'000;

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
  for (std::uint64_t seed = 1; seed <= many_seeds(20'000); ++seed) {
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
  for (std::uint64_t seed = 1; seed <= many_seeds(4'000); ++seed) {
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

// What the header of strengthen.h says, start by start and slot by slot.
class NaiveJudge {
 public:
  explicit NaiveJudge(const Problem& problem) : problem_(problem), pool_(problem.row_count()) {
    for (std::uint32_t row = 0; row < pool_.size(); ++row) pool_[row] = row;
    for (std::size_t round = 0; round < problem.line_slots.size(); ++round) {
      for (const LineSlot& line : problem.line_slots) {
        pool_[line.from] = pool_[line.to] = std::min(pool_[line.from], pool_[line.to]);
      }
    }
    delivered_.assign(pool_.size(), false);
    for (const ProfileLeg& leg : problem.profile_legs) {
      for (Slot slot = leg.slots.begin; slot < leg.slots.end && leg.amount < 0; ++slot) {
        delivered_[pool_[problem.row(leg.lane, slot)]] = true;
      }
    }
  }

  [[nodiscard]] bool stays(std::uint32_t order, const Placement& placement) const {
    const Choice& choice = problem_.choices[placement.choice];
    if (choice.bundle == kNone && problem_.profiles[choice.extra].lots > 1) return true;
    bool possible = true;
    bool judged = true;
    for (const ProblemOrder& other : problem_.orders) judged = judged && other.after != order;
    bool delivers = false;
    int128 cost = 0;
    each_use(problem_, placement, [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
      delivers = delivers || amount < 0;
      for (Slot slot = slots.begin; slot < slots.end && amount > 0; ++slot) {
        const std::uint32_t row = problem_.row(lane, slot);
        if (delivered_[pool_[row]]) {
          judged = judged && !problem_.lanes[lane].balance;
          continue;
        }
        const std::vector<SupplyStep> steps = steps_of(row);
        possible = possible && amount <= reach(row) && amount <= total(steps);
        cost += cheapest(steps, amount) * problem_.lanes[lane].scale;
      }
    });
    const int128 value =
        static_cast<int128>(placement_value(problem_, order, placement)) * problem_.denominator;
    return delivers || (possible && (!judged || value > cost));
  }

 private:
  // The steps of all rows that lines join to this one.
  [[nodiscard]] std::vector<SupplyStep> steps_of(std::uint32_t of) const {
    std::vector<SupplyStep> steps;
    for (std::uint32_t row = 0; row < pool_.size(); ++row) {
      if (pool_[row] != pool_[of]) continue;
      for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
        steps.push_back(problem_.supply[i]);
        const bool balance = problem_.lanes[row / problem_.slot_count].balance;
        if (!balance && steps.back().price < 0) steps.back().price = 0;
      }
    }
    std::sort(steps.begin(), steps.end(),
              [](const SupplyStep& a, const SupplyStep& b) { return a.price < b.price; });
    return steps;
  }

  [[nodiscard]] std::int64_t reach(std::uint32_t row) const {
    std::int64_t reach = 0;
    for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
      reach += problem_.supply[i].amount;
    }
    for (const LineSlot& line : problem_.line_slots) {
      if (line.to == row) reach += line.max;
      if (line.from == row) reach -= line.min;
    }
    return reach;
  }

  static std::int64_t total(const std::vector<SupplyStep>& steps) {
    std::int64_t total = 0;
    for (const SupplyStep& step : steps) total += step.amount;
    return total;
  }

  static int128 cheapest(const std::vector<SupplyStep>& steps, std::int64_t amount) {
    int128 cost = 0;
    for (const SupplyStep& step : steps) {
      const std::int64_t part = std::min(amount, step.amount);
      cost += static_cast<int128>(step.price) * part;
      amount -= part;
    }
    return cost;
  }

  const Problem& problem_;
  std::vector<std::uint32_t> pool_;  // by row: the lowest row that lines join to it
  std::vector<bool> delivered_;      // by pool
};

TEST(Strengthen, JudgesAsItsNaiveTwin) {
  std::size_t left_out = 0;
  std::size_t kept = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(6'000); ++seed) {
    const Market market = random_market(seed, {.orders = 6,
                                               .slots = 1 + static_cast<Slot>(seed % 7),
                                               .supply = seed % 2 == 0 ? 6 : 2,
                                               .sellers = seed % 3 == 0,
                                               .curves = seed % 5 == 0});
    const Problem problem = compiled(market);
    const Problem left = strengthen(problem);
    const NaiveJudge naive(problem);
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      std::vector<Award> expected;
      const Span32 choices = problem.orders[order].choices;
      for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
        for (Slot start = problem.choices[i].first; start <= problem.choices[i].last; ++start) {
          const std::uint32_t extra = problem.choices[i].extra;
          const bool whole = problem.choices[i].bundle != kNone;
          const Placement all = {i, start, whole ? 1 : problem.profiles[extra].lots};
          if (naive.stays(order, all))
            expected.push_back(make_award(problem, order, {i, start, 1}));
          else
            ++left_out;
        }
      }
      kept += expected.size();
      EXPECT_EQ(awards_of(left, order), expected) << "seed " << seed << " order " << order;
    }
  }
  EXPECT_GT(kept, 10'000U);
  EXPECT_GT(left_out, 5'000U);
}

// Parts one after the other, the last one first.
class ManyParts final : public Workers {
 public:
  explicit ManyParts(std::uint32_t count) : count_(count) {}
  [[nodiscard]] std::uint32_t count() const override { return count_; }
  void run(const std::function<void(std::uint32_t)>& work) const override {
    for (std::uint32_t part = count_; part-- > 0;) work(part);
  }

 private:
  std::uint32_t count_;
};

TEST(Strengthen, BoundsOfWhatIsReadAreThoseOfWhatIsLeft) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Problem problem = compiled(
        random_market(seed, {.orders = 9, .slots = 6, .supply = 3, .sellers = seed % 2 == 0}));
    const Problem left = strengthen(problem);
    Random random(seed);
    const Prices prices = testing::random_prices(problem, random);
    const GangPrices gangs =
        testing::gang_prices(left, prices, testing::random_sizes(random), random, 2);
    const ManyParts parts(1 + static_cast<std::uint32_t>(seed % 12));
    const BoundedBook read(problem, Presolved::kYes, parts);
    EXPECT_TRUE(dual_bound(read, prices) == dual_bound(left, prices)) << "seed " << seed;
    EXPECT_EQ(gang_rows(read, gangs.sizes), gang_rows(left, gangs.sizes)) << "seed " << seed;
    EXPECT_TRUE(gang_bound(read, prices, gangs) == gang_bound(left, prices, gangs))
        << "seed " << seed;
  }
}

// A value is worked out again when another took its place, and is right then too.
TEST(Kept, ForgetsWithoutHarm) {
  constexpr std::uint32_t kSlots = internal::kKeptSlotsMax / 4;  // room for three
  internal::Kept<std::uint64_t> kept(kSlots);
  Random random(1);
  int filled = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t key = random.below(10);
    const std::uint64_t found = kept.of(key, [&](std::uint64_t& value) {
      value = key * key;
      ++filled;
    });
    EXPECT_EQ(found, key * key);
  }
  EXPECT_GT(filled, 10);
  EXPECT_LT(filled, 1'000);
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

TEST(StrengthenedCertificate, IsAcceptedByAnyNumberOfWorkers) {
  testing::SignedRound round = presolved_round();
  for (std::uint32_t count = 1; count <= 5; ++count) {
    EXPECT_EQ(verify(round.market, round.certificate, ManyParts(count)).fault, Fault::kNone);
  }
  round.certificate.bound += 1;
  for (std::uint32_t count = 1; count <= 5; ++count) {
    EXPECT_EQ(verify(round.market, round.certificate, ManyParts(count)).fault,
              Fault::kBoundMismatch);
  }
  round.certificate.root[0] ^= 1;
  EXPECT_EQ(verify(round.market, round.certificate, ManyParts(2)).fault, Fault::kRootMismatch);
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
