// A scenario as the outside of a running exchange: its buyers send orders when they come, its hubs
// run contracts as long as the work really takes, meter it, fail and come back.
//
// Model. A script (world/script.h) holds the truth. What the exchange does is learned from its
// events; what the outside does in answer comes out as requests, at seconds of the exchange. Every
// request has an id that follows from what it is about, so that one which is sent again after a
// crash happens once. Orders that the script does not know, of people who try the exchange, run for
// a share of their estimates that is drawn from their numbers. Hubs end contracts when their work
// is done, and know everything at once; where the script says so they have agents, and are not
// perfect (simulated_agents.h).
//
// Pure: no clock, no thread; seconds come with calls. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "tongsuan/connectors/simulated_agents.h"
#include "tongsuan/exchange/exchange.h"
#include "tongsuan/world/script.h"

namespace tongsuan::connectors {

class SimulatedWorld {
 public:
  // `buyers`: names of participants by AccountId of the script. What the script has before `first`
  // comes at `first`, as far as anybody would still want it.
  SimulatedWorld(world::Script script, std::vector<std::string> buyers, Second first);

  // First of all calls. Of an exchange that has a history: what runs goes on, what was sent is not
  // sent again. Orders of buyers that the exchange does not know are not sent.
  void resume(const exchange::State& state);
  // Every event since, in order, right after it is true.
  void see(const exchange::State& state, const exchange::Event& event);
  // The second of what comes next; nothing: nobody will do anything any more.
  [[nodiscard]] std::optional<Second> due() const;
  // What is asked by `now`, at most `most` requests of it.
  void act(Second now, std::size_t most, std::vector<exchange::Request>& requests);
  // Null where hubs have none, and before `resume`.
  [[nodiscard]] const SimulatedAgents* agents() const { return agents_.get(); }

 private:
  struct End {
    Second at = 0;
    std::uint32_t contract = 0;
    std::uint32_t supplier = 0;
    bool operator<(const End& other) const {
      return at != other.at ? at > other.at : contract > other.contract;
    }
  };
  void add_contract(const exchange::State& state, engine::ContractId contract);
  [[nodiscard]] Second work_of(const exchange::State& state, engine::ContractId contract) const;
  [[nodiscard]] std::uint32_t actual_ppm(const exchange::State& state, OrderId order) const;
  [[nodiscard]] Second comes_at(std::size_t job) const;
  void send_job(std::vector<exchange::Request>& requests);
  void send_nodes(std::vector<exchange::Request>& requests);
  void send_end(std::vector<exchange::Request>& requests);

  world::Script script_;
  std::vector<std::string> names_;
  std::vector<exchange::ParticipantId> buyers_;  // kHouse: unknown
  Second first_;
  bool resumed_ = false;
  std::size_t next_job_ = 0;
  std::size_t next_nodes_ = 0;
  std::priority_queue<End> ends_;  // the earliest on top; none where hubs have agents
  std::unique_ptr<SimulatedAgents> agents_;
  Second now_ = 0;
};

}  // namespace tongsuan::connectors
