// What contracts have left when they end early, and what their holders give up: owed in part,
// offered, taken, and given back to the supplier where it needs the devices itself.
#include <algorithm>

#include "tongsuan/engine/offer.h"
#include "tongsuan/exchange/internal/executor.h"
#include "tongsuan/exchange/internal/resale_checks.h"

namespace tongsuan::exchange {

using engine::Contract;
using engine::ContractId;
using ledger::Account;
using ledger::Purpose;

namespace {

constexpr std::size_t kSharesMax = 16;  // receivers of one payment; the supplier has the rest
constexpr std::size_t kPartsMax = 64;   // resales that some seconds of a contract are of
constexpr std::size_t kTurnsAtOnce = 64;

// The least price at which it is no worse to sell than to owe: whoever sells owes all of it.
Price least_ask(Price price, std::uint32_t owed_ppm) {
  const int128 saved = static_cast<int128>(price.raw()) * (engine::kPpm - owed_ppm);
  return Price(static_cast<std::int64_t>(divide(saved, engine::kPpm, Rounding::kUp)));
}

}  // namespace

// ---- What is owed ------------------------------------------------------------------------------

Executor::Tail Executor::tail_of(ContractId id, std::uint32_t devices, Price ask) const {
  const Contract& contract = state_.engine().contract(id);
  const ContractMoney& money = state_.money_of(id);
  Tail tail;
  const auto planned = state_.resales().planned(id);  // it has a row already
  const bool room = (planned || !state_.resales().full()) && room_for_holds() > 0;
  tail.owed_ppm = room ? state_.rules().take_or_pay_ppm : 0;
  if (planned && ask != kAskNever) {
    ask = std::max(ask, state_.resales().find(*planned)->terms.ask);
  }
  tail.terms = {.contract = id,
                .order = contract.order,
                .seller = {state_.engine().order(contract.order).order.account.value},
                .pool = contract.pool,
                .devices = devices,
                .price = contract.price,
                .ask = std::max(ask, least_ask(contract.price, tail.owed_ppm)),
                .from = at_,
                .until = money.until};
  // Nobody owes for devices after the time that was granted, nor where money moves in circles.
  if (at_ >= money.until || switches_.settles_twice || switches_.overcharges) tail.owed_ppm = 0;
  return tail;
}

// Of `left`, the price of all that is left, the part that is owed moves into a hold of its own.
void Executor::fund(Tail& tail, Money left, ledger::HoldId from,
                    std::vector<ledger::Leg>& legs) const {
  tail.cost = part_of(left, tail.owed_ppm, engine::kPpm);
  if (tail.cost == Money()) return;
  legs.push_back(ledger::Release{from, tail.cost});
  legs.push_back(
      ledger::Hold{Account{tail.terms.seller, Purpose::kCash}, tail.cost, engine::kSecondsMax});
}

// ---- Who is paid -------------------------------------------------------------------------------

// Of a payment for devices that were taken, their seller has what they are worth in it, save what
// it has not paid its supplier yet: that goes where its own payments go. The rest is the
// supplier's.
void Executor::share_out(const Payer& payer, Money amount) {
  Money rest = amount;
  const int128 whole = static_cast<int128>(payer.devices) * (payer.until - payer.from);
  for (const ResaleId id : state_.resales().bought(payer.holder)) {
    if (shares_.size() >= kSharesMax) break;
    const ResaleRow& row = *state_.resales().find(id);
    const Second until = std::min(payer.until, row.terms.until);
    if (until <= payer.from) continue;
    const int128 taken = static_cast<int128>(state_.resales().bought(payer.holder, id));
    const Money gross = part_of(amount, taken * (until - payer.from), whole);
    const auto unpaid = static_cast<int128>(row.terms.price.raw()) * (engine::kPpm - row.owed_ppm);
    const int128 price = static_cast<int128>(payer.price.raw()) * engine::kPpm;
    const Money up = std::min(gross, part_of(gross, unpaid, price));
    rest = rest - gross;
    if (gross > up) shares_.push_back({id, payer.holder, row.terms.seller, gross - up, until});
    if (up > Money()) share_out(payer_of(id, payer.from, until), up);
  }
  if (rest > Money()) {
    shares_.push_back({{}, payer.holder, supplier_of(payer.pool), rest, payer.until});
  }
}

void Executor::add_posts(const Payer& payer, ledger::HoldId hold, Money amount,
                         std::vector<ledger::Leg>& legs) {
  shares_.clear();
  if (amount > Money()) share_out(payer, amount);
  // The supplier first: of several shares of one receiver one posting.
  std::vector<std::pair<ParticipantId, Money>> posts;
  for (const Share& share : shares_) {
    const auto at = std::ranges::find(posts, share.to, &std::pair<ParticipantId, Money>::first);
    if (at == posts.end()) {
      posts.emplace_back(share.to, share.amount);
    } else {
      at->second = at->second + share.amount;
    }
  }
  for (const auto& [to, sum] : posts) {
    legs.push_back(ledger::Post{hold, Account{to, Purpose::kCash}, sum});
  }
}

ContractId Executor::contract_of(ResaleId id) const {
  return state_.resales().find(id)->terms.contract;
}

void Executor::take(ResaleId id, Holder by, std::uint32_t devices) {
  emit(ResaleTaken{id, contract_of(id), by, devices});
}

void Executor::emit_earned() {
  for (const Share& share : shares_) {
    if (share.resale.value == 0) continue;
    emit(ResaleEarned{share.resale, contract_of(share.resale), share.to, share.by, share.amount});
  }
  shares_.clear();
}

// ---- From contract to resale -------------------------------------------------------------------

// What is owed becomes a right, and devices that the contract had taken go on with it.
void Executor::open(const Tail& tail) {
  const ResaleTerms& terms = tail.terms;
  const ResaleId id = state_.resales().planned(terms.contract).value_or(state_.resales().next());
  emit(ResaleOffered{id, terms});
  const std::uint64_t grant = state_.money().last_contract() + 1;
  const ledger::DeviceSeconds rectangle(std::int64_t{terms.devices} * (terms.until - terms.from));
  const ledger::Leg leg = ledger::Grant{tail.hold, tail.cost, rectangle};
  pay({&leg, 1}, {.contract = grant, .reference = id.value});
  emit(ResaleOpened{id, terms.contract, terms.devices, tail.hold, money_answer_.right(), grant,
                    tail.cost, tail.owed_ppm, terms.from});
  opened_ = id;
}

// Of what a holder has taken it keeps so many devices, from the lowest resale on.
void Executor::move_takes(Holder from, std::optional<Holder> to, std::uint32_t kept) {
  const std::vector<ResaleId> bought = state_.resales().bought(from);
  for (const ResaleId id : bought) {
    const std::uint32_t devices = state_.resales().bought(from, id);
    const std::uint32_t stay = std::min(devices, kept);
    kept -= stay;
    if (stay == devices) continue;
    if (state_.resales().over(id)) {
      leave(id, from);
      continue;
    }
    take(id, from, stay);
    if (to) take(id, *to, devices - stay);
  }
}

// A contract that has ended, or has fewer devices now.
void Executor::end_holder(ContractId contract, const Tail& tail) {
  const Holder holder{false, contract.value};
  const std::uint32_t kept = internal::devices_of(state_, holder);
  if (tail.cost > Money()) {
    open(tail);
    return move_takes(holder, Holder{true, opened_.value}, kept);
  }
  move_takes(holder, std::nullopt, kept);
  if (const auto planned = state_.resales().planned(contract)) {
    emit(ResaleClosed{*planned, contract});
  }
}

// ---- From resale to contract -------------------------------------------------------------------

// A supplier who asks by steps has what the resold contract paid: no less than the highest step
// that the contract touches, for its other devices have the cheaper ones.
Price Executor::least_taken(const Contract& contract) const {
  const engine::PoolState& pool = state_.engine().pool(contract.pool);
  if (pool.steps.empty()) return Price();
  const std::uint64_t used = engine::most_used(
      state_.engine(), {contract.pool, 0, at_, at_, contract.expected_end, contract.order});
  return engine::ask_behind(pool, used, 0);
}

// What its holder had taken itself brings the supplier no more than that.
bool Executor::brings(ResaleId id, Price least) const {
  if (least == Price()) return true;
  if (state_.resales().find(id)->terms.price < least) return false;
  return std::ranges::all_of(state_.resales().bought(Holder{true, id.value}),
                             [&](ResaleId of) { return brings(of, least); });
}

// As it starts; what is neither taken nor free any more the supplier takes back.
void Executor::take_resold(ContractId id) {
  const Contract& contract = state_.engine().contract(id);
  const bool pays = state_.money().rights().find(state_.money_of(id).right) != nullptr;
  std::vector<ResaleId> resales;
  std::uint32_t wanted = pays ? contract.devices() : 0;
  std::uint64_t offered = 0;
  const Price least = least_taken(contract);
  for (const auto& [ask, number] : state_.resales().offers(contract.pool)) {
    if (offered >= wanted || resales.size() == kTakesMax || ask > contract.price.raw()) break;
    const ResaleRow& row = *state_.resales().find(ResaleId{number});
    if (row.terms.until <= at_ || !brings(ResaleId{number}, least)) continue;
    offered += row.terms.devices - row.taken;
    resales.push_back(ResaleId{number});
  }
  for (const ResaleId resale : resales) {
    const ResaleRow& row = *state_.resales().find(resale);
    const std::uint32_t devices = std::min(wanted, row.terms.devices - row.taken);
    take(resale, {false, id.value}, devices);
    wanted -= devices;
  }
  recall(contract.pool);
}

// Nobody owes for devices that the supplier sold itself, or that are down: the highest asks go
// first.
void Executor::recall(engine::PoolId pool) {
  for (;;) {
    const std::uint64_t unsold = state_.resales().unsold(pool);
    const std::uint64_t free = state_.engine().pool(pool).free;
    if (unsold <= free) return;
    const ResaleId id{state_.resales().offers(pool).rbegin()->second};
    const ResaleRow& row = *state_.resales().find(id);
    const auto less = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(unsold - free, row.terms.devices - row.taken));
    shrink(id, row.terms.devices - less);
  }
}

// ---- While it is open --------------------------------------------------------------------------

ledger::Reason Executor::reason_of(ResaleId id) const {
  return {.contract = state_.resales().find(id)->grant,
          .segment = static_cast<std::uint64_t>(at_) + 1,
          .round = state_.engine().round(),
          .reference = id.value};
}

const ledger::RightRow* Executor::right_of(ResaleId id) const {
  return state_.money().rights().find(state_.resales().find(id)->right);
}

Second Executor::owed_until(ResaleId id) const {
  const ResaleRow& row = *state_.resales().find(id);
  const Second told = has_agent(row.terms.pool) ? paid_until({true, id.value}) : at_;
  return std::max(row.metered, std::min({at_, told, row.terms.until}));
}

Executor::Payer Executor::payer_of(ResaleId id, Second from, Second until) const {
  const ResaleTerms& terms = state_.resales().find(id)->terms;
  return {{true, id.value}, terms.pool, terms.price, terms.devices, from, until};
}

// The legs that deliver and pay so many device-seconds; no more than there are.
Money Executor::add_owed(const Payer& payer, std::int64_t seconds, std::vector<ledger::Leg>& legs) {
  const ResaleRow& row = *state_.resales().find(ResaleId{payer.holder.id});
  const ledger::RightRow& right = *state_.money().rights().find(row.right);
  shares_.clear();
  const ledger::DeviceSeconds left = right.rectangle - right.delivered;
  const ledger::DeviceSeconds part(std::min(seconds, left.raw()));
  if (part.raw() <= 0) return Money();
  const Money now = ledger::due(right.cost, right.delivered + part, right.rectangle) - right.paid;
  legs.push_back(ledger::Deliver{row.right, part});
  add_posts(payer, row.hold, now, legs);
  return now;
}

void Executor::meter(Holder holder) {
  if (!holder.resale) {
    const ContractId id{holder.id};
    const Second until = delivered_until(id);
    if (until > state_.money_of(id).metered) meter(id, until);
    return;
  }
  const ResaleId id{holder.id};
  const ResaleRow& row = *state_.resales().find(id);
  const Second until = owed_until(id);
  if (until == row.metered || right_of(id) == nullptr) return;
  std::vector<ledger::Leg> legs;
  const Money paid = add_owed(payer_of(id, row.metered, until), row.owed(until), legs);
  if (!legs.empty()) pay(legs, reason_of(id));
  emit_earned();
  emit(ResaleMetered{id, contract_of(id), until, paid});
}

// Pays what is owed up to `until` and ends the right; `keep` of the rest stays in the hold.
void Executor::close_right(ResaleId id, Second until, Money keep) {
  const ResaleRow& row = *state_.resales().find(id);
  const ledger::RightRow right = *right_of(id);
  std::vector<ledger::Leg> legs;
  const bool moved = until > row.metered;
  const Money paid =
      moved ? add_owed(payer_of(id, row.metered, until), row.owed(until), legs) : Money();
  legs.push_back(ledger::Close{row.right});
  const Money rest = right.cost - right.paid - paid - keep;
  if (rest > Money()) legs.push_back(ledger::Release{row.hold, rest});
  pay(legs, reason_of(id));
  if (moved) {
    emit_earned();
    emit(ResaleMetered{id, contract_of(id), until, paid});
  }
}

// Nothing more is owed for the devices that are not kept; for what they were here for it is, as far
// as takers are behind, with what is owed for the others.
void Executor::shrink(ResaleId id, std::uint32_t kept) {
  meter(Holder{true, id.value});
  const ResaleTerms terms = state_.resales().find(id)->terms;
  if (terms.until <= at_) return close(id);
  const auto [since, spared] =
      std::pair(state_.resales().find(id)->metered, state_.resales().find(id)->spared);
  const ledger::RightRow& right = *right_of(id);
  const ledger::DeviceSeconds rectangle(std::int64_t{kept} * (terms.until - since) +
                                        std::int64_t{terms.devices - kept} * (at_ - since) -
                                        spared);
  const Money keep =
      part_of(right.cost - right.paid, rectangle.raw(), (right.rectangle - right.delivered).raw());
  if (keep == Money() || kept == 0) return close(id);
  close_right(id, since, keep);
  const ResaleRow row = *state_.resales().find(id);
  const std::uint64_t grant = state_.money().last_contract() + 1;
  const ledger::Leg leg = ledger::Grant{row.hold, keep, rectangle};
  pay({&leg, 1}, {.contract = grant, .reference = id.value});
  emit(ResaleOpened{id, terms.contract, kept, row.hold, money_answer_.right(), grant, keep,
                    row.owed_ppm, since});
  move_takes({true, id.value}, std::nullopt, kept);
}

// Whoever has devices of it pays for them up to here, now or when its agent has told of them; from
// here on they are the supplier's.
void Executor::close(ResaleId id) {
  const ResaleRow row = *state_.resales().find(id);
  const Second until = std::min(at_, row.terms.until);
  for (const Take& take : row.takes) meter(take.by);
  for (const Take& take : row.takes) {
    if (paid_until(take.by) >= until) this->take(id, take.by, 0);
  }
  if (state_.resales().find(id)->taken == 0) return drop(id);
  meter(Holder{true, id.value});
  emit(ResaleOver{id, row.terms.contract, until});
}

// Everybody has told: all that is owed is paid.
void Executor::drop(ResaleId id) {
  if (right_of(id) != nullptr) {
    const ResaleRow& row = *state_.resales().find(id);
    close_right(id, std::max(row.metered, std::min(at_, row.terms.until)), Money());
  }
  move_takes({true, id.value}, std::nullopt, 0);
  emit(ResaleClosed{id, contract_of(id)});
}

// ---- Seconds apart -----------------------------------------------------------------------------

// Of a holder's seconds, those of the resales that its devices are of: of these as of their own, as
// their devices are among all of the holder's.
void Executor::add_parts(const Part& part, std::vector<Part>& parts) const {
  const int128 whole =
      static_cast<int128>(internal::devices_of(state_, part.by)) * (part.until - part.from);
  for (const ResaleId id : state_.resales().bought(part.by)) {
    if (parts.size() >= kPartsMax) return;
    const Second until = std::min(part.until, state_.resales().find(id)->terms.until);
    if (until <= part.from || whole == 0) continue;
    const int128 taken = static_cast<int128>(state_.resales().bought(part.by, id));
    const auto seconds = static_cast<std::int64_t>(static_cast<int128>(part.seconds) * taken *
                                                   (until - part.from) / whole);
    if (seconds == 0) continue;
    parts.push_back({id, part.by, part.from, until, seconds});
    add_parts({{}, {true, id.value}, part.from, until, seconds}, parts);
  }
}

// Only what is still to be paid: of an earlier version some of it may be paid already.
std::vector<Executor::Part> Executor::parts_of(Part all) const {
  all.seconds = std::int64_t{internal::devices_of(state_, all.by)} * (all.until - all.from);
  std::vector<Part> parts;
  add_parts(all, parts);
  std::erase_if(parts, [&](const Part& part) { return right_of(part.of) == nullptr; });
  for (Part& part : parts) {
    const Second from = std::max(part.from, state_.resales().find(part.of)->metered);
    const Second left = std::max<Second>(0, part.until - from);
    part.seconds = static_cast<std::int64_t>(static_cast<int128>(part.seconds) * left /
                                             (part.until - part.from));
    part.from = from;
  }
  std::erase_if(parts, [](const Part& part) { return part.seconds == 0; });
  return parts;
}

void Executor::spare(const Part& missed) {
  for (const Part& part : parts_of(missed)) {
    emit(ResaleSpared{part.of, contract_of(part.of), part.by, part.seconds, Money()});
  }
}

std::vector<Executor::Share> Executor::pay_part(const Part& part) {
  std::vector<ledger::Leg> legs;
  const Money paid = add_owed(payer_of(part.of, part.from, part.until), part.seconds, legs);
  if (!legs.empty()) pay(legs, reason_of(part.of));
  std::vector<Share> shares = shares_;
  emit_earned();
  emit(ResaleSpared{part.of, contract_of(part.of), part.by, part.seconds, paid});
  return shares;
}

// What sellers owe for seconds that are presumed is presumed as well: paid, and in escrow. Those
// for whom there is no room owe as time passes.
void Executor::owe_presumed(const Part& presumed, std::vector<PresumedShare>& shares) {
  std::uint32_t payment = 0;
  for (const Part& part : parts_of(presumed)) {
    if (shares.size() + kSharesMax + 1 > kPresumedSharesMax) return;
    const ResaleTerms terms = state_.resales().find(part.of)->terms;
    PresumedShare own{++payment, part.of,        terms.contract,  terms.seller,
                      {},        terms.contract, ParticipantId{}, {true, part.of.value},
                      part.from, part.until,     Money()};
    for (const Share& share : pay_part(part)) {
      if (share.resale.value == 0) {
        own.payee = share.to;
        own.amount = own.amount + share.amount;
        continue;
      }
      shares.push_back({payment, part.of, terms.contract, terms.seller, share.resale,
                        contract_of(share.resale), share.to, share.by, part.from, share.until,
                        share.amount});
    }
    if (own.amount > Money()) shares.push_back(own);
  }
}

Second Executor::paid_until(Holder holder) const {
  if (!holder.resale) {
    const ContractId id{holder.id};
    return state_.engine().contract(id).end < 0 ? delivered_until(id) : at_;
  }
  Second until = at_;
  for (const Take& take : state_.resales().find(ResaleId{holder.id})->takes) {
    until = std::min(until, paid_until(take.by));
  }
  return until;
}

// A resale has paid for its part of it before it leaves.
void Executor::leave(ResaleId id, Holder by) {
  if (by.resale) meter(by);
  take(id, by, 0);
  if (state_.resales().find(id)->taken == 0) drop(id);
}

void Executor::leave_paid(Holder by) {
  const std::vector<ResaleId> bought = state_.resales().bought(by);
  for (const ResaleId id : bought) {
    const bool paid =
        state_.resales().over(id) && paid_until(by) >= state_.resales().find(id)->terms.until;
    if (paid) leave(id, by);
    if (state_.resales().find(id) != nullptr) leave_paid({true, id.value});
  }
}

// ---- Commands ----------------------------------------------------------------------------------

std::optional<Code> Executor::check_resale(const ResellContract& command) const {
  const engine::State& engine = state_.engine();
  if (!engine.knows(command.contract)) return Code::kUnknown;
  const Contract& contract = engine.contract(command.contract);
  if (const auto refused = own_order(contract.order)) return refused;
  if (contract.end >= 0) return Code::kNotRunning;
  const ContractMoney& money = state_.money_of(command.contract);
  if (command.until != 0 && command.until < money.until) return Code::kInterior;
  if (command.until > money.until || command.from >= money.until || at_ >= money.until) {
    return Code::kTime;
  }
  if (command.devices == 0 || command.devices > contract.devices() || command.ask.raw() < 0 ||
      command.ask > Price(kPriceMax)) {
    return Code::kLimit;
  }
  const bool whole = command.devices % contract.per_node == 0;
  const bool shares = contract.nodes.size() == 1 && !engine.order(contract.order).order.whole_nodes;
  if (!whole && !shares) return Code::kWrongNodes;
  if (command.devices < contract.devices() && has_agent(contract.pool)) return Code::kWhole;
  if (state_.resales().planned(command.contract)) return Code::kAlreadyThere;
  return state_.resales().full() ? std::optional(Code::kTooMany) : std::nullopt;
}

Code Executor::operator()(ResellContract& command) {
  if (const auto refused = check_resale(command)) return *refused;
  if (command.from <= at_) return resell_now(command.contract, command.devices, command.ask);
  ResaleTerms terms = tail_of(command.contract, command.devices, command.ask).terms;
  terms.from = command.from;
  const ResaleId id = state_.resales().next();
  emit(ResaleOffered{id, terms});
  value_ = id.value;
  return Code::kDone;
}

Code Executor::resell_now(ContractId id, std::uint32_t devices, Price ask) {
  const Contract& contract = state_.engine().contract(id);
  Code code = Code::kDone;
  if (devices >= contract.devices()) {
    const std::uint32_t done = state_.engine().order(contract.order).done_ppm;
    code = end({id, engine::EndReason::kCancelled, done}, ask);
  } else {
    code = resell_part(id, devices, ask);
  }
  value_ = opened_.value;
  return code;
}

// The nodes with the highest numbers go. What is left of the price is split exactly.
Code Executor::resell_part(ContractId id, std::uint32_t devices, Price ask) {
  const Contract& contract = state_.engine().contract(id);
  engine::ShrinkContract shrink{id, {}, contract.per_node};
  if (devices % contract.per_node == 0) {
    const auto count = static_cast<std::ptrdiff_t>(devices / contract.per_node);
    shrink.gone.assign(contract.nodes.end() - count, contract.nodes.end());
  } else {
    shrink.per_node -= devices;
  }
  if (has_agent(contract.pool)) return Code::kWhole;
  if (const auto refused = ask_engine(std::move(shrink))) return *refused;
  Tail tail = tail_of(id, devices, ask);
  const ContractMoney money = state_.money_of(id);
  const Second from = std::clamp(at_, money.metered, money.until);
  const std::uint32_t before = contract.devices();
  const ledger::HoldId hold = state_.money_of(contract.order).hold;
  Money kept;
  if (const ledger::RightRow* right = state_.money().rights().find(money.right)) {
    std::vector<ledger::Leg> legs;
    const Money paid = add_delivery(id, from, legs);
    const Money left = right->cost - right->paid - paid;
    const Money given = part_of(left, devices, before);
    kept = left - given;
    legs.push_back(ledger::Close{money.right});
    fund(tail, given, hold, legs);
    pay(legs, reason_of(id));
    if (tail.cost > Money()) tail.hold = money_answer_.hold();
    emit_earned();
    if (from > money.metered) emit(ContractMetered{id, from, paid});
    emit(ContractSettled{id, Money()});
  }
  emit_engine();
  grant({id, from, money.until, kept});
  end_holder(id, tail);
  recall(contract.pool);
  return Code::kDone;
}

// What has begun opens; what has ended is settled. Both change little, but many may come at once.
Code Executor::operator()(TurnResales&) {
  if (actor_ != ledger::kHouse) return Code::kNotYours;
  std::size_t turns = 0;
  for (auto due = state_.resales().due(); due && due->first <= at_ && turns < kTurnsAtOnce;
       due = state_.resales().due()) {
    ++turns;
    const ResaleRow row = *state_.resales().find(due->second);
    const ContractId contract = row.terms.contract;
    if (!row.open() && at_ < state_.money_of(contract).until) {
      static_cast<void>(resell_now(contract, row.terms.devices, row.terms.ask));
    }
    const ResaleRow* after = state_.resales().find(due->second);
    if (after == nullptr || (after->open() && after->terms.until > at_)) continue;
    close(due->second);
    // What it had taken is its seller's again, and somebody may have it who started meanwhile.
    recall(row.terms.pool);
  }
  return turns == 0 ? Code::kStale : Code::kDone;
}

}  // namespace tongsuan::exchange
