#include "tongsuan/import/trace_csv.h"

#include <gtest/gtest.h>

#include "tongsuan/import/trace_check.h"
#include "tongsuan/import/trace_fixture.h"

namespace tongsuan::imports {
namespace {

using testing_support::gzip_bytes;
using testing_support::TraceFolder;

constexpr const char* kCsvHead =
    "name,submit_s,duration_s,gang,tenant,home,estimate_s,classes,value_yuan\n";
constexpr const char* kGood = "a,0,60,8,nlp,guizhou,100,H100|A100|H100,14.5\n";

TraceLimits limits() {
  return {.gang_max_of_class = {{"A100", 16}, {"H100", 8}}, .hubs = {"guizhou", "shanghai"}};
}

Result<CheckedTrace> checked_csv(const std::string& text, TraceMode mode) {
  Result<TraceReading> reading = parse_trace_csv("t.csv", text);
  if (!reading.ok()) return reading.error();
  return check_trace(std::move(reading).value(), limits(), mode);
}

TEST(TraceCsv, AllColumnsAreRead) {
  const Result<CheckedTrace> trace = checked_csv(std::string(kCsvHead) + kGood, TraceMode::kStrict);
  ASSERT_TRUE(trace.ok()) << trace.error().context;
  const std::vector<TraceJob> expected = {{.name = "a",
                                           .tenant = "nlp",
                                           .submit_second = 0,
                                           .duration_seconds = 60,
                                           .gang = 8,
                                           .classes = {"A100", "H100"},
                                           .estimate_seconds = 100,
                                           .home = "guizhou",
                                           .value = 14'500'000,
                                           .line = 2}};
  EXPECT_EQ(trace.value().jobs, expected);
  EXPECT_EQ(summary_text(trace.value().summary), "1 record: 1 kept");
}

TEST(TraceCsv, OptionalColumnsAndFieldsMayBeMissing) {
  const Result<CheckedTrace> trace = checked_csv(
      "\xEF\xBB\xBFgang,home,duration_s,submit_s,name\r\n4,,60,5,作业-1\r\n", TraceMode::kStrict);
  ASSERT_TRUE(trace.ok()) << trace.error().context;
  const std::vector<TraceJob> expected = {{.name = "作业-1",
                                           .tenant = "",
                                           .submit_second = 5,
                                           .duration_seconds = 60,
                                           .gang = 4,
                                           .classes = {},
                                           .line = 2}};
  EXPECT_EQ(trace.value().jobs, expected);
}

// A third line with one thing wrong: the error when strict, what the summary says when lenient.
struct TraceCsvFault {
  const char* row;
  const char* message;
  const char* summary;
};

TEST(TraceCsv, FaultsNameLineColumnValueAndWhatWasExpected) {
  for (const TraceCsvFault& fault : std::vector<TraceCsvFault>{
           {"b,-5,60,8,,,,,", "column submit_s: must be from 0 to 10000000000: '-5'",
            "1 with a negative submit_s (line 3)"},
           {"b,1,0,8,,,,,", "column duration_s: must be from 1 to 10000000000: '0'",
            "1 with a duration_s of 0 or less (line 3)"},
           {"b,1,-60,8,,,,,", "column duration_s: must be from 1 to 10000000000: '-60'",
            "1 with a duration_s of 0 or less (line 3)"},
           {"b,1,60,0,,,,,", "column gang: must be from 1 to 1000000: '0'",
            "1 with a gang out of range (line 3)"},
           {"b,1,60,17,,,,,",
            "column gang: must be at most 16, what the largest hub has for it: '17'",
            "1 larger than any hub (line 3)"},
           {"b,1,60,9,,,,H100,",
            "column gang: must be at most 8, what the largest hub has for it: '9'",
            "1 larger than any hub (line 3)"},
           {"b,1,60,8,,,,B200|C1,", "column classes: must be one of A100, H100: 'B200'",
            "1 for accelerators that no hub has (line 3)"},
           {"b,1,60,8,,mars,,,", "column home: must be one of guizhou, shanghai: 'mars'",
            "1 with a home that is no hub (line 3)"},
           {"a,1,60,8,,,,,", "column name: names a row that was listed before: 'a'",
            "1 with a name that came before (line 3)"},
           {"b,1,60,8,,,0,,",
            "column estimate_s: must be from 1, or empty where it is not known: '0'",
            "1 with an estimate_s of 0 or less (line 3)"},
           {"b,1,60,8,,,,,-2.5", "column value_yuan: must be from 0 to 1000000000000: '-2.5'",
            "1 with a negative value_yuan (line 3)"},
           {"b,1,60,8,,,,,0",
            "column value_yuan: must be above 0, or empty where it is not known: '0'",
            "1 with malformed value_yuan (line 3)"},
           {"b,1,60,8,,,,,1.2345678",
            "column value_yuan: must be a decimal with at most 6 fraction digits: '1.2345678'",
            "1 with malformed value_yuan (line 3)"},
           {"b,1.5,60,8,,,,,", "column submit_s: must be a whole number: '1.5'",
            "1 with malformed submit_s (line 3)"},
           {"b,1,1e3,8,,,,,", "column duration_s: must be a whole number: '1e3'",
            "1 with malformed duration_s (line 3)"},
           {"b,1,99999999999999999999,8,,,,,",
            "column duration_s: must be a whole number: '99999999999999999999'",
            "1 with malformed duration_s (line 3)"},
           {"b,1,60,eight,,,,,", "column gang: must be a whole number: 'eight'",
            "1 with malformed gang (line 3)"},
           {"b,1,60,,,,,,", "column gang: must be a whole number: ''",
            "1 with malformed gang (line 3)"},
           {"b c,1,60,8,,,,,",
            "column name: must be a name of 1 to 128 letters, digits, '_', '-' and '.', not "
            "beginning with '-' or '.': 'b c'",
            "1 with malformed name (line 3)"},
           {"b,1,60,8,,,,H100||A100,",
            "column classes: must be names with '|' between them: 'H100||A100'",
            "1 with malformed classes (line 3)"},
           {"b,1,60,8,,,,H100|,", "column classes: must be names with '|' between them: 'H100|'",
            "1 with malformed classes (line 3)"}}) {
    const std::string text = std::string(kCsvHead) + kGood + fault.row + "\n";
    const Result<CheckedTrace> strict = checked_csv(text, TraceMode::kStrict);
    ASSERT_FALSE(strict.ok()) << fault.message;
    EXPECT_EQ(strict.error().context, std::string("t.csv, line 3, ") + fault.message);
    EXPECT_EQ(strict.error().hint,
              "mend it, or read the trace leniently, which reports what it drops and changes");
    const Result<CheckedTrace> lenient = checked_csv(text, TraceMode::kLenient);
    ASSERT_TRUE(lenient.ok()) << lenient.error().context;
    EXPECT_EQ(lenient.value().jobs.size(), 1U);
    EXPECT_EQ(summary_text(lenient.value().summary),
              std::string("2 records: 1 kept, 1 dropped: ") + fault.summary);
  }
}

TEST(TraceCsv, RowsWithAnotherNumberOfFieldsAreCounted) {
  const std::string text = std::string(kCsvHead) + "b,1,60\n" + kGood + "c,1,60,8,,,,,,,,\n";
  EXPECT_EQ(checked_csv(text, TraceMode::kStrict).error().context,
            "t.csv, line 2: must have 9 fields like the header, not as many as: '3'");
  const Result<CheckedTrace> lenient = checked_csv(text, TraceMode::kLenient);
  ASSERT_TRUE(lenient.ok()) << lenient.error().context;
  EXPECT_EQ(summary_text(lenient.value().summary),
            "3 records: 1 kept, 2 dropped: 2 with too few or too many fields (lines 2, 4)");
}

TEST(TraceCsv, TheFirstFaultOfTheFileIsTheError) {
  const Result<CheckedTrace> trace =
      checked_csv(std::string(kCsvHead) + "a,0,0,8,,,,,\n" + "b,x,60,8,,,,,\n" + "c,-1,60,8,,,,,\n",
                  TraceMode::kStrict);
  EXPECT_EQ(trace.error().context,
            "t.csv, line 2, column duration_s: must be from 1 to 10000000000: '0'");
  EXPECT_EQ(trace.error().hint,
            "mend this and 2 more, or read the trace leniently, which reports what it drops and "
            "changes");
}

TEST(TraceCsv, MissingAndUnknownColumnsAreNamed) {
  EXPECT_EQ(checked_csv("name,submit_s,gang\n", TraceMode::kLenient).error().context,
            "t.csv, line 1: the header has no column duration_s");
  EXPECT_EQ(
      checked_csv("name,submit_s,duration_s,gang,home,home\n", TraceMode::kLenient).error().context,
      "t.csv, line 1: the header has more than one column home");
  const std::string misspelt = "name,submit_s,duration_s,gang,estimate\na,0,60,8,90\n";
  EXPECT_EQ(checked_csv(misspelt, TraceMode::kStrict).error().context,
            "t.csv, line 1: the columns are name, submit_s, duration_s, gang, tenant, home, "
            "estimate_s, classes and value_yuan: 'estimate'");
  EXPECT_EQ(summary_text(checked_csv(misspelt, TraceMode::kLenient).value().summary),
            "1 record: 1 kept\nchanged: 1 of the columns not read (estimate)");
}

TEST(TraceCsv, EmptyAndCutFilesAreRefused) {
  const TraceFolder folder;
  std::string text = kCsvHead;
  for (int i = 0; i < 900; ++i) {
    text += "j" + std::to_string(i) + "," + std::to_string(i * i % 977 + i * 977) + ",60,8,,,,,\n";
  }
  const std::string packed = gzip_bytes(text);
  folder.write("empty.csv", "");
  folder.write("head.csv", kCsvHead);
  folder.write("quote.csv", std::string(kCsvHead) + kGood + "\"b,1,60\n");
  folder.write("cut.csv.gz", packed.substr(0, packed.size() / 2));
  folder.write("whole.csv.gz", packed);
  const auto error = [&](const std::string& name) {
    Result<TraceReading> reading = read_trace_csv(folder.path() + "/" + name);
    if (!reading.ok()) return reading.error().context.substr(folder.path().size() + 1);
    const auto trace = check_trace(std::move(reading).value(), {}, TraceMode::kLenient);
    return trace.ok() ? "" : trace.error().context.substr(folder.path().size() + 1);
  };
  EXPECT_EQ(error("empty.csv"), "empty.csv: no header line");
  EXPECT_EQ(error("head.csv"), "head.csv: no jobs");
  EXPECT_EQ(error("quote.csv"), "quote.csv, line 3: a quoted field never ends");
  EXPECT_TRUE(error("cut.csv.gz").starts_with("cut.csv.gz: gzip data end too early"));
  EXPECT_EQ(error("whole.csv.gz"), "");
  EXPECT_EQ(read_trace_csv(folder.path() + "/none.csv").error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace tongsuan::imports
