// From an outcome to a verified certificate: payment prices, ties, payments, verification.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::clearing {

// What proves how good an outcome is.
struct Proof {
  Prices bound_prices;          // λ*
  int128 bound = 0;             // D(λ*)
  GangPrices gang_prices = {};  // may be empty
  int128 gang_bound = 0;
  std::uint32_t strengthenings = 0;  // that both bounds use

  [[nodiscard]] int128 best() const {
    return gang_prices.prices.empty() ? bound : std::min(bound, gang_bound);
  }
};

struct RoundId {
  std::uint64_t seed = 1;
  std::uint64_t round = 1;
};

struct Certified {
  market::Verified verified;
  std::vector<std::uint32_t> removed;  // orders that left so that nobody accepted loses
};

// Finds payment prices for a feasible outcome and seals it. `problem` must be the compiled
// `market`. The thread count never changes the result.
Result<Certified> certify(const Market& market, const market::Problem& problem, Outcome outcome,
                          Proof proof, RoundId id, std::uint32_t thread_count = 1);

// Settles ties, fills in welfare and payments, and verifies. Fails only when the verifier refuses,
// which is a bug of the solver: the fault is passed on, and nothing unverified ever leaves.
Result<market::Verified> seal(const Market& market, Certificate certificate,
                              std::uint32_t thread_count = 1);

// A certificate that holds the proof and the round, and nothing of the outcome yet.
[[nodiscard]] Certificate draft(Proof proof, RoundId id);

}  // namespace tongsuan::clearing
