#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "tongsuan/market/gang_bound.h"
#include "tongsuan/solver/dual.h"
#include "tongsuan/solver/dual_adam.h"
#include "tongsuan/solver/dual_rows.h"
#include "tongsuan/solver/gang_oracle.h"
#include "tongsuan/solver/gang_rows.h"

namespace tongsuan::solver {

using dual::AdamRates;
using dual::FadingAverage;
using dual::GangOracle;
using dual::GangRows;
using dual::RateWalk;
using dual::Rows;
using dual::Schedule;
using market::Problem;

namespace {

constexpr std::uint32_t kSteps = 600;
constexpr std::size_t kFewOrders = 6'000;
constexpr std::uint32_t kStepsOfMany = 300;     // above kFewOrders: as good, for half the time
constexpr std::size_t kGangOrdersMax = 25'000;  // nothing was gained in larger books
constexpr std::uint32_t kProbeSteps = 40;
constexpr std::int64_t kThinShare = 4;       // a gang above 1 / this of a lane's capacity is large
constexpr double kGainLeast = 5e-5;          // of the bound: less is not worth the time
constexpr std::uint32_t kAverageSteps = 25;  // how often the average is tried
constexpr std::uint32_t kGroupChunk = 32;
constexpr AdamRates kGangRates = {.first = 0.8, .second = 0.9, .floor = 0.05};

// The sizes that amounts are split into: their greatest common divisor times the powers of two
// that occur in them. Empty where nobody uses a gang row.
std::vector<std::uint32_t> sizes_of(const std::vector<std::int64_t>& amounts) {
  std::int64_t unit = 0;
  for (const std::int64_t amount : amounts) unit = std::gcd(unit, amount);
  std::vector<std::uint32_t> sizes;
  if (unit == 0 || unit > kGangMax) return sizes;
  std::int64_t digits = 1;  // the smallest size is digit 0
  for (const std::int64_t amount : amounts) digits |= amount / unit;
  for (std::int64_t power = 1; unit * power <= kGangMax; power *= 2) {
    if ((digits & power) != 0) sizes.push_back(static_cast<std::uint32_t>(unit * power));
  }
  return sizes;
}

class GangAscent {
 public:
  GangAscent(const Problem& problem, const Prices& prices, std::vector<std::uint32_t> sizes,
             const DualOptions& options)
      : problem_(problem),
        prices_(prices),
        options_(options),
        sizes_(std::move(sizes)),
        rows_(problem.gang_lane_count * problem.slot_count),
        pool_(options.thread_count),
        knapsacks_(problem, prices, sizes_),
        stride_(knapsacks_.stride()),
        oracle_(problem, prices, sizes_, stride_, pool_) {}

  GangDualResult run();

 private:
  void set_start();
  double evaluate(const std::vector<double>& gang_prices);
  void keep_best(const std::vector<double>& gang_prices, double bound);
  void descend(const Schedule& schedule, std::uint32_t steps);
  [[nodiscard]] GangPrices rounded() const;

  const Problem& problem_;
  const Prices& prices_;
  const DualOptions& options_;
  const std::vector<std::uint32_t> sizes_;
  const std::uint32_t rows_;
  WorkerPool pool_;
  GangRows knapsacks_;
  const std::size_t stride_;  // of planes: price_[k · stride + row]
  GangOracle oracle_;
  dual::Adam adam_;
  std::vector<double> price_, scale_, gradient_, target_, counts_;
  std::vector<double> row_counts_;  // what the rows keep
  std::vector<double> row_values_;
  std::vector<double> best_;
  double best_bound_ = 0;
};

void GangAscent::set_start() {
  const std::size_t count = sizes_.size() * stride_;
  price_.assign(count, 0.0);
  scale_.assign(count, 0.0);
  gradient_.assign(count, 0.0);
  target_.assign(count, 0.0);
  row_counts_.assign(count, 0.0);
  row_values_.assign(stride_, 0.0);
  const std::vector<bool> reachable = oracle_.reachable();
  const Rows uniform(problem_);
  for (std::size_t k = 0; k < sizes_.size(); ++k) {
    for (std::uint32_t row = 0; row < rows_; ++row) {
      const std::size_t at = k * stride_ + row;
      scale_[at] = uniform.scales()[row] * sizes_[k];
      // A gang that nobody can place here is worth nothing to the row.
      if (reachable[at] || knapsacks_.uniform(row))
        price_[at] = static_cast<double>(prices_[row]) * sizes_[k];
    }
  }
}

// D(π) without the rows that are no gang rows and the lines; fills the gradient.
double GangAscent::evaluate(const std::vector<double>& gang_prices) {
  oracle_.set_prices(gang_prices);
  double bound = oracle_.respond(counts_) + knapsacks_.earned();
  const std::uint32_t groups = knapsacks_.group_count();
  pool_.run((groups + kGroupChunk - 1) / kGroupChunk, [&](std::uint32_t chunk, std::uint32_t) {
    const std::uint32_t end = std::min(groups, (chunk + 1) * kGroupChunk);
    for (std::uint32_t group = chunk * kGroupChunk; group < end; ++group) {
      knapsacks_.best(group, gang_prices.data(), row_counts_.data(), row_values_.data());
    }
  });
  for (std::uint32_t row = 0; row < rows_; ++row) {
    const market::Lane& lane = problem_.lanes[row / problem_.slot_count];
    bound += row_values_[row] *
             (static_cast<double>(lane.scale) / static_cast<double>(problem_.denominator));
  }
  for (std::size_t k = 0; k < sizes_.size(); ++k) {
    for (std::uint32_t row = 0; row < rows_; ++row) {
      const std::size_t at = k * stride_ + row;
      gradient_[at] = knapsacks_.uniform(row) ? 0 : counts_[at] - row_counts_[at];
    }
  }
  return bound;
}

void GangAscent::keep_best(const std::vector<double>& gang_prices, double bound) {
  if (!best_.empty() && bound >= best_bound_) return;
  best_ = gang_prices;
  best_bound_ = bound;
}

void GangAscent::descend(const Schedule& schedule, std::uint32_t steps) {
  RateWalk walk(schedule, steps);
  FadingAverage average(4 * kAverageSteps);
  adam_.restart(price_.size());
  for (std::uint32_t step = 1; step <= steps; ++step) {
    keep_best(price_, evaluate(price_));
    adam_.targets(gradient_, price_, scale_, walk.next(), kGangRates, target_);
    for (std::size_t i = 0; i < price_.size(); ++i) price_[i] = std::max(0.0, target_[i]);
    average.add(price_);
    if (step % kAverageSteps == 0) keep_best(average.values(), evaluate(average.values()));
    if (options_.progress && step % 16 == 0) {
      options_.progress(static_cast<double>(step) / static_cast<double>(steps));
    }
    if (options_.cancelled && options_.cancelled()) return;
  }
}

GangPrices GangAscent::rounded() const {
  GangPrices result;
  result.sizes = sizes_;
  result.prices.reserve(best_.size());
  for (std::uint32_t row = 0; row < rows_; ++row) {
    for (std::size_t k = 0; k < sizes_.size(); ++k) {
      const double price =
          std::min(best_[k * stride_ + row] + 0.5, static_cast<double>(market::kGangPriceMax));
      result.prices.push_back(static_cast<std::int64_t>(price));
    }
  }
  return result;
}

GangDualResult GangAscent::run() {
  set_start();
  const double start = evaluate(price_);
  keep_best(price_, start);
  // A short walk with small steps tells whether anything is to be gained at all.
  descend({.first = 0.02, .last_share = 0.1, .hold = 0}, kProbeSteps);
  if (best_bound_ > start - kGainLeast * (start < 0 ? -start : start)) return {};
  price_ = best_;
  const std::uint32_t usual = problem_.orders.size() > kFewOrders ? kStepsOfMany : kSteps;
  const std::uint32_t steps = options_.steps != 0 ? options_.steps : usual;
  descend({.first = 0.3, .last_share = 0.001, .hold = 0}, std::max(kProbeSteps, steps));
  GangDualResult result;
  result.prices = rounded();
  result.bound = market::gang_bound(problem_, prices_, result.prices);
  return result;
}

}  // namespace

bool is_thin(const Problem& problem) {
  std::vector<std::int64_t> capacity(problem.gang_lane_count, 0);  // of all slots
  for (std::uint32_t lane = 0; lane < problem.gang_lane_count; ++lane) {
    for (std::uint32_t i = problem.supply_begin[problem.row(lane, 0)];
         i < problem.supply_begin[problem.row(lane, 0) + problem.slot_count]; ++i) {
      capacity[lane] += problem.supply[i].amount;
    }
  }
  const auto large = [&](std::uint32_t lane, std::int64_t amount) {
    return lane<problem.gang_lane_count&& static_cast<int128>(amount) * kThinShare *
                problem.slot_count>
        capacity[lane];
  };
  for (const market::Choice& choice : problem.choices) {
    if (choice.bundle == kNone) continue;
    const Span32 legs = problem.bundles[choice.bundle];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::BundleLeg& leg = problem.bundle_legs[i];
      if (large(leg.lane, leg.units * choice.devices)) return true;
    }
  }
  return std::ranges::any_of(problem.profile_legs, [&](const market::ProfileLeg& leg) {
    return large(leg.lane, leg.amount);
  });
}

GangDualResult solve_gang_dual(const Problem& problem, const Prices& prices,
                               const DualOptions& options) {
  if (problem.orders.size() > kGangOrdersMax || !is_thin(problem)) return {};
  std::vector<std::uint32_t> sizes = sizes_of(market::gang_amounts(problem));
  if (sizes.empty()) return {};
  const std::uint32_t rows = problem.gang_lane_count * problem.slot_count;
  if (rows > kGangPricesMax / sizes.size()) return {};
  const std::int64_t highest = *std::max_element(prices.begin(), prices.begin() + rows);
  if (highest > market::kGangPriceMax / sizes.back()) return {};
  return GangAscent(problem, prices, std::move(sizes), options).run();
}

}  // namespace tongsuan::solver
