// Test helper: how many seeds a property test tries. `./test --long` sets TONGSUAN_SEEDS_FACTOR, so
// that the same tests try many more than a daily run has time for. Asserts about counts are lower
// limits or ratios, which hold for any number of seeds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace tongsuan {

inline constexpr std::uint64_t kSeedsFactorMax = 1'000;

// `count`, times the factor that the environment says: a whole number from 1 to kSeedsFactorMax.
[[nodiscard]] inline std::uint64_t many_seeds(std::uint64_t count) {
  const char* text = std::getenv("TONGSUAN_SEEDS_FACTOR");
  const std::uint64_t factor = text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  return count * std::clamp<std::uint64_t>(factor, 1, kSeedsFactorMax);
}

}  // namespace tongsuan
