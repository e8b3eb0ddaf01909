// Little-endian numbers of fixed width: the bytes of every binary format of Tongsuan.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tongsuan {

// Compilers make one store of it.
template <class Unsigned>
void append_little_endian(std::string& bytes, Unsigned value) {
  std::array<char, sizeof(Unsigned)> digits;
  for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = static_cast<char>(value >> (8 * i));
  bytes.append(digits.data(), digits.size());
}

// The number whose digits these are; at most as many as it has.
template <class Unsigned>
[[nodiscard]] Unsigned little_endian(std::string_view digits) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto digit = static_cast<Unsigned>(static_cast<unsigned char>(digits[i]));
    value = static_cast<Unsigned>(value | static_cast<Unsigned>(digit << (8 * i)));
  }
  return value;
}

}  // namespace tongsuan
