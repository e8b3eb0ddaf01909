#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

#include "tongsuan/domain/canonical.h"

namespace tongsuan {
namespace {

// Names are sorted by eight bytes at a time: the next eight bytes after what a run of names has in
// common become one number, the numbers are sorted by radix, and runs of equal numbers go on with
// their next eight bytes. Names that are shorter are padded by zeros, which sorts them first.
struct Key {
  std::uint64_t bytes = 0;
  std::uint32_t name = 0;
};

constexpr std::size_t kComparisonSortMax = 48;
constexpr std::size_t kRadixSortMin = 4'096;

std::uint64_t eight_bytes(std::string_view name, std::size_t at) {
  std::uint64_t bytes = 0;
  if constexpr (std::endian::native == std::endian::little) {
    if (at + 8 <= name.size()) {
      std::memcpy(&bytes, name.data() + at, 8);
      return __builtin_bswap64(bytes);
    }
  }
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t k = at + i;
    bytes = bytes << 8 | (k < name.size() ? static_cast<std::uint8_t>(name[k]) : 0U);
  }
  return bytes;
}

std::size_t common_prefix(std::string_view a, std::string_view b, std::size_t from) {
  const std::size_t end = std::min(a.size(), b.size());
  while (from < end && a[from] == b[from]) ++from;
  return from;
}

class NameSorter {
 public:
  explicit NameSorter(const NameList& names) : names_(names) {}

  std::vector<std::uint32_t> run() {
    std::vector<Key> keys(names_.size());
    for (std::uint32_t i = 0; i < names_.size(); ++i) keys[i].name = i;
    spare_.resize(keys.size() >= kRadixSortMin ? keys.size() : 0);
    sort(keys.data(), keys.data() + keys.size(), 0);
    std::vector<std::uint32_t> positions(keys.size());
    std::transform(keys.begin(), keys.end(), positions.begin(),
                   [](const Key& key) { return key.name; });
    return positions;
  }
  // Once run: whether no two names are equal.
  [[nodiscard]] bool distinct() const { return distinct_; }

 private:
  // Equal names end up in one range that is sorted by comparison, so they are found here.
  void sort_by_comparison(Key* begin, Key* end) {
    std::sort(begin, end, [&](const Key& a, const Key& b) { return before(a.name, b.name); });
    for (Key* key = begin + 1; key < end; ++key) {
      distinct_ = distinct_ && names_[key[-1].name] != names_[key->name];
    }
  }

  // Sorts names that agree in their first `depth` bytes. The recursion is as deep as the longest
  // name has groups of eight bytes.
  void sort(Key* begin, Key* end, std::size_t depth) {
    const auto count = static_cast<std::size_t>(end - begin);
    if (count <= kComparisonSortMax) {
      sort_by_comparison(begin, end);
      return;
    }
    const std::string_view first = names_[begin->name];
    std::size_t common = first.size();
    for (const Key* key = begin + 1; key < end && common > depth; ++key) {
      common = std::min(common, common_prefix(first, names_[key->name], depth));
    }
    for (Key* key = begin; key < end; ++key) key->bytes = eight_bytes(names_[key->name], common);
    if (count >= kRadixSortMin) {
      radix_sort(begin, count);
    } else {
      std::sort(begin, end, [](const Key& a, const Key& b) {
        return a.bytes != b.bytes ? a.bytes < b.bytes : a.name < b.name;
      });
    }
    sort_runs(begin, end, common + 8);
  }

  void sort_runs(Key* begin, Key* end, std::size_t depth) {
    while (begin < end) {
      Key* run_end = begin + 1;
      while (run_end < end && run_end->bytes == begin->bytes) ++run_end;
      if (run_end - begin > 1) {
        // Names that end inside the eight bytes are equal, or differ by zero bytes at their end:
        // the comparison settles both. Longer names go on.
        const bool all_longer = std::all_of(
            begin, run_end, [&](const Key& key) { return names_[key.name].size() > depth; });
        if (all_longer) {
          sort(begin, run_end, depth);
        } else {
          sort_by_comparison(begin, run_end);
        }
      }
      begin = run_end;
    }
  }

  // Least significant byte first, stable; bytes that are the same in every key are skipped.
  void radix_sort(Key* keys, std::size_t count) {
    std::array<std::array<std::uint32_t, 256>, 8> histograms{};
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t b = 0; b < 8; ++b) ++histograms[b][keys[i].bytes >> (8 * b) & 255];
    }
    Key* from = keys;
    Key* to = spare_.data();
    for (std::size_t b = 0; b < 8; ++b) {
      std::array<std::uint32_t, 256>& next = histograms[b];
      if (next[keys[0].bytes >> (8 * b) & 255] == count) continue;
      std::uint32_t sum = 0;
      for (std::uint32_t& entry : next) sum += std::exchange(entry, sum);
      for (std::size_t i = 0; i < count; ++i) to[next[from[i].bytes >> (8 * b) & 255]++] = from[i];
      std::swap(from, to);
    }
    if (from != keys) std::copy(from, from + count, keys);
  }

  [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
    const int order = names_[a].compare(names_[b]);
    return order != 0 ? order < 0 : a < b;
  }

  const NameList& names_;
  std::vector<Key> spare_;
  bool distinct_ = true;
};

}  // namespace

std::vector<std::uint32_t> sorted_positions(const NameList& names) {
  bool distinct = false;
  return sorted_positions(names, distinct);
}

std::vector<std::uint32_t> sorted_positions(const NameList& names, bool& distinct) {
  bool sorted = true;
  distinct = true;
  for (std::uint32_t i = 1; i < names.size() && sorted; ++i) {
    const int order = names[i - 1].compare(names[i]);
    sorted = order <= 0;
    distinct = distinct && order != 0;
  }
  if (!sorted) {
    NameSorter sorter(names);
    std::vector<std::uint32_t> positions = sorter.run();
    distinct = sorter.distinct();
    return positions;
  }
  std::vector<std::uint32_t> positions(names.size());
  std::iota(positions.begin(), positions.end(), 0U);
  return positions;
}

}  // namespace tongsuan
