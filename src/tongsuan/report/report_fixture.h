// Test helper: rounds of random markets. Their outcomes are feasible but found by trying orders one
// by one, and their prices are random: what a view adds up must not depend on a good clearing.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/market/certificate_builder.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/report/round_view.h"

namespace tongsuan::report::testing {

using market::testing::SignedRound;

inline bool feasible(const market::Problem& problem, const Outcome& outcome) {
  return market::dispatch(problem, market::net_use(problem, outcome)).short_row == kNone;
}

inline market::Placement random_placement(const market::Problem& problem, std::uint32_t order,
                                          Random& random) {
  const Span32 choices = problem.orders[order].choices;
  if (choices.count() == 0) return {};
  const auto pick = static_cast<std::uint32_t>(choices.begin + random.below(choices.count()));
  const market::Choice& choice = problem.choices[pick];
  market::Placement placement{pick, choice.first, 1};
  placement.start = static_cast<Slot>(random.between(choice.first, choice.last));
  if (choice.bundle == kNone) {
    const market::Profile& profile = problem.profiles[choice.extra];
    placement.start = choice.first;
    placement.lots = random.between(profile.lots_min, profile.lots);
  }
  return placement;
}

// Fills awards and flows of a compiled round at random, then everything that follows from them.
inline void fill_round(SignedRound& round, Random& random) {
  Outcome& outcome = round.certificate.outcome;
  outcome.flows.assign(round.problem.line_slots.size(), 0);
  for (std::uint32_t order = 0; order < round.problem.orders.size(); ++order) {
    const market::Placement placement = random_placement(round.problem, order, random);
    if (placement.choice == kNone) continue;
    outcome.awards.push_back(market::make_award(round.problem, order, placement));
    if (!feasible(round.problem, outcome)) outcome.awards.pop_back();
  }
  for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
    const market::LineSlot& line = round.problem.line_slots[i];
    outcome.flows[i] = random.between(line.min, line.max);
    if (!feasible(round.problem, outcome)) outcome.flows[i] = 0;
  }
  for (Prices* prices : {&round.certificate.bound_prices, &round.certificate.payment_prices}) {
    prices->resize(round.problem.row_count());
    for (std::int64_t& price : *prices) price = random.between(0, 9'000'000);
  }
  market::testing::complete(round.market, round.problem, round.certificate);
}

// Into a fresh round. False when the market with this seed cannot balance without awards.
inline bool random_round(std::uint64_t seed, std::uint32_t orders, SignedRound& round) {
  round.market = market::testing::random_market(
      seed, {.orders = orders, .slots = 6, .hubs = 3, .line_slots = 6, .supply = 12});
  Result<market::Problem> problem = market::compile(round.market);
  TONGSUAN_CHECK(problem.ok());
  round.problem = std::move(problem).value();
  Outcome nothing;
  nothing.flows.assign(round.problem.line_slots.size(), 0);
  if (!feasible(round.problem, nothing)) return false;
  Random random(seed);
  fill_round(round, random);
  return true;
}

inline RoundInput input_of(const SignedRound& round) {
  return {.market = round.market, .problem = round.problem, .certificate = round.certificate};
}

}  // namespace tongsuan::report::testing
