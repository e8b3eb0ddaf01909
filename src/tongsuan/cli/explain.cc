#include "tongsuan/cli/explain.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/clearing/reasons.h"
#include "tongsuan/cli/instant.h"
#include "tongsuan/cli/json.h"
#include "tongsuan/report/numbers.h"
#include "tongsuan/report/round_view.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {

using clearing::Change;
using clearing::HubAnswer;
using clearing::Reason;

std::int64_t reference_device_seconds(const Market& market, const Order& order) {
  if (order.variants.count() == 0) return 0;
  const Variant& first = market.variants[order.variants.begin];
  std::int64_t slots = first.duration;
  for (std::uint32_t i = order.services.begin; i < order.services.end; ++i)
    slots += market.ranges[i].count();
  return slots * first.gang * market.calendar.slot_seconds;
}

const char* kind_name(OrderKind kind) {
  switch (kind) {
    case OrderKind::kBlock:
      return "block";
    case OrderKind::kOptions:
      return "options";
    case OrderKind::kCurve:
      return "curve";
    case OrderKind::kProfile:
      return "profile";
    case OrderKind::kService:
      return "service";
  }
  return "";
}

namespace {

// The slots that an order runs when it starts somewhere.
SlotRange slots_of(const Market& market, const Order& order, std::uint32_t variant, Slot start) {
  if (order.kind == OrderKind::kService && order.services.count() > 0) {
    return {market.ranges[order.services.begin].begin, market.ranges[order.services.end - 1].end};
  }
  if (variant >= order.variants.count()) return {start, start};
  return {start, start + market.variants[order.variants.begin + variant].duration};
}

class Explainer {
 public:
  Explainer(const Session& session, const Explanation& explanation)
      : session_(session),
        e_(explanation),
        order_(e_.market.orders[e_.order]),
        clock_(e_.market.calendar),
        seconds_(reference_device_seconds(e_.market, order_)) {}

  std::string run() {
    const std::string name(e_.market.order_names[e_.order]);
    const std::string round = std::to_string(e_.round);
    if (e_.answer.reason == Reason::kPlaced) {
      return session_.say(e_.quote ? Message::kQuotePlaced : Message::kWhyPlaced, {name, round}) +
             '\n' + placement_text();
    }
    std::string out = session_.say(e_.quote ? Message::kQuoteNotPlaced : Message::kWhyNotPlaced,
                                   {name, round, clearing::reason_name(e_.answer.reason)}) +
                      '\n';
    out += std::string(clearing::reason_text(e_.answer.reason, session_.language)) + '\n';
    if (!e_.answer.hubs.empty()) out += '\n' + hubs_text();
    if (e_.answer.reason == Reason::kParadoxicallyRejected && e_.answer.lost_opportunity > 0) {
      out += '\n' + session_.say(Message::kLostOpportunity, {money(e_.answer.lost_opportunity)}) +
             '\n';
    }
    if (e_.asked_changes) out += '\n' + changes_text();
    if (!e_.next_command.empty()) {
      out += session_.say(Message::kTry) + ": " + e_.next_command + '\n';
    }
    return out;
  }

 private:
  [[nodiscard]] std::string money(std::int64_t micro) const {
    return report::grouped(report::fixed(micro, kMicro, 2)) + ' ' + e_.market.currency;
  }
  // Per device-hour of the first class, or the whole amount where there is no such thing.
  [[nodiscard]] std::int64_t rate(std::int64_t micro) const {
    return report::per_device_hour(micro, seconds_).value_or(micro);
  }
  [[nodiscard]] static std::string two(std::int64_t micro) {
    return report::grouped(report::fixed(micro, kMicro, 2));
  }

  [[nodiscard]] std::string field(Message key, const std::string& value) const {
    const std::string name = session_.say(key);
    const std::size_t width = report::display_width(name);
    return "  " + name + std::string(width < 10 ? 10 - width : 1, ' ') + value + '\n';
  }

  [[nodiscard]] std::string placement_text() const {
    std::string out;
    if (e_.answer.hub != kNone) {
      out += field(Message::kWhere, std::string(e_.market.hub_names[e_.answer.hub]));
    }
    const SlotRange slots = slots_of(e_.market, order_, e_.answer.variant, e_.answer.start);
    if (slots.count() > 0) {
      out += field(Message::kWhen,
                   session_.say(Message::kSlotsText,
                                {clock_.brief(slots.begin), clock_.brief(slots.end),
                                 std::to_string(slots.begin), std::to_string(slots.end)}));
    }
    if (e_.answer.variant < order_.variants.count()) {
      const Variant& variant = e_.market.variants[order_.variants.begin + e_.answer.variant];
      out += field(Message::kRunsAs, session_.say(Message::kGangText,
                                                  {std::to_string(variant.gang),
                                                   e_.market.class_names[variant.accelerator.value],
                                                   std::to_string(slots.count())}));
    }
    out += field(Message::kPays, with_rate(e_.answer.payment));
    if (order_.kind != OrderKind::kCurve && order_.value != 0) {
      out += field(Message::kIsWorth, with_rate(order_.value));
    }
    return out;
  }

  [[nodiscard]] std::string with_rate(std::int64_t micro) const {
    if (seconds_ == 0) return money(micro);
    return session_.say(Message::kPerDeviceHour, {money(micro), two(rate(micro))});
  }

  [[nodiscard]] std::string binding_text(const HubAnswer& hub) const {
    if (hub.binding.empty()) return session_.say(Message::kNothingBinds);
    const clearing::BindingRow& row = hub.binding.front();
    // A link may be no scarcer than ever: then it has no shadow price, and its data still costs.
    return session_.say(row.premium > 0 ? Message::kBindingText : Message::kTransferText,
                        {row.row, clock_.brief(row.slots), two(rate(row.cost)), two(row.premium)});
  }

  [[nodiscard]] std::string hubs_text() const {
    report::Table table{.currency = e_.market.currency, .columns = {}, .rows = {}};
    using report::ColumnKind;
    const auto column = [&](const char* key, Message title, ColumnKind kind) {
      table.columns.push_back({.key = key,
                               .title = session_.say(title),
                               .kind = kind,
                               .decimals = 6,
                               .shown_decimals = 2,
                               .wide = false});
    };
    column("hub", Message::kColumnHub, ColumnKind::kText);
    column("start", Message::kColumnStart, ColumnKind::kText);
    column("clearing", Message::kColumnClearing, ColumnKind::kMoney);
    column("limit", Message::kColumnLimit, ColumnKind::kMoney);
    column("short", Message::kColumnShort, ColumnKind::kMoney);
    column("binding", Message::kColumnBinding, ColumnKind::kText);
    for (const HubAnswer& hub : e_.answer.hubs) {
      table.rows.push_back({std::string(e_.market.hub_names[hub.hub]), clock_.brief(hub.start),
                            rate(hub.cost), rate(hub.value), rate(hub.short_by),
                            binding_text(hub)});
    }
    std::string out = session_.say(Message::kHubsTitle) + '\n';
    const Result<std::string> text = report::render(table, {});
    TONGSUAN_CHECK(text.ok());
    out += indented(text.value());
    if (seconds_ > 0)
      out += session_.say(Message::kPricesPerDeviceHour, {e_.market.currency}) + '\n';
    return out;
  }

  [[nodiscard]] static std::string indented(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size() - 1);
      out += "  " + std::string(text.substr(0, end + 1));
      text.remove_prefix(end + 1);
    }
    return out;
  }

  [[nodiscard]] std::string changes_text() const {
    if (e_.answer.changes.empty()) return session_.say(Message::kNoChanges) + '\n';
    std::string out =
        session_.say(e_.quote ? Message::kQuoteChangesTitle : Message::kChangesTitle) + '\n';
    std::size_t width = 0;
    for (const Change& change : e_.answer.changes) {
      width = std::max(width, report::display_width(change.description));
    }
    for (std::size_t i = 0; i < e_.answer.changes.size(); ++i) {
      const Change& change = e_.answer.changes[i];
      const std::string cost = change.extra_cost == 0 ? session_.say(Message::kChangeFree)
                                                      : '+' + money(change.extra_cost);
      const std::size_t pad = width - report::display_width(change.description) + 3;
      out += "  " + std::to_string(i + 1) + ". " + change.description + std::string(pad, ' ') +
             session_.say(
                 Message::kChangeText,
                 {cost, clock_.brief(change.start),
                  change.hub == kNone ? std::string_view("-") : e_.market.hub_names[change.hub],
                  money(change.payment)}) +
             '\n';
    }
    return out;
  }

  const Session& session_;
  const Explanation& e_;
  const Order& order_;
  SlotClock clock_;
  std::int64_t seconds_;
};

// ---- JSON --------------------------------------------------------------------------------------

std::string binding_json(const Market& market, const clearing::BindingRow& row) {
  return JsonObject()
      .text("row", row.row)
      .number("begin", row.slots.begin)
      .number("end", row.slots.end)
      .money("price", row.price, market.currency)
      .money("premium", row.premium, market.currency)
      .money("cost", row.cost, market.currency)
      .str();
}

// What runs: nothing for explicit options, which have no variants.
void add_variant(JsonObject& object, const Explanation& e, std::uint32_t variant) {
  const Span32 variants = e.market.orders[e.order].variants;
  if (variant >= variants.count()) return;
  const Variant& runs = e.market.variants[variants.begin + variant];
  object.text("class", e.market.class_names[runs.accelerator.value]).number("gang", runs.gang);
}

std::string hub_json(const Explanation& e, const HubAnswer& hub, const SlotClock& clock) {
  std::vector<std::string> binding;
  for (const clearing::BindingRow& row : hub.binding)
    binding.push_back(binding_json(e.market, row));
  JsonObject object;
  object.text("hub", e.market.hub_names[hub.hub]);
  add_variant(object, e, hub.variant);
  return object.number("startSlot", hub.start)
      .text("startsAt", clock.instant(hub.start))
      .money("cost", hub.cost, e.market.currency)
      .money("value", hub.value, e.market.currency)
      .money("shortBy", hub.short_by, e.market.currency)
      .raw("binding", json_array(binding))
      .str();
}

std::string change_json(const Explanation& e, const Change& change, const SlotClock& clock) {
  JsonObject object;
  object.text("change", change.description)
      .money("extraCost", change.extra_cost, e.market.currency);
  if (change.hub != kNone) object.text("hub", e.market.hub_names[change.hub]);
  return object.number("startSlot", change.start)
      .text("startsAt", clock.instant(change.start))
      .money("payment", change.payment, e.market.currency)
      .str();
}

std::string award_json(const Explanation& e, const SlotClock& clock) {
  const Order& order = e.market.orders[e.order];
  const SlotRange slots = slots_of(e.market, order, e.answer.variant, e.answer.start);
  JsonObject object;
  if (e.answer.hub != kNone) object.text("hub", e.market.hub_names[e.answer.hub]);
  add_variant(object, e, e.answer.variant);
  if (slots.count() > 0) {
    object.number("startSlot", slots.begin).number("endSlot", slots.end);
    object.text("startsAt", clock.instant(slots.begin)).text("endsAt", clock.instant(slots.end));
  }
  return object.money("payment", e.answer.payment, e.market.currency).str();
}

}  // namespace

std::string explanation_text(const Session& session, const Explanation& explanation) {
  return Explainer(session, explanation).run();
}

std::string explanation_json(const Explanation& e) {
  const SlotClock clock(e.market.calendar);
  const bool placed = e.answer.reason == Reason::kPlaced;
  std::vector<std::string> hubs;
  for (const HubAnswer& hub : e.answer.hubs) hubs.push_back(hub_json(e, hub, clock));
  std::vector<std::string> changes;
  for (const Change& change : e.answer.changes) changes.push_back(change_json(e, change, clock));
  JsonObject object;
  object.text("order", e.market.order_names[e.order]).text("market", e.market.name);
  object.text("round", std::to_string(e.round))
      .text("kind", kind_name(e.market.orders[e.order].kind));
  object.truth("indicative", e.quote).truth("placed", placed);
  object.text("reason", clearing::reason_name(e.answer.reason));
  object.money("lostOpportunity", e.answer.lost_opportunity, e.market.currency);
  if (placed) {
    object.raw("award", award_json(e, clock));
  } else {
    object.nothing("award");
  }
  object.raw("hubs", json_array(hubs)).raw("changes", json_array(changes));
  if (e.next_command.empty()) {
    object.nothing("try");
  } else {
    object.text("try", e.next_command);
  }
  return object.str() + '\n';
}

}  // namespace tongsuan::cli
