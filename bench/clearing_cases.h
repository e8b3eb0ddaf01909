// Books that benches of the solver share: the two published clearing cases, and generated national
// books with implicit windows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/base/result.h"
#include "tongsuan/import/csv.h"
#include "tongsuan/import/gzip.h"
#include "tongsuan/market/market_builder.h"

namespace tongsuan::bench {

// A cent of the cases is 10,000 micro-yuan, and a slot is an hour, so a step price per device-slot is
// a price per device-hour.
inline constexpr std::int64_t kCent = 10'000;

inline constexpr std::uint32_t kHubCount = 8;
inline constexpr std::uint32_t kClassCount = 3;
inline constexpr std::uint32_t kSlotCount = 168;

inline std::string padded(std::uint64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// Hubs h0 … h7, classes c0 … c2, and one account per hub.
struct NationalBook {
  market::testing::MarketBuilder builder{kSlotCount};
  std::vector<ClassId> classes;
  std::vector<HubId> hubs;
  std::vector<AccountId> sellers;
  std::vector<AccountId> buyers;

  NationalBook() {
    for (std::uint32_t i = 0; i < kClassCount; ++i) {
      classes.push_back(builder.accelerator("c" + std::to_string(i)));
    }
    for (std::uint32_t i = 0; i < kHubCount; ++i) {
      hubs.push_back(builder.hub("h" + std::to_string(i)));
      sellers.push_back(builder.account("s" + std::to_string(i)));
    }
    for (std::uint32_t i = 0; i < 100; ++i) buyers.push_back(builder.account("b" + padded(i, 2)));
  }
};

// `folder` holds options.csv.gz and supply.csv.gz (see its README).
inline Result<Market> load_case(const std::string& folder) {
  NationalBook book;
  TONGSUAN_TRY(const std::string supply, imports::read_text(folder + "/supply.csv.gz"));
  TONGSUAN_TRY(imports::CsvReader steps,
               imports::CsvReader::open("supply.csv", supply,
                                        {"hub", "class", "slot", "step", "qty", "price"}));
  std::vector<Step> row;
  std::uint32_t offer = 0;
  while (steps.next()) {
    const auto hub = static_cast<std::uint32_t>(steps.integer(0));
    const auto accelerator = static_cast<std::uint32_t>(steps.integer(1));
    const auto slot = static_cast<Slot>(steps.integer(2));
    row.assign(1, {Price(steps.integer(5) * kCent), Amount(steps.integer(4))});
    book.builder.offer("o" + padded(offer++, 6), book.sellers[hub], book.hubs[hub],
                       book.classes[accelerator], {slot, slot + 1}, row);
  }
  TONGSUAN_TRY(const Done supply_read, steps.finish());
  static_cast<void>(supply_read);
  TONGSUAN_TRY(const std::string options, imports::read_text(folder + "/options.csv.gz"));
  TONGSUAN_TRY(imports::CsvReader lines,
               imports::CsvReader::open(
                   "options.csv", options,
                   {"job", "hub", "class", "start", "dur", "gang", "value"}));
  std::vector<market::testing::OptionSpec> items;
  std::int64_t job = -1;
  const auto close = [&] {
    if (items.empty()) return;
    const auto buyer = static_cast<std::size_t>(job) % book.buyers.size();
    book.builder.options_order("j" + padded(static_cast<std::uint64_t>(job), 6),
                               book.buyers[buyer], items);
    items.clear();
  };
  while (lines.next()) {
    if (lines.integer(0) != job) close();
    job = lines.integer(0);
    const auto start = static_cast<Slot>(lines.integer(3));
    const auto end = start + static_cast<Slot>(lines.integer(4));
    items.push_back({lines.integer(6) * kCent,
                     {market::testing::capacity_leg(
                         book.hubs[static_cast<std::size_t>(lines.integer(1))],
                         book.classes[static_cast<std::size_t>(lines.integer(2))], {start, end},
                         lines.integer(5))}});
  }
  close();
  TONGSUAN_TRY(const Done options_read, lines.finish());
  static_cast<void>(options_read);
  return book.builder.finish();
}

// The middle of twelve uniform numbers: near enough to normal, the same on every machine.
inline double normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

// e to the x, by squaring: no libm, so that a seed gives the same book everywhere.
inline double exponential(double x) {
  double y = 1 + x / 4096;
  for (int i = 0; i < 12; ++i) y *= y;
  return y;
}

// A national week as in the published cases, but with whole windows instead of sampled starts: a
// block order with a delay cost, some classes (slower ones run longer) and some hubs.
// Demand is `load` times the supply.
inline Market national_week(std::uint32_t order_count, double load, std::uint64_t seed) {
  constexpr double kSlow[kClassCount] = {1.0, 1.3, 1.7};
  constexpr double kHubShare[kHubCount] = {.20, .14, .12, .16, .12, .10, .09, .07};
  constexpr double kClassShare[kClassCount] = {.45, .35, .20};
  constexpr double kGangShare[10] = {.16, .10, .10, .13, .14, .12, .10, .08, .05, .02};
  constexpr int kHubPrice[kHubCount] = {125, 120, 115, 80, 78, 82, 75, 90};
  constexpr int kClassPrice[kClassCount] = {200, 120, 80};  // cents per device-slot
  NationalBook book;
  Random random(seed);
  double demand = 0;
  for (std::uint32_t i = 0; i < order_count; ++i) {
    double draw = random.unit();
    std::uint32_t exponent = 0;
    while (exponent < 9 && (draw -= kGangShare[exponent]) > 0) ++exponent;
    const std::uint32_t gang = 1U << exponent;
    const int duration = std::clamp(static_cast<int>(exponential(random.unit() * 3.367)), 1, 28);
    draw = random.unit();
    std::uint32_t home = 0;
    while (home + 1 < kHubCount && (draw -= kHubShare[home]) > 0) ++home;
    std::vector<HubId> hubs = {book.hubs[home]};
    draw = random.unit();
    if (draw > .5) hubs = book.hubs;
    else if (draw > .15) {
      for (int k = 0; k < 2; ++k) hubs.push_back(book.hubs[random.below(kHubCount)]);
      std::sort(hubs.begin(), hubs.end());
      hubs.erase(std::unique(hubs.begin(), hubs.end()), hubs.end());
    }
    draw = random.unit();
    const auto preferred = static_cast<std::uint32_t>(random.unit() < .6 ? 0 : random.unit() < .6 ? 1 : 2);
    const std::uint32_t class_count = draw < .25 ? 1 : draw < .65 ? 2 : 3;
    std::vector<Variant> variants;
    double use = 0;
    std::uint32_t longest = 1;
    for (std::uint32_t k = 0; k < class_count; ++k) {
      const std::uint32_t c = (preferred + k) % kClassCount;
      const auto slots = static_cast<std::uint32_t>(duration * kSlow[c] + 0.999);
      variants.push_back({book.classes[c], gang, slots});
      longest = std::max(longest, slots);
      use += slots;
    }
    demand += gang * use / class_count;
    Order order;
    order.account = book.buyers[random.below(book.buyers.size())];
    order.hubs = book.builder.hub_set(hubs);
    const auto release = static_cast<std::uint32_t>(random.below(kSlotCount - longest + 1));
    draw = random.unit();
    const std::int64_t slack = draw < .3    ? random.between(0, 4)
                               : draw < .75 ? random.between(4, 24)
                                            : random.between(24, 96);
    order.window = {release, std::min(kSlotCount, release + longest + static_cast<Slot>(slack))};
    const double cents = exponential(0.55 * normal(random)) * 230.0 * gang * duration;
    order.value = static_cast<std::int64_t>(cents) * kCent;
    order.delay_cost = order.value / 280;
    order.variants = book.builder.variants(variants);
    book.builder.order("j" + padded(i, 7), order);
  }
  const double supply = demand / load / kSlotCount;
  std::uint32_t offer = 0;
  for (std::uint32_t h = 0; h < kHubCount; ++h) {
    for (std::uint32_t c = 0; c < kClassCount; ++c) {
      for (Slot slot = 0; slot < kSlotCount; ++slot) {
        const double noise = 1 + 0.03 * normal(random);
        const auto capacity = std::max<std::int64_t>(
            3, static_cast<std::int64_t>(supply * kHubShare[h] * kClassShare[c] * noise));
        // A triangle over the day, highest at noon.
        const double hour = slot % 24;
        const double day = hour < 12 ? hour / 6 - 1 : 3 - hour / 6;
        const double price =
            kClassPrice[c] * kHubPrice[h] / 100.0 * (h >= 3 ? 1 - .25 * day : 1 + .15 * day);
        const std::int64_t first = capacity * 2 / 5;
        const std::int64_t second = capacity * 7 / 20;
        const auto at = [&](double factor, std::int64_t amount) {
          return Step{Price(static_cast<std::int64_t>(price * factor + 0.5) * kCent), Amount(amount)};
        };
        book.builder.offer("o" + padded(offer++, 6), book.sellers[h], book.hubs[h],
                           book.classes[c], {slot, slot + 1},
                           {at(.6, first), at(1, second), at(1.7, capacity - first - second)});
      }
    }
  }
  return book.builder.finish();
}

}  // namespace tongsuan::bench
