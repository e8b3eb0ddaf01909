// A list that keeps its first few items inside itself: no memory of its own while it is short. For
// plain values in rows of which there are millions.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>

namespace tongsuan {

template <class T, std::uint32_t kInside>
class SmallList {
  static_assert(std::is_trivially_copyable_v<T> && kInside > 0);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  SmallList() = default;
  SmallList(std::initializer_list<T> items) { assign(items.begin(), items.end()); }
  template <class Iterator>
  SmallList(Iterator first, Iterator last) {
    assign(first, last);
  }
  SmallList(const SmallList& other) { assign(other.begin(), other.end()); }
  SmallList(SmallList&& other) noexcept { take(other); }
  SmallList& operator=(const SmallList& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  SmallList& operator=(SmallList&& other) noexcept {
    if (this == &other) return *this;
    free();
    take(other);
    return *this;
  }
  ~SmallList() { free(); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* begin() { return items(); }
  [[nodiscard]] T* end() { return items() + size_; }
  [[nodiscard]] const T* begin() const { return items(); }
  [[nodiscard]] const T* end() const { return items() + size_; }
  [[nodiscard]] T& operator[](std::size_t at) { return items()[at]; }
  [[nodiscard]] const T& operator[](std::size_t at) const { return items()[at]; }
  [[nodiscard]] T& front() { return items()[0]; }
  [[nodiscard]] const T& front() const { return items()[0]; }
  [[nodiscard]] T& back() { return items()[size_ - 1]; }
  [[nodiscard]] const T& back() const { return items()[size_ - 1]; }

  void push_back(T item) {
    if (size_ == capacity_) grow(2 * capacity_);
    items()[size_++] = item;
  }
  void clear() { size_ = 0; }
  void resize(std::size_t size) {
    grow(static_cast<std::uint32_t>(size));
    for (std::size_t at = size_; at < size; ++at) items()[at] = T();
    size_ = static_cast<std::uint32_t>(size);
  }
  template <class Iterator>
  requires(!std::is_integral_v<Iterator>) void assign(Iterator first, Iterator last) {
    const auto size = static_cast<std::uint32_t>(last - first);
    grow(size);
    std::copy(first, last, items());
    size_ = size;
  }
  void assign(std::size_t count, T item) {
    resize(count);
    std::fill(begin(), end(), item);
  }
  friend bool operator==(const SmallList& a, const SmallList& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  [[nodiscard]] bool is_inside() const { return capacity_ == kInside; }
  [[nodiscard]] T* outside() const {
    T* at = nullptr;
    std::memcpy(&at, room_.data(), sizeof at);
    return at;
  }
  [[nodiscard]] T* items() {
    return is_inside() ? std::launder(reinterpret_cast<T*>(room_.data())) : outside();
  }
  [[nodiscard]] const T* items() const {
    return is_inside() ? std::launder(reinterpret_cast<const T*>(room_.data())) : outside();
  }
  // Room for so many at least; what is there stays.
  void grow(std::uint32_t capacity) {
    if (capacity <= capacity_) return;
    T* larger = new T[capacity];
    std::copy(begin(), end(), larger);
    free();
    std::memcpy(room_.data(), &larger, sizeof larger);
    capacity_ = capacity;
  }
  void free() {
    if (!is_inside()) delete[] outside();
    capacity_ = kInside;
  }
  // This list has nothing of its own.
  void take(SmallList& other) {
    room_ = other.room_;
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, kInside);
  }

  alignas(T) alignas(T*) std::array<std::byte, std::max(sizeof(T) * kInside, sizeof(T*))> room_{};
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = kInside;
};

}  // namespace tongsuan
