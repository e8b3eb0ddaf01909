// Irregular choices: profiles with any signed uses, accepted in whole lots.
#pragma once

#include <cstdint>

#include "tongsuan/solver/search_kernel.h"

namespace tongsuan::solver::primal {

// Cost of `lots` lots of a profile (negative where what it delivers saves more).
[[nodiscard]] double profile_cost(const Model& model, const Kernels& kernels, const double* planes,
                                  std::uint32_t profile, std::uint32_t lots);

// Value of `lots` lots, less the cost of folded rows.
[[nodiscard]] double profile_worth(const Model& model, const ModelChoice& choice,
                                   std::uint32_t lots);

// Value of `lots` lots less their λ cost.
[[nodiscard]] double profile_promise(const Model& model, const ModelChoice& choice,
                                     std::uint32_t lots);

// Improves `pick` by the best number of lots of an irregular choice that fits with a positive gain.
void scan_profile(ScanView& view, std::uint32_t index, std::uint32_t earliest, Pick& pick);

}  // namespace tongsuan::solver::primal
