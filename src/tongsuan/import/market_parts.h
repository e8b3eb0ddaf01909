// Adds parts to a market that is being made; names may come in any order, `canonicalise` sorts.
//
// Ownership. A view of the caller's Market, which must outlive it. Accounts, classes and sets of
// hubs that were added before are found again; every other name must be new (the market's own
// rule).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan::imports {

class MarketParts {
 public:
  explicit MarketParts(Market& market) : market_(market) {}

  // The account of this name, made when it is new; `home` counts only then.
  AccountId account(const std::string& name, std::uint32_t home = kNone);
  ClassId accelerator(const std::string& name, std::uint32_t watts, std::uint32_t node_devices);
  HubId hub(std::string_view name, const Hub& hub = {});
  HubSetId hub_set(const std::vector<HubId>& hubs);  // rising ids

  // Nothing is added when there are no steps: such an offer or curve says nothing. `row` gives
  // seller, row and slots.
  void offer(std::string_view name, Offer row, const std::vector<Step>& steps);
  void curve(std::string_view name, AccountId buyer, const Leg& row,
             const std::vector<Step>& steps);
  void profile(std::string_view name, AccountId account, std::int64_t value,
               const std::vector<Leg>& legs);
  // `order` gives everything but the kind and the variants.
  void block(std::string_view name, Order order, const std::vector<Variant>& variants);

  // Options are added to one order after another: `options` begins it.
  void options(std::string_view name, AccountId account);
  void option(std::int64_t value, const Leg& leg);

 private:
  void order(std::string_view name, const Order& order);

  Market& market_;
  std::map<std::string, AccountId, std::less<>> accounts_;
  std::map<std::string, ClassId, std::less<>> classes_;
  std::map<std::vector<HubId>, HubSetId> hub_sets_;
};

}  // namespace tongsuan::imports
