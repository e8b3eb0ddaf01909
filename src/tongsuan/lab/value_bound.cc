// Dual ascent: stochastic steps over shares of the jobs, then steps over all of them.
#include "tongsuan/lab/value_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tongsuan/base/check.h"
#include "tongsuan/lab/value_ascent.h"

namespace tongsuan::lab {
namespace {

constexpr double kMeanDecay = 0.9;  // of Adam (Kingma and Ba 2015)
constexpr double kSquareDecay = 0.99;
constexpr std::size_t kShares = 16;  // of the jobs, one a step
constexpr std::uint32_t kPasses = 60;
constexpr double kFirstRate = 0.1;  // of a pool's typical price, a step
constexpr double kLastRate = 0.002;

struct Adam {
  std::vector<double> mean, square;
  double mean_left = 1, square_left = 1;  // what the zeros at the beginning still weigh

  explicit Adam(std::size_t size) : mean(size), square(size) {}
  void next() {
    mean_left *= kMeanDecay;
    square_left *= kSquareDecay;
  }
  // The step, about within [−1, 1], against the gradient.
  double step(std::size_t i, double gradient) {
    mean[i] += (1 - kMeanDecay) * (gradient - mean[i]);
    square[i] += (1 - kSquareDecay) * (gradient * gradient - square[i]);
    const double size = std::sqrt(square[i] / (1 - square_left));
    return -(mean[i] / (1 - mean_left)) / (size + 1e-9);
  }
};

class Ascent {
 public:
  Ascent(const Instance& instance, const ValueModel& model, const ValueOptions& options)
      : instance_(instance),
        model_(model),
        oracle_(instance, model),
        passes_(options.steps > 0 ? options.steps : kPasses),
        hours_(model.hours),
        devices_(model.capacity.size() * hours_),
        green_(0) {
    const bool green =
        options.count_adder && instance.energy.unmatched_adder > 0 && !instance.energy.empty();
    if (green) zones_ = instance.places.zones.size();
    prices_.devices.assign(model.capacity.size() * hours_, 0);
    prices_.green.assign(zones_ * hours_, 0);
    green_ = Adam(zones_ * hours_);
    used_.resize(prices_.devices.size());
    drawn_.resize(prices_.green.size());
    fill_scales();
  }

  RoughPrices run() {
    const std::uint32_t shared = passes_ * 2 / 3;
    const auto total = static_cast<std::uint32_t>(shared * kShares + passes_ - shared);
    std::uint32_t step = 0;
    move(0, 1, 0);  // no price at all is a bound too
    for (std::uint32_t pass = 0; pass < shared; ++pass) {
      for (std::size_t share = 0; share < kShares; ++share, ++step) {
        move(share, kShares, rate(step, total));
        if (pass * 2 >= shared) average();
      }
    }
    if (averaged_ > 0) prices_ = mean_;
    for (std::uint32_t pass = shared; pass < passes_; ++pass, ++step) {
      move(0, 1, rate(step, total));
    }
    return best_;
  }

 private:
  [[nodiscard]] static double rate(std::uint32_t step, std::uint32_t total) {
    const double done = static_cast<double>(step) / total;
    const double left = 1 - done;
    return kLastRate + (kFirstRate - kLastRate) * left * left;
  }

  // What jobs that may use a pool are worth for each device-hour, on average.
  void fill_scales() {
    std::vector<double> value(model_.capacity.size()), hours(value.size());
    for (const ValueJob& job : model_.jobs) {
      for (std::uint32_t i = 0; i < job.way_count; ++i) {
        const ValueWay& way = model_.ways[job.first_way + i];
        const double work = static_cast<double>(way.duration) * way.gang / kHour;
        for (const std::uint32_t pool : model_.pool_sets[way.pools]) {
          value[pool] += static_cast<double>(job.value);
          hours[pool] += work;
        }
      }
    }
    for (std::size_t pool = 0; pool < value.size(); ++pool) {
      scale_.push_back(hours[pool] > 0 ? value[pool] / hours[pool] : 0);
    }
  }

  // One step against the gradient of a share of the jobs. With all of them the value is D itself.
  void move(std::size_t first, std::size_t stride, double rate) {
    oracle_.set_prices(prices_);
    std::ranges::fill(used_, 0);
    std::ranges::fill(drawn_, 0);
    const double surplus = oracle_.respond(first, stride, used_, drawn_);
    if (stride == 1) keep_best(surplus);
    move_devices(static_cast<double>(stride), rate);
    if (zones_ > 0) move_green(static_cast<double>(stride), rate);
  }

  void move_devices(double factor, double rate) {
    devices_.next();
    for (std::size_t pool = 0; pool < scale_.size(); ++pool) {
      for (std::size_t hour = 0; hour < hours_; ++hour) {
        const std::size_t cell = pool * hours_ + hour;
        const auto capacity = static_cast<double>(model_.capacity[pool][hour]);
        const double gradient = (capacity - factor * used_[cell]) / std::max(1.0, capacity);
        const double step = rate * scale_[pool] * devices_.step(cell, gradient);
        prices_.devices[cell] =
            std::clamp(prices_.devices[cell] + step, 0.0, static_cast<double>(kValuePriceMax));
      }
    }
  }

  void move_green(double factor, double rate) {
    green_.next();
    const auto adder = static_cast<double>(instance_.energy.unmatched_adder);
    std::vector<double> gradient(zones_);
    for (std::size_t hour = 0; hour < hours_; ++hour) {
      double all = 1;
      for (std::size_t zone = 0; zone < zones_; ++zone) {
        gradient[zone] = green_at(zone, hour) - factor * drawn_[zone * hours_ + hour];
        all += green_at(zone, hour);
      }
      for (const Energy::Line& line : instance_.energy.lines) {
        if (line_gain(line, hour) <= 0) continue;
        gradient[line.to.value] += static_cast<double>(line.limit);
        gradient[line.from.value] -= static_cast<double>(line.limit);
      }
      for (std::size_t zone = 0; zone < zones_; ++zone) {
        const std::size_t cell = zone * hours_ + hour;
        const double step = rate * adder * green_.step(cell, gradient[zone] / all);
        prices_.green[cell] = std::clamp(prices_.green[cell] + step, 0.0, adder);
      }
    }
  }

  [[nodiscard]] double green_at(std::size_t zone, std::size_t hour) const {
    const std::size_t at = instance_.energy.hour_at(static_cast<Second>(hour) * kHour);
    const auto& green = instance_.energy.green;
    return zone < green.size() && at < green[zone].size() ? static_cast<double>(green[zone][at])
                                                          : 0;
  }

  [[nodiscard]] double line_gain(const Energy::Line& line, std::size_t hour) const {
    return prices_.green[line.to.value * hours_ + hour] -
           prices_.green[line.from.value * hours_ + hour] -
           std::max(0.0, static_cast<double>(line.tariff.raw()));
  }

  void keep_best(double surplus) {
    double value = surplus;
    for (std::size_t pool = 0; pool < scale_.size(); ++pool) {
      for (std::size_t hour = 0; hour < hours_; ++hour) {
        value += prices_.devices[pool * hours_ + hour] *
                 static_cast<double>(model_.capacity[pool][hour]) / kHour;
      }
    }
    for (std::size_t hour = 0; hour < hours_ && zones_ > 0; ++hour) {
      for (std::size_t zone = 0; zone < zones_; ++zone) {
        value += prices_.green[zone * hours_ + hour] * green_at(zone, hour) / kMicro;
      }
      for (const Energy::Line& line : instance_.energy.lines) {
        value += std::max(0.0, line_gain(line, hour)) * static_cast<double>(line.limit) / kMicro;
      }
    }
    if (value >= best_value_) return;
    best_value_ = value;
    best_ = prices_;
  }

  void average() {
    if (averaged_ == 0) mean_ = prices_;
    ++averaged_;
    const double weight = 1 / static_cast<double>(averaged_);
    const auto mix = [weight](std::vector<double>& mean, const std::vector<double>& now) {
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += weight * (now[i] - mean[i]);
    };
    mix(mean_.devices, prices_.devices);
    mix(mean_.green, prices_.green);
  }

  const Instance& instance_;
  const ValueModel& model_;
  ValueOracle oracle_;
  std::uint32_t passes_;
  std::size_t hours_;
  std::size_t zones_ = 0;  // 0: green energy has no price
  Adam devices_, green_;
  RoughPrices prices_, mean_, best_;
  std::uint64_t averaged_ = 0;
  double best_value_ = std::numeric_limits<double>::infinity();
  std::vector<double> used_, drawn_;
  std::vector<double> scale_;  // by pool, micro-yuan per device-hour
};

std::vector<std::vector<std::int64_t>> rounded(const std::vector<double>& rough,
                                               std::size_t hours) {
  std::vector<std::vector<std::int64_t>> rows;
  for (std::size_t begin = 0; begin < rough.size(); begin += hours) {
    std::vector<std::int64_t> row(hours);
    for (std::size_t i = 0; i < hours; ++i) row[i] = static_cast<std::int64_t>(rough[begin + i]);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

ValueBound value_bound(const Instance& instance, const ValueOptions& options) {
  ValueBound result;
  result.steps = options.steps > 0 ? options.steps : kPasses;
  int128 all_value = 0;
  for (const world::Job& job : instance.script.jobs) all_value += job.order.value;
  result.all_value = static_cast<std::int64_t>(std::min<int128>(all_value, INT64_MAX));
  const ValueModel model = value_model(instance);
  const RoughPrices rough = Ascent(instance, model, options).run();
  result.prices.devices = rounded(rough.devices, model.hours);
  result.prices.green = rounded(rough.green, model.hours);
  result.bound = value_dual(instance, result.prices, options.count_adder);
  return result;
}

}  // namespace tongsuan::lab
