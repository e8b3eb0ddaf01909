#include "tongsuan/lab/value_ascent.h"

#include <algorithm>
#include <limits>

namespace tongsuan::lab {
namespace {

constexpr double kHourSeconds = 3'600;

double after(const double* integral, const double* rate, double at) {
  const auto hour = static_cast<std::size_t>(at / kHourSeconds);
  return integral[hour] + rate[hour] * (at - static_cast<double>(hour) * kHourSeconds);
}

// What is left of the value at a start; costs are never worth more than that.
double value_left(const ValueJob& job, double start) {
  const double lost = static_cast<double>(job.delay_cost) *
                      std::max(0.0, start - static_cast<double>(job.decay_from)) / kHourSeconds;
  return std::max(0.0, static_cast<double>(job.value) - lost);
}

}  // namespace

ValueOracle::ValueOracle(const Instance& instance, const ValueModel& model)
    : instance_(instance), model_(model), hours_(model.hours) {
  for (const std::vector<std::int64_t>& row : energy_prices(instance, model, {})) {
    for (const std::int64_t price : row) tariff_.push_back(static_cast<double>(price));
  }
  // An integral has an entry for the end of the last hour, so that every second has an hour.
  const std::size_t entries = model.capacity.size() * (hours_ + 1);
  for (auto* table : {&rate_, &integral_, &least_after_, &held_, &held_integral_}) {
    table->assign(entries, 0);
  }
}

ValueOracle::Pool ValueOracle::at(std::uint32_t pool) const {
  const std::size_t row = pool * (hours_ + 1);
  return {&rate_[row], &integral_[row], &least_after_[row], &held_[row], &held_integral_[row]};
}

void ValueOracle::set_prices(const RoughPrices& prices) {
  for (std::size_t pool = 0; pool < model_.capacity.size(); ++pool) {
    const std::size_t row = pool * (hours_ + 1);
    const std::uint32_t zone = model_.zones[pool];
    const bool green = !prices.green.empty() && zone != kNone;
    const double megawatts = static_cast<double>(model_.milliwatts[pool]) / 1e9;
    for (std::size_t hour = 0; hour < hours_; ++hour) {
      const std::size_t cell = pool * hours_ + hour;
      const double held = prices.devices[cell] + static_cast<double>(model_.asks[pool][hour]);
      const double energy =
          tariff_[cell] + (green ? prices.green[zone * hours_ + hour] * megawatts : 0);
      held_[row + hour] = held / kHourSeconds;
      rate_[row + hour] = (held + energy) / kHourSeconds;
      held_integral_[row + hour + 1] = held_integral_[row + hour] + held;
      integral_[row + hour + 1] = integral_[row + hour] + held + energy;
    }
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t hour = hours_; hour-- > 0;) {
      least = std::min(least, rate_[row + hour]);
      least_after_[row + hour] = least;
    }
  }
}

double ValueOracle::cost(const Pool& pool, const ValueWay& way, double spare, double start) const {
  const double end = start + static_cast<double>(way.duration);
  const double gang = after(pool.integral, pool.rate, end) - after(pool.integral, pool.rate, start);
  double sum = gang * static_cast<double>(way.gang);
  if (spare > 0) {
    sum += spare * (after(pool.held_integral, pool.held, end) -
                    after(pool.held_integral, pool.held, start));
  }
  return sum;
}

// Starts at edges of hours, starts whose end is at one, and where value begins to fall, as long as
// they can still win: value only falls, and no later hour is cheaper than the cheapest.
void ValueOracle::scan(const ValueJob& job, const ValueWay& way, std::uint32_t pool,
                       Choice& best) const {
  const Pool prices = at(pool);
  const auto spare = static_cast<double>(model_.devices(way, pool) - way.gang);
  const auto fee = static_cast<double>(model_.fee(job, pool));
  const auto duration = static_cast<double>(way.duration);
  const auto latest = static_cast<double>(way.latest);
  const auto submit = static_cast<double>(job.submit);
  const double least =
      fee + duration * static_cast<double>(way.gang) * prices.least_after[job.submit / kHour];
  const auto try_at = [&](double start) {
    const double value = value_left(job, start);
    if (value - least <= best.net) return false;
    const double net = value - fee - cost(prices, way, spare, start);
    if (net > best.net) best = {net, &way, pool, start};
    return true;
  };
  if (!try_at(submit)) return;
  if (job.decay_from > job.submit && job.decay_from < way.latest) {
    try_at(static_cast<double>(job.decay_from));
  }
  auto edge = static_cast<double>((job.submit / kHour + 1) * kHour);
  for (; edge < latest && try_at(edge); edge += kHourSeconds) {
  }
  edge = static_cast<double>(((job.submit + way.duration) / kHour + 1) * kHour) - duration;
  for (; edge < latest && try_at(edge); edge += kHourSeconds) {
  }
  try_at(latest);
}

ValueOracle::Choice ValueOracle::best(const ValueJob& job) const {
  Choice best;
  // A first look at starting at once everywhere makes most of the scans short.
  for (const bool whole : {false, true}) {
    for (std::uint32_t i = 0; i < job.way_count; ++i) {
      const ValueWay& way = model_.ways[job.first_way + i];
      for (const std::uint32_t pool : model_.pool_sets[way.pools]) {
        const std::int64_t fee = model_.fee(job, pool);
        if (fee == kNever) continue;
        if (whole) {
          scan(job, way, pool, best);
          continue;
        }
        const auto spare = static_cast<double>(model_.devices(way, pool) - way.gang);
        const auto submit = static_cast<double>(job.submit);
        const double net = static_cast<double>(job.value) - static_cast<double>(fee) -
                           cost(at(pool), way, spare, submit);
        if (net > best.net) best = {net, &way, pool, submit};
      }
    }
  }
  return best;
}

void ValueOracle::add_usage(const Choice& choice, std::vector<double>& used,
                            std::vector<double>& drawn) const {
  const double devices = model_.devices(*choice.way, choice.pool);
  const std::uint32_t zone = model_.zones[choice.pool];
  const double watts = drawn.empty() || zone == kNone
                           ? 0
                           : static_cast<double>(model_.milliwatts[choice.pool]) / 1e3 *
                                 choice.way->gang / kHourSeconds;
  const double end = choice.start + static_cast<double>(choice.way->duration);
  auto hour = static_cast<std::size_t>(choice.start / kHourSeconds);
  for (double from = choice.start; from < end; ++hour) {
    const double to = std::min(end, static_cast<double>(hour + 1) * kHourSeconds);
    used[choice.pool * hours_ + hour] += devices * (to - from);
    if (watts > 0) drawn[zone * hours_ + hour] += watts * (to - from);
    from = to;
  }
}

double ValueOracle::respond(std::size_t first, std::size_t stride, std::vector<double>& used,
                            std::vector<double>& drawn) const {
  double sum = 0;
  for (std::size_t i = first; i < model_.jobs.size(); i += stride) {
    const Choice choice = best(model_.jobs[i]);
    if (choice.way == nullptr) continue;
    sum += choice.net;
    add_usage(choice, used, drawn);
  }
  return sum;
}

}  // namespace tongsuan::lab
