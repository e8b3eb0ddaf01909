// Options of tongsuand: one table of settings, each with its key in the file, its flag, or both.
//
// Layers, each above the one before: defaults, the file of --config, flags. All of the file is
// checked, also what a flag hides. Every setting knows where it comes from, so that mistakes that
// need two of them to show are told with their place, and --check-config can say it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/access/oidc.h"
#include "tongsuan/base/result.h"
#include "tongsuan/world/hub_faults.h"

namespace tongsuan::server {

inline constexpr std::size_t kOidcRolesMax = 64;  // of one provider
inline constexpr std::size_t kProvidersMax = 16;
inline constexpr std::string_view kOidcTable = "oidc";

// An OpenID provider whose tokens are let in; without an issuer there is none.
struct ProviderOptions {
  access::OidcSettings settings;  // its texts and roles; the numbers below are put into it
  std::string jwks;               // the name of a file, or https://…
  std::string ca_file;            // for https; the system's certificates if empty
  std::int64_t refresh_seconds = 300;
};

struct DaemonOptions {
  // What to do.
  bool init = false;
  bool check_config = false;
  bool help = false;
  bool version = false;
  std::string config;

  // Of an exchange that is made.
  std::string places;                // a market text
  std::string at;                    // the time at which it opens; now if empty
  std::int64_t round_seconds = 900;  // between its gates

  std::string data;
  std::string listen = "127.0.0.1:7070";
  std::string address;     // of `listen`
  std::uint16_t port = 0;  // of `listen`
  std::string console;     // the folder of a built console; none if empty
  std::string tls_certificate, tls_key;
  std::string client_ca;        // who may sign certificates of clients; none are asked for if empty
  bool client_required = true;  // no connection without one
  bool development = false;
  bool simulate = false;          // buyers and hubs are played after the orders of the places
  bool hub_agents = false;        // simulated hubs speak as agents do,
  bool usual_hub_faults = false;  // with what usually goes wrong, where nothing else is said
  world::HubFaults hub_faults;
  std::optional<std::int64_t> speed;  // exchange seconds in a second; 0: stands still
  std::int64_t threads = 2;
  std::int64_t round_threads = 1, round_nice = 5;  // that clear a round; how far they stand back

  std::int64_t address_rate = 5'000, address_burst = 20'000;            // requests of an address
  std::int64_t participant_rate = 50'000, participant_burst = 200'000;  // orders and changes
  std::int64_t connections = 4'096, connections_per_address = 256;
  std::int64_t streams = 10'000;
  std::int64_t events_kept = 65'536, event_bytes_kept = std::int64_t{32} << 20;
  // What has ended and is kept in memory: at least, at most, and for how long in between.
  std::int64_t ended_min = 100'000, ended_max = 1'000'000, ended_age = 604'800;
  std::string webhook_ca_file;
  bool metrics_for_all = false;
  // By their tables: "oidc", which is always there, and "oidc.NAME".
  std::map<std::string, ProviderOptions, std::less<>> providers{{std::string(kOidcTable), {}}};

  // "limits.streams" → "exchange.toml:7" or "--streams"; what is not here is a default.
  std::map<std::string, std::string, std::less<>> origins;
};

// Reads the file that the arguments name, if they name one.
[[nodiscard]] Result<DaemonOptions> parse_daemon_options(const std::vector<std::string>& arguments);
// The same with the text of the file.
[[nodiscard]] Result<DaemonOptions> parse_daemon_options(const std::vector<std::string>& arguments,
                                                         std::string_view config);

// Every setting as a line of the file with its value and, as a comment, where it comes from. The
// text reads as a file that sets the same.
[[nodiscard]] std::string settings_text(const DaemonOptions& options);

}  // namespace tongsuan::server
