#include "tongsuan/cli/remote_session.h"

#include <chrono>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/listing_output.h"
#include "tongsuan/cli/problems.h"
#include "tongsuan/cli/waiting.h"

namespace tongsuan::cli {
namespace {

using remote::Setting;
using remote::Trouble;
using remote::TroubleKind;

constexpr std::size_t kRowsMax = 100'000;

Failure bad_settings(const Session& session, const Error& error) {
  return {.exit_code = kConfiguration,
          .code = "bad-configuration",
          .what = session.say(Message::kBadConfiguration, {error.context}),
          .attempt = error.hint.empty() ? "tongsuan config" : error.hint};
}

// The listing that would show what was meant, by the parameter that names it or the kind of the id.
std::string_view where_to_look(const remote::Problem& problem) {
  struct Place {
    std::string_view param, id, command;
  };
  static constexpr Place kPlaces[] = {{"class", "", "tongsuan market classes"},
                                      {"hub", "", "tongsuan hubs"},
                                      {"round", " R-", "tongsuan market rounds"},
                                      {"order", " O-", "tongsuan orders"},
                                      {"contract", " C-", "tongsuan contracts"}};
  for (const Place& place : kPlaces) {
    if (problem.param.find(place.param) != std::string::npos) return place.command;
  }
  for (const Place& place : kPlaces) {
    if (!place.id.empty() && problem.detail.find(place.id) != std::string::npos) {
      return place.command;
    }
  }
  return {};
}

Failure problem_failure(const Session& session, const Trouble& trouble) {
  const remote::Problem& problem = trouble.problem;
  const ProblemText* text = problem_text(problem.code);
  const bool chinese = session.language == Language::kChinese;
  Failure failure{.exit_code = text == nullptr ? int{kUnexpected} : int{text->exit_code},
                  .code = problem.code,
                  .what = text == nullptr ? problem.title
                          : chinese       ? std::string(text->says_zh)
                                          : std::string(text->says_en)};
  if (!problem.detail.empty()) failure.what += ": " + problem.detail;
  if (!problem.param.empty()) failure.what += " (" + problem.param + ')';
  failure.what = shown(failure.what);
  failure.code = shown(failure.code);
  const std::string_view listing = problem.code == "unknown" ? where_to_look(problem) : "";
  if (text == nullptr) {
    failure.attempt = shown(problem.advice);
  } else if (!listing.empty()) {
    failure.attempt = listing;
  } else if (!text->command.empty()) {
    failure.attempt = text->command;
  } else if (failure.exit_code == kTimeout || failure.exit_code == kUnavailable) {
    failure.attempt = session.command_line;
  } else {
    failure.attempt = chinese ? text->advice_zh : text->advice_en;
  }
  return failure;
}

}  // namespace

Failure failure_of(const Session& session, const Trouble& trouble) {
  switch (trouble.kind) {
    case TroubleKind::kProblem:
      return problem_failure(session, trouble);
    case TroubleKind::kUnreachable:
      return {.exit_code = kUnavailable,
              .code = "unreachable",
              .what = session.say(Message::kUnreachable, {trouble.what}),
              .attempt = trouble.what.find("certificate is not trusted") == std::string::npos
                             ? "tongsuan doctor"
                             : "tongsuan config set ca_file FILE"};
    case TroubleKind::kTimeout:
      return {.exit_code = kTimeout,
              .code = "no-answer-in-time",
              .what = session.say(
                  trouble.in_doubt ? Message::kNoAnswerUnknown : Message::kNoAnswerInTime,
                  {trouble.what}),
              .attempt = session.command_line};
    case TroubleKind::kInterrupted:
      return {.exit_code = kInterrupted,
              .code = "interrupted",
              .what = session.say(Message::kInterruptedAsking),
              .attempt = session.command_line};
    case TroubleKind::kCannotAsk:
      return {.exit_code = kConfiguration,
              .code = "cannot-ask",
              .what = session.say(Message::kCannotAsk, {trouble.what}),
              .attempt = "tongsuan config"};
    case TroubleKind::kBadAnswer:
      break;
  }
  const bool gate = trouble.problem.status >= 500;  // something on the way, not the exchange
  return {.exit_code = gate ? int{kUnavailable} : int{kUnexpected},
          .code = "strange-answer",
          .what = session.say(Message::kStrangeAnswer, {trouble.what}),
          .attempt = "tongsuan doctor"};
}

remote::Places places_of(const Session& session) {
  return remote::places_of(session.world.environment);
}

Attempt<remote::Settings> settings_of(const Session& session, const Arguments& arguments) {
  Result<remote::Settings> loaded =
      remote::load_settings(places_of(session), session.world.environment);
  if (!loaded.ok()) return bad_settings(session, loaded.error());
  remote::Settings settings = std::move(loaded).value();
  if (arguments.has(Option::kServer)) {
    const std::string_view given = arguments.text(Option::kServer);
    if (remote::server_address(given).empty())
      return usage(session, session.say(Message::kBadServer, {given}));
    settings.set(Setting::kServer, std::string(given), "--server");
  }
  if (arguments.has(Option::kTimeout)) {
    settings.set(Setting::kTimeout, std::string(arguments.text(Option::kTimeout)), "--timeout");
  }
  if (arguments.has(Option::kFormat)) {
    settings.set(Setting::kOutput, std::string(arguments.text(Option::kFormat)), "--output");
  }
  return settings;
}

Attempt<std::string> server_of(const Session& session, const remote::Settings& settings) {
  const std::string& given = settings.value(Setting::kServer);
  if (!given.empty()) return remote::server_address(given);
  return Failure{.exit_code = kConfiguration,
                 .code = "no-server",
                 .what = session.say(Message::kNoServer),
                 .attempt = "tongsuan config set server http://127.0.0.1:7070"};
}

Attempt<std::optional<remote::Credential>> credential_of(const Session& session,
                                                         const remote::Settings& settings,
                                                         std::string_view server) {
  Result<std::optional<remote::Credential>> found =
      remote::credential_for(settings.value(Setting::kCredentials), server);
  if (found.ok()) return std::move(found).value();
  return Failure{.exit_code = kConfiguration,
                 .code = "bad-credentials",
                 .what = session.say(Message::kBadCredentials, {found.error().context}),
                 .attempt = found.error().hint.empty() ? "tongsuan login" : found.error().hint};
}

Attempt<std::unique_ptr<Remote>> Remote::open(Session& session, const Arguments& arguments,
                                              Caller caller) {
  std::unique_ptr<Remote> made(new Remote(session, arguments));
  TONGSUAN_TRY(made->settings_, settings_of(session, arguments));
  made->json_ = made->settings_.value(Setting::kOutput) == "json";
  remote::ExchangeOptions options;
  TONGSUAN_TRY(options.server, server_of(session, made->settings_));
  if (caller != Caller::kNobody) {
    TONGSUAN_TRY(options.credential, credential_of(session, made->settings_, options.server));
  }
  if (caller == Caller::kSomebody && !options.credential) {
    return Failure{.exit_code = kConfiguration,
                   .code = "not-logged-in",
                   .what = session.say(Message::kNotLoggedIn, {options.server}),
                   .attempt = "tongsuan login --server " + options.server};
  }
  options.ca_file = made->settings_.value(Setting::kCaFile);
  options.pending = places_of(session).pending;
  options.timeout = std::chrono::seconds(made->settings_.timeout_seconds());
  Remote* self = made.get();
  remote::Hooks hooks;
  hooks.unix_now = unix_now;
  hooks.pause = [](std::chrono::milliseconds pause) { return wait_patiently(pause.count()); };
  hooks.repeating = [self](const Trouble& trouble, std::chrono::milliseconds pause) {
    const std::string why =
        trouble.kind == TroubleKind::kProblem ? trouble.problem.code : trouble.what;
    self->note(self->session_.say(Message::kAskingAgain, {why, decimal(pause.count(), 3)}));
  };
  hooks.resuming = [self] { self->note(self->session_.say(Message::kResumingKey)); };
  remote::Asked<remote::Exchange> exchange =
      remote::Exchange::make(std::move(options), std::move(hooks));
  if (!exchange.ok()) return failure_of(session, exchange.error());
  made->exchange_.emplace(std::move(exchange).value());
  return made;
}

Attempt<remote::Reply> Remote::ask(const remote::Call& call) {
  const Waiting waiting(session_, arguments_.has(Option::kQuiet));
  remote::Asked<remote::Reply> reply = exchange_->ask(call);
  if (reply.ok()) return std::move(reply).value();
  return failure_of(session_, reply.error());
}

Attempt<Done> Remote::pages(const std::string& target,
                            const std::function<void(json::Value)>& each) {
  std::string next = target;
  for (std::size_t rows = 0; rows < kRowsMax;) {
    TONGSUAN_TRY(const remote::Reply reply, get(next));
    TONGSUAN_TRY(const json::Value root, parse_reply(session_, page_, reply.body));
    each(root);
    const json::Members members = root.members();
    rows += std::max<std::size_t>(members.find("items").size(), 1);
    const auto token = members.find("nextPageToken").as_text();
    if (!token.ok()) return Done{};
    next = remote::with_query(target, "pageToken", token.value());
  }
  note(session_.say(Message::kTooManyRows, {std::to_string(kRowsMax)}));
  return Done{};
}

Attempt<std::string> Remote::participant() {
  const std::string_view given = arguments_.text(Option::kParticipant);
  if (!given.empty()) return std::string(given);
  TONGSUAN_TRY(const remote::Reply reply, get("/v1/accounts?pageSize=20"));
  json::Document document;
  TONGSUAN_TRY(const json::Value root, parse_reply(session_, document, reply.body));
  std::string own = only_participant(root);
  if (!own.empty()) return own;
  return Failure{.exit_code = kUsage,
                 .code = "no-account",
                 .what = session_.say(Message::kNoAccount),
                 .attempt = "tongsuan ledger"};
}

std::string only_participant(const json::Value& accounts) {
  std::string only;
  for (const json::Value item : accounts.members().find("items").items()) {
    const auto id = item.members().find("participant").as_text();
    if (!id.ok() || (!only.empty() && only != id.value())) return {};
    only = id.value();
  }
  return only;
}

void Remote::note(std::string_view text) {
  if (arguments_.has(Option::kQuiet)) return;
  session_.world.err.write(shown(text) + '\n');
  session_.world.err.flush();
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Attempt<json::Value> parse_reply(const Session& session, json::Document& document,
                                 std::string_view body) {
  const Result<json::Value> root = document.parse(body);
  if (root.ok()) return root.value();
  return Failure{.exit_code = kUnexpected,
                 .code = "strange-answer",
                 .what = session.say(Message::kStrangeAnswer, {root.error().context}),
                 .attempt = "tongsuan doctor"};
}

}  // namespace tongsuan::cli
