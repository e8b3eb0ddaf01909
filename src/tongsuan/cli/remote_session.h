// An exchange as commands use it: settings and credentials found, troubles told as failures.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/json/document.h"
#include "tongsuan/remote/remote.h"

namespace tongsuan::cli {

enum class Caller : std::uint8_t {
  kNobody,    // without credentials, also where there are some
  kAnybody,   // with credentials where there are some
  kSomebody,  // only with credentials
};

// What settings say with the flags on top.
Attempt<remote::Settings> settings_of(const Session& session, const Arguments& arguments);
[[nodiscard]] remote::Places places_of(const Session& session);
// Of this server, from the file that the settings name.
Attempt<std::optional<remote::Credential>> credential_of(const Session& session,
                                                         const remote::Settings& settings,
                                                         std::string_view server);
// The address of the exchange, or a failure that says how to name one.
Attempt<std::string> server_of(const Session& session, const remote::Settings& settings);

[[nodiscard]] Failure failure_of(const Session& session, const remote::Trouble& trouble);

// One command's talk with its exchange. Notes on repeats go to standard error unless --quiet.
// Refers to the session; does not move.
class Remote {
 public:
  static Attempt<std::unique_ptr<Remote>> open(Session& session, const Arguments& arguments,
                                               Caller caller);
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;

  Attempt<remote::Reply> ask(const remote::Call& call);
  Attempt<remote::Reply> get(const std::string& target) {
    return ask({.method = net::Method::kGet, .target = target});
  }
  // Every page of a listing, up to kRowsMax rows; `each` gets the document of a page.
  Attempt<Done> pages(const std::string& target, const std::function<void(json::Value)>& each);
  // For those who want to look at the trouble themselves.
  [[nodiscard]] remote::Exchange& exchange() { return *exchange_; }

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] const remote::Settings& settings() const { return settings_; }
  // Whether a single answer is wanted as JSON.
  [[nodiscard]] bool wants_json() const { return json_; }
  // The participant of the credentials, or of --participant.
  Attempt<std::string> participant();
  // To standard error unless --quiet.
  void note(std::string_view text);

 private:
  Remote(Session& session, const Arguments& arguments) : session_(session), arguments_(arguments) {}

  Session& session_;
  const Arguments& arguments_;
  remote::Settings settings_;
  std::optional<remote::Exchange> exchange_;
  json::Document page_{{.bytes_max = json::kBytesMax}};
  bool json_ = false;
};

// Whose accounts these are: those of participants and suppliers are all their own. Empty for roles
// that see everybody's.
[[nodiscard]] std::string only_participant(const json::Value& accounts);

// Seconds since 1970, by the clock of this machine.
[[nodiscard]] std::int64_t unix_now();

// A reply as a document, or the failure that it is none.
Attempt<json::Value> parse_reply(const Session& session, json::Document& document,
                                 std::string_view body);

}  // namespace tongsuan::cli
