#include "tongsuan/base/text.h"

#include <array>

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

namespace {

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// The value of each character; 64 for those outside the alphabet.
constexpr std::array<std::uint8_t, 256> kBase64UrlValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(64);
  for (std::size_t i = 0; i < kBase64Url.size(); ++i) {
    values[static_cast<unsigned char>(kBase64Url[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

void append_base64url(std::string& text, std::string_view bytes) {
  std::uint32_t bits = 0;
  int held = 0;  // bits that wait for a character
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) text += kBase64Url[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kBase64Url[bits << (6 - held) & 63];
}

std::string base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  append_base64url(text, bytes);
  return text;
}

bool parse_base64url(std::string_view text, std::string& bytes) {
  bytes.clear();
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::uint8_t value = kBase64UrlValues[static_cast<unsigned char>(c)];
    if (value == 64) return false;
    bits = bits << 6 | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 255);
  }
  // A single character holds no byte, and the last one has no bits of its own to hide in.
  return held < 6 && (bits & ((1U << held) - 1)) == 0;
}

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (bytes == 0 || lead > 0xF4 || bytes > text.size()) return 0;
  std::uint32_t point = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return 0;
    point = (point << 6) | (next & 0x3FU);
  }
  const bool overlong = (bytes == 3 && point < 0x800) || (bytes == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return overlong || surrogate || point > 0x10FFFF ? 0 : bytes;
}

}  // namespace tongsuan
