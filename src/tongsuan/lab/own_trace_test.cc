// A trace of the user's own on the whole way from its file to a world: through find_scenario,
// load_trace and make_instance, as `tongsuan replay` goes.
#include "tongsuan/lab/own_trace.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/lab/instance_own.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/run_record.h"
#include "tongsuan/lab/scenario.h"

namespace tongsuan::lab {
namespace {

using imports::testing_support::gzip_bytes;
using imports::testing_support::TraceFolder;

constexpr const char* kPools = "pool.north.H100 4x8\npool.south.A800 2x8\n";
constexpr const char* kHead =
    "name,submit_s,duration_s,gang,tenant,home,estimate_s,classes,value_yuan\n";

// A folder with a trace and a scenario that names it, and what became of them.
class OwnTraceTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string in_folder(const std::string& name) const {
    return folder_.path() + "/" + name;
  }

  void write(const std::string& trace, const std::string& bytes, const std::string& keys) const {
    folder_.write(trace, bytes);
    folder_.write("my.scenario", "scenario mine 1\nworld trace\ntrace " + trace + "\n" + keys);
  }

  // What is said of it, without the folder before the names of files.
  [[nodiscard]] std::string plain(std::string text) const {
    const std::string before = folder_.path() + "/";
    for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before)) {
      text.erase(at, before.size());
    }
    return text;
  }

  [[nodiscard]] Result<Scenario> load(const std::string& file, bool lenient = false) const {
    TONGSUAN_TRY(Scenario scenario, find_scenario(in_folder(file)));
    TONGSUAN_TRY([[maybe_unused]] const Done done, load_trace(scenario, lenient));
    return scenario;
  }

  [[nodiscard]] std::string error_of(const std::string& trace, const std::string& bytes,
                                     const std::string& keys = kPools) const {
    write(trace, bytes, keys);
    const Result<Scenario> found = find_scenario(in_folder("my.scenario"));
    if (!found.ok()) return plain(found.error().context);
    const Result<Instance> made = make_instance(found.value(), {});
    return made.ok() ? "" : plain(made.error().context);
  }

  [[nodiscard]] std::string lenient_notes(const std::string& trace, const std::string& bytes,
                                          const std::string& keys = kPools) const {
    write(trace, bytes, keys);
    const Result<Scenario> found = load("my.scenario", true);
    if (!found.ok()) return "error: " + plain(found.error().context);
    std::string text;
    for (const std::string& line : trace_notes(*found.value().trace)) text += line + "\n";
    return plain(text);
  }

  [[nodiscard]] Instance make(const std::string& file, InstanceOptions options = {}) const {
    const Result<Scenario> scenario = load(file);
    EXPECT_TRUE(scenario.ok()) << scenario.error().context;
    Result<Instance> made = make_instance(scenario.value(), options);
    EXPECT_TRUE(made.ok()) << made.error().context;
    return std::move(made).value();
  }

  TraceFolder folder_;
};

InstanceOptions at_load(std::uint32_t load, std::uint64_t seed = 1) {
  InstanceOptions options;
  options.load_percent = load;
  options.seed = seed;
  return options;
}

std::string csv(const std::string& rows) {
  return kHead + rows;
}

// One line of a log: number, submit, run time, processors, requested time.
std::string swf_line(const std::string& number, const std::string& submit, const std::string& run,
                     const std::string& processors, const std::string& requested) {
  return number + " " + submit + " 0 " + run + " " + processors + " -1 -1 " + processors + " " +
         requested + " -1 1 7 1 -1 1 -1 -1 -1\n";
}

std::string many_rows(std::int64_t first, std::int64_t step, std::int64_t duration) {
  std::string rows;
  for (int i = 0; i < 12; ++i) {
    rows += "j" + std::to_string(i) + "," + std::to_string(first + i * step) + "," +
            std::to_string(duration) + ",1,,,,,\n";
  }
  return rows;
}

TEST_F(OwnTraceTest, EveryFaultOfACsvIsNamedWithItsLine) {
  const std::string good = "a,0,60,8,nlp,north,60,H100,\n";
  struct Case {
    std::string rows;
    std::string error;
  };
  const Case cases[] = {
      {good + "b,-5,60,8,,,,,\n", "line 3, column submit_s: must be from 0 to 10000000000: '-5'"},
      {good + "b,5,0,8,,,,,\n", "line 3, column duration_s: must be from 1 to 10000000000: '0'"},
      {good + "b,5,-1,8,,,,,\n", "line 3, column duration_s: must be from 1 to 10000000000: '-1'"},
      {good + "b,5,60,8,,,,TPU,\n", "line 3, column classes: must be one of A800, H100: 'TPU'"},
      {good + "b,5,60,8,,,,H100|TPU,\n",
       "line 3, column classes: must be one of A800, H100: 'TPU'"},
      {good + "b,5,60,8,,west,,,\n", "line 3, column home: must be one of north, south: 'west'"},
      {good + "b,5,60,33,,,,,\n",
       "line 3, column gang: must be at most 32, what the largest hub has for it: '33'"},
      {good + "b,5,60,17,,,,A800,\n",
       "line 3, column gang: must be at most 16, what the largest hub has for it: '17'"},
      {good + "b,5,60,0,,,,,\n", "line 3, column gang: must be from 1 to 1000000: '0'"},
      {good + "a,5,60,8,,,,,\n", "line 3, column name: names a row that was listed before: 'a'"},
      {good + "b,5,1h,8,,,,,\n", "line 3, column duration_s: must be a whole number: '1h'"},
      {good + "b,5,60,8,,,,,-3\n",
       "line 3, column value_yuan: must be from 0 to 1000000000000: '-3'"},
      {good + "b,5,60,8\n", "line 3: must have 9 fields like the header, not as many as: '4'"},
      {good + "b,5,90,8,,,60,,\n",
       "line 3, column estimate_s: must not be less than the duration: '60'"},
      {"b,9,60,8,,,,,\n" + good, "line 3, column submit_s: must not be before a row above: '0'"},
      {good + "\"b,5,60,8,,,,,\n", "line 3: a quoted field never ends"},
      {many_rows(0, 86'400'000, 60'000'000),
       "line 7, column duration_s: half of the durations are at least this long, more than "
       "10000000 s: '60000000'"},
      {many_rows(1'700'000'000, 60, 600),
       "line 2, column submit_s: the first job comes more than 20 years after second 0: "
       "'1700000000'"},
      {many_rows(0, 86'400, 3),
       "line 2, column duration_s: no job lasts longer than this, though they come over more than "
       "a day: '3'"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(error_of("jobs.csv", csv(one.rows)), "jobs.csv, " + one.error) << one.rows;
  }
  EXPECT_EQ(error_of("jobs.csv", csv("")), "jobs.csv: no jobs");
  EXPECT_EQ(error_of("jobs.csv", ""), "jobs.csv: is empty");
  EXPECT_EQ(error_of("jobs.csv", "name,submit_s,gang\na,0,1\n"),
            "jobs.csv, line 1: the header has no column duration_s");
  EXPECT_EQ(error_of("jobs.csv", "name,submit_s,duration_s,gang,prio\na,0,60,1,3\n"),
            "jobs.csv, line 1: the columns are name, submit_s, duration_s, gang, tenant, home, "
            "estimate_s, classes and value_yuan: 'prio'");
}

TEST_F(OwnTraceTest, EveryFaultOfALogIsNamedWithItsLine) {
  const std::string good = "; MaxProcs: 64\n" + swf_line("1", "0", "60", "8", "60");
  struct Case {
    std::string lines;
    std::string error;
  };
  const Case cases[] = {
      {swf_line("2", "-5", "60", "8", "60"),
       "line 3, column submit time: must be from 0 to 10000000000: '-5'"},
      {swf_line("2", "5", "0", "8", "60"),
       "line 3, column run time: must be from 1 to 10000000000: '0'"},
      {swf_line("2", "5", "60", "65", "60"),
       "line 3, column number of requested processors: must be at most 64, what the largest hub "
       "has for it: '65'"},
      {swf_line("2", "5", "60", "0", "60"),
       "line 3, column number of requested processors: must be from 1 to 1000000: '0'"},
      {swf_line("1", "5", "60", "8", "60"),
       "line 3, column job number: names a row that was listed before: '1'"},
      {swf_line("2", "5", "1h", "8", "60"),
       "line 3, column run time: must be a whole number: '1h'"},
      {swf_line("2", "5", "90", "8", "60"),
       "line 3, column requested time: must not be less than the duration: '60'"},
      {"2 5 0 60\n", "line 3: must have 18 numbers, not as many as: '4'"},
      {swf_line("2", "9", "60", "8", "60") + swf_line("3", "5", "60", "8", "60"),
       "line 4, column submit time: must not be before a row above: '5'"},
      {swf_line("2", "9", "90000000", "8", "90000000") +
           swf_line("3", "9", "90000000", "8", "90000000"),
       "line 3, column run time: half of the durations are at least this long, more than 10000000 "
       "s: '90000000'"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(error_of("log.swf", good + one.lines, ""), "log.swf, " + one.error) << one.lines;
  }
  EXPECT_EQ(error_of("log.swf", "; MaxProcs: 64\n", ""), "log.swf: no records");
  EXPECT_EQ(error_of("log.swf", "\n", ""), "log.swf: is empty");
}

TEST_F(OwnTraceTest, FilesThatCannotBeReadAreNamed) {
  folder_.write("my.scenario", "scenario mine 1\nworld trace\ntrace nowhere.csv\n");
  const Result<Scenario> none = load("my.scenario");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_NE(plain(none.error().context).find("nowhere.csv: cannot open"), std::string::npos);
  const std::string packed = gzip_bytes(csv("a,0,60,8,,,,,\n"));
  EXPECT_EQ(error_of("jobs.csv.gz", packed), "");
  const std::string cut = error_of("jobs.csv.gz", packed.substr(0, packed.size() - 12));
  EXPECT_EQ(cut.find("jobs.csv.gz: "), 0U) << cut;
  EXPECT_NE(cut.find("gzip data end too early"), std::string::npos) << cut;
}

TEST_F(OwnTraceTest, LenientReadingSaysWhatItDroppedAndWhy) {
  const std::string rows =
      "a,0,60,8,nlp,north,60,H100,\n"
      "b,-5,60,8,,,,,\n"
      "c,5,60,8,,,,TPU,\n"
      "d,6,60,33,,,,,\n"
      "a,7,60,8,,,,,\n"
      "e,8,60,8,,,,H100|TPU,\n"
      "f,9,x,8,,,,,\n"
      "g,10,90,8,,,60,,\n"
      "h,9,60,8,,west,,,\n"
      "i,9000000,60,8,,,,,\n";
  const std::string said =
      "jobs.csv: 10 records: 4 kept, 6 dropped: 1 with malformed duration_s (line 8), 1 with a "
      "negative submit_s (line 3), 1 for accelerators that no hub has (line 4), 1 larger than any "
      "hub (line 5), 1 with a home that is no hub (line 10), 1 with a name that came before (line "
      "6)\n"
      "changed: 1 with accelerators that no hub has, which were left out of their lists (line 7)\n"
      "changed: 1 that ran longer than was asked for, cut to the estimate_s (line 9)\n"
      "kept: 1 after a long silence (line 11)\n";
  EXPECT_EQ(lenient_notes("jobs.csv", csv(rows)), said);
  // The key says the same as the option, and the world says it again.
  write("jobs.csv", csv(rows), std::string(kPools) + "reading lenient\n");
  const Instance instance = make("my.scenario");
  EXPECT_EQ(instance.script.jobs.size(), 4U);
  std::string notes;
  for (const std::string& note : instance.notes) notes += note + "\n";
  EXPECT_NE(plain(notes).find(said), std::string::npos) << notes;
  const std::string log =
      "; MaxProcs: 64\n; MaxRecords: 5\n" + swf_line("1", "100", "60", "8", "60") + "2 5\n" +
      swf_line("3", "200", "-1", "8", "60") + swf_line("4", "300", "60", "65", "-1");
  EXPECT_EQ(lenient_notes("log.swf", log, ""),
            "log.swf: 4 records: 1 kept, 3 dropped: 1 with too few or too many fields (line 4), 1 "
            "with a run time of 0 or less (line 5), 1 larger than any hub (line 6)\n"
            "kept: 3 with times that count from the first one (100)\n"
            "kept: 1 fewer than the header says (5)\n");
  EXPECT_EQ(lenient_notes("jobs.csv", csv("b,-5,60,8,,,,,\n")),
            "error: jobs.csv: no job is left: 1 record: 0 kept, 1 dropped: 1 with a negative "
            "submit_s (line 2)");
}

TEST_F(OwnTraceTest, WhatTheTraceSaysHolds) {
  write("jobs.csv",
        csv("a,0,60,8,nlp,north,100,H100,12.5\n"
            "b,90000,7200,16,search,south,7200,A800,\n"
            "c,90001,60,4,nlp,north,,,\n"),
        kPools);
  const Scenario scenario = load("my.scenario").value();
  const std::uint32_t load = own_load(scenario).value();
  const Instance instance = make("my.scenario", at_load(load));
  EXPECT_EQ(instance.span, 2 * kDay);
  const engine::Places& places = instance.places;
  ASSERT_EQ(places.pools.size(), 2U);
  EXPECT_EQ(pool_lines(instance, 9),
            (std::vector<std::string>{"pool.north.H100 4x8", "pool.south.A800 2x8"}));
  const std::vector<world::Job>& jobs = instance.script.jobs;
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0].order.value, 12'500'000);
  EXPECT_EQ(jobs[0].order.ways.front().estimate, 100);
  EXPECT_EQ(jobs[0].actual_ppm, 600'000U);
  EXPECT_EQ(places.hub_names[jobs[0].order.home], "north");
  EXPECT_EQ(places.account_names[jobs[0].order.account.value], "nlp");
  EXPECT_EQ(places.class_names[jobs[1].order.ways.front().accelerator.value], "A800");
  EXPECT_EQ(places.hub_names[jobs[1].order.home], "south");
  EXPECT_EQ(jobs[1].order.ways.size(), 1U);
  // The third accepts any class: first that of its home.
  ASSERT_EQ(jobs[2].order.ways.size(), 2U);
  EXPECT_EQ(places.class_names[jobs[2].order.ways[0].accelerator.value], "H100");
  EXPECT_GT(jobs[2].order.value, 0);
}

TEST_F(OwnTraceTest, AnotherLoadIsTheSameJobsOnPoolsOfTheSameShape) {
  std::string rows;
  for (int i = 0; i < 400; ++i) {
    rows += "j" + std::to_string(i) + "," + std::to_string(i * 200) + ",3600,8,t" +
            std::to_string(i % 7) + ",,,,\n";
  }
  write("jobs.csv", csv(rows), "pool.north.H100 20x8\npool.south.H100 10x8\ndemand.south 1\n");
  const std::uint32_t own = own_load(load("my.scenario").value()).value();
  EXPECT_EQ(own, 56U);  // 400 × 3600 × 8 of 240 × 86400 device-seconds
  const Instance written = make("my.scenario", at_load(own));
  EXPECT_EQ(pool_lines(written, 9),
            (std::vector<std::string>{"pool.north.H100 20x8", "pool.south.H100 10x8"}));
  const Instance half = make("my.scenario", at_load(112));
  EXPECT_EQ(pool_lines(half, 9),
            (std::vector<std::string>{"pool.north.H100 10x8", "pool.south.H100 5x8"}));
  ASSERT_EQ(written.script.jobs.size(), half.script.jobs.size());
  for (std::size_t i = 0; i < half.script.jobs.size(); ++i) {
    EXPECT_EQ(written.script.jobs[i].order, half.script.jobs[i].order);
    EXPECT_EQ(half.places.hub_names[half.script.jobs[i].order.home], "south");
  }
}

TEST_F(OwnTraceTest, ATraceAloneHasTheHubsThatItNames) {
  folder_.write("Jobs 2026.csv", csv("a,0,3600,32,nlp,north,,H100,\n"
                                     "b,9,3600,16,cv,south,,A800|H100,\n"
                                     "c,10,3600,16,cv,south,,A800,\n"
                                     "d,11,3600,1,,,,,\n"));
  const Scenario scenario = load("Jobs 2026.csv").value();
  EXPECT_EQ(scenario.text, "scenario jobs-2026 1\nworld trace\ntrace Jobs 2026.csv\n");
  EXPECT_FALSE(own_load(scenario));
  const Instance instance = make("Jobs 2026.csv");
  const std::vector<std::string> pools = {"pool.north.H100 4x8", "pool.south.A800 2x8"};
  EXPECT_EQ(pool_lines(instance, 9), pools);
  // Its lines are a scenario that makes the same hubs.
  folder_.write("my.scenario", scenario.text + pools[0] + "\n" + pools[1] + "\n");
  EXPECT_EQ(
      pool_lines(make("my.scenario", at_load(own_load(load("my.scenario").value()).value())), 9),
      pools);
}

TEST_F(OwnTraceTest, ALogAloneHasTheMachineOfItsHeader) {
  const std::string lines =
      swf_line("1", "0", "43200", "64", "-1") + swf_line("2", "9", "43200", "64", "86400");
  folder_.write("log", "; MaxProcs: 128\n" + lines);
  const Instance instance = make("log", at_load(own_load(load("log").value()).value()));
  EXPECT_EQ(instance.load_percent, 50U);
  EXPECT_EQ(pool_lines(instance, 9), (std::vector<std::string>{"pool.cluster.processor 128x1"}));
  // The requested time that the log lacks is drawn, the other holds.
  EXPECT_EQ(instance.script.jobs[1].order.ways.front().estimate, 86'400);
  bool differs = false;
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    const Instance other = make("log", at_load(50, seed));
    differs |= other.script.jobs[0].order.ways.front().estimate != 43'200;
  }
  EXPECT_TRUE(differs);
  folder_.write("plain.swf", lines);
  EXPECT_EQ(pool_lines(make("plain.swf"), 9), (std::vector<std::string>{"pool.cluster.GPU 9x8"}));
}

TEST_F(OwnTraceTest, WorkThatDoesNotFitAtHomeIsCounted) {
  write("jobs.csv", csv("a,0,60,32,nlp,south,,,\nb,5,60,32,cv,,,,\n"), kPools);
  const Instance instance = make("my.scenario", at_load(1));
  EXPECT_EQ(instance.places.hub_names[instance.script.jobs[0].order.home], "south");
  EXPECT_EQ(instance.places.hub_names[instance.script.jobs[1].order.home], "north");
  EXPECT_NE(std::ranges::find(instance.notes,
                              "1 jobs do not fit at their home: hubs alone never run them"),
            instance.notes.end());
}

TEST_F(OwnTraceTest, DaysAndASampleTakeAPart) {
  std::string rows;
  for (int i = 0; i < 400; ++i) {
    rows += "j" + std::to_string(i) + "," + std::to_string(i * 1'000) + ",36000,8,,,,,\n";
  }
  write("jobs.csv", csv(rows), std::string(kPools) + "days 2\n");
  const Instance days = make("my.scenario");
  EXPECT_EQ(days.script.jobs.size(), 173U);
  EXPECT_EQ(days.notes.front(), "227 jobs come after the days of the scenario and were left out");
  InstanceOptions sample;
  sample.jobs = 100;
  EXPECT_EQ(make("my.scenario", sample).script.jobs.size(), 100U);
}

TEST_F(OwnTraceTest, ResultsKnowWhichTraceTheyAreOf) {
  const auto options_of = [&](const std::string& rows, const std::string& file, bool packed) {
    write(file, packed ? gzip_bytes(csv(rows)) : csv(rows), kPools);
    return experiment_of(load("my.scenario", true).value(), {}, 0, "0").options;
  };
  const std::string once = options_of("a,0,60,8,,,,,\n", "jobs.csv", false);
  EXPECT_NE(once.find(" records=1 dropped=0 changed=0"), std::string::npos) << once;
  EXPECT_EQ(options_of("a,0,60,8,,,,,\n", "jobs.csv", true), once);
  const std::string other = options_of("a,0,61,8,,,,,\n", "jobs.csv", false);
  EXPECT_NE(other, once);
  const std::string faulty = options_of("a,0,60,8,,,,,\nb,5,0,8,,,,,\n", "jobs.csv", false);
  EXPECT_NE(faulty.find(" records=2 dropped=1 changed=0"), std::string::npos) << faulty;
}

// Whatever a trace holds: a world that every policy can replay, or an error.
TEST_F(OwnTraceTest, AnyTraceMakesAWorldOrAnError) {
  const char* homes[] = {"", "north", "south", "west"};
  const char* classes[] = {"", "H100", "A800", "A800|H100", "TPU"};
  for (std::uint64_t seed = 1; seed <= many_seeds(20); ++seed) {
    Random random(seed);
    const std::int64_t longest = random.below(8) == 0 ? 10'000'000'000 : 90'000;
    std::string rows;
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::int64_t duration = random.between(1, longest);
      rows += "j" + std::to_string(i) + "," + std::to_string(random.between(0, longest / 40)) +
              "," + std::to_string(duration) + "," + std::to_string(1 + random.below(40)) + ",t" +
              std::to_string(random.below(4)) + "," + homes[random.below(4)] + "," +
              (random.below(2) == 0 ? "" : std::to_string(random.between(1, longest))) + "," +
              classes[random.below(5)] + ",\n";
    }
    write("jobs.csv", csv(rows), random.below(2) == 0 ? kPools : "");
    const Result<Scenario> scenario = load("my.scenario", true);
    if (!scenario.ok()) continue;
    const Result<Instance> made =
        make_instance(scenario.value(), at_load(own_load(scenario.value()).value_or(90)));
    if (!made.ok()) {
      EXPECT_FALSE(made.error().context.empty());
      continue;
    }
    if (longest > 90'000) continue;  // centuries of hours are no test of every run
    for (const char* policy : {"silo-easy", "market"}) {
      const Result<RunResult> result = replay(made.value(), policy, {});
      ASSERT_TRUE(result.ok()) << result.error().context;
      EXPECT_EQ(result.value().refused, 0U) << rows;
    }
  }
}

TEST_F(OwnTraceTest, TheExampleOfTheDocumentsIsTaken) {
  const std::string folder = std::string(TONGSUAN_SOURCE_DIR) + "/docs/examples/";
  Scenario scenario = find_scenario(folder + "two-hubs.scenario").value();
  ASSERT_TRUE(load_trace(scenario).ok());
  EXPECT_TRUE(trace_notes(*scenario.trace).empty());
  EXPECT_EQ(own_load(scenario), 81U);
}

}  // namespace
}  // namespace tongsuan::lab
