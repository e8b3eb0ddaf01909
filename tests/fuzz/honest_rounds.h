// Rounds with an honest certificate, small enough that the best outcome is found by trying all.
#pragma once

#include <vector>

#include "tongsuan/market/certificate_builder.h"

namespace tongsuan::fuzz {

struct HonestRound {
  Market market;
  market::Problem problem;
  Certificate certificate;
  bool best_known = false;
  int128 best = 0;  // undivided, in the twin's denominator (market/naive.h)
};

// Built at the first call; the rounds stay where they are.
[[nodiscard]] const std::vector<HonestRound>& honest_rounds();

}  // namespace tongsuan::fuzz
