// Contracts: rights granted as they start, paid as they are delivered, closed as they end.
#include <algorithm>

#include "tongsuan/engine/offer.h"
#include "tongsuan/exchange/internal/executor.h"

namespace tongsuan::exchange {

using engine::Contract;
using engine::ContractId;
using engine::OrderState;
using ledger::Account;
using ledger::Purpose;

ParticipantId Executor::supplier_of(engine::PoolId pool) const {
  return state_.hubs()[state_.engine().places().pools[pool.value].hub.value].supplier;
}

ParticipantId Executor::supplier_of(const Contract& contract) const {
  return supplier_of(contract.pool);
}

bool Executor::is_own(OrderId order, engine::PoolId pool) const {
  const ParticipantId buyer{state_.engine().order(order).order.account.value};
  return state_.beneficial_owner(buyer) == state_.beneficial_owner(supplier_of(pool));
}

std::optional<Code> Executor::own_contract(ContractId contract) const {
  if (!state_.engine().knows(contract)) return Code::kUnknown;
  return own_pool(state_.engine().contract(contract).pool);
}

std::optional<Code> Executor::own_pool(engine::PoolId pool) const {
  const std::vector<engine::Pool>& pools = state_.engine().places().pools;
  if (pool.value >= pools.size()) return Code::kUnknown;
  const bool own = state_.hubs()[pools[pool.value].hub.value].supplier == actor_;
  return own || actor_ == ledger::kHouse ? std::nullopt : std::optional(Code::kNotYours);
}

// ---- Money of a contract ---------------------------------------------------------------------

void Executor::grant(const Granting& granting) {
  const auto& [id, from, until, cost] = granting;
  const Contract& contract = state_.engine().contract(id);
  ContractGranted event{id, {}, 0, cost, from, until};
  if (cost > Money()) {
    event.grant = state_.money().last_contract() + 1;
    const ledger::DeviceSeconds rectangle(std::int64_t{contract.devices()} * (until - from));
    const ledger::Leg leg = ledger::Grant{state_.money_of(contract.order).hold, cost, rectangle};
    pay({&leg, 1}, {.contract = event.grant});
    event.right = money_answer_.right();
  }
  emit(event);
}

// What is due when the contract has been delivered up to `until`: the legs that deliver and pay it.
Money Executor::add_delivery(ContractId id, Second until, std::vector<ledger::Leg>& legs) {
  shares_.clear();
  const Contract& contract = state_.engine().contract(id);
  const ContractMoney& money = state_.money_of(id);
  const ledger::RightRow* right = state_.money().rights().find(money.right);
  if (right == nullptr || until <= money.metered) return Money();
  const ledger::DeviceSeconds part(std::int64_t{contract.devices()} * (until - money.metered));
  const Money owed = ledger::due(right->cost, right->delivered + part, right->rectangle);
  const Money now = owed - right->paid;
  legs.push_back(ledger::Deliver{money.right, part});
  const Payer payer{{false, id.value},  contract.pool, contract.price,
                    contract.devices(), money.metered, until};
  add_posts(payer, state_.money_of(contract.order).hold, now, legs);
  return now;
}

ledger::Reason Executor::reason_of(ContractId id) const {
  const ContractMoney& money = state_.money_of(id);
  return {.contract = money.grant,
          .segment = static_cast<std::uint64_t>(at_) + 1,
          .round = state_.engine().round()};
}

void Executor::meter(ContractId id, Second until) {
  std::vector<ledger::Leg> legs;
  const Money paid = add_delivery(id, until, legs);
  if (!legs.empty()) pay(legs, reason_of(id));
  emit_earned();
  emit(ContractMetered{id, until, paid});
}

// A part of the price of what a supplier failed to deliver, out of its margin as far as that goes.
Money Executor::penalty_of(ParticipantId supplier, Money undelivered) const {
  const auto share = static_cast<int128>(undelivered.raw()) * state_.rules().penalty_ppm;
  const Money margin = state_.money().balance(Account{supplier, Purpose::kMargin});
  return std::clamp(Money(divide(share, engine::kPpm, Rounding::kDown)), Money(),
                    std::max(Money(), margin));
}

// Pays what was delivered, and ends the right. Nobody owes for seconds that were missed; beyond a
// grace they cost the supplier a penalty, as does all that is left when it failed.
std::vector<Executor::Share> Executor::settle(ContractId id, const Settling& how) {
  const Contract& contract = state_.engine().contract(id);
  const ContractMoney money = state_.money_of(id);
  const Delivery* told = state_.deliveries().find(id);
  const Second missed = told == nullptr ? 0 : told->missed_now;
  const ledger::RightRow* right = state_.money().rights().find(money.right);
  const ParticipantId supplier = supplier_of(contract);
  std::vector<ledger::Leg> legs;
  const Money paid = add_delivery(id, how.until, legs);
  Money penalty;
  std::vector<Share> shares = shares_;
  if (right != nullptr) {
    const Money lost = right->cost - right->paid - paid;
    const auto price_of = [&](Second seconds) {
      return std::min(lost,
                      Money(engine::device_cost(contract.price, contract.devices(), seconds)));
    };
    const Second late = std::max<Second>(0, missed - kMissedGrace);
    penalty = penalty_of(supplier, how.failed ? lost : price_of(late));
    const ParticipantId buyer{state_.engine().order(contract.order).order.account.value};
    if (penalty > Money()) {
      legs.push_back(ledger::Move{Account{supplier, Purpose::kMargin},
                                  Account{buyer, Purpose::kCash}, penalty});
    }
    legs.push_back(ledger::Close{money.right});
    break_settlement(id, legs);
    if (how.tail != nullptr) {
      fund(*how.tail, lost - price_of(missed), state_.money_of(contract.order).hold, legs);
    }
    pay(legs, reason_of(id));
    if (how.tail != nullptr && how.tail->cost > Money()) how.tail->hold = money_answer_.hold();
  }
  emit_earned();
  if (how.until > money.metered) emit(ContractMetered{id, how.until, paid});
  emit(ContractSettled{id, penalty});
  return shares;
}

// What tests break: pays more than was delivered, as far as the hold goes.
void Executor::break_settlement(ContractId id, std::vector<ledger::Leg>& legs) const {
  const Contract& contract = state_.engine().contract(id);
  const Money left = state_.left_of(contract.order);
  const auto post = std::ranges::find_if(
      legs, [](const ledger::Leg& leg) { return std::holds_alternative<ledger::Post>(leg); });
  if (post == legs.end()) return;
  const ledger::Post paid = std::get<ledger::Post>(*post);
  if (switches_.settles_twice && left >= paid.amount + paid.amount) {
    legs.insert(std::prev(legs.end()), paid);
  }
  if (switches_.overcharges && left > paid.amount) {
    legs.push_back(ledger::Post{paid.hold, paid.to, Money(1)});
  }
}

// At its first start: a block that was kept earns its premium; otherwise the buyer has it back.
void Executor::pay_premium(const Contract& contract) {
  const Money premium(state_.engine().order(contract.order).order.premium);
  if (premium == Money()) return;
  const ledger::HoldId hold = state_.money_of(contract.order).hold;
  const bool kept = contract.promised >= 0 && contract.start == contract.promised &&
                    !is_own(contract.order, contract.pool);
  const ledger::Reason why{.contract = state_.money().last_contract() + 1,
                           .reference = state_.sequence()};
  ledger::Leg leg = ledger::Release{hold, premium};
  if (kept) leg = ledger::Post{hold, Account{supplier_of(contract), Purpose::kCash}, premium};
  pay({&leg, 1}, why);
}

// ---- Starts, extensions, ends ----------------------------------------------------------------

std::optional<Code> Executor::check_start(const engine::StartOrder& start) const {
  const engine::State& engine = state_.engine();
  if (!engine.knows(start.order) || start.pool.value >= engine.places().pools.size()) {
    return Code::kUnknown;
  }
  const engine::OrderRecord& record = engine.order(start.order);
  const engine::Pool& pool = engine.places().pools[start.pool.value];
  const HubRecord& hub = state_.hubs()[pool.hub.value];
  const ParticipantRecord& buyer = state_.participants()[record.order.account.value];
  if (state_.halted() || hub.halted || buyer.halted) return Code::kHalted;
  if (hub.supplier == ledger::kHouse) return Code::kNoSupplier;
  if (!hub.lease.takes_contracts(at_)) return Code::kHalted;
  const Closure* closure = closure_at(state_.closures(), at_);
  if (closure != nullptr && !closure->dispatch) return Code::kClosed;
  if (start.way >= record.order.ways.size() || record.state != OrderState::kWaiting ||
      start.price.raw() < 0 || start.price.raw() > kPriceMax) {
    return std::nullopt;  // the engine refuses it
  }
  if (is_own(start.order, start.pool)) return std::nullopt;
  const engine::Need need =
      engine::need_of(record.order.ways[start.way], record.order.whole_nodes, pool.node_devices);
  const Second end = engine::State::end_from(record, start.way, at_);
  const Money cost(
      engine::device_cost(start.price, need.devices(), std::max<Second>(0, end - at_)));
  const Money budget =
      state_.left_of(start.order) - Money(record.first_start < 0 ? record.order.premium : 0);
  return cost > budget ? std::optional(Code::kOverHold) : std::nullopt;
}

Code Executor::start(engine::StartOrder& command) {
  if (const auto refused = check_start(command)) return *refused;
  const bool first = state_.engine().order(command.order).first_start < 0;
  if (const auto refused = ask_engine(std::move(command))) return *refused;
  emit_engine();
  const ContractId id{state_.engine().contract_count() - 1};
  const Contract& contract = state_.engine().contract(id);
  if (first) pay_premium(contract);
  const bool own = is_own(contract.order, contract.pool);
  if (own) emit(ContractOwned{id});
  const Second until = contract.expected_end;
  grant({id, at_, until,
         own ? Money()
             : Money(engine::device_cost(contract.price, contract.devices(), until - at_))});
  take_resold(id);
  value_ = id.value;
  return Code::kDone;
}

// Paid for as long as the order has money; then it has to end.
Code Executor::extend(const engine::ExtendContract& command) {
  if (!state_.engine().knows(command.contract)) return Code::kUnknown;
  const Contract& contract = state_.engine().contract(command.contract);
  const ContractMoney money = state_.money_of(command.contract);
  Money cost;
  if (contract.end < 0 && command.until > at_ && command.until <= engine::kSecondsMax) {
    const Second from = delivered_until(command.contract);
    std::vector<ledger::Leg> legs;
    const Money now = add_delivery(command.contract, from, legs);
    if (!money.own) {
      cost = Money(engine::device_cost(contract.price, contract.devices(), command.until - from));
    }
    if (cost > state_.left_of(contract.order) - now) return Code::kOverHold;
  }
  if (const auto refused = ask_engine(command)) return *refused;
  const Second from = delivered_until(command.contract);
  static_cast<void>(settle(command.contract, {.until = from}));
  emit_engine();
  grant({command.contract, from, command.until, cost});
  value_ = command.contract.value;
  return Code::kDone;
}

// What the agent of its hub has not told of yet is presumed, unless the agent itself ends it.
void Executor::settle_end(const engine::ContractEnded& ended, Tail* tail) {
  const ContractId id = ended.contract;
  const bool agent = has_agent(state_.engine().contract(id).pool);
  if (agent && agent_ends_) miss_rest(id);
  const ContractMoney money = state_.money_of(id);
  const Second until = std::clamp(at_, money.metered, money.until);
  const std::vector<Share> paid =
      settle(id, {until, ended.reason == engine::EndReason::kFailed, tail});
  if (agent && !agent_ends_) presume(id, money.metered, paid);
}

// The contracts that end in what the engine decided are settled, then it happens, then what they
// have left is offered, and whoever is done has back what is left.
void Executor::emit_ends(Price ask) {
  std::vector<Tail> tails;
  std::vector<engine::PoolId> pools;
  const std::vector<engine::Event> events = engine_events_;
  for (const engine::Event& event : events) {
    if (const auto* nodes = std::get_if<engine::NodesChanged>(&event.what)) {
      pools.push_back(nodes->pool);
    }
    const auto* ended = std::get_if<engine::ContractEnded>(&event.what);
    if (ended == nullptr) continue;
    const Contract& contract = state_.engine().contract(ended->contract);
    pools.push_back(contract.pool);
    Tail tail = tail_of(ended->contract, contract.devices(), ask);
    const bool by_owner = ended->reason == engine::EndReason::kCompleted ||
                          ended->reason == engine::EndReason::kCancelled;
    if (!by_owner) tail.owed_ppm = 0;
    settle_end(*ended, &tail);
    tails.push_back(tail);
  }
  for (const engine::Event& event : events) emit(event);
  for (const Tail& tail : tails) {
    end_holder(tail.terms.contract, tail);
    const OrderState now = state_.engine().order(tail.terms.order).state;
    if (now == OrderState::kDone || now == OrderState::kCancelled) release(tail.terms.order);
  }
  for (const engine::PoolId pool : pools) recall(pool);
}

Price Executor::set_ask(OrderId order) const {
  const AccountId owner = state_.engine().order(order).order.account;
  return state_.participants()[owner.value].resell ? Price(0) : kAskNever;
}

// The owner is asked for once the engine knows that the contract runs: of one that ended long ago
// the order may be forgotten.
Code Executor::end(const engine::EndContract& command, std::optional<Price> ask) {
  if (const auto refused = ask_engine(command)) return *refused;
  if (!ask) ask = set_ask(state_.engine().contract(command.contract).order);
  emit_ends(*ask);
  if (value_ == 0) value_ = command.contract.value;
  return Code::kDone;
}

// ---- Commands --------------------------------------------------------------------------------

// Of what a supplier asks now and wants to ask.
bool Executor::outside_collar(Price now, Price then) const {
  const std::int64_t percent = state_.rules().collar_percent;
  const auto is_far = [&](Price low, Price high) {
    return static_cast<int128>(high.raw()) * 100 > static_cast<int128>(low.raw()) * percent;
  };
  return percent > 0 && now > Price() && (is_far(now, then) || is_far(then, now));
}

Code Executor::operator()(ChangeAsk& command) {
  if (const auto refused = own_pool(command.pool)) return *refused;
  if (outside_collar(state_.engine().pool(command.pool).ask, command.ask)) return Code::kCollar;
  if (const auto refused = ask_engine(engine::ChangeAsk{command.pool, command.ask}))
    return *refused;
  emit_engine();
  value_ = command.pool.value;
  return Code::kDone;
}

// Each step against what is asked now for its first device.
bool Executor::outside_collar(const ChangeSteps& command) const {
  const engine::PoolState& pool = state_.engine().pool(command.pool);
  std::uint64_t before = 0;
  for (const engine::AskStep& step : command.steps) {
    if (outside_collar(engine::ask_behind(pool, before, 1), step.price)) return true;
    before += step.devices;
  }
  return false;
}

Code Executor::operator()(ChangeSteps& command) {
  if (const auto refused = own_pool(command.pool)) return *refused;
  if (command.steps.size() > engine::kAskStepsMax) return Code::kLimit;
  if (outside_collar(command)) return Code::kCollar;
  if (const auto refused = ask_engine(engine::ChangeSteps{command.pool, std::move(command.steps)}))
    return *refused;
  emit_engine();
  value_ = command.pool.value;
  return Code::kDone;
}

Code Executor::operator()(ReportNodes& command) {
  if (const auto refused = own_pool(command.what.pool)) return *refused;
  if (const auto refused = fenced(command.what.pool, command.epoch)) return *refused;
  if (const auto refused = ask_engine(command.what)) return *refused;
  emit_ends(Price(0));
  return Code::kDone;
}

Code Executor::operator()(Dispatch& command) {
  if (actor_ != ledger::kHouse) return Code::kNotYours;
  if (auto* starting = std::get_if<engine::StartOrder>(&command.what)) return start(*starting);
  if (auto* ending = std::get_if<engine::EndContract>(&command.what))
    return end(*ending, std::nullopt);
  if (auto* going_on = std::get_if<engine::ExtendContract>(&command.what)) return extend(*going_on);
  if (auto* awarding = std::get_if<engine::AwardOrder>(&command.what)) return award(*awarding);
  if (auto* leaving = std::get_if<engine::ExpireOrder>(&command.what)) {
    const OrderId order = leaving->order;
    if (const auto refused = ask_engine(*leaving)) return *refused;
    emit_engine();
    release(order);
    return Code::kDone;
  }
  const bool plain = std::holds_alternative<engine::OpenOrder>(command.what) ||
                     std::holds_alternative<engine::BookBlock>(command.what) ||
                     std::holds_alternative<engine::ReleaseBlock>(command.what) ||
                     std::holds_alternative<engine::StartTransfer>(command.what) ||
                     std::holds_alternative<engine::EndTransfer>(command.what) ||
                     std::holds_alternative<engine::DropHistory>(command.what);
  if (!plain) return Code::kLimit;  // it comes as a command of its own
  if (const auto refused = ask_engine(std::move(command.what))) return *refused;
  emit_engine();
  return Code::kDone;
}

Code Executor::operator()(CloseGate& command) {
  if (state_.gate().round != 0 || command.round != state_.engine().round() + 1) return Code::kStale;
  if (closure_at(state_.closures(), at_) != nullptr) return Code::kClosed;
  emit(GateClosed{command.round, state_.engine().order_count()});
  value_ = command.round;
  return Code::kDone;
}

Code Executor::operator()(CloseRound& command) {
  if (state_.gate().round == 0 || command.what.round != state_.gate().round) return Code::kStale;
  if (command.reason.size() > kUrlMax) return Code::kLimit;
  const std::uint64_t round = command.what.round;
  if (const auto refused = ask_engine(std::move(command.what))) return *refused;
  emit_engine();
  emit(RoundPublished{round, command.outcome, command.book, command.certificate, command.welfare,
                      command.bound, std::move(command.reason)});
  value_ = round;
  return Code::kDone;
}

}  // namespace tongsuan::exchange
