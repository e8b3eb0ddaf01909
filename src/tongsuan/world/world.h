// world, floor 4: the simulated outside as a discrete-event machine, seeded and pure.
//   script.h  what will happen, whoever schedules
//   faults.h  seeded failures of nodes and hubs
//   hub_faults.h  what real hubs do besides: silences, requeues, phantoms, late starts
//   hubs.h    what hubs make of contracts: when jobs really run, and when anybody hears of it
//
// Model. The world tells what happens next; whoever drives it turns that into a command of the
// engine and shows the world the events that follow, so that it knows what runs. Things of the same
// second happen in the order of `Kind`, then of their numbers: work ends before new work comes.
// Ends and lost nodes happen when they are *told*, which is later where a hub was silent.
#pragma once

#include <optional>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "tongsuan/engine/engine.h"
#include "tongsuan/world/hubs.h"
#include "tongsuan/world/script.h"

namespace tongsuan::world {

enum class Kind : std::uint8_t {
  kEnd,      // a contract has done its work: id is a ContractId
  kFail,     // a contract has not found its nodes: ContractId
  kOverrun,  // a contract has used up its estimate and goes on: ContractId
  kArrived,  // data have arrived: id is an index of `transfer`
  kNodes,    // id is an index of `nodes`
  kBack,     // a hub was silent, and takes contracts again: id is an index of Script::hubs.silences
  kAsk,      // of Script::asks
  kCancel,   // OrderId
  kOpen,     // OrderId: its owner wants it from now on
  kPatience,  // OrderId: its latest start has passed
  kSubmit,    // an index of Script::jobs
};

struct Happening {
  Second at = 0;
  Kind kind = Kind::kEnd;
  std::uint32_t id = 0;
  friend auto operator<=>(const Happening&, const Happening&) = default;
};

// What a contract has achieved when it stops.
struct Progress {
  std::uint32_t done_ppm = 0;  // of the whole order, for good
  Second kept = 0;             // seconds of this contract that count
};

// What hubs did with the contracts that have ended; device-seconds.
struct Tally {
  std::uint64_t contracts = 0;
  std::uint64_t requeues = 0;     // times that a cluster put a job back
  std::uint64_t dead_starts = 0;  // contracts whose nodes were not there
  std::int64_t granted = 0;
  std::int64_t delivered = 0;
  std::int64_t overrun = 0;  // devices that were taken beyond the end
};

class World {
 public:
  // `script` and `state` must outlive the world.
  World(const Script& script, const engine::State& state);

  // What happens next, no later than `until`; nothing if nothing does. Things that no longer apply
  // are left out.
  [[nodiscard]] std::optional<Happening> next(Second until);
  // No later than the next thing; nothing when all is over.
  [[nodiscard]] std::optional<Second> next_at() const;

  // Must see every event of the engine, in order.
  void see(const engine::Event& event);

  // What a running contract has achieved by `at`. A planned stop keeps all but the time that it
  // takes to start again; a failure keeps what was checkpointed; an end keeps everything.
  [[nodiscard]] Progress progress(engine::ContractId contract, Second at,
                                  engine::EndReason reason) const;
  // When a running contract will have ended by itself, and that is told.
  [[nodiscard]] Second true_end(engine::ContractId contract) const;
  // What its hub makes of a running contract.
  [[nodiscard]] const JobRun& run(engine::ContractId contract) const;
  // Whether the exchange may start something at the pool's hub: it is not silent for long.
  [[nodiscard]] bool takes(engine::PoolId pool, Second at) const;

  [[nodiscard]] const engine::TransferStarted& transfer(std::uint32_t index) const {
    return transfers_[index];
  }
  // Those of the script, then those that were found missing and offered again.
  [[nodiscard]] const NodesChange& nodes(std::uint32_t index) const {
    return index < script_.nodes.size() ? script_.nodes[index]
                                        : found_[index - script_.nodes.size()];
  }
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] const Script& script() const { return script_; }

 private:
  [[nodiscard]] Second startup_of(const engine::StartOrder& start);
  void begin(const engine::ContractStarted& started, Second at);
  void end(const engine::ContractEnded& ended, Second at);
  void find_missing(const Grant& grant, Second at);
  void note(const NodesChange& change);
  void await(OrderId id, const engine::LiveOrder& order, Second now);
  [[nodiscard]] bool applies(const Happening& happening) const;
  [[nodiscard]] Second true_work(const engine::Contract& contract) const;

  struct Later {
    bool operator()(const Happening& a, const Happening& b) const { return b < a; }
  };
  const Script& script_;
  const engine::State& state_;
  std::priority_queue<Happening, std::vector<Happening>, Later> queue_;
  std::size_t next_job_ = 0;  // jobs come from the script as they are due: the queue stays short
  std::vector<engine::TransferStarted> transfers_;
  Hubs hubs_;
  Tally tally_;
  std::vector<NodesChange> found_;                             // missing, and offered again
  std::set<std::pair<std::uint32_t, std::uint32_t>> missing_;  // (pool, node) that are told
  std::vector<std::uint32_t> done_before_;  // by ContractId: done_ppm when it started
  std::vector<std::uint32_t> starts_;       // by OrderId
  std::vector<std::uint32_t> last_hub_;     // by OrderId: where it last ran; kNone: nowhere
};

}  // namespace tongsuan::world
