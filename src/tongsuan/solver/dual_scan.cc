#include "tongsuan/solver/dual_scan.h"

#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Vectors of eight doubles never cross a call that is not inlined.
#pragma GCC diagnostic ignored "-Wpsabi"
// Without optimisation the gather is a macro of the compiler, which gives a char its mask of 0xFF.
#ifndef __OPTIMIZE__
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

namespace tongsuan::solver::dual {
namespace {

namespace portable {

inline auto gather(const double* prefix, const std::uint32_t* at) {
  using Doubles = double __attribute__((vector_size(64)));
  return Doubles{prefix[at[0]], prefix[at[1]], prefix[at[2]], prefix[at[3]],
                 prefix[at[4]], prefix[at[5]], prefix[at[6]], prefix[at[7]]};
}
inline auto widen(const std::int32_t* from) {
  using Doubles = double __attribute__((vector_size(64)));
  Doubles result = {};
  for (int lane = 0; lane < 8; ++lane) result[lane] = from[lane];
  return result;
}
#include "tongsuan/solver/dual_scan.inc"

}  // namespace portable

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx2")
namespace avx2 {

// Gathering four at a time is no faster than eight plain loads.
using portable::gather;
using portable::widen;
#include "tongsuan/solver/dual_scan.inc"

}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,prefer-vector-width=512")
namespace avx512 {

inline auto gather(const double* prefix, const std::uint32_t* at) {
  const __m256i positions = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  return _mm512_mask_i32gather_pd(_mm512_setzero_pd(), 0xFF, positions, prefix, 8);
}
inline auto widen(const std::int32_t* from) {
  return _mm512_maskz_cvtepi32_pd(0xFF, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
#include "tongsuan/solver/dual_scan.inc"

}  // namespace avx512
#pragma GCC pop_options

#endif

constexpr ScanKernels kPortableKernels = {portable::least, portable::first_at,
                                          portable::best_single};
#if defined(__x86_64__)
constexpr ScanKernels kAvx2Kernels = {avx2::least, avx2::first_at, avx2::best_single};
constexpr ScanKernels kAvx512Kernels = {avx512::least, avx512::first_at, avx512::best_single};
#endif

}  // namespace

const ScanKernels& scan_kernels(VectorLevel level) {
#if defined(__x86_64__)
  if (level == VectorLevel::kAvx512) return kAvx512Kernels;
  if (level == VectorLevel::kAvx2) return kAvx2Kernels;
#endif
  static_cast<void>(level);
  return kPortableKernels;
}

}  // namespace tongsuan::solver::dual
