// Test helper: prices near the steps of a book, and gang prices near those.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/market/gang_bound.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market::testing {

// Rows are sometimes exactly at a step.
inline Prices random_prices(const Problem& problem, Random& random) {
  Prices prices(problem.row_count());
  for (std::uint32_t row = 0; row < prices.size(); ++row) {
    const Lane& lane = problem.lanes[row / problem.slot_count];
    const bool energy = lane.kind == LaneKind::kZone || lane.kind == LaneKind::kLink;
    const std::int64_t unit = energy ? kPriceMax / 5 : kMicro;
    prices[row] =
        random.between(lane.balance ? -3 : 0, 8) * unit / 4 / (random.below(4) == 0 ? 3 : 1);
    prices[row] = std::clamp<std::int64_t>(prices[row], lane.balance ? -kPriceMax : 0, kPriceMax);
  }
  return prices;
}

// Sizes that rise, each dividing the next.
inline std::vector<std::uint32_t> random_sizes(Random& random) {
  std::vector<std::uint32_t> sizes = {static_cast<std::uint32_t>(random.between(1, 2))};
  while (sizes.size() < 4 && random.below(3) != 0) {
    sizes.push_back(sizes.back() * static_cast<std::uint32_t>(random.between(2, 3)));
  }
  return sizes;
}

// size · λ on every gang row, and up to `more` half money units above it where a row may differ.
inline GangPrices gang_prices(const Problem& problem, const Prices& prices,
                              std::vector<std::uint32_t> sizes, Random& random,
                              std::int64_t more = 0) {
  GangPrices gangs;
  const std::vector<GangRow> kinds = gang_rows(problem, sizes);
  for (std::size_t row = 0; row < kinds.size(); ++row) {
    for (const std::uint32_t size : sizes) {
      const std::int64_t above = kinds[row] == GangRow::kUniform ? 0 : random.between(0, more);
      gangs.prices.push_back(prices[row] * size + above * kMicro / 2);
    }
  }
  gangs.sizes = std::move(sizes);
  return gangs;
}

}  // namespace tongsuan::market::testing
