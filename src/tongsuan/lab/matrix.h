// Many replays of one scenario: every load, world, seed and policy, several at once.
//
// Model. Runs are independent and each uses one thread; a pool of threads takes them in the order
// of their keys. Runs of one load, world and seed share one instance and its bounds, made once; it
// lives while they need it. Whatever the number of threads, results and their digests are the same;
// only the order in which runs *finish* is not. `finished` is called by one thread at a time, as
// soon as a run ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tongsuan/lab/instance_bounds.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/run_record.h"

namespace tongsuan::lab {

inline constexpr std::size_t kRunsMax = 100'000;  // of one matrix

struct MatrixAxes {
  std::vector<std::uint32_t> loads_percent;
  std::vector<Couplings> worlds;
  std::uint64_t first_seed = 1;
  std::uint32_t seed_count = 1;
  std::vector<std::string> policies;
};
// Sorted by key, each once.
[[nodiscard]] std::vector<RunKey> matrix_keys(const MatrixAxes& axes);

// What a matrix calls; tests put other functions here.
struct MatrixWork {
  std::function<Result<Instance>(const RunKey&)> make_instance;
  std::function<Result<RunResult>(const Instance&, std::string_view policy, const ReplayOptions&)>
      replay;
  // Put into the results of all that replay the instance; none: they stay without.
  std::function<InstanceBounds(const Instance&)> bounds = {};
};

struct MatrixOptions {
  ReplayOptions replay;  // its threads, progress and cancelled are the matrix's own
  std::uint32_t thread_count = 1;
  std::function<void(const RunKey&, const RunResult&)> finished;
  std::function<void(double done)> progress;  // share of the whole matrix; any thread
  std::function<bool()> cancelled;            // any thread
};

// Ends at the first failure, or when cancelled: then with kInterrupted. What had finished by then
// was told to `finished`.
[[nodiscard]] Result<Done> run_matrix(const std::vector<RunKey>& keys, const MatrixWork& work,
                                      const MatrixOptions& options);

}  // namespace tongsuan::lab
