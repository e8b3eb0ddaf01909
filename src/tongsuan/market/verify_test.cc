#include "tongsuan/market/verify.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::market {
namespace {

using testing::complete;
using testing::signed_round;
using testing::SignedRound;

struct Tampering {
  const char* name;
  Fault expected;
  std::function<void(SignedRound&)> apply;
};

// GoogleTest prints the name of the tampering, not its bytes.
void PrintTo(const Tampering& tampering, std::ostream* out) {
  *out << tampering.name;
}

void shift_row(SignedRound& round, const std::string& lane, std::int64_t change) {
  for (Slot slot = 0; slot < round.problem.slot_count; ++slot) {
    round.certificate.payment_prices[round.row(lane, slot)] += change;
  }
  complete(round.market, round.problem, round.certificate);
}

void erase_award(SignedRound& round, std::string_view name) {
  std::vector<Award>& awards = round.certificate.outcome.awards;
  awards.erase(awards.begin() + (&round.award(name) - awards.data()));
}

std::vector<Tampering> awards_tampered() {
  return {
      {"AwardOfAnUnknownOrder", Fault::kUnknownAward,
       [](SignedRound& r) { r.certificate.outcome.awards.back().order.value = 9'999; }},
      {"AwardAtAnotherHub", Fault::kUnknownAward, [](SignedRound& r) { r.award("first").hub = 1; }},
      {"AwardAtNoHub", Fault::kUnknownAward, [](SignedRound& r) { r.award("first").hub = kNone; }},
      {"AwardOfAnUnknownVariant", Fault::kUnknownAward,
       [](SignedRound& r) { r.award("first").variant = 1; }},
      {"AwardOutsideItsWindow", Fault::kUnknownAward,
       [](SignedRound& r) { r.award("green").start = 0; }},
      {"AwardBeyondTheLastSlot", Fault::kUnknownAward,
       [](SignedRound& r) { r.award("first").start = 4; }},
      {"AwardBeforeItsDataArrives", Fault::kUnknownAward,
       [](SignedRound& r) { r.award("learn").start = 0; }},
      {"ServiceWithAStart", Fault::kUnknownAward,
       [](SignedRound& r) { r.award("service").start = 1; }},
      {"OptionAtAHub", Fault::kUnknownAward, [](SignedRound& r) { r.award("either").hub = 0; }},
      {"AwardsOutOfOrder", Fault::kAwardOrder,
       [](SignedRound& r) {
         std::swap(r.certificate.outcome.awards[0], r.certificate.outcome.awards[1]);
       }},
      {"AwardTwice", Fault::kAwardOrder,
       [](SignedRound& r) {
         r.certificate.outcome.awards.push_back(r.certificate.outcome.awards.back());
       }},
      {"BlockInLots", Fault::kLotsOutOfRange, [](SignedRound& r) { r.award("first").lots = 2; }},
      {"BlockInNoLots", Fault::kLotsOutOfRange, [](SignedRound& r) { r.award("first").lots = 0; }},
      {"LessThanTheMinimum", Fault::kLotsOutOfRange,
       [](SignedRound& r) { r.award("battery").lots = 2'249; }},
      {"MoreThanAllLots", Fault::kLotsOutOfRange,
       [](SignedRound& r) { r.award("battery").lots = 9'001; }},
      {"FollowedOrderStartsLate", Fault::kPrecedence,
       [](SignedRound& r) { r.award("first").start = 2; }},
      {"FollowedOrderDropped", Fault::kPrecedence, [](SignedRound& r) { erase_award(r, "first"); }},
  };
}

std::vector<Tampering> rows_tampered() {
  return {
      {"FlowMissing", Fault::kFlowCount,
       [](SignedRound& r) { r.certificate.outcome.flows.pop_back(); }},
      {"FlowTooMany", Fault::kFlowCount,
       [](SignedRound& r) { r.certificate.outcome.flows.push_back(0); }},
      {"FlowAgainstAOneWayLine", Fault::kFlowOutOfRange,
       [](SignedRound& r) { r.certificate.outcome.flows[0] = -1; }},
      {"FlowBeyondItsLine", Fault::kFlowOutOfRange,
       [](SignedRound& r) { r.certificate.outcome.flows[0] = 50'001; }},
      {"FlowThatNobodyTakes", Fault::kOverCapacity,
       [](SignedRound& r) { r.certificate.outcome.flows[3] = 50'000; }},
      {"AwardThatDoesNotFit", Fault::kOverCapacity,
       [](SignedRound& r) {
         const std::uint32_t beta = r.market.hub_names.find_sorted("beta");
         std::vector<Award>& awards = r.certificate.outcome.awards;
         while (awards.back().order.value >= r.order("twin-a").value) awards.pop_back();
         for (const char* name : {"twin-a", "twin-b", "twin-c"}) {
           awards.push_back({r.order(name), 0, beta, 0, 1});
         }
       }},
      {"GreenBeforeTheSunRises", Fault::kOverCapacity,
       [](SignedRound& r) { r.award("green").start = 3; }},
      {"CapExceeded", Fault::kOverCapacity,
       [](SignedRound& r) {
         // The one sandboxed order fills the cap, so a book with a smaller one is broken by it.
         r.market.caps[0].devices = 1;
         r.certificate.root = root(r.market);
       }},
      {"BoundPriceMissing", Fault::kPriceCount,
       [](SignedRound& r) { r.certificate.bound_prices.pop_back(); }},
      {"PaymentPriceTooMany", Fault::kPriceCount,
       [](SignedRound& r) { r.certificate.payment_prices.push_back(0); }},
      {"NegativePriceOnAFreeRow", Fault::kPriceOutOfRange,
       [](SignedRound& r) { r.certificate.bound_prices[0] = -1; }},
      {"PriceBeyondTheLimit", Fault::kPriceOutOfRange,
       [](SignedRound& r) {
         r.certificate.payment_prices[r.row("zone north", 0)] = kPriceMax + 1;
       }},
  };
}

std::vector<Tampering> proofs_tampered() {
  return {
      {"RootOfAnotherBook", Fault::kRootMismatch,
       [](SignedRound& r) { r.certificate.root[31] ^= 1; }},
      {"NameOfAnotherMarket", Fault::kRootMismatch,
       [](SignedRound& r) { r.certificate.market += "x"; }},
      {"OrderChangedAfterTheGate", Fault::kRootMismatch,
       [](SignedRound& r) { r.market.orders[r.order("first").value].value += 1; }},
      {"StepChangedAfterTheGate", Fault::kRootMismatch,
       [](SignedRound& r) { r.market.steps[0].amount = Amount(99); }},
      {"WelfareTooHigh", Fault::kWelfareMismatch,
       [](SignedRound& r) { r.certificate.welfare += 1; }},
      {"AwardLeftOut", Fault::kWelfareMismatch, [](SignedRound& r) { erase_award(r, "service"); }},
      {"AwardMovedToALaterStart", Fault::kWelfareMismatch,
       [](SignedRound& r) { r.award("sandboxed").start = 2; }},
      {"PartChanged", Fault::kWelfareMismatch,
       [](SignedRound& r) { r.award("battery").lots -= 1; }},
      {"BoundTooLow", Fault::kBoundMismatch, [](SignedRound& r) { r.certificate.bound -= 1; }},
      {"BoundPriceMoved", Fault::kBoundMismatch,
       [](SignedRound& r) { r.certificate.bound_prices[r.row("zone north", 2)] += 1; }},
      {"GangBoundTooLow", Fault::kGangBoundMismatch,
       [](SignedRound& r) { r.certificate.gang_bound -= 1; }},
      {"GangPriceMoved", Fault::kGangBoundMismatch,
       [](SignedRound& r) { r.certificate.gang_prices.prices[0] += 7; }},
      {"GangSizesFall", Fault::kGangPriceShape,
       [](SignedRound& r) {
         std::reverse(r.certificate.gang_prices.sizes.begin(),
                      r.certificate.gang_prices.sizes.end());
       }},
      {"GangSizesDoNotDivideEachOther", Fault::kGangPriceShape,
       [](SignedRound& r) { r.certificate.gang_prices.sizes.back() += 1; }},
      {"GangPriceMissing", Fault::kGangPriceShape,
       [](SignedRound& r) { r.certificate.gang_prices.prices.pop_back(); }},
      {"GangPriceNegative", Fault::kGangPriceShape,
       [](SignedRound& r) { r.certificate.gang_prices.prices[1] = -1; }},
      {"GangPriceBeyondTheLimit", Fault::kGangPriceShape,
       [](SignedRound& r) { r.certificate.gang_prices.prices[1] = kGangPriceMax + 1; }},
      {"GangBoundWithoutPrices", Fault::kGangPriceShape,
       [](SignedRound& r) { r.certificate.gang_prices = {}; }},
  };
}

std::vector<Tampering> money_tampered() {
  return {
      {"BuyerPaysMoreThanItsValue", Fault::kBuyerLoses,
       [](SignedRound& r) { shift_row(r, "capacity alpha/gpu", 20 * kMicro); }},
      {"PartSellerEarnsLessThanItsCost", Fault::kBuyerLoses,
       [](SignedRound& r) {
         r.certificate.payment_prices[r.row("zone south", 1)] = 120 * kMicro;
         complete(r.market, r.problem, r.certificate);
       }},
      {"CurvePaysMoreThanItsValue", Fault::kBuyerLoses,
       [](SignedRound& r) {
         for (Slot t = 0; t < 3; ++t) {
           r.certificate.payment_prices[r.row("zone south", t)] = 501 * kMicro;
         }
         complete(r.market, r.problem, r.certificate);
       }},
      {"SellerEarnsLessThanItsCost", Fault::kSellerLoses,
       [](SignedRound& r) { shift_row(r, "capacity alpha/gpu", -1); }},
      {"SellerOfEnergyLoses", Fault::kSellerLoses,
       [](SignedRound& r) { shift_row(r, "zone north", -10 * kMicro); }},
      {"LineEarnsLessThanItsTariff", Fault::kLineLoses,
       [](SignedRound& r) { shift_row(r, "zone north", 11 * kMicro); }},
      {"WrongTwinWins", Fault::kTieRule,
       [](SignedRound& r) {
         std::vector<Award>& awards = r.certificate.outcome.awards;
         const std::uint32_t first = r.order("twin-a").value;
         std::vector<std::uint32_t> winners;
         for (const Award& award : awards) {
           if (award.order.value >= first) winners.push_back(award.order.value);
         }
         // The loser takes the place of the last winner.
         const std::uint32_t loser = 3 * first + 3 - winners[0] - winners[1];
         awards.back().order.value = loser;
         std::sort(awards.begin(), awards.end(),
                   [](const Award& a, const Award& b) { return a.order.value < b.order.value; });
         complete(r.market, r.problem, r.certificate);
       }},
      {"PaymentTooLow", Fault::kTotalsMismatch,
       [](SignedRound& r) { r.certificate.totals[0].paid -= 1; }},
      {"ReceiptTooHigh", Fault::kTotalsMismatch,
       [](SignedRound& r) { r.certificate.totals.back().received += 1; }},
      {"AccountLeftOut", Fault::kTotalsMismatch,
       [](SignedRound& r) { r.certificate.totals.erase(r.certificate.totals.begin() + 1); }},
      {"AccountInvented", Fault::kTotalsMismatch,
       [](SignedRound& r) {
         r.certificate.totals.push_back({AccountId{77}, 0, 5});
       }},
      {"AccountTwice", Fault::kTotalsMismatch,
       [](SignedRound& r) { r.certificate.totals.push_back(r.certificate.totals.back()); }},
      {"LineRentWrong", Fault::kRentMismatch,
       [](SignedRound& r) { r.certificate.line_rents[0] += 1; }},
      {"LineRentMissing", Fault::kRentMismatch,
       [](SignedRound& r) { r.certificate.line_rents.clear(); }},
      {"RentKept", Fault::kRentMismatch, [](SignedRound& r) { r.certificate.rent -= 1; }},
  };
}

TEST(Verify, CompletesADraftWithWhatFollowsFromIt) {
  const SignedRound round = signed_round();
  Certificate draft = round.certificate;
  draft.market = "?";
  draft.root = {};
  draft.welfare = 0;
  draft.totals.clear();
  draft.line_rents.clear();
  draft.rent = 0;
  EXPECT_FALSE(accept(round.market, draft).ok());
  const Result<Verified> completed = market::complete(round.market, draft);
  ASSERT_TRUE(completed.ok());
  EXPECT_EQ(completed.value().certificate(), round.certificate);
  draft.bound -= 1;
  EXPECT_FALSE(market::complete(round.market, draft).ok());
}

TEST(Verify, AcceptsAnHonestCertificate) {
  const SignedRound round = signed_round();
  const Verdict verdict = verify(round.market, round.certificate);
  EXPECT_EQ(verdict.fault, Fault::kNone) << verdict.detail;
  EXPECT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.award_count, 10U);
  EXPECT_EQ(verdict.order_count, round.market.orders.size());
  EXPECT_TRUE(verdict.welfare == round.certificate.welfare);
  EXPECT_TRUE(verdict.bound == std::min(round.certificate.bound, round.certificate.gang_bound));
  EXPECT_GT(verdict.gap_ppm(), 0);
  const Result<Verified> verified = accept(round.market, round.certificate);
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified.value().certificate().outcome, round.certificate.outcome);
}

class Tampered : public ::testing::TestWithParam<Tampering> {};

TEST_P(Tampered, IsNamed) {
  SignedRound round = signed_round();
  GetParam().apply(round);
  const Verdict verdict = verify(round.market, round.certificate);
  EXPECT_STREQ(fault_name(verdict.fault), fault_name(GetParam().expected)) << verdict.detail;
  EXPECT_FALSE(verdict.detail.empty());
  EXPECT_FALSE(accept(round.market, round.certificate).ok());
}

std::vector<Tampering> all_tamperings() {
  std::vector<Tampering> all = awards_tampered();
  for (const auto& more : {rows_tampered(), proofs_tampered(), money_tampered()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Verify, Tampered, ::testing::ValuesIn(all_tamperings()),
                         [](const auto& param_info) { return param_info.param.name; });

// The rules of fairness, order by order and slot by slot.
bool everybody_gains(const Market& market, const Problem& problem, const Certificate& certificate) {
  const Prices& prices = certificate.payment_prices;
  for (const Award& award : certificate.outcome.awards) {
    const Placement placement = find_placement(problem, award);
    const int128 value = placement_value(problem, award.order.value, placement);
    if (value * problem.denominator < placement_cost(problem, placement, prices)) return false;
  }
  const Dispatch dispatched = dispatch(problem, net_use(problem, certificate.outcome));
  const Allocation sold = allocate(problem, dispatched, certificate.seed);
  std::map<std::uint32_t, int128> curves;
  std::map<std::pair<std::uint32_t, std::uint32_t>, int128> sellers;
  std::map<std::uint32_t, int128> lines;
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      const DemandStep& step = problem.demand[i];
      curves[step.order] += row_money(problem, row, step.price - prices[row], sold.demand[i]);
    }
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      const SupplyStep& step = problem.supply[i];
      if (step.offer == kNone) continue;
      sellers[{market.offers[step.offer].seller.value, row / problem.slot_count}] +=
          row_money(problem, row, prices[row] - step.price, sold.supply[i]);
    }
  }
  for (std::size_t i = 0; i < certificate.outcome.flows.size(); ++i) {
    const LineSlot& line = problem.line_slots[i];
    const std::int64_t flow = certificate.outcome.flows[i];
    lines[line.line] += row_money(problem, line.from, prices[line.to] - prices[line.from], flow) -
                        row_money(problem, line.from, line.tariff, flow < 0 ? -flow : flow);
  }
  const auto gains = [](const auto& sums) {
    return std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second >= 0; });
  };
  return gains(curves) && gains(sellers) && gains(lines);
}

// Random outcomes of random books at prices near their steps: everything but fairness holds by
// construction, and the verifier finds a loser exactly where the plain sums do.
TEST(Verify, FindsALoserExactlyWhereThereIsOne) {
  int fair = 0;
  int unfair = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(4'000); ++seed) {
    SignedRound round;
    round.market = testing::random_market(seed, {.orders = 3, .slots = 2});
    round.problem = compile(round.market).value();
    testing::NaiveBook twin(round.market);
    Random random(seed);
    Certificate& certificate = round.certificate;
    certificate.outcome.flows.assign(round.problem.line_slots.size(), 0);
    for (std::uint32_t i = 0; i < round.market.orders.size(); ++i) {
      const auto& list = twin.candidates(i);
      if (list.empty() || random.below(3) == 0) continue;
      certificate.outcome.awards.push_back(list[random.below(list.size())].award);
      if (!twin.welfare(certificate.outcome)) certificate.outcome.awards.pop_back();
    }
    certificate.seed = seed;
    apply_tie_rule(round.market, seed, certificate.outcome);
    const Dispatch dispatched =
        dispatch(round.problem, net_use(round.problem, certificate.outcome));
    for (std::uint32_t row = 0; row < round.problem.row_count(); ++row) {
      std::int64_t price = 0;  // of the last step sold, so that sellers mostly gain
      std::int64_t left = dispatched.supplied[row];
      for (std::uint32_t i = round.problem.supply_begin[row]; left > 0; ++i) {
        price = round.problem.supply[i].price;
        left -= round.problem.supply[i].amount;
      }
      const bool balance = round.problem.lanes[row / round.problem.slot_count].balance;
      if (random.below(9) == 0) price += random.between(-1, 2) * kMicro / 4;
      certificate.payment_prices.push_back(balance ? price : std::max<std::int64_t>(price, 0));
    }
    certificate.bound_prices = certificate.payment_prices;
    complete(round.market, round.problem, certificate);
    const Verdict verdict = verify(round.market, certificate);
    if (!everybody_gains(round.market, round.problem, certificate)) {
      ++unfair;
      EXPECT_TRUE(verdict.fault == Fault::kBuyerLoses || verdict.fault == Fault::kSellerLoses ||
                  verdict.fault == Fault::kLineLoses)
          << "seed " << seed << ": " << fault_name(verdict.fault);
    } else if (certificate.rent < 0) {
      EXPECT_EQ(verdict.fault, Fault::kRentNegative) << "seed " << seed;
    } else {
      ++fair;
      EXPECT_EQ(verdict.fault, Fault::kNone) << "seed " << seed << ": " << verdict.detail;
    }
  }
  EXPECT_GT(fair, 300);
  EXPECT_GT(unfair, 300);
}

TEST(Verify, RefusesAMarketBeyondALimit) {
  SignedRound round = signed_round();
  round.market.orders[0].delay_cost = kMoneyMax;
  EXPECT_EQ(verify(round.market, round.certificate).fault, Fault::kMarketLimit);
}

// A free row with a price above zero and supply that nobody takes: its seller would be paid out of
// nothing.
TEST(Verify, RefusesToPayForWaste) {
  testing::MarketBuilder builder(1);
  const AccountId seller = builder.account("seller");
  const ZoneId zone = builder.zone("zone", Disposal::kFree);
  builder.profile("dump", seller, {0, {testing::zone_leg(zone, {0, 1}, -100)}});
  SignedRound round;
  round.market = builder.finish();
  Result<Problem> problem = compile(round.market);
  ASSERT_TRUE(problem.ok());
  round.problem = std::move(problem).value();
  round.certificate.outcome.awards = {{OrderId{0}, 0, kNone, 0, 1}};
  round.certificate.bound_prices = {0};
  round.certificate.payment_prices = {kMicro};
  complete(round.market, round.problem, round.certificate);
  EXPECT_EQ(verify(round.market, round.certificate).fault, Fault::kRentNegative);
  round.certificate.payment_prices = {0};
  complete(round.market, round.problem, round.certificate);
  EXPECT_EQ(verify(round.market, round.certificate).fault, Fault::kNone);
}

TEST(Verify, NamesEveryFaultOnce) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(Fault::kRentNegative); ++i) {
    names.emplace_back(fault_name(static_cast<Fault>(i)));
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_EQ(std::count(names.begin(), names.end(), "unknown"), 0);
}

TEST(Verify, GapIsRoundedUpAndNeverOverflows) {
  Verdict verdict;
  EXPECT_EQ(verdict.gap_ppm(), 0);
  verdict.bound = 1'000'000;
  verdict.welfare = 999'999;
  EXPECT_EQ(verdict.gap_ppm(), 1);
  verdict.bound = 3;
  verdict.welfare = 2;
  EXPECT_EQ(verdict.gap_ppm(), 333'334);
  verdict.bound = 0;
  verdict.welfare = -1;
  EXPECT_EQ(verdict.gap_ppm(), INT64_MAX);
  verdict.bound = kInt128Max / 2;
  verdict.welfare = -(kInt128Max / 2);
  EXPECT_GE(verdict.gap_ppm(), 2'000'000);
  EXPECT_LE(verdict.gap_ppm(), 2'000'100);
}

// Where somebody delivers devices, gang prices prove nothing and must repeat the bound prices.
TEST(Verify, GangPricesOfRowsWithDeliveries) {
  testing::MarketBuilder builder(2);
  const AccountId account = builder.account("a");
  const HubId hub = builder.hub("h");
  const ClassId type = builder.accelerator("c");
  builder.offer("s", account, hub, type, builder.all(), {testing::step(kMicro, 4)});
  builder.profile("back", account, {0, {testing::capacity_leg(hub, type, {1, 2}, -1)}});
  SignedRound round;
  round.market = builder.finish();
  round.problem = compile(round.market).value();
  round.certificate.bound_prices = {kMicro, kMicro};
  round.certificate.payment_prices = {kMicro, kMicro};
  round.certificate.gang_prices = {{1, 2}, {0, 3 * kMicro, kMicro, 2 * kMicro}};
  testing::complete(round.market, round.problem, round.certificate);
  EXPECT_EQ(verify(round.market, round.certificate).fault, Fault::kNone);
  round.certificate.gang_prices.prices[3] += 1;
  const Verdict verdict = verify(round.market, round.certificate);
  EXPECT_EQ(verdict.fault, Fault::kGangPriceShape);
  EXPECT_EQ(verdict.detail, "a gang price differs from size times bound price where it must not");
}

}  // namespace
}  // namespace tongsuan::market
