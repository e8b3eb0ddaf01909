// The sums that payment prices λ′ must respect, for one outcome.
//
// Σ amount · λ′ ≤ limit for every award, and the like for every seller per lane, every curve and
// every line over the round. Two ways to find prices: `repair` projects onto one violated sum after
// the other (Kaczmarz 1937, in the metric in which dear rows give way first), which takes a moment
// on a million orders; `program` solves a linear program exactly, for small books. Whatever they
// propose is judged by `losers_at`, with the verifier's own sums in integers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/domain/market.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver::pricing {

// An outcome and everything that follows from it while prices move. Keeps references.
class PricedOutcome {
 public:
  PricedOutcome(const Market& market, const market::Problem& problem, Outcome outcome,
                std::uint64_t seed);

  [[nodiscard]] const Outcome& outcome() const { return outcome_; }
  [[nodiscard]] const market::Problem& problem() const { return *problem_; }
  [[nodiscard]] const market::Placement& placement(std::size_t award) const {
    return placements_[award];
  }
  [[nodiscard]] std::uint32_t order(std::size_t award) const {
    return outcome_.awards[award].order.value;
  }
  [[nodiscard]] int128 value(std::size_t award) const;  // undivided
  [[nodiscard]] int128 welfare() const;                 // undivided
  [[nodiscard]] bool feasible() const { return dispatch_.short_row == kNone; }

  // Prices within limits; 0 where supply is thrown away, since nobody may be paid for waste.
  void clamp(Prices& prices) const;
  // Prices near `prices` at which every accepted step keeps a surplus and no rejected one would
  // have one; where flows are the best ones, lines earn their tariffs too.
  [[nodiscard]] Prices marginal(const Prices& prices) const;
  // Prices near `start` by projections; they may still leave losers. Buyers whose surplus at
  // `start` is a larger share of their value than `watched` are not looked at.
  [[nodiscard]] Prices repaired(const Prices& start, double watched = kWatched) const;
  static constexpr double kWatched = 0.5;
  // Prices near `start` at which nobody loses, by a linear program; none where it finds none.
  [[nodiscard]] std::optional<Prices> programmed(const Prices& start) const;

  struct Losers {
    std::vector<std::uint32_t> awards;  // positions, rising
    std::vector<bool> rows;             // used by sellers, curves and lines that lose
    bool others = false;                // some seller, curve or line loses, or rent is negative
    [[nodiscard]] bool none() const { return awards.empty() && !others; }
  };
  [[nodiscard]] Losers losers_at(const Prices& prices) const;

 private:
  struct Entry {
    std::uint32_t row = 0;
    double amount = 0;  // in undivided money per price
  };
  struct Sum {
    std::vector<Entry> entries;
    double limit = 0;
    double slack = 0;  // covers the rounding of λ′ to whole ticks
  };
  struct Trade {  // a step's part
    std::uint64_t owner = 0;
    std::uint32_t row = 0;
    std::int64_t amount = 0;
    std::int64_t price = 0;
  };

  [[nodiscard]] double scale(std::uint32_t row) const {
    return static_cast<double>(problem_->lanes[row / problem_->slot_count].scale);
  }
  [[nodiscard]] bool is_free(std::uint32_t row) const {
    return !problem_->lanes[row / problem_->slot_count].balance;
  }
  [[nodiscard]] std::vector<Trade> sales() const;
  [[nodiscard]] std::vector<Trade> purchases() const;
  [[nodiscard]] Sum award_sum(std::size_t award) const;
  [[nodiscard]] std::vector<Sum> trade_sums(const std::vector<Trade>& trades, double sign) const;
  [[nodiscard]] std::vector<Sum> line_sums() const;
  [[nodiscard]] std::vector<Sum> near_buyers(const std::vector<double>& prices,
                                             double watched) const;
  bool repair(const Sum& sum, std::vector<double>& prices) const;
  void mark_rows(const std::vector<Trade>& trades, const std::vector<std::uint64_t>& owners,
                 Losers& losers) const;

  const Market* market_;  // pointers, so that outcomes can be assigned
  const market::Problem* problem_;
  Outcome outcome_;
  std::vector<market::Placement> placements_;  // by award
  market::Dispatch dispatch_;
  market::Allocation allocation_;
  std::vector<bool> wasted_;  // rows with more supply than use
};

}  // namespace tongsuan::solver::pricing
