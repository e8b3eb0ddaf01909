#include "tongsuan/solver/dual_adam.h"

#include <algorithm>

#include "tongsuan/solver/vector_level.h"

namespace tongsuan::solver::dual {
namespace {

TONGSUAN_EVERY_VECTOR_LEVEL void move_targets(std::size_t count, const double* __restrict gradient,
                                              double* __restrict first, double* __restrict second,
                                              const double* __restrict price,
                                              const double* __restrict scale,
                                              double* __restrict target, const AdamRates& rates,
                                              double first_correction, double second_correction,
                                              double rate) {
  for (std::size_t i = 0; i < count; ++i) {
    const double g = gradient[i];
    first[i] = rates.first * first[i] + (1 - rates.first) * g;
    second[i] = rates.second * second[i] + (1 - rates.second) * g * g;
    const double size = price[i] < 0 ? -price[i] : price[i];
    const double step = rate * (size > scale[i] ? size : scale[i]);
    target[i] = price[i] + step * (first[i] * first_correction /
                                   (__builtin_sqrt(second[i] * second_correction) + rates.floor));
  }
}

TONGSUAN_EVERY_VECTOR_LEVEL void mix(std::size_t count, const double* __restrict from,
                                     double* __restrict into, double share) {
  for (std::size_t i = 0; i < count; ++i) into[i] += (from[i] - into[i]) * share;
}

// The number whose `power`-th power is `value` in (0, 1], by bisection: the same on every machine.
double root_of(double value, std::uint32_t power) {
  double low = 0;
  double high = 1;
  for (int round = 0; round < 60; ++round) {
    const double middle = (low + high) / 2;
    double product = 1;
    double base = middle;
    for (std::uint32_t left = power; left > 0; left /= 2) {
      if (left % 2 == 1) product *= base;
      base *= base;
    }
    (product < value ? low : high) = middle;
  }
  return high;
}

}  // namespace

void Adam::restart(std::size_t count) {
  first_.assign(count, 0);
  second_.assign(count, 0);
  first_bias_ = second_bias_ = 1;
}

void Adam::targets(const std::vector<double>& gradient, const std::vector<double>& price,
                   const std::vector<double>& scale, double rate, const AdamRates& rates,
                   std::vector<double>& target) {
  first_bias_ *= rates.first;
  second_bias_ *= rates.second;
  move_targets(price.size(), gradient.data(), first_.data(), second_.data(), price.data(),
               scale.data(), target.data(), rates, 1 / (1 - first_bias_), 1 / (1 - second_bias_),
               rate);
}

RateWalk::RateWalk(const Schedule& schedule, std::uint32_t steps)
    : rate_(schedule.first),
      held_(static_cast<std::uint32_t>(schedule.hold * static_cast<double>(steps))),
      factor_(root_of(schedule.last_share, std::max(1U, steps - held_))) {}

void FadingAverage::add(const std::vector<double>& values) {
  values_.resize(values.size(), 0.0);
  ++count_;
  weight_ += count_;
  mix(values.size(), values.data(), values_.data(), static_cast<double>(count_) / weight_);
  if (count_ % period_ == 0) weight_ *= 0.25;
}

}  // namespace tongsuan::solver::dual
