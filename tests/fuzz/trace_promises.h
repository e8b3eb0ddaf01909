// What every trace keeps to, whatever its file was: shared by the entries of its readers.
#pragma once

#include "tongsuan/import/trace_check.h"

#include "program.h"

namespace tongsuan::fuzz {

// Limits of one of a few worlds.
[[nodiscard]] imports::TraceLimits trace_limits(Program& program);

// Counts add up, and the trace is refused or fulfils import/trace_job.h and `limits`. What is taken
// strictly is what is taken leniently, and nothing was lost then.
void check_trace_promises(const imports::TraceReading& reading, const imports::TraceLimits& limits);

}  // namespace tongsuan::fuzz
