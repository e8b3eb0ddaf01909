// Books of random states, against slow looks at the state and at the market that was written.
#include "tongsuan/rolling/book.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/clearing/clear.h"
#include "tongsuan/clearing/warm.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/domain/canonical.h"
#include "tongsuan/engine/offer.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/verify.h"
#include "tongsuan/rolling/rolling_fixture.h"

namespace tongsuan::rolling {
namespace {

using engine::kPpm;
using engine::PoolId;
using testing::PlainDesk;

std::vector<OrderId> waiting(const engine::State& state) {
  std::vector<OrderId> orders;
  for (std::uint32_t i = 0; i < state.order_count(); ++i) {
    if (state.order(OrderId{i}).state == engine::OrderState::kWaiting) orders.push_back(OrderId{i});
  }
  return orders;
}

// A stirred exchange, and a book to make of it.
struct BookCase {
  explicit BookCase(std::uint64_t seed) : BookCase(Random(seed)) {}

  PlainDesk desk;
  engine::Energy energy;
  BookOptions options;

 private:
  explicit BookCase(Random random) : desk(testing::random_places(random)) {
    if (random.below(4) != 0) energy = testing::random_energy(random, 2);
    testing::stir(random, desk, 120);
    const Second slot = random.below(3) == 0 ? 1'800 : 3'600;
    options.grid = {desk.now(), slot, static_cast<std::uint32_t>(random.between(1, 30))};
    options.orders = waiting(desk.state());
    // As of the front of a line: not everybody who waits, but rising.
    std::erase_if(options.orders, [&](OrderId) { return random.below(4) == 0; });
    if (random.below(2) == 0) {
      options.duration_ppm = static_cast<std::uint32_t>(random.between(300'000, 1'500'000));
    }
  }
};

Book book_of(const BookCase& from) {
  return make_book(from.desk.state(), from.energy, from.options);
}

TEST(BookProperty, IsACanonicalMarketThatIsReadBackUnchanged) {
  std::uint64_t orders = 0, links = 0, nodes = 0, data = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(300); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const BookCase from(seed);
    const Book book = book_of(from);
    Market again = book.market;
    canonicalise(again);
    ASSERT_EQ(again, book.market);
    ASSERT_TRUE(market::compile(book.market).ok());
    if (book.market.orders.empty()) continue;
    const codec::ReadReport read = codec::read_market(codec::write_market(book.market), "book");
    ASSERT_TRUE(read.ok());
    ASSERT_EQ(read.market, book.market);
    orders += book.market.orders.size();
    links += book.market.links.size();
    nodes += book.market.node_blocks.size();
    data += book.market.data_sets.size();
  }
  EXPECT_GT(orders, 0U) << "the books are too empty";
  EXPECT_GT(links, 0U);
  EXPECT_GT(nodes, 0U);
  EXPECT_GT(data, 0U);
}

// ---- Devices and nodes -------------------------------------------------------------------------

// When a contract is expected to end, told in another way than by the book.
Second naive_end(const engine::Contract& contract, Second now, std::uint32_t ppm) {
  const Second estimate = contract.expected_end - contract.start;
  const Second likely = contract.start + estimate * ppm / kPpm;
  if (likely > now) return likely;
  const Second more = std::min(contract.expected_end, now + (now - contract.start) / 10);
  return more > now ? more : now + 1;
}

FreeBySlot naive_free(const engine::State& state, PoolId pool, const Grid& grid,
                      std::uint32_t ppm) {
  FreeBySlot free;
  for (Slot slot = 0; slot < grid.slots; ++slot) {
    const std::vector<engine::Node>& nodes = state.pool(pool).nodes;
    std::vector<std::int64_t> taken(nodes.size());
    for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
      const engine::Contract& contract = state.contract(engine::ContractId{i});
      if (!(contract.pool == pool) || contract.end >= 0) continue;
      if (naive_end(contract, grid.begin, ppm) <= grid.begin + grid.slot * slot) continue;
      for (const std::uint32_t node : contract.nodes) taken[node] += contract.per_node;
    }
    free.devices.push_back(0);
    free.nodes.push_back(0);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!nodes[i].up) continue;
      free.devices.back() += state.places().pools[pool.value].node_devices - taken[i];
      free.nodes.back() += taken[i] == 0;
    }
  }
  return free;
}

// Devices that the book offers, by slot; its nodes.
FreeBySlot offered(const Book& book, PoolId pool) {
  const Market& market = book.market;
  FreeBySlot found{std::vector<std::int64_t>(market.calendar.slot_count),
                   std::vector<std::int64_t>(market.calendar.slot_count)};
  for (const Offer& offer : market.offers) {
    if (offer.hub == kNone) continue;
    if (book.pool_at(offer.hub, ClassId{offer.accelerator}) != pool.value) continue;
    for (Slot slot = offer.slots.begin; slot < offer.slots.end; ++slot) {
      for (std::uint32_t i = offer.steps.begin; i < offer.steps.end; ++i) {
        found.devices[slot] += market.steps[i].amount.raw();
      }
    }
  }
  for (const NodeBlock& block : market.node_blocks) {
    if (book.pool_at(block.hub.value, block.accelerator) != pool.value) continue;
    for (Slot slot = block.slots.begin; slot < block.slots.end; ++slot) {
      found.nodes[slot] += block.nodes;
    }
  }
  return found;
}

// Pools that some order of the book may use.
std::set<std::uint32_t> touched_pools(const BookCase& from) {
  std::set<std::uint32_t> touched;
  const engine::State& state = from.desk.state();
  for (const OrderId id : from.options.orders) {
    const engine::LiveOrder& order = state.order(id).order;
    for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
      for (const PoolId pool : state.pools_of(order, way)) touched.insert(pool.value);
    }
  }
  return touched;
}

TEST(BookProperty, OffersWhatIsFreeOfWhatItsOrdersMayUse) {
  for (std::uint64_t seed = 1; seed <= many_seeds(300); ++seed) {
    const BookCase from(seed);
    const engine::State& state = from.desk.state();
    const Book book = book_of(from);
    const std::set<std::uint32_t> touched = touched_pools(from);
    for (std::uint32_t i = 0; i < state.places().pools.size(); ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", pool " + std::to_string(i));
      const std::uint32_t ppm = from.options.duration_ppm;
      const FreeBySlot naive = naive_free(state, PoolId{i}, from.options.grid, ppm);
      const FreeBySlot free = free_by_slot(state, PoolId{i}, from.options.grid, ppm);
      ASSERT_EQ(free.devices, naive.devices);
      ASSERT_EQ(free.nodes, naive.nodes);
      const FreeBySlot there = offered(book, PoolId{i});
      const std::vector<std::int64_t> nothing(from.options.grid.slots);
      ASSERT_EQ(there.devices, touched.contains(i) ? naive.devices : nothing);
      ASSERT_EQ(there.nodes, touched.contains(i) ? naive.nodes : nothing);
    }
  }
}

// Device by device: what is used has the cheapest, and what is free follows.
TEST(BookProperty, OffersTheStepsBehindWhatIsUsed) {
  std::uint64_t several = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(300); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const BookCase from(seed);
    const engine::State& state = from.desk.state();
    const Book book = book_of(from);
    const Market& market = book.market;
    for (const Offer& offer : market.offers) {
      if (offer.hub == kNone) continue;
      const PoolId id{book.pool_at(offer.hub, ClassId{offer.accelerator})};
      const engine::PoolState& pool = state.pool(id);
      const FreeBySlot free = naive_free(state, id, from.options.grid, from.options.duration_ppm);
      std::uint64_t device = pool.up - static_cast<std::uint64_t>(free.devices[offer.slots.begin]);
      for (std::uint32_t i = offer.steps.begin; i < offer.steps.end; ++i) {
        const Step& step = market.steps[i];
        for (std::int64_t each = 0; each < step.amount.raw(); ++each) {
          ASSERT_EQ(engine::ask_behind(pool, device++, 1), step.price);
        }
      }
      ASSERT_EQ(device, pool.up);
      several += offer.steps.count() > 1;
    }
  }
  EXPECT_GT(several, 0U);
}

TEST(Book, RunningWorkEndsByExperience) {
  PlainDesk desk(testing::two_hubs(1));
  desk.run(testing::work(4, 10 * 3'600), PoolId{0}, {0});
  const auto first_free = [&](std::uint32_t ppm) {
    const FreeBySlot free = free_by_slot(desk.state(), PoolId{0}, {desk.now(), 3'600, 12}, ppm);
    return std::ranges::find(free.devices, 4) - free.devices.begin();
  };
  EXPECT_EQ(first_free(kPpm), 10);
  EXPECT_EQ(first_free(500'000), 5);
  desk.advance(2 * 3'600);
  EXPECT_EQ(first_free(500'000), 3);
  // It has outlived what was expected: a tenth of what it ran, then by its estimate at the latest.
  desk.advance(7 * 3'600);
  EXPECT_EQ(first_free(500'000), 1) << "42 minutes more";
  desk.advance(20 * 3'600);
  EXPECT_EQ(first_free(500'000), 1);
}

// ---- Zones, links, data ------------------------------------------------------------------------

TEST(BookProperty, OffersEnergyOfTouchedZonesOnly) {
  for (std::uint64_t seed = 1; seed <= many_seeds(200); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const BookCase from(seed);
    const engine::Places& places = from.desk.state().places();
    const Market market = book_of(from).market;
    std::set<std::string> expected, found;
    for (const std::uint32_t pool : touched_pools(from)) {
      const std::uint32_t zone = places.hubs[places.pools[pool].hub.value].power_zone;
      if (zone != kNone && !from.energy.empty()) expected.emplace(places.zone_names[zone]);
    }
    for (const Offer& offer : market.offers) {
      if (offer.zone != kNone) found.emplace(market.zone_names[offer.zone]);
    }
    ASSERT_EQ(found, expected);
  }
}

TEST(Book, OffersGreenEnergyThatRunningWorkLeaves) {
  PlainDesk desk(testing::two_hubs(2));
  engine::Energy energy = testing::flat_energy({300, 400}, {6'000, 0});
  energy.unmatched_adder = 50;
  desk.run(testing::work(4, 3'600), PoolId{0}, {0});
  BookOptions options;
  options.grid = {0, 3'600, 2};
  options.orders = {desk.submit(testing::work(1, 3'600))};
  const Market market = make_book(desk.state(), energy, options).market;
  std::vector<std::vector<Step>> steps;
  for (const Offer& offer : market.offers) {
    if (offer.zone == kNone) continue;
    const auto begin = market.steps.begin();
    steps.emplace_back(begin + offer.steps.begin, begin + offer.steps.end);
  }
  const Step here{Price(350), Amount(kAmountMax)};
  const Step there{Price(450), Amount(kAmountMax)};
  const std::vector<std::vector<Step>> expected = {
      {{Price(300), Amount(2'000)}, here}, {{Price(300), Amount(6'000)}, here}, {there}, {there}};
  EXPECT_EQ(steps, expected);
}

// Megabytes that a link can move in each slot.
std::vector<std::int64_t> capacity_of(const Market& market, std::string_view from,
                                      std::string_view to) {
  std::vector<std::int64_t> found(market.calendar.slot_count);
  for (const Link& link : market.links) {
    if (market.hub_names[link.from.value] != from || market.hub_names[link.to.value] != to)
      continue;
    for (Slot slot = link.slots.begin; slot < link.slots.end; ++slot) {
      found[slot] += market.steps[link.steps.begin].amount.raw();
    }
  }
  return found;
}

// Hubs that hold, or will hold, data of an order of the book.
std::set<std::uint32_t> sources_of(const BookCase& from) {
  std::set<std::uint32_t> sources;
  const engine::State& state = from.desk.state();
  for (const OrderId id : from.options.orders) {
    const std::uint32_t data = state.order(id).order.data;
    for (std::uint32_t hub = 0; data != kNone && hub < state.places().hubs.size(); ++hub) {
      if (state.data(data).at[hub] || state.data(data).arriving_at[hub] >= 0) sources.insert(hub);
    }
  }
  return sources;
}

TEST(BookProperty, LinksOfferWhatTheyCanStillMove) {
  for (std::uint64_t seed = 1; seed <= many_seeds(300); ++seed) {
    const BookCase from(seed);
    const engine::State& state = from.desk.state();
    const engine::Places& places = state.places();
    const Market market = book_of(from).market;
    const std::set<std::uint32_t> sources = sources_of(from);
    std::set<std::uint32_t> targets;
    for (const std::uint32_t pool : touched_pools(from)) {
      targets.insert(places.pools[pool].hub.value);
    }
    const Grid& grid = from.options.grid;
    for (std::uint32_t i = 0; i < places.links.size(); ++i) {
      const engine::DataLink& link = places.links[i];
      const Second busy = state.link(engine::LinkId{i}).busy_until;
      const bool touched = sources.contains(link.from.value) && targets.contains(link.to.value);
      std::vector<std::int64_t> expected(grid.slots);
      for (Slot slot = 0; slot < grid.slots && touched; ++slot) {
        const Second begin = grid.begin + grid.slot * slot;
        const Second idle = std::clamp<Second>(begin + grid.slot - busy, 0, grid.slot);
        expected[slot] = std::min(link.mb_per_second * idle, kAmountMax);
      }
      ASSERT_EQ(
          capacity_of(market, places.hub_names[link.from.value], places.hub_names[link.to.value]),
          expected)
          << "seed " << seed << ", link " << i;
    }
  }
}

TEST(Book, DataOnTheirWayCountAsThere) {
  engine::Places places = testing::two_hubs();
  places.links = {{HubId{0}, HubId{1}, 10, Price(1)}};
  places.data_sets = {{1'000, {HubId{0}}}};
  PlainDesk desk(places);
  engine::LiveOrder order = testing::work(1, 3'600);
  order.data = 0;
  BookOptions options;
  options.grid = {0, 3'600, 4};
  options.orders = {desk.submit(order)};
  EXPECT_EQ(make_book(desk.state(), {}, options).market.data_sets[0].replicas.count(), 1U);
  desk.execute(engine::StartTransfer{0, engine::LinkId{0}});
  const Market market = make_book(desk.state(), {}, options).market;
  EXPECT_EQ(market.data_sets[0].replicas.count(), 2U);
  EXPECT_EQ(capacity_of(market, "here", "there"),
            (std::vector<std::int64_t>{35'000, 36'000, 36'000, 36'000}));
}

// ---- Orders ------------------------------------------------------------------------------------

TEST(Book, WorkThatHasBegunKeepsItsValue) {
  PlainDesk desk(testing::two_hubs());
  const engine::ContractId contract = desk.run(testing::work(1, 36'000), PoolId{0}, {0});
  const OrderId fresh = desk.submit(testing::work(1, 36'000));
  desk.advance(7'200);
  desk.execute(engine::EndContract{contract, engine::EndReason::kPreempted, 250'000});
  BookOptions options;
  options.grid = {desk.now(), 3'600, 24};
  options.orders = {desk.state().contract(contract).order, fresh};
  const Book book = make_book(desk.state(), {}, options);
  ASSERT_EQ(book.orders, options.orders);
  const Order& begun = book.market.orders[0];
  EXPECT_EQ(begun.value, 500'000'000);
  EXPECT_EQ(book.market.variants[begun.variants.begin].duration, 8U) << "of ten hours 2.5 are done";
  EXPECT_EQ(begun.window, (SlotRange{0, 24}));
  EXPECT_EQ(book.market.orders[1].value, 500'000'000 - 2 * 3'600'000);
  EXPECT_EQ(book.market.variants[book.market.orders[1].variants.begin].duration, 10U);
}

// Two of five hours lie beyond a book of three, on four devices at 5 yuan; a way that ends within
// it has no tail.
TEST(Book, WorkBeyondTheHorizonIsPaidForInItsValue) {
  PlainDesk desk(testing::two_hubs());
  const OrderId id = desk.submit(testing::work(4, 5 * 3'600));
  BookOptions options;
  options.grid = {0, 3'600, 3};
  options.orders = {id};
  const Book book = make_book(desk.state(), {}, options);
  ASSERT_EQ(book.market.orders.size(), 1U);
  EXPECT_EQ(book.market.orders[0].value, 500'000'000 - 2 * 4 * 5'000'000);
  engine::LiveOrder either = testing::work(4, 5 * 3'600);
  either.ways.push_back({ClassId{1}, 2, 3 * 3'600});
  options.orders = {desk.submit(either)};
  EXPECT_EQ(make_book(desk.state(), {}, options).market.orders[0].value, 500'000'000);
}

// Never worth more than the order is: any start that the book allows, at its value there.
TEST(Book, AnOrderWithinItsGraceIsOfferedTheStartsThatCostNothing) {
  PlainDesk desk(testing::two_hubs());
  engine::LiveOrder order = testing::work(1, 7'200);
  order.grace = 10 * 3'600 + 1'800;
  const OrderId id = desk.submit(order);
  const auto offered_at = [&](Second now) {
    desk.advance(now);
    BookOptions options;
    options.grid = {now, 3'600, 24};
    options.orders = {id};
    return make_book(desk.state(), {}, options).market.orders.at(0);
  };
  const Order patient = offered_at(3'600);
  EXPECT_EQ(patient.delay_cost, 0);
  EXPECT_EQ(patient.value, 500'000'000);
  EXPECT_EQ(patient.window, (SlotRange{0, 9 + 2})) << "starts at nine and a half hours at most";
  const Order hurried = offered_at(10 * 3'600);  // half an hour is less than a slot
  EXPECT_EQ(hurried.delay_cost, 3'600'000);
  EXPECT_EQ(hurried.value, 500'000'000);
  EXPECT_EQ(hurried.window, (SlotRange{0, 24}));
}

TEST(BookProperty, OrdersAreNeverOfferedForMoreThanTheyAreWorth) {
  for (std::uint64_t seed = 1; seed <= many_seeds(200); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const BookCase from(seed);
    const Book book = book_of(from);
    for (std::uint32_t i = 0; i < book.orders.size(); ++i) {
      const engine::OrderRecord& record = from.desk.state().order(book.orders[i]);
      if (record.first_start >= 0) continue;
      const Order& there = book.market.orders[i];
      Slot shortest = from.options.grid.slots;
      for (std::uint32_t way = there.variants.begin; way < there.variants.end; ++way) {
        shortest = std::min(shortest, book.market.variants[way].duration);
      }
      for (Slot slot = there.window.begin; slot + shortest <= there.window.end; ++slot) {
        const Second start = from.options.grid.begin + from.options.grid.slot * slot;
        const std::int64_t value = there.value - there.delay_cost * slot;
        if (there.delay_cost >= kMoneyMax / from.options.grid.slots) continue;  // cut
        ASSERT_LE(value,
                  std::max(engine::value_at(record.order, start), std::int64_t{0}) + slot + 1);
      }
    }
  }
}

TEST(BookProperty, OrdersAreThoseThatWereAsked) {
  for (std::uint64_t seed = 1; seed <= many_seeds(200); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const BookCase from(seed);
    const engine::State& state = from.desk.state();
    const Book book = book_of(from);
    ASSERT_TRUE(std::ranges::is_sorted(book.orders));
    ASSERT_EQ(book.orders, from.options.orders);
    for (std::uint32_t i = 0; i < book.orders.size(); ++i) {
      const engine::LiveOrder& order = state.order(book.orders[i]).order;
      const Order& there = book.market.orders[i];
      ASSERT_EQ(book.market.account_names[there.account.value],
                state.places().account_names[order.account.value]);
      ASSERT_EQ(there.variants.count(), order.ways.size());
      for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
        const Variant& variant = book.market.variants[there.variants.begin + way];
        ASSERT_EQ(variant.gang, order.ways[way].gang);
        ASSERT_EQ(book.market.class_names[variant.accelerator.value],
                  state.places().class_names[order.ways[way].accelerator.value]);
      }
    }
  }
}

// With a key the book is the same but for names and accounts, and for what more it offers.
TEST(BookProperty, WithAKeyNamesSayNothing) {
  const Digest secret = sha256("of this market");
  std::uint64_t orders = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    BookCase from(seed);
    const Book plain = book_of(from);
    std::set<std::string> names;
    for (std::uint64_t round = 7; round < 9; ++round) {
      from.options.key = round_key(secret, round);
      const Book book = book_of(from);
      std::vector<OrderId> ids = book.orders;
      std::ranges::sort(ids);
      ASSERT_EQ(ids, plain.orders);
      ASSERT_EQ(pools_of_book(from.desk.state().places(), book.market), book.pools);
      for (std::uint32_t i = 0; i < book.orders.size(); ++i) {
        const std::string name(book.market.order_names[i]);
        ASSERT_EQ(name, book_name(from.options.key, book.orders[i]));
        ASSERT_EQ(name.size(), 25U);
        ASSERT_TRUE(names.insert(name).second) << "known from another round";
        const auto there = std::ranges::lower_bound(plain.orders, book.orders[i]);
        const Order& known =
            plain.market.orders[static_cast<std::size_t>(there - plain.orders.begin())];
        const Order& order = book.market.orders[i];
        ASSERT_EQ(book.market.account_names[order.account.value], "buyers");
        ASSERT_EQ(order.value, known.value);
        ASSERT_EQ(order.window, known.window);
      }
      for (std::uint32_t i = 0; i < book.market.account_names.size(); ++i) {
        ASSERT_EQ(
            from.desk.state().places().account_names.find_sorted(book.market.account_names[i]),
            kNone);
      }
      if (!book.market.orders.empty()) {
        ASSERT_TRUE(codec::read_market(codec::write_market(book.market), "book").ok());
      }
      orders += book.orders.size();
    }
  }
  EXPECT_GT(orders, 0U);
}

// A round starts from the last one's awards, whatever its orders were called there.
TEST(BookProperty, AwardsAreCarriedOverFromOtherNames) {
  std::uint64_t carried = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(10); ++seed) {
    BookCase from(seed);
    from.options.key = sha256("one");
    const Book before = book_of(from);
    if (before.market.orders.empty()) continue;
    clearing::ClearOptions options;
    options.search_work_units = 500;
    const Result<clearing::Clearing> cleared = clearing::clear(before.market, options);
    ASSERT_TRUE(cleared.ok());
    from.options.key = sha256("two");
    const Book after = book_of(from);
    std::vector<std::uint32_t> same;
    for (const OrderId id : before.orders) {
      same.push_back(
          static_cast<std::uint32_t>(std::ranges::find(after.orders, id) - after.orders.begin()));
    }
    const Certificate& certificate = cleared.value().verified.certificate();
    const market::Problem was = market::compile(before.market).value();
    const clearing::WarmStart warm =
        clearing::carry_over({before.market, was, certificate, 0, same}, after.market,
                             market::compile(after.market).value());
    ASSERT_TRUE(warm.usable);
    std::uint64_t found = 0;
    for (const market::Placement& placement : warm.placements) found += placement.choice != kNone;
    ASSERT_EQ(found, certificate.outcome.awards.size()) << "seed " << seed;
    carried += found;
  }
  EXPECT_GT(carried, 0U);
}

TEST(BookProperty, AClearingOfItVerifies) {
  std::uint64_t awards = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(25); ++seed) {
    const Book book = book_of(BookCase(seed));
    if (book.market.orders.empty()) continue;
    clearing::ClearOptions options;
    options.search_work_units = 20 * book.market.orders.size();
    const Result<clearing::Clearing> cleared = clearing::clear(book.market, options);
    ASSERT_TRUE(cleared.ok()) << "seed " << seed << ": " << cleared.error().context;
    const Certificate& certificate = cleared.value().verified.certificate();
    ASSERT_TRUE(market::verify(book.market, certificate).ok()) << "seed " << seed;
    awards += certificate.outcome.awards.size();
  }
  EXPECT_GT(awards, 0U);
}

}  // namespace
}  // namespace tongsuan::rolling
