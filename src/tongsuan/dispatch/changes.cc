#include "tongsuan/dispatch/changes.h"

#include <algorithm>

namespace tongsuan::dispatch {
namespace {

// Whoever came or waits for its second among these events is told of once, as it is now.
void forget(Changes& changes, OrderId order) {
  std::erase(changes.came, order);
  std::erase(changes.later, order);
}

// Of a contract that is forgotten already nobody knows where it ran: it may have been anywhere.
void read_end(const engine::State& state, engine::ContractId id, Changes& changes) {
  if (!state.knows(id)) {
    for (std::uint32_t i = 0; i < state.places().pools.size(); ++i) {
      changes.opened.push_back(engine::PoolId{i});
    }
    return;
  }
  const engine::Contract& contract = state.contract(id);
  changes.opened.push_back(contract.pool);
  if (state.knows(contract.order) &&
      state.order(contract.order).state == engine::OrderState::kWaiting) {
    changes.came.push_back(contract.order);
  }
}

}  // namespace

Changes read_changes(const engine::State& state, const std::vector<engine::Event>& events) {
  Changes changes;
  for (const engine::Event& event : events) {
    if (const auto* accepted = std::get_if<engine::OrderAccepted>(&event.what)) {
      const bool later = accepted->what.not_before > event.at;
      if (engine::is_package(accepted->what)) {
        changes.packages.push_back(accepted->order);
        continue;
      }
      (later ? changes.later : changes.came).push_back(accepted->order);
    } else if (const auto* amended = std::get_if<engine::OrderAmended>(&event.what)) {
      forget(changes, amended->order);
      changes.left.push_back(amended->order);
      const bool later = amended->what.not_before > event.at;
      (later ? changes.later : changes.came).push_back(amended->order);
    } else if (const auto* awarded = std::get_if<engine::OrderAwarded>(&event.what)) {
      changes.left.push_back(awarded->what.order);  // its parts come with their seconds
    } else if (const auto* opened = std::get_if<engine::OrderOpened>(&event.what)) {
      changes.came.push_back(opened->order);
    } else if (const auto* gone = std::get_if<engine::OrderGone>(&event.what)) {
      changes.left.push_back(gone->order);
    } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
      read_end(state, ended->contract, changes);
    } else if (const auto* shrunk = std::get_if<engine::ContractShrunk>(&event.what)) {
      if (state.knows(shrunk->what.contract)) {
        changes.opened.push_back(state.contract(shrunk->what.contract).pool);
      }
    } else if (const auto* nodes = std::get_if<engine::NodesChanged>(&event.what)) {
      changes.opened.push_back(nodes->pool);
    } else if (const auto* data = std::get_if<engine::TransferEnded>(&event.what)) {
      changes.data_at.push_back(data->to);
    }
  }
  const auto forgotten = [&](OrderId order) { return !state.knows(order); };
  std::erase_if(changes.came, forgotten);
  std::erase_if(changes.later, forgotten);
  std::erase_if(changes.packages, forgotten);
  return changes;
}

}  // namespace tongsuan::dispatch
