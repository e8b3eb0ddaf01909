#include "tongsuan/solver/search_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tongsuan/solver/search_kernel.h"

namespace tongsuan::solver::primal {
namespace {

constexpr double kReachMax = 0x1p50;   // largest ticks of one order, or of a horizon of one device
constexpr double kReachGood = 0x1p42;  // finer than this gains nothing
constexpr double kFar = 0x1p51;        // a kink that is never reached; room without a limit

double magnitude(std::int64_t x) {
  return std::abs(static_cast<double>(x));
}

// ---- Ticks -------------------------------------------------------------------------------------

int128 money_divisor(const market::Problem& problem) {
  std::vector<std::int64_t> by_lane(problem.lanes.size(), 0);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    std::int64_t& divisor = by_lane[row / problem.slot_count];
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      divisor = std::gcd(divisor, problem.supply[i].price);
    }
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      divisor = std::gcd(divisor, problem.demand[i].price);
    }
  }
  std::int64_t values = 0;
  for (const market::Choice& choice : problem.choices) values = std::gcd(values, choice.value);
  for (const market::ProblemOrder& order : problem.orders) {
    values = std::gcd(values, order.delay_cost);
  }
  for (const market::Profile& profile : problem.profiles) {
    if (profile.lots_min < profile.lots) values = std::gcd(values, std::int64_t{1});
  }
  int128 divisor = static_cast<int128>(values) * problem.denominator;
  for (std::size_t lane = 0; lane < by_lane.size(); ++lane) {
    int128 other = static_cast<int128>(by_lane[lane]) * problem.lanes[lane].scale;
    while (other != 0) {
      const int128 rest = divisor % other;
      divisor = other;
      other = rest;
    }
  }
  return std::max<int128>(divisor, 1);
}

// Largest price of each lane, λ included, in undivided money per unit.
std::vector<double> lane_prices(const market::Problem& problem, const Prices& prices) {
  std::vector<double> largest(problem.lanes.size(), 0);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    double price = magnitude(prices[row]);
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      price = std::max(price, magnitude(problem.supply[i].price));
    }
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      price = std::max(price, magnitude(problem.demand[i].price));
    }
    const std::uint32_t lane = row / problem.slot_count;
    largest[lane] = std::max(largest[lane], price * magnitude(problem.lanes[lane].scale));
  }
  return largest;
}

// The most undivided money that one order, or one device over the horizon, can mean.
double money_reach(const market::Problem& problem, const Prices& prices) {
  const std::vector<double> largest = lane_prices(problem, prices);
  const double denominator = static_cast<double>(problem.denominator);
  std::vector<double> unit(problem.bundles.size(), 0);
  double reach = 1;
  for (std::size_t bundle = 0; bundle < unit.size(); ++bundle) {
    for (std::uint32_t i = problem.bundles[bundle].begin; i < problem.bundles[bundle].end; ++i) {
      unit[bundle] +=
          largest[problem.bundle_legs[i].lane] * magnitude(problem.bundle_legs[i].units);
    }
    reach = std::max(reach, unit[bundle] * problem.slot_count);
  }
  for (const market::Choice& choice : problem.choices) {
    double cost = magnitude(choice.value) * denominator;
    if (choice.bundle != kNone) {
      cost += unit[choice.bundle] * choice.devices * choice.duration;
      if (choice.extra != kNone) {
        const market::Transfer& transfer = problem.transfers[choice.extra];
        cost += largest[transfer.lane] * magnitude(transfer.rate) * transfer.slots;
      }
    } else {
      const Span32 range = problem.profiles[choice.extra].legs;
      for (std::uint32_t i = range.begin; i < range.end; ++i) {
        const market::ProfileLeg& leg = problem.profile_legs[i];
        cost += largest[leg.lane] * magnitude(leg.amount) * leg.slots.count();
      }
    }
    reach = std::max(reach, cost);
  }
  return reach;
}

// ---- Rows --------------------------------------------------------------------------------------

struct Step {
  double price = 0;
  double amount = 0;
};

// Cost of one row as a convex function of its net use: slope `floor` below `low`, then the steps.
struct RowCost {
  double low = 0;
  double high = 0;
  std::vector<Step> steps;  // rising prices, each once
};

// A kernel looks at every kink of a row each time: rows with hundreds of steps (many small curves
// on one zone) are drawn with fewer. Neighbours that differ least in price and amount become one
// step at their mean price, so the cost stays convex and is right at the ends of every step that is
// left.
constexpr std::size_t kStepsMax = 48;

void merge_steps(std::vector<Step>& steps) {
  if (steps.size() <= kStepsMax) return;
  std::vector<double> bends(steps.size() -
                            1);  // what merging a step with its next one bends the cost by
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    const double amounts = steps[i].amount + steps[i + 1].amount;
    bends[i] =
        (steps[i + 1].price - steps[i].price) * steps[i].amount * (steps[i + 1].amount / amounts);
  }
  std::vector<double> sorted = bends;
  const auto last_kept = sorted.end() - static_cast<std::ptrdiff_t>(kStepsMax - 1);
  std::nth_element(sorted.begin(), last_kept, sorted.end());
  const double least_kept = *last_kept;
  std::vector<Step> merged;
  double cost = 0;
  double amount = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    cost += steps[i].price * steps[i].amount;
    amount += steps[i].amount;
    const bool close =
        i + 1 == steps.size() || (bends[i] >= least_kept && merged.size() + 1 < kStepsMax);
    if (!close) continue;
    const double price = amount > 0 ? std::floor(cost / amount + 0.5) : steps[i].price;
    merged.push_back({merged.empty() ? price : std::max(price, merged.back().price), amount});
    cost = 0;
    amount = 0;
  }
  steps = std::move(merged);
}

// Supply still to be bought and demand still to be given up are the same thing: more use costs the
// cheaper of the two. Supply with a negative price on a free row is taken whatever the use.
RowCost row_cost(const Model& model, std::uint32_t row) {
  const market::Problem& problem = model.problem;
  const std::uint32_t lane = row / problem.slot_count;
  const bool balance = problem.lanes[lane].balance;
  RowCost cost;
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    const double amount = static_cast<double>(problem.supply[i].amount);
    cost.high += amount;
    if (!balance && problem.supply[i].price < 0) continue;
    cost.steps.push_back({price_ticks(model, lane, problem.supply[i].price), amount});
  }
  for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
    if (!balance && problem.demand[i].price < 0) continue;
    cost.steps.push_back({price_ticks(model, lane, problem.demand[i].price),
                          static_cast<double>(problem.demand[i].amount)});
  }
  if (model.coarse) {
    for (Step& step : cost.steps) step.price = std::max(step.price, model.guide[row]);
  }
  std::stable_sort(cost.steps.begin(), cost.steps.end(),
                   [](const Step& a, const Step& b) { return a.price < b.price; });
  std::size_t kept = 0;
  cost.low = cost.high;
  for (const Step& step : cost.steps) {
    cost.low -= step.amount;
    if (kept > 0 && cost.steps[kept - 1].price == step.price) {
      cost.steps[kept - 1].amount += step.amount;
    } else {
      cost.steps[kept++] = step;
    }
  }
  cost.steps.resize(kept);
  merge_steps(cost.steps);
  return cost;
}

struct Kink {
  double position = 0;
  double rise = 0;
};

class RowBuilder {
 public:
  RowBuilder(Model& model, const Prices& prices, const std::vector<std::int64_t>& flows)
      : model_(model), problem_(model.problem), prices_(prices), flows_(flows) {}

  void run() {
    const std::uint32_t rows = problem_.row_count();
    model_.stride =
        (problem_.slot_count + kPaddingSlots + kLanesAtOnce - 1) / kLanesAtOnce * kLanesAtOnce;
    model_.lanes.resize(problem_.lanes.size());
    set_base(rows);
    set_uses();
    model_.low.assign(rows, 0);
    model_.high.assign(rows, 0);
    model_.linear_price.assign(rows, 0);
    model_.guide.resize(rows);
    for (std::uint32_t row = 0; row < rows; ++row) {
      model_.guide[row] = price_ticks(model_, row / problem_.slot_count, prices_[row]);
    }
    for (std::uint32_t lane = 0; lane < problem_.lanes.size(); ++lane) build_lane(lane);
  }

 private:
  void set_base(std::uint32_t rows) {
    model_.base.assign(rows, 0);
    for (std::size_t i = 0; i < flows_.size(); ++i) {
      model_.base[problem_.line_slots[i].from] += static_cast<double>(flows_[i]);
      model_.base[problem_.line_slots[i].to] -= static_cast<double>(flows_[i]);
    }
  }

  // Which lanes participants deliver to, the largest amount and value on a
  // lane.
  void set_uses() {
    delivered_.assign(problem_.lanes.size(), false);
    use_max_.assign(problem_.lanes.size(), 0);
    density_max_.assign(problem_.lanes.size(), 0);
    for (const market::Choice& choice : problem_.choices) {
      const double value =
          std::abs(model_.scale.ticks(static_cast<int128>(choice.value) * problem_.denominator));
      if (choice.bundle == kNone) {
        const Span32 range = problem_.profiles[choice.extra].legs;
        for (std::uint32_t i = range.begin; i < range.end; ++i) {
          const market::ProfileLeg& leg = problem_.profile_legs[i];
          if (leg.amount < 0) delivered_[leg.lane] = true;
          note_use(leg.lane, leg.slots.count(), magnitude(leg.amount), value);
        }
        continue;
      }
      const Span32 bundle = problem_.bundles[choice.bundle];
      for (std::uint32_t i = bundle.begin; i < bundle.end; ++i) {
        const market::BundleLeg& leg = problem_.bundle_legs[i];
        note_use(leg.lane, choice.duration, magnitude(leg.units) * choice.devices, value);
      }
      if (choice.extra != kNone) {
        const market::Transfer& transfer = problem_.transfers[choice.extra];
        note_use(transfer.lane, transfer.slots, magnitude(transfer.rate), value);
      }
    }
  }

  void note_use(std::uint32_t lane, std::uint32_t slots, double amount, double value) {
    use_max_[lane] = std::max(use_max_[lane], amount * slots);
    if (amount > 0) density_max_[lane] = std::max(density_max_[lane], value / amount);
  }

  void build_lane(std::uint32_t lane) {
    LaneBlock& block = model_.lanes[lane];
    const std::uint32_t slots = problem_.slot_count;
    std::vector<RowCost> costs(slots);
    block.soft = problem_.lanes[lane].balance || delivered_[lane];
    double price_max = density_max_[lane];
    for (Slot slot = 0; slot < slots; ++slot) {
      const std::uint32_t row = problem_.row(lane, slot);
      costs[slot] = row_cost(model_, row);
      model_.low[row] = problem_.lanes[lane].balance ? costs[slot].low : -kFar;
      model_.high[row] = costs[slot].high;
      block.soft = block.soft || model_.base[row] > costs[slot].high;
      for (const Step& step : costs[slot].steps)
        price_max = std::max(price_max, std::abs(step.price));
    }
    if (is_linear(lane, costs)) {
      block.linear = true;
      for (Slot slot = 0; slot < slots; ++slot) {
        if (costs[slot].steps.empty()) continue;
        model_.linear_price[problem_.row(lane, slot)] = costs[slot].steps.front().price;
      }
      return;
    }
    if (block.soft) {
      model_.any_soft = true;
      block.penalty =
          std::floor(std::min(4 * price_max + 1, kReachMax / std::max(1.0, use_max_[lane])));
      block.penalty = std::max(block.penalty, 1.0);
    }
    std::vector<std::vector<Kink>> kinks(slots);
    std::vector<double> prices(slots);
    for (Slot slot = 0; slot < slots; ++slot) {
      prices[slot] = kinks_of(lane, slot, costs[slot], kinks[slot]);
      block.kinks = std::max(block.kinks, static_cast<std::uint32_t>(kinks[slot].size()));
    }
    write_planes(lane, prices, kinks);
  }

  // The price below the first kink that uses can still pass, and the kinks from there.
  double kinks_of(std::uint32_t lane, Slot slot, const RowCost& cost, std::vector<Kink>& kinks) {
    const LaneBlock& block = model_.lanes[lane];
    const std::uint32_t row = problem_.row(lane, slot);
    double price = 0;
    if (problem_.lanes[lane].balance) {
      price = (cost.steps.empty() ? 0 : cost.steps.front().price) - block.penalty;
    }
    double position = cost.low;
    double slope = price;
    for (const Step& step : cost.steps) {
      // Net use only grows from the base on lanes that nobody delivers to.
      if (!block.soft && position <= model_.base[row]) {
        price = step.price;
      } else {
        kinks.push_back({position, step.price - slope});
      }
      slope = step.price;
      position += step.amount;
    }
    if (block.soft) kinks.push_back({cost.high, block.penalty});
    return price;
  }

  // A cap or zone whose one step never runs out costs the same per unit whatever the use.
  [[nodiscard]] bool is_linear(std::uint32_t lane, const std::vector<RowCost>& costs) {
    const market::LaneKind kind = problem_.lanes[lane].kind;
    if (model_.lanes[lane].soft) return false;
    if (kind != market::LaneKind::kZone && kind != market::LaneKind::kCap) return false;
    const std::vector<double>& reach = lane_reach(lane);
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      const std::uint32_t row = problem_.row(lane, slot);
      const double base = model_.base[row];
      if (base < 0 || costs[slot].steps.size() > 1 || costs[slot].low != 0) return false;
      if (base + reach[slot] > costs[slot].high) return false;
    }
    return true;
  }

  // The most that all orders together can use of a lane, by slot: capacity lanes limit devices.
  const std::vector<double>& lane_reach(std::uint32_t lane) {
    if (ratio_.empty()) set_ratios();
    reach_.assign(problem_.slot_count, 0);
    for (std::uint32_t other = 0; other < problem_.capacity_lane_count; ++other) {
      const double ratio = ratio_[std::size_t{lane} * problem_.capacity_lane_count + other];
      if (ratio == 0) continue;
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        const std::uint32_t row = problem_.row(other, slot);
        double capacity = delivered_[other] ? kFar : 0;
        for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1];
             ++i) {
          capacity += static_cast<double>(problem_.supply[i].amount);
        }
        reach_[slot] += ratio * capacity;
      }
    }
    for (std::uint32_t i = 0; i < problem_.profile_legs.size(); ++i) {
      const market::ProfileLeg& leg = problem_.profile_legs[i];
      if (leg.lane != lane || leg.amount < 0) continue;
      for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
        reach_[slot] += static_cast<double>(leg.amount);
      }
    }
    return reach_;
  }

  // Units of a lane per unit of a capacity lane, the most over all bundles.
  void set_ratios() {
    ratio_.assign(problem_.lanes.size() * problem_.capacity_lane_count, 0);
    for (const Span32 bundle : problem_.bundles) {
      const market::BundleLeg& first = problem_.bundle_legs[bundle.begin];
      for (std::uint32_t i = bundle.begin; i < bundle.end; ++i) {
        const market::BundleLeg& leg = problem_.bundle_legs[i];
        double& ratio = ratio_[std::size_t{leg.lane} * problem_.capacity_lane_count + first.lane];
        ratio = std::max(ratio, magnitude(leg.units) / magnitude(first.units));
      }
    }
  }

  void write_planes(std::uint32_t lane, const std::vector<double>& prices,
                    const std::vector<std::vector<Kink>>& kinks) {
    LaneBlock& block = model_.lanes[lane];
    const std::size_t stride = model_.stride;
    block.offset = model_.planes.size();
    model_.planes.resize(block.offset + (2 + 2 * block.kinks) * stride, 0);
    double* plane = model_.planes.data() + block.offset;
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      const std::uint32_t row = problem_.row(lane, slot);
      const double base = model_.base[row];
      plane[slot] = block.soft ? kFar : model_.high[row] - base;
      plane[stride + slot] = prices[slot];
      for (std::size_t k = 0; k < block.kinks; ++k) {
        const bool live = k < kinks[slot].size();
        plane[(2 + 2 * k) * stride + slot] = live ? base - kinks[slot][k].position : -kFar;
        plane[(3 + 2 * k) * stride + slot] = live ? kinks[slot][k].rise : 0;
      }
    }
  }

  Model& model_;
  const market::Problem& problem_;
  const Prices& prices_;
  const std::vector<std::int64_t>& flows_;
  std::vector<bool> delivered_;      // by lane: participants deliver to it
  std::vector<double> use_max_;      // by lane: largest amount × slots of one choice
  std::vector<double> density_max_;  // by lane: largest value per amount, ticks
  std::vector<double> ratio_;        // see set_ratios
  std::vector<double> reach_;
};

}  // namespace

TickScale choose_ticks(const market::Problem& problem, const Prices& prices) {
  TickScale scale;
  const double reach = money_reach(problem, prices);
  scale.unit = money_divisor(problem);
  while (reach / static_cast<double>(scale.unit) > kReachMax) {
    scale.unit *= 2;
    scale.exact = false;
  }
  while (reach / static_cast<double>(scale.unit) * static_cast<double>(scale.refine) < kReachGood &&
         scale.refine < (std::int64_t{1} << 20)) {
    scale.refine *= 2;
  }
  return scale;
}

double price_ticks(const Model& model, std::uint32_t lane, std::int64_t price) {
  return model.scale.ticks(static_cast<int128>(price) * model.problem.lanes[lane].scale);
}

void build_rows(Model& model, const Prices& prices, const std::vector<std::int64_t>& flows) {
  RowBuilder(model, prices, flows).run();
}

}  // namespace tongsuan::solver::primal
