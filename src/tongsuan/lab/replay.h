// Replays an instance under a policy: the engine, the world and the policy in one loop.
//
// Time advances by events only. The same instance, policy and options give the same events, byte
// for byte (RunResult::digest), for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/policy.h"
#include "tongsuan/lab/result.h"

namespace tongsuan::lab {

struct ReplayOptions {
  Second round = 900;                // seconds between rounds of the market, 60 to 86,400
  Second certify = 21'600;           // seconds between clearings with a certificate; 0: none
  Second slot = 3'600;               // of its plans, 300 to 86,400
  Second horizon = 4 * kDay;         // of its plans, 1 to 14 days
  std::uint32_t reservations = 8;    // for the orders that wait first in line, every policy alike
  std::uint32_t aging_percent = 20;  // of the order's patience that raises its place in line
  // Of the market alone: how far an account that used much of late stands back, and whether work
  // that outlives its estimate may be stopped for others.
  std::uint32_t fairness_percent = 50;
  bool stops_overruns = false;
  std::uint32_t thread_count = 1;  // never changes the result
  bool pass_per_event = false;     // policies act after each event, not after each instant
  std::function<void(const engine::Event&)> watch;  // sees every event, in order
  std::function<void(double done)> progress;        // share of the instance's jobs that are over
  std::function<bool()> cancelled;                  // true: stop and fail with kInterrupted
};

[[nodiscard]] Result<RunResult> replay(const Instance& instance, std::string_view policy,
                                       const ReplayOptions& options);

}  // namespace tongsuan::lab
