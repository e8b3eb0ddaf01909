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
  const Place placed = *why.value().explained->placed;
  const std::string hub = placed.hub;
  ASSERT_EQ(placed.legs.size(), 3U);
  node_->read([&](const View& view) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      const engine::State& state = view.state.engine();
      const engine::Block& block = *state.block(OrderId{order.value + 1 + i});
      EXPECT_EQ(placed.legs[i].price, block.price);
      EXPECT_EQ(placed.legs[i].begin, block.begin);
      EXPECT_EQ(placed.legs[i].cost, Money(state.order(block.order).order.value));
    }
  });
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
  ASSERT_EQ(why.value().explained->hubs.size(), 2U);
  for (const HubCost& each : why.value().explained->hubs) {
    ASSERT_EQ(each.place.legs.size(), 1U);
    EXPECT_EQ(each.place.legs.front().hub, each.place.hub);
    EXPECT_GT(each.short_by, Money());
  }
  at(2 * kHour,
     [&](const engine::State& state) { return state.order(order).state == OrderState::kLeft; });
  node_->read([&](const View& view) {
    EXPECT_EQ(view.state.money().balance(cash(kAlice)), Money(kDeposit));
  });
}

// ---- Quotes ------------------------------------------------------------------------------------

class PackageQuotes : public NodePackagesTest {
 protected:
  // A round with an order of its own.
  void open_with_a_round() {
    open();
    send(service());
    first_round();
    at(901, [](const engine::State& state) { return state.order_count() > 1; });
  }
  Told<Quote> quote(Package package) {
    return node_->shelf().quote(package_order(std::move(package)), 901);
  }
  // What the next round really books.
  void is_booked_as_quoted(const Package& package) {
    const Told<Quote> quoted = quote(package);
    ASSERT_TRUE(quoted.ok()) << quoted.error().what;
    EXPECT_FALSE(quoted.value().now) << "it never starts at once";
    ASSERT_TRUE(quoted.value().round);
    ASSERT_TRUE(quoted.value().round->placed)
        << clearing::reason_name(quoted.value().round->reason);
    const Place place = *quoted.value().round->placed;
    const OrderId order = send(package);
    const Second gate = 900 * ++rounds_ + 900;
    at(gate, [&](const engine::State& state) {
      return state.order(order).state == OrderState::kAwarded;
    });
    node_->read([&](const View& view) {
      const engine::State& state = view.state.engine();
      const std::vector<OrderId> parts = view.index.parts_of(order);
      ASSERT_EQ(parts.size(), place.legs.size());
      Money sum;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const engine::LiveOrder& part = state.order(parts[i]).order;
        EXPECT_EQ(place.legs[i].devices, part.ways.front().gang);
        EXPECT_EQ(place.legs[i].price, part.package->agreed);
        EXPECT_EQ(place.legs[i].cost, Money(part.value));
        EXPECT_EQ(place.legs[i].begin, part.not_before);
        EXPECT_EQ(place.legs[i].hub, state.places().hub_names[part.hubs.front().value]);
        sum = sum + place.legs[i].cost;
      }
      EXPECT_EQ(place.cost, sum);
      EXPECT_LE(place.cost, place.value);
    });
  }
  Second rounds_ = 0;
};

TEST_F(PackageQuotes, AreWhatTheNextRoundBooks) {
  open_with_a_round();
  is_booked_as_quoted({PackageKind::kOptions,
                       {{90'000, {{kA, HubId{0}, 2, 9 * kHour, 10 * kHour}}},
                        {95'000, {{kA, HubId{1}, 2, 9 * kHour + 600, 10 * kHour}}}},
                       {},
                       kNone,
                       {}});
  is_booked_as_quoted(
      {PackageKind::kProfile,
       {{190'000,
         {{kA, HubId{0}, 4, 10 * kHour, 11 * kHour}, {kA, HubId{1}, 2, 11 * kHour, 12 * kHour}}}},
       {},
       kNone,
       {}});
  is_booked_as_quoted(curve_of({{Price(9'000), 4}}, {kA, HubId{1}, 0, 12 * kHour, 14 * kHour}));
  be_consistent();
}

TEST_F(PackageQuotes, OfOneThatIsOutbidSayWhatWouldPlaceIt) {
  open_with_a_round();
  Package poor{
      PackageKind::kOptions,
      {{100, {{kA, HubId{0}, 4, 9 * kHour, 11 * kHour}}},
       {90, {{kA, HubId{1}, 4, 9 * kHour, 10 * kHour}, {kA, HubId{0}, 4, 10 * kHour, 11 * kHour}}}},
      {},
      kNone,
      {}};
  const Told<Quote> quoted = quote(poor);
  ASSERT_TRUE(quoted.ok()) << quoted.error().what;
  const Explained& told = *quoted.value().round;
  EXPECT_EQ(told.reason, clearing::Reason::kOutbid);
  EXPECT_FALSE(told.placed);
  ASSERT_EQ(told.hubs.size(), 2U);
  ASSERT_EQ(told.changes.size(), 1U) << "no other time or hub is cheaper";
  const Advice& change = told.changes.front();
  EXPECT_EQ(change.kind, clearing::ChangeKind::kValue);
  EXPECT_LE(change.place.cost, change.place.value);
  EXPECT_FALSE(change.place.legs.empty());
  for (engine::Alternative& each : poor.alternatives) each.value += change.more.raw();
  const Told<Quote> raised = quote(poor);
  ASSERT_TRUE(raised.ok());
  EXPECT_EQ(raised.value().round->reason, clearing::Reason::kPlaced);
  EXPECT_EQ(raised.value().round->placed->cost, change.place.cost);
}

TEST_F(PackageQuotes, AreRefusedWithWhatIsWrong) {
  open();
  const auto why_not = [&](Second begin, std::uint32_t gang) {
    const Told<Quote> quoted = quote({PackageKind::kProfile,
                                      {{9'000, {{kA, HubId{0}, gang, begin, begin + kHour}}}},
                                      {},
                                      kNone,
                                      {}});
    EXPECT_FALSE(quoted.ok());
    return std::string(quoted.ok() ? "" : refused_name(quoted.error().why));
  };
  EXPECT_EQ(why_not(9 * kHour, 1), "not-cleared");
  send(service());
  first_round();
  at(901, [](const engine::State& state) { return state.order_count() > 1; });
  EXPECT_EQ(why_not(300 * kHour, 1), "out-of-reach");
  EXPECT_EQ(why_not(800, 1), "bad-order") << "it is over";
  EXPECT_EQ(why_not(9 * kHour, 4'000), "bad-order");
}

}  // namespace
}  // namespace tongsuan::node
