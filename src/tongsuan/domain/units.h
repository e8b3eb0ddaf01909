// Units of the market, as types. See docs/formats/market.md for how people write them.
#pragma once

#include <cstdint>

#include "tongsuan/base/int128.h"
#include "tongsuan/base/quantity.h"

namespace tongsuan {

using Money = Quantity<struct MoneyTag>;  // micro-yuan; may be negative
// Micro-yuan per price unit of the row it belongs to: per device-hour (capacity, caps), per MWh
// (zones), per TB (data links). Negative prices are legal on balance rows.
using Price = Quantity<struct PriceTag>;
// Usage of a row in one slot: devices (capacity, caps), nodes (node blocks), Wh (zones), MB
// (links).
using Amount = Quantity<struct AmountTag>;

using Slot = std::uint32_t;  // index of a market interval, from the market's start
// Whole seconds since the epoch of the market. Contracts start and end, and meters count, in
// seconds; slots are for plans and prices only.
using Second = std::int64_t;

struct SlotRange {  // half-open
  Slot begin = 0;
  Slot end = 0;
  friend constexpr bool operator==(SlotRange, SlotRange) = default;
  [[nodiscard]] constexpr std::uint32_t count() const { return end - begin; }
};

inline constexpr std::int64_t kMicro = 1'000'000;

// Limits: what a reader refuses beyond them, so that no 128-bit sum can wrap. A product of one
// price, one amount and the price scale (≤ 9·10^6) stays below 10^12·10^12·10^7 = 10^31; 10^6
// orders over 4,096 slots of such rows cannot occur because value is limited to kMoneyMax.
inline constexpr std::int64_t kPriceMax = 1'000'000'000'000;          // 1 M yuan per unit
inline constexpr std::int64_t kMoneyMax = 1'000'000'000'000'000'000;  // 10^12 yuan
inline constexpr std::int64_t kAmountMax = 1'000'000'000'000;         // 10^12 Wh, MB or devices
inline constexpr std::uint32_t kGangMax = 1'000'000;
inline constexpr std::uint32_t kSlotsMax = 4'096;
inline constexpr std::uint32_t kHubsMax = 1'024;
inline constexpr std::uint32_t kClassesMax = 64;
inline constexpr std::uint32_t kZonesMax = 4'096;
inline constexpr std::uint32_t kOrdersMax = 4'000'000;
inline constexpr std::uint32_t kOptionsMax = 64'000'000;
inline constexpr std::uint32_t kVariantsMax = 64;  // (class, size) combinations of one order

}  // namespace tongsuan
