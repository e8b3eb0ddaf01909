#include "tongsuan/exchange/exchange.h"

#include <gtest/gtest.h>

#include "tongsuan/engine/snapshot.h"
#include "tongsuan/exchange/agent_fixture.h"
#include "tongsuan/exchange/exchange_fixture.h"

namespace tongsuan::exchange::testing {
namespace {

using engine::EndReason;
using engine::OrderState;

// ---- Money of orders ---------------------------------------------------------------------------

TEST_F(ExchangeTest, AnOrderHoldsWhatItMayCost) {
  engine::LiveOrder what = order(600);
  what.premium = 50;
  const OrderId id{static_cast<std::uint32_t>(must(kAlice, SubmitOrder{what, "job"}))};
  EXPECT_EQ(left(id), 650);
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 650);
  EXPECT_EQ(exchange_.state().order_name(id), "job");
  must(kAlice, CancelOrder{id});
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000);
  EXPECT_EQ(record(id).state, OrderState::kCancelled);
}

TEST_F(ExchangeTest, TwoOrdersCannotSpendTheSameCredit) {
  must(kHouse, SetRules{{.collar_percent = 0}});
  submit(kAlice, 700'000);
  const std::uint64_t before = exchange_.sequence();
  EXPECT_EQ(name_of(kAlice, SubmitOrder{order(700'000), ""}), "no-money");
  EXPECT_EQ(exchange_.sequence(), before) << "a refusal without an id leaves no record";
  EXPECT_EQ(exchange_.state().live_orders(), 1U);
}

TEST_F(ExchangeTest, ABuyerPaysForWhatWasDeliveredAndHasTheRestBack) {
  const OrderId id = submit(kAlice, 150, 2);
  EXPECT_EQ(start(id), "over-hold") << "200 device-seconds for 150";
  must(kAlice, AmendOrder{id, order(400, 2)});
  EXPECT_EQ(left(id), 400);
  EXPECT_EQ(start(id), "done");
  now_ = 40;
  must(kEast, MeterContract{ContractId{0}, 30});
  EXPECT_EQ(balance(cash(kEast)), 60);
  now_ = 50;
  must(kEast, EndContract{ContractId{0}});
  EXPECT_EQ(balance(cash(kEast)), 100) << "2 devices, 50 seconds";
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 100);
  EXPECT_EQ(record(id).state, OrderState::kDone);
}

TEST_F(ExchangeTest, AnOrderRunsOnWhileItHasMoney) {
  const OrderId id = submit(kAlice, 150);
  ASSERT_EQ(start(id), "done");
  now_ = 100;
  EXPECT_EQ(name_of(kHouse, Dispatch{engine::ExtendContract{ContractId{0}, 160}}), "over-hold");
  EXPECT_EQ(name_of(kHouse, Dispatch{engine::ExtendContract{ContractId{0}, 150}}), "done");
  now_ = 150;
  must(kEast, EndContract{ContractId{0}});
  EXPECT_EQ(balance(cash(kEast)), 150);
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 150);
}

TEST_F(ExchangeTest, AnEarlyExtensionIsPaidOnce) {
  const OrderId id = submit(kAlice, 500);
  ASSERT_EQ(start(id), "done");
  now_ = 60;
  EXPECT_EQ(name_of(kHouse, Dispatch{engine::ExtendContract{ContractId{0}, 200}}), "done");
  now_ = 200;
  must(kEast, EndContract{ContractId{0}});
  EXPECT_EQ(balance(cash(kEast)), 200);
}

TEST_F(ExchangeTest, AFailedNodePaysItsBuyer) {
  const OrderId id = submit(kAlice, 150);
  ASSERT_EQ(start(id), "done");
  now_ = 40;
  must(kEast, ReportNodes{{PoolId{0}, 0, 1, false}});
  EXPECT_EQ(balance(cash(kEast)), 40);
  EXPECT_EQ(balance(margin(kEast)), 100'000 - 6) << "a tenth of what it failed to deliver";
  EXPECT_EQ(record(id).state, OrderState::kWaiting);
  EXPECT_EQ(left(id), 110) << "the order can still pay for the rest";
  EXPECT_EQ(start(id, {1}), "done");
  now_ = 140;
  must(kEast, EndContract{ContractId{1}});
  EXPECT_EQ(balance(cash(kEast)), 140);
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 140 + 6);
}

TEST_F(ExchangeTest, ABlockThatIsKeptEarnsItsPremium) {
  engine::LiveOrder what = order(300);
  what.premium = 50;
  what.not_before = 20;
  const OrderId id{static_cast<std::uint32_t>(must(kAlice, SubmitOrder{what, ""}))};
  must(kHouse, Dispatch{engine::BookBlock{id, 0, PoolId{0}, {0}, 20, Price(3'600)}});
  now_ = 20;
  must(kHouse, Dispatch{engine::OpenOrder{id}});
  ASSERT_EQ(start(id), "done");
  EXPECT_EQ(balance(cash(kEast)), 50);
  EXPECT_EQ(left(id), 300);
}

TEST_F(ExchangeTest, APremiumWithoutABlockGoesBack) {
  engine::LiveOrder what = order(300);
  what.premium = 50;
  const OrderId id{static_cast<std::uint32_t>(must(kAlice, SubmitOrder{what, ""}))};
  ASSERT_EQ(start(id), "done");
  EXPECT_EQ(balance(cash(kEast)), 0);
  EXPECT_EQ(left(id), 300);
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000 - 300);
}

TEST_F(ExchangeTest, AnOrderThatIsWorthNothingIsFree) {
  const OrderId id = submit(kAlice, 0);
  EXPECT_EQ(start(id), "over-hold");
  EXPECT_EQ(start(id, {0}, 0), "done");
  now_ = 10;
  must(kEast, EndContract{ContractId{0}});
  EXPECT_EQ(balance(cash(kAlice)), 1'000'000);
}

// ---- Whose -------------------------------------------------------------------------------------

TEST_F(ExchangeTest, NobodyTouchesWhatIsNotTheirs) {
  const OrderId id = submit(kAlice, 200);
  EXPECT_EQ(name_of(kBob, CancelOrder{id}), "not-yours");
  EXPECT_EQ(name_of(kBob, AmendOrder{id, order(300)}), "not-yours");
  ASSERT_EQ(start(id), "done");
  EXPECT_EQ(name_of(kWest, EndContract{ContractId{0}}), "not-yours");
  EXPECT_EQ(name_of(kAlice, EndContract{ContractId{0}}), "not-yours") << "its hub says that";
  EXPECT_EQ(name_of(kWest, MeterContract{ContractId{0}, 1}), "not-yours");
  EXPECT_EQ(name_of(kWest, ChangeAsk{PoolId{0}, Price(4'000)}), "not-yours");
  EXPECT_EQ(name_of(kWest, ReportNodes{{PoolId{0}, 0, 1, false}}), "not-yours");
  EXPECT_EQ(name_of(kBob, Transfer{cash(kAlice), margin(kAlice), Money(1)}), "not-yours");
  EXPECT_EQ(name_of(kAlice, Dispatch{engine::ExpireOrder{id}}), "not-yours");
  EXPECT_EQ(name_of(ParticipantId{99}, CancelOrder{id}), "unknown");
  EXPECT_EQ(name_of(kBob, CancelOrder{OrderId{99}}), "unknown");
}

// ---- Once --------------------------------------------------------------------------------------

TEST_F(ExchangeTest, ARequestIsAnsweredOnce) {
  const CommandId id{1};
  const Answer first = ask(kAlice, SubmitOrder{order(100), ""}, id, 5);
  EXPECT_EQ(first.code, Code::kDone);
  const std::uint64_t sequence = exchange_.sequence();
  const Answer again = ask(kAlice, SubmitOrder{order(100), ""}, id, 5);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.value, first.value);
  EXPECT_EQ(again.sequence, first.sequence);
  EXPECT_EQ(ask(kAlice, SubmitOrder{order(200), ""}, id, 6).code, Code::kUsedId);
  EXPECT_EQ(exchange_.sequence(), sequence);
  EXPECT_EQ(exchange_.state().live_orders(), 1U);
}

TEST_F(ExchangeTest, ARefusalIsAnAnswerToo) {
  must(kHouse, SetRules{{.collar_percent = 0}});
  const CommandId id{2};
  const Answer first = ask(kAlice, SubmitOrder{order(2'000'000), ""}, id, 5);
  EXPECT_EQ(first.code, Code::kNoMoney);
  must(kHouse, Deposit{cash(kAlice), Money(9'000'000), 1});
  const Answer again = ask(kAlice, SubmitOrder{order(2'000'000), ""}, id, 5);
  EXPECT_EQ(again.code, Code::kNoMoney) << "as before, though there is money now";
  EXPECT_TRUE(again.repeated);
}

// Whoever answers without a record may be somebody who does not own the journal any more.
TEST_F(ExchangeTest, NobodyIsAnsweredOnceToo) {
  const CommandId id{3};
  const ParticipantId carol{5};
  const Answer first = ask(carol, CancelOrder{OrderId{0}}, id, 5);
  EXPECT_EQ(first.code, Code::kUnknown);
  EXPECT_EQ(first.sequence, exchange_.sequence());
  must(kHouse, OpenParticipant{"carol", Role::kParticipant, kHouse, Money()});
  submit(kAlice, 100);
  EXPECT_TRUE(ask(carol, CancelOrder{OrderId{0}}, id, 5).repeated);
}

// ---- The market's rules
// --------------------------------------------------------------------------

TEST_F(ExchangeTest, BeforeTheGateOrdersMayOnlyBeImproved) {
  must(kHouse, SetRules{{.round = 100, .lock = 10}});
  const OrderId id = submit(kAlice, 200);
  now_ = 91;
  EXPECT_EQ(name_of(kAlice, CancelOrder{id}), "locked");
  EXPECT_EQ(name_of(kAlice, AmendOrder{id, order(199)}), "locked");
  engine::LiveOrder later = record(id).order;
  later.latest_start += 50;
  later.value = 300;
  EXPECT_EQ(name_of(kAlice, AmendOrder{id, later}), "done");
  must(kHouse, CloseGate{1});
  EXPECT_EQ(name_of(kAlice, AmendOrder{id, order(199)}), "done");
}

TEST_F(ExchangeTest, ANameMayChangeWhateverTheOrderDoes) {
  must(kHouse, SetRules{{.round = 100, .lock = 10}});
  const OrderId id = submit(kAlice, 200);
  const auto name = [&] { return exchange_.state().order_name(id); };
  now_ = 91;
  const std::string before = engine::write_snapshot(exchange_.state().engine());
  EXPECT_EQ(must(kAlice, NameOrder{id, "night run"}), 200U) << "what is held";
  EXPECT_EQ(name(), "night run") << "also in the last minutes before a gate";
  EXPECT_EQ(engine::write_snapshot(exchange_.state().engine()), before)
      << "a name is nothing in the market";
  EXPECT_EQ(name_of(kBob, NameOrder{id, "mine"}), "not-yours");
  EXPECT_EQ(name_of(kAlice, NameOrder{OrderId{7}, "none"}), "unknown");
  EXPECT_EQ(name_of(kAlice, NameOrder{id, std::string(kNameMax + 1, 'x')}), "limit");
  EXPECT_EQ(name(), "night run");
  ASSERT_EQ(start(id), "done");
  must(kAlice, NameOrder{id, "it runs"});
  EXPECT_EQ(name(), "it runs");
  must(kAlice, NameOrder{id, ""});
  EXPECT_EQ(name(), "");
  Exchange other(places_without_accounts(), 0);
  must(kAlice, NameOrder{id, "kept"});
  static_cast<void>(exchange_.digest());
  ASSERT_TRUE(other.restore(exchange_.snapshot()).ok());
  EXPECT_EQ(other.state().order_name(id), "kept");
}

TEST_F(ExchangeTest, ANameMayComeWithOtherTerms) {
  const OrderId id = submit(kAlice, 200);
  EXPECT_EQ(must(kAlice, AmendOrder{id, order(300), "dearer"}), 300U);
  EXPECT_EQ(exchange_.state().order_name(id), "dearer");
  must(kAlice, AmendOrder{id, order(400)});
  EXPECT_EQ(exchange_.state().order_name(id), "dearer") << "absent: as it was";
  EXPECT_EQ(name_of(kAlice, AmendOrder{id, order(500), std::string(kNameMax + 1, 'x')}), "limit");
  EXPECT_EQ(left(id), 400);
}

TEST_F(ExchangeTest, PricesFarFromTheMarketAreRefused) {
  EXPECT_EQ(name_of(kAlice, SubmitOrder{order(2'000), ""}), "done") << "20 times the ask";
  EXPECT_EQ(name_of(kAlice, SubmitOrder{order(2'001), ""}), "collar");
  EXPECT_EQ(name_of(kEast, ChangeAsk{PoolId{0}, Price(72'001)}), "collar");
  EXPECT_EQ(name_of(kEast, ChangeAsk{PoolId{0}, Price(179)}), "collar");
  EXPECT_EQ(name_of(kEast, ChangeAsk{PoolId{0}, Price(180)}), "done");
}

TEST_F(ExchangeTest, ASupplierMayAskBySteps) {
  const auto steps = [&](std::vector<engine::AskStep> what, ParticipantId who = kEast) {
    return std::string(name_of(who, ChangeSteps{PoolId{0}, std::move(what)}));
  };
  const auto all =
      static_cast<std::uint32_t>(engine::devices_of(exchange_.state().engine().places().pools[0]));
  ASSERT_GT(all, 4U);
  EXPECT_EQ(steps({{4, Price(3'600)}, {all - 4, Price(7'200)}}, kWest), "not-yours");
  EXPECT_EQ(steps({{4, Price(3'600)}, {all - 4, Price(72'001)}}), "collar") << "20 times the ask";
  EXPECT_EQ(steps({{4, Price(179)}, {all - 4, Price(3'600)}}), "collar");
  EXPECT_EQ(steps({{4, Price(3'600)}, {all - 5, Price(7'200)}}), "limit");
  EXPECT_EQ(steps({{4, Price(3'600)}, {all, Price(3'599)}}), "limit");
  EXPECT_EQ(steps(std::vector<engine::AskStep>(17, {1, Price(3'600)})), "limit");
  EXPECT_EQ(name_of(kEast, ChangeSteps{PoolId{99}, {{1, Price(1)}}}), "unknown");
  EXPECT_EQ(steps({{4, Price(3'600)}, {all, Price(72'000)}}), "done");
  // Each step against what is asked now for its first device; orders against the dearest.
  EXPECT_EQ(steps({{4, Price(3'600)}, {all, Price(1'440'000)}}), "done");
  EXPECT_EQ(steps({{3, Price(3'600)}, {all, Price(1'440'000)}}), "collar");
  EXPECT_EQ(name_of(kAlice, SubmitOrder{order(500'000), ""}), "done");
  EXPECT_EQ(steps({{all, Price(3'600)}}), "done");
  EXPECT_TRUE(exchange_.state().engine().pool(PoolId{0}).steps.empty());
}

TEST_F(ExchangeTest, HaltsStopNewBusiness) {
  const OrderId id = submit(kAlice, 200);
  must(kHouse, SetHalt{HaltScope::kHub, 0, true});
  EXPECT_EQ(start(id), "halted");
  must(kHouse, SetHalt{HaltScope::kHub, 0, false});
  must(kHouse, SetHalt{HaltScope::kParticipant, kAlice.value, true});
  EXPECT_EQ(start(id), "halted");
  EXPECT_EQ(name_of(kAlice, SubmitOrder{order(100), ""}), "halted");
  EXPECT_EQ(name_of(kBob, SubmitOrder{order(100), ""}), "done");
  must(kHouse, SetHalt{HaltScope::kMarket, 0, true});
  EXPECT_EQ(name_of(kBob, SubmitOrder{order(100), ""}), "halted");
  EXPECT_EQ(name_of(kAlice, CancelOrder{id}), "done") << "whoever is halted may still leave";
}

TEST_F(ExchangeTest, LimitsOfLiveOrders) {
  must(kHouse, SetRules{{.orders_of_one = 2}});
  submit(kAlice, 100);
  submit(kAlice, 100);
  EXPECT_EQ(name_of(kAlice, SubmitOrder{order(100), ""}), "too-many");
  submit(kBob, 100);
  must(kHouse, SetRules{{.live_orders = 3}});
  EXPECT_EQ(name_of(kBob, SubmitOrder{order(100), ""}), "too-many");
}

TEST_F(ExchangeTest, RoundsCloseInOrder) {
  EXPECT_EQ(name_of(kHouse, CloseGate{2}), "stale");
  must(kHouse, CloseGate{1});
  EXPECT_EQ(name_of(kHouse, CloseGate{1}), "stale");
  CloseRound close;
  close.outcome = RoundOutcome::kUnsolved;
  close.reason = "no outcome within the budget";
  close.what.round = 1;
  close.what.posted = {4'000, 3'000, 2'000};
  now_ = 5;
  must(kHouse, close);
  ASSERT_EQ(exchange_.state().rounds().size(), 1U);
  const RoundRow& row = exchange_.state().rounds().front();
  EXPECT_EQ(row.reason, close.reason);
  EXPECT_EQ(row.posted, close.what.posted);
  EXPECT_EQ(row.closed, 5);
  EXPECT_EQ(name_of(kHouse, close), "stale");
}

// ---- People ------------------------------------------------------------------------------------

TEST_F(ExchangeTest, NamesAreUsedOnce) {
  EXPECT_EQ(name_of(kHouse, OpenParticipant{"alice", Role::kParticipant, kHouse, Money()}),
            "name-used");
  EXPECT_EQ(name_of(kHouse, OpenParticipant{"", Role::kParticipant, kHouse, Money()}), "limit");
  EXPECT_EQ(name_of(kHouse, OpenParticipant{"a\nb", Role::kParticipant, kHouse, Money()}), "limit");
  EXPECT_EQ(must(kHouse, OpenParticipant{"carol", Role::kAuditor, kAlice, Money()}), 5U);
  EXPECT_EQ(exchange_.state().participants()[5].owner, kAlice);
}

TEST_F(ExchangeTest, NamesAreFoundHoweverTheyCame) {
  const auto find = [](const Exchange& exchange, std::string_view name) {
    return exchange.state().find_participant(name);
  };
  for (int i = 0; i < 200; ++i) {
    must(kHouse, OpenParticipant{"p" + std::to_string(i * 37 % 200), Role::kHub, kHouse, Money()});
  }
  static_cast<void>(exchange_.digest());
  Exchange read(places_without_accounts(), 0);
  ASSERT_TRUE(read.restore(exchange_.snapshot()).ok());
  Exchange copied(places_without_accounts(), 0);
  copied.copy(exchange_);
  const auto& people = exchange_.state().participants();
  for (const Exchange* each : {&exchange_, &twin_, &read, &copied}) {
    for (std::uint32_t i = 1; i < people.size(); ++i) {
      EXPECT_EQ(find(*each, people[i].name), ParticipantId{i});
    }
    for (const char* none : {"exchange", "", "p", "p200", "alice "}) {
      EXPECT_EQ(find(*each, none), kHouse) << none;
    }
  }
}

TEST_F(ExchangeTest, KeysEndOnce) {
  const AddKey key{kAlice, KeyId{1}, Salt{2}, Role::kParticipant, 1'000};
  must(kHouse, key);
  EXPECT_EQ(name_of(kHouse, key), "name-used");
  EXPECT_EQ(name_of(kBob, RevokeKey{key.key}), "not-yours");
  must(kAlice, RevokeKey{key.key});
  EXPECT_EQ(name_of(kAlice, RevokeKey{key.key}), "unknown");
  EXPECT_TRUE(exchange_.state().key(key.key)->revoked);
}

TEST_F(ExchangeTest, NobodyTakesAllWebhooks) {
  for (std::uint32_t i = 0; i < kWebhooksOfOne; ++i) {
    must(kAlice, PutWebhook{"https://a.example/h", {}});
  }
  EXPECT_EQ(name_of(kAlice, PutWebhook{"https://a.example/h", {}}), "too-many");
  must(kBob, PutWebhook{"https://b.example/h", {}});
  must(kAlice, DropWebhook{0});
  must(kAlice, PutWebhook{"https://a.example/h", {}});
}

TEST_F(ExchangeTest, WebhooksAreSentUpToWhereTheySay) {
  const auto hook = static_cast<std::uint32_t>(must(kAlice, PutWebhook{"https://a.example/h", {}}));
  EXPECT_EQ(name_of(kBob, DropWebhook{hook}), "not-yours");
  const std::uint64_t from = exchange_.state().webhooks()[hook].acked;
  must(kHouse, AckWebhook{hook, from + 5});
  EXPECT_EQ(name_of(kHouse, AckWebhook{hook, from + 5}), "stale");
  must(kAlice, DropWebhook{hook});
  EXPECT_EQ(must(kBob, PutWebhook{"https://b.example/h", {}}), hook);
}

// ---- Any commands ------------------------------------------------------------------------------

// The state does what the events say, and money stays where it belongs, whatever is asked. In the
// end hub 0 has an agent.
TEST_F(ExchangeTest, AnyCommandsKeepTheInvariants) {
  Random random(11);
  AnyAgent agent(12);
  for (int i = 0; i < 12'000; ++i) {
    now_ += static_cast<Second>(random.below(300) == 0 ? kSettleWithin : random.below(8));
    const ParticipantId actor{static_cast<std::uint32_t>(random.below(5))};
    if (i % 1'000 == 0) must(kHouse, Deposit{cash(kAlice), Money(1'000'000), 9});
    // One of the last; what has not come yet is unknown.
    const auto some_of = [&](std::uint32_t count) {
      return count - std::min(count, static_cast<std::uint32_t>(random.below(20)));
    };
    const OrderId some{some_of(exchange_.state().engine().order_count())};
    const ContractId contract{some_of(exchange_.state().engine().contract_count())};
    const auto node = static_cast<std::uint32_t>(random.below(3));
    switch (random.below(i < 3'000 ? 12 : 20)) {
      case 0:
      case 1:
      case 2: {
        engine::LiveOrder what = order(static_cast<std::int64_t>(random.below(2'000)),
                                       1 + static_cast<std::uint32_t>(random.below(5)));
        if (random.below(4) == 0) what.premium = static_cast<std::int64_t>(random.below(100));
        ask(actor, SubmitOrder{what, ""});
        break;
      }
      case 3:
        ask(actor, AmendOrder{some, order(static_cast<std::int64_t>(random.below(2'000)))});
        break;
      case 4:
        ask(actor, CancelOrder{some});
        break;
      case 5:
      case 6:
        start(some, {node}, static_cast<std::int64_t>(random.below(9'000)));
        break;
      case 7:
        ask(actor, EndContract{contract, static_cast<EndReason>(random.below(3)),
                               static_cast<std::uint32_t>(random.below(1'000'001))});
        break;
      case 8:
        ask(actor, MeterContract{contract, now_ - static_cast<Second>(random.below(5))});
        break;
      case 9:
        ask(kHouse, Dispatch{engine::ExtendContract{
                        contract, now_ + static_cast<Second>(random.below(100))}});
        break;
      case 10:
        ask(kHouse, ReportNodes{{PoolId{0}, node, node + 1, random.below(3) > 0}});
        break;
      case 11:
        ask(kHouse, Dispatch{engine::ExpireOrder{some}});
        break;
      default: {
        const auto [who, what] = agent.draw(exchange_.state(), now_);
        ask(who, what);
        break;
      }
    }
    if (HasFailure()) FAIL() << "at step " << i;
  }
  EXPECT_GT(exchange_.state().engine().contract_count(), 200U);
  for (const std::uint64_t seen : {this->seen<HubLeased>(), this->seen<ContractReported>(),
                                   this->seen<DeliveryMissed>(), this->seen<DeliveryPresumed>(),
                                   this->seen<DeliveryTold>(), this->seen<DeliverySettled>()}) {
    EXPECT_GT(seen, 30U);
  }
}

}  // namespace
}  // namespace tongsuan::exchange::testing
