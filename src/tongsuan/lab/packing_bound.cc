#include "tongsuan/lab/packing_bound.h"

#include <algorithm>
#include <map>

#include "tongsuan/base/int128.h"
#include "tongsuan/lab/packing_filling.h"

namespace tongsuan::lab::packing {

std::vector<NodeGroup> group_nodes(const Workload& workload) {
  std::map<NodeShape, std::int64_t> counts;
  for (const NodeShape& node : workload.nodes) ++counts[node];
  std::vector<NodeGroup> groups;
  for (const auto& [shape, count] : counts) groups.push_back({shape, count});
  return groups;
}

std::int64_t allocation_bound(const Workload& workload, const std::vector<std::int64_t>& counts,
                              const std::vector<std::int64_t>& prices) {
  TONGSUAN_CHECK(counts.size() == workload.kinds.size() && prices.size() == counts.size());
  std::int64_t sum = 0;
  std::vector<std::int64_t> values(prices.size());
  for (std::size_t kind = 0; kind < prices.size(); ++kind) {
    const std::int64_t price = std::max<std::int64_t>(prices[kind], 0);
    sum += counts[kind] * price;
    values[kind] = workload.kinds[kind].shape.gpu_total() * kPriceScale - price;
  }
  const std::vector<NodeGroup> groups = group_nodes(workload);
  std::int32_t cpu_max = 0;
  for (const NodeGroup& group : groups) cpu_max = std::max(cpu_max, group.shape.cpu_milli);
  FillingSolver solver(workload.kinds, cpu_max);
  solver.set_values(values);
  for (const NodeGroup& group : groups) sum += group.count * solver.value(group.shape);
  return sum / kPriceScale;
}

}  // namespace tongsuan::lab::packing
