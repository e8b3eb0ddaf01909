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

// Whoever gave the devices up does not owe for what its taker missed.
void Executor::miss(ContractId id, Second until) {
  const Second from = state_.money_of(id).metered;
  emit(DeliveryMissed{id, until});
  if (!switches_.owes_for_gaps) spare({{}, {false, id.value}, from, until, 0});
}

void Executor::miss_rest(ContractId id) {
  const ContractMoney& money = state_.money_of(id);
  const Second until = std::clamp(at_, money.metered, money.until);
  if (until > money.metered) miss(id, until);
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
  if (from > money.metered) miss(command.contract, from);
  meter(command.contract, command.until);
  leave_paid({false, command.contract.value});
  // What a resale had taken that ends now is its seller's again, and the contract may go on with
  // it.
  recall(state_.engine().contract(command.contract).pool);
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

namespace {

// A share needs two legs of an entry at most; the supplier's part as many, and the penalty one.
constexpr std::size_t kSharesAtOnce = (ledger::kLegsMax - 3) / 2;

// Nothing more is told of what is presumed.
Second missed_of(const Delivery& row, const HeldShare& share) {
  const PresumedShare& what = share.what;
  return share.missed + overlap(what.from, what.until, row.told, row.presumed.until);
}

// What a payee has until the last word: in escrow, or of an earlier version in a hold.
struct Held {
  ParticipantId payee;
  ParticipantId payer;
  Money amount;
  Money back;  // of it, to the payer
  ledger::HoldId hold;
};

// To itself nobody pays anything back: of an escrow it takes out both parts all the same.
void add_last_word(const Held& held, std::vector<ledger::Leg>& legs) {
  const Account cash{held.payee, Purpose::kCash}, payer{held.payer, Purpose::kCash};
  if (held.hold.slot != kNone) {
    legs.push_back(ledger::Release{held.hold, held.amount});
    if (held.back > Money() && cash != payer) {
      legs.push_back(ledger::Move{cash, payer, held.back});
    }
    return;
  }
  const Account escrow{held.payee, Purpose::kEscrow};
  if (held.back > Money()) legs.push_back(ledger::Move{escrow, payer, held.back});
  const Money rest = held.amount - held.back;
  if (rest > Money()) legs.push_back(ledger::Move{escrow, cash, rest});
}

}  // namespace

// What anybody has of the last payment, and of what sellers owe for the same seconds, waits in an
// escrow of its own: it was credited a moment ago, so it is there.
void Executor::presume(ContractId id, Second from, std::span<const Share> paid) {
  const Contract& contract = state_.engine().contract(id);
  Presumed what{.pool = contract.pool,
                .buyer = {state_.engine().order(contract.order).order.account.value},
                .supplier = supplier_of(contract),
                .from = from,
                .until = state_.money_of(id).metered,
                .amount = Money(),
                .hold = {}};
  std::vector<PresumedShare> shares;
  for (const Share& share : paid) {
    if (share.resale.value == 0) {
      what.amount = what.amount + share.amount;
    } else {
      shares.push_back({0,
                        {},
                        id,
                        what.buyer,
                        share.resale,
                        contract_of(share.resale),
                        share.to,
                        share.by,
                        from,
                        share.until,
                        share.amount});
    }
  }
  if (what.until > from) owe_presumed({{}, {false, id.value}, from, what.until, 0}, shares);
  set_aside(id, what, shares);
}

// Several entries where there are very many shares.
void Executor::set_aside(ContractId id, const Presumed& what,
                         std::span<const PresumedShare> shares) {
  std::vector<ledger::Leg> legs;
  std::vector<ParticipantId> opened;
  const auto move = [&](ParticipantId payee, Money amount) {
    const Account escrow{payee, Purpose::kEscrow};
    const bool is_open = state_.money().participant(payee).has(Purpose::kEscrow) ||
                         std::ranges::find(opened, payee) != opened.end();
    if (!is_open) legs.push_back(ledger::Open{escrow, Money()});
    opened.push_back(payee);
    legs.push_back(ledger::Move{Account{payee, Purpose::kCash}, escrow, amount});
  };
  bool first = true;
  do {
    legs.clear();
    opened.clear();
    const auto now = shares.first(std::min(shares.size(), kSharesAtOnce));
    shares = shares.subspan(now.size());
    if (first && what.amount > Money()) move(what.supplier, what.amount);
    for (const PresumedShare& share : now) move(share.payee, share.amount);
    if (!legs.empty()) pay(legs, reason_of(id));
    if (first) emit(DeliveryPresumed{id, what});
    for (const PresumedShare& share : now) emit(DeliveryShared{id, share});
    first = false;
  } while (!shares.empty());
}

// Of each payment sellers give back their part of what was missed while they had the devices sold,
// rounded up, and the supplier what is left to the part of all that was missed, rounded down. Parts
// of sellers are parts of the whole, so the supplier has as much.
Executor::GoingBack Executor::going_back(const Delivery& row) const {
  const Presumed& what = row.presumed;
  GoingBack back;
  back.shares.resize(row.shares.size());
  if (switches_.keeps_missed) return back;
  for (std::size_t i = 0; i < row.shares.size(); ++i) {
    const PresumedShare& share = row.shares[i].what;
    if (share.earned.value == 0 || switches_.sellers_keep) continue;
    back.shares[i] = part_of(share.amount, missed_of(row, row.shares[i]), share.until - share.from,
                             Rounding::kUp);
  }
  const auto rest = [&](const PresumedShare& own, Second missed) {
    Money paid = own.amount, given;
    for (std::size_t i = 0; i < row.shares.size(); ++i) {
      const PresumedShare& share = row.shares[i].what;
      if (share.payment != own.payment || share.earned.value == 0) continue;
      paid = paid + share.amount;
      given = given + back.shares[i];
    }
    const Money all = part_of(paid, missed, own.until - own.from);
    return std::clamp(all - given, Money(), own.amount);
  };
  PresumedShare own;
  own.from = what.from;
  own.until = what.until;
  own.amount = what.amount;
  back.supplier = rest(own, row.told_missed + what.until - row.told);
  back.refund = back.supplier;
  for (std::size_t i = 0; i < row.shares.size(); ++i) {
    const PresumedShare& share = row.shares[i].what;
    if (share.earned.value == 0) back.shares[i] = rest(share, missed_of(row, row.shares[i]));
    if (share.payment == 0) back.refund = back.refund + back.shares[i];
  }
  return back;
}

// What was missed goes back to who had paid it, and beyond the grace costs a penalty; payees have
// the rest. Whoever was given the hub meanwhile may be its own buyer: to itself nothing moves.
void Executor::settle_presumed(ContractId id, Second overrun) {
  const Delivery row = *state_.deliveries().find(id);
  const Presumed& what = row.presumed;
  const Second missed = row.told_missed + what.until - row.told;
  const GoingBack back = going_back(row);
  const Second late = std::max<Second>(0, missed - kMissedGrace);
  const Money penalty =
      penalty_of(what.supplier, part_of(row.paid(), late, what.until - what.from));
  const ledger::Reason why{.reference = state_.sequence() + 1};
  std::vector<ledger::Leg> legs;
  if (what.amount > Money()) {
    add_last_word({what.supplier, what.buyer, what.amount, back.supplier, what.hold}, legs);
  }
  if (penalty > Money()) {
    legs.push_back(ledger::Move{Account{what.supplier, Purpose::kMargin},
                                Account{what.buyer, Purpose::kCash}, penalty});
  }
  std::size_t begin = 0;
  do {
    const std::size_t end = std::min(row.shares.size(), begin + kSharesAtOnce);
    for (std::size_t i = begin; i < end; ++i) {
      const PresumedShare& share = row.shares[i].what;
      add_last_word({share.payee, share.payer, share.amount, back.shares[i], {}}, legs);
    }
    if (!legs.empty()) pay(legs, why);
    for (std::size_t i = begin; i < end; ++i) emit_returned(row.shares[i].what, back.shares[i]);
    legs.clear();
    begin = end;
  } while (begin < row.shares.size());
  emit(DeliverySettled{id, back.refund, penalty, missed, overrun});
}

void Executor::emit_returned(const PresumedShare& share, Money amount) {
  if (share.owed.value != 0) emit(ResaleRefunded{share.owed, share.owed_of, share.payer, amount});
  if (share.earned.value != 0) {
    emit(ResaleReturned{share.earned, share.earned_of, share.payee, share.by, amount});
  }
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
