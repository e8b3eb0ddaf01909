// Each invariant is broken on purpose: by an event that no decision would give, or by rows changed
// behind the ledger's back. The state must stop the process at that event, and the audit must name
// a fault.
#include <functional>

#include "tongsuan/ledger/ledger_fixture.h"
#include "tongsuan/ledger/tamper.h"

namespace tongsuan::ledger {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): names of the fixture

class Broken : public Exchange {
 protected:
  Broken() {
    open_all();
    first_ = hold(cash(kBuyer), 100);
    second_ = hold(cash(kOther), 100);
    right_ = grant(1, first_, 100, 10);
    must({Voucher{right_, kCity, Money(50)}}, of_contract(1));
    voucher_ = answer_.hold();
  }
  // Applies facts that were not decided to a copy of the state.
  void forge(const std::vector<Fact>& facts, const std::string& invariant) {
    const Event event = event_of({kHouse, 1'000}, of_contract(1), facts);
    State copy = ledger_.state();
    EXPECT_DEATH(copy.apply(event), invariant);
    Audit audit = audit_;
    audit.see(event);
    EXPECT_FALSE(audit.faults().empty()) << invariant;
  }
  // Changes rows; the audit must see it, and the state at the next event that touches them.
  void tamper(const std::function<void(const Tamper&)>& change, const std::vector<Fact>& facts,
              const std::string& invariant) {
    State copy = ledger_.state();
    change(Tamper{copy});
    EXPECT_FALSE(audit_.compare(copy).empty()) << invariant;
    EXPECT_DEATH(copy.apply(event_of({kHouse, 1'000}, of_contract(1), facts)), invariant);
  }
  static Fact moved(Account from, Account to, std::int64_t amount) {
    return {Move{from, to, Money(amount)}, {from, to, Money(amount)}, {}};
  }
  static Fact posted(HoldId id, ParticipantId owner, std::int64_t amount) {
    return {Post{id, cash(kSupplier), Money(amount)},
            {{owner, Purpose::kHold}, cash(kSupplier), Money(amount)},
            {}};
  }
  static Fact voided(HoldId id, std::int64_t amount) {
    return {Void{id}, {{kOther, Purpose::kHold}, cash(kOther), Money(amount)}, {}};
  }
  [[nodiscard]] Fact delivered(std::int64_t amount) const {
    return {Deliver{right_, DeviceSeconds(amount)}, {}, {}};
  }

  HoldId first_, second_, voucher_;
  RightId right_;
};

TEST_F(Broken, DebitsEqualCredits) {
  tamper([](const Tamper& rows) { rows.add(cash(kOther), 1); },
         {moved(cash(kBuyer), cash(kSupplier), 1)}, "debits and credits differ");
}

TEST_F(Broken, CashIsNotNegative) {
  forge({moved(cash(kBuyer), cash(kOther), 901)}, "below its floor");
  forge({moved(margin(kSupplier), cash(kOther), 501)}, "below its floor");
}

TEST_F(Broken, RentIsNotNegative) {
  forge({moved({kHouse, Purpose::kRent}, cash(kOther), 1)}, "congestion rent is negative");
}

TEST_F(Broken, BalancesStayWithinTheirLimit) {
  forge({moved(kRail, cash(kOther), kMoneyMax)}, "limit|floor");
}

TEST_F(Broken, MoneyStaysInOpenAccounts) {
  forge({moved(cash(kBuyer), margin(kBuyer), 1)}, "not open");
}

TEST_F(Broken, AmountsAreNotNegative) {
  forge({moved(cash(kBuyer), cash(kOther), -1)}, "negative");
}

TEST_F(Broken, HoldsAreNotNegative) {
  must({Hold{cash(kOther), Money(200), 5'000}});
  forge({posted(second_, kOther, 101)}, "a hold is negative");
}

TEST_F(Broken, HoldAccountsEqualOpenHolds) {
  tamper([&](const Tamper& rows) { rows.take(second_, 1); },
         {moved(cash(kBuyer), cash(kSupplier), 1)}, "hold accounts differ");
  forge({moved({kOther, Purpose::kHold}, cash(kBuyer), 1)}, "hold accounts differ");
}

TEST_F(Broken, NoMoreIsLeftThanWasHeld) {
  tamper([&](const Tamper& rows) { rows.hold(second_).held = Money(50); },
         {posted(second_, kOther, 1)}, "more is left");
}

TEST_F(Broken, AHoldEndsOnce) {
  forge({voided({second_.slot, second_.generation + 1}, 100)}, "CHECK failed");
  must({Void{second_}});
  forge({voided(second_, 100)}, "CHECK failed");
}

TEST_F(Broken, DeliveredIsWithinTheRectangle) {
  forge({delivered(11), posted(first_, kBuyer, 100)}, "more is delivered");
}

TEST_F(Broken, MoneyAndRightMoveTogether) {
  forge({delivered(1)}, "did not move together");
  forge({posted(first_, kBuyer, 10)}, "did not move together");
  tamper([&](const Tamper& rows) { rows.right(right_).paid = Money(1); },
         {delivered(1), posted(first_, kBuyer, 10)}, "did not move together");
}

TEST_F(Broken, HoldsCoverTheContract) {
  forge({{Release{first_, Money(60)}, {{kBuyer, Purpose::kHold}, cash(kBuyer), Money(60)}, {}}},
        "not covered");
}

TEST_F(Broken, VouchersStayWithinPoolRateAndCap) {
  const RightId other = grant(2, hold(cash(kOther), 900), 900, 9);
  const auto voucher_fact = [&](RightId right, std::int64_t amount) {
    const MadeId made = ledger_.state().holds().next();
    return Fact{Voucher{right, kCity, Money(amount)},
                {voucher(kCity), {kCity, Purpose::kHold}, Money(amount)},
                made};
  };
  const auto forge_two = [&](std::int64_t amount, const std::string& invariant) {
    const std::vector<Fact> facts{voucher_fact(other, amount)};
    const Event event = event_of({kHouse, 1'000}, of_contract(2), facts);
    State copy = ledger_.state();
    EXPECT_DEATH(copy.apply(event), invariant);
    Audit audit = audit_;
    audit.see(event);
    EXPECT_FALSE(audit.faults().empty()) << invariant;
  };
  forge_two(351, "exceed their pool");
  forge_two(301, "cap of a buyer");
  must({Move{voucher(kCity), cash(kCity), Money(1)}, Move{kRail, voucher(kCity), Money(1'000)}});
  forge_two(451, "exceeds its rate");
  forge({voucher_fact(right_, 1)}, "CHECK failed");  // once per contract
  forge({delivered(1), posted(voucher_, kCity, 10)}, "pays more than its rate");
}

TEST_F(Broken, NumbersAndTimeOnlyRise) {
  const std::vector<Fact> facts{moved(cash(kBuyer), cash(kOther), 1)};
  State copy = ledger_.state();
  EXPECT_DEATH(copy.apply(event_of({kHouse, 1}, kDeposit, facts)), "CHECK failed");
  EXPECT_DEATH(copy.apply({999, {kHouse, 1'000}, kDeposit, facts}), "CHECK failed");
  Audit audit = audit_;
  audit.see({999, {kHouse, 1}, kDeposit, facts});
  EXPECT_EQ(audit.faults().size(), 2U);
}

TEST_F(Broken, AnAuditSeesEveryRow) {
  const auto differs = [&](const std::function<void(const Tamper&)>& change) {
    State copy = ledger_.state();
    change(Tamper{copy});
    return !audit_.compare(copy).empty() && copy.digest() != ledger_.state().digest();
  };
  EXPECT_TRUE(differs([](const Tamper& rows) { rows.add(cash(kBuyer), 1); }));
  EXPECT_TRUE(differs([&](const Tamper& rows) { rows.hold(first_).until = 9; }));
  EXPECT_TRUE(differs([&](const Tamper& rows) { rows.hold(first_).right = kNone; }));
  EXPECT_TRUE(
      differs([&](const Tamper& rows) { rows.right(right_).delivered = DeviceSeconds(1); }));
  EXPECT_TRUE(differs([&](const Tamper& rows) { rows.right(right_).voucher = kNone; }));
  EXPECT_TRUE(differs([](const Tamper& rows) { rows.programme().used[kBuyer.value] = Money(); }));
}

TEST_F(Broken, AnAuditNamesMoneyThatDoesNotFollowFromTheLeg) {
  const std::vector<Fact> facts{
      {Move{cash(kBuyer), cash(kOther), Money(5)}, {cash(kBuyer), cash(kSupplier), Money(5)}, {}}};
  Audit audit = audit_;
  audit.see(event_of({kHouse, 1'000}, kDeposit, facts));
  ASSERT_EQ(audit.faults().size(), 1U);
  EXPECT_EQ(audit.faults()[0], "entry 1000 of 0: a fact moves other money than its leg says");
}

TEST_F(Broken, AWornSlotIsNotUsedAgain) {
  State copy = ledger_.state();
  Tamper{copy}.wear(second_);
  const std::vector<Fact> facts{voided({second_.slot, UINT32_MAX}, 100)};
  copy.apply(event_of({kHouse, 1'000}, kDeposit, facts));
  EXPECT_EQ(copy.holds().next().slot, copy.holds().rows.size());
  EXPECT_EQ(copy.holds().open_count(), 2U);
}

}  // namespace
}  // namespace tongsuan::ledger
