// The inner loops of the dual: the cheapest start of a window, and the best of many single options.
//
// Chosen at run time: AVX-512, AVX2 or plain C++. Every level does the same operations on every
// element in the same order, and the reductions (least; greatest with the first index) do not
// depend on the order of the elements, so the levels agree bit for bit. A test runs them side by
// side.
#pragma once

#include <cstdint>

#include "tongsuan/solver/vector_level.h"

namespace tongsuan::solver::dual {

// Prefix sums are read up to this many entries past a window.
inline constexpr std::uint32_t kScanPadding = 16;

// Starts i = 0 … count − 1 of a choice. Start i costs devices · (end[i] − begin[i]) + delay · i.
struct Window {
  const double* begin = nullptr;  // prefix sums at the starts
  const double* end = nullptr;    // the same, one duration later
  double devices = 0;
  double delay = 0;
  std::uint32_t count = 0;
  // A transfer adds rate · (link[i] − link_begin[i]); null: none.
  const double* link_begin = nullptr;
  const double* link_end = nullptr;
  double rate = 0;
};

// Options with one start each, as parallel arrays.
struct Singles {
  const double* value = nullptr;
  const std::uint32_t* begin = nullptr;  // positions in the prefix sums
  const std::uint32_t* end = nullptr;
  const std::int32_t* devices = nullptr;
};

struct BestSingle {
  double surplus = 0;                // > 0
  std::uint32_t index = UINT32_MAX;  // the first of the best; UINT32_MAX: none is above zero
};

struct ScanKernels {
  double (*least)(const Window& window);
  // The first start that costs exactly `least`.
  std::uint32_t (*first_at)(const Window& window, double least);
  // Of the options [first, last): value − devices · (prefix[end] − prefix[begin]).
  BestSingle (*best_single)(const Singles& singles, const double* prefix, std::uint32_t first,
                            std::uint32_t last);
};

// `level` must be one that this machine runs.
[[nodiscard]] const ScanKernels& scan_kernels(VectorLevel level);

}  // namespace tongsuan::solver::dual
