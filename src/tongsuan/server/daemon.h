// tongsuand, the program: options, the data folder, signals.
//
// The data folder holds the journal, its signed head and key, the master secret, the places as they
// were given, and `exchange`, a line each of what never changes: epoch, opening, zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/node/node.h"

namespace tongsuan::server {

inline constexpr std::int64_t kRateBurstSeconds = 4;

struct DaemonOptions {
  std::string data;
  std::string places;  // a market text; needed by --init
  std::string listen = "127.0.0.1:7070";
  std::string tls_certificate, tls_key;
  bool development = false;
  bool simulate = false;  // buyers and hubs are played after the orders of the places
  bool init = false;
  std::string at;                      // the time at which --init opens the exchange; now if empty
  std::optional<std::uint32_t> speed;  // exchange seconds in a second; 0: stands still
  std::int64_t round_seconds = 900;    // of --init
  unsigned threads = 2;
  // Requests of an address, orders and requests of a participant, a second; a bucket holds what
  // kRateBurstSeconds bring.
  std::int64_t address_rate = 5'000;
  std::int64_t participant_rate = 50'000;
  node::ClearingRules clearing;
  bool help = false;
};
[[nodiscard]] Result<DaemonOptions> parse_daemon_options(const std::vector<std::string>& arguments);

// The whole process; its exit status.
int run_daemon(int argc, char** argv);

}  // namespace tongsuan::server
