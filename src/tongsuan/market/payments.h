// Payments at the payment prices λ′ and what is left over.
//
// Everything is summed undivided, and divided once per order and once per (seller, lane): payers
// round up, receivers round down, so the odd micro-yuan stays in the rent. An order whose cost is
// negative (it delivers more than it uses, or a balance row has a negative price) receives; a
// seller whose revenue is negative pays. Node blocks, data links and caps have no seller: what is
// paid for them is rent, like the price differences along lines.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/certificate.h"
#include "tongsuan/market/evaluate.h"

namespace tongsuan::market {

// Sold amounts of every supply and demand step: steps in price order; steps of one row at the
// marginal price share what is left pro rata in whole units, largest remainder first, then by
// hash(step owner, row, seed), then in the order of the row.
struct Allocation {
  std::vector<std::int64_t> supply;  // by position in Problem::supply
  std::vector<std::int64_t> demand;  // by position in Problem::demand
};
[[nodiscard]] Allocation allocate(const Problem& problem, const Dispatch& dispatch,
                                  std::uint64_t seed);

// Draw of a step's owner (OfferId or OrderId value) on a row: of equal remainders the lowest wins.
[[nodiscard]] std::uint64_t step_draw(std::uint64_t seed, std::uint32_t row, std::uint32_t owner);

// What one seller sold on one lane over the round (undivided). "Nobody accepted loses" judges
// sellers here, however they split their capacity into offers: revenue ≥ cost.
struct SellerLane {
  AccountId seller;
  std::uint32_t lane = 0;
  int128 revenue = 0;
  int128 cost = 0;
};
// Rising (seller, lane); only where something is sold.
[[nodiscard]] std::vector<SellerLane> seller_lanes(const Market& market, const Problem& problem,
                                                   const Allocation& allocation,
                                                   const Prices& prices);

// What one curve order got over the round (undivided). Judged like a seller: value ≥ cost.
struct CurveTotal {
  std::uint32_t order = 0;
  int128 value = 0;
  int128 cost = 0;
};
// Rising orders; only where something is bought.
[[nodiscard]] std::vector<CurveTotal> curve_totals(const Problem& problem,
                                                   const Allocation& allocation,
                                                   const Prices& prices);

// What one line earned over the round (undivided): Σ (λ_to − λ_from)·f, and the tariff on |f|.
struct LineTotal {
  int128 revenue = 0;
  int128 tariff = 0;
};
[[nodiscard]] std::vector<LineTotal> line_totals(const Market& market, const Problem& problem,
                                                 const std::vector<std::int64_t>& flows,
                                                 const Prices& prices);

struct Payments {
  std::vector<AccountTotal> totals;      // rising account ids; accounts without money left out
  std::vector<std::int64_t> line_rents;  // micro-yuan per line, floor; before its tariff
  std::int64_t rent = 0;  // Σ paid − Σ received, micro-yuan; line_rents are part of it
  bool fits = true;       // false: some sum leaves 64 bits and is cut off
};
// `placements`: those of the outcome's awards.
[[nodiscard]] Payments payments(const Market& market, const Problem& problem,
                                const Outcome& outcome, const std::vector<Placement>& placements,
                                const Allocation& allocation, const Prices& payment_prices);

}  // namespace tongsuan::market
