// Costs by the hour, against a sum over seconds.
#include "tongsuan/rolling/price_table.h"

#include <gtest/gtest.h>
#include <string>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/rolling/rolling_fixture.h"

namespace tongsuan::rolling {
namespace {

using engine::kHour;
using engine::Need;
using engine::PoolId;
using testing::PlainDesk;

// Micro-yuan per device-hour that energy costs in a slot of the grid.
std::int64_t naive_rate(const engine::Places& places, const engine::Energy& energy, PoolId pool,
                        Second at) {
  const Hub& hub = places.hubs[places.pools[pool.value].hub.value];
  if (hub.power_zone == kNone || energy.empty()) return 0;
  const auto watts = std::int64_t{places.classes[places.pools[pool.value].accelerator.value].watts};
  const std::int64_t tariff = energy.tariff[hub.power_zone][energy.hour_at(at)];
  return static_cast<std::int64_t>(static_cast<int128>(watts) * hub.pue_milli * tariff /
                                   1'000'000'000);
}

// Second by second; beyond the grid the mean of its last day, rounded down.
std::int64_t naive_energy(const engine::State& state, const engine::Energy& energy,
                          const Grid& grid, PoolId pool, std::uint32_t devices, Second at,
                          Second duration) {
  const auto slot_rate = [&](Slot slot) {
    return naive_rate(state.places(), energy, pool, grid.begin + grid.slot * slot);
  };
  const auto day =
      std::min<std::uint32_t>(grid.slots, static_cast<std::uint32_t>(86'400 / grid.slot));
  std::int64_t last_day = 0;
  for (Slot slot = grid.slots - day; slot < grid.slots; ++slot) last_day += slot_rate(slot);
  int128 sum = 0;
  for (Second second = at; second < at + duration; ++second) {
    const Second slot = (second - grid.begin) / grid.slot;
    sum += slot < grid.slots ? slot_rate(static_cast<Slot>(slot)) : last_day / day;
  }
  return static_cast<std::int64_t>(sum * devices / kHour);
}

TEST(PriceTableProperty, CostsAreTheSumOverSeconds) {
  for (std::uint64_t seed = 1; seed <= many_seeds(100); ++seed) {
    Random random(seed);
    PlainDesk desk(testing::random_places(random));
    const engine::Places& places = desk.state().places();
    engine::Energy energy;
    if (random.below(5) != 0) energy = testing::random_energy(random, places.zones.size());
    const Grid grid{random.between(0, 50) * kHour, kHour,
                    static_cast<std::uint32_t>(random.between(1, 30))};
    const PriceTable prices(desk.state(), energy, grid);
    for (int i = 0; i < 4; ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      const PoolId pool{static_cast<std::uint32_t>(random.below(places.pools.size()))};
      const Need need{static_cast<std::uint32_t>(random.between(1, 3)),
                      static_cast<std::uint32_t>(random.between(1, 4))};
      const Second at = grid.begin + random.between(0, 40'000);
      const Second duration = random.between(0, 100'000);
      const std::int64_t naive =
          naive_energy(desk.state(), energy, grid, pool, need.devices(), at, duration);
      ASSERT_EQ(prices.energy(pool, need.devices(), at, duration), naive);
      const std::int64_t ask = places.pools[pool.value].ask.raw();
      ASSERT_EQ(prices.capacity(pool), ask);
      ASSERT_EQ(prices.cost(pool, need, at, duration),
                naive + ask * need.devices() * duration / kHour);
    }
  }
}

TEST(PriceTableProperty, WithoutAChargeRoundsChangeNothingButTheHours) {
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    Random random(seed);
    PlainDesk desk(testing::random_places(random));
    const engine::Energy energy = testing::random_energy(random, 2);
    testing::stir(random, desk, 60);
    const Grid grid = clock_hours(desk.now(), 30 * kHour);
    PriceTable prices(desk.state(), energy, {0, kHour, 30});
    prices.set_energy(desk.state(), energy, grid, 0);
    const PriceTable fresh(desk.state(), energy, grid);
    for (std::uint32_t i = 0; i < desk.state().places().pools.size(); ++i) {
      const Second at = desk.now() + random.between(0, 90'000);
      ASSERT_EQ(prices.cost(PoolId{i}, {1, 1}, at, 200'000),
                fresh.cost(PoolId{i}, {1, 1}, at, 200'000))
          << "seed " << seed;
    }
  }
}

TEST(PriceTable, BeyondTheHorizonTheLastDayCounts) {
  PlainDesk desk(testing::two_hubs());
  engine::Energy energy = testing::flat_energy({0, 0}, {0, 0});
  for (std::uint32_t hour = 0; hour < 48; ++hour) {
    energy.tariff[0][hour] = (hour < 24 ? 100 : 200 + hour % 2 * 100) * kMicro;
  }
  const PriceTable prices(desk.state(), energy, {0, kHour, 48});
  // A device draws a kilowatt: 0.1 yuan an hour on the first day, 0.25 in the mean of the second.
  EXPECT_EQ(prices.energy(PoolId{0}, 1, 0, kHour), 100'000);
  EXPECT_EQ(prices.energy(PoolId{0}, 2, 23 * kHour + 1'800, kHour), 100'000 + 200'000);
  EXPECT_EQ(prices.energy(PoolId{0}, 1, 48 * kHour, kHour), 250'000);
  EXPECT_EQ(prices.energy(PoolId{0}, 1, 1'000 * kHour, 10 * kHour), 2'500'000);
  EXPECT_EQ(prices.energy(PoolId{0}, 1, 47 * kHour, 2 * kHour), 300'000 + 250'000);
}

// Who looks at a quarter to the hour sees the next tariff from the full hour on, not from a quarter
// before the hour after it.
TEST(PriceTable, TariffsChangeAtTheFullHour) {
  EXPECT_EQ(clock_hours(0, 2 * kHour), (Grid{0, kHour, 2}));
  EXPECT_EQ(clock_hours(2 * kHour + 2'700, 4 * kHour), (Grid{2 * kHour, kHour, 4}));
  EXPECT_EQ(clock_hours(3 * kHour, 4 * kHour).begin, 3 * kHour);
  PlainDesk desk(testing::two_hubs());
  engine::Energy energy = testing::flat_energy({0, 0}, {0, 0});
  for (std::uint32_t hour = 0; hour < energy.hours; ++hour) {
    energy.tariff[0][hour] = std::int64_t{hour} * 100 * kMicro;
  }
  PriceTable prices(desk.state(), {}, {0, kHour, 4});
  prices.set_energy(desk.state(), energy, clock_hours(kHour + 2'700, 4 * kHour), 0);
  // A device draws a kilowatt: 0.1 yuan in the rest of the first hour, 0.2 from the second on.
  EXPECT_EQ(prices.energy(PoolId{0}, 1, kHour + 2'700, 900), 25'000);
  EXPECT_EQ(prices.energy(PoolId{0}, 1, 2 * kHour, kHour), 200'000);
  EXPECT_EQ(prices.energy(PoolId{0}, 1, 3 * kHour, kHour), 300'000);
}

TEST(PriceTable, AsksFollowTheSellers) {
  PlainDesk desk(testing::two_hubs());
  PriceTable prices(desk.state(), {}, {0, kHour, 4});
  EXPECT_EQ(prices.cost(PoolId{0}, {1, 2}, 0, 1'800), 5'000'000);
  desk.execute(engine::ChangeAsk{PoolId{0}, Price(7'000'000)});
  EXPECT_EQ(prices.capacity(PoolId{0}), 5'000'000);
  prices.set_energy(desk.state(), {}, {0, kHour, 4}, 1'000);
  EXPECT_EQ(prices.capacity(PoolId{0}), 7'000'000);
}

// ---- The charge --------------------------------------------------------------------------------

constexpr std::int64_t kCharge = 1'000 * kMicro;  // a yuan per kWh

// Energy of an hour of one device of class A in the first pool, in the slot, in milli-yuan.
std::int64_t milli_yuan(const PriceTable& prices, Slot slot, std::uint32_t pool = 0) {
  return prices.energy(PoolId{pool}, 1, slot * kHour, kHour) / 1'000;
}

TEST(PriceTable, EnergyIsChargedWhereGreenRunsOut) {
  PlainDesk desk(testing::two_hubs());
  // Ten kilowatts run for two hours in the first zone, nothing in the second.
  desk.run(testing::work(8, 2 * kHour), PoolId{0}, {0, 1});
  desk.run(testing::work(2, 2 * kHour), PoolId{0}, {2});
  const auto price = [&](std::int64_t green, Slot slot, std::uint32_t pool = 0) {
    const engine::Energy energy = testing::flat_energy({300 * kMicro, 300 * kMicro}, {green, 1});
    PriceTable prices(desk.state(), energy, {0, kHour, 4});
    prices.set_energy(desk.state(), energy, {0, kHour, 4}, kCharge);
    return milli_yuan(prices, slot, pool);
  };
  EXPECT_EQ(price(11'000, 0), 300) << "a tenth of the draw is left: plenty";
  EXPECT_EQ(price(10'500, 0), 800) << "half of that";
  EXPECT_EQ(price(10'000, 0), 1'300) << "nothing is left";
  EXPECT_EQ(price(9'000, 1), 1'300);
  EXPECT_EQ(price(10'000, 2), 300) << "the work is over";
  EXPECT_EQ(price(0, 0, 2), 300) << "the other zone has some";
  EXPECT_EQ(price(10'000, 0, 1), 650) << "class B draws half";
}

TEST(PriceTable, GreenEnergyOverLinesCounts) {
  PlainDesk desk(testing::two_hubs());
  desk.run(testing::work(4, 2 * kHour), PoolId{0}, {0});
  engine::Energy energy = testing::flat_energy({300 * kMicro, 300 * kMicro}, {0, 9'000});
  PriceTable prices(desk.state(), energy, {0, kHour, 2});
  const auto price_now = [&](std::uint32_t pool) {
    prices.set_energy(desk.state(), energy, {0, kHour, 2}, kCharge);
    return milli_yuan(prices, 0, pool);
  };
  EXPECT_EQ(price_now(0), 1'300);
  energy.lines = {{ZoneId{1}, ZoneId{0}, 4'000, Price(0)}};
  EXPECT_EQ(price_now(0), 1'300) << "the line is full with what runs";
  energy.lines[0].limit = 5'000;
  EXPECT_EQ(price_now(0), 300);
  EXPECT_EQ(price_now(2), 300);
}

// What ran of late is expected to run later too, so that later hours do not look free.
TEST(PriceTable, LaterHoursRememberWhatWasDrawn) {
  PlainDesk desk(testing::two_hubs());
  desk.run(testing::work(16, 2 * kHour), PoolId{0}, {0, 1, 2, 3});
  const engine::Energy energy = testing::flat_energy({300 * kMicro, 300 * kMicro}, {12'000, 0});
  PriceTable prices(desk.state(), energy, {0, kHour, 4});
  prices.set_energy(desk.state(), energy, {0, kHour, 4}, kCharge);
  EXPECT_EQ(milli_yuan(prices, 3), 300) << "one round is not of late";
  for (int round = 0; round < 60; ++round) {
    prices.set_energy(desk.state(), energy, {0, kHour, 4}, kCharge);
  }
  EXPECT_EQ(milli_yuan(prices, 3), 1'300);
  EXPECT_EQ(milli_yuan(prices, 3, 2), 1'300) << "there is none in the second zone";
}

}  // namespace
}  // namespace tongsuan::rolling
