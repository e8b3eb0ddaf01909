// Events of strangers: whatever is read from bytes is refused with a reason, or is safe to apply.
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/ledger/any_entry.h"
#include "tongsuan/ledger/ledger_fixture.h"

namespace tongsuan::ledger {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): names of the fixture

class Stranger : public Exchange {
 protected:
  Stranger() {
    open_all();
    hold_ = hold(cash(kBuyer), 100);
  }
  [[nodiscard]] std::string of(const Fact& fact, std::uint64_t number = 1'000) {
    const std::vector<Fact> facts{fact};
    const char* what =
        checker_.misfit(ledger_.state(), event_of({kHouse, number}, kDeposit, facts));
    return what == nullptr ? "" : what;
  }
  static Fact moved(Account from, Account to, std::int64_t asked, std::int64_t did) {
    return {Move{from, to, Money(asked)}, {from, to, Money(did)}, {}};
  }

  HoldId hold_;
  EventChecker checker_;
};

TEST_F(Stranger, AnEventIsWhatItsEntryGives) {
  EXPECT_EQ(of(moved(cash(kBuyer), cash(kOther), 5, 5)), "");
  EXPECT_EQ(of(moved(cash(kBuyer), cash(kOther), 5, 6)), "its entry gives another event");
  EXPECT_EQ(of(moved(cash(kBuyer), cash(kOther), 5, 5), 1), "used id");
  EXPECT_EQ(of(moved(cash(kBuyer), cash(kOther), 901, 901)), "no money");
  EXPECT_EQ(of(moved(cash(kBuyer), margin(kBuyer), 1, 1)), "no account");
  EXPECT_EQ(of({Void{{7, 1}}, {}, {}}), "not open");
  const Posting back{{kBuyer, Purpose::kHold}, cash(kBuyer), Money(100)};
  EXPECT_EQ(of({Void{hold_}, back, {}}), "");
  EXPECT_EQ(of({Void{hold_}, back, {0, 1}}), "its entry gives another event");
}

TEST(StrangerProperty, WhatPassesCanBeApplied) {
  std::set<std::string> reasons;
  std::size_t applied = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(150); ++seed) {
    Random random(seed);
    Ledger ledger;
    State other;
    Events events;
    EventChecker checker;
    AnyEntry any(random, ledger.state());
    for (int i = 0; i < 150; ++i) {
      if (!any.prepare(i)) any.make();
      if (!ledger.execute(i, any.entry(), events).ok()) continue;
      any.see(events.back());
      std::string bytes;
      append_bytes(events.back(), bytes);
      if (i > 6 && random.below(3) == 0) {
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(4));
      }
      Events read;
      std::size_t at = 0;
      if (!read_event(bytes, at, read).ok()) continue;
      if (const char* reason = checker.misfit(other, read.back())) {
        reasons.insert(reason);
        continue;
      }
      other.apply(read.back());
      ++applied;
    }
  }
  EXPECT_GT(reasons.size(), 12U);
  EXPECT_GT(applied, many_seeds(150) * 10);
}

}  // namespace
}  // namespace tongsuan::ledger
