#include "tongsuan/lab/own_trace.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/import/gzip.h"
#include "tongsuan/import/swf.h"
#include "tongsuan/import/trace_csv.h"

namespace tongsuan::lab {
namespace {

enum class TraceForm : std::uint8_t { kUnknown, kCsv, kSwf };

TraceForm form_of_name(std::string_view path) {
  if (path.ends_with(".gz")) path.remove_suffix(3);
  if (path.ends_with(".csv")) return TraceForm::kCsv;
  if (path.ends_with(".swf")) return TraceForm::kSwf;
  return TraceForm::kUnknown;
}

// By the first line that is not blank: remarks and records of 18 numbers, or names of columns.
TraceForm form_of_text(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.starts_with(';')) return TraceForm::kSwf;
  if (line.find("submit_s") != std::string_view::npos) return TraceForm::kCsv;
  const bool numbers = !line.empty() && line.find_first_not_of("-0123456789. \t\r") == line.npos;
  return numbers && line.find_first_of(" \t") != line.npos ? TraceForm::kSwf : TraceForm::kUnknown;
}

// A reader of form, with what the file says of its machine.
struct Reading {
  imports::TraceReading trace;
  std::uint32_t processors = 0;
};

Result<Reading> read_form(const std::string& path, std::string_view text) {
  TraceForm form = form_of_name(path);
  if (form == TraceForm::kUnknown) form = form_of_text(text);
  if (form != TraceForm::kSwf) {
    TONGSUAN_TRY(imports::TraceReading reading, imports::parse_trace_csv(path, text));
    return Reading{std::move(reading), 0};
  }
  TONGSUAN_TRY(imports::SwfTrace log, imports::parse_swf(path, text, {.assume_estimates = false}));
  return Reading{std::move(log.reading), log.processors};
}

imports::TraceLimits limits_of(const std::vector<PoolShape>& pools, bool named) {
  imports::TraceLimits limits;
  for (const PoolShape& pool : pools) {
    const std::uint32_t devices = pool.nodes * pool.node_devices;
    if (!named) {  // the class of an SWF machine is ours, jobs do not speak of it
      limits.gang_max = std::min(devices, kGangMax);
      return limits;
    }
    std::uint32_t& most = limits.gang_max_of_class[pool.accelerator];
    most = std::max(most, devices);
    limits.hubs.insert(pool.hub);
  }
  return limits;
}

}  // namespace

bool is_trace(std::string_view path, std::string_view head) {
  return form_of_name(path) != TraceForm::kUnknown || head.starts_with("\x1f\x8b") ||
         form_of_text(head) != TraceForm::kUnknown;
}

Result<OwnTrace> read_own_trace(const ScenarioKeys& keys, const std::string& scenario_path,
                                imports::TraceMode mode) {
  OwnTrace own;
  own.mode = mode;
  own.path = (std::filesystem::path(scenario_path).parent_path() / keys.trace).string();
  Result<std::string> text = imports::read_text(own.path);
  if (!text.ok()) {
    Error error = text.error();
    if (error.code == ErrorCode::kIo) {
      error.code = ErrorCode::kNotFound;
      error.hint = "the name of a trace is relative to the folder of its scenario";
    }
    return error;
  }
  if (text.value().find_first_not_of(" \t\r\n") == std::string::npos) {
    return Error{ErrorCode::kCorrupt, own.path + ": is empty",
                 "a trace has a line of columns and a row for each job, or is an SWF log"};
  }
  const Digest digest = sha256(text.value());
  own.sha256 = hex(digest.data(), digest.size());
  TONGSUAN_TRY(Reading reading, read_form(own.path, text.value()));
  text = std::string();
  if (keys.pools.empty() && reading.processors > 0) {
    own.pools.push_back({"cluster", "processor", reading.processors, 1});
  }
  const imports::TraceLimits limits =
      keys.pools.empty() ? limits_of(own.pools, false) : limits_of(keys.pools, true);
  TONGSUAN_TRY(imports::CheckedTrace checked,
               imports::check_trace(std::move(reading.trace), limits, mode));
  own.jobs = std::move(checked.jobs);
  own.summary = std::move(checked.summary);
  return own;
}

std::vector<std::string> trace_notes(const OwnTrace& trace) {
  std::vector<std::string> notes;
  if (trace.summary.findings.empty()) return notes;
  const std::string text = trace.path + ": " + imports::summary_text(trace.summary);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    notes.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return notes;
}

}  // namespace tongsuan::lab
