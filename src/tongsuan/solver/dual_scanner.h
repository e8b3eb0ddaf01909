// What every order would do at given prices, and how often every array of prices is used.
//
// A price vector reaches the scanner as *arrays* of prefix sums over slots; a layout says which
// array prices which choice. With uniform prices there is an array per lane and one per bundle of
// several legs, and the devices of a choice multiply it; with gang prices there is an array per
// gang of a bundle. A start costs two loads.
//
// Orders are answered in fixed chunks: use is summed in integers and surplus per chunk, so any
// number of threads gives the same doubles.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/market/problem.h"
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

struct Layout {
  std::uint32_t array_count = 0;
  std::vector<std::uint32_t> bundle_array;    // per bundle: `devices` times this array, or
  std::vector<std::uint32_t> choice_array;    // per choice: once this array (when not empty)
  std::vector<std::uint32_t> leg_array;       // per profile leg
  std::vector<std::int64_t> leg_amount;       // per profile leg: times its array
  std::vector<std::uint32_t> transfer_array;  // per transfer: `rate` times this array
};

class Scanner {
 public:
  Scanner(const market::Problem& problem, Layout layout, WorkerPool& pool, VectorLevel level);

  // Copies orders whose every choice has one start into parallel arrays: worth it when all orders
  // are answered again and again.
  void index_singles();

  // Prefix sums of an array: entry t holds the prices of the slots before t, micro-yuan.
  [[nodiscard]] double* prefix(std::uint32_t array) {
    return prefix_.data() + std::size_t{array} * width_;
  }
  [[nodiscard]] Answer answer(std::uint32_t order) const;
  // Surplus of all orders in the slices, micro-yuan.
  double respond(std::span<const OrderSlice> slices);
  // Adds factor × the use of an array per slot, as of the last `respond`.
  void add_use(std::uint32_t array, double factor, double* use) const;

 private:
  struct Task {
    std::uint32_t slice = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  [[nodiscard]] std::uint32_t array_of(std::uint32_t choice) const {
    return layout_.choice_array.empty() ? layout_.bundle_array[problem_.choices[choice].bundle]
                                        : layout_.choice_array[choice];
  }
  [[nodiscard]] std::int64_t multiple_of(std::uint32_t choice) const {
    return layout_.choice_array.empty() ? problem_.choices[choice].devices : 1;
  }
  [[nodiscard]] Window window(std::uint32_t choice, std::int64_t delay_cost) const;
  [[nodiscard]] double profile_surplus(const market::Choice& choice) const;
  [[nodiscard]] Answer single_answer(std::uint32_t order) const;
  void count_use(const Answer& answer, std::int64_t weight,
                 std::vector<std::uint64_t>& change) const;
  double respond_chunk(const OrderSlice& slice, const Task& task,
                       std::vector<std::uint64_t>& change) const;

  const market::Problem& problem_;
  const Layout layout_;
  WorkerPool& pool_;
  const ScanKernels& kernels_;
  const std::uint32_t width_;  // slots + 1
  std::vector<double> prefix_;

  // Parallel arrays of single starts, in the order of the choices; empty: not indexed.
  std::vector<double> single_value_;
  std::vector<std::uint32_t> single_begin_, single_end_;
  std::vector<std::int32_t> single_devices_;
  std::vector<std::uint32_t> single_first_;  // per order: position, or kNone

  std::vector<Task> tasks_;
  std::vector<double> task_surplus_;
  std::vector<std::vector<std::uint64_t>> changes_;  // per thread: array × width; 0 holds the sum
};

}  // namespace tongsuan::solver::dual
