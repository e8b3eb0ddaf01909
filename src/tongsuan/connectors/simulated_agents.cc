#include "tongsuan/connectors/simulated_agents.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/sha256.h"

namespace tongsuan::connectors {

using engine::ContractId;
using engine::EndReason;
using exchange::Phase;
using world::Away;

namespace {

constexpr Second kTryAgain = 10;   // who may not speak yet
constexpr Second kSayAgain = 120;  // a last word that was not taken

world::Script without_jobs(world::Script script) {
  script.jobs.clear();
  return script;
}

}  // namespace

exchange::CommandId id_of(std::string_view what, std::uint64_t number) {
  const Digest digest = sha256(std::string(what) + ' ' + std::to_string(number));
  exchange::CommandId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

SimulatedAgents::SimulatedAgents(const exchange::State& state, world::Script script)
    : places_(state.engine().places()),
      script_(without_jobs(std::move(script))),
      hubs_(places_, script_),
      agents_(places_.hubs.size()) {
  const Second now = state.now();
  for (std::uint32_t hub = 0; hub < agents_.size(); ++hub) {
    Agent& agent = agents_[hub];
    const exchange::HubRecord& record = state.hubs()[hub];
    agent.supplier = record.supplier;
    agent.holder = std::string(kSimulatedHolder) + "1";
    agent.next = now;
    if (!record.lease.holder.starts_with(kSimulatedHolder)) continue;
    agent.holder = record.lease.holder;
    agent.epoch = record.lease.epoch;
  }
  for (const world::NodesChange& change : script_.nodes) {
    if (change.at >= now) nodes_.emplace(hubs_.told(hub_of(change.pool), change.at), change);
  }
  for (const world::Phantom& one : script_.hubs.phantoms) {
    for (std::uint32_t node = one.begin; node < one.end; ++node) {
      if (state.engine().pool(one.pool).nodes[node].up) continue;
      nodes_.emplace(now + script_.hubs.habits.phantom_again,
                     world::NodesChange{0, one.pool, node, node + 1, true});
    }
  }
}

// ---- What is learned ---------------------------------------------------------------------------

void SimulatedAgents::wake(std::uint32_t contract, Work& work, Second at) {
  work.next = at;
  queue_.push({at, contract});
}

void SimulatedAgents::deliver(const exchange::State& state, ContractId id, Second work,
                              Second checkpoint) {
  if (!state.engine().knows(id)) return;
  const engine::Contract& contract = state.engine().contract(id);
  world::Grant grant;
  grant.contract = id;
  grant.luck = id.value;
  grant.pool = contract.pool;
  grant.per_node = contract.per_node;
  grant.nodes = contract.nodes;
  grant.start = contract.start;
  grant.work = std::max<Second>(1, work);
  grant.checkpoint = checkpoint;
  Work made;
  made.hub = hub_of(contract.pool);
  made.mark = state.money_of(id).metered;
  made.limit = contract.expected_end;
  made.done_before = state.engine().order(contract.order).done_ppm;
  const exchange::Delivery* row = state.deliveries().presumed(id);
  if (row != nullptr) {
    made.presumed = true;
    made.mark = row->told;
    made.limit = row->presumed.until;
  }
  take_in(grant, made);
  if (row != nullptr) ended({.contract = id, .reason = EndReason::kCancelled}, contract.end);
}

// A list of contracts has come from the exchange: what it says again was heard before.
void SimulatedAgents::take_in(const world::Grant& grant, const Work& work) {
  const auto [at, fresh] = works_.try_emplace(grant.contract.value, work);
  if (fresh) wake(at->first, at->second, hubs_.begin(grant).pulled);
}

void SimulatedAgents::see(const exchange::State& /*state*/, const exchange::Event& event) {
  if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
    if (const auto* one = std::get_if<exchange::HubLeased>(own)) leased(*one);
    if (const auto* one = std::get_if<exchange::DeliveryPresumed>(own)) {
      const auto found = works_.find(one->contract.value);
      if (found == works_.end()) return;
      found->second.presumed = true;
      found->second.mark = one->what.from;
      found->second.limit = one->what.until;
    }
    if (const auto* one = std::get_if<exchange::DeliverySettled>(own)) {
      works_.erase(one->contract.value);
      hubs_.forget(one->contract);
    }
    return;
  }
  const auto* happened = std::get_if<engine::Event>(&event);
  if (happened == nullptr) return;
  if (const auto* over = std::get_if<engine::ContractEnded>(&happened->what)) {
    ended(*over, happened->at);
  } else if (const auto* extended = std::get_if<engine::ContractExtended>(&happened->what)) {
    const auto found = works_.find(extended->contract.value);
    if (found != works_.end()) found->second.limit = extended->until;
  }
}

// Its hub hears of it later; where nothing is presumed its agent has ended it itself.
void SimulatedAgents::ended(const engine::ContractEnded& over, Second at) {
  const auto found = works_.find(over.contract.value);
  if (found == works_.end()) return;
  Work& work = found->second;
  hubs_.end(over.contract, at, over.reason == EndReason::kFailed);
  if (!work.presumed) {
    works_.erase(found);
    hubs_.forget(over.contract);
    return;
  }
  work.ended = at;
  work.step = Step::kClosing;
  wake(over.contract.value, work, hubs_.told(work.hub, hubs_.find(over.contract)->free));
}

void SimulatedAgents::leased(const exchange::HubLeased& leased) {
  Agent& agent = agent_of(leased.hub);
  const bool ours = leased.lease.holder == agent.holder;
  agent.fenced = !ours && !leased.lease.holder.starts_with(kSimulatedHolder);
  if (ours) agent.epoch = leased.lease.epoch;
}

std::optional<Second> SimulatedAgents::due() const {
  std::optional<Second> first;
  const auto take = [&](Second at) { first = first ? std::min(*first, at) : at; };
  for (const Agent& agent : agents_) {
    if (!agent.fenced) take(agent.back >= 0 ? std::min(agent.next, agent.back) : agent.next);
  }
  if (!queue_.empty()) take(queue_.top().at);
  if (!nodes_.empty()) take(nodes_.begin()->first);
  return first;
}

// ---- What is said ------------------------------------------------------------------------------

void SimulatedAgents::ask(HubId hub, std::string_view what, std::uint64_t number,
                          exchange::Command command, Requests& requests) {
  requests.push_back({id_of(what, number), number, agent_of(hub).supplier, std::move(command)});
}

void SimulatedAgents::act(Second now, std::size_t most, Requests& requests) {
  for (std::uint32_t hub = 0; hub < agents_.size() && requests.size() < most; ++hub) {
    keep_lease(HubId{hub}, now, requests);
  }
  while (requests.size() < most && !nodes_.empty() && nodes_.begin()->first <= now) {
    const world::NodesChange change = nodes_.extract(nodes_.begin()).mapped();
    change_nodes(change, now, requests);
  }
  while (requests.size() < most && !queue_.empty() && queue_.top().at <= now) {
    const Due due = queue_.top();
    queue_.pop();
    const auto found = works_.find(due.contract);
    if (found != works_.end() && found->second.next == due.at) {
      speak(due.contract, found->second, now, requests);
    }
  }
}

// A lease lasts three renewals. Who was taken over says once more what is refused.
void SimulatedAgents::keep_lease(HubId hub, Second now, Requests& requests) {
  Agent& agent = agent_of(hub);
  if (agent.fenced) return;
  const Second lease = script_.hubs.habits.lease;
  const auto say = [&](std::uint32_t epoch, const std::string& holder) {
    exchange::LeaseHub command{hub, epoch, holder, lease, false, hubs_.takes(hub, now), ""};
    const std::string what = "lease " + std::to_string(epoch) + ' ' + std::to_string(now);
    ask(hub, what, hub.value, std::move(command), requests);
  };
  if (agent.back >= 0 && agent.back <= now) {
    agent.back = -1;
    say(agent.former, std::string(kSimulatedHolder) + std::to_string(agent.number - 1));
  }
  if (agent.next > now) return;
  const Second back = hubs_.back(Away::kAgent, hub, now);
  if (back > now) {
    // Whoever comes then: the same, or another one, who does not know the epoch.
    for (const world::Silence& one : script_.hubs.silences) {
      const bool other = one.who == Away::kAgent && one.hub == hub && one.end == back;
      if (!other || one.back <= one.end || agent.epoch == 0) continue;
      agent.back = one.back;
      agent.former = std::exchange(agent.epoch, 0);
      agent.holder = std::string(kSimulatedHolder) + std::to_string(++agent.number);
    }
    agent.next = back;
    return;
  }
  say(agent.epoch, agent.holder);
  agent.next = now + std::max<Second>(1, lease / 3);
}

void SimulatedAgents::change_nodes(const world::NodesChange& change, Second now,
                                   Requests& requests) {
  if (change.up) missing_.erase({change.pool.value, change.begin});
  if (change.own) evict(change, now, requests);
  const std::string what = "nodes of " + std::to_string(change.pool.value) + ' ' +
                           std::to_string(change.begin) + ' ' + std::to_string(change.up) + ' ' +
                           std::to_string(now);
  exchange::ReportNodes command{{change.pool, change.begin, change.end, change.up},
                                agent_of(hub_of(change.pool)).epoch};
  // In the exchange's name: whichever agent acts does not matter for what is there.
  requests.push_back({id_of(what, change.end), change.end, ledger::kHouse, command});
}

void SimulatedAgents::evict(const world::NodesChange& change, Second now, Requests& requests) {
  for (auto& [contract, work] : works_) {
    const world::JobRun& run = *hubs_.find(ContractId{contract});
    const bool here = run.grant.pool == change.pool &&
                      std::ranges::any_of(run.grant.nodes, [&](std::uint32_t node) {
                        return change.begin <= node && node < change.end;
                      });
    if (!here || work.ended >= 0) continue;
    meter(contract, work, now, requests);
    end(contract, work, EndReason::kPreempted, now, "its devices went to the hub's own work",
        requests);
  }
}

void SimulatedAgents::speak(std::uint32_t contract, Work& work, Second now, Requests& requests) {
  const Agent& agent = agent_of(work.hub);
  if (agent.fenced) return;
  const world::JobRun& run = *hubs_.find(ContractId{contract});
  const Second there = hubs_.told(work.hub, now);
  if (there > now || agent.epoch == 0)
    return wake(contract, work, std::max(there, now + kTryAgain));
  switch (work.step) {
    case Step::kPulled: {
      report(contract, work, Phase::kSubmitted, requests);
      work.step = Step::kSubmitted;
      const Second begin = run.stretches.empty() ? run.told : run.stretches.front().begin;
      if (run.lost() && run.stretches.empty()) return;
      return wake(contract, work, std::max(now, hubs_.told(work.hub, begin)));
    }
    case Step::kSubmitted:
      if (hubs_.comes_twice(run.grant.luck)) take_in(run.grant, Work{.hub = work.hub});
      if (run.phantom) break;
      report(contract, work, Phase::kRunning, requests);
      work.step = Step::kRunning;
      return wake(contract, work,
                  std::max(now + 1, hubs_.told(work.hub, run.stretches.front().begin + 1)));
    case Step::kRunning:
      meter(contract, work, now, requests);
      if (!run.lost() && now >= run.told) break;
      return wake(contract, work,
                  hubs_.told(work.hub, run.lost() ? now + kMeterEvery
                                                  : std::min(now + kMeterEvery, run.told)));
    case Step::kEnded:  // nobody has taken its last word
      work.step = run.phantom ? Step::kSubmitted : Step::kRunning;
      return wake(contract, work, now);
    case Step::kClosing:
      meter(contract, work, now, requests);
      ask(work.hub, "settle " + std::to_string(agent.epoch), contract,
          exchange::SettleContract{ContractId{contract}, std::max<Second>(0, run.free - work.ended),
                                   agent.epoch},
          requests);
      return wake(contract, work, now + kSayAgain);
  }
  if (run.phantom && now < run.told) return wake(contract, work, run.told);
  if (run.phantom) find_missing(run.grant, now);
  end(contract, work, run.phantom ? EndReason::kFailed : EndReason::kCompleted, now,
      run.phantom ? "a node is not there" : "exit code 0", requests);
}

// What is told by a clock that is wrong stays in order, and within what was granted.
void SimulatedAgents::meter(std::uint32_t contract, Work& work, Second now, Requests& requests) {
  const world::JobRun& run = *hubs_.find(ContractId{contract});
  const std::uint32_t epoch = agent_of(work.hub).epoch;
  const Second limit = std::min(now, work.limit);
  for (const auto& [from, until] : world::as_told(run, hubs_.skew(work.hub), work.mark, limit)) {
    const std::string what = "meter " + std::to_string(epoch) + ' ' + std::to_string(until);
    ask(work.hub, what, contract, exchange::MeterContract{ContractId{contract}, until, from, epoch},
        requests);
    work.mark = until;
  }
}

void SimulatedAgents::end(std::uint32_t contract, Work& work, EndReason reason, Second now,
                          std::string detail, Requests& requests) {
  const world::JobRun& run = *hubs_.find(ContractId{contract});
  const std::uint32_t epoch = agent_of(work.hub).epoch;
  std::uint32_t done = engine::kPpm;
  if (reason != EndReason::kCompleted) {
    const Second reached = run.done_by(now);
    const Second every = run.grant.checkpoint;
    const Second kept = every > 0 ? reached / every * every : 0;
    const auto left = static_cast<int128>(engine::kPpm - work.done_before) * kept / run.grant.work;
    done = std::min(engine::kPpm - 1, work.done_before + static_cast<std::uint32_t>(left));
  }
  work.step = Step::kEnded;
  ask(work.hub, "end " + std::to_string(epoch), contract,
      exchange::EndContract{ContractId{contract}, reason, done, true, epoch, std::move(detail)},
      requests);
  wake(contract, work, now + kSayAgain);
}

void SimulatedAgents::report(std::uint32_t contract, const Work& work, Phase phase,
                             Requests& requests) {
  const std::uint32_t epoch = agent_of(work.hub).epoch;
  ask(work.hub, std::string("phase ") + exchange::phase_name(phase) + ' ' + std::to_string(epoch),
      contract, exchange::ReportContract{ContractId{contract}, phase, "", epoch}, requests);
}

// What was not there is told, and some hours later offered again.
void SimulatedAgents::find_missing(const world::Grant& grant, Second now) {
  for (const std::uint32_t node : grant.nodes) {
    if (!hubs_.is_phantom(grant.pool, node) || missing_.contains({grant.pool.value, node}))
      continue;
    const Second again = now + script_.hubs.habits.phantom_again;
    missing_.insert({grant.pool.value, node});
    nodes_.emplace(now + 1, world::NodesChange{now, grant.pool, node, node + 1, false});
    nodes_.emplace(again, world::NodesChange{again, grant.pool, node, node + 1, true});
  }
}

}  // namespace tongsuan::connectors
