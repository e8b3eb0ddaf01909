// Which nodes a gang takes.
//
// Gangs below a node are placed by lifetime: on the node whose time of being busy is extended
// least. Room that stays open counts a little, that of a whole node as a tenth of the estimate, so
// that among nearly equal nodes the better fit wins; then the lower number. Nodes that empty
// together become whole nodes for large gangs.
// Whole nodes go to large gangs in rising order.
//
// A *hold* promises devices of a node to an order from some second on. Those of reservations end
// with the pass that made them, so they are taken to last for ever. Those of blocks, which the
// engine keeps, last until the end that their owners expect, so that others may come before and
// after.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "tongsuan/engine/engine.h"

namespace tongsuan::dispatch {

inline constexpr Second kNever = std::numeric_limits<Second>::max();

struct Hold {
  Second from = 0;
  std::uint32_t devices = 0;
  Second until = kNever;
};

class Holds {
 public:
  explicit Holds(const engine::Places& places);
  void add(engine::PoolId pool, std::uint32_t node, Hold hold);
  // One hold on each of its nodes.
  void add(const engine::Block& block);
  void clear();
  [[nodiscard]] bool any(engine::PoolId pool) const { return counts_[pool.value] > 0; }
  [[nodiscard]] bool any_block(engine::PoolId pool) const { return block_counts_[pool.value] > 0; }
  [[nodiscard]] const std::vector<Hold>& on(engine::PoolId pool, std::uint32_t node) const {
    return holds_[pool.value][node];
  }
  // When the first hold begins, by node; kNever where there is none.
  [[nodiscard]] const std::vector<Second>& first(engine::PoolId pool) const {
    return first_[pool.value];
  }

 private:
  struct Place {
    engine::PoolId pool;
    std::uint32_t node;
  };
  std::vector<std::vector<std::vector<Hold>>> holds_;  // by pool, node; in the order of adding
  std::vector<std::vector<Second>> first_;             // by pool, node
  std::vector<std::uint32_t> counts_;                  // by pool
  std::vector<std::uint32_t> block_counts_;            // by pool: those that end
  std::vector<Place> touched_;
};

struct Wish {
  engine::PoolId pool;
  engine::Need need;
  Second now = 0;
  Second estimate = 1;
};

struct Nodes {
  std::vector<std::uint32_t> nodes;  // rising
  // How badly the gang fits, for choosing between pools: smaller is better.
  std::int64_t cost = 0;
};

// True when counts of free devices do not rule the gang out.
[[nodiscard]] bool may_fit(const engine::PoolState& pool, engine::Need need);
// Nodes to start on now without delaying a hold.
[[nodiscard]] std::optional<Nodes> nodes_now(const engine::State& state, const Holds& holds,
                                             const Wish& wish);

struct Later {
  Second at = 0;
  std::vector<std::uint32_t> nodes;  // rising
};
// The earliest second at which the gang can start by the owners' estimates, after all holds. Nodes
// that are busy until then are preferred, so that free ones stay open for others.
[[nodiscard]] std::optional<Later> nodes_later(const engine::State& state, const Holds& holds,
                                               const Wish& wish);

}  // namespace tongsuan::dispatch
