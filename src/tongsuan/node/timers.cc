#include "tongsuan/node/timers.h"

#include <algorithm>

namespace tongsuan::node {

using engine::ContractId;
using engine::OrderState;
using engine::State;

void Timers::add_order(const State& state, OrderId id) {
  if (!state.knows(id)) return;  // it has ended since, and is forgotten
  const engine::OrderRecord& record = state.order(id);
  if (record.waiting_since < record.order.not_before) {
    queue_.push({record.order.not_before, Kind::kOpen, id.value, 0});
  }
  if (record.first_start < 0) {
    queue_.push({record.order.latest_start, Kind::kPatience, id.value, 0});
  }
  // What stopped within its leg, and found no other place, leaves when that is over.
  if (engine::is_part(record.order)) {
    queue_.push({engine::part_end(record.order), Kind::kPatience, id.value, 0});
  }
}

void Timers::resume(const State& state) {
  queue_ = {};
  for (std::uint32_t i = 0; i < state.order_count(); ++i) {
    if (!state.knows(OrderId{i})) continue;
    const engine::OrderRecord& record = state.order(OrderId{i});
    if (record.state == OrderState::kWaiting) add_order(state, OrderId{i});
    if (record.state != OrderState::kRunning) continue;
    if (engine::is_part(record.order)) add_order(state, OrderId{i});
    queue_.push({state.contract(ContractId{record.contract}).expected_end, Kind::kOverrun,
                 record.contract, 0});
  }
  for (std::uint32_t data = 0; data < state.places().data_sets.size(); ++data) {
    const std::vector<Second>& arriving = state.data(data).arriving_at;
    for (std::uint32_t hub = 0; hub < arriving.size(); ++hub) {
      if (arriving[hub] >= 0) queue_.push({arriving[hub], Kind::kArrived, data, hub});
    }
  }
}

void Timers::see(const State& state, const std::vector<engine::Event>& events) {
  for (const engine::Event& event : events) {
    if (const auto* accepted = std::get_if<engine::OrderAccepted>(&event.what)) {
      add_order(state, accepted->order);
    } else if (const auto* amended = std::get_if<engine::OrderAmended>(&event.what)) {
      add_order(state, amended->order);
    } else if (const auto* awarded = std::get_if<engine::OrderAwarded>(&event.what)) {
      for (std::uint32_t i = 0; i < awarded->what.parts.size(); ++i) {
        add_order(state, OrderId{awarded->first.value + i});
      }
    } else if (const auto* started = std::get_if<engine::ContractStarted>(&event.what)) {
      queue_.push({started->expected_end, Kind::kOverrun, started->contract.value, 0});
    } else if (const auto* extended = std::get_if<engine::ContractExtended>(&event.what)) {
      queue_.push({extended->until, Kind::kOverrun, extended->contract.value, 0});
    } else if (const auto* moving = std::get_if<engine::TransferStarted>(&event.what)) {
      const HubId to = state.places().links[moving->link.value].to;
      queue_.push({moving->ready, Kind::kArrived, moving->data, to.value});
    }
  }
}

std::optional<Second> Timers::due() const {
  return queue_.empty() ? std::nullopt : std::optional(queue_.top().at);
}

// The estimate has run out. Work goes on for a quarter of it at a time, at least a quarter of an
// hour, as long as its order has money and nobody was promised its devices; then it has to end, and
// what a checkpoint kept is done. A part had what it was awarded: its leg is over.
void Timers::overrun(dispatch::Desk& desk, ContractId id) {
  const State& state = desk.state();
  if (!state.knows(id)) return;
  const engine::Contract& contract = state.contract(id);
  if (contract.end >= 0 || contract.expected_end > desk.now()) return;
  const engine::OrderRecord& record = state.order(contract.order);
  if (engine::is_part(record.order)) {
    desk.execute(engine::EndContract{id, engine::EndReason::kCompleted, engine::kPpm});
    return;
  }
  const Second estimate = record.order.ways[contract.way].estimate;
  for (Second more = std::max<Second>(900, estimate / 4); more >= 60; more /= 2) {
    if (desk.execute(engine::ExtendContract{id, desk.now() + more})) return;
  }
  desk.execute(engine::EndContract{id, engine::EndReason::kCancelled, record.done_ppm});
}

// The engine refuses what no longer applies.
void Timers::fire(dispatch::Desk& desk, const Entry& entry) {
  switch (entry.kind) {
    case Kind::kArrived:
      desk.execute(engine::EndTransfer{entry.id, HubId{entry.hub}});
      break;
    case Kind::kOverrun:
      overrun(desk, ContractId{entry.id});
      break;
    case Kind::kOpen:
      desk.execute(engine::OpenOrder{OrderId{entry.id}});
      break;
    case Kind::kPatience:
      desk.execute(engine::ExpireOrder{OrderId{entry.id}});
      break;
  }
}

void Timers::run(dispatch::Desk& desk, std::size_t most) {
  for (std::size_t i = 0; i < most && !queue_.empty() && queue_.top().at <= desk.now(); ++i) {
    const Entry entry = queue_.top();
    queue_.pop();
    fire(desk, entry);
  }
}

}  // namespace tongsuan::node
