// Hubs with an agent: paid for what was told, fenced, and with the last word on what was presumed.
#include <numeric>

#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/exchange/snapshot.h"

namespace tongsuan::exchange::testing {
namespace {

using engine::EndReason;

// Pool 0 of the east: three nodes of four devices. A device-second costs one micro-yuan.
class DeliveryTest : public ExchangeTest {
 protected:
  explicit DeliveryTest(TestSwitches switches = {}) : ExchangeTest(switches) { epoch_ = lease(); }

  std::uint32_t lease(const std::string& holder = "agent-1", bool take_over = false) {
    LeaseHub command{HubId{0}, 0, holder, 600, take_over, true, ""};
    return static_cast<std::uint32_t>(must(kEast, std::move(command)));
  }
  void renew(bool accepting = true) {
    must(kEast, LeaseHub{HubId{0}, epoch_, "agent-1", 600, false, accepting, ""});
  }
  ContractId run(ParticipantId who, std::uint32_t gang = 4) {
    const OrderId id = submit(who, std::int64_t{1'500} * gang, gang);
    std::vector<std::uint32_t> nodes(gang / 4);
    std::iota(nodes.begin(), nodes.end(), 0U);
    EXPECT_EQ(start(id, std::move(nodes)), "done");
    return ContractId{exchange_.state().engine().contract_count() - 1};
  }
  std::string meter(ContractId id, Second from, Second until) {
    return name_of(kEast, MeterContract{id, until, from, epoch_});
  }
  std::string end(ContractId id, EndReason reason = EndReason::kCompleted) {
    return name_of(kEast, EndContract{id, reason, engine::kPpm, true, epoch_, "exit 0"});
  }
  std::string settle(ContractId id, Second overrun = 0) {
    return name_of(kEast, SettleContract{id, overrun, epoch_});
  }
  void cancel(ContractId id) {
    must(kAlice, CancelOrder{exchange_.state().engine().contract(id).order});
  }
  [[nodiscard]] const Delivery& row(ContractId id) const {
    return *exchange_.state().deliveries().find(id);
  }
  [[nodiscard]] std::int64_t spent(ParticipantId who) const {
    return 1'000'000 - balance(cash(who));
  }

  std::uint32_t epoch_ = 0;
};

TEST_F(DeliveryTest, AnAgentIsPaidForWhatItMetered) {
  const ContractId id = run(kAlice);
  now_ = 50;
  EXPECT_EQ(meter(id, 3, 20), "done") << "it began three seconds late";
  EXPECT_EQ(meter(id, 25, 40), "done") << "and was away for five";
  EXPECT_EQ(end(id), "done") << "ten seconds are never told of";
  EXPECT_EQ(balance(cash(kEast)), 4 * (17 + 15));
  EXPECT_EQ(spent(kAlice), 4 * (17 + 15));
  EXPECT_EQ(row(id).missed, 3 + 5 + 10);
  EXPECT_EQ(row(id).detail, "exit 0");
  EXPECT_FALSE(row(id).presumes);
}

TEST_F(DeliveryTest, GapsBeyondTheGraceCostAPenalty) {
  take_or_pay(0);
  const OrderId order = submit(kAlice, 6'000, 4);
  EXPECT_EQ(start(order), "done");
  now_ = 100;
  EXPECT_EQ(meter(ContractId{0}, 90, 100), "done");
  EXPECT_EQ(end(ContractId{0}), "done");
  EXPECT_EQ(balance(cash(kEast)), 40);
  EXPECT_EQ(100'000 - balance(margin(kEast)), 4 * (90 - kMissedGrace) / 10) << "ten per cent";
  EXPECT_EQ(spent(kAlice), 40 - 4 * (90 - kMissedGrace) / 10);
}

// The buyer ends early and owes for the rest, but not for what was missed.
TEST_F(DeliveryTest, NobodyOwesForWhatWasMissed) {
  take_or_pay(1'000'000);
  const ContractId id = run(kAlice);
  now_ = 40;
  EXPECT_EQ(meter(id, 30, 40), "done");
  EXPECT_EQ(end(id), "done");
  now_ = 100;
  must(kHouse, TurnResales{});
  EXPECT_EQ(spent(kAlice), 4 * (10 + 60));
}

TEST_F(DeliveryTest, WhatTheExchangeEndsIsPresumedAndHeld) {
  const ContractId id = run(kAlice);
  now_ = 20;
  EXPECT_EQ(meter(id, 0, 20), "done");
  now_ = 50;
  cancel(id);
  EXPECT_EQ(spent(kAlice), 4 * 50);
  EXPECT_EQ(balance(cash(kEast)), 4 * 20) << "the rest is held";
  ASSERT_TRUE(row(id).presumes);
  EXPECT_EQ(row(id).presumed.amount, Money(4 * 30));
  EXPECT_EQ(meter(id, 25, 45), "done");
  EXPECT_EQ(meter(id, 44, 45), "time") << "told already";
  EXPECT_EQ(meter(id, 46, 51), "time") << "it ended before";
  EXPECT_EQ(settle(id, 7), "done");
  EXPECT_EQ(spent(kAlice), 4 * (20 + 20)) << "ten seconds were not delivered";
  EXPECT_EQ(balance(cash(kEast)), 4 * 40);
  EXPECT_EQ(row(id).missed, 10);
  EXPECT_EQ(row(id).overrun, 7);
  EXPECT_EQ(settle(id), "not-running");
  EXPECT_EQ(meter(id, 46, 49), "not-running");
}

TEST_F(DeliveryTest, NobodyWaitsForAnAgentForEver) {
  const ContractId id = run(kAlice);
  now_ = 50;
  cancel(id);
  EXPECT_EQ(spent(kAlice), 200);
  now_ = 50 + kSettleWithin - 1;
  EXPECT_EQ(name_of(kHouse, TurnDeliveries{}), "stale");
  now_ += 1;
  must(kHouse, TurnDeliveries{});
  EXPECT_EQ(spent(kAlice), 0) << "nothing was told, nothing was delivered";
  EXPECT_EQ(balance(cash(kEast)), 0);
  EXPECT_EQ(name_of(kEast, TurnDeliveries{}), "not-yours");
}

// Contracts of a node that is down end by the exchange; the agent says what it had before.
TEST_F(DeliveryTest, ALostNodeLeavesWhatRanBefore) {
  const ContractId id = run(kAlice);
  now_ = 30;
  must(kEast, ReportNodes{{PoolId{0}, 0, 1, false}, epoch_});
  EXPECT_TRUE(row(id).presumes);
  EXPECT_EQ(meter(id, 0, 24), "done");
  EXPECT_EQ(settle(id), "done");
  EXPECT_EQ(balance(cash(kEast)), 4 * 24);
  EXPECT_EQ(row(id).missed, 6);
}

// The operator gave the hub to its own buyer: nothing has to go back, and nothing can.
TEST_F(DeliveryTest, ABuyerMayHaveBecomeTheSupplier) {
  const ContractId id = run(kAlice);
  must(kHouse, AssignHub{HubId{0}, kAlice});
  now_ = 50;
  cancel(id);
  EXPECT_EQ(row(id).presumed.supplier, kAlice);
  EXPECT_EQ(name_of(kAlice, SettleContract{id, 0, epoch_}), "done");
  EXPECT_EQ(spent(kAlice), 0);
  EXPECT_EQ(row(id).refund, Money(200));
}

TEST_F(DeliveryTest, TheNextSupplierHasTheLastWordOnMoneyOfTheOneBefore) {
  const ContractId id = run(kAlice);
  now_ = 50;
  cancel(id);
  must(kHouse, AssignHub{HubId{0}, kWest});
  EXPECT_EQ(settle(id), "not-yours");
  const LeaseHub lease{HubId{0}, 0, "west-agent", 600, true, true, ""};
  const auto epoch = static_cast<std::uint32_t>(must(kWest, lease));
  EXPECT_EQ(name_of(kWest, MeterContract{id, 30, 0, epoch}), "done");
  EXPECT_EQ(name_of(kWest, SettleContract{id, 0, epoch}), "done");
  EXPECT_EQ(spent(kAlice), 4 * 30);
  EXPECT_EQ(balance(cash(kEast)), 4 * 30);
  EXPECT_EQ(balance(cash(kWest)), 0);
}

// It has no margin, and no cash below which it might not fall: what it was paid is held, and goes
// back.
TEST_F(DeliveryTest, ASupplierInDebtGivesBackAllTheSame) {
  const ParticipantId debtor{static_cast<std::uint32_t>(
      must(kHouse, OpenParticipant{"debtor", Role::kHub, kHouse, Money(1'000)}))};
  must(kHouse, Withdraw{cash(debtor), Money(1'000), 9});
  must(kHouse, AssignHub{HubId{0}, debtor});
  const LeaseHub lease{HubId{0}, 0, "debtor-agent", 600, true, true, ""};
  const auto epoch = static_cast<std::uint32_t>(must(debtor, lease));
  const ContractId id = run(kAlice);
  now_ = 90;
  cancel(id);
  EXPECT_EQ(balance(cash(debtor)), -1'000) << "the rest is held";
  EXPECT_EQ(name_of(debtor, SettleContract{id, 0, epoch}), "done");
  EXPECT_EQ(balance(cash(debtor)), -1'000);
  EXPECT_EQ(spent(kAlice), 0) << "a penalty for thirty seconds has nowhere to come from";
}

TEST_F(DeliveryTest, AHubMayHaveLostItsSupplier) {
  const ContractId id = run(kAlice);
  must(kHouse, AssignHub{HubId{0}, kHouse});
  now_ = 50;
  cancel(id);
  now_ += kSettleWithin;
  must(kHouse, TurnDeliveries{});
  EXPECT_EQ(spent(kAlice), 0);
}

TEST_F(DeliveryTest, NothingIsKeptOfWhatIsForgotten) {
  const ContractId id = run(kAlice);
  now_ = 50;
  cancel(id);
  must(kHouse, Dispatch{engine::DropHistory{1, 1}});
  ASSERT_FALSE(exchange_.state().engine().knows(id));
  EXPECT_EQ(meter(id, 0, 30), "done") << "its agent has the last word all the same";
  EXPECT_EQ(settle(id), "done");
  EXPECT_EQ(spent(kAlice), 4 * 30);
  EXPECT_EQ(exchange_.state().deliveries().find(id), nullptr);
  EXPECT_EQ(settle(id), "unknown");
}

// Bob has devices that Alice gave up to their end at 100, and his agent tells late of it.
TEST_F(DeliveryTest, ASellerIsPaidForWhatIsToldAfterItsEnd) {
  take_or_pay(500'000);
  const ContractId first = run(kAlice, 12);
  now_ = 40;
  EXPECT_EQ(meter(first, 0, 40), "done");
  EXPECT_EQ(end(first), "done");
  now_ = 50;
  const ContractId second = run(kBob, 12);
  now_ = 80;
  EXPECT_EQ(meter(second, 50, 80), "done");
  now_ = 100;
  must(kHouse, TurnResales{});
  EXPECT_TRUE(exchange_.state().resales().over(ResaleId{1}));
  EXPECT_FALSE(exchange_.state().resales().due());
  EXPECT_EQ(name_of(kHouse, TurnResales{}), "stale");
  now_ = 110;
  EXPECT_EQ(meter(second, 84, 110), "done") << "four seconds were missed";
  EXPECT_TRUE(exchange_.state().resales().rows().empty());
  const std::int64_t owed = 12 * 56 / 2, paid = 12 * (30 + 26), sold = 12 * (30 + 16);
  EXPECT_EQ(spent(kAlice), 12 * 40 + owed - sold / 2) << "the other half is what she saves";
  EXPECT_EQ(balance(cash(kEast)), 12 * 40 + owed + paid - sold / 2);
}

TEST_F(DeliveryTest, ASellerIsPaidWhenTheContractEndsBeforeItIsTold) {
  take_or_pay(500'000);
  const ContractId first = run(kAlice, 12);
  now_ = 40;
  EXPECT_EQ(meter(first, 0, 40), "done");
  EXPECT_EQ(end(first), "done");
  const ContractId second = run(kBob, 12);
  now_ = 100;
  must(kHouse, TurnResales{});
  EXPECT_TRUE(exchange_.state().resales().over(ResaleId{1}));
  now_ = 120;
  must(kBob, CancelOrder{exchange_.state().engine().contract(second).order});
  EXPECT_EQ(exchange_.state().resales().find(ResaleId{1}), nullptr);
  EXPECT_EQ(spent(kAlice), 12 * 40 + 12 * 60 / 2) << "what she has of it is in escrow";
  EXPECT_EQ(balance({kAlice, Purpose::kEscrow}), 12 * 60 / 2);
  EXPECT_EQ(meter(second, 40, 120), "done");
  EXPECT_EQ(settle(second), "done");
  EXPECT_EQ(spent(kAlice), 12 * 40 + 12 * 60 / 2 - 12 * 60 / 2);
}

// Carol's part of what Bob had of Alice: Alice's resale waits for Carol's agent as well.
TEST_F(DeliveryTest, AChainWaitsForItsLastHolder) {
  take_or_pay(500'000);
  const ContractId first = run(kAlice, 12);
  now_ = 20;
  EXPECT_EQ(meter(first, 0, 20), "done");
  EXPECT_EQ(end(first), "done");
  const ContractId second = run(kBob, 12);  // to 120
  now_ = 60;
  EXPECT_EQ(meter(second, 20, 60), "done");
  EXPECT_EQ(end(second), "done");
  const ContractId third = run(kAlice, 12);  // to 160
  now_ = 100;
  must(kHouse, TurnResales{});
  EXPECT_TRUE(exchange_.state().resales().over(ResaleId{1}));
  now_ = 120;
  must(kHouse, TurnResales{});
  EXPECT_TRUE(exchange_.state().resales().over(ResaleId{2}));
  EXPECT_EQ(meter(third, 60, 100), "done");
  EXPECT_EQ(exchange_.state().resales().find(ResaleId{1}), nullptr);
  ASSERT_NE(exchange_.state().resales().find(ResaleId{2}), nullptr);
  EXPECT_EQ(meter(third, 100, 110), "done");
  EXPECT_NE(exchange_.state().resales().find(ResaleId{2}), nullptr);
  EXPECT_EQ(meter(third, 110, 120), "done");
  EXPECT_TRUE(exchange_.state().resales().rows().empty());
}

// ---- Who has what of what is presumed ----------------------------------------------------------

// Alice gives twelve devices up at 40, of a contract to 100, and Bob has them to 140.
class SharesTest : public DeliveryTest {
 protected:
  explicit SharesTest(TestSwitches switches = {}) : DeliveryTest(switches) {}
  void sell(std::uint32_t ppm, Second at = 40) {
    take_or_pay(ppm);
    const ContractId first = run(kAlice, 12);
    now_ = at;
    EXPECT_EQ(meter(first, 0, at), "done");
    EXPECT_EQ(end(first), "done");
  }
  void give_up(ParticipantId who, ContractId id) {
    must(who, CancelOrder{exchange_.state().engine().contract(id).order});
  }
  [[nodiscard]] std::int64_t escrow(ParticipantId who) const {
    return balance({who, Purpose::kEscrow});
  }
  [[nodiscard]] std::array<std::int64_t, 4> everybody() const {
    return {all_of(kEast), all_of(kAlice), all_of(kBob), all_of(carol_)};
  }
  ParticipantId carol() {
    carol_ = ParticipantId{static_cast<std::uint32_t>(
        must(kHouse, OpenParticipant{"carol", Role::kParticipant, kHouse, Money()}))};
    must(kHouse, Deposit{cash(carol_), Money(1'000'000), 9});
    return carol_;
  }
  ParticipantId carol_ = kHouse;
};

TEST_F(SharesTest, EverybodyGivesBackItsPartOfWhatWasMissed) {
  sell(500'000);
  const ContractId second = run(kBob, 12);
  now_ = 90;
  EXPECT_EQ(meter(second, 40, 60), "done");
  give_up(kBob, second);
  const std::int64_t paid = 12 * 30;
  EXPECT_EQ(escrow(kAlice), paid / 2);
  EXPECT_EQ(escrow(kEast), paid / 2 + paid / 2) << "of Bob's, and what Alice owes for that time";
  ASSERT_EQ(row(second).shares.size(), 2U);
  EXPECT_EQ(meter(second, 66, 81), "done");
  EXPECT_EQ(settle(second), "done");
  EXPECT_EQ(row(second).refund, Money(paid / 2)) << "fifteen of thirty seconds";
  EXPECT_EQ(escrow(kAlice) + escrow(kEast), 0);
  EXPECT_EQ(spent(kBob), 12 * (20 + 15) + 12 * 50 / 2) << "and what he owes for the rest";
  now_ = 140;
  must(kHouse, TurnResales{});
  const std::int64_t owed = 12 * (20 + 15 + 10) / 2;
  const std::int64_t income = 12 * (20 + 15) / 2 + 12 * 10 / 4;
  EXPECT_EQ(spent(kAlice), 12 * 40 + owed - income);
  EXPECT_EQ(balance(cash(kEast)), spent(kAlice) + spent(kBob));
  EXPECT_TRUE(exchange_.state().resales().rows().empty());
}

// As if nobody had ever paid for it: not even along a chain of sellers, and not on time.
TEST_F(SharesTest, OfWhatWasNeverDeliveredNobodyKeepsAnything) {
  for (const std::uint32_t ppm : {0U, 333'333U, 500'000U, 1'000'000U}) {
    if (carol_ == kHouse) carol();
    take_or_pay(ppm);
    const Second begin = now_;
    const ContractId first = run(kAlice, 12);
    now_ = begin + 20;
    EXPECT_EQ(meter(first, begin, now_), "done");
    EXPECT_EQ(end(first), "done");
    const ContractId second = run(kBob, 12);
    now_ = begin + 40;
    EXPECT_EQ(meter(second, begin + 20, now_), "done");
    EXPECT_EQ(end(second), "done");
    const ContractId third = run(carol_, 12);
    now_ = begin + 60;
    const auto before = everybody();
    give_up(carol_, third);
    const std::size_t shares = ppm == 0 ? 0U : ppm == 1'000'000 ? 3U : 5U;
    EXPECT_EQ(row(third).shares.size(), shares) << ppm;
    EXPECT_EQ(all_of(carol_), before[3] - 240);
    EXPECT_EQ(settle(third), "done");
    EXPECT_EQ(everybody(), before) << ppm;
    now_ = begin + 200;
    ask(kHouse, TurnResales{});
    EXPECT_TRUE(exchange_.state().resales().rows().empty());
    renew();
  }
}

TEST_F(SharesTest, NobodyKeepsWhatASilentAgentNeverToldOf) {
  sell(1'000'000);
  const ContractId second = run(kBob, 12);
  now_ = 90;
  const auto before = everybody();
  give_up(kBob, second);
  EXPECT_EQ(escrow(kAlice), 12 * 50);
  must(kHouse, Withdraw{cash(kAlice), Money(balance(cash(kAlice))), 11});
  must(kHouse, Withdraw{cash(kEast), Money(balance(cash(kEast))), 12});
  const std::int64_t alice = 0, east = all_of(kEast) - escrow(kEast);
  now_ = 90 + kSettleWithin;
  must(kHouse, TurnDeliveries{});
  EXPECT_EQ(all_of(kBob), before[2]) << "whatever the others have spent meanwhile";
  EXPECT_EQ(balance(cash(kAlice)), alice + 12 * 50) << "what she owed for it";
  EXPECT_EQ(all_of(kEast), east);
}

// What she sold ended at 100: for the time after it the supplier alone has something, and gives it
// back alone.
TEST_F(SharesTest, WhoGivesBackHadTheSecondsThatWereMissed) {
  sell(1'000'000);
  now_ = 60;
  const ContractId second = run(kBob, 12);
  now_ = 100;
  must(kHouse, TurnResales{});
  now_ = 150;
  give_up(kBob, second);
  EXPECT_EQ(escrow(kAlice), 12 * 40);
  EXPECT_EQ(row(second).presumed.amount, Money(12 * 50));
  EXPECT_EQ(meter(second, 60, 100), "done");
  EXPECT_EQ(settle(second), "done");
  EXPECT_EQ(spent(kAlice), 12 * 40 + 12 * 60 - 12 * 40) << "hers were delivered";
  EXPECT_EQ(spent(kBob), 12 * 40 + 12 * 10) << "and ten seconds of his are owed";
}

TEST_F(SharesTest, AndNotThoseOfOthers) {
  sell(1'000'000);
  now_ = 60;
  const ContractId second = run(kBob, 12);
  now_ = 100;
  must(kHouse, TurnResales{});
  now_ = 150;
  give_up(kBob, second);
  EXPECT_EQ(meter(second, 100, 150), "done");
  EXPECT_EQ(settle(second), "done");
  EXPECT_EQ(spent(kAlice), 12 * 40 + 12 * 20) << "what nobody had she owes, and no more";
  EXPECT_EQ(spent(kBob), 12 * 50 + 12 * 10);
  EXPECT_EQ(balance(cash(kEast)), spent(kAlice) + spent(kBob) - 12 * 10);
}

TEST_F(SharesTest, NobodyTouchesWhatIsInEscrow) {
  sell(500'000);
  const ContractId second = run(kBob, 12);
  now_ = 90;
  give_up(kBob, second);
  const ledger::Account mine{kAlice, Purpose::kEscrow};
  ASSERT_GT(balance(mine), 0);
  EXPECT_EQ(name_of(kAlice, Transfer{mine, cash(kAlice), Money(1)}), "wrong-account");
  EXPECT_EQ(name_of(kAlice, Transfer{cash(kAlice), mine, Money(1)}), "wrong-account");
  EXPECT_EQ(name_of(kHouse, Withdraw{mine, Money(1), 9}), "wrong-account");
  EXPECT_EQ(name_of(kHouse, Deposit{mine, Money(1), 9}), "wrong-account");
}

TEST_F(SharesTest, AreInASnapshot) {
  sell(500'000);
  const ContractId second = run(kBob, 12);
  now_ = 90;
  EXPECT_EQ(meter(second, 45, 60), "done");
  give_up(kBob, second);
  EXPECT_EQ(meter(second, 66, 70), "done");
  EXPECT_EQ(row(second).shares.front().missed, 6);
  EXPECT_GT(exchange_.state().resales().find(ResaleId{1})->spared, 0);
  static_cast<void>(exchange_.digest());
  const std::string bytes = exchange_.snapshot();
  Exchange again(places_without_accounts(), 0);
  const auto read = again.restore(bytes);
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(again.snapshot(), bytes);
  EXPECT_EQ(again.state().deliveries(), exchange_.state().deliveries());
  EXPECT_EQ(again.state().resales(), exchange_.state().resales());
  Output output;
  again.execute(now_, {{}, 0, kEast, SettleContract{second, 0, epoch_}}, output);
  EXPECT_EQ(output.answer.code, Code::kDone);
  EXPECT_EQ(settle(second), "done");
  EXPECT_EQ(again.digest(), exchange_.digest());
}

// An earlier version kept the supplier's part in a hold, and no shares.
TEST_F(SharesTest, WhatAnEarlierVersionHeldGoesBackToo) {
  const ContractId id = run(kAlice);
  now_ = 50;
  EXPECT_EQ(meter(id, 0, 50), "done");
  cancel(id);
  EXPECT_EQ(settle(id), "done");
  const ledger::State& money = exchange_.state().money();
  const ledger::EntryId entry{kHouse, money.participant(kHouse).last_number + 1};
  const ledger::Leg leg = ledger::Hold{cash(kEast), Money(120), engine::kSecondsMax};
  ledger::Events events;
  const auto made =
      ledger::Decider().decide(money, now_, {entry, {.reference = 1}, {&leg, 1}}, events);
  ASSERT_TRUE(made.ok());
  std::string record;
  RecordWriter writer(record, now_);
  writer.add(events.back());
  writer.add(OwnEvent(
      DeliveryPresumed{id, {PoolId{0}, kAlice, kEast, 20, 50, Money(120), made.value().hold()}}));
  for (Exchange* exchange : {&exchange_, &twin_}) ASSERT_FALSE(exchange->replay(record));
  audit_.see(events.back());
  EXPECT_EQ(balance(cash(kEast)), 80);
  EXPECT_EQ(meter(id, 30, 50), "done");
  EXPECT_EQ(settle(id), "done");
  EXPECT_EQ(balance(cash(kEast)), 160);
  EXPECT_EQ(spent(kAlice), 160) << "ten of the thirty seconds are hers again";
}

// ---- What takers missed ------------------------------------------------------------------------

TEST_F(SharesTest, NobodyOwesForWhatItsTakerMissed) {
  sell(1'000'000);
  const ContractId second = run(kBob, 12);
  now_ = 100;
  EXPECT_EQ(meter(second, 50, 100), "done") << "ten seconds late";
  must(kHouse, TurnResales{});
  EXPECT_EQ(spent(kAlice), 12 * 40) << "what she owes has come in";
  EXPECT_EQ(balance(cash(kEast)), 12 * (40 + 50));
}

// Bob's part of hers is half of his devices: of what his taker missed she owes for half as much.
TEST_F(SharesTest, NorForWhatTheTakerOfItsTakerMissed) {
  carol();
  take_or_pay(1'000'000);
  const ContractId first = run(kAlice, 4);
  now_ = 20;
  EXPECT_EQ(meter(first, 0, 20), "done");
  EXPECT_EQ(end(first), "done");
  const ContractId second = run(kBob, 8);
  EXPECT_EQ(exchange_.state().resales().bought({false, second.value}, ResaleId{1}), 4U);
  now_ = 40;
  EXPECT_EQ(meter(second, 20, 40), "done");
  EXPECT_EQ(end(second), "done");
  const ContractId third = run(carol_, 8);
  now_ = 100;
  EXPECT_EQ(meter(third, 50, 100), "done");
  EXPECT_EQ(exchange_.state().resales().find(ResaleId{1})->spared, 4 * 10);
  EXPECT_EQ(exchange_.state().resales().find(ResaleId{2})->spared, 8 * 10);
  must(kHouse, TurnResales{});
  now_ = 120;
  EXPECT_EQ(meter(third, 100, 120), "done");
  must(kHouse, TurnResales{});
  EXPECT_TRUE(exchange_.state().resales().rows().empty());
  EXPECT_EQ(spent(kAlice), 4 * 20);
  EXPECT_EQ(spent(kBob), 8 * 20);
  EXPECT_EQ(balance(cash(kEast)), 8 * (20 + 70) + 4 * 20);
}

// The last of what is owed is paid when the last holder has told.
TEST_F(SharesTest, WhatIsOwedWaitsForWhoHasTheDevices) {
  sell(1'000'000);
  const ContractId second = run(kBob, 12);
  now_ = 60;
  EXPECT_EQ(meter(second, 40, 60), "done");
  now_ = 100;
  must(kHouse, TurnResales{});
  const ResaleRow& resale = *exchange_.state().resales().find(ResaleId{1});
  EXPECT_TRUE(resale.over());
  EXPECT_EQ(resale.metered, 60);
  EXPECT_EQ(exchange_.state().money().holds().find(resale.hold)->left, Money(12 * 40));
  now_ = 110;
  EXPECT_EQ(meter(second, 90, 110), "done") << "thirty seconds were missed";
  EXPECT_EQ(exchange_.state().resales().find(ResaleId{1}), nullptr);
  EXPECT_EQ(spent(kAlice), 12 * 40);
  EXPECT_EQ(balance(cash(kEast)), 12 * (40 + 20 + 20));
}

// Four of eight that nobody has go back while Bob's agent is behind.
TEST_F(SharesTest, WhatTheSupplierTakesBackIsOwedUpToThen) {
  take_or_pay(1'000'000);
  const ContractId first = run(kAlice, 12);
  now_ = 40;
  EXPECT_EQ(meter(first, 0, 40), "done");
  must(kAlice, ResellContract{first, 12, 0, 0, Price(5'000)});
  EXPECT_EQ(settle(first), "done");
  const OrderId dear = submit(kBob, 6'000, 4);
  EXPECT_EQ(start(dear, {0}, 7'200), "done");
  now_ = 60;
  const OrderId cheap = submit(kBob, 6'000, 4);
  EXPECT_EQ(start(cheap, {1}, 3'600), "done");
  const ResaleRow& resale = *exchange_.state().resales().find(ResaleId{1});
  EXPECT_EQ(resale.terms.devices, 8U);
  EXPECT_EQ(resale.metered, 40) << "Bob's agent has told of nothing";
  EXPECT_EQ(resale.spared, -4 * 20);
  now_ = 100;
  EXPECT_EQ(meter(ContractId{1}, 45, 100), "done");
  must(kHouse, TurnResales{});
  const std::int64_t owed = 4 * 20 + 4 * 60 + 4 * 55, income = 2 * 4 * 55;
  EXPECT_EQ(spent(kAlice), 12 * 40 + owed - income);
}

// All eight that nobody has go back in two steps, and Bob's agent has told of nothing meanwhile.
TEST_F(SharesTest, WhatTheSupplierTakesBackTwiceIsOwedUpToBoth) {
  take_or_pay(1'000'000);
  const ContractId first = run(kAlice, 12);
  now_ = 40;
  EXPECT_EQ(meter(first, 0, 40), "done");
  must(kAlice, ResellContract{first, 12, 0, 0, Price(5'000)});
  EXPECT_EQ(settle(first), "done");
  const OrderId dear = submit(kBob, 6'000, 4);
  EXPECT_EQ(start(dear, {0}, 7'200), "done");
  now_ = 60;
  EXPECT_EQ(start(submit(kBob, 6'000, 4), {1}, 3'600), "done");
  now_ = 80;
  EXPECT_EQ(start(submit(kBob, 6'000, 4), {2}, 3'600), "done");
  const ResaleRow& resale = *exchange_.state().resales().find(ResaleId{1});
  EXPECT_EQ(resale.terms.devices, 4U);
  EXPECT_EQ(resale.metered, 40) << "Bob's agent has told of nothing";
  EXPECT_EQ(resale.spared, -4 * 20 - 4 * 40);
  now_ = 100;
  EXPECT_EQ(meter(ContractId{1}, 40, 100), "done");
  must(kHouse, TurnResales{});
  const std::int64_t owed = 4 * 20 + 4 * 40 + 4 * 60, income = 2 * 4 * 60;
  EXPECT_EQ(spent(kAlice), 12 * 40 + owed - income);
}

// ---- No room -----------------------------------------------------------------------------------

// As if all holds were taken.
class FullTest : public SharesTest {
 protected:
  FullTest() : SharesTest({.no_room = true}) {}
};

TEST_F(FullTest, AnEndNeedsNoRoom) {
  take_or_pay(1'000'000);
  const ContractId id = run(kAlice);
  now_ = 50;
  const std::size_t before = exchange_.state().money().holds().open_count();
  cancel(id);
  EXPECT_EQ(exchange_.state().money().holds().open_count(), before - 1) << "that of the order";
  EXPECT_TRUE(exchange_.state().resales().rows().empty()) << "nothing is owed for the rest";
  EXPECT_EQ(spent(kAlice), 200);
  EXPECT_EQ(escrow(kEast), 200) << "what is presumed is set aside all the same";
  EXPECT_EQ(meter(id, 0, 20), "done");
  EXPECT_EQ(settle(id), "done");
  EXPECT_EQ(spent(kAlice), 80);
  EXPECT_EQ(balance(cash(kEast)), 80);
}

// Carol goes on with what Bob gave up of what Alice gave up, beyond the end of Bob's.
TEST_F(SharesTest, WhatAResaleLeavesIsNotForSaleWhereSomebodyHasIt) {
  carol();
  take_or_pay(1'000'000);
  const ContractId first = run(kAlice, 12);
  EXPECT_EQ(name_of(kHouse, Dispatch{engine::ExtendContract{first, 125}}), "done");
  now_ = 20;
  EXPECT_EQ(meter(first, 0, 20), "done");
  EXPECT_EQ(end(first), "done");
  const ContractId second = run(kBob, 12);  // to 120
  now_ = 40;
  EXPECT_EQ(meter(second, 20, 40), "done");
  EXPECT_EQ(end(second), "done");
  const ContractId third = run(carol_, 12);  // to 140
  now_ = 120;
  must(kHouse, TurnResales{});
  EXPECT_TRUE(exchange_.state().resales().over(ResaleId{2}));
  now_ = 122;
  EXPECT_EQ(meter(third, 40, 122), "done");
  EXPECT_EQ(exchange_.state().resales().find(ResaleId{2}), nullptr);
  EXPECT_EQ(exchange_.state().resales().unsold(PoolId{0}), 0U);
}

TEST_F(DeliveryTest, APartIsNotEvenPlanned) {
  const ContractId id = run(kAlice);
  EXPECT_EQ(name_of(kAlice, ResellContract{id, 2, 40, 0, Price(0)}), "whole");
  EXPECT_EQ(name_of(kAlice, ResellContract{id, 4, 40, 0, Price(0)}), "done");
}

TEST_F(DeliveryTest, GoesOnFromWhatWasTold) {
  const ContractId id = run(kAlice);
  now_ = 60;
  EXPECT_EQ(meter(id, 0, 60), "done");
  now_ = 100;
  must(kHouse, Dispatch{engine::ExtendContract{id, 200}});
  now_ = 150;
  EXPECT_EQ(meter(id, 70, 150), "done");
  EXPECT_EQ(end(id), "done");
  EXPECT_EQ(balance(cash(kEast)), 4 * (60 + 80));
  EXPECT_EQ(row(id).missed, 10);
}

TEST_F(DeliveryTest, OneAgentAtATime) {
  EXPECT_EQ(epoch_, 1U);
  const ContractId id = run(kAlice);
  now_ = 10;
  EXPECT_EQ(name_of(kEast, LeaseHub{HubId{0}, 0, "agent-2", 60, false, true, ""}), "held");
  const std::uint32_t second = lease("agent-2", true);
  EXPECT_EQ(second, 2U);
  EXPECT_EQ(meter(id, 0, 10), "fenced");
  EXPECT_EQ(end(id), "fenced");
  EXPECT_EQ(name_of(kEast, ReportNodes{{PoolId{0}, 0, 1, false}, epoch_}), "fenced");
  EXPECT_EQ(name_of(kEast, ReportContract{id, Phase::kRunning, "", epoch_}), "fenced");
  EXPECT_EQ(name_of(kEast, LeaseHub{HubId{0}, epoch_, "agent-1", 60, false, true, ""}), "fenced");
  EXPECT_EQ(name_of(kEast, MeterContract{id, 10, 0, 0}), "fenced") << "nor without a lease";
  epoch_ = second;
  EXPECT_EQ(meter(id, 0, 10), "done");
  now_ = 1'000;
  EXPECT_EQ(lease("agent-1"), 3U) << "the lease has run out";
  EXPECT_EQ(lease("agent-1"), 4U) << "whoever starts again need not wait";
}

TEST_F(DeliveryTest, NothingStartsWithoutALease) {
  renew(false);
  const OrderId order = submit(kAlice, 6'000, 4);
  EXPECT_EQ(start(order), "halted");
  renew();
  now_ = 600;
  EXPECT_EQ(start(order), "halted") << "the lease has run out";
  renew();
  EXPECT_EQ(start(order), "done");
}

TEST_F(DeliveryTest, SaysHowFarItIs) {
  const ContractId id = run(kAlice);
  must(kEast, ReportContract{id, Phase::kStaging, "12 GB of 40", epoch_});
  EXPECT_EQ(row(id).phase, Phase::kStaging);
  EXPECT_EQ(row(id).detail, "12 GB of 40");
  EXPECT_STREQ(phase_name(row(id).phase), "staging");
}

TEST_F(DeliveryTest, RefusesWhatIsNotAnAgents) {
  const ContractId id = run(kAlice);
  const std::string longer(kDetailMax + 1, 'x');
  EXPECT_EQ(name_of(kWest, ReportContract{id, Phase::kRunning, "", epoch_}), "not-yours");
  EXPECT_EQ(name_of(kWest, SettleContract{id, 0, epoch_}), "not-yours");
  EXPECT_EQ(name_of(kWest, LeaseHub{HubId{0}, 0, "w", 60, true, true, ""}), "not-yours");
  EXPECT_EQ(name_of(kEast, LeaseHub{HubId{9}, 0, "e", 60, true, true, ""}), "unknown");
  EXPECT_EQ(name_of(kEast, LeaseHub{HubId{0}, 0, "", 60, true, true, ""}), "limit");
  EXPECT_EQ(name_of(kEast, LeaseHub{HubId{0}, 0, "e", kLeaseMin - 1, true, true, ""}), "limit");
  EXPECT_EQ(name_of(kEast, LeaseHub{HubId{0}, 0, "e", kLeaseMax + 1, true, true, ""}), "limit");
  EXPECT_EQ(name_of(kEast, LeaseHub{HubId{0}, 0, "e", 60, true, true, longer}), "limit");
  EXPECT_EQ(name_of(kEast, ReportContract{id, Phase::kRunning, longer, epoch_}), "limit");
  EXPECT_EQ(name_of(kEast, ReportContract{ContractId{9}, Phase::kRunning, "", epoch_}), "unknown");
  EXPECT_EQ(name_of(kEast, EndContract{id, EndReason::kCompleted, 1, true, epoch_, longer}),
            "limit");
  EXPECT_EQ(name_of(kEast, SettleContract{id, -1, epoch_}), "limit");
  EXPECT_EQ(settle(id), "stale") << "it runs";
  EXPECT_EQ(name_of(kAlice, ResellContract{id, 2, 0, 0, Price(0)}), "whole");
  now_ = 20;
  EXPECT_EQ(meter(id, 20, 20), "time");
  EXPECT_EQ(meter(id, 10, 21), "time") << "of the future";
}

TEST_F(DeliveryTest, ContractsRunWhatTheOrderNames) {
  SubmitOrder what{order(1'500), "job"};
  what.work.fill(7);
  const OrderId id{static_cast<std::uint32_t>(must(kAlice, std::move(what)))};
  ASSERT_NE(exchange_.state().work_of(id), nullptr);
  EXPECT_EQ(exchange_.state().work_of(id)->front(), 7);
  EXPECT_EQ(exchange_.state().work_of(submit(kAlice, 100)), nullptr);
}

TEST_F(DeliveryTest, IsInASnapshot) {
  const ContractId id = run(kAlice);
  must(kEast, ReportContract{id, Phase::kRunning, "on a01", epoch_});
  now_ = 50;
  cancel(id);
  static_cast<void>(exchange_.digest());
  const std::string bytes = exchange_.snapshot();
  Exchange again(places_without_accounts(), 0);
  const auto read = again.restore(bytes);
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(again.snapshot(), bytes);
  EXPECT_EQ(again.state().deliveries(), exchange_.state().deliveries());
  EXPECT_EQ(again.state().hubs(), exchange_.state().hubs());
  EXPECT_EQ(again.state().deliveries().due(), exchange_.state().deliveries().due());
}

}  // namespace
}  // namespace tongsuan::exchange::testing
