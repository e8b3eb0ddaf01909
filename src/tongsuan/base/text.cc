#include "tongsuan/base/text.h"

#include "tongsuan/base/int128.h"

namespace tongsuan {

std::string decimal(std::int64_t value, int decimals) {
  std::string digits = to_string(value < 0 ? -static_cast<int128>(value) : int128{value});
  const auto width = static_cast<std::size_t>(decimals);
  if (digits.size() <= width) digits.insert(0, width + 1 - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - width);
  std::string fraction = digits.substr(digits.size() - width);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (!fraction.empty()) whole += '.' + fraction;
  return (value < 0 ? "-" : "") + whole;
}

std::string padded(std::uint64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

bool parse_decimal(std::string_view text, int decimals, std::int64_t& value) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::uint64_t parsed = 0;
  int fraction = -1;  // digits after the point; -1 before it
  bool any = false;
  const std::uint64_t limit = negative ? std::uint64_t{1} << 63 : (std::uint64_t{1} << 63) - 1;
  const auto shift = [&](std::uint64_t digit) {
    if (parsed > (limit - digit) / 10) return false;
    parsed = parsed * 10 + digit;
    return true;
  };
  for (const char c : text) {
    if (c == '.' && fraction < 0 && any) {
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9') return false;
    if (fraction >= 0 && ++fraction > decimals) return false;
    if (!shift(static_cast<std::uint64_t>(c - '0'))) return false;
    any = true;
  }
  if (!any || fraction == 0) return false;
  for (int have = fraction < 0 ? 0 : fraction; have < decimals; ++have) {
    if (!shift(0)) return false;
  }
  value = static_cast<std::int64_t>(negative ? ~parsed + 1 : parsed);
  return true;
}

std::string hex(const std::uint8_t* bytes, std::size_t count) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(count * 2);
  for (std::size_t i = 0; i < count; ++i) {
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 15]);
  }
  return text;
}

bool parse_hex(std::string_view text, std::uint8_t* bytes, std::size_t count) {
  if (text.size() != count * 2) return false;
  const auto nibble = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

}  // namespace tongsuan
