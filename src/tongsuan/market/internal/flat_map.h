// A small open-addressing map from 64-bit keys to 32-bit values. Never iterated, so its layout
// cannot reach an outcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace tongsuan::market::internal {

class FlatMap {
 public:
  static constexpr std::uint64_t kEmptyKey = std::numeric_limits<std::uint64_t>::max();

  FlatMap() : slots_(64) {}

  // The value of `key`, or null. `key` may not be kEmptyKey. Valid until the next insert.
  [[nodiscard]] const std::uint32_t* find(std::uint64_t key) const {
    for (std::size_t i = home(key);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].key == key) return &slots_[i].value;
      if (slots_[i].key == kEmptyKey) return nullptr;
    }
  }

  // `key` must be absent.
  void insert(std::uint64_t key, std::uint32_t value) {
    if (++count_ * 2 > slots_.size()) grow();
    place({key, value});
  }

 private:
  struct Entry {
    std::uint64_t key = kEmptyKey;
    std::uint32_t value = 0;
  };

  [[nodiscard]] std::size_t home(std::uint64_t key) const {
    key ^= key >> 32;
    key *= 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>(key >> 29) & (slots_.size() - 1);
  }

  void place(Entry entry) {
    std::size_t i = home(entry.key);
    while (slots_[i].key != kEmptyKey) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = entry;
  }

  void grow() {
    std::vector<Entry> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Entry& entry : old) {
      if (entry.key != kEmptyKey) place(entry);
    }
  }

  std::vector<Entry> slots_;
  std::size_t count_ = 0;
};

}  // namespace tongsuan::market::internal
