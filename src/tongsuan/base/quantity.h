// One physical or monetary dimension per type. Values never convert to or from raw integers
// implicitly, and sums never wrap: overflow is a bug in a limit somewhere upstream, so it stops
// the process.
#pragma once

#include <compare>
#include <cstdint>

#include "tongsuan/base/check.h"

namespace tongsuan {

template <class Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t raw) : raw_(raw) {}
  [[nodiscard]] constexpr std::int64_t raw() const { return raw_; }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;

  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    std::int64_t sum = 0;
    TONGSUAN_CHECK(!__builtin_add_overflow(a.raw_, b.raw_, &sum));
    return Quantity(sum);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    std::int64_t difference = 0;
    TONGSUAN_CHECK(!__builtin_sub_overflow(a.raw_, b.raw_, &difference));
    return Quantity(difference);
  }

 private:
  std::int64_t raw_ = 0;
};

}  // namespace tongsuan
