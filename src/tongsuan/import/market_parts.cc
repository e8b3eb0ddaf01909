#include "tongsuan/import/market_parts.h"

namespace tongsuan::imports {

AccountId MarketParts::account(const std::string& name, std::uint32_t home) {
  const auto [found, added] = accounts_.try_emplace(name);
  if (added) {
    found->second = AccountId{market_.account_names.push_back(name)};
    market_.accounts.push_back({home});
  }
  return found->second;
}

ClassId MarketParts::accelerator(const std::string& name, std::uint32_t watts,
                                 std::uint32_t node_devices) {
  const auto [found, added] = classes_.try_emplace(name);
  if (added) {
    found->second = ClassId{market_.class_names.push_back(name)};
    market_.classes.push_back({watts, node_devices});
  }
  return found->second;
}

HubId MarketParts::hub(std::string_view name, const Hub& hub) {
  market_.hubs.push_back(hub);
  return HubId{market_.hub_names.push_back(name)};
}

HubSetId MarketParts::hub_set(const std::vector<HubId>& hubs) {
  const auto [found, added] = hub_sets_.try_emplace(hubs);
  if (added) {
    found->second = HubSetId{static_cast<std::uint32_t>(market_.hub_sets.size())};
    market_.hub_sets.push_back(append(market_.hub_lists, hubs));
  }
  return found->second;
}

void MarketParts::offer(std::string_view name, Offer row, const std::vector<Step>& steps) {
  if (steps.empty()) return;
  row.steps = append(market_.steps, steps);
  market_.offer_names.push_back(name);
  market_.offers.push_back(row);
}

void MarketParts::order(std::string_view name, const Order& order) {
  market_.order_names.push_back(name);
  market_.orders.push_back(order);
}

void MarketParts::curve(std::string_view name, AccountId buyer, const Leg& row,
                        const std::vector<Step>& steps) {
  if (steps.empty()) return;
  options(name, buyer);
  option(0, row);
  market_.orders.back().kind = OrderKind::kCurve;
  market_.orders.back().steps = append(market_.steps, steps);
}

void MarketParts::profile(std::string_view name, AccountId account, std::int64_t value,
                          const std::vector<Leg>& legs) {
  options(name, account);
  market_.options.push_back({value, append(market_.legs, legs)});
  Order& order = market_.orders.back();
  order.kind = OrderKind::kProfile;
  order.options.end = static_cast<std::uint32_t>(market_.options.size());
}

void MarketParts::block(std::string_view name, Order order, const std::vector<Variant>& variants) {
  order.kind = OrderKind::kBlock;
  order.variants = append(market_.variants, variants);
  this->order(name, order);
}

void MarketParts::options(std::string_view name, AccountId account) {
  Order order;
  order.account = account;
  order.kind = OrderKind::kOptions;
  order.hubs = hub_set({});
  const auto at = static_cast<std::uint32_t>(market_.options.size());
  order.options = {at, at};
  this->order(name, order);
}

void MarketParts::option(std::int64_t value, const Leg& leg) {
  market_.options.push_back({value, append(market_.legs, {leg})});
  market_.orders.back().options.end = static_cast<std::uint32_t>(market_.options.size());
}

}  // namespace tongsuan::imports
