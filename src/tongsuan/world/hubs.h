// What hubs make of the contracts that they are granted: when a job really has its devices, when
// they are free again, and when anybody hears of it.
//
// Model. A grant is pulled by the hub's agent, taken by its controller, starts some seconds later
// on nodes that are really free, and then does its work in *stretches*: a node that is away for a
// moment ends one, loses what was done since the last checkpoint, and the next one begins after a
// gap. All of it follows from the script and from the jobs before it on its nodes, so it is planned
// when the grant comes; what ends a contract otherwise (its owner, the market, a node that is lost)
// cuts the plan.
//   - While its agent is away a hub hears nothing and says nothing; while its controller is away
//     jobs go on, none begins, none is stopped. Either way ends are told late. A hub that is silent
//     for longer than a lease gets no grants.
//   - A job that is stopped has its devices until the hub has heard of it, and some hang on longer:
//     whoever is granted them next waits. It waits for those alone: what ends later beside it on
//     its nodes was not granted to it.
//   - A gang on a phantom never runs, and fails soon.
//
// Invariants: stretches are apart, rise, and begin no sooner than the grant; jobs of one node never
// have more devices than it has; a contract has one run, however often it is delivered. Every
// second of a contract is in a stretch (delivered) or between them (missed). Pure: the same grants
// and ends in the same order give the same runs. Owns its runs.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "tongsuan/engine/order.h"
#include "tongsuan/world/script.h"

namespace tongsuan::world {

struct Stretch {
  Second begin = 0;
  Second end = 0;
  Second idle = 0;  // of these, at its begin: its checkpoint is on its way
  Second done = 0;  // work of the contract that was done, and kept, before it
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

// What the hub is asked for.
struct Grant {
  engine::ContractId contract;
  std::uint64_t luck = 0;  // what is drawn for it follows from this alone
  engine::PoolId pool;
  std::uint32_t per_node = 0;
  std::vector<std::uint32_t> nodes;  // rising
  Second start = 0;
  Second idle = 0;
  Second work = 1;  // > 0
  Second checkpoint = 0;
};

struct JobRun {
  Grant grant;
  Second pulled = 0;               // the hub's agent knows of it
  std::vector<Stretch> stretches;  // as they will be, until it has ended
  bool phantom = false;            // it never runs, and fails
  // A node of it is lost then, in a silence: whoever tells of that ends the contract.
  Second lost_at = engine::kSecondsMax;
  Second told = 0;                    // its end, if nobody ends it before
  Second free = engine::kSecondsMax;  // its devices, once it has ended
  [[nodiscard]] bool lost() const { return lost_at < engine::kSecondsMax; }
  // Work of the contract that is done and kept by `at`.
  [[nodiscard]] Second done_by(Second at) const;
  // Seconds of [start, at) in which it had its devices.
  [[nodiscard]] Second delivered_by(Second at) const;
};

// Stretches as a clock that is wrong by `skew` tells them, cut to [mark, limit).
[[nodiscard]] std::vector<std::pair<Second, Second>> as_told(const JobRun& run, Second skew,
                                                             Second mark, Second limit);

class Hubs {
 public:
  // Both must outlive it.
  Hubs(const engine::Places& places, const Script& script);

  // Delivered again, it is the run that it is.
  const JobRun& begin(const Grant& grant);
  // The contract is over for the exchange, by whosever word. `lost`: its nodes are gone.
  void end(engine::ContractId contract, Second at, bool lost);
  // Forgets a run whose devices are free.
  void forget(engine::ContractId contract) { runs_.erase(contract.value); }
  // Null when it never began, or was forgotten.
  [[nodiscard]] const JobRun* find(engine::ContractId contract) const;

  // When what happens at a hub at `at` is told, and when what is asked of it then is heard.
  [[nodiscard]] Second told(HubId hub, Second at) const;
  // When one that is away at `at` is there again; `at` if it is there.
  [[nodiscard]] Second back(Away who, HubId hub, Second at) const;
  // Whether the exchange may start something there: no silence has lasted for a lease.
  [[nodiscard]] bool takes(HubId hub, Second at) const;
  [[nodiscard]] bool is_phantom(engine::PoolId pool, std::uint32_t node) const;
  // How far a hub's clock is wrong, and whether a contract is delivered to it twice.
  [[nodiscard]] Second skew(HubId hub) const;
  [[nodiscard]] bool comes_twice(std::uint64_t luck) const;
  // What is drawn for a contract.
  [[nodiscard]] Second start_delay(std::uint64_t luck) const;
  [[nodiscard]] Second stuck(std::uint64_t luck) const;
  [[nodiscard]] Second phantom_fails(std::uint64_t luck) const;

 private:
  struct Taken {  // devices of a node, by a job
    std::uint32_t contract = 0;
    std::uint32_t devices = 0;
    Second until = engine::kSecondsMax;
  };
  [[nodiscard]] HubId hub_of(const Grant& grant) const {
    return places_.pools[grant.pool.value].hub;
  }
  [[nodiscard]] const std::vector<Silence>& silences(Away who, HubId hub) const;
  [[nodiscard]] Second node_free(const Grant& grant, std::uint32_t node, Second from);
  [[nodiscard]] Second begins(const Grant& grant, Second pulled);
  void plan_stretches(JobRun& run, Second begin) const;
  void cut_where_lost(JobRun& run) const;

  const engine::Places& places_;
  const HubTruth& truth_;
  std::vector<std::vector<Silence>> silences_;    // by hub and kind
  std::vector<std::vector<Requeue>> requeues_;    // by pool
  Second longest_gap_ = 0;                        // of requeues
  std::vector<std::vector<NodesChange>> losses_;  // by pool: nodes that are lost in a silence
  std::map<std::uint32_t, JobRun> runs_;          // by contract
  // By (pool, node). Empty where nothing can hang on.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Taken>> taken_;
  bool hangs_on_ = false;
};

}  // namespace tongsuan::world
