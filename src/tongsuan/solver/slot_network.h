// Lines, one slot at a time: the zones that they join are a small network, which network.h solves
// exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/market/problem.h"
#include "tongsuan/solver/network.h"

namespace tongsuan::solver {

struct SlotLines {
  std::vector<std::uint32_t> rows;   // that lines join, rising: their positions are the zones
  std::vector<std::uint32_t> lines;  // positions in Problem::line_slots
};

// By slot.
[[nodiscard]] std::vector<SlotLines> lines_by_slot(const market::Problem& problem);

// Keeps its memory from one slot to the next.
class SlotNetwork {
 public:
  // The supply, demand and lines of a slot, for what awards use of its rows (lines excluded).
  void fill(const market::Problem& problem, const SlotLines& slot,
            const std::vector<std::int64_t>& award_use);
  // One more step of demand in a zone.
  void ask(std::size_t zone, NetworkStep step) { demand_[zone].push_back(step); }

  // Finds the flows of greatest welfare. False: the use cannot be met.
  [[nodiscard]] bool solve();
  // In the order of SlotLines::lines. Only after a solve that was true.
  [[nodiscard]] const std::vector<std::int64_t>& flows() const { return solution_.flows; }
  // The supporting prices closest to `reference`, by zone. Only after a solve that was true.
  [[nodiscard]] const std::vector<std::int64_t>& prices_near(
      const std::vector<std::int64_t>& reference);

 private:
  std::vector<std::vector<NetworkStep>> supply_;  // by zone; may be longer than there are zones
  std::vector<std::vector<NetworkStep>> demand_;
  std::vector<NetworkZone> zones_;
  std::vector<NetworkLine> lines_;
  std::optional<Network> network_;
  NetworkSolver solver_;
  NetworkSolution solution_;
};

}  // namespace tongsuan::solver
