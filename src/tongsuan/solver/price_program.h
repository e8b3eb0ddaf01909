// Integer prices that satisfy linear conditions with the least movement from reference prices.
//
//   minimise Σ weight · |λ − reference| + Σ cost of going beyond the bounds
//   subject to Σ coefficient · λ ≥ right-hand side for every condition
//
// Conditions that the reference already satisfies cost nothing: they join the linear program only
// when its answer breaks them. The program proposes; what is returned satisfies every condition
// exactly, in integers, or is not returned.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "tongsuan/base/int128.h"

namespace tongsuan::solver {

struct PriceTerm {
  std::size_t entry = 0;
  std::int64_t coefficient = 0;
};

struct PriceCondition {
  std::vector<PriceTerm> terms;  // each entry at most once
  int128 least = 0;
};

// Room beyond a bound at a cost per unit of price; the segments of one side have rising slopes.
struct PriceSegment {
  std::int64_t width = 0;
  double slope = 0;
};

struct PriceEntry {
  std::int64_t reference = 0;  // pulled into [low, high]
  std::int64_t low = 0;
  std::int64_t high = 0;
  double weight = 1;
  std::vector<PriceSegment> beyond_high;
  std::vector<PriceSegment> beyond_low;
};

class PriceProgram {
 public:
  PriceProgram(std::vector<PriceEntry> entries, std::vector<PriceCondition> conditions);

  // No prices, or none that whole numbers reach: nullopt.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> solve();
  [[nodiscard]] std::uint64_t work_units() const { return work_units_; }

 private:
  class Active;

  [[nodiscard]] bool holds(std::size_t condition, const std::vector<std::int64_t>& prices) const;
  [[nodiscard]] bool all_hold(const std::vector<std::size_t>& conditions,
                              const std::vector<std::int64_t>& prices) const;
  // Moves of the entries (a real number per entry) that satisfy the active conditions with
  // `margin` units of price to spare; false when there are none.
  bool solve_active(double margin, std::vector<double>& moves);
  [[nodiscard]] std::optional<std::vector<std::int64_t>> round_moves(
      const std::vector<double>& moves) const;

  std::vector<PriceEntry> entries_;
  std::vector<PriceCondition> conditions_;
  std::vector<std::int64_t> start_;  // references within bounds
  std::vector<std::size_t> active_;
  std::uint64_t work_units_ = 0;
};

}  // namespace tongsuan::solver
