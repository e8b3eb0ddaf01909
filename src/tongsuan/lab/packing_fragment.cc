#include "tongsuan/lab/packing_fragment.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

namespace tongsuan::lab::packing {
namespace {

constexpr std::int64_t kTypicalPercent = 95;

std::int64_t wasted(const NodeState& state, const PodShape& pod, std::int32_t left_total) {
  if (pod.gpu_count == 0 || state.cpu_left < pod.cpu_milli) return left_total;
  std::int32_t roomy = 0;
  std::int32_t too_small = 0;
  for (const std::int16_t left : state.gpu_left) {
    if (left >= pod.gpu_milli) {
      ++roomy;
    } else {
      too_small += left;
    }
  }
  return roomy >= pod.gpu_count ? too_small : left_total;
}

}  // namespace

Fragmentation::Fragmentation(const Workload& workload) {
  std::map<PodShape, std::int64_t> counts;
  std::int64_t pods = 0;
  for (const PodKind& kind : workload.kinds) {
    PodShape shape = kind.shape;
    shape.memory_mib = 0;
    counts[shape] += kind.count;
    pods += kind.count;
  }
  for (const auto& [shape, count] : counts) typical_.push_back({shape, count});
  std::ranges::sort(typical_, std::greater<>(), [](const PodKind& kind) {
    return std::tuple(kind.count, kind.shape.cpu_milli, kind.shape.gpu_milli, kind.shape.gpu_count);
  });
  std::size_t kept = 0;
  while (kept < typical_.size() && weight_ * 100 < pods * kTypicalPercent) {
    weight_ += typical_[kept++].count;
  }
  typical_.resize(kept);
}

std::int64_t Fragmentation::amount(const NodeState& state) const {
  const std::int32_t left_total = state.gpu_left_total();
  if (left_total == 0) return 0;
  std::int64_t sum = 0;
  for (const PodKind& pod : typical_) sum += pod.count * wasted(state, pod.shape, left_total);
  return sum;
}

}  // namespace tongsuan::lab::packing
