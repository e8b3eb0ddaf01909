// What agents of hubs say: that they are there, how far contracts have come, what was delivered,
// and what was presumed of contracts that the exchange ended.
#include <algorithm>

#include "tongsuan/exchange/internal/executor.h"

namespace tongsuan::exchange {

using engine::Contract;
using engine::ContractId;
using ledger::Account;
using ledger::Purpose;

// ---- Whose word counts -------------------------------------------------------------------------

std::optional<Code> Executor::fenced(engine::PoolId pool, std::uint32_t epoch) const {
  const bool current = state_.lease_of(pool).epoch == epoch || switches_.no_fences;
  return current || actor_ == ledger::kHouse ? std::nullopt : std::optional(Code::kFenced);
}

std::optional<Code> Executor::own_delivery(ContractId contract, std::uint32_t epoch) const {
  const Delivery* row = state_.deliveries().presumed(contract);
  if (row == nullptr && !state_.engine().knows(contract)) return Code::kUnknown;
  const engine::PoolId pool =
      row != nullptr ? row->presumed.pool : state_.engine().contract(contract).pool;
  if (const auto refused = own_pool(pool)) return refused;
  if (const auto refused = fenced(pool, epoch)) return refused;
  const bool over = row == nullptr && state_.engine().contract(contract).end >= 0;
  return over ? std::optional(Code::kNotRunning) : std::nullopt;
}

Code Executor::operator()(LeaseHub& command) {
  if (command.hub.value >= state_.hubs().size()) return Code::kUnknown;
  const HubRecord& hub = state_.hubs()[command.hub.value];
  if (hub.supplier != actor_) return Code::kNotYours;
  if (command.holder.empty() || command.holder.size() > kNameMax ||
      command.detail.size() > kDetailMax || command.seconds < kLeaseMin ||
      command.seconds > kLeaseMax) {
    return Code::kLimit;
  }
  Lease lease = hub.lease;
  if (command.epoch == 0) {
    const bool held = lease.epoch > 0 && at_ < lease.until && lease.holder != command.holder;
    if (held && !command.take_over) return Code::kHeld;
    ++lease.epoch;
    lease.holder = std::move(command.holder);
  } else if (command.epoch != lease.epoch) {
    return Code::kFenced;
  }
  lease.until = at_ + command.seconds;
  lease.accepting = command.accepting;
  lease.detail = std::move(command.detail);
  value_ = lease.epoch;
  emit(HubLeased{command.hub, std::move(lease)});
  return Code::kDone;
}

// ---- While a contract runs ---------------------------------------------------------------------

Second Executor::delivered_until(ContractId id) const {
  const ContractMoney& money = state_.money_of(id);
  if (has_agent(state_.engine().contract(id).pool)) return money.metered;
  return std::clamp(at_, money.metered, money.until);
}

void Executor::miss_rest(ContractId id) {
  const ContractMoney& money = state_.money_of(id);
  const Second until = std::clamp(at_, money.metered, money.until);
  if (until > money.metered) emit(DeliveryMissed{id, until});
}

Code Executor::operator()(ReportContract& command) {
  if (command.detail.size() > kDetailMax) return Code::kLimit;
  if (const auto refused = own_delivery(command.contract, command.epoch)) return *refused;
  emit(ContractReported{command.contract, command.phase, std::move(command.detail)});
  value_ = command.contract.value;
  return Code::kDone;
}

Code Executor::operator()(MeterContract& command) {
  if (const auto refused = own_delivery(command.contract, command.epoch)) return *refused;
  value_ = command.contract.value;
  if (const Delivery* row = state_.deliveries().presumed(command.contract)) {
    const Second from = std::max(command.from, row->told);
    if (command.until <= from || command.until > row->presumed.until) return Code::kTime;
    emit(DeliveryTold{command.contract, from, command.until});
    return Code::kDone;
  }
  const ContractMoney& money = state_.money_of(command.contract);
  const Second from = std::max(command.from, money.metered);
  if (command.until <= from || command.until > std::min(at_, money.until)) return Code::kTime;
  if (from > money.metered) emit(DeliveryMissed{command.contract, from});
  meter(command.contract, command.until);
  leave_paid({false, command.contract.value});
  return Code::kDone;
}

Code Executor::operator()(EndContract& command) {
  if (command.detail.size() > kDetailMax) return Code::kLimit;
  if (const auto refused = own_contract(command.contract)) return *refused;
  const engine::PoolId pool = state_.engine().contract(command.contract).pool;
  if (const auto refused = fenced(pool, command.epoch)) return *refused;
  value_ = command.contract.value;
  const engine::EndContract ending{command.contract, command.reason, command.done_ppm};
  if (!command.detail.empty()) {
    if (const auto refused = ask_engine(ending)) return *refused;
    emit(ContractReported{command.contract, Phase::kEnding, std::move(command.detail)});
  }
  agent_ends_ = true;
  return end(ending, word_on(command.resell));
}

// ---- After the exchange has ended it -----------------------------------------------------------

// The supplier's part stays in a hold of its own: it was credited a moment ago, so it is there,
// unless a debt has eaten it.
void Executor::presume(ContractId id, Second from, Money amount) {
  const Contract& contract = state_.engine().contract(id);
  Presumed what{.pool = contract.pool,
                .buyer = {state_.engine().order(contract.order).order.account.value},
                .supplier = supplier_of(contract),
                .from = from,
                .until = state_.money_of(id).metered,
                .amount = Money(),
                .hold = {}};
  if (amount > Money()) {
    const ledger::Leg leg =
        ledger::Hold{Account{what.supplier, Purpose::kCash}, amount, engine::kSecondsMax};
    if (!ask_money({&leg, 1}, reason_of(id))) {
      emit_money();
      what.amount = amount;
      what.hold = money_answer_.hold();
    }
  }
  emit(DeliveryPresumed{id, what});
}

// What was missed goes back, and beyond the grace costs a penalty; the supplier has the rest.
// Whoever was given the hub meanwhile may be its own buyer: to itself nothing moves.
void Executor::settle_presumed(ContractId id, Second overrun) {
  const Delivery row = *state_.deliveries().find(id);
  const Presumed& what = row.presumed;
  const Second all = what.until - what.from;
  const Second missed = row.told_missed + what.until - row.told;
  const auto part = [&](Second seconds) {
    if (all == 0) return Money();
    const int128 product = static_cast<int128>(what.amount.raw()) * seconds;
    return Money(divide(product, all, Rounding::kDown));
  };
  const Money refund = switches_.keeps_missed ? Money() : part(missed);
  const Money penalty = penalty_of(what.supplier, part(std::max<Second>(0, missed - kMissedGrace)));
  const Account buyer{what.buyer, Purpose::kCash};
  std::vector<ledger::Leg> legs;
  if (what.amount > Money()) legs.push_back(ledger::Release{what.hold, what.amount});
  if (refund > Money() && what.buyer != what.supplier) {
    legs.push_back(ledger::Move{Account{what.supplier, Purpose::kCash}, buyer, refund});
  }
  if (penalty > Money()) {
    legs.push_back(ledger::Move{Account{what.supplier, Purpose::kMargin}, buyer, penalty});
  }
  if (!legs.empty()) pay(legs, {.reference = state_.sequence() + 1});
  emit(DeliverySettled{id, refund, penalty, missed, overrun});
}

Code Executor::operator()(SettleContract& command) {
  if (command.overrun < 0 || command.overrun > engine::kSecondsMax) return Code::kLimit;
  if (const auto refused = own_delivery(command.contract, command.epoch)) return *refused;
  if (state_.deliveries().presumed(command.contract) == nullptr) return Code::kStale;
  settle_presumed(command.contract, command.overrun);
  value_ = command.contract.value;
  return Code::kDone;
}

Code Executor::operator()(TurnDeliveries&) {
  constexpr int kTurnsAtOnce = 64;
  if (actor_ != ledger::kHouse) return Code::kNotYours;
  int turns = 0;
  for (auto due = state_.deliveries().due(); due && due->first <= at_ && turns < kTurnsAtOnce;
       due = state_.deliveries().due()) {
    ++turns;
    settle_presumed(due->second, 0);
  }
  return turns == 0 ? Code::kStale : Code::kDone;
}

}  // namespace tongsuan::exchange
