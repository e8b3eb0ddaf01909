// Agents of simulated hubs: they speak to the exchange as tongsuan-hub does (docs/hub-agent.md),
// with the faults of a script.
//
// Model. What hubs make of contracts is planned by world::Hubs. For each hub an agent holds a lease
// and renews it; for each contract it says that it was submitted and runs, meters its stretches
// every few minutes, ends it, or, where the exchange has ended it, meters what is left and settles.
// While a hub is silent nothing is said; what was not said is said afterwards, in order. After some
// silences another agent takes over, and the former one, when it comes back, is fenced. A contract
// may be delivered twice; a clock may be wrong: what is told stays within what was granted.
//
// Agents learn from the exchange's events alone: its epochs, what was extended, ended, presumed and
// settled. So nothing is lost when a request is refused or sent again; ids follow from what is
// said.
//
// Pure: seconds come with calls. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/world/hubs.h"

namespace tongsuan::connectors {

// Seconds between the meters of a contract.
inline constexpr Second kMeterEvery = 300;
// What holders of leases are called, before their number.
inline constexpr std::string_view kSimulatedHolder = "simulated-";

// What a request is known by, whoever sends it how often.
[[nodiscard]] exchange::CommandId id_of(std::string_view what, std::uint64_t number);

class SimulatedAgents {
 public:
  // Jobs of the script are not looked at. Nodes that changed before now are what they are.
  SimulatedAgents(const exchange::State& state, world::Script script);
  SimulatedAgents(const SimulatedAgents&) = delete;
  SimulatedAgents& operator=(const SimulatedAgents&) = delete;

  // A contract that runs, or of which something is presumed. Again: it is the one that it is.
  void deliver(const exchange::State& state, engine::ContractId contract, Second work,
               Second checkpoint);
  // Every event, in order, right after it is true; starts have been delivered before.
  void see(const exchange::State& state, const exchange::Event& event);
  [[nodiscard]] std::optional<Second> due() const;
  // What is said by `now`, at most `most` requests and what belongs to the last of them.
  void act(Second now, std::size_t most, std::vector<exchange::Request>& requests);

  // What its hub makes of a contract that is not settled yet; null: none.
  [[nodiscard]] const world::JobRun* run(engine::ContractId contract) const {
    return hubs_.find(contract);
  }
  [[nodiscard]] const world::Hubs& hubs() const { return hubs_; }

 private:
  using Requests = std::vector<exchange::Request>;
  struct Agent {
    exchange::ParticipantId supplier;
    std::string holder;
    std::uint32_t epoch = 0;   // 0: none, or it is not known yet
    std::uint32_t former = 0;  // of the agent that was taken over
    std::uint32_t number = 1;  // of those who act, one after the other
    Second next = 0;           // it renews its lease then
    Second back = -1;          // the former one comes back then
    bool fenced = false;       // by somebody else: it says nothing any more
  };
  enum class Step : std::uint8_t { kPulled, kSubmitted, kRunning, kEnded, kClosing };
  struct Work {
    HubId hub;
    Step step = Step::kPulled;
    Second next = 0;    // it says something then
    Second mark = 0;    // told up to here
    Second limit = 0;   // granted up to here
    Second ended = -1;  // by the exchange
    std::uint32_t done_before = 0;
    bool presumed = false;
  };
  struct Due {
    Second at = 0;
    std::uint32_t contract = 0;
    friend auto operator<=>(const Due&, const Due&) = default;
  };

  [[nodiscard]] HubId hub_of(engine::PoolId pool) const { return places_.pools[pool.value].hub; }
  [[nodiscard]] Agent& agent_of(HubId hub) { return agents_[hub.value]; }
  void take_in(const world::Grant& grant, const Work& work);
  void wake(std::uint32_t contract, Work& work, Second at);
  void ended(const engine::ContractEnded& ended, Second at);
  void leased(const exchange::HubLeased& leased);
  void keep_lease(HubId hub, Second now, Requests& requests);
  void change_nodes(const world::NodesChange& change, Second now, Requests& requests);
  void evict(const world::NodesChange& change, Second now, Requests& requests);
  void speak(std::uint32_t contract, Work& work, Second now, Requests& requests);
  void meter(std::uint32_t contract, Work& work, Second now, Requests& requests);
  void end(std::uint32_t contract, Work& work, engine::EndReason reason, Second now,
           std::string detail, Requests& requests);
  void report(std::uint32_t contract, const Work& work, exchange::Phase phase, Requests& requests);
  void find_missing(const world::Grant& grant, Second now);
  void ask(HubId hub, std::string_view what, std::uint64_t number, exchange::Command command,
           Requests& requests);

  const engine::Places places_;
  const world::Script script_;
  world::Hubs hubs_;
  std::vector<Agent> agents_;            // by HubId
  std::map<std::uint32_t, Work> works_;  // by contract
  std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
  std::multimap<Second, world::NodesChange> nodes_;            // that are told later
  std::set<std::pair<std::uint32_t, std::uint32_t>> missing_;  // (pool, node) that are told
};

}  // namespace tongsuan::connectors
