#include "trace_promises.h"

#include <algorithm>
#include <set>

#include "tongsuan/base/check.h"
#include "tongsuan/domain/units.h"

namespace tongsuan::fuzz {
namespace {

using imports::TraceAction;

std::uint64_t found(const imports::TraceSummary& summary, TraceAction action) {
  std::uint64_t sum = 0;
  for (const imports::TraceFinding& finding : summary.findings) {
    TONGSUAN_CHECK(!finding.places.empty());
    TONGSUAN_CHECK(finding.places.size() <= imports::kTracePlacesMax);
    if (finding.note.action == action) sum += finding.count;
  }
  return sum;
}

void check_job(const imports::TraceJob& job, const imports::TraceLimits& limits) {
  TONGSUAN_CHECK(job.submit_second >= 0 && job.submit_second <= imports::kTraceSecondsMax);
  TONGSUAN_CHECK(job.duration_seconds >= 1 && job.duration_seconds <= imports::kTraceSecondsMax);
  TONGSUAN_CHECK(job.estimate_seconds >= 0 && job.estimate_seconds <= imports::kTraceSecondsMax);
  TONGSUAN_CHECK(job.gang >= 1 && job.gang <= limits.gang_max && job.gang <= kGangMax);
  TONGSUAN_CHECK(job.value >= 0 && job.value <= kMoneyMax);
  TONGSUAN_CHECK(!job.name.empty());
  TONGSUAN_CHECK(std::ranges::adjacent_find(job.classes, std::greater_equal{}) ==
                 job.classes.end());
  if (limits.overruns == imports::Overruns::kCut && job.estimate_seconds > 0) {
    TONGSUAN_CHECK(job.duration_seconds <= job.estimate_seconds);
  }
  if (!limits.hubs.empty()) TONGSUAN_CHECK(job.home.empty() || limits.hubs.contains(job.home));
  if (limits.gang_max_of_class.empty()) return;
  std::uint32_t most = 0;
  for (const auto& [name, devices] : limits.gang_max_of_class) {
    const bool accepted = job.classes.empty() || std::ranges::binary_search(job.classes, name);
    if (accepted) most = std::max(most, devices);
  }
  TONGSUAN_CHECK(job.gang <= most);
  for (const std::string& name : job.classes) {
    TONGSUAN_CHECK(limits.gang_max_of_class.contains(name));
  }
}

void check_trace_kept(const imports::CheckedTrace& trace, const imports::TraceLimits& limits) {
  const imports::TraceSummary& summary = trace.summary;
  TONGSUAN_CHECK(summary.kept == trace.jobs.size() && summary.kept > 0);
  TONGSUAN_CHECK(summary.kept + summary.dropped == summary.records);
  TONGSUAN_CHECK(found(summary, TraceAction::kDropped) == summary.dropped);
  TONGSUAN_CHECK(std::ranges::is_sorted(trace.jobs, {}, &imports::TraceJob::submit_second));
  std::set<std::string> names;
  for (const imports::TraceJob& job : trace.jobs) {
    check_job(job, limits);
    TONGSUAN_CHECK(names.insert(job.name).second);
  }
  TONGSUAN_CHECK(!imports::summary_text(summary).empty());
}

void check_refusal(const Error& error) {
  TONGSUAN_CHECK(error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kLimit);
  TONGSUAN_CHECK(error.context.starts_with("fuzz") && !error.hint.empty());
}

}  // namespace

imports::TraceLimits trace_limits(Program& program) {
  imports::TraceLimits limits;
  const std::uint32_t plan = program.byte();
  if ((plan & 1) != 0) limits.gang_max_of_class = {{"A100", 16}, {"H100", 8}};
  if ((plan & 2) != 0) limits.hubs = {"guizhou", "shanghai"};
  if ((plan & 4) != 0) limits.overruns = imports::Overruns::kKeep;
  if ((plan & 8) != 0) limits.gang_max = 4;
  limits.units_are_seconds = (plan & 16) != 0;
  return limits;
}

void check_trace_promises(const imports::TraceReading& reading,
                          const imports::TraceLimits& limits) {
  TONGSUAN_CHECK(reading.jobs.size() + reading.summary.dropped == reading.summary.records);
  TONGSUAN_CHECK(found(reading.summary, TraceAction::kDropped) == reading.summary.dropped);
  const auto strict = imports::check_trace(reading, limits, imports::TraceMode::kStrict);
  const auto lenient = imports::check_trace(reading, limits, imports::TraceMode::kLenient);
  if (!lenient.ok()) {
    check_refusal(lenient.error());
  } else {
    check_trace_kept(lenient.value(), limits);
  }
  if (!strict.ok()) {
    check_refusal(strict.error());
    if (lenient.ok()) TONGSUAN_CHECK(!imports::nothing_lost(lenient.value().summary).ok());
    return;
  }
  TONGSUAN_CHECK(lenient.ok() && strict.value().jobs == lenient.value().jobs);
  TONGSUAN_CHECK(strict.value().summary.dropped == 0);
  TONGSUAN_CHECK(imports::nothing_lost(strict.value().summary).ok());
}

}  // namespace tongsuan::fuzz
