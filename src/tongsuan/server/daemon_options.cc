#include "tongsuan/server/daemon_options.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <variant>

#include "tongsuan/access/rate_limit.h"
#include "tongsuan/base/text.h"
#include "tongsuan/server/provider_keys.h"
#include "tongsuan/toml/toml.h"

namespace tongsuan::server {
namespace {

constexpr std::string_view kRoles = "oidc_roles";   // of [oidc]
constexpr std::string_view kRolesOfOne = ".roles";  // behind [oidc.NAME]
constexpr std::string_view kOidcOfName = "oidc.";
constexpr std::string_view kSimulatedHubs = "simulated_hubs";

struct Range {
  std::int64_t least = 0, most = 0;
};

struct Setting {
  std::string_view table, key;  // an empty key: a flag only
  std::string_view flag;        // empty: in the file only
  std::variant<std::string*, std::int64_t*, std::optional<std::int64_t>*, bool*, std::uint32_t*>
      into;
  Range range = {};

  [[nodiscard]] std::string name() const {
    return table.empty() ? std::string(key) : std::string(table) + '.' + std::string(key);
  }
  [[nodiscard]] bool is_truth() const { return std::holds_alternative<bool*>(into); }
  [[nodiscard]] bool is_text() const { return std::holds_alternative<std::string*>(into); }
};

void add_hub_settings(std::vector<Setting>& settings, DaemonOptions& o) {
  settings.push_back({kSimulatedHubs, "agents", "--hub-agents", &o.hub_agents});
  settings.push_back({kSimulatedHubs, "usual_faults", "--hub-faults", &o.usual_hub_faults});
  for (const world::HubFaultKey& key : world::hub_fault_keys()) {
    settings.push_back(
        {kSimulatedHubs, key.name, "", &(o.hub_faults.*key.field), Range{key.min, key.max}});
  }
}

void add_provider_settings(std::vector<Setting>& settings, std::string_view table,
                           ProviderOptions& oidc) {
  for (const Setting& one : std::initializer_list<Setting>{
           {table, "issuer", "", &oidc.settings.issuer},
           {table, "audience", "", &oidc.settings.audience},
           {table, "client", "", &oidc.settings.client},
           {table, "jwks", "", &oidc.jwks},
           {table, "ca_file", "", &oidc.ca_file},
           {table, "refresh_seconds", "", &oidc.refresh_seconds, {1, 86'400}},
           {table, "participant_claim", "", &oidc.settings.participant_claim},
           {table, "role_claim", "", &oidc.settings.role_claim},
           {table, "leeway_seconds", "", &oidc.settings.leeway_seconds, {0, 600}},
           {table, "lifetime_seconds_max", "", &oidc.settings.lifetime_seconds_max, {60, 604'800}},
       }) {
    settings.push_back(one);
  }
}

// The table. What it points to is in `o`.
std::vector<Setting> settings_of(DaemonOptions& o) {
  constexpr Range kRate{1, access::kRateTokensMax};
  std::vector<Setting> settings = {
      {"", "data", "--data", &o.data},
      {"", "listen", "--listen", &o.listen},
      {"", "threads", "--threads", &o.threads, {1, 64}},
      {"", "console", "--console", &o.console},
      {"", "development", "--dev", &o.development},
      {"", "simulate", "--simulate", &o.simulate},
      {"", "speed", "--speed", &o.speed, {0, 1'000'000}},
      {"init", "places", "--places", &o.places},
      {"init", "at", "--at", &o.at},
      {"init", "round", "--round", &o.round_seconds, {1, 604'800}},
      {"rounds", "threads", "--round-threads", &o.round_threads, {1, 64}},
      {"rounds", "nice", "--round-nice", &o.round_nice, {0, 19}},
      {"tls", "certificate", "--tls-cert", &o.tls_certificate},
      {"tls", "key", "--tls-key", &o.tls_key},
      {"tls", "client_ca", "", &o.client_ca},
      {"tls", "client_required", "", &o.client_required},
      {"limits", "address_rate", "--address-rate", &o.address_rate, kRate},
      {"limits", "address_burst", "--address-burst", &o.address_burst, kRate},
      {"limits", "participant_rate", "--participant-rate", &o.participant_rate, kRate},
      {"limits", "participant_burst", "--participant-burst", &o.participant_burst, kRate},
      {"limits", "connections", "", &o.connections, {1, 1'000'000}},
      {"limits", "connections_per_address", "", &o.connections_per_address, {1, 1'000'000}},
      {"limits", "streams", "", &o.streams, {0, 1'000'000}},
      {"events", "kept", "", &o.events_kept, {1, 16'777'216}},
      {"events", "bytes", "", &o.event_bytes_kept, {65'536, std::int64_t{1} << 36}},
      {"history", "ended_min", "", &o.ended_min, {0, 100'000'000}},
      {"history", "ended_max", "", &o.ended_max, {1, 100'000'000}},
      {"history", "age_seconds", "", &o.ended_age, {0, 315'360'000}},
      {"webhooks", "ca_file", "", &o.webhook_ca_file},
      {"metrics", "for_all", "", &o.metrics_for_all},
      {"", "", "--init", &o.init},
      {"", "", "--check-config", &o.check_config},
      {"", "", "--config", &o.config},
  };
  add_hub_settings(settings, o);
  for (auto& [table, provider] : o.providers) add_provider_settings(settings, table, provider);
  return settings;
}

Error usage(std::string what, std::string hint = "tongsuand --help lists the options") {
  return {ErrorCode::kInvalidArgument, std::move(what), std::move(hint)};
}

// ---- One value -------------------------------------------------------------------------------

// `name` is that of the flag or of the key, as it is told.
Result<Done> put(const Setting& setting, const std::string& name, const std::string& value) {
  if (setting.is_text()) {
    if (value.empty()) return usage(name + " is empty", "leave it out, or give it a value");
    *std::get<std::string*>(setting.into) = value;
    return Done{};
  }
  if (setting.is_truth()) {
    if (value != "true" && value != "false") {
      return usage(name + " takes true or false", name + " = true");
    }
    *std::get<bool*>(setting.into) = value == "true";
    return Done{};
  }
  std::int64_t number = 0;
  if (!parse_decimal(value, 0, number) || number < setting.range.least ||
      number > setting.range.most) {
    return usage(name + " takes a whole number from " + std::to_string(setting.range.least) +
                     " to " + std::to_string(setting.range.most),
                 "give " + name + " a number in this range");
  }
  if (const auto* into = std::get_if<std::int64_t*>(&setting.into)) **into = number;
  if (const auto* into = std::get_if<std::optional<std::int64_t>*>(&setting.into)) **into = number;
  if (const auto* into = std::get_if<std::uint32_t*>(&setting.into)) {
    **into = static_cast<std::uint32_t>(number);
  }
  return Done{};
}

// ---- The file --------------------------------------------------------------------------------

// The keys of a table, for whoever wrote another one.
std::string keys_of(const std::vector<Setting>& settings, std::string_view table) {
  std::string keys;
  for (const Setting& setting : settings) {
    if (setting.key.empty() || setting.table != table) continue;
    keys += (keys.empty() ? "" : ", ") + std::string(setting.key);
  }
  return keys;
}

std::string tables_of(const std::vector<Setting>& settings) {
  std::string tables = std::string(kRoles) + ", oidc.NAME, oidc.NAME.roles";
  std::string_view last;
  for (const Setting& setting : settings) {
    if (setting.key.empty() || setting.table == last) continue;
    last = setting.table;
    tables += ", " + std::string(last);
  }
  return tables;
}

// The table of the provider whose roles are in this one; empty: it has none.
std::string provider_of_roles(std::string_view table) {
  if (table == kRoles) return std::string(kOidcTable);
  const bool named = table.starts_with(kOidcOfName) && table.ends_with(kRolesOfOne);
  if (!named || table.size() <= kOidcOfName.size() + kRolesOfOne.size()) return {};
  return std::string(table.substr(0, table.size() - kRolesOfOne.size()));
}

std::string roles_table(std::string_view provider) {
  return provider == kOidcTable ? std::string(kRoles)
                                : std::string(provider) + std::string(kRolesOfOne);
}

// Providers that the file names are there before their keys are looked for.
Result<Done> add_provider(DaemonOptions& options, const toml::Entry& entry) {
  const std::string of_roles = provider_of_roles(entry.table);
  const std::string& table = of_roles.empty() ? entry.table : of_roles;
  if (!std::string_view(table).starts_with(kOidcOfName)) return Done{};
  if (table == "oidc.roles" || std::ranges::count(table, '.') != 1) {
    return usage("there is no table [" + entry.table + "]",
                 "[oidc_roles], or [oidc.NAME] and [oidc.NAME.roles]");
  }
  if (!options.providers.contains(table) && options.providers.size() == kProvidersMax) {
    return usage("more than " + std::to_string(kProvidersMax) + " providers", "name fewer");
  }
  options.providers.try_emplace(table);
  return Done{};
}

Result<Done> put_role(DaemonOptions& options, const toml::Entry& entry) {
  const auto role = entry.text ? access::role_of(entry.value) : std::nullopt;
  if (!role) {
    return usage(entry.key + " gives no role",
                 "\"participant\", \"hub\", \"operator\", \"auditor\" or \"regulator\"");
  }
  auto& roles = options.providers.at(provider_of_roles(entry.table)).settings.roles;
  if (roles.size() == kOidcRolesMax) {
    return usage("more than " + std::to_string(kOidcRolesMax) + " values give roles",
                 "have the provider say fewer");
  }
  roles.push_back({entry.key, *role});
  return Done{};
}

Result<Done> put_entry(DaemonOptions& options, const std::vector<Setting>& settings,
                       const toml::Entry& entry, const std::string& where) {
  if (!provider_of_roles(entry.table).empty()) {
    options.origins.emplace(entry.table, where);
    return put_role(options, entry);
  }
  const auto setting = std::ranges::find_if(settings, [&](const Setting& one) {
    return !one.key.empty() && one.table == entry.table && one.key == entry.key;
  });
  if (setting == settings.end()) {
    const std::string keys = keys_of(settings, entry.table);
    if (keys.empty()) {
      return usage("there is no table [" + entry.table + "]", "one of " + tables_of(settings));
    }
    const std::string table =
        entry.table.empty() ? "before the first table" : "in [" + entry.table + ']';
    return usage("there is no key " + entry.key + ' ' + table, "one of " + keys);
  }
  if (entry.text != setting->is_text()) {
    return usage(entry.key + (entry.text ? " takes no text" : " takes a text"),
                 entry.text ? "write the value without quotes"
                            : entry.key + " = " + toml::quoted(entry.value));
  }
  options.origins[setting->name()] = where;
  return put(*setting, entry.key, entry.value);
}

Result<Done> put_file(DaemonOptions& options, std::string_view text) {
  TONGSUAN_TRY(const std::vector<toml::Entry> entries, toml::read(text, options.config));
  const auto where_of = [&](const toml::Entry& entry) {
    return options.config + ':' + std::to_string(entry.line);
  };
  for (const toml::Entry& entry : entries) {
    const Result<Done> added = add_provider(options, entry);
    if (!added.ok())
      return usage(where_of(entry) + ": " + added.error().context, added.error().hint);
  }
  const std::vector<Setting> settings = settings_of(options);
  for (const toml::Entry& entry : entries) {
    const std::string where = where_of(entry);
    const Result<Done> taken = put_entry(options, settings, entry, where);
    if (!taken.ok()) return usage(where + ": " + taken.error().context, taken.error().hint);
  }
  return Done{};
}

// ---- Flags -----------------------------------------------------------------------------------

// All but those that `only` leaves out.
Result<Done> put_flags(DaemonOptions& options, const std::vector<std::string>& arguments) {
  const std::vector<Setting> settings = settings_of(options);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--help" || name == "-h") {
      options.help = true;
      return Done{};
    }
    if (name == "--version") {
      options.version = true;
      return Done{};
    }
    const auto setting = std::ranges::find_if(
        settings, [&](const Setting& one) { return !one.flag.empty() && one.flag == name; });
    if (setting == settings.end()) return usage("there is no option " + name);
    if (!setting->key.empty()) options.origins[setting->name()] = name;
    if (setting->is_truth()) {
      *std::get<bool*>(setting->into) = true;
      continue;
    }
    if (++i == arguments.size()) return usage(name + " needs a value");
    TONGSUAN_TRY([[maybe_unused]] const Done taken, put(*setting, name, arguments[i]));
  }
  return Done{};
}

// ---- What belongs together -------------------------------------------------------------------

// The place where a setting was given, in front of what is wrong with it.
Error fault(const DaemonOptions& options, std::string_view setting, const std::string& what,
            const std::string& hint) {
  const auto found = options.origins.find(setting);
  const bool file = found != options.origins.end() && !found->second.starts_with("--");
  return usage((file ? found->second + ": " : "") + what, hint);
}

Result<Done> read_listen(DaemonOptions& options) {
  const std::string_view listen = options.listen;
  const std::size_t colon = listen.rfind(':');
  std::int64_t port = -1;
  const bool good = colon != std::string_view::npos && colon > 0 &&
                    parse_decimal(listen.substr(colon + 1), 0, port) && port >= 0 && port <= 65'535;
  if (!good) {
    return fault(options, "listen", "listen takes ADDRESS:PORT, not " + options.listen,
                 "--listen 127.0.0.1:7070");
  }
  std::string_view address = listen.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  options.address = std::string(address);
  options.port = static_cast<std::uint16_t>(port);
  return Done{};
}

Result<Done> check_provider(const DaemonOptions& options, const std::string& table,
                            const ProviderOptions& provider) {
  const access::OidcSettings& oidc = provider.settings;
  const std::string name = '[' + table + ']', issuer = table + ".issuer";
  const std::string roles = roles_table(table);
  if (oidc.issuer.empty()) {
    // What means nothing without one; the others are defaults that somebody wrote down.
    const std::string needless[] = {table + ".audience", table + ".client", table + ".jwks",
                                    table + ".ca_file", roles};
    const auto found = std::ranges::find_if(options.origins, [&](const auto& one) {
      return std::ranges::find(needless, one.first) != std::end(needless) ||
             (table != kOidcTable && one.first.starts_with(table + '.'));
    });
    if (found == options.origins.end()) return Done{};
    return fault(options, found->first, name + " has no issuer", "issuer = \"https://id.example\"");
  }
  if (oidc.audience.empty()) {
    return fault(options, issuer, name + " has an issuer, but no audience",
                 "audience = \"tongsuan\", as the provider calls this exchange");
  }
  if (provider.jwks.empty()) {
    return fault(options, issuer, name + " has an issuer, but no jwks: its public keys",
                 "jwks = \"https://…/jwks.json\", or the name of a file");
  }
  if (oidc.roles.empty()) {
    return fault(options, issuer, '[' + roles + "] is empty: no token would have a role",
                 '[' + roles + "] with a line such as traders = \"participant\"");
  }
  const Result<KeySource> source = key_source(provider);
  if (source.ok()) return Done{};
  return fault(options, table + ".jwks", source.error().context, source.error().hint);
}

// Which keys a token is held against is said by its issuer: so no two have the same.
Result<Done> check_providers(const DaemonOptions& options) {
  std::map<std::string, std::string> tables;  // by issuer
  for (const auto& [table, provider] : options.providers) {
    TONGSUAN_TRY([[maybe_unused]] const Done good, check_provider(options, table, provider));
    if (provider.settings.issuer.empty()) continue;
    const auto [other, first] = tables.emplace(provider.settings.issuer, table);
    if (first) continue;
    return fault(options, table + ".issuer",
                 '[' + table + "] has the issuer of [" + other->second + ']',
                 "one table for each issuer");
  }
  return Done{};
}

// Faults are of hubs with agents, and only simulated hubs have them. What somebody gave counts more
// than what is usual.
Result<Done> read_hub_faults(DaemonOptions& options) {
  const world::HubFaults usual = world::usual_hub_faults();
  const std::string table = std::string(kSimulatedHubs) + '.';
  for (const world::HubFaultKey& key : world::hub_fault_keys()) {
    const std::string name = table + std::string(key.name);
    if (!options.usual_hub_faults || options.origins.contains(name)) continue;
    options.hub_faults.*key.field = usual.*key.field;
    options.origins[name] = options.origins[table + "usual_faults"];
  }
  const bool faulty = !(options.hub_faults == world::HubFaults());
  if (faulty) options.hub_agents = true;
  if (!options.hub_agents || options.simulate) return Done{};
  for (const auto& [setting, where] : options.origins) {
    if (!setting.starts_with(kSimulatedHubs)) continue;
    return fault(options, setting,
                 setting + " is of simulated hubs, and this exchange simulates none",
                 "--simulate, or simulate = true");
  }
  return Done{};
}

Result<Done> check(DaemonOptions& options) {
  if (options.data.empty()) {
    return usage("--data is missing: the folder of the exchange",
                 "--data DIR, or data = \"DIR\" in the file of --config");
  }
  if (options.init && options.places.empty()) {
    return usage("--init needs --places, a market text", "--places FILE.market");
  }
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    return fault(options, options.tls_key.empty() ? "tls.certificate" : "tls.key",
                 "--tls-cert and --tls-key come together", "give both, or none");
  }
  if (!options.client_ca.empty() && options.tls_certificate.empty()) {
    return fault(options, "tls.client_ca", "tls.client_ca needs a certificate of the exchange, too",
                 "certificate and key in [tls]");
  }
  if (options.ended_max < options.ended_min) {
    const bool most = options.origins.contains("history.ended_max");
    return fault(options, most ? "history.ended_max" : "history.ended_min",
                 "history.ended_max is below history.ended_min", "make it larger");
  }
  TONGSUAN_TRY([[maybe_unused]] const Done hubs, read_hub_faults(options));
  TONGSUAN_TRY([[maybe_unused]] const Done listen, read_listen(options));
  return check_providers(options);
}

Result<std::string> read_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(toml::kBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open()) {
    return Error{ErrorCode::kIo, path + " cannot be read", "check its name and its rights"};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

Result<DaemonOptions> parse_daemon_options(const std::vector<std::string>& arguments,
                                           std::string_view config) {
  DaemonOptions flags;  // only to see what they say of the file
  TONGSUAN_TRY([[maybe_unused]] const Done read, put_flags(flags, arguments));
  if (flags.help || flags.version) return flags;
  DaemonOptions options;
  options.config = flags.config;
  if (!flags.config.empty()) {
    TONGSUAN_TRY([[maybe_unused]] const Done file, put_file(options, config));
  }
  TONGSUAN_TRY([[maybe_unused]] const Done above, put_flags(options, arguments));
  TONGSUAN_TRY([[maybe_unused]] const Done good, check(options));
  return options;
}

Result<DaemonOptions> parse_daemon_options(const std::vector<std::string>& arguments) {
  DaemonOptions flags;
  TONGSUAN_TRY([[maybe_unused]] const Done read, put_flags(flags, arguments));
  if (flags.help || flags.version || flags.config.empty())
    return parse_daemon_options(arguments, {});
  TONGSUAN_TRY(const std::string text, read_config(flags.config));
  return parse_daemon_options(arguments, text);
}

std::string settings_text(const DaemonOptions& options) {
  DaemonOptions copy = options;
  std::string text;
  std::string_view table;
  for (const Setting& setting : settings_of(copy)) {
    if (setting.key.empty()) continue;
    std::string value;
    if (const auto* from = std::get_if<std::string*>(&setting.into)) {
      if (!(*from)->empty()) value = toml::quoted(**from);
    } else if (const auto* truth = std::get_if<bool*>(&setting.into)) {
      value = **truth ? "true" : "false";
    } else if (const auto* whole = std::get_if<std::int64_t*>(&setting.into)) {
      value = std::to_string(**whole);
    } else if (const auto* small = std::get_if<std::uint32_t*>(&setting.into)) {
      value = std::to_string(**small);
    } else if (const auto& maybe = *std::get<std::optional<std::int64_t>*>(setting.into)) {
      value = std::to_string(*maybe);
    }
    if (setting.table != table) {
      table = setting.table;
      text += "\n[" + std::string(table) + "]\n";
    }
    const auto origin = options.origins.find(setting.name());
    const std::string line = value.empty() ? '#' + std::string(setting.key) + " ="
                                           : std::string(setting.key) + " = " + value;
    text += line + "  # " +
            (origin != options.origins.end() ? origin->second
             : value.empty()                 ? "not given"
                                             : "default") +
            '\n';
  }
  for (const auto& [name, provider] : options.providers) {
    if (!provider.settings.roles.empty()) text += "\n[" + roles_table(name) + "]\n";
    for (const access::RoleClaim& claim : provider.settings.roles) {
      text += toml::quoted(claim.value) + " = \"" + access::role_name(claim.role) + "\"\n";
    }
  }
  return text;
}

}  // namespace tongsuan::server
