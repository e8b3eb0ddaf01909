// What every node should hold in the end, from the distribution of pods alone.
//
// Model. A workload says how often each kind of pod comes; the cluster's capacity says how many
// will come. A plan gives each node *slots*, one per pod that it should hold, each with its GPUs,
// so that everything fits. It is the solution of the pattern program (packing_master.h), rounded to
// whole nodes by solving the remaining nodes again and again. Nodes of equal shape are
// interchangeable: a plan lists shapes, not nodes, and knows neither names nor arrivals.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/packing_master.h"

namespace tongsuan::lab::packing {

struct Slot {
  std::uint32_t kind = 0;
  GpuMask gpus = 0;
  friend auto operator<=>(const Slot&, const Slot&) = default;
};

struct PlannedNode {
  NodeShape shape;
  std::vector<Slot> slots;
};

struct Plan {
  std::vector<PlannedNode> nodes;  // rising shapes; one for each node of the workload
  std::vector<double> expected;    // pods of each kind until 100 % have arrived
};

// What a planned pod counts for, in 1 / kPriceScale GPU milli: the GPU capacity that it asks for. A
// pod without GPUs counts a little for its CPU: it gives way to GPUs, but not for nothing.
[[nodiscard]] constexpr std::int64_t pod_worth(const PodShape& pod) {
  constexpr std::int64_t kGpuMilliPerCpu = 5;
  if (pod.gpu_count > 0) return std::int64_t{pod.gpu_total()} * kPriceScale;
  return std::int64_t{pod.cpu_milli} * kGpuMilliPerCpu * kPriceScale / 1'000;
}

struct PlanOptions {
  std::int64_t share_permille = 1'000;  // plans for this share of the pods that are expected
};

[[nodiscard]] Plan make_plan(const Workload& workload, const PlanOptions& options);

}  // namespace tongsuan::lab::packing
