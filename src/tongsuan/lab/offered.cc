#include "tongsuan/lab/offered.h"

#include <algorithm>
#include <map>

namespace tongsuan::lab {
namespace {

std::int64_t bought(const Market& market, const Option& option) {
  std::int64_t work = 0;
  for (std::uint32_t i = option.legs.begin; i < option.legs.end; ++i) {
    const Leg& leg = market.legs[i];
    if (leg.kind == RowKind::kZone) continue;
    const std::int64_t unit =
        leg.kind == RowKind::kNodes ? market.classes[leg.accelerator].node_devices : 1;
    work += std::max<std::int64_t>(0, leg.amount) * unit * leg.slots.count();
  }
  return work;
}

std::int64_t step_amounts(const Market& market, Span32 steps) {
  std::int64_t amount = 0;
  for (std::uint32_t i = steps.begin; i < steps.end; ++i) amount += market.steps[i].amount.raw();
  return amount;
}

}  // namespace

std::int64_t order_work(const Market& market, const Order& order) {
  std::int64_t work = 0;
  switch (order.kind) {
    case OrderKind::kBlock:
      if (order.variants.count() > 0) {
        const Variant& variant = market.variants[order.variants.begin];
        work = std::int64_t{variant.gang} * variant.duration;
      }
      break;
    case OrderKind::kService:
      for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) {
        work += market.ranges[i].count();
      }
      if (order.variants.count() > 0) work *= market.variants[order.variants.begin].gang;
      break;
    case OrderKind::kOptions:
    case OrderKind::kProfile:
      for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
        work = std::max(work, bought(market, market.options[i]));
      }
      break;
    case OrderKind::kCurve: {
      const Leg& leg = market.legs[market.options[order.options.begin].legs.begin];
      if (leg.kind == RowKind::kCapacity) {
        work = step_amounts(market, order.steps) * leg.slots.count();
      }
      break;
    }
  }
  return work;
}

Offered offered(const Market& market) {
  Offered result;
  const auto hub_count = static_cast<std::uint32_t>(market.hubs.size());
  result.hubs.resize(hub_count + 1);
  for (std::uint32_t i = 0; i < hub_count; ++i) result.hubs[i].name = market.hub_names[i];
  for (const Offer& offer : market.offers) {
    if (offer.hub == kNone) continue;
    result.hubs[offer.hub].supply += step_amounts(market, offer.steps) * offer.slots.count();
  }
  for (const Order& order : market.orders) {
    const std::uint32_t home = market.accounts[order.account.value].home;
    OfferedPart& part = result.hubs[home == kNone ? hub_count : home];
    part.demand += order_work(market, order);
    ++part.orders;
  }
  std::map<std::string, OfferedPart> regions;
  for (std::uint32_t i = 0; i <= hub_count; ++i) {
    const OfferedPart& hub = result.hubs[i];
    OfferedPart& region = regions[i < hub_count ? market.hubs[i].region : std::string()];
    region.supply += hub.supply;
    region.demand += hub.demand;
    region.orders += hub.orders;
    result.supply += hub.supply;
    result.demand += hub.demand;
  }
  for (auto& [name, part] : regions) {
    part.name = name;
    result.regions.push_back(part);
  }
  return result;
}

}  // namespace tongsuan::lab
