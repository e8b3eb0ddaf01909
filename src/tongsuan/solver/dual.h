// Dual prices: λ* with a low bound D(λ*), and gang-class prices π that strengthen it on thin books.
//
// Floating point searches; the bound that counts is market::dual_bound of the rounded integer
// prices. The same prices come out for any thread count and on any machine: usage is summed in
// integers, values over fixed chunks of orders, and no libm function is called.
#pragma once

#include <cstdint>
#include <functional>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::solver {

struct DualOptions {
  std::uint32_t steps = 0;         // work units: price steps; 0 chooses by the size of the book
  std::uint32_t thread_count = 1;  // never changes the result
  Prices warm_start;               // empty: start cold
  std::function<void(double done)> progress;  // may be empty; called from the calling thread
  std::function<bool()> cancelled;            // may be empty; true: stop at the next step
};

struct DualResult {
  Prices prices;     // integer, canonical; within limits and ≥ 0 on free rows
  int128 bound = 0;  // market::dual_bound(problem, prices)
  std::uint32_t steps = 0;
};
[[nodiscard]] DualResult solve_dual(const market::Problem& problem, const DualOptions& options);

// Whether some gang is large against the capacity of a lane that it may use (above a quarter):
// there uniform prices leave a gap that presolve (market/strengthen.h) and gang prices close.
[[nodiscard]] bool is_thin(const market::Problem& problem);

struct GangDualResult {
  GangPrices prices;  // empty prices: no gain over λ*
  int128 bound = 0;   // market::gang_bound (market/gang_bound.h)
};
// Starts from π = size · λ and can only lower the bound. Empty when the book is not thin or too
// large for anything to be gained, when λ is too high for it, or when a short trial finds nothing.
[[nodiscard]] GangDualResult solve_gang_dual(const market::Problem& problem, const Prices& prices,
                                             const DualOptions& options);

}  // namespace tongsuan::solver
