// Test helper: writes a Market by hand in any order of names; `finish` makes it canonical.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/domain/market.h"
#include "tongsuan/market/canonical.h"

namespace tongsuan::market::testing {

struct OptionSpec {
  std::int64_t value = 0;  // micro-yuan
  std::vector<Leg> legs;
};

inline Step step(std::int64_t price, std::int64_t amount) {
  return {Price(price), Amount(amount)};
}

inline Leg capacity_leg(HubId hub, ClassId accelerator, SlotRange slots, std::int64_t amount) {
  return {RowKind::kCapacity, hub.value, accelerator.value, kNone, slots, amount};
}

inline Leg node_leg(HubId hub, ClassId accelerator, SlotRange slots, std::int64_t nodes) {
  return {RowKind::kNodes, hub.value, accelerator.value, kNone, slots, nodes};
}

inline Leg zone_leg(ZoneId zone, SlotRange slots, std::int64_t amount) {
  return {RowKind::kZone, kNone, kNone, zone.value, slots, amount};
}

class MarketBuilder {
 public:
  explicit MarketBuilder(std::uint32_t slot_count, std::uint32_t slot_seconds = 3600) {
    market_.name = "test";
    market_.calendar.slot_count = slot_count;
    market_.calendar.slot_seconds = slot_seconds;
  }

  [[nodiscard]] SlotRange all() const { return {0, market_.calendar.slot_count}; }

  ClassId accelerator(std::string_view name, std::uint32_t watts = 0, std::uint32_t node = 1) {
    market_.classes.push_back({watts, node});
    return {market_.class_names.push_back(name)};
  }
  ZoneId zone(std::string_view name, Disposal disposal, Commodity commodity = Commodity::kPower) {
    market_.zones.push_back({commodity, disposal});
    return {market_.zone_names.push_back(name)};
  }
  HubId hub(std::string_view name, std::uint32_t pue_milli = 1000, std::uint32_t power_zone = kNone,
            std::uint32_t green_zone = kNone) {
    Hub hub;
    hub.pue_milli = pue_milli;
    hub.power_zone = power_zone;
    hub.green_zone = green_zone;
    market_.hubs.push_back(hub);
    return {market_.hub_names.push_back(name)};
  }
  DataId data_set(std::string_view name, std::uint64_t size_mb, std::vector<HubId> replicas) {
    std::sort(replicas.begin(), replicas.end());
    market_.data_sets.push_back({size_mb, append(market_.hub_lists, replicas)});
    return {market_.data_names.push_back(name)};
  }
  GroupId group(std::string_view name) { return {market_.group_names.push_back(name)}; }
  AccountId account(std::string_view name, std::uint32_t home = kNone) {
    market_.accounts.push_back({home});
    return {market_.account_names.push_back(name)};
  }
  void home(AccountId account, HubId hub) { market_.accounts[account.value].home = hub.value; }

  void link(HubId from, HubId to, SlotRange slots, const std::vector<Step>& steps) {
    market_.links.push_back({from, to, slots, append(market_.steps, steps)});
  }
  void line(ZoneId from, ZoneId to, SlotRange slots, std::int64_t min, std::int64_t max,
            std::int64_t tariff = 0) {
    market_.lines.push_back({from, to, slots, Amount(min), Amount(max), Price(tariff)});
  }
  void node_block(HubId hub, ClassId accelerator, SlotRange slots, std::uint32_t nodes) {
    market_.node_blocks.push_back({hub, accelerator, slots, nodes});
  }
  void cap(const Cap& cap) { market_.caps.push_back(cap); }

  void offer(std::string_view name, AccountId seller, HubId hub, ClassId accelerator,
             SlotRange slots, const std::vector<Step>& steps) {
    market_.offer_names.push_back(name);
    market_.offers.push_back(
        {seller, hub.value, accelerator.value, kNone, slots, append(market_.steps, steps)});
  }
  void offer(std::string_view name, AccountId seller, ZoneId zone, SlotRange slots,
             const std::vector<Step>& steps) {
    market_.offer_names.push_back(name);
    market_.offers.push_back(
        {seller, kNone, kNone, zone.value, slots, append(market_.steps, steps)});
  }

  // ---- Orders: fill an Order with these ranges, then add it ------------------------------------

  HubSetId hub_set(std::vector<HubId> hubs) {
    std::sort(hubs.begin(), hubs.end());
    for (std::uint32_t i = 0; i < market_.hub_sets.size(); ++i) {
      const Span32 set = market_.hub_sets[i];
      if (std::equal(hubs.begin(), hubs.end(), market_.hub_lists.begin() + set.begin,
                     market_.hub_lists.begin() + set.end)) {
        return {i};
      }
    }
    market_.hub_sets.push_back(append(market_.hub_lists, hubs));
    return {static_cast<std::uint32_t>(market_.hub_sets.size() - 1)};
  }
  Span32 variants(const std::vector<Variant>& items) { return append(market_.variants, items); }
  Span32 steps(const std::vector<Step>& items) { return append(market_.steps, items); }
  Span32 ranges(const std::vector<SlotRange>& items) { return append(market_.ranges, items); }
  Span32 options(const std::vector<OptionSpec>& items) {
    std::vector<Option> options;
    for (const OptionSpec& item : items) {
      options.push_back({item.value, append(market_.legs, item.legs)});
    }
    return append(market_.options, options);
  }
  OrderId order(std::string_view name, const Order& order) {
    market_.orders.push_back(order);
    return {market_.order_names.push_back(name)};
  }

  // ---- Whole orders ----------------------------------------------------------------------------

  OrderId options_order(std::string_view name, AccountId account,
                        const std::vector<OptionSpec>& items) {
    Order order;
    order.account = account;
    order.kind = OrderKind::kOptions;
    order.hubs = hub_set({});
    order.window = all();
    order.options = options(items);
    return this->order(name, order);
  }
  OrderId profile(std::string_view name, AccountId account, const OptionSpec& item,
                  std::uint32_t minimum_ppm = 1'000'000) {
    Order order;
    order.account = account;
    order.kind = OrderKind::kProfile;
    order.hubs = hub_set({});
    order.window = all();
    order.options = options({item});
    order.minimum_ppm = minimum_ppm;
    return this->order(name, order);
  }
  OrderId curve(std::string_view name, AccountId account, const Leg& row,
                const std::vector<Step>& demand) {
    Order order;
    order.account = account;
    order.kind = OrderKind::kCurve;
    order.hubs = hub_set({});
    order.window = all();
    order.options = options({{0, {row}}});
    order.steps = steps(demand);
    return this->order(name, order);
  }

  [[nodiscard]] Market finish() {
    canonicalise(market_);
    return std::move(market_);
  }

 private:
  Market market_;
};

}  // namespace tongsuan::market::testing
