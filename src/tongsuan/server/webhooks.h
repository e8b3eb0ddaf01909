// Sends events to the addresses that participants named: at least once, in order.
//
// Model. One thread goes round the open webhooks. For each it takes the events after the last
// sequence that was confirmed, posts them, and after a 2xx confirms through the exchange, so that
// another process goes on where this one stopped. A receiver that fails is asked again after a
// pause that doubles. Bodies are signed with a secret that only its owner has and that follows from
// the master secret. Addresses of loopback, private and link-local networks are never connected to,
// whatever a name says at the moment, unless the options allow it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tongsuan/access/master_secret.h"
#include "tongsuan/node/node.h"
#include "tongsuan/server/feed.h"
#include "tongsuan/server/log.h"

namespace tongsuan::server {

struct ServiceOptions;

// The text that signs, as its owner was shown it.
[[nodiscard]] std::string webhook_secret(const access::MasterSecret& master,
                                         const exchange::Salt& salt);
// "t=1795000000,v1=…" over "<seconds>.<body>".
[[nodiscard]] std::string webhook_signature(std::string_view secret, std::int64_t unix_seconds,
                                            std::string_view body);
// Whether everybody's machines may be there: neither this machine nor a network of its own.
[[nodiscard]] bool is_public_address(std::string_view address);
// https with a host, and no more than an address has; with `anywhere`, http too.
[[nodiscard]] bool is_webhook_url(std::string_view url, bool anywhere);

struct WebhookFigures {
  std::uint64_t sent = 0, failed = 0;
};

class Webhooks {
 public:
  struct Parts {
    node::Node& node;
    const access::MasterSecret& master;
    Log& log;
    const ServiceOptions& options;
    const Feed& feed;
  };
  explicit Webhooks(Parts parts) : parts_(parts) {}
  ~Webhooks() { stop(); }

  void begin();
  void stop();
  // There may be something to send.
  void wake();
  [[nodiscard]] std::uint32_t failures(std::uint32_t webhook) const;  // in a row
  [[nodiscard]] WebhookFigures figures() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Way {
    std::uint32_t failures = 0;
    std::uint64_t looked = 0;  // nothing for it up to here
    Clock::time_point next;
    exchange::Salt salt{};  // tells what has the number now from what had it before
  };
  struct Job {
    std::uint32_t webhook = 0;
    exchange::WebhookRow row;
    exchange::Role role = exchange::Role::kParticipant;
  };
  // Of one thread. Each sends to somebody else, so that a receiver who takes his time holds up no
  // other participant.
  void loop();
  // Goes round once; when to go again.
  Clock::time_point go_round();
  // Whether the thread has it, and nobody else sends to its owner now. Otherwise `next` is no later
  // than when to look again.
  [[nodiscard]] bool claim(const Job& job, Clock::time_point& next);
  void release(const Job& job, Clock::time_point& next);
  // Whether there may be more at once.
  bool send(const Job& job);
  [[nodiscard]] Result<Done> post(const Job& job, const std::string& body) const;
  void note(std::uint32_t webhook, bool good);

  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint32_t, Way> ways_;
  WebhookFigures figures_;
  // Participants to whom something is being sent; whether another thread has passed them by since.
  std::map<std::uint32_t, bool> served_;
  bool dirty_ = false, stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tongsuan::server
