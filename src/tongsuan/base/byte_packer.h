// A few numbers put together before they go to the end of a string: appending each alone costs
// several times what the number does.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "tongsuan/base/check.h"

namespace tongsuan {

// Little-endian numbers of fixed width, no more than `kMost` bytes: whoever packs knows how many.
template <std::size_t kMost>
class BytePacker {
 public:
  void byte(std::uint8_t value) { put(value); }
  void number(std::uint32_t value) { put(value); }
  void number(std::uint64_t value) { put(value); }
  void number(std::int64_t value) { put(static_cast<std::uint64_t>(value)); }
  void append_to(std::string& bytes) const { bytes.append(bytes_.data(), size_); }

 private:
  template <class Unsigned>
  void put(Unsigned value) {
    TONGSUAN_CHECK(size_ + sizeof(value) <= kMost);
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(bytes_.data() + size_, &value, sizeof(value));
    } else {
      for (std::size_t i = 0; i < sizeof(value); ++i) {
        bytes_[size_ + i] = static_cast<char>(value >> (8 * i));
      }
    }
    size_ += sizeof(value);
  }

  std::array<char, kMost> bytes_;
  std::size_t size_ = 0;
};

}  // namespace tongsuan
