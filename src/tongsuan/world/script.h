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
};

struct AskChange {
  Second at = 0;
  engine::PoolId pool;
  Price ask;
};

struct Script {
  std::vector<Job> jobs;  // by OrderId: jobs are submitted in this order
  std::vector<NodesChange> nodes;
  std::vector<AskChange> asks;
  // Seconds that stopping and starting again costs, lost from what was done.
  Second restart = 300;
  // More of them between hubs: the checkpoint travels.
  Second restart_far = 1'200;
};

}  // namespace tongsuan::world
