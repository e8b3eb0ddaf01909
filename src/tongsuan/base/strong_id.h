// Index spaces as types: a HubId cannot index zones.
#pragma once

#include <compare>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/base/check.h"

namespace tongsuan {

template <class Tag>
struct StrongId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

template <class Id, class T>
class IndexedVector {
 public:
  IndexedVector() = default;
  explicit IndexedVector(std::vector<T> items) : items_(std::move(items)) {}

  [[nodiscard]] const T& operator[](Id id) const {
    TONGSUAN_CHECK(id.value < items_.size());
    return items_[id.value];
  }
  [[nodiscard]] T& operator[](Id id) {
    TONGSUAN_CHECK(id.value < items_.size());
    return items_[id.value];
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  Id push_back(T item) {
    items_.push_back(std::move(item));
    return Id{static_cast<std::uint32_t>(items_.size() - 1)};
  }
  void reserve(std::size_t count) { items_.reserve(count); }
  void resize(std::size_t count) { items_.resize(count); }
  [[nodiscard]] auto begin() const { return items_.begin(); }
  [[nodiscard]] auto end() const { return items_.end(); }
  [[nodiscard]] auto begin() { return items_.begin(); }
  [[nodiscard]] auto end() { return items_.end(); }
  [[nodiscard]] const std::vector<T>& items() const { return items_; }
  [[nodiscard]] std::vector<T>& items() { return items_; }

 private:
  std::vector<T> items_;
};

}  // namespace tongsuan
