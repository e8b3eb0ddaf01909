// Prices of pools that ask by steps, for whoever asks often.
//
// Model. Answers what `engine::ask_for` answers. Of a pool that has steps it remembers when what
// runs ends and how much is used where blocks begin, until something of the pool or any block
// changes; of others nothing. Where a pool has no blocks a start now needs none of it.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/dispatch/dispatch.h"
#include "tongsuan/engine/offer.h"

namespace tongsuan::rolling {

class StepPrices {
 public:
  [[nodiscard]] Price ask(const engine::State& state, const engine::Span& span) {
    const engine::PoolState& pool = state.pool(span.pool);
    return pool.steps.empty() ? pool.ask : ask_by_steps(state, span);
  }

 private:
  struct Point {
    Second at = 0;
    std::uint64_t devices = 0;
  };
  struct Uses {
    std::uint64_t version = 0;        // of the pool
    std::uint64_t block_version = 0;  // of all blocks
    bool known = false;
    std::vector<Point> ends;    // rising: what ends at or after this second
    std::vector<Point> blocks;  // rising: what blocks hold from this second on
    std::vector<Point> begins;  // rising: what is used where a block begins
  };
  [[nodiscard]] Price ask_by_steps(const engine::State& state, const engine::Span& span);
  [[nodiscard]] std::uint64_t most_used(const engine::State& state, const engine::Span& span);
  [[nodiscard]] const Uses& uses_of(const engine::State& state, engine::PoolId pool);
  static void add_ends(const engine::State& state, engine::PoolId pool, Uses& uses);
  static void add_blocks(const engine::State& state, engine::PoolId pool, Uses& uses);

  std::vector<Uses> uses_;  // by pool
};

}  // namespace tongsuan::rolling
