// D at given prices, in integers: the only part of value_bound.h that has to be right.
#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/lab/internal/value_terms.h"

namespace tongsuan::lab {
namespace internal {

void check_prices(const Instance& instance, const ValuePrices& prices, bool count_adder) {
  const std::size_t hours = value_hours(instance);
  TONGSUAN_CHECK(prices.devices.size() == instance.places.pools.size());
  for (const std::vector<std::int64_t>& row : prices.devices) {
    TONGSUAN_CHECK(row.size() == hours);
    for (const std::int64_t price : row) TONGSUAN_CHECK(price >= 0 && price <= kValuePriceMax);
  }
  if (prices.green.empty()) return;
  TONGSUAN_CHECK(count_adder && prices.green.size() == instance.places.zones.size());
  for (const std::vector<std::int64_t>& row : prices.green) {
    TONGSUAN_CHECK(row.size() == hours);
    for (const std::int64_t price : row) {
      TONGSUAN_CHECK(price >= 0 && price <= instance.energy.unmatched_adder);
    }
  }
}

int128 green_terms(const Instance& instance, const ValuePrices& prices) {
  int128 sum = 0;  // Wh × micro-yuan per MWh
  const Energy& energy = instance.energy;
  for (std::uint32_t hour = 0; hour < value_hours(instance); ++hour) {
    const std::size_t at = energy.hour_at(Second{hour} * kHour);
    for (std::size_t zone = 0; zone < prices.green.size(); ++zone) {
      if (zone >= energy.green.size() || at >= energy.green[zone].size()) continue;
      sum += static_cast<int128>(energy.green[zone][at]) * prices.green[zone][hour];
    }
    for (const Energy::Line& line : energy.lines) {
      const std::int64_t gain = prices.green[line.to.value][hour] -
                                prices.green[line.from.value][hour] -
                                std::max<std::int64_t>(0, line.tariff.raw());
      if (gain > 0) sum += static_cast<int128>(line.limit) * gain;
    }
  }
  return sum;
}

Integral::Integral(std::vector<std::int64_t> rates) : rates_(std::move(rates)) {
  before_.push_back(0);
  for (const std::int64_t rate : rates_) before_.push_back(before_.back() + rate * kHour);
}

std::vector<std::vector<std::int64_t>> held_rates(const ValueModel& model,
                                                  const ValuePrices& prices) {
  std::vector<std::vector<std::int64_t>> held = model.asks;
  for (std::size_t pool = 0; pool < held.size(); ++pool) {
    for (std::size_t hour = 0; hour < model.hours; ++hour) {
      held[pool][hour] += prices.devices[pool][hour];
    }
  }
  return held;
}

int128 capacity_term(const ValueModel& model, const ValuePrices& prices) {
  int128 sum = 0;
  for (std::size_t pool = 0; pool < model.capacity.size(); ++pool) {
    for (std::size_t hour = 0; hour < model.hours; ++hour) {
      sum += static_cast<int128>(prices.devices[pool][hour]) * model.capacity[pool][hour];
    }
  }
  return sum;
}

}  // namespace internal

namespace {

using internal::Integral;

class Dual {
 public:
  Dual(const Instance& instance, const ValuePrices& prices) : model_(value_model(instance)) {
    capacity_ = internal::capacity_term(model_, prices);
    for (auto& row : internal::held_rates(model_, prices)) held_.emplace_back(std::move(row));
    for (auto& row : energy_prices(instance, model_, prices.green)) {
      energy_.emplace_back(std::move(row));
    }
  }

  // Micro-yuan × kHour, as all sums here.
  [[nodiscard]] int128 sum() const {
    int128 sum = capacity_;
    for (const ValueJob& job : model_.jobs) sum += best(job);
    return sum;
  }

  [[nodiscard]] int128 missing(const std::vector<std::uint32_t>& stopped) const {
    int128 sum = 0;
    for (const ValueJob& job : model_.jobs) {
      if (!std::ranges::binary_search(stopped, job.order)) continue;
      sum += std::max<int128>(0, static_cast<int128>(job.value) * kHour - best(job));
    }
    return sum;
  }

 private:
  [[nodiscard]] int128 best(const ValueJob& job) const {
    int128 best = 0;
    for (std::uint32_t i = 0; i < job.way_count; ++i) {
      const ValueWay& way = model_.ways[job.first_way + i];
      for (const std::uint32_t pool : model_.pool_sets[way.pools]) {
        const std::int64_t fee = model_.fee(job, pool);
        if (fee == kNever) continue;
        const auto try_at = [&](Second start) {
          best = std::max(best, net(job, way, pool, start) - static_cast<int128>(fee) * kHour);
        };
        // Between two neighbours of these, value is convex and cost is linear.
        try_at(job.submit);
        try_at(way.latest);
        if (job.decay_from > job.submit && job.decay_from < way.latest) try_at(job.decay_from);
        for (Second at = (job.submit / kHour + 1) * kHour; at < way.latest; at += kHour) try_at(at);
        for (Second end = ((job.submit + way.duration) / kHour + 1) * kHour;
             end - way.duration < way.latest; end += kHour) {
          try_at(end - way.duration);
        }
      }
    }
    return best;
  }

  // engine::value_at rounds what is lost down, so up to a micro-yuan more is worth having.
  [[nodiscard]] int128 net(const ValueJob& job, const ValueWay& way, std::uint32_t pool,
                           Second start) const {
    const int128 lost =
        static_cast<int128>(job.delay_cost) * std::max<Second>(0, start - job.decay_from);
    const int128 value = std::max<int128>(0, static_cast<int128>(job.value + 1) * kHour - lost);
    const Second end = start + way.duration;
    const int128 held = held_[pool].to(end) - held_[pool].to(start);
    const int128 drawn = energy_[pool].to(end) - energy_[pool].to(start);
    return value - held * model_.devices(way, pool) - drawn * way.gang;
  }

  const ValueModel model_;
  std::vector<Integral> held_;    // asks and prices, by pool, for each device held
  std::vector<Integral> energy_;  // by pool, for each device of the gang
  int128 capacity_ = 0;
};

}  // namespace

std::int64_t value_dual(const Instance& instance, const ValuePrices& prices, bool count_adder) {
  internal::check_prices(instance, prices, count_adder);
  int128 bound = divide_wide(Dual(instance, prices).sum(), kHour, Rounding::kUp);
  if (!prices.green.empty()) {
    bound += divide_wide(internal::green_terms(instance, prices), kMicro, Rounding::kUp);
  }
  return static_cast<std::int64_t>(std::min<int128>(bound, INT64_MAX));
}

std::int64_t value_of_stops(const Instance& instance, const ValuePrices& prices,
                            const std::vector<std::uint32_t>& stopped) {
  internal::check_prices(instance, prices, !prices.green.empty());
  const int128 missing = divide_wide(Dual(instance, prices).missing(stopped), kHour, Rounding::kUp);
  return static_cast<std::int64_t>(std::min<int128>(missing, INT64_MAX));
}

}  // namespace tongsuan::lab
