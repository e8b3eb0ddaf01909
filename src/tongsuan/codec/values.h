// The values of fields: numbers, money, amounts with units, slot ranges. Everything is exact: a
// number that cannot be kept exactly is refused, never rounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/codec/fault.h"
#include "tongsuan/domain/units.h"

namespace tongsuan::codec {

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// kMalformed: not of the form; kPrecise: digits that cannot be kept; kLimits: outside the limits;
// kEmpty: an empty range.
enum class ValueFault : std::uint8_t { kNone, kMalformed, kPrecise, kLimits, kEmpty };

struct Limits {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

// What an amount is counted in.
inline constexpr std::string_view kNodesUnit = "nodes";  // behind a number, in legs of orders
enum class AmountUnit : std::uint8_t { kDevices, kEnergy, kData };

// Digits, with a leading '-' where the limits allow negative numbers.
ValueFault parse_whole(std::string_view text, Limits limits, std::int64_t& value);
// A decimal with at most `decimals` (≤ 6) fraction digits, in units of 10^-decimals.
ValueFault parse_fixed(std::string_view text, unsigned decimals, Limits limits,
                       std::int64_t& value);
// "12" (devices), "1.5MWh" (energy: Wh, kWh, MWh, GWh), "40TB" (data: MB, GB, TB); a plain 0 needs
// no unit.
ValueFault parse_amount(std::string_view text, AmountUnit unit, Limits limits, std::int64_t& value);
// "8..20", or "8" for 8..9. Numbers up to kSlotsMax.
ValueFault parse_slots(std::string_view text, SlotRange& slots);
// A length of time in seconds: "900s", "15min", "1h".
ValueFault parse_duration(std::string_view text, Limits limits, std::int64_t& seconds);
// "2026-12-01T00:00+08:00": seconds may be given, the zone is Z or ±hh:mm.
[[nodiscard]] bool is_instant(std::string_view text);

// ---- Writing: the shortest form that reads back -------------------------------------------------

void append_whole(std::string& out, std::int64_t value);
// Money and prices: micro-yuan as a decimal.
void append_money(std::string& out, std::int64_t micro);
void append_fixed(std::string& out, std::int64_t value, unsigned decimals);
void append_amount(std::string& out, std::int64_t value, AmountUnit unit);
void append_slots(std::string& out, SlotRange slots);
// Quoted if it must be.
void append_text(std::string& out, std::string_view text);

}  // namespace tongsuan::codec
