#include "tongsuan/clearing/slot_flows.h"

#include <algorithm>

#include "tongsuan/domain/units.h"

namespace tongsuan::clearing {

SlotFlows::SlotFlows(const market::Problem& problem)
    : problem_(problem), slots_(problem.slot_count), zone_of_(problem.row_count(), kNone) {
  for (std::uint32_t i = 0; i < problem.line_slots.size(); ++i) {
    const market::LineSlot& line = problem.line_slots[i];
    SlotLines& slot = slots_[line.from % problem.slot_count];
    slot.lines.push_back(i);
    slot.rows.push_back(line.from);
    slot.rows.push_back(line.to);
  }
  for (SlotLines& slot : slots_) {
    std::ranges::sort(slot.rows);
    const auto repeats = std::ranges::unique(slot.rows);
    slot.rows.erase(repeats.begin(), repeats.end());
    for (std::uint32_t zone = 0; zone < slot.rows.size(); ++zone) zone_of_[slot.rows[zone]] = zone;
  }
}

// The nearest zone with something to spare from which lines have room towards `zone`; kNone where
// there is none. `next_` leads from it.
std::uint32_t SlotFlows::find_source(const SlotLines& at, std::uint32_t zone,
                                     const std::vector<std::int64_t>& spare,
                                     const std::vector<std::int64_t>& flows) {
  next_.assign(at.rows.size(), kNone);
  queue_.assign(1, zone);
  for (std::size_t head = 0; head < queue_.size(); ++head) {
    for (std::uint32_t i = 0; i < at.lines.size(); ++i) {
      const market::LineSlot& line = problem_.line_slots[at.lines[i]];
      const std::uint32_t from = zone_of_[line.from];
      const std::uint32_t to = zone_of_[line.to];
      std::uint32_t other = kNone;
      if (to == queue_[head] && flows[i] < line.max) other = from;
      if (from == queue_[head] && flows[i] > line.min) other = to;
      if (other == kNone || other == zone || next_[other] != kNone) continue;
      next_[other] = i;
      if (spare[other] > 0) return other;
      queue_.push_back(other);
    }
  }
  return kNone;
}

std::int64_t SlotFlows::bring(std::uint32_t row, std::int64_t wanted,
                              std::vector<std::int64_t>& spare, std::vector<std::int64_t>& flows) {
  const SlotLines& at = slots_[row % problem_.slot_count];
  const std::uint32_t zone = zone_of_[row];
  std::int64_t brought = 0;
  while (brought < wanted) {
    const std::uint32_t source = find_source(at, zone, spare, flows);
    if (source == kNone) break;
    // Calls visit(position, forward) along the path from the source.
    const auto along = [&](const auto& visit) {
      for (std::uint32_t here = source; here != zone;) {
        const market::LineSlot& line = problem_.line_slots[at.lines[next_[here]]];
        const bool forward = zone_of_[line.from] == here;
        const std::uint32_t there = zone_of_[forward ? line.to : line.from];
        visit(next_[here], forward);
        here = there;
      }
    };
    std::int64_t amount = std::min(wanted - brought, spare[source]);
    along([&](std::uint32_t i, bool forward) {
      const market::LineSlot& line = problem_.line_slots[at.lines[i]];
      amount = std::min(amount, forward ? line.max - flows[i] : flows[i] - line.min);
    });
    along([&](std::uint32_t i, bool forward) { flows[i] += forward ? amount : -amount; });
    spare[source] -= amount;
    spare[zone] += amount;
    brought += amount;
  }
  return brought;
}

bool SlotFlows::plan(Slot slot, const std::vector<std::int64_t>& award_use,
                     std::vector<std::int64_t>& flows) {
  const SlotLines& at = slots_[slot];
  const std::size_t count = at.rows.size();
  supply_.resize(std::max(supply_.size(), count));
  demand_.resize(supply_.size());
  zones_.assign(count, {});
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t row = at.rows[i];
    supply_[i].clear();
    demand_[i].clear();
    for (std::uint32_t s = problem_.supply_begin[row]; s < problem_.supply_begin[row + 1]; ++s) {
      supply_[i].push_back({problem_.supply[s].price, problem_.supply[s].amount});
    }
    for (std::uint32_t d = problem_.demand_begin[row]; d < problem_.demand_begin[row + 1]; ++d) {
      demand_[i].push_back({problem_.demand[d].price, problem_.demand[d].amount});
    }
    zones_[i] = {.supply = supply_[i],
                 .demand = demand_[i],
                 .fixed = -award_use[row],
                 .free_disposal = !problem_.lanes[row / problem_.slot_count].balance};
  }
  network_lines_.clear();
  for (const std::uint32_t i : at.lines) {
    const market::LineSlot& line = problem_.line_slots[i];
    network_lines_.push_back({.from = zone_of_[line.from],
                              .to = zone_of_[line.to],
                              .min = line.min,
                              .max = line.max,
                              .tariff = line.tariff});
  }
  const Result<solver::Network> network = solver::Network::build(
      {.zones = zones_, .lines = network_lines_, .price_min = -kPriceMax, .price_max = kPriceMax});
  if (!network.ok()) return false;
  const std::vector<std::int64_t> injection(count, 0);
  solution_.prices.assign(count, 0);
  solver_.solve(network.value(), injection, solution_);
  if (solution_.balanced) flows = solution_.flows;
  return solution_.balanced;
}

}  // namespace tongsuan::clearing
