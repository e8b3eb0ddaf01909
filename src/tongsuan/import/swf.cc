#include "tongsuan/import/swf.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "tongsuan/base/text.h"
#include "tongsuan/codec/scan.h"
#include "tongsuan/domain/units.h"
#include "tongsuan/import/gzip.h"

namespace tongsuan::imports {
namespace {

constexpr std::size_t kFields = 18;
constexpr std::int64_t kUnknown = -1;
constexpr std::string_view kBlanks = " \t\r\v\f";
enum Field : std::size_t {
  kNumber = 0,
  kSubmitTime = 1,
  kRun = 3,
  kAllocated = 4,
  kRequested = 7,
  kRequestedTime = 8,
  kUser = 11,
};

constexpr std::array<const char*, kFields> kFieldNames = {"job number",
                                                          "submit time",
                                                          "wait time",
                                                          "run time",
                                                          "number of processors",
                                                          "average CPU time",
                                                          "used memory",
                                                          "number of requested processors",
                                                          "requested time",
                                                          "requested memory",
                                                          "status",
                                                          "user",
                                                          "group",
                                                          "application",
                                                          "queue",
                                                          "partition",
                                                          "preceding job",
                                                          "think time"};

// Takes the next word from `rest`; empty at its end.
std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

// "-12", "3", "4.75": the format has fractions in a few fields, and nothing else.
bool is_number(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  const std::size_t point = std::min(word.find('.'), word.size());
  const auto digits = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  const bool fraction = point == word.size() || point + 1 < word.size();
  return point > 0 && fraction && digits(word.substr(0, point)) &&
         digits(word.substr(std::min(point + 1, word.size())));
}

struct Record {
  std::uint64_t line = 0;
  std::array<std::string_view, kFields> words;
  std::array<std::int64_t, kFields> values{};  // of the fields that are used
  std::string_view rest;                       // behind the numbers
};

class SwfParser {
 public:
  SwfParser(std::string file, std::string_view text, const SwfOptions& options);
  [[nodiscard]] Result<SwfTrace> parse();

 private:
  void header(std::string_view line);
  void header_number(std::string_view key, std::string_view value);
  void record(std::string_view line);
  // Each is false where the record is no job, and has noted why.
  bool split(std::string_view line, Record& record);
  bool numbers(Record& record);
  bool processors(const Record& record, TraceJob& job);
  bool estimate(const Record& record, TraceJob& job);
  bool extension(const Record& record, TraceJob& job);
  void say_what_was_assumed(const Record& record);
  void move_times();
  void compare_counts();

  bool drop(const Record& record, TraceNote note, std::string_view value) {
    const std::string_view name = record.words[kNumber];
    trace_.reading.summary.add(note, {record.line, std::string(name), std::string(value)});
    ++trace_.reading.summary.dropped;
    return false;
  }
  std::string_view text_;
  SwfOptions options_;
  SwfTrace trace_;
  std::uint64_t line_ = 0;
  std::int64_t processors_max_ = 0;
  std::int64_t nodes_max_ = 0;
  std::int64_t records_promised_ = 0;
};

SwfParser::SwfParser(std::string file, std::string_view text, const SwfOptions& options)
    : text_(text), options_(options) {
  trace_.reading.summary.file = std::move(file);
  TraceColumns& columns = trace_.reading.columns;
  columns.name = kFieldNames[kNumber];
  columns.submit = kFieldNames[kSubmitTime];
  columns.duration = kFieldNames[kRun];
  columns.gang = kFieldNames[kRequested];
  columns.estimate = kFieldNames[kRequestedTime];
  columns.classes = "demands";
}

void SwfParser::header_number(std::string_view key, std::string_view value) {
  value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || number < 0) return;
  const auto set = [&](std::string_view name, std::int64_t& target) {
    if (key == name && target == 0) target = number;  // the first one counts
  };
  set("MaxProcs", processors_max_);
  set("MaxNodes", nodes_max_);
  set("MaxRecords", records_promised_);
  set("UnixStartTime", trace_.unix_start_second);
}

void SwfParser::header(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of("; \t"), line.size()));
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  header_number(line.substr(0, colon), line.substr(colon + 1));
}

bool SwfParser::split(std::string_view line, Record& record) {
  record.rest = line;
  std::size_t count = 0;
  for (std::string_view& word : record.words) {
    word = take_word(record.rest);
    count += word.empty() ? 0U : 1U;
  }
  record.rest.remove_prefix(std::min(record.rest.find_first_not_of(kBlanks), record.rest.size()));
  if (count == kFields && (record.rest.empty() || record.rest.front() == '{')) return true;
  const std::string found = count < kFields ? std::to_string(count) : std::string(record.rest);
  return drop(record,
              {TraceFault::kFieldCount, TraceAction::kDropped, "",
               count < kFields ? "must have 18 numbers, not as many as"
                               : "after 18 numbers only a list of processors in braces may follow"},
              found.substr(0, 80));
}

bool SwfParser::numbers(Record& record) {
  for (std::size_t i = 0; i < kFields; ++i) {
    const bool used = i == kNumber || i == kSubmitTime || i == kRun || i == kAllocated ||
                      i == kRequested || i == kRequestedTime || i == kUser;
    const bool good =
        used ? parse_decimal(record.words[i], 0, record.values[i]) : is_number(record.words[i]);
    if (good && (i != kNumber || record.values[i] >= 0)) continue;
    const char* const expected = i == kNumber ? "must be a whole number from 0"
                                 : used       ? "must be a whole number"
                                              : "must be a number";
    return drop(record, {TraceFault::kMalformed, TraceAction::kDropped, kFieldNames[i], expected},
                record.words[i]);
  }
  return true;
}

bool SwfParser::processors(const Record& record, TraceJob& job) {
  const bool asked = record.values[kRequested] != kUnknown;
  const Field field = asked ? kRequested : kAllocated;
  if (record.values[field] < 1 || record.values[field] > kGangMax) {
    return drop(record,
                {TraceFault::kNoDevices, TraceAction::kDropped, kFieldNames[field],
                 "must be from 1 to " + std::to_string(kGangMax)},
                record.words[field]);
  }
  job.gang = static_cast<std::uint32_t>(record.values[field]);
  return true;
}

// A record without a run time has no estimate either: trace_check.h says why it is dropped.
bool SwfParser::estimate(const Record& record, TraceJob& job) {
  if (job.duration_seconds <= 0) return true;
  const std::int64_t asked = record.values[kRequestedTime];
  if (asked == kUnknown && !options_.assume_estimates) return true;
  job.estimate_seconds = asked == kUnknown ? job.duration_seconds : asked;
  if (job.estimate_seconds > 0) return true;
  return drop(record,
              {TraceFault::kNoEstimate, TraceAction::kDropped, kFieldNames[kRequestedTime],
               "must be from 1, or -1 where it is not known"},
              record.words[kRequestedTime]);
}

void SwfParser::say_what_was_assumed(const Record& record) {
  const auto assumed = [&](TraceFault fault, Field field) {
    if (record.values[field] != kUnknown) return;
    trace_.reading.summary.add({fault, TraceAction::kKept, kFieldNames[field], "is not known"},
                               {record.line, std::string(record.words[kNumber]), "-1"});
  };
  assumed(TraceFault::kProcessorsAssumed, kRequested);
  if (options_.assume_estimates) assumed(TraceFault::kEstimateAssumed, kRequestedTime);
}

bool SwfParser::extension(const Record& record, TraceJob& job) {
  std::string_view rest = record.rest;
  if (rest.empty()) return true;
  const std::size_t end = rest.find('}');
  if (end == std::string_view::npos) {
    return drop(record,
                {TraceFault::kMalformed, TraceAction::kDropped, "list of processors",
                 "must end with a brace"},
                rest.substr(0, 80));
  }
  const std::string_view list = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  SwfExtension extension;
  extension.line = record.line;
  extension.processors =
      list.empty() ? 0 : static_cast<std::uint32_t>(std::ranges::count(list, ',') + 1);
  extension.queue = take_word(rest);
  extension.demands = take_word(rest);
  std::string_view demands = extension.demands;
  while (options_.clusters_are_classes && !demands.empty()) {
    std::string_view demand = demands.substr(0, demands.find(':'));
    demands.remove_prefix(std::min(demand.size() + 1, demands.size()));
    demand = demand.substr(0, demand.find('#'));  // "#excl": whole nodes
    if (demand.starts_with("cl_") && codec::valid_name(demand.substr(3))) {
      job.classes.emplace_back(demand.substr(3));
    }
  }
  std::ranges::sort(job.classes);
  job.classes.erase(std::unique(job.classes.begin(), job.classes.end()), job.classes.end());
  trace_.extensions.push_back(std::move(extension));
  return true;
}

void SwfParser::record(std::string_view line) {
  ++trace_.reading.summary.records;
  Record record;
  record.line = line_;
  if (!split(line, record) || !numbers(record)) return;
  TraceJob job;
  job.line = line_;
  job.name = std::to_string(record.values[kNumber]);
  if (record.values[kUser] >= 0) job.tenant = "user-" + std::to_string(record.values[kUser]);
  job.submit_second = record.values[kSubmitTime];
  job.duration_seconds = record.values[kRun];
  if (!processors(record, job) || !estimate(record, job) || !extension(record, job)) return;
  if (job.duration_seconds > 0) say_what_was_assumed(record);
  trace_.reading.jobs.push_back(std::move(job));
}

// Negative times stay: they are faults, and have to be seen as the file has them.
void SwfParser::move_times() {
  std::int64_t first = -1;
  for (const TraceJob& job : trace_.reading.jobs) {
    const bool earlier = first < 0 || job.submit_second < first;
    if (job.submit_second >= 0 && earlier) first = job.submit_second;
  }
  if (first <= 0) return;
  std::uint64_t moved = 0;
  for (TraceJob& job : trace_.reading.jobs) {
    if (job.submit_second < 0) continue;
    job.submit_second -= first;
    ++moved;
  }
  trace_.first_submit_second = first;
  TraceFinding finding{
      {TraceFault::kTimesMoved, TraceAction::kKept, kFieldNames[kSubmitTime], ""}, moved, {}};
  finding.places.push_back({0, "", std::to_string(first)});
  trace_.reading.summary.findings.push_back(std::move(finding));
}

void SwfParser::compare_counts() {
  if (records_promised_ <= 0) return;
  const auto promised = static_cast<std::uint64_t>(records_promised_);
  const std::uint64_t found = trace_.reading.summary.records;
  if (promised == found) return;
  const bool missing = found < promised;
  TraceFinding finding{{missing ? TraceFault::kRecordsMissing : TraceFault::kRecordsAdded,
                        TraceAction::kKept, "MaxRecords", ""},
                       missing ? promised - found : found - promised,
                       {}};
  finding.places.push_back({0, "", std::to_string(promised)});
  trace_.reading.summary.findings.push_back(std::move(finding));
}

Result<SwfTrace> SwfParser::parse() {
  while (!text_.empty()) {
    std::string_view line = text_.substr(0, text_.find('\n'));
    text_.remove_prefix(std::min(line.size() + 1, text_.size()));
    ++line_;
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.starts_with(';')) {
      header(line);
    } else if (!line.empty()) {
      if (trace_.reading.summary.records == kTraceJobsMax) {
        return Error{ErrorCode::kLimit,
                     trace_.reading.summary.file + ": more than " + std::to_string(kTraceJobsMax) +
                         " records",
                     "split the file"};
      }
      record(line);
    }
  }
  if (trace_.reading.summary.records == 0) {
    return Error{ErrorCode::kCorrupt, trace_.reading.summary.file + ": no records",
                 "a workload has a line of 18 numbers for each job"};
  }
  const std::int64_t processors = processors_max_ > 0 ? processors_max_ : nodes_max_;
  trace_.processors = static_cast<std::uint32_t>(std::min<std::int64_t>(processors, kGangMax));
  move_times();
  compare_counts();
  return std::move(trace_);
}

}  // namespace

Result<SwfTrace> parse_swf(std::string file, std::string_view text, const SwfOptions& options) {
  return SwfParser(std::move(file), text, options).parse();
}

Result<SwfTrace> read_swf(const std::string& path, const SwfOptions& options) {
  TONGSUAN_TRY(const std::string text, read_text(path));
  return parse_swf(path, text, options);
}

TraceLimits swf_limits(const SwfTrace& trace) {
  TraceLimits limits;
  if (trace.processors > 0) limits.gang_max = trace.processors;
  return limits;
}

}  // namespace tongsuan::imports
