// D for work in parts: what the best plan of a job is worth when every second may be spent at
// another place, or waiting.
//
// From its submission on a job runs somewhere or loses delay_cost an hour, until it is done. On way
// k an hour at the cheapest of its pools costs C_k(hour) and does 1 / duration_k of the work. With
// a price μ for the whole work, of either sign, what it earns is at most
//   value − μ − fee − least over its end T of ∫ min(delay_cost, min_k C_k − μ / duration_k),
// for any μ: one is searched in floating point, and counted in integers. Value that has fallen to
// nothing falls no further: then a job is worth at most what running everything in the cheapest
// hour brings in.
#include <algorithm>
#include <limits>

#include "tongsuan/lab/internal/value_terms.h"

namespace tongsuan::lab {
namespace {

constexpr std::int64_t kNoCost = std::numeric_limits<std::int64_t>::max();
constexpr double kHourPriceMax = 1e18;  // of the work done in an hour, so that it fits 64 bits
constexpr int kPriceSteps = 28;         // of the search for μ; each leaves 0.62 of the interval

class PartsDual {
 public:
  PartsDual(const Instance& instance, const ValuePrices& prices)
      : model_(value_model(instance, Runs::kInParts)),
        held_(internal::held_rates(model_, prices)),
        run_(energy_prices(instance, model_, prices.green)) {
    capacity_ = internal::capacity_term(model_, prices);
    for (std::size_t pool = 0; pool < run_.size(); ++pool) {
      for (std::size_t hour = 0; hour < model_.hours; ++hour) run_[pool][hour] += held_[pool][hour];
      held_after_.push_back(least_after(held_[pool]));
      run_after_.push_back(least_after(run_[pool]));
    }
  }

  // Micro-yuan × kHour, as all sums here.
  [[nodiscard]] int128 sum() {
    int128 sum = capacity_;
    for (const ValueJob& job : model_.jobs) sum += best(job);
    return sum;
  }

 private:
  static std::vector<std::int64_t> least_after(const std::vector<std::int64_t>& row) {
    std::vector<std::int64_t> least = row;
    for (std::size_t i = least.size() - 1; i-- > 0;) least[i] = std::min(least[i], least[i + 1]);
    return least;
  }

  // Of an hour of the gang; what it holds beyond itself draws nothing.
  [[nodiscard]] std::int64_t hour_cost(const ValueWay& way, std::uint32_t spare, std::int64_t run,
                                       std::int64_t held) const {
    return run * way.gang + held * spare;
  }

  int128 best(const ValueJob& job) {
    const std::int64_t fee = look(job);
    if (fee == kNoCost) return 0;
    const int128 of_nothing = -cheapest_whole_;
    const int128 priced = earned(job, find_price(job));
    return std::max<int128>(0, std::max(of_nothing, priced) - static_cast<int128>(fee) * kHour);
  }

  // Fills in costs by way and hour of the window; returns the least fee, or kNoCost.
  std::int64_t look(const ValueJob& job) {
    first_hour_ = static_cast<std::size_t>(job.submit / kHour);
    until_ = window_end(job);
    hours_ = static_cast<std::size_t>((until_ + kHour - 1) / kHour) - first_hour_;
    costs_.assign(job.way_count * hours_, kNoCost);
    cheapest_whole_ = 0;
    bool first = true;
    std::int64_t fee = kNoCost;
    for (std::uint32_t i = 0; i < job.way_count; ++i) {
      const ValueWay& way = model_.ways[job.first_way + i];
      for (const std::uint32_t pool : model_.pool_sets[way.pools]) {
        const std::int64_t of_data = model_.fee(job, pool);
        if (of_data == kNever) continue;
        fee = std::min(fee, of_data);
        const std::uint32_t spare = model_.devices(way, pool) - way.gang;
        for (std::size_t at = 0; at < hours_; ++at) {
          std::int64_t& cost = costs_[i * hours_ + at];
          cost = std::min(cost, hour_cost(way, spare, run_[pool][first_hour_ + at],
                                          held_[pool][first_hour_ + at]));
        }
        const int128 whole =
            static_cast<int128>(hour_cost(way, spare, run_after_[pool][first_hour_],
                                          held_after_[pool][first_hour_])) *
            way.duration;
        if (first || whole < cheapest_whole_) cheapest_whole_ = whole;
        first = false;
      }
    }
    return fee;
  }

  // No later than when all value is lost by waiting, besides running as slowly as possible.
  [[nodiscard]] Second window_end(const ValueJob& job) const {
    if (job.delay_cost <= 0) return job.end;
    Second slowest = 0;
    for (std::uint32_t i = 0; i < job.way_count; ++i) {
      slowest = std::max(slowest, model_.ways[job.first_way + i].duration);
    }
    const int128 idle =
        divide_wide(static_cast<int128>(job.value + 1) * kHour, job.delay_cost, Rounding::kUp);
    const int128 end = idle + slowest + job.submit;
    return static_cast<Second>(std::min<int128>(end, job.end));
  }

  [[nodiscard]] Second seconds(const ValueJob& job, std::size_t at) const {
    const auto begin = static_cast<Second>(first_hour_ + at) * kHour;
    return std::min(begin + kHour, until_) - std::max(begin, job.submit);
  }

  // What the plan earns at most at a price of the work, rounded up.
  int128 earned(const ValueJob& job, std::int64_t price) {
    rates_.assign(hours_, job.delay_cost);
    for (std::uint32_t i = 0; i < job.way_count; ++i) {
      const std::int64_t* costs = &costs_[i * hours_];
      if (costs[0] == kNoCost) continue;
      const auto done = static_cast<std::int64_t>(
          divide_wide(static_cast<int128>(price) * kHour, model_.ways[job.first_way + i].duration,
                      Rounding::kUp));
      for (std::size_t at = 0; at < hours_; ++at) {
        rates_[at] = std::min(rates_[at], costs[at] - done);
      }
    }
    int128 sum = 0, least = 0;
    for (std::size_t at = 0; at < hours_; ++at) {
      sum += static_cast<int128>(rates_[at]) * seconds(job, at);
      least = std::min(least, sum);
    }
    return static_cast<int128>(job.value + 1 - price) * kHour - least;
  }

  // By golden sections: what a plan earns is convex in the price.
  [[nodiscard]] std::int64_t find_price(const ValueJob& job) {
    constexpr double kGolden = 0.6180339887498949;
    double low = std::min(0.0, static_cast<double>(cheapest_whole_) / kHour);
    double high = 2 * static_cast<double>(job.value) + 1 - low;
    for (std::uint32_t i = 0; i < job.way_count; ++i) {
      const ValueWay& way = model_.ways[job.first_way + i];
      high = std::min(high, kHourPriceMax / kHour * static_cast<double>(way.duration));
    }
    const auto at = [&](double price) {
      return static_cast<double>(earned(job, static_cast<std::int64_t>(price)));
    };
    double left = high - kGolden * (high - low), right = low + kGolden * (high - low);
    double at_left = at(left), at_right = at(right);
    for (int step = 0; step < kPriceSteps; ++step) {
      if (at_left <= at_right) {
        high = right;
        right = left;
        at_right = at_left;
        left = high - kGolden * (high - low);
        at_left = at(left);
      } else {
        low = left;
        left = right;
        at_left = at_right;
        right = low + kGolden * (high - low);
        at_right = at(right);
      }
    }
    return static_cast<std::int64_t>(at_left <= at_right ? left : right);
  }

  const ValueModel model_;
  std::vector<std::vector<std::int64_t>> held_, held_after_;  // asks and prices, for each device
  std::vector<std::vector<std::int64_t>> run_, run_after_;    // and energy, for each of the gang
  int128 capacity_ = 0;
  // Of the job that is looked at:
  std::size_t first_hour_ = 0, hours_ = 0;
  Second until_ = 0;
  std::vector<std::int64_t> costs_;  // [way × hours + hour] of the window
  std::vector<std::int64_t> rates_;  // of its plan, micro-yuan an hour
  int128 cheapest_whole_ = 0;        // everything in the cheapest hour
};

}  // namespace

std::int64_t value_dual_of_parts(const Instance& instance, const ValuePrices& prices,
                                 bool count_adder) {
  internal::check_prices(instance, prices, count_adder);
  int128 bound = divide_wide(PartsDual(instance, prices).sum(), kHour, Rounding::kUp);
  if (!prices.green.empty()) {
    bound += divide_wide(internal::green_terms(instance, prices), kMicro, Rounding::kUp);
  }
  return static_cast<std::int64_t>(std::min<int128>(bound, INT64_MAX));
}

}  // namespace tongsuan::lab
