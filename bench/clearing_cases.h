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
#include "tongsuan/base/text.h"
#include "tongsuan/import/clearing_case.h"
#include "tongsuan/market/market_builder.h"

namespace tongsuan::bench {

// A cent of the cases is 10,000 micro-yuan, and a slot is an hour, so a step price per device-slot
// is a price per device-hour.
inline constexpr std::int64_t kCent = imports::kCaseMoney;

inline constexpr std::uint32_t kHubCount = 8;
inline constexpr std::uint32_t kClassCount = 3;
inline constexpr std::uint32_t kSlotCount = 168;

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
  return imports::clearing_case(folder, "test");
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

// ---- The coupled book --------------------------------------------------------------------------

inline constexpr std::uint32_t kCoupledSlots = 96;

// A coupled book in the making; every amount follows from `capacity`.
struct CoupledBook {
  market::testing::MarketBuilder builder{kCoupledSlots};
  AccountId seller, buyer;
  std::vector<ClassId> classes;
  std::vector<HubId> hubs;
  std::vector<ZoneId> greens;
  std::vector<DataId> data;
  GroupId group;
  std::int64_t capacity = 0;
  double green = 1;

  explicit CoupledBook(std::uint32_t order_count, double green_share)
      : seller(builder.account("seller")),
        buyer(builder.account("buyer")),
        classes({builder.accelerator("fast", 700, 8), builder.accelerator("slow", 300, 8)}),
        group(builder.group("sandbox")),
        capacity(6 * std::int64_t{order_count}),
        green(green_share) {}

  [[nodiscard]] std::int64_t green_amount(std::int64_t units) const {
    return static_cast<std::int64_t>(static_cast<double>(capacity * units) * green);
  }
};

inline void add_coupled_power(CoupledBook& book, std::uint32_t h, ZoneId power) {
  const std::string name = std::to_string(h);
  for (Slot slot = 0; slot < kCoupledSlots; ++slot) {
    const std::int64_t hour = slot % 24;
    const std::int64_t price = hour < 8 ? 250 : hour < 18 ? 400 : 700;
    book.builder.offer("p" + name + padded(slot, 3), book.seller, power, {slot, slot + 1},
                       {{Price(price * kMicro), Amount(book.capacity * 500)},
                        {Price(price * 2 * kMicro), Amount(book.capacity * 2'000)}});
    const std::int64_t sun = h < 4 ? std::max<std::int64_t>(0, 6 - std::abs(hour - 12)) : 2;
    const std::int64_t amount = book.green_amount(sun * 150);
    if (amount == 0) continue;
    book.builder.offer("g" + name + padded(slot, 3), book.seller, book.greens[h], {slot, slot + 1},
                       {{Price(20 * kMicro), Amount(amount)}});
  }
}

inline void add_coupled_hub(CoupledBook& book, std::uint32_t h) {
  const std::string name = std::to_string(h);
  const ZoneId power = book.builder.zone("power" + name, Disposal::kFree);
  book.greens.push_back(book.builder.zone("green" + name, Disposal::kFree, Commodity::kGreen));
  book.hubs.push_back(
      book.builder.hub("h" + name, 1150 + 30 * h, power.value, book.greens.back().value));
  add_coupled_power(book, h, power);
  for (const ClassId accelerator : book.classes) {
    const std::int64_t price = accelerator.value == 0 ? 2 * kMicro : 1 * kMicro;
    book.builder.offer("c" + name + std::to_string(accelerator.value), book.seller,
                       book.hubs.back(), accelerator, book.builder.all(),
                       {{Price(price * 6 / 10), Amount(book.capacity / 5)},
                        {Price(price), Amount(book.capacity / 6)},
                        {Price(price * 17 / 10), Amount(book.capacity / 8)}});
    book.builder.node_block(book.hubs.back(), accelerator, book.builder.all(),
                            static_cast<std::uint32_t>(book.capacity / 60 + 1));
  }
}

// Lines of green energy and data links around a ring of the hubs, twenty data sets, and one cap.
inline void add_coupled_networks(CoupledBook& book, Random& random) {
  for (std::uint32_t h = 0; h < kHubCount; ++h) {
    const std::uint32_t next = (h + 1) % kHubCount;
    book.builder.line(book.greens[h], book.greens[next], book.builder.all(), 0,
                      book.green_amount(60), 5 * kMicro);
    book.builder.link(book.hubs[h], book.hubs[next], book.builder.all(),
                      {{Price(20 * kMicro), Amount(20'000'000)}});
  }
  for (std::uint32_t i = 0; i < 20; ++i) {
    const HubId home = book.hubs[random.below(kHubCount)];
    const auto size = static_cast<std::uint64_t>(random.between(100'000, 4'000'000));
    book.data.push_back(book.builder.data_set("d" + padded(i, 2), size, {home}));
  }
  book.builder.cap({.group = book.group,
                    .hub = kNone,
                    .accelerator = kNone,
                    .slots = book.builder.all(),
                    .devices = static_cast<std::uint32_t>(book.capacity / 10)});
}

inline Order coupled_order(CoupledBook& book, Random& random) {
  const std::uint32_t gang = 1U << random.below(7);
  const auto duration = static_cast<std::uint32_t>(random.between(1, 16));
  Order order;
  order.account = book.buyer;
  order.hubs = book.builder.hub_set(book.hubs);
  const auto release = static_cast<Slot>(random.below(kCoupledSlots - 2 * duration));
  const Slot latest = release + 2 * duration + static_cast<Slot>(random.between(0, 24));
  order.window = {release, std::min(kCoupledSlots, latest)};
  order.green_percent = static_cast<std::uint8_t>(random.below(3) == 0   ? 50
                                                  : random.below(3) == 0 ? 80
                                                                         : 0);
  order.whole_nodes = random.below(8) == 0;
  if (random.below(8) == 0) order.data = book.data[random.below(book.data.size())].value;
  if (random.below(8) == 0) order.group = book.group.value;
  order.value =
      static_cast<std::int64_t>(exponential(0.6 * normal(random)) * 3.2e6) * gang * duration;
  order.delay_cost = order.value / 400;
  order.variants = book.builder.variants(
      {{book.classes[0], gang, duration}, {book.classes[1], gang, 2 * duration}});
  return order;
}

// A coupled book: devices draw power (two steps by the hour) and maybe green energy, which is
// scarce and travels over lines; some orders bring data over links, some need whole nodes, some are
// capped. `green` scales the green supply.
inline Market coupled_week(std::uint32_t order_count, double green, std::uint64_t seed) {
  CoupledBook book(order_count, green);
  Random random(seed);
  for (std::uint32_t h = 0; h < kHubCount; ++h) add_coupled_hub(book, h);
  add_coupled_networks(book, random);
  for (std::uint32_t i = 0; i < order_count; ++i) {
    const Order order = coupled_order(book, random);
    book.builder.order("j" + padded(i, 7), order);
  }
  return book.builder.finish();
}

// ---- The national week of capacity alone -------------------------------------------------------

inline constexpr double kHubShare[kHubCount] = {.20, .14, .12, .16, .12, .10, .09, .07};
inline constexpr double kClassShare[kClassCount] = {.45, .35, .20};

// The first place of `share` that a uniform draw falls into.
template <std::size_t size>
std::uint32_t drawn(double draw, const double (&share)[size]) {
  std::uint32_t place = 0;
  while (place + 1 < size && (draw -= share[place]) > 0) ++place;
  return place;
}

// One hub, up to three, or all of them.
inline HubSetId week_hubs(NationalBook& book, Random& random) {
  std::vector<HubId> hubs = {book.hubs[drawn(random.unit(), kHubShare)]};
  const double draw = random.unit();
  if (draw > .5) {
    hubs = book.hubs;
  } else if (draw > .15) {
    for (int k = 0; k < 2; ++k) hubs.push_back(book.hubs[random.below(kHubCount)]);
    std::sort(hubs.begin(), hubs.end());
    hubs.erase(std::unique(hubs.begin(), hubs.end()), hubs.end());
  }
  return book.builder.hub_set(hubs);
}

// Adds one order and returns the device-slots that it asks for, the mean of its classes.
inline double add_week_order(NationalBook& book, Random& random, std::uint32_t number) {
  constexpr double kSlow[kClassCount] = {1.0, 1.3, 1.7};
  constexpr double kGangShare[10] = {.16, .10, .10, .13, .14, .12, .10, .08, .05, .02};
  const std::uint32_t gang = 1U << drawn(random.unit(), kGangShare);
  const int duration = std::clamp(static_cast<int>(exponential(random.unit() * 3.367)), 1, 28);
  Order order;
  order.hubs = week_hubs(book, random);
  double draw = random.unit();
  const auto preferred = static_cast<std::uint32_t>(random.unit() < .6   ? 0
                                                    : random.unit() < .6 ? 1
                                                                         : 2);
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
  order.account = book.buyers[random.below(book.buyers.size())];
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
  book.builder.order("j" + padded(number, 7), order);
  return gang * use / class_count;
}

// Three steps per hub, class and slot, cheaper by day in the west.
inline void add_week_supply(NationalBook& book, Random& random, double devices) {
  constexpr int kHubPrice[kHubCount] = {125, 120, 115, 80, 78, 82, 75, 90};
  constexpr int kClassPrice[kClassCount] = {200, 120, 80};  // cents per device-slot
  std::uint32_t offer = 0;
  for (std::uint32_t h = 0; h < kHubCount; ++h) {
    for (std::uint32_t c = 0; c < kClassCount; ++c) {
      for (Slot slot = 0; slot < kSlotCount; ++slot) {
        const double noise = 1 + 0.03 * normal(random);
        const auto capacity = std::max<std::int64_t>(
            3, static_cast<std::int64_t>(devices * kHubShare[h] * kClassShare[c] * noise));
        // A triangle over the day, highest at noon.
        const double hour = slot % 24;
        const double day = hour < 12 ? hour / 6 - 1 : 3 - hour / 6;
        const double price =
            kClassPrice[c] * kHubPrice[h] / 100.0 * (h >= 3 ? 1 - .25 * day : 1 + .15 * day);
        const std::int64_t first = capacity * 2 / 5;
        const std::int64_t second = capacity * 7 / 20;
        const auto at = [&](double factor, std::int64_t amount) {
          return Step{Price(static_cast<std::int64_t>(price * factor + 0.5) * kCent),
                      Amount(amount)};
        };
        book.builder.offer("o" + padded(offer++, 6), book.sellers[h], book.hubs[h], book.classes[c],
                           {slot, slot + 1},
                           {at(.6, first), at(1, second), at(1.7, capacity - first - second)});
      }
    }
  }
}

// A national week as in the published cases, but with whole windows instead of sampled starts: a
// block order with a delay cost, some classes (slower ones run longer) and some hubs.
// Demand is `load` times the supply.
inline Market national_week(std::uint32_t order_count, double load, std::uint64_t seed) {
  NationalBook book;
  Random random(seed);
  double demand = 0;
  for (std::uint32_t i = 0; i < order_count; ++i) demand += add_week_order(book, random, i);
  add_week_supply(book, random, demand / load / kSlotCount);
  return book.builder.finish();
}

}  // namespace tongsuan::bench
