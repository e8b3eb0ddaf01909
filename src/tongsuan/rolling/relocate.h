// Moves running work to where the rest of it costs less.
//
// Model. Work starts where there is room when it comes; later, better places come free: cheaper, on
// greener power, or on faster devices. A move stops the work at a checkpoint and starts it again
// elsewhere; it costs the seconds of a restart, more between hubs than within one. It pays when
// what the rest of the work costs here, less what it costs there, is more than that by a margin.
//
// Invariants: work that has just started, or is about to end, stays; nodes that are held for orders
// in line or by blocks are left alone; what is moved starts again in the same second, or stands in
// line where its new start is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/rolling/price_table.h"

namespace tongsuan::rolling {

struct RelocateRules {
  Second restart = 300;        // seconds of work that a move within a hub costs
  Second restart_far = 1'200;  // between hubs: the checkpoint travels
  Second settled = 3'600;  // work stays so long after a start, and when it is so near to its end
  // Saved per cent of what the rest costs here, beyond the cost of the move.
  std::uint32_t saving_percent = 20;
  std::uint32_t moves_max = 256;  // of one call
};

// One look at all that runs: finds what may be moved, then moves what pays, dearest rest first, in
// as many steps as budgets allow. Work that ends or moves between two steps is passed over.
class Relocation {
 public:
  explicit Relocation(const RelocateRules& rules) : rules_(rules) {}
  // `run_ppm`: how long work really runs, of its estimate.
  void begin(const engine::State& state, const PriceTable& prices, std::uint32_t run_ppm,
             Second now);
  [[nodiscard]] bool unfinished() const { return next_ < candidates_.size(); }
  [[nodiscard]] std::size_t candidates() const { return candidates_.size(); }
  // Returns how many were moved.
  std::uint32_t step(dispatch::Desk& desk, dispatch::Scheduler& line, const PriceTable& prices,
                     dispatch::Budget& budget);

 private:
  struct Candidate {
    engine::ContractId contract;
    std::int64_t rest_cost = 0;  // micro-yuan, here
    Second rest = 0;             // seconds, here
  };
  struct Move {
    dispatch::Option option;
    std::vector<std::uint32_t> nodes;
  };
  [[nodiscard]] std::optional<Move> find_move(const engine::State& state,
                                              const dispatch::Scheduler& line,
                                              const PriceTable& prices, const Candidate& candidate);
  [[nodiscard]] std::int64_t cost_there(const engine::State& state, const PriceTable& prices,
                                        const Candidate& candidate, const dispatch::Option& option,
                                        Second restart) const;
  [[nodiscard]] Price price_there(const engine::State& state, const PriceTable& prices,
                                  OrderId order, const dispatch::Option& option) const;
  static bool move(dispatch::Desk& desk, dispatch::Scheduler& line, engine::ContractId contract,
                   engine::StartOrder start);

  RelocateRules rules_;
  std::vector<Candidate> candidates_;  // dearest rest first
  std::size_t next_ = 0;
  std::uint32_t moved_ = 0;
  Second now_ = 0;          // of the step
  std::uint64_t cost_ = 0;  // units since the budget paid
};

// The same in one step; returns how many were moved.
std::uint32_t relocate(dispatch::Desk& desk, dispatch::Scheduler& line, const PriceTable& prices,
                       std::uint32_t run_ppm, const RelocateRules& rules);

}  // namespace tongsuan::rolling
