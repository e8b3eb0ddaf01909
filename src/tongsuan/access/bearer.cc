#include "tongsuan/access/bearer.h"

#include <algorithm>
#include <array>

#include "tongsuan/base/text.h"

namespace tongsuan::access {
namespace {

struct BearerParts {
  std::string_view signed_text;  // all before the last point
  std::string_view key, mac;
  UnixTime until;
  Role role = Role::kParticipant;
};

Denial malformed_bearer() {
  return {Code::kMalformed, "the bearer token is not one of this exchange",
          "send it as it was given out, from \"ts1.\" to the end"};
}

bool split_bearer(std::string_view token, BearerParts& parts) {
  std::array<std::string_view, 5> fields;
  std::string_view rest = token;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t point = i + 1 < fields.size() ? rest.find('.') : rest.size();
    if (point == std::string_view::npos) return false;
    fields[i] = rest.substr(0, point);
    rest.remove_prefix(std::min(point + 1, rest.size()));
  }
  std::int64_t until = 0;
  const std::optional<Role> role = role_of(fields[3]);
  if (!is_key_id(fields[1]) || !role || fields[2].size() > 12 ||
      !parse_decimal(fields[2], 0, until) || until < 0 || UnixTime(until) > kUnixTimeMax) {
    return false;
  }
  parts = {token.substr(0, token.size() - fields[4].size() - 1), fields[1], fields[4],
           UnixTime(until), *role};
  return true;
}

std::string mac(const MasterSecret& master, const KeyRecord& key, std::string_view text) {
  Digest secret = master.derive("tongsuan token v1", key.id, key.salt);
  const Digest digest = HmacKey(view(secret)).sign(text);
  erase(secret.data(), secret.size());
  return base64url(view(digest));
}

}  // namespace

Answer<std::string> make_bearer(const MasterSecret& master, const KeyRecord& key, UnixTime now,
                                UnixTime until) {
  if (key.expires) until = std::min(until, *key.expires);
  if (until <= now || key.revoked) {
    return Denial{Code::kExpired, "a token of key " + key.id + " would be over already"};
  }
  if ((until - now).raw() > kBearerSecondsMax) {
    return Denial{Code::kForbidden,
                  "a token lasts at most " + std::to_string(kBearerSecondsMax) + " s",
                  "use signed requests for what lasts longer"};
  }
  std::string text = std::string(kBearerMark) + key.id + '.' + std::to_string(until.raw()) + '.' +
                     role_name(key.role);
  const std::string signature = mac(master, key, text);
  return text + '.' + signature;
}

Answer<Identity> check_bearer(const MasterSecret& master, const Directory& directory,
                              std::string_view token, UnixTime now) {
  BearerParts parts;
  if (token.size() > kBearerBytesMax || !token.starts_with(kBearerMark) ||
      !split_bearer(token, parts)) {
    return malformed_bearer();
  }
  const KeyRecord* key = directory.key(parts.key);
  if (key == nullptr) {
    return Denial{Code::kUnknownKey, "there is no key " + std::string(parts.key),
                  "check which exchange the token was made for"};
  }
  // What is told about key and time is for those who hold a true token.
  if (!equal_secrets(mac(master, *key, parts.signed_text), parts.mac)) {
    return Denial{Code::kBadSignature, "the bearer token was changed, or its key was made anew",
                  "ask for a new token"};
  }
  TONGSUAN_TRY(key, usable_key(directory, parts.key, now));
  if (now >= parts.until) {
    return Denial{
        Code::kExpired,
        "the bearer token expired " + std::to_string((now - parts.until).raw()) + " s ago",
        "ask for a new token"};
  }
  if (parts.role != key->role) {
    return Denial{Code::kRevoked, "key " + key->id + " has another role now",
                  "ask for a new token"};
  }
  TONGSUAN_TRY(Identity identity, identity_of(directory, *key, Method::kToken));
  identity.until = std::min(identity.until, parts.until);
  return identity;
}

}  // namespace tongsuan::access
