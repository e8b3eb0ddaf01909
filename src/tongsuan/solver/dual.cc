#include "tongsuan/solver/dual.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/solver/dual_oracle.h"
#include "tongsuan/solver/dual_rows.h"
#include "tongsuan/solver/dual_sample.h"
#include "tongsuan/solver/worker_pool.h"

namespace tongsuan::solver {

using dual::AdamRates;
using dual::FadingAverage;
using dual::Oracle;
using dual::OrderSlice;
using dual::Rows;
using dual::RateWalk;
using dual::Sampler;
using dual::Schedule;
using market::Problem;

namespace {

constexpr std::size_t kFullPassOrdersMax = 50'000;  // above: mini-batches
constexpr std::uint32_t kFullSteps = 1'000;
constexpr std::uint32_t kSampledSteps = 600;
constexpr double kSampleOrders = 3'000;  // per step, about
constexpr std::uint32_t kFadeSteps = 100;
constexpr double kBandLeast = 1e-3;
constexpr std::uint32_t kExactChunk = 4'096;

class Ascent {
 public:
  Ascent(const Problem& problem, const DualOptions& options)
      : problem_(problem), options_(options), pool_(options.thread_count), rows_(problem),
        oracle_(problem, pool_) {}

  DualResult run();

 private:
  void full_passes(const Schedule& schedule, const AdamRates& rates, std::uint32_t steps);
  void samples(const Schedule& schedule, const AdamRates& rates, std::uint32_t steps);
  double evaluate(const std::vector<OrderSlice>& slices, double band);
  void consider(const std::vector<double>& prices);
  [[nodiscard]] int128 exact_bound(const Prices& prices);
  // False when the caller asked to stop.
  bool report(std::uint32_t step, std::uint32_t steps) const;

  const Problem& problem_;
  const DualOptions& options_;
  WorkerPool pool_;
  Rows rows_;
  Oracle oracle_;
  std::vector<double> use_;
  DualResult result_;
};

bool Ascent::report(std::uint32_t step, std::uint32_t steps) const {
  if (options_.progress && step % 16 == 0) {
    options_.progress(static_cast<double>(step) / static_cast<double>(steps));
  }
  return !(options_.cancelled && options_.cancelled());
}

double Ascent::evaluate(const std::vector<OrderSlice>& slices, double band) {
  oracle_.set_prices(rows_.prices());
  return rows_.supply_surplus(band) + oracle_.respond(slices, use_);
}

void Ascent::full_passes(const Schedule& schedule, const AdamRates& rates, std::uint32_t steps) {
  std::vector<std::uint32_t> orders(problem_.orders.size());
  std::iota(orders.begin(), orders.end(), 0U);
  const std::vector<OrderSlice> all = {{orders, dual::kWeightUnit}};
  oracle_.index_singles();
  RateWalk walk(schedule, steps);
  std::vector<double> best = rows_.prices();
  FadingAverage average(kFadeSteps);
  double best_bound = 0;
  for (std::uint32_t step = 1; step <= steps; ++step) {
    const double rate = walk.next();
    const double bound = evaluate(all, std::max(rate / 2, kBandLeast));
    if (step == 1 || bound < best_bound) {
      best_bound = bound;
      best = rows_.prices();
    }
    rows_.step(use_, rate, rates);
    ++result_.steps;
    if (!report(step, steps)) break;
    average.add(rows_.prices());
  }
  consider(best);
  consider(average.values());
  consider(rows_.prices());
}

void Ascent::samples(const Schedule& schedule, const AdamRates& rates, std::uint32_t steps) {
  Sampler sampler(problem_, kSampleOrders / static_cast<double>(problem_.orders.size()));
  RateWalk walk(schedule, steps);
  std::vector<double> average(rows_.prices().size(), 0.0);
  double count = 0;
  for (std::uint32_t step = 1; step <= steps; ++step) {
    const double rate = walk.next();
    evaluate(sampler.next(), std::max(rate / 2, kBandLeast));
    rows_.step(use_, rate, rates);
    ++result_.steps;
    if (!report(step, steps)) break;
    if (step <= steps / 2) continue;
    count += 1;
    const std::vector<double>& prices = rows_.prices();
    for (std::size_t row = 0; row < average.size(); ++row) {
      average[row] += (prices[row] - average[row]) / count;
    }
  }
  consider(count > 0 ? average : rows_.prices());
}

int128 Ascent::exact_bound(const Prices& prices) {
  const market::OptionPricer pricer(problem_, prices);
  const auto orders = static_cast<std::uint32_t>(problem_.orders.size());
  std::vector<int128> parts((orders + kExactChunk - 1) / kExactChunk, 0);
  pool_.run(static_cast<std::uint32_t>(parts.size()), [&](std::uint32_t index, std::uint32_t) {
    const std::uint32_t end = std::min(orders, (index + 1) * kExactChunk);
    for (std::uint32_t order = index * kExactChunk; order < end; ++order) {
      parts[index] += pricer.surplus(order);
    }
  });
  int128 bound = 0;
  for (const int128 part : parts) bound += part;
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    bound += market::step_surplus(problem_, prices, row);
  }
  for (const market::LineSlot& line : problem_.line_slots) {
    bound += market::line_surplus(problem_, prices, line);
  }
  return bound;
}

// Keeps prices if their exact bound is the lowest so far.
void Ascent::consider(const std::vector<double>& prices) {
  Prices rounded = rows_.rounded(prices);
  if (rounded == result_.prices) return;
  const int128 bound = exact_bound(rounded);
  if (!result_.prices.empty() && bound >= result_.bound) return;
  result_.bound = bound;
  result_.prices = std::move(rounded);
}

DualResult Ascent::run() {
  if (!options_.warm_start.empty()) {
    rows_.restart({options_.warm_start.begin(), options_.warm_start.end()});
    consider(rows_.prices());
  }
  if (problem_.orders.size() <= kFullPassOrdersMax) {
    full_passes({.first = 0.2, .last_share = 0.0025, .hold = 0.4}, {},
                options_.steps != 0 ? options_.steps : kFullSteps);
  } else {
    samples({.first = 0.2, .last_share = 0.001, .hold = 0}, {},
            options_.steps != 0 ? options_.steps : kSampledSteps);
  }
  return std::move(result_);
}

}  // namespace

DualResult solve_dual(const Problem& problem, const DualOptions& options) {
  return Ascent(problem, options).run();
}

}  // namespace tongsuan::solver
