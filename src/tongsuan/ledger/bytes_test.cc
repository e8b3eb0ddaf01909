#include "tongsuan/ledger/bytes.h"

#include <algorithm>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"
#include "tongsuan/ledger/ledger_fixture.h"

namespace tongsuan::ledger {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): names of the fixture

class Bytes : public Exchange {
 protected:
  // One event of every kind of leg.
  Bytes() {
    open_all();
    const HoldId bond = hold(margin(kSupplier), 100);
    must({Penalty{bond, cash(kBuyer), Money(5)}});
    must({Void{hold(cash(kBuyer), 5)}});
    must({Expire{hold(cash(kBuyer), 5, 1'000)}});
    const HoldId held = hold(cash(kBuyer), 100);
    const RightId right = grant(1, held, 100, 10);
    must({Voucher{right, kCity, Money(50)}, Release{held, Money(50)}}, of_contract(1));
    must({Deliver{right, DeviceSeconds(4)}, Post{answer_.hold(), cash(kSupplier), Money(20)},
          Post{held, cash(kSupplier), Money(20)}, Close{right}},
         of_contract(1));
  }
};

TEST_F(Bytes, AreReadAsWhatWasWritten) {
  const std::string bytes = write_events(events_);
  const Result<Events> read = read_events(bytes);
  ASSERT_TRUE(read.ok()) << read.error().context;
  ASSERT_EQ(read.value().size(), events_.size());
  EXPECT_EQ(write_events(read.value()), bytes);
  for (std::size_t i = 0; i < events_.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(read.value()[i].facts, events_[i].facts));
  }
}

TEST_F(Bytes, EventsGiveTheSameStateAgain) {
  const Result<Events> read = read_events(write_events(events_));
  ASSERT_TRUE(read.ok());
  State again;
  Sha256 sha;
  for (std::size_t i = 0; i < read.value().size(); ++i) {
    again.apply(read.value()[i]);
    std::string bytes;
    append_bytes(read.value()[i], bytes);
    sha.update(bytes);
  }
  EXPECT_EQ(again.digest(), ledger_.state().digest());
  EXPECT_EQ(sha.finish(), ledger_.digest());
  EXPECT_EQ(ledger_.event_count(), events_.size());
}

TEST_F(Bytes, RepeatsAreKnownAfterAReplay) {
  const std::vector<Leg> legs{Hold{cash(kBuyer), Money(10), 2'000}};
  ASSERT_EQ(ask_as({kBuyer, 1}, legs), "done");
  State again;
  for (std::size_t i = 0; i < events_.size(); ++i) again.apply(events_[i]);
  Decider decider;
  Events none;
  const auto answer = decider.decide(again, 1'000, {{kBuyer, 1}, kDeposit, legs}, none);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer.value(), (Answer{answer_.made, true}));
  EXPECT_TRUE(none.empty());
}

TEST_F(Bytes, AreRefusedWhenOneIsChangedLostOrAdded) {
  const std::string bytes = write_events(events_);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    ASSERT_FALSE(read_events(changed).ok()) << at;
    ASSERT_FALSE(read_events(std::string_view(bytes).substr(0, at)).ok()) << at;
  }
  EXPECT_FALSE(read_events(bytes + "x").ok());
  EXPECT_FALSE(read_events("").ok());
}

TEST_F(Bytes, SayWhatIsWrong) {
  const auto fault = [](std::string body) {
    const Result<Events> read = read_events(seal(body));
    return read.ok() ? "" : read.error().context;
  };
  const std::string magic(kEventsMagic);
  const std::string one = magic + std::string("\1\0\0\0\0\0\0\0", 8);
  EXPECT_EQ(fault(magic + std::string(8, '\0')), "");
  EXPECT_EQ(fault("tsledg-2" + std::string(8, '\0')),
            "ledger events: the bytes do not begin with tsledg-1");
  EXPECT_EQ(fault(magic), "ledger events: the bytes are cut");
  EXPECT_EQ(fault(magic + std::string(9, '\0')), "ledger events: bytes follow the last event");
  EXPECT_EQ(fault(one), "ledger events: the bytes end within a number at byte 16");
  EXPECT_EQ(fault(one + std::string(60, '\0')), "ledger events: no or too many legs at byte 68");
  EXPECT_EQ(fault(one + std::string(52, '\0') + "\1\x63"),
            "ledger events: no such kind of leg at byte 69");
  EXPECT_EQ(read_events(magic + std::string(40, '\0')).error().context,
            "ledger events: the digest is of other bytes");
}

TEST_F(Bytes, OfOneEventSayWhereTheNextBegins) {
  std::string bytes;
  for (std::size_t i = 0; i < events_.size(); ++i) append_bytes(events_[i], bytes);
  Events read;
  std::size_t at = 0;
  while (at < bytes.size()) ASSERT_TRUE(read_event(bytes, at, read).ok());
  EXPECT_EQ(write_events(read), write_events(events_));
  at = 0;
  const auto cut = read_event(std::string_view(bytes).substr(0, 40), at, read);
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().text(), "the bytes end within a number at byte 40");
  EXPECT_EQ(at, 0U);
  EXPECT_EQ(read.size(), events_.size());
}

// Any body is refused, or is the one way to write what it says; reading never stops the process,
// and neither does auditing what was read.
TEST_F(Bytes, OfAnybodyAreSafeToRead) {
  const std::string honest = write_events(events_);
  const std::string body = honest.substr(0, honest.size() - sizeof(Digest));
  Random random(1);
  std::size_t accepted = 0;
  for (std::uint64_t i = 0; i < many_seeds(4'000); ++i) {
    std::string changed = body;
    for (auto count = random.below(4); count > 0; --count) {
      changed[8 + random.below(changed.size() - 8)] = static_cast<char>(random.below(256));
    }
    if (random.below(8) == 0) changed.resize(random.below(changed.size()));
    const std::string bytes = seal(changed);
    const Result<Events> read = read_events(bytes);
    if (!read.ok()) continue;
    ++accepted;
    ASSERT_EQ(write_events(read.value()), bytes);
    Audit audit;
    for (std::size_t at = 0; at < read.value().size(); ++at) audit.see(read.value()[at]);
    ASSERT_FALSE(audit.compare(State()).empty());
  }
  EXPECT_GT(accepted, many_seeds(4'000) / 10);
}

}  // namespace
}  // namespace tongsuan::ledger
