// Orders in the order of their turn, as many as wait.
//
// Model. A sorted sequence in chunks of some hundreds: finding a place is two binary searches,
// joining and leaving move part of one chunk, reading along is a walk through memory. A million
// orders stand in some 25 MB, and each joins in less than a microsecond.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan::dispatch {

// Where an order stands: whoever loses something by waiting before all that do not, then by key,
// then by number.
struct Stand {
  std::int64_t key = 0;  // larger stands earlier
  OrderId order;
  bool patient = false;
  friend bool operator==(const Stand&, const Stand&) = default;
};
[[nodiscard]] inline bool stands_before(const Stand& a, const Stand& b) {
  if (a.patient != b.patient) return b.patient;
  return a.key != b.key ? a.key > b.key : a.order < b.order;
}

class Reserve {
 public:
  // Not one that stands in it already.
  void insert(const Stand& stand);
  // False: it is not there.
  bool erase(const Stand& stand);
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // The first; not of an empty one.
  [[nodiscard]] const Stand& first() const { return chunks_.front().front(); }
  Stand pop_first();
  // Appends the first `count` orders.
  void append_first(std::size_t count, std::vector<OrderId>& orders) const;
  // Appends at most `count` that stand behind `stand`, the first of them first.
  void append_after(const Stand& stand, std::size_t count, std::vector<Stand>& stands) const;

 private:
  // The chunk in which the stand is or belongs: the first whose last one is not before it.
  [[nodiscard]] std::size_t chunk_of(const Stand& stand) const;
  void split(std::size_t chunk);
  void drop_if_empty(std::size_t chunk);

  std::vector<std::vector<Stand>> chunks_;  // none is empty
  std::vector<Stand> lasts_;                // of each chunk, side by side for the search
  std::size_t size_ = 0;
};

}  // namespace tongsuan::dispatch
