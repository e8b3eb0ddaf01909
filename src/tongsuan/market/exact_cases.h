// Test helper: books whose optimum, hull price and gap are known exactly (docs/sources.md), as
// Market objects. One MWh is a million Wh and prices are per MWh, so a published amount of money m
// is m × `money` micro-yuan of welfare, and undivided m × `money` × denominator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/market_builder.h"

namespace tongsuan::market::testing {

struct ExactCase {
  std::string name;
  Market market;
  std::int64_t money = kMicro;  // micro-yuan per published unit of money
  std::int64_t optimum = 0;     // welfare, micro-yuan
  std::int64_t gap = 0;         // D(hull prices) − optimum, micro-yuan
  Prices hull_prices;           // per row of the compiled problem; empty: not published
};

namespace internal {

inline constexpr std::int64_t kMegawattHour = 1'000'000;
inline constexpr std::int64_t kLostLoad = 1'000;  // published money per MWh not served

inline OptionSpec production(std::int64_t cost, ZoneId zone, std::int64_t megawatts) {
  return {-cost, {zone_leg(zone, {0, 1}, -megawatts * kMegawattHour)}};
}

// A unit that, when it runs at q in [min, max], costs fixed + variable·q.
inline std::vector<OptionSpec> plant(ZoneId zone, std::int64_t money, std::int64_t min,
                                     std::int64_t max, std::int64_t fixed, std::int64_t variable) {
  std::vector<OptionSpec> options;
  for (std::int64_t q = min; q <= max; ++q) {
    options.push_back(production((fixed + variable * q) * money, zone, q));
  }
  return options;
}

inline ExactCase scarf(std::int64_t demand, std::int64_t cost, std::int64_t price,
                       std::int64_t gap) {
  // Hull prices are sevenths and sixteenths, so the published unit of money is 112 yuan here, and
  // `price` and `gap` are given in yuan.
  const std::int64_t money = 112 * kMicro;
  MarketBuilder builder(1);
  const AccountId account = builder.account("system");
  const ZoneId zone = builder.zone("zone", Disposal::kBalance);
  const auto add = [&](const std::string& name, int count, const std::vector<OptionSpec>& options) {
    for (int i = 0; i < count; ++i) {
      builder.options_order(name + std::to_string(i), account, options);
    }
  };
  add("smokestack", 6, plant(zone, money, 1, 16, 53, 3));
  add("high-tech", 5, plant(zone, money, 1, 7, 30, 2));
  add("med-tech", 5, plant(zone, money, 2, 6, 0, 7));
  builder.curve("demand", account, zone_leg(zone, {0, 1}, 0),
                {step(kLostLoad * money, demand * kMegawattHour)});
  return {"T1 Scarf D=" + std::to_string(demand), builder.finish(), money,
          (kLostLoad * demand - cost) * money,    gap * kMicro,     {price * kMicro}};
}

inline ExactCase hua_baldick_1() {
  MarketBuilder builder(1);
  const AccountId account = builder.account("system");
  const ZoneId zone = builder.zone("zone", Disposal::kBalance);
  builder.options_order("u1", account, plant(zone, kMicro, 10, 50, 100, 50));
  builder.options_order("u2", account, plant(zone, kMicro, 50, 50, 100, 10));
  builder.curve("demand", account, zone_leg(zone, {0, 1}, 0),
                {step(kLostLoad * kMicro, 35 * kMegawattHour)});
  return {"T2 Hua-Baldick 1", builder.finish(), kMicro, (kLostLoad * 35 - 1'850) * kMicro,
          1'430 * kMicro,     {12 * kMicro}};
}

// Every schedule of the second unit over three hours, on multiples of 10 MW; −1 is off.
inline std::vector<OptionSpec> ramped_schedules(ZoneId zone) {
  const auto allowed = [](std::int64_t before, std::int64_t now) {
    if (now < 0) return true;          // shutting down is free
    if (before < 0) return now <= 60;  // start ramp
    return now - before <= 60 && before - now <= 60;
  };
  std::vector<OptionSpec> options;
  for (std::int64_t a = -10; a <= 100; a += 10) {
    for (std::int64_t b = -10; b <= 100; b += 10) {
      for (std::int64_t c = -10; c <= 100; c += 10) {
        if (!allowed(-10, a) || !allowed(a, b) || !allowed(b, c)) continue;
        OptionSpec option;
        Slot hour = 0;
        for (const std::int64_t power : {a, b, c}) {
          if (power >= 0) option.value -= (600 + 56 * power) * kMicro;
          if (power > 0) {
            option.legs.push_back(zone_leg(zone, {hour, hour + 1}, -power * kMegawattHour));
          }
          ++hour;
        }
        if (!option.legs.empty()) options.push_back(option);
      }
    }
  }
  return options;
}

inline ExactCase hua_baldick_2() {
  MarketBuilder builder(3);
  const AccountId account = builder.account("system");
  const ZoneId zone = builder.zone("zone", Disposal::kBalance);
  builder.offer("u1", account, zone, builder.all(), {step(60 * kMicro, 100 * kMegawattHour)});
  builder.options_order("u2", account, ramped_schedules(zone));
  Slot hour = 0;
  for (const std::int64_t demand : {70, 100, 170}) {
    builder.curve("demand" + std::to_string(hour), account, zone_leg(zone, {hour, hour + 1}, 0),
                  {step(kLostLoad * kMicro, demand * kMegawattHour)});
    ++hour;
  }
  return {"T3 Hua-Baldick 2",
          builder.finish(),
          kMicro,
          (kLostLoad * 340 - 20'960) * kMicro,
          168 * kMicro,
          {60 * kMicro, 60 * kMicro, 65'600'000}};
}

inline ExactCase support_rule() {
  MarketBuilder builder(1);
  const AccountId account = builder.account("system");
  const ZoneId zone = builder.zone("zone", Disposal::kBalance);
  builder.offer("a", account, zone, builder.all(), {step(kMicro, 5 * kMegawattHour)});
  builder.offer("c", account, zone, builder.all(), {step(4'900'000, 4 * kMegawattHour)});
  builder.profile("b", account, production(16 * kMicro, zone, 8));
  builder.curve("demand", account, zone_leg(zone, {0, 1}, 0),
                {step(5 * kMicro, 12 * kMegawattHour)});
  return {"T4 EU rule against hull", builder.finish(), kMicro, 40 * kMicro, kMicro, {2 * kMicro}};
}

inline ExactCase support_rule_b() {
  MarketBuilder builder(1);
  const AccountId account = builder.account("system");
  const ZoneId zone = builder.zone("zone", Disposal::kBalance);
  builder.offer("a", account, zone, builder.all(), {step(kMicro, 10 * kMegawattHour)});
  builder.offer("c", account, zone, builder.all(), {step(3 * kMicro, 5 * kMegawattHour)});
  builder.profile("b", account, production(12 * kMicro, zone, 6));
  builder.curve("demand", account, zone_leg(zone, {0, 1}, 0),
                {step(5 * kMicro, 12 * kMegawattHour)});
  return {"T4b", builder.finish(), kMicro, 44 * kMicro, 2 * kMicro, {2 * kMicro}};
}

// Items are hubs with one device each; a bid is an option that needs several of them.
inline ExactCase winner_determination() {
  MarketBuilder builder(1);
  const AccountId account = builder.account("house");
  const ClassId item = builder.accelerator("item");
  std::vector<HubId> items;
  for (int i = 1; i <= 8; ++i) {
    items.push_back(builder.hub("item" + std::to_string(i)));
    builder.offer("item" + std::to_string(i), account, items.back(), item, builder.all(),
                  {step(0, 1)});
  }
  const auto bid = [&](const char* name, std::int64_t value, const std::vector<std::size_t>& set) {
    OptionSpec option = {value * kMicro, {}};
    for (const std::size_t i : set) {
      option.legs.push_back(capacity_leg(items[i - 1], item, {0, 1}, 1));
    }
    builder.options_order(name, account, {option});
  };
  bid("b1", 8, {1, 2, 3, 4});
  bid("b2", 6, {2, 3, 6});
  bid("b3", 5, {1, 4, 5});
  bid("b4", 2, {2, 8});
  bid("b5", 2, {5, 6});
  return {"T5 winner determination", builder.finish(), kMicro, 11 * kMicro, 0, {}};
}

inline ExactCase two_part(std::int64_t demand, std::int64_t cost, std::int64_t price,
                          std::int64_t gap) {
  MarketBuilder builder(1);
  const AccountId account = builder.account("system");
  const ZoneId zone = builder.zone("zone", Disposal::kBalance);
  builder.offer("a", account, zone, builder.all(),
                {step(65 * kMicro, 100 * kMegawattHour), step(110 * kMicro, 100 * kMegawattHour)});
  std::vector<OptionSpec> options;
  for (std::int64_t q = 10; q <= 200; q += 10) {
    const std::int64_t energy = q <= 100 ? 40 * q : 4'000 + 90 * (q - 100);
    options.push_back(production((6'000 + energy) * kMicro, zone, q));
  }
  builder.options_order("b", account, options);
  builder.curve("demand", account, zone_leg(zone, {0, 1}, 0),
                {step(kLostLoad * kMicro, demand * kMegawattHour)});
  return {"T6 two-part D=" + std::to_string(demand), builder.finish(), kMicro,
          (kLostLoad * demand - cost) * kMicro,      gap * kMicro,     {price * kMicro}};
}

inline OptionSpec consumption(std::int64_t price, ZoneId zone, std::int64_t megawatts) {
  return {price * megawatts * kMicro, {zone_leg(zone, {0, 1}, megawatts * kMegawattHour)}};
}

inline ExactCase rent() {
  MarketBuilder builder(1);
  const AccountId account = builder.account("system");
  const ZoneId z0 = builder.zone("z0", Disposal::kFree);
  const ZoneId z1 = builder.zone("z1", Disposal::kFree);
  builder.line(z0, z1, builder.all(), -2 * kMegawattHour, 2 * kMegawattHour);
  builder.offer("s0", account, z0, builder.all(),
                {step(kMicro, 6 * kMegawattHour), step(4 * kMicro, 3 * kMegawattHour)});
  builder.offer("s1", account, z1, builder.all(),
                {step(2 * kMicro, 6 * kMegawattHour), step(5 * kMicro, 6 * kMegawattHour)});
  builder.profile("b0", account, consumption(2, z1, 3));
  builder.profile("b1", account, consumption(4, z0, 5));
  builder.profile("b2", account, consumption(3, z1, 8));
  builder.profile("b3", account, consumption(7, z0, 7));
  return {"T8 rent", builder.finish(), kMicro, 43 * kMicro, 4 * kMicro, {4 * kMicro, 3 * kMicro}};
}

inline ExactCase rent_one_zone() {
  MarketBuilder builder(1);
  const AccountId account = builder.account("system");
  const ZoneId zone = builder.zone("zone", Disposal::kFree);
  builder.offer("s", account, zone, builder.all(), {step(kMicro, 10 * kMegawattHour)});
  builder.profile("b0", account, consumption(5, zone, 6));
  builder.profile("b1", account, consumption(4, zone, 6));
  builder.profile("b2", account, consumption(2, zone, 4));
  return {"T8 one zone", builder.finish(), kMicro, 28 * kMicro, 8 * kMicro, {4 * kMicro}};
}

}  // namespace internal

// All cases. Where a hull price is an interval, one of its ends is given.
inline std::vector<ExactCase> exact_cases() {
  using namespace internal;
  std::vector<ExactCase> cases;
  cases.push_back(scarf(20, 129, 704, 368));
  cases.push_back(scarf(35, 220, 704, 0));
  cases.push_back(scarf(36, 230, 707, 413));
  cases.push_back(scarf(40, 254, 707, 273));
  cases.push_back(scarf(55, 347, 707, 84));
  cases.push_back(scarf(56, 355, 707, 273));
  cases.push_back(scarf(100, 634, 707, 413));
  cases.push_back(scarf(131, 826, 784, 0));
  cases.push_back(scarf(132, 837, 784, 448));
  cases.push_back(scarf(161, 1'036, 784, 0));
  cases.push_back(hua_baldick_1());
  cases.push_back(hua_baldick_2());
  cases.push_back(support_rule());
  cases.push_back(support_rule_b());
  cases.push_back(winner_determination());
  cases.push_back(two_part(150, 12'000, 95, 750));
  cases.push_back(two_part(200, 16'500, 95, 500));
  cases.push_back(two_part(240, 20'100, 95, 300));
  cases.push_back(two_part(300, 25'500, 95, 0));
  cases.push_back(two_part(350, 31'000, 110, 0));
  cases.push_back(rent());
  cases.push_back(rent_one_zone());
  return cases;
}

}  // namespace tongsuan::market::testing
