// Draws from tables, in integers: the same on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"

namespace tongsuan::lab {

// A position, with probability weight / sum of weights.
template <std::size_t kCount>
std::uint32_t draw_weighted(Random& random, const std::array<std::uint32_t, kCount>& weights) {
  std::uint64_t sum = 0;
  for (const std::uint32_t weight : weights) sum += weight;
  std::uint64_t left = random.below(sum);
  for (std::uint32_t i = 0;; ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
  }
}

// A value of a distribution that is given by its quantiles at equal steps of probability, with
// straight lines between; rounded to the nearest, halves up.
template <std::size_t kCount>
std::uint32_t draw_quantile(Random& random, const std::array<std::uint32_t, kCount>& quantiles) {
  constexpr std::uint64_t kParts = 1'024;
  const std::uint64_t at = random.below((kCount - 1) * kParts);
  const std::uint64_t knot = at / kParts;
  const std::uint64_t part = at % kParts;
  return static_cast<std::uint32_t>(
      (quantiles[knot] * (kParts - part) + quantiles[knot + 1] * part + kParts / 2) / kParts);
}

inline bool draw_chance(Random& random, std::uint32_t per_mille) {
  return random.below(1'000) < per_mille;
}

// An independent stream for each part of a book, so that parts do not shift each other.
inline Random draw_stream(std::uint64_t seed, std::uint64_t part) {
  Random mix(seed ^ (part * 0xD1B54A32D192ED03ULL));
  return Random(mix.next());
}

// Keeps `count` of the items, every set of so many equally likely; the order stays.
template <class T>
void take_sample(std::vector<T>& items, std::size_t count, Random random) {
  if (items.size() <= count) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < items.size() && kept < count; ++i) {
    if (random.below(items.size() - i) >= count - kept) continue;
    if (kept != i) items[kept] = std::move(items[i]);
    ++kept;
  }
  items.resize(kept);
}

}  // namespace tongsuan::lab
