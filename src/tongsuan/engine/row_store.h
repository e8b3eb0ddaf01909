// Rows that are numbered in the order in which they came, in chunks. What has ended long ago is
// forgotten row by row; a chunk of which nothing is kept gives its memory back. Numbers are never
// given twice.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tongsuan::engine {

template <class Row>
class RowStore {
 public:
  // Small, so that a few rows that live long hold little beside themselves.
  static constexpr std::uint32_t kChunkRows = 256;

  RowStore() = default;
  RowStore(const RowStore& other) { *this = other; }
  RowStore& operator=(const RowStore& other) {
    if (this == &other) return *this;
    size_ = other.size_;
    kept_ = other.kept_;
    chunks_.clear();
    for (const auto& chunk : other.chunks_) {
      chunks_.push_back(chunk ? std::make_unique<Chunk>(*chunk) : nullptr);
    }
    return *this;
  }
  RowStore(RowStore&&) noexcept = default;
  RowStore& operator=(RowStore&&) noexcept = default;
  ~RowStore() = default;

  // Numbers given so far, those of forgotten rows included.
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t kept() const { return kept_; }
  [[nodiscard]] std::size_t chunks_kept() const {
    std::size_t count = 0;
    for (const auto& chunk : chunks_) count += chunk != nullptr;
    return count;
  }
  // The row must be kept.
  [[nodiscard]] const Row& operator[](std::uint32_t number) const {
    return chunks_[number / kChunkRows]->rows[number % kChunkRows];
  }
  [[nodiscard]] Row& operator[](std::uint32_t number) {
    return chunks_[number / kChunkRows]->rows[number % kChunkRows];
  }
  [[nodiscard]] bool is_kept(std::uint32_t number) const {
    if (number >= size_) return false;
    const auto& chunk = chunks_[number / kChunkRows];
    return chunk && chunk->kept[number % kChunkRows];
  }
  void push_back(Row row) {
    const std::uint32_t at = size_ % kChunkRows;
    if (at == 0) chunks_.emplace_back();
    auto& chunk = chunks_.back();
    if (!chunk) chunk = std::make_unique_for_overwrite<Chunk>();  // rows set themselves
    chunk->rows[at] = std::move(row);
    chunk->kept[at] = true;
    ++size_;
    ++kept_;
  }
  // The next number is `number`, which is not below size(); those between are forgotten.
  void skip_to(std::uint32_t number) {
    chunks_.resize((std::size_t{number} + kChunkRows - 1) / kChunkRows);
    size_ = number;
  }
  // Forgets the kept rows below `number` that have `ended`.
  template <class Ended>
  void forget_below(std::uint32_t number, Ended&& ended) {
    forget_rows_below(number, [&](std::uint32_t at) { return ended(std::as_const((*this)[at])); });
  }
  // The same by number.
  template <class Ended>
  void forget_rows_below(std::uint32_t number, Ended&& ended) {
    for (std::uint32_t first = 0; first < number; first += kChunkRows) {
      auto& chunk = chunks_[first / kChunkRows];
      if (!chunk) continue;
      for (std::uint32_t at = 0; at < kChunkRows && first + at < number; ++at) {
        if (!chunk->kept[at] || !ended(first + at)) continue;
        chunk->rows[at] = Row();
        chunk->kept[at] = false;
        --kept_;
      }
      if (chunk->kept.none()) chunk.reset();
      if (first > UINT32_MAX - kChunkRows) break;
    }
  }
  // Calls `see` with the number of every kept row and the row, rising.
  template <class See>
  void each(See&& see) const {
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      if (!chunks_[i]) continue;
      for (std::uint32_t at = 0; at < kChunkRows; ++at) {
        if (!chunks_[i]->kept[at]) continue;
        see(static_cast<std::uint32_t>(i) * kChunkRows + at, chunks_[i]->rows[at]);
      }
    }
  }

 private:
  struct Chunk {
    std::array<Row, kChunkRows> rows;
    std::bitset<kChunkRows> kept;
  };
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::uint32_t size_ = 0;
  std::uint32_t kept_ = 0;
};

}  // namespace tongsuan::engine
