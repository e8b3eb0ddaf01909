// Answers that are expensive to work out, kept for the next who asks: what a gang costs in every
// slot depends on little, and there are far fewer kinds of gangs than choices.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/market/internal/flat_map.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market::internal {

// At most a fixed number of values are kept. A book with more kinds works some of them out again:
// that costs time and nothing else.
template <class Value>
class Kept {
 public:
  explicit Kept(std::size_t count_max)
      : mask_(static_cast<std::uint32_t>(std::bit_floor(std::max<std::size_t>(1, count_max)) - 1)) {
  }

  // The value of `key`, which `fill(value)` writes where it is not known; what it finds there is a
  // new value or one of another key. Valid until the next call.
  template <class Fill>
  const Value& of(std::uint64_t key, Fill fill) {
    const std::uint32_t id = id_of(key);
    const std::size_t place = id & mask_;
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

  const std::uint32_t mask_;  // one less than a power of two
  std::uint32_t next_ = 0;
  FlatMap ids_;
  std::vector<Line> lines_;
};

// The key of what depends on a choice's bundle and gang.
inline std::uint64_t gang_key(const Choice& choice) {
  return (std::uint64_t{choice.bundle} << 32) | choice.devices;
}

}  // namespace tongsuan::market::internal
