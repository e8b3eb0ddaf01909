// What every order would do at given prices, and how much of every row they would use together.
//
// Prices become prefix sums over time, one array per lane and one per bundle of several legs, so a
// start costs two loads. Orders are answered in fixed chunks: use is summed in integers and surplus
// per chunk, so any number of threads gives the same doubles.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/solver/dual_rows.h"
#include "tongsuan/solver/dual_scan.h"
#include "tongsuan/solver/worker_pool.h"

namespace tongsuan::solver::dual {

// Weights of sampled orders are multiples of 1 / kWeightUnit.
inline constexpr std::int64_t kWeightUnit = 256;

// Orders of one weight: each of them stands for weight / kWeightUnit orders.
struct OrderSlice {
  std::span<const std::uint32_t> orders;
  std::int64_t weight = kWeightUnit;
};

struct Answer {
  double surplus = 0;  // micro-yuan; 0: rejected
  std::uint32_t choice = kNone;
  Slot start = 0;
};

class Oracle {
 public:
  Oracle(const market::Problem& problem, const Rows& rows, WorkerPool& pool,
         ScanLevel level = machine_scan_level());

  // Copies orders whose every choice has one start into parallel arrays: worth it when all orders
  // are answered again and again.
  void index_singles();

  void set_prices(const std::vector<double>& prices);
  [[nodiscard]] Answer answer(std::uint32_t order) const;
  // Surplus and use, per row, of all orders in the slices.
  double respond(std::span<const OrderSlice> slices, std::vector<double>& use);

 private:
  struct Task {
    std::uint32_t slice = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  [[nodiscard]] Window window(const market::Choice& choice, std::int64_t delay_cost) const;
  [[nodiscard]] double profile_surplus(const market::Choice& choice) const;
  [[nodiscard]] Answer single_answer(std::uint32_t order) const;
  void count_use(const Answer& answer, std::int64_t weight, std::vector<std::uint64_t>& change) const;
  double respond_chunk(const OrderSlice& slice, const Task& task,
                       std::vector<std::uint64_t>& change) const;
  void collect_use(std::vector<double>& use);

  const market::Problem& problem_;
  const ScanKernels& kernels_;
  WorkerPool& pool_;
  const std::uint32_t width_;               // slots + 1
  std::vector<double> unit_;                // per lane
  std::vector<std::uint32_t> lane_array_;   // per lane: its array of prefix sums; kNone: not needed
  std::vector<std::uint32_t> bundle_array_; // per bundle
  std::vector<std::uint32_t> array_lanes_;  // per array: its lane, or kNone
  std::vector<std::uint32_t> summed_bundles_;  // bundles with an array of their own
  std::uint32_t array_count_ = 0;
  std::vector<double> prefix_;

  // Parallel arrays of single starts, in the order of the choices; empty: not indexed.
  std::vector<double> single_value_;
  std::vector<std::uint32_t> single_begin_, single_end_;
  std::vector<std::int32_t> single_devices_;
  std::vector<std::uint32_t> single_first_;  // per order: position, or kNone

  std::vector<Task> tasks_;
  std::vector<double> task_surplus_;
  std::vector<std::vector<std::uint64_t>> changes_;  // per thread: array × width
};

}  // namespace tongsuan::solver::dual
