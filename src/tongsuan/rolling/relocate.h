// Moves running work to where the rest of it costs less.
//
// Model. Work starts where there is room when it comes; later, better places come free: cheaper, on
// greener power, or on faster devices. A move stops the work at a checkpoint and starts it again
// elsewhere; it costs the seconds of a restart, more between hubs than within one. It pays when
// what the rest of the work costs here, less what it costs there, is more than that by a margin.
//
// Invariants: work that has just started, or is about to end, stays; nodes that are held for orders
// in line or by blocks are left alone; what is moved starts again in the same second.
#pragma once

#include <cstdint>

#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/rolling/price_table.h"

namespace tongsuan::rolling {

struct RelocateRules {
  Second restart = 300;        // seconds of work that a move within a hub costs
  Second restart_far = 1'200;  // between hubs: the checkpoint travels
  Second settled = 3'600;  // work stays so long after a start, and when it is so near to its end
  // Saved per cent of what the rest costs here, beyond the cost of the move.
  std::uint32_t saving_percent = 20;
  std::uint32_t moves_max = 256;  // of one call
};

// Moves what pays, dearest rest first. `run_ppm`: how long work really runs, of its estimate.
// Returns how many were moved.
std::uint32_t relocate(dispatch::Desk& desk, const dispatch::Scheduler& line,
                       const PriceTable& prices, std::uint32_t run_ppm, const RelocateRules& rules);

}  // namespace tongsuan::rolling
