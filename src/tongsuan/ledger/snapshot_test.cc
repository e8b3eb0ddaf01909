#include "tongsuan/ledger/snapshot.h"

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/ledger/any_entry.h"
#include "tongsuan/ledger/ledger_fixture.h"

namespace tongsuan::ledger {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): names of the fixture

std::string fault_of(std::string_view bytes) {
  const auto read = read_snapshot(bytes);
  return read.ok() ? "" : read.error().text();
}

class Snapshot : public Exchange {
 protected:
  Snapshot() {
    open_all();
    must({Void{hold(cash(kOther), 5)}});
    const HoldId held = hold(cash(kBuyer), 100);
    const RightId right = grant(1, held, 100, 10);
    must({Voucher{right, kCity, Money(50)}}, of_contract(1));
    must({Deliver{right, DeviceSeconds(4)}, Post{answer_.hold(), cash(kSupplier), Money(20)},
          Post{held, cash(kSupplier), Money(20)}},
         of_contract(1));
    must({Void{hold(cash(kOther), 7)}});
    bytes_ = write_snapshot(ledger_.state());
  }
  std::string bytes_;
};

TEST_F(Snapshot, IsReadAsTheStateThatWasWritten) {
  const auto read = read_snapshot(bytes_);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read.value().digest(), ledger_.state().digest());
  EXPECT_EQ(write_snapshot(read.value()), bytes_);
  EXPECT_EQ(audit_.compare(read.value()), std::vector<std::string>());
  EXPECT_EQ(read.value().open_holds(kBuyer), ledger_.state().open_holds(kBuyer));
  EXPECT_EQ(read.value().total(Purpose::kHold), ledger_.state().total(Purpose::kHold));
}

TEST_F(Snapshot, OfANewLedgerIsRead) {
  EXPECT_EQ(fault_of(write_snapshot(State())), "");
}

TEST_F(Snapshot, IsRefusedWhenCutOrLengthened) {
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    ASSERT_NE(fault_of(std::string_view(bytes_).substr(0, size)), "") << size;
  }
  EXPECT_EQ(fault_of(bytes_ + "x"),
            "bytes follow the last row at byte " + std::to_string(bytes_.size()));
}

TEST_F(Snapshot, SaysWhatIsWrong) {
  const auto changed = [&](std::size_t at, char value) {
    std::string bytes = bytes_;
    bytes[at] = value;
    return fault_of(bytes);
  };
  EXPECT_EQ(changed(0, 'x'), "the bytes do not begin with tslsnp-1 at byte 0");
  EXPECT_EQ(changed(15, '\x80'), "a number is outside its limits at byte 8");
  EXPECT_EQ(changed(24, 0), "the exchange itself is missing at byte 24");
  EXPECT_EQ(changed(30, 1), "no such purpose at byte 28");
  EXPECT_EQ(changed(28, 0), "a participant without accounts at byte 28");
  EXPECT_EQ(changed(32, 1), "debits and credits differ at byte " + std::to_string(bytes_.size()));
}

// Taken anywhere, what follows is the same: events, answers, digests.
TEST(SnapshotProperty, GoesOnAsTheStateThatWasWritten) {
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    Random random(seed);
    State state;
    State other;
    Decider decider;
    Events events;
    AnyEntry any(random, state);
    for (int i = 0; i < 200; ++i) {
      if (!any.prepare(i) && random.below(12) > 0) any.make();
      if (random.below(15) == 0) {
        auto read = read_snapshot(write_snapshot(state));
        ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read.error().text();
        other = std::move(read).value();
      }
      Events again;
      const auto answer = decider.decide(state, i, any.entry(), events);
      const auto twin = decider.decide(other, i, any.entry(), again);
      ASSERT_EQ(answer.ok(), twin.ok());
      if (!answer.ok() || answer.value().repeated) continue;
      ASSERT_EQ(answer.value(), twin.value());
      any.see(events.back());
      state.apply(events.back());
      other.apply(again.back());
      ASSERT_EQ(write_snapshot(state), write_snapshot(other)) << "seed " << seed;
    }
    ASSERT_EQ(state.digest(), other.digest());
  }
}

// Whatever is read from changed bytes is written as them, and no entry then breaks an invariant.
TEST(SnapshotProperty, OfAnybodyIsSafeToRead) {
  std::size_t accepted = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    Random random(seed);
    Ledger ledger;
    Events events;
    AnyEntry any(random, ledger.state());
    for (int i = 0; i < 120; ++i) {
      if (!any.prepare(i)) any.make();
      if (ledger.execute(i, any.entry(), events).ok()) any.see(events.back());
    }
    const std::string honest = write_snapshot(ledger.state());
    for (int i = 0; i < 60; ++i) {
      std::string bytes = honest;
      for (auto count = 1 + random.below(2); count > 0; --count) {
        bytes[8 + random.below(bytes.size() - 8)] = static_cast<char>(random.below(5));
      }
      auto read = read_snapshot(bytes);
      if (!read.ok()) continue;
      ++accepted;
      State state = std::move(read).value();
      ASSERT_EQ(write_snapshot(state), bytes) << "seed " << seed;
      Decider decider;
      AnyEntry other(random, state);
      for (const Event& event : {events.back(), events[events.size() / 2]}) other.see(event);
      for (int entry = 10; entry < 30; ++entry) {
        other.make();
        Events given;
        const Second at = std::max<Second>(state.now(), 200);
        const auto answer = decider.decide(state, at, other.entry(), given);
        if (answer.ok() && !answer.value().repeated) state.apply(given.back());
      }
    }
  }
  EXPECT_GT(accepted, many_seeds(60) * 5);
}

}  // namespace
}  // namespace tongsuan::ledger
