#include "tongsuan/solver/dual_rows.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/solver/dual_oracle.h"
#include "tongsuan/solver/search_math.h"

namespace tongsuan::solver::dual {

using market::Problem;

namespace {

constexpr std::uint32_t kKinkStepsMax = 16;  // rows with more steps do not stop on them
constexpr double kGradientSoft = 4;  // of a row's capacity: beyond, gradients count by their log
constexpr double kValueShare = 0.1;  // of what choices are worth per unit: scale of free things

// What choices are worth per unit of a lane: the mean, and the greatest for one slot alone.
struct LaneWorth {
  double sum = 0;
  double count = 0;
  double greatest = 0;  // with only one slot to pay for everything

  void add(double value, double amount, double slots) {
    if (amount <= 0 || slots <= 0 || value <= 0) return;
    sum += value / (amount * slots);
    count += 1;
    greatest = std::max(greatest, value / amount);
  }
};

// What a choice uses: visit(lane, amount in a slot, slots).
template <class Visit>
void each_use(const Problem& problem, const market::Choice& choice, Visit visit) {
  if (choice.bundle == kNone) {
    const Span32 legs = problem.profiles[choice.extra].legs;
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const market::ProfileLeg& leg = problem.profile_legs[i];
      visit(leg.lane, static_cast<double>(leg.amount), leg.slots.count());
    }
    return;
  }
  const Span32 legs = problem.bundles[choice.bundle];
  for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
    const market::BundleLeg& leg = problem.bundle_legs[i];
    visit(leg.lane, static_cast<double>(leg.units) * static_cast<double>(choice.devices),
          choice.duration);
  }
  if (choice.extra == kNone) return;
  const market::Transfer& transfer = problem.transfers[choice.extra];
  visit(transfer.lane, static_cast<double>(transfer.rate), transfer.slots);
}

// Only where some row has no price of its own: it takes a pass over all choices.
std::vector<LaneWorth> lane_worths(const Problem& problem) {
  std::vector<LaneWorth> worths(problem.lanes.size());
  bool needed = false;
  for (std::uint32_t row = 0; row < problem.row_count() && !needed; ++row) {
    const std::uint32_t last = problem.supply_begin[row + 1];
    needed = problem.supply_begin[row] == last || problem.supply[last - 1].price == 0;
  }
  if (!needed) return worths;
  for (const market::Choice& choice : problem.choices) {
    const auto value = static_cast<double>(choice.value);
    each_use(problem, choice, [&](std::uint32_t lane, double amount, std::uint32_t slots) {
      worths[lane].add(value, amount, slots);
    });
  }
  return worths;
}

// What all orders would use of each lane in one slot, were each to run in it as its mean choice.
std::vector<double> lane_demands(const Problem& problem) {
  std::vector<double> demands(problem.lanes.size(), 0.0);
  for (const market::ProblemOrder& order : problem.orders) {
    const double share = 1.0 / std::max(1U, order.choices.count());
    for (std::uint32_t i = order.choices.begin; i < order.choices.end; ++i) {
      each_use(problem, problem.choices[i], [&](std::uint32_t lane, double amount, std::uint32_t) {
        demands[lane] += share * std::abs(amount);
      });
    }
  }
  return demands;
}

// Lanes that some profile delivers to.
std::vector<bool> delivered_lanes(const Problem& problem) {
  std::vector<bool> delivered(problem.lanes.size(), false);
  for (const market::ProfileLeg& leg : problem.profile_legs) {
    if (leg.amount < 0) delivered[leg.lane] = true;
  }
  return delivered;
}

// Where far more is asked for than there is, the second moment of the steps would remember it for
// hundreds of steps and keep these too small to go on; cutting it off would hide in which rows of
// many it is.
double softened(double gradient) {
  const double size = std::abs(gradient);
  if (size <= kGradientSoft) return gradient;
  const double soft = kGradientSoft * (1 + primal::natural_log(size / kGradientSoft));
  return gradient < 0 ? -soft : soft;
}

}  // namespace

Rows::Rows(const Problem& problem) : slot_count_(problem.slot_count), unit_(lane_units(problem)) {
  const std::uint32_t rows = problem.row_count();
  for (const market::LineSlot& line : problem.line_slots) {
    lines_.push_back({line.from, line.to, static_cast<double>(line.min),
                      static_cast<double>(line.max), static_cast<double>(line.tariff)});
  }
  merge_steps(problem);
  set_capacities(problem);
  set_floors(problem);
  set_scales(problem);
  net_.resize(rows);
  slack_.resize(rows);
  gradient_.resize(rows);
  target_.resize(rows);
  below_.resize(rows);
  restart(cold_);
}

void Rows::add_step(double price, double amount) {
  const bool first = step_begin_.back() == step_price_.size();
  if (!first && step_price_.back() == price) {
    step_amount_.back() += amount;
    return;
  }
  step_price_.push_back(price);
  step_amount_.push_back(amount);
}

void Rows::merge_steps(const Problem& problem) {
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    step_begin_.push_back(static_cast<std::uint32_t>(step_price_.size()));
    std::uint32_t supply = problem.supply_begin[row];
    std::uint32_t demand = problem.demand_begin[row + 1];  // falling prices: read from the end
    double net = 0;
    double cost = 0;
    for (std::uint32_t i = problem.demand_begin[row]; i < demand; ++i) {
      const auto amount = static_cast<double>(problem.demand[i].amount);
      net -= amount;
      cost -= static_cast<double>(problem.demand[i].price) * amount;
    }
    while (supply < problem.supply_begin[row + 1] || demand > problem.demand_begin[row]) {
      const bool take_supply = demand == problem.demand_begin[row] ||
                               (supply < problem.supply_begin[row + 1] &&
                                problem.supply[supply].price <= problem.demand[demand - 1].price);
      if (take_supply) {
        add_step(static_cast<double>(problem.supply[supply].price),
                 static_cast<double>(problem.supply[supply].amount));
        ++supply;
      } else {
        --demand;
        add_step(static_cast<double>(problem.demand[demand].price),
                 static_cast<double>(problem.demand[demand].amount));
      }
    }
    for (std::size_t i = step_begin_.back(); i < step_price_.size(); ++i) {
      net_before_.push_back(net);
      cost_before_.push_back(cost);
      net += step_amount_[i];
      cost += step_price_[i] * step_amount_[i];
    }
    net_before_.push_back(net);
    cost_before_.push_back(cost);
  }
  step_begin_.push_back(static_cast<std::uint32_t>(step_price_.size()));
}

void Rows::set_capacities(const Problem& problem) {
  inverse_capacity_.assign(problem.row_count(), 0);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = step_begin_[row]; i < step_begin_[row + 1]; ++i) {
      inverse_capacity_[row] += step_amount_[i];
    }
  }
  for (const LineSlot& line : lines_) {
    inverse_capacity_[line.to] += line.max;
    inverse_capacity_[line.from] -= line.min;
  }
  const std::vector<double> demands = lane_demands(problem);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    double& capacity = inverse_capacity_[row];
    // Supply without end, such as power of the grid, is no measure of what a gradient counts.
    const double demand = demands[row / slot_count_];
    if (demand > 0) capacity = std::min(capacity, demand);
    capacity = 1 / std::max(1.0, capacity);
  }
}

// Below its floor no price can lower D: supply there is never wanted less.
void Rows::set_floors(const Problem& problem) {
  std::vector<bool> linked(problem.row_count(), false);
  for (const LineSlot& line : lines_) linked[line.from] = linked[line.to] = true;
  const std::vector<bool> delivered = delivered_lanes(problem);
  floor_.resize(problem.row_count());
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    const std::uint32_t lane = row / slot_count_;
    floor_[row] = problem.lanes[lane].balance ? -static_cast<double>(kPriceMax) : 0.0;
    if (linked[row] || delivered[lane]) continue;
    // The last step before which the row has nothing to give.
    for (std::uint32_t i = step_begin_[row]; i < step_begin_[row + 1]; ++i) {
      if (net_before_[i + row] > 0) break;
      floor_[row] = std::max(floor_[row], step_price_[i]);
    }
  }
}

void Rows::set_scales(const Problem& problem) {
  const std::uint32_t rows = problem.row_count();
  const std::vector<LaneWorth> worths = lane_worths(problem);
  const std::vector<bool> delivered = delivered_lanes(problem);
  std::vector<bool> linked(rows, false);
  for (const LineSlot& line : lines_) linked[line.from] = linked[line.to] = true;
  scale_.assign(rows, 0);
  cold_.assign(rows, 0);
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    double sum = 0;
    double count = 0;
    const auto middle = [&](std::uint32_t row) {
      const std::uint32_t begin = step_begin_[row];
      return std::max(floor_[row], step_price_[begin + (step_begin_[row + 1] - begin) / 2]);
    };
    for (std::uint32_t row = lane * slot_count_; row < (lane + 1) * slot_count_; ++row) {
      if (step_begin_[row] == step_begin_[row + 1] || middle(row) == 0) continue;
      sum += std::abs(middle(row));
      count += 1;
    }
    const LaneWorth& worth = worths[lane];
    const double value = worth.count > 0 ? worth.sum / worth.count / unit_[lane] : 1.0;
    const double mean = count > 0 ? sum / count : kValueShare * value;
    for (std::uint32_t row = lane * slot_count_; row < (lane + 1) * slot_count_; ++row) {
      const bool empty = step_begin_[row] == step_begin_[row + 1];
      scale_[row] = empty || middle(row) == 0 ? std::max(mean, 1.0) : std::abs(middle(row));
      cold_[row] = !empty ? middle(row) : (count > 0 ? mean : 0.0);
      if (!empty || linked[row] || delivered[lane]) continue;
      // Nothing to be had here at any price: start where nobody asks for it.
      cold_[row] =
          std::clamp(2 * worth.greatest / unit_[lane], mean, static_cast<double>(kPriceMax));
    }
  }
}

void Rows::restart(const std::vector<double>& prices) {
  TONGSUAN_CHECK(prices.size() == floor_.size());
  price_ = prices;
  for (std::uint32_t row = 0; row < price_.size(); ++row) {
    price_[row] = std::clamp(price_[row], floor_[row], static_cast<double>(kPriceMax));
    below_[row] = steps_below(row, price_[row]);
  }
  adam_.restart(price_.size());
}

std::uint32_t Rows::steps_below(std::uint32_t row, double price) const {
  const auto begin = step_price_.begin() + step_begin_[row];
  const auto end = step_price_.begin() + step_begin_[row + 1];
  return static_cast<std::uint32_t>(std::lower_bound(begin, end, price) - begin);
}

double Rows::supply_surplus(double band) {
  double total = 0;
  for (std::uint32_t row = 0; row < price_.size(); ++row) {
    const std::uint32_t at = step_begin_[row] + below_[row];
    const bool on_step = at < step_begin_[row + 1] && step_price_[at] == price_[row];
    net_[row] = net_before_[at + row];
    slack_[row] = on_step ? step_amount_[at] : 0.0;
    total += (price_[row] * net_[row] - cost_before_[at + row]) * unit_[row / slot_count_];
  }
  for (const LineSlot& line : lines_) {
    const double difference = price_[line.to] - price_[line.from];
    const double width = band * std::max(scale_[line.to], scale_[line.from]);
    double flow = 0;
    if (line.tariff > 0) {
      flow = line.max * std::clamp(0.5 + (difference - line.tariff) / (2 * width), 0.0, 1.0);
    } else {
      flow =
          line.min + (line.max - line.min) * std::clamp(0.5 + difference / (2 * width), 0.0, 1.0);
    }
    net_[line.to] += flow;
    net_[line.from] -= flow;
    const double gain = difference > line.tariff    ? (difference - line.tariff) * line.max
                        : -difference > line.tariff ? (difference + line.tariff) * line.min
                                                    : 0.0;
    total += gain * unit_[line.from / slot_count_];
  }
  return total;
}

void Rows::step(const std::vector<double>& use, double rate, const AdamRates& rates) {
  for (std::uint32_t row = 0; row < price_.size(); ++row) {
    const double supply = std::clamp(use[row], net_[row], net_[row] + slack_[row]);
    gradient_[row] = softened((use[row] - supply) * inverse_capacity_[row]);
  }
  adam_.targets(gradient_, price_, scale_, rate, rates, target_);
  for (std::uint32_t row = 0; row < price_.size(); ++row) move(row, target_[row]);
}

void Rows::move(std::uint32_t row, double target) {
  const std::uint32_t count = step_begin_[row + 1] - step_begin_[row];
  const double* const steps = step_price_.data() + step_begin_[row];
  std::uint32_t& below = below_[row];
  double& price = price_[row];
  target = std::clamp(target, floor_[row], static_cast<double>(kPriceMax));
  if (count > kKinkStepsMax) {
    price = target;
    below = steps_below(row, target);
    return;
  }
  if (target > price) {
    std::uint32_t next = below;  // first step above the price
    if (next < count && steps[next] == price) ++next;
    below = next;
    if (next < count && steps[next] < target) target = steps[next];
  } else if (target < price && below > 0) {
    if (steps[below - 1] >= target) {
      --below;
      target = steps[below];
    }
  }
  price = target;
}

Prices Rows::rounded(const std::vector<double>& prices) const {
  Prices result(prices.size());
  for (std::size_t row = 0; row < prices.size(); ++row) {
    const double price = prices[row];
    result[row] = static_cast<std::int64_t>(price < 0 ? price - 0.5 : price + 0.5);
  }
  return result;
}

}  // namespace tongsuan::solver::dual
