#include "tongsuan/clearing/slot_flows.h"

#include <algorithm>

namespace tongsuan::clearing {

SlotFlows::SlotFlows(const market::Problem& problem)
    : problem_(problem),
      slots_(solver::lines_by_slot(problem)),
      zone_of_(problem.row_count(), kNone) {
  for (const solver::SlotLines& slot : slots_) {
    for (std::uint32_t zone = 0; zone < slot.rows.size(); ++zone) zone_of_[slot.rows[zone]] = zone;
  }
}

// The nearest zone with something to spare from which lines have room towards `zone`; kNone where
// there is none. `next_` leads from it.
std::uint32_t SlotFlows::find_source(const solver::SlotLines& at, std::uint32_t zone,
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
  const solver::SlotLines& at = slots_[row % problem_.slot_count];
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
  network_.fill(problem_, slots_[slot], award_use);
  if (!network_.solve()) return false;
  flows = network_.flows();
  return true;
}

}  // namespace tongsuan::clearing
