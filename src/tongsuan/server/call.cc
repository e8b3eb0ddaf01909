// What all handlers do: reading what was asked, refusing, and answering as of a sequence.
#include <algorithm>
#include <charconv>

#include "tongsuan/access/hmac.h"
#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/core.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::uint64_t kHashSeed = 0xCBF29CE484222325ULL;  // FNV-1a, as exchange::fingerprint
constexpr std::uint64_t kHashPrime = 0x100000001B3ULL;

void mix(std::uint64_t& hash, std::string_view bytes) {
  for (const char byte : bytes) hash = (hash ^ static_cast<std::uint8_t>(byte)) * kHashPrime;
  hash = (hash ^ 0xFF) * kHashPrime;  // not part of UTF-8: ends of texts count
}

void mix(std::uint64_t& hash, const json::Value& value) {
  hash = (hash ^ static_cast<std::uint8_t>(value.type())) * kHashPrime;
  switch (value.type()) {
    case json::Type::kObject:
      for (const json::Member& member : value.members()) {
        mix(hash, member.key);
        mix(hash, member.value);
      }
      hash = (hash ^ 0xFE) * kHashPrime;
      return;
    case json::Type::kArray:
      for (const json::Value item : value.items()) mix(hash, item);
      hash = (hash ^ 0xFE) * kHashPrime;
      return;
    case json::Type::kText:
      return mix(hash, value.as_text().value());
    case json::Type::kInteger: {
      const auto number = value.as_int64();
      return mix(hash, std::to_string(number.ok() ? number.value() : 0));
    }
    case json::Type::kBool:
      return mix(hash, value.as_bool().value() ? "true" : "false");
    default:
      return;
  }
}

// Of a token: its place, in which listing, for whom; but for the size of the page. Nobody else can
// make one: a place that is made up may lie in what is another's, or beyond all ends.
[[nodiscard]] std::string token_mark(const Call& call, std::uint64_t as_of,
                                     std::string_view after) {
  std::string text;
  const auto add = [&](std::string_view part) {
    (text += std::to_string(part.size())) += ' ';
    text += part;
  };
  add(std::to_string(as_of));
  add(after);
  for (const std::string& segment : call.request.path) add(segment);
  text += '?';
  for (const net::Field& field : call.request.query.list) {
    if (field.name == "pageToken" || field.name == "pageSize") continue;
    add(field.name);
    add(field.value);
  }
  text += '!';
  add(std::to_string(call.actor().value));
  const Digest digest = call.core.page_key.sign(text);
  return hex(digest.data(), 8);
}

}  // namespace

// ---- Completing ------------------------------------------------------------------------------

void refuse(Call& call, const Problem& problem) {
  ++call.core.counters.problems;
  call.reply.send(to_response(problem));
}

void refuse_unknown(Call& call, std::string_view what, std::string_view id,
                    std::string_view param) {
  refuse(call, unknown(what, id, param));
}

net::Response json_response(std::string body, std::uint64_t sequence, int status) {
  net::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.headers.list.push_back({"Tongsuan-Sequence", std::to_string(sequence)});
  response.headers.list.push_back({"Cache-Control", "no-store"});
  response.body = std::move(body);
  return response;
}

// ---- The query -------------------------------------------------------------------------------

void Query::fault(std::string_view name, std::string detail, std::string_view code) {
  if (!problem_) problem_ = Problem{code, std::move(detail), std::string(name)};
}

const std::string* Query::text(std::string_view name) {
  asked_.push_back(name);
  if (call_.request.query.count(name) > 1) fault(name, std::string(name) + " comes twice.");
  return call_.request.query.find(name);
}

std::int64_t Query::integer(std::string_view name, json::Range range, std::int64_t otherwise) {
  const std::string* given = text(name);
  if (given == nullptr) return otherwise;
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(given->data(), given->data() + given->size(), number);
  const bool whole = wrong == std::errc() && end == given->data() + given->size();
  if (!whole || number < range.min || number > range.max) {
    fault(name, std::string(name) + " must be a whole number from " + std::to_string(range.min) +
                    " to " + std::to_string(range.max) + ".");
    return otherwise;
  }
  return number;
}

std::optional<std::uint64_t> Query::id(std::string_view name, char kind) {
  const std::string* given = text(name);
  if (given == nullptr) return std::nullopt;
  const auto number = parse_id(*given, kind);
  if (!number) fault(name, std::string(name) + " must be an id such as " + kind + "-7F3M.");
  return number;
}

std::optional<std::uint64_t> Query::sequence(std::string_view name) {
  const std::string* given = text(name);
  if (given == nullptr) return std::nullopt;
  const auto number = parse_whole(*given);
  if (!number) fault(name, std::string(name) + " must be a sequence in digits.");
  return number;
}

std::optional<Second> Query::time(std::string_view name) {
  const std::string* given = text(name);
  if (given == nullptr) return std::nullopt;
  const auto second = call_.core.time.parse(*given);
  if (!second) fault(name, std::string(name) + " must be a time such as 2026-12-01T00:00+08:00.");
  return second;
}

std::optional<std::size_t> Query::choice(std::string_view name,
                                         std::span<const std::string_view> names) {
  const std::string* given = text(name);
  if (given == nullptr) return std::nullopt;
  const auto found = std::ranges::find(names, *given);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string list;
  for (const std::string_view one : names) list += (list.empty() ? "" : ", ") + std::string(one);
  fault(name, std::string(name) + " must be one of " + list + ".");
  return std::nullopt;
}

bool Query::finish() {
  for (const net::Field& field : call_.request.query.list) {
    if (std::ranges::find(asked_, field.name) == asked_.end()) {
      fault(field.name, "There is no parameter " + field.name + " here.", "unknown-field");
    }
  }
  if (problem_) refuse(call_, *problem_);
  return !problem_;
}

// ---- The body --------------------------------------------------------------------------------

std::optional<json::Value> read_body(Call& call) {
  thread_local json::Document document({.bytes_max = std::size_t{2} << 20, .depth_max = 16});
  const std::string* type = call.request.headers.find("content-type");
  if (type == nullptr || !(*type == "application/json" || type->starts_with("application/json;"))) {
    refuse(call, {"wrong-media-type", {}, "Content-Type"});
    return std::nullopt;
  }
  const Result<json::Value> parsed = document.parse(call.request.body);
  if (parsed.ok()) return parsed.value();
  refuse(call, {"bad-json", parsed.error().context + "."});
  return std::nullopt;
}

Problem to_problem(const json::Faults& faults) {
  const json::Fault& first = faults.told().front();
  std::string_view code = "bad-value";
  if (first.problem == "is missing") code = "missing-field";
  if (first.problem == "there is no such member") code = "unknown-field";
  return {code, faults.text() + ".", first.pointer};
}

bool is_good(Call& call, const json::Faults& faults) {
  if (faults.empty()) return true;
  refuse(call, to_problem(faults));
  return false;
}

namespace {
constexpr std::string_view kCurrency[] = {"CNY"};

std::int64_t money_of(json::ObjectReader& object, std::string_view key, const json::Value& value,
                      json::Range range) {
  json::Faults& faults = object.faults();
  const json::Path path(object.path(), key);
  json::ObjectReader money(value, path, faults);
  const std::int64_t micro = money.decimal("amount", 6, range);
  (void)money.choice("currency", kCurrency);
  money.finish();
  return micro;
}
}  // namespace

std::optional<std::int64_t> optional_money(json::ObjectReader& object, std::string_view key,
                                           json::Range range) {
  const auto value = object.optional_member(key);
  if (!value) return std::nullopt;
  return money_of(object, key, *value, range);
}

std::int64_t money(json::ObjectReader& object, std::string_view key, json::Range range) {
  const auto value = object.member(key);
  return value ? money_of(object, key, *value, range) : 0;
}

std::optional<Second> optional_time(json::ObjectReader& object, std::string_view key,
                                    const TimeText& time) {
  const auto text = object.optional_text(key, {.bytes_max = 64});
  if (!text) return std::nullopt;
  const auto second = time.parse(*text);
  if (!second) object.fault(key, "must be a time such as \"2026-12-01T00:00+08:00\"");
  return second;
}

std::optional<std::uint64_t> id_of(json::ObjectReader& object, std::string_view key, char kind) {
  const std::string_view text = object.text(key, {.bytes_max = 32});
  if (text.empty()) return std::nullopt;  // told already
  const auto number = parse_id(text, kind);
  if (!number) object.fault(key, std::string("must be an id such as \"") + kind + "-7F3M\"");
  return number;
}

std::optional<std::uint64_t> optional_id_of(json::ObjectReader& object, std::string_view key,
                                            char kind) {
  const auto text = object.optional_text(key, {.bytes_max = 32});
  if (!text || text->empty()) return std::nullopt;
  const auto number = parse_id(*text, kind);
  if (!number) object.fault(key, std::string("must be an id such as \"") + kind + "-7F3M\"");
  return number;
}

bool is_given_name(std::string_view name) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
  return !name.empty() && name.size() <= exchange::kNameMax && name.front() != ' ' &&
         name.back() != ' ' && std::ranges::all_of(name, plain);
}

// ---- Once ------------------------------------------------------------------------------------

bool is_idempotency_key(std::string_view key) {
  return key.size() >= 8 && key.size() <= 64 && std::ranges::all_of(key, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

exchange::CommandId command_id(ParticipantId actor, std::string_view key) {
  Sha256 hash;
  hash.update("tongsuan command v1");
  hash.update_u64(actor.value);
  hash.update(key);
  const Digest digest = hash.finish();
  exchange::CommandId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

std::uint64_t fingerprint(std::string_view method, std::string_view path, const json::Value* body) {
  std::uint64_t hash = kHashSeed;
  mix(hash, method);
  mix(hash, path);
  if (body != nullptr) mix(hash, *body);
  return hash;
}

std::optional<Once> read_once(Call& call, const json::Value* body) {
  const std::string* key = call.request.headers.find("idempotency-key");
  if (key == nullptr) {
    refuse(call, {"key-missing", {}, "Idempotency-Key"});
    return std::nullopt;
  }
  if (!is_idempotency_key(*key)) {
    refuse(call,
           {"bad-value", "An Idempotency-Key has 8 to 64 letters, digits, \".\", \"_\" or \"-\".",
            "Idempotency-Key"});
    return std::nullopt;
  }
  const std::string& target = call.request.target;
  return Once{
      command_id(call.actor(), *key),
      fingerprint(net::to_string(call.request.method), target.substr(0, target.find('?')), body)};
}

std::optional<OnceBody> read_once_alone(Call& call) {
  Query query(call);
  if (!query.finish()) return std::nullopt;
  return read_once_body(call);
}

std::optional<OnceBody> read_once_body(Call& call) {
  const auto value = read_body(call);
  if (!value) return std::nullopt;
  const auto once = read_once(call, &*value);
  if (!once) return std::nullopt;
  return OnceBody{*value, *once};
}

// ---- Answers ---------------------------------------------------------------------------------

net::Response make_response(const Shape& shape, const exchange::Answer& answer) {
  if (answer.code != exchange::Code::kDone) {
    const std::string_view code =
        shape.is_public ? exchange::code_name(answer.code) : code_of(answer.code);
    Problem problem{code, shape.detail, shape.param};
    if (answer.code != exchange::Code::kUsedId) {
      problem.sequence = answer.sequence;
    } else {
      problem = {"used-id", "The key came with another request before.", "Idempotency-Key"};
    }
    return to_response(problem);
  }
  std::string id = shape.id;
  if (shape.kind != 0) {
    append_id(id, shape.kind, shape.is_sequence ? answer.sequence : answer.value);
  }
  std::string body;
  json::Writer out(body);
  out.begin_object();
  if (!id.empty()) out.text("id", id);
  if (!shape.secret.empty()) out.text("secret", shape.secret);
  if (!shape.number.empty()) out.number_unsigned(shape.number, answer.value);
  out.text("sequence", std::to_string(answer.sequence)).text("state", "accepted");
  if (shape.hold_is_value) write_money(out, "hold", static_cast<std::int64_t>(answer.value));
  if (shape.hold) write_money(out, "hold", *shape.hold);
  out.end_object();
  net::Response response = json_response(std::move(body), answer.sequence, shape.status);
  if (!shape.location.empty()) response.headers.list.push_back({"Location", shape.location + id});
  if (shape.etag) {
    response.headers.list.push_back({"ETag", '"' + std::to_string(answer.sequence) + '"'});
  }
  return response;
}

void submit(Call& call, const Once& once, exchange::Command command, Shape shape,
            node::NamedText text) {
  struct Pending {
    net::Reply reply;
    Shape shape;
  };
  Core& core = call.core;
  auto pending = std::make_shared<Pending>(Pending{std::move(call.reply), std::move(shape)});
  const auto answered = [pending, &core](const exchange::Answer& answer) {
    if (pending->shape.then) pending->shape.then(answer);
    net::Response response = make_response(pending->shape, answer);
    if (pending->shape.at_once || answer.sequence == 0) {
      pending->reply.send(std::move(response));
      return;
    }
    auto ready = std::make_shared<net::Response>(std::move(response));
    core.node.replica().at(answer.sequence,
                           [pending, ready](const View&) { pending->reply.send(*ready); });
  };
  const node::Accepted accepted = core.node.submit(
      {once.id, once.fingerprint, call.actor(), std::move(command)}, answered, std::move(text));
  if (accepted == node::Accepted::kYes) return;
  if (pending->shape.then) pending->shape.then({exchange::Code::kHalted, false, 0, 0});
  ++core.counters.problems;
  pending->reply.send(to_response(server::to_problem(accepted)));
}

// ---- Reading ---------------------------------------------------------------------------------

namespace {

// Whether the caller may see what was true before; a problem otherwise.
std::optional<Problem> refused_past(const Call& call) {
  if (!call.core.options.as_of) {
    return Problem{"not-built", "This exchange shows its newest state only.", "asOf"};
  }
  if (access::is_open(call.route->action)) return std::nullopt;
  const auto may =
      access::permit(&*call.caller, access::Action::kReadAsOf, call.caller->participant);
  if (may.ok()) return std::nullopt;
  return server::to_problem(may.error());
}

}  // namespace

Second now_of(const Core& core, const View& view) {
  return std::max(core.node.clock().now(), view.state.now());
}

Second now_of(const Call& call, const Answering& answering) {
  return answering.past ? answering.view.state.now() : now_of(call.core, answering.view);
}

void read(Call& call, Query& query, const Write& write) {
  const auto as_of = query.sequence("asOf");
  if (!query.finish()) return;
  net::Response response = json_response({}, 0);
  std::optional<Problem> problem;
  bool older = false;
  const auto run = [&](const View& view) {
    std::string body;
    Answering answering{view, body, response, older};
    problem = write(answering);
    response.body = std::move(body);
    response.headers.list.front().value = std::to_string(view.sequence);
  };
  call.core.node.read([&](const View& view) {
    if (as_of && *as_of > view.sequence) {
      problem = Problem{"bad-sequence",
                        "The journal has come to " + std::to_string(view.sequence) + ".", "asOf"};
    } else if (as_of && *as_of < view.sequence) {
      older = true;
    } else {
      run(view);
    }
  });
  if (older) problem = refused_past(call);
  if (older && !problem && !call.may_be_slow) return handle_slowly(std::move(call));
  if (older && !problem) {
    const Result<Done> shown = call.core.options.as_of(*as_of, run);
    if (!shown.ok()) problem = Problem{"gone", shown.error().context + ".", "asOf"};
  }
  if (problem) return refuse(call, *problem);
  call.reply.send(std::move(response));
}

std::string page_token(Call& call, std::uint64_t as_of, std::string_view after) {
  return base64url(std::to_string(as_of) + ' ' + token_mark(call, as_of, after) + ' ' +
                   std::string(after));
}

Page read_page(Query& query, Call& call) {
  Page page;
  page.size = static_cast<std::size_t>(query.integer("pageSize", {.min = 1, .max = 1'000}, 100));
  const std::string* token = query.text("pageToken");
  if (token == nullptr) return page;
  std::string text;
  const bool read = token->size() <= 256 && parse_base64url(*token, text);
  const std::size_t first = text.find(' ');
  const auto as_of =
      read && first != std::string::npos ? parse_whole(text.substr(0, first)) : std::nullopt;
  const bool shaped = as_of && text.size() >= first + 18 && text[first + 17] == ' ';
  const std::string after = shaped ? text.substr(first + 18) : std::string();
  if (!shaped ||
      !access::equal_secrets(text.substr(first + 1, 16), token_mark(call, *as_of, after))) {
    query.fault("pageToken", "The token is of another listing, or none.", "bad-page-token");
    return page;
  }
  page.as_of = *as_of;
  page.after = after;
  return page;
}

}  // namespace tongsuan::server::internal
