#include "tongsuan/solver/dual.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
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
using dual::RateWalk;
using dual::Rows;
using dual::Sampler;
using dual::Schedule;
using market::Problem;

namespace {

constexpr std::size_t kFullPassOrdersMax = 8'000;  // above: mini-batches
constexpr std::uint32_t kFullSteps = 1'000;
constexpr std::uint32_t kSampledSteps = 800;
constexpr std::uint32_t kTrialSteps = 40;  // from earlier prices, before they are trusted
constexpr std::uint32_t kWarmSteps = 200;  // when the trial finds better ones
constexpr double kSampleOrders = 4'000;    // per step, about, and at least
constexpr double kSampleAccepted = 10;     // of them, so many that supply has room for
constexpr double kCrowded = 5;             // times the capacity is asked for: start where it ends
constexpr double kSampledAnswers = 5e7;    // in all steps, before these become fewer
constexpr std::uint32_t kSampledStepsMin = 200;
constexpr std::int64_t kTrustedShare = 10'000;  // earlier prices within 1 / this of the trial stay
constexpr std::int64_t kStaleShare = 20;  // prices that the trial betters by 1 / this are no help
constexpr std::uint32_t kFadeSteps = 100;
constexpr double kBandLeast = 1e-3;  // lines are never smoothed over less
constexpr std::uint32_t kExactChunk = 4'096;

// Device-slots that a choice takes of its capacity lane.
double work_of(const Problem& problem, const market::Choice& choice) {
  const market::BundleLeg& leg = problem.bundle_legs[problem.bundles[choice.bundle].begin];
  return static_cast<double>(leg.units) * choice.devices * choice.duration;
}

// All orders against all capacity, as if it were one lane of one slot.
struct Crowd {
  double accepted = 1;  // share of the orders that supply has room for
  double scarcity = 1;  // value per cold cost of the last one that finds room, the best first
};

struct Bid {
  double ratio = 0;  // value per cold cost
  double work = 0;   // device-slots
  auto operator<=>(const Bid&) const = default;
};

// The first choice of every order that pays for capacity.
std::vector<Bid> bids_of(const Problem& problem, const std::vector<double>& cold) {
  std::vector<Bid> bids;
  const std::vector<double> unit = dual::lane_units(problem);
  for (const market::ProblemOrder& order : problem.orders) {
    if (order.choices.count() == 0) continue;
    const market::Choice& choice = problem.choices[order.choices.begin];
    if (choice.bundle == kNone) continue;
    const std::uint32_t lane = problem.bundle_legs[problem.bundles[choice.bundle].begin].lane;
    const double work = work_of(problem, choice);
    const double cost = work * cold[problem.row(lane, choice.first)] * unit[lane];
    if (cost > 0) bids.push_back({static_cast<double>(choice.value) / cost, work});
  }
  return bids;
}

double capacity_of(const Problem& problem) {
  double sum = 0;  // device-slots
  const std::uint32_t rows = problem.capacity_lane_count * problem.slot_count;
  for (std::uint32_t i = problem.supply_begin[0]; i < problem.supply_begin[rows]; ++i) {
    sum += static_cast<double>(problem.supply[i].amount);
  }
  return sum;
}

Crowd crowd_of(const Problem& problem, const std::vector<double>& cold) {
  std::vector<Bid> bids = bids_of(problem, cold);
  double room = capacity_of(problem);
  double work = 0;
  for (const Bid& bid : bids) work += bid.work;
  if (work <= kCrowded * room) return {};
  std::ranges::sort(bids, std::greater<>());
  std::size_t count = 0;
  for (; count + 1 < bids.size() && room >= bids[count].work; ++count) room -= bids[count].work;
  return {static_cast<double>(count + 1) / static_cast<double>(bids.size()), bids[count].ratio};
}

// Rows priced by cost settle early; zones, links and limits are priced by scarcity, many times
// above cost, and need large steps for longer.
Schedule cold_schedule(const Problem& problem, bool full) {
  const bool coupled = problem.lanes.size() > problem.capacity_lane_count;
  if (coupled) return {.first = 0.2, .last_share = 0.0005, .hold = 0.4};
  if (full) return {.first = 0.2, .last_share = 0.0005, .hold = 0.2};
  return {.first = 0.2, .last_share = 0.001, .hold = 0};
}

constexpr AdamRates kDualRates = {.first = 0.9, .second = 0.99, .floor = 1e-3};
constexpr Schedule kTrial = {.first = 0.02, .last_share = 0.1, .hold = 0};
constexpr Schedule kWarm = {.first = 0.08, .last_share = 0.03, .hold = 0};

class Ascent {
 public:
  Ascent(const Problem& problem, const DualOptions& options)
      : problem_(problem),
        options_(options),
        pool_(options.thread_count),
        rows_(problem),
        oracle_(problem, pool_),
        crowd_(crowd_of(problem, rows_.cold_prices())),
        sample_(std::clamp(kSampleAccepted / crowd_.accepted, kSampleOrders,
                           std::max(kSampleOrders, static_cast<double>(problem.orders.size())))) {
    if (problem.orders.size() <= kFullPassOrdersMax) oracle_.index_singles();
  }

  DualResult run();

 private:
  bool warm_up();
  void descend(const Schedule& schedule, std::uint32_t steps);
  void full_passes(const Schedule& schedule, std::uint32_t steps);
  void samples(const Schedule& schedule, std::uint32_t steps);
  double evaluate(const std::vector<OrderSlice>& slices, double band);
  void consider(const std::vector<double>& prices);
  [[nodiscard]] std::vector<double> start_prices() const;
  [[nodiscard]] int128 exact_bound(const Prices& prices);
  [[nodiscard]] std::uint32_t sampled_steps() const {
    const auto affordable = static_cast<std::uint32_t>(kSampledAnswers / sample_);
    return std::clamp(affordable, kSampledStepsMin, kSampledSteps);
  }
  // False when the caller asked to stop.
  bool report(std::uint32_t step, std::uint32_t steps) const;

  const Problem& problem_;
  const DualOptions& options_;
  WorkerPool pool_;
  Rows rows_;
  Oracle oracle_;
  Crowd crowd_;
  double sample_ = 0;  // orders that a step looks at, where it does not look at all
  std::optional<Sampler> sampler_;
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

void Ascent::full_passes(const Schedule& schedule, std::uint32_t steps) {
  std::vector<std::uint32_t> orders(problem_.orders.size());
  std::iota(orders.begin(), orders.end(), 0U);
  const std::vector<OrderSlice> all = {{orders, dual::kWeightUnit}};
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
    rows_.step(use_, rate, kDualRates);
    ++result_.steps;
    average.add(rows_.prices());
    if (!report(step, steps)) break;
  }
  consider(best);
  consider(average.values());
  consider(rows_.prices());
}

void Ascent::samples(const Schedule& schedule, std::uint32_t steps) {
  if (!sampler_) {
    sampler_.emplace(problem_, sample_ / static_cast<double>(problem_.orders.size()));
  }
  RateWalk walk(schedule, steps);
  std::vector<double> average(rows_.prices().size(), 0.0);
  double count = 0;
  for (std::uint32_t step = 1; step <= steps; ++step) {
    const double rate = walk.next();
    evaluate(sampler_->next(), std::max(rate / 2, kBandLeast));
    rows_.step(use_, rate, kDualRates);
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

void Ascent::descend(const Schedule& schedule, std::uint32_t steps) {
  if (problem_.orders.size() <= kFullPassOrdersMax) {
    full_passes(schedule, steps);
  } else {
    samples(schedule, steps);
  }
}

// Earlier prices are tried first: a book that changed little keeps them, which is fast, and keeps
// prices steady from round to round. True when no cold start is needed.
bool Ascent::warm_up() {
  if (options_.warm_start.size() != problem_.row_count()) return false;
  rows_.restart({options_.warm_start.begin(), options_.warm_start.end()});
  consider(rows_.prices());
  const Prices earlier = result_.prices;
  const int128 earlier_bound = result_.bound;
  descend(kTrial, kTrialSteps);
  const int128 gain = earlier_bound - result_.bound;
  const int128 size = earlier_bound < 0 ? -earlier_bound : earlier_bound;
  if (gain <= size / kTrustedShare) {
    result_.prices = earlier;
    result_.bound = earlier_bound;
    return true;
  }
  rows_.restart({result_.prices.begin(), result_.prices.end()});
  descend(kWarm, options_.steps != 0 ? options_.steps : kWarmSteps);
  return gain <= size / kStaleShare;
}

// Costs tell nothing about prices where most orders cannot have a place.
std::vector<double> Ascent::start_prices() const {
  std::vector<double> prices = rows_.cold_prices();
  if (crowd_.scarcity <= 1) return prices;
  const std::uint32_t rows = problem_.capacity_lane_count * problem_.slot_count;
  for (std::uint32_t row = 0; row < rows; ++row) prices[row] *= crowd_.scarcity;
  return prices;
}

DualResult Ascent::run() {
  if (warm_up()) return std::move(result_);
  rows_.restart(start_prices());
  const bool full = problem_.orders.size() <= kFullPassOrdersMax;
  const std::uint32_t steps = full ? kFullSteps : sampled_steps();
  descend(cold_schedule(problem_, full), options_.steps != 0 ? options_.steps : steps);
  return std::move(result_);
}

}  // namespace

DualResult solve_dual(const Problem& problem, const DualOptions& options) {
  return Ascent(problem, options).run();
}

}  // namespace tongsuan::solver
