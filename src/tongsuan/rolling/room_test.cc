#include "tongsuan/rolling/room.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/rolling/rolling_fixture.h"

namespace tongsuan::rolling {
namespace {

using engine::ContractId;
using engine::Need;
using engine::PoolId;
using testing::PlainDesk;
using testing::work;

constexpr std::int64_t kAnyCost = 1'000'000'000'000;

// Four nodes of four devices: 1 + 1 devices run on the first, 2 on the second, 3 on the third, 3 on
// the fourth, all for a day, since an hour.
class RoomTest : public ::testing::Test {
 protected:
  RoomTest() : desk_(testing::two_hubs()) {
    for (const std::uint32_t gang : {1U, 1U}) run(gang, 0);
    run(2, 1);
    run(3, 2);
    run(3, 3);
    desk_.advance(3'600);
  }
  ContractId run(std::uint32_t gang, std::uint32_t node) {
    return desk_.run(work(gang, 86'400), PoolId{0}, {node});
  }
  [[nodiscard]] std::optional<Room> room(std::uint32_t nodes, std::int64_t cost_max = kAnyCost) {
    return make_room(desk_.state(), {0, PoolId{0}, Need{nodes, 4}}, 10'000, cost_max, rules_);
  }

  PlainDesk desk_;
  RoomRules rules_;
};

TEST_F(RoomTest, MovesWorkOffTheCheapestNode) {
  const std::optional<Room> made = room(1);
  ASSERT_TRUE(made);
  // By 300 seconds of an hour: 2 × 3.6 yuan of delay and 2 devices at 5 yuan on the first node,
  // 3.6 and 10 on the second.
  EXPECT_EQ(made->nodes, std::vector<std::uint32_t>{1});
  EXPECT_EQ(made->cost, (3'600'000 + 10'000'000) / 12);
  ASSERT_EQ(made->moves.size(), 1U);
  EXPECT_EQ(made->moves[0].contract, ContractId{2});
  EXPECT_EQ(made->moves[0].pool, PoolId{0});
  EXPECT_EQ(made->moves[0].node, 0U) << "the only one with two devices free";
}

TEST_F(RoomTest, MovesToTheFullestNodeWithRoom) {
  rules_.moves_max = 2;
  desk_.execute(engine::EndContract{ContractId{2}});
  run(4, 1);
  const std::optional<Room> made = room(1);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->nodes, std::vector<std::uint32_t>{0});
  ASSERT_EQ(made->moves.size(), 2U);
  EXPECT_EQ(made->moves[0].node, 2U);
  EXPECT_EQ(made->moves[1].node, 3U) << "the third node is promised by then";
  rules_.moves_max = 1;
  EXPECT_FALSE(room(1)) << "two moves are too many";
}

TEST_F(RoomTest, RefusesWhatCostsTooMuch) {
  const std::int64_t cost = room(1)->cost;
  EXPECT_TRUE(room(1, cost));
  EXPECT_FALSE(room(1, cost - 1));
}

TEST_F(RoomTest, RefusesWhereNothingFits) {
  EXPECT_FALSE(room(2)) << "devices for one more node only";
  for (const std::uint32_t contract : {0U, 1U, 2U}) {
    desk_.execute(engine::EndContract{ContractId{contract}});
  }
  for (const std::uint32_t node : {0U, 1U}) run(3, node);
  desk_.advance(10'000);
  EXPECT_FALSE(room(1)) << "one device is free on each node, and everybody has three";
}

TEST_F(RoomTest, LeavesWorkThatHasJustStarted) {
  desk_.execute(engine::EndContract{ContractId{2}});
  run(2, 1);
  EXPECT_EQ(room(1)->nodes, std::vector<std::uint32_t>{0});
  desk_.advance(3'600 + 1'799);
  EXPECT_EQ(room(1)->nodes, std::vector<std::uint32_t>{0});
  desk_.advance(3'600 + 1'800);
  EXPECT_EQ(room(1)->nodes, std::vector<std::uint32_t>{1});
}

TEST_F(RoomTest, LeavesWorkThatIsAboutToEnd) {
  desk_.execute(engine::ExtendContract{ContractId{2}, 3'600 + 1'799});
  EXPECT_EQ(room(1)->nodes, std::vector<std::uint32_t>{0});
  desk_.execute(engine::ExtendContract{ContractId{2}, 3'600 + 1'800});
  EXPECT_EQ(room(1)->nodes, std::vector<std::uint32_t>{1});
}

// Nodes of the second class are large enough to share even for what takes whole nodes of the first.
TEST(Room, NeverMovesAGangOfSeveralNodes) {
  engine::Places places = testing::two_hubs();
  places.classes[1].node_devices = places.pools[1].node_devices = 8;
  for (const std::uint32_t gang : {4U, 5U}) {
    PlainDesk desk(places);
    desk.run(work(1, 86'400, 1), PoolId{1}, {0});
    engine::LiveOrder whole = work(gang, 86'400);
    whole.ways.push_back({ClassId{1}, gang, 86'400});
    desk.run(whole, PoolId{0}, gang == 4 ? std::vector{0U} : std::vector{0U, 1U});
    desk.advance(3'600);
    for (const std::uint32_t node : {2U, 3U}) desk.run(work(2, 86'400), PoolId{0}, {node});
    if (gang == 4) desk.run(work(4, 86'400), PoolId{0}, {1});
    const auto room = make_room(desk.state(), {0, PoolId{0}, Need{1, 4}}, 10'000, kAnyCost, {});
    ASSERT_EQ(desk.refused, 0U);
    ASSERT_EQ(room.has_value(), gang == 4);
    if (!room) continue;
    EXPECT_EQ(room->nodes, std::vector<std::uint32_t>{0});
    EXPECT_EQ(room->moves.at(0).pool, PoolId{1});
    EXPECT_EQ(room->moves.at(0).way, 1U);
  }
}

// Everything is taken: whole nodes by one order each on the first two, small work on the others.
class StopTest : public ::testing::Test {
 protected:
  StopTest() : desk_(testing::two_hubs()) {
    for (const std::uint32_t node : {0U, 1U}) run(work(4, 86'400), node);
    for (const std::uint32_t node : {2U, 3U}) {
      for (int i = 0; i < 2; ++i) run(work(2, 86'400), node);
    }
    desk_.advance(3'600);
    rules_.stop_wait = 7'200;
  }
  void run(engine::LiveOrder order, std::uint32_t node) {
    order.hubs = {HubId{0}};
    desk_.run(std::move(order), PoolId{0}, {node});
  }
  [[nodiscard]] std::optional<Room> room(std::uint32_t nodes, std::int64_t cost_max = kAnyCost) {
    return make_room(desk_.state(), {0, PoolId{0}, Need{nodes, 4}}, 10'000, cost_max, rules_);
  }

  PlainDesk desk_;
  RoomRules rules_;
};

TEST_F(StopTest, WorkWithoutAnotherPlaceIsStoppedWhereItHoldsItsNode) {
  const std::optional<Room> made = room(1);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->moves.empty());
  EXPECT_EQ(made->stops, std::vector<ContractId>{ContractId{0}});
  // Two hours at 3.6 yuan, and five minutes of restart at 3.6 and four devices at 5 yuan.
  EXPECT_EQ(made->cost, 7'200'000 + (3'600'000 + 20'000'000) / 12);
  EXPECT_TRUE(room(1, made->cost));
  EXPECT_FALSE(room(1, made->cost - 1));
  EXPECT_EQ(room(2)->stops.size(), 2U);
  EXPECT_FALSE(room(3)) << "small work is not stopped";
}

TEST_F(StopTest, NothingIsStoppedWhereTheRuleIsOff) {
  rules_.stop_wait = 0;
  EXPECT_FALSE(room(1));
}

TEST_F(StopTest, NothingIsStoppedThatABlockPromised) {
  PlainDesk desk(testing::two_hubs());
  engine::LiveOrder order = work(4, 86'400);
  order.not_before = 100;
  order.premium = 1;
  const OrderId id = desk.submit(order);
  ASSERT_TRUE(desk.execute(engine::BookBlock{id, 0, PoolId{0}, {0}, 100, Price(1)}));
  desk.advance(100);
  desk.execute(engine::OpenOrder{id});
  ASSERT_TRUE(desk.execute(engine::StartOrder{id, 0, PoolId{0}, {0}, Price(1)}));
  desk.advance(3'700);
  const RoomRules rules{.stop_wait = 7'200};
  for (const std::uint32_t nodes : {3U, 4U}) {
    const auto made =
        make_room(desk.state(), {0, PoolId{0}, Need{nodes, 4}}, 10'000, kAnyCost, rules);
    EXPECT_EQ(made.has_value(), nodes == 3);
  }
}

TEST_F(RoomTest, EmptyNodesCountAndReceiveNothing) {
  desk_.execute(engine::EndContract{ContractId{3}});
  const std::optional<Room> made = room(1);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->nodes, std::vector<std::uint32_t>{2});
  EXPECT_TRUE(made->moves.empty());
  EXPECT_EQ(room(2)->nodes, (std::vector<std::uint32_t>{1, 2}));
}

TEST_F(RoomTest, NodesThatAreDownAreNoRoom) {
  desk_.execute(engine::ReportNodes{PoolId{0}, 1, 2, false});
  const std::optional<Room> made = room(1);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->nodes, std::vector<std::uint32_t>{0});
}

// The only room is in the other hub.
TEST(Room, MovesWorkOnlyWhereItsDataAre) {
  engine::Places places = testing::two_hubs();
  places.data_sets = {{1'000, {HubId{0}}}};
  for (const bool needs_data : {true, false}) {
    PlainDesk desk(places);
    engine::LiveOrder order = work(3, 86'400);
    if (needs_data) order.data = 0;
    desk.run(order, PoolId{0}, {0});
    desk.advance(3'600);
    for (const std::uint32_t node : {1U, 2U, 3U}) desk.run(work(3, 86'400), PoolId{0}, {node});
    desk.run(work(1, 86'400), PoolId{2}, {0});
    const auto room = make_room(desk.state(), {0, PoolId{0}, Need{1, 4}}, 10'000, kAnyCost, {});
    ASSERT_EQ(desk.refused, 0U);
    EXPECT_EQ(room.has_value(), !needs_data);
  }
}

// ---- At random ---------------------------------------------------------------------------------

// Rules of the plan that can be seen in the state before it is carried out.
void expect_fair(const engine::State& state, PoolId pool, const Room& room,
                 const RoomRules& rules) {
  ASSERT_TRUE(std::ranges::is_sorted(room.nodes));
  ASSERT_LE(room.moves.size() + room.stops.size(), rules.moves_max);
  std::set<std::uint32_t> moved;
  for (const Move& move : room.moves) {
    const engine::Contract& contract = state.contract(move.contract);
    ASSERT_LT(contract.end, 0);
    ASSERT_EQ(contract.nodes.size(), 1U);
    ASSERT_LE(contract.start + rules.settled, state.now());
    ASSERT_GE(contract.expected_end, state.now() + rules.settled);
    ASSERT_TRUE(moved.insert(move.contract.value).second);
    ASSERT_FALSE(move.pool == pool && std::ranges::binary_search(room.nodes, move.node));
  }
  for (const ContractId id : room.stops) {
    const engine::Contract& contract = state.contract(id);
    ASSERT_LT(contract.end, 0);
    ASSERT_EQ(contract.nodes.size(), 1U);
    ASSERT_EQ(contract.per_node, state.places().pools[pool.value].node_devices);
    ASSERT_TRUE(moved.insert(id.value).second);
  }
  for (const std::uint32_t node : room.nodes) {
    for (const ContractId id : state.pool(pool).nodes[node].contracts) {
      ASSERT_TRUE(moved.contains(id.value));
    }
  }
}

// As the market does it; every command has to be accepted.
void carry_out(PlainDesk& desk, OrderId id, const dispatch::Option& option, const Room& room) {
  for (const Move& move : room.moves) {
    const OrderId moved = desk.state().contract(move.contract).order;
    desk.execute(engine::EndContract{move.contract, engine::EndReason::kPreempted, 0});
    desk.execute(engine::StartOrder{moved, move.way, move.pool, {move.node}, Price(1)});
  }
  for (const ContractId contract : room.stops) {
    desk.execute(engine::EndContract{contract, engine::EndReason::kPreempted, 0});
  }
  desk.execute(engine::StartOrder{id, option.way, option.pool, room.nodes, Price(1)});
}

TEST(RoomProperty, PlansCanBeCarriedOut) {
  std::uint64_t made = 0, moves = 0, stops = 0, elsewhere = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(1'500); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    PlainDesk desk(testing::random_places(random));
    testing::stir(random, desk, static_cast<int>(random.between(20, 150)));
    const auto pools = static_cast<std::uint32_t>(desk.state().places().pools.size());
    const PoolId pool{static_cast<std::uint32_t>(random.below(pools))};
    const engine::Pool& at = desk.state().places().pools[pool.value];
    const auto nodes = static_cast<std::uint32_t>(random.between(1, at.nodes));
    engine::LiveOrder gang = work(nodes * at.node_devices, 10'000, at.accelerator.value);
    gang.hubs = {at.hub};
    const OrderId id = desk.submit(gang);
    const dispatch::Option option{0, pool, Need{nodes, at.node_devices}};
    RoomRules rules;
    rules.settled = random.between(0, 3'000);
    rules.moves_max = static_cast<std::uint32_t>(random.between(1, 10));
    const std::optional<Room> room =
        make_room(desk.state(), option, 10'000, kAnyCost * 1'000'000, rules);
    if (!room) continue;
    ASSERT_EQ(room->nodes.size(), nodes);
    expect_fair(desk.state(), pool, *room, rules);
    carry_out(desk, id, option, *room);
    ASSERT_EQ(desk.refused, 0U);
    ++made;
    moves += room->moves.size();
    stops += room->stops.size();
    for (const Move& move : room->moves) elsewhere += !(move.pool == pool);
    ASSERT_EQ(desk.state().order(id).state, engine::OrderState::kRunning);
  }
  EXPECT_GT(made, 0U);
  EXPECT_GT(moves, 0U) << "the states leave nothing to move";
  EXPECT_GT(stops, 0U);
  EXPECT_GT(elsewhere, 0U);
}

}  // namespace
}  // namespace tongsuan::rolling
