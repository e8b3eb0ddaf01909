// Adam (Kingma and Ba 2014) with steps relative to the larger of a scale and the price itself:
// prices set by scarcity, not by cost, still move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tongsuan::solver::dual {

struct AdamRates {
  double first = 0.9;  // decay of the first moment per step
  double second = 0.99;
  double floor = 1e-3;  // added to the root of the second moment: a gradient too small to matter
};

class Adam {
 public:
  void restart(std::size_t count);
  // Where each price would go by `rate` × its direction, against `gradient`. The same doubles on
  // every machine: additions, products, divisions and roots of one element never mix with
  // another's.
  void targets(const std::vector<double>& gradient, const std::vector<double>& price,
               const std::vector<double>& scale, double rate, const AdamRates& rates,
               std::vector<double>& target);

 private:
  std::vector<double> first_, second_;  // moments
  double first_bias_ = 1;               // rates.first^steps
  double second_bias_ = 1;
};

// Learning rates: held for a share of the steps, then falling by a constant factor per step.
struct Schedule {
  double first = 0.2;
  double last_share = 0.0025;  // of `first`, at the last step
  double hold = 0.4;           // share of the steps
};

class RateWalk {
 public:
  RateWalk(const Schedule& schedule, std::uint32_t steps);
  double next() {
    if (taken_++ >= held_) rate_ *= factor_;
    return rate_;
  }

 private:
  double rate_;
  std::uint32_t held_;
  std::uint32_t taken_ = 0;
  double factor_;
};

// An average that forgets: later entries weigh more, and every `period` entries old ones fade.
class FadingAverage {
 public:
  explicit FadingAverage(std::uint32_t period) : period_(period) {}
  void add(const std::vector<double>& values);
  [[nodiscard]] const std::vector<double>& values() const { return values_; }

 private:
  std::uint32_t period_;
  std::uint32_t count_ = 0;
  double weight_ = 0;
  std::vector<double> values_;
};

}  // namespace tongsuan::solver::dual
