#include "tongsuan/lab/matrix.h"

#include <atomic>
#include <gtest/gtest.h>
#include <map>
#include <thread>

#include "tongsuan/lab/replay_fixture.h"

namespace tongsuan::lab {
namespace {

const MatrixAxes kAxes = {.loads_percent = {110, 90},
                          .worlds = {Couplings{}, Couplings{.links = false}},
                          .first_seed = 4,
                          .seed_count = 3,
                          .policies = {"market", "broker"}};

struct Counted {
  std::atomic<int> instances = 0;
  std::atomic<int> replays = 0;
  std::atomic<int> bounds = 0;

  MatrixWork work() {
    return {.make_instance =
                [this](const RunKey& key) {
                  ++instances;
                  return Result<Instance>(testing::fake_instance(key));
                },
            .replay = [this](const Instance& instance, std::string_view policy,
                             const ReplayOptions& options) -> Result<RunResult> {
              ++replays;
              options.progress(0.5);
              if (options.cancelled()) return Error{ErrorCode::kInterrupted, "interrupted"};
              RunKey key{.load_percent = instance.load_percent,
                         .couplings = {},
                         .seed = instance.seed,
                         .policy = std::string(policy)};
              return testing::fake_run(key, policy == "market" ? 5 : 2);
            },
            .bounds =
                [this](const Instance& instance) {
                  ++bounds;
                  return InstanceBounds{.utilisation = 0.5,
                                        .net_yuan = static_cast<double>(instance.seed)};
                }};
  }
};

TEST(Matrix, KeysAreSortedAndDistinct) {
  const std::vector<RunKey> keys = matrix_keys(kAxes);
  EXPECT_EQ(keys.size(), 24U);
  EXPECT_TRUE(std::ranges::is_sorted(keys, key_less));
  EXPECT_EQ(keys.front(), (RunKey{90, {}, 4, "broker"}));
  MatrixAxes twice = kAxes;
  twice.loads_percent = {90, 110, 90};
  EXPECT_EQ(matrix_keys(twice), keys);
}

TEST(Matrix, ThreadsChangeNothing) {
  const std::vector<RunKey> keys = matrix_keys(kAxes);
  std::map<std::string, std::string> first;
  for (const std::uint32_t threads : {1U, 4U, 64U}) {
    Counted counted;
    std::map<std::string, std::string> lines;
    double last = 0;
    std::mutex mutex;
    const Result<Done> done = run_matrix(keys, counted.work(),
                                         {.replay = {},
                                          .thread_count = threads,
                                          .finished =
                                              [&](const RunKey& key, const RunResult& run) {
                                                EXPECT_EQ(run.net_bound_yuan, key.seed);
                                                EXPECT_EQ(run.utilisation_bound, 0.5);
                                                const std::string line = write_record({}, key, run);
                                                lines[line.substr(0, 120)] = line;
                                              },
                                          .progress =
                                              [&](double share) {
                                                const std::lock_guard lock(mutex);
                                                last = std::max(last, share);
                                              },
                                          .cancelled = {}});
    ASSERT_TRUE(done.ok());
    EXPECT_EQ(counted.instances, 12) << "policies of one seed share an instance";
    EXPECT_EQ(counted.bounds, 12) << "and its bounds";
    EXPECT_EQ(counted.replays, 24);
    EXPECT_DOUBLE_EQ(last, 1);
    if (first.empty()) first = lines;
    EXPECT_EQ(lines, first);
    EXPECT_EQ(lines.size(), 24U);
  }
}

TEST(Matrix, StopsAndKeepsWhatIsDone) {
  Counted counted;
  int finished = 0;
  const Result<Done> done =
      run_matrix(matrix_keys(kAxes), counted.work(),
                 {.replay = {},
                  .thread_count = 1,
                  .finished = [&](const RunKey&, const RunResult&) { ++finished; },
                  .progress = {},
                  .cancelled = [&] { return finished >= 5; }});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(finished, 5);
}

TEST(Matrix, AFailureEndsIt) {
  Counted counted;
  MatrixWork work = counted.work();
  work.make_instance = [](const RunKey&) {
    return Result<Instance>(Error{ErrorCode::kNotFound, "no such trace"});
  };
  int finished = 0;
  const Result<Done> done =
      run_matrix(matrix_keys(kAxes), work,
                 {.replay = {},
                  .thread_count = 3,
                  .finished = [&](const RunKey&, const RunResult&) { ++finished; },
                  .progress = {},
                  .cancelled = {}});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().context, "no such trace");
  EXPECT_EQ(finished, 0);
  EXPECT_TRUE(run_matrix({}, work, {}).ok());
}

}  // namespace
}  // namespace tongsuan::lab
