#include "tongsuan/node/index.h"

#include <algorithm>
#include <utility>

namespace tongsuan::node {

using engine::ContractId;
using exchange::ParticipantId;

namespace {

template <class T>
T& at(std::vector<T>& list, std::size_t position, const T& fill) {
  if (list.size() <= position) list.resize(position + 1, fill);
  return list[position];
}

// The next number, or a later one.
template <class Row>
void append_row(engine::RowStore<Row>& rows, std::uint32_t number, Row row) {
  if (rows.size() < number) rows.skip_to(number);
  rows.push_back(std::move(row));
}

// Takes out of a rising list what is not known any more.
template <class Id>
void forget_in(std::vector<Id>& list, const engine::State& state, Id below) {
  const auto end = std::ranges::lower_bound(list, below);
  const auto gone = std::remove_if(list.begin(), end, [&](Id id) { return !state.knows(id); });
  list.erase(gone, end);
}

const std::vector<OrderId> kNoOrders;
const std::vector<ContractId> kNoContracts;

}  // namespace

const std::vector<OrderId>& Index::orders_of(ParticipantId participant) const {
  return participant.value < orders_of_.size() ? orders_of_[participant.value] : kNoOrders;
}
std::uint32_t Index::previous_of(ContractId contract) const {
  if (!previous_.is_kept(contract.value)) return kNone;
  const std::uint32_t previous = previous_[contract.value];
  return previous != kNone && previous_.is_kept(previous) ? previous : kNone;
}
const std::vector<ContractId>& Index::contracts_of(ParticipantId participant) const {
  return participant.value < contracts_of_.size() ? contracts_of_[participant.value] : kNoContracts;
}
const std::vector<ContractId>& Index::contracts_at(HubId hub) const {
  return hub.value < contracts_at_.size() ? contracts_at_[hub.value] : kNoContracts;
}
std::uint64_t Index::sequence_of(OrderId order) const {
  return orders_.is_kept(order.value) ? orders_[order.value].came : 0;
}
std::uint64_t Index::changed(OrderId order) const {
  return orders_.is_kept(order.value) ? orders_[order.value].changed : 0;
}

std::vector<OrderId> Index::parts_of(OrderId package) const {
  const auto found = parts_.find(package.value);
  return found == parts_.end() ? std::vector<OrderId>() : found->second;
}

void Index::add_order(const exchange::State& state, OrderId order, std::uint64_t sequence) {
  const engine::LiveOrder& what = state.engine().order(order).order;
  const std::uint32_t owner = what.account.value;
  at(orders_of_, owner, {}).push_back(order);
  if (engine::is_part(what)) parts_[what.package->parent].push_back(order);
  append_row(orders_, order.value, {sequence, sequence, kNone});
}

void Index::add_contract(const exchange::State& state, ContractId id) {
  const engine::Contract& contract = state.engine().contract(id);
  const std::uint32_t owner = state.engine().order(contract.order).order.account.value;
  const HubId hub = state.engine().places().pools[contract.pool.value].hub;
  at(contracts_of_, owner, {}).push_back(id);
  at(contracts_at_, hub.value, {}).push_back(id);
  std::uint32_t& last = orders_[contract.order.value].last_contract;
  append_row(previous_, id.value, last);
  last = id.value;
}

void Index::note_change(OrderId order, std::uint64_t sequence) {
  orders_[order.value].changed = sequence;
}

void Index::rebuild(const exchange::State& state, std::uint64_t sequence) {
  *this = Index();
  for (std::uint32_t i = 0; i < state.engine().order_count(); ++i) {
    if (state.engine().knows(OrderId{i})) add_order(state, OrderId{i}, sequence);
  }
  for (std::uint32_t i = 0; i < state.engine().contract_count(); ++i) {
    const ContractId id{i};
    if (!state.engine().knows(id)) continue;
    if (state.engine().knows(state.engine().contract(id).order)) add_contract(state, id);
  }
}

void Index::forget(const engine::State& state) {
  const engine::HistoryDropped& dropped = state.dropped();
  const ContractId below{dropped.contracts_below};
  for (auto& list : orders_of_) forget_in(list, state, OrderId{dropped.orders_below});
  for (auto& list : contracts_of_) forget_in(list, state, below);
  for (auto& list : contracts_at_) forget_in(list, state, below);
  for (auto& [package, parts] : parts_) forget_in(parts, state, OrderId{dropped.orders_below});
  std::erase_if(parts_, [](const auto& of) { return of.second.empty(); });
  orders_.forget_rows_below(std::min(dropped.orders_below, orders_.size()),
                            [&](std::uint32_t id) { return !state.knows(OrderId{id}); });
  previous_.forget_rows_below(std::min(below.value, previous_.size()),
                              [&](std::uint32_t id) { return !state.knows(ContractId{id}); });
}

void Index::see_engine(const exchange::State& state, const engine::Event& event,
                       std::uint64_t sequence) {
  if (const auto* accepted = std::get_if<engine::OrderAccepted>(&event.what)) {
    add_order(state, accepted->order, sequence);
  } else if (const auto* amended = std::get_if<engine::OrderAmended>(&event.what)) {
    note_change(amended->order, sequence);
  } else if (const auto* gone = std::get_if<engine::OrderGone>(&event.what)) {
    note_change(gone->order, sequence);
  } else if (const auto* awarded = std::get_if<engine::OrderAwarded>(&event.what)) {
    note_change(awarded->what.order, sequence);
    for (std::uint32_t i = 0; i < awarded->what.parts.size(); ++i) {
      add_order(state, OrderId{awarded->first.value + i}, sequence);
    }
  } else if (const auto* started = std::get_if<engine::ContractStarted>(&event.what)) {
    add_contract(state, started->contract);
    note_change(started->what.order, sequence);
  } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
    note_change(state.engine().contract(ended->contract).order, sequence);
  } else if (std::holds_alternative<engine::HistoryDropped>(event.what)) {
    forget(state.engine());
  }
}

void Index::see(const exchange::State& state, const exchange::Event& event,
                std::uint64_t sequence) {
  if (const auto* happened = std::get_if<engine::Event>(&event)) {
    see_engine(state, *happened, sequence);
  } else if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
    // A name that comes with the order itself is no change.
    const auto* named = std::get_if<exchange::OrderNamed>(own);
    if (named != nullptr) note_change(named->order, sequence);
  }
}

}  // namespace tongsuan::node
