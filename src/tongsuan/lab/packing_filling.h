// The most valuable filling of one empty node: integers only.
//
// Model. Each kind of pod has a value; a filling takes any number of pods of each kind.
// Two dynamic programs: over the GPU milli of one GPU, and over the GPUs of a node; both also over
// CPU, in units of 0.1 CPU. A pod's CPU is rounded down to units and memory is left out, so every
// set of pods that fits a node is a filling: the value is an upper bound, and where CPU is whole
// units and memory suffices it is exact.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/packing_workload.h"

namespace tongsuan::lab::packing {

inline constexpr std::int32_t kCpuUnit = 100;  // milli

// What one GPU holds, or a pod of several GPUs, or one without: `pods` are kinds.
struct FillingPart {
  std::int32_t gpus = 0;
  std::vector<std::uint32_t> pods;
};

struct Filling {
  std::int64_t value = 0;
  std::vector<FillingPart> parts;
};

class FillingSolver {
 public:
  // `cpu_max` (milli) is the most CPU that a node has.
  FillingSolver(const std::vector<PodKind>& kinds, std::int32_t cpu_max);

  // From now on pods have these values; kinds of value 0 or less are not used. A value is at most
  // kValuePerMilliMax per milli of GPU, or of CPU where a pod asks for no GPU: sums fit in 32 bits.
  void set_values(const std::vector<std::int64_t>& values);

  [[nodiscard]] std::int64_t value(const NodeShape& node);
  [[nodiscard]] Filling filling(const NodeShape& node);

 private:
  static constexpr std::int64_t kValuePerMilliMax = 1'000;
  struct Item {  // of a node: the contents of one GPU, or one pod of several GPUs or of none
    std::int32_t gpus;
    std::int32_t cpu;  // units
    std::int32_t value;
    std::uint32_t kind;  // for contents of one GPU: kContents
  };
  static constexpr std::uint32_t kContents = UINT32_MAX;

  void fill_one_gpu();
  void fill_node(std::int32_t gpus, std::int32_t cpu);
  [[nodiscard]] std::int32_t& one(std::int32_t gpu, std::int32_t cpu) {
    return one_gpu_[static_cast<std::size_t>(gpu * width_ + cpu)];
  }
  [[nodiscard]] std::int32_t& node(std::int32_t gpus, std::int32_t cpu) {
    return node_[static_cast<std::size_t>(gpus * width_ + cpu)];
  }
  [[nodiscard]] std::vector<std::uint32_t> contents(std::int32_t cpu);

  const std::vector<PodKind>& kinds_;
  std::int32_t width_;     // CPU units + 1
  std::int32_t gpu_unit_;  // divides what every share asks for, and 1,000
  std::vector<std::int32_t> values_;
  std::vector<std::int32_t> one_gpu_;  // best value by GPU units and CPU units
  std::vector<Item> items_;
  std::vector<std::int32_t> node_;  // best value by GPUs and CPU units
};

}  // namespace tongsuan::lab::packing
