// Participants, keys, halts, rules, webhooks, and money from and to the outside.
#include <algorithm>
#include <array>

#include "tongsuan/exchange/internal/executor.h"

namespace tongsuan::exchange {
namespace {

using ledger::Account;
using ledger::kHouse;
using ledger::Purpose;

// Names are for people and for files: no control characters, not empty.
[[nodiscard]] bool is_name(const std::string& name, std::size_t most) {
  return !name.empty() && name.size() <= most && std::ranges::none_of(name, [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
  });
}

[[nodiscard]] bool is_rules(const Rules& rules) {
  return rules.round >= 1 && rules.round <= kRoundMax && rules.lock >= 0 &&
         rules.lock < rules.round && rules.collar_percent <= kCollarMax &&
         (rules.collar_percent == 0 || rules.collar_percent >= 100) &&
         rules.live_orders <= kLiveOrdersMax && rules.penalty_ppm <= engine::kPpm &&
         rules.take_or_pay_ppm <= engine::kPpm;
}

}  // namespace

Code Executor::operator()(OpenParticipant& command) {
  const ParticipantId id{static_cast<std::uint32_t>(state_.participants().size())};
  if (!is_name(command.name, kNameMax)) return Code::kLimit;
  if (state_.find_participant(command.name) != kHouse || command.name == "exchange") {
    return Code::kNameUsed;
  }
  if (state_.participant(command.owner) == nullptr) return Code::kUnknown;
  const std::array<ledger::Leg, 2> legs = {ledger::Open{{id, Purpose::kCash}, command.overdraft},
                                           ledger::Open{{id, Purpose::kMargin}, Money()}};
  if (const auto refused = ask_money(legs, {.reference = id.value})) return *refused;
  if (const auto refused = ask_engine(engine::AddAccount{})) return *refused;
  emit_money();
  emit_engine();
  emit(ParticipantOpened{id, command.name, command.role,
                         command.owner == kHouse ? id : command.owner});
  value_ = id.value;
  return Code::kDone;
}

Code Executor::operator()(AllowResale& command) {
  if (state_.participant(command.participant) == nullptr || command.participant == kHouse) {
    return Code::kUnknown;
  }
  if (command.participant != actor_ && actor_ != kHouse && !is_operator()) return Code::kNotYours;
  emit(ResaleAllowed{command.participant, command.allowed});
  value_ = command.participant.value;
  return Code::kDone;
}

Code Executor::operator()(AddKey& command) {
  const ParticipantRecord* participant = state_.participant(command.participant);
  if (participant == nullptr) return Code::kUnknown;
  if (state_.key(command.key) != nullptr) return Code::kNameUsed;
  if (command.expires <= at_ || command.expires > engine::kSecondsMax) return Code::kTime;
  if (participant->keys >= kKeysOfOne || state_.keys().size() >= kKeysMax) return Code::kTooMany;
  emit(KeyAdded{command.participant, command.key, command.salt, command.role, command.expires});
  return Code::kDone;
}

Code Executor::operator()(RevokeKey& command) {
  const KeyRow* key = state_.key(command.key);
  if (key == nullptr || key->revoked) return Code::kUnknown;
  if (actor_ != kHouse && key->participant != actor_ && !is_operator()) return Code::kNotYours;
  emit(KeyRevoked{command.key});
  return Code::kDone;
}

Code Executor::operator()(SetHalt& command) {
  const bool known = command.scope == HaltScope::kMarket ||
                     (command.scope == HaltScope::kParticipant &&
                      state_.participant({command.target}) != nullptr) ||
                     (command.scope == HaltScope::kHub && command.target < state_.hubs().size());
  if (!known) return Code::kUnknown;
  emit(HaltSet{command.scope, command.target, command.on});
  return Code::kDone;
}

Code Executor::operator()(SetRules& command) {
  if (!is_rules(command.rules)) return Code::kLimit;
  emit(RulesSet{command.rules});
  if (command.rules.take_or_pay_ppm != state_.rules().take_or_pay_ppm) {
    emit(TakeOrPaySet{command.rules.take_or_pay_ppm});
  }
  return Code::kDone;
}

Code Executor::operator()(SetCalendar& command) {
  if (calendar_fault(command.closures)) return Code::kLimit;
  emit(CalendarSet{std::move(command.closures)});
  return Code::kDone;
}

Code Executor::operator()(AssignHub& command) {
  if (command.hub.value >= state_.hubs().size()) return Code::kUnknown;
  if (state_.participant(command.supplier) == nullptr) return Code::kUnknown;
  emit(HubAssigned{command.hub, command.supplier});
  return Code::kDone;
}

Code Executor::move_money(const ledger::Move& move, std::uint64_t reference) {
  if (reference == 0) return Code::kLimit;
  // What is in escrow waits for the last word on it.
  if (move.from.purpose == Purpose::kEscrow || move.to.purpose == Purpose::kEscrow) {
    return Code::kWrongAccount;
  }
  const ledger::Leg leg = move;
  if (const auto refused = ask_money({&leg, 1}, {.reference = reference})) return *refused;
  emit_money();
  return Code::kDone;
}

Code Executor::operator()(Deposit& command) {
  return move_money({{kHouse, Purpose::kRail}, command.to, command.amount}, command.reference);
}

Code Executor::operator()(Withdraw& command) {
  return move_money({command.from, {kHouse, Purpose::kRail}, command.amount}, command.reference);
}

Code Executor::operator()(Transfer& command) {
  if (command.from.participant != actor_ || command.to.participant != actor_) {
    return Code::kNotYours;
  }
  return move_money({command.from, command.to, command.amount}, state_.sequence() + 1);
}

Code Executor::operator()(PutWebhook& command) {
  const auto& webhooks = state_.webhooks();
  const auto free = std::ranges::find(webhooks, false, &WebhookRow::open);
  const auto slot = static_cast<std::uint32_t>(free - webhooks.begin());
  const auto own = std::ranges::count_if(
      webhooks, [&](const WebhookRow& row) { return row.open && row.participant == actor_; });
  if (slot >= kWebhooksMax || own >= kWebhooksOfOne) return Code::kTooMany;
  if (!is_name(command.url, kUrlMax)) return Code::kLimit;
  emit(WebhookPut{slot, actor_, command.url, command.salt, state_.sequence()});
  value_ = slot;
  return Code::kDone;
}

Code Executor::operator()(DropWebhook& command) {
  if (command.webhook >= state_.webhooks().size()) return Code::kUnknown;
  const WebhookRow& row = state_.webhooks()[command.webhook];
  if (!row.open) return Code::kUnknown;
  if (row.participant != actor_ && !is_operator()) return Code::kNotYours;
  emit(WebhookDropped{command.webhook});
  return Code::kDone;
}

Code Executor::operator()(AckWebhook& command) {
  if (command.webhook >= state_.webhooks().size() || !state_.webhooks()[command.webhook].open) {
    return Code::kUnknown;
  }
  if (command.sequence <= state_.webhooks()[command.webhook].acked) return Code::kStale;
  emit(WebhookAcked{command.webhook, command.sequence});
  return Code::kDone;
}

}  // namespace tongsuan::exchange
