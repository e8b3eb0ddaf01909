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

// Lower-case hexadecimal.
std::string hex(const std::uint8_t* bytes, std::size_t count);
bool parse_hex(std::string_view text, std::uint8_t* bytes, std::size_t count);

}  // namespace tongsuan
