// What a use of one row, in one slot, costs at least on an otherwise empty book: see strengthen.h
// for the argument.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market::internal {

// What some use means.
struct Use {
  bool possible = true;
  bool judged = true;  // false: a choice that uses it is never left out as not worth it
  int128 cost = 0;     // least it adds, undivided
};

// The use of both.
[[nodiscard]] inline Use both(const Use& a, const Use& b) {
  return {a.possible && b.possible, a.judged && b.judged, a.cost + b.cost};
}

// What a use in any one slot means at best and at worst: a glance that settles most choices.
struct UseRange {
  bool plain = true;  // possible and judged in every slot
  int128 least = 0;   // costs, where it is plain
  int128 most = 0;
};

class RowCosts {
 public:
  explicit RowCosts(const Problem& problem);

  [[nodiscard]] Use use(std::uint32_t lane, Slot slot, std::int64_t amount) const;
  // Whether `amount` is plain, and what it costs at the prices of the cheapest and of the dearest
  // step of all slots.
  [[nodiscard]] UseRange range(std::uint32_t lane, std::int64_t amount) const;

 private:
  // Supply that can serve a row: of the row itself, or of all zones joined by lines in one slot.
  struct Pool {
    std::vector<std::pair<std::int64_t, std::int64_t>> steps;  // (price, amount), rising prices
    std::int64_t amount = 0;
    bool delivered = false;  // somebody delivers here: neither amount nor costs are known
  };

  // Of all slots of a lane.
  struct LaneRange {
    std::int64_t amount = kUnlimited;  // the least that some slot could have
    std::int64_t cheapest = kUnlimited;
    std::int64_t dearest = -kUnlimited;
  };
  static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  std::uint32_t root(std::uint32_t row);
  void join_rows();
  void fill_pools();
  void fill_reach();
  void fill_ranges();

  const Problem& problem_;
  std::vector<std::uint32_t> pool_of_;  // by row; while rows are joined: a row closer to its root
  std::vector<Pool> pools_;
  std::vector<std::int64_t> reach_;  // by row: own supply and all that lines can bring
  std::vector<LaneRange> ranges_;    // by lane
};

// Sums over slots of one use per slot.
class UseSums {
 public:
  // Nothing is used in any of `slots` slots.
  void clear(std::uint32_t slots);
  void add(Slot slot, const Use& use);  // slots in any order, each as often as need be
  void sum();                           // after the last add

  [[nodiscard]] Use over(Slot begin, Slot end) const {
    const int128 cost = cost_[end] - cost_[begin];
    if (range_.plain) return {true, true, cost};
    return {impossible_[end] == impossible_[begin], unjudged_[end] == unjudged_[begin], cost};
  }
  [[nodiscard]] const UseRange& range() const { return range_; }

 private:
  // Entry t holds the slots before t.
  std::vector<int128> cost_;
  std::vector<std::uint32_t> impossible_, unjudged_;
  UseRange range_;
};

}  // namespace tongsuan::market::internal
