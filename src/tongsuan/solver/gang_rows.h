// The best whole numbers of gangs on every row: max Σ π_k n_k − cost(Σ size_k n_k) over whole n.
//
// Sizes are the smallest one times powers of two, so the load is read digit by digit: with
// π̄_e = max(π_e, 2·π̄_{e−1}) the best gangs of total load L earn the sum of π̄ over the binary
// digits of L. On a stretch of load with one marginal cost the best L either follows the digits of
// the stretch's lower end down to some digit, takes a one where the end has a zero, and is free
// below; or follows the upper end, takes a zero where it has a one, and is free below. The work
// does not grow with capacity, and eight rows are searched side by side without a branch. A twin of
// market::gang_bound.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/market/gang_bound.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver::dual {

inline constexpr std::uint32_t kRowGroup = 8;  // rows that are searched side by side

// Loads of eight rows from `low` to `high` that each have one marginal cost.
struct GangStretch {
  long long low[kRowGroup] = {};
  long long high[kRowGroup] = {};
  double price[kRowGroup] = {};
  double cost[kRowGroup] = {};  // of the load `low`
};

class GangRows {
 public:
  // `sizes` rise, each the first one times a power of two; there is at least one.
  GangRows(const market::Problem& problem, const Prices& prices,
           const std::vector<std::uint32_t>& sizes);

  [[nodiscard]] std::uint32_t group_count() const { return group_count_; }
  // Rows with those that fill up the last group.
  [[nodiscard]] std::uint32_t stride() const { return group_count_ * kRowGroup; }
  // By row: whether its prices must stay at size · λ.
  [[nodiscard]] bool uniform(std::uint32_t row) const {
    return kinds_[row] == market::GangRow::kUniform;
  }
  // What all gang rows earn without a gang, micro-yuan: uniform rows earn nothing else.
  [[nodiscard]] double earned() const { return earned_; }

  // For the rows of a group: values[row] becomes the most that a row can earn by its gangs, in
  // price × devices, and counts[k · stride + row] how many gangs of sizes[k] do it;
  // prices[k · stride + row] is what one of them pays.
  void best(std::uint32_t group, const double* prices, double* counts, double* values) const;

 private:
  struct Stretch {
    std::int64_t count = 0;
    double price = 0;
  };
  [[nodiscard]] std::vector<Stretch> stretches_of(const market::Problem& problem,
                                                  const Prices& prices, std::uint32_t row);
  void add_group(const market::Problem& problem, const Prices& prices, std::uint32_t group);

  std::int64_t unit_ = 1;                 // load is counted in units
  std::vector<std::int32_t> digit_size_;  // digit → position in sizes, or −1
  std::vector<market::GangRow> kinds_;    // by row
  std::uint32_t group_count_ = 0;
  double earned_ = 0;
  std::vector<std::uint32_t> stretch_begin_;  // group → range of stretches_; groups + 1
  std::vector<GangStretch> stretches_;
};

}  // namespace tongsuan::solver::dual
