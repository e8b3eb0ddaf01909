// Answers that are expensive to work out, kept for the next who asks: what a gang costs in every
// slot depends on little, and there are far fewer kinds of gangs than choices.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/market/internal/flat_map.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market::internal {

inline constexpr std::size_t kKeptSlotsMax = std::size_t{1} << 22;  // some 100 MB

// For values that are as large as there are slots; a limited number is kept. A book with more kinds
// works some of them out again: that costs time and nothing else.
template <class Value>
class Kept {
 public:
  explicit Kept(std::uint32_t slot_count)
      : line_max_(static_cast<std::uint32_t>(
            std::max<std::size_t>(1, kKeptSlotsMax / (slot_count + 1)))) {}

  // The value of `key`, which `fill(value)` writes where it is not known; what it finds there is a
  // new value or one of another key. Valid until the next call.
  template <class Fill>
  const Value& of(std::uint64_t key, Fill fill) {
    const std::uint32_t id = id_of(key);
    const std::size_t place = id % line_max_;
    if (place == lines_.size()) lines_.emplace_back();
    Line& line = lines_[place];
    if (line.id != id) {
      line.id = id;
      fill(line.value);
    }
    return line.value;
  }

 private:
  struct Line {
    std::uint32_t id = kNone;
    Value value;
  };

  // Ids count up as keys come, so that places fill one after the other.
  std::uint32_t id_of(std::uint64_t key) {
    if (const std::uint32_t* found = ids_.find(key)) return *found;
    ids_.insert(key, next_);
    return next_++;
  }

  std::uint32_t line_max_;
  std::uint32_t next_ = 0;  // id
  FlatMap ids_;
  std::vector<Line> lines_;
};

// The key of what depends on a choice's bundle and gang.
inline std::uint64_t gang_key(const Choice& choice) {
  return (std::uint64_t{choice.bundle} << 32) | choice.devices;
}

}  // namespace tongsuan::market::internal
