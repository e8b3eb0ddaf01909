// What became of the records of a trace: nothing is dropped, changed or assumed without a count.
//
// Model. A reader of form (swf.h, trace_csv.h) gives a TraceReading: the jobs as the file states
// them, and a summary of what it already found. trace_check.h judges the jobs and goes on with the
// same summary. A finding is one kind of fault in one column: how many records have it, what was
// done about it, and the first few places.
//
// Invariants. `kept` + `dropped` = `records`, where a record is a line that ought to be a job.
// Every dropped record is counted by exactly one finding with TraceAction::kDropped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/import/trace_job.h"

namespace tongsuan::imports {

inline constexpr std::size_t kTracePlacesMax = 8;  // of one finding; the others are counted
inline constexpr std::size_t kTraceJobsMax = 16'000'000;

enum class TraceFault : std::uint8_t {
  kMalformed,     // no number or name where one is wanted
  kFieldCount,    // too few or too many fields in a line
  kNegativeTime,  // submitted before the start
  kTimeTooLarge,  // beyond kTraceSecondsMax
  kNoDuration,    // zero or less
  kNoDevices,     // a gang that is not from 1 to kGangMax
  kNoEstimate,    // an estimate of zero or less where one is stated
  kNegativeValue,
  kUnknownClass,         // no accelerator that it accepts is anywhere
  kUnknownClassLeftOut,  // some are nowhere, and were left out of its list
  kUnknownHome,
  kLargerThanAnyHub,
  kDuplicateName,
  kOverrun,            // ran longer than its owner asked for
  kNotSorted,          // submitted before the job of a line above
  kGap,                // nothing was submitted for long before it
  kEstimateAssumed,    // the file does not say it: the duration is taken
  kProcessorsAssumed,  // the file does not say how many were asked for: those it got are taken
  kTimesMoved,         // the file does not begin at second 0
  kRecordsMissing,     // fewer records than the header promises
  kRecordsAdded,       // more of them
  kUnreadColumn,       // a column that the format does not have; the last one
};

enum class TraceAction : std::uint8_t {
  kDropped,  // the record is not a job of the result
  kChanged,  // it is, but not as the file states it
  kKept,     // it is, as the file states it; said because it may surprise
};

struct TracePlace {
  std::uint64_t line = 0;  // 0: not known
  std::string name;        // of the job; empty: it has none
  std::string value;       // as the file has it
  friend bool operator==(const TracePlace&, const TracePlace&) = default;
};

// What a place is found to be. Two findings are one where all of it is equal.
struct TraceNote {
  TraceFault fault = TraceFault::kMalformed;
  TraceAction action = TraceAction::kDropped;
  std::string column;    // empty: the whole line
  std::string expected;  // "must be from 1 to 1000000"
  friend bool operator==(const TraceNote&, const TraceNote&) = default;
};

struct TraceFinding {
  TraceNote note;
  std::uint64_t count = 0;
  std::vector<TracePlace> places;  // the first kTracePlacesMax, in the order of the file
};

struct TraceSummary {
  std::string file;
  std::uint64_t records = 0;
  std::uint64_t kept = 0;
  std::uint64_t dropped = 0;
  std::vector<TraceFinding> findings;  // in the order in which they were first found

  // Counts one place; the caller counts `records`, `kept` and `dropped`.
  void add(const TraceNote& note, TracePlace place);
  // Records with this fault, in whichever column.
  [[nodiscard]] std::uint64_t count(TraceFault fault) const;
};

// What a column is called in messages.
struct TraceColumns {
  std::string name = "name";
  std::string submit = "submit_s";
  std::string duration = "duration_s";
  std::string gang = "gang";
  std::string home = "home";
  std::string estimate = "estimate_s";
  std::string classes = "classes";
  std::string value = "value_yuan";
};

// Jobs in the order of the file, whose values have not been judged. `summary.records` counts all
// records, `summary.dropped` those that are not among the jobs.
struct TraceReading {
  std::vector<TraceJob> jobs;
  TraceSummary summary;
  TraceColumns columns;
};

// Jobs that a reader already judged (read_philly and its like), for trace_check.h.
[[nodiscard]] TraceReading reading_of(std::string file, std::vector<TraceJob> jobs);

// "28,489 records: 28,481 kept, 8 dropped: 8 with a duration of 0 or less (lines 2485, 4379,
// 4885, …)", and one further line for everything that was changed or is worth knowing. No line end
// at its end.
[[nodiscard]] std::string summary_text(const TraceSummary& summary);

// The first place of the file that was dropped or changed, as an error that names file, line,
// column, value and what was expected. Done where everything was kept as it is.
[[nodiscard]] Result<Done> nothing_lost(const TraceSummary& summary);

}  // namespace tongsuan::imports
