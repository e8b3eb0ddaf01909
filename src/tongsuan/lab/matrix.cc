#include "tongsuan/lab/matrix.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace tongsuan::lab {
namespace {

// The instance that neighbouring runs share: made by the first that needs it, gone after the last.
struct SharedInstance {
  std::mutex mutex;
  std::optional<Result<Instance>> made;
  InstanceBounds bounds;
  std::atomic<std::size_t> users = 0;
};

bool same_instance(const RunKey& a, const RunKey& b) {
  return a.load_percent == b.load_percent && a.couplings == b.couplings && a.seed == b.seed;
}

class Matrix {
 public:
  Matrix(const std::vector<RunKey>& keys, const MatrixWork& work, const MatrixOptions& options)
      : keys_(keys), work_(work), options_(options), shares_(keys.size()) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i == 0 || !same_instance(keys[i - 1], keys[i])) {
        instances_.push_back(std::make_unique<SharedInstance>());
      }
      ++instances_.back()->users;
      instance_of_.push_back(instances_.back().get());
    }
  }

  Result<Done> run() {
    const auto count = static_cast<std::uint32_t>(
        std::min<std::size_t>(std::max(1U, options_.thread_count), keys_.size()));
    std::vector<std::thread> threads;
    for (std::uint32_t i = 1; i < count; ++i) threads.emplace_back([this] { take_runs(); });
    take_runs();
    for (std::thread& thread : threads) thread.join();
    if (error_) return *error_;
    return Done{};
  }

 private:
  void take_runs() {
    for (std::size_t at = next_++; at < keys_.size() && !stopped(); at = next_++) {
      SharedInstance& shared = *instance_of_[at];
      const Result<RunResult> result = run_one(at, shared);
      if (--shared.users == 0) {
        const std::lock_guard lock(shared.mutex);
        shared.made.reset();
      }
      tell(at, result);
    }
    if (cancelled()) fail({ErrorCode::kInterrupted, "interrupted"});
  }

  Result<RunResult> run_one(std::size_t at, SharedInstance& shared) {
    const RunKey& key = keys_[at];
    {
      const std::lock_guard lock(shared.mutex);
      if (!shared.made) make(key, shared);
    }
    if (!shared.made->ok()) return shared.made->error();
    ReplayOptions options = options_.replay;
    options.thread_count = 1;
    options.progress = [this, at](double done) { advance(at, done); };
    options.cancelled = [this] { return stopped(); };
    Result<RunResult> result = work_.replay(shared.made->value(), key.policy, options);
    if (result.ok() && work_.bounds) put_bounds(shared.bounds, result.value());
    return result;
  }

  void make(const RunKey& key, SharedInstance& shared) {
    shared.made.emplace(work_.make_instance(key));
    if (shared.made->ok() && work_.bounds) shared.bounds = work_.bounds(shared.made->value());
  }

  void tell(std::size_t at, const Result<RunResult>& result) {
    if (!result.ok()) {
      fail(result.error());
      return;
    }
    advance(at, 1);
    const std::lock_guard lock(mutex_);
    if (options_.finished) options_.finished(keys_[at], result.value());
  }

  // Doubles of a million steps a run, so that the sum is exact in any order.
  void advance(std::size_t at, double done) {
    constexpr double kSteps = 1e6;
    const auto steps = static_cast<std::uint64_t>(std::clamp(done, 0.0, 1.0) * kSteps);
    const std::uint64_t before = shares_[at].exchange(steps);
    const std::uint64_t all = total_ += steps - before;  // wraps, and comes back
    if (options_.progress) {
      options_.progress(static_cast<double>(all) / (kSteps * static_cast<double>(keys_.size())));
    }
  }

  // The first failure counts; an interruption gives way to a real one.
  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_ || error_->code == ErrorCode::kInterrupted) error_ = error;
    failed_ = true;
  }
  [[nodiscard]] bool cancelled() const { return options_.cancelled && options_.cancelled(); }
  [[nodiscard]] bool stopped() const { return failed_.load() || cancelled(); }

  const std::vector<RunKey>& keys_;
  const MatrixWork& work_;
  const MatrixOptions& options_;
  std::vector<std::unique_ptr<SharedInstance>> instances_;
  std::vector<SharedInstance*> instance_of_;  // by run
  std::vector<std::atomic<std::uint64_t>> shares_;
  std::atomic<std::uint64_t> total_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::optional<Error> error_;
};

}  // namespace

std::vector<RunKey> matrix_keys(const MatrixAxes& axes) {
  std::vector<RunKey> keys;
  for (const std::uint32_t load : axes.loads_percent) {
    for (const Couplings& world : axes.worlds) {
      for (std::uint32_t i = 0; i < axes.seed_count; ++i) {
        for (const std::string& policy : axes.policies) {
          keys.push_back({load, world, axes.first_seed + i, policy});
        }
      }
    }
  }
  std::ranges::sort(keys, key_less);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  return keys;
}

Result<Done> run_matrix(const std::vector<RunKey>& keys, const MatrixWork& work,
                        const MatrixOptions& options) {
  if (keys.empty()) return Done{};
  return Matrix(keys, work, options).run();
}

}  // namespace tongsuan::lab
