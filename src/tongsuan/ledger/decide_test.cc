#include "tongsuan/ledger/ledger_fixture.h"

namespace tongsuan::ledger {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): names of the fixture

class Rules : public Exchange {
 protected:
  Rules() { open_all(); }
};
class Empty : public Exchange {};

TEST_F(Empty, AParticipantIsKnownFromItsFirstAccount) {
  EXPECT_EQ(ask({Open{cash(kOther), {}}}), "no account") << "ids are consecutive";
  EXPECT_EQ(ask({Open{cash(kBuyer), {}}, Move{kRail, cash(kBuyer), Money(5)}}), "done");
  EXPECT_EQ(ask({Open{cash(kBuyer), {}}}), "already open");
  EXPECT_EQ(ask({Open{margin(kBuyer), {}}, Open{margin(kBuyer), {}}}), "already open");
  EXPECT_EQ(balance(cash(kBuyer)), 5);
  EXPECT_EQ(balance(kRail), -5);
}

TEST_F(Empty, SomeAccountsAreNotForEverybody) {
  EXPECT_EQ(ask({Open{{kBuyer, Purpose::kRail}, {}}}), "wrong purpose");
  EXPECT_EQ(ask({Open{{kBuyer, Purpose::kHold}, {}}}), "wrong purpose");
  EXPECT_EQ(ask({Open{{kBuyer, static_cast<Purpose>(9)}, {}}}), "limit");
  EXPECT_EQ(ask({Open{margin(kBuyer), Money(1)}}), "wrong purpose") << "only cash is overdrawn";
  EXPECT_EQ(ask({Open{cash(kBuyer), Money(-1)}}), "limit");
}

// ---- Shape and ids ---------------------------------------------------------------------------

TEST_F(Rules, AnEntryHasAnAuthorLegsAndAReason) {
  const std::vector<Leg> legs{Move{cash(kBuyer), cash(kOther), Money(1)}};
  EXPECT_EQ(ask_as({{99}, 1}, legs), "no author");
  EXPECT_EQ(ask({}), "legs");
  EXPECT_EQ(ask(std::vector<Leg>(kLegsMax + 1, legs[0])), "legs");
  EXPECT_EQ(ask(std::vector<Leg>(kLegsMax, legs[0])), "done");
  EXPECT_EQ(ask({Hold{cash(kBuyer), Money(1), 2'000}, Hold{cash(kBuyer), Money(1), 2'000}}), "legs")
      << "at most one hold or right is made";
  EXPECT_EQ(ask(legs, {}), "no reason");
  now_ = 999;
  EXPECT_EQ(ask(legs), "time");
  now_ = kSecondsMax + 1;
  EXPECT_EQ(ask(legs), "time");
}

TEST_F(Rules, TheSameEntryIsAnsweredAsBefore) {
  const EntryId id{kBuyer, 1};
  EXPECT_EQ(ask_as(id, {Hold{cash(kBuyer), Money(10), 2'000}}), "done");
  const Answer first = answer_;
  now_ = 1'500;
  EXPECT_EQ(ask_as(id, {Hold{cash(kBuyer), Money(10), 2'000}}), "as before");
  EXPECT_EQ(answer_.hold(), first.hold());
  EXPECT_EQ(balance(cash(kBuyer)), 990) << "once";
}

TEST_F(Rules, AUsedIdWithAnotherBodyIsRefused) {
  const EntryId id{kBuyer, 1};
  EXPECT_EQ(ask_as(id, {Hold{cash(kBuyer), Money(10), 2'000}}), "done");
  EXPECT_EQ(ask_as(id, {Hold{cash(kBuyer), Money(11), 2'000}}), "used id");
  EXPECT_EQ(ask_as(id, {Hold{cash(kBuyer), Money(10), 2'000}}, of_contract(3)), "used id");
  EXPECT_EQ(ask_as(id, {}), "used id");
  EXPECT_EQ(ask_as({kOther, 1}, {Hold{cash(kBuyer), Money(11), 2'000}}), "done")
      << "numbers are each author's own";
}

TEST_F(Rules, ARefusalUsesNoNumberUp) {
  const EntryId id{kBuyer, 1};
  EXPECT_EQ(ask_as(id, {Move{cash(kBuyer), cash(kOther), Money(5'000)}}), "no money");
  must({Move{kRail, cash(kBuyer), Money(5'000)}});
  EXPECT_EQ(ask_as(id, {Move{cash(kBuyer), cash(kOther), Money(5'000)}}), "done");
}

TEST_F(Rules, NumbersRiseAndOldOnesNeverHappenAgain) {
  const std::vector<Leg> legs{Move{cash(kBuyer), cash(kOther), Money(1)}};
  EXPECT_EQ(ask_as({kBuyer, 0}, legs), "old id");
  EXPECT_EQ(ask_as({kBuyer, 5}, legs), "done");
  EXPECT_EQ(ask_as({kBuyer, 4}, legs), "old id") << "skipped numbers are lost";
  for (std::uint64_t number = 6; number < 5 + kRepeatsKept; ++number) {
    EXPECT_EQ(ask_as({kBuyer, number}, legs), "done");
  }
  EXPECT_EQ(ask_as({kBuyer, 5}, legs), "as before") << "the oldest that is kept";
  EXPECT_EQ(ask_as({kBuyer, 5 + kRepeatsKept}, legs), "done");
  EXPECT_EQ(ask_as({kBuyer, 5}, legs), "old id");
}

// ---- Money -----------------------------------------------------------------------------------

TEST_F(Rules, MoneyMovesBetweenOpenAccounts) {
  EXPECT_EQ(ask({Move{cash(kBuyer), margin(kOther), Money(1)}}), "no account");
  EXPECT_EQ(ask({Move{{{77}, Purpose::kCash}, cash(kBuyer), Money(1)}}), "no account");
  EXPECT_EQ(ask({Move{cash(kBuyer), cash(kBuyer), Money(1)}}), "same account");
  EXPECT_EQ(ask({Move{cash(kBuyer), cash(kOther), Money(0)}}), "limit");
  EXPECT_EQ(ask({Move{cash(kBuyer), cash(kOther), Money(-1)}}), "limit");
  EXPECT_EQ(ask({Move{cash(kBuyer), cash(kOther), Money(1'001)}}), "no money");
  EXPECT_EQ(ask({Move{cash(kBuyer), {kBuyer, Purpose::kHold}, Money(1)}}), "wrong purpose");
  EXPECT_EQ(ask({Move{cash(kBuyer), kRail, Money(1'000)}}), "done") << "a withdrawal";
}

TEST_F(Rules, AnOverdraftHasItsLimit) {
  open({{5}, Purpose::kCash}, 10, 90);
  EXPECT_EQ(ask({Move{cash({5}), cash(kOther), Money(101)}}), "no money");
  EXPECT_EQ(ask({Move{cash({5}), cash(kOther), Money(100)}}), "done");
  EXPECT_EQ(balance(cash({5})), -90);
}

TEST_F(Rules, CongestionRentIsNeverNegative) {
  const Account rent{kHouse, Purpose::kRent};
  EXPECT_EQ(ask({Move{rent, cash(kBuyer), Money(1)}}), "no money");
  must({Move{cash(kBuyer), rent, Money(3)}});
  EXPECT_EQ(ask({Move{rent, cash(kBuyer), Money(4)}}), "no money");
  EXPECT_EQ(ask({Move{rent, cash(kBuyer), Money(3)}}), "done");
}

TEST_F(Rules, BalancesHaveALimit) {
  open({{5}, Purpose::kCash}, kBalanceMax - 2'900);
  EXPECT_EQ(balance(kRail), -kBalanceMax);
  EXPECT_EQ(ask({Move{kRail, cash(kBuyer), Money(1)}}), "balance limit") << "the rail's";
  must({Move{cash(kOther), kRail, Money(1'000)}});
  EXPECT_EQ(ask({Move{kRail, cash({5}), Money(kMoneyMax)}}), "balance limit");
  EXPECT_EQ(ask({Move{kRail, cash({5}), Money(kMoneyMax + 1)}}), "limit");
  EXPECT_EQ(ask({Move{kRail, cash({5}), Money(INT64_MAX)}}), "limit");
  EXPECT_EQ(ask({Move{cash({5}), cash(kBuyer), Money(INT64_MIN)}}), "limit");
  EXPECT_EQ(ask({Move{kRail, cash({5}), Money(1'000)}}), "done");
}

TEST_F(Rules, AnAccountMayNotExceedItsLimit) {
  open({{5}, Purpose::kCash}, 0, kMoneyMax);
  open({{6}, Purpose::kCash}, 0, kMoneyMax);
  must({Move{cash({5}), cash(kBuyer), Money(kMoneyMax - 1'000)}});
  EXPECT_EQ(balance(cash(kBuyer)), kBalanceMax);
  EXPECT_EQ(ask({Move{cash({6}), cash(kBuyer), Money(1)}}), "balance limit");
}

TEST_F(Rules, LegsSeeTheOnesBeforeThem) {
  EXPECT_EQ(ask({Move{cash(kBuyer), cash(kOther), Money(600)},
                 Move{cash(kBuyer), cash(kOther), Money(600)}}),
            "no money");
  EXPECT_EQ(ask({Move{cash(kOther), cash(kBuyer), Money(200)},
                 Move{cash(kBuyer), cash(kSupplier), Money(1'200)}}),
            "done");
}

TEST_F(Rules, CreditForOneOfTwoOrdersIsSpentOnce) {
  EXPECT_EQ(ask({Hold{cash(kBuyer), Money(700), 2'000}}), "done");
  EXPECT_EQ(ask({Hold{cash(kBuyer), Money(700), 2'000}}), "no money");
  EXPECT_EQ(balance(cash(kBuyer)), 300);
}

// ---- Holds -----------------------------------------------------------------------------------

TEST_F(Rules, AHoldIsPostedInParts) {
  const HoldId id = hold(cash(kBuyer), 100);
  EXPECT_EQ(balance({kBuyer, Purpose::kHold}), 100);
  EXPECT_EQ(ask({Post{id, cash(kSupplier), Money(30)}}), "done");
  EXPECT_EQ(ask({Post{id, cash(kSupplier), Money(71)}}), "over hold");
  EXPECT_EQ(ask({Post{id, cash(kSupplier), Money(50)}, Post{id, cash(kSupplier), Money(21)}}),
            "over hold");
  EXPECT_EQ(ask({Post{id, cash(kSupplier), Money(70)}}), "done");
  EXPECT_EQ(find(id), nullptr) << "nothing is left, so it has ended";
  EXPECT_EQ(ask({Post{id, cash(kSupplier), Money(1)}}), "not open");
  EXPECT_EQ(balance(cash(kSupplier)), 100);
}

TEST_F(Rules, AHoldEndsOnce) {
  const HoldId id = hold(cash(kBuyer), 100);
  EXPECT_EQ(ask({Void{id}, Void{id}}), "not whole");
  EXPECT_EQ(ask({Void{id}}), "done");
  EXPECT_EQ(balance(cash(kBuyer)), 1'000);
  const HoldId next = hold(cash(kOther), 5);
  EXPECT_EQ(next.slot, id.slot) << "the slot is used again";
  for (const Leg& leg : {Leg(Void{id}), Leg(Expire{id}), Leg(Release{id, Money(1)}),
                         Leg(Post{id, cash(kSupplier), Money(1)})}) {
    EXPECT_EQ(ask({leg}), "not open") << "but not by its old name";
  }
}

TEST_F(Rules, HoldsAreReleasedVoidedAndExpire) {
  const HoldId id = hold(cash(kBuyer), 100, 2'000);
  EXPECT_EQ(ask({Release{id, Money(101)}}), "over hold");
  EXPECT_EQ(ask({Release{id, Money(0)}}), "limit");
  EXPECT_EQ(ask({Release{id, Money(40)}}), "done");
  EXPECT_EQ(ask({Void{id}}), "not whole");
  EXPECT_EQ(ask({Expire{id}}), "not due");
  now_ = 2'000;
  EXPECT_EQ(ask({Expire{id}}), "done");
  EXPECT_EQ(balance(cash(kBuyer)), 1'000);
  EXPECT_EQ(ask({Expire{id}}), "not open");
}

TEST_F(Rules, HoldsComeFromCashMarginOrEscrow) {
  EXPECT_EQ(ask({Hold{voucher(kCity), Money(1), 2'000}}), "wrong purpose");
  EXPECT_EQ(ask({Hold{kRail, Money(1), 2'000}}), "wrong purpose");
  EXPECT_EQ(ask({Hold{{kBuyer, Purpose::kEscrow}, Money(1), 2'000}}), "no account");
  EXPECT_EQ(ask({Hold{cash(kBuyer), Money(1), 999}}), "limit") << "it would be over at once";
  EXPECT_EQ(ask({Hold{cash(kBuyer), Money(1'001), 2'000}}), "no money");
  open({kBuyer, Purpose::kEscrow}, 10);
  EXPECT_EQ(ask({Hold{{kBuyer, Purpose::kEscrow}, Money(10), 2'000}}), "done");
}

TEST_F(Rules, APenaltyTakesNoMoreThanTheBond) {
  const HoldId bond = hold(margin(kSupplier), 100);
  EXPECT_EQ(ask({Penalty{bond, cash(kBuyer), Money(0)}}), "limit");
  EXPECT_EQ(ask({Penalty{bond, cash(kBuyer), Money(60)}}), "done");
  EXPECT_EQ(ask({Penalty{bond, {kHouse, Purpose::kPenalty}, Money(60)}}), "done");
  EXPECT_EQ(balance({kHouse, Purpose::kPenalty}), 40);
  EXPECT_EQ(balance(margin(kSupplier)), 400);
  EXPECT_EQ(ask({Penalty{bond, cash(kBuyer), Money(60)}}), "not open") << "the bond is spent";
  const HoldId order = hold(cash(kBuyer), 10);
  EXPECT_EQ(ask({Penalty{order, cash(kSupplier), Money(1)}}), "wrong purpose");
  const HoldId next = hold(margin(kSupplier), 5);
  EXPECT_EQ(ask({Penalty{next, cash(kBuyer), Money(9)}, Penalty{next, cash(kBuyer), Money(9)}}),
            "over hold");
}

TEST_F(Rules, PostsGoToOpenAccountsThatAreNoHolds) {
  const HoldId id = hold(cash(kBuyer), 10);
  EXPECT_EQ(ask({Post{id, {kBuyer, Purpose::kHold}, Money(1)}}), "wrong purpose");
  EXPECT_EQ(ask({Post{id, margin(kBuyer), Money(1)}}), "no account");
  EXPECT_EQ(ask({Post{id, cash(kOther), Money(0)}}), "limit");
}

// ---- Delivery versus payment -----------------------------------------------------------------

TEST_F(Rules, MoneyAndRightMoveTogether) {
  const HoldId id = hold(cash(kBuyer), 100);
  const RightId right = grant(1, id, 100, 7);
  const Reason why = of_contract(1);
  const Leg deliver = Deliver{right, DeviceSeconds(3)};  // 42.86 are due
  EXPECT_EQ(ask({deliver}, why), "right without money");
  EXPECT_EQ(ask({deliver, Post{id, cash(kSupplier), Money(41)}}, why), "right without money");
  EXPECT_EQ(ask({deliver, Post{id, cash(kSupplier), Money(43)}}, why), "money without right");
  EXPECT_EQ(ask({Post{id, cash(kSupplier), Money(1)}}, why), "money without right");
  EXPECT_EQ(ask({deliver, Post{id, cash(kSupplier), Money(40)},
                 Post{id, {kHouse, Purpose::kRent}, Money(2)}},
                why),
            "done");
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(4)}, Post{id, cash(kSupplier), Money(58)}}, why),
            "done")
      << "parts add up to the cost";
  EXPECT_EQ(balance({kBuyer, Purpose::kHold}), 0);
  EXPECT_EQ(ask({Close{right}}, why), "done");
  EXPECT_EQ(find(id), nullptr);
}

TEST_F(Rules, NoMoreIsDeliveredThanTheRectangle) {
  const HoldId id = hold(cash(kBuyer), 100);
  const RightId right = grant(1, id, 100, 10);
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(11)}}, of_contract(1)), "over rectangle");
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(6)}, Post{id, cash(kSupplier), Money(60)},
                 Deliver{right, DeviceSeconds(5)}},
                of_contract(1)),
            "over rectangle");
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(0)}}, of_contract(1)), "limit");
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(INT64_MAX)}}, of_contract(1)), "limit");
}

TEST_F(Rules, AGrantNeedsAHoldThatCoversIt) {
  const HoldId id = hold(cash(kBuyer), 100);
  const auto grant_it = [&](std::int64_t cost, std::int64_t rectangle) {
    return ask({Grant{id, Money(cost), DeviceSeconds(rectangle)}}, of_contract(5));
  };
  EXPECT_EQ(grant_it(101, 10), "uncovered");
  EXPECT_EQ(grant_it(-1, 10), "limit");
  EXPECT_EQ(grant_it(10, 0), "limit");
  EXPECT_EQ(grant_it(10, kDeviceSecondsMax + 1), "limit");
  EXPECT_EQ(ask({Grant{id, Money(10), DeviceSeconds(10)}}), "no reason") << "of which contract?";
  EXPECT_EQ(ask({Grant{{9, 9}, Money(10), DeviceSeconds(10)}}, of_contract(5)), "not open");
  const HoldId bond = hold(margin(kSupplier), 50);
  EXPECT_EQ(ask({Grant{bond, Money(10), DeviceSeconds(10)}}, of_contract(5)), "wrong purpose");
  EXPECT_EQ(grant_it(80, 10), "done");
  EXPECT_EQ(grant_it(10, 10), "bound");
}

TEST_F(Rules, AContractIsGrantedOnce) {
  grant(5, hold(cash(kBuyer), 10), 10, 1);
  const HoldId id = hold(cash(kBuyer), 10);
  EXPECT_EQ(ask({Grant{id, Money(1), DeviceSeconds(1)}}, of_contract(5)), "contract order");
  EXPECT_EQ(ask({Grant{id, Money(1), DeviceSeconds(1)}}, of_contract(4)), "contract order");
  EXPECT_EQ(ask({Grant{id, Money(1), DeviceSeconds(1)}}, of_contract(6)), "done");
}

TEST_F(Rules, ABoundHoldIsOfItsContract) {
  const HoldId id = hold(cash(kBuyer), 100, 1'000);
  const RightId right = grant(1, id, 80, 8);
  EXPECT_EQ(ask({Void{id}}), "bound");
  EXPECT_EQ(ask({Expire{id}}), "bound");
  EXPECT_EQ(ask({Release{id, Money(21)}}), "uncovered");
  EXPECT_EQ(ask({Release{id, Money(20)}}), "done") << "what the contract does not need";
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(1)}}, of_contract(2)), "wrong contract");
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(1)}}, {.contract = 1}), "no reason")
      << "a meter segment";
  EXPECT_EQ(ask({Close{right}, Release{id, Money(80)}}, of_contract(1)), "done")
      << "the supplier failed: nothing is paid";
  EXPECT_EQ(balance(cash(kBuyer)), 1'000);
  EXPECT_EQ(ask({Close{right}}, of_contract(1)), "not open");
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(1)}}, of_contract(1)), "not open");
}

TEST_F(Rules, AHoldServesOneContractAfterTheOther) {
  const HoldId id = hold(cash(kBuyer), 100);
  const RightId first = grant(1, id, 80, 8);
  EXPECT_EQ(
      ask({Deliver{first, DeviceSeconds(2)}, Post{id, cash(kSupplier), Money(20)}, Close{first}},
          of_contract(1)),
      "done");
  EXPECT_EQ(ask({Grant{id, Money(81), DeviceSeconds(8)}}, of_contract(2)), "uncovered");
  EXPECT_EQ(ask({Grant{id, Money(80), DeviceSeconds(8)}}, of_contract(2)), "done");
}

TEST_F(Rules, AFreeContractMovesNoMoney) {
  const HoldId id = hold(cash(kBuyer), 1);
  const RightId right = grant(1, id, 0, 8);
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(8)}, Close{right}, Void{id}}, of_contract(1)),
            "done");
}

// ---- Vouchers --------------------------------------------------------------------------------

TEST_F(Rules, AProgrammeIsOpenedOnceByACityWithAPool) {
  EXPECT_EQ(ask({Programme{kBuyer, 1, Money(1), 2'000}}), "no account");
  EXPECT_EQ(ask({Programme{kCity, 1, Money(1), 2'000}}), "already open");
  open(voucher(kOther));
  EXPECT_EQ(ask({Programme{kOther, kPpm + 1, Money(1), 2'000}}), "limit");
  EXPECT_EQ(ask({Programme{kOther, 1, Money(-1), 2'000}}), "limit");
  EXPECT_EQ(ask({Programme{kOther, 1, Money(1), 999}}), "limit");
}

TEST_F(Rules, AVoucherPaysItsShareOnce) {
  const HoldId id = hold(cash(kBuyer), 100);
  const RightId right = grant(1, id, 100, 10);
  const Reason why = of_contract(1);
  EXPECT_EQ(ask({Voucher{right, kOther, Money(1)}}, why), "no account");
  EXPECT_EQ(ask({Voucher{right, kCity, Money(51)}}, why), "voucher rate");
  EXPECT_EQ(ask({Voucher{right, kCity, Money(1)}}, of_contract(2)), "wrong contract");
  EXPECT_EQ(ask({Voucher{right, kCity, Money(50)}, Release{id, Money(50)}}, why), "done");
  const HoldId paid = answer_.hold();
  EXPECT_EQ(ask({Voucher{right, kCity, Money(1)}}, why), "voucher twice");
  EXPECT_EQ(ask({Release{paid, Money(1)}}), "bound");
  EXPECT_EQ(ask({Void{paid}}), "bound");
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(4)}, Post{paid, cash(kSupplier), Money(21)},
                 Post{id, cash(kSupplier), Money(19)}},
                why),
            "voucher rate")
      << "of what is paid so far";
  EXPECT_EQ(ask({Deliver{right, DeviceSeconds(4)}, Post{paid, cash(kSupplier), Money(20)},
                 Post{id, cash(kSupplier), Money(20)}},
                why),
            "done");
  EXPECT_EQ(ask({Close{right}, Release{id, Money(30)}}, why), "done");
  EXPECT_EQ(balance(voucher(kCity)), 380) << "the rest is back in the pool";
  EXPECT_EQ(ledger_.state().programmes()[0].used_by(kBuyer), Money(20));
}

TEST_F(Rules, VouchersHaveACapAPoolAndAnEnd) {
  const RightId first = grant(1, hold(cash(kBuyer), 500), 500, 10);
  must({Voucher{first, kCity, Money(250)}}, of_contract(1));
  const RightId second = grant(2, hold(cash(kBuyer), 500), 500, 10);
  EXPECT_EQ(ask({Voucher{second, kCity, Money(51)}}, of_contract(2)), "voucher cap");
  EXPECT_EQ(ask({Voucher{second, kCity, Money(50)}}, of_contract(2)), "done");
  const RightId third = grant(3, hold(cash(kOther), 500), 500, 10);
  EXPECT_EQ(ask({Voucher{third, kCity, Money(101)}}, of_contract(3)), "no money") << "in the pool";
  now_ = 5'001;
  EXPECT_EQ(ask({Voucher{third, kCity, Money(100)}}, of_contract(3)), "voucher over");
  open(voucher(kOther), 100);
  EXPECT_EQ(ask({Voucher{third, kOther, Money(100)}}, of_contract(3)), "no programme");
}

TEST_F(Rules, APoolPaysByVouchersOnly) {
  EXPECT_EQ(ask({Move{voucher(kCity), cash(kBuyer), Money(1)}}), "wrong purpose");
  EXPECT_EQ(ask({Move{voucher(kCity), kRail, Money(1)}}), "wrong purpose");
  EXPECT_EQ(ask({Move{voucher(kCity), cash(kCity), Money(400)}}), "done") << "taken back";
}

// ---- Limits of tables ------------------------------------------------------------------------

TEST_F(Empty, ProgrammesHaveALimit) {
  for (std::uint32_t i = 1; i <= kProgrammesMax + 1; ++i) {
    must({Open{voucher({i}), {}}});
    EXPECT_EQ(ask({Programme{{i}, 1, Money(1), 2'000}}), i > kProgrammesMax ? "too many" : "done");
  }
}

}  // namespace
}  // namespace tongsuan::ledger
