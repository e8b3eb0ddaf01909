// Threads that wait between short tasks: a dual step takes a tenth of a millisecond, less than
// starting a thread would.
//
// The tasks, not the threads, decide the result: every task has a number, and what it computes may
// depend on nothing else. `run` is called by one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace tongsuan::solver {

class WorkerPool {
 public:
  explicit WorkerPool(std::uint32_t thread_count) {
    for (std::uint32_t thread = 1; thread < thread_count; ++thread) {
      helpers_.emplace_back([this, thread] { serve(thread); });
    }
  }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool() {
    task_ = nullptr;
    announce();
    for (std::thread& helper : helpers_) helper.join();
  }

  [[nodiscard]] std::uint32_t thread_count() const {
    return static_cast<std::uint32_t>(helpers_.size() + 1);
  }

  // Calls task(index, thread) once for every index below `count`; returns when all are done.
  void run(std::uint32_t count, const std::function<void(std::uint32_t, std::uint32_t)>& task) {
    if (helpers_.empty() || count <= 1) {
      for (std::uint32_t index = 0; index < count; ++index) task(index, 0);
      return;
    }
    task_ = &task;
    count_ = count;
    next_.store(0, std::memory_order_relaxed);
    busy_.store(static_cast<std::uint32_t>(helpers_.size()), std::memory_order_relaxed);
    announce();
    work(0);
    for (std::uint32_t left = busy_.load(); left != 0; left = busy_.load()) busy_.wait(left);
  }

 private:
  void announce() {
    round_.fetch_add(1);
    round_.notify_all();
  }

  void work(std::uint32_t thread) {
    for (std::uint32_t index = next_.fetch_add(1); index < count_; index = next_.fetch_add(1)) {
      (*task_)(index, thread);
    }
  }

  void serve(std::uint32_t thread) {
    std::uint32_t seen = 0;
    for (;;) {
      round_.wait(seen);
      seen = round_.load();
      if (task_ == nullptr) return;
      work(thread);
      if (busy_.fetch_sub(1) == 1) busy_.notify_one();
    }
  }

  std::vector<std::thread> helpers_;
  const std::function<void(std::uint32_t, std::uint32_t)>* task_ = nullptr;  // null: stop
  std::uint32_t count_ = 0;
  std::atomic<std::uint32_t> next_{0};
  std::atomic<std::uint32_t> busy_{0};
  std::atomic<std::uint32_t> round_{0};
};

}  // namespace tongsuan::solver
