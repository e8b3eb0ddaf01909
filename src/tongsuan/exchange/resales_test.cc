// Take or pay, resales, own contracts: what everybody has in the end.
#include <map>

#include "tongsuan/engine/snapshot.h"
#include "tongsuan/exchange/agent_fixture.h"
#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/exchange/snapshot.h"
#include "tongsuan/ledger/snapshot.h"

namespace tongsuan::exchange::testing {
namespace {

using engine::EndReason;

// Pool 0: three nodes of four devices. A device-second costs one micro-yuan, unless it is said.
class ResaleTest : public ExchangeTest {
 protected:
  ResaleTest() { take_or_pay(1'000'000); }

  // Starts an order of `gang` devices at once on these nodes.
  ContractId run(ParticipantId who, std::uint32_t gang, std::vector<std::uint32_t> nodes,
                 std::int64_t price = 3'600) {
    const OrderId id = submit(who, std::int64_t{1'500} * gang, gang);
    EXPECT_EQ(start(id, std::move(nodes), price), "done");
    return ContractId{exchange_.state().engine().contract_count() - 1};
  }
  void end(ContractId contract) { must(kEast, EndContract{contract}); }
  void turn(Second at) {
    now_ = at;
    must(kHouse, TurnResales{});
  }
  // An order of some devices that starts at once, from `node` on, if it can.
  void start_some(Random& random, ParticipantId who, std::uint32_t node) {
    const auto gang = 1 + static_cast<std::uint32_t>(random.below(random.below(2) == 0 ? 12 : 4));
    const Answer& answer = ask(who, SubmitOrder{order(std::int64_t{2'000} * gang, gang), ""});
    if (answer.code != Code::kDone) return;
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t at = gang < 5 ? node : 0; nodes.size() * 4 < gang; ++at) {
      nodes.push_back(at);
    }
    const OrderId id{static_cast<std::uint32_t>(answer.value)};
    start(id, nodes, static_cast<std::int64_t>(random.below(20'000)));
  }
  void count(const ResaleRow& row) {
    earned_ += row.income > Money() ? 1U : 0U;
    planned_ += row.open() ? 0U : 1U;
    for (const Take& take : row.takes) chains_ += take.by.resale ? 1U : 0U;
  }
  void expect_a_snapshot_is_the_state() const {
    Exchange read(places_without_accounts(), 0);
    EXPECT_TRUE(read.restore(exchange_.snapshot()).ok());
    EXPECT_EQ(read.snapshot(), exchange_.snapshot());
    EXPECT_EQ(read.state().resales(), exchange_.state().resales());
    EXPECT_EQ(read.state().deliveries(), exchange_.state().deliveries());
  }
  [[nodiscard]] std::int64_t spent(ParticipantId who) const {
    return 1'000'000 - balance(cash(who));
  }
  [[nodiscard]] const Resales& resales() const { return exchange_.state().resales(); }
  [[nodiscard]] const engine::Contract& contract(ContractId id) const {
    return exchange_.state().engine().contract(id);
  }

  std::uint64_t earned_ = 0, chains_ = 0, planned_ = 0;
};

TEST_F(ResaleTest, WhatNobodyTakesIsPaidAsTimePasses) {
  const ContractId id = run(kAlice, 4, {0});
  now_ = 40;
  end(id);
  EXPECT_EQ(balance(cash(kEast)), 160);
  EXPECT_EQ(spent(kAlice), 400) << "the rest is held";
  EXPECT_EQ(name_of(kHouse, TurnResales{}), "stale") << "it ends with what was granted";
  turn(100);
  EXPECT_EQ(balance(cash(kEast)), 400);
  EXPECT_EQ(spent(kAlice), 400);
  EXPECT_TRUE(resales().rows().empty());
}

TEST_F(ResaleTest, APartMayBeOwed) {
  take_or_pay(250'000);
  const ContractId id = run(kAlice, 4, {0});
  now_ = 40;
  end(id);
  turn(130);
  EXPECT_EQ(balance(cash(kEast)), 160 + 60) << "a quarter of 4 devices, 60 seconds";
  EXPECT_EQ(spent(kAlice), 220);
}

TEST_F(ResaleTest, WhatIsResoldCostsNobodyAnything) {
  const ContractId id = run(kAlice, 4, {0});
  now_ = 40;
  end(id);
  const ContractId other = run(kBob, 4, {1});
  EXPECT_EQ(resales().bought({false, other.value}, ResaleId{1}), 4U) << "of a pool, not of a node";
  now_ = 140;
  end(other);
  turn(140);
  EXPECT_EQ(balance(cash(kEast)), 160 + 240 + 160) << "each device-second once, to second 140";
  EXPECT_EQ(spent(kAlice), 160);
  EXPECT_EQ(spent(kBob), 400);
}

// At three quarters the supplier lacks a quarter of the price for what is resold.
TEST_F(ResaleTest, WhoSellsOwesTheWholePrice) {
  take_or_pay(750'000);
  const ContractId id = run(kAlice, 4, {0});
  now_ = 20;
  end(id);
  EXPECT_EQ(resales().find(ResaleId{1})->terms.ask, Price(900)) << "below it selling loses";
  run(kBob, 2, {1}, 7'200);
  turn(100);
  now_ = 120;
  end(ContractId{1});
  // Alice: 80 used, 320 left; three quarters of it, and of the half that Bob took a quarter more.
  EXPECT_EQ(spent(kAlice), 80 + 240 + 40 - 2 * 2 * 80);
  EXPECT_EQ(balance(cash(kEast)), 80 + 240 + 40 + 2 * 2 * 20);
  EXPECT_EQ(spent(kBob), 2 * 2 * 100);
}

TEST_F(ResaleTest, NobodyPaysBelowTheAsk) {
  const ContractId id = run(kAlice, 8, {0, 1});
  const std::uint64_t sold = must(kAlice, ResellContract{id, 4, 0, 0, Price(5'000)});
  EXPECT_EQ(sold, 1U);
  EXPECT_EQ(contract(id).nodes, std::vector<std::uint32_t>{0});
  const ContractId low = run(kBob, 4, {1});
  EXPECT_EQ(resales().unsold(PoolId{0}), 4U) << "the third node is free";
  now_ = 50;
  const ContractId high = run(kBob, 4, {2}, 5'000);
  EXPECT_EQ(resales().bought({false, high.value}, ResaleId{1}), 4U);
  turn(100);
  end(id);
  end(low);
  EXPECT_EQ(spent(kAlice), 800 - 278) << "half of what 4 devices cost at 5,000";
}

// Whoever touches a dearer step takes nothing that was sold on a cheaper one: its seller would have
// what the supplier asks.
TEST_F(ResaleTest, OfAPoolWithStepsOnlyWhatBringsTheStepIsTaken) {
  must(kEast, ChangeSteps{PoolId{0}, {{4, Price(3'600)}, {8, Price(7'200)}}});
  const ContractId id = run(kAlice, 4, {0});
  must(kAlice, ResellContract{id, 4, 0, 0, Price(5'000)});
  run(kBob, 4, {0}, 3'600);
  now_ = 10;
  const ContractId high = run(kBob, 4, {1}, 7'200);
  EXPECT_EQ(resales().unsold(PoolId{0}), 4U) << "5,000 are paid, but not to the supplier";
  EXPECT_TRUE(resales().bought({false, high.value}).empty());
  end(ContractId{1});
  end(high);
  const ContractId low = run(kBob, 2, {1}, 3'600);
  EXPECT_EQ(resales().bought({false, low.value}, ResaleId{2}), 2U) << "of the first step again";
}

TEST_F(ResaleTest, TheSupplierTakesBackWhatItSellsItself) {
  const ContractId id = run(kAlice, 8, {0, 1});
  must(kAlice, ResellContract{id, 4, 0, 0, Price(9'000)});
  run(kBob, 4, {2});
  now_ = 50;
  run(kBob, 1, {1});
  EXPECT_EQ(resales().find(ResaleId{1})->terms.devices, 3U);
  now_ = 100;
  end(id);
  end(ContractId{1});
  turn(100);
  now_ = 150;
  end(ContractId{2});
  EXPECT_EQ(spent(kAlice), 400 + 200 + 150) << "one device of four, for half of the time";
  EXPECT_EQ(spent(kBob), 500);
  EXPECT_EQ(balance(cash(kEast)), spent(kAlice) + spent(kBob));
}

TEST_F(ResaleTest, NobodyOwesForDevicesThatAreDown) {
  const ContractId id = run(kAlice, 12, {0, 1, 2});
  now_ = 50;
  end(id);
  now_ = 75;
  must(kEast, ReportNodes{{PoolId{0}, 2, 3, false}});
  EXPECT_EQ(resales().unsold(PoolId{0}), 8U);
  turn(100);
  EXPECT_EQ(spent(kAlice), 12 * 50 + 12 * 25 + 8 * 25);
}

TEST_F(ResaleTest, OwnersMayKeepTheirDevicesFromSale) {
  const ContractId id = run(kAlice, 12, {0, 1, 2});
  now_ = 50;
  must(kEast, EndContract{id, EndReason::kCompleted, engine::kPpm, false});
  EXPECT_EQ(resales().find(ResaleId{1})->terms.ask, kAskNever);
  run(kBob, 4, {0}, 9'000);
  EXPECT_EQ(resales().find(ResaleId{1})->terms.devices, 8U) << "the supplier has sold them itself";
  turn(100);
  EXPECT_EQ(spent(kAlice), 600 + 400);
}

TEST_F(ResaleTest, OwnersMayKeepAllTheirDevicesFromSale) {
  must(kAlice, AllowResale{kAlice, false});
  const ContractId hers = run(kAlice, 4, {0}), his = run(kBob, 4, {1});
  const ContractId again = run(kAlice, 4, {2});
  now_ = 50;
  end(hers);
  end(his);
  EXPECT_EQ(resales().find(ResaleId{1})->terms.ask, kAskNever);
  EXPECT_EQ(resales().find(ResaleId{2})->terms.ask, Price(0)) << "each says it for itself";
  must(kAlice, CancelOrder{contract(again).order});
  EXPECT_EQ(resales().find(ResaleId{3})->terms.ask, kAskNever);
  must(kAlice, AllowResale{kAlice, true});
  now_ = 60;
  const ContractId last = run(kBob, 4, {2});
  now_ = 70;
  must(kHouse, Dispatch{engine::EndContract{last}});
  EXPECT_EQ(resales().rows().rbegin()->second.terms.ask, Price(0));
  turn(200);
}

// The order is forgotten before the contract is: whose it was nobody knows, nor has to.
TEST_F(ResaleTest, AnOldContractDoesNotEndAgain) {
  const ContractId id = run(kAlice, 4, {0});
  now_ = 50;
  end(id);
  turn(200);
  must(kHouse, Dispatch{engine::DropHistory{1, 0}});
  ASSERT_FALSE(exchange_.state().engine().knows(OrderId{0}));
  ASSERT_TRUE(exchange_.state().engine().knows(id));
  EXPECT_EQ(name_of(kEast, EndContract{id}), "not-running");
  EXPECT_EQ(name_of(kHouse, Dispatch{engine::EndContract{id}}), "not-running");
  EXPECT_EQ(name_of(kHouse, Dispatch{engine::EndContract{ContractId{77}}}), "unknown");
}

TEST_F(ResaleTest, OnesOwnWordAtTheEndIsAboveTheSetting) {
  must(kHouse, AllowResale{kAlice, false});
  const ContractId id = run(kAlice, 8, {0, 1});
  now_ = 10;
  must(kAlice, ResellContract{id, 4, 0, 0, Price(0)});
  EXPECT_EQ(resales().find(ResaleId{1})->terms.ask, Price(0)) << "who asks for it has it";
  EXPECT_EQ(name_of(kBob, AllowResale{kAlice, true}), "not-yours");
  EXPECT_EQ(name_of(kHouse, AllowResale{ParticipantId{99}, true}), "unknown");
  EXPECT_EQ(name_of(kHouse, AllowResale{kHouse, false}), "unknown");
  EXPECT_FALSE(exchange_.state().participants()[kAlice.value].resell);
}

// A snapshot of the second version is one of today less those who keep their devices, less what
// agents said, and less shares and ends.
TEST_F(ResaleTest, TheSettingIsInASnapshot) {
  constexpr std::size_t kLease = 4 + 4 + 8 + 1 + 4;
  const std::size_t agents = exchange_.state().hubs().size() * kLease + 4 + 4 + 4 + 4;
  const auto before = [&] {
    static_cast<void>(exchange_.digest());
    std::string bytes = exchange_.snapshot();
    const std::size_t parts = 16 + engine::write_snapshot(exchange_.state().engine()).size() +
                              ledger::write_snapshot(exchange_.state().money()).size();
    bytes.replace(0, kSecondSnapshotMagic.size(), kSecondSnapshotMagic);
    return bytes.erase(bytes.size() - parts - 4 - agents, 4 + agents);
  };
  run(kAlice, 4, {0});
  Exchange old(places_without_accounts(), 0);
  const auto read = old.restore(before());
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(old.snapshot(), exchange_.snapshot());
  must(kAlice, AllowResale{kAlice, false});
  static_cast<void>(exchange_.digest());
  std::string bytes = exchange_.snapshot();
  ASSERT_TRUE(old.restore(bytes).ok());
  EXPECT_EQ(old.snapshot(), bytes);
  EXPECT_FALSE(old.state().participants()[kAlice.value].resell);
  EXPECT_TRUE(old.state().participants()[kBob.value].resell);
  const std::size_t parts = 16 + engine::write_snapshot(exchange_.state().engine()).size() +
                            ledger::write_snapshot(exchange_.state().money()).size();
  bytes[bytes.size() - parts - agents - 4] = 99;
  EXPECT_FALSE(old.restore(bytes).ok()) << "somebody who is not there";
}

// What the fifth version added is nothing here.
TEST_F(ResaleTest, AFourthSnapshotIsRead) {
  const ContractId id = run(kAlice, 4, {0});
  now_ = 50;
  end(id);
  static_cast<void>(exchange_.digest());
  std::string bytes = exchange_.snapshot();
  const std::size_t parts = 16 + engine::write_snapshot(exchange_.state().engine()).size() +
                            ledger::write_snapshot(exchange_.state().money()).size();
  bytes.replace(0, kFourthSnapshotMagic.size(), kFourthSnapshotMagic);
  bytes.erase(bytes.size() - parts - 8, 8);
  Exchange old(places_without_accounts(), 0);
  const auto read = old.restore(bytes);
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(old.snapshot(), exchange_.snapshot());
}

TEST_F(ResaleTest, ResoldDevicesMayBeResold) {
  const ContractId first = run(kAlice, 4, {0});
  now_ = 20;
  end(first);
  const ContractId second = run(kBob, 4, {0});  // to 120
  now_ = 40;
  end(second);
  EXPECT_EQ(resales().bought({true, 2}, ResaleId{1}), 4U) << "what it had taken goes on";
  const ContractId third = run(kAlice, 4, {0});  // to 140
  EXPECT_EQ(resales().bought({false, third.value}, ResaleId{2}), 4U);
  turn(100);
  turn(120);
  now_ = 140;
  end(third);
  EXPECT_EQ(spent(kBob), 80);
  EXPECT_EQ(spent(kAlice), 80 + 400);
  EXPECT_EQ(balance(cash(kEast)), 140 * 4);
}

// Whoever has them at the end of a resale in the middle of a chain pays the supplier from then on.
TEST_F(ResaleTest, AChainThatEndsInTheMiddleLeavesNothingForSale) {
  const ContractId first = run(kAlice, 12, {0, 1, 2});
  name_of(kHouse, Dispatch{engine::ExtendContract{first, 300}});
  now_ = 20;
  end(first);
  const ContractId second = run(kBob, 12, {0, 1, 2});  // to 120
  now_ = 60;
  end(second);
  const ContractId third = run(kAlice, 12, {0, 1, 2});  // to 160
  turn(120);
  EXPECT_EQ(resales().unsold(PoolId{0}), 0U);
  EXPECT_TRUE(resales().rows().empty()) << "the supplier sells them itself";
  now_ = 160;
  end(third);
  EXPECT_EQ(balance(cash(kEast)), 12 * 160);
}

TEST_F(ResaleTest, ALaterResaleBeginsAtItsSecond) {
  const ContractId id = run(kAlice, 3, {0});
  EXPECT_EQ(must(kAlice, ResellContract{id, 2, 40, 0, Price(0)}), 1U);
  EXPECT_EQ(contract(id).devices(), 3U);
  EXPECT_EQ(name_of(kAlice, ResellContract{id, 1, 0, 0, Price(0)}), "already-there");
  turn(40);
  EXPECT_EQ(contract(id).devices(), 1U) << "some of the devices of its only node";
  run(kBob, 2, {1});
  turn(100);
  end(id);
  now_ = 140;
  end(ContractId{1});
  EXPECT_EQ(spent(kAlice), 3 * 40 + 60);
  EXPECT_EQ(balance(cash(kEast)), spent(kAlice) + spent(kBob));
}

TEST_F(ResaleTest, AllOfItEndsTheContract) {
  const ContractId id = run(kAlice, 8, {0, 1});
  now_ = 30;
  EXPECT_EQ(must(kAlice, ResellContract{id, 8, 0, 100, Price(0)}), 1U);
  EXPECT_EQ(contract(id).end, 30);
  EXPECT_EQ(record(contract(id).order).state, engine::OrderState::kCancelled);
  // What begins later falls to a contract that ends before.
  const ContractId other = run(kBob, 4, {2});
  must(kBob, ResellContract{other, 4, 90, 0, Price(3'000)});
  now_ = 60;
  end(other);
  EXPECT_EQ(resales().find(ResaleId{2})->terms.from, 60);
  EXPECT_EQ(resales().find(ResaleId{2})->terms.ask, Price(3'000));
}

TEST_F(ResaleTest, WhatMayNotBeGivenUp) {
  const ContractId id = run(kAlice, 8, {0, 1});
  const auto asked = [&](ParticipantId who, ResellContract what) { return name_of(who, what); };
  EXPECT_EQ(asked(kBob, {id, 4, 0, 0, Price(0)}), "not-yours");
  EXPECT_EQ(asked(kEast, {id, 4, 0, 0, Price(0)}), "not-yours");
  EXPECT_EQ(asked(kAlice, {ContractId{7}, 4, 0, 0, Price(0)}), "unknown");
  EXPECT_EQ(asked(kAlice, {id, 4, 10, 50, Price(0)}), "interior");
  EXPECT_EQ(asked(kAlice, {id, 4, 0, 101, Price(0)}), "time");
  EXPECT_EQ(asked(kAlice, {id, 4, 100, 0, Price(0)}), "time");
  EXPECT_EQ(asked(kAlice, {id, 3, 0, 0, Price(0)}), "wrong-nodes");
  EXPECT_EQ(asked(kAlice, {id, 12, 0, 0, Price(0)}), "limit");
  EXPECT_EQ(asked(kAlice, {id, 4, 0, 0, Price(kPriceMax + 1)}), "limit");
  EXPECT_EQ(asked(kAlice, {id, 0, 0, 0, Price(0)}), "limit");
  EXPECT_EQ(name_of(kAlice, TurnResales{}), "not-yours");
  now_ = 100;
  EXPECT_EQ(asked(kAlice, {id, 4, 0, 0, Price(0)}), "time");
  end(id);
  EXPECT_EQ(asked(kAlice, {id, 4, 0, 0, Price(0)}), "not-running");
}

// ---- Own contracts -----------------------------------------------------------------------------

TEST_F(ResaleTest, NobodyPaysItself) {
  const ParticipantId lab{static_cast<std::uint32_t>(
      must(kHouse, OpenParticipant{"east-lab", Role::kParticipant, kEast, Money()}))};
  must(kHouse, Deposit{cash(lab), Money(50'000), 9});
  const ContractId paid = run(kAlice, 8, {0, 1});
  now_ = 20;
  end(paid);
  const ContractId own = run(lab, 8, {0, 1});
  EXPECT_TRUE(exchange_.state().money_of(own).own);
  EXPECT_EQ(resales().unsold(PoolId{0}), 4U) << "the supplier uses its devices itself";
  now_ = 60;
  EXPECT_EQ(name_of(kHouse, Dispatch{engine::ExtendContract{own, 900}}), "done");
  EXPECT_EQ(must(lab, ResellContract{own, 4, 0, 0, Price(0)}), 0U) << "there is nothing to sell";
  now_ = 120;
  end(own);
  turn(120);
  EXPECT_EQ(balance(cash(lab)), 50'000);
  EXPECT_EQ(spent(kAlice), 160 + 4 * 80);
  EXPECT_EQ(balance(cash(kEast)), spent(kAlice));
}

TEST_F(ResaleTest, MoneyForOnesOwnDevicesComesBack) {
  const ContractId id = run(kAlice, 4, {0});
  now_ = 40;
  end(id);
  const ContractId again = run(kAlice, 4, {0});
  now_ = 140;
  end(again);
  turn(140);
  EXPECT_EQ(spent(kAlice), 140 * 4);
  EXPECT_EQ(balance(cash(kEast)), 140 * 4);
}

// ---- Any commands ------------------------------------------------------------------------------

// Of resales no more is taken than there is, nothing is sold twice, and a snapshot is the state.
std::string wrong_resales(const State& state) {
  Resales again;  // everything derived, from the rows alone
  for (const auto& [number, row] : state.resales().rows()) again.restore(ResaleId{number}, row);
  again.count(ResaleId{state.resales().next().value - 1});
  if (!(again == state.resales()) || again.due() != state.resales().due()) return "rows or times";
  std::vector<std::int64_t> unsold(state.engine().places().pools.size());
  std::map<Holder, std::uint32_t> bought;
  for (const auto& [number, row] : state.resales().rows()) {
    for (const Take& take : row.takes) bought[take.by] += take.devices;
    if (row.over() && row.taken == 0) return "it is over, and nobody has it";
    if (row.grant == 0) continue;
    const ledger::RightRow* right = state.money().rights().find(row.right);
    const ledger::HoldRow* hold = state.money().holds().find(row.hold);
    if (right == nullptr || hold == nullptr) return "a resale that has begun owes nothing";
    if (hold->left != right->cost - right->paid) return "another amount is held than is owed";
    if (row.owed(row.terms.until) > (right->rectangle - right->delivered).raw()) {
      return "more is owed than there is";
    }
    if (row.over()) continue;
    if (row.taken > row.terms.devices) return "more is taken than there is";
    unsold[row.terms.pool.value] += row.terms.devices - row.taken;
  }
  for (std::uint32_t pool = 0; pool < unsold.size(); ++pool) {
    const auto free = static_cast<std::int64_t>(state.engine().pool(PoolId{pool}).free);
    if (unsold[pool] > free) return "more is offered than is free";
    if (static_cast<std::int64_t>(state.resales().unsold(PoolId{pool})) != unsold[pool] ||
        again.unsold(PoolId{pool}) != state.resales().unsold(PoolId{pool}) ||
        again.offers(PoolId{pool}) != state.resales().offers(PoolId{pool})) {
      return "offers of a pool";
    }
  }
  for (const auto& [by, devices] : bought) {
    const auto* seller = by.resale ? state.resales().find(ResaleId{by.id}) : nullptr;
    const std::uint32_t has = by.resale ? (seller == nullptr ? 0 : seller->terms.devices)
                                        : state.engine().contract(ContractId{by.id}).devices();
    if (devices > has) return "a holder has taken more than it has";
    if (again.bought(by) != state.resales().bought(by)) return "resales of a holder";
    if (!by.resale && state.engine().contract(ContractId{by.id}).end >= 0) return "it has ended";
  }
  return "";
}

// In the end hub 0 has an agent.
TEST_F(ResaleTest, AnyCommandsKeepWhatIsOwed) {
  Random random(5);
  AnyAgent agent(6);
  std::uint64_t whole = 0;
  for (int i = 0; i < 12'000; ++i) {
    now_ += static_cast<Second>(random.below(400) == 0 ? kSettleWithin : random.below(6));
    const auto draw = [&](std::uint64_t count) {
      return static_cast<std::uint32_t>(random.below(count));
    };
    const OrderId some{draw(exchange_.state().engine().order_count() + 1U)};
    const std::uint32_t contracts = exchange_.state().engine().contract_count();
    const ContractId recent{contracts - std::min(contracts, 1 + draw(5))};
    const auto who = ParticipantId{3 + draw(2)};
    const auto node = draw(3);
    const std::uint32_t epoch = agent.epoch(exchange_.state());
    if (i % 200 == 0) must(kHouse, Deposit{cash(who), Money(1'000'000), 9});
    switch (draw(i < 5'000 ? 14 : 18)) {
      case 0:
        if (draw(20) == 0) take_or_pay(draw(3) * 499'999);
        if (draw(4) == 0) ask(who, AllowResale{who, draw(2) == 0});
        break;
      case 1:
      case 2:
      case 3:
        start_some(random, who, node);
        break;
      case 4:
      case 5:
        ask(kEast, EndContract{recent, draw(6) == 0 ? EndReason::kFailed : EndReason::kCompleted,
                               engine::kPpm, draw(4) > 0, epoch});
        break;
      case 6:
      case 7: {
        const ResellContract resell{recent, 1 + draw(6), now_ + draw(40) - 20, 0,
                                    Price(draw(9'000))};
        whole += ask(who, resell).code == Code::kWhole ? 1U : 0U;
        break;
      }
      case 8:
        ask(kHouse, ReportNodes{{PoolId{0}, node, node + 1, draw(4) > 0}});
        break;
      case 9:
        ask(kEast, MeterContract{recent, now_ - draw(5), 0, epoch});
        break;
      case 10:
        ask(kHouse, Dispatch{engine::ExtendContract{recent, now_ + draw(100)}});
        break;
      case 11:
        ask(who, CancelOrder{some, draw(2) == 0});
        break;
      case 12:
      case 13:
        ask(kHouse, TurnResales{});
        break;
      default: {
        const auto [speaker, what] = agent.draw(exchange_.state(), now_);
        ask(speaker, what);
        break;
      }
    }
    EXPECT_EQ(wrong_resales(exchange_.state()), "");
    if (i % 100 == 0) expect_a_snapshot_is_the_state();
    for (const auto& [number, row] : resales().rows()) count(row);
    if (HasFailure()) FAIL() << "at step " << i;
  }
  EXPECT_GT(earned_, 100U);
  EXPECT_GT(chains_, 20U);
  EXPECT_GT(planned_, 20U);
  EXPECT_GT(whole, 10U);
  EXPECT_GT(seen<DeliveryPresumed>(), 50U);
  EXPECT_GT(seen<DeliverySettled>(), 50U);
}

// ---- The calendar ------------------------------------------------------------------------------

TEST_F(ResaleTest, AClosureHasNoGates) {
  must(kHouse, SetCalendar{{{900, 2'000, true, "maintenance"}, {2'000, 2'800, false, "holiday"}}});
  EXPECT_EQ(exchange_.state().next_gate(), 3'600);
  const OrderId id = submit(kAlice, 500);
  now_ = 1'000;
  EXPECT_EQ(name_of(kHouse, CloseGate{1}), "closed");
  EXPECT_EQ(start(id), "done") << "what waits goes on";
  const OrderId later = submit(kAlice, 500);
  now_ = 2'000;
  EXPECT_EQ(start(later), "closed");
  now_ = 2'799;
  EXPECT_EQ(start(submit(kBob, 500)), "closed");
  now_ = 2'800;
  EXPECT_EQ(start(submit(kBob, 500), {1}), "done");
  must(kHouse, CloseGate{1});
}

TEST_F(ResaleTest, ACalendarIsInOrder) {
  const auto asked = [&](std::vector<Closure> closures) {
    return name_of(kHouse, SetCalendar{std::move(closures)});
  };
  EXPECT_EQ(asked({{5, 5, true, "nothing"}}), "limit");
  EXPECT_EQ(asked({{5, 9, true, "a"}, {8, 12, true, "b"}}), "limit");
  EXPECT_EQ(asked({{5, 9, true, ""}}), "limit");
  EXPECT_EQ(asked(std::vector<Closure>(kClosuresMax + 1, {5, 9, true, "a"})), "limit");
  EXPECT_EQ(asked({{5, 9, true, "a"}, {9, 12, true, "b"}}), "done");
}

}  // namespace
}  // namespace tongsuan::exchange::testing
