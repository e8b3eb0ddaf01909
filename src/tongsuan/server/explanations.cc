// Why an order runs or does not, what one would get, and proof that it stood in a book.
#include <algorithm>
#include <cctype>

#include "tongsuan/exchange/codes.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/order_body.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using clearing::ChangeKind;
using engine::LiveOrder;
using node::Place;

// ---- Refusals --------------------------------------------------------------------------------

std::string_view code_of_refusal(const node::Refused& refused) {
  return code_of(exchange::to_code(refused.refusal.value_or(engine::Refusal::kLimit)));
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = static_cast<char>(std::toupper(text[0]));
  return text + '.';
}

}  // namespace

Problem to_problem(const node::Refused& refused) {
  using Why = node::Refused::Why;
  Problem problem{"internal", sentence(refused.what)};
  problem.hint = refused.hint;
  switch (refused.why) {
    case Why::kUnknownRound:
    case Why::kUnknownOrder:
      problem.code = "unknown";
      break;
    case Why::kNotClosed:
      problem.code = "not-closed";
      break;
    case Why::kNotCleared:
      problem.code = "not-cleared";
      break;
    case Why::kNotInBook:
      problem.code = "not-in-book";
      break;
    case Why::kBadOrder:
      problem.code = code_of_refusal(refused);
      break;
    case Why::kOutOfReach:
      problem.code = "out-of-reach";
      break;
    case Why::kTooLarge:
      problem.code = "answer-too-large";
      break;
    case Why::kNoText:
      break;
    case Why::kBusy:
      problem.code = "unavailable";
      problem.retry_after = 1;
      break;
  }
  return problem;
}

namespace {

// ---- Answers ---------------------------------------------------------------------------------

// The order that an answer is about, with what it takes to name its ways and changes.
struct Told {
  const Core& core;
  json::Writer& out;
  const LiveOrder& order;
};

// Of a package. What was not bought has no price.
void write_legs(const Told& told, const Place& place) {
  told.out.number("alternative", place.way).begin_array("legs");
  for (const node::PlaceLeg& leg : place.legs) {
    told.out.begin_object()
        .text("hub", leg.hub)
        .text("class", leg.accelerator)
        .number("devices", leg.devices);
    write_time(told.out, "from", told.core.time, leg.begin);
    write_time(told.out, "until", told.core.time, leg.end);
    if (leg.cost > Money()) {
      write_money(told.out, "price", leg.price.raw());
      write_money(told.out, "payment", leg.cost.raw());
    }
    told.out.end_object();
  }
  told.out.end_array();
}

void write_place(const Told& told, const Place& place, bool ends) {
  told.out.text("hub", place.hub).begin_object("way");
  const bool own = place.legs.empty() && place.way < told.order.ways.size();
  told.out.text("class", place.accelerator)
      .number("devices", place.devices)
      .number("durationSeconds",
              own ? told.order.ways[place.way].estimate : place.end - place.start)
      .end_object();
  write_time(told.out, "start", told.core.time, place.start);
  if (ends) write_time(told.out, "end", told.core.time, place.end);
  if (!place.legs.empty()) write_legs(told, place);
}

void write_award(const Told& told, std::string_view key, const Place& place) {
  told.out.begin_object(key);
  write_place(told, place, true);
  write_money(told.out, "payment", place.cost.raw());
  write_money(told.out, "value", place.value.raw());
  told.out.end_object();
}

void write_hub(const Told& told, const node::HubCost& hub) {
  told.out.begin_object();
  write_place(told, hub.place, false);
  write_money(told.out, "cost", hub.place.cost.raw());
  write_money(told.out, "value", hub.place.value.raw());
  write_money(told.out, "shortBy", hub.short_by.raw());
  told.out.begin_array("binding");
  for (const node::DearRow& row : hub.rows) {
    told.out.begin_object().text("row", row.row);
    write_time(told.out, "from", told.core.time, row.from);
    write_time(told.out, "until", told.core.time, row.until);
    write_money(told.out, "price", row.price.raw());
    write_money(told.out, "premium", row.premium.raw());
    write_money(told.out, "cost", row.cost.raw());
    told.out.end_object();
  }
  told.out.end_array().end_object();
}

// The least limit, in whole fen from one yuan on, that is worth so much.
std::int64_t limit_for(const LiveOrder& order, std::int64_t value) {
  const engine::Way& way = order.ways.front();
  const int128 devices = static_cast<int128>(way.gang) * way.estimate;
  const auto exact = static_cast<std::int64_t>(
      (static_cast<int128>(value) * engine::kHour + devices - 1) / devices);
  constexpr std::int64_t kYuan = 1'000'000, kFen = 10'000;
  return exact < kYuan ? exact : (exact + kFen - 1) / kFen * kFen;
}

std::string hubs_with(const Core& core, const LiveOrder& order, std::string_view added) {
  std::string list;
  for (const HubId hub : order.hubs) list += std::string(core.names.hub(hub)) + ',';
  return list + std::string(added);
}

// As an option of the command line where it has one.
std::string change_text(const Told& told, const node::Advice& advice) {
  std::string text;
  switch (advice.kind) {
    case ChangeKind::kLimit:
      if (told.order.package) {
        text = "its first step at ";
        append_amount(text, advice.limit.raw());
        return text;
      }
      text = "--limit ";
      append_amount(text, limit_for(told.order, advice.place.value.raw()));
      return text;
    case ChangeKind::kWindow: {
      Second slowest = 0;
      for (const engine::Way& way : told.order.ways) slowest = std::max(slowest, way.estimate);
      return "--window .." + told.core.time.text(advice.latest_start + slowest);
    }
    case ChangeKind::kValue:
      text = "a value of ";
      append_amount(text, advice.place.value.raw());
      return text;
    case ChangeKind::kLater:
      return "everything later, from " + told.core.time.text(advice.place.start) + " on";
    case ChangeKind::kHub:
      if (told.order.package) return "hub " + advice.place.hub;
      return "--hubs " + hubs_with(told.core, told.order, advice.place.hub);
    case ChangeKind::kClass:
      return "a way of class " + advice.place.accelerator;
    default:
      return "its data at hub " + advice.place.hub;
  }
}

constexpr std::string_view kChanges[] = {"limit",   "window", "hub",  "class",
                                         "replica", "value",  "later"};

void write_change(const Told& told, const node::Advice& advice) {
  told.out.begin_object()
      .text("kind", kChanges[static_cast<std::size_t>(advice.kind)])
      .text("change", change_text(told, advice));
  write_money(told.out, "extraCost", advice.more.raw());
  write_place(told, advice.place, true);
  write_money(told.out, "payment", advice.place.cost.raw());
  told.out.end_object();
}

void write_explained(const Told& told, const node::Explained& explained) {
  told.out.text("reason", clearing::reason_name(explained.reason));
  if (explained.lost_opportunity > Money()) {
    write_money(told.out, "lostOpportunity", explained.lost_opportunity.raw());
  }
  if (explained.placed) write_award(told, "award", *explained.placed);
  told.out.begin_array("hubs");
  for (const node::HubCost& hub : explained.hubs) write_hub(told, hub);
  told.out.end_array().begin_array("changes");
  for (const node::Advice& advice : explained.changes) write_change(told, advice);
  told.out.end_array();
}

void write_nothing_explained(const Told& told) {
  told.out.begin_array("hubs").end_array().begin_array("changes").end_array();
}

std::string why_json(const Core& core, OrderId id, const LiveOrder& order,
                     const node::WhyAnswer& answer) {
  std::string body;
  json::Writer out(body);
  const Told told{core, out, order};
  const bool in_round = answer.explained && answer.explained->reason == clearing::Reason::kPlaced;
  const bool started = answer.standing == node::Standing::kStarted;
  out.begin_object().text("order", id_text('O', id.value));
  if (answer.round > 0) out.text("round", id_text('R', answer.round));
  out.truth("placed", in_round || started)
      .text("standing", node::standing_name(answer.standing))
      .text("says", sentence(answer.text))
      .text("state", order_state(answer.fate.state));
  if (answer.explained) {
    write_explained(told, *answer.explained);
  } else {
    write_nothing_explained(told);
  }
  if (answer.fate.place) write_award(told, "runs", *answer.fate.place);
  out.end_object();
  return body;
}

std::string quote_json(const Core& core, std::optional<OrderId> from, const LiveOrder& order,
                       const node::Quote& quote) {
  std::string body;
  json::Writer out(body);
  const Told told{core, out, order};
  out.begin_object();
  if (from) out.text("order", id_text('O', from->value));
  if (quote.round) out.text("round", id_text('R', quote.round->round));
  const bool in_round = quote.round && quote.round->reason == clearing::Reason::kPlaced;
  out.truth("indicative", true).truth("placed", in_round || (!quote.round && quote.now));
  if (quote.round) {
    write_explained(told, *quote.round);
  } else {
    write_nothing_explained(told);
  }
  if (quote.now) write_award(told, "now", *quote.now);
  out.end_object();
  return body;
}

void send(Call& call, std::string body, std::uint64_t sequence) {
  call.reply.send(json_response(std::move(body), sequence));
}

// ---- Whose -----------------------------------------------------------------------------------

// An order of the caller's; nothing when the call was refused.
struct OwnOrder {
  OrderId id;
  LiveOrder order;
  std::uint64_t sequence = 0;
};
std::optional<OwnOrder> own_order(Call& call, std::string_view text, std::string_view param) {
  const auto number = parse_id(text, 'O');
  std::optional<OwnOrder> own;
  if (number && *number < kNone) {
    const OrderId id{static_cast<std::uint32_t>(*number)};
    call.core.node.read([&](const View& view) {
      const engine::State& engine = view.state.engine();
      if (!engine.knows(id) || owner_of(view, id) != call.actor()) return;
      own = OwnOrder{id, engine.order(id).order, view.sequence};
    });
  }
  if (!own) refuse_unknown(call, "order", std::string(text) + " of yours", param);
  return own;
}

// What was true before is not explained: `asOf` may only be what is true now.
bool is_now(Call& call, const std::optional<std::uint64_t>& as_of) {
  if (!as_of) return true;
  std::uint64_t now = 0;
  call.core.node.read([&](const View& view) { now = view.sequence; });
  if (*as_of == now) return true;
  refuse(call, {*as_of > now ? "bad-sequence" : "gone",
                "Explanations are of closed rounds: ask for one with round instead.", "asOf"});
  return false;
}

}  // namespace

void explain_order(Call& call) {
  Query query(call);
  const auto as_of = query.sequence("asOf");
  const auto round = query.id("round", 'R');
  constexpr std::string_view kTruths[] = {"false", "true"};
  const bool changes = query.choice("changes", kTruths).value_or(1) == 1;
  if (!query.finish() || !is_now(call, as_of)) return;
  const auto own = own_order(call, call.parameters[0], "order");
  if (!own) return;
  const auto answer = call.core.node.shelf().why(own->id, round, {.counterfactuals = changes});
  if (!answer.ok()) return refuse(call, to_problem(answer.error()));
  send(call, why_json(call.core, own->id, own->order, answer.value()), own->sequence);
}

namespace {
// RFC 6962: of a leaf, behind a zero.
Digest leaf_hash(std::string_view leaf) {
  Sha256 hash;
  hash.update(std::string_view("", 1));
  hash.update(leaf);
  return hash.finish();
}
}  // namespace

void prove_order(Call& call) {
  Query query(call);
  const auto round = query.id("round", 'R');
  if (!round) query.fault("round", "round is required.", "missing-field");
  if (!query.finish()) return;
  const auto own = own_order(call, call.parameters[0], "order");
  if (!own) return;
  const auto told = call.core.node.shelf().proof(own->id, *round);
  if (!told.ok()) return refuse(call, to_problem(told.error()));
  const node::Proof& proof = told.value();
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .text("order", id_text('O', own->id.value))
      .text("round", id_text('R', proof.round))
      .text("pseudonym", proof.pseudonym)
      .text("root", hash_text(proof.root))
      .text("leaf", hash_text(leaf_hash(proof.leaf)))
      .number_unsigned("index", proof.proof.leaf)
      .number_unsigned("leaves", proof.proof.leaf_count)
      .begin_array("path");
  for (const Digest& digest : proof.proof.path) out.text(hash_text(digest));
  out.end_array().end_object();
  send(call, std::move(body), own->sequence);
}

namespace {

struct QuoteBody {
  LiveOrder order;
  std::optional<OrderId> from;
  bool changes = true;
  std::uint64_t sequence = 0;
};

// Nothing when the call was refused.
std::optional<QuoteBody> read_quote(Call& call, const json::Value& value) {
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(value, root, faults);
  const auto fresh = object.optional_member("order");
  const auto from = object.optional_text("from", {.bytes_max = 32});
  const auto change = object.optional_member("change");
  QuoteBody asked;
  asked.changes = object.optional_truth("changes").value_or(true);
  object.finish();
  if (faults.empty() && fresh.has_value() == from.has_value()) {
    object.fault("order", "must be there, or from, and not both");
  }
  if (change && !from) object.fault("change", "needs from");
  if (!is_good(call, faults)) return std::nullopt;
  OrderBody body;
  if (fresh) {
    const json::Path path(root, "order");
    body = read_order(call.core, *fresh, path, call.core.node.clock().now());
  } else {
    const auto own = own_order(call, *from, "/from");
    if (!own) return std::nullopt;
    asked.from = own->id;
    body.order = own->order;
    if (change && own->order.package) {
      refuse(call,
             {"fixed", "Orders of several legs are not changed: quote a new one.", "/change"});
      return std::nullopt;
    }
    if (change) body = read_change(call.core, *change, own->order);
  }
  if (body.problem) {
    if (change) body.problem->param = "/change" + body.problem->param;
    refuse(call, *body.problem);
    return std::nullopt;
  }
  asked.order = std::move(body.order);
  call.core.node.read([&](const View& view) { asked.sequence = view.sequence; });
  return asked;
}

}  // namespace

void quote_order(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto value = read_body(call);
  if (!value) return;
  const auto asked = read_quote(call, *value);
  if (!asked) return;
  const auto quote = call.core.node.shelf().quote(asked->order, call.core.node.clock().now(),
                                                  {.counterfactuals = asked->changes});
  if (!quote.ok()) return refuse(call, to_problem(quote.error()));
  send(call, quote_json(call.core, asked->from, asked->order, quote.value()), asked->sequence);
}

}  // namespace tongsuan::server::internal
