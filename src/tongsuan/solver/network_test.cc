#include "tongsuan/solver/network.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <numeric>
#include <optional>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"

namespace tongsuan::solver {
namespace {

constexpr std::int64_t kLow = -2;
constexpr std::int64_t kHigh = 7;

// A slot as plain vectors: what the tests draw, permute and enumerate.
struct Zone {
  std::vector<NetworkStep> supply;
  std::vector<NetworkStep> demand;
  std::int64_t fixed = 0;
  bool free_disposal = false;
};
struct Case {
  std::vector<Zone> zones;
  std::vector<NetworkLine> lines;
  std::vector<std::int64_t> injection;
};

Network build(const Case& c) {
  std::vector<NetworkZone> zones;
  for (const Zone& z : c.zones) zones.push_back({z.supply, z.demand, z.fixed, z.free_disposal});
  Result<Network> built = Network::build({zones, c.lines, kLow, kHigh});
  EXPECT_TRUE(built.ok());
  return std::move(built).value();
}

struct NetworkShape {
  std::uint32_t zones_max = 3;
  std::uint32_t lines_max = 3;
  bool tree = false;
  bool tariffs = true;
};

Case random_case(Random& random, const NetworkShape& shape) {
  Case c;
  c.zones.resize(1 + random.below(shape.zones_max));
  const std::size_t n = c.zones.size();
  for (Zone& zone : c.zones) {
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      zone.supply.push_back({random.between(kLow, kHigh), random.between(0, 4)});
    }
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      zone.demand.push_back({random.between(kLow, kHigh), random.between(0, 4)});
    }
    zone.fixed = random.between(-2, 2);
    zone.free_disposal = random.below(4) == 0;
    c.injection.push_back(random.between(-2, 2));
  }
  if (n == 1) return c;
  const std::uint64_t count = shape.tree ? n - 1 : random.below(shape.lines_max + 1);
  for (std::uint32_t l = 0; l < count; ++l) {
    NetworkLine line;
    line.to = shape.tree ? l + 1 : static_cast<std::uint32_t>(random.below(n));
    do {
      line.from = static_cast<std::uint32_t>(random.below(shape.tree ? l + 1 : n));
    } while (line.from == line.to);
    line.min = random.between(-3, 1);
    line.max = random.between(std::max<std::int64_t>(line.min, 0), 4);
    if (shape.tariffs && random.below(2) == 0) line.tariff = random.between(0, 2);
    c.lines.push_back(line);
  }
  return c;
}

// ---- The naive twin ----------------------------------------------------------------------------

// Welfare of a zone whose steps give `net` in total, taking the cheapest first, unit by unit.
int128 naive_zone_value(const Zone& zone, std::int64_t net, std::int64_t injection) {
  std::vector<std::int64_t> units;
  std::int64_t needed = net - zone.fixed - injection;
  for (const NetworkStep& s : zone.supply)
    units.insert(units.end(), static_cast<std::size_t>(s.amount), s.price);
  for (const NetworkStep& s : zone.demand) {
    units.insert(units.end(), static_cast<std::size_t>(s.amount), s.price);
    needed += s.amount;
  }
  std::ranges::sort(units);
  const auto value_of = [&](std::int64_t used) {
    int128 value = 0;
    for (std::int64_t i = 0; i < used; ++i) {
      value -=
          i < static_cast<std::int64_t>(units.size()) ? units[static_cast<std::size_t>(i)] : kHigh;
    }
    return used < 0 ? int128{kLow} * -used : value;
  };
  if (!zone.free_disposal) return value_of(needed);
  int128 best = -1'000'000;
  for (std::int64_t thrown = 0; thrown <= 60; ++thrown) {
    if (needed + thrown >= 0) best = std::max(best, value_of(needed + thrown));
  }
  return best;
}

// The greatest welfare over all whole flows.
int128 naive_welfare(const Case& c) {
  std::vector<std::int64_t> net(c.zones.size(), 0);
  std::optional<int128> best;
  const std::function<void(std::size_t, int128)> visit = [&](std::size_t l, int128 value) {
    if (l == c.lines.size()) {
      for (std::size_t z = 0; z < net.size(); ++z) {
        value += naive_zone_value(c.zones[z], net[z], c.injection[z]);
      }
      best = std::max(best.value_or(value), value);
      return;
    }
    const NetworkLine& line = c.lines[l];
    for (std::int64_t flow = line.min; flow <= line.max; ++flow) {
      net[line.from] += flow;
      net[line.to] -= flow;
      visit(l + 1, value - int128{line.tariff} * flow);
      net[line.from] -= flow;
      net[line.to] += flow;
    }
  };
  visit(0, 0);
  return *best;
}

// All price vectors on the grid where D is least.
struct NetworkPrices {
  int128 value = 0;
  std::vector<std::vector<std::int64_t>> vectors;
};
NetworkPrices naive_prices(const Case& c, const Network& network) {
  NetworkPrices best;
  std::vector<std::int64_t> prices(c.zones.size());
  const std::function<void(std::uint32_t)> visit = [&](std::uint32_t z) {
    if (z == prices.size()) {
      const int128 value = network.dual_value(prices, c.injection);
      if (best.vectors.empty() || value < best.value) best = {value, {}};
      if (value == best.value) best.vectors.push_back(prices);
      return;
    }
    for (prices[z] = network.price_min(z); prices[z] <= network.price_max(z); ++prices[z]) {
      visit(z + 1);
    }
  };
  visit(0);
  return best;
}

void expect_feasible(const Case& c, const NetworkSolution& solution) {
  std::vector<std::int64_t> net = solution.supply;
  for (std::size_t l = 0; l < c.lines.size(); ++l) {
    EXPECT_GE(solution.flows[l], c.lines[l].min);
    EXPECT_LE(solution.flows[l], c.lines[l].max);
    net[c.lines[l].from] -= solution.flows[l];
    net[c.lines[l].to] += solution.flows[l];
  }
  for (const std::int64_t rest : net) EXPECT_EQ(rest, 0);
}

NetworkSolution solve(const Network& network, const std::vector<std::int64_t>& injection,
                      std::int64_t start = 0) {
  NetworkSolver solver;
  NetworkSolution solution;
  solution.prices.assign(network.zone_count(), start);
  solver.solve(network, injection, solution);
  return solution;
}

void expect_exact(const Case& c) {
  const Network network = build(c);
  NetworkSolver solver;
  const NetworkPrices expected = naive_prices(c, network);
  NetworkSolution solution;
  for (const std::int64_t start : {std::int64_t{0}, kLow, kHigh}) {
    solution.prices.assign(c.zones.size(), start);
    solver.solve(network, c.injection, solution);
    ASSERT_EQ(solution.welfare, expected.value);
    ASSERT_EQ(solution.welfare, naive_welfare(c));
    ASSERT_EQ(network.primal_value(solution.supply, solution.flows, c.injection), solution.welfare);
    ASSERT_EQ(network.dual_value(solution.lowest, c.injection), solution.welfare);
    ASSERT_EQ(network.dual_value(solution.highest, c.injection), solution.welfare);
    expect_feasible(c, solution);
    for (std::size_t z = 0; z < c.zones.size(); ++z) {
      std::int64_t lowest = kHigh;
      std::int64_t highest = kLow;
      for (const auto& prices : expected.vectors) {
        lowest = std::min(lowest, prices[z]);
        highest = std::max(highest, prices[z]);
      }
      ASSERT_EQ(solution.lowest[z], lowest);
      ASSERT_EQ(solution.highest[z], highest);
    }
  }
}

TEST(Network, TreesEqualEnumeration) {
  for (std::uint64_t seed = 1; seed <= many_seeds(3000); ++seed) {
    Random random(seed);
    const Case c = random_case(random, {.zones_max = 4, .tree = true, .tariffs = seed % 2 == 0});
    ASSERT_NO_FATAL_FAILURE(expect_exact(c)) << "seed " << seed;
  }
}

TEST(Network, MeshesEqualEnumeration) {
  for (std::uint64_t seed = 1; seed <= many_seeds(3000); ++seed) {
    Random random(seed * 77'777);
    const Case c = random_case(random, {.zones_max = 4, .lines_max = 4});
    ASSERT_NO_FATAL_FAILURE(expect_exact(c)) << "seed " << seed;
  }
}

// ---- Large meshes: primal = dual is its own proof ---------------------------------------------

TEST(Network, LargeMeshesCloseExactly) {
  NetworkSolver solver;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    Case c;
    const std::uint32_t n = seed % 3 == 0 ? 100 : 31;
    c.zones.resize(n);
    for (Zone& zone : c.zones) {
      for (int i = 0; i < 60; ++i) {
        auto& side = random.below(2) == 0 ? zone.supply : zone.demand;
        side.push_back({random.between(0, 3000) * 10'000, random.between(1, 5000)});
      }
      c.injection.push_back(random.between(-9000, 9000));
    }
    for (std::uint32_t z = 0; z < n; ++z) {
      for (const std::uint64_t other : {(z + 1) % std::uint64_t{n}, random.below(n)}) {
        if (other == z) continue;
        const auto to = static_cast<std::uint32_t>(other);
        const std::int64_t room = random.between(100, 20'000);
        const std::int64_t tariff = random.between(0, 200) * 1000;
        c.lines.push_back({z, to, 0, room, tariff});
        c.lines.push_back({to, z, 0, room, tariff});
      }
    }
    std::vector<NetworkZone> zones;
    for (const Zone& z : c.zones) zones.push_back({z.supply, z.demand, z.fixed, false});
    const Result<Network> built = Network::build({zones, c.lines, -50'000'000, 400'000'000});
    ASSERT_TRUE(built.ok());
    const Network& network = built.value();
    NetworkSolution solution;
    solution.prices.assign(n, 15'000'000);
    solver.solve(network, c.injection, solution);
    EXPECT_EQ(network.primal_value(solution.supply, solution.flows, c.injection), solution.welfare);
    EXPECT_EQ(network.dual_value(solution.lowest, c.injection), solution.welfare);
    EXPECT_EQ(network.dual_value(solution.highest, c.injection), solution.welfare);
    expect_feasible(c, solution);
    solver.share_ties(network, c.injection, solution);
    EXPECT_EQ(network.primal_value(solution.supply, solution.flows, c.injection), solution.welfare);
    expect_feasible(c, solution);
  }
}

// ---- Rules that choose among optima ------------------------------------------------------------

TEST(Network, TieRuleKeepsWelfareAndBalance) {
  NetworkSolver solver;
  for (std::uint64_t seed = 1; seed <= many_seeds(4000); ++seed) {
    Random random(seed * 31);
    const Case c = random_case(random, {.zones_max = 4, .lines_max = 4});
    const Network network = build(c);
    NetworkSolution solution = solve(network, c.injection);
    const NetworkSolution before = solution;
    solver.share_ties(network, c.injection, solution);
    ASSERT_EQ(network.primal_value(solution.supply, solution.flows, c.injection), before.welfare)
        << "seed " << seed;
    ASSERT_NO_FATAL_FAILURE(expect_feasible(c, solution)) << "seed " << seed;
  }
}

// Three zones at one price 3: 10 + 30 units offered at 3, 24 asked at 3, 8 asked above it.
TEST(Network, VolumeFirstThenProRata) {
  Case c;
  c.zones.resize(3);
  c.zones[0].supply = {{3, 10}};
  c.zones[1].supply = {{3, 30}};
  c.zones[2].demand = {{3, 24}, {5, 8}};
  c.lines = {{0, 2, -100, 100, 0}, {1, 2, -100, 100, 0}};
  c.injection = {0, 0, 0};
  NetworkSolver solver;
  NetworkSolution solution = solve(build(c), c.injection, 3);
  solver.share_ties(build(c), c.injection, solution);
  EXPECT_EQ(solution.supply, (std::vector<std::int64_t>{8, 24, -32}));  // all 32, shared 1 : 3
  EXPECT_EQ(solution.flows, (std::vector<std::int64_t>{8, 24}));

  // A line of 6 keeps zone 0 below its share; the rest comes from zone 1.
  c.lines[0].max = 6;
  solution = solve(build(c), c.injection, 3);
  solver.share_ties(build(c), c.injection, solution);
  EXPECT_EQ(solution.supply[0] + solution.supply[1] + solution.supply[2], 0);
  EXPECT_LE(solution.flows[0], 6);
}

TEST(Network, ChosenPricesAreClosestThenLowest) {
  NetworkSolver solver;
  for (std::uint64_t seed = 1; seed <= many_seeds(1500); ++seed) {
    Random random(seed * 7);
    const Case c = random_case(random, {.zones_max = 3, .lines_max = 3});
    const Network network = build(c);
    NetworkSolution solution = solve(network, c.injection);
    std::vector<std::int64_t> reference;
    for (std::size_t z = 0; z < c.zones.size(); ++z)
      reference.push_back(random.between(kLow, kHigh));
    const auto distance = [&reference](const std::vector<std::int64_t>& prices) {
      std::int64_t sum = 0;
      for (std::size_t z = 0; z < prices.size(); ++z) sum += std::abs(prices[z] - reference[z]);
      return sum;
    };
    std::int64_t closest = 1'000'000;
    std::vector<std::int64_t> lowest(c.zones.size(), kHigh);
    const NetworkPrices optimal = naive_prices(c, network);
    for (const auto& prices : optimal.vectors) closest = std::min(closest, distance(prices));
    for (const auto& prices : optimal.vectors) {
      if (distance(prices) != closest) continue;
      for (std::size_t z = 0; z < prices.size(); ++z) lowest[z] = std::min(lowest[z], prices[z]);
    }
    solver.choose_prices(network, reference, solution);
    ASSERT_EQ(solution.prices, lowest) << "seed " << seed;
  }
}

TEST(Network, OrderOfInputDoesNotMatter) {
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    Random random(seed * 13);
    const Case c = random_case(random, {.zones_max = 4, .tree = true, .tariffs = false});
    Case mixed = c;
    std::vector<std::size_t> order(c.lines.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::reverse(order);
    for (std::size_t l = 0; l < order.size(); ++l) mixed.lines[l] = c.lines[order[l]];
    for (Zone& zone : mixed.zones) {
      std::ranges::reverse(zone.supply);
      std::ranges::reverse(zone.demand);
    }
    NetworkSolver solver;
    NetworkSolution first = solve(build(c), c.injection, 2);
    NetworkSolution second = solve(build(mixed), mixed.injection, 2);
    solver.share_ties(build(c), c.injection, first);
    solver.share_ties(build(mixed), mixed.injection, second);
    ASSERT_EQ(first.welfare, second.welfare);
    ASSERT_EQ(first.prices, second.prices);
    ASSERT_EQ(first.lowest, second.lowest);
    ASSERT_EQ(first.highest, second.highest);
  }
}

// ---- Reading back ------------------------------------------------------------------------------

TEST(Network, AcceptedStepsFollowPriceOrder) {
  for (std::uint64_t seed = 1; seed <= many_seeds(2000); ++seed) {
    Random random(seed * 3);
    Case c = random_case(random, {.zones_max = 1});
    Zone& zone = c.zones[0];
    zone.free_disposal = false;
    const Network network = build(c);
    const std::int64_t net = random.between(-16, 16);
    // Units in the order in which they are used: price, then supply before demand.
    std::vector<std::pair<std::int64_t, bool>> units;
    std::int64_t used = net - zone.fixed - c.injection[0];
    for (const NetworkStep& s : zone.supply)
      units.insert(units.end(), static_cast<std::size_t>(s.amount), {s.price, false});
    for (const NetworkStep& s : zone.demand) {
      units.insert(units.end(), static_cast<std::size_t>(s.amount), {s.price, true});
      used += s.amount;
    }
    std::ranges::sort(units);
    Network::Accepted expected;
    expected.supply_price = kLow;
    expected.demand_price = kHigh;
    const auto total = static_cast<std::int64_t>(units.size());
    expected.surplus = used < 0 ? -used : std::min<std::int64_t>(total - used, 0);
    for (std::int64_t i = 0; i < total; ++i) {
      const auto [price, is_demand] = units[static_cast<std::size_t>(i)];
      if (!is_demand && i < used) ++expected.supply, expected.supply_price = price;
      if (is_demand && i >= used) {
        if (expected.demand++ == 0) expected.demand_price = price;
      }
    }
    const Network::Accepted got = network.accepted(0, net, c.injection[0]);
    ASSERT_EQ(got.supply, expected.supply) << "seed " << seed;
    ASSERT_EQ(got.demand, expected.demand) << "seed " << seed;
    ASSERT_EQ(got.supply_price, expected.supply_price) << "seed " << seed;
    ASSERT_EQ(got.demand_price, expected.demand_price) << "seed " << seed;
    ASSERT_EQ(got.surplus, expected.surplus) << "seed " << seed;
  }
}

TEST(Network, GatesKeepStepsOutAndCountThemAsRejected) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1500); ++seed) {
    Random random(seed * 5);
    const Case c = random_case(random, {.zones_max = 3, .lines_max = 2});
    Case filtered = c;
    std::vector<ZoneGate> gates;
    int128 rejected = 0;
    for (Zone& zone : filtered.zones) {
      ZoneGate gate;
      gate.supply_max = random.between(kLow, kHigh);
      gate.demand_min = random.between(kLow, kHigh);
      // A free zone uses its steps below price 0 in any case; gates are for prices it can have.
      if (zone.free_disposal) gate = {};
      gates.push_back(gate);
      std::erase_if(zone.supply, [&](const NetworkStep& s) { return s.price > gate.supply_max; });
      for (const NetworkStep& s : zone.demand) {
        if (s.price < gate.demand_min) rejected += int128{s.price} * s.amount;
      }
      std::erase_if(zone.demand, [&](const NetworkStep& s) { return s.price < gate.demand_min; });
    }
    const NetworkSolution gated = solve(build(c).gated(gates), c.injection);
    const NetworkSolution direct = solve(build(filtered), c.injection);
    ASSERT_EQ(gated.welfare, direct.welfare - rejected) << "seed " << seed;
    ASSERT_EQ(gated.lowest, direct.lowest) << "seed " << seed;
    ASSERT_EQ(gated.highest, direct.highest) << "seed " << seed;
  }
}

TEST(Network, ShortageAndUnwantedSupplyAreNotBalanced) {
  Case c;
  c.zones.resize(1);
  c.zones[0].supply = {{1, 5}};
  c.injection = {-6};
  EXPECT_FALSE(solve(build(c), c.injection).balanced);
  EXPECT_EQ(solve(build(c), c.injection).lowest[0], kHigh);
  c.injection = {-5};
  EXPECT_TRUE(solve(build(c), c.injection).balanced);
  c.injection = {1};
  EXPECT_FALSE(solve(build(c), c.injection).balanced);
  EXPECT_EQ(solve(build(c), c.injection).highest[0], kLow);
  c.zones[0].free_disposal = true;
  EXPECT_TRUE(solve(build(c), c.injection).balanced);
  EXPECT_EQ(solve(build(c), c.injection).highest[0], 0);
}

TEST(Network, BadInputIsRefused) {
  const std::vector<NetworkStep> negative = {{1, -1}};
  const std::vector<NetworkStep> dear = {{kNetworkPriceMax + 1, 1}};
  const std::vector<NetworkStep> huge = {{1, kZoneAmountMax}, {2, 1}};
  const auto refused = [](const std::vector<NetworkZone>& zones,
                          const std::vector<NetworkLine>& lines, std::int64_t low = kLow) {
    return !Network::build({zones, lines, low, kHigh}).ok();
  };
  EXPECT_FALSE(refused({{}, {}}, {{0, 1, 0, 1, 0}}));
  EXPECT_TRUE(refused({{negative, {}, 0, false}}, {}));
  EXPECT_TRUE(refused({{dear, {}, 0, false}}, {}));
  EXPECT_TRUE(refused({{{}, huge, 0, false}}, {}));
  EXPECT_TRUE(refused({{}, {}}, {{0, 2, 0, 1, 0}}));
  EXPECT_TRUE(refused({{}, {}}, {{1, 1, 0, 1, 0}}));
  EXPECT_TRUE(refused({{}, {}}, {{0, 1, 2, 1, 0}}));
  EXPECT_TRUE(refused({{}, {}}, {}, 1));
  EXPECT_TRUE(refused(std::vector<NetworkZone>(kNetworkZonesMax + 1), {}));
}

}  // namespace
}  // namespace tongsuan::solver
