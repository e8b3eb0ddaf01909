#include "honest_rounds.h"

#include <utility>

#include "tongsuan/market/naive.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::fuzz {
namespace {

using market::Problem;

constexpr std::uint64_t kCombinationsMax = 3'000;
constexpr std::size_t kRoundsMax = 16;
constexpr std::uint64_t kSeedsTried = 4'000;

// The price of the dearest accepted step of each row: what a simple exchange would charge.
Prices marginal_prices(const Problem& problem, const Outcome& outcome) {
  const market::Dispatch dispatched = market::dispatch(problem, market::net_use(problem, outcome));
  Prices prices(problem.row_count(), 0);
  for (std::uint32_t row = 0; row < prices.size(); ++row) {
    std::int64_t left = dispatched.supplied[row];
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1] && left > 0;
         ++i) {
      prices[row] = problem.supply[i].price;
      left -= problem.supply[i].amount;
    }
  }
  return prices;
}

// An honest round of a random market at these prices; false when somebody would lose.
bool try_round(std::uint64_t seed, HonestRound& round) {
  round.market = market::testing::random_market(seed, {.orders = 4, .slots = 3});
  Result<Problem> problem = market::compile(round.market);
  TONGSUAN_CHECK(problem.ok());
  round.problem = std::move(problem).value();
  market::testing::NaiveBook book(round.market);
  if (book.combinations(kCombinationsMax) >= kCombinationsMax) return false;
  auto best = book.best();
  if (!best) return false;
  round.best_known = true;
  round.best = best->first;
  Certificate& certificate = round.certificate;
  certificate.round = seed;
  certificate.seed = seed * 3;
  certificate.outcome = std::move(best->second);
  if (certificate.outcome.awards.empty()) return false;
  market::apply_tie_rule(round.market, certificate.seed, certificate.outcome);
  certificate.bound_prices = marginal_prices(round.problem, certificate.outcome);
  certificate.payment_prices = certificate.bound_prices;
  market::testing::complete(round.market, round.problem, certificate);
  return market::verify(round.market, certificate).ok();
}

std::vector<HonestRound> build() {
  std::vector<HonestRound> rounds;
  market::testing::SignedRound round = market::testing::signed_round();
  rounds.push_back(
      {std::move(round.market), std::move(round.problem), std::move(round.certificate), false, 0});
  for (std::uint64_t seed = 1; seed <= kSeedsTried && rounds.size() < kRoundsMax; ++seed) {
    HonestRound tried;
    if (try_round(seed, tried)) rounds.push_back(std::move(tried));
  }
  TONGSUAN_CHECK(rounds.size() == kRoundsMax);
  return rounds;
}

}  // namespace

const std::vector<HonestRound>& honest_rounds() {
  static const std::vector<HonestRound> kRounds = build();
  return kRounds;
}

}  // namespace tongsuan::fuzz
