#include "tongsuan/remote/exchange.h"

#include <algorithm>
#include <array>

#include "tongsuan/access/request_signature.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/json/document.h"
#include "tongsuan/net/date.h"
#include "tongsuan/net/target.h"
#include "tongsuan/remote/pending.h"
#include "tongsuan/remote/private_file.h"
#include "tongsuan/remote/settings.h"

namespace tongsuan::remote {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLastPause{5'000};
constexpr int kTriesUnreachable = 3;
constexpr std::size_t kNonceBytes = 18;

Trouble trouble(TroubleKind kind, std::string what) {
  return {.kind = kind, .what = std::move(what)};
}

// A failure of the connection. Nobody knows what happened to a request that may have been sent.
Trouble connection_trouble(const Error& error, bool sent) {
  Trouble failed = trouble(TroubleKind::kBadAnswer, error.context);
  failed.in_doubt = sent;
  if (error.code == ErrorCode::kInvalidArgument) failed.kind = TroubleKind::kCannotAsk;
  if (error.code == ErrorCode::kTimeout || error.code == ErrorCode::kUnavailable) {
    failed.kind = sent ? TroubleKind::kTimeout : TroubleKind::kUnreachable;
  }
  return failed;
}

const std::string& header(const net::Response& response, std::string_view name) {
  static const std::string none;
  const std::string* value = response.headers.find(name);
  return value == nullptr ? none : *value;
}

// Whether asking again may help, by the exchange's own words. A nonce that was seen before was
// sent twice by a connection that broke: a new one mends that.
bool is_passing(const Problem& problem) {
  if (problem.code == "replayed") return true;
  return problem.status == 429 || problem.status == 503 || problem.status == 408;
}

milliseconds retry_after(const std::string& text) {
  std::int64_t seconds = 0;
  if (!parse_decimal(text, 0, seconds) || seconds < 0) return milliseconds{0};
  return milliseconds{std::min<std::int64_t>(seconds, 3'600) * 1'000};
}

// What a pause before a repeat is: as long as the exchange says, else longer each time.
milliseconds pause_before(int attempt, const std::string& said) {
  milliseconds pause = kFirstPause;
  for (int i = 1; i < attempt && pause < kLastPause; ++i) pause *= 2;
  return std::max(std::min(pause, kLastPause), retry_after(said));
}

}  // namespace

Asked<Exchange> Exchange::make(ExchangeOptions options, Hooks hooks) {
  net::ClientOptions limits;
  limits.ca_file = options.ca_file;
  limits.answer_deadline = options.timeout;
  limits.body_deadline = std::max(options.timeout, milliseconds{60'000});
  limits.body_bytes = options.body_bytes_max;
  Result<net::Client> client = net::Client::make(options.server, limits);
  if (!client.ok()) return trouble(TroubleKind::kCannotAsk, client.error().context);
  if (options.credential && !is_guarded(options.server)) {
    return trouble(TroubleKind::kCannotAsk,
                   options.server + " is not https, and others could read along");
  }
  return Exchange(std::move(options), std::move(hooks), std::move(client).value());
}

Exchange::Exchange(ExchangeOptions options, Hooks hooks, net::Client client)
    : options_(std::move(options)), hooks_(std::move(hooks)), client_(std::move(client)) {}

net::Fields Exchange::headers(const Call& call, std::string_view key) const {
  net::Fields fields;
  if (!call.body.empty()) fields.list.push_back({"content-type", call.media_type});
  if (!key.empty()) fields.list.push_back({"idempotency-key", std::string(key)});
  if (!call.if_match.empty()) fields.list.push_back({"if-match", call.if_match});
  fields.list.insert(fields.list.end(), call.more.list.begin(), call.more.list.end());
  if (!options_.credential) return fields;
  const Credential& credential = *options_.credential;
  if (!credential.token.empty()) {
    fields.list.push_back({"authorization", "Bearer " + credential.token});
    return fields;
  }
  const std::string nonce = random_text(kNonceBytes);
  const std::string_view method = net::to_string(call.method);
  fields.list.push_back(
      {"authorization", access::sign_request(credential.key, credential.secret,
                                             {method, call.target, sha256(call.body)},
                                             {access::UnixTime(hooks_.unix_now()), nonce})});
  return fields;
}

Asked<Reply> Exchange::send(const Call& call, std::string_view key) {
  const Result<net::Response> answer =
      client_.request(call.method, call.target, headers(call, key), call.body);
  if (!answer.ok()) {
    return connection_trouble(answer.error(), client_.may_have_sent());
  }
  const net::Response& response = answer.value();
  const bool unchanged = response.status == 304 && call.more.find("if-none-match") != nullptr;
  if ((response.status >= 200 && response.status < 300) || unchanged) {
    return Reply{.status = response.status,
                 .body = response.body,
                 .etag = header(response, "etag"),
                 .sequence = header(response, "tongsuan-sequence"),
                 .date = header(response, "date")};
  }
  Trouble refused = trouble(TroubleKind::kProblem, header(response, "retry-after"));
  if (!read_problem(response.body, response.status, refused.problem)) {
    refused.kind = TroubleKind::kBadAnswer;
    refused.what = options_.server + ": status " + std::to_string(response.status) +
                   " without a problem of an exchange";
    refused.problem.status = response.status;
  }
  // Gates on the way and servers that stop say nothing about the request.
  refused.in_doubt = response.status >= 500 && response.status != 501;
  return refused;
}

Asked<Reply> Exchange::send_until_answered(const Call& call, std::string_view key) {
  const Clock::time_point end = Clock::now() + options_.timeout;
  const bool repeatable = call.method == net::Method::kGet || !key.empty();
  bool in_doubt = false;
  for (int attempt = 1;; ++attempt) {
    Asked<Reply> reply = send(call, key);
    if (reply.ok()) return reply;
    Trouble failed = reply.error();
    const bool passing = is_passing(failed.problem);
    const milliseconds pause =
        pause_before(attempt, failed.kind == TroubleKind::kProblem ? failed.what : std::string());
    const bool again =
        (passing || failed.kind == TroubleKind::kTimeout ||
         (failed.kind == TroubleKind::kUnreachable && attempt < kTriesUnreachable)) &&
        (repeatable || failed.problem.status == 429) && Clock::now() + pause < end;
    in_doubt = in_doubt || failed.in_doubt;
    // Who only reads changes nothing, and has no key to ask again with.
    failed.in_doubt = call.method != net::Method::kGet && in_doubt &&
                      (failed.in_doubt || failed.kind == TroubleKind::kUnreachable || passing);
    if (!again) return failed;
    if (hooks_.repeating) hooks_.repeating(failed, pause);
    if (!hooks_.pause(pause)) {
      failed.kind = TroubleKind::kInterrupted;
      return failed;
    }
  }
}

Asked<Reply> Exchange::ask(const Call& call) {
  if (!call.key.empty()) return send_until_answered(call, call.key);
  if (!call.once) return send_until_answered(call, {});
  const Credential* who = options_.credential ? &*options_.credential : nullptr;
  const std::string request = options_.server + '\n' +
                              (who == nullptr     ? std::string()
                               : who->key.empty() ? hex(sha256(who->token).data(), 32)
                                                  : who->key) +
                              '\n' + std::string(net::to_string(call.method)) + ' ' + call.target +
                              '\n' + (call.intent.empty() ? call.body : call.intent);
  Result<PendingKey> key = PendingKey::take(options_.pending, request, call.body);
  if (!key.ok()) return trouble(TroubleKind::kCannotAsk, key.error().context);
  PendingKey pending = std::move(key).value();
  if (pending.resumed() && hooks_.resuming) hooks_.resuming();
  Call same = call;
  same.body = pending.body();
  Asked<Reply> reply = send_until_answered(same, pending.key());
  // In doubt, it stays on disk and is taken up by the next one who asks the same. So it does where
  // an earlier request is still in doubt and this one got no answer.
  const bool answered =
      reply.ok() || (reply.error().kind == TroubleKind::kProblem &&
                     !is_passing(reply.error().problem) && !reply.error().in_doubt);
  const bool never_sent = !reply.ok() && !reply.error().in_doubt && !pending.resumed();
  if (answered || never_sent) pending.answered();
  return reply;
}

Asked<net::EventReader> Exchange::events(const std::string& target,
                                         std::string_view last_event_id) {
  Call call{.method = net::Method::kGet, .target = target};
  Result<net::EventReader> reader = client_.events(target, headers(call, {}), last_event_id);
  if (reader.ok()) return std::move(reader).value();
  // An answer that is no stream is quoted in the error.
  const std::string& said = reader.error().context;
  const std::size_t brace = said.find('{');
  Trouble refused = trouble(TroubleKind::kProblem, {});
  if (brace != std::string::npos && read_problem(said.substr(brace), 0, refused.problem)) {
    return refused;
  }
  return connection_trouble(reader.error(), false);
}

bool read_problem(std::string_view body, int status, Problem& problem) {
  json::Document document;
  const Result<json::Value> root = document.parse(body);
  if (!root.ok()) return false;
  problem.status = status;
  for (const auto& [key, value] : root.value().members()) {
    const auto text = value.as_text();
    if (!text.ok()) continue;
    if (key == "code") problem.code = text.value();
    if (key == "title") problem.title = text.value();
    if (key == "detail") problem.detail = text.value();
    if (key == "param") problem.param = text.value();
    if (key == "try") problem.advice = text.value();
  }
  return !problem.code.empty();
}

std::optional<std::int64_t> http_date(std::string_view text) {
  return net::read_http_date(text);
}

std::string with_query(std::string base, std::string_view name, std::string_view value) {
  if (value.empty()) return base;
  base += base.find('?') == std::string::npos ? '?' : '&';
  return base + std::string(name) + '=' + net::encode_percent(value);
}

}  // namespace tongsuan::remote
