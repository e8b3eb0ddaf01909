// Answers of all orders to uniform prices, and their use of every row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/market/problem.h"
#include "tongsuan/solver/dual_scanner.h"

namespace tongsuan::solver::dual {

class Oracle {
 public:
  Oracle(const market::Problem& problem, WorkerPool& pool,
         VectorLevel level = machine_vector_level());

  void index_singles() { scanner_.index_singles(); }
  void set_prices(const std::vector<double>& prices);
  [[nodiscard]] Answer answer(std::uint32_t order) const { return scanner_.answer(order); }
  // Surplus (micro-yuan) and use, per row, of all orders in the slices.
  double respond(std::span<const OrderSlice> slices, std::vector<double>& use);

 private:
  [[nodiscard]] Layout make_layout();

  const market::Problem& problem_;
  std::vector<double> unit_;                   // per lane: micro-yuan per price and amount
  std::vector<std::uint32_t> array_lane_;      // per array: its lane, or kNone: a summed bundle
  std::vector<std::uint32_t> summed_bundles_;  // bundles with an array of their own
  std::vector<std::uint32_t> summed_array_;    // their arrays
  Scanner scanner_;
};

// Micro-yuan per price and amount on each lane.
[[nodiscard]] std::vector<double> lane_units(const market::Problem& problem);

}  // namespace tongsuan::solver::dual
