// The Standard Workload Format of the Parallel Workloads Archive, plain or packed with gzip.
//
// Model. Lines that begin with ';' are the header and remarks. Every other line is a record of 18
// numbers with blanks between them, of which -1 means "not known":
//   1 job number, the name          5 processors allocated    9 time requested, the estimate
//   2 submit time                   8 processors requested   12 user, tenant "user-7" if known
//   4 run time, the duration                                 others are checked to be numbers
// Some logs go on after the 18 numbers with a list of processors in braces, a queue and what the
// job demands of its nodes ("{1244,1244} q_2d 1:ppn=2:cl_zewura").
//
// What is not known: the time requested, then the estimate is the duration (or stays unknown, as
// the caller likes); the processors requested, then the job needs those that it was allocated. Both
// are counted. A requested time of 0, or processors that are not from 1 to kGangMax, drop the
// record. Times are moved so that the first job comes at second 0. A second record of a job number
// (a job that was restarted) is left to trace_check.h, which keeps the first: the whole job, as the
// format puts it before its parts.
//
// Only the form is judged here: everything else is for check_trace with `swf_limits`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/import/trace_check.h"
#include "tongsuan/import/trace_summary.h"

namespace tongsuan::imports {

// What stands behind the 18 numbers of a record.
struct SwfExtension {
  std::uint64_t line = 0;        // that of the job
  std::uint32_t processors = 0;  // in the list in braces
  std::string queue;
  std::string demands;  // "1:ppn=16:cl_zewura"
  friend bool operator==(const SwfExtension&, const SwfExtension&) = default;
};

struct SwfTrace {
  TraceReading reading;
  std::uint32_t processors = 0;          // MaxProcs of the header, else MaxNodes; 0: neither
  std::int64_t unix_start_second = 0;    // UnixStartTime of the header; 0: not there
  std::int64_t first_submit_second = 0;  // what was subtracted from every submit time
  std::vector<SwfExtension> extensions;  // of the lines that have one, in the order of the file
};

struct SwfOptions {
  // A demand "cl_NAME" becomes the class NAME of the job: it has to run on that cluster.
  bool clusters_are_classes = false;
  // False: a requested time that is not known stays unknown, for callers who draw it.
  bool assume_estimates = true;
};

// Fails with kIo or kCorrupt where the file cannot be read or has no record, with kLimit beyond
// kTraceJobsMax records.
[[nodiscard]] Result<SwfTrace> read_swf(const std::string& path, const SwfOptions& options = {});
[[nodiscard]] Result<SwfTrace> parse_swf(std::string file, std::string_view text,
                                         const SwfOptions& options = {});

// The machine of the header as the largest hub, for any class.
[[nodiscard]] TraceLimits swf_limits(const SwfTrace& trace);

}  // namespace tongsuan::imports
