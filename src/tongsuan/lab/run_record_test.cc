#include "tongsuan/lab/run_record.h"

#include <gtest/gtest.h>
#include <limits>

#include "tongsuan/lab/json_value.h"
#include "tongsuan/lab/replay_fixture.h"

namespace tongsuan::lab {
namespace {

using testing::fake_run;

const Experiment kExperiment = {"fake-week", std::string(64, 'a'), "round=900", "0.1.0"};

RunKey key_of(std::uint64_t seed = 3) {
  return {.load_percent = 90, .couplings = {.links = false}, .seed = seed, .policy = "market"};
}

std::string line_of(std::uint64_t seed = 3) {
  return write_record(kExperiment, key_of(seed), fake_run(key_of(seed), 5));
}

RunResult small_run() {
  RunResult run;
  run.jobs = 2;
  run.offered = 0.9;
  run.utilisation = 1.0 / 3;
  run.net_bound_yuan = std::numeric_limits<double>::quiet_NaN();
  run.waits = {2, 0.5, 0.5, 1, 1};
  run.wait_hours = {0, 1};
  run.hours.push_back({.used = 8,
                       .up = 16,
                       .waiting = 1,
                       .energy_mwh = 0.5,
                       .green_mwh = 0.25,
                       .hub_used = {1, 0}});
  run.digest = "00ff";
  run.cpu_seconds = 17;
  return run;
}

TEST(RunRecord, Golden) {
  EXPECT_EQ(
      write_record(kExperiment, key_of(), small_run()),
      R"({"tongsuan_replay":1,"scenario":"fake-week","load_percent":90,"without":"links","seed":3,)"
      R"("policy":"market","scenario_sha256":")" +
          std::string(64, 'a') +
          R"(","options":"round=900","program":"0.1.0","events_sha256":"00ff","jobs":2,)"
          R"("offered":0.9,"utilisation":0.333333333,"utilisation_bound":0,"rack_rate":0,)"
          R"("held_idle":0,"lost":0,"served":0,"value":0,"value_yuan":0,"cost_yuan":0,"net_yuan":0,)"
          R"("net_bound_yuan":null,"bounded_slowdown":0,"bounded_slowdown_max":0,"flow_seconds":0,)"
          R"("energy_mwh":0,"green_hourly":0,"green_annual":0,"emissions_location_t":0,)"
          R"("emissions_market_t":0,"moved_tb":0,"small_served":0,"fairness":0,"hhi":0,"refused":0,)"
          R"("left":0,"cancelled":0,"unfinished":0,"stops":0,"moves":0,"events":0,)"
          R"("waits":{"count":2,"mean":0.5,"p50":0.5,"p95":1,"p99":1},)"
          R"("waits_by_gang":[{"count":0,"mean":0,"p50":0,"p95":0,"p99":0},)"
          R"({"count":0,"mean":0,"p50":0,"p95":0,"p99":0},)"
          R"({"count":0,"mean":0,"p50":0,"p95":0,"p99":0}],)"
          R"("idle":{"no_demand":0,"wrong_place":0,"wrong_class":0,"fragments":0,"held_back":0,)"
          R"("down":0},"rounds":{"rounds":0,"orders_mean":0,"gap":0,"gap_p95":0,)"
          R"("failed":0,"welfare_sum":0,"work_units":0},"wait_hours":[0,1],)"
          R"("hours":{"used":[8],"up":[16],"waiting":[1],"energy_mwh":[0.5],"green_mwh":[0.25],)"
          R"("hub_used":[[1],[0]]}})"
          "\n");
}

TEST(RunRecord, ReadsWhatItWrites) {
  std::string line = line_of();
  line.pop_back();
  const Result<ReadRecord> read = read_record(line);
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(read.value().experiment, kExperiment);
  EXPECT_EQ(read.value().run.key, key_of());
  const RunResult& run = read.value().run.result;
  EXPECT_EQ(run.hours.size(), 168U);
  EXPECT_EQ(run.hours[5].hub_used.size(), 6U);
  EXPECT_EQ(run.wait_hours.size(), kWaitQuantiles);
  // What was read is written the same: fresh and resumed runs cannot differ.
  EXPECT_EQ(write_record(kExperiment, key_of(), run), line + '\n');
}

TEST(RunRecord, NoClockInResults) {
  RunResult slow = small_run();
  slow.cpu_seconds = 1'000;
  EXPECT_EQ(write_record(kExperiment, key_of(), slow),
            write_record(kExperiment, key_of(), small_run()));
}

TEST(RunRecord, ATornLastLineIsLeftOut) {
  const std::string whole = line_of(1) + line_of(2);
  const Result<RecordFile> file = read_records(whole + line_of(3).substr(0, 700));
  ASSERT_TRUE(file.ok()) << file.error().context;
  EXPECT_TRUE(file.value().torn);
  EXPECT_EQ(file.value().runs.size(), 2U);
  EXPECT_EQ(file.value().whole_bytes, whole.size());
  EXPECT_FALSE(read_records(whole).value().torn);
  EXPECT_TRUE(read_records("").value().runs.empty());
}

TEST(RunRecord, ABrokenLineInTheMiddleIsAnError) {
  const Result<RecordFile> file =
      read_records(line_of(1) + "{\"tongsuan_replay\":1}\n" + line_of(2));
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().context, "line 2: its member \"scenario\" is missing or wrong");
}

// Room for all hubs in all hours of this line would be 80 GB.
TEST(RunRecord, HubsWithoutHoursAreRefusedBeforeRoomIsMadeForThem) {
  constexpr std::size_t kMany = 100'000;
  std::string line = write_record(kExperiment, key_of(), small_run());
  std::string hours = "[8";
  std::string hubs = "[[]";
  for (std::size_t i = 1; i < kMany; ++i) {
    hours += ",8";
    hubs += ",[]";
  }
  line.replace(line.find("[[1],[0]]"), 9, hubs + "]");
  line.replace(line.find("[8]"), 3, hours + "]");
  line.pop_back();
  const Result<ReadRecord> record = read_record(line);
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().context, "its member \"hub_used\" is missing or wrong");
}

TEST(RunRecord, LinesOfTwoExperimentsAreAnError) {
  Experiment other = kExperiment;
  other.options = "round=300";
  const Result<RecordFile> file =
      read_records(line_of(1) + write_record(other, key_of(), small_run()));
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().context.find("line 2"), std::string::npos);
}

TEST(RunRecord, OtherFilesAreRefused) {
  for (const char* text : {"tongsuan-market 1\n", "{}\n", "[1]\n", "{\"tongsuan_replay\":2}\n"}) {
    const Result<RecordFile> file = read_records(text);
    ASSERT_FALSE(file.ok()) << text;
    EXPECT_TRUE(file.error().context.starts_with("line 1: ")) << file.error().context;
  }
}

TEST(RunRecord, TheExperimentIsTextOptionsAndProgram) {
  const Scenario scenario{.name = "s", .text = "abc", .path = ""};
  const Experiment first = experiment_of(scenario, {}, 0, "0.1.0");
  EXPECT_EQ(first.scenario_digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  ReplayOptions quicker;
  quicker.round = 300;
  EXPECT_NE(experiment_of(scenario, quicker, 0, "0.1.0"), first);
  EXPECT_NE(experiment_of(scenario, {}, 500, "0.1.0"), first);
  EXPECT_NE(experiment_of(scenario, {}, 0, "0.2.0"), first);
  ReplayOptions threaded;
  threaded.thread_count = 8;
  EXPECT_EQ(experiment_of(scenario, threaded, 0, "0.1.0"), first);
}

TEST(JsonValue, StrictAndBounded) {
  EXPECT_EQ(*parse_json(R"( {"a":[1,2.5e1,"x\n\"",true,null]} )")
                 .value()
                 .member("a")
                 ->array()
                 ->at(1)
                 .number(),
            25);
  for (const char* bad : {"", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "[1] 2", "\"\x01\"", "tru",
                          "{a:1}", "\"\\x\"", "\"\xFF\"", "01x", "\"abc", "[1 2]"}) {
    EXPECT_FALSE(parse_json(bad).ok()) << bad;
  }
  EXPECT_FALSE(parse_json(std::string(100, '[')).ok());
}

}  // namespace
}  // namespace tongsuan::lab
