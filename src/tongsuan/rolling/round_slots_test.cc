// Rounds slot by slot, against the rows of their certificates.
#include "tongsuan/rolling/round_slots.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/clearing/clear.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/random_market.h"
#include "tongsuan/rolling/rolling_fixture.h"

namespace tongsuan::rolling {
namespace {

using market::LaneKind;
using market::Placement;
using market::Problem;
using market::testing::MarketBuilder;
using market::testing::random_market;
using market::testing::step;

struct ToldRound {
  explicit ToldRound(Market book) : market(std::move(book)), problem(compiled(market)) {
    clearing::ClearOptions options;
    options.search_work_units = 20'000;
    auto result = clearing::clear(market, options);
    EXPECT_TRUE(result.ok());
    certificate = result.value().verified.certificate();
    auto told = round_slots(market, certificate);
    EXPECT_TRUE(told.ok());
    slots = std::move(told).value();
  }
  static Problem compiled(const Market& market) {
    auto result = market::compile(market);
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
  }
  [[nodiscard]] std::int64_t price(std::uint32_t lane, Slot slot) const {
    return certificate.payment_prices[problem.row(lane, slot)];
  }
  [[nodiscard]] const PoolSlots* pool(std::uint32_t hub, std::uint32_t accelerator) const {
    for (const PoolSlots& one : slots.pools) {
      if (one.hub.value == hub && one.accelerator.value == accelerator) return &one;
    }
    return nullptr;
  }

  Market market;
  Problem problem;
  Certificate certificate;
  RoundSlots slots;
};

// What an award pays for devices, nodes and energy: by its rows (undivided), and by the prices of
// its slots (micro-yuan × seconds).
struct Paid {
  int128 rows = 0;
  int128 told = 0;
  int128 device_slots = 0;
};
Paid paid_of(const ToldRound& round, const Order& order, const Placement& placement) {
  Paid paid;
  const market::Choice& choice = round.problem.choices[placement.choice];
  const market::Lane& at =
      round.problem
          .lanes[round.problem.bundle_legs[round.problem.bundles[choice.bundle].begin].lane];
  const PoolSlots* pool = round.pool(at.first, at.second);
  market::each_use(
      round.problem, placement, [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
        const LaneKind kind = round.problem.lanes[lane].kind;
        if (kind == LaneKind::kCap || kind == LaneKind::kLink) return;
        for (Slot slot = slots.begin; slot < slots.end; ++slot) {
          const std::uint32_t row = round.problem.row(lane, slot);
          paid.rows += market::row_money(round.problem, row, round.price(lane, slot), amount);
          if (kind == LaneKind::kNode) paid.told += int128{amount} * pool->slots[slot].node;
          if (kind != LaneKind::kCapacity) continue;
          paid.device_slots += amount;
          paid.told += int128{amount} * pool->slots[slot].price;
          if (order.green_percent == 100) paid.told += int128{amount} * pool->slots[slot].green;
        }
      });
  return paid;
}

// The prices of slots are those of the rows, rounded up once for each device-hour.
std::uint64_t expect_paid(const ToldRound& round) {
  std::uint64_t compared = 0;
  const std::int64_t seconds = round.market.calendar.slot_seconds;
  for (const Award& award : round.certificate.outcome.awards) {
    const Order& order = round.market.orders[award.order.value];
    const Placement placement = market::find_placement(round.problem, award);
    const bool bundled = round.problem.choices[placement.choice].bundle != kNone;
    if (!bundled || (order.green_percent > 0 && order.green_percent < 100)) continue;
    const Paid paid = paid_of(round, order, placement);
    const int128 rows = paid.rows * 3'600;
    const int128 told = paid.told * seconds * round.problem.denominator;
    EXPECT_GE(told, rows);
    EXPECT_LT(told - rows, paid.device_slots * seconds * round.problem.denominator);
    ++compared;
  }
  return compared;
}

void expect_parts(const ToldRound& round) {
  for (const PoolSlots& pool : round.slots.pools) {
    ASSERT_EQ(pool.slots.size(), round.market.calendar.slot_count);
    for (const PoolSlot& slot : pool.slots) {
      ASSERT_EQ(slot.price, slot.capacity + slot.power);
      ASSERT_GE(slot.scarcity, 0);
      ASSERT_LE(slot.scarcity, slot.capacity);
      ASSERT_LE(slot.awarded, slot.offered);
      if (!pool.has_green) {
        ASSERT_EQ(slot.green, 0);
      }
    }
  }
  for (const LinkSlots& link : round.slots.links) {
    for (const LinkSlot& slot : link.slots) {
      ASSERT_LE(slot.moved, slot.room);
      ASSERT_GE(slot.congestion, 0);
      ASSERT_LE(slot.congestion, slot.price);
    }
  }
  for (const ZoneSlots& zone : round.slots.zones) {
    for (const ZoneSlot& slot : zone.slots) {
      ASSERT_LE(slot.matched, slot.used);
    }
  }
}

// What every award holds and moves, added by hand.
void expect_uses(const ToldRound& round) {
  std::vector<std::int64_t> use(round.problem.row_count(), 0);
  for (const Award& award : round.certificate.outcome.awards) {
    market::each_use(round.problem, market::find_placement(round.problem, award),
                     [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
                       if (amount < 0) return;
                       for (Slot slot = slots.begin; slot < slots.end; ++slot) {
                         use[round.problem.row(lane, slot)] += amount;
                       }
                     });
  }
  std::size_t pool = 0, link = 0;
  for (std::uint32_t lane = 0; lane < round.problem.lanes.size(); ++lane) {
    const LaneKind kind = round.problem.lanes[lane].kind;
    for (Slot slot = 0; slot < round.problem.slot_count; ++slot) {
      const std::uint32_t row = round.problem.row(lane, slot);
      if (kind == LaneKind::kCapacity) {
        const PoolSlot& one = round.slots.pools[pool].slots[slot];
        ASSERT_EQ(one.capacity, round.certificate.payment_prices[row]);
        ASSERT_GE(one.awarded, use[row]);
        if (round.problem.demand_begin[row] == round.problem.demand_begin[row + 1]) {
          ASSERT_EQ(one.awarded, use[row]);
        }
      } else if (kind == LaneKind::kLink) {
        ASSERT_EQ(round.slots.links[link].slots[slot].moved, use[row]);
        ASSERT_EQ(round.slots.links[link].slots[slot].price, round.certificate.payment_prices[row]);
      }
    }
    if (kind == LaneKind::kCapacity) ++pool;
    if (kind == LaneKind::kLink) ++link;
  }
}

TEST(RoundSlotsProperty, PricesOfSlotsAreThoseOfTheRows) {
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(150); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const ToldRound round(random_market(seed, {.orders = 12, .slots = 6, .supply = 12}));
    expect_parts(round);
    expect_uses(round);
    compared += expect_paid(round);
  }
  EXPECT_GT(compared, 100U) << "too few awards of blocks";
}

// The same of books that an exchange makes.
TEST(RoundSlotsProperty, BooksOfAnExchange) {
  std::uint64_t compared = 0, matched = 0, moved = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    testing::PlainDesk desk(testing::random_places(random));
    const engine::Energy energy = testing::random_energy(random, 2);
    testing::stir(random, desk, 120);
    BookOptions options;
    options.grid = {desk.now(), 3'600, 24};
    for (std::uint32_t i = 0; i < desk.state().order_count(); ++i) {
      if (desk.state().order(OrderId{i}).state == engine::OrderState::kWaiting) {
        options.orders.push_back(OrderId{i});
      }
    }
    const ToldRound round(make_book(desk.state(), energy, options).market);
    expect_parts(round);
    expect_uses(round);
    compared += expect_paid(round);
    for (const EnergySlot& slot : round.slots.energy) {
      ASSERT_LE(slot.matched, slot.drawn);
      if (slot.matched > 0) ++matched;
    }
    for (const LinkSlots& link : round.slots.links) moved += link.used ? 1 : 0;
  }
  EXPECT_GT(compared, 20U);
  EXPECT_GT(matched, 5U) << "no green energy";
  EXPECT_GT(moved, 0U) << "no data";
}

// Ten devices at 2 and two at 3 yuan; 700 W at a PUE of 1.2 are 840 Wh in a slot of an hour.
Market small_market(std::int64_t limit, std::uint32_t gang) {
  MarketBuilder builder(2);
  const AccountId seller = builder.account("seller"), buyer = builder.account("buyer");
  const AccountId energy = builder.account(kEnergySeller);
  const ClassId fast = builder.accelerator("H800", 700);
  const ZoneId zone = builder.zone("power", Disposal::kFree);
  const HubId hub = builder.hub("east", 1'200, zone.value);
  builder.offer("a", seller, hub, fast, builder.all(), {step(2'000'000, 10), step(3'000'000, 2)});
  builder.offer("e", energy, zone, builder.all(),
                {step(400'000'000, 3'000), step(500'000'000, kAmountMax)});
  Order order;
  order.account = buyer;
  order.hubs = builder.hub_set({hub});
  order.window = {0, 1};
  order.value = limit;
  order.variants = builder.variants({{fast, gang, 1}});
  builder.order("o", order);
  return builder.finish();
}

TEST(RoundSlots, AnAwardDrawsPowerAndMatchesWhatPlantsOffer) {
  const ToldRound round(small_market(1'000'000'000, 11));
  const PoolSlots& pool = *round.pool(0, 0);
  EXPECT_EQ(pool.device_wh, 840);
  EXPECT_EQ(pool.slots[0].offered, 12);
  EXPECT_EQ(pool.slots[0].awarded, 11);
  EXPECT_EQ(pool.slots[1].awarded, 0);
  const ZoneSlot& zone = round.slots.zones[0].slots[0];
  EXPECT_EQ(zone.used, 11 * 840);
  EXPECT_EQ(zone.green_offered, 3'000);
  EXPECT_EQ(zone.matched, 3'000);
  EXPECT_EQ(round.slots.energy[0].drawn, 9'240);
  EXPECT_EQ(round.slots.energy[0].matched, 3'000);
  // 840 Wh at so much a MWh: one division, up.
  EXPECT_EQ(pool.slots[0].power, divide(int128{840} * zone.price, kMicro, Rounding::kUp));
}

TEST(RoundSlots, ScarcityLiesAboveTheDearestDeviceThatIsSold) {
  ToldRound round(small_market(1'000'000'000, 11));
  const auto scarcity_at = [&](std::int64_t price) {
    round.certificate.payment_prices[0] = price;
    return round_slots(round.market, round.certificate).value().pools[0].slots[0].scarcity;
  };
  EXPECT_EQ(scarcity_at(2'500'000), 0) << "the eleventh asks three yuan";
  EXPECT_EQ(scarcity_at(3'000'001), 1);
  round = ToldRound(small_market(1, 1));
  EXPECT_EQ(round.slots.pools[0].slots[0].awarded, 0);
  EXPECT_EQ(scarcity_at(2'500'000), 500'000) << "nothing is sold: above the cheapest";
}

TEST(RoundSlots, OnlyBooksOfAnExchangeHaveGreenBeforeTheGrid) {
  Market market = small_market(1'000'000'000, 11);
  for (std::uint32_t i = 0; i < market.account_names.size(); ++i) {
    if (market.account_names[i] != kEnergySeller) continue;
    market.account_names = {};
    for (const char* name : {"buyer", "seller", "somebody"}) market.account_names.push_back(name);
  }
  const ToldRound round(std::move(market));
  EXPECT_EQ(round.slots.zones[0].slots[0].used, 9'240);
  EXPECT_EQ(round.slots.zones[0].slots[0].matched, 0);
}

TEST(RoundSlots, MoreCellsThanThatAreRefused) {
  MarketBuilder builder(kSlotsMax);
  const AccountId seller = builder.account("seller");
  const ClassId fast = builder.accelerator("H800");
  std::vector<HubId> hubs;
  for (std::uint32_t i = 0; i < kRoundCellsMax / kSlotsMax + 1; ++i) {
    hubs.push_back(builder.hub("h" + std::to_string(10'000 + i)));
  }
  for (std::size_t i = 0; i < hubs.size(); ++i) {
    builder.offer("a" + std::to_string(10'000 + i), seller, hubs[i], fast, {0, 1}, {step(1, 1)});
  }
  const auto told = round_slots(builder.finish(), Certificate{});
  ASSERT_FALSE(told.ok());
  EXPECT_EQ(told.error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace tongsuan::rolling
