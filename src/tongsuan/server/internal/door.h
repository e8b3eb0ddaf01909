// Who asks, and how often they may.
//
// What is known of keys and participants is read from the replica at each request, so that a key
// that was revoked is refused from the next one on. Any thread.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "tongsuan/access/authenticator.h"
#include "tongsuan/access/rate_limit.h"
#include "tongsuan/net/message.h"
#include "tongsuan/node/node.h"
#include "tongsuan/server/service.h"

namespace tongsuan::server::internal {

class Door {
 public:
  Door(node::Node& node, const access::MasterSecret& master, const ServiceOptions& options,
       std::function<std::int64_t()> unix_now);
  ~Door();

  // Nobody when there is no proof at all.
  [[nodiscard]] access::Answer<std::optional<access::Identity>> admit(const net::Request& request);
  // `cost` tokens of a participant.
  [[nodiscard]] access::Answer<Done> take(const access::Identity& caller, std::int64_t cost);
  // Of a provider of the options.
  void set_provider_keys(std::string_view issuer, access::Jwks keys);

 private:
  class ViewDirectory;
  [[nodiscard]] access::Answer<access::Identity> look(const access::Request& request,
                                                      std::uint64_t at_least);
  [[nodiscard]] access::Instant now() const;

  node::Node& node_;
  const ServiceOptions& options_;
  std::function<std::int64_t()> unix_now_;
  std::mutex mutex_;  // guards the rest
  std::unique_ptr<ViewDirectory> directory_;
  access::Authenticator authenticator_;
  access::RateLimiter addresses_, participants_;
};

// The id of a key, and back.
[[nodiscard]] std::string key_text(const exchange::KeyId& key);
[[nodiscard]] std::optional<exchange::KeyId> parse_key(std::string_view text);
[[nodiscard]] access::KeyRecord key_record(const exchange::KeyRow& row);

}  // namespace tongsuan::server::internal
