// How much one call may do before it comes back with the rest undone.
//
// Units are looks at nodes, places or orders, some nanoseconds each: counted, never timed, so that
// every machine stops at the same place.
#pragma once

#include <cstdint>
#include <limits>

namespace tongsuan::dispatch {

class Budget {
 public:
  // 0: without an end.
  explicit Budget(std::uint64_t units)
      : left_(units == 0 ? std::numeric_limits<std::int64_t>::max()
                         : static_cast<std::int64_t>(units)),
        endless_(units == 0) {}
  void spend(std::uint64_t units) { left_ -= static_cast<std::int64_t>(units); }
  [[nodiscard]] bool endless() const { return endless_; }
  [[nodiscard]] bool spent() const { return left_ <= 0; }

 private:
  std::int64_t left_;
  bool endless_;
};

}  // namespace tongsuan::dispatch
