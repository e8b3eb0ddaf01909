// tongsuan login: credentials of one exchange, tried before they are kept.
#include <cerrno>
#include <cstdio>
#include <termios.h>
#include <unistd.h>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/oidc_login.h"
#include "tongsuan/cli/remote_session.h"

namespace tongsuan::cli {
namespace {

using remote::Credential;
using remote::Setting;

constexpr std::size_t kSecretBytesMax = 4'096;

// Does not show what is typed.
class Blindfold {
 public:
  Blindfold() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios blind = before_;
    blind.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    on_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &blind) == 0;
  }
  ~Blindfold() {
    if (on_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Blindfold(const Blindfold&) = delete;
  Blindfold& operator=(const Blindfold&) = delete;

 private:
  termios before_{};
  bool on_ = false;
};

std::string read_line() {
  std::string line;
  char c = 0;
  while (line.size() < kSecretBytesMax) {
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || c == '\n') break;
    if (c != '\r') line += c;
  }
  return line;
}

std::string prompted(Session& session, Message question, bool secret) {
  session.world.err.write(session.say(question));
  session.world.err.flush();
  std::string line;
  if (secret) {
    const Blindfold blindfold;
    line = read_line();
    session.world.err.write("\n");
  } else {
    line = read_line();
  }
  return line;
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

// Key id and secret: from options, or asked for on a terminal.
Attempt<Credential> key_credential(Session& session, const Arguments& arguments) {
  Credential made;
  made.key = std::string(arguments.text(Option::kKey));
  const std::string_view file = arguments.text(Option::kSecretFile);
  const bool person = isatty(STDIN_FILENO) == 1;
  if (made.key.empty() && person) made.key = trimmed(prompted(session, Message::kAskKey, false));
  if (made.key.empty()) return usage(session, session.say(Message::kNoProof));
  if (!file.empty()) {
    TONGSUAN_TRY(const InputFile input, InputFile::open(session, file));
    made.secret = trimmed(input.bytes());
  } else if (person) {
    made.secret = trimmed(prompted(session, Message::kAskSecret, true));
  } else {
    return missing_option(session, Option::kSecretFile);
  }
  const bool plain = !made.secret.empty() && made.secret.size() <= kSecretBytesMax &&
                     made.secret.find_first_of("\n\"\\") == std::string::npos;
  if (!plain || !made.key.starts_with("K-")) {
    return usage(session, session.say(Message::kBadKey, {made.key}));
  }
  return made;
}

Attempt<Credential> wanted(Session& session, const Arguments& arguments,
                           const remote::Settings& settings) {
  const bool token = arguments.has(Option::kDevToken);
  const bool oidc = arguments.has(Option::kOidc);
  if (int{token} + int{oidc} + int{arguments.has(Option::kKey)} > 1) {
    return usage(session, session.say(Message::kOneOf, {"--key, --oidc, --dev-token"}));
  }
  if (oidc) return oidc_credential(session, arguments, settings);
  if (!token) return key_credential(session, arguments);
  Credential made;
  const std::string_view name = arguments.text(Option::kDevToken);
  made.token = (name.starts_with("dev-") ? "" : "dev-") + std::string(name);
  return made;
}

// Whether the exchange lets them in; who they are.
Attempt<std::string> try_out(Session& session, const remote::Settings& settings,
                             const Credential& credential) {
  remote::Hooks hooks;
  hooks.unix_now = unix_now;
  hooks.pause = [](std::chrono::milliseconds pause) {
    usleep(static_cast<useconds_t>(pause.count() * 1'000));
    return true;
  };
  remote::Asked<remote::Exchange> made =
      remote::Exchange::make({.server = credential.server,
                              .credential = credential,
                              .ca_file = settings.value(Setting::kCaFile),
                              .pending = {},
                              .timeout = std::chrono::seconds(settings.timeout_seconds())},
                             std::move(hooks));
  if (!made.ok()) return failure_of(session, made.error());
  remote::Exchange exchange = std::move(made).value();
  const remote::Asked<remote::Reply> reply = exchange.get("/v1/accounts?pageSize=20");
  if (!reply.ok()) return failure_of(session, reply.error());
  json::Document document;
  TONGSUAN_TRY(const json::Value root, parse_reply(session, document, reply.value().body));
  return only_participant(root);
}

Failure cannot_keep(const Session& session, const Error& error) {
  return {.exit_code = kConfiguration,
          .code = "bad-credentials",
          .what = session.say(Message::kBadCredentials, {error.context}),
          .attempt = error.hint.empty() ? "tongsuan config" : error.hint};
}

Attempt<int> log_out(Session& session, const remote::Settings& settings,
                     const std::string& server) {
  const Result<bool> dropped =
      remote::drop_credential(settings.value(Setting::kCredentials), server);
  if (!dropped.ok()) return cannot_keep(session, dropped.error());
  session.world.out.write(
      session.say(dropped.value() ? Message::kLoggedOut : Message::kWasNotLoggedIn, {server}) +
      '\n');
  return int{kOk};
}

}  // namespace

Attempt<int> run_login(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(const remote::Settings settings, settings_of(session, arguments));
  TONGSUAN_TRY(const std::string server, server_of(session, settings));
  const std::string& file = settings.value(Setting::kCredentials);
  if (file.empty()) {
    return Failure{.exit_code = kConfiguration,
                   .code = "bad-credentials",
                   .what = session.say(Message::kNoHome),
                   .attempt = "export TONGSUAN_CREDENTIALS=credentials"};
  }
  if (arguments.has(Option::kLogout)) return log_out(session, settings, server);
  // A file that others can read is found before a secret is asked for.
  TONGSUAN_TRY([[maybe_unused]] const auto old, credential_of(session, settings, server));
  TONGSUAN_TRY(Credential credential, wanted(session, arguments, settings));
  credential.server = server;
  TONGSUAN_TRY(const std::string participant, try_out(session, settings, credential));
  const Result<Done> stored = remote::store_credential(file, credential);
  if (!stored.ok()) return cannot_keep(session, stored.error());
  // The next command need not name the exchange again.
  const std::string user_file = places_of(session).user_file;
  if (settings.get(Setting::kServer).source == "--server" && !user_file.empty()) {
    const Result<Done> kept =
        remote::change_setting(user_file, *remote::setting_named("server"), server);
    if (!kept.ok()) return cannot_keep(session, kept.error());
  }
  const Message sentence = participant.empty() ? Message::kLoggedInForAll : Message::kLoggedIn;
  session.world.out.write(session.say(sentence, {server, participant, file}) + '\n');
  return int{kOk};
}

}  // namespace tongsuan::cli
