#include "tongsuan/world/world.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/check.h"

namespace tongsuan::world {

using engine::kPpm;

World::World(const Script& script, const engine::State& state) : script_(script), state_(state) {
  for (std::uint32_t i = 0; i < script_.nodes.size(); ++i) {
    queue_.push({script_.nodes[i].at, Kind::kNodes, i});
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
    if (!first || applies(*first)) return first;
  }
}

bool World::applies(const Happening& happening) const {
  switch (happening.kind) {
    case Kind::kEnd: {
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

Second World::true_end(engine::ContractId id) const {
  const engine::Contract& contract = state_.contract(id);
  const auto left = static_cast<int128>(true_work(contract)) * (kPpm - done_before_[id.value]);
  return contract.start + startup_[id.value] +
         std::max<Second>(1, static_cast<Second>(left / kPpm));
}

Progress World::progress(engine::ContractId id, Second at, engine::EndReason reason) const {
  const engine::Contract& contract = state_.contract(id);
  const Second ran = std::max<Second>(0, at - contract.start - startup_[id.value]);
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
    TONGSUAN_CHECK(started->contract.value == done_before_.size());
    done_before_.push_back(state_.order(started->what.order).done_ppm);
    startup_.push_back(startup_of(started->what));
    const Second end = true_end(started->contract);
    queue_.push({end, Kind::kEnd, started->contract.value});
    if (end > started->expected_end) {
      queue_.push({started->expected_end, Kind::kOverrun, started->contract.value});
    }
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

// The seconds at which an order that waits from now on opens, and leaves.
void World::await(OrderId id, const engine::LiveOrder& order, Second now) {
  queue_.push({order.latest_start, Kind::kPatience, id.value});
  if (order.not_before > now) queue_.push({order.not_before, Kind::kOpen, id.value});
}

}  // namespace tongsuan::world
