// What the duals of value_bound.h share: prices that may be trusted, and what green energy costs.
#pragma once

#include "tongsuan/base/int128.h"
#include "tongsuan/lab/value_model.h"

namespace tongsuan::lab::internal {

// Prices have the right shape and are within their limits.
void check_prices(const Instance& instance, const ValuePrices& prices, bool count_adder);

// Green energy and lines at their prices, what a job pays at most for energy that is not matched:
// Wh × micro-yuan per MWh.
[[nodiscard]] int128 green_terms(const Instance& instance, const ValuePrices& prices);

// Prices of a pool as their integral from 0: micro-yuan per device-hour × seconds.
class Integral {
 public:
  explicit Integral(std::vector<std::int64_t> rates);
  [[nodiscard]] std::int64_t to(Second at) const {
    const auto hour = static_cast<std::size_t>(at / kHour);
    if (hour >= rates_.size()) return before_.back();
    return before_[hour] + rates_[hour] * (at % kHour);
  }

 private:
  std::vector<std::int64_t> rates_;
  std::vector<std::int64_t> before_;
};

// Asks and prices by pool and hour, for each device held.
[[nodiscard]] std::vector<std::vector<std::int64_t>> held_rates(const ValueModel& model,
                                                                const ValuePrices& prices);
// Σ λ · devices that are up, micro-yuan × kHour.
[[nodiscard]] int128 capacity_term(const ValueModel& model, const ValuePrices& prices);

}  // namespace tongsuan::lab::internal
