// Clearing: market → rows → prices → placements → payments → certificate, verified.
//
// `clear` is the one entry for the command line, the exchange and the lab. It chooses the regime:
// books of energy zones with profile blocks go to the exact network search, everything else to the
// dual and the annealing search; both end in the same certificate.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/clearing/certify.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::clearing {

struct Progress {
  const char* stage = "";  // "prices", "placement", "payment", "verification"
  double done = 0;         // share of the stage
  double gap = 1;          // (bound − welfare) / bound so far; 1 before there is an outcome
};

// Budgets are work units: a rerun stops at the same place on any machine.
struct ClearOptions {
  std::uint64_t search_work_units = 0;  // 0: chosen by the size of the book (`default_work_units`)
  std::uint32_t dual_steps = 0;         // 0: chosen by the size of the book
  std::uint32_t thread_count = 1;       // never changes the result
  std::uint64_t seed = 1;
  std::uint64_t round = 1;
  bool strengthen = true;                   // presolve and gang prices for the bound of thin books
  const Certificate* warm_start = nullptr;  // a certificate of an earlier, similar book
  const Market* warm_market = nullptr;      // the book of `warm_start`
  std::uint32_t warm_shift = 0;             // slots that this book begins after `warm_market`
  std::vector<std::uint32_t> warm_orders;   // by order of `warm_market`: which one it is here, or
                                            // kNone; empty: the one of the same name
  std::function<void(const Progress&)> progress;
  std::function<bool()> cancelled;  // any thread asks; true: finish with the best outcome so far
};

// One point of the search: work done, welfare and bound so far (whole yuan, for drawing).
struct TracePoint {
  double work_share = 0;
  double welfare = 0;
  double bound = 0;
};

struct Clearing {
  market::Verified verified;
  // Undivided. The bounds are proofs of the search; where they are lower than the certificate's,
  // they cannot be checked from prices alone.
  int128 free_welfare = 0;             // of the best outcome before the pricing rules
  int128 free_bound = 0;               // on any outcome
  int128 rule_bound = 0;               // on any outcome that payment prices exist for
  std::vector<std::uint32_t> removed;  // orders that left so that nobody accepted loses
  std::vector<TracePoint> trace;
  std::uint64_t work_units = 0;
};

// A round before the pricing rules: the best outcome found and what proves it.
struct FreeRound {
  Outcome outcome;
  Proof proof;
  int128 welfare = 0;  // undivided
  std::uint64_t work_units = 0;
  std::vector<TracePoint> trace;
};
// By dual prices and search, whatever the book; `problem` must be the compiled `market`.
Result<FreeRound> clear_free(const Market& market, const market::Problem& problem,
                             const ClearOptions& options);

[[nodiscard]] std::uint64_t default_work_units(const market::Problem& problem);

Result<Clearing> clear(const Market& market, const ClearOptions& options);

}  // namespace tongsuan::clearing
