// The world of a user's own trace: its jobs, at hubs that the scenario names or that follow from
// the trace (docs/formats/scenario.md, "A trace of your own").
//
// Model. What the trace says of a job holds: when it comes, how long it runs, its gang, tenant,
// home, estimate, classes and value. What it does not say is drawn as in the other worlds. Hubs and
// devices: as the scenario names its pools, else the machine of an SWF log; either is the supply as
// written, and its load follows from the jobs. Another load stretches all pools alike. Where there
// is neither, homes are hubs, classes are classes, and each hub has what its own jobs ask for.
//
// Invariant. Jobs are the same at every load: homes and ways hang on the supply as written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/own_trace.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

// Device-time that the jobs ask for against that of the pools as written, per cent, at least 1.
// Nothing where no pools are written.
[[nodiscard]] std::optional<std::uint32_t> own_load_percent(const ScenarioKeys& keys,
                                                            const OwnTrace& trace);

// Whether the instance has its pools as they are written.
[[nodiscard]] bool has_written_pools(const ScenarioKeys& keys, const OwnTrace& trace,
                                     const InstanceOptions& options);

[[nodiscard]] Result<Instance> make_own(const ScenarioKeys& keys, const OwnTrace& trace,
                                        const InstanceOptions& options);

// Lines of a scenario that name the pools of an instance, at most so many:
// "pool.north.H100 16x8".
[[nodiscard]] std::vector<std::string> pool_lines(const Instance& instance, std::size_t most);

}  // namespace tongsuan::lab
