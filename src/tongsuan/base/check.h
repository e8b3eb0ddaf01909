// Invariants that hold in release builds too. A failed check is a bug of ours, never a mistake of
// the user: input is refused with a Result, not with a check.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace tongsuan {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace tongsuan

#define TONGSUAN_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::tongsuan::check_failed(#condition, __FILE__, __LINE__))
