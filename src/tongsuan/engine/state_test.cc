#include "tongsuan/engine/state.h"

#include <gtest/gtest.h>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/state_fixture.h"

namespace tongsuan::engine {
namespace {

using testing::broken_invariant;
using testing::Dump;
using testing::small_order;
using testing::small_places;

class Exchange : public ::testing::Test {
 protected:
  Exchange() : engine_(small_places()) {}
  void run(Second at, Command command) {
    engine_.execute(at, std::move(command), events_);
    ASSERT_FALSE(engine_.refusal()) << refusal_name(*engine_.refusal());
    ASSERT_EQ(broken_invariant(engine_.state()), "");
  }
  void submit(std::uint32_t gang) { run(0, SubmitOrder{small_order(gang)}); }
  void start(std::uint32_t order, std::vector<std::uint32_t> nodes) {
    run(0, StartOrder{OrderId{order}, 0, PoolId{0}, std::move(nodes), Price(5)});
  }
  [[nodiscard]] const PoolState& pool() const { return engine_.state().pool(PoolId{0}); }
  [[nodiscard]] const OrderRecord& order(std::uint32_t id) const {
    return engine_.state().order(OrderId{id});
  }

  Engine engine_;
  std::vector<Event> events_;
};

TEST_F(Exchange, SmallGangsShareANode) {
  submit(3);
  submit(1);
  start(0, {1});
  start(1, {1});
  EXPECT_EQ(pool().nodes[1].free, 0U);
  EXPECT_EQ(pool().free, 8U);
  EXPECT_EQ(pool().whole_free(), 2U);
  EXPECT_EQ(pool().largest_free(), 4U);
  EXPECT_EQ(pool().running, 2U);
}

TEST_F(Exchange, LargeGangsTakeWholeNodes) {
  submit(5);
  start(0, {0, 2});
  EXPECT_EQ(engine_.state().contract(ContractId{0}).devices(), 8U);
  EXPECT_EQ(pool().free, 4U);
}

TEST_F(Exchange, AGangMayAskForTheWholeNode) {
  LiveOrder whole = small_order(1);
  whole.whole_nodes = true;
  run(0, SubmitOrder{whole});
  start(0, {0});
  EXPECT_EQ(pool().nodes[0].free, 0U);
}

TEST_F(Exchange, ANodeIsBusyUntilTheLastOfItsContracts) {
  submit(1);
  submit(1);
  start(0, {0});
  run(50, StartOrder{OrderId{1}, 0, PoolId{0}, {0}, Price(5)});
  EXPECT_EQ(pool().nodes[0].busy_until, 150);
  run(60, ExtendContract{ContractId{0}, 400});
  EXPECT_EQ(pool().nodes[0].busy_until, 400);
  run(70, EndContract{ContractId{0}});
  EXPECT_EQ(pool().nodes[0].busy_until, 150);
  run(80, EndContract{ContractId{1}});
  EXPECT_EQ(pool().nodes[0].busy_until, 0);
}

TEST_F(Exchange, WhatIsDoneIsNotDoneAgain) {
  submit(1);
  start(0, {0});
  run(70, EndContract{ContractId{0}, EndReason::kPreempted, 700'000});
  EXPECT_EQ(order(0).state, OrderState::kWaiting);
  EXPECT_EQ(order(0).stops, 1U);
  EXPECT_EQ(order(0).waiting_since, 70);
  EXPECT_EQ(State::remaining(order(0), 0), 30);
  run(80, StartOrder{OrderId{0}, 0, PoolId{0}, {1}, Price(5)});
  EXPECT_EQ(engine_.state().contract(ContractId{1}).expected_end, 110);
  EXPECT_EQ(order(0).first_start, 0);
}

TEST_F(Exchange, NodesThatGoDownFailWhatRunsOnThem) {
  submit(8);
  submit(1);
  start(0, {0, 1});
  start(1, {2});
  events_.clear();
  run(10, ReportNodes{PoolId{0}, 1, 3, false});
  ASSERT_EQ(events_.size(), 3U) << "each contract fails once, then the nodes change";
  EXPECT_EQ(std::get<ContractEnded>(events_[0].what).reason, EndReason::kFailed);
  EXPECT_EQ(order(0).state, OrderState::kWaiting);
  EXPECT_EQ(pool().up, 4U);
  EXPECT_EQ(pool().free, 4U);
  run(11, ReportNodes{PoolId{0}, 0, 3, true});
  EXPECT_EQ(pool().free, 12U);
}

TEST_F(Exchange, ALinkMovesOneDataSetAfterTheOther) {
  Places places = small_places();
  places.data_sets.push_back({55, {HubId{0}}});
  Engine engine(places);
  const auto ready = [&](std::uint32_t data) {
    return std::get<TransferStarted>(engine.execute(7, StartTransfer{data, LinkId{0}})[0].what)
        .ready;
  };
  EXPECT_EQ(ready(0), 107);
  EXPECT_EQ(ready(1), 113) << "after the first, and seconds round up";
  EXPECT_EQ(engine.state().link(LinkId{0}).moved_mb, 1'055);
  EXPECT_FALSE(engine.state().data(0).at[1]);
  engine.execute(107, EndTransfer{0, HubId{1}});
  EXPECT_TRUE(engine.state().data(0).at[1]);
}

TEST_F(Exchange, PoolsOfAnOrderAreThoseItFits) {
  const State& state = engine_.state();
  EXPECT_EQ(state.pools_of(small_order(8), 0), (std::vector<PoolId>{PoolId{0}, PoolId{2}}));
  EXPECT_EQ(state.pools_of(small_order(9), 0), (std::vector<PoolId>{PoolId{0}}));
  LiveOrder west = small_order(1);
  west.hubs = {HubId{1}};
  EXPECT_EQ(state.pools_of(west, 0), (std::vector<PoolId>{PoolId{2}}));
}

// An order for second 500 with a block on nodes 0 and 1 of pool 0.
class WithBlock : public Exchange {
 protected:
  WithBlock() {
    LiveOrder later = small_order(8);
    later.not_before = 500;
    later.premium = 50;
    run(0, SubmitOrder{later});
    run(0, BookBlock{OrderId{0}, 0, PoolId{0}, {0, 1}, 500, Price(6)});
  }
  [[nodiscard]] const Block* block() const { return engine_.state().block(OrderId{0}); }
};

TEST_F(WithBlock, IsThereUntilItsOrderStarts) {
  ASSERT_NE(block(), nullptr);
  EXPECT_EQ(block()->end, 600);
  EXPECT_EQ(block()->per_node, 4U);
  run(500, OpenOrder{OrderId{0}});
  EXPECT_EQ(order(0).waiting_since, 500);
  run(500, StartOrder{OrderId{0}, 0, PoolId{0}, {0, 1}, Price(6)});
  EXPECT_EQ(block(), nullptr);
  EXPECT_EQ(engine_.state().contract(ContractId{0}).promised, 500);
}

TEST_F(WithBlock, IsNotKeptByAStartElsewhere) {
  run(500, StartOrder{OrderId{0}, 0, PoolId{2}, {0, 1}, Price(6)});
  EXPECT_EQ(block(), nullptr);
  EXPECT_EQ(engine_.state().contract(ContractId{0}).promised, -1);
}

TEST_F(WithBlock, OthersRunOnItsNodesBefore) {
  submit(4);
  run(400, StartOrder{OrderId{1}, 0, PoolId{0}, {0}, Price(5)});
  EXPECT_EQ(engine_.state().contract(ContractId{0}).expected_end, 500);
}

TEST_F(WithBlock, IsReleasedWithItsNodes) {
  events_.clear();
  run(9, ReportNodes{PoolId{0}, 1, 2, false});
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(std::get<BlockReleased>(events_[0].what).reason, ReleaseReason::kNodeDown);
  EXPECT_EQ(block(), nullptr);
  EXPECT_EQ(order(0).state, OrderState::kWaiting);
}

TEST_F(WithBlock, IsReleasedWithItsOrder) {
  events_.clear();
  run(9, CancelOrder{OrderId{0}});
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(std::get<BlockReleased>(events_[0].what).reason, ReleaseReason::kOrderGone);
}

TEST_F(WithBlock, IsBookedAnewInThePlaceOfTheFormer) {
  events_.clear();
  run(9, BookBlock{OrderId{0}, 0, PoolId{0}, {1, 2}, 550, Price(6)});
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(std::get<BlockReleased>(events_[0].what).reason, ReleaseReason::kRebooked);
  EXPECT_EQ(block()->nodes, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(block()->begin, 550);
}

TEST(ValueAt, FallsFromWhenItIsWanted) {
  LiveOrder order = small_order(1, 100);
  order.delay_cost = 400;
  order.not_before = 3'700;
  EXPECT_EQ(value_at(order, 3'700), 1'000);
  EXPECT_EQ(value_at(order, 7'300), 600);
}

TEST(ValueAt, FallsByTheHourAndNotBelowZero) {
  LiveOrder order = small_order(1, 100);
  order.delay_cost = 400;
  EXPECT_EQ(value_at(order, 0), 1'000);
  EXPECT_EQ(value_at(order, 100 + 1'800), 800);
  EXPECT_EQ(value_at(order, 100 + 9'000), 0);
  EXPECT_EQ(value_at(order, kSecondsMax), 0);
}

TEST(ValueAt, FallsFromTheEndOfTheGraceOn) {
  LiveOrder order = small_order(1, 100);
  order.delay_cost = 400;
  order.grace = 7'200;
  for (const Second start : {Second{0}, Second{100}, Second{100 + 7'200}}) {
    EXPECT_EQ(value_at(order, start), 1'000);
  }
  EXPECT_EQ(value_at(order, 100 + 7'200 + 1'800), 800);
  EXPECT_EQ(value_at(order, kSecondsMax), 0);
  EXPECT_EQ(costly_wait(order, 200, 7'200), 0);
  EXPECT_EQ(costly_wait(order, 200, 7'400), 100);
  EXPECT_EQ(costly_wait(order, 8'000, 8'500), 500);
}

// ---- Any commands
// --------------------------------------------------------------------------------

// Commands about things that are mostly there, with numbers that are mostly good.
class AnyCommand {
 public:
  AnyCommand(Random& random, const State& state) : random_(random), state_(state) {}

  Command draw() {
    switch (random_.below(18)) {
      case 11:
      case 12:
        return book();
      case 13:
        return ReleaseBlock{order()};
      case 14:
        return OpenOrder{order()};
      case 0:
        return CancelOrder{order()};
      case 1:
        return ExpireOrder{order()};
      case 2:
        return ReportNodes{pool(), below(4), below(5), random_.below(3) > 0};
      case 3:
        return ChangeAsk{pool(), Price(random_.between(-1, 9))};
      case 4:
      case 5:
        return EndContract{contract(), static_cast<EndReason>(random_.below(4)),
                           below(kPpm + kPpm / 8)};
      case 6:
        return ExtendContract{contract(), state_.now() + random_.between(-5, 300)};
      case 7:
        return transfer();
      case 8:
        return close();
      case 9:
      case 10:
        return start();
      default:
        return SubmitOrder{live_order()};
    }
  }

 private:
  std::uint32_t below(std::uint64_t bound) {
    return static_cast<std::uint32_t>(random_.below(bound));
  }
  // Now and then the largest number there is.
  std::uint32_t near(std::uint32_t count) {
    if (random_.below(60) == 0) return kNone;
    return count == 0 || random_.below(30) == 0 ? count : below(count);
  }
  OrderId order() { return OrderId{near(state_.order_count())}; }
  ContractId contract() { return ContractId{near(state_.contract_count())}; }
  PoolId pool() { return PoolId{near(static_cast<std::uint32_t>(state_.places().pools.size()))}; }

  Command transfer() {
    if (random_.below(2) == 0) return StartTransfer{near(1), LinkId{near(1)}};
    return EndTransfer{near(1), HubId{near(2)}};
  }

  Command close() {
    CloseRound close;
    close.round = state_.round() + random_.below(3);
    for (std::size_t i = 0; i < state_.places().pools.size(); ++i) {
      close.posted.push_back(random_.between(random_.below(9) == 0 ? -1 : 0, 9));
    }
    return close;
  }

  // As a start, for later.
  Command book() {
    const StartOrder like = start();
    Second begin = state_.now() + random_.between(-5, 200);
    if (like.order.value < state_.order_count()) {
      begin = std::max(begin, wanted_from(state_.order(like.order).order) - random_.between(0, 3));
    }
    return BookBlock{like.order, like.way, like.pool, like.nodes, begin, like.price};
  }

  // Half of them as a dispatcher would, half of them anyhow.
  StartOrder start() {
    StartOrder start{order(), below(2), pool(), {}, Price(random_.between(0, 9))};
    if (random_.below(2) == 0) {
      for (std::uint64_t i = random_.below(4); i > 0; --i) start.nodes.push_back(near(3));
      return start;
    }
    std::uint32_t tries = state_.order_count();
    const auto waits = [&] { return state_.order(start.order).state == OrderState::kWaiting; };
    while (tries-- > 0 && (start.order.value >= state_.order_count() || !waits())) {
      start.order = OrderId{below(state_.order_count())};
    }
    if (tries == kNone) return start;
    const LiveOrder& order = state_.order(start.order).order;
    start.way = below(order.ways.size());
    const std::vector<PoolId> pools = state_.pools_of(order, start.way);
    if (pools.empty()) return start;
    start.pool = pools[below(pools.size())];
    const std::uint32_t devices = state_.places().pools[start.pool.value].node_devices;
    const Need need = need_of(order.ways[start.way], order.whole_nodes, devices);
    const std::vector<Node>& nodes = state_.pool(start.pool).nodes;
    for (std::uint32_t i = 0; i < nodes.size() && start.nodes.size() < need.nodes; ++i) {
      if (nodes[i].up && nodes[i].free >= need.per_node) start.nodes.push_back(i);
    }
    return start;
  }

  LiveOrder live_order() {
    LiveOrder order = small_order(1 + below(13), state_.now() - random_.between(0, 9));
    order.account = AccountId{random_.below(20) == 0 ? 1U : 0U};
    order.latest_start += random_.between(-1'500, 500);
    order.whole_nodes = random_.below(4) == 0;
    for (std::uint64_t i = random_.below(3); i > 0; --i) {
      order.ways.push_back({ClassId{below(3)}, below(6), random_.between(0, 200)});
    }
    if (random_.below(15) == 0) order.ways.clear();
    if (random_.below(3) == 0) {
      order.not_before = state_.now() + random_.between(-20, 300);
      order.premium = random_.between(-1, 90);
    }
    if (random_.below(3) == 0) order.hubs.push_back(HubId{near(2)});
    if (random_.below(6) == 0) order.hubs.push_back(HubId{near(2)});
    if (random_.below(4) == 0) order.data = near(1);
    if (random_.below(4) == 0) order.home = near(2);
    return order;
  }

  Random& random_;
  const State& state_;
};

TEST(EngineProperty, NoCommandsBreakAnInvariant) {
  std::set<std::string> refusals;
  std::uint64_t starts = 0, kept = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(3'000); ++seed) {
    Random random(seed);
    Engine engine(small_places());
    std::vector<Event> events;
    for (Second at = 0; at < 500; at += random.between(0, 9)) {
      const Second when = random.below(30) == 0 ? at - random.between(1, 50) : at;
      const std::size_t before = events.size();
      engine.execute(when, AnyCommand(random, engine.state()).draw(), events);
      if (engine.refusal()) refusals.insert(refusal_name(*engine.refusal()));
      ASSERT_EQ(broken_invariant(engine.state()), "") << "seed " << seed << ", second " << at;
      ASSERT_GE(events.size(), before);
    }
    starts += engine.state().contract_count();
    for (std::uint32_t i = 0; i < engine.state().contract_count(); ++i) {
      kept += engine.state().contract(ContractId{i}).promised >= 0;
    }
    // Whoever decided: the events alone give the same state.
    State again(small_places());
    for (const Event& event : events) again.apply(event);
    ASSERT_EQ(Dump(again).text(), Dump(engine.state()).text()) << "seed " << seed;
    ASSERT_EQ(engine.event_count(), events.size());
  }
  EXPECT_EQ(refusals.size(), 15U) << "the commands are too tame";
  EXPECT_GT(starts, many_seeds(3'000));
  EXPECT_GT(kept, many_seeds(3'000) / 30);
}

// ---- Digest
// --------------------------------------------------------------------------------------

// The digest is that of the events' bytes one after the other, in whatever blocks it was taken.
TEST(EngineDigest, IsThatOfAllBytes) {
  Engine engine(small_places());
  std::vector<Event> events;
  std::string bytes;
  for (std::uint32_t i = 0; i < 200; ++i) {
    engine.execute(i, SubmitOrder{small_order(1 + i % 12, i)}, events);
    append_bytes(events.back(), bytes);
    ASSERT_EQ(engine.digest(), sha256(bytes)) << "after " << i;
  }
}

std::vector<Event> one_of_each() {
  CloseRound close;
  close.round = 1;
  close.posted = {1, 2, 3};
  const StartOrder start{OrderId{0}, 0, PoolId{0}, {1, 2}, Price(5)};
  return {{1, OrderAccepted{OrderId{0}, small_order()}},
          {1, OrderRefused{OrderId{0}, small_order()}},
          {1, OrderGone{OrderId{0}, OrderState::kLeft}},
          {1, NodesChanged{PoolId{0}, 0, 1, true}},
          {1, AskChanged{PoolId{0}, Price(5)}},
          {1, ContractStarted{ContractId{0}, start, 100}},
          {1, ContractEnded{ContractId{0}, EndReason::kFailed, 5}},
          {1, ContractExtended{ContractId{0}, 200}},
          {1, TransferStarted{0, LinkId{0}, 50}},
          {1, TransferEnded{0, HubId{1}}},
          {1, RoundClosed{close}},
          {1, OrderOpened{OrderId{0}}},
          {1, BlockBooked{{OrderId{0}, 0, PoolId{0}, {1, 2}, 50, Price(5)}, 60}},
          {1, BlockReleased{OrderId{0}, ReleaseReason::kNodeDown}}};
}

TEST(EngineDigest, ChangesWithAnyPartOfAnyEvent) {
  std::vector<Event> events = one_of_each();
  const auto vary = [&](auto what, auto... changes) {
    const auto one = [&](auto change) {
      auto changed = what;
      change(changed);
      events.push_back({1, changed});
    };
    (one(changes), ...);
  };
  for (const Event& event : one_of_each()) events.push_back({2, event.what});
  vary(
      OrderAccepted{OrderId{0}, small_order()}, [](auto& e) { e.order = OrderId{1}; },
      [](auto& e) { e.what.account = AccountId{1}; }, [](auto& e) { ++e.what.submit; },
      [](auto& e) { ++e.what.latest_start; }, [](auto& e) { ++e.what.value; },
      [](auto& e) { ++e.what.delay_cost; }, [](auto& e) { ++e.what.ways[0].gang; },
      [](auto& e) { ++e.what.ways[0].estimate; },
      [](auto& e) { e.what.ways[0].accelerator = ClassId{1}; },
      [](auto& e) { e.what.ways.push_back(e.what.ways[0]); },
      [](auto& e) { e.what.hubs = {HubId{0}}; }, [](auto& e) { e.what.hubs = {HubId{1}}; },
      [](auto& e) { e.what.home = 1; }, [](auto& e) { e.what.data = 1; },
      [](auto& e) { e.what.whole_nodes = true; }, [](auto& e) { e.what.grace = 1; },
      [](auto& e) { e.what.grace = 2; },
      [](auto& e) {
        e.what.whole_nodes = true;
        e.what.grace = 1;
      },
      [](auto& e) { e.what.not_before = 1; }, [](auto& e) { e.what.premium = 1; });
  vary(
      std::get<OrderGone>(one_of_each()[2].what), [](auto& e) { e.order = OrderId{1}; },
      [](auto& e) { e.state = OrderState::kCancelled; });
  vary(
      std::get<NodesChanged>(one_of_each()[3].what), [](auto& e) { e.pool = PoolId{1}; },
      [](auto& e) { e.end = 2; }, [](auto& e) { e.up = false; });
  vary(
      std::get<ContractStarted>(one_of_each()[5].what), [](auto& e) { e.contract = ContractId{1}; },
      [](auto& e) { e.what.order = OrderId{1}; }, [](auto& e) { e.what.way = 1; },
      [](auto& e) { e.what.pool = PoolId{1}; }, [](auto& e) { e.what.nodes = {1}; },
      [](auto& e) {
        e.what.nodes = {1, 3};
      },
      [](auto& e) { e.what.price = Price(6); }, [](auto& e) { e.expected_end = 101; });
  vary(
      std::get<ContractEnded>(one_of_each()[6].what), [](auto& e) { e.contract = ContractId{1}; },
      [](auto& e) { e.reason = EndReason::kPreempted; }, [](auto& e) { e.done_ppm = 6; });
  vary(
      std::get<RoundClosed>(one_of_each()[10].what), [](auto& e) { e.what.round = 2; },
      [](auto& e) { e.what.root[31] = 1; }, [](auto& e) { e.what.certificate[0] = 1; },
      [](auto& e) { e.what.orders = 1; }, [](auto& e) { e.what.awards = 1; },
      [](auto& e) { e.what.gap_ppm = 1; }, [](auto& e) { e.what.posted[2] = 4; });
  vary(
      std::get<BlockBooked>(one_of_each()[12].what), [](auto& e) { e.what.order = OrderId{1}; },
      [](auto& e) { e.what.way = 1; }, [](auto& e) { e.what.pool = PoolId{1}; },
      [](auto& e) { e.what.nodes = {1}; }, [](auto& e) { ++e.what.begin; },
      [](auto& e) { e.what.price = Price(6); }, [](auto& e) { ++e.end; });
  vary(
      std::get<BlockReleased>(one_of_each()[13].what), [](auto& e) { e.order = OrderId{1}; },
      [](auto& e) { e.reason = ReleaseReason::kGivenUp; });
  std::set<std::string> seen;
  for (std::size_t i = 0; i < events.size(); ++i) {
    std::string bytes;
    append_bytes(events[i], bytes);
    EXPECT_TRUE(seen.insert(bytes).second) << "event " << i << " reads like another";
  }
}

}  // namespace
}  // namespace tongsuan::engine
