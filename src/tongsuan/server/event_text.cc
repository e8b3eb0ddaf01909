#include "tongsuan/server/event_text.h"

#include <algorithm>

#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server {
namespace {

using exchange::ParticipantId;
using internal::Names;
using ledger::kHouse;
using node::View;

class Teller {
 public:
  Teller(const Names& names, const TimeText& time, const View& view, const EventPlace& place)
      : names_(names), time_(time), view_(view), place_(place), out_(text_.json) {}

  // No movement of money.
  EventText tell(const exchange::Event& event) {
    if (const auto* happened = std::get_if<engine::Event>(&event)) {
      std::visit([&](const auto& what) { on(what); }, happened->what);
    } else if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
      std::visit([&](const auto& what) { on(what); }, *own);
    }
    return finish();
  }
  EventText tell(const ledger::Posting& did, const ledger::Reason& why) {
    begin("money.moved", Visibility::kOwner, did.from.participant, did.to.participant);
    internal::write_account(out_, "from", did.from);
    internal::write_account(out_, "to", did.to);
    write_money(out_, "amount", did.amount.raw());
    out_.begin_object("reason");
    if (why.contract != 0 && why.reference != 0) {
      out_.text("resale", id_text('S', why.reference));
    } else if (why.reference > 0) {
      out_.text("reference", std::to_string(why.reference));
    }
    out_.end_object();
    return finish();
  }

 private:
  EventText finish() {
    if (!text_.type.empty()) out_.end_object();
    return std::move(text_);
  }
  json::Writer& begin(std::string_view type, Visibility visibility, ParticipantId first = kHouse,
                      ParticipantId second = kHouse) {
    text_.json.reserve(192);
    text_.type = type;
    const std::string_view topic = type.substr(0, type.find('.'));
    text_.topic = static_cast<std::uint32_t>(std::ranges::find(kTopics, topic) - kTopics);
    text_.visibility = visibility;
    text_.first = first;
    text_.second = second;
    out_.begin_object().text("type", type).text("sequence", std::to_string(place_.sequence));
    out_.number("part", place_.part);
    if (!place_.at_text.empty()) return out_.text("at", place_.at_text);
    return out_.text("at", time_.text(place_.at));
  }
  json::Writer& begin_order(std::string_view type, OrderId order) {
    return begin(type, Visibility::kOwner, internal::owner_of(view_, order))
        .text("order", id_text('O', order.value));
  }
  json::Writer& begin_contract(std::string_view type, engine::ContractId contract) {
    const internal::Parties parties = internal::parties_of(view_, contract);
    return begin(type, Visibility::kOwner, parties.buyer, parties.supplier)
        .text("contract", id_text('C', contract.value));
  }
  void write_pool(engine::PoolId id) {
    const engine::Pool& pool = names_.places().pools[id.value];
    out_.text("hub", names_.hub(pool.hub)).text("class", names_.accelerator(pool.accelerator));
  }
  void write_time(std::string_view key, Second at) { out_.text(key, time_.text(at)); }

  // ---- Of the engine
  void on(const engine::OrderAccepted& event) {
    begin_order("order.accepted", event.order)
        .text("participant", id_text('P', event.what.account.value));
  }
  void on(const engine::OrderRefused& /*event*/) {}
  void on(const engine::OrderGone& event) {
    begin_order("order.gone", event.order).text("state", internal::order_state(event.state));
  }
  void on(const engine::OrderOpened& event) { begin_order("order.opened", event.order); }
  void on(const engine::OrderAmended& event) { begin_order("order.amended", event.order); }
  void on(const engine::NodesChanged& event) {
    begin("hub.nodes-changed", Visibility::kPublic);
    write_pool(event.pool);
    out_.number("begin", event.begin).number("end", event.end).truth("up", event.up);
  }
  void on(const engine::AskChanged& event) {
    begin("hub.ask-changed", Visibility::kPublic);
    write_pool(event.pool);
    write_money(out_, "ask", event.ask.raw());
  }
  void on(const engine::StepsChanged& event) {
    begin("hub.ask-changed", Visibility::kPublic);
    write_pool(event.pool);
    write_money(out_, "ask", event.steps.front().price.raw());
    internal::write_steps(out_, event.steps);
  }
  void on(const engine::ContractStarted& event) {
    begin_contract("contract.started", event.contract)
        .text("order", id_text('O', event.what.order.value));
    write_pool(event.what.pool);
    const bool known = view_.state.engine().knows(event.contract);
    out_.number("devices", known ? view_.state.engine().contract(event.contract).devices() : 1);
    write_money(out_, "price", event.what.price.raw());
    write_time("expectedEnd", event.expected_end);
  }
  void on(const engine::ContractEnded& event) {
    begin_contract("contract.ended", event.contract);
    const engine::State& engine = view_.state.engine();
    const OrderId order =
        engine.knows(event.contract) ? engine.contract(event.contract).order : OrderId{};
    out_.text("order", id_text('O', order.value))
        .text("reason", internal::end_reason(event.reason))
        .number("donePpm", event.done_ppm);
  }
  void on(const engine::ContractExtended& event) {
    begin_contract("contract.extended", event.contract);
    write_time("until", event.until);
  }
  void on(const engine::TransferStarted& event) {
    const engine::DataLink& link = names_.places().links[event.link.value];
    begin("data.transfer-started", Visibility::kPublic)
        .text("data", names_.data_name(event.data))
        .text("from", names_.hub(link.from))
        .text("to", names_.hub(link.to));
    write_time("ready", event.ready);
  }
  void on(const engine::TransferEnded& event) {
    begin("data.transfer-ended", Visibility::kPublic)
        .text("data", names_.data_name(event.data))
        .text("to", names_.hub(event.to));
  }
  void on(const engine::RoundClosed& /*event*/) {}  // RoundPublished comes with it
  void on(const engine::BlockBooked& event) {
    const OrderId order = event.what.order;
    begin_order("block.booked", order);
    const engine::State& engine = view_.state.engine();
    const engine::Pool& pool = names_.places().pools[event.what.pool.value];
    engine::Way way{pool.accelerator, 1, 1};
    if (engine.knows(order) && event.what.way < engine.order(order).order.ways.size()) {
      way = engine.order(order).order.ways[event.what.way];
    }
    out_.begin_object("way")
        .text("class", names_.accelerator(way.accelerator))
        .number("devices", way.gang)
        .number("durationSeconds", way.estimate)
        .end_object()
        .text("hub", names_.hub(pool.hub));
    write_time("begin", event.what.begin);
    write_time("end", event.end);
    write_money(out_, "price", event.what.price.raw());
  }
  void on(const engine::BlockReleased& event) {
    begin_order("block.released", event.order)
        .text("reason", internal::release_reason(event.reason));
  }
  void on(const engine::HistoryDropped& event) {
    begin("history.dropped", Visibility::kAuditor)
        .text("ordersBelow", id_text('O', event.orders_below))
        .text("contractsBelow", id_text('C', event.contracts_below));
  }
  void on(const engine::OrderAwarded& event) {
    begin_order("order.awarded", event.what.order);
    out_.begin_array("parts");
    for (std::uint32_t i = 0; i < event.what.parts.size(); ++i) {
      const engine::AwardPart& part = event.what.parts[i];
      out_.begin_object().text("order", id_text('O', event.first.value + i));
      write_pool(part.pool);
      out_.number("devices", part.gang);
      write_time("begin", part.begin);
      write_time("end", part.end);
      write_money(out_, "price", part.price.raw());
      out_.end_object();
    }
    out_.end_array();
  }
  void on(const engine::AccountAdded& /*event*/) {}
  void on(const engine::ContractShrunk& event) {
    begin_contract("contract.shrunk", event.what.contract);
    const engine::State& engine = view_.state.engine();
    const bool known = engine.knows(event.what.contract);
    out_.number("devices", known ? engine.contract(event.what.contract).devices() : 1);
  }

  // ---- Own
  void on(const exchange::ParticipantOpened& event) {
    begin("participant.opened", Visibility::kAuditor)
        .text("participant", id_text('P', event.participant.value))
        .text("name", event.name)
        .text("role", exchange::role_name(event.role))
        .text("owner", id_text('P', event.owner.value));
  }
  void on(const exchange::KeyAdded& event) {
    begin("key.added", Visibility::kOwner, event.participant)
        .text("participant", id_text('P', event.participant.value))
        .text("key", internal::key_text(event.key))
        .text("role", exchange::role_name(event.role));
    if (event.expires < engine::kSecondsMax) write_time("expires", event.expires);
  }
  void on(const exchange::KeyRevoked& event) {
    const exchange::KeyRow* row = view_.state.key(event.key);
    begin("key.revoked", Visibility::kOwner, row == nullptr ? kHouse : row->participant)
        .text("key", internal::key_text(event.key));
  }
  void on(const exchange::HaltSet& event) {
    const bool of_one = event.scope == exchange::HaltScope::kParticipant;
    begin("halt.changed", of_one ? Visibility::kOwner : Visibility::kPublic,
          of_one ? ParticipantId{event.target} : kHouse)
        .text("scope", internal::halt_scope(event.scope));
    if (of_one) out_.text("participant", id_text('P', event.target));
    if (event.scope == exchange::HaltScope::kHub) out_.text("hub", names_.hub(HubId{event.target}));
    out_.truth("halted", event.on);
  }
  void on(const exchange::RulesSet& event) {
    begin("rules.changed", Visibility::kPublic).begin_object("rules");
    internal::write_rules(out_, event.rules);
  }
  void on(const exchange::HubAssigned& event) {
    begin("hub.supplier-changed", Visibility::kPublic)
        .text("hub", names_.hub(event.hub))
        .text("supplier", id_text('P', event.supplier.value));
  }
  void on(const exchange::OrderHeld& event) {
    begin_order("order.held", event.order);
    if (event.hold.slot != kNone) out_.text("hold", id_text('H', event.hold.slot));
  }
  // One that comes with its order is told by nobody: the order has it.
  void on(const exchange::OrderNamed& event) {
    if (view_.index.sequence_of(event.order) == place_.sequence) return;
    begin_order("order.named", event.order).text("name", event.name);
  }
  void on(const exchange::ContractGranted& event) {
    begin_contract("contract.granted", event.contract);
    write_money(out_, "cost", event.cost.raw());
    write_time("from", event.from);
    write_time("until", event.until);
  }
  void on(const exchange::ContractMetered& event) {
    begin_contract("contract.metered", event.contract);
    write_time("until", event.until);
    write_money(out_, "paid", event.paid.raw());
  }
  void on(const exchange::ContractSettled& event) {
    begin_contract("contract.settled", event.contract);
    write_money(out_, "penalty", event.penalty.raw());
  }
  void on(const exchange::GateClosed& event) {
    begin("round.gate-closed", Visibility::kPublic).text("round", id_text('R', event.round));
  }
  void on(const exchange::RoundPublished& event) {
    begin("round.closed", Visibility::kPublic)
        .text("round", id_text('R', event.round))
        .text("state", internal::round_state(event.outcome));
    const exchange::RoundRow* row = view_.state.round(event.round);
    out_.number_unsigned("orders", row == nullptr ? 0 : row->orders);
    out_.number_unsigned("awards", row == nullptr ? 0 : row->awards);
    if (event.outcome == exchange::RoundOutcome::kCleared && row != nullptr) {
      write_money(out_, "welfare", event.welfare);
      write_money(out_, "bound", event.bound);
      out_.number("gapPpm", row->gap_ppm)
          .text("root", internal::hash_text(row->root))
          .text("certificate", internal::hash_text(row->certificate));
    }
    if (!event.reason.empty()) out_.text("reason", event.reason);
  }
  void on(const exchange::WebhookPut& event) {
    begin("webhook.added", Visibility::kOwner, event.participant)
        .text("webhook", id_text('W', event.webhook))
        .text("participant", id_text('P', event.participant.value))
        .text("url", event.url);
  }
  void on(const exchange::WebhookDropped& event) {
    begin("webhook.dropped", Visibility::kOwner, owner_of_webhook(event.webhook))
        .text("webhook", id_text('W', event.webhook));
  }
  void on(const exchange::WebhookAcked& event) {
    begin("webhook.confirmed", Visibility::kAuditor)
        .text("webhook", id_text('W', event.webhook))
        .text("sent", std::to_string(event.sequence));
  }
  void on(const exchange::Answered& event) {
    begin("request.answered", Visibility::kAuditor)
        .text("command", hex(event.id.data(), event.id.size()))
        .text("code", exchange::code_name(event.code));
  }
  void on(const exchange::TakeOrPaySet& event) {
    begin("rules.take-or-pay", Visibility::kPublic).number("takeOrPayPpm", event.ppm);
  }
  void on(const exchange::CalendarSet& event) {
    begin("calendar.changed", Visibility::kPublic);
    internal::write_closures(out_, time_, event.closures);
  }
  void on(const exchange::ContractOwned& event) { begin_contract("contract.own", event.contract); }
  json::Writer& begin_resale(std::string_view type, exchange::ResaleId id,
                             engine::ContractId contract) {
    return begin_contract(type, contract).text("resale", id_text('S', id.value));
  }
  void on(const exchange::ResaleOffered& event) {
    begin_resale("resale.offered", event.resale, event.terms.contract);
    internal::write_resale_terms(out_, time_, event.terms);
  }
  void on(const exchange::ResaleOpened& event) {
    begin_resale("resale.opened", event.resale, event.contract).number("devices", event.devices);
    write_money(out_, "owed", event.cost.raw());
    write_time("from", event.from);
  }
  void on(const exchange::ResaleTaken& event) {
    begin_resale("resale.taken", event.resale, event.contract).number("devices", event.devices);
  }
  void on(const exchange::ResaleMetered& event) {
    begin_resale("resale.metered", event.resale, event.contract);
    write_time("until", event.until);
    write_money(out_, "paid", event.paid.raw());
  }
  void on(const exchange::ResaleEarned& event) {
    begin_resale("resale.earned", event.resale, event.contract);
    write_money(out_, "income", event.income.raw());
  }
  // A seller hears of its own contract, not of that which has the devices.
  void on(const exchange::DeliveryShared& event) {
    const exchange::PresumedShare& share = event.share;
    const bool earned = share.earned.value != 0;
    begin_resale("resale.presumed", earned ? share.earned : share.owed,
                 earned ? share.earned_of : share.owed_of)
        .text("of", earned ? "income" : "owed");
    write_time("from", share.from);
    write_time("until", share.until);
    write_money(out_, "amount", share.amount.raw());
  }
  void on(const exchange::ResaleSpared& event) {
    begin_resale("resale.spared", event.resale, event.contract)
        .text("deviceSeconds", std::to_string(event.seconds));
    write_money(out_, "paid", event.paid.raw());
  }
  void on(const exchange::ResaleReturned& event) {
    begin_resale("resale.returned", event.resale, event.contract);
    write_money(out_, "amount", event.amount.raw());
  }
  void on(const exchange::ResaleRefunded& event) {
    begin_resale("resale.refunded", event.resale, event.contract);
    write_money(out_, "amount", event.amount.raw());
  }
  void on(const exchange::ResaleOver& event) {
    begin_resale("resale.over", event.resale, event.contract);
    write_time("until", event.until);
  }
  void on(const exchange::ResaleClosed& event) {
    begin_resale("resale.closed", event.resale, event.contract);
  }
  void on(const exchange::ResaleAllowed& event) {
    begin("participant.changed", Visibility::kOwner, event.participant)
        .text("participant", id_text('P', event.participant.value))
        .truth("resell", event.allowed);
  }
  void on(const exchange::HubLeased& event) {
    begin("hub.leased", Visibility::kPublic)
        .text("hub", names_.hub(event.hub))
        .number("epoch", event.lease.epoch)
        .truth("accepting", event.lease.accepting);
    write_time("until", event.lease.until);
  }
  void on(const exchange::WorkAttached& event) {
    begin_order("order.work", event.order).text("work", internal::hash_text(event.work));
  }
  void on(const exchange::ContractReported& event) {
    begin_contract("contract.reported", event.contract)
        .text("phase", exchange::phase_name(event.phase));
    if (!event.detail.empty()) out_.text("detail", event.detail);
  }
  void on(const exchange::DeliveryMissed& event) {
    begin_contract("contract.missed", event.contract);
    write_time("until", event.until);
  }
  void on(const exchange::DeliveryPresumed& event) {
    begin_contract("contract.presumed", event.contract);
    write_time("from", event.what.from);
    write_time("until", event.what.until);
    write_money(out_, "amount", event.what.amount.raw());
  }
  void on(const exchange::DeliveryTold& event) {
    begin_contract("contract.told", event.contract);
    write_time("from", event.from);
    write_time("until", event.until);
  }
  void on(const exchange::DeliverySettled& event) {
    begin_contract("contract.concluded", event.contract)
        .number("missedSeconds", event.missed)
        .number("overrunSeconds", event.overrun);
    write_money(out_, "refund", event.refund.raw());
    write_money(out_, "penalty", event.penalty.raw());
  }
  [[nodiscard]] ParticipantId owner_of_webhook(std::uint32_t webhook) const {
    const auto& rows = view_.state.webhooks();
    return webhook < rows.size() ? rows[webhook].participant : kHouse;
  }

  const Names& names_;
  const TimeText& time_;
  const View& view_;
  const EventPlace& place_;
  EventText text_;
  json::Writer out_;
};

bool moves(const ledger::Fact& fact) {
  return fact.did.amount != Money();
}

}  // namespace

std::optional<Topics> parse_topics(std::string_view list) {
  Topics topics = 0;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const auto found = std::ranges::find(kTopics, list.substr(0, end));
    if (found == std::end(kTopics)) return std::nullopt;
    topics |= 1U << (found - kTopics);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return topics == 0 ? std::nullopt : std::optional(topics);
}

std::uint32_t parts_of(const exchange::Event& event) {
  const auto* money = std::get_if<exchange::MoneyEvent>(&event);
  if (money == nullptr) return 1;
  return std::max(1U, static_cast<std::uint32_t>(std::ranges::count_if(money->facts, moves)));
}

EventText event_text(const Names& names, const TimeText& time, const View& view,
                     const EventPlace& place, const exchange::Event& event) {
  return Teller(names, time, view, place).tell(event);
}

void add_event_texts(std::vector<EventText>& texts, const internal::Names& names,
                     const TimeText& time, const View& view, EventPlace& place,
                     const exchange::Event& event) {
  const std::uint32_t end = place.part + parts_of(event);
  const auto add = [&](EventText text) {
    if (!text.type.empty()) texts.push_back(std::move(text));
    ++place.part;
  };
  if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) {
    for (const ledger::Fact& fact : money->facts) {
      if (moves(fact)) add(Teller(names, time, view, place).tell(fact.did, money->why));
    }
  } else {
    add(event_text(names, time, view, place, event));
  }
  place.part = end;
}

}  // namespace tongsuan::server
