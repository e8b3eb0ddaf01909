// A cluster of nodes with GPUs that can be shared, and pods that are placed on them.
//
// Model. A node has CPU (milli), memory (MiB) and up to eight GPUs of 1,000 milli each. A pod asks
// for CPU, memory and either no GPU, a share of one GPU (below 1,000 milli), or whole GPUs. Whole
// GPUs must be idle; a share fits on one GPU that has as much left. Pods never leave.
//
// Invariant: nothing is ever over-full; `place` checks it. The state of a node is a plain value and
// knows no name, so that rules which look at states alone cannot depend on names.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstdint>

#include "tongsuan/base/check.h"

namespace tongsuan::lab::packing {

inline constexpr std::int32_t kGpuMilli = 1'000;
inline constexpr std::uint32_t kGpusPerNodeMax = 8;

struct NodeShape {
  std::int32_t cpu_milli = 0;
  std::int32_t memory_mib = 0;
  std::int32_t gpu_count = 0;  // 0 to kGpusPerNodeMax
  friend auto operator<=>(const NodeShape&, const NodeShape&) = default;
};

struct PodShape {
  std::int32_t cpu_milli = 0;
  std::int32_t memory_mib = 0;
  std::int32_t gpu_count = 0;  // 0 to kGpusPerNodeMax
  std::int32_t gpu_milli = 0;  // of each GPU: 1 to 1,000; below 1,000 only where gpu_count is 1
  friend auto operator<=>(const PodShape&, const PodShape&) = default;

  [[nodiscard]] constexpr bool is_share() const { return gpu_count == 1 && gpu_milli < kGpuMilli; }
  [[nodiscard]] constexpr std::int32_t gpu_total() const { return gpu_count * gpu_milli; }
};

using GpuMask = std::uint8_t;  // bit i: GPU i of a node
static_assert(kGpusPerNodeMax <= 8);

[[nodiscard]] constexpr bool has_gpu(GpuMask gpus, std::uint32_t gpu) {
  return (std::uint32_t{gpus} >> gpu & 1U) != 0;
}
[[nodiscard]] constexpr GpuMask with_gpu(GpuMask gpus, std::uint32_t gpu) {
  return static_cast<GpuMask>(std::uint32_t{gpus} | 1U << gpu);
}

struct NodeState {
  std::int32_t cpu_left = 0;
  std::int32_t memory_left = 0;
  std::int32_t gpu_count = 0;
  std::array<std::int16_t, kGpusPerNodeMax> gpu_left{};  // zero beyond gpu_count

  constexpr NodeState() = default;
  explicit constexpr NodeState(const NodeShape& shape)
      : cpu_left(shape.cpu_milli), memory_left(shape.memory_mib), gpu_count(shape.gpu_count) {
    for (std::int32_t i = 0; i < gpu_count; ++i) {
      gpu_left[static_cast<std::size_t>(i)] = kGpuMilli;
    }
  }
  friend auto operator<=>(const NodeState&, const NodeState&) = default;

  [[nodiscard]] constexpr std::int32_t gpu_left_total() const {
    std::int32_t sum = 0;
    for (const std::int16_t left : gpu_left) sum += left;
    return sum;
  }
  [[nodiscard]] constexpr std::int32_t idle_gpus() const {
    return static_cast<std::int32_t>(std::ranges::count(gpu_left, kGpuMilli));
  }
};

// The same state with its GPUs in falling order of what is left: GPUs of a node are alike.
[[nodiscard]] constexpr NodeState canonical(NodeState state) {
  std::ranges::sort(state.gpu_left, std::greater<>());
  return state;
}

[[nodiscard]] constexpr bool fits(const NodeState& state, const PodShape& pod) {
  if (state.cpu_left < pod.cpu_milli || state.memory_left < pod.memory_mib) return false;
  if (pod.gpu_count == 0) return true;
  if (pod.is_share()) return std::ranges::max(state.gpu_left) >= pod.gpu_milli;
  return state.idle_gpus() >= pod.gpu_count;
}

// The first idle GPUs that a pod of whole GPUs would take; `fits` must hold.
[[nodiscard]] constexpr GpuMask first_idle_gpus(const NodeState& state, std::int32_t count) {
  GpuMask mask = 0;
  for (std::uint32_t i = 0; i < kGpusPerNodeMax && count > 0; ++i) {
    if (state.gpu_left[i] != kGpuMilli) continue;
    mask = with_gpu(mask, i);
    --count;
  }
  return mask;
}

constexpr void place(NodeState& state, const PodShape& pod, GpuMask gpus) {
  TONGSUAN_CHECK(state.cpu_left >= pod.cpu_milli && state.memory_left >= pod.memory_mib);
  TONGSUAN_CHECK(std::popcount(gpus) == pod.gpu_count);
  state.cpu_left -= pod.cpu_milli;
  state.memory_left -= pod.memory_mib;
  for (std::uint32_t i = 0; i < kGpusPerNodeMax; ++i) {
    if (!has_gpu(gpus, i)) continue;
    TONGSUAN_CHECK(state.gpu_left[i] >= pod.gpu_milli);
    state.gpu_left[i] = static_cast<std::int16_t>(state.gpu_left[i] - pod.gpu_milli);
  }
}

}  // namespace tongsuan::lab::packing
