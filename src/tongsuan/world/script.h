// What will happen in a simulated world, whoever schedules: who comes when, how long work really
// takes, which nodes fail, what sellers ask.
//
// A script holds the *truth*; policies see of it only what the engine's events say. All lists are
// in rising order of time. Integers only: a script is the same on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/engine/engine.h"

namespace tongsuan::world {

struct Job {
  engine::LiveOrder order;  // its `submit` is when it comes
  // How long it really runs, in parts per million of the estimate: below a million it ends early,
  // above it overruns. The same for all its ways.
  std::uint32_t actual_ppm = engine::kPpm;
  // Work since the last multiple of this is lost when its node fails; 0: all of it is.
  Second checkpoint = 0;
  // Its owner gives up at this second if it still waits, and stops it if it runs; −1: never.
  Second cancel = -1;
};

struct NodesChange {
  Second at = 0;
  engine::PoolId pool;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool up = false;
  bool own = false;  // down: their owner's own work takes them, and what is there is preempted
};

struct AskChange {
  Second at = 0;
  engine::PoolId pool;
  Price ask;
};

// ---- Hubs that are not perfect (hub_faults.h draws them, hubs.h says what comes of them)

enum class Away : std::uint8_t { kController, kAgent };

// Within [begin, end) a hub's controller or its agent is away. Silences of one kind at one hub are
// apart, and in rising order.
struct Silence {
  Away who = Away::kController;
  HubId hub;
  Second begin = 0;
  Second end = 0;
  Second back = 0;  // of an agent, when it comes back itself: after `end`, another one took over
};

// A node is away for so short a time that the cluster puts back what runs there, and nobody else
// hears of it.
struct Requeue {
  Second at = 0;
  engine::PoolId pool;
  std::uint32_t node = 0;
  Second gap = 0;
};

// Nodes that are offered and are not there.
struct Phantom {
  engine::PoolId pool;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// What is drawn for each contract when it comes, from its name: docs/scenarios.md.
struct Habits {
  std::uint64_t seed = 1;
  Second start_delay = 0;  // mean time from the grant until the job runs
  std::uint32_t stuck_per_mille = 0;
  Second stuck = 0;          // mean time for which devices stay taken after the end of such a job
  Second lease = 60;         // a hub that is silent for longer gets nothing new
  Second phantom_again = 0;  // a phantom that was found is offered again after this
  std::uint32_t twice_per_mille = 0;  // contracts that are delivered to the hub twice
  Second skew = 0;                    // a hub's clock is wrong by so much at most
};

struct HubTruth {
  std::vector<Silence> silences;  // by begin
  std::vector<Requeue> requeues;  // by second
  std::vector<Phantom> phantoms;  // of different nodes
  Habits habits;
  bool agents = false;  // in a running exchange hubs speak as agents do
  [[nodiscard]] bool any() const {
    return agents || !silences.empty() || !requeues.empty() || !phantoms.empty() ||
           habits.start_delay > 0 || habits.stuck_per_mille > 0;
  }
};

struct Script {
  std::vector<Job> jobs;  // by OrderId: jobs are submitted in this order
  std::vector<NodesChange> nodes;
  std::vector<AskChange> asks;
  // Seconds that stopping and starting again costs, lost from what was done.
  Second restart = 300;
  // More of them between hubs: the checkpoint travels.
  Second restart_far = 1'200;
  HubTruth hubs;
};

}  // namespace tongsuan::world
