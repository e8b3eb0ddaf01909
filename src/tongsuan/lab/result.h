// What one replay measured. Everything is counted, nothing is dropped: work still waiting or gone
// is in the figures as unserved.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tongsuan::lab {

// Waits are reported by size of gang: below a node, one to four nodes, more.
inline constexpr std::size_t kGangClasses = 3;
// Seconds within which an order for a fixed second has started on time.
inline constexpr std::int64_t kOnTime = 60;

struct Waits {  // hours from when the order was wanted to first start; jobs still waiting count
                // with what they waited
  std::uint64_t count = 0;
  double mean = 0;
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
};

// Why device-time of the span was not used; the parts add up to what was not used.
struct IdleReasons {
  double no_demand = 0;    // nothing waited that could have used it
  double wrong_place = 0;  // what waited may not run here, or its data are elsewhere
  double wrong_class = 0;  // what waited cannot use this class
  double fragments = 0;    // enough devices here, but not on the nodes that the gang needs
  double held_back = 0;    // reserved for a large gang, or waiting for a better hour
  double down = 0;         // failed or under maintenance
};

struct RoundFigures {  // of policies that clear
  std::uint64_t rounds = 0;
  double orders_mean = 0;
  double gap = 0;            // what all outcomes together miss of all bounds, a share of these
  double gap_p95 = 0;        // of single rounds, large or small
  std::uint64_t failed = 0;  // books that passed a limit: dispatch went on without a clearing
  double welfare_sum = 0;    // yuan
  std::uint64_t work_units = 0;
};

// Orders that name the second from which they are wanted.
struct ForwardFigures {
  std::uint64_t orders = 0;
  double on_time = 0;        // share that started within `kOnTime` of that second
  std::uint64_t booked = 0;  // blocks, in all
  std::uint64_t kept = 0;    // orders that started on theirs, on time
  std::uint64_t broken = 0;  // blocks that were lost: their nodes failed
  double premium_yuan = 0;   // of those that were kept; no part of `net_yuan`
};

// Of scenarios whose hubs are not perfect: contracts that have ended.
struct HubFigures {
  std::uint64_t contracts = 0;
  double missed = 0;   // device-time that was granted and not delivered, of what was granted
  double overrun = 0;  // device-time for which devices were taken beyond the end, of the same
  std::uint64_t requeues = 0;     // times that a cluster put a job back
  std::uint64_t evicted = 0;      // contracts that left for a hub's own work
  std::uint64_t dead_starts = 0;  // contracts whose nodes were not there
};

struct HourFigures {  // one entry per hour of the span
  double used = 0;    // devices, mean over the hour
  double up = 0;
  double waiting = 0;  // orders at the end of the hour
  double energy_mwh = 0;
  double green_mwh = 0;          // matched within the hour
  std::vector<double> hub_used;  // by HubId: share of the hub's devices
};

struct RunResult {
  std::string scenario;
  std::string policy;
  std::uint64_t seed = 0;
  std::uint32_t load_percent = 0;

  std::uint64_t jobs = 0;
  double offered = 0;            // reference device-seconds asked for / device-seconds of the span
  double utilisation = 0;        // useful device-seconds done by the end of the span / those there
  double utilisation_bound = 0;  // no policy can do more; 0: not computed
  double rack_rate = 0;          // 上架率: share of nodes with work on them, over the span
  double held_idle = 0;          // device-seconds held by contracts and not used / those there
  double lost = 0;               // device-seconds of work that failed or was repeated / those there
  double served = 0;             // work of jobs that completed / work of all jobs (reference)
  double value = 0;              // value served / value of all jobs at once
  double value_yuan = 0;
  double cost_yuan = 0;       // energy, transfers and what sellers ask
  double net_yuan = 0;        // value − cost
  double net_bound_yuan = 0;  // no policy can do more without moves; 0: not computed
  Waits waits;
  std::array<Waits, kGangClasses> waits_by_gang;
  double bounded_slowdown = 0;  // mean over jobs that started, at least 10 s of run time
  double bounded_slowdown_max = 0;
  double flow_seconds = 0;  // mean time from when it was wanted to its end

  double energy_mwh = 0;
  double green_hourly = 0;  // share matched hour by hour over the lines
  double green_annual = 0;  // share if green energy of the whole span counted at any hour, anywhere
  double emissions_location_t = 0;
  double emissions_market_t = 0;
  double moved_tb = 0;
  double small_served = 0;    // work served of the accounts that ask for least (lower half)
  double fairness = 0;        // Jain's index of served shares over accounts
  double hhi = 0;             // of device-seconds over accounts, 0 to 10,000
  std::uint64_t refused = 0;  // fitted nowhere that they may run
  std::uint64_t left = 0;     // waited longer than they would
  std::uint64_t cancelled = 0;
  std::uint64_t unfinished = 0;  // still waiting or running when the replay stopped
  std::uint64_t stops = 0;       // contracts that ended before their work was done: failures
  std::uint64_t moves = 0;       // and those stopped by the market, to go on elsewhere
  IdleReasons idle;
  RoundFigures rounds;
  ForwardFigures forward;
  HubFigures hubs;
  std::vector<HourFigures> hours;
  std::vector<double> wait_hours;  // of every job, sorted: for distributions

  std::uint64_t events = 0;
  std::string digest;      // of all events of the engine, hexadecimal
  double cpu_seconds = 0;  // never part of machine-readable results that must not vary
};

}  // namespace tongsuan::lab
