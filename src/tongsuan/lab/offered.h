// How much a book asks for and how much it offers, in device-slots.
//
// An order asks for what it would use: a block its first variant, a service its gang in all its
// ranges, an order with options its largest option, a profile what it buys, a curve all its steps.
// What participants deliver (negative amounts) and energy are not counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan::lab {

struct OfferedPart {
  std::string name;          // a hub or a region; "" for demand without a home
  std::int64_t supply = 0;   // device-slots of all offers
  std::int64_t demand = 0;   // device-slots of orders whose owner is at home there
  std::uint32_t orders = 0;  // their number
};

struct Offered {
  std::int64_t supply = 0;
  std::int64_t demand = 0;
  std::vector<OfferedPart> hubs;     // by HubId, then one for orders without a home
  std::vector<OfferedPart> regions;  // rising names; "" first, for orders without a home
};

[[nodiscard]] Offered offered(const Market& market);

// Device-slots that one order of a market asks for.
[[nodiscard]] std::int64_t order_work(const Market& market, const Order& order);

}  // namespace tongsuan::lab
