// Fragmentation of a node, as FGD defines it: how many GPU milli that are left a typical pod cannot
// use, in expectation over the typical pods.
//
// Model. Typical pods are the most frequent kinds of the trace (CPU and GPU only: FGD knows no
// memory) that together make 95 % of its pods. For a pod that does not fit, and for one without
// GPUs, all that is left counts; for one that fits, the GPUs with less left than it asks of each.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/packing_workload.h"

namespace tongsuan::lab::packing {

class Fragmentation {
 public:
  explicit Fragmentation(const Workload& workload);
  // Weighted GPU milli: divide by `weight` for the expectation.
  [[nodiscard]] std::int64_t amount(const NodeState& state) const;
  [[nodiscard]] std::int64_t weight() const { return weight_; }

 private:
  std::vector<PodKind> typical_;  // memory is 0
  std::int64_t weight_ = 0;
};

}  // namespace tongsuan::lab::packing
