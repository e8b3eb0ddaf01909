// The parts of the agent that stand alone: meters, positions of nodes, rows, the spool on disk.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/hub/memory.h"
#include "tongsuan/hub/metering.h"
#include "tongsuan/hub/node_book.h"
#include "tongsuan/hub/record.h"
#include "tongsuan/hub/spool.h"
#include "tongsuan/hub/times.h"

namespace tongsuan::hub {
namespace {

// ---- Metering: against every second looked at by itself ---------------------------------------

TEST(Metering, TellsEverySecondOnceHoweverItIsAsked) {
  for (std::uint64_t seed = 1; seed <= many_seeds(2'000); ++seed) {
    Random random(seed);
    std::vector<Stretch> stretches;
    std::set<UnixSecond> ran;
    const std::int64_t offset = random.between(-20, 20);
    UnixSecond at = random.between(0, 50);
    for (int i = 0; i < 4; ++i) {
      const UnixSecond end = at + random.between(0, 40);
      stretches.push_back({"1", at, end});
      for (UnixSecond second = at; second < end; ++second) ran.insert(second + offset);
      at = end + random.between(0, 20);
    }
    const UnixSecond from = random.between(0, 60), until = from + random.between(0, 150);
    std::multiset<UnixSecond> told;
    UnixSecond mark = from;
    for (int look = 0; look < 5; ++look) {
      const UnixSecond limit = look == 4 ? until : std::min(until, mark + random.between(0, 60));
      for (const Span& span : delivered(stretches, {offset, mark, limit})) {
        ASSERT_LT(span.begin, span.end);
        ASSERT_GE(span.begin, mark);
        for (UnixSecond second = span.begin; second < span.end; ++second) told.insert(second);
        mark = span.end;
      }
    }
    std::multiset<UnixSecond> expected;
    std::int64_t over = 0;
    for (const UnixSecond second : ran) {
      if (second >= from && second < until) expected.insert(second);
      over += second >= until ? 1 : 0;
    }
    ASSERT_EQ(told, expected) << "seed " << seed;
    ASSERT_EQ(overrun(stretches, offset, until), over) << "seed " << seed;
  }
}

TEST(Metering, KeepsWhatTheClusterForgets) {
  std::vector<Stretch> stretches;
  cluster::Segment first{"1", 100, std::nullopt, cluster::JobState::kRunning, {}};
  EXPECT_TRUE(merge(stretches, {first}));
  EXPECT_FALSE(merge(stretches, {first}));
  first.end = 150;
  EXPECT_TRUE(merge(stretches, {first}));
  EXPECT_TRUE(merge(stretches, {{"1", 200, 210, cluster::JobState::kRunning, {}}}));
  EXPECT_FALSE(merge(stretches, {}));
  first.end.reset();
  EXPECT_FALSE(merge(stretches, {first})) << "an end that was known stays";
  EXPECT_EQ(stretches, (std::vector<Stretch>{{"1", 100, 150}, {"1", 200, 210}}));
}

TEST(Metering, EndsWhatAnotherStretchCameAfter) {
  const std::pair<UnixSecond, UnixSecond> kSeen[] = {{180, 180}, {90, 100}, {250, 200}};
  for (const auto& [seen, end] : kSeen) {
    std::vector<Stretch> stretches{{"1", 100, {}}, {"1", 200, 210}, {"1", 300, {}}};
    EXPECT_TRUE(end_earlier(stretches, seen));
    EXPECT_EQ(stretches, (std::vector<Stretch>{{"1", 100, end}, {"1", 200, 210}, {"1", 300, {}}}));
    EXPECT_FALSE(end_earlier(stretches, seen + 10)) << "once";
  }
}

// ---- Our own clock ----------------------------------------------------------------------------

TEST(OwnClock, GoesOnWhoeverSetsTheMachines) {
  std::int64_t machine = 1'800'000'000, running = 500;
  const OwnClock clock([&] { return machine; }, [&] { return running; });
  EXPECT_EQ(clock.now(), 1'800'000'000);
  machine += 60;
  running += 61;
  EXPECT_EQ(clock.now(), 1'800'000'061);
  EXPECT_EQ(clock.ahead(), 0) << "a second is what rounding makes";
  machine -= 3'600;
  ++running;
  EXPECT_EQ(clock.now(), 1'800'000'062);
  EXPECT_EQ(clock.ahead(), -3'602);
  EXPECT_GT(running_seconds(), 0);
}

// ---- Positions of nodes ----------------------------------------------------------------------

class NodeBookTest : public testing::Test {
 protected:
  std::vector<Message> look() { return book.look(inventory, pools, now, changes); }
  void load_again() {
    NodeBook again({{"big", "h100"}}, kPatience);
    std::map<std::string, std::string> rows;
    for (const Change& change : changes) {
      if (change.text) rows[change.name] = *change.text;
      if (!change.text) rows.erase(change.name);
    }
    for (const auto& [name, text] : rows) ASSERT_TRUE(again.load({name, text}));
    book = std::move(again);
  }

  static constexpr std::int64_t kPatience = 60;
  UnixSecond now = 1'000;
  NodeBook book{{{"big", "h100"}}, kPatience};
  cluster::Inventory inventory{
      "1", {{"n1", "h100", 8, true, {}}, {"n2", "h100", 8, true, {}}, {"v1", "v100", 4, true, {}}}};
  std::vector<Pool> pools{{"big", 3, 8}, {"v100", 1, 4}};
  std::vector<Change> changes;
};

TEST_F(NodeBookTest, TellsRangesOfWhatIsUpAndDown) {
  const std::vector<Message> messages = look();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(describe(messages[0]), "nodes big [0, 2) up");
  EXPECT_EQ(describe(messages[1]), "nodes big [2, 3) down");
  EXPECT_EQ(describe(messages[2]), "nodes v100 [0, 1) up");
  EXPECT_EQ(book.find("big", 2)->why, "no node of the cluster is at position 2 of big");
  EXPECT_EQ(book.warnings().size(), 1U);
  EXPECT_TRUE(look().empty());
  load_again();
  EXPECT_TRUE(look().empty()) << "what was told is kept";
}

TEST_F(NodeBookTest, ANameKeepsItsPositionForGood) {
  static_cast<void>(look());
  inventory.nodes.erase(inventory.nodes.begin());
  inventory.nodes.insert(inventory.nodes.begin(), {"a0", "h100", 8, true, {}});
  load_again();
  static_cast<void>(look());
  now += kPatience;
  const std::vector<Message> messages = look();
  EXPECT_EQ(book.find("big", 0)->name, "n1");
  EXPECT_EQ(book.find("big", 0)->why, "n1 is not in the cluster any more");
  EXPECT_EQ(book.find("big", 2)->name, "a0");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(describe(messages[0]), "nodes big [0, 1) down");
}

TEST_F(NodeBookTest, SellsNoOtherDevicesThanThereAre) {
  static_cast<void>(look());
  inventory.nodes[0].devices = 4;
  inventory.nodes[1].accelerator = "a100";
  inventory.nodes[2].up = false;
  inventory.nodes[2].detail = "maintenance";
  EXPECT_TRUE(look().empty());
  now += kPatience;
  EXPECT_EQ(look().size(), 2U);
  EXPECT_EQ(book.find("big", 0)->why, "n1 has 4 devices; the exchange sells 8");
  EXPECT_EQ(book.find("big", 1)->why, "n2 has a100 instead of h100");
  EXPECT_EQ(book.find("v100", 0)->why, "v1 is down: maintenance");
  EXPECT_EQ(book.find("v100", 1), nullptr);
  EXPECT_EQ(book.up_count(), 0U);
  EXPECT_EQ(book.down_count(), 4U);
}

// A controller that has just started calls all its nodes down.
TEST_F(NodeBookTest, BelievesThatANodeIsDownOnlyAfterAWhile) {
  static_cast<void>(look());
  inventory.nodes[0].up = false;
  now += 1'000;
  EXPECT_TRUE(look().empty());
  EXPECT_TRUE(book.find("big", 0)->doubted);
  now += kPatience - 1;
  EXPECT_TRUE(look().empty());
  inventory.nodes[0].up = true;
  EXPECT_TRUE(look().empty());
  EXPECT_FALSE(book.find("big", 0)->doubted);
  inventory.nodes[0].up = false;
  now += kPatience - 1;
  EXPECT_TRUE(look().empty()) << "the time begins anew";
  now += kPatience;
  EXPECT_EQ(look().size(), 1U);
  EXPECT_FALSE(book.find("big", 0)->doubted);
}

TEST_F(NodeBookTest, TellsEverythingToWhoeverMayNotKnowIt) {
  static_cast<void>(look());
  book.forget_told(changes);
  EXPECT_EQ(look().size(), 3U);
}

TEST_F(NodeBookTest, RefusesRowsThatAreNone) {
  EXPECT_FALSE(book.load({"node/big", "n1"}));
  EXPECT_FALSE(book.load({"node/big/x", "n1"}));
  EXPECT_FALSE(book.load({"node/big/-1", "n1"}));
  EXPECT_FALSE(book.load({"node/big/9999999", "n1"}));
}

// ---- Rows ------------------------------------------------------------------------------------

Record whole_record() {
  Record record;
  record.contract = {"C-1Z", "P-3", "h100", {0, 5}, 8, 100, 200, 120, "running", false, true};
  record.stage = Stage::kClosing;
  record.verdict = Verdict{"failed", "a node failed \"n1\""};
  record.attempt = 2;
  record.asked = record.doubted = record.look_again = record.text_known = record.spot = true;
  record.job = "77";
  record.output = "/scratch/C-1Z/out";
  record.stretches = {{"77", 100, 150}, {"77", 170, std::nullopt}};
  record.mark = 140;
  record.last_word = LastWord::kQueued;
  record.reported = "running";
  record.stage_out = {{"out", "s3://out"}};
  return record;
}

TEST(Rows, AreReadAsTheyWereWritten) {
  EXPECT_EQ(read_record(write_record(whole_record())), whole_record());
  Record least;
  least.contract.id = "C-1";
  EXPECT_EQ(read_record(write_record(least)), least);
  const Message message{MessageKind::kNodes, "", 9, "h100", "\n", 4, 7, true};
  EXPECT_EQ(read_message(write_message(message)), message);
}

TEST(Messages, SayOneLineOfWholeCharacters) {
  EXPECT_EQ(one_line("a\nb\tc\x7f"), "a b c ");
  EXPECT_EQ(one_line("\xff\xe5\x9d z"), "??? z");
  EXPECT_EQ(one_line(std::string(255, 'x') + "\xe5\x9d\x8f"), std::string(255, 'x'));
  EXPECT_EQ(one_line(std::string(300, 'x')).size(), kDetailBytesMax);
}

TEST(Rows, DamagedOnesAreRefused) {
  const std::string good = write_record(whole_record());
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_FALSE(read_record(good.substr(0, cut)));
  }
  EXPECT_FALSE(read_message("{}"));
}

TEST(Rows, AMessageHasTheSameKeyAfterACrashAndNoOtherHasIt) {
  Message message{MessageKind::kMeter, "C-1", 9, "", "", 4, 7, false};
  const std::string key = message_key("east", message, 3);
  EXPECT_EQ(message_key("east", *read_message(write_message(message)), 3), key);
  EXPECT_NE(message_key("west", message, 3), key);
  EXPECT_NE(message_key("east", message, 4), key);
  message.number = 10;
  EXPECT_NE(message_key("east", message, 3), key);
  EXPECT_LE(key.size(), 64U);
  EXPECT_EQ(
      key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"),
      std::string::npos);
}

// ---- The spool -------------------------------------------------------------------------------

class SpoolTest : public testing::Test {
 protected:
  SpoolTest() {
    std::string name = testing::TempDir() + "tongsuan-spool-XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~SpoolTest() override { std::filesystem::remove_all(folder); }

  std::string folder;
};

TEST_F(SpoolTest, KeepsRowsInOrder) {
  {
    auto spool = open_spool(folder, SpoolUse::kAgent).value();
    ASSERT_TRUE(spool->commit({{"b/2", "two"}, {"a/1", ""}, {"b/1", "one"}}).ok());
    ASSERT_TRUE(spool->commit({{"a/1", std::nullopt}, {"b/2", "zwei"}}).ok());
  }
  auto spool = open_spool(folder, SpoolUse::kAgent).value();
  EXPECT_EQ(spool->read("b/").value(), (std::vector<Row>{{"b/1", "one"}, {"b/2", "zwei"}}));
  EXPECT_TRUE(spool->read("a").value().empty());
}

TEST_F(SpoolTest, HasOneAgentAndOthersBesideIt) {
  EXPECT_EQ(open_spool(folder, SpoolUse::kOrders).error().code, ErrorCode::kNotFound);
  auto agent = open_spool(folder, SpoolUse::kAgent).value();
  EXPECT_EQ(open_spool(folder, SpoolUse::kAgent).error().code, ErrorCode::kUnavailable);
  auto orders = open_spool(folder, SpoolUse::kOrders).value();
  ASSERT_TRUE(orders->commit({{std::string(kDrainOrder), ""}}).ok());
  EXPECT_EQ(agent->read(kOrdersPrefix).value().size(), 1U);
  ASSERT_TRUE(agent->commit({{"x", "y"}}).ok());
  EXPECT_EQ(orders->read("x").value().size(), 1U);
}

TEST_F(SpoolTest, RefusesAnotherVersionAndWhatIsNoDatabase) {
  {
    auto spool = open_spool(folder, SpoolUse::kAgent).value();
    ASSERT_TRUE(spool->commit({{"spool/version", "2"}}).ok());
  }
  EXPECT_EQ(open_spool(folder, SpoolUse::kAgent).error().code, ErrorCode::kCorrupt);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/spool.db") << std::string(4'096, 'x');
  EXPECT_EQ(open_spool(folder, SpoolUse::kAgent).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace tongsuan::hub
