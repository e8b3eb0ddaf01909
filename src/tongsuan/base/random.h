// Seeded random numbers: SplitMix64 (Steele, Lea, Flood 2014). The same stream on every machine.
#pragma once

#include <cstdint>

#include "tongsuan/base/int128.h"

namespace tongsuan {

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound); `bound` > 0. The bias, below bound / 2^64, is accepted.
  constexpr std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<uint128>(next()) * bound) >> 64);
  }

  // Uniform in [first, last], both included.
  constexpr std::int64_t between(std::int64_t first, std::int64_t last) {
    const auto width = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) + 1;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + below(width));
  }

  // Uniform in [0, 1) with 53 bits.
  constexpr double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace tongsuan
