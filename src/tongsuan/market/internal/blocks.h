// The choices of a book with a bundle, those of one bundle together: what depends on bundle, gang
// and transfer alone is then worked out once for many of them.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tongsuan/market/problem.h"

namespace tongsuan::market::internal {

struct Block {
  std::uint32_t devices = 0;
  std::uint32_t extra = 0;  // the transfer
  std::uint32_t choice = 0;
  std::uint32_t order = 0;
  friend auto operator<=>(const Block&, const Block&) = default;
};

class BlocksByBundle {
 public:
  explicit BlocksByBundle(const Problem& problem) : begin_(problem.bundles.size() + 1, 0) {
    each(problem, [&](std::uint32_t i, std::uint32_t) { ++begin_[problem.choices[i].bundle + 1]; });
    for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
    blocks_.resize(begin_.back());
    std::vector<std::uint32_t> next = begin_;
    each(problem, [&](std::uint32_t i, std::uint32_t order) {
      const Choice& choice = problem.choices[i];
      blocks_[next[choice.bundle]++] = {choice.devices, choice.extra, i, order};
    });
  }

  // Calls gang(choice) where the bundle or the gang is new, transfer(choice) where the transfer may
  // be, and visit(block) for every block. Asks for choices and orders ahead of time: they lie all
  // over the book.
  template <class Gang, class Transfer, class Visit>
  void visit(const Problem& problem, Gang gang, Transfer transfer, Visit visit) {
    constexpr std::ptrdiff_t kAhead = 12;
    for (std::size_t bundle = 0; bundle + 1 < begin_.size(); ++bundle) {
      const auto first = blocks_.begin() + begin_[bundle];
      const auto last = blocks_.begin() + begin_[bundle + 1];
      std::sort(first, last);
      for (auto block = first; block != last; ++block) {
        const Choice& choice = problem.choices[block->choice];
        if (block == first || block->devices != (block - 1)->devices) gang(choice);
        if (block == first || block->extra != (block - 1)->extra) transfer(choice);
        if (last - block > kAhead) {
          __builtin_prefetch(&problem.choices[block[kAhead].choice]);
          __builtin_prefetch(&problem.orders[block[kAhead].order]);
        }
        visit(*block);
      }
    }
  }

 private:
  template <class Visit>
  static void each(const Problem& problem, Visit visit) {
    for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
      const Span32 choices = problem.orders[order].choices;
      for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
        if (problem.choices[i].bundle != kNone) visit(i, order);
      }
    }
  }

  std::vector<std::uint32_t> begin_;  // bundle → range of blocks_; bundles + 1
  std::vector<Block> blocks_;
};

}  // namespace tongsuan::market::internal
