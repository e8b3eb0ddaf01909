// The one door: what a request brings → who it is, or why not.
//
//   access::Authenticator door(std::move(settings), master, directory);
//   const access::Answer<access::Identity> caller = door.authenticate(request, now);
//   if (caller.ok() && access::permit(&caller.value(), action, owner).ok()) …
//
// The master secret and the directory are the caller's and live longer. Nothing is cached between
// requests but nonces.
#pragma once

#include <string_view>
#include <vector>

#include "tongsuan/access/bearer.h"
#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"
#include "tongsuan/access/keys.h"
#include "tongsuan/access/mode.h"
#include "tongsuan/access/nonces.h"
#include "tongsuan/access/oidc.h"
#include "tongsuan/access/request_signature.h"

namespace tongsuan::access {

struct AccessSettings {
  AccessMode mode = AccessMode::kProduction;
  UnixTime started;  // when this process began; what was signed before is refused
  NonceLimits nonces;
  std::vector<DevelopmentToken> development;  // used in development mode only
};

// Views of what HTTP read; nothing is decoded.
struct Request {
  std::string_view method;
  std::string_view target;  // as in the request line
  std::string_view body;
  std::string_view authorization;  // the value of the header; empty where there is none
};

class Authenticator {
 public:
  Authenticator(AccessSettings settings, const MasterSecret& master, const Directory& directory);

  // Lets tokens of a provider in; one of the same issuer that was there makes room.
  void set_provider(OidcSettings settings, Jwks keys);
  // Of a provider that is there.
  void set_provider_keys(std::string_view issuer, Jwks keys);

  [[nodiscard]] Answer<Identity> authenticate(const Request& request, UnixTime now);

  [[nodiscard]] const NonceMemory& nonces() const { return nonces_; }

 private:
  [[nodiscard]] Answer<Identity> by_signature(const Request& request, std::string_view parameters,
                                              UnixTime now);
  [[nodiscard]] Answer<Identity> by_token(std::string_view token, UnixTime now);
  [[nodiscard]] Answer<Identity> by_provider(std::string_view token, UnixTime now);
  [[nodiscard]] Answer<OidcVerifier*> provider_of(std::string_view token);

  AccessSettings settings_;
  const MasterSecret& master_;
  const Directory& directory_;
  NonceMemory nonces_;
  std::vector<OidcVerifier> providers_;  // each of another issuer
};

}  // namespace tongsuan::access
