// The market's workers on threads of a pool.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "tongsuan/market/workers.h"
#include "tongsuan/solver/worker_pool.h"

namespace tongsuan::solver {

class PoolWorkers final : public market::Workers {
 public:
  explicit PoolWorkers(std::uint32_t thread_count)
      : pool_(std::clamp(thread_count, 1U, kThreadsMax)) {}
  [[nodiscard]] std::uint32_t count() const override { return pool_.thread_count(); }
  void run(const std::function<void(std::uint32_t)>& work) const override {
    pool_.run(count(), [&](std::uint32_t part, std::uint32_t) { work(part); });
  }

 private:
  static constexpr std::uint32_t kThreadsMax = 8;  // each keeps sums of its own: more gain little
  mutable WorkerPool pool_;
};

}  // namespace tongsuan::solver
