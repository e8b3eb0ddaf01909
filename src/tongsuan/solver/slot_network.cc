#include "tongsuan/solver/slot_network.h"

#include <algorithm>
#include <utility>

#include "tongsuan/domain/units.h"

namespace tongsuan::solver {

using market::Problem;

std::vector<SlotLines> lines_by_slot(const Problem& problem) {
  std::vector<SlotLines> slots(problem.slot_count);
  for (std::uint32_t i = 0; i < problem.line_slots.size(); ++i) {
    const market::LineSlot& line = problem.line_slots[i];
    SlotLines& slot = slots[line.from % problem.slot_count];
    slot.lines.push_back(i);
    slot.rows.push_back(line.from);
    slot.rows.push_back(line.to);
  }
  for (SlotLines& slot : slots) {
    std::ranges::sort(slot.rows);
    const auto repeats = std::ranges::unique(slot.rows);
    slot.rows.erase(repeats.begin(), repeats.end());
  }
  return slots;
}

void SlotNetwork::fill(const Problem& problem, const SlotLines& slot,
                       const std::vector<std::int64_t>& award_use) {
  const std::size_t zone_count = slot.rows.size();
  supply_.resize(std::max(supply_.size(), zone_count));
  demand_.resize(supply_.size());
  zones_.assign(zone_count, {});
  for (std::size_t zone = 0; zone < zone_count; ++zone) {
    const std::uint32_t row = slot.rows[zone];
    supply_[zone].clear();
    demand_[zone].clear();
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      supply_[zone].push_back({problem.supply[i].price, problem.supply[i].amount});
    }
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      demand_[zone].push_back({problem.demand[i].price, problem.demand[i].amount});
    }
    zones_[zone].fixed = -award_use[row];
    zones_[zone].free_disposal = !problem.lanes[row / problem.slot_count].balance;
  }
  const auto zone_of = [&](std::uint32_t row) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(slot.rows, row) - slot.rows.begin());
  };
  lines_.clear();
  for (const std::uint32_t i : slot.lines) {
    const market::LineSlot& line = problem.line_slots[i];
    lines_.push_back({.from = zone_of(line.from),
                      .to = zone_of(line.to),
                      .min = line.min,
                      .max = line.max,
                      .tariff = line.tariff});
  }
}

bool SlotNetwork::solve() {
  for (std::size_t zone = 0; zone < zones_.size(); ++zone) {
    zones_[zone].supply = supply_[zone];
    zones_[zone].demand = demand_[zone];
  }
  Result<Network> network = Network::build(
      {.zones = zones_, .lines = lines_, .price_min = -kPriceMax, .price_max = kPriceMax});
  if (!network.ok()) return false;
  network_ = std::move(network).value();
  const std::vector<std::int64_t> injection(zones_.size(), 0);
  solution_.prices.assign(zones_.size(), 0);
  solver_.solve(*network_, injection, solution_);
  return solution_.balanced;
}

const std::vector<std::int64_t>& SlotNetwork::prices_near(
    const std::vector<std::int64_t>& reference) {
  solver_.choose_prices(*network_, reference, solution_);
  return solution_.prices;
}

}  // namespace tongsuan::solver
