// Vector kernels of the primal search, chosen at run time: AVX-512, AVX2, or plain C++.
//
// All three do the same arithmetic on whole numbers in doubles, so they agree bit for bit; a test
// runs them side by side. Planes are read up to kPaddingSlots past a range (the surplus is masked
// out by a zero amount) and written within it.
#pragma once

#include <cstdint>

#include "tongsuan/solver/search_model.h"

namespace tongsuan::solver::primal {

// Where and when a search may place orders now: rows as they stand, and a region.
struct Kernels;
struct ScanView {
  const Model* model = nullptr;
  const Kernels* kernels = nullptr;
  const double* planes = nullptr;  // as Model::planes, with the current placements
  std::uint32_t begin = 0;         // placements, transfers included, stay in [begin, end)
  std::uint32_t end = 0;
  std::uint32_t blink_mean = 0;  // skip one option in about so many; 0: never
  std::uint32_t blink_left = 0;  // options until the next skip
  std::uint64_t blink_state = 0;
  std::uint64_t work = 0;  // work units done through this view
};

// The best placement found so far for an order.
struct Pick {
  double score = -1e300;
  double gain = 0;  // value − true cost
  std::uint32_t choice = kNone;
  std::uint32_t start = 0;
  std::uint32_t lots = 1;
};

struct Kernels {
  // Whether every slot of the use has room for its (positive) amount.
  bool (*fits)(const Model& model, const double* planes, const Use& use);
  // Whether a choice with a shape has room at a start.
  bool (*fits_at)(const ScanView& view, const ModelChoice& choice, std::uint32_t start);
  // Cost of adding a positive amount, and what taking a positive amount away saves.
  double (*cost)(const Model& model, const double* planes, const Use& use);
  double (*saving)(const Model& model, const double* planes, const Use& use);
  // Adds the (signed) amount to the planes.
  void (*add)(const Model& model, double* planes, const Use& use);
  // Improves `pick` by the best feasible start of one choice with a positive gain.
  void (*scan_choice)(ScanView& view, std::uint32_t choice, std::uint32_t earliest, Pick& pick);
  // The same over the choices of an order, stopping where keys say that nothing better follows.
  void (*scan)(ScanView& view, std::uint32_t order, std::uint32_t earliest, Pick& pick);
};

// `level` must be one that this machine runs. Builds without vector kernels have the portable ones
// for every level.
[[nodiscard]] const Kernels& kernels(VectorLevel level);

// Cost of a use in either direction: negative where what it delivers saves money.
[[nodiscard]] inline double use_cost(const Model& model, const Kernels& kernels,
                                     const double* planes, Use use) {
  if (use.amount > 0) return kernels.cost(model, planes, use);
  use.amount = -use.amount;
  return -kernels.saving(model, planes, use);
}

}  // namespace tongsuan::solver::primal
