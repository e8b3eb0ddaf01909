// server, floor 7: the HTTP interface of a running exchange.
//   service.h   requests of HTTP into requests of the exchange, and answers back
//   router.h    which address does what, and for whom: one table
//   problem.h   everything that is refused
//   values.h    ids, money, times
//   console.h   the browser application, from memory
//   log.h       what happened, a line of JSON each
//   daemon.h    the program: files, parts, signals; its options: daemon_options.h, configuration.h
//   provider_keys.h  public keys of an OpenID provider
//
// Model. net's threads parse a request, find out who asks, and either read what is true and durable
// (node::Replica), or make a request of the exchange and hand it to the sequencer, whose answer
// completes the reply. api/openapi.yaml is the contract; router_test.cc holds the two together.
//
// Invariants. A reply to a request with an Idempotency-Key is made of what was asked and the answer
// of the exchange alone, so that it is the same whenever the request comes again. Nobody sees live
// orders of others. Secrets follow from the master secret and are kept nowhere.
//
// Ownership. The node, the master secret and the log outlive the service. It is made before the
// node starts, because it watches its replica; `begin` is called after. `stop` ends its threads;
// replies that are still due are completed by the node.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/access/master_secret.h"
#include "tongsuan/access/mode.h"
#include "tongsuan/access/nonces.h"
#include "tongsuan/access/oidc.h"
#include "tongsuan/access/rate_limit.h"
#include "tongsuan/net/metrics.h"
#include "tongsuan/net/reply.h"
#include "tongsuan/node/node.h"
#include "tongsuan/node/recheck.h"
#include "tongsuan/server/console.h"
#include "tongsuan/server/log.h"

namespace tongsuan::server {

namespace internal {
struct Core;
}

struct ServiceOptions {
  std::string market = "market";
  std::int64_t epoch = 0;  // Unix time of the exchange's second 0
  std::int32_t zone_seconds = 28'800;
  // Names by HubId and by DataId; short or empty where there are none.
  std::vector<std::string> green_zones, data_names;

  access::AccessMode mode = access::AccessMode::kProduction;
  access::NonceLimits nonces;
  std::function<std::int64_t()> unix_now;  // of this machine; empty: the system's clock
  access::RateLimit of_address{"requests of an address", 20'000, 5'000, 1, 1U << 14};
  access::RateLimit of_participant{"orders and requests of a participant", 200'000, 50'000, 1,
                                   1U << 14};
  // Whose tokens are let in, each of another issuer; their keys come by `set_provider_keys`.
  std::vector<access::OidcSettings> providers;
  // A token named a key that its provider did not have when its keys were read last.
  std::function<void()> unknown_provider_key;

  // Shows the exchange as it was after that command, or says why it cannot. May take a second.
  // Empty: only the newest state is read.
  using Reader = std::function<void(const node::View&)>;
  std::function<Result<Done>(std::uint64_t sequence, const Reader& read)> as_of;
  // A text of a round by its name in the journal.
  std::function<Result<std::string>(const Digest& name)> text;
  // Records from that sequence on, about so many bytes; empty where there are none.
  std::function<Result<std::vector<node::Record>>(std::uint64_t from, std::size_t bytes)> history;
  // The whole journal gone through again; takes long.
  std::function<journal::Answer<node::Rechecked>(const node::RecheckOptions&)> recheck;
  // The journal's last batch.
  struct Head {
    std::uint64_t sequence = 0;
    std::uint64_t epoch = 0;
    Digest hash{};
  };
  std::function<Result<Head>()> head;

  std::shared_ptr<const Console> console;  // for browsers; null: there is none

  std::size_t events_kept = 65'536;  // for readers who come back
  std::size_t event_bytes_kept = std::size_t{32} << 20;
  std::size_t streams_max = 10'000;
  std::size_t replica_behind_max = 100'000;  // records; not ready beyond
  std::size_t slot_cells_max = 200'000;  // of one answer of a round: pools, links and zones × slots
  bool metrics_for_all = false;          // otherwise for loopback addresses only

  bool webhooks = true;
  bool webhooks_anywhere = false;  // also http, loopback and private addresses: for tests
  std::string webhook_ca_file;
  std::int64_t webhook_pause_milliseconds = 1'000;  // the first; doubled up to five minutes
};

class Service {
 public:
  Service(node::Node& node, const access::MasterSecret& master, Log& log, ServiceOptions options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // A record that the node reads at its start, in order: what no state keeps is known again.
  void recover(std::uint64_t sequence, std::string_view record);
  // The node has started.
  void begin();
  // Not ready from now on: what was asked is still answered, those who wait for an agent at once.
  void drain();
  // Whoever listens has to ask again, here or elsewhere.
  void end_streams();
  void stop();

  // net::Handler.
  void handle(net::Request&& request, net::Reply reply);
  // From now on; any thread.
  void set_provider_keys(std::string_view issuer, access::Jwks keys);
  // For the metrics; set before the first request.
  void set_counters(std::function<net::ServerCounters()> counters);

  // For tests: the parts.
  [[nodiscard]] internal::Core& core() { return *core_; }

 private:
  std::unique_ptr<internal::Core> core_;
};

}  // namespace tongsuan::server
