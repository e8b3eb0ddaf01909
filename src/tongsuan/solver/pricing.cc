#include "tongsuan/solver/pricing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/solver/pricing_sums.h"
#include "tongsuan/solver/redispatch.h"

namespace tongsuan::solver {

using market::Problem;
using pricing::PricedOutcome;

namespace {

constexpr std::size_t kSmallBook = 2'000;    // awards: every removal is tried out
constexpr std::size_t kSingleRemovals = 24;  // before batches grow
constexpr std::size_t kTrials = 6;           // orders whose removal is tried, least harmful first
constexpr double kNearlyRight = 0.02;        // surplus, of value, that a nearby repair may take
constexpr std::size_t kReturnsMax = 200;     // placements tried for orders that are left out

class Pricing {
 public:
  Pricing(const Market& market, const Problem& problem, const Prices& bound_prices,
          std::uint64_t seed)
      : market_(market),
        problem_(problem),
        bound_prices_(bound_prices),
        seed_(seed),
        followed_(market::followed_orders(problem)) {}

  PricingResult run(const Outcome& free_outcome);
  [[nodiscard]] std::optional<Prices> pay_as_it_is(const PricedOutcome& outcome) const {
    Attempt attempt;
    if (!pay(outcome, attempt)) return std::nullopt;
    return std::move(attempt.prices);
  }

 private:
  // Prices for the outcome; `best` holds the attempt with the fewest losers where none succeeds.
  struct Attempt {
    Prices prices;
    PricedOutcome::Losers losers;
  };
  [[nodiscard]] bool pay(const PricedOutcome& outcome, Attempt& best) const;
  [[nodiscard]] PricedOutcome without(const PricedOutcome& outcome,
                                      std::vector<std::uint32_t> orders) const;
  [[nodiscard]] std::vector<std::uint32_t> candidates(const PricedOutcome& outcome,
                                                      const Attempt& attempt) const;
  [[nodiscard]] PricedOutcome remove_best(const PricedOutcome& outcome,
                                          const std::vector<std::uint32_t>& candidates) const;
  void bring_back(PricedOutcome& outcome, Attempt& attempt) const;
  [[nodiscard]] std::optional<PricedOutcome> with(const PricedOutcome& outcome, std::uint32_t order,
                                                  const market::Placement& placement) const;

  const Market& market_;
  const Problem& problem_;
  const Prices& bound_prices_;
  std::uint64_t seed_;
  std::vector<bool> followed_;  // orders that another one must follow
};

// Lines carry what is best for the awards.
void refit_flows(const Problem& problem, Outcome& outcome) {
  if (outcome.flows.empty()) return;
  std::vector<std::int64_t> use(problem.row_count(), 0);
  for (const Award& award : outcome.awards) {
    market::add_use(problem, market::find_placement(problem, award), 1, use);
  }
  outcome.flows = redispatch(problem, use, outcome.flows);
}

bool Pricing::pay(const PricedOutcome& outcome, Attempt& best) const {
  bool first = true;
  const auto accept = [&](Prices prices) {
    PricedOutcome::Losers losers = outcome.losers_at(prices);
    const bool none = losers.none();
    if (first || losers.awards.size() < best.losers.awards.size() || none) {
      best = {std::move(prices), std::move(losers)};
    }
    first = false;
    return none;
  };
  Prices start = bound_prices_;
  outcome.clamp(start);
  if (accept(start)) return true;
  if (accept(outcome.repaired(start))) return true;
  const Prices marginal = outcome.marginal(bound_prices_);
  if (accept(marginal)) return true;
  if (accept(outcome.repaired(marginal))) return true;
  std::optional<Prices> prices = outcome.programmed(start);
  return prices && accept(std::move(*prices));
}

// The outcome without some orders and those that had to follow them; lines carry what is best now.
PricedOutcome Pricing::without(const PricedOutcome& outcome,
                               std::vector<std::uint32_t> orders) const {
  std::vector<bool> leaves(problem_.orders.size(), false);
  for (const std::uint32_t order : orders) leaves[order] = true;
  Outcome left = outcome.outcome();
  for (bool again = true; again;) {
    again = false;
    std::erase_if(left.awards, [&](const Award& award) {
      const std::uint32_t order = award.order.value;
      const std::uint32_t after = problem_.orders[order].after;
      const bool gone = leaves[order] || (after != kNone && leaves[after]);
      again = again || (gone && followed_[order] && !leaves[order]);
      if (gone) leaves[order] = true;
      return gone;
    });
  }
  refit_flows(problem_, left);
  PricedOutcome result(market_, problem_, left, seed_);
  if (result.feasible()) return result;
  // Others lived on what they delivered: everybody who takes from these rows must go as well, and
  // an outcome without awards is always feasible.
  orders.clear();
  std::vector<std::int64_t> use = market::net_use(problem_, left);
  const market::Dispatch dispatch = market::dispatch(problem_, use);
  for (const Award& award : left.awards) {
    std::vector<std::int64_t> own(problem_.row_count(), 0);
    market::add_use(problem_, market::find_placement(problem_, award), 1, own);
    if (own[dispatch.short_row] != 0) orders.push_back(award.order.value);
  }
  if (orders.empty()) {
    for (const Award& award : left.awards) orders.push_back(award.order.value);
  }
  TONGSUAN_CHECK(!orders.empty());
  return without(PricedOutcome(market_, problem_, left, seed_), std::move(orders));
}

// Orders whose leaving may help, the least surplus at λ* first: those that lose at the attempted
// prices, then those that use rows of sellers, curves and lines that lose, then everybody.
std::vector<std::uint32_t> Pricing::candidates(const PricedOutcome& outcome,
                                               const Attempt& attempt) const {
  const std::size_t count = outcome.outcome().awards.size();
  std::vector<std::uint8_t> rank(count, 2);
  for (const std::uint32_t award : attempt.losers.awards) rank[award] = 0;
  if (attempt.losers.others) {
    std::vector<std::int64_t> use(problem_.row_count(), 0);
    for (std::size_t i = 0; i < count && count <= kSmallBook; ++i) {
      std::ranges::fill(use, 0);
      market::add_use(problem_, outcome.placement(i), 1, use);
      for (std::uint32_t row = 0; row < use.size() && rank[i] == 2; ++row) {
        if (use[row] != 0 && attempt.losers.rows[row]) rank[i] = 1;
      }
    }
  }
  const market::OptionPricer pricer(problem_, bound_prices_);
  struct Candidate {
    std::uint8_t rank = 0;
    int128 surplus = 0;
    std::uint32_t order = 0;
  };
  std::vector<Candidate> list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(
        {rank[i], outcome.value(i) - pricer.cost(outcome.placement(i)), outcome.order(i)});
  }
  std::ranges::sort(list, [](const Candidate& a, const Candidate& b) {
    if (a.rank != b.rank) return a.rank < b.rank;
    return a.surplus != b.surplus ? a.surplus < b.surplus : a.order < b.order;
  });
  std::vector<std::uint32_t> orders;
  for (const Candidate& candidate : list) orders.push_back(candidate.order);
  return orders;
}

// Of the first candidates, the one whose leaving lets everybody else be paid at the least loss; the
// first where none does.
PricedOutcome Pricing::remove_best(const PricedOutcome& outcome,
                                   const std::vector<std::uint32_t>& candidates) const {
  std::optional<PricedOutcome> best;
  for (std::size_t i = 0; i < candidates.size() && i < kTrials; ++i) {
    PricedOutcome tried = without(outcome, {candidates[i]});
    Attempt attempt;
    if (!pay(tried, attempt)) continue;
    if (!best || tried.welfare() > best->welfare()) best.emplace(std::move(tried));
  }
  if (best) return std::move(*best);
  return without(outcome, {candidates.front()});
}

std::optional<PricedOutcome> Pricing::with(const PricedOutcome& outcome, std::uint32_t order,
                                           const market::Placement& placement) const {
  Outcome more = outcome.outcome();
  const auto at = std::ranges::lower_bound(more.awards, order, {},
                                           [](const Award& a) { return a.order.value; });
  more.awards.insert(at, market::make_award(problem_, order, placement));
  refit_flows(problem_, more);
  PricedOutcome result(market_, problem_, std::move(more), seed_);
  if (!result.feasible() || result.welfare() <= outcome.welfare()) return std::nullopt;
  return result;
}

// After somebody left there may be room: orders without an award that would gain at λ′ take their
// best option where that raises welfare and everybody can still be paid.
void Pricing::bring_back(PricedOutcome& outcome, Attempt& attempt) const {
  std::size_t tried = 0;
  std::vector<bool> placed(problem_.orders.size(), false);
  for (const Award& award : outcome.outcome().awards) placed[award.order.value] = true;
  for (std::uint32_t order = 0; order < placed.size() && tried < kReturnsMax; ++order) {
    if (placed[order] || problem_.orders[order].after != kNone) continue;
    const market::BestOption best = market::best_option(problem_, order, attempt.prices);
    if (best.placement.choice == kNone) continue;
    ++tried;
    std::optional<PricedOutcome> more = with(outcome, order, best.placement);
    Attempt paid;
    if (!more || !pay(*more, paid)) continue;
    outcome = std::move(*more);
    attempt = std::move(paid);
  }
}

PricingResult Pricing::run(const Outcome& free_outcome) {
  PricedOutcome outcome(market_, problem_, free_outcome, seed_);
  TONGSUAN_CHECK(outcome.feasible());
  Attempt attempt;
  std::size_t batch = 1;
  bool touched = false;
  for (std::size_t round = 0; !pay(outcome, attempt); ++round) {
    // An outcome without awards is paid by marginal prices of its best flows.
    if (outcome.outcome().awards.empty()) break;
    touched = true;
    std::vector<std::uint32_t> leaving = candidates(outcome, attempt);
    if (leaving.size() <= kSmallBook && round < kSingleRemovals) {
      outcome = remove_best(outcome, leaving);
      continue;
    }
    // Half of those who lose, or twice as many as before: each round looks at the whole book.
    batch = std::max(batch * 2, attempt.losers.awards.size() / 2);
    leaving.resize(std::min(leaving.size(), batch));
    outcome = without(outcome, std::move(leaving));
  }
  if (touched && free_outcome.awards.size() <= kSmallBook) bring_back(outcome, attempt);
  return {.prices = std::move(attempt.prices),
          .outcome = outcome.outcome(),
          .removed = orders_that_left(free_outcome, outcome.outcome())};
}

}  // namespace

std::vector<std::uint32_t> orders_that_left(const Outcome& before, const Outcome& after) {
  std::vector<std::uint32_t> orders;
  for (const Award& award : before.awards) {
    const auto found = std::ranges::lower_bound(after.awards, award.order.value, {},
                                                [](const Award& a) { return a.order.value; });
    if (found == after.awards.end() || found->order != award.order) {
      orders.push_back(award.order.value);
    }
  }
  return orders;
}

PricingResult payment_prices(const Market& market, const Problem& problem,
                             const Outcome& free_outcome, const Prices& bound_prices,
                             std::uint64_t seed) {
  return Pricing(market, problem, bound_prices, seed).run(free_outcome);
}

std::optional<Prices> prices_that_pay(const Market& market, const Problem& problem,
                                      const Outcome& outcome, const Prices& bound_prices,
                                      std::uint64_t seed, const Prices& first_try) {
  const PricedOutcome priced(market, problem, outcome, seed);
  TONGSUAN_CHECK(priced.feasible());
  if (priced.losers_at(first_try).none()) return first_try;
  // Nearly right: what has to move is little, and hardly anybody feels it.
  Prices near = first_try;
  priced.clamp(near);
  near = priced.repaired(near, kNearlyRight);
  if (priced.losers_at(near).none()) return near;
  return Pricing(market, problem, bound_prices, seed).pay_as_it_is(priced);
}

}  // namespace tongsuan::solver
