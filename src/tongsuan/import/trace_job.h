// Jobs of public accelerator traces, in one form.
//
// Model. A trace says when a job came, how many accelerators it held at once and for how long. It
// says nearly never what the job was worth: prices are drawn when a market is made of it
// (job_market.h).
// Jobs are in rising order of (submit_second, place in the file), names are unique in a trace.
// Readers that only look at the form of a file (swf.h, trace_csv.h) hand over jobs that may break
// these limits; trace_check.h is the one place that judges them.
//
// The folders are those of the public traces as they are commonly repacked (docs/importers.md says
// which columns are read). Faults name file, line, column, value and what was expected. Nothing is
// repaired silently: each reader says below what it rounds and what it leaves out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::imports {

inline constexpr std::int64_t kHourSeconds = 3'600;
inline constexpr int kMicroDecimals = 6;  // of money

inline constexpr std::int64_t kTraceSecondsMax = 10'000'000'000;  // 317 years

struct TraceJob {
  std::string name;                   // valid in a market: "6214e9.17", "pai-000042"
  std::string tenant;                 // empty: the trace has none
  std::int64_t submit_second = 0;     // ≥ 0, from the start of the trace
  std::int64_t duration_seconds = 1;  // ≥ 1
  std::uint32_t gang = 1;             // accelerators held together, 1 to kGangMax
  std::uint32_t share_milli = 1'000;  // of each accelerator, 1 to 1000; below: the job shared one
  std::vector<std::string> classes;   // models that it accepts, sorted, unique; empty: any
  std::int64_t estimate_seconds = 0;  // what its owner asked for; 0: not known
  std::string home = {};              // the hub where its owner is at home; empty: not known
  std::int64_t value = 0;             // micro-yuan, what it was worth; 0: not known
  std::uint64_t line = 0;             // of the file, from 1; 0: not known
  friend bool operator==(const TraceJob&, const TraceJob&) = default;
};

// Machines of a trace that lists them.
struct TraceNode {
  std::string name;
  std::string model;
  std::uint32_t devices = 0;  // ≥ 1
  friend bool operator==(const TraceNode&, const TraceNode&) = default;
};

// Microsoft Philly, 2017, from `folder`/philly_vc_jobs.csv.gz: 9,681 jobs of 10 virtual clusters,
// which are the tenants. The second of submission counts from the first job of its virtual cluster:
// the trace does not align them.
[[nodiscard]] Result<std::vector<TraceJob>> read_philly(const std::string& folder);

// Alibaba PAI, a year's sample of 2020, from `folder`/pai-100k.csv.gz: 99,998 jobs. Hours are
// rounded to the nearest second. There are neither tenants nor models.
[[nodiscard]] Result<std::vector<TraceJob>> read_pai(const std::string& folder);

enum class OpenbPods : std::uint8_t {
  kAnyModel,    // openb_pod_list_default.csv.gz: every pod accepts every model
  kWhitelists,  // openb_pod_list_gpuspec33.csv.gz: 29 % of the pods name the models they accept
};

// Alibaba "openb", 2023: the 7,064 pods that use accelerators (1,088 that use none are left out).
// The tenant is the pod's quality of service ("LS", "BE", ...). A pod lasts from when it was placed
// until it was deleted; one that was never placed lasts from its creation; one second at least.
[[nodiscard]] Result<std::vector<TraceJob>> read_openb(const std::string& folder, OpenbPods pods);

// The 1,213 accelerator nodes of `folder`/openb_node_list_gpu_node.csv, in the order of the file.
[[nodiscard]] Result<std::vector<TraceNode>> read_openb_nodes(const std::string& folder);

}  // namespace tongsuan::imports
