#include "tongsuan/node/forgetting.h"

#include <algorithm>

namespace tongsuan::node {

using engine::Contract;
using engine::ContractId;
using engine::OrderRecord;
using engine::OrderState;
using engine::State;

namespace {

bool has_ended(const OrderRecord& record) {
  return record.state != OrderState::kWaiting && record.state != OrderState::kRunning;
}

}  // namespace

void Forgetting::resume(const State& state) {
  ended_.clear();
  look_at_ = state.now();
  state.orders().each([&](std::uint32_t number, const OrderRecord& record) {
    if (!has_ended(record)) return;
    const bool told = record.state == OrderState::kDone && state.knows(ContractId{record.contract});
    ended_.push_back(
        {told ? state.contract(ContractId{record.contract}).end : state.now(), OrderId{number}});
  });
  std::ranges::stable_sort(ended_, {}, &Ended::at);
}

// The state is after all of the events: what they ended may be forgotten already.
void Forgetting::see(const State& state, const std::vector<engine::Event>& events) {
  for (const engine::Event& event : events) {
    if (const auto* gone = std::get_if<engine::OrderGone>(&event.what)) {
      if (state.knows(gone->order)) ended_.push_back({event.at, gone->order});
    } else if (const auto* end = std::get_if<engine::ContractEnded>(&event.what)) {
      const bool last = end->reason == engine::EndReason::kCompleted ||
                        end->reason == engine::EndReason::kCancelled;
      if (!last || !state.knows(end->contract)) continue;
      const OrderId order = state.contract(end->contract).order;
      if (state.knows(order)) ended_.push_back({event.at, order});
    } else if (std::holds_alternative<engine::HistoryDropped>(event.what)) {
      std::erase_if(ended_, [&](const Ended& ended) { return !state.knows(ended.order); });
    }
  }
}

std::optional<Second> Forgetting::due() const {
  const std::size_t enough = std::size_t{rules_.ended_min} + std::max(rules_.step, 1U);
  if (ended_.size() < enough) return std::nullopt;
  return is_crowded() ? std::min<Second>(look_at_, 0) : look_at_;
}

std::uint32_t Forgetting::orders_below(const State& state, Second now, OrderId needed) const {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(ended_.size());
  for (const Ended& ended : ended_) numbers.push_back(ended.order.value);
  // So that the `kept` highest stay.
  const auto leaving = [&](std::size_t kept) {
    if (kept >= numbers.size()) return std::uint32_t{0};
    if (kept == 0) return state.order_count();
    const auto first = numbers.end() - static_cast<std::ptrdiff_t>(kept);
    std::ranges::nth_element(numbers, first);
    return *first;
  };
  std::uint32_t below = std::min(leaving(rules_.ended_min), needed.value);
  for (auto young = ended_.rbegin(); young != ended_.rend() && young->at > now - rules_.age;
       ++young) {
    below = std::min(below, young->order.value);
  }
  return std::max(below, leaving(rules_.ended_max));
}

// A contract goes with its order: below the first ended one whose order stays.
std::uint32_t Forgetting::contracts_below(const State& state, std::uint32_t orders) const {
  std::uint32_t below = state.contract_count();
  state.contracts().each([&](std::uint32_t number, const Contract& contract) {
    if (contract.end < 0 || number >= below || !state.knows(contract.order)) return;
    const bool goes = contract.order.value < orders && has_ended(state.order(contract.order));
    if (!goes) below = number;
  });
  return below;
}

std::optional<engine::DropHistory> Forgetting::next(const State& state, Second now,
                                                    OrderId needed) {
  if (due().value_or(engine::kSecondsMax) > now) return std::nullopt;
  look_at_ = now + rules_.pause;
  std::erase_if(ended_, [&](const Ended& ended) { return !state.knows(ended.order); });
  if (ended_.size() <= rules_.ended_min) return std::nullopt;
  // Below what was dropped already, whatever has ended goes with the next command: not before it is
  // old enough, unless there are too many; all of it then, even if fewer than the least stay.
  const std::uint32_t dropped = state.dropped().orders_below;
  const std::uint32_t below = orders_below(state, now, needed);
  if (below < dropped && ended_.size() <= rules_.ended_max) return std::nullopt;
  const std::uint32_t orders = std::max(below, dropped);
  const auto going =
      std::ranges::count_if(ended_, [&](const Ended& ended) { return ended.order.value < orders; });
  if (static_cast<std::uint32_t>(going) < std::max(rules_.step, 1U)) return std::nullopt;
  const std::uint32_t contracts =
      std::max(contracts_below(state, orders), state.dropped().contracts_below);
  return engine::DropHistory{orders, contracts};
}

}  // namespace tongsuan::node
