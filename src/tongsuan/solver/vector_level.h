// Which vector instructions a kernel uses. Kernels are compiled for every level and chosen at run
// time; all levels give the same bits.
#pragma once

#include <cstdint>

// Before a function with a plain loop: the compiler makes one for every level, and the loader
// chooses. Not under the thread sanitizer: the loader would choose with functions of the sanitizer
// that are not loaded yet, and the program would crash before main.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define TONGSUAN_EVERY_VECTOR_LEVEL \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TONGSUAN_EVERY_VECTOR_LEVEL
#endif

namespace tongsuan::solver {

enum class VectorLevel : std::uint8_t { kPortable, kAvx2, kAvx512 };

// The widest level that this machine runs.
[[nodiscard]] inline VectorLevel machine_vector_level() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return VectorLevel::kAvx512;
  }
  if (__builtin_cpu_supports("avx2")) return VectorLevel::kAvx2;
#endif
  return VectorLevel::kPortable;
}

}  // namespace tongsuan::solver
