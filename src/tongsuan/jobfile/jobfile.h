// jobfile, floor 2: files that say what somebody wants to run, as one plain value.
//   jobfile.h     Job, and reading it from a task file in YAML or a Slurm script
//   order_json.h  the order that it is, as a body of POST /v1/orders
//   values.h      durations, money, sizes and times as people write them
// docs/jobfile.md has the format.
//
// Model. A task file of a multi-cloud tool is a job; what the market needs beyond it stands under
// `market:`. A Slurm script is one too, with the same market terms in #TONGSUAN lines. Under
// `market:` an unknown key is refused, because a slip there costs money; elsewhere it is a warning.
//
// Invariants of what is read: names are names of the exchange; at least one accelerator, but where
// legs name their own, each class once; all numbers are within the limits below. Reading touches no
// file and no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/units.h"
#include "tongsuan/jobfile/values.h"

namespace tongsuan::jobfile {

inline constexpr std::size_t kFileBytesMax = 1U << 20;
inline constexpr std::uint32_t kNodesMax = 100'000;
inline constexpr std::uint32_t kPerNodeMax = 1'024;
inline constexpr std::size_t kClassesOfJobMax = 64;
inline constexpr std::size_t kListMax = 1'024;  // hubs, data sets, speed-ups
inline constexpr std::size_t kTimesMax = 64;    // of a service; legs of an option or a profile
inline constexpr std::size_t kOptionsMax = 64;
inline constexpr std::size_t kStepsMax = 16;             // of a curve
inline constexpr std::uint32_t kDevicesMax = 1'000'000;  // of one leg or curve
inline constexpr std::size_t kWarningsMax = 50;          // further ones are only counted
inline constexpr std::uint32_t kPpm = 1'000'000;

// One class that the job runs on. The first of a job is its reference: `work` and `limit` are about
// it.
struct Accelerator {
  std::string name;
  std::uint32_t per_node = 1;
  // Work per device and second, the reference being what it says itself. None: unknown.
  std::optional<std::uint64_t> throughput_ppm;
  // What to run there. Only the reference runs without a variant of its own.
  bool has_variant = false;
  std::string image, run;
  Second setup_cost = 0;
  friend bool operator==(const Accelerator&, const Accelerator&) = default;
};

struct Elastic {
  std::uint32_t min_nodes = 1;
  std::uint32_t max_nodes = 1;
  // So many times as fast as with the nodes of the job, by rising nodes; empty: in proportion.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> speedup_ppm;
  friend bool operator==(const Elastic&, const Elastic&) = default;
};

struct Preempt {
  bool allowed = false;
  Second checkpoint_every = 0;
  Second restart_cost = 0;
  friend bool operator==(const Preempt&, const Preempt&) = default;
};

struct DataSet {
  std::string name;
  std::uint64_t size_mb = 0;    // 0: known to the exchange
  std::vector<std::string> at;  // hubs
  friend bool operator==(const DataSet&, const DataSet&) = default;
};

struct Green {
  std::uint32_t min_share_ppm = 0;
  bool hourly = true;  // matched hour by hour, not over the year
  friend bool operator==(const Green&, const Green&) = default;
};

// One of the times at which a service runs.
struct TimeSpan {
  std::optional<Moment> from, until;  // both are there
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// Devices of a class at a hub for some time: of options and profiles.
struct JobLeg {
  std::string hub, accelerator;
  std::uint32_t devices = 0;
  TimeSpan time;
  friend bool operator==(const JobLeg&, const JobLeg&) = default;
};
struct JobOption {
  std::optional<std::int64_t> value;  // micro-yuan for all of it, or
  std::optional<std::int64_t> limit;  // per device-hour; neither: that of the job
  std::vector<JobLeg> legs;
  friend bool operator==(const JobOption&, const JobOption&) = default;
};
// More devices, and what they are worth at most.
struct JobStep {
  std::uint32_t devices = 0;
  std::int64_t limit = 0;  // micro-yuan per device-hour; does not rise from step to step
  friend bool operator==(const JobStep&, const JobStep&) = default;
};

enum class Purpose : std::uint8_t { kInternal, kTraining, kPublicService };
[[nodiscard]] const char* purpose_name(Purpose purpose);  // "public-service"

struct Job {
  std::string name;
  std::string account;
  std::uint32_t nodes = 1;  // the gang: all or none
  std::vector<Accelerator> accelerators;
  std::vector<std::string> hubs;  // none: anywhere
  bool whole_nodes = false;
  Second work = 0;  // with `nodes` of the reference; 0: not said
  std::optional<Moment> earliest;
  std::optional<Moment> deadline;  // the work is done by then
  std::vector<TimeSpan> times;     // rising: a service that runs in each of them, at one hub
  // At most one of `times` and these is there. Their names are whole: a leg has a hub and a class.
  std::vector<JobOption> options;      // one of them
  std::vector<JobLeg> legs;            // a profile: all of them,
  std::uint32_t minimum_ppm = kPpm;    // or as much of each
  std::vector<JobStep> steps;          // a curve, from `earliest` until `deadline`
  std::optional<std::int64_t> limit;   // micro-yuan per device-hour of the reference
  std::optional<std::int64_t> budget;  // micro-yuan for all of it
  std::int64_t delay_cost = 0;         // micro-yuan per hour
  Second grace = 0;
  std::int64_t premium = 0;  // micro-yuan
  std::optional<Elastic> elastic;
  Preempt preempt;
  std::vector<DataSet> data;
  Green green;
  std::string profile;  // of throughputs
  Purpose purpose = Purpose::kInternal;
  std::string image, setup, run;
  std::string script;                 // all of a Slurm script; empty for a task file
  std::vector<std::string> warnings;  // what was read and is not used: "job.yaml:3:1: …"
  friend bool operator==(const Job&, const Job&) = default;
};

struct ReadOptions {
  std::string file = "job";              // named in errors
  std::optional<Moment> now;             // for "now+1hour" of Slurm; refused without
  std::int32_t zone_seconds = 8 * 3600;  // of times that name no zone
};

// Chooses by the first bytes: a script begins with "#!". Errors name file, line, column and key.
[[nodiscard]] Result<Job> read_job(std::string_view bytes, const ReadOptions& options);
[[nodiscard]] Result<Job> read_task(std::string_view bytes, const ReadOptions& options);
[[nodiscard]] Result<Job> read_slurm(std::string_view bytes, const ReadOptions& options);

}  // namespace tongsuan::jobfile
