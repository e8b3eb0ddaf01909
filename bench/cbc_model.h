// The same book as an explicit mixed-integer model for Debian's Cbc: one binary column per (choice,
// start), one continuous column per supply step, demand step and line direction.
#pragma once

#include <cstdint>

#include "tongsuan/market/problem.h"

namespace tongsuan::bench {

struct CbcResult {
  double welfare = 0;  // yuan; of the best incumbent, 0 when none was found
  double bound = 0;    // yuan
  double seconds = 0;  // CPU
  std::uint64_t columns = 0;
  std::uint64_t rows = 0;
  bool proved = false;
};

// Runs Cbc for at most `cpu_seconds` (1 thread) from `seed`. Profiles and precedence are not
// modelled: books with either are refused with columns = 0.
CbcResult run_cbc(const market::Problem& problem, double cpu_seconds, int seed);

}  // namespace tongsuan::bench
