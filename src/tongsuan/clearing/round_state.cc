#include "tongsuan/clearing/round_state.h"

#include <algorithm>

#include "tongsuan/base/check.h"

namespace tongsuan::clearing {

using market::Placement;
using market::Problem;

RoundState::RoundState(const Problem& problem, const Outcome& outcome)
    : problem_(problem),
      lines_(problem),
      closed_(problem.orders.size()),
      closed_use_(market::net_use(problem, outcome)),
      award_use_(closed_use_),
      line_use_(problem.row_count(), 0),
      capacity_(problem.row_count(), 0),
      closed_flows_(outcome.flows),
      flows_(outcome.flows),
      uses_(problem.lanes.size()),
      slot_ops_(problem.slot_count, 0),
      seen_(problem.row_count(), 0) {
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      capacity_[row] += problem.supply[i].amount;
    }
  }
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    line_use_[problem.line_slots[i].from] += flows_[i];
    line_use_[problem.line_slots[i].to] -= flows_[i];
  }
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) award_use_[row] -= line_use_[row];
  for (const Award& award : outcome.awards) {
    const Placement placement = market::find_placement(problem, award);
    TONGSUAN_CHECK(placement.choice != kNone);
    closed_[award.order.value] = placement;
    enter(award.order.value, placement);
  }
  placed_ = closed_;
}

// ---- Rows --------------------------------------------------------------------------------------

// How much of `wanted` lines could bring to a row; `slot_flows_` is what they would carry then.
std::int64_t RoundState::bring(std::uint32_t row, std::int64_t wanted) {
  if (!lines_.joined(row)) return 0;
  ++asked_;
  const Slot slot = row % problem_.slot_count;
  slot_spare_.clear();
  slot_flows_.clear();
  for (const std::uint32_t zone : lines_.rows(slot)) slot_spare_.push_back(slack(zone));
  for (const std::uint32_t line : lines_.lines(slot)) slot_flows_.push_back(flows_[line]);
  return lines_.bring(row, wanted, slot_spare_, slot_flows_);
}

// Cost of meeting `net_use` on a row, but for a constant: supply and giving up demand, in price
// order. As market::dispatch has it, supply that pays to be taken is taken on a free row, and
// demand that would have to be paid is given up.
int128 RoundState::row_cost(std::uint32_t row, std::int64_t net_use) const {
  const bool free = !problem_.lanes[row / problem_.slot_count].balance;
  int128 cost = 0;
  std::int64_t left = net_use;
  for (std::uint32_t i = problem_.demand_begin[row]; i < problem_.demand_begin[row + 1]; ++i) {
    left += problem_.demand[i].amount;
  }
  std::uint32_t s = problem_.supply_begin[row];
  std::uint32_t d = problem_.demand_begin[row + 1];
  for (;;) {
    const bool has_supply = s < problem_.supply_begin[row + 1];
    const bool has_demand = d > problem_.demand_begin[row];
    if (!has_supply && !has_demand) break;
    const bool take_supply =
        has_supply && (!has_demand || problem_.supply[s].price <= problem_.demand[d - 1].price);
    const std::int64_t price =
        take_supply ? problem_.supply[s].price : problem_.demand[d - 1].price;
    if (left <= 0 && !(free && price < 0)) break;
    const std::int64_t amount =
        take_supply ? problem_.supply[s++].amount : problem_.demand[--d].amount;
    const std::int64_t part = free && price < 0 ? amount : std::min(amount, left);
    cost += market::row_money(problem_, row, price, part);
    left -= part;
  }
  return cost;
}

int128 RoundState::cost_of(std::uint32_t row, std::int64_t amount) const {
  const std::int64_t use = award_use_[row] + line_use_[row];
  return row_cost(row, std::min(use + amount, capacity_[row])) - row_cost(row, use);
}

// ---- Moves -------------------------------------------------------------------------------------

void RoundState::enter(std::uint32_t order, const Placement& placement) {
  market::each_use(problem_, placement, [&](std::uint32_t lane, SlotRange slots, auto amount) {
    uses_[lane].push_back(
        {order, placement.choice, placement.start, placement.lots, slots, amount});
  });
}

void RoundState::leave(const Placement& placement) {
  market::each_use(problem_, placement,
                   [&](std::uint32_t lane, SlotRange, auto) { uses_[lane].pop_back(); });
}

void RoundState::move_use(const Placement& placement, std::int64_t sign) {
  each_row(problem_, placement,
           [&](std::uint32_t row, std::int64_t amount) { award_use_[row] += sign * amount; });
}

// Lets lines carry something else, and writes down what they carried.
void RoundState::set_flows(Slot slot, const std::vector<std::int64_t>& flows) {
  Op op{kNone, {}, {}, slot, {}};
  for (const std::uint32_t line : lines_.lines(slot)) op.flows.push_back(flows_[line]);
  if (op.flows == flows) return;
  carry(slot, flows);
  journal_.push_back(std::move(op));
}

void RoundState::carry(Slot slot, const std::vector<std::int64_t>& flows) {
  const auto lines = lines_.lines(slot);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const market::LineSlot& line = problem_.line_slots[lines[i]];
    const std::int64_t more = flows[i] - flows_[lines[i]];
    flows_[lines[i]] = flows[i];
    line_use_[line.from] += more;
    line_use_[line.to] -= more;
  }
}

// Has lines bring what a placement that was added overdraws; false where they cannot.
bool RoundState::relieve(const Placement& placement) {
  bool held = true;
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t) {
    const std::int64_t missing = -slack(row);
    if (!held || missing <= 0) return;
    held = bring(row, missing) == missing;
    if (held) set_flows(row % problem_.slot_count, slot_flows_);
  });
  return held;
}

bool RoundState::put(std::uint32_t order, const Placement& placement) {
  TONGSUAN_CHECK(!placed(order));
  const std::size_t length = journal_.size();
  journal_.push_back({order, {}, placement, 0, {}});
  move_use(placement, 1);
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t) {
    if (lines_.joined(row)) ++slot_ops_[row % problem_.slot_count];
  });
  placed_[order] = placement;
  enter(order, placement);
  if (relieve(placement)) return true;
  undo(length);
  return false;
}

void RoundState::take(std::uint32_t order) {
  TONGSUAN_CHECK(placed(order));
  const Placement placement = placed_[order];
  journal_.push_back({order, placement, {}, 0, {}});
  move_use(placement, -1);
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t) {
    if (lines_.joined(row)) ++slot_ops_[row % problem_.slot_count];
  });
  placed_[order] = {};
}

void RoundState::undo_last() {
  const Op op = std::move(journal_.back());
  journal_.pop_back();
  if (op.order == kNone) {
    carry(op.slot, op.flows);
    return;
  }
  const bool was_put = op.after.choice != kNone;
  const Placement& placement = was_put ? op.after : op.before;
  move_use(placement, was_put ? -1 : 1);
  placed_[op.order] = op.before;
  if (was_put) leave(placement);
  each_row(problem_, placement, [&](std::uint32_t row, std::int64_t) {
    if (lines_.joined(row)) --slot_ops_[row % problem_.slot_count];
  });
}

void RoundState::undo(std::size_t mark) {
  while (journal_.size() > mark) undo_last();
}

// ---- The outcome -------------------------------------------------------------------------------

std::vector<Slot> RoundState::moved_slots() const {
  std::vector<Slot> slots;
  for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
    if (slot_ops_[slot] > 0) slots.push_back(slot);
  }
  return slots;
}

bool RoundState::settle() {
  for (const Slot slot : moved_slots()) {
    ++plans_;
    std::vector<std::int64_t> flows;
    if (!lines_.plan(slot, award_use_, flows)) return false;
    set_flows(slot, flows);
  }
  return feasible();
}

bool RoundState::feasible() const {
  bool feasible = true;
  for (const Op& op : journal_) {
    if (op.order == kNone) continue;
    each_row(problem_, op.after.choice != kNone ? op.after : op.before,
             [&](std::uint32_t row, std::int64_t) {
               std::int64_t least = slack(row) - capacity_[row];  // −net use
               if (!problem_.lanes[row / problem_.slot_count].balance) least = 0;
               for (std::uint32_t i = problem_.demand_begin[row];
                    least > 0 && i < problem_.demand_begin[row + 1]; ++i) {
                 least -= problem_.demand[i].amount;
               }
               feasible = feasible && least <= 0 && slack(row) >= 0;
             });
  }
  return feasible;
}

// What a row costs more than when the round closed; 0 for rows seen since the last stamp.
int128 RoundState::row_change(std::uint32_t row) {
  if (seen_[row] == stamp_) return 0;
  seen_[row] = stamp_;
  const std::int64_t use = award_use_[row] + line_use_[row];
  if (use == closed_use_[row]) return 0;
  return row_cost(row, use) - row_cost(row, closed_use_[row]);
}

int128 RoundState::welfare_change() {
  ++stamp_;
  int128 welfare = 0;
  const auto money = [&](std::uint32_t order, const Placement& placement) -> int128 {
    if (placement.choice == kNone) return 0;
    return static_cast<int128>(market::placement_value(problem_, order, placement)) *
           problem_.denominator;
  };
  for (const auto& [order, now] : change().placements) {
    welfare += money(order, now) - money(order, closed_[order]);
  }
  const auto count_row = [&](std::uint32_t row, std::int64_t) { welfare -= row_change(row); };
  for (const Op& op : journal_) {
    if (op.order == kNone) continue;
    each_row(problem_, op.after.choice != kNone ? op.after : op.before, count_row);
  }
  for (const Slot slot : moved_slots()) {
    for (const std::uint32_t row : lines_.rows(slot)) count_row(row, 0);
    for (const std::uint32_t i : lines_.lines(slot)) {
      const market::LineSlot& line = problem_.line_slots[i];
      const std::int64_t more = std::abs(flows_[i]) - std::abs(closed_flows_[i]);
      welfare -= market::row_money(problem_, line.from, line.tariff, more);
    }
  }
  return welfare;
}

RoundChange RoundState::change() const {
  RoundChange change;
  std::vector<std::uint32_t> orders;
  for (const Op& op : journal_) {
    if (op.order != kNone) orders.push_back(op.order);
  }
  std::ranges::sort(orders);
  const auto repeats = std::ranges::unique(orders);
  orders.erase(repeats.begin(), repeats.end());
  for (const std::uint32_t order : orders) {
    const Placement& now = placed_[order];
    const Placement& then = closed_[order];
    const bool same = now.choice == then.choice &&
                      (now.choice == kNone || (now.start == then.start && now.lots == then.lots));
    if (!same) change.placements.emplace_back(order, now);
  }
  for (const Slot slot : moved_slots()) {
    for (const std::uint32_t line : lines_.lines(slot)) {
      if (flows_[line] != closed_flows_[line]) change.flows.emplace_back(line, flows_[line]);
    }
  }
  return change;
}

}  // namespace tongsuan::clearing
