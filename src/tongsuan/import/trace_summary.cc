#include "tongsuan/import/trace_summary.h"

#include <algorithm>

namespace tongsuan::imports {
namespace {

constexpr std::size_t kPlacesShown = 3;

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

// What a count of records is followed by: "9 with a negative submit_s". The column stands for '%'.
struct Phrase {
  TraceFault fault;
  std::string_view text;
};
constexpr Phrase kPhrases[] = {
    {TraceFault::kMalformed, "with malformed %"},
    {TraceFault::kFieldCount, "with too few or too many fields"},
    {TraceFault::kNegativeTime, "with a negative %"},
    {TraceFault::kTimeTooLarge, "with a % beyond 317 years"},
    {TraceFault::kNoDuration, "with a % of 0 or less"},
    {TraceFault::kNoDevices, "with a % out of range"},
    {TraceFault::kNoEstimate, "with a % of 0 or less"},
    {TraceFault::kNegativeValue, "with a negative %"},
    {TraceFault::kUnknownClass, "for accelerators that no hub has"},
    {TraceFault::kUnknownClassLeftOut,
     "with accelerators that no hub has, which were left out of their lists"},
    {TraceFault::kUnknownHome, "with a home that is no hub"},
    {TraceFault::kLargerThanAnyHub, "larger than any hub"},
    {TraceFault::kDuplicateName, "with a name that came before"},
    {TraceFault::kOverrun, "that ran longer than was asked for"},
    {TraceFault::kNotSorted, "that came after a later one, sorted by time"},
    {TraceFault::kGap, "after a long silence"},
    {TraceFault::kEstimateAssumed, "without a %: the duration is taken"},
    {TraceFault::kProcessorsAssumed, "without a %: those allocated are taken"},
    {TraceFault::kTimesMoved, "with times that count from the first one"},
    {TraceFault::kRecordsMissing, "fewer than the header says"},
    {TraceFault::kRecordsAdded, "more than the header says"},
    {TraceFault::kUnreadColumn, "of the columns not read"},
};

constexpr std::string_view phrase(TraceFault fault) {
  for (const Phrase& phrase : kPhrases) {
    if (phrase.fault == fault) return phrase.text;
  }
  return {};
}
static_assert(
    [] {
      for (std::uint8_t fault = 0; fault <= static_cast<std::uint8_t>(TraceFault::kUnreadColumn);
           ++fault) {
        if (phrase(static_cast<TraceFault>(fault)).empty()) return false;
      }
      return true;
    }(),
    "every fault has a phrase");

std::string phrase_of(const TraceNote& note) {
  std::string text(phrase(note.fault));
  if (const std::size_t at = text.find('%'); at != std::string::npos) {
    text.replace(at, 1, note.column);
    // "a run time", but "an estimate_s".
    const bool vowel = !note.column.empty() &&
                       std::string_view("aeio").find(note.column[0]) != std::string_view::npos;
    if (vowel && text.substr(0, at).ends_with(" a ")) text.insert(at - 1, "n");
  }
  if (note.fault == TraceFault::kOverrun && note.action == TraceAction::kChanged) {
    text += ", cut to the " + note.column;
  }
  return text;
}

// Faults of the file as a whole are shown by their values, all others by their lines.
bool shown_by_value(TraceFault fault) {
  return fault == TraceFault::kTimesMoved || fault == TraceFault::kRecordsMissing ||
         fault == TraceFault::kRecordsAdded || fault == TraceFault::kUnreadColumn;
}

std::string place_text(const TraceNote& note, const TracePlace& place) {
  if (shown_by_value(note.fault)) return place.value;
  return place.line == 0 ? place.name : std::to_string(place.line);
}

std::string places_text(const TraceFinding& finding) {
  if (finding.places.empty()) return {};
  const bool lines = !shown_by_value(finding.note.fault) && finding.places.front().line != 0;
  std::string text = " (";
  if (lines) text += finding.count == 1 ? "line " : "lines ";
  const std::size_t shown = std::min(kPlacesShown, finding.places.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += ", ";
    text += place_text(finding.note, finding.places[i]);
  }
  const bool more = shown < finding.places.size() ||
                    (!shown_by_value(finding.note.fault) && finding.count > shown);
  return text + (more ? ", …)" : ")");
}

std::string finding_text(const TraceFinding& finding) {
  return grouped(finding.count) + " " + phrase_of(finding.note) + places_text(finding);
}

bool earlier(const TraceFinding& a, const TraceFinding& b) {
  return a.places.front().line < b.places.front().line;
}

}  // namespace

void TraceSummary::add(const TraceNote& note, TracePlace place) {
  auto found = std::ranges::find(findings, note, &TraceFinding::note);
  if (found == findings.end()) {
    findings.push_back({note, 0, {}});
    found = findings.end() - 1;
  }
  ++found->count;
  if (found->places.size() < kTracePlacesMax) found->places.push_back(std::move(place));
}

std::uint64_t TraceSummary::count(TraceFault fault) const {
  std::uint64_t sum = 0;
  for (const TraceFinding& finding : findings) {
    if (finding.note.fault == fault) sum += finding.count;
  }
  return sum;
}

TraceReading reading_of(std::string file, std::vector<TraceJob> jobs) {
  TraceReading reading;
  reading.summary.file = std::move(file);
  reading.summary.records = jobs.size();
  reading.jobs = std::move(jobs);
  return reading;
}

std::string summary_text(const TraceSummary& summary) {
  std::string text = grouped(summary.records) +
                     (summary.records == 1 ? " record: " : " records: ") + grouped(summary.kept) +
                     " kept";
  std::string others;
  bool first = true;
  for (const TraceFinding& finding : summary.findings) {
    if (finding.note.action != TraceAction::kDropped) {
      others += (finding.note.action == TraceAction::kChanged ? "\nchanged: " : "\nkept: ") +
                finding_text(finding);
      continue;
    }
    text += first ? ", " + grouped(summary.dropped) + " dropped: " : ", ";
    text += finding_text(finding);
    first = false;
  }
  return text + others;
}

Result<Done> nothing_lost(const TraceSummary& summary) {
  const TraceFinding* first = nullptr;
  std::uint64_t lost = 0;
  for (const TraceFinding& finding : summary.findings) {
    if (finding.note.action == TraceAction::kKept) continue;
    lost += finding.count;
    if (first == nullptr || earlier(finding, *first)) first = &finding;
  }
  if (first == nullptr) return Done{};
  const TracePlace& place = first->places.front();
  std::string context = summary.file;
  if (place.line != 0) context += ", line " + std::to_string(place.line);
  if (place.line == 0 && !place.name.empty()) context += ", job " + place.name;
  if (!first->note.column.empty()) context += ", column " + first->note.column;
  context += ": " + first->note.expected + ": '" + place.value.substr(0, 80) + "'";
  const std::string hint =
      lost == 1 ? "mend it, or read the trace leniently, which reports what it drops and changes"
                : "mend this and " + grouped(lost - 1) +
                      " more, or read the trace leniently, which reports what it drops and changes";
  return Error{ErrorCode::kCorrupt, std::move(context), hint};
}

}  // namespace tongsuan::imports
