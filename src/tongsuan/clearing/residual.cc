#include "tongsuan/clearing/residual.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/check.h"

namespace tongsuan::clearing {

using market::Choice;
using market::Placement;
using market::Problem;

namespace {

// Calls visit(row, amount) for every row that a placement uses.
template <class Visit>
void each_row(const Problem& problem, const Placement& placement, Visit visit) {
  const auto visit_slots = [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
    for (Slot slot = slots.begin; slot < slots.end; ++slot) visit(problem.row(lane, slot), amount);
  };
  market::each_use(problem, placement, visit_slots);
}

// Full rows as counts over time, so that what an order holds of them is a difference per lane.
class FullCounts {
 public:
  FullCounts(const Problem& problem, const std::vector<std::uint32_t>& rows) {  // rising
    for (const std::uint32_t row : rows) {
      const std::uint32_t lane = row / problem.slot_count;
      if (lanes_.empty() || lanes_.back() != lane) {
        lanes_.push_back(lane);
        before_.emplace_back(problem.slot_count + 1, 0);
      }
      before_.back()[row % problem.slot_count + 1] = 1;
    }
    for (std::vector<std::int64_t>& counts : before_) {
      for (std::size_t slot = 1; slot < counts.size(); ++slot) counts[slot] += counts[slot - 1];
    }
  }

  // Σ amounts of full rows that a placement uses.
  [[nodiscard]] std::int64_t freed(const Problem& problem, const Placement& placement) const {
    std::int64_t sum = 0;
    const auto add = [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
      sum += amount * count(lane, slots);
    };
    market::each_use(problem, placement, add);
    return sum;
  }

 private:
  [[nodiscard]] std::int64_t count(std::uint32_t lane, SlotRange slots) const {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (lanes_[i] == lane) return before_[i][slots.end] - before_[i][slots.begin];
    }
    return 0;
  }

  std::vector<std::uint32_t> lanes_;
  std::vector<std::vector<std::int64_t>> before_;  // by lane: full slots before each slot
};

std::uint32_t capacity_lane(const Problem& problem, const Choice& choice) {
  TONGSUAN_CHECK(choice.bundle != kNone);
  return problem.bundle_legs[problem.bundles[choice.bundle].begin].lane;
}

}  // namespace

Residual::Residual(const Problem& problem, const Outcome& outcome, const Prices& prices)
    : problem_(problem),
      prices_(prices),
      base_(outcome),
      placed_(problem.orders.size()),
      base_use_(market::net_use(problem, outcome)),
      use_(base_use_),
      capacity_(problem.row_count(), 0),
      holders_(problem.lanes.size()),
      followed_(problem.orders.size(), false) {
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      capacity_[row] += problem.supply[i].amount;
    }
  }
  for (const market::ProblemOrder& order : problem.orders) {
    if (order.after != kNone) followed_[order.after] = true;
  }
  for (const Award& award : outcome.awards) {
    const Placement placement = market::find_placement(problem, award);
    TONGSUAN_CHECK(placement.choice != kNone);
    placed_[award.order.value] = placement;
    const Choice& choice = problem.choices[placement.choice];
    if (choice.bundle != kNone) {
      holders_[capacity_lane(problem, choice)].push_back(award.order.value);
    }
  }
}

// Orders tied to others, and profiles, stay where the round put them.
bool Residual::movable(std::uint32_t order) const {
  return !followed_[order] && problem_.orders[order].after == kNone &&
         problem_.choices[placed_[order].choice].bundle != kNone;
}

int128 Residual::value_of(std::uint32_t order, const Placement& placement) const {
  return static_cast<int128>(market::placement_value(problem_, order, placement)) *
         problem_.denominator;
}

// Undivided cost of meeting `net_use` on a row: supply in price order, after demand that is given
// up in price order. Matches market::dispatch by merging both lists.
int128 Residual::row_cost(std::uint32_t row, std::int64_t net_use) const {
  const std::int64_t scale = problem_.lanes[row / problem_.slot_count].scale;
  int128 cost = 0;
  std::int64_t demand_total = 0;
  for (std::uint32_t i = problem_.demand_begin[row]; i < problem_.demand_begin[row + 1]; ++i) {
    demand_total += problem_.demand[i].amount;
  }
  std::int64_t left = net_use + demand_total;  // to be met by supply or by giving up demand
  std::uint32_t s = problem_.supply_begin[row];
  std::uint32_t d = problem_.demand_begin[row + 1];
  while (left > 0) {
    const bool has_supply = s < problem_.supply_begin[row + 1];
    const bool has_demand = d > problem_.demand_begin[row];
    TONGSUAN_CHECK(has_supply || has_demand);
    const bool take_supply =
        has_supply && (!has_demand || problem_.supply[s].price <= problem_.demand[d - 1].price);
    const std::int64_t price =
        take_supply ? problem_.supply[s].price : problem_.demand[d - 1].price;
    const std::int64_t room =
        take_supply ? problem_.supply[s++].amount : problem_.demand[--d].amount;
    const std::int64_t amount = std::min(room, left);
    cost += static_cast<int128>(price) * amount * scale;
    left -= amount;
  }
  return cost;
}

bool Residual::fits(const Placement& placement) const {
  bool room = true;
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t amount) {
    room = room && use_[row] + amount <= capacity_[row];
  });
  return room;
}

int128 Residual::cost_of(const Placement& placement) const {
  int128 cost = 0;
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t amount) {
    cost += row_cost(row, use_[row] + amount) - row_cost(row, use_[row]);
  });
  return cost;
}

void Residual::put(std::uint32_t order, const Placement& placement) {
  market::add_use(problem_, placement, 1, use_);
  placed_[order] = placement;
  holders_[capacity_lane(problem_, problem_.choices[placement.choice])].push_back(order);
}

void Residual::take(std::uint32_t order) {
  market::add_use(problem_, placed_[order], -1, use_);
  std::erase(holders_[capacity_lane(problem_, problem_.choices[placed_[order].choice])], order);
  placed_[order] = {};
}

std::vector<std::uint32_t> Residual::full_rows(const Placement& placement) const {
  std::vector<std::uint32_t> rows;
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t amount) {
    if (use_[row] + amount > capacity_[row]) rows.push_back(row);
  });
  return rows;
}

// The order whose ejection costs least surplus at λ* per amount freed on the full rows; kNone when
// nobody can be moved.
std::uint32_t Residual::cheapest_ejection(const std::vector<std::uint32_t>& full_rows) {
  std::uint32_t best = kNone;
  int128 best_loss = 0;
  std::int64_t best_freed = 1;
  const FullCounts full(problem_, full_rows);
  const auto consider = [&](std::uint32_t order) {
    ++looks_;
    if (!movable(order)) return;
    const std::int64_t freed = full.freed(problem_, placed_[order]);
    if (freed <= 0) return;
    const int128 value = value_of(order, placed_[order]);
    const int128 surplus = value - market::placement_cost(problem_, placed_[order], prices_);
    const int128 loss = std::max<int128>(surplus, 0) + value / 64;
    // loss / freed < best_loss / best_freed without division; order numbers settle ties.
    const int128 here = loss * best_freed;
    const int128 there = best_loss * freed;
    if (best == kNone || here < there || (here == there && order < best)) {
      best = order;
      best_loss = loss;
      best_freed = freed;
    }
  };
  // Capacity rows are held by the orders of their own lane; other rows by orders of any lane.
  const bool only_capacity = std::ranges::all_of(full_rows, [&](std::uint32_t row) {
    return problem_.lanes[row / problem_.slot_count].kind == market::LaneKind::kCapacity;
  });
  if (only_capacity) {
    const std::uint32_t lane = full_rows.front() / problem_.slot_count;
    for (const std::uint32_t order : holders_[lane]) consider(order);
  } else {
    for (const std::vector<std::uint32_t>& holders : holders_) {
      for (const std::uint32_t order : holders) consider(order);
    }
  }
  return best;
}

bool Residual::make_room(const Placement& placement, std::vector<Move>& ejected) {
  constexpr std::size_t kEjectedMax = 256;
  while (true) {
    std::vector<std::uint32_t> rows = full_rows(placement);
    if (rows.empty()) return true;
    std::ranges::sort(rows);
    const std::uint32_t victim = cheapest_ejection(rows);
    if (victim == kNone || ejected.size() == kEjectedMax) return false;
    ejected.push_back({victim, placed_[victim]});
    take(victim);
  }
}

// Gives an ejected order its best option in the room that is left, if any is worth it.
void Residual::replace(std::uint32_t order) {
  int128 best_gain = 0;
  Placement best;
  for (const Candidate& candidate : candidates(order, 24)) {
    if (!fits(candidate.placement)) continue;
    const int128 gain = value_of(order, candidate.placement) - cost_of(candidate.placement);
    if (gain > best_gain) {
      best_gain = gain;
      best = candidate.placement;
    }
  }
  if (best.choice != kNone) put(order, best);
}

// The most promising options at λ*: each choice's starts compete, so that one cheap hub does not
// crowd out the others.
std::vector<Residual::Candidate> Residual::candidates(std::uint32_t order,
                                                      std::uint32_t tries) const {
  const market::ProblemOrder& entry = problem_.orders[order];
  std::vector<Candidate> all;
  if (entry.choices.count() == 0) return all;
  const std::size_t per_choice = std::max<std::size_t>(2, tries / entry.choices.count());
  for (std::uint32_t c = entry.choices.begin; c < entry.choices.end; ++c) {
    const Choice& choice = problem_.choices[c];
    if (choice.bundle == kNone) continue;
    std::vector<Candidate> starts;
    for (Slot start = choice.first; start <= choice.last; ++start) {
      const Placement placement{.choice = c, .start = start, .lots = 1};
      starts.push_back({placement, value_of(order, placement) -
                                       market::placement_cost(problem_, placement, prices_)});
    }
    std::ranges::stable_sort(starts, std::greater<>{}, &Candidate::promise);
    if (starts.size() > per_choice) starts.resize(per_choice);
    all.insert(all.end(), starts.begin(), starts.end());
  }
  std::ranges::stable_sort(all, std::greater<>{}, &Candidate::promise);
  return all;
}

// Welfare of the others that is lost since the round closed: what the ejected orders were worth,
// less what they are worth now, plus what the rows cost more.
int128 Residual::displacement(const std::vector<Move>& ejected) const {
  int128 lost = 0;
  for (const Move& move : ejected) {
    lost += value_of(move.order, move.before);
    if (placed_[move.order].choice != kNone) lost -= value_of(move.order, placed_[move.order]);
  }
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    if (use_[row] != base_use_[row])
      lost += row_cost(row, use_[row]) - row_cost(row, base_use_[row]);
  }
  return lost;
}

Outcome Residual::outcome() const {
  Outcome outcome{.awards = {}, .flows = base_.flows};
  for (std::uint32_t order = 0; order < placed_.size(); ++order) {
    if (placed_[order].choice == kNone) continue;
    outcome.awards.push_back(market::make_award(problem_, order, placed_[order]));
  }
  return outcome;
}

Insertion Residual::insert(std::uint32_t order, std::uint32_t tries) {
  // Work units: orders looked at for ejection. Later candidates promise less, so when the first
  // ones have used the budget the others are left out.
  constexpr std::uint64_t kLooksMax = 2'000'000;
  Insertion best;
  looks_ = 0;
  for (const Candidate& candidate : candidates(order, tries)) {
    if (looks_ > kLooksMax) break;
    std::vector<Move> ejected;
    if (make_room(candidate.placement, ejected)) {
      put(order, candidate.placement);
      for (const Move& move : ejected) replace(move.order);
      const int128 displaced = displacement(ejected);
      const int128 gain = value_of(order, candidate.placement) - displaced;
      if (!best.found || gain > best.gain) {
        best = {.found = true,
                .displacement = displaced,
                .gain = gain,
                .placement = candidate.placement,
                .outcome = outcome()};
      }
      take(order);
    }
    for (const Move& move : ejected) {
      if (placed_[move.order].choice != kNone) take(move.order);
    }
    for (const Move& move : ejected) put(move.order, move.before);
  }
  return best;
}

}  // namespace tongsuan::clearing
