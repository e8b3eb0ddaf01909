// Small text helpers without locales.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tongsuan {

// `value` × 10^-decimals as a decimal string without trailing zeros: (14'500'000, 6) → "14.5".
std::string decimal(std::int64_t value, int decimals);

// Parses a decimal with at most `decimals` fraction digits into an integer of 10^-decimals units.
// False when malformed, too precise, or outside int64.
bool parse_decimal(std::string_view text, int decimals, std::int64_t& value);

// `number`, with zeros in front up to `width` digits, so that names sort as numbers do.
std::string padded(std::uint64_t number, std::size_t width);

// Lower-case hexadecimal, both ways.
std::string hex(const std::uint8_t* bytes, std::size_t count);
bool parse_hex(std::string_view text, std::uint8_t* bytes, std::size_t count);

// base64url without padding (RFC 4648, section 5). Reading takes exactly what writing gives: no
// padding, no other alphabet, no bits beyond the last byte, so that there is one text for the same
// bytes.
void append_base64url(std::string& text, std::string_view bytes);
std::string base64url(std::string_view bytes);
bool parse_base64url(std::string_view text, std::string& bytes);

// Bytes of the code point in UTF-8 that `text` starts with; 0 where it is malformed (cut short,
// overlong, a surrogate, beyond U+10FFFF) or empty.
std::size_t utf8_length(std::string_view text);

}  // namespace tongsuan
