// A user's own trace of jobs: found beside its scenario, read and judged once for all runs.
//
// Model. The form follows the name of the file (.csv, .swf, packed or not), else its first line.
// What is read is judged (import/trace_check.h) against the hubs that the scenario names; where it
// names none, the machine of an SWF header is the hub, and the homes and classes of a CSV are what
// there is. Runs share one OwnTrace, so the file cannot change between them, and its digest is part
// of what a file of results says (lab/run_record.h).
//
// Invariant. `jobs` fulfil trace_job.h and fit one of the hubs that the scenario names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/import/trace_check.h"
#include "tongsuan/lab/scenario_text.h"

namespace tongsuan::lab {

struct OwnTrace {
  std::string path;
  std::string sha256;  // of its text, unpacked; hexadecimal
  imports::TraceMode mode = imports::TraceMode::kStrict;
  std::vector<imports::TraceJob> jobs;
  imports::TraceSummary summary;
  // Where the jobs run if the scenario names no pools: the machine of an SWF header. None: derived.
  std::vector<PoolShape> pools;
};

// Whether the file is a trace and no scenario, by its name or by the first bytes of it.
[[nodiscard]] bool is_trace(std::string_view path, std::string_view head);

// Errors name file, line, column, value and what was expected; kNotFound where there is no file.
[[nodiscard]] Result<OwnTrace> read_own_trace(const ScenarioKeys& keys,
                                              const std::string& scenario_path,
                                              imports::TraceMode mode);

// What there is to say of its records, line by line: what was dropped, changed or may surprise.
// Nothing where all were taken as they are.
[[nodiscard]] std::vector<std::string> trace_notes(const OwnTrace& trace);

}  // namespace tongsuan::lab
