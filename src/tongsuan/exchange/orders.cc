// Orders: what may come in, and what is held for them.
#include <algorithm>

#include "tongsuan/engine/offer.h"
#include "tongsuan/exchange/internal/executor.h"

namespace tongsuan::exchange {

using engine::LiveOrder;
using engine::OrderState;

namespace {

// The most that an order may cost. Both parts are within kMoneyMax, so the sum is far from a wrap.
[[nodiscard]] Money greatest_cost(const LiveOrder& order) {
  return Money(order.value) + Money(order.premium);
}

[[nodiscard]] bool in_limits(const LiveOrder& order) {
  return order.value >= 0 && order.value <= kMoneyMax / 2 && order.premium >= 0 &&
         order.premium <= kMoneyMax / 2;
}

}  // namespace

std::optional<Code> Executor::own_order(OrderId order) const {
  if (!state_.engine().knows(order)) return Code::kUnknown;
  const bool own = state_.engine().order(order).order.account.value == actor_.value;
  return own || actor_ == ledger::kHouse ? std::nullopt : std::optional(Code::kNotYours);
}

// The highest price of the pools of a class at these hubs, rising; at any where none is named.
std::int64_t Executor::dearest(ClassId accelerator, std::span<const HubId> hubs) const {
  const std::vector<engine::Pool>& pools = state_.engine().places().pools;
  const std::vector<std::int64_t>& posted = state_.engine().posted();
  std::int64_t highest = 0;
  for (std::uint32_t i = 0; i < pools.size(); ++i) {
    if (pools[i].accelerator != accelerator) continue;
    if (!hubs.empty() && !std::ranges::binary_search(hubs, pools[i].hub)) continue;
    highest = std::max(highest, engine::last_ask(state_.engine().pool(engine::PoolId{i})).raw());
    if (i < posted.size()) highest = std::max(highest, posted[i]);
  }
  return highest;
}

// The highest price of the pools that it may use, against what it offers for a device-hour: a limit
// that is far beyond is a slip of the finger.
bool Executor::outside_collar(const LiveOrder& order) const {
  if (state_.rules().collar_percent == 0 || order.ways.empty()) return false;
  if (order.package) return package_outside_collar(order);
  const engine::Way& way = order.ways.front();
  if (way.gang < 1 || way.estimate < 1) return false;  // refused for that
  const std::int64_t highest = dearest(way.accelerator, {order.hubs.begin(), order.hubs.size()});
  if (highest == 0) return false;
  const int128 device_seconds = static_cast<int128>(way.gang) * way.estimate;
  return static_cast<int128>(order.value) * engine::kHour * 100 >
         static_cast<int128>(highest) * state_.rules().collar_percent * device_seconds;
}

// Whether some hub that it names has one of its classes at all.
bool Executor::is_eligible(const LiveOrder& order) const {
  if (order.package) return is_package_eligible(*order.package);
  const engine::Places& places = state_.engine().places();
  return std::ranges::any_of(places.pools, [&](const engine::Pool& pool) {
    const bool named = order.hubs.empty() || std::ranges::binary_search(order.hubs, pool.hub);
    return named && std::ranges::find(order.ways, pool.accelerator, &engine::Way::accelerator) !=
                        order.ways.end();
  });
}

std::optional<Code> Executor::check_submission(const LiveOrder& order) const {
  const ParticipantRecord& participant = state_.participants()[actor_.value];
  if (state_.halted() || participant.halted) return Code::kHalted;
  if (!in_limits(order)) return Code::kLimit;
  if (outside_collar(order)) return Code::kCollar;
  return std::nullopt;
}

Code Executor::operator()(SubmitOrder& command) {
  const ParticipantRecord& participant = state_.participants()[actor_.value];
  command.order.account = AccountId{actor_.value};
  command.order.submit = at_;
  if (command.name.size() > kNameMax) return Code::kLimit;
  if (participant.live_orders >= state_.rules().orders_of_one ||
      state_.live_orders() >= state_.rules().live_orders) {
    return Code::kTooMany;
  }
  if (const auto refused = check_submission(command.order)) return *refused;
  const OrderId id{state_.engine().order_count()};
  const Money amount = greatest_cost(command.order);
  ledger::HoldId hold;
  if (amount > Money()) {
    const ledger::Leg leg =
        ledger::Hold{{actor_, ledger::Purpose::kCash}, amount, engine::kSecondsMax};
    if (const auto refused = ask_money({&leg, 1}, {.reference = state_.sequence() + 1})) {
      return *refused;
    }
    hold = money_answer_.hold();
  }
  if (const auto refused = ask_engine(engine::SubmitOrder{std::move(command.order)})) {
    // A refused order comes back in the event that says so.
    const auto* back = engine_events_.empty()
                           ? nullptr
                           : std::get_if<engine::OrderRefused>(&engine_events_.back().what);
    const bool nowhere = *refused == Code::kTooLarge && back != nullptr && !is_eligible(back->what);
    return nowhere ? Code::kNotEligible : *refused;
  }
  if (amount > Money()) emit_money();
  emit_engine();
  emit(OrderHeld{id, hold});
  if (!command.name.empty()) emit(OrderNamed{id, std::move(command.name)});
  if (command.work != Digest{}) emit(WorkAttached{id, command.work});
  value_ = id.value;
  return Code::kDone;
}

// In the last minutes before a gate nobody takes back what others may count on.
bool Executor::improves(const LiveOrder& now, const LiveOrder& then) const {
  const bool worth = then.value >= now.value && then.premium >= now.premium &&
                     then.delay_cost <= now.delay_cost && then.grace >= now.grace;
  const bool window = then.not_before <= now.not_before && then.latest_start >= now.latest_start;
  const bool hubs =
      then.hubs.empty() || (!now.hubs.empty() && std::ranges::includes(then.hubs, now.hubs));
  const bool ways = std::ranges::all_of(now.ways, [&](const engine::Way& way) {
    return std::ranges::find(then.ways, way) != then.ways.end();
  });
  return worth && window && hubs && ways && then.data == now.data && then.home == now.home &&
         (!then.whole_nodes || now.whole_nodes);
}

Code Executor::operator()(NameOrder& command) {
  if (const auto refused = own_order(command.order)) return *refused;
  if (command.name.size() > kNameMax) return Code::kLimit;
  emit(OrderNamed{command.order, std::move(command.name)});
  value_ = static_cast<std::uint64_t>(state_.left_of(command.order).raw());
  return Code::kDone;
}

Code Executor::operator()(AmendOrder& command) {
  if (const auto refused = own_order(command.order)) return *refused;
  const engine::OrderRecord& record = state_.engine().order(command.order);
  if (record.state != OrderState::kWaiting) return Code::kNotWaiting;
  if (record.first_start >= 0) return Code::kHasStarted;
  if (record.order.package || command.what.package) return Code::kFixed;
  if (command.name && command.name->size() > kNameMax) return Code::kLimit;
  command.what.account = record.order.account;
  command.what.submit = record.order.submit;
  if (state_.locked(at_) && !improves(record.order, command.what)) return Code::kLocked;
  if (const auto refused = check_submission(command.what)) return *refused;
  const Money amount = greatest_cost(command.what);
  const Money before = state_.left_of(command.order);
  std::vector<ledger::Leg> legs;
  if (amount != before) {
    if (before > Money()) legs.push_back(ledger::Void{state_.money_of(command.order).hold});
    if (amount > Money()) {
      const ledger::Account cash{ParticipantId{record.order.account.value}, ledger::Purpose::kCash};
      legs.push_back(ledger::Hold{cash, amount, engine::kSecondsMax});
    }
    if (const auto refused = ask_money(legs, {.reference = state_.sequence() + 1})) return *refused;
  }
  if (const auto refused = ask_engine(engine::AmendOrder{command.order, std::move(command.what)})) {
    return *refused;
  }
  if (amount != before) {
    const ledger::HoldId hold = amount > Money() ? money_answer_.hold() : ledger::HoldId();
    emit_money();
    emit(OrderHeld{command.order, hold});
  }
  emit_engine();
  if (command.name) emit(OrderNamed{command.order, std::move(*command.name)});
  value_ = static_cast<std::uint64_t>(amount.raw());
  return Code::kDone;
}

// A running order ends with its contract: what was delivered is paid.
Code Executor::operator()(CancelOrder& command) {
  if (const auto refused = own_order(command.order)) return *refused;
  const engine::OrderRecord& record = state_.engine().order(command.order);
  value_ = command.order.value;
  if (record.state == OrderState::kRunning) {
    return end(
        {engine::ContractId{record.contract}, engine::EndReason::kCancelled, record.done_ppm},
        word_on(command.resell));
  }
  if (record.state != OrderState::kWaiting) return Code::kNotWaiting;
  if (state_.locked(at_) && actor_ != ledger::kHouse) return Code::kLocked;
  if (const auto refused = ask_engine(engine::CancelOrder{command.order})) return *refused;
  emit_engine();
  release(command.order);
  return Code::kDone;
}

void Executor::release(OrderId order) {
  const Money left = state_.left_of(order);
  if (left == Money()) return;
  const ledger::Leg leg = ledger::Release{state_.money_of(order).hold, left};
  pay({&leg, 1}, {.reference = state_.sequence()});
}

}  // namespace tongsuan::exchange
