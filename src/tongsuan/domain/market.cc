#include "tongsuan/domain/market.h"

namespace tongsuan {

std::uint32_t NameList::push_back(std::string_view name) {
  TONGSUAN_CHECK(bytes_.size() + name.size() < kNone && offsets_.size() < kNone);
  bytes_.append(name);
  offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  return size() - 1;
}

std::string_view NameList::operator[](std::uint32_t index) const {
  TONGSUAN_CHECK(index < size());
  return std::string_view(bytes_).substr(offsets_[index], offsets_[index + 1] - offsets_[index]);
}

std::uint32_t NameList::find_sorted(std::string_view name) const {
  std::uint32_t begin = 0;
  std::uint32_t end = size();
  while (begin < end) {
    const std::uint32_t middle = begin + (end - begin) / 2;
    if ((*this)[middle] < name) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin < size() && (*this)[begin] == name ? begin : kNone;
}

// Positions of a shuffled list jump about in memory: offsets are asked for early, and bytes once
// their offsets are there.
NameList NameList::gathered(const std::vector<std::uint32_t>& positions) const {
  constexpr std::size_t kBytesAhead = 16;
  constexpr std::size_t kOffsetsAhead = 2 * kBytesAhead;
  NameList names;
  names.reserve(positions.size(), bytes_.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (i + kOffsetsAhead < positions.size()) {
      __builtin_prefetch(&offsets_[positions[i + kOffsetsAhead]]);
      __builtin_prefetch(bytes_.data() + offsets_[positions[i + kBytesAhead]]);
    }
    names.push_back((*this)[positions[i]]);
  }
  return names;
}

void NameList::reserve(std::size_t count, std::size_t bytes) {
  offsets_.reserve(count + 1);
  bytes_.reserve(bytes);
}

}  // namespace tongsuan
