// An upper bound on what any rule, even one that knows all arrivals, can allocate: integers only.
//
// Model. Give each kind of pod a price y ≥ 0, in 1 / kPriceScale GPU milli. Take any packing. Its
// allocation is the sum over its pods of (g − y) + y, where g is the GPU capacity that a pod asks
// for. At most `count` pods of a kind are placed, and the pods of one node are a filling of it, so
//
//   allocation ≤ Σ count · y + Σ nodes (largest value of a filling, where a pod is worth g − y).
//
// This holds for all prices; who found them does not matter (packing_master.h finds good ones).
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/packing_workload.h"

namespace tongsuan::lab::packing {

inline constexpr std::int64_t kPriceScale = 1'000;

struct NodeGroup {  // equal nodes
  NodeShape shape;
  std::int64_t count = 0;
};

// In rising order of shapes.
[[nodiscard]] std::vector<NodeGroup> group_nodes(const Workload& workload);

// GPU milli, rounded down. `counts` and `prices` are by kind; negative prices count as 0.
[[nodiscard]] std::int64_t allocation_bound(const Workload& workload,
                                            const std::vector<std::int64_t>& counts,
                                            const std::vector<std::int64_t>& prices);

}  // namespace tongsuan::lab::packing
