// Tongsuan's own format for traces of users' jobs: docs/formats/trace.md is the truth.
//
// Model. CSV with a header that names the columns, in any order: name, submit_s, duration_s and
// gang are there, tenant, home, estimate_s, classes and value_yuan may be. An empty field of an
// optional column says "not known". Plain or packed with gzip.
//
// Only the form is judged here: numbers, names, the number of fields. A row that is malformed is
// counted and left out of the jobs; everything else is for check_trace (trace_check.h), which also
// turns what was left out into an error when it is strict.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/import/trace_summary.h"

namespace tongsuan::imports {

// Fails with kIo or kCorrupt where the file cannot be read, the header lacks a column or a quoted
// field never ends; with kLimit beyond kTraceJobsMax rows.
[[nodiscard]] Result<TraceReading> read_trace_csv(const std::string& path);
[[nodiscard]] Result<TraceReading> parse_trace_csv(std::string file, std::string_view text);

}  // namespace tongsuan::imports
