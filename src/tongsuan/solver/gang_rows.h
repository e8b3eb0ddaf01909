// The best whole numbers of gangs on one row at given gang prices: max Σ π_k n_k − cost(Σ size_k n_k).
//
// Where every size is the smallest one times a power of two, the load is read digit by digit: with
// π̄_e = max(π_e, 2·π̄_{e−1}) the best gangs of total load L earn the sum of π̄ over the binary
// digits of L, and on a stretch of load with one marginal cost the best L is found along the digits
// of the stretch's two ends; the work does not grow with capacity. Other sizes use a plain unbounded
// knapsack over the load. Both are twins of market::gang_bound.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/market/problem.h"

namespace tongsuan::solver::dual {

class GangRows {
 public:
  // `sizes` rise and are not empty; market::gang_bound_applies(problem) holds.
  GangRows(const market::Problem& problem, const std::vector<std::uint32_t>& sizes);

  [[nodiscard]] bool powers() const { return powers_; }

  // The most that `row` can earn, in price × devices; prices[k] is the price of a gang of sizes[k].
  // counts[k] becomes how many of them.
  double best(std::uint32_t row, const double* prices, double* counts) const;

 private:
  // `count` units of load that cost `price` each.
  struct Stretch {
    std::int64_t count = 0;
    double price = 0;
  };

  void add_stretches(const market::Problem& problem, std::uint32_t row);
  double best_by_digits(std::uint32_t row, const double* prices, double* counts) const;
  double best_by_load(std::uint32_t row, const double* prices, double* counts) const;

  std::vector<std::uint32_t> sizes_;
  std::int64_t unit_ = 1;            // every size is a multiple; load is counted in units
  bool powers_ = false;
  std::uint32_t digits_ = 0;         // when powers: of the largest size, plus one
  std::vector<std::int32_t> digit_size_;     // digit → position in sizes_, or −1
  std::vector<std::uint32_t> stretch_begin_; // row → range of stretches_; rows + 1
  std::vector<Stretch> stretches_;
};

}  // namespace tongsuan::solver::dual
