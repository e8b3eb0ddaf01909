#include "tongsuan/exchange/state.h"

#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/touched.h"
#include "tongsuan/exchange/bytes.h"
#include "tongsuan/exchange/internal/delivery_checks.h"
#include "tongsuan/exchange/internal/resale_checks.h"
#include "tongsuan/ledger/touched.h"

namespace tongsuan::exchange {
namespace {

using Misfitting = std::optional<std::string>;
const std::string kNoName;

// As fine as recovery needs, and bounded: what has piled up is hashed into the digest.
constexpr std::size_t kHashChunk = std::size_t{1} << 16;

// The exchange is the first account.
engine::Places with_house(engine::Places places) {
  TONGSUAN_CHECK(places.accounts.empty());
  places.accounts.push_back({});
  places.account_names.push_back("exchange");
  return places;
}

}  // namespace

Digest chain_rows(const Digest& digest, std::string_view rows) {
  Sha256 sha;
  sha.update(digest.data(), digest.size());
  sha.update(rows);
  return sha.finish();
}

void chain_two(Digest& a, std::string_view rows_a, Digest& b, std::string_view rows_b) {
  Sha256 sha_a, sha_b;
  sha_a.update(a.data(), a.size());
  sha_b.update(b.data(), b.size());
  Sha256::update_two(sha_a, rows_a, sha_b, rows_b);
  a = sha_a.finish();
  b = sha_b.finish();
}

State::State(engine::Places places, Second opened)
    : engine_(with_house(std::move(places))), now_(opened) {
  hubs_.resize(engine_.places().hubs.size());
  participants_.push_back({"exchange", Role::kOperator, ledger::kHouse});
  gate_.closed = opened;
}

const ParticipantRecord* State::participant(ParticipantId id) const {
  return id.value < participants_.size() ? &participants_[id.value] : nullptr;
}

const KeyRow* State::key(const KeyId& id) const {
  const auto at = std::ranges::lower_bound(keys_, id, {}, &KeyRow::key);
  return at != keys_.end() && at->key == id ? &*at : nullptr;
}

const RoundRow* State::round(std::uint64_t round) const {
  const auto at = std::ranges::lower_bound(rounds_, round, {}, &RoundRow::round);
  return at != rounds_.end() && at->round == round ? &*at : nullptr;
}

ParticipantId State::find_participant(std::string_view name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? ledger::kHouse : at->second;
}

void State::add_name(ParticipantId id) {
  names_.emplace(participants_[id.value].name, id);
}

const std::string& State::order_name(OrderId id) const {
  return orders_.is_kept(id.value) ? orders_[id.value].name : kNoName;
}

// Whoever was opened for itself names itself; owners come before those whom they own.
ParticipantId State::beneficial_owner(ParticipantId id) const {
  while (participants_[id.value].owner.value < id.value &&
         participants_[id.value].owner != ledger::kHouse) {
    id = participants_[id.value].owner;
  }
  return id;
}

Money State::left_of(OrderId id) const {
  if (!orders_.is_kept(id.value)) return Money();
  const ledger::HoldRow* hold = money_.holds().find(orders_[id.value].hold);
  return hold == nullptr ? Money() : hold->left;
}

const Digest* State::work_of(OrderId id) const {
  const auto at = works_.find(id.value);
  return at == works_.end() ? nullptr : &at->second;
}

bool State::locked(Second at) const {
  return gate_.round == 0 && at >= next_gate() - rules_.lock && rules_.lock > 0;
}

// ---- Own events ------------------------------------------------------------------------------

// Whether an own event fits. Reads only.
class State::Check {
 public:
  explicit Check(const State& state) : state_(state) {}

  Misfitting operator()(const ParticipantOpened& event) const {
    if (event.participant.value != state_.participants_.size()) return "not the next participant";
    if (event.participant.value >= ledger::kParticipantsMax) return "too many participants";
    if (event.owner.value > event.participant.value) return "an owner that is unknown";
    return std::nullopt;
  }
  Misfitting operator()(const KeyAdded& event) const {
    if (!known(event.participant)) return "a key of an unknown participant";
    return state_.key(event.key) != nullptr ? Misfitting("a key that is there") : std::nullopt;
  }
  Misfitting operator()(const KeyRevoked& event) const {
    const KeyRow* key = state_.key(event.key);
    return key == nullptr || key->revoked ? Misfitting("no such key") : std::nullopt;
  }
  Misfitting operator()(const HaltSet& event) const {
    if (event.scope == HaltScope::kParticipant && !known({event.target})) {
      return "a halt of an unknown participant";
    }
    if (event.scope == HaltScope::kHub && event.target >= state_.hubs_.size()) {
      return "a halt of an unknown hub";
    }
    return std::nullopt;
  }
  Misfitting operator()(const RulesSet&) const { return std::nullopt; }
  Misfitting operator()(const HubAssigned& event) const {
    if (event.hub.value >= state_.hubs_.size()) return "an unknown hub";
    return known(event.supplier) ? std::nullopt : Misfitting("an unknown supplier");
  }
  Misfitting operator()(const OrderHeld& event) const {
    if (event.order.value > state_.orders_.size()) return "the hold of an unknown order";
    if (event.order.value < state_.orders_.size() && !state_.engine_.knows(event.order)) {
      return "the hold of an order that is forgotten";
    }
    if (event.order.value == state_.orders_.size() &&
        event.order.value >= state_.engine_.order_count()) {
      return "the hold of an order that is not there";
    }
    if (event.hold.slot != kNone && state_.money_.holds().find(event.hold) == nullptr) {
      return "a hold that is not open";
    }
    return std::nullopt;
  }
  Misfitting operator()(const OrderNamed& event) const {
    return state_.orders_.is_kept(event.order.value) ? std::nullopt
                                                     : Misfitting("the name of an unknown order");
  }
  Misfitting operator()(const ContractGranted& event) const {
    if (!state_.engine_.knows(event.contract)) return "an unknown contract";
    if (event.contract.value > state_.contracts_.size()) return "not the next contract";
    if (event.from > event.until) return "a contract that ends before it begins";
    if (event.right.slot != kNone && state_.money_.rights().find(event.right) == nullptr) {
      return "a right that is not open";
    }
    return std::nullopt;
  }
  Misfitting operator()(const ContractMetered& event) const {
    if (!state_.contracts_.is_kept(event.contract.value)) return "an unknown contract";
    const ContractMoney& money = state_.contracts_[event.contract.value];
    return event.until < money.metered || event.until > money.until
               ? Misfitting("a meter that runs backwards, or beyond what was granted")
               : std::nullopt;
  }
  Misfitting operator()(const ContractSettled& event) const {
    return state_.contracts_.is_kept(event.contract.value) ? std::nullopt
                                                           : Misfitting("an unknown contract");
  }
  Misfitting operator()(const GateClosed& event) const {
    if (state_.gate_.round != 0) return "the gate is closed already";
    if (event.round != state_.last_round() + 1) return "not the next round";
    return event.orders == state_.engine_.order_count() ? std::nullopt
                                                        : Misfitting("not all orders");
  }
  Misfitting operator()(const RoundPublished& event) const {
    return event.round == state_.gate_.round && event.round != 0
               ? std::nullopt
               : Misfitting("not the round whose gate is closed");
  }
  Misfitting operator()(const WebhookPut& event) const {
    if (event.webhook > state_.webhooks_.size()) return "not the next webhook";
    return known(event.participant) ? std::nullopt : Misfitting("an unknown participant");
  }
  Misfitting operator()(const WebhookDropped& event) const { return open(event.webhook); }
  Misfitting operator()(const WebhookAcked& event) const { return open(event.webhook); }
  Misfitting operator()(const Answered& event) const {
    if (state_.sink_ != nullptr) return std::nullopt;  // its to find
    return state_.repeats_.find(event.id) == nullptr ? std::nullopt : Misfitting(kAnsweredTwice);
  }
  Misfitting operator()(const TakeOrPaySet& event) const {
    return event.ppm > engine::kPpm ? Misfitting("more than all") : std::nullopt;
  }
  Misfitting operator()(const CalendarSet& event) const { return calendar_fault(event.closures); }
  Misfitting operator()(const ContractOwned& event) const {
    if (event.contract.value > state_.contracts_.size()) return "not the next contract";
    return internal::misfit(state_, event);
  }
  Misfitting operator()(const ResaleAllowed& event) const {
    return known(event.participant) ? std::nullopt : Misfitting("an unknown participant");
  }
  template <class OfContracts>
  Misfitting operator()(const OfContracts& event) const {
    return internal::misfit(state_, event);
  }

 private:
  [[nodiscard]] bool known(ParticipantId id) const {
    return id.value < state_.participants_.size();
  }
  [[nodiscard]] Misfitting open(std::uint32_t webhook) const {
    return webhook < state_.webhooks_.size() && state_.webhooks_[webhook].open
               ? std::nullopt
               : Misfitting("no such webhook");
  }
  const State& state_;
};

// Makes an own event true.
class State::Apply {
 public:
  explicit Apply(State& state) : state_(state) {}

  void operator()(const ParticipantOpened& event) const {
    state_.participants_.push_back({event.name, event.role, event.owner});
    state_.add_name(event.participant);
  }
  void operator()(const KeyAdded& event) const {
    const auto at = std::ranges::lower_bound(state_.keys_, event.key, {}, &KeyRow::key);
    state_.keys_.insert(
        at, {event.key, event.salt, event.participant, event.role, false, event.expires});
    ++state_.participants_[event.participant.value].keys;
  }
  void operator()(const KeyRevoked& event) const {
    const auto at = std::ranges::lower_bound(state_.keys_, event.key, {}, &KeyRow::key);
    at->revoked = true;
    --state_.participants_[at->participant.value].keys;
  }
  void operator()(const HaltSet& event) const {
    if (event.scope == HaltScope::kMarket) state_.halted_ = event.on;
    if (event.scope == HaltScope::kParticipant) {
      state_.participants_[event.target].halted = event.on;
    }
    if (event.scope == HaltScope::kHub) state_.hubs_[event.target].halted = event.on;
  }
  void operator()(const RulesSet& event) const {
    const std::uint32_t kept = state_.rules_.take_or_pay_ppm;
    state_.rules_ = event.rules;
    state_.rules_.take_or_pay_ppm = kept;
  }
  void operator()(const HubAssigned& event) const {
    state_.hubs_[event.hub.value].supplier = event.supplier;
  }
  void operator()(const OrderHeld& event) const {
    if (event.order.value == state_.orders_.size()) state_.orders_.push_back({});
    state_.orders_[event.order.value].hold = event.hold;
  }
  void operator()(const OrderNamed& event) const {
    state_.orders_[event.order.value].name = event.name;
  }
  void operator()(const ContractGranted& event) const {
    if (event.contract.value == state_.contracts_.size()) state_.contracts_.push_back({});
    ContractMoney& money = state_.contracts_[event.contract.value];
    money = {event.right, event.grant, event.from, event.until, money.own};
    if (state_.deliveries_.find(event.contract) != nullptr) {
      state_.deliveries_.change(event.contract, [](Delivery& row) { row.missed_now = 0; });
    }
  }
  void operator()(const ContractMetered& event) const {
    state_.contracts_[event.contract.value].metered = event.until;
  }
  void operator()(const ContractSettled& event) const {
    state_.contracts_[event.contract.value].right = {};
  }
  void operator()(const GateClosed& event) const {
    state_.gate_ = {event.round, event.orders, state_.now_};
  }
  void operator()(const RoundPublished& event) const {
    RoundRow row;
    // A round that was cleared is the engine's too: its event came just before.
    if (!state_.rounds_.empty() && state_.rounds_.back().round == event.round) {
      row = std::move(state_.rounds_.back());
      state_.rounds_.pop_back();
    }
    row.round = event.round;
    row.gate = state_.gate_.closed;
    row.closed = state_.now_;
    row.outcome = event.outcome;
    row.book_text = event.book;
    row.certificate_text = event.certificate;
    row.welfare = event.welfare;
    row.bound = event.bound;
    row.reason = event.reason;
    if (row.posted.empty()) row.posted = state_.engine_.posted();
    state_.rounds_.push_back(std::move(row));
    if (state_.rounds_.size() > kRoundsKept) state_.rounds_.pop_front();
    state_.gate_.round = 0;
  }
  void operator()(const WebhookPut& event) const {
    if (event.webhook == state_.webhooks_.size()) state_.webhooks_.emplace_back();
    state_.webhooks_[event.webhook] = {event.participant, event.url, event.salt, event.sequence,
                                       true};
  }
  void operator()(const WebhookDropped& event) const { state_.webhooks_[event.webhook] = {}; }
  void operator()(const WebhookAcked& event) const {
    std::uint64_t& acked = state_.webhooks_[event.webhook].acked;
    acked = std::max(acked, event.sequence);
  }
  void operator()(const Answered& event) const {
    const Repeats::Row row{event.id, event.fingerprint, state_.sequence_, event.value, event.code};
    if (state_.sink_ != nullptr) return state_.answers_.push_back(row);
    state_.repeats_.add(row);
  }
  void operator()(const TakeOrPaySet& event) const { state_.rules_.take_or_pay_ppm = event.ppm; }
  void operator()(const CalendarSet& event) const { state_.closures_ = event.closures; }
  // Comes before the first grant of the contract.
  void operator()(const ContractOwned& event) const {
    if (event.contract.value == state_.contracts_.size()) state_.contracts_.push_back({});
    state_.contracts_[event.contract.value].own = true;
  }
  void operator()(const ResaleOffered& event) const {
    state_.resales_.offer(event.resale, event.terms);
  }
  void operator()(const ResaleOpened& event) const {
    state_.resales_.change(event.resale, [&](ResaleRow& row) {
      // For devices that go it owes up to now.
      const std::int64_t gone = std::int64_t{row.terms.devices} - event.devices;
      if (row.grant != 0) row.settle(event.from);
      if (row.grant != 0) row.spared -= gone * (state_.now_ - event.from);
      row.terms.devices = event.devices;
      row.hold = event.hold;
      row.right = event.right;
      row.grant = event.grant;
      row.owed_ppm = event.owed_ppm;
      row.metered = event.from;
    });
  }
  void operator()(const ResaleTaken& event) const {
    state_.resales_.set_take(event.resale, event.by, event.devices);
  }
  void operator()(const ResaleMetered& event) const {
    state_.resales_.change(event.resale, [&](ResaleRow& row) { row.settle(event.until); });
  }
  void operator()(const ResaleEarned& event) const {
    state_.resales_.change(event.resale,
                           [&](ResaleRow& row) { row.income = row.income + event.income; });
  }
  void operator()(const ResaleOver& event) const {
    state_.resales_.change(event.resale, [&](ResaleRow& row) {
      row.terms.until = event.until;
      row.ended = true;
      const std::int64_t left = std::int64_t{row.terms.devices} * (event.until - row.metered);
      row.spared = std::min(row.spared, left);
      if (state_.money_.rights().find(row.right) != nullptr) return;
      row.hold = {};
      row.right = {};
    });
  }
  void operator()(const ResaleSpared& event) const {
    state_.resales_.change(event.resale, [&](ResaleRow& row) { row.spared += event.seconds; });
  }
  void operator()(const ResaleReturned& event) const {
    if (state_.resales_.find(event.resale) == nullptr) return;
    state_.resales_.change(event.resale,
                           [&](ResaleRow& row) { row.income = row.income - event.amount; });
  }
  void operator()(const ResaleRefunded&) const {}
  void operator()(const ResaleClosed& event) const { state_.resales_.close(event.resale); }
  void operator()(const ResaleAllowed& event) const {
    state_.participants_[event.participant.value].resell = event.allowed;
  }
  void operator()(const HubLeased& event) const {
    state_.hubs_[event.hub.value].lease = event.lease;
  }
  void operator()(const WorkAttached& event) const {
    state_.works_[event.order.value] = event.work;
  }
  void operator()(const ContractReported& event) const {
    state_.deliveries_.change(event.contract, [&](Delivery& row) {
      row.phase = event.phase;
      row.detail = event.detail;
    });
  }
  void operator()(const DeliveryMissed& event) const {
    ContractMoney& money = state_.contracts_[event.contract.value];
    state_.deliveries_.change(event.contract, [&](Delivery& row) {
      row.missed += event.until - money.metered;
      row.missed_now += event.until - money.metered;
    });
    money.metered = event.until;
  }
  void operator()(const DeliveryPresumed& event) const {
    state_.deliveries_.change(event.contract, [&](Delivery& row) {
      row.presumes = true;
      row.presumed = event.what;
      row.shares.clear();
      row.told = event.what.from;
      row.told_missed = 0;
      row.due = state_.now_ + kSettleWithin;
    });
  }
  void operator()(const DeliveryShared& event) const {
    state_.deliveries_.change(event.contract, [&](Delivery& row) {
      row.shares.push_back({event.share, 0});
    });
  }
  void operator()(const DeliveryTold& event) const {
    state_.deliveries_.change(event.contract, [&](Delivery& row) {
      for (HeldShare& share : row.shares) {
        share.missed += overlap(share.what.from, share.what.until, row.told, event.from);
      }
      row.missed += event.from - row.told;
      row.told_missed += event.from - row.told;
      row.told = event.until;
    });
  }
  void operator()(const DeliverySettled& event) const {
    state_.deliveries_.change(event.contract, [&](Delivery& row) {
      row.missed += event.missed - row.told_missed;
      row.told_missed = event.missed;
      row.told = row.presumed.until;
      row.overrun = event.overrun;
      row.refund = event.refund;
      row.presumes = false;
      row.shares.clear();
    });
    if (!state_.engine_.knows(event.contract)) state_.deliveries_.drop(event.contract);
  }

 private:
  State& state_;
};

// ---- Events of all three ---------------------------------------------------------------------

void State::begin_record(Second at) {
  now_ = std::max(now_, at);
  ++sequence_;
}

std::uint64_t State::last_round() const {
  return rounds_.empty() ? 0 : rounds_.back().round;
}

void State::note_engine(const engine::Event& event) {
  const auto count = [&](OrderId order, bool more) {
    const ParticipantId owner{engine_.order(order).order.account.value};
    std::uint32_t& live = participants_[owner.value].live_orders;
    live = more ? live + 1 : live - 1;
    live_orders_ = more ? live_orders_ + 1 : live_orders_ - 1;
  };
  if (const auto* accepted = std::get_if<engine::OrderAccepted>(&event.what)) {
    count(accepted->order, true);
  } else if (const auto* gone = std::get_if<engine::OrderGone>(&event.what)) {
    count(gone->order, false);
  } else if (const auto* awarded = std::get_if<engine::OrderAwarded>(&event.what)) {
    count(awarded->what.order, false);
    for (std::uint32_t i = 0; i < awarded->what.parts.size(); ++i) {
      count(OrderId{awarded->first.value + i}, true);
    }
  } else if (const auto* ended = std::get_if<engine::ContractEnded>(&event.what)) {
    const OrderId order = engine_.contract(ended->contract).order;
    const engine::OrderState now = engine_.order(order).state;
    if (now == engine::OrderState::kDone || now == engine::OrderState::kCancelled) {
      count(order, false);
    }
  } else if (const auto* closed = std::get_if<engine::RoundClosed>(&event.what)) {
    RoundRow row;
    row.round = closed->what.round;
    row.orders = closed->what.orders;
    row.awards = closed->what.awards;
    row.gap_ppm = closed->what.gap_ppm;
    row.root = closed->what.root;
    row.certificate = closed->what.certificate;
    row.posted = closed->what.posted;
    rounds_.push_back(std::move(row));
  } else if (const auto* dropped = std::get_if<engine::HistoryDropped>(&event.what)) {
    forget(*dropped);
  }
}

// What the engine has forgotten nobody asks for here.
void State::forget(const engine::HistoryDropped& dropped) {
  orders_.forget_rows_below(dropped.orders_below,
                            [&](std::uint32_t id) { return !engine_.knows(OrderId{id}); });
  contracts_.forget_rows_below(dropped.contracts_below, [&](std::uint32_t id) {
    return !engine_.knows(engine::ContractId{id});
  });
  deliveries_.forget([&](std::uint32_t id) { return engine_.knows(engine::ContractId{id}); });
  std::erase_if(works_, [&](const auto& work) { return !engine_.knows(OrderId{work.first}); });
}

bool State::fits() const {
  const bool counts =
      orders_.size() == engine_.order_count() && contracts_.size() == engine_.contract_count() &&
      hubs_.size() == engine_.places().hubs.size() &&
      participants_.size() == engine_.places().accounts.size() && !participants_.empty();
  if (!counts) return false;
  for (std::uint32_t i = 0; i < orders_.size(); ++i) {
    if (orders_.is_kept(i) != engine_.knows(OrderId{i})) return false;
  }
  for (std::uint32_t i = 0; i < contracts_.size(); ++i) {
    if (contracts_.is_kept(i) != engine_.knows(engine::ContractId{i})) return false;
  }
  const auto known = [&](ParticipantId id) { return id.value < participants_.size(); };
  return std::ranges::all_of(hubs_, known, &HubRecord::supplier) &&
         std::ranges::all_of(keys_, known, &KeyRow::participant) &&
         std::ranges::all_of(webhooks_, known, &WebhookRow::participant) &&
         std::ranges::is_sorted(keys_, {}, &KeyRow::key) &&
         std::ranges::is_sorted(rounds_, {}, &RoundRow::round) && !calendar_fault(closures_) &&
         !internal::misfit_of_rows(*this) && !internal::misfit_of_deliveries(*this) &&
         std::ranges::all_of(works_,
                             [&](const auto& work) { return engine_.knows(OrderId{work.first}); });
}

void State::derive() {
  live_orders_ = 0;
  for (ParticipantRecord& participant : participants_)
    participant.live_orders = participant.keys = 0;
  names_.clear();
  for (std::uint32_t i = 1; i < participants_.size(); ++i) add_name(ParticipantId{i});
  for (const KeyRow& key : keys_) {
    if (!key.revoked && key.participant.value < participants_.size()) {
      ++participants_[key.participant.value].keys;
    }
  }
  for (std::uint32_t i = 0; i < engine_.order_count(); ++i) {
    if (!engine_.knows(OrderId{i})) continue;
    const engine::OrderRecord& record = engine_.order(OrderId{i});
    if (record.state != engine::OrderState::kWaiting &&
        record.state != engine::OrderState::kRunning) {
      continue;
    }
    ++live_orders_;
    ++participants_[record.order.account.value].live_orders;
  }
}

std::optional<std::string> State::apply(const engine::Event& event) {
  if (const auto misfit = engine::check_event(engine_, event)) return engine::refusal_name(*misfit);
  engine_.apply(event);
  note_engine(event);
  engine::append_touched_rows(engine_, event, touched_);
  return std::nullopt;
}

std::optional<std::string> State::apply(const ledger::Event& event) {
  if (const char* misfit = checker_.misfit(money_, event)) return misfit;
  money_.apply(event);
  ledger::append_touched_rows(money_, event, touched_);
  return std::nullopt;
}

std::optional<std::string> State::apply(const OwnEvent& event) {
  if (auto misfit = std::visit(Check(*this), event)) return misfit;
  std::visit(Apply(*this), event);
  append_bytes(event, touched_);
  if (touched_.size() >= kHashChunk) cut();
  return std::nullopt;
}

void State::cut() {
  if (touched_.empty()) return;
  if (sink_ != nullptr) return sink_->take(touched_, answers_);
  digest_ = chain_rows(digest_, touched_);
  touched_.clear();
}

void State::hand_over_answers() {
  std::string no_rows;
  sink_->take(no_rows, answers_);
}

Digest State::digest() {
  TONGSUAN_CHECK(sink_ == nullptr);
  cut();
  return digest_;
}

State::Elsewhere State::hash_elsewhere(RowSink& sink) {
  sink_ = &sink;
  return {digest_, repeats_};
}

void State::hash_here(const Digest& digest) {
  sink_ = nullptr;
  digest_ = digest;
}

}  // namespace tongsuan::exchange
