// What jobs say: brought to whoever waits for it, and kept at their end.
#include <gtest/gtest.h>
#include <memory>

#include "tongsuan/hub/fake_ports.h"
#include "tongsuan/hub/output_keep.h"

namespace tongsuan::hub {
namespace {

using cluster::Extent;
using cluster::kPieceBytesMax;
using cluster::Piece;
using cluster::Stream;

class OutputsTest : public testing::Test {
 protected:
  static constexpr UnixSecond kBegin = 1'800'000'000;
  static constexpr const char* kOut = "/scratch/C-1/ts-C-1-1.out";
  static constexpr const char* kErr = "/scratch/C-1/ts-C-1-1.err";

  OutputsTest() {
    world.exchange.add_pool("h100", 1, 8);
    world.cluster.add_nodes("n", 1, "h100", 8);
    world.exchange.texts["plain"].script = "#!/bin/sh\n";
    options.hub = "hub";
    options.tenants["P-1"] = {"anna", "lab"};
    world.exchange.now = world.cluster.now = kBegin;
    world.work_min = world.work_max = 100'000;
    world.exits_badly = 0;
    start();
  }
  void start() {
    process = std::make_unique<Process>(world, rows, "first", options);
    ASSERT_TRUE(process->agent.open().ok());
  }
  void pass(std::int64_t seconds) {
    for (std::int64_t i = 0; i < seconds; ++i) {
      world.exchange.pass(world.exchange.now + 1);
      world.cluster.pass(world.cluster.now + 1);
      if (i % 10 == 9) last = process->agent.step(world.cluster.now);
    }
  }
  void begin() {
    Contract made;
    made.participant = "P-1";
    made.device_class = "h100";
    made.devices_per_node = 8;
    made.nodes = {0};
    world.exchange.start(std::move(made), "plain");
  }
  void run() {
    pass(60);
    begin();
    pass(60);
    ASSERT_EQ(world.cluster.rows.size(), 1U);
    ASSERT_EQ(world.cluster.rows[0].job.state, cluster::JobState::kRunning);
  }
  // Its job ends by itself, and its folder goes.
  void end() {
    *world.cluster.rows[0].work_ends = world.cluster.now + 1;
    pass(100);
    EXPECT_TRUE(world.folders.empty());
  }
  OutputAnswer ask(const Extent& extent, Stream stream = Stream::kStdout,
                   const std::string& contract = "C-1") {
    world.exchange.brought.clear();
    world.exchange.wanted = {{contract, stream, extent}};
    pass(10);
    if (world.exchange.brought.size() != 1) return std::string("not brought");
    return world.exchange.brought[0].second;
  }
  std::string bytes(const Extent& extent, Stream stream = Stream::kStdout) {
    const OutputAnswer answer = ask(extent, stream);
    return answer.ok() ? answer.value().bytes : "! " + answer.error();
  }

  FakeWorld world;
  MemorySpool::Rows rows;
  AgentOptions options;
  std::unique_ptr<Process> process;
  StepResult last;
};

TEST_F(OutputsTest, AreBroughtWhileTheJobRuns) {
  run();
  world.files[kOut] = "one two three";
  world.files[kErr] = "oh";
  const OutputAnswer end = ask({.tail = 5});
  ASSERT_TRUE(end.ok()) << end.error();
  EXPECT_EQ(end.value(), (Piece{8, 13, "three", false}));
  world.files[kOut] += " four";
  EXPECT_EQ(ask({.from = 13}).value(), (Piece{13, 18, " four", false}));
  EXPECT_EQ(ask({.from = 18}).value(), (Piece{18, 18, "", false}));
  EXPECT_EQ(bytes({}, Stream::kStderr), "oh");
}

TEST_F(OutputsTest, AreKeptOnceTheFileSystemAnswersAgain) {
  run();
  world.files[kOut] = "at the end";
  world.scratch_hangs = true;
  EXPECT_EQ(bytes({}), "! " + std::string(kNoAnswer));
  *world.cluster.rows[0].work_ends = world.cluster.now + 1;
  pass(200);
  EXPECT_EQ(world.exchange.rows.begin()->second.reason, "completed") << "the end waits for nothing";
  EXPECT_FALSE(world.folders.empty());
  world.scratch_hangs = false;
  pass(50);
  EXPECT_TRUE(world.folders.empty());
  EXPECT_EQ(bytes({}), "at the end");
}

TEST_F(OutputsTest, BeginAnewWhereTheFileDid) {
  run();
  world.files[kOut] = "short";
  EXPECT_EQ(ask({.from = 4'000}).value(), (Piece{0, 5, "short", false}));
}

TEST_F(OutputsTest, AreEmptyBeforeThereIsAJob) {
  pass(60);
  world.weather.refusal = 1'000;
  begin();
  pass(20);
  EXPECT_EQ(ask({}).value(), (Piece{0, 0, "", false}));
}

TEST_F(OutputsTest, ComeInPiecesAndNotMore) {
  run();
  world.files[kOut] = std::string(kPieceBytesMax, 'a') + "b";
  EXPECT_EQ(bytes({.tail = 1'000'000}).size(), kPieceBytesMax);
  EXPECT_EQ(bytes({.from = 0}), std::string(kPieceBytesMax, 'a'));
  EXPECT_EQ(bytes({.from = kPieceBytesMax}), "b");
}

TEST_F(OutputsTest, OutliveTheirFolder) {
  run();
  const std::string odd("\xff\0\n\x1b[31m", 8);
  world.files[kOut] = std::string(100'000, 'x') + odd;
  end();
  world.files.clear();
  EXPECT_EQ(ask({.tail = 8}).value(), (Piece{100'000, 100'008, odd, true}));
  // What is not kept any more is left out, and the offset says so.
  const Piece kept = ask({.from = 7}).value();
  EXPECT_EQ(kept.offset, 100'008 - kPieceBytesMax);
  EXPECT_EQ(kept.bytes.size(), kPieceBytesMax);
  EXPECT_EQ(ask({}, Stream::kStderr).value(), (Piece{0, 0, "", true}));
  start();
  EXPECT_EQ(ask({.tail = 8}).value().bytes, odd) << "also after a restart";
}

TEST_F(OutputsTest, AreKeptBeforeTheFolderGoesWhateverKillsTheAgent) {
  for (std::uint64_t calls = 0; calls < 60; ++calls) {
    world = FakeWorld{};
    rows.clear();
    world.exchange.add_pool("h100", 1, 8);
    world.cluster.add_nodes("n", 1, "h100", 8);
    world.exchange.texts["plain"].script = "#!/bin/sh\n";
    world.exchange.now = world.cluster.now = kBegin;
    world.work_min = world.work_max = 100'000;
    start();
    run();
    world.files[kOut] = "said";
    *world.cluster.rows[0].work_ends = world.cluster.now + 1;
    process->fuse.light(calls, calls % 2 == 0);
    pass(60);
    start();
    pass(200);
    EXPECT_TRUE(world.folders.empty()) << calls;
    EXPECT_EQ(bytes({}), "said") << calls;
  }
}

TEST_F(OutputsTest, OfOthersAndOfNobodyAreNotThere) {
  run();
  world.files[kOut] = "said";
  EXPECT_FALSE(ask({}, Stream::kStdout, "C-2").ok());
  EXPECT_EQ(ask({}, Stream::kStdout, "C-2").error(), "no output of C-2 is kept here");
  world.links.insert("ts-C-1-1.out");
  EXPECT_EQ(ask({}).error(), "ts-C-1-1.out is a link");
  end();
  EXPECT_FALSE(ask({}).ok()) << "what is no file is not kept either";
}

TEST_F(OutputsTest, GoWhereThereAreTooMany) {
  options.keep.contracts = 0;
  start();
  run();
  world.files[kOut] = "said";
  end();
  EXPECT_FALSE(ask({}).ok());
}

TEST_F(OutputsTest, GoWithTime) {
  options.keep.seconds = 500;
  start();
  run();
  world.files[kOut] = "said";
  end();
  EXPECT_EQ(bytes({}), "said");
  pass(500);
  EXPECT_FALSE(ask({}).ok());
  EXPECT_FALSE(rows.lower_bound("output/") != rows.end() &&
               rows.lower_bound("output/")->first.starts_with("output/"));
}

TEST_F(OutputsTest, AreNotBroughtByWhoeverIsFenced) {
  run();
  ++world.exchange.epoch;
  EXPECT_FALSE(ask({}).ok());
  EXPECT_EQ(last.end, StepEnd::kFenced);
}

TEST_F(OutputsTest, DoNotHinderTheRestWhereTheyCannotBeBrought) {
  run();
  world.files[kOut] = "said";
  world.exchange.wanted = {{"C-1", Stream::kStdout, {}}};
  process->exchange.nobody_waits = true;
  pass(10);
  EXPECT_EQ(last.end, StepEnd::kGoOn);
  process->exchange.nobody_waits = false;
  end();
}

// ---- The keep alone --------------------------------------------------------------------------

TEST(OutputKeepTest, ForgetsTheOldestForTheNewest) {
  OutputKeep keep({.contracts = 10, .bytes = 25, .seconds = 1'000});
  std::map<std::string, std::string> rows;
  const auto apply = [&rows](std::vector<Change> changes) {
    for (Change& change : changes) {
      if (change.text) rows[change.name] = *change.text;
      if (!change.text) rows.erase(change.name);
    }
  };
  for (int i = 1; i <= 4; ++i) {
    std::vector<Change> changes;
    const KeptOutput ten{i, 10, "0123456789"};
    keep.put("C-" + std::to_string(i), {{Stream::kStdout, ten}}, changes);
    apply(changes);
  }
  EXPECT_FALSE(keep.has("C-2"));
  EXPECT_TRUE(keep.has("C-3") && keep.has("C-4"));
  EXPECT_EQ(rows.size(), 2U);
  OutputKeep again({.contracts = 1, .bytes = 25, .seconds = 1'000});
  for (const auto& [name, text] : rows) ASSERT_TRUE(again.load({name, text}));
  std::vector<Change> changes;
  again.put("C-5", {{Stream::kStdout, {5, 2, "ab"}}}, changes);
  apply(changes);
  EXPECT_EQ(rows.size(), 1U) << "limits that are lower than they were hold, too";
  changes.clear();
  again.forget_old(1'005, changes);
  apply(changes);
  EXPECT_TRUE(rows.empty());
}

TEST(OutputKeepTest, RefusesDamagedRows) {
  const KeptOutput kept{7, 9, std::string("a\0\n", 3)};
  EXPECT_EQ(read_output(write_output(kept)), kept);
  OutputKeep keep({});
  for (const char* text : {"", "7", "7 9", "-7 9\n", "7 -9\n", "7 2\nabc", "x 9\n", "7 9.5\n"}) {
    EXPECT_FALSE(read_output(text)) << text;
    EXPECT_FALSE(keep.load({"output/C-1/stdout", text})) << text;
  }
  EXPECT_FALSE(read_output("7 99999999\n" + std::string(kPieceBytesMax + 1, 'x')));
  EXPECT_FALSE(keep.load({"output/../stdout", "7 9\nabc"}));
}

TEST(PartOfAStream, IsTheSameFromAFileAndFromItsEnd) {
  const std::string text = "0123456789";
  for (std::uint64_t asked = 0; asked <= 12; ++asked) {
    for (const Extent& extent : {Extent{.from = asked}, Extent{.from = {}, .tail = asked}}) {
      const cluster::Part part = cluster::part_of(extent, text.size());
      const Piece piece = cluster::piece_of(extent, text.size(), text);
      EXPECT_EQ(piece.offset, part.offset);
      EXPECT_EQ(piece.bytes, text.substr(part.offset, part.count));
      const Piece end = cluster::piece_of(extent, text.size(), text.substr(6));
      EXPECT_EQ(end.offset, std::max<std::uint64_t>(6, part.offset));
      EXPECT_EQ(end.offset + end.bytes.size(), text.size());
    }
  }
}

}  // namespace
}  // namespace tongsuan::hub
