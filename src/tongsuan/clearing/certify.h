// From a free outcome to a verified certificate: payment prices, ties, payments, verification.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::clearing {

struct CertifyInput {
  Outcome outcome;           // feasible
  Prices bound_prices;       // λ*
  int128 bound = 0;          // D(λ*)
  GangPrices gang_prices;    // may be empty
  int128 gang_bound = 0;
  std::uint64_t seed = 1;
  std::uint64_t round = 1;
};

struct Certified {
  market::Verified verified;
  std::vector<std::uint32_t> removed;  // orders that left so that nobody accepted loses
};

// `problem` must be the compiled `market`. Fails only when the verifier refuses the certificate,
// which is a bug of the solver: the fault is passed on, and nothing unverified ever leaves.
Result<Certified> certify(const Market& market, const market::Problem& problem,
                          CertifyInput input);

}  // namespace tongsuan::clearing
