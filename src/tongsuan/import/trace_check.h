// The one place that judges the jobs of a trace against what a world can hold.
//
// Model. `check_trace` takes what any reader read and the limits of a world. Each job is kept as it
// is, kept with a change, or dropped, and the summary counts which and why (trace_summary.h). What
// it judges, in this order, so that the first reason is the one that counts:
//   units      durations or times that cannot be seconds: always an error, with a hint. Half of the
//              durations above 10^7 s (116 days) look like milliseconds; times that begin or span
//              beyond 20 years, like milliseconds or seconds since 1970; ten jobs or more over more
//              than a day of which none lasts 5 s, like minutes or hours.
//   times      a submit time from 0, a duration from 1, an estimate from 1 where there is one, none
//              above kTraceSecondsMax; a value that is not negative.
//   world      a class that some hub has, a home that is a hub, a gang that fits one hub.
//   names      the first of a name is kept.
//   changes    classes that no hub has leave the list of a job that accepts others; a job that ran
//              longer than its owner asked for is cut to that, or reported.
//   order      jobs are sorted by time, the order of the file where times are equal.
//   gaps       a long silence is reported.
//
// Strict: the first thing that would be dropped or changed is an error that names file, line,
// column, value and what was expected. Lenient: it is dropped or changed, and counted. A trace of
// which nothing is left is an error in both.
//
// Invariants. The jobs of the result fulfil trace_job.h and the limits. The same reading and limits
// give the same result on every machine; no clock, no floating point.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/units.h"
#include "tongsuan/import/trace_summary.h"

namespace tongsuan::imports {

inline constexpr std::int64_t kTraceGapSeconds = 7 * 86'400;

enum class TraceMode : std::uint8_t { kStrict, kLenient };

enum class Overruns : std::uint8_t {
  kCut,   // the duration becomes the estimate: the machine ends a job when its time is over
  kKeep,  // reported only
};

struct TraceLimits {
  // Classes of accelerators with the devices of the hub that has most of them. Empty: classes are
  // not judged.
  std::map<std::string, std::uint32_t, std::less<>> gang_max_of_class = {};
  std::uint32_t gang_max = kGangMax;             // of a job that accepts any class
  std::set<std::string, std::less<>> hubs = {};  // empty: homes are not judged
  Overruns overruns = Overruns::kCut;
  std::int64_t gap_seconds = kTraceGapSeconds;  // silences up to this are no finding
  bool units_are_seconds = false;               // true: the caller knows; units are not judged
};

struct CheckedTrace {
  std::vector<TraceJob> jobs;
  TraceSummary summary;
};

[[nodiscard]] Result<CheckedTrace> check_trace(TraceReading reading, const TraceLimits& limits,
                                               TraceMode mode);

}  // namespace tongsuan::imports
