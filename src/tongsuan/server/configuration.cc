#include "tongsuan/server/configuration.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "tongsuan/access/mode.h"
#include "tongsuan/node/founding.h"
#include "tongsuan/server/provider_keys.h"

namespace tongsuan::server {
namespace {

constexpr std::size_t kSubjectsMax = std::size_t{1} << 14;

Result<Done> check_readable(const std::string& path) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return Done{};
  return Error{ErrorCode::kIo, path + " cannot be read", "check its name and its rights"};
}

// Certificate and key are taken by a server on a port of its own.
Result<Done> check_tls(const DaemonOptions& options) {
  if (options.tls_certificate.empty()) return Done{};
  net::ServerOptions server = to_server_options(options);
  server.address = "127.0.0.1";
  server.port = 0;
  server.threads = 1;
  TONGSUAN_TRY([[maybe_unused]] const auto started,
               net::Server::start(server, [](net::Request&&, net::Reply) {}));
  return Done{};
}

Result<std::string> provider_plan(const ProviderOptions& provider) {
  TONGSUAN_TRY(const KeySource source, key_source(provider));
  const Result<access::Jwks> keys = read_keys(source);
  if (!keys.ok() && !source.file.empty()) return keys.error();
  std::string text = "Tokens of " + provider.settings.issuer + " are taken; ";
  if (keys.ok()) {
    text += provider.jwks + " has " + std::to_string(keys.value().size()) + " keys of it";
  } else {
    text +=
        "its keys cannot be read now (" + keys.error().context + "), and would be asked for again";
  }
  return text + ", read every " + std::to_string(provider.refresh_seconds) + " s.\n";
}

Result<std::string> providers_plan(const DaemonOptions& options) {
  std::string text;
  for (const auto& [table, provider] : options.providers) {
    if (provider.settings.issuer.empty()) continue;
    TONGSUAN_TRY(const std::string one, provider_plan(provider));
    text += one;
  }
  return text.empty() ? std::string("Tokens of an OpenID provider are not taken.\n") : text;
}

Result<std::string> console_plan(const DaemonOptions& options) {
  if (options.console.empty()) return std::string("Browsers get no console.\n");
  TONGSUAN_TRY(const Console console, Console::read(options.console));
  return "Browsers get the console in " + options.console + ": " + std::to_string(console.files()) +
         " files.\n";
}

// Why a start would not get at what is there; empty where it would.
std::string_view why_not_served(const std::string& founding) {
  if (::access(founding.c_str(), R_OK) == 0) return "";
  return errno == EACCES ? ", which is refused: this user may not read it"
                         : ", which is refused: there is none yet (make it with --init)";
}

std::string service_plan(const DaemonOptions& options) {
  const std::string founding = options.data + '/' + node::kFoundingName;
  const bool made = ::access(founding.c_str(), F_OK) == 0;
  std::string text;
  if (options.init) {
    text = "Makes an exchange of " + options.places + " in " + options.data +
           (made ? ", which is refused: there is one already" : "") + ".\n";
    return text;
  }
  text = "Serves the exchange in " + options.data + std::string(why_not_served(founding)) + ".\n";
  text += "Listens on " + options.listen +
          (options.tls_certificate.empty() ? " without TLS" : " with TLS");
  text += options.development ? ", and lets in whoever says a name (--dev).\n" : ".\n";
  return text;
}

}  // namespace

ServiceOptions to_service_options(const DaemonOptions& options) {
  ServiceOptions service;
  service.mode =
      options.development ? access::AccessMode::kDevelopment : access::AccessMode::kProduction;
  service.of_address = {service.of_address.name, options.address_burst, options.address_rate, 1,
                        kSubjectsMax};
  service.of_participant = {service.of_participant.name, options.participant_burst,
                            options.participant_rate, 1, kSubjectsMax};
  service.streams_max = static_cast<std::size_t>(options.streams);
  service.events_kept = static_cast<std::size_t>(options.events_kept);
  service.event_bytes_kept = static_cast<std::size_t>(options.event_bytes_kept);
  service.webhook_ca_file = options.webhook_ca_file;
  service.metrics_for_all = options.metrics_for_all;
  for (const auto& [table, provider] : options.providers) {
    if (!provider.settings.issuer.empty()) service.providers.push_back(provider.settings);
  }
  return service;
}

node::ForgetRules to_forget_rules(const DaemonOptions& options) {
  node::ForgetRules rules;
  rules.ended_min = static_cast<std::uint32_t>(options.ended_min);
  rules.ended_max = static_cast<std::uint32_t>(options.ended_max);
  rules.age = options.ended_age;
  // A part of what is kept at a time: each look goes over all of it.
  rules.step = std::clamp<std::uint32_t>(rules.ended_max / 64, 1, rules.step);
  return rules;
}

net::ServerOptions to_server_options(const DaemonOptions& options) {
  net::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  server.threads = static_cast<unsigned>(options.threads);
  server.limits.stream_bytes = std::size_t{512} << 10;
  server.limits.connections = static_cast<std::size_t>(options.connections);
  server.limits.connections_per_address = static_cast<std::size_t>(options.connections_per_address);
  if (!options.tls_certificate.empty()) {
    server.tls = net::TlsFiles{options.tls_certificate, options.tls_key, options.client_ca,
                               options.client_required};
  }
  return server;
}

Result<Done> check_address(const DaemonOptions& options) {
  const std::vector<std::string> listening = {options.listen};
  return access::check_mode(
      options.development ? access::AccessMode::kDevelopment : access::AccessMode::kProduction,
      listening);
}

Result<std::string> plan_text(const DaemonOptions& options) {
  TONGSUAN_TRY([[maybe_unused]] const Done address, check_address(options));
  TONGSUAN_TRY([[maybe_unused]] const Done places,
               check_readable(options.init ? options.places : ""));
  TONGSUAN_TRY([[maybe_unused]] const Done authorities, check_readable(options.webhook_ca_file));
  TONGSUAN_TRY([[maybe_unused]] const Done tls, check_tls(options));
  TONGSUAN_TRY(const std::string provider, providers_plan(options));
  TONGSUAN_TRY(const std::string console, console_plan(options));
  std::string text = service_plan(options) + provider + console;
  std::string settings = settings_text(options);
  // Comments, so that all of it reads as a file of settings.
  std::string plan = "# ";
  for (const char c : text.substr(0, text.size() - 1))
    plan += c == '\n' ? "\n# " : std::string(1, c);
  return plan + "\n\n" + settings;
}

}  // namespace tongsuan::server
