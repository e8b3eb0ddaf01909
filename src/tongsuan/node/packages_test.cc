// Packages through real rounds: awarded, after a restart started, paid, and ended with their legs.
#include <gtest/gtest.h>
#include <thread>

#include "tongsuan/engine/any_command.h"
#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/node.h"
#include "tongsuan/node/node_fixture.h"
#include "tongsuan/node/recheck.h"

namespace tongsuan::node {
namespace {

using engine::kHour;
using engine::OrderState;
using engine::Package;
using engine::PackageKind;
using engine::testing::curve_of;
using engine::testing::package_order;
using exchange::Code;
using exchange::testing::cash;
using exchange::testing::kAlice;
using exchange::testing::kEast;
using exchange::testing::kWest;
using ledger::kHouse;

constexpr ClassId kA{0};
constexpr std::int64_t kDeposit = 1'000'000'000;

class NodePackagesTest : public testing::WithNode {
 protected:
  void start() {
    journal_ = std::make_unique<journal::SimJournal>(disk_, 1, journal::SimJournalFaults{});
    NodeOptions options;
    options.batch.state_every = 10;
    node_ = std::make_unique<Node>(Genesis{places(), 0}, *journal_, clock_,
                                   std::make_unique<MarketDriver>(engine::Energy(), live_rules()),
                                   options);
    const auto started = node_->start(
        [](const journal::Failure& failure) { ADD_FAILURE() << journal::to_string(failure); });
    ASSERT_TRUE(started.ok()) << journal::to_string(started.error());
  }
  void open() {
    start();
    for (const char* name : {"east", "west"}) {
      must(kHouse, exchange::OpenParticipant{name, exchange::Role::kHub, kHouse, Money()});
    }
    must(kHouse, exchange::OpenParticipant{"alice", exchange::Role::kParticipant, kHouse, Money()});
    must(kHouse, exchange::AssignHub{HubId{0}, kEast});
    must(kHouse, exchange::AssignHub{HubId{1}, kWest});
    must(kHouse, exchange::Deposit{cash(kAlice), Money(kDeposit), 7});
  }
  OrderId send(Package package) {
    return OrderId{static_cast<std::uint32_t>(
        must(kAlice, exchange::SubmitOrder{package_order(std::move(package)), "steady"}))};
  }
  void at(Second now, const std::function<bool(const engine::State&)>& done) {
    clock_.set(now);
    bool is_done = false;
    for (int i = 0; i < 5'000 && !is_done; ++i) {
      if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      node_->read([&](const View& view) { is_done = done(view.state.engine()); });
    }
    EXPECT_TRUE(is_done) << "it never came, at " << now;
  }
  // The first gate, and its round.
  void first_round() {
    at(900, [](const engine::State& state) { return state.round() == 1; });
  }
  void be_consistent() {
    node_->read([](const View& view) {
      EXPECT_EQ(exchange::testing::wrong_money(view.state), "");
      EXPECT_EQ(engine::testing::broken_invariant(view.state.engine()), "");
    });
  }
};

// Four devices for three hours one after the other, in the east or in the west.
Package service() {
  Package package{PackageKind::kService, {}, {}, kNone, {}};
  for (const HubId hub : {HubId{0}, HubId{1}}) {
    package.alternatives.push_back({80'000,
                                    {{kA, hub, 4, 4 * kHour, 5 * kHour},
                                     {kA, hub, 4, 5 * kHour, 6 * kHour},
                                     {kA, hub, 4, 6 * kHour, 7 * kHour}}});
  }
  return package;
}

TEST_F(NodePackagesTest, AServiceRunsThreeHoursAtOneHubAsAgreed) {
  open();
  const OrderId order = send(service());
  first_round();
  at(901,
     [&](const engine::State& state) { return state.order(order).state == OrderState::kAwarded; });
  const Told<WhyAnswer> why = node_->shelf().why(order, std::nullopt);
  ASSERT_TRUE(why.ok()) << why.error().what;
  EXPECT_EQ(why.value().standing, Standing::kInBook);
  ASSERT_TRUE(why.value().explained);
  EXPECT_EQ(why.value().explained->reason, clearing::Reason::kPlaced);
  ASSERT_TRUE(why.value().explained->placed);
  const std::string hub = why.value().explained->placed->hub;
  be_consistent();
  node_->stop();
  start();  // whoever begins again keeps what was promised
  const auto part = [&](std::uint32_t i) { return OrderId{order.value + i}; };
  for (std::uint32_t i = 1; i <= 3; ++i) {
    at((3 + i) * kHour, [&](const engine::State& state) {
      return state.order(part(i)).state == OrderState::kRunning;
    });
    node_->read([&](const View& view) {
      const engine::State& state = view.state.engine();
      const engine::Contract& contract =
          state.contract(engine::ContractId{state.order(part(i)).contract});
      EXPECT_EQ(contract.start, (3 + i) * kHour) << "in this second";
      EXPECT_EQ(contract.expected_end, (4 + i) * kHour);
      const HubId at = state.places().pools[contract.pool.value].hub;
      EXPECT_EQ(state.places().hub_names[at.value], hub);
    });
    const Told<WhyAnswer> of_part = node_->shelf().why(part(i), std::nullopt);
    EXPECT_TRUE(of_part.ok());
  }
  at(7 * kHour,
     [&](const engine::State& state) { return state.order(part(3)).state == OrderState::kDone; });
  node_->read([&](const View& view) {
    for (std::uint32_t i = 1; i <= 3; ++i) {
      EXPECT_EQ(view.state.engine().order(part(i)).state, OrderState::kDone);
    }
    // At 3,600 micro-yuan a device-hour.
    EXPECT_EQ(view.state.money().balance(cash(kAlice)), Money(kDeposit - 12 * 3'600));
    EXPECT_EQ(view.index.parts_of(order).size(), 3U);
  });
  be_consistent();
  node_->stop();
  exchange::Exchange fresh(places(), 0);
  const auto seen = recheck(*journal::sim_reader(disk_), fresh, {}, market::Workers());
  EXPECT_TRUE(seen.ok()) << journal::to_string(seen.error());
}

TEST_F(NodePackagesTest, AProfileWhoseSecondLegHasNoRoomWaitsWhole) {
  open();
  // Class B of the east is full until the tenth hour.
  engine::LiveOrder full;
  full.latest_start = 100'000;
  full.value = 400'000;
  full.ways = {{ClassId{1}, 4, 10 * kHour}};
  const auto running =
      OrderId{static_cast<std::uint32_t>(must(kAlice, exchange::SubmitOrder{full, "full"}))};
  at(1, [&](const engine::State& state) {
    return state.order(running).state == OrderState::kRunning;
  });
  const Package profile{PackageKind::kProfile,
                        {{90'000,
                          {{kA, HubId{0}, 4, 4 * kHour, 5 * kHour},
                           {ClassId{1}, HubId{0}, 2, 5 * kHour, 6 * kHour}}}},
                        {},
                        kNone,
                        {}};
  const OrderId order = send(profile);
  const OrderId curve =
      send(curve_of({{Price(9'000), 8}, {Price(3'000), 4}}, {kA, HubId{1}, 0, kHour, 3 * kHour}));
  first_round();
  at(901,
     [&](const engine::State& state) { return state.order(curve).state == OrderState::kAwarded; });
  node_->read([&](const View& view) {
    EXPECT_EQ(view.state.engine().order(order).state, OrderState::kWaiting);
    EXPECT_EQ(view.state.left_of(order), Money(90'000)) << "it goes on waiting with its hold";
    EXPECT_EQ(view.state.engine().order(curve).done_ppm, 666'666U);
    EXPECT_EQ(view.state.engine().blocks().size(), 1U) << "of the curve alone";
  });
  const Told<WhyAnswer> why = node_->shelf().why(order, std::nullopt);
  ASSERT_TRUE(why.ok()) << why.error().what;
  EXPECT_EQ(why.value().standing, Standing::kInBook);
  const Told<WhyAnswer> of_curve = node_->shelf().why(curve, std::nullopt);
  ASSERT_TRUE(of_curve.ok()) << of_curve.error().what;
  EXPECT_EQ(of_curve.value().explained->reason, clearing::Reason::kPlaced);
  // When the room comes free, the next round has it.
  node_->read([&](const View& view) {
    EXPECT_EQ(view.state.engine().order(running).state, OrderState::kRunning);
  });
  must(kHouse, exchange::EndContract{engine::ContractId{0}});
  at(1'800,
     [&](const engine::State& state) { return state.order(order).state == OrderState::kAwarded; });
  be_consistent();
}

TEST_F(NodePackagesTest, WhatNobodyAwardsLeavesWithItsLastSecond) {
  open();
  const OrderId order = send({PackageKind::kOptions,
                              {{100, {{kA, HubId{0}, 4, 2 * kHour, 3 * kHour}}},
                               {90, {{kA, HubId{1}, 4, kHour, 3 * kHour}}}},
                              {},
                              kNone,
                              {}});
  first_round();
  const Told<WhyAnswer> why = node_->shelf().why(order, std::nullopt);
  ASSERT_TRUE(why.ok()) << why.error().what;
  ASSERT_TRUE(why.value().explained);
  EXPECT_EQ(why.value().explained->reason, clearing::Reason::kOutbid);
  EXPECT_EQ(why.value().explained->hubs.size(), 2U) << "an option of one leg has its price";
  at(2 * kHour,
     [&](const engine::State& state) { return state.order(order).state == OrderState::kLeft; });
  node_->read([&](const View& view) {
    EXPECT_EQ(view.state.money().balance(cash(kAlice)), Money(kDeposit));
  });
}

}  // namespace
}  // namespace tongsuan::node
