#include "tongsuan/import/trace_check.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/import/swf.h"
#include "tongsuan/import/trace_csv.h"
#include "tongsuan/import/trace_fixture.h"

namespace tongsuan::imports {
namespace {

using testing_support::shared_folder;

TraceReading reading(std::vector<TraceJob> jobs) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].line = i + 2;
    if (jobs[i].name.empty()) jobs[i].name = "j" + std::to_string(i);
  }
  return reading_of("t.csv", std::move(jobs));
}

TraceJob job(std::int64_t submit, std::int64_t duration = 60, std::uint32_t gang = 1) {
  return {.name = "",
          .tenant = "",
          .submit_second = submit,
          .duration_seconds = duration,
          .gang = gang,
          .classes = {}};
}

TraceLimits world() {
  return {.gang_max_of_class = {{"A100", 16}, {"H100", 8}}, .hubs = {"east", "west"}};
}

std::string lenient(std::vector<TraceJob> jobs, const TraceLimits& limits = world()) {
  const auto trace = check_trace(reading(std::move(jobs)), limits, TraceMode::kLenient);
  return trace.ok() ? summary_text(trace.value().summary) : trace.error().context;
}

std::string strict(std::vector<TraceJob> jobs, const TraceLimits& limits = world()) {
  const auto trace = check_trace(reading(std::move(jobs)), limits, TraceMode::kStrict);
  return trace.ok() ? "" : trace.error().context;
}

TEST(TraceCheck, SoundJobsStayAsTheyAre) {
  const std::vector<TraceJob> jobs = reading({job(0, 60, 16), job(0), job(9)}).jobs;
  const auto trace = check_trace(reading(jobs), world(), TraceMode::kStrict);
  ASSERT_TRUE(trace.ok()) << trace.error().context;
  EXPECT_EQ(trace.value().jobs, jobs);
  EXPECT_EQ(trace.value().summary.kept, 3U);
}

TEST(TraceCheck, JobsOutOfOrderAreSortedAndCounted) {
  const std::vector<TraceJob> jobs = {job(50), job(10), job(60), job(50)};
  const auto trace = check_trace(reading(jobs), world(), TraceMode::kLenient);
  ASSERT_TRUE(trace.ok()) << trace.error().context;
  std::vector<std::uint64_t> lines;
  for (const TraceJob& kept : trace.value().jobs) lines.push_back(kept.line);
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{3, 2, 5, 4}));
  EXPECT_EQ(
      lenient(jobs),
      "4 records: 4 kept\nchanged: 2 that came after a later one, sorted by time (lines 3, 5)");
  EXPECT_EQ(strict(jobs), "t.csv, line 3, column submit_s: must not be before a row above: '10'");
}

TEST(TraceCheck, SilencesAreReportedInBothModes) {
  constexpr std::int64_t kWeek = 7 * 86'400;
  const std::vector<TraceJob> jobs = {job(kWeek + 1), job(2 * kWeek + 1), job(3 * kWeek + 2)};
  const std::string text = "3 records: 3 kept\nkept: 2 after a long silence (lines 2, 4)";
  EXPECT_EQ(lenient(jobs), text);
  EXPECT_EQ(strict(jobs), "");
  const auto trace = check_trace(reading(jobs), world(), TraceMode::kStrict);
  EXPECT_EQ(trace.value().summary.findings.at(0).places.at(1), (TracePlace{4, "j2", "604801"}));
}

TEST(TraceCheck, ClassesThatNoHubHasLeaveTheList) {
  TraceJob some = job(0, 60, 9);
  some.classes = {"A100", "B200"};
  const auto trace = check_trace(reading({some}), world(), TraceMode::kLenient);
  ASSERT_TRUE(trace.ok()) << trace.error().context;
  EXPECT_EQ(trace.value().jobs.at(0).classes, std::vector<std::string>{"A100"});
  EXPECT_EQ(
      summary_text(trace.value().summary),
      "1 record: 1 kept\nchanged: 1 with accelerators that no hub has, which were left out of "
      "their lists (line 2)");
  EXPECT_EQ(strict({some}), "t.csv, line 2, column classes: must be one of A100, H100: 'B200'");
}

TEST(TraceCheck, TheLargestHubOfAnAcceptedClassCounts) {
  TraceJob narrow = job(0, 60, 9);
  narrow.classes = {"H100"};
  EXPECT_EQ(strict({narrow}),
            "t.csv, line 2, column gang: must be at most 8, what the largest hub has for it: '9'");
  narrow.classes = {"A100", "H100"};
  EXPECT_EQ(strict({narrow}), "");
  EXPECT_EQ(lenient({job(0), job(1, 60, 17), job(2, 60, 4'000'000)}),
            "3 records: 1 kept, 2 dropped: 1 larger than any hub (line 3), 1 with a gang out of "
            "range (line 4)");
  EXPECT_EQ(strict({job(0, 60, 101)}, {.gang_max = 100}),
            "t.csv, line 2, column gang: must be at most 100, what the largest hub has for it: "
            "'101'");
}

TEST(TraceCheck, OverrunsAreCutOrReported) {
  TraceJob over = job(0, 90);
  over.estimate_seconds = 60;
  EXPECT_EQ(strict({over}),
            "t.csv, line 2, column estimate_s: must not be less than the duration: '60'");
  TraceLimits limits = world();
  limits.overruns = Overruns::kKeep;
  const auto trace = check_trace(reading({over}), limits, TraceMode::kStrict);
  ASSERT_TRUE(trace.ok()) << trace.error().context;
  EXPECT_EQ(trace.value().jobs.at(0).duration_seconds, 90);
  EXPECT_EQ(summary_text(trace.value().summary),
            "1 record: 1 kept\nkept: 1 that ran longer than was asked for (line 2)");
}

TEST(TraceCheck, TheFirstReasonIsTheOneThatCounts) {
  TraceJob worst = job(-1, 0, 99);
  worst.name = "x";
  worst.home = "mars";
  worst.value = -1;
  EXPECT_EQ(lenient({job(0), worst, worst}),
            "3 records: 1 kept, 2 dropped: 2 with a negative submit_s (lines 3, 4)");
}

TEST(TraceCheck, TheFirstOfANameIsKept) {
  TraceJob again = job(5);
  again.name = "j0";
  EXPECT_EQ(lenient({job(9), again, again}),
            "3 records: 1 kept, 2 dropped: 2 with a name that came before (lines 3, 4)");
}

// ---- Units
// ---------------------------------------------------------------------------------------

struct Units {
  std::vector<TraceJob> jobs;
  const char* message;
  const char* hint;
};

TEST(TraceCheck, TimesThatCannotBeSecondsAreRefusedInBothModes) {
  constexpr std::int64_t kYear = 365 * 86'400;
  std::vector<TraceJob> hours;
  for (std::int64_t i = 0; i < 12; ++i) hours.push_back(job(i * 9'000, 1 + i % 4));
  for (const Units& units : std::vector<Units>{
           {{job(0, 5), job(1, 36'000'000), job(2, 40'000'000)},
            "line 3, column duration_s: half of the durations are at least this long, more than "
            "10000000 s: '36000000'",
            "times are whole seconds: divide milliseconds by 1000"},
           {{job(1'000), job(20 * kYear + 1'001)},
            "line 3, column submit_s: more than 20 years after the first submit time, 1000: "
            "'630721001'",
            "times are whole seconds: divide milliseconds by 1000"},
           {{job(1'700'000'100), job(1'700'000'000)},
            "line 3, column submit_s: the first job comes more than 20 years after second 0: "
            "'1700000000'",
            "times count from the start of the trace: subtract the first one from all"},
           {hours,
            "line 5, column duration_s: no job lasts longer than this, though they come over more "
            "than a day: '4'",
            "times are whole seconds: multiply minutes by 60, hours by 3600"}}) {
    for (const TraceMode mode : {TraceMode::kStrict, TraceMode::kLenient}) {
      const auto trace = check_trace(reading(units.jobs), world(), mode);
      ASSERT_FALSE(trace.ok()) << units.message;
      EXPECT_EQ(trace.error().context, std::string("t.csv, ") + units.message);
      EXPECT_EQ(trace.error().hint, units.hint);
    }
    TraceLimits limits = world();
    limits.units_are_seconds = true;
    EXPECT_TRUE(check_trace(reading(units.jobs), limits, TraceMode::kLenient).ok());
  }
}

TEST(TraceCheck, FewOrCrowdedShortJobsAreNoMistake) {
  std::vector<TraceJob> jobs;
  for (std::int64_t i = 0; i < 9; ++i) jobs.push_back(job(i * 90'000, 2));
  EXPECT_EQ(strict(jobs), "");
  jobs.clear();
  for (std::int64_t i = 0; i < 100; ++i) jobs.push_back(job(i * 800, 2));
  EXPECT_EQ(strict(jobs), "");
}

TEST(TraceCheck, ATraceOfWhichNothingIsLeftIsRefused) {
  EXPECT_EQ(lenient({}), "t.csv: no jobs");
  EXPECT_EQ(lenient({job(0, 60, 99)}),
            "t.csv: no job is left: 1 record: 0 kept, 1 dropped: 1 larger than any hub (line 2)");
}

TEST(TraceCheck, ManyPlacesAreCountedButNotListed) {
  std::vector<TraceJob> jobs = {job(0)};
  for (int i = 0; i < 1'234; ++i) jobs.push_back(job(0, 0));
  EXPECT_EQ(lenient(jobs),
            "1,235 records: 1 kept, 1,234 dropped: 1,234 with a duration_s of 0 or less (lines 3, "
            "4, 5, …)");
  const auto trace = check_trace(reading(jobs), world(), TraceMode::kLenient);
  EXPECT_EQ(trace.value().summary.findings.at(0).places.size(), kTracePlacesMax);
}

TEST(TraceCheck, JobsWithoutLinesAreNamed) {
  TraceReading jobs = reading({job(0), job(1, 0)});
  for (TraceJob& one : jobs.jobs) one.line = 0;
  EXPECT_EQ(check_trace(jobs, world(), TraceMode::kStrict).error().context,
            "t.csv, job j1, column duration_s: must be from 1 to 10000000000: '0'");
  EXPECT_EQ(summary_text(check_trace(jobs, world(), TraceMode::kLenient).value().summary),
            "2 records: 1 kept, 1 dropped: 1 with a duration_s of 0 or less (j1)");
}

TEST(TraceCheck, PublishedTracesPass) {
  TONGSUAN_NEED_SHARED("jobs_philly");
  TONGSUAN_NEED_SHARED("jobs_openb");
  auto philly = read_philly(shared_folder("jobs_philly"));
  ASSERT_TRUE(philly.ok());
  EXPECT_TRUE(check_trace(reading_of("philly", std::move(philly).value()), {.gang_max = 32},
                          TraceMode::kStrict)
                  .ok());
  auto openb = read_openb(shared_folder("jobs_openb"), OpenbPods::kWhitelists);
  ASSERT_TRUE(openb.ok());
  const auto trace =
      check_trace(reading_of("openb", std::move(openb).value()),
                  {.gang_max_of_class = {{"T4", 4}, {"P100", 2}}}, TraceMode::kLenient);
  ASSERT_TRUE(trace.ok()) << trace.error().context;
  EXPECT_GT(trace.value().summary.count(TraceFault::kUnknownClass), 0U);
  EXPECT_GT(trace.value().summary.count(TraceFault::kLargerThanAnyHub), 0U);
}

// ---- Any bytes
// -----------------------------------------------------------------------------------

// What must hold whatever was read: nothing is lost without a count, what is kept fulfils the
// limits, and strict accepts only what lenient leaves alone.
void expect_honest(const TraceReading& reading, const TraceLimits& limits) {
  const auto kept = check_trace(reading, limits, TraceMode::kLenient);
  const auto whole = check_trace(reading, limits, TraceMode::kStrict);
  if (!kept.ok()) {
    EXPECT_FALSE(whole.ok());
    EXPECT_FALSE(kept.error().context.empty());
    return;
  }
  const TraceSummary& summary = kept.value().summary;
  std::uint64_t dropped = 0;
  bool lost = false;
  for (const TraceFinding& finding : summary.findings) {
    EXPECT_GT(finding.count, 0U);
    EXPECT_FALSE(finding.places.empty());
    if (finding.note.action == TraceAction::kDropped) dropped += finding.count;
    lost = lost || finding.note.action != TraceAction::kKept;
  }
  EXPECT_EQ(dropped, summary.dropped);
  EXPECT_EQ(summary.records, summary.kept + summary.dropped);
  EXPECT_EQ(summary.kept, kept.value().jobs.size());
  EXPECT_EQ(whole.ok(), !lost);
  EXPECT_TRUE(std::ranges::is_sorted(kept.value().jobs, {}, &TraceJob::submit_second));
  for (const TraceJob& one : kept.value().jobs) {
    EXPECT_GE(one.submit_second, 0);
    EXPECT_GE(one.duration_seconds, 1);
    EXPECT_TRUE(one.gang >= 1 && one.gang <= 16);
    EXPECT_TRUE(one.estimate_seconds == 0 || one.duration_seconds <= one.estimate_seconds);
    EXPECT_GE(one.value, 0);
    EXPECT_GT(one.line, 0U);
  }
}

void read_both(const std::string& text) {
  const auto csv = parse_trace_csv("f.csv", text);
  if (csv.ok()) expect_honest(csv.value(), world());
  const auto swf = parse_swf("f.swf", text, {.clusters_are_classes = true});
  if (swf.ok()) expect_honest(swf.value().reading, world());
}

std::string bytes_of(Random& random, std::string_view alphabet, std::uint64_t size) {
  std::string text;
  for (std::uint64_t i = 0; i < size; ++i) {
    text += alphabet.empty() ? static_cast<char>(random.below(256))
                             : alphabet[random.below(alphabet.size())];
  }
  return text;
}

TEST(TraceFuzz, AnyBytesAreReadOrRefused) {
  const std::string head = "name,submit_s,duration_s,gang,classes,estimate_s,value_yuan\n";
  for (std::uint64_t seed = 1; seed <= many_seeds(2'000); ++seed) {
    Random random(seed);
    read_both(bytes_of(random, "", random.below(200)));
    read_both(head + bytes_of(random, "a1,-.\"|\n\r 9", random.below(300)));
    read_both(bytes_of(random, "0123 -.;{}:\n\tx", random.below(400)));
  }
}

TEST(TraceFuzz, MutatedFilesAreReadOrRefused) {
  const std::string csv =
      "name,submit_s,duration_s,gang,tenant,home,estimate_s,classes,value_yuan\n"
      "a,0,60,8,nlp,east,100,H100|A100,14.5\nb,70,600,16,,west,,A100,\n\"c\",90,5,1,,,9,,0."
      "000001\n";
  const std::string swf =
      "; MaxProcs: 16\n; MaxRecords: 3\n"
      "1 0 5 60 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1\n"
      "2 9 5 60 4 1.5 -1 -1 -1 -1 1 7 1 -1 -1 -1 -1 -1 {1,2} q_2d 1:ppn=2:cl_A100\n"
      "3 99 5 160 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1\n";
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  const std::vector<std::string> words = {"-1",
                                          "0",
                                          "9223372036854775807",
                                          std::to_string(kMin),
                                          "9223372036854775808",
                                          "1e9",
                                          "",
                                          "\"",
                                          "\n",
                                          ",",
                                          " ",
                                          "|",
                                          "{",
                                          "}",
                                          ";",
                                          "\xFF",
                                          std::string(1, '\0')};
  for (std::uint64_t seed = 1; seed <= many_seeds(4'000); ++seed) {
    Random random(seed);
    std::string text = seed % 2 == 0 ? csv : swf;
    for (std::uint64_t change = 0; change <= random.below(4); ++change) {
      const std::size_t at = random.below(text.size());
      const std::size_t size = std::min<std::size_t>(random.below(6), text.size() - at);
      text.replace(at, size, words[random.below(words.size())]);
      if (text.empty()) text = "x";
    }
    read_both(text);
  }
}

}  // namespace
}  // namespace tongsuan::imports
