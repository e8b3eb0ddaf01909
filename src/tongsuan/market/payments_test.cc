#include "tongsuan/market/payments.h"

#include <gtest/gtest.h>
#include <map>
#include <tuple>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::market {
namespace {

using testing::MarketBuilder;
using testing::random_market;
using testing::signed_round;
using testing::SignedRound;
using testing::step;

// A random market with a random feasible outcome.
struct Played {
  explicit Played(std::uint64_t seed)
      : market(random_market(seed, {.orders = 8})), problem(compile(market).value()) {
    Random random(seed * 3);
    testing::NaiveBook twin(market);
    outcome.flows.assign(problem.line_slots.size(), 0);
    for (std::uint32_t order = 0; order < market.orders.size(); ++order) {
      const auto& list = twin.candidates(order);
      if (list.empty()) continue;
      outcome.awards.push_back(list[random.below(list.size())].award);
      if (!twin.welfare(outcome)) outcome.awards.pop_back();
    }
    dispatched = dispatch(problem, net_use(problem, outcome));
    TONGSUAN_CHECK(dispatched.short_row == kNone);
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      const bool balance = problem.lanes[row / problem.slot_count].balance;
      prices.push_back(random.between(balance ? -kMicro * kMicro / 9 : 0, kPriceMax) /
                       (random.below(2) == 0 ? 1 : 333'333));
    }
  }
  Market market;
  Problem problem;
  Outcome outcome;
  Dispatch dispatched;
  Prices prices;
};

template <class Step>
void expect_shared(const std::vector<Step>& steps, std::uint32_t begin, std::uint32_t end,
                   std::int64_t amount, const std::vector<std::int64_t>& sold) {
  std::int64_t total = 0;
  for (std::uint32_t i = begin; i < end; ++i) {
    EXPECT_GE(sold[i], 0);
    EXPECT_LE(sold[i], steps[i].amount);
    total += sold[i];
    for (std::uint32_t k = begin; k < i; ++k) {
      if (steps[k].price != steps[i].price) {
        // A better price is sold out before a worse one sells anything.
        EXPECT_TRUE(sold[i] == 0 || sold[k] == steps[k].amount);
        continue;
      }
      // Shares of one price differ from exact proportion by less than one unit each.
      const int128 cross = static_cast<int128>(sold[i]) * steps[k].amount -
                           static_cast<int128>(sold[k]) * steps[i].amount;
      EXPECT_TRUE(cross < steps[k].amount + steps[i].amount &&
                  -cross < steps[k].amount + steps[i].amount);
    }
  }
  EXPECT_EQ(total, amount);
}

TEST(Payments, StepsAreSoldInPriceOrderAndProRataAtTheMargin) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Played played(seed);
    const Problem& problem = played.problem;
    const Allocation allocation = allocate(problem, played.dispatched, seed);
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      expect_shared(problem.supply, problem.supply_begin[row], problem.supply_begin[row + 1],
                    played.dispatched.supplied[row], allocation.supply);
      expect_shared(problem.demand, problem.demand_begin[row], problem.demand_begin[row + 1],
                    played.dispatched.demanded[row], allocation.demand);
    }
  }
}

TEST(Payments, OddUnitsGoByLargestRemainderThenByDraw) {
  MarketBuilder builder(1);
  const AccountId account = builder.account("account");
  const ZoneId zone = builder.zone("zone", Disposal::kFree);
  builder.offer("a", account, zone, builder.all(), {step(5, 10)});
  builder.offer("b", account, zone, builder.all(), {step(5, 10)});
  builder.offer("c", account, zone, builder.all(), {step(5, 25)});
  const Market market = builder.finish();
  const Problem problem = compile(market).value();
  Dispatch dispatched;
  dispatched.demanded = {0};
  dispatched.supplied = {7};  // 1.55…, 1.55…, 3.88…: c has the largest remainder, then a draw
  int first_wins = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    const Allocation allocation = allocate(problem, dispatched, seed);
    EXPECT_EQ(allocation.supply[2], 4);
    EXPECT_EQ(allocation.supply[0] + allocation.supply[1], 3);
    first_wins += allocation.supply[0] == 2;
  }
  EXPECT_GT(first_wins, 16);
  EXPECT_LT(first_wins, 48);
}

// The same money, order by order and step by step, with one division each.
TEST(Payments, EqualTheNaiveSum) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Played played(seed);
    const Market& market = played.market;
    const Problem& problem = played.problem;
    const Allocation allocation = allocate(problem, played.dispatched, seed);
    const Payments found =
        payments(market, problem, played.outcome, placements_of(problem, played.outcome),
                 allocation, played.prices);
    ASSERT_TRUE(found.fits);
    std::map<std::uint32_t, std::pair<int128, int128>> expected;  // account → paid, received
    const auto pay = [&](AccountId account, int128 cost) {
      const int128 money = divide_wide(cost, problem.denominator, Rounding::kUp);
      if (money > 0) expected[account.value].first += money;
      if (money < 0) expected[account.value].second -= money;
    };
    for (const Award& award : played.outcome.awards) {
      pay(market.orders[award.order.value].account,
          placement_cost(problem, find_placement(problem, award), played.prices));
    }
    std::map<std::uint32_t, int128> curves;
    std::map<std::pair<std::uint32_t, std::uint32_t>, int128> sellers;
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
        curves[problem.demand[i].order] +=
            row_money(problem, row, played.prices[row], allocation.demand[i]);
      }
      for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
        if (problem.supply[i].offer == kNone) continue;
        sellers[{market.offers[problem.supply[i].offer].seller.value, row / problem.slot_count}] +=
            row_money(problem, row, played.prices[row], allocation.supply[i]);
      }
    }
    for (const auto& [order, cost] : curves) pay(market.orders[order].account, cost);
    for (const auto& [key, revenue] : sellers) pay(AccountId{key.first}, -revenue);
    int128 rent = 0;
    std::vector<AccountTotal> totals;
    for (const auto& [account, money] : expected) {
      totals.push_back({AccountId{account}, static_cast<std::int64_t>(money.first),
                        static_cast<std::int64_t>(money.second)});
      rent += money.first - money.second;
    }
    EXPECT_EQ(found.totals, totals) << "seed " << seed;
    EXPECT_TRUE(found.rent == rent) << "seed " << seed;
    EXPECT_EQ(found.line_rents.size(), market.lines.size());
  }
}

// Rounding never costs the operator: apart from waste, what is left over is what rows without a
// seller and lines earn, and up to a micro-yuan for each rounding.
TEST(Payments, RentIsWhatLinesAndLimitsEarnPlusTheOddMicroYuan) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1'000); ++seed) {
    const Played played(seed);
    const Problem& problem = played.problem;
    const Allocation allocation = allocate(problem, played.dispatched, seed);
    const Payments found =
        payments(played.market, problem, played.outcome, placements_of(problem, played.outcome),
                 allocation, played.prices);
    const std::vector<std::int64_t> use = net_use(problem, played.outcome);
    int128 earned = 0;
    for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
      for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
        if (problem.supply[i].offer != kNone) continue;
        earned += row_money(problem, row, played.prices[row], allocation.supply[i]);
      }
      const std::int64_t wasted =
          played.dispatched.supplied[row] - played.dispatched.demanded[row] - use[row];
      earned -= row_money(problem, row, played.prices[row], wasted);
    }
    for (const LineTotal& line :
         line_totals(played.market, problem, played.outcome.flows, played.prices)) {
      earned += line.revenue;
    }
    const int128 rounding = int128{found.rent} * problem.denominator - earned;
    EXPECT_TRUE(rounding >= 0) << "seed " << seed;
    EXPECT_TRUE(rounding < int128{60} * problem.denominator) << "seed " << seed;
  }
}

TEST(Payments, SellersAreSummedOverTheirOffersOnALane) {
  const SignedRound round = signed_round();
  const Dispatch dispatched =
      dispatch(round.problem, net_use(round.problem, round.certificate.outcome));
  const Allocation allocation = allocate(round.problem, dispatched, round.certificate.seed);
  const std::vector<SellerLane> sellers =
      seller_lanes(round.market, round.problem, allocation, round.certificate.payment_prices);
  EXPECT_FALSE(sellers.empty());
  for (std::size_t i = 0; i < sellers.size(); ++i) {
    EXPECT_TRUE(sellers[i].revenue >= sellers[i].cost);
    if (i == 0) continue;
    EXPECT_LT(std::tuple(sellers[i - 1].seller.value, sellers[i - 1].lane),
              std::tuple(sellers[i].seller.value, sellers[i].lane));
  }
}

// Sums beyond 64 bits are reported, not wrapped.
TEST(Payments, ReportSumsThatDoNotFit) {
  MarketBuilder builder(4'000);
  const AccountId account = builder.account("account");
  const ZoneId zone = builder.zone("zone", Disposal::kFree);
  builder.offer("a", account, zone, builder.all(), {step(0, kAmountMax)});
  builder.profile("order", account,
                  {0, {testing::zone_leg(zone, builder.all(), kAmountMax / 100'000)}});
  builder.profile("other", account,
                  {0, {testing::zone_leg(zone, builder.all(), kAmountMax / 100)}});
  const Market market = builder.finish();
  const Problem problem = compile(market).value();
  const auto pay = [&](std::uint32_t order) {
    Outcome outcome;
    outcome.awards = {{OrderId{order}, 0, kNone, 0, 1}};
    const Dispatch dispatched = dispatch(problem, net_use(problem, outcome));
    return payments(market, problem, outcome, placements_of(problem, outcome),
                    allocate(problem, dispatched, 1), Prices(problem.row_count(), kPriceMax));
  };
  EXPECT_FALSE(pay(1).fits == pay(0).fits);
  EXPECT_TRUE(pay(0).fits);
}

}  // namespace
}  // namespace tongsuan::market
