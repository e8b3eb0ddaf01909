// What `tongsuan replay` is asked to do: its options, checked.
#pragma once

#include <cstdint>
#include <string>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/lab/matrix.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {

struct ReplayTask {
  lab::Scenario scenario;
  lab::MatrixAxes axes;
  lab::ReplayOptions options;
  std::uint32_t jobs = 0;  // 0: as the scenario says
  std::string data_dir;
  bool lenient = false;     // of a trace of the user's own
  bool as_written = false;  // its devices are those of the scenario, and the load follows
  std::string reference;
  std::uint32_t thread_count = 1;
  std::string report_path;   // empty: no page
  std::string results_path;  // empty: none are kept
  bool resume = false;
  bool force = false;
  bool quiet = false;
  report::Format format = report::Format::kTable;
  std::string command;  // that gives the same results: scenario and what changes them
};

Attempt<ReplayTask> plan_replay(const Session& session, const Arguments& arguments);

// As "90 %" was written: "0.9", "90" and "90%" are the same; nothing when it is none of 10 to 300.
bool parse_load(std::string_view text, std::uint32_t& percent);
// "900", "900s", "15m", "1h", "4d" as seconds.
bool parse_span(std::string_view text, std::int64_t& seconds);

}  // namespace tongsuan::cli
