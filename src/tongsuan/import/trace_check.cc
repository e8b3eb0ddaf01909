#include "tongsuan/import/trace_check.h"

#include <algorithm>
#include <numeric>

#include "tongsuan/base/text.h"

namespace tongsuan::imports {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kMedianMax = 10'000'000;
constexpr std::int64_t kSpanMax = 20 * 365 * kDaySeconds;
constexpr std::int64_t kShortest = 5;
constexpr std::size_t kShortJobsMin = 10;
constexpr std::size_t kNamesListed = 8;

// ---- Units
// ---------------------------------------------------------------------------------------

Error unit_error(const TraceReading& reading, const TraceJob& job, const std::string& column,
                 std::string what, std::string hint) {
  std::string context = reading.summary.file;
  if (job.line != 0) context += ", line " + std::to_string(job.line);
  const std::int64_t value =
      column == reading.columns.submit ? job.submit_second : job.duration_seconds;
  context += ", column " + column + ": " + std::move(what) + ": '" + std::to_string(value) + "'";
  return Error{ErrorCode::kCorrupt, std::move(context), std::move(hint)};
}

Result<Done> check_durations(const TraceReading& reading,
                             const std::vector<const TraceJob*>& jobs) {
  std::vector<const TraceJob*> sorted = jobs;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 2);
  const auto shorter = [](const TraceJob* a, const TraceJob* b) {
    return std::pair(a->duration_seconds, a->line) < std::pair(b->duration_seconds, b->line);
  };
  std::ranges::nth_element(sorted, middle, shorter);
  if ((*middle)->duration_seconds <= kMedianMax) return Done{};
  return unit_error(reading, **middle, reading.columns.duration,
                    "half of the durations are at least this long, more than " +
                        std::to_string(kMedianMax) + " s",
                    "times are whole seconds: divide milliseconds by 1000");
}

Result<Done> check_span(const TraceReading& reading, const std::vector<const TraceJob*>& jobs) {
  const auto [first, last] = std::ranges::minmax_element(jobs, {}, &TraceJob::submit_second);
  if ((*last)->submit_second - (*first)->submit_second > kSpanMax) {
    return unit_error(reading, **last, reading.columns.submit,
                      "more than 20 years after the first submit time, " +
                          std::to_string((*first)->submit_second),
                      "times are whole seconds: divide milliseconds by 1000");
  }
  if ((*first)->submit_second > kSpanMax) {
    return unit_error(reading, **first, reading.columns.submit,
                      "the first job comes more than 20 years after second 0",
                      "times count from the start of the trace: subtract the first one from all");
  }
  const TraceJob& longest = **std::ranges::max_element(jobs, {}, &TraceJob::duration_seconds);
  if (jobs.size() < kShortJobsMin || longest.duration_seconds >= kShortest ||
      (*last)->submit_second - (*first)->submit_second <= kDaySeconds) {
    return Done{};
  }
  return unit_error(reading, longest, reading.columns.duration,
                    "no job lasts longer than this, though they come over more than a day",
                    "times are whole seconds: multiply minutes by 60, hours by 3600");
}

Result<Done> check_units(const TraceReading& reading) {
  std::vector<const TraceJob*> jobs;
  for (const TraceJob& job : reading.jobs) {
    if (job.submit_second >= 0 && job.duration_seconds > 0) jobs.push_back(&job);
  }
  if (jobs.empty()) return Done{};
  TONGSUAN_TRY([[maybe_unused]] const Done done, check_durations(reading, jobs));
  return check_span(reading, jobs);
}

// ---- Jobs
// ----------------------------------------------------------------------------------------

std::string from_to(std::int64_t min, std::int64_t max) {
  return "must be from " + std::to_string(min) + " to " + std::to_string(max);
}

template <class Names>
std::string one_of(const Names& names,
                   std::string_view (*name_of)(typename Names::const_reference)) {
  std::string text = "must be one of ";
  std::size_t listed = 0;
  for (const auto& entry : names) {
    if (listed == kNamesListed)
      return text + " and " + std::to_string(names.size() - listed) + " more";
    text += (listed++ == 0 ? "" : ", ") + std::string(name_of(entry));
  }
  return text;
}

class TraceJudge {
 public:
  TraceJudge(TraceReading& reading, const TraceLimits& limits);
  // Everything but the units.
  void judge();

 private:
  // Each is false where the job is dropped, and has noted why.
  bool times(const TraceJob& job);
  bool world(const TraceJob& job);
  bool classes(const TraceJob& job);
  bool fits(const TraceJob& job);
  void drop_repeated_names();
  [[nodiscard]] bool unknown(const std::string& name) const;
  void change(TraceJob& job);
  void sort();
  void report_gaps();

  void note(TraceNote note, const TraceJob& job, std::string value) {
    summary_.add(note, {job.line, job.name, std::move(value)});
  }
  bool drop(TraceNote what, const TraceJob& job, std::string value) {
    note(std::move(what), job, std::move(value));
    return false;
  }
  bool time_within(const TraceJob& job, const std::string& column, std::int64_t value,
                   std::int64_t min);

  std::vector<TraceJob>& jobs_;
  TraceSummary& summary_;
  const TraceColumns& columns_;
  const TraceLimits& limits_;
  std::string one_of_classes_;
  std::string one_of_hubs_;
};

TraceJudge::TraceJudge(TraceReading& reading, const TraceLimits& limits)
    : jobs_(reading.jobs),
      summary_(reading.summary),
      columns_(reading.columns),
      limits_(limits),
      one_of_classes_(one_of(
          limits.gang_max_of_class,
          +[](const std::pair<const std::string, std::uint32_t>& entry) {
            return std::string_view(entry.first);
          })),
      one_of_hubs_(one_of(
          limits.hubs, +[](const std::string& hub) { return std::string_view(hub); })) {}

bool TraceJudge::time_within(const TraceJob& job, const std::string& column, std::int64_t value,
                             std::int64_t min) {
  if (value >= min && value <= kTraceSecondsMax) return true;
  const TraceFault fault = value > kTraceSecondsMax      ? TraceFault::kTimeTooLarge
                           : column == columns_.submit   ? TraceFault::kNegativeTime
                           : column == columns_.duration ? TraceFault::kNoDuration
                                                         : TraceFault::kNoEstimate;
  return drop({fault, TraceAction::kDropped, column, from_to(min, kTraceSecondsMax)}, job,
              std::to_string(value));
}

bool TraceJudge::times(const TraceJob& job) {
  if (!time_within(job, columns_.submit, job.submit_second, 0)) return false;
  if (!time_within(job, columns_.duration, job.duration_seconds, 1)) return false;
  if (job.estimate_seconds != 0 && !time_within(job, columns_.estimate, job.estimate_seconds, 1)) {
    return false;
  }
  if (job.value >= 0 && job.value <= kMoneyMax) return true;
  return drop({TraceFault::kNegativeValue, TraceAction::kDropped, columns_.value,
               "must be from 0 to " + decimal(kMoneyMax, kMicroDecimals)},
              job, decimal(job.value, kMicroDecimals));
}

bool TraceJudge::unknown(const std::string& name) const {
  return !limits_.gang_max_of_class.empty() && !limits_.gang_max_of_class.contains(name);
}

bool TraceJudge::classes(const TraceJob& job) {
  const auto is_unknown = [&](const std::string& name) { return unknown(name); };
  if (job.classes.empty() || !std::ranges::all_of(job.classes, is_unknown)) return true;
  return drop({TraceFault::kUnknownClass, TraceAction::kDropped, columns_.classes, one_of_classes_},
              job, job.classes.front());
}

// What is kept may still be changed: unknown classes leave its list, and its time ends when the
// estimate is over.
void TraceJudge::change(TraceJob& job) {
  const auto is_unknown = [&](const std::string& name) { return unknown(name); };
  if (const auto first = std::ranges::find_if(job.classes, is_unknown);
      first != job.classes.end()) {
    note({TraceFault::kUnknownClassLeftOut, TraceAction::kChanged, columns_.classes,
          one_of_classes_},
         job, *first);
    std::erase_if(job.classes, is_unknown);
  }
  if (job.estimate_seconds == 0 || job.duration_seconds <= job.estimate_seconds) return;
  const bool cut = limits_.overruns == Overruns::kCut;
  note({TraceFault::kOverrun, cut ? TraceAction::kChanged : TraceAction::kKept, columns_.estimate,
        "must not be less than the duration"},
       job, std::to_string(job.estimate_seconds));
  if (cut) job.duration_seconds = job.estimate_seconds;
}

bool TraceJudge::fits(const TraceJob& job) {
  if (job.gang < 1 || job.gang > kGangMax) {
    return drop(
        {TraceFault::kNoDevices, TraceAction::kDropped, columns_.gang, from_to(1, kGangMax)}, job,
        std::to_string(job.gang));
  }
  std::uint32_t most = limits_.gang_max;
  if (!limits_.gang_max_of_class.empty()) {
    most = 0;
    for (const auto& [name, devices] : limits_.gang_max_of_class) {
      const bool accepted = job.classes.empty() || std::ranges::binary_search(job.classes, name);
      if (accepted) most = std::max(most, devices);
    }
    most = std::min(most, limits_.gang_max);
  }
  if (job.gang <= most) return true;
  return drop({TraceFault::kLargerThanAnyHub, TraceAction::kDropped, columns_.gang,
               "must be at most " + std::to_string(most) + ", what the largest hub has for it"},
              job, std::to_string(job.gang));
}

bool TraceJudge::world(const TraceJob& job) {
  if (!classes(job)) return false;
  if (!job.home.empty() && !limits_.hubs.empty() && !limits_.hubs.contains(job.home)) {
    return drop({TraceFault::kUnknownHome, TraceAction::kDropped, columns_.home, one_of_hubs_}, job,
                job.home);
  }
  return fits(job);
}

void TraceJudge::drop_repeated_names() {
  std::vector<std::uint32_t> order(jobs_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {},
                           [&](std::uint32_t i) -> const std::string& { return jobs_[i].name; });
  std::vector<bool> repeated(jobs_.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    repeated[order[i]] = jobs_[order[i]].name == jobs_[order[i - 1]].name;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    if (repeated[i]) {
      note({TraceFault::kDuplicateName, TraceAction::kDropped, columns_.name,
            "names a row that was listed before"},
           jobs_[i], jobs_[i].name);
    } else if (kept++ != i) {
      jobs_[kept - 1] = std::move(jobs_[i]);
    }
  }
  jobs_.resize(kept);
}

void TraceJudge::sort() {
  std::int64_t latest = 0;
  for (const TraceJob& job : jobs_) {
    if (job.submit_second < latest) {
      note({TraceFault::kNotSorted, TraceAction::kChanged, columns_.submit,
            "must not be before a row above"},
           job, std::to_string(job.submit_second));
    }
    latest = std::max(latest, job.submit_second);
  }
  std::ranges::stable_sort(jobs_, {}, &TraceJob::submit_second);
}

void TraceJudge::report_gaps() {
  std::int64_t before = 0;
  for (const TraceJob& job : jobs_) {
    if (job.submit_second - before > limits_.gap_seconds) {
      note({TraceFault::kGap, TraceAction::kKept, columns_.submit,
            "comes more than " + std::to_string(limits_.gap_seconds) + " s after the job before"},
           job, std::to_string(job.submit_second - before));
    }
    before = job.submit_second;
  }
}

void TraceJudge::judge() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    if (times(jobs_[i]) && world(jobs_[i]) && kept++ != i) jobs_[kept - 1] = std::move(jobs_[i]);
  }
  jobs_.resize(kept);
  drop_repeated_names();
  for (TraceJob& job : jobs_) change(job);
  sort();
  report_gaps();
  summary_.kept = jobs_.size();
  summary_.dropped = summary_.records - summary_.kept;
}

}  // namespace

Result<CheckedTrace> check_trace(TraceReading reading, const TraceLimits& limits, TraceMode mode) {
  if (reading.summary.records == 0) {
    return Error{ErrorCode::kCorrupt, reading.summary.file + ": no jobs",
                 "a trace has at least one record"};
  }
  if (!limits.units_are_seconds) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, check_units(reading));
  }
  TraceJudge(reading, limits).judge();
  if (mode == TraceMode::kStrict) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, nothing_lost(reading.summary));
  }
  if (reading.jobs.empty()) {
    return Error{ErrorCode::kCorrupt,
                 reading.summary.file + ": no job is left: " + summary_text(reading.summary),
                 "check that the trace fits the world it is replayed in"};
  }
  return CheckedTrace{std::move(reading.jobs), std::move(reading.summary)};
}

}  // namespace tongsuan::imports
