#include "tongsuan/base/int128.h"

#include <algorithm>

namespace tongsuan {

std::string to_string(int128 value) {
  // The magnitude is taken in unsigned arithmetic: the most negative value has no positive twin.
  const bool negative = value < 0;
  uint128 magnitude = negative ? ~static_cast<uint128>(value) + 1 : static_cast<uint128>(value);
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  } while (magnitude != 0);
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

bool parse_int128(std::string_view text, int128& value) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty()) return false;
  int128 parsed = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const int digit = c - '0';
    if (parsed > (kInt128Max - digit) / 10) return false;
    parsed = parsed * 10 + digit;
  }
  value = negative ? -parsed : parsed;
  return true;
}

}  // namespace tongsuan
