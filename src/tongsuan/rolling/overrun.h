// Work that outlives its estimate: it goes on, or stops at a checkpoint for somebody who waits.
//
// Model. When an estimate runs out the work is extended, and whoever was to have its devices waits
// on. One of the first in line takes them over if they complete a place for it, and if it would
// lose more by waiting than the work does: that waits for as long as the other is expected to run,
// and repeats the seconds of a restart. What was stopped stands in line again.
#pragma once

#include <cstdint>
#include <optional>

#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/engine/energy.h"

namespace tongsuan::rolling {

struct OverrunRules {
  Second restart = 300;    // seconds of work that a stop costs
  std::uint32_t gain = 2;  // times what the work loses; 0: work always goes on
};

// Which of the first `count` in line takes over from a contract that runs, and where; nothing: the
// work goes on. `run_ppm`: how long work really runs, of its estimate.
[[nodiscard]] std::optional<dispatch::Scheduler::Planned> take_over(
    const engine::State& state, const dispatch::Scheduler& line, engine::ContractId contract,
    std::uint32_t run_ppm, std::uint32_t count, const OverrunRules& rules);

}  // namespace tongsuan::rolling
