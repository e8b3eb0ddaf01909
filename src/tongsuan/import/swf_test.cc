#include "tongsuan/import/swf.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tongsuan/import/trace_fixture.h"

namespace tongsuan::imports {
namespace {

using testing_support::gzip_bytes;
using testing_support::shared_folder;
using testing_support::TraceFolder;

constexpr const char* kSwfHead =
    "; Version: 2.2\n;MaxNodes: 64\n; MaxProcs: 100 (of 128)\n; UnixStartTime: 843480031\n;\n";

// A record with the fields that matter, in the order of the format.
struct Row {
  std::int64_t number = 1;
  std::int64_t submit = 0;
  std::int64_t run = 60;
  std::int64_t allocated = 4;
  std::int64_t requested = 4;
  std::int64_t time = 100;
  std::int64_t user = 7;
};

std::string line_of(const Row& row) {
  const auto text = [](std::int64_t value) { return std::to_string(value) + " "; };
  return "  " + text(row.number) + text(row.submit) + "5 " + text(row.run) + text(row.allocated) +
         "-1 -1 " + text(row.requested) + text(row.time) + "-1 1 " + text(row.user) +
         "1 -1 -1 -1 -1 -1";
}

SwfTrace parsed(const std::string& text, const SwfOptions& options = {}) {
  Result<SwfTrace> trace = parse_swf("t.swf", text, options);
  EXPECT_TRUE(trace.ok()) << trace.error().context;
  return trace.ok() ? std::move(trace).value() : SwfTrace{};
}

Result<CheckedTrace> checked_swf(const std::string& text, TraceMode mode) {
  SwfTrace trace = parsed(text);
  const TraceLimits limits = swf_limits(trace);
  return check_trace(std::move(trace.reading), limits, mode);
}

TEST(Swf, RecordsBecomeJobs) {
  const SwfTrace trace =
      parsed(kSwfHead + line_of({.number = 3, .submit = 0}) + "\r\n\n; a remark\n" +
             line_of({.number = 9, .submit = 50, .run = 70, .requested = 8, .user = -1}));
  EXPECT_EQ(trace.processors, 100U);
  EXPECT_EQ(trace.unix_start_second, 843'480'031);
  const std::vector<TraceJob> expected = {{.name = "3",
                                           .tenant = "user-7",
                                           .submit_second = 0,
                                           .duration_seconds = 60,
                                           .gang = 4,
                                           .classes = {},
                                           .estimate_seconds = 100,
                                           .line = 6},
                                          {.name = "9",
                                           .tenant = "",
                                           .submit_second = 50,
                                           .duration_seconds = 70,
                                           .gang = 8,
                                           .classes = {},
                                           .estimate_seconds = 100,
                                           .line = 9}};
  EXPECT_EQ(trace.reading.jobs, expected);
  EXPECT_TRUE(trace.reading.summary.findings.empty());
}

TEST(Swf, MaxNodesStandsInForMaxProcs) {
  EXPECT_EQ(parsed("; MaxNodes: 64\n" + line_of({})).processors, 64U);
  EXPECT_EQ(parsed("; MaxProcs: many\n" + line_of({})).processors, 0U);
  EXPECT_EQ(swf_limits(parsed(line_of({}))).gang_max, kGangMax);
}

TEST(Swf, UnknownFieldsAreFilledInAndCounted) {
  const SwfTrace trace = parsed(line_of({.requested = -1, .time = -1}));
  ASSERT_EQ(trace.reading.jobs.size(), 1U);
  EXPECT_EQ(trace.reading.jobs[0].gang, 4U);
  EXPECT_EQ(trace.reading.jobs[0].estimate_seconds, 60);
  EXPECT_EQ(trace.reading.summary.count(TraceFault::kProcessorsAssumed), 1U);
  EXPECT_EQ(trace.reading.summary.count(TraceFault::kEstimateAssumed), 1U);
  EXPECT_TRUE(nothing_lost(trace.reading.summary).ok());
}

TEST(Swf, UnknownEstimatesStayUnknownForThoseWhoDrawThem) {
  const Result<SwfTrace> trace =
      parse_swf("log", line_of({.time = -1}) + "\n", {.assume_estimates = false});
  ASSERT_TRUE(trace.ok());
  ASSERT_EQ(trace.value().reading.jobs.size(), 1U);
  EXPECT_EQ(trace.value().reading.jobs[0].estimate_seconds, 0);
  EXPECT_EQ(trace.value().reading.summary.count(TraceFault::kEstimateAssumed), 0U);
}

TEST(Swf, TimesAreMovedToTheFirstJob) {
  const SwfTrace trace = parsed(line_of({.number = 1, .submit = 1'356'996'147}) + "\n" +
                                line_of({.number = 2, .submit = 1'356'996'247}));
  EXPECT_EQ(trace.first_submit_second, 1'356'996'147);
  EXPECT_EQ(trace.reading.jobs[1].submit_second, 100);
  EXPECT_EQ(summary_text(check_trace(trace.reading, {}, TraceMode::kStrict).value().summary),
            "2 records: 2 kept\nkept: 2 with times that count from the first one (1356996147)");
}

TEST(Swf, ExtendedLinesKeepQueueAndDemands) {
  const std::string text =
      line_of({.number = 1}) + " {1244,1244} q_2d 2:ppn=1:cl_zewura#excl:brno\n" +
      line_of({.number = 2}) + " {} \n" + line_of({.number = 3}) + " {7} q 1:ppn=1:^cl_zewura\n";
  const SwfTrace trace = parsed(text, {.clusters_are_classes = true});
  const std::vector<SwfExtension> expected = {
      {.line = 1, .processors = 2, .queue = "q_2d", .demands = "2:ppn=1:cl_zewura#excl:brno"},
      {.line = 2, .processors = 0, .queue = "", .demands = ""},
      {.line = 3, .processors = 1, .queue = "q", .demands = "1:ppn=1:^cl_zewura"}};
  EXPECT_EQ(trace.extensions, expected);
  ASSERT_EQ(trace.reading.jobs.size(), 3U);
  EXPECT_EQ(trace.reading.jobs[0].classes, std::vector<std::string>{"zewura"});
  EXPECT_TRUE(trace.reading.jobs[2].classes.empty());
  EXPECT_TRUE(parsed(text).reading.jobs[0].classes.empty());
}

// A second line with one thing wrong: the error when strict, what the summary says when lenient.
struct SwfFault {
  std::string line;
  const char* message;
  const char* summary;
};

TEST(Swf, FaultsNameLineFieldValueAndWhatWasExpected) {
  for (const SwfFault& fault : std::vector<SwfFault>{
           {line_of({.number = 2, .submit = -1}),
            "t.swf, line 2, column submit time: must be from 0 to 10000000000: '-1'",
            "1 with a negative submit time (line 2)"},
           {line_of({.number = 2, .run = 0}),
            "t.swf, line 2, column run time: must be from 1 to 10000000000: '0'",
            "1 with a run time of 0 or less (line 2)"},
           {line_of({.number = 2, .run = 10'000'000'001}),
            "t.swf, line 2, column run time: must be from 1 to 10000000000: '10000000001'",
            "1 with a run time beyond 317 years (line 2)"},
           {line_of({.number = 2, .requested = 0}),
            "t.swf, line 2, column number of requested processors: must be from 1 to 1000000: '0'",
            "1 with a number of requested processors out of range (line 2)"},
           {line_of({.number = 2, .allocated = -1, .requested = -1}),
            "t.swf, line 2, column number of processors: must be from 1 to 1000000: '-1'",
            "1 with a number of processors out of range (line 2)"},
           {line_of({.number = 2, .time = 0}),
            "t.swf, line 2, column requested time: must be from 1, or -1 where it is not known: "
            "'0'",
            "1 with a requested time of 0 or less (line 2)"},
           {line_of({.number = -2}),
            "t.swf, line 2, column job number: must be a whole number from 0: '-2'",
            "1 with malformed job number (line 2)"},
           {line_of({.number = 1, .submit = 9}),
            "t.swf, line 2, column job number: names a row that was listed before: '1'",
            "1 with a name that came before (line 2)"},
           {line_of({.number = 2, .requested = 101}),
            "t.swf, line 2, column number of requested processors: must be at most 100, what the "
            "largest hub "
            "has for it: '101'",
            "1 larger than any hub (line 2)"},
           {"2 0 5 x 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1",
            "t.swf, line 2, column run time: must be a whole number: 'x'",
            "1 with malformed run time (line 2)"},
           {"2 0 5 1 4 1.5.2 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1",
            "t.swf, line 2, column average CPU time: must be a number: '1.5.2'",
            "1 with malformed average CPU time (line 2)"},
           {"2 0 5 1 4 -1 -1 4", "t.swf, line 2: must have 18 numbers, not as many as: '8'",
            "1 with too few or too many fields (line 2)"},
           {line_of({.number = 2}) + " 19",
            "t.swf, line 2: after 18 numbers only a list of processors in braces may follow: '19'",
            "1 with too few or too many fields (line 2)"},
           {line_of({.number = 2}) + " {1,2",
            "t.swf, line 2, column list of processors: must end with a brace: '{1,2'",
            "1 with malformed list of processors (line 2)"}}) {
    const std::string text = line_of({}) + "\n" + fault.line + "\n;MaxProcs: 100\n";
    const Result<CheckedTrace> strict = checked_swf(text, TraceMode::kStrict);
    ASSERT_FALSE(strict.ok()) << fault.message;
    EXPECT_EQ(strict.error().context, fault.message);
    EXPECT_EQ(strict.error().code, ErrorCode::kCorrupt);
    const Result<CheckedTrace> lenient = checked_swf(text, TraceMode::kLenient);
    ASSERT_TRUE(lenient.ok()) << lenient.error().context;
    EXPECT_EQ(lenient.value().jobs.size(), 1U);
    EXPECT_EQ(summary_text(lenient.value().summary),
              std::string("2 records: 1 kept, 1 dropped: ") + fault.summary);
  }
}

TEST(Swf, OverrunsAreCutToTheRequestedTime) {
  const std::string text = line_of({.run = 101, .time = 100});
  const Result<CheckedTrace> lenient = checked_swf(text, TraceMode::kLenient);
  ASSERT_TRUE(lenient.ok());
  EXPECT_EQ(lenient.value().jobs[0].duration_seconds, 100);
  EXPECT_EQ(summary_text(lenient.value().summary),
            "1 record: 1 kept\nchanged: 1 that ran longer than was asked for, cut to the requested "
            "time (line 1)");
  EXPECT_EQ(checked_swf(text, TraceMode::kStrict).error().context,
            "t.swf, line 1, column requested time: must not be less than the duration: '100'");
}

TEST(Swf, AHeaderThatPromisesMoreIsReported) {
  EXPECT_EQ(summary_text(
                checked_swf("; MaxRecords: 3\n" + line_of({}), TraceMode::kStrict).value().summary),
            "1 record: 1 kept\nkept: 2 fewer than the header says (3)");
  EXPECT_EQ(
      summary_text(checked_swf("; MaxRecords: 1\n" + line_of({}) + "\n" + line_of({.number = 2}),
                               TraceMode::kStrict)
                       .value()
                       .summary),
      "2 records: 2 kept\nkept: 1 more than the header says (1)");
}

TEST(Swf, FilesWithoutRecordsAreRefused) {
  EXPECT_EQ(parse_swf("t.swf", "").error().context, "t.swf: no records");
  EXPECT_EQ(parse_swf("t.swf", kSwfHead).error().context, "t.swf: no records");
  EXPECT_EQ(checked_swf(line_of({.run = 0}), TraceMode::kLenient).error().context,
            "t.swf: no job is left: 1 record: 0 kept, 1 dropped: 1 with a run time of 0 or less "
            "(line 1)");
}

TEST(Swf, PackedFilesAreReadAndCutOnesRefused) {
  const TraceFolder folder;
  std::string text = kSwfHead;
  for (int i = 0; i < 500; ++i) text += line_of({.number = i, .submit = i * 37 % 1'000}) + "\n";
  const std::string packed = gzip_bytes(text);
  folder.write("whole.swf.gz", packed);
  folder.write("cut.swf.gz", packed.substr(0, packed.size() / 2));
  const Result<SwfTrace> whole = read_swf(folder.path() + "/whole.swf.gz");
  ASSERT_TRUE(whole.ok()) << whole.error().context;
  EXPECT_EQ(whole.value().reading.jobs.size(), 500U);
  const Error cut = read_swf(folder.path() + "/cut.swf.gz").error();
  EXPECT_EQ(cut.code, ErrorCode::kCorrupt);
  EXPECT_NE(cut.context.find("/cut.swf.gz: gzip data end too early"), std::string::npos)
      << cut.context;
  EXPECT_EQ(read_swf(folder.path() + "/none.swf").error().code, ErrorCode::kIo);
}

// ---- The logs themselves
// -------------------------------------------------------------------------

CheckedTrace log_of(const std::string& name, const SwfOptions& options = {}) {
  Result<SwfTrace> trace = read_swf(shared_folder("swf") + "/" + name, options);
  EXPECT_TRUE(trace.ok()) << trace.error().context;
  if (!trace.ok()) return {};
  const TraceLimits limits = swf_limits(trace.value());
  Result<CheckedTrace> log =
      check_trace(std::move(trace.value().reading), limits, TraceMode::kLenient);
  EXPECT_TRUE(log.ok()) << log.error().context;
  return log.ok() ? std::move(log).value() : CheckedTrace{};
}

TEST(Swf, KthAsPublished) {
  TONGSUAN_NEED_SHARED("swf");
  const CheckedTrace log = log_of("KTH-SP2-1996-2.1-cln.swf.gz");
  EXPECT_EQ(log.jobs.size(), 28'481U);
  // The log says 28,490; number 27,313 is not in it.
  EXPECT_EQ(summary_text(log.summary),
            "28,489 records: 28,481 kept, 8 dropped: 8 with a run time of 0 or less (lines 2485, "
            "4379, 4885, …)\n"
            "kept: 1 fewer than the header says (28490)\n"
            "changed: 475 that ran longer than was asked for, cut to the requested time (lines "
            "146, 147, 148, …)");
  EXPECT_TRUE(std::ranges::all_of(log.jobs, [](const TraceJob& job) {
    return job.duration_seconds <= job.estimate_seconds && job.gang <= 100;
  }));
}

TEST(Swf, NasaAsPublished) {
  TONGSUAN_NEED_SHARED("swf");
  const CheckedTrace log = log_of("NASA-iPSC-1993-3.1-cln.swf.gz");
  EXPECT_EQ(log.jobs.size(), 18'066U);
  EXPECT_EQ(log.summary.count(TraceFault::kNoDuration), 173U);
  EXPECT_EQ(log.summary.count(TraceFault::kEstimateAssumed), 18'066U);
  EXPECT_EQ(log.summary.count(TraceFault::kProcessorsAssumed), 18'066U);
  // Cleaned of the jobs of one user, which the header still counts.
  EXPECT_EQ(log.summary.count(TraceFault::kRecordsMissing), 24'025U);
  EXPECT_EQ(std::ranges::max_element(log.jobs, {}, &TraceJob::gang)->gang, 128U);
}

TEST(Swf, WagapAsPublished) {
  TONGSUAN_NEED_SHARED("swf");
  const CheckedTrace log = log_of("wagap-2013.swf.gz", {.clusters_are_classes = true});
  EXPECT_EQ(log.jobs.size(), 17'898U);
  EXPECT_EQ(log.summary.count(TraceFault::kNoDuration), 2U);
  EXPECT_EQ(log.summary.count(TraceFault::kTimesMoved), 17'900U);
  EXPECT_EQ(log.jobs.back().submit_second, 1'364'682'183 - 1'356'996'147);
  std::size_t bound = 0;
  for (const TraceJob& job : log.jobs) bound += job.classes.empty() ? 0U : 1U;
  EXPECT_EQ(bound, 895U);
}

}  // namespace
}  // namespace tongsuan::imports
