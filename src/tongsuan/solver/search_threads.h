// Fixed tasks on any number of threads: the tasks, not the threads, decide the result.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace tongsuan::solver::primal {

// Calls task(index, thread) once for every index below `count`; `thread` is below thread_count. The
// tasks of one call must not touch each other's data.
template <class Task>
void run_tasks(std::uint32_t thread_count, std::uint32_t count, const Task& task) {
  if (thread_count <= 1 || count <= 1) {
    for (std::uint32_t index = 0; index < count; ++index) task(index, 0U);
    return;
  }
  std::atomic<std::uint32_t> next{0};
  const auto work = [&](std::uint32_t thread) {
    for (std::uint32_t index = next.fetch_add(1); index < count; index = next.fetch_add(1)) {
      task(index, thread);
    }
  };
  std::vector<std::thread> helpers;
  for (std::uint32_t thread = 1; thread < thread_count; ++thread) {
    helpers.emplace_back(work, thread);
  }
  work(0);
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace tongsuan::solver::primal
