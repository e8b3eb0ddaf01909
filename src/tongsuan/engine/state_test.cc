#include "tongsuan/engine/state.h"

#include <gtest/gtest.h>
#include <set>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/state_fixture.h"

namespace tongsuan::engine {
namespace {

using testing::AnyCommand;
using testing::broken_invariant;
using testing::Dump;
using testing::one_of_each;
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

TEST_F(WithBlock, IsReleasedWhenItsOrderIsAmended) {
  events_.clear();
  LiveOrder what = small_order(2);
  what.not_before = 50;
  run(9, AmendOrder{OrderId{0}, what});
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(std::get<BlockReleased>(events_[0].what).reason, ReleaseReason::kAmended);
  EXPECT_EQ(std::get<OrderAmended>(events_[1].what).what, what);
  EXPECT_EQ(block(), nullptr);
  EXPECT_EQ(order(0).order, what);
  EXPECT_EQ(order(0).waiting_since, 9) << "it comes again";
  run(50, OpenOrder{OrderId{0}});
  run(60, StartOrder{OrderId{0}, 0, PoolId{0}, {1}, Price(5)});
}

// Order 0 ends, 1 runs, 2 waits, 3 is refused.
TEST_F(Exchange, ForgetsWhatHasEndedAndKeepsWhatLives) {
  for (int i = 0; i < 3; ++i) submit(4);
  engine_.execute(0, SubmitOrder{small_order(50)});
  start(0, {0});
  start(1, {1});
  run(5, EndContract{ContractId{0}});
  run(6, DropHistory{1, 0});
  EXPECT_TRUE(engine_.state().is_forgotten(OrderId{0}));
  EXPECT_TRUE(engine_.state().knows(ContractId{0})) << "contracts are dropped apart";
  run(6, DropHistory{4, 2});
  EXPECT_TRUE(engine_.state().knows(OrderId{1}) && engine_.state().knows(OrderId{2}));
  EXPECT_TRUE(engine_.state().is_forgotten(OrderId{3}));
  EXPECT_TRUE(engine_.state().is_forgotten(ContractId{0}));
  EXPECT_FALSE(engine_.state().is_forgotten(OrderId{4})) << "nobody has this number yet";
  EXPECT_EQ(engine_.state().order_count(), 4U) << "numbers are not given twice";
  EXPECT_EQ(engine_.state().live_orders(), 2U);
  run(7, EndContract{ContractId{1}});
  EXPECT_TRUE(engine_.state().knows(OrderId{1})) << "until somebody drops history again";
  run(8, DropHistory{4, 2});
  EXPECT_TRUE(engine_.state().is_forgotten(OrderId{1}));
}

TEST(RowStore, GivesMemoryBackChunkByChunk) {
  RowStore<std::vector<int>> rows;
  constexpr std::uint32_t kRows = 5 * RowStore<int>::kChunkRows;
  for (std::uint32_t i = 0; i < kRows; ++i) rows.push_back({static_cast<int>(i)});
  rows.forget_below(kRows - 10, [](const std::vector<int>& row) { return row[0] % 700 != 0; });
  std::vector<std::uint32_t> kept;
  rows.each([&](std::uint32_t number, const std::vector<int>& row) {
    ASSERT_EQ(row[0], static_cast<int>(number));
    if (number < kRows - 10) kept.push_back(number);
  });
  EXPECT_EQ(kept, (std::vector<std::uint32_t>{0, 700}));
  EXPECT_EQ(rows.kept(), 12U);
  EXPECT_EQ(rows.chunks_kept(), 3U);
  const RowStore<std::vector<int>> copy = rows;
  rows.push_back({1});
  EXPECT_TRUE(copy.is_kept(700) && !copy.is_kept(701) && !copy.is_kept(kRows));
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

TEST(EngineProperty, NoCommandsBreakAnInvariant) {
  std::set<std::string> refusals;
  std::uint64_t starts = 0, kept = 0, parts = 0;
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
      if (!engine.state().knows(ContractId{i})) continue;
      kept += engine.state().contract(ContractId{i}).promised >= 0;
    }
    for (std::uint32_t i = 0; i < engine.state().order_count(); ++i) {
      if (!engine.state().knows(OrderId{i})) continue;
      const OrderRecord& record = engine.state().order(OrderId{i});
      parts += is_part(record.order) && record.first_start >= 0;
    }
    // Whoever decided: the events alone give the same state.
    State again(small_places());
    for (const Event& event : events) {
      const auto misfit = check_event(again, event);
      ASSERT_FALSE(misfit) << "seed " << seed << ": " << refusal_name(*misfit);
      again.apply(event);
    }
    ASSERT_EQ(Dump(again).text(), Dump(engine.state()).text()) << "seed " << seed;
    ASSERT_EQ(engine.event_count(), events.size());
  }
  EXPECT_EQ(refusals.size(), 17U) << "the commands are too tame: "
                                  << ::testing::PrintToString(refusals);
  EXPECT_GT(starts, many_seeds(2'500));
  EXPECT_GT(kept, many_seeds(3'000) / 30);
  EXPECT_GT(parts, many_seeds(3'000) / 30);
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
      [](auto& e) { e.what.not_before = 1; }, [](auto& e) { e.what.premium = 1; },
      [](auto& e) { e.what.package = Package(); },
      [](auto& e) {
        e.what.package = Package{PackageKind::kPart, {}, {}, 3, Price(4)};
      },
      [](auto& e) {
        e.what.package = Package{PackageKind::kPart, {}, {}, 3, Price(5)};
      });
  vary(
      std::get<OrderAwarded>(one_of_each()[17].what), [](auto& e) { e.first = OrderId{2}; },
      [](auto& e) { e.what.order = OrderId{1}; }, [](auto& e) { e.what.alternative = 1; },
      [](auto& e) { e.what.parts[0].pool = PoolId{1}; }, [](auto& e) { ++e.what.parts[0].gang; },
      [](auto& e) { e.what.parts[0].nodes = {1}; }, [](auto& e) { ++e.what.parts[0].begin; },
      [](auto& e) { ++e.what.parts[0].end; }, [](auto& e) { e.what.parts[0].price = Price(6); });
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
      std::get<OrderAmended>(one_of_each()[14].what), [](auto& e) { e.order = OrderId{1}; },
      [](auto& e) { ++e.what.value; });
  vary(
      std::get<HistoryDropped>(one_of_each()[15].what), [](auto& e) { e.orders_below = 9; },
      [](auto& e) { e.contracts_below = 9; });
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
