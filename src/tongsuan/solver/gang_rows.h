// The best whole numbers of gangs on every row: max Σ π_k n_k − cost(Σ size_k n_k) over whole n.
//
// Where every size is the smallest one times a power of two, the load is read digit by digit: with
// π̄_e = max(π_e, 2·π̄_{e−1}) the best gangs of total load L earn the sum of π̄ over the binary
// digits of L. On a stretch of load with one marginal cost the best L either follows the digits of
// the stretch's lower end down to some digit, takes a one where the end has a zero, and is free
// below; or follows the upper end, takes a zero where it has a one, and is free below. The work
// does not grow with capacity, and eight rows are searched side by side without a branch. Other
// sizes use a plain unbounded knapsack over the load. Both are twins of market::gang_bound.
#pragma once

#include <cstdint>
#include <vector>

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
  // `sizes` rise and are not empty; market::gang_bound_applies(problem) holds.
  GangRows(const market::Problem& problem, const std::vector<std::uint32_t>& sizes);

  [[nodiscard]] std::uint32_t group_count() const { return group_count_; }
  // Rows with those that fill up the last group.
  [[nodiscard]] std::uint32_t stride() const { return group_count_ * kRowGroup; }
  // Work of one call of `best` for all groups, in steps of some nanoseconds.
  [[nodiscard]] std::uint64_t work() const { return work_; }

  // For the rows of a group: values[row] becomes the most that a row can earn, in price × devices,
  // and counts[k · stride + row] how many gangs of sizes[k] do it; prices[k · stride + row] is what
  // one of them pays.
  void best(std::uint32_t group, const double* prices, double* counts, double* values) const;

 private:
  void add_group(const market::Problem& problem, std::uint32_t group);
  void best_by_load(std::uint32_t group, std::uint32_t lane, const double* prices, double* counts,
                    double* values) const;

  std::vector<std::uint32_t> sizes_;
  std::int64_t unit_ = 1;  // every size is a multiple; load is counted in units
  bool powers_ = false;
  std::vector<std::int32_t> digit_size_;  // when powers: digit → position in sizes_, or −1
  std::uint32_t row_count_ = 0;
  std::uint32_t group_count_ = 0;
  std::uint64_t work_ = 0;
  std::vector<std::uint32_t> stretch_begin_;  // group → range of stretches_; groups + 1
  std::vector<GangStretch> stretches_;
};

}  // namespace tongsuan::solver::dual
