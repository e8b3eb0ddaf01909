// Test helper: small random workloads of the packing game.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/lab/packing_workload.h"

namespace tongsuan::lab::packing::testing_support {

inline std::int32_t pick(Random& random, std::int32_t first, std::int32_t last) {
  return static_cast<std::int32_t>(random.between(first, last));
}

// Shares are multiples of 50 milli, CPU of 0.5 CPU.
inline PodShape random_pod(Random& random) {
  PodShape pod{.cpu_milli = 500 * pick(random, 1, 20),
               .memory_mib = 1'024 * pick(random, 0, 24),
               .gpu_count = 1,
               .gpu_milli = kGpuMilli};
  switch (random.below(6)) {
    case 0:
      pod.gpu_count = 0;
      pod.gpu_milli = 0;
      break;
    case 1:
      pod.gpu_count = pick(random, 2, 4);
      break;
    case 2:
    case 3:
      pod.gpu_milli = 50 * pick(random, 2, 19);
      break;
    default:
      break;
  }
  return pod;
}

inline NodeShape random_node(Random& random) {
  return {.cpu_milli = 1'000 * pick(random, 4, 48),
          .memory_mib = 1'024 * pick(random, 16, 96),
          .gpu_count = pick(random, 1, 4)};
}

struct Size {
  std::size_t nodes;
  std::size_t pods;
};

// At least one pod asks for GPUs. There are few different nodes, so that some are equal.
inline Workload random_workload(std::uint64_t seed, const Size& size) {
  Random random(seed);
  const std::vector<NodeShape> models{random_node(random), random_node(random),
                                      random_node(random)};
  std::vector<NodeShape> nodes;
  while (nodes.size() < size.nodes) nodes.push_back(models[random.below(models.size())]);
  std::vector<PodShape> pods{{.cpu_milli = 1'000, .gpu_count = 1, .gpu_milli = 500}};
  while (pods.size() < size.pods) pods.push_back(random_pod(random));
  return make_workload(std::move(nodes), std::move(pods));
}

}  // namespace tongsuan::lab::packing::testing_support
