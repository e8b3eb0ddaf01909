// 128-bit signed integers for undivided money: products of price and quantity are summed exactly
// and divided once, by name, at payment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/base/check.h"

namespace tongsuan {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

inline constexpr int128 kInt128Max = static_cast<int128>(~uint128{0} >> 1);

enum class Rounding : std::uint8_t { kDown, kUp, kHalfEven };

// Floor-based division, so debits and credits round the same way. `divisor` > 0.
constexpr int128 divide_wide(int128 dividend, int128 divisor, Rounding rounding) {
  TONGSUAN_CHECK(divisor > 0);
  int128 quotient = dividend / divisor;
  int128 remainder = dividend % divisor;
  if (remainder < 0) {
    remainder += divisor;
    --quotient;
  }
  bool up = false;
  switch (rounding) {
    case Rounding::kDown:
      break;
    case Rounding::kUp:
      up = remainder != 0;
      break;
    case Rounding::kHalfEven:
      up = remainder > divisor - remainder ||
           (remainder == divisor - remainder && (quotient & 1) != 0);
      break;
  }
  return quotient + (up ? 1 : 0);
}

// As above; the quotient must fit 64 bits (a limit upstream guarantees it).
constexpr std::int64_t divide(int128 dividend, int128 divisor, Rounding rounding) {
  const int128 quotient = divide_wide(dividend, divisor, rounding);
  TONGSUAN_CHECK(quotient >= INT64_MIN && quotient <= INT64_MAX);
  return static_cast<std::int64_t>(quotient);
}

// Decimal text, exact.
std::string to_string(int128 value);

// Parses an optional '-' and digits. False when empty, malformed, or outside 127 bits.
bool parse_int128(std::string_view text, int128& value);

}  // namespace tongsuan
