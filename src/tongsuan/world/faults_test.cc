#include "tongsuan/world/faults.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <tuple>
#include <utility>

namespace tongsuan::world {
namespace {

engine::Places two_hubs() {
  engine::Places places;
  for (const char* name : {"east", "west"}) {
    places.hub_names.push_back(name);
    places.hubs.emplace_back();
  }
  places.class_names.push_back("A");
  places.class_names.push_back("B");
  places.classes = {{400, 8}, {300, 8}};
  places.pools = {{HubId{0}, ClassId{0}, 20, 8, {}},
                  {HubId{0}, ClassId{1}, 7, 8, {}},
                  {HubId{1}, ClassId{0}, 1, 8, {}}};
  return places;
}

FaultOptions strong(std::uint64_t seed) {
  FaultOptions options;
  options.span = 14 * 86'400;
  options.seed = seed;
  options.node_failure_hours = 50;
  options.node_repair_hours = 9;
  options.hub_outages_per_mille = 1'500;
  options.hub_outage_hours = 5;
  options.maintenance_percent = 30;
  options.maintenance_hours = 8;
  return options;
}

TEST(Faults, NodesGoDownAndComeUpInTurn) {
  const engine::Places places = two_hubs();
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, bool> down;
    Second last = 0;
    for (const NodesChange& change : make_faults(places, strong(seed))) {
      ASSERT_GE(change.at, last);
      last = change.at;
      ASSERT_LT(change.pool.value, places.pools.size());
      ASSERT_LT(change.begin, change.end);
      ASSERT_LE(change.end, places.pools[change.pool.value].nodes);
      for (std::uint32_t node = change.begin; node < change.end; ++node) {
        bool& is_down = down[{change.pool.value, node}];
        ASSERT_EQ(is_down, change.up) << "a node changes to what it was";
        is_down = !change.up;
      }
    }
    for (const auto& [node, is_down] : down) EXPECT_FALSE(is_down);
  }
}

TEST(Faults, NoneAreAskedForNoneCome) {
  FaultOptions options;
  options.span = 86'400;
  EXPECT_TRUE(make_faults(two_hubs(), options).empty());
}

TEST(Faults, SameSeedSameFaults) {
  const auto key = [](const NodesChange& change) {
    return std::tuple(change.at, change.pool, change.begin, change.end, change.up);
  };
  const auto same = [&](const NodesChange& a, const NodesChange& b) { return key(a) == key(b); };
  const std::vector<NodesChange> once = make_faults(two_hubs(), strong(3));
  EXPECT_TRUE(std::ranges::equal(once, make_faults(two_hubs(), strong(3)), same));
  EXPECT_FALSE(std::ranges::equal(once, make_faults(two_hubs(), strong(4)), same));
}

TEST(Faults, NodesBreakAsOftenAsAsked) {
  engine::Places places = two_hubs();
  places.pools = {{HubId{0}, ClassId{0}, 1'000, 8, {}}};
  FaultOptions options;
  options.span = 7 * 86'400;
  options.node_failure_hours = 500;
  std::uint64_t downs = 0;
  for (const NodesChange& change : make_faults(places, options)) {
    downs += change.up ? 0U : change.end - change.begin;
  }
  EXPECT_NEAR(static_cast<double>(downs), 1'000.0 * 168 / 500, 60);
}

TEST(Faults, AnOutageTakesTheWholeHub) {
  FaultOptions options;
  options.span = 7 * 86'400;
  options.hub_outages_per_mille = 1'000;
  const std::vector<NodesChange> changes = make_faults(two_hubs(), options);
  ASSERT_EQ(changes.size(), 6U);  // three pools down and up
  std::uint32_t nodes = 0;
  for (const NodesChange& change : changes) nodes += change.end - change.begin;
  EXPECT_EQ(nodes, 2 * 28U);
}

// The pools of a hub that become one have the same nodes, in the same order.
TEST(Faults, MergedPoolsBreakAlike) {
  FaultOptions options;
  options.span = 14 * 86'400;
  options.node_failure_hours = 100;
  engine::Places merged = two_hubs();
  merged.pools = {{HubId{0}, ClassId{0}, 27, 8, {}}, {HubId{1}, ClassId{0}, 1, 8, {}}};
  using Fate = std::tuple<Second, std::uint32_t, bool>;
  const auto fates = [&](const engine::Places& places) {
    std::vector<Fate> list;
    for (const NodesChange& change : make_faults(places, options)) {
      const bool second = places.pools.size() == 3 && change.pool.value == 1;
      const std::uint32_t hub = places.pools[change.pool.value].hub.value;
      for (std::uint32_t node = change.begin; node < change.end; ++node) {
        list.emplace_back(change.at, hub * 1'000 + node + (second ? 20 : 0), change.up);
      }
    }
    std::ranges::sort(list);
    return list;
  };
  EXPECT_EQ(fates(two_hubs()), fates(merged));
}

// ---- Hubs --------------------------------------------------------------------------------------

HubFaults rough_hubs() {
  HubFaults faults = usual_hub_faults();
  faults.controller_away_per_mille = 1'000;
  faults.agent_away_per_mille = 1'000;
  faults.agent_away_seconds = 80'000;
  faults.requeue_hours = 20;
  faults.own_work_per_mille = 500;
  faults.phantom_per_mille = 200;
  return faults;
}

TEST(HubFaults, NoneAreAskedForNoneCome) {
  const HubTruth truth = make_hub_truth(two_hubs(), {}, 7 * 86'400, 1);
  EXPECT_FALSE(truth.any());
  EXPECT_TRUE(truth.silences.empty());
  EXPECT_TRUE(truth.requeues.empty());
  EXPECT_TRUE(truth.phantoms.empty());
}

TEST(HubFaults, SilencesOfOneKindAreApart) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const HubTruth truth = make_hub_truth(two_hubs(), rough_hubs(), 14 * 86'400, seed);
    std::map<std::pair<std::uint32_t, Away>, Second> last;
    Second begin = 0;
    for (const Silence& one : truth.silences) {
      ASSERT_GE(one.begin, begin);
      begin = one.begin;
      ASSERT_LT(one.begin, one.end);
      ASSERT_LE(one.end, one.back);
      Second& end = last[{one.hub.value, one.who}];
      ASSERT_GT(one.begin, end) << "seed " << seed;
      end = one.back;
      const bool taken_over = one.end < one.back;
      ASSERT_TRUE(!taken_over || one.end > one.begin + 60) << "the lease has run out";
    }
  }
}

TEST(HubFaults, WhatIsNotThereDoesNotBreakAndIsNotTaken) {
  const engine::Places places = two_hubs();
  std::uint32_t own = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    FaultOptions options = strong(seed);
    options.hubs = rough_hubs();
    const HubTruth truth = make_hub_truth(places, options.hubs, options.span, seed);
    std::map<std::pair<std::uint32_t, std::uint32_t>, bool> down;
    for (const NodesChange& change : make_faults(places, options)) {
      own += change.own;
      ASSERT_FALSE(change.up && change.own);
      for (std::uint32_t node = change.begin; node < change.end; ++node) {
        bool& is_down = down[{change.pool.value, node}];
        ASSERT_EQ(is_down, change.up) << "a node changes to what it was";
        is_down = !change.up;
      }
      for (const Phantom& one : truth.phantoms) {
        ASSERT_FALSE(one.pool == change.pool && change.end > one.begin) << "seed " << seed;
      }
    }
    for (const Requeue& one : truth.requeues) {
      for (const Phantom& phantom : truth.phantoms) {
        ASSERT_FALSE(phantom.pool == one.pool && one.node >= phantom.begin);
      }
    }
  }
  EXPECT_GT(own, 100U);
}

// One fault more leaves the others where they were.
TEST(HubFaults, EachHasDrawsOfItsOwn) {
  FaultOptions plain = strong(5);
  FaultOptions more = plain;
  more.hubs.requeue_hours = 30;
  more.hubs.stuck_per_mille = 500;
  more.hubs.controller_away_per_mille = 1'000;
  const auto at = [](const NodesChange& one) { return std::tuple(one.at, one.pool, one.begin); };
  EXPECT_TRUE(std::ranges::equal(make_faults(two_hubs(), plain), make_faults(two_hubs(), more), {},
                                 at, at));
  const HubTruth few = make_hub_truth(two_hubs(), more.hubs, plain.span, 5);
  more.hubs.agent_away_per_mille = 1'000;
  const HubTruth many = make_hub_truth(two_hubs(), more.hubs, plain.span, 5);
  EXPECT_EQ(few.requeues.size(), many.requeues.size());
  EXPECT_EQ(std::ranges::count(few.silences, Away::kController, &Silence::who),
            std::ranges::count(many.silences, Away::kController, &Silence::who));
}

}  // namespace
}  // namespace tongsuan::world
