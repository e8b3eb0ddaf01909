// Counts what a replay did, from the state that it left: nothing is sampled but the reasons for
// idle devices, which need to be seen while it runs.
#pragma once

#include <vector>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/result.h"
#include "tongsuan/world/world.h"

namespace tongsuan::lab {

// Device-seconds of the span by why they were not used.
class IdleSampler {
 public:
  explicit IdleSampler(const Instance& instance);
  // At most once an hour of the span; `at` rises.
  void sample(const engine::State& state, Second at);
  [[nodiscard]] Second next() const { return next_; }
  [[nodiscard]] const IdleReasons& shares() const { return sum_; }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }

 private:
  const Instance& instance_;
  Second next_ = kHour / 2;
  IdleReasons sum_;  // devices, summed over the samples
  std::uint64_t samples_ = 0;
  std::vector<OrderId> waiting_;
  std::uint32_t seen_ = 0;  // orders looked at
};

// Counts blocks as events come, and what became of orders for a later second.
class ForwardCounter {
 public:
  void see(const engine::Event& event);
  [[nodiscard]] ForwardFigures figures(const Instance& instance, const engine::State& state) const;

 private:
  std::uint64_t booked_ = 0;
  std::uint64_t broken_ = 0;
};

struct Ran {          // of a contract, by ContractId
  Second end = 0;     // or when the replay stopped
  Second kept = 0;    // seconds that count
  Second missed = 0;  // in which it had no devices: its seller is not paid for them
  std::vector<world::Stretch> delivered = {};  // where any were missed
};

// Fills in everything that follows from the final state. `stopped`: when the replay ended.
void measure(const Instance& instance, const engine::State& state, const std::vector<Ran>& ran,
             Second stopped, RunResult& result);

// Quantiles of waits; sorts its argument.
[[nodiscard]] Waits waits_of(std::vector<double>& hours);

}  // namespace tongsuan::lab
