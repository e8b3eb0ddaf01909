// Lines, one slot at a time: what they could bring to a zone, and the best flows for what awards
// use.
//
// Model. The lines of a slot and the zones that they join are a small network. Flows that meet all
// use are given; more is brought to a zone along paths from zones that have supply to spare, a
// maximum flow in the residual network (Ford and Fulkerson 1956), whatever that costs. The flows
// that cost least are solver/slot_network.h's business. Keeps a reference to the problem.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/market/problem.h"
#include "tongsuan/solver/slot_network.h"

namespace tongsuan::clearing {

class SlotFlows {
 public:
  explicit SlotFlows(const market::Problem& problem);

  // Whether lines lead to or from the zone of a row, in its slot.
  [[nodiscard]] bool joined(std::uint32_t row) const { return zone_of_[row] != kNone; }
  // The rows that lines join in a slot, rising, and its lines as positions in Outcome::flows.
  [[nodiscard]] std::span<const std::uint32_t> rows(Slot slot) const { return slots_[slot].rows; }
  [[nodiscard]] std::span<const std::uint32_t> lines(Slot slot) const { return slots_[slot].lines; }

  // How much of `wanted` lines can bring to a joined row. `spare` is what the rows of its slot have
  // left, in their order, and `flows` what its lines carry; both come back as they are with what is
  // brought, all of which is spare in the zone that asked.
  std::int64_t bring(std::uint32_t row, std::int64_t wanted, std::vector<std::int64_t>& spare,
                     std::vector<std::int64_t>& flows);

  // The flows of greatest welfare for what awards use of the rows (lines excluded), in the order of
  // `lines`. False: the use cannot be met.
  bool plan(Slot slot, const std::vector<std::int64_t>& award_use,
            std::vector<std::int64_t>& flows);

 private:
  [[nodiscard]] std::uint32_t find_source(const solver::SlotLines& at, std::uint32_t zone,
                                          const std::vector<std::int64_t>& spare,
                                          const std::vector<std::int64_t>& flows);

  const market::Problem& problem_;
  std::vector<solver::SlotLines> slots_;
  std::vector<std::uint32_t> zone_of_;  // by row: position in the rows of its slot
  std::vector<std::uint32_t> next_;     // by zone: line towards the zone that asks
  std::vector<std::uint32_t> queue_;
  solver::SlotNetwork network_;
};

}  // namespace tongsuan::clearing
