// What a running exchange forgets, and when: the rule behind engine::DropHistory.
//
// Model. Orders that have ended stay for those who ask about them. Nothing is forgotten while no
// more than `ended_min` of them are kept; beyond, what ended longer than `age` ago goes; and beyond
// `ended_max` those with the lowest numbers go, whenever they ended, so that memory is bounded
// whatever comes. A contract is kept as long as its order. What lives is always kept, whatever its
// number. The journal has everything, for ever.
//
// Memory is by numbers (engine/row_store.h): an order that ended just now holds those with higher
// numbers back, until it is old enough itself.
//
// Belongs to the sequencer's thread. Nothing here is part of a state: after a recovery, orders
// whose end no contract tells count as if they had ended then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/engine/state.h"

namespace tongsuan::node {

struct ForgetRules {
  std::uint32_t ended_min = 100'000;
  std::uint32_t ended_max = 1'000'000;
  Second age = 604'800;
  std::uint32_t step = 4'096;  // no command for fewer orders
  Second pause = 60;           // between two looks
};

class Forgetting {
 public:
  explicit Forgetting(ForgetRules rules) : rules_(rules) {}

  void resume(const engine::State& state);
  void see(const engine::State& state, const std::vector<engine::Event>& events);
  // When to ask `next`; nothing while too few have ended.
  [[nodiscard]] std::optional<Second> due() const;
  // What to forget now, if anything. All events have been seen, and nothing is under way that needs
  // what has ended. Orders from `needed` on stay as if they were young.
  [[nodiscard]] std::optional<engine::DropHistory> next(const engine::State& state, Second now,
                                                        OrderId needed = OrderId{kNone});

 private:
  struct Ended {
    Second at = 0;
    OrderId order;
  };
  // So many that nobody waits for the pause to end.
  [[nodiscard]] bool is_crowded() const {
    return ended_.size() > std::size_t{rules_.ended_max} + rules_.ended_max / 8 + rules_.step;
  }
  [[nodiscard]] std::uint32_t orders_below(const engine::State& state, Second now,
                                           OrderId needed) const;
  [[nodiscard]] std::uint32_t contracts_below(const engine::State& state,
                                              std::uint32_t orders) const;

  ForgetRules rules_;
  std::vector<Ended> ended_;  // and kept, by rising second
  Second look_at_ = 0;
};

}  // namespace tongsuan::node
