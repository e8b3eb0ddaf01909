// The awards and flows of a closed round while orders are moved: what rows still hold, who is on
// them, and by how much welfare has changed since the round closed, exactly.
//
// Model. Every move is journaled and can be undone, so that many outcomes are tried from one round.
// No put ever overdraws a row: where the lines of a slot must carry something else for it, they do
// (slot_flows.h), and an order for which even that does not suffice is not put. Flows may then cost
// more than they must, and where orders were taken, a zone whose supply must equal its use may have
// too much: `settle` plans the best flows of every slot that moved and says whether all is
// feasible. Welfare changes are undivided money, as in market/evaluate.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/clearing/slot_flows.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::clearing {

// Calls visit(row, amount) for every row that a placement uses.
template <class Visit>
void each_row(const market::Problem& problem, const market::Placement& placement, Visit visit) {
  market::each_use(problem, placement, [&](std::uint32_t lane, SlotRange slots, auto amount) {
    for (Slot slot = slots.begin; slot < slots.end; ++slot) visit(problem.row(lane, slot), amount);
  });
}

// What differs from the round that closed.
struct RoundChange {
  std::vector<std::pair<std::uint32_t, market::Placement>> placements;  // choice kNone: rejected
  std::vector<std::pair<std::uint32_t, std::int64_t>> flows;            // by Outcome::flows
};

class RoundState {
 public:
  // `outcome` must be a feasible outcome of `problem`; both must outlive the state.
  RoundState(const market::Problem& problem, const Outcome& outcome);

  [[nodiscard]] const market::Placement& placement(std::uint32_t order) const {
    return placed_[order];
  }
  [[nodiscard]] bool placed(std::uint32_t order) const { return placed_[order].choice != kNone; }
  [[nodiscard]] const market::Placement& before(std::uint32_t order) const {
    return closed_[order];
  }

  // What a row could still hold with flows as they are. Never below 0 after a put.
  [[nodiscard]] std::int64_t slack(std::uint32_t row) const {
    return capacity_[row] - award_use_[row] - line_use_[row];
  }
  // What `amount` lacks on a row; lines are asked only where flows as they are do not suffice.
  [[nodiscard]] std::int64_t missing(std::uint32_t row, std::int64_t amount) {
    const std::int64_t needed = amount - slack(row);
    return needed <= 0 ? 0 : needed - bring(row, needed);
  }
  // Undivided cost of using `amount` more of a row, as far as there is supply.
  [[nodiscard]] int128 cost_of(std::uint32_t row, std::int64_t amount) const;

  // Calls visit(order, slots, amount) for the uses of a lane by placed orders that overlap `slots`;
  // a use may be visited more than once.
  template <class Visit>
  void each_holder(std::uint32_t lane, SlotRange slots, Visit visit) const {
    for (const Use& use : uses_[lane]) {
      if (use.slots.begin >= slots.end || use.slots.end <= slots.begin) continue;
      const market::Placement& now = placed_[use.order];
      if (now.choice != use.choice || now.start != use.start || now.lots != use.lots) continue;
      visit(use.order, use.slots, use.amount);
    }
  }

  bool put(std::uint32_t order, const market::Placement& placement);  // false: no room, no change
  void take(std::uint32_t order);
  [[nodiscard]] std::size_t mark() const { return journal_.size(); }
  void undo(std::size_t mark);
  [[nodiscard]] bool settle();
  // Whether every row that moved can be met, with flows as they are.
  [[nodiscard]] bool feasible() const;

  // Welfare now less welfare when the round closed.
  [[nodiscard]] int128 welfare_change();
  [[nodiscard]] RoundChange change() const;
  // Slots planned, and zones that lines were asked for: the work of lines so far.
  [[nodiscard]] std::uint64_t plans() const { return plans_; }
  [[nodiscard]] std::uint64_t asked() const { return asked_; }

 private:
  struct Use {
    std::uint32_t order = 0;
    std::uint32_t choice = 0;
    Slot start = 0;  // of the placement
    std::int64_t lots = 1;
    SlotRange slots;
    std::int64_t amount = 0;
  };
  struct Op {
    std::uint32_t order = kNone;  // kNone: the flows of a slot
    market::Placement before;
    market::Placement after;
    Slot slot = 0;
    std::vector<std::int64_t> flows;  // of the slot, before
  };

  void enter(std::uint32_t order, const market::Placement& placement);
  void leave(const market::Placement& placement);
  void move_use(const market::Placement& placement, std::int64_t sign);
  bool relieve(const market::Placement& placement);
  std::int64_t bring(std::uint32_t row, std::int64_t wanted);
  void set_flows(Slot slot, const std::vector<std::int64_t>& flows);
  void carry(Slot slot, const std::vector<std::int64_t>& flows);
  void undo_last();
  [[nodiscard]] int128 row_cost(std::uint32_t row, std::int64_t net_use) const;
  [[nodiscard]] int128 row_change(std::uint32_t row);
  [[nodiscard]] std::vector<Slot> moved_slots() const;

  const market::Problem& problem_;
  SlotFlows lines_;
  std::vector<market::Placement> closed_;   // by order: when the round closed
  std::vector<market::Placement> placed_;   // by order: now
  std::vector<std::int64_t> closed_use_;    // by row: net use when the round closed
  std::vector<std::int64_t> award_use_;     // by row: by awards, now
  std::vector<std::int64_t> line_use_;      // by row: what lines take away, now
  std::vector<std::int64_t> capacity_;      // by row: all supply
  std::vector<std::int64_t> closed_flows_;  // as Outcome::flows
  std::vector<std::int64_t> flows_;
  std::vector<std::vector<Use>> uses_;  // by lane; those of orders that moved on stay
  std::vector<Op> journal_;
  std::vector<std::uint32_t> slot_ops_;   // by slot: moves of joined rows that are not undone
  std::vector<std::int64_t> slot_spare_;  // of the last slot that lines were asked for
  std::vector<std::int64_t> slot_flows_;  // and what its lines would carry
  std::uint64_t plans_ = 0;
  std::uint64_t asked_ = 0;
  std::vector<std::uint64_t> seen_;  // by row: stamp of the last welfare_change
  std::uint64_t stamp_ = 0;
};

}  // namespace tongsuan::clearing
