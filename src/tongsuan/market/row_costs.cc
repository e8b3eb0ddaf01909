#include "tongsuan/market/internal/row_costs.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace tongsuan::market::internal {

RowCosts::RowCosts(const Problem& problem) : problem_(problem), pool_of_(problem.row_count()) {
  join_rows();
  fill_pools();
  fill_reach();
  fill_ranges();
}

Use RowCosts::use(std::uint32_t lane, Slot slot, std::int64_t amount) const {
  const std::uint32_t row = problem_.row(lane, slot);
  const Pool& pool = pools_[pool_of_[row]];
  Use use;
  if (pool.delivered) {
    use.judged = !problem_.lanes[lane].balance;
    return use;
  }
  use.possible = amount <= reach_[row] && amount <= pool.amount;
  if (!use.possible) return use;
  int128 cost = 0;
  for (const auto& [price, available] : pool.steps) {
    const std::int64_t part = std::min(amount, available);
    cost += static_cast<int128>(price) * part;
    amount -= part;
    if (amount == 0) break;
  }
  use.cost =
      cost * problem_.lanes[lane].scale;  // zones all have one scale, and only they are joined
  return use;
}

UseRange RowCosts::range(std::uint32_t lane, std::int64_t amount) const {
  const LaneRange& of = ranges_[lane];
  if (amount > of.amount) return {false, 0, 0};
  const int128 weight = static_cast<int128>(amount) * problem_.lanes[lane].scale;
  return {true, weight * of.cheapest, weight * of.dearest};
}

// Rows joined by lines share a pool: each row's root, by halving paths.
std::uint32_t RowCosts::root(std::uint32_t row) {
  while (pool_of_[row] != row) {
    pool_of_[row] = pool_of_[pool_of_[row]];
    row = pool_of_[row];
  }
  return row;
}

void RowCosts::join_rows() {
  std::iota(pool_of_.begin(), pool_of_.end(), 0U);
  for (const LineSlot& line : problem_.line_slots) {
    const std::uint32_t from = root(line.from);
    const std::uint32_t to = root(line.to);
    pool_of_[std::max(from, to)] = std::min(from, to);
  }
  // Roots are the lowest rows, so numbering them in order of rows reaches every root first.
  std::uint32_t count = 0;
  for (std::uint32_t row = 0; row < pool_of_.size(); ++row) {
    pool_of_[row] = pool_of_[row] == row ? count++ : pool_of_[pool_of_[row]];
  }
  pools_.resize(count);
}

void RowCosts::fill_pools() {
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    Pool& pool = pools_[pool_of_[row]];
    const bool balance = problem_.lanes[row / problem_.slot_count].balance;
    for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
      const SupplyStep& step = problem_.supply[i];
      pool.steps.emplace_back(balance ? step.price : std::max<std::int64_t>(0, step.price),
                              step.amount);
      pool.amount += step.amount;
    }
  }
  for (Pool& pool : pools_) std::sort(pool.steps.begin(), pool.steps.end());
  for (const ProfileLeg& leg : problem_.profile_legs) {
    if (leg.amount >= 0) continue;
    for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
      pools_[pool_of_[problem_.row(leg.lane, slot)]].delivered = true;
    }
  }
}

void RowCosts::fill_reach() {
  reach_.assign(problem_.row_count(), 0);
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
      reach_[row] += problem_.supply[i].amount;
    }
  }
  for (const LineSlot& line : problem_.line_slots) {
    reach_[line.to] += line.max;
    reach_[line.from] -= line.min;
  }
}

// A slot without any step, or with deliveries, leaves no room: nothing is plain there.
void RowCosts::fill_ranges() {
  ranges_.resize(problem_.lanes.size());
  for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
    LaneRange& range = ranges_[row / problem_.slot_count];
    const Pool& pool = pools_[pool_of_[row]];
    if (pool.delivered || pool.steps.empty()) {
      range.amount = 0;
      continue;
    }
    range.amount = std::min({range.amount, reach_[row], pool.amount});
    range.cheapest = std::min(range.cheapest, pool.steps.front().first);
    range.dearest = std::max(range.dearest, pool.steps.back().first);
  }
}

void UseSums::clear(std::uint32_t slots) {
  cost_.assign(slots + 1, 0);
  impossible_.assign(slots + 1, 0);
  unjudged_.assign(slots + 1, 0);
  range_.plain = true;
}

void UseSums::add(Slot slot, const Use& use) {
  cost_[slot + 1] += use.cost;
  impossible_[slot + 1] += use.possible ? 0 : 1;
  unjudged_[slot + 1] += use.judged ? 0 : 1;
  range_.plain = range_.plain && use.possible && use.judged;
}

void UseSums::sum() {
  range_.least = range_.most = cost_[1];
  for (std::size_t i = 1; i < cost_.size(); ++i) {
    range_.least = std::min(range_.least, cost_[i]);
    range_.most = std::max(range_.most, cost_[i]);
    cost_[i] += cost_[i - 1];
    impossible_[i] += impossible_[i - 1];
    unjudged_[i] += unjudged_[i - 1];
  }
}

}  // namespace tongsuan::market::internal
