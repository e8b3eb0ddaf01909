#include "tongsuan/import/trace_csv.h"

#include <algorithm>

#include "tongsuan/base/text.h"
#include "tongsuan/codec/scan.h"
#include "tongsuan/domain/units.h"
#include "tongsuan/import/csv.h"
#include "tongsuan/import/gzip.h"

namespace tongsuan::imports {
namespace {

constexpr const char* kNameRule =
    "must be a name of 1 to 128 letters, digits, '_', '-' and '.', not beginning with '-' or '.'";

enum Column : std::size_t {
  kName,
  kSubmit,
  kDuration,
  kGang,
  kTenant,
  kHome,
  kEstimate,
  kClasses,
  kValue,
  kColumns,
};
constexpr std::string_view kColumnNames[kColumns] = {"name",       "submit_s", "duration_s",
                                                     "gang",       "tenant",   "home",
                                                     "estimate_s", "classes",  "value_yuan"};

class TraceRows {
 public:
  TraceRows(std::string file, CsvReader& csv) : csv_(csv) {
    reading_.summary.file = std::move(file);
  }
  [[nodiscard]] Result<TraceReading> read();

 private:
  void unread_columns();
  void row();
  // Each is false where the row is no job, and has noted why.
  bool name(Column column, std::string& target);
  bool number(Column column, std::int64_t& target);
  bool gang(TraceJob& job);
  bool estimate(TraceJob& job);
  bool classes(TraceJob& job);
  bool value(TraceJob& job);

  bool drop(TraceFault fault, Column column, std::string expected) {
    add({fault, TraceAction::kDropped, std::string(kColumnNames[column]), std::move(expected)},
        csv_.text(column));
    return false;
  }
  void add(const TraceNote& note, std::string_view value) {
    std::string job(csv_.text(kName).substr(0, codec::kNameBytesMax));
    reading_.summary.add(note, {csv_.line(), std::move(job), std::string(value.substr(0, 80))});
    ++reading_.summary.dropped;
  }

  CsvReader& csv_;
  TraceReading reading_;
};

// A column that is misspelt would otherwise be missed in silence.
void TraceRows::unread_columns() {
  for (const std::string& column : csv_.header()) {
    if (std::ranges::find(kColumnNames, column) != std::end(kColumnNames)) continue;
    reading_.summary.add({TraceFault::kUnreadColumn, TraceAction::kChanged, "",
                          "the columns are name, submit_s, duration_s, gang, tenant, home, "
                          "estimate_s, classes and value_yuan"},
                         {1, "", column.substr(0, 80)});
  }
}

bool TraceRows::name(Column column, std::string& target) {
  const std::string_view text = csv_.text(column);
  if (column != kName && text.empty()) return true;
  if (!codec::valid_name(text)) return drop(TraceFault::kMalformed, column, kNameRule);
  target = text;
  return true;
}

bool TraceRows::number(Column column, std::int64_t& target) {
  if (parse_decimal(csv_.text(column), 0, target)) return true;
  return drop(TraceFault::kMalformed, column, "must be a whole number");
}

bool TraceRows::gang(TraceJob& job) {
  std::int64_t devices = 0;
  if (!number(kGang, devices)) return false;
  if (devices < 1 || devices > kGangMax) {
    return drop(TraceFault::kNoDevices, kGang, "must be from 1 to " + std::to_string(kGangMax));
  }
  job.gang = static_cast<std::uint32_t>(devices);
  return true;
}

bool TraceRows::estimate(TraceJob& job) {
  if (csv_.text(kEstimate).empty()) return true;
  if (!number(kEstimate, job.estimate_seconds)) return false;
  if (job.estimate_seconds > 0) return true;
  return drop(TraceFault::kNoEstimate, kEstimate, "must be from 1, or empty where it is not known");
}

bool TraceRows::classes(TraceJob& job) {
  const std::string_view list = csv_.text(kClasses);
  for (std::size_t at = 0; !list.empty() && at <= list.size();) {
    const std::string_view rest = list.substr(at);
    const std::string_view word = rest.substr(0, rest.find('|'));
    if (!codec::valid_name(word)) {
      return drop(TraceFault::kMalformed, kClasses, "must be names with '|' between them");
    }
    if (job.classes.size() == kClassesMax) {
      return drop(TraceFault::kMalformed, kClasses,
                  "must be at most " + std::to_string(kClassesMax) + " names");
    }
    job.classes.emplace_back(word);
    at += word.size() + 1;
  }
  std::ranges::sort(job.classes);
  job.classes.erase(std::unique(job.classes.begin(), job.classes.end()), job.classes.end());
  return true;
}

bool TraceRows::value(TraceJob& job) {
  if (csv_.text(kValue).empty()) return true;
  if (!parse_decimal(csv_.text(kValue), kMicroDecimals, job.value)) {
    return drop(TraceFault::kMalformed, kValue, "must be a decimal with at most 6 fraction digits");
  }
  if (job.value != 0) return true;
  return drop(TraceFault::kMalformed, kValue, "must be above 0, or empty where it is not known");
}

void TraceRows::row() {
  TraceJob job;
  job.line = csv_.line();
  const bool good = name(kName, job.name) && number(kSubmit, job.submit_second) &&
                    number(kDuration, job.duration_seconds) && gang(job) &&
                    name(kTenant, job.tenant) && name(kHome, job.home) && estimate(job) &&
                    classes(job) && value(job);
  if (good) reading_.jobs.push_back(std::move(job));
}

Result<TraceReading> TraceRows::read() {
  unread_columns();
  for (;;) {
    const bool shaped = csv_.next();
    if (!shaped && !csv_.skip_misshapen_row()) break;
    if (reading_.summary.records == kTraceJobsMax) {
      return Error{ErrorCode::kLimit,
                   reading_.summary.file + ": more than " + std::to_string(kTraceJobsMax) + " rows",
                   "split the file"};
    }
    ++reading_.summary.records;
    if (shaped) {
      row();
      continue;
    }
    reading_.summary.add({TraceFault::kFieldCount, TraceAction::kDropped, "",
                          "must have " + std::to_string(csv_.header().size()) +
                              " fields like the header, not as many as"},
                         {csv_.line(), "", std::to_string(csv_.field_count())});
    ++reading_.summary.dropped;
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, csv_.finish());
  return std::move(reading_);
}

}  // namespace

Result<TraceReading> parse_trace_csv(std::string file, std::string_view text) {
  TONGSUAN_TRY(CsvReader csv,
               CsvReader::open(file, text, {"name", "submit_s", "duration_s", "gang"},
                               {"tenant", "home", "estimate_s", "classes", "value_yuan"}));
  return TraceRows(std::move(file), csv).read();
}

Result<TraceReading> read_trace_csv(const std::string& path) {
  TONGSUAN_TRY(const std::string text, read_text(path));
  return parse_trace_csv(path, text);
}

}  // namespace tongsuan::imports
