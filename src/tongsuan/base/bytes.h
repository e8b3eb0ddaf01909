// Little-endian numbers of fixed width: the bytes of every binary format of Tongsuan.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace tongsuan {

// Its digits from `at` on, as many as its type has.
template <class Number>
void store_little_endian(char* at, Number number) {
  const auto value = static_cast<std::make_unsigned_t<Number>>(number);
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(at, &value, sizeof(value));
  } else {
    for (std::size_t i = 0; i < sizeof(value); ++i) at[i] = static_cast<char>(value >> (8 * i));
  }
}

template <class Unsigned>
void append_little_endian(std::string& bytes, Unsigned value) {
  std::array<char, sizeof(Unsigned)> digits;
  store_little_endian(digits.data(), value);
  bytes.append(digits.data(), digits.size());
}

// The number whose digits these are; at most as many as it has.
template <class Unsigned>
[[nodiscard]] Unsigned little_endian(std::string_view digits) {
  Unsigned value = 0;
  if (std::endian::native == std::endian::little && digits.size() == sizeof(Unsigned)) {
    std::memcpy(&value, digits.data(), sizeof(Unsigned));
    return value;
  }
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto digit = static_cast<Unsigned>(static_cast<unsigned char>(digits[i]));
    value = static_cast<Unsigned>(value | static_cast<Unsigned>(digit << (8 * i)));
  }
  return value;
}

}  // namespace tongsuan
