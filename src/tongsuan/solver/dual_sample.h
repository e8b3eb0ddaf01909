// A fresh, cheap sample of orders for every step of the dual.
//
// Orders are put into buckets by what they are worth at most (powers of two), shuffled by hash
// inside each bucket, and every step takes the next contiguous slice of every bucket: without
// replacement over an epoch, larger orders more often, and no order is touched that is not in the
// slice. (A fixed sample is three to ten times worse; drawing each order by itself costs more than
// answering it.)
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/market/problem.h"
#include "tongsuan/solver/dual_oracle.h"

namespace tongsuan::solver::dual {

class Sampler {
 public:
  // About `share` of the orders, weighted by value, per step.
  Sampler(const market::Problem& problem, double share);

  // The slices of the next step; valid until the next call.
  [[nodiscard]] const std::vector<OrderSlice>& next();

 private:
  struct Bucket {
    std::uint32_t begin = 0;  // of orders_
    std::uint32_t end = 0;
    std::uint32_t size = 0;  // of a slice
    std::uint32_t at = 0;    // of orders_: where the next slice begins
    std::int64_t weight = kWeightUnit;
  };

  std::vector<std::uint32_t> orders_;  // by bucket, shuffled
  std::vector<Bucket> buckets_;
  std::vector<OrderSlice> slices_;
};

}  // namespace tongsuan::solver::dual
