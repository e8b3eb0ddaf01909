#include "tongsuan/solver/block_search.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <numeric>
#include <optional>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/base/random.h"

namespace tongsuan::solver {
namespace {

struct Shape {
  std::uint32_t slots_max = 2;
  std::uint32_t zones_max = 2;
  std::uint32_t blocks_max = 5;
  std::int64_t price = 1;   // prices are multiples of it
  std::int64_t amount = 1;  // amounts are multiples of it
  bool lots = false;
  bool groups = false;
  bool shortages = true;  // some choices of blocks cannot be balanced
};

constexpr std::int64_t kTop = 8;

BlockBook random_book(Random& random, const Shape& shape) {
  BlockBook book;
  book.zone_count = 1 + static_cast<std::uint32_t>(random.below(shape.zones_max));
  const auto slots = 1 + static_cast<std::uint32_t>(random.below(shape.slots_max));
  for (std::uint32_t t = 0; t < slots; ++t) {
    std::vector<std::vector<NetworkStep>> supply(book.zone_count);
    std::vector<std::vector<NetworkStep>> demand(book.zone_count);
    std::vector<NetworkZone> zones(book.zone_count);
    for (std::uint32_t z = 0; z < book.zone_count; ++z) {
      for (auto* side : {&supply[z], &demand[z]}) {
        for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
          side->push_back(
              {random.between(0, kTop) * shape.price, random.between(1, 4) * shape.amount});
        }
      }
      if (!shape.shortages) {
        supply[z].push_back({kTop * shape.price, 60 * shape.amount});
        demand[z].push_back({0, 60 * shape.amount});
      }
      zones[z].supply = supply[z];
      zones[z].demand = demand[z];
    }
    std::vector<NetworkLine> lines;
    for (std::uint32_t z = 1; z < book.zone_count; ++z) {
      lines.push_back(
          {z - 1, z, -random.between(0, 3) * shape.amount, random.between(0, 3) * shape.amount, 0});
    }
    book.slots.push_back(
        std::move(Network::build({zones, lines, -shape.price, (kTop + 1) * shape.price})).value());
  }
  const std::uint64_t blocks = random.below(shape.blocks_max + 1);
  for (std::uint64_t j = 0; j < blocks; ++j) {
    Block block;
    block.lots = shape.lots && random.below(2) == 0 ? random.between(2, 4) : 1;
    block.lots_min = random.between(1, block.lots);
    if (shape.groups && random.below(2) == 0)
      block.group = static_cast<std::uint32_t>(random.below(2));
    const std::int64_t sign = random.below(3) == 0 ? 1 : -1;
    const auto zone = static_cast<std::uint32_t>(random.below(book.zone_count));
    block.leg_begin = static_cast<std::uint32_t>(book.legs.size());
    std::int64_t volume = 0;
    for (std::uint32_t t = 0; t < slots; ++t) {
      if (t > 0 && random.below(4) == 0) continue;
      const std::int64_t amount = random.between(1, 3) * shape.amount * block.lots;
      // Some blocks exchange: they deliver in one place and buy in another.
      const bool turned = random.below(8) == 0;
      book.legs.push_back({t, zone, (turned ? -sign : sign) * amount});
      volume += amount;
    }
    block.leg_end = static_cast<std::uint32_t>(book.legs.size());
    block.value = sign * volume * random.between(1, kTop - 1) * shape.price +
                  random.between(-2, 2) * shape.price;
    book.blocks.push_back(block);
  }
  EXPECT_TRUE(check_book(book).ok());
  return book;
}

// ---- Naive twins -------------------------------------------------------------------------------

// Visits every allowed choice of lots.
void each_choice(const BlockBook& book,
                 const std::function<void(const std::vector<std::int64_t>&)>& visit) {
  std::vector<std::int64_t> lots(book.blocks.size(), 0);
  const std::function<void(std::size_t)> next = [&](std::size_t j) {
    if (j == lots.size()) return visit(lots);
    const Block& block = book.blocks[j];
    lots[j] = 0;
    next(j + 1);
    for (std::size_t i = 0; i < j; ++i) {
      if (block.group != kNoGroup && book.blocks[i].group == block.group && lots[i] > 0) return;
    }
    for (lots[j] = block.lots_min; lots[j] <= block.lots; ++lots[j]) next(j + 1);
    lots[j] = 0;
  };
  next(0);
}

std::vector<std::int64_t> injection_of(const BlockBook& book, const std::vector<std::int64_t>& lots,
                                       std::uint32_t slot) {
  std::vector<std::int64_t> injection(book.zone_count, 0);
  for (std::size_t j = 0; j < lots.size(); ++j) {
    const Block& block = book.blocks[j];
    for (std::uint32_t l = block.leg_begin; l < block.leg_end; ++l) {
      if (book.legs[l].slot != slot) continue;
      injection[book.legs[l].zone] -= book.legs[l].amount / block.lots * lots[j];
    }
  }
  return injection;
}

int128 values_of(const BlockBook& book, const std::vector<std::int64_t>& lots) {
  int128 sum = 0;
  for (std::size_t j = 0; j < lots.size(); ++j) {
    sum +=
        divide_wide(int128{book.blocks[j].value} * lots[j], book.blocks[j].lots, Rounding::kDown);
  }
  return sum;
}

// Surplus of every accepted block is ≥ 0 at prices by slot and zone.
bool blocks_content(const BlockBook& book, const std::vector<std::int64_t>& lots,
                    const std::vector<std::int64_t>& prices) {
  for (std::size_t j = 0; j < lots.size(); ++j) {
    const Block& block = book.blocks[j];
    int128 gain = divide_wide(int128{block.value} * lots[j], block.lots, Rounding::kDown);
    for (std::uint32_t l = block.leg_begin; l < block.leg_end; ++l) {
      const BlockLeg& leg = book.legs[l];
      gain -=
          int128{leg.amount / block.lots} * lots[j] * prices[leg.slot * book.zone_count + leg.zone];
    }
    if (gain < 0) return false;
  }
  return true;
}

struct Choice {
  int128 welfare = 0;
  std::vector<std::int64_t> lots;
};

// Solves all slots for a choice; nullopt when one cannot be balanced.
std::optional<int128> choice_welfare(const BlockBook& book, const std::vector<std::int64_t>& lots,
                                     std::vector<NetworkSolution>* solutions = nullptr) {
  NetworkSolver solver;
  int128 welfare = values_of(book, lots);
  for (std::uint32_t t = 0; t < book.slots.size(); ++t) {
    NetworkSolution solution;
    solver.solve(book.slots[t], injection_of(book, lots, t), solution);
    if (!solution.balanced) return std::nullopt;
    welfare += solution.welfare;
    if (solutions != nullptr) solutions->push_back(solution);
  }
  return welfare;
}

std::optional<Choice> naive_free(const BlockBook& book) {
  std::optional<Choice> best;
  each_choice(book, [&](const std::vector<std::int64_t>& lots) {
    const std::optional<int128> welfare = choice_welfare(book, lots);
    if (welfare && (!best || *welfare > best->welfare)) best = Choice{*welfare, lots};
  });
  return best;
}

// Visits all price tables between two tables.
bool any_prices(const std::vector<std::int64_t>& low, const std::vector<std::int64_t>& high,
                const std::function<bool(const std::vector<std::int64_t>&)>& good) {
  std::vector<std::int64_t> prices = low;
  const std::function<bool(std::size_t)> next = [&](std::size_t e) {
    if (e == prices.size()) return good(prices);
    for (prices[e] = low[e]; prices[e] <= high[e]; ++prices[e]) {
      if (next(e + 1)) return true;
    }
    return false;
  };
  return next(0);
}

std::optional<Choice> naive_european(const BlockBook& book) {
  std::optional<Choice> best;
  each_choice(book, [&](const std::vector<std::int64_t>& lots) {
    std::vector<NetworkSolution> solutions;
    const std::optional<int128> welfare = choice_welfare(book, lots, &solutions);
    if (!welfare || (best && *welfare <= best->welfare)) return;
    std::vector<std::int64_t> low;
    std::vector<std::int64_t> high;
    for (const NetworkSolution& s : solutions) {
      low.insert(low.end(), s.lowest.begin(), s.lowest.end());
      high.insert(high.end(), s.highest.begin(), s.highest.end());
    }
    const bool supported = any_prices(low, high, [&](const std::vector<std::int64_t>& prices) {
      if (!blocks_content(book, lots, prices)) return false;
      for (std::uint32_t t = 0; t < book.slots.size(); ++t) {
        const std::span<const std::int64_t> here =
            std::span(prices).subspan(t * book.zone_count, book.zone_count);
        if (book.slots[t].dual_value(here, injection_of(book, lots, t)) != solutions[t].welfare) {
          return false;
        }
      }
      return true;
    });
    if (supported) best = Choice{*welfare, lots};
  });
  return best;
}

// Greatest welfare of a slot with its flows fixed and all steps that lose at the prices kept out.
std::optional<int128> gated_welfare(const BlockBook& book, std::uint32_t slot,
                                    std::span<const std::int64_t> prices,
                                    const std::vector<std::int64_t>& injection,
                                    const std::vector<std::int64_t>& flows) {
  std::vector<ZoneGate> gates;
  for (const std::int64_t price : prices) gates.push_back({price, price});
  Network gated = book.slots[slot].gated(gates);
  std::vector<NetworkLine> fixed(gated.lines().begin(), gated.lines().end());
  for (std::size_t l = 0; l < fixed.size(); ++l) fixed[l].min = fixed[l].max = flows[l];
  gated.set_line_limits(fixed);
  NetworkSolver solver;
  NetworkSolution solution;
  solver.solve(gated, injection, solution);
  if (!solution.balanced) return std::nullopt;
  return solution.welfare;
}

// Nobody accepted loses, over all prices and all flows. Only for books of one or two zones.
std::optional<Choice> naive_nobody_loses(const BlockBook& book) {
  std::optional<Choice> best;
  const std::size_t entries = book.slots.size() * book.zone_count;
  const std::vector<std::int64_t> low(entries, book.slots[0].price_min(0));
  const std::vector<std::int64_t> high(entries, book.slots[0].price_max(0));
  each_choice(book, [&](const std::vector<std::int64_t>& lots) {
    const std::optional<int128> limit = choice_welfare(book, lots);
    if (!limit || (best && *limit <= best->welfare)) return;
    any_prices(low, high, [&](const std::vector<std::int64_t>& prices) {
      if (!blocks_content(book, lots, prices)) return false;
      // Per slot the best welfare for each flow; then flows whose rents do not lose in total.
      std::vector<std::pair<int128, int128>> sums = {{0, values_of(book, lots)}};  // rent, welfare
      for (std::uint32_t t = 0; t < book.slots.size(); ++t) {
        const std::span<const std::int64_t> here =
            std::span(prices).subspan(t * book.zone_count, book.zone_count);
        const std::span<const NetworkLine> lines = book.slots[t].lines();
        std::vector<std::pair<int128, int128>> longer;
        const std::int64_t from = lines.empty() ? 0 : lines[0].min;
        const std::int64_t to = lines.empty() ? 0 : lines[0].max;
        for (std::int64_t flow = from; flow <= to; ++flow) {
          const std::vector<std::int64_t> flows(lines.size(), flow);
          const std::optional<int128> welfare =
              gated_welfare(book, t, here, injection_of(book, lots, t), flows);
          if (!welfare) continue;
          const int128 rent = lines.empty() ? int128{0} : int128{here[1] - here[0]} * flow;
          for (const auto& [r, w] : sums) longer.emplace_back(r + rent, w + *welfare);
        }
        sums = std::move(longer);
      }
      for (const auto& [rent, welfare] : sums) {
        if (rent >= 0 && (!best || welfare > best->welfare)) best = Choice{welfare, lots};
      }
      return false;
    });
  });
  return best;
}

BlockSearchResult run(const BlockBook& book, BlockSearchOptions options) {
  BlockSearch search(book);
  return search.run(options);
}

// ---- Free optimum ------------------------------------------------------------------------------

void expect_free_optimum(const BlockBook& book, const BlockSearchOptions& options) {
  const std::optional<Choice> expected = naive_free(book);
  const BlockSearchResult result = run(book, options);
  ASSERT_EQ(result.found, expected.has_value());
  if (!expected) return;
  ASSERT_EQ(result.outcome.welfare, expected->welfare);
  ASSERT_TRUE(result.proved);
  ASSERT_EQ(result.bound, expected->welfare);
  ASSERT_EQ(choice_welfare(book, result.outcome.lots), expected->welfare);
}

TEST(BlockSearch, FreeOptimumEqualsEnumeration) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1500); ++seed) {
    Random random(seed);
    const BlockBook book = random_book(random, {.slots_max = 3, .zones_max = 3, .blocks_max = 6});
    ASSERT_NO_FATAL_FAILURE(expect_free_optimum(book, {})) << "seed " << seed;
  }
}

TEST(BlockSearch, ExclusiveGroupsEqualEnumeration) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1000); ++seed) {
    Random random(seed * 101);
    const BlockBook book =
        random_book(random, {.slots_max = 3, .zones_max = 2, .blocks_max = 7, .groups = true});
    ASSERT_NO_FATAL_FAILURE(expect_free_optimum(book, {})) << "seed " << seed;
  }
}

TEST(BlockSearch, MinimumAcceptanceEqualsEnumeration) {
  for (std::uint64_t seed = 1; seed <= many_seeds(1000); ++seed) {
    Random random(seed * 103);
    const BlockBook book = random_book(
        random,
        {.slots_max = 2, .zones_max = 2, .blocks_max = 4, .lots = true, .groups = seed % 3 == 0});
    ASSERT_NO_FATAL_FAILURE(expect_free_optimum(book, {})) << "seed " << seed;
  }
}

TEST(BlockSearch, BranchingFindsTheSameOptimum) {
  std::uint64_t branched = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    Random random(seed * 107);
    const BlockBook book = random_book(random, {.slots_max = 2,
                                                .zones_max = 2,
                                                .blocks_max = 6,
                                                .lots = seed % 2 == 0,
                                                .groups = seed % 3 == 0});
    const BlockSearchOptions options{.leaves_per_node_max = 0};
    ASSERT_NO_FATAL_FAILURE(expect_free_optimum(book, options)) << "seed " << seed;
    if (run(book, options).nodes > 1) ++branched;
  }
  EXPECT_GT(branched, 50U);
}

TEST(BlockSearch, StoppedSearchKeepsAValidBound) {
  for (std::uint64_t seed = 1; seed <= many_seeds(500); ++seed) {
    Random random(seed * 109);
    const BlockBook book = random_book(
        random, {.slots_max = 2, .zones_max = 2, .blocks_max = 6, .lots = seed % 2 == 0});
    const std::optional<Choice> expected = naive_free(book);
    for (const BlockRule rule : {BlockRule::kFree, BlockRule::kEuropean, BlockRule::kNobodyLoses}) {
      const BlockSearchResult result =
          run(book, {.rule = rule, .work_units_max = 1, .leaves_per_node_max = 0});
      if (!expected) continue;
      ASSERT_GE(result.bound,
                rule == BlockRule::kFree ? expected->welfare : result.outcome.welfare);
      if (result.found) {
        ASSERT_LE(result.outcome.welfare, expected->welfare) << "seed " << seed;
      }
    }
  }
}

// ---- Hull --------------------------------------------------------------------------------------

// With fine prices and amounts, the bound and the welfare of the parts that the hull takes meet.
TEST(BlockSearch, HullPricesCloseTheConcaveProblem) {
  constexpr std::int64_t kFine = 100'000;
  for (std::uint64_t seed = 1; seed <= many_seeds(600); ++seed) {
    Random random(seed * 113);
    const BlockBook book = random_book(random, {.slots_max = 4,
                                                .zones_max = 3,
                                                .blocks_max = 8,
                                                .price = kFine,
                                                .amount = kFine,
                                                .lots = false,
                                                .groups = seed % 2 == 0,
                                                .shortages = false});
    BlockSearch search(book);
    const Hull& hull = search.hull();
    ASSERT_TRUE(hull.closed) << "seed " << seed;
    double welfare = 0;
    for (std::uint32_t t = 0; t < book.slots.size(); ++t) {
      std::vector<std::int64_t> injection(book.zone_count, 0);
      for (std::size_t j = 0; j < book.blocks.size(); ++j) {
        for (std::uint32_t l = book.blocks[j].leg_begin; l < book.blocks[j].leg_end; ++l) {
          const BlockLeg& leg = book.legs[l];
          if (leg.slot != t) continue;
          injection[leg.zone] -=
              static_cast<std::int64_t>(static_cast<double>(leg.amount) * hull.share[j]);
        }
      }
      NetworkSolver solver;
      NetworkSolution solution;
      solver.solve(book.slots[t], injection, solution);
      welfare += static_cast<double>(solution.welfare);
    }
    for (std::size_t j = 0; j < book.blocks.size(); ++j) {
      welfare += static_cast<double>(book.blocks[j].value) * hull.share[j];
    }
    const double gap = static_cast<double>(hull.bound) - welfare;
    const double unit = static_cast<double>(kFine) * static_cast<double>(kFine);
    ASSERT_LT(gap, 1e-3 * unit) << "seed " << seed;
    ASSERT_GT(gap, -1e-3 * unit) << "seed " << seed;
  }
}

// ---- European rule -----------------------------------------------------------------------------

TEST(BlockSearch, EuropeanOptimumEqualsEnumeration) {
  for (std::uint64_t seed = 1; seed <= many_seeds(600); ++seed) {
    Random random(seed * 127);
    const BlockBook book = random_book(random, {.slots_max = 2,
                                                .zones_max = 2,
                                                .blocks_max = 4,
                                                .lots = seed % 4 == 0,
                                                .groups = seed % 3 == 0});
    const std::optional<Choice> expected = naive_european(book);
    const BlockSearchResult result = run(book, {.rule = BlockRule::kEuropean});
    ASSERT_EQ(result.found, expected.has_value()) << "seed " << seed;
    if (!expected) continue;
    ASSERT_EQ(result.outcome.welfare, expected->welfare) << "seed " << seed;
    ASSERT_TRUE(result.proved) << "seed " << seed;
    ASSERT_TRUE(blocks_content(book, result.outcome.lots, result.outcome.prices))
        << "seed " << seed;
    ASSERT_EQ(find_loser(book, result.outcome), "") << "seed " << seed;
  }
}

// ---- Nobody accepted loses ---------------------------------------------------------------------

// With prices of a few ticks a payable price vector may hide between whole numbers, so a handful of
// the hardest cases is allowed to lose more than the naive twin, never less.
TEST(BlockSearch, NobodyLosesAndLeastWelfareIsLost) {
  int cases = 0;
  int equal = 0;
  int costly = 0;  // where the rule costs welfare at all
  for (std::uint64_t seed = 1; seed <= many_seeds(4000); ++seed) {
    Random random(seed * 131);
    const BlockBook book = random_book(random, {.slots_max = 2,
                                                .zones_max = seed % 3 == 0 ? 2U : 1U,
                                                .blocks_max = 5,
                                                .lots = seed % 4 == 0});
    if (book.slots.size() * book.zone_count > 3) continue;
    const std::optional<Choice> expected = naive_nobody_loses(book);
    const BlockSearchResult result = run(book, {.rule = BlockRule::kNobodyLoses});
    ASSERT_EQ(result.found, expected.has_value()) << "seed " << seed;
    if (!expected) continue;
    ASSERT_EQ(find_loser(book, result.outcome), "") << "seed " << seed;
    ASSERT_LE(result.outcome.welfare, expected->welfare) << "seed " << seed;
    ASSERT_GE(result.bound, expected->welfare) << "seed " << seed;
    ++cases;
    equal += result.outcome.welfare == expected->welfare ? 1 : 0;
    costly += expected->welfare < naive_free(book)->welfare ? 1 : 0;
  }
  EXPECT_GT(cases, 3000);
  EXPECT_GT(costly, 80);
  EXPECT_GE(equal, cases - 3);
}

// ---- Exact cases -------------------------------------------------------------------------------

constexpr std::int64_t kTick = 1000;  // prices of the cases, in ticks

struct Offer {
  std::uint32_t zone = 0;
  std::int64_t amount = 0;
  std::int64_t milli_price = 0;
  bool supply = true;
};
struct BlockOffer {
  std::uint32_t zone = 0;
  std::int64_t amount = 0;  // bought > 0, delivered < 0
  std::int64_t milli_price = 0;
};

// One slot; in `sellers` each zone's supply belongs to one seller.
BlockBook exact_book(const std::vector<Offer>& offers, const std::vector<BlockOffer>& blocks,
                     const std::vector<NetworkLine>& lines, bool sellers) {
  BlockBook book;
  book.zone_count = lines.empty() ? 1 : 2;
  std::vector<std::vector<NetworkStep>> supply(book.zone_count);
  std::vector<std::vector<NetworkStep>> demand(book.zone_count);
  for (const Offer& o : offers) {
    (o.supply ? supply : demand)[o.zone].push_back({o.milli_price, o.amount});
    if (sellers && o.supply) {
      book.party_steps.push_back({o.zone, 0, o.zone, true, o.milli_price, o.amount});
    }
  }
  book.party_count = sellers ? book.zone_count : 0;
  std::vector<NetworkZone> zones(book.zone_count);
  for (std::uint32_t z = 0; z < book.zone_count; ++z) {
    zones[z].supply = supply[z];
    zones[z].demand = demand[z];
  }
  book.slots.push_back(std::move(Network::build({zones, lines, 0, 20 * kTick})).value());
  for (const BlockOffer& b : blocks) {
    Block block;
    block.leg_begin = static_cast<std::uint32_t>(book.legs.size());
    book.legs.push_back({0, b.zone, b.amount});
    block.leg_end = static_cast<std::uint32_t>(book.legs.size());
    block.value = b.amount * b.milli_price;
    book.blocks.push_back(block);
  }
  EXPECT_TRUE(check_book(book).ok());
  return book;
}

// Welfare with the value of all demand counted in, as the cases state it.
int128 stated(const BlockBook& book, int128 welfare) {
  return welfare + book.slots.front().demand_value();
}

// Hua, Hogan: buyers 12 at 5; A 5 at 1, C 4 at 4.9, block B 8 at 2.
TEST(BlockCases, T4) {
  const BlockBook book = exact_book({{0, 12, 5000, false}, {0, 5, 1000, true}, {0, 4, 4900, true}},
                                    {{0, -8, 2000}}, {}, false);
  BlockSearch search(book);
  EXPECT_EQ(search.hull().prices[0], 2 * kTick);
  EXPECT_EQ(stated(book, search.hull().bound), 41 * kTick);
  const BlockSearchResult free = search.run({});
  EXPECT_EQ(stated(book, free.outcome.welfare), 40 * kTick);
  EXPECT_TRUE(free.proved);
  EXPECT_EQ(free.outcome.lots[0], 1);
  const BlockSearchResult european = search.run({.rule = BlockRule::kEuropean});
  EXPECT_EQ(stated(book, european.outcome.welfare), 20'400);
  EXPECT_TRUE(european.proved);
  EXPECT_EQ(european.outcome.prices[0], 5 * kTick);
  // At λ′ = λ* = 2 the free outcome pays everybody: A is rejected in part, C wholly.
  const BlockSearchResult ours = search.run({.rule = BlockRule::kNobodyLoses});
  EXPECT_EQ(stated(book, ours.outcome.welfare), 40 * kTick);
  EXPECT_TRUE(ours.proved);
  EXPECT_EQ(ours.outcome.prices[0], 2 * kTick);
  EXPECT_EQ(find_loser(book, ours.outcome), "");
}

TEST(BlockCases, T4b) {
  const BlockBook book = exact_book({{0, 12, 5000, false}, {0, 10, 1000, true}, {0, 5, 3000, true}},
                                    {{0, -6, 2000}}, {}, false);
  BlockSearch search(book);
  EXPECT_EQ(search.hull().prices[0], 2 * kTick);
  EXPECT_EQ(stated(book, search.hull().bound), 46 * kTick);
  EXPECT_EQ(stated(book, search.run({}).outcome.welfare), 44 * kTick);
  const BlockSearchResult european = search.run({.rule = BlockRule::kEuropean});
  EXPECT_EQ(stated(book, european.outcome.welfare), 44 * kTick);
  EXPECT_EQ(european.outcome.prices[0], 3 * kTick);
  const BlockSearchResult ours = search.run({.rule = BlockRule::kNobodyLoses});
  EXPECT_EQ(stated(book, ours.outcome.welfare), 44 * kTick);
  EXPECT_EQ(find_loser(book, ours.outcome), "");
}

// The line's rent at the hull prices is negative; no λ′ ≥ λ* repairs it, (2, 2) to (3, 3) do.
TEST(BlockCases, T8Rent) {
  const BlockBook book = exact_book(
      {{0, 6, 1000, true}, {0, 3, 4000, true}, {1, 6, 2000, true}, {1, 6, 5000, true}},
      {{1, 3, 2000}, {0, 5, 4000}, {1, 8, 3000}, {0, 7, 7000}}, {{0, 1, -2, 2, 0}}, true);
  BlockSearch search(book);
  EXPECT_EQ(search.hull().prices, (std::vector<std::int64_t>{4 * kTick, 3 * kTick}));
  EXPECT_EQ(search.hull().bound, 47 * kTick);
  const BlockSearchResult free = search.run({});
  EXPECT_EQ(free.outcome.welfare, 43 * kTick);
  EXPECT_EQ(free.outcome.lots, (std::vector<std::int64_t>{0, 0, 1, 1}));
  EXPECT_EQ(free.outcome.flows[0], 2);
  const BlockSearchResult ours = search.run({.rule = BlockRule::kNobodyLoses});
  EXPECT_EQ(ours.outcome.welfare, 43 * kTick);
  EXPECT_TRUE(ours.proved);
  EXPECT_EQ(find_loser(book, ours.outcome), "");
  EXPECT_EQ(ours.outcome.prices, (std::vector<std::int64_t>{3 * kTick, 3 * kTick}));
  BlockOutcome low = ours.outcome;
  low.prices = {2 * kTick, 2 * kTick};
  EXPECT_EQ(find_loser(book, low), "");
  BlockOutcome hull = ours.outcome;
  hull.prices = search.hull().prices;
  EXPECT_EQ(find_loser(book, hull), "line 0 loses 2000");
  low.prices = {kTick, kTick};
  EXPECT_NE(find_loser(book, low), "");
}

TEST(BlockCases, T8OneZone) {
  const BlockBook book =
      exact_book({{0, 10, 1000, true}}, {{0, 6, 5000}, {0, 6, 4000}, {0, 4, 2000}}, {}, false);
  BlockSearch search(book);
  EXPECT_EQ(search.hull().prices[0], 4 * kTick);
  const BlockSearchResult free = search.run({});
  EXPECT_EQ(free.outcome.welfare, 28 * kTick);
  EXPECT_EQ(free.outcome.lots, (std::vector<std::int64_t>{1, 0, 1}));
  const BlockSearchResult ours = search.run({.rule = BlockRule::kNobodyLoses});
  EXPECT_EQ(ours.outcome.welfare, 28 * kTick);
  EXPECT_EQ(ours.outcome.prices[0], 2 * kTick);  // of [1, 2], the closest to λ*
  EXPECT_EQ(find_loser(book, ours.outcome), "");
}

// ---- Canonical answers -------------------------------------------------------------------------

TEST(BlockSearch, OrderOfBlocksDoesNotMatter) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed * 137);
    // Fine values: no two choices have the same welfare.
    BlockBook book = random_book(random, {.slots_max = 3,
                                          .zones_max = 3,
                                          .blocks_max = 7,
                                          .price = 100'000,
                                          .amount = 1000,
                                          .lots = seed % 2 == 0,
                                          .shortages = false});
    for (Block& block : book.blocks) block.value += random.between(-9'999'999, 9'999'999);
    BlockBook mixed = book;
    std::ranges::reverse(mixed.blocks);
    BlockSearch search(book);
    BlockSearch mixed_search(mixed);
    // Rational prices are rounded to ticks, so the bounds may differ by ticks.
    EXPECT_NEAR(static_cast<double>(search.hull().bound),
                static_cast<double>(mixed_search.hull().bound), 50'000)
        << "seed " << seed;
    for (const BlockRule rule : {BlockRule::kFree, BlockRule::kEuropean, BlockRule::kNobodyLoses}) {
      const BlockSearchResult one = search.run({.rule = rule});
      const BlockSearchResult two = mixed_search.run({.rule = rule});
      ASSERT_EQ(one.outcome.welfare, two.outcome.welfare) << "seed " << seed;
      std::vector<std::int64_t> lots = two.outcome.lots;
      std::ranges::reverse(lots);
      ASSERT_EQ(one.outcome.lots, lots) << "seed " << seed;
    }
  }
}

TEST(BlockSearch, SameInputSameOutput) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed * 139);
    const BlockBook book = random_book(random, {.slots_max = 3, .zones_max = 3, .blocks_max = 7});
    BlockSearch used(book);
    static_cast<void>(used.run({.rule = BlockRule::kEuropean}));
    for (const BlockRule rule : {BlockRule::kFree, BlockRule::kNobodyLoses}) {
      const BlockSearchResult one = run(book, {.rule = rule});
      const BlockSearchResult two = run(book, {.rule = rule});
      ASSERT_EQ(one.outcome.lots, two.outcome.lots);
      ASSERT_EQ(one.outcome.prices, two.outcome.prices);
      ASSERT_EQ(one.outcome.flows, two.outcome.flows);
      ASSERT_EQ(one.work_units, two.work_units);
      // Answers remembered from another rule save work and change nothing else.
      ASSERT_EQ(used.run({.rule = rule}).outcome.welfare, one.outcome.welfare);
    }
  }
}

TEST(BlockSearch, BadBooksAreRefused) {
  Random random(1);
  const BlockBook good = random_book(random, {.slots_max = 1, .zones_max = 1, .blocks_max = 1});
  const auto refused = [&good](const std::function<void(BlockBook&)>& breaks) {
    BlockBook book = good;
    book.legs = {{0, 0, 6}};
    book.blocks = {Block{0, 1, 10, 3, 2, kNoGroup}};
    EXPECT_TRUE(check_book(book).ok());
    breaks(book);
    return !check_book(book).ok();
  };
  EXPECT_TRUE(refused([](BlockBook& b) { b.legs[0].slot = 1; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.legs[0].zone = 1; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.legs[0].amount = 7; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.legs[0].amount = kBlockAmountMax + 2; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.blocks[0].leg_end = 2; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.blocks[0].lots_min = 4; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.blocks[0].lots_min = 0; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.value_unit = 0; }));
  EXPECT_TRUE(refused([](BlockBook& b) { b.party_steps = {{0, 0, 0, true, 1, 1}}; }));
}

}  // namespace
}  // namespace tongsuan::solver
