// One run as one line of JSON: what `replay --results` appends and `--resume` reads
// (docs/formats/replay-results.md, version 1).
//
// A line names the run (its key), the experiment that it belongs to, and everything measured except
// CPU time, so that the same command gives the same lines on every machine. Numbers keep nine
// significant digits. What reads a line back gets what was written: whoever shows results shows
// them as read, so that fresh and resumed runs cannot differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"

namespace tongsuan::lab {

inline constexpr int kRunRecordVersion = 1;
// Waits are kept as this many quantiles at equal steps from the shortest to the longest.
inline constexpr std::size_t kWaitQuantiles = 201;

struct RunKey {
  std::uint32_t load_percent = 90;
  Couplings couplings;
  std::uint64_t seed = 1;
  std::string policy;
  friend bool operator==(const RunKey&, const RunKey&) = default;
};
// Order of loads, then worlds, seeds, policies by name.
[[nodiscard]] bool key_less(const RunKey& a, const RunKey& b);

// "classes,links"; "nothing" when all of the world is there.
[[nodiscard]] std::string without_text(const Couplings& couplings);

// What all lines of one file have in common.
struct Experiment {
  std::string scenario;         // its name
  std::string scenario_digest;  // SHA-256 of its text, hexadecimal
  std::string options;          // "round=900 slot=3600 …": what else changes results
  std::string program;          // version of the program
  friend bool operator==(const Experiment&, const Experiment&) = default;
};
[[nodiscard]] Experiment experiment_of(const Scenario& scenario, const ReplayOptions& options,
                                       std::uint32_t jobs, std::string_view program);

struct RunRecord {
  RunKey key;
  RunResult result;  // wait_hours: kWaitQuantiles quantiles, or none
};

// Ends with a line feed.
[[nodiscard]] std::string write_record(const Experiment& experiment, const RunKey& key,
                                       const RunResult& result);
// `line` without its line feed. Fails where it is no record of this version, and says what is
// wrong.
struct ReadRecord {
  Experiment experiment;
  RunRecord run;
};
[[nodiscard]] Result<ReadRecord> read_record(std::string_view line);

// All records of a file. A last line without its end is left out and told: `whole_bytes` is where
// to go on. A line that is broken elsewhere is an error with its number.
struct RecordFile {
  std::vector<RunRecord> runs;
  Experiment experiment;  // of the first line; nothing where there is none
  std::size_t whole_bytes = 0;
  bool torn = false;
};
[[nodiscard]] Result<RecordFile> read_records(std::string_view bytes);

// Sorted waits as kWaitQuantiles quantiles; as they are when they are fewer.
[[nodiscard]] std::vector<double> wait_quantiles(const std::vector<double>& sorted);

}  // namespace tongsuan::lab
