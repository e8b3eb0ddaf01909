#include "tongsuan/lab/packing_filling.h"

#include <algorithm>
#include <numeric>

namespace tongsuan::lab::packing {
namespace {

std::int32_t cpu_units(const PodShape& pod) {
  return pod.cpu_milli / kCpuUnit;  // Down: a filling may only become easier.
}

// to[i] becomes at least from[i] + value, in rising order: for pods without GPUs both are one row.
void raise(std::int32_t* to, const std::int32_t* from, std::int32_t count, std::int32_t value) {
  for (std::int32_t i = 0; i < count; ++i) to[i] = std::max(to[i], from[i] + value);
}

}  // namespace

FillingSolver::FillingSolver(const std::vector<PodKind>& kinds, std::int32_t cpu_max)
    : kinds_(kinds), width_(cpu_max / kCpuUnit + 1), gpu_unit_(kGpuMilli) {
  for (const PodKind& kind : kinds) {
    if (kind.shape.is_share()) gpu_unit_ = std::gcd(gpu_unit_, kind.shape.gpu_milli);
  }
}

void FillingSolver::set_values(const std::vector<std::int64_t>& values) {
  TONGSUAN_CHECK(values.size() == kinds_.size());
  values_.clear();
  for (std::size_t kind = 0; kind < values.size(); ++kind) {
    const PodShape& pod = kinds_[kind].shape;
    const std::int64_t milli = pod.gpu_count > 0 ? pod.gpu_total() : pod.cpu_milli;
    TONGSUAN_CHECK(values[kind] <= milli * kValuePerMilliMax);
    values_.push_back(static_cast<std::int32_t>(std::max<std::int64_t>(values[kind], 0)));
  }
  fill_one_gpu();
  items_.clear();
  const std::int32_t whole = kGpuMilli / gpu_unit_;
  for (std::int32_t cpu = 0; cpu < width_; ++cpu) {
    const std::int32_t value = one(whole, cpu);
    if (value > (cpu > 0 ? one(whole, cpu - 1) : 0)) items_.push_back({1, cpu, value, kContents});
  }
  for (std::uint32_t kind = 0; kind < kinds_.size(); ++kind) {
    const PodShape& pod = kinds_[kind].shape;
    const std::int32_t cpu = cpu_units(pod);
    // A pod without GPUs and CPU could be taken without end: it takes nothing, so it is left out.
    if (values_[kind] <= 0 || pod.gpu_count == 1 || (pod.gpu_count == 0 && cpu == 0)) continue;
    items_.push_back({pod.gpu_count, cpu, values_[kind], kind});
  }
}

void FillingSolver::fill_one_gpu() {
  const std::int32_t whole = kGpuMilli / gpu_unit_;
  one_gpu_.assign(static_cast<std::size_t>((whole + 1) * width_), 0);
  for (std::uint32_t kind = 0; kind < kinds_.size(); ++kind) {
    const PodShape& pod = kinds_[kind].shape;
    if (values_[kind] <= 0 || pod.gpu_count != 1) continue;
    const std::int32_t gpu = pod.gpu_milli / gpu_unit_;
    const std::int32_t cpu = cpu_units(pod);
    for (std::int32_t g = gpu; g <= whole; ++g) {
      std::int32_t* to = &one(g, 0);
      const std::int32_t* from = &one(g - gpu, 0);
      raise(to + cpu, from, width_ - cpu, values_[kind]);
    }
  }
}

void FillingSolver::fill_node(std::int32_t gpus, std::int32_t cpu) {
  node_.assign(static_cast<std::size_t>((gpus + 1) * width_), 0);
  for (std::int32_t g = 0; g <= gpus; ++g) {
    std::int32_t* to = &node(g, 0);
    if (g > 0) std::copy_n(&node(g - 1, 0), cpu + 1, to);
    for (const Item& item : items_) {
      if (item.gpus > g) continue;
      const std::int32_t* from = &node(g - item.gpus, 0);
      raise(to + item.cpu, from, cpu + 1 - item.cpu, item.value);
    }
  }
}

std::int64_t FillingSolver::value(const NodeShape& shape) {
  const std::int32_t cpu = std::min(shape.cpu_milli / kCpuUnit, width_ - 1);
  fill_node(shape.gpu_count, cpu);
  return node(shape.gpu_count, cpu);
}

std::vector<std::uint32_t> FillingSolver::contents(std::int32_t cpu) {
  std::vector<std::uint32_t> pods;
  std::int32_t gpu = kGpuMilli / gpu_unit_;
  while (one(gpu, cpu) > 0) {
    for (std::uint32_t kind = 0; kind < kinds_.size(); ++kind) {
      const PodShape& pod = kinds_[kind].shape;
      const std::int32_t g = pod.gpu_milli / gpu_unit_;
      const std::int32_t c = cpu_units(pod);
      if (values_[kind] <= 0 || pod.gpu_count != 1 || g > gpu || c > cpu) continue;
      if (one(gpu, cpu) != one(gpu - g, cpu - c) + values_[kind]) continue;
      pods.push_back(kind);
      gpu -= g;
      cpu -= c;
      break;
    }
  }
  return pods;
}

Filling FillingSolver::filling(const NodeShape& shape) {
  Filling result{.value = value(shape), .parts = {}};
  std::int32_t cpu = std::min(shape.cpu_milli / kCpuUnit, width_ - 1);
  std::int32_t gpus = shape.gpu_count;
  while (node(gpus, cpu) > 0) {
    if (gpus > 0 && node(gpus, cpu) == node(gpus - 1, cpu)) {
      --gpus;
      continue;
    }
    const auto item = std::ranges::find_if(items_, [&](const Item& it) {
      return it.gpus <= gpus && it.cpu <= cpu &&
             node(gpus, cpu) == node(gpus - it.gpus, cpu - it.cpu) + it.value;
    });
    TONGSUAN_CHECK(item != items_.end());
    result.parts.push_back({.gpus = item->gpus, .pods = {item->kind}});
    if (item->kind == kContents) result.parts.back().pods = contents(item->cpu);
    gpus -= item->gpus;
    cpu -= item->cpu;
  }
  return result;
}

}  // namespace tongsuan::lab::packing
