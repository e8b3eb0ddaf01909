// ID and access tokens of an OpenID provider: JSON Web Tokens (RFC 7519), signed (RFC 7515).
//
// A token is believed only where all of this holds, in this order:
//   - it has three parts of canonical base64url, at most kJwtBytesMax in all, and its JSON is
//   strict;
//   - its algorithm is allowed here, and is that of the key of the provider that its header names;
//   - it demands nothing that we do not know ("crit");
//   - the signature is that key's;
//   - issuer and audience are ours, and it is its time: exp and iat are there, with a small leeway
//   for clocks.
// Only then claims are mapped to a participant's name and one role. "none" and HS256 are no
// algorithms here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"
#include "tongsuan/access/jwks.h"
#include "tongsuan/json/document.h"

namespace tongsuan::access {

inline constexpr std::size_t kJwtBytesMax = 8192;

struct RoleClaim {
  std::string value;  // what the claim says
  Role role = Role::kParticipant;
};

struct OidcSettings {
  std::string issuer;
  std::string audience;
  std::string
      client;  // when not empty, a token that names an authorised party ("azp") must name this one
  std::vector<Algorithm> algorithms = {kAlgorithms.begin(), kAlgorithms.end()};
  std::string participant_claim = "preferred_username";
  std::string role_claim = "tongsuan_role";  // a text, or an array of texts
  std::vector<RoleClaim> roles;
  std::int64_t leeway_seconds = 60;
  std::int64_t lifetime_seconds_max = 86'400;  // from iat to exp
};

struct OidcClaims {
  std::string subject;
  std::string participant;
  Role role = Role::kParticipant;
  UnixTime expires;
  std::string nonce;  // empty where there is none; a login compares it with its own
};

// What a token says of its issuer, which nothing has proved yet; nothing where it cannot be read.
[[nodiscard]] std::optional<std::string> claimed_issuer(std::string_view token);

class OidcVerifier {
 public:
  OidcVerifier(OidcSettings settings, Jwks keys);

  [[nodiscard]] Answer<OidcClaims> verify(std::string_view token, UnixTime now);

  // Providers change their keys; tokens of keys that are gone are refused from then on.
  void set_keys(Jwks keys) { keys_ = std::move(keys); }
  [[nodiscard]] const OidcSettings& settings() const { return settings_; }

 private:
  [[nodiscard]] Answer<const PublicKey*> key_of(std::string_view header);
  [[nodiscard]] Answer<OidcClaims> read_claims(std::string_view payload, UnixTime now);

  OidcSettings settings_;
  Jwks keys_;
  json::Document header_, payload_;
  std::string bytes_;  // of the part that is read
};

}  // namespace tongsuan::access
