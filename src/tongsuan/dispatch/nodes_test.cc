#include "tongsuan/dispatch/nodes.h"

#include <gtest/gtest.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/dispatch/dispatch_fixture.h"

namespace tongsuan::dispatch {
namespace {

using engine::Contract;
using engine::Need;
using engine::Node;
using engine::PoolId;
using testing::cluster;
using testing::order_of;
using testing::TestDesk;

constexpr PoolId kPool{0};

// Nodes of four devices, at second 0.
class NodesOfFour : public ::testing::Test {
 protected:
  NodesOfFour() : desk_(cluster(4, 4)), holds_(desk_.state().places()) {}
  void busy(std::vector<std::uint32_t> nodes, std::uint32_t gang, Second estimate) {
    const OrderId order = desk_.submit(order_of({0, 1, estimate, gang}));
    desk_.execute(engine::StartOrder{order, 0, kPool, std::move(nodes), Price{}});
  }
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> now(Need need, Second estimate) const {
    const auto found = nodes_now(desk_.state(), holds_, {kPool, need, desk_.now(), estimate});
    return found ? std::optional(found->nodes) : std::nullopt;
  }
  using List = std::vector<std::uint32_t>;

  TestDesk desk_;
  Holds holds_;
};

TEST_F(NodesOfFour, SmallGangsJoinWorkThatEndsWithThem) {
  busy({0}, 2, 1'000);
  busy({1}, 2, 95);
  EXPECT_EQ(now({1, 1}, 100), (List{0})) << "which is busy for longer anyway";
  EXPECT_EQ(now({1, 1}, 2'000), (List{0})) << "extended least";
  EXPECT_EQ(now({1, 3}, 100), (List{2})) << "no room at either";
}

TEST_F(NodesOfFour, AmongNodesExtendedAlikeTheBetterFit) {
  busy({0}, 1, 100);
  busy({1}, 3, 100);
  busy({2}, 2, 100);
  EXPECT_EQ(now({1, 1}, 50), (List{1}));
  EXPECT_EQ(now({1, 2}, 50), (List{2}));
  EXPECT_EQ(now({1, 3}, 50), (List{0}));
}

TEST_F(NodesOfFour, FitCountsLikeATenthOfTheEstimate) {
  busy({0}, 1, 950);
  busy({1}, 3, 902);
  EXPECT_EQ(now({1, 1}, 1'000), (List{1})) << "48 s longer, half a node less open: 50 s";
  busy({2}, 3, 899);
  desk_.execute(engine::ReportNodes{kPool, 1, 2, false});
  EXPECT_EQ(now({1, 1}, 1'000), (List{0})) << "51 s longer";
}

TEST_F(NodesOfFour, LargeGangsTakeEmptyNodesInRisingOrder) {
  busy({1}, 1, 100);
  EXPECT_EQ(now({2, 4}, 10), (List{0, 2}));
  EXPECT_EQ(now({3, 4}, 10), (List{0, 2, 3}));
  EXPECT_EQ(now({4, 4}, 10), std::nullopt);
  desk_.execute(engine::ReportNodes{kPool, 2, 3, false});
  EXPECT_EQ(now({2, 4}, 10), (List{0, 3}));
  EXPECT_EQ(now({3, 4}, 10), std::nullopt);
}

TEST_F(NodesOfFour, ShortWorkMayUsePromisedNodesLongWorkMayNot) {
  holds_.add(kPool, 0, {50, 4});
  holds_.add(kPool, 1, {50, 4});
  EXPECT_EQ(now({1, 4}, 50), (List{0})) << "so that open nodes stay open";
  EXPECT_EQ(now({3, 4}, 50), (List{0, 1, 2}));
  EXPECT_EQ(now({1, 4}, 51), (List{2}));
  EXPECT_EQ(now({3, 4}, 51), std::nullopt);
  holds_.clear();
  EXPECT_FALSE(holds_.any(kPool));
  EXPECT_EQ(now({3, 4}, 51), (List{0, 1, 2}));
}

TEST_F(NodesOfFour, PartsOfANodeBesideAHold) {
  for (std::uint32_t node = 1; node < 4; ++node) busy({node}, 4, 1'000);
  busy({0}, 1, 30);
  holds_.add(kPool, 0, {50, 2});
  EXPECT_EQ(now({1, 2}, 1'000), (List{0})) << "two are promised, one comes free before that";
  EXPECT_EQ(now({1, 3}, 1'000), std::nullopt);
  EXPECT_EQ(now({1, 3}, 50), (List{0}));
  holds_.add(kPool, 0, {60, 1});
  EXPECT_EQ(now({1, 2}, 1'000), std::nullopt) << "holds last, and add up";
  EXPECT_EQ(now({1, 2}, 60), (List{0}));
}

TEST_F(NodesOfFour, LaterPrefersNodesThatAreBusyAnyway) {
  busy({0}, 4, 100);
  busy({2}, 4, 80);
  busy({3}, 4, 300);
  const auto later = nodes_later(desk_.state(), holds_, {kPool, {2, 4}, 0, 10});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->at, 80);
  EXPECT_EQ(later->nodes, (List{1, 2}));
  const auto three = nodes_later(desk_.state(), holds_, {kPool, {1, 4}, 0, 10});
  EXPECT_EQ(three->nodes, (List{1}));
  EXPECT_FALSE(nodes_later(desk_.state(), holds_, {kPool, {5, 4}, 0, 10}));
}

TEST_F(NodesOfFour, WorkThatOutlivedItsEstimateEndsAnyMoment) {
  for (std::uint32_t node = 0; node < 4; ++node) busy({node}, 4, node == 2 ? 50 : 100);
  desk_.advance(70);
  const auto later = nodes_later(desk_.state(), holds_, {kPool, {1, 4}, 70, 10});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->at, 71);
  EXPECT_EQ(later->nodes, (List{2}));
}

TEST_F(NodesOfFour, OthersComeBeforeAndAfterABlock) {
  for (std::uint32_t node = 1; node < 4; ++node) busy({node}, 4, 1'000);
  holds_.add(kPool, 0, {50, 4, 80});
  EXPECT_EQ(now({1, 4}, 50), (List{0}));
  EXPECT_EQ(now({1, 1}, 51), std::nullopt);
  const auto later = nodes_later(desk_.state(), holds_, {kPool, {1, 4}, 0, 51});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->at, 80);
  EXPECT_EQ(later->nodes, (List{0}));
}

// Node 0 is free until 50 and node 1 from 60 on: together they are from 80 on.
TEST_F(NodesOfFour, AGangWaitsUntilItsNodesAreReadyTogether) {
  busy({1}, 4, 60);
  for (std::uint32_t node = 2; node < 4; ++node) busy({node}, 4, 1'000);
  holds_.add(kPool, 0, {50, 4, 80});
  const auto later = nodes_later(desk_.state(), holds_, {kPool, {2, 4}, 0, 40});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->at, 80);
  EXPECT_EQ(later->nodes, (List{0, 1}));
}

// ---- Naive twins
// ---------------------------------------------------------------------------------

struct Ready {
  Second at;
  std::uint32_t node;
};

// Devices of the node that are free at `at` for ever, as far as estimates and holds say.
std::int64_t room_from(const engine::State& state, const Holds& holds, std::uint32_t node,
                       Second at, Second now) {
  std::int64_t room = state.places().pools[0].node_devices;
  for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
    const Contract& contract = state.contract(engine::ContractId{i});
    const bool here = std::ranges::find(contract.nodes, node) != contract.nodes.end();
    if (!here || contract.end >= 0) continue;
    if (std::max(contract.expected_end, now + 1) > at) room -= contract.per_node;
  }
  for (const Hold& hold : holds.on(kPool, node)) room -= hold.devices;
  return room;
}

// Every second is tried, nodes are sorted as the header says.
std::optional<Later> later_by_trying(const engine::State& state, const Holds& holds,
                                     const Wish& wish, Second end) {
  std::vector<Ready> ready;
  for (std::uint32_t node = 0; node < state.pool(kPool).nodes.size(); ++node) {
    if (!state.pool(kPool).nodes[node].up) continue;
    for (Second at = wish.now; at <= end; ++at) {
      if (room_from(state, holds, node, at, wish.now) < wish.need.per_node) continue;
      ready.push_back({at, node});
      break;
    }
  }
  if (ready.size() < wish.need.nodes) return std::nullopt;
  std::ranges::sort(ready, {}, &Ready::at);
  Later later{ready[wish.need.nodes - 1].at, {}};
  std::erase_if(ready, [&](const Ready& one) { return one.at > later.at; });
  std::ranges::sort(ready, [](const Ready& a, const Ready& b) {
    return a.at != b.at ? a.at > b.at : a.node < b.node;
  });
  for (std::uint32_t i = 0; i < wish.need.nodes; ++i) later.nodes.push_back(ready[i].node);
  std::ranges::sort(later.nodes);
  return later;
}

// Whether the gang may run on the node for [now, now + estimate): at every second of that all
// holds that have begun have their devices.
bool fits_by_trying(const engine::State& state, const Holds& holds, const Wish& wish,
                    std::uint32_t node) {
  const Node& at_node = state.pool(kPool).nodes[node];
  if (!at_node.up || at_node.free < wish.need.per_node) return false;
  const std::int64_t all = state.places().pools[0].node_devices;
  for (Second at = wish.now; at < wish.now + wish.estimate; ++at) {
    std::int64_t promised = 0;
    bool begins = false;
    for (const Hold& hold : holds.on(kPool, node)) {
      promised += hold.from <= at && at < hold.until ? hold.devices : 0;
      begins = begins || hold.from == at;
    }
    if (!begins) continue;
    const std::int64_t taken = all - room_from(state, Holds(state.places()), node, at, wish.now);
    if (taken + promised + wish.need.per_node > all) return false;
  }
  return true;
}

// Whether the node has room for the gang in every second from `begin` on for as long as it runs.
bool has_room_by_trying(const engine::State& state, const Holds& holds, const Wish& wish,
                        std::uint32_t node, Second begin) {
  if (!state.pool(kPool).nodes[node].up) return false;
  for (Second at = begin; at < begin + wish.estimate; ++at) {
    std::int64_t room = room_from(state, Holds(state.places()), node, at, wish.now);
    for (const Hold& hold : holds.on(kPool, node)) {
      if (hold.from <= at && at < hold.until) room -= hold.devices;
    }
    if (room < wish.need.per_node) return false;
  }
  return true;
}

// A few nodes with work, holds and failures, and a wish. `blocks`: some holds end.
struct Case {
  explicit Case(Random& random, bool blocks = false)
      : Case(random, static_cast<std::uint32_t>(random.between(1, 6)),
             static_cast<std::uint32_t>(random.between(1, 4)), blocks) {}
  Case(Random& random, std::uint32_t nodes, std::uint32_t devices, bool blocks)
      : desk(cluster(nodes, devices)), holds(desk.state().places()) {
    const auto some = [&](std::uint32_t most) {
      return static_cast<std::uint32_t>(random.between(1, most));
    };
    for (std::uint32_t i = 0; i < nodes; ++i) {
      if (random.below(8) == 0) desk.execute(engine::ReportNodes{kPool, i, i + 1, false});
      for (std::uint32_t tries = some(2); tries-- > 0;) {
        const std::uint32_t gang = some(devices);
        const Node& node = desk.state().pool(kPool).nodes[i];
        if (!node.up || node.free < gang) continue;
        const OrderId order = desk.submit(order_of({0, 1, random.between(1, 12), gang}));
        desk.execute(engine::StartOrder{order, 0, kPool, {i}, Price{}});
      }
    }
    const Second now = random.between(0, 6);
    desk.advance(now);
    for (std::uint64_t left = random.below(5); left > 0; --left) {
      const auto node = static_cast<std::uint32_t>(random.below(nodes));
      const Second from = now + random.between(1, 15);
      const bool ends = blocks && random.below(3) > 0;
      holds.add(kPool, node, {from, some(devices), ends ? from + random.between(1, 9) : kNever});
    }
    const engine::Way way{ClassId{0}, some(devices + 2), 1};
    wish = {kPool, engine::need_of(way, random.below(3) == 0, devices), now, random.between(1, 20)};
  }

  TestDesk desk;
  Holds holds;
  Wish wish;
};

TEST(NodesProperty, LaterIsWhatTryingEverySecondFinds) {
  for (std::uint64_t seed = 1; seed <= many_seeds(5'000); ++seed) {
    Random random(seed);
    const Case at(random);
    const auto fast = nodes_later(at.desk.state(), at.holds, at.wish);
    const auto slow = later_by_trying(at.desk.state(), at.holds, at.wish, 40);
    ASSERT_EQ(fast.has_value(), slow.has_value()) << "seed " << seed;
    if (!fast) continue;
    ASSERT_EQ(fast->at, slow->at) << "seed " << seed;
    ASSERT_EQ(fast->nodes, slow->nodes) << "seed " << seed;
  }
}

TEST(NodesProperty, BetweenBlocksLaterIsTheFirstSecondWithRoom) {
  std::uint64_t between = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(3'000); ++seed) {
    Random random(seed);
    const Case at(random, /*blocks=*/true);
    if (!at.holds.any_block(kPool)) continue;
    const engine::State& state = at.desk.state();
    const auto nodes = static_cast<std::uint32_t>(state.pool(kPool).nodes.size());
    const auto ready = [&](Second when) {
      std::uint32_t count = 0;
      for (std::uint32_t i = 0; i < nodes; ++i) {
        count += has_room_by_trying(state, at.holds, at.wish, i, when);
      }
      return count >= at.wish.need.nodes;
    };
    Second first = at.wish.now;
    while (first <= 60 && !ready(first)) ++first;
    const auto later = nodes_later(state, at.holds, at.wish);
    ASSERT_EQ(later.has_value(), first <= 60) << "seed " << seed;
    if (!later) continue;
    ASSERT_EQ(later->at, first) << "seed " << seed;
    ASSERT_EQ(later->nodes.size(), at.wish.need.nodes) << "seed " << seed;
    for (const std::uint32_t node : later->nodes) {
      ASSERT_TRUE(has_room_by_trying(state, at.holds, at.wish, node, first)) << "seed " << seed;
    }
    ++between;
  }
  EXPECT_GT(between, many_seeds(3'000) / 4);
}

TEST(NodesProperty, NowDelaysNoHoldAndFindsRoomWhereThereIs) {
  for (std::uint64_t seed = 1; seed <= many_seeds(5'000); ++seed) {
    Random random(seed);
    const Case at(random, seed % 2 == 0);
    const engine::State& state = at.desk.state();
    std::uint32_t fitting = 0;
    for (std::uint32_t node = 0; node < state.pool(kPool).nodes.size(); ++node) {
      fitting += fits_by_trying(state, at.holds, at.wish, node);
    }
    const auto found = nodes_now(state, at.holds, at.wish);
    ASSERT_EQ(found.has_value(), fitting >= at.wish.need.nodes) << "seed " << seed;
    if (!found) continue;
    ASSERT_TRUE(may_fit(state.pool(kPool), at.wish.need)) << "seed " << seed;
    ASSERT_EQ(found->nodes.size(), at.wish.need.nodes) << "seed " << seed;
    ASSERT_TRUE(std::ranges::is_sorted(found->nodes)) << "seed " << seed;
    for (const std::uint32_t node : found->nodes) {
      ASSERT_TRUE(fits_by_trying(state, at.holds, at.wish, node)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace tongsuan::dispatch
