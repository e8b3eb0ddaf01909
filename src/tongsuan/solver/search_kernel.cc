#include "tongsuan/solver/search_kernel.h"

#include <cstddef>

#include "tongsuan/solver/search_profile.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define TONGSUAN_X86_KERNELS 1
// GCC 12 takes the undefined vectors inside its own intrinsics for mistakes (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#endif

#define TONGSUAN_INLINE [[gnu::always_inline]] static inline
#define TONGSUAN_LAMBDA_INLINE __attribute__((always_inline))

namespace tongsuan::solver::primal {
namespace {

constexpr double kOnesThenZeros[2 * kLanesAtOnce] = {1, 1, 1, 1, 1, 1, 1, 1};
constexpr double kCounting[kLanesAtOnce] = {0, 1, 2, 3, 4, 5, 6, 7};

namespace portable {

struct V {
  double lane[kLanesAtOnce];

  TONGSUAN_INLINE V load(const double* p) {
    V r;
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) r.lane[i] = p[i];
    return r;
  }
  TONGSUAN_INLINE V set(double x) {
    V r;
    for (double& entry : r.lane) entry = x;
    return r;
  }
  [[gnu::always_inline]] inline void store(double* p) const {
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) p[i] = lane[i];
  }
  [[gnu::always_inline]] inline void store_first(double* p, std::uint32_t count) const {
    for (std::uint32_t i = 0; i < count; ++i) p[i] = lane[i];
  }
  [[nodiscard, gnu::always_inline]] inline double sum() const {
    double total = 0;
    for (const double entry : lane) total += entry;
    return total;
  }
  [[gnu::always_inline]] friend inline V operator+(const V& a, const V& b) {
    V r;
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) r.lane[i] = a.lane[i] + b.lane[i];
    return r;
  }
  [[gnu::always_inline]] friend inline V operator-(const V& a, const V& b) {
    V r;
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) r.lane[i] = a.lane[i] - b.lane[i];
    return r;
  }
  [[gnu::always_inline]] friend inline V operator*(const V& a, const V& b) {
    V r;
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) r.lane[i] = a.lane[i] * b.lane[i];
    return r;
  }
  TONGSUAN_INLINE V min(const V& a, const V& b) {
    V r;
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) {
      r.lane[i] = a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i];
    }
    return r;
  }
  TONGSUAN_INLINE V max(const V& a, const V& b) {
    V r;
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) {
      r.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    }
    return r;
  }
  TONGSUAN_INLINE bool any_less(const V& a, const V& b) { return less_bits(a, b) != 0; }
  TONGSUAN_INLINE std::uint32_t less_bits(const V& a, const V& b) {
    std::uint32_t bits = 0;
    for (std::uint32_t i = 0; i < kLanesAtOnce; ++i) {
      bits |= static_cast<std::uint32_t>(a.lane[i] < b.lane[i]) << i;
    }
    return bits;
  }
};

#include "tongsuan/solver/search_kernel.inc"

}  // namespace portable

#ifdef TONGSUAN_X86_KERNELS

#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2")
namespace avx2 {

struct V {
  __m256d low, high;

  TONGSUAN_INLINE V load(const double* p) { return {_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4)}; }
  TONGSUAN_INLINE V set(double x) { return {_mm256_set1_pd(x), _mm256_set1_pd(x)}; }
  [[gnu::always_inline]] inline void store(double* p) const {
    _mm256_storeu_pd(p, low);
    _mm256_storeu_pd(p + 4, high);
  }
  [[gnu::always_inline]] inline void store_first(double* p, std::uint32_t count) const {
    double lane[kLanesAtOnce];
    store(lane);
    for (std::uint32_t i = 0; i < count; ++i) p[i] = lane[i];
  }
  [[nodiscard, gnu::always_inline]] inline double sum() const {
    const __m256d four = _mm256_add_pd(low, high);
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
  }
  [[gnu::always_inline]] friend inline V operator+(V a, V b) {
    return {_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)};
  }
  [[gnu::always_inline]] friend inline V operator-(V a, V b) {
    return {_mm256_sub_pd(a.low, b.low), _mm256_sub_pd(a.high, b.high)};
  }
  [[gnu::always_inline]] friend inline V operator*(V a, V b) {
    return {_mm256_mul_pd(a.low, b.low), _mm256_mul_pd(a.high, b.high)};
  }
  TONGSUAN_INLINE V min(V a, V b) {
    return {_mm256_min_pd(a.low, b.low), _mm256_min_pd(a.high, b.high)};
  }
  TONGSUAN_INLINE V max(V a, V b) {
    return {_mm256_max_pd(a.low, b.low), _mm256_max_pd(a.high, b.high)};
  }
  TONGSUAN_INLINE bool any_less(V a, V b) { return less_bits(a, b) != 0; }
  TONGSUAN_INLINE std::uint32_t less_bits(V a, V b) {
    const int first = _mm256_movemask_pd(_mm256_cmp_pd(a.low, b.low, _CMP_LT_OQ));
    const int second = _mm256_movemask_pd(_mm256_cmp_pd(a.high, b.high, _CMP_LT_OQ));
    return static_cast<std::uint32_t>(first | second << 4);
  }
};

#include "tongsuan/solver/search_kernel.inc"

}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx2,bmi,bmi2")
namespace avx512 {

struct V {
  static constexpr __mmask8 kAll = 0xFF;
  __m512d lane;

  TONGSUAN_INLINE V load(const double* p) { return {_mm512_loadu_pd(p)}; }
  TONGSUAN_INLINE V set(double x) { return {_mm512_set1_pd(x)}; }
  [[gnu::always_inline]] inline void store(double* p) const { _mm512_storeu_pd(p, lane); }
  [[gnu::always_inline]] inline void store_first(double* p, std::uint32_t count) const {
    _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1U << count) - 1), lane);
  }
  [[nodiscard, gnu::always_inline]] inline double sum() const {
    const __m256d four =
        _mm256_add_pd(_mm512_castpd512_pd256(lane), _mm512_maskz_extractf64x4_pd(kAll, lane, 1));
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
  }
  [[gnu::always_inline]] friend inline V operator+(V a, V b) {
    return {_mm512_add_pd(a.lane, b.lane)};
  }
  [[gnu::always_inline]] friend inline V operator-(V a, V b) {
    return {_mm512_sub_pd(a.lane, b.lane)};
  }
  [[gnu::always_inline]] friend inline V operator*(V a, V b) {
    return {_mm512_mul_pd(a.lane, b.lane)};
  }
  // The masked forms: the plain ones trip a false alarm of GCC 12 about an undefined vector.
  TONGSUAN_INLINE V min(V a, V b) { return {_mm512_maskz_min_pd(kAll, a.lane, b.lane)}; }
  TONGSUAN_INLINE V max(V a, V b) { return {_mm512_maskz_max_pd(kAll, a.lane, b.lane)}; }
  TONGSUAN_INLINE bool any_less(V a, V b) { return less_bits(a, b) != 0; }
  TONGSUAN_INLINE std::uint32_t less_bits(V a, V b) {
    return _mm512_cmp_pd_mask(a.lane, b.lane, _CMP_LT_OQ);
  }
};

#include "tongsuan/solver/search_kernel.inc"

}  // namespace avx512
#pragma GCC pop_options

#endif

}  // namespace

const Kernels& kernels(VectorLevel level) {
#ifdef TONGSUAN_X86_KERNELS
  if (level == VectorLevel::kAvx512) return avx512::kTable;
  if (level == VectorLevel::kAvx2) return avx2::kTable;
#endif
  static_cast<void>(level);
  return portable::kTable;
}

}  // namespace tongsuan::solver::primal
