#include "tongsuan/engine/snapshot.h"

#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/engine.h"

namespace tongsuan::engine {
namespace {

using testing::AnyCommand;
using testing::broken_invariant;
using testing::Dump;
using testing::small_order;
using testing::small_places;

std::string fault_of_snapshot(std::string_view bytes, Places places = small_places()) {
  const auto read = read_snapshot(bytes, std::move(places));
  return read.ok() ? "" : read.error().text();
}

// Of everything something: contracts that run and have ended, a block, a node that is down, data on
// their way, an order refused and some forgotten.
class Snapshot : public ::testing::Test {
 protected:
  Snapshot() : engine_(small_places()) {
    for (int i = 0; i < 4; ++i) engine_.execute(5, SubmitOrder{small_order(2)});
    engine_.execute(5, SubmitOrder{small_order(50)});
    LiveOrder later = small_order(4);
    later.not_before = 500;
    later.grace = 7;
    later.hubs = {HubId{0}, HubId{1}};
    engine_.execute(6, SubmitOrder{later});
    engine_.execute(6, BookBlock{OrderId{5}, 0, PoolId{0}, {1}, 500, Price(4)});
    engine_.execute(6, StartOrder{OrderId{0}, 0, PoolId{0}, {0}, Price(5)});
    engine_.execute(7, EndContract{ContractId{0}});
    engine_.execute(7, StartOrder{OrderId{1}, 0, PoolId{0}, {0}, Price(5)});
    engine_.execute(7, EndContract{ContractId{1}});
    engine_.execute(8, StartOrder{OrderId{2}, 0, PoolId{0}, {0}, Price(5)});
    engine_.execute(8, StartTransfer{0, LinkId{0}});
    engine_.execute(8, ReportNodes{PoolId{2}, 1, 2, false});
    engine_.execute(9, DropHistory{1, 1});
    bytes_ = write_snapshot(engine_.state());
  }

  Engine engine_;
  std::string bytes_;
};

TEST_F(Snapshot, IsReadAsTheStateThatWasWritten) {
  const auto read = read_snapshot(bytes_, small_places());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(Dump(read.value()).text(), Dump(engine_.state()).text());
  EXPECT_EQ(write_snapshot(read.value()), bytes_);
  EXPECT_TRUE(read.value().is_forgotten(OrderId{0}));
}

TEST_F(Snapshot, OfANewExchangeIsRead) {
  EXPECT_EQ(fault_of_snapshot(write_snapshot(State(small_places()))), "");
}

// First nodes, then devices of the last one.
TEST(SnapshotOfShrunk, IsReadWhateverIsLeftOfAContract) {
  Engine engine(small_places());
  engine.execute(5, SubmitOrder{small_order(8)});
  engine.execute(6, StartOrder{OrderId{0}, 0, PoolId{0}, {0, 2}, Price(5)});
  for (const ShrinkContract& less :
       {ShrinkContract{ContractId{0}, {0}, 4}, ShrinkContract{ContractId{0}, {}, 3}}) {
    engine.execute(7, less);
    ASSERT_FALSE(engine.refusal()) << refusal_name(*engine.refusal());
    const auto read = read_snapshot(write_snapshot(engine.state()), small_places());
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(Dump(read.value()).text(), Dump(engine.state()).text());
  }
}

// The ask of the first pool begins at byte 104. One step keeps the bytes that it always had.
TEST_F(Snapshot, HasStepsWhereThereAreSome) {
  const std::size_t at = 80 + 3 * 8;
  engine_.execute(9, ChangeSteps{PoolId{0}, {{4, Price(5)}, {8, Price(6)}}});
  const std::string stepped = write_snapshot(engine_.state());
  const auto read = read_snapshot(stepped, small_places());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(Dump(read.value()).text(), Dump(engine_.state()).text());
  EXPECT_EQ(read.value().pool(PoolId{0}).steps.size(), 2U);
  EXPECT_EQ(stepped.substr(at, 8), std::string(1, '\xfe') + std::string(7, '\xff'));
  engine_.execute(9, ChangeSteps{PoolId{0}, {{12, Price(5)}}});
  const std::string again = write_snapshot(engine_.state());
  EXPECT_EQ(again.substr(at, 8), bytes_.substr(at, 8));
  EXPECT_EQ(again.size(), bytes_.size());
  const auto changed = [&](std::size_t byte, char value) {
    std::string bytes = stepped;
    bytes[byte] = value;
    return fault_of_snapshot(bytes);
  };
  const std::string unfit = "the steps of an ask do not fit their pool at byte 104";
  EXPECT_EQ(changed(at, '\xff').substr(0, unfit.size()), unfit) << "one step is no list";
  EXPECT_EQ(changed(at, '\xef'), "a number is outside its limits at byte 104") << "17 steps";
  EXPECT_EQ(changed(at + 8, 7), unfit) << "prices fall";
  EXPECT_EQ(changed(at + 16, 5), unfit) << "too many devices";
  EXPECT_EQ(changed(at + 16, 3), unfit) << "too few";
}

TEST_F(Snapshot, IsRefusedForOtherPlaces) {
  Places places = small_places();
  ++places.classes[1].watts;
  EXPECT_EQ(fault_of_snapshot(bytes_, places), "the places are others at byte 8");
  EXPECT_NE(places_digest(places), places_digest(small_places()));
}

TEST_F(Snapshot, IsRefusedWhenCutOrLengthened) {
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    ASSERT_NE(fault_of_snapshot(std::string_view(bytes_).substr(0, size)), "") << size;
  }
  EXPECT_EQ(fault_of_snapshot(bytes_ + "x"),
            "bytes follow the last row at byte " + std::to_string(bytes_.size()));
  EXPECT_EQ(fault_of_snapshot("tsesnp-2"), "the bytes do not begin with tsesnp-1 at byte 0");
}

// The head: second 40, round 48, orders 56, contracts 60, dropped 64 and 68.
TEST_F(Snapshot, SaysWhatIsWrong) {
  const auto changed = [&](std::size_t at, char value) {
    std::string bytes = bytes_;
    bytes[at] = value;
    return fault_of_snapshot(bytes);
  };
  EXPECT_EQ(changed(47, '\x80'), "a number is outside its limits at byte 40");
  EXPECT_EQ(changed(59, '\xff'), "too many numbers at byte 60");
  EXPECT_EQ(changed(64, 9), "more was dropped than there was at byte 68");
  const std::string missing = changed(64, 0);
  EXPECT_EQ(missing.substr(0, 39), "a row is missing that was not dropped a") << missing;
}

// Taken anywhere, what follows is the same.
TEST(SnapshotProperty, GoesOnAsTheStateThatWasWritten) {
  std::size_t taken = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(300); ++seed) {
    Random random(seed);
    State state(small_places());
    State other(small_places());
    for (Second at = 0; at < 400; at += random.between(0, 9)) {
      if (random.below(20) == 0) {
        auto read = read_snapshot(write_snapshot(state), small_places());
        ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read.error().text();
        other = std::move(read).value();
        ++taken;
      }
      const Command command = AnyCommand(random, state).draw();
      std::vector<Event> events, again;
      ASSERT_EQ(decide(state, at, command, events), decide(other, at, command, again));
      ASSERT_EQ(events.size(), again.size());
      for (const Event& event : events) state.apply(event);
      for (const Event& event : again) other.apply(event);
      ASSERT_EQ(write_snapshot(state), write_snapshot(other)) << "seed " << seed;
    }
    ASSERT_EQ(Dump(state).text(), Dump(other).text()) << "seed " << seed;
  }
  EXPECT_GT(taken, many_seeds(300));
}

// Whatever is read from changed bytes is written as them, and is a state as any other.
TEST(SnapshotProperty, OfAnybodyIsSafeToRead) {
  std::size_t accepted = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(100); ++seed) {
    Random random(seed);
    Engine engine(small_places());
    for (Second at = 0; at < 250; at += random.between(0, 9)) {
      engine.execute(at, AnyCommand(random, engine.state()).draw());
    }
    const std::string honest = write_snapshot(engine.state());
    for (int i = 0; i < 80; ++i) {
      std::string bytes = honest;
      for (auto count = 1 + random.below(2); count > 0; --count) {
        char& byte = bytes[40 + random.below(bytes.size() - 40)];
        byte = random.below(3) == 0 ? static_cast<char>(random.below(256))
                                    : static_cast<char>(byte ^ (1 << random.below(4)));
      }
      auto read = read_snapshot(bytes, small_places());
      if (!read.ok()) continue;
      ++accepted;
      State state = std::move(read).value();
      ASSERT_EQ(write_snapshot(state), bytes) << "seed " << seed;
      ASSERT_EQ(broken_invariant(state), "") << "seed " << seed << ", change " << i;
      if (state.order_count() > 1'000 || state.contract_count() > 1'000) continue;
      for (int command = 0; command < 10; ++command) {
        std::vector<Event> events;
        static_cast<void>(decide(state, state.now(), AnyCommand(random, state).draw(), events));
        for (const Event& event : events) state.apply(event);
      }
      ASSERT_EQ(broken_invariant(state), "") << "seed " << seed << ", change " << i;
    }
  }
  EXPECT_GT(accepted, many_seeds(100) * 5);
}

}  // namespace
}  // namespace tongsuan::engine
