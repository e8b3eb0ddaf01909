// Test helper: seeded random markets with every kind of order, small enough to enumerate or larger.
//
// Numbers are coarse on purpose: equal prices, equal values and exactly full rows are where rules
// about ties break. A device-hour costs about one yuan and a Wh or MB about 0.2, so that devices,
// energy and data matter alike.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/base/check.h"
#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/market/market_builder.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market::testing {

// Largest counts; each market draws its own below them.
struct RandomShape {
  std::uint32_t orders = 5;
  std::uint32_t slots = 4;
  std::uint32_t hubs = 2;
  std::uint32_t classes = 2;
  std::uint32_t line_slots = 2;  // slots that lines cover, all lines together; 0: no lines
  std::uint32_t gang = 3;
  std::int64_t supply = 6;  // devices per hub, class, offer and slot
  bool sellers = true;      // orders that deliver
  bool curves = true;
  bool energy = true;
};

namespace internal {

class RandomMarket {
 public:
  RandomMarket(std::uint64_t seed, const RandomShape& shape)
      : random_(seed),
        shape_(shape),
        slots_(static_cast<std::uint32_t>(random_.between(1, shape.slots))),
        builder_(slots_, kSlotSeconds[random_.below(3)]) {}

  Market run() {
    for (std::uint32_t i = 0; i < 3; ++i) accounts_.push_back(builder_.account("a" + digits(i)));
    groups_ = {builder_.group("g0"), builder_.group("g1")};
    if (shape_.energy) add_zones();
    add_hubs();
    builder_.home(accounts_[1], hubs_.back());
    add_offers();
    add_links();
    add_limits();
    const auto orders = random_.between(std::min(2U, shape_.orders), shape_.orders);
    for (std::uint32_t i = 0; i < orders; ++i) add_order("o" + digits(i));
    return builder_.finish();
  }

 private:
  static constexpr std::uint32_t kSlotSeconds[3] = {3600, 900, 420};
  static constexpr std::int64_t kYuan = 1'000'000;
  static constexpr std::int64_t kUnitPrice = kPriceMax / 5;  // of an MWh or a TB: 0.2 yuan a unit

  static std::string digits(std::uint32_t i) { return padded(i, 6); }
  bool chance(std::uint32_t percent) { return random_.below(100) < percent; }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[random_.below(items.size())];
  }
  SlotRange range() {
    const auto begin = static_cast<Slot>(random_.below(slots_));
    return {begin, static_cast<Slot>(random_.between(begin + 1, slots_))};
  }

  std::vector<Step> steps(std::int64_t unit, std::int64_t amount_max, bool negative, bool rising) {
    std::vector<Step> result;
    const auto count = random_.between(1, 3);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t price = random_.between(negative ? -3 : 0, 6) * unit / 2;
      result.push_back(step(price, random_.between(1, amount_max)));
    }
    std::sort(result.begin(), result.end(), [&](const Step& a, const Step& b) {
      return rising ? a.price < b.price : b.price < a.price;
    });
    return result;
  }

  void add_zones() {
    const Disposal power = chance(50) ? Disposal::kBalance : Disposal::kFree;
    zones_ = {builder_.zone("z0", Disposal::kFree, Commodity::kGreen), builder_.zone("z1", power),
              builder_.zone("z2", power)};
    balance_ = power == Disposal::kBalance;
    for (std::uint32_t i = 0; i < 3; ++i) {
      builder_.offer("e" + digits(i), pick(accounts_), zones_[i], builder_.all(),
                     steps(kUnitPrice, 8, i > 0 && balance_, true));
      if (chance(30)) {
        builder_.offer("f" + digits(i), pick(accounts_), zones_[i], range(),
                       steps(kUnitPrice, 5, false, true));
      }
    }
    std::uint32_t left = shape_.line_slots;
    for (const bool back : {false, true}) {
      if (left == 0 || chance(40)) continue;
      SlotRange slots = range();
      slots.end = std::min(slots.end, slots.begin + left);
      left -= slots.count();
      const bool one_way = chance(50);
      builder_.line(zones_[back ? 2 : 1], zones_[back ? 1 : 2], slots,
                    one_way ? 0 : -random_.between(0, 2), random_.between(1, 3),
                    one_way ? random_.between(0, 1) * kUnitPrice / 2 : 0);
    }
  }

  void add_hubs() {
    const auto classes = random_.between(1, shape_.classes);
    for (std::uint32_t i = 0; i < classes; ++i) {
      classes_.push_back(builder_.accelerator("c" + digits(i),
                                              static_cast<std::uint32_t>(random_.between(0, 8)),
                                              static_cast<std::uint32_t>(random_.between(1, 2))));
    }
    const auto hubs = random_.between(1, shape_.hubs);
    for (std::uint32_t i = 0; i < hubs; ++i) {
      const bool power = shape_.energy && chance(60);
      const bool green = shape_.energy && chance(70);
      hubs_.push_back(builder_.hub(
          "h" + digits(i), static_cast<std::uint32_t>(random_.between(1000, 1300)),
          power ? zones_[1 + random_.below(2)].value : kNone, green ? zones_[0].value : kNone));
    }
  }

  void add_offers() {
    std::uint32_t name = 0;
    for (const HubId hub : hubs_) {
      for (const ClassId accelerator : classes_) {
        for (auto count = chance(15) ? 0 : random_.between(1, 2); count > 0; --count) {
          builder_.offer("s" + digits(name++), pick(accounts_), hub, accelerator,
                         chance(60) ? builder_.all() : range(),
                         steps(kYuan, shape_.supply, false, true));
        }
        if (chance(40)) {
          builder_.node_block(hub, accelerator, chance(60) ? builder_.all() : range(),
                              static_cast<std::uint32_t>(random_.between(1, 3)));
        }
      }
    }
  }

  void add_links() {
    for (const HubId from : hubs_) {
      for (const HubId to : hubs_) {
        if (from == to || chance(40)) continue;
        builder_.link(from, to, chance(60) ? builder_.all() : range(),
                      steps(kUnitPrice, 8, false, true));
      }
    }
    data_ = {builder_.data_set("d0", 1 + random_.below(12), {hubs_[0]}),
             builder_.data_set("d1", 1 + random_.below(12), hubs_)};
  }

  void add_limits() {
    for (const GroupId group : groups_) {  // one each: caps of one group may not overlap
      if (chance(40)) continue;
      Cap cap;
      cap.group = group;
      if (chance(50)) cap.hub = pick(hubs_).value;
      if (chance(50)) cap.accelerator = pick(classes_).value;
      cap.slots = range();
      cap.devices = static_cast<std::uint32_t>(random_.below(6));
      builder_.cap(cap);
    }
  }

  // What every kind of order may have: owner, group, green share.
  Order common(OrderKind kind) {
    Order order;
    order.kind = kind;
    order.account = pick(accounts_);
    order.window = builder_.all();
    order.hubs = builder_.hub_set({});
    if (chance(30)) order.group = pick(groups_).value;
    if (shape_.energy && chance(25)) {
      order.green_percent = static_cast<std::uint8_t>(random_.between(0, 100));
    }
    return order;
  }

  std::vector<HubId> some_hubs() {
    std::vector<HubId> hubs;
    for (const HubId hub : hubs_) {
      if (chance(75)) hubs.push_back(hub);
    }
    if (hubs.empty()) hubs.push_back(pick(hubs_));
    return hubs;
  }

  Variant variant() {
    return {pick(classes_), static_cast<std::uint32_t>(random_.between(1, shape_.gang)),
            static_cast<std::uint32_t>(random_.between(1, slots_))};
  }

  void add_order(const std::string& name) {
    const std::uint64_t kind = random_.below(100);
    if (kind < 50) {
      add_block(name);
    } else if (kind < 65) {
      add_options(name);
    } else if (kind < 75 && shape_.curves) {
      add_curve(name);
    } else if (kind < 88) {
      add_profile(name);
    } else {
      add_service(name);
    }
  }

  void add_block(const std::string& name) {
    Order order = common(OrderKind::kBlock);
    order.hubs = builder_.hub_set(some_hubs());
    order.window = range();
    order.value = random_.between(0, 24) * kYuan / 2;
    if (chance(40)) order.delay_cost = random_.between(0, 2) * kYuan / 2;
    if (chance(30)) order.data = pick(data_).value;
    order.whole_nodes = chance(20);
    if (last_block_ != kNone && chance(15)) order.after = last_block_;
    std::vector<Variant> variants = {variant()};
    if (chance(30)) variants.push_back(variant());
    order.variants = builder_.variants(variants);
    last_block_ = builder_.order(name, order).value;
    if (!chance(15)) return;
    order.account = pick(accounts_);  // an alike order, to exercise the rule of ties
    order.after = kNone;
    builder_.order(name + "x", order);
  }

  Leg random_leg(bool deliver) {
    const std::int64_t sign = deliver ? -1 : 1;
    if (shape_.energy && chance(50)) {
      return zone_leg(pick(zones_), range(), sign * random_.between(1, 4));
    }
    const Leg leg =
        capacity_leg(pick(hubs_), pick(classes_), range(), sign * random_.between(1, shape_.gang));
    if (leg.amount != 1 || !chance(50)) return leg;
    return node_leg(HubId{leg.hub}, ClassId{leg.accelerator}, leg.slots, 1);
  }

  void add_options(const std::string& name) {
    Order order = common(OrderKind::kOptions);
    std::vector<OptionSpec> options(static_cast<std::size_t>(random_.between(1, 3)));
    for (OptionSpec& option : options) {
      const bool deliver = shape_.sellers && chance(35);
      option.value = random_.between(deliver ? -8 : 0, deliver ? 2 : 16) * kYuan / 2;
      for (auto legs = random_.between(1, 2); legs > 0; --legs) {
        option.legs.push_back(random_leg(deliver));
      }
      if (deliver && chance(20)) option.legs.push_back(random_leg(false));
    }
    order.options = builder_.options(options);
    builder_.order(name, order);
  }

  void add_curve(const std::string& name) {
    Order order = common(OrderKind::kCurve);
    order.green_percent = 0;
    Leg leg = random_leg(false);
    if (leg.kind == RowKind::kNodes) leg.kind = RowKind::kCapacity;
    leg.amount = 0;
    const bool zone = leg.kind == RowKind::kZone;
    order.options = builder_.options({{0, {leg}}});
    const bool negative = zone && balance_ && leg.zone != zones_[0].value;
    order.steps = builder_.steps(steps(zone ? kUnitPrice : kYuan, 3, negative, false));
    builder_.order(name, order);
  }

  void add_profile(const std::string& name) {
    Order order = common(OrderKind::kProfile);
    const bool deliver = shape_.sellers && chance(40);
    OptionSpec option;
    option.value = random_.between(deliver ? -16 : 0, deliver ? 0 : 20) * kYuan / 3;
    const std::int64_t lots = random_.between(1, 3);
    for (auto legs = random_.between(1, 2); legs > 0; --legs) {
      option.legs.push_back(random_leg(deliver));
      option.legs.back().amount *= lots;
    }
    order.options = builder_.options({option});
    if (chance(60)) order.minimum_ppm = static_cast<std::uint32_t>(random_.between(1, 999'999));
    builder_.order(name, order);
  }

  void add_service(const std::string& name) {
    Order order = common(OrderKind::kService);
    order.hubs = builder_.hub_set(some_hubs());
    order.value = random_.between(0, 24) * kYuan / 2;
    order.whole_nodes = chance(20);
    order.variants = builder_.variants({variant()});
    std::vector<SlotRange> ranges = {range()};
    if (ranges[0].end < slots_ && chance(50)) ranges.push_back({ranges[0].end, slots_});
    order.services = builder_.ranges(ranges);
    builder_.order(name, order);
  }

  Random random_;
  RandomShape shape_;
  std::uint32_t slots_;
  MarketBuilder builder_;
  bool balance_ = false;
  std::uint32_t last_block_ = kNone;
  std::vector<AccountId> accounts_;
  std::vector<GroupId> groups_;
  std::vector<ZoneId> zones_;
  std::vector<ClassId> classes_;
  std::vector<HubId> hubs_;
  std::vector<DataId> data_;
};

}  // namespace internal

inline Market random_market(std::uint64_t seed, const RandomShape& shape = {}) {
  return internal::RandomMarket(seed, shape).run();
}

// Of a market that compiles.
inline Problem compiled(const Market& market) {
  Result<Problem> problem = compile(market);
  TONGSUAN_CHECK(problem.ok());
  return std::move(problem).value();
}

}  // namespace tongsuan::market::testing
