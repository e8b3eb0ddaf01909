// Payments at the payment prices λ′ and what is left over.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/certificate.h"
#include "tongsuan/market/evaluate.h"

namespace tongsuan::market {

// Sold amounts of every supply and demand step: steps in price order; the marginal price component
// is shared pro rata in whole units, largest remainder first, then by hash(step owner, row, seed).
struct Allocation {
  std::vector<std::int64_t> supply;  // by position in Problem::supply
  std::vector<std::int64_t> demand;  // by position in Problem::demand
};
[[nodiscard]] Allocation allocate(const Problem& problem, const Dispatch& dispatch,
                                  std::uint64_t seed);

struct Payments {
  std::vector<AccountTotal> totals;      // rising account ids
  std::vector<std::int64_t> line_rents;  // micro-yuan per line, floor
  std::int64_t rent = 0;                 // Σ paid − Σ received, micro-yuan
};
// Each order and each (seller, lane) is rounded once: payers up, receivers down.
[[nodiscard]] Payments payments(const Market& market, const Problem& problem,
                                const Outcome& outcome, const Dispatch& dispatch,
                                const Allocation& allocation, const Prices& payment_prices);

}  // namespace tongsuan::market
