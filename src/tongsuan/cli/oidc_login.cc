#include "tongsuan/cli/oidc_login.h"

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <sys/random.h>

#include "tongsuan/access/login.h"
#include "tongsuan/base/text.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/listing_output.h"
#include "tongsuan/net/server.h"

namespace tongsuan::cli {
namespace {

constexpr std::int64_t kPatienceMilliseconds = 300'000;
constexpr std::int64_t kAskStepMilliseconds = 100;

Failure provider_failure(const Session& session, std::string_view why) {
  return {.exit_code = kConfiguration,
          .code = "no-login",
          .what = session.say(Message::kProviderFailed, {why}),
          .attempt = "tongsuan login --help"};
}

// "https://id.example.com" and "/realms/x" of an address.
struct Address {
  std::string base, target;
};
Address split(std::string_view url) {
  const std::size_t begin = url.find("://");
  const std::size_t slash = begin == std::string_view::npos ? url.size() : url.find('/', begin + 3);
  const std::size_t at = std::min(slash, url.size());
  return {std::string(url.substr(0, at)), at == url.size() ? "/" : std::string(url.substr(at))};
}

// A document of the provider; it stays valid until the next one.
Attempt<json::Value> ask_provider(const Session& session, const remote::Settings& settings,
                                  json::Document& document, const std::string& url,
                                  const std::string& form) {
  const Address address = split(url);
  if (!remote::is_guarded(address.base)) {
    return provider_failure(session, session.say(Message::kNotHttps, {url}));
  }
  net::ClientOptions options;
  options.ca_file = settings.value(remote::Setting::kCaFile);
  Result<net::Client> made = net::Client::make(address.base, options);
  if (!made.ok()) return provider_failure(session, made.error().context);
  net::Client client = std::move(made).value();
  net::Fields headers;
  headers.list.push_back({"accept", "application/json"});
  if (!form.empty()) headers.list.push_back({"content-type", "application/x-www-form-urlencoded"});
  const Result<net::Response> answer = client.request(
      form.empty() ? net::Method::kGet : net::Method::kPost, address.target, headers, form);
  if (!answer.ok()) return provider_failure(session, answer.error().context);
  if (answer.value().status != 200) {
    return provider_failure(session, url + ": " + std::to_string(answer.value().status));
  }
  const Result<json::Value> root = document.parse(answer.value().body);
  if (!root.ok()) return provider_failure(session, url + ": " + root.error().context);
  return root.value();
}

// What the browser comes back with.
class Callback {
 public:
  // The port to be sent back to; 0 where none could be opened.
  std::uint16_t listen(const std::string& farewell) {
    net::ServerOptions options;
    Result<std::unique_ptr<net::Server>> started =
        net::Server::start(options, [this, farewell](net::Request&& request, net::Reply reply) {
          const bool ours = request.path.size() == 1 && request.path.front() == "callback";
          net::Response response;
          response.status = ours ? 200 : 404;
          response.content_type = "text/plain; charset=utf-8";
          response.body = ours ? farewell + '\n' : "?\n";
          if (ours) {
            const std::lock_guard lock(mutex_);
            target_ = request.target;
          }
          reply.send(std::move(response));
        });
    if (!started.ok()) return 0;
    server_ = std::move(started).value();
    return server_->port();
  }
  [[nodiscard]] std::string target() {
    const std::lock_guard lock(mutex_);
    return target_;
  }
  void stop() { server_->stop(std::chrono::milliseconds(500)); }

 private:
  std::mutex mutex_;
  std::string target_;
  std::unique_ptr<net::Server> server_;
};

access::LoginRandom login_random() {
  access::LoginRandom random{};
  std::size_t have = 0;
  while (have < random.size()) {
    const ssize_t count = getrandom(random.data() + have, random.size() - have, 0);
    if (count > 0) have += static_cast<std::size_t>(count);
  }
  return random;
}

// Whether a token of the provider answers this very login. Its signature is for the exchange to
// check; it comes straight from the provider.
bool is_for(std::string_view token, std::string_view nonce) {
  const std::size_t begin = token.find('.');
  const std::size_t end = begin == std::string_view::npos ? begin : token.find('.', begin + 1);
  std::string claims;
  if (end == std::string_view::npos ||
      !parse_base64url(token.substr(begin + 1, end - begin - 1), claims)) {
    return false;
  }
  json::Document document;
  const Result<json::Value> root = document.parse(claims);
  return root.ok() && text_at(root.value(), "nonce") == nonce;
}

// Shows the address and waits; what the browser asked for.
Attempt<std::string> redirected(Session& session, Callback& callback, const std::string& url) {
  session.world.err.write(session.say(Message::kOpenInBrowser) + "\n  " + url + '\n');
  session.world.err.flush();
  for (std::int64_t waited = 0; waited < kPatienceMilliseconds; waited += kAskStepMilliseconds) {
    std::string target = callback.target();
    if (!target.empty()) {
      callback.stop();
      return target;
    }
    if (!wait_patiently(kAskStepMilliseconds)) break;
  }
  return Failure{.exit_code = kTimeout,
                 .code = "no-login",
                 .what = session.say(Message::kNobodyLoggedIn),
                 .attempt = session.command_line};
}

}  // namespace

Attempt<remote::Credential> oidc_credential(Session& session, const Arguments& arguments,
                                            const remote::Settings& settings) {
  std::string issuer(arguments.text(Option::kOidc));
  if (issuer.ends_with('/')) issuer.pop_back();
  if (!arguments.has(Option::kClientId)) return missing_option(session, Option::kClientId);
  json::Document document({.bytes_max = json::kBytesMax});
  TONGSUAN_TRY(
      const json::Value about,
      ask_provider(session, settings, document, issuer + "/.well-known/openid-configuration", {}));
  const std::string token_endpoint = text_at(about, "token_endpoint");
  Callback callback;
  const std::uint16_t port = callback.listen(session.say(Message::kBackToTerminal));
  if (port == 0) return provider_failure(session, session.say(Message::kNoLoopback));
  access::LoginClient client;
  client.authorization_endpoint = text_at(about, "authorization_endpoint");
  client.client = arguments.text(Option::kClientId);
  client.redirect = "http://127.0.0.1:" + std::to_string(port) + "/callback";
  if (token_endpoint.empty() || client.authorization_endpoint.empty()) {
    return provider_failure(session, issuer);
  }
  const access::LoginAttempt attempt = access::make_login(login_random());
  TONGSUAN_TRY(const std::string target,
               redirected(session, callback, access::authorization_url(client, attempt)));
  const access::Answer<std::string> code = access::code_of_redirect(attempt, target);
  if (!code.ok()) return provider_failure(session, code.error().detail);
  TONGSUAN_TRY(const json::Value tokens,
               ask_provider(session, settings, document, token_endpoint,
                            access::token_request_body(client, attempt, code.value())));
  remote::Credential made;
  made.token = text_at(tokens, "id_token");
  if (!is_for(made.token, attempt.nonce)) return provider_failure(session, "id_token, nonce");
  if (const auto seconds = number_at(tokens, "expires_in")) made.expires = unix_now() + *seconds;
  return made;
}

}  // namespace tongsuan::cli
