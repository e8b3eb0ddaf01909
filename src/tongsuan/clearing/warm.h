// Carries an earlier round over to a similar book: rows by name, orders by name or as told.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::clearing {

struct WarmStart {
  Prices prices;                              // λ* of the earlier round by lane name; 0 where new
  std::vector<market::Placement> placements;  // one per order of the new book
  std::vector<std::int64_t> flows;            // empty unless the lines are the same
  bool usable = false;                        // false: different calendar or different hubs
};

struct Earlier {
  const Market& market;
  const market::Problem& problem;  // compiled of it
  const Certificate& certificate;
  std::uint32_t shift = 0;  // slots that the new book begins later
  // By order of `market`: which one it is in the new book, or kNone; empty: the one of the same
  // name.
  std::span<const std::uint32_t> orders = {};
};

// An award whose hub or start the new book does not know is
// dropped. Feasibility is the search's business. Slots beyond the earlier book have the prices of
// its last slot.
[[nodiscard]] WarmStart carry_over(const Earlier& earlier, const Market& market,
                                   const market::Problem& problem);

}  // namespace tongsuan::clearing
