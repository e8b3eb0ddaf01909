// Room for a large gang by moving small work out of the way.
//
// Model. Free devices are often there, but on nodes that smaller work shares, so a gang that needs
// whole nodes waits. Small work can be stopped at a checkpoint and started elsewhere at once; that
// costs the seconds that a restart takes. A plan names nodes, and for everything on them a new
// place where it fits now. Work that holds a node of its own, for which there is none, is stopped
// and stands in line again; it is taken to wait long. A plan pays when the gang would lose more by
// waiting.
//
// Invariants: a plan moves no gang of several nodes, nothing that has just started or is about to
// end; it stops no work that a block promised, and not several for one node; a node that receives
// work is not cleared in the same plan; neither the gang nor what is moved is expected to run into
// a block.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/engine/engine.h"

namespace tongsuan::rolling {

struct Move {
  engine::ContractId contract;
  std::uint32_t way = 0;
  engine::PoolId pool;
  std::uint32_t node = 0;
};

struct Room {
  std::vector<std::uint32_t> nodes;  // rising: those that will be empty
  std::vector<Move> moves;
  std::vector<engine::ContractId> stops;  // work that has no other place now
  std::int64_t cost = 0;  // micro-yuan that moved work loses, and stopped work is taken to lose
};

struct RoomRules {
  Second restart = 300;          // seconds of work that a move costs
  Second settled = 1'800;        // work moves no sooner after its start, and not so near to its end
  std::uint32_t moves_max = 64;  // and stops
  // Stopped work is taken to wait so long: several times what it does, so that only work is stopped
  // that loses little beside the gang. 0: nothing is stopped.
  Second stop_wait = 60'000;
};

// Nodes of a pool for a gang of whole nodes that is expected to run for `estimate`. Nothing where
// it cannot be made, or costs more than `cost_max`.
[[nodiscard]] std::optional<Room> make_room(const engine::State& state,
                                            const dispatch::Option& option, Second estimate,
                                            std::int64_t cost_max, const RoomRules& rules);

}  // namespace tongsuan::rolling
