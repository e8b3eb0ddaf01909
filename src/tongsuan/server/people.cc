// Participants, keys, halts, rules, webhooks.
#include <algorithm>

#include "tongsuan/access/hmac.h"
#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::string_view kRoleNames[] = {"participant", "hub", "operator", "auditor",
                                           "regulator"};

// Bytes that nobody can guess, and that the same request gives again: so the id and the secret of a
// key can be told again without being kept.
Digest bytes_of(const Core& core, std::string_view what, const exchange::CommandId& command) {
  exchange::Salt salt;
  std::copy(command.begin(), command.end(), salt.begin());
  return core.master.derive(what, {}, salt);
}

std::optional<ParticipantId> participant_parameter(Call& call) {
  const auto number = parse_id(call.parameters[0], 'P');
  if (number && *number > 0 && *number < kNone) {
    return ParticipantId{static_cast<std::uint32_t>(*number)};
  }
  refuse_unknown(call, "participant", call.parameters[0], "participant");
  return std::nullopt;
}

void write_participant(json::Writer& out, const View& view, ParticipantId id) {
  const exchange::ParticipantRecord& record = view.state.participants()[id.value];
  out.begin_object()
      .text("id", id_text('P', id.value))
      .text("name", record.name)
      .text("role", exchange::role_name(record.role))
      .text("owner", id_text('P', record.owner.value));
  write_money(out, "overdraft", view.state.money().participant(id).overdraft.raw());
  out.truth("halted", record.halted).truth("resell", record.resell).end_object();
}

}  // namespace

// ---- Who asks --------------------------------------------------------------------------------

// Of the proof that came with the request, not of what the participant is now: so there is no asOf.
// Keys of the exchange are told by their id; what else a proof names is its own affair.
void get_self(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const access::Identity& caller = *call.caller;
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .text("participant", id_text('P', caller.participant.value))
      .text("name", caller.name)
      .text("role", access::role_name(caller.role))
      .text("proof", access::method_name(caller.method));
  const bool by_key =
      caller.method == access::Method::kSignature || caller.method == access::Method::kToken;
  if (by_key) out.text("key", caller.key);
  out.end_object();
  std::uint64_t sequence = 0;
  call.core.node.read([&](const View& view) { sequence = view.sequence; });
  call.reply.send(json_response(std::move(body), sequence));
}

// ---- Participants ----------------------------------------------------------------------------

void open_participant(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  exchange::OpenParticipant command;
  command.name = object.text("name", {.bytes_max = exchange::kNameMax});
  if (faults.empty() && !is_given_name(command.name)) {
    object.fault("name", "has controls, or blanks at its ends");
  }
  command.role = static_cast<access::Role>(object.choice("role", kRoleNames));
  const std::uint64_t owner = optional_id_of(object, "owner", 'P').value_or(0);
  command.owner.value = static_cast<std::uint32_t>(std::min<std::uint64_t>(owner, kNone));
  command.overdraft =
      Money(optional_money(object, "overdraft", {.min = 0, .max = kMoneyMax}).value_or(0));
  object.finish();
  if (!is_good(call, faults)) return;
  Shape shape;
  shape.status = 201;
  shape.kind = 'P';
  shape.location = "/v1/participants/";
  shape.detail = "Participant " + command.name + ".";
  shape.param = "/name";
  submit(call, asked->once, std::move(command), std::move(shape));
}

void list_participants(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto role = query.choice("role", kRoleNames);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto& participants = answer.view.state.participants();
    Listing list(call, page, answer);
    std::size_t next = std::max<std::size_t>(1, parse_whole(page.after).value_or(1));
    for (; next < participants.size() && !list.full(); ++next) {
      if (role && static_cast<std::size_t>(participants[next].role) != *role) continue;
      write_participant(list.item(), answer.view, {static_cast<std::uint32_t>(next)});
    }
    if (next < participants.size()) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void get_participant(Call& call) {
  Query query(call);
  const auto id = participant_parameter(call);
  if (!id) return;
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const bool own = *id == call.actor() || call.sees_all();
    if (!own || answer.view.state.participant(*id) == nullptr) {
      return unknown("participant", call.parameters[0], "participant");
    }
    json::Writer out(answer.body);
    write_participant(out, answer.view, *id);
    return std::nullopt;
  });
}

// Of somebody else's only an operator changes anything.
void change_participant(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto id = participant_parameter(call);
  if (!id) return;
  if (*id != call.actor() && !call.sees_all()) {
    return refuse_unknown(call, "participant", call.parameters[0], "participant");
  }
  const auto asked = read_once_body(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const bool resell = object.truth("resell");
  object.finish();
  if (!is_good(call, faults)) return;
  Shape shape;
  shape.id = id_text('P', id->value);
  shape.detail = "There is no participant " + shape.id + ".";
  shape.param = "participant";
  submit(call, asked->once, exchange::AllowResale{*id, resell}, std::move(shape));
}

// ---- Keys ------------------------------------------------------------------------------------

void add_key(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto participant = participant_parameter(call);
  if (!participant) return;
  const auto asked = read_once_body(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  exchange::AddKey command;
  command.participant = *participant;
  command.role = static_cast<access::Role>(object.choice("role", kRoleNames));
  command.expires = optional_time(object, "expires", call.core.time).value_or(engine::kSecondsMax);
  object.finish();
  if (!is_good(call, faults)) return;
  const Digest random = bytes_of(call.core, "tongsuan key id v1", asked->once.id);
  std::copy_n(random.begin(), command.key.size(), command.key.begin());
  std::copy_n(random.begin() + command.key.size(), command.salt.size(), command.salt.begin());
  exchange::KeyRow row;
  row.key = command.key;
  row.salt = command.salt;
  Shape shape;
  shape.status = 201;
  shape.id = key_text(command.key);
  shape.secret = access::key_secret(call.core.master, key_record(row));
  shape.location = "/v1/keys/";
  shape.detail = "A key of " + id_text('P', participant->value) + ".";
  shape.param = "/expires";
  submit(call, asked->once, command, std::move(shape));
}

void list_keys(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  const auto participant = participant_parameter(call);
  if (!participant) return;
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    if (answer.view.state.participant(*participant) == nullptr) {
      return unknown("participant", call.parameters[0], "participant");
    }
    const auto& keys = answer.view.state.keys();
    Listing list(call, page, answer);
    std::size_t next = parse_whole(page.after).value_or(0);
    for (; next < keys.size() && !list.full(); ++next) {
      const exchange::KeyRow& row = keys[next];
      if (row.participant != *participant || row.revoked) continue;
      json::Writer& out = list.item();
      out.begin_object().text("id", key_text(row.key)).text("role", exchange::role_name(row.role));
      if (row.expires < engine::kSecondsMax)
        write_time(out, "expires", call.core.time, row.expires);
      out.text("sequence", std::to_string(call.core.history.key_sequence(row.key))).end_object();
    }
    if (next < keys.size()) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void revoke_key(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto key = parse_key(call.parameters[0]);
  if (!key) return refuse_unknown(call, "key", call.parameters[0], "key");
  const auto once = read_once(call, nullptr);
  if (!once) return;
  Shape shape;
  shape.id = key_text(*key);
  shape.detail = "Key " + shape.id + ".";
  submit(call, *once, exchange::RevokeKey{*key}, std::move(shape));
}

// ---- Halts and rules -------------------------------------------------------------------------

void set_halt(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  constexpr std::string_view kScopes[] = {"market", "participant", "hub"};
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  exchange::SetHalt command;
  command.scope = static_cast<exchange::HaltScope>(object.choice("scope", kScopes));
  Shape shape;
  if (command.scope == exchange::HaltScope::kParticipant) {
    const auto id = id_of(object, "participant", 'P');
    command.target = static_cast<std::uint32_t>(std::min<std::uint64_t>(id.value_or(kNone), kNone));
    shape.param = "/participant";
  } else if (command.scope == exchange::HaltScope::kHub) {
    const std::string_view name = object.text("hub", {.bytes_max = 128});
    command.target = call.core.names.hub(name);
    shape.param = "/hub";
  }
  command.on = object.truth("halted");
  object.finish();
  if (!is_good(call, faults)) return;
  submit(call, asked->once, command, std::move(shape));
}

void set_rules(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  exchange::Rules rules;
  const auto count = [&](std::string_view key, std::int64_t least, std::int64_t most) {
    return static_cast<std::uint32_t>(object.integer(key, {.min = least, .max = most}));
  };
  rules.round = object.integer("roundSeconds", {.min = 1, .max = exchange::kRoundMax});
  rules.lock = object.integer("lockSeconds", {.min = 0, .max = exchange::kRoundMax});
  rules.collar_percent = count("collarPercent", 0, exchange::kCollarMax);
  rules.orders_of_one = count("ordersOfOne", 1, exchange::kLiveOrdersMax);
  rules.live_orders = count("liveOrders", 1, exchange::kLiveOrdersMax);
  rules.penalty_ppm = count("penaltyPpm", 0, engine::kPpm);
  rules.take_or_pay_ppm = count("takeOrPayPpm", 0, engine::kPpm);
  object.finish();
  if (!is_good(call, faults)) return;
  Shape shape;
  shape.detail = "The lock ends within its round, and a collar is 0 or at least 100 per cent.";
  submit(call, asked->once, exchange::SetRules{rules}, std::move(shape));
}

// ---- Webhooks --------------------------------------------------------------------------------

void add_webhook(Call& call) {
  const auto asked = read_once_alone(call);
  if (!asked) return;
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(asked->value, root, faults);
  const std::string_view url = object.text("url", {.bytes_max = exchange::kUrlMax});
  if (!url.empty() && !is_webhook_url(url, call.core.options.webhooks_anywhere)) {
    object.fault("url", "must be an https address, such as \"https://example.com/events\"");
  }
  object.finish();
  if (!is_good(call, faults)) return;
  exchange::PutWebhook command;
  command.url = url;
  const Digest random = bytes_of(call.core, "tongsuan webhook salt v1", asked->once.id);
  std::copy_n(random.begin(), command.salt.size(), command.salt.begin());
  Shape shape;
  shape.status = 201;
  shape.kind = 'W';
  shape.location = "/v1/webhooks/";
  shape.secret = webhook_secret(call.core.master, command.salt);
  shape.param = "/url";
  submit(call, asked->once, std::move(command), std::move(shape));
}

void list_webhooks(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto& rows = answer.view.state.webhooks();
    Listing list(call, page, answer);
    std::size_t next = parse_whole(page.after).value_or(0);
    for (; next < rows.size() && !list.full(); ++next) {
      const exchange::WebhookRow& row = rows[next];
      if (!row.open || row.participant != call.actor()) continue;
      const auto id = static_cast<std::uint32_t>(next);
      list.item()
          .begin_object()
          .text("id", id_text('W', id))
          .text("url", row.url)
          .text("sent", std::to_string(row.acked))
          .number("failures", call.core.webhooks.failures(id))
          .text("sequence", std::to_string(row.acked))
          .end_object();
    }
    if (next < rows.size()) list.more(std::to_string(next));
    list.finish();
    return std::nullopt;
  });
}

void drop_webhook(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto number = parse_id(call.parameters[0], 'W');
  if (!number || *number >= exchange::kWebhooksMax) {
    return refuse_unknown(call, "webhook", call.parameters[0], "webhook");
  }
  const auto once = read_once(call, nullptr);
  if (!once) return;
  Shape shape;
  shape.id = id_text('W', *number);
  shape.detail = "Webhook " + shape.id + ".";
  submit(call, *once, exchange::DropWebhook{static_cast<std::uint32_t>(*number)}, std::move(shape));
}

}  // namespace tongsuan::server::internal
