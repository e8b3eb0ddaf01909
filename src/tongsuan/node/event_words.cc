#include "tongsuan/node/event_words.h"

#include "tongsuan/base/text.h"
#include "tongsuan/ledger/statement.h"

namespace tongsuan::node {
namespace {

const char* state_word(engine::OrderState state) {
  constexpr const char* kWords[] = {"waiting",   "running", "done",   "left",
                                    "cancelled", "refused", "awarded"};
  return kWords[static_cast<std::size_t>(state)];
}
const char* kind_word(engine::PackageKind kind) {
  constexpr const char* kWords[] = {"options", "profile", "service", "curve", "part", "shares"};
  return kWords[static_cast<std::size_t>(kind)];
}
const char* reason_word(engine::EndReason reason) {
  constexpr const char* kWords[] = {"completed", "failed", "preempted", "cancelled"};
  return kWords[static_cast<std::size_t>(reason)];
}
const char* reason_word(engine::ReleaseReason reason) {
  constexpr const char* kWords[] = {"node-down", "order-gone", "rebooked", "given-up", "amended"};
  return kWords[static_cast<std::size_t>(reason)];
}
const char* scope_word(exchange::HaltScope scope) {
  constexpr const char* kWords[] = {"market", "participant", "hub"};
  return kWords[static_cast<std::size_t>(scope)];
}
const char* outcome_word(exchange::RoundOutcome outcome) {
  constexpr const char* kWords[] = {"cleared", "empty", "unsolved"};
  return kWords[static_cast<std::size_t>(outcome)];
}

template <class Array>
std::string hex_of(const Array& array) {
  return hex(array.data(), array.size());
}

class EventTeller {
 public:
  EventWords tell(const exchange::Event& event) {
    if (const auto* happened = std::get_if<engine::Event>(&event)) {
      std::visit([&](const auto& what) { on(what); }, happened->what);
    } else if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) {
      on(*money);
    } else {
      std::visit([&](const auto& what) { on(what); }, std::get<exchange::OwnEvent>(event));
    }
    return std::move(words_);
  }

 private:
  void type(std::string_view type) { words_.type = type; }
  void text(const char* name, std::string_view value) {
    if (!words_.details.empty()) words_.details += ' ';
    words_.details += name;
    words_.details += '=';
    words_.details += value;
  }
  template <class Number>
  void number(const char* name, Number value) {
    text(name, std::to_string(value));
  }
  void money(const char* name, std::int64_t micro) { text(name, decimal(micro, 6)); }
  void account(const char* name, ledger::Account account) {
    text(name,
         std::to_string(account.participant.value) + '.' + ledger::purpose_name(account.purpose));
  }
  void order(std::string_view kind, OrderId order) {
    type(kind);
    words_.order = order.value;
  }
  void contract(std::string_view kind, engine::ContractId contract) {
    type(kind);
    words_.contract = contract.value;
  }

  // ---- Of the engine
  void terms(const engine::LiveOrder& what) {
    words_.participant = what.account.value;
    words_.amount = what.value;
    for (const engine::Way& way : what.ways) {
      text("way", std::to_string(way.accelerator.value) + ':' + std::to_string(way.gang) + 'x' +
                      std::to_string(way.estimate) + 's');
    }
    number("latest", what.latest_start);
    if (what.delay_cost != 0) money("delay", what.delay_cost);
    if (what.premium != 0) money("premium", what.premium);
    if (what.package) text("kind", kind_word(what.package->kind));
  }
  void on(const engine::OrderAccepted& event) {
    order("order.accepted", event.order);
    terms(event.what);
  }
  void on(const engine::OrderRefused& event) {
    order("order.refused", event.order);
    terms(event.what);
  }
  void on(const engine::OrderAmended& event) {
    order("order.amended", event.order);
    terms(event.what);
  }
  void on(const engine::OrderGone& event) {
    order("order.gone", event.order);
    text("state", state_word(event.state));
  }
  void on(const engine::OrderOpened& event) { order("order.opened", event.order); }
  void on(const engine::NodesChanged& event) {
    type("hub.nodes-changed");
    number("pool", event.pool.value);
    text("nodes", std::to_string(event.begin) + ".." + std::to_string(event.end));
    text("up", event.up ? "yes" : "no");
  }
  void on(const engine::AskChanged& event) {
    type("hub.ask-changed");
    number("pool", event.pool.value);
    money("ask", event.ask.raw());
  }
  void on(const engine::StepsChanged& event) {
    type("hub.ask-changed");
    number("pool", event.pool.value);
    money("ask", event.steps.front().price.raw());
    std::string steps;
    for (const engine::AskStep& step : event.steps) {
      steps += (steps.empty() ? "" : ",") + std::to_string(step.devices) + "@" +
               decimal(step.price.raw(), 6);
    }
    text("steps", steps);
  }
  void on(const engine::ContractStarted& event) {
    contract("contract.started", event.contract);
    words_.order = event.what.order.value;
    number("pool", event.what.pool.value);
    number("nodes", event.what.nodes.size());
    money("price", event.what.price.raw());
    number("expected", event.expected_end);
  }
  void on(const engine::ContractEnded& event) {
    contract("contract.ended", event.contract);
    text("reason", reason_word(event.reason));
    number("done_ppm", event.done_ppm);
  }
  void on(const engine::ContractExtended& event) {
    contract("contract.extended", event.contract);
    number("until", event.until);
  }
  void on(const engine::TransferStarted& event) {
    type("data.transfer-started");
    number("data", event.data);
    number("link", event.link.value);
    number("ready", event.ready);
  }
  void on(const engine::TransferEnded& event) {
    type("data.transfer-ended");
    number("data", event.data);
    number("hub", event.to.value);
  }
  void on(const engine::RoundClosed& event) {
    type("round.certified");
    number("round", event.what.round);
    number("orders", event.what.orders);
    number("awards", event.what.awards);
    number("gap_ppm", event.what.gap_ppm);
    text("root", hex_of(event.what.root));
    text("certificate", hex_of(event.what.certificate));
  }
  void on(const engine::BlockBooked& event) {
    order("block.booked", event.what.order);
    number("pool", event.what.pool.value);
    number("begin", event.what.begin);
    number("end", event.end);
    money("price", event.what.price.raw());
  }
  void on(const engine::BlockReleased& event) {
    order("block.released", event.order);
    text("reason", reason_word(event.reason));
  }
  void on(const engine::HistoryDropped& event) {
    type("history.dropped");
    number("orders_below", event.orders_below);
    number("contracts_below", event.contracts_below);
  }
  void on(const engine::OrderAwarded& event) {
    order("order.awarded", event.what.order);
    number("alternative", event.what.alternative);
    for (std::size_t i = 0; i < event.what.parts.size(); ++i) {
      const engine::AwardPart& part = event.what.parts[i];
      text("part", std::to_string(event.first.value + i) + ':' + std::to_string(part.pool.value) +
                       ':' + std::to_string(part.begin) + ".." + std::to_string(part.end) + ':' +
                       std::to_string(part.gang) + '@' + decimal(part.price.raw(), 6));
    }
  }
  void on(const engine::AccountAdded& event) {
    type("account.added");
    words_.participant = event.account.value;
  }
  void on(const engine::ContractShrunk& event) {
    contract("contract.shrunk", event.what.contract);
    number("nodes", event.what.gone.size());
    number("per_node", event.what.per_node);
  }

  // ---- Money
  void on(const exchange::MoneyEvent& event) {
    type("money.moved");
    bool first = true;
    for (const ledger::Fact& fact : event.facts) {
      text("leg", ledger::leg_name(fact.asked.index()));
      if (fact.did.amount == Money()) continue;
      if (first) words_.amount = fact.did.amount.raw();
      if (first) words_.participant = fact.did.from.participant.value;
      account("from", fact.did.from);
      account("to", fact.did.to);
      if (!first) money("amount", fact.did.amount.raw());
      first = false;
    }
    if (event.why.contract != 0) number("grant", event.why.contract);
    if (event.why.round != 0) number("round", event.why.round);
    if (event.why.reference != 0) number("reference", event.why.reference);
  }

  // ---- Own
  void on(const exchange::ParticipantOpened& event) {
    type("participant.opened");
    words_.participant = event.participant.value;
    text("name", event.name);
    text("role", exchange::role_name(event.role));
  }
  void on(const exchange::KeyAdded& event) {
    type("key.added");
    words_.participant = event.participant.value;
    text("key", hex_of(event.key));
    text("role", exchange::role_name(event.role));
  }
  void on(const exchange::KeyRevoked& event) {
    type("key.revoked");
    text("key", hex_of(event.key));
  }
  void on(const exchange::HaltSet& event) {
    type("halt.changed");
    text("scope", scope_word(event.scope));
    if (event.scope != exchange::HaltScope::kMarket) number("target", event.target);
    text("on", event.on ? "yes" : "no");
  }
  void on(const exchange::RulesSet& event) {
    type("rules.changed");
    number("round", event.rules.round);
    number("lock", event.rules.lock);
    number("collar_percent", event.rules.collar_percent);
    number("orders_of_one", event.rules.orders_of_one);
    number("live_orders", event.rules.live_orders);
    number("penalty_ppm", event.rules.penalty_ppm);
  }
  void on(const exchange::HubAssigned& event) {
    type("hub.supplier-changed");
    words_.participant = event.supplier.value;
    number("hub", event.hub.value);
  }
  void on(const exchange::OrderHeld& event) { order("order.held", event.order); }
  void on(const exchange::OrderNamed& event) {
    order("order.named", event.order);
    text("name", event.name);
  }
  void on(const exchange::ContractGranted& event) {
    contract("contract.granted", event.contract);
    words_.amount = event.cost.raw();
    number("grant", event.grant);
    number("from", event.from);
    number("until", event.until);
  }
  void on(const exchange::ContractMetered& event) {
    contract("contract.metered", event.contract);
    words_.amount = event.paid.raw();
    number("until", event.until);
  }
  void on(const exchange::ContractSettled& event) {
    contract("contract.settled", event.contract);
    words_.amount = event.penalty.raw();
  }
  void on(const exchange::GateClosed& event) {
    type("round.gate-closed");
    number("round", event.round);
    number("orders_below", event.orders);
  }
  void on(const exchange::RoundPublished& event) {
    type("round.closed");
    number("round", event.round);
    text("outcome", outcome_word(event.outcome));
    money("welfare", event.welfare);
    money("bound", event.bound);
    if (!event.reason.empty()) text("reason", event.reason);
  }
  void on(const exchange::WebhookPut& event) {
    type("webhook.added");
    words_.participant = event.participant.value;
    number("webhook", event.webhook);
    text("url", event.url);
  }
  void on(const exchange::WebhookDropped& event) {
    type("webhook.dropped");
    number("webhook", event.webhook);
  }
  void on(const exchange::WebhookAcked& event) {
    type("webhook.confirmed");
    number("webhook", event.webhook);
    number("sent", event.sequence);
  }
  void on(const exchange::Answered& event) {
    type("request.answered");
    text("code", exchange::code_name(event.code));
    text("command", hex_of(event.id));
    if (event.value != 0) number("value", event.value);
  }
  void on(const exchange::TakeOrPaySet& event) {
    type("rules.take-or-pay");
    number("ppm", event.ppm);
  }
  void on(const exchange::CalendarSet& event) {
    type("calendar.changed");
    for (const exchange::Closure& closure : event.closures) {
      number("from", closure.from);
      number("until", closure.until);
      text("dispatch", closure.dispatch ? "yes" : "no");
      text("reason", closure.reason);
    }
  }
  void on(const exchange::ContractOwned& event) { contract("contract.own", event.contract); }
  void resale(std::string_view name, exchange::ResaleId id, engine::ContractId of) {
    contract(name, of);
    number("resale", id.value);
  }
  void holder(exchange::Holder by) { number(by.resale ? "by_resale" : "by_contract", by.id); }
  void on(const exchange::ResaleOffered& event) {
    resale("resale.offered", event.resale, event.terms.contract);
    words_.participant = event.terms.seller.value;
    number("pool", event.terms.pool.value);
    number("devices", event.terms.devices);
    money("price", event.terms.price.raw());
    money("ask", event.terms.ask.raw());
    number("from", event.terms.from);
    number("until", event.terms.until);
  }
  void on(const exchange::ResaleOpened& event) {
    resale("resale.opened", event.resale, event.contract);
    words_.amount = event.cost.raw();
    number("devices", event.devices);
    number("grant", event.grant);
    number("owed_ppm", event.owed_ppm);
    number("from", event.from);
  }
  void on(const exchange::ResaleTaken& event) {
    resale("resale.taken", event.resale, event.contract);
    holder(event.by);
    number("devices", event.devices);
  }
  void on(const exchange::ResaleMetered& event) {
    resale("resale.metered", event.resale, event.contract);
    words_.amount = event.paid.raw();
    number("until", event.until);
  }
  void on(const exchange::ResaleEarned& event) {
    resale("resale.earned", event.resale, event.contract);
    words_.participant = event.seller.value;
    words_.amount = event.income.raw();
    holder(event.by);
  }
  void on(const exchange::ResaleOver& event) {
    resale("resale.over", event.resale, event.contract);
    number("until", event.until);
  }
  void on(const exchange::ResaleClosed& event) {
    resale("resale.closed", event.resale, event.contract);
  }
  void on(const exchange::ResaleAllowed& event) {
    type("participant.changed");
    words_.participant = event.participant.value;
    text("resell", event.allowed ? "yes" : "no");
  }
  void on(const exchange::HubLeased& event) {
    type("hub.leased");
    number("hub", event.hub.value);
    number("epoch", event.lease.epoch);
    text("holder", event.lease.holder);
    number("until", event.lease.until);
    text("accepting", event.lease.accepting ? "yes" : "no");
    if (!event.lease.detail.empty()) text("detail", event.lease.detail);
  }
  void on(const exchange::WorkAttached& event) {
    order("order.work", event.order);
    text("work", hex_of(event.work));
  }
  void on(const exchange::ContractReported& event) {
    contract("contract.reported", event.contract);
    text("phase", exchange::phase_name(event.phase));
    if (!event.detail.empty()) text("detail", event.detail);
  }
  void on(const exchange::DeliveryMissed& event) {
    contract("contract.missed", event.contract);
    number("until", event.until);
  }
  void on(const exchange::DeliveryPresumed& event) {
    contract("contract.presumed", event.contract);
    words_.participant = event.what.supplier.value;
    words_.amount = event.what.amount.raw();
    number("from", event.what.from);
    number("until", event.what.until);
  }
  void on(const exchange::DeliveryShared& event) {
    const exchange::PresumedShare& share = event.share;
    contract("contract.shared", event.contract);
    words_.participant = share.payee.value;
    words_.amount = share.amount.raw();
    number("payment", share.payment);
    number("payer", share.payer.value);
    if (share.owed.value != 0) number("owed", share.owed.value);
    if (share.earned.value != 0) number("earned", share.earned.value);
    number("from", share.from);
    number("until", share.until);
  }
  void on(const exchange::ResaleSpared& event) {
    resale("resale.spared", event.resale, event.contract);
    words_.amount = event.paid.raw();
    holder(event.by);
    number("seconds", event.seconds);
  }
  void on(const exchange::ResaleReturned& event) {
    resale("resale.returned", event.resale, event.contract);
    words_.participant = event.seller.value;
    words_.amount = event.amount.raw();
    holder(event.by);
  }
  void on(const exchange::ResaleRefunded& event) {
    resale("resale.refunded", event.resale, event.contract);
    words_.participant = event.seller.value;
    words_.amount = event.amount.raw();
  }
  void on(const exchange::DeliveryTold& event) {
    contract("contract.told", event.contract);
    number("from", event.from);
    number("until", event.until);
  }
  void on(const exchange::DeliverySettled& event) {
    contract("contract.concluded", event.contract);
    words_.amount = event.refund.raw();
    money("penalty", event.penalty.raw());
    number("missed", event.missed);
    number("overrun", event.overrun);
  }

  EventWords words_;
};

}  // namespace

EventWords words_of(const exchange::Event& event) {
  return EventTeller().tell(event);
}

}  // namespace tongsuan::node
