#include "tongsuan/world/world.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/check.h"

namespace tongsuan::world {

using engine::kPpm;

World::World(const Script& script, const engine::State& state)
    : script_(script), state_(state), hubs_(state.places(), script) {
  for (std::uint32_t i = 0; i < script_.nodes.size(); ++i) {
    const HubId hub = state_.places().pools[script_.nodes[i].pool.value].hub;
    queue_.push({hubs_.told(hub, script_.nodes[i].at), Kind::kNodes, i});
  }
  for (std::uint32_t i = 0; i < script_.hubs.silences.size(); ++i) {
    queue_.push({script_.hubs.silences[i].end, Kind::kBack, i});
  }
  for (std::uint32_t i = 0; i < script_.asks.size(); ++i) {
    queue_.push({script_.asks[i].at, Kind::kAsk, i});
  }
}

std::optional<Second> World::next_at() const {
  const bool jobs = next_job_ < script_.jobs.size();
  if (!jobs && queue_.empty()) return std::nullopt;
  if (!jobs) return queue_.top().at;
  const Second submit = script_.jobs[next_job_].order.submit;
  return queue_.empty() ? submit : std::min(submit, queue_.top().at);
}

std::optional<Happening> World::next(Second until) {
  for (;;) {
    const std::optional<Second> at = next_at();
    if (!at || *at > until) return std::nullopt;
    std::optional<Happening> first;
    if (next_job_ < script_.jobs.size()) {
      first = Happening{script_.jobs[next_job_].order.submit, Kind::kSubmit,
                        static_cast<std::uint32_t>(next_job_)};
    }
    if (!queue_.empty() && (!first || queue_.top() < *first)) {
      first = queue_.top();
      queue_.pop();
    } else if (first) {
      ++next_job_;
    }
    if (first && !applies(*first)) continue;
    if (first && first->kind == Kind::kNodes) note(nodes(first->id));
    return first;
  }
}

bool World::applies(const Happening& happening) const {
  switch (happening.kind) {
    case Kind::kEnd:
    case Kind::kFail: {
      const engine::ContractId id{happening.id};
      return state_.knows(id) && state_.contract(id).end < 0;
    }
    case Kind::kOverrun: {
      if (!state_.knows(engine::ContractId{happening.id})) return false;
      const engine::Contract& contract = state_.contract(engine::ContractId{happening.id});
      return contract.end < 0 && contract.expected_end <= happening.at;
    }
    case Kind::kPatience: {
      if (!state_.knows(OrderId{happening.id})) return false;
      const engine::OrderRecord& record = state_.order(OrderId{happening.id});
      // Its owner may have amended it: what was to happen to the former order does not.
      return record.state == engine::OrderState::kWaiting && record.first_start < 0 &&
             record.order.latest_start <= happening.at;
    }
    case Kind::kOpen: {
      if (!state_.knows(OrderId{happening.id})) return false;
      const engine::OrderRecord& record = state_.order(OrderId{happening.id});
      return record.state == engine::OrderState::kWaiting &&
             record.order.not_before <= happening.at &&
             record.waiting_since < record.order.not_before;
    }
    case Kind::kCancel: {
      if (!state_.knows(OrderId{happening.id})) return false;
      const engine::OrderState order = state_.order(OrderId{happening.id}).state;
      return order == engine::OrderState::kWaiting || order == engine::OrderState::kRunning;
    }
    case Kind::kArrived:
    case Kind::kNodes:
    case Kind::kBack:
    case Kind::kAsk:
    case Kind::kSubmit:
      return true;
  }
  return true;
}

Second World::true_work(const engine::Contract& contract) const {
  const engine::LiveOrder& order = state_.order(contract.order).order;  // as its owner amended it
  const auto work = static_cast<int128>(order.ways[contract.way].estimate) *
                    script_.jobs[contract.order.value].actual_ppm;
  return std::max<Second>(1, static_cast<Second>(work / kPpm));
}

const JobRun& World::run(engine::ContractId id) const {
  const JobRun* run = hubs_.find(id);
  TONGSUAN_CHECK(run != nullptr);
  return *run;
}

Second World::true_end(engine::ContractId id) const {
  const JobRun& found = run(id);
  return found.lost() ? engine::kSecondsMax : found.told;
}

bool World::takes(engine::PoolId pool, Second at) const {
  return hubs_.takes(state_.places().pools[pool.value].hub, at);
}

Progress World::progress(engine::ContractId id, Second at, engine::EndReason reason) const {
  const engine::Contract& contract = state_.contract(id);
  const Second ran = run(id).done_by(at);
  if (reason == engine::EndReason::kCompleted) return {kPpm, ran};
  const std::uint32_t before = done_before_[id.value];
  const Second work = true_work(contract);
  Second kept = 0;
  if (reason == engine::EndReason::kFailed) {
    // Checkpoints are counted from the start of the contract.
    const Second every = script_.jobs[contract.order.value].checkpoint;
    kept = every > 0 ? ran / every * every : 0;
  } else if (reason == engine::EndReason::kPreempted) {
    kept = std::max<Second>(0, ran - script_.restart);
  } else {
    kept = ran;  // its owner stops it: what ran was wanted
  }
  const auto gained = static_cast<std::uint32_t>(static_cast<int128>(kept) * kPpm / work);
  return {std::min(kPpm - 1, before + gained), kept};
}

// Work that comes from another hub waits for its checkpoint.
Second World::startup_of(const engine::StartOrder& start) {
  const std::uint32_t hub = state_.places().pools[start.pool.value].hub.value;
  if (start.order.value >= last_hub_.size()) last_hub_.resize(state_.order_count(), kNone);
  const std::uint32_t last = std::exchange(last_hub_[start.order.value], hub);
  return last == kNone || last == hub ? 0
                                      : std::max<Second>(0, script_.restart_far - script_.restart);
}

void World::see(const engine::Event& event) {
  if (const auto* started = std::get_if<engine::ContractStarted>(&event.what)) {
    begin(*started, event.at);
  } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
    end(*ended, event.at);
  } else if (const auto* extended = std::get_if<engine::ContractExtended>(&event.what)) {
    if (true_end(extended->contract) > extended->until) {
      queue_.push({extended->until, Kind::kOverrun, extended->contract.value});
    }
  } else if (const auto* moving = std::get_if<engine::TransferStarted>(&event.what)) {
    queue_.push({moving->ready, Kind::kArrived, static_cast<std::uint32_t>(transfers_.size())});
    transfers_.push_back(*moving);
  } else if (const auto* accepted = std::get_if<engine::OrderAccepted>(&event.what)) {
    await(accepted->order, accepted->what, event.at);
    const Second cancel = script_.jobs[accepted->order.value].cancel;
    if (cancel >= 0) queue_.push({cancel, Kind::kCancel, accepted->order.value});
  } else if (const auto* amended = std::get_if<engine::OrderAmended>(&event.what)) {
    await(amended->order, amended->what, event.at);
  }
}

void World::begin(const engine::ContractStarted& started, Second at) {
  TONGSUAN_CHECK(started.contract.value == done_before_.size());
  const engine::Contract& contract = state_.contract(started.contract);
  done_before_.push_back(state_.order(contract.order).done_ppm);
  if (contract.order.value >= starts_.size()) starts_.resize(state_.order_count());
  const std::uint32_t nth = ++starts_[contract.order.value];
  const auto left = static_cast<int128>(true_work(contract)) * (kPpm - done_before_.back());
  Grant grant;
  grant.contract = started.contract;
  // The same job has the same luck at its nth start, whoever schedules.
  grant.luck = (std::uint64_t{nth} << 32) + contract.order.value;
  grant.pool = contract.pool;
  grant.per_node = contract.per_node;
  grant.nodes = contract.nodes;
  grant.start = at;
  grant.idle = startup_of(started.what);
  grant.work = std::max<Second>(1, static_cast<Second>(left / kPpm));
  grant.checkpoint = script_.jobs[contract.order.value].checkpoint;
  const JobRun& run = hubs_.begin(grant);
  const Second end = true_end(started.contract);
  if (!run.lost())
    queue_.push({end, run.phantom ? Kind::kFail : Kind::kEnd, started.contract.value});
  if (end > started.expected_end) {
    queue_.push({started.expected_end, Kind::kOverrun, started.contract.value});
  }
}

void World::end(const engine::ContractEnded& ended, Second at) {
  const bool failed = ended.reason == engine::EndReason::kFailed;
  const JobRun& run = this->run(ended.contract);
  const bool dead = failed && run.phantom;
  if (dead && at >= run.told) find_missing(run.grant, at);
  const std::int64_t devices = state_.contract(ended.contract).devices();
  ++tally_.contracts;
  tally_.dead_starts += dead;
  tally_.granted += devices * (at - run.grant.start);
  tally_.delivered += devices * run.delivered_by(at);
  hubs_.end(ended.contract, at, failed);
  tally_.requeues += run.stretches.empty() ? 0 : run.stretches.size() - 1;
  tally_.overrun += devices * (run.free - at);
  hubs_.forget(ended.contract);
}

// Its hub tells that these nodes are not there, and some hours later offers them again.
void World::find_missing(const Grant& grant, Second at) {
  for (const std::uint32_t node : grant.nodes) {
    if (!hubs_.is_phantom(grant.pool, node) || missing_.contains({grant.pool.value, node}))
      continue;
    for (const bool up : {false, true}) {
      const Second when = up ? at + script_.hubs.habits.phantom_again : at;
      const auto index = static_cast<std::uint32_t>(script_.nodes.size() + found_.size());
      found_.push_back({when, grant.pool, node, node + 1, up});
      queue_.push({when, Kind::kNodes, index});
    }
    missing_.insert({grant.pool.value, node});
  }
}

// Phantoms alone are found missing.
void World::note(const NodesChange& change) {
  if (change.up) missing_.erase({change.pool.value, change.begin});
}

// The seconds at which an order that waits from now on opens, and leaves.
void World::await(OrderId id, const engine::LiveOrder& order, Second now) {
  queue_.push({order.latest_start, Kind::kPatience, id.value});
  if (order.not_before > now) queue_.push({order.not_before, Kind::kOpen, id.value});
}

}  // namespace tongsuan::world
