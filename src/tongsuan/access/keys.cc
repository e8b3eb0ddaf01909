#include "tongsuan/access/keys.h"

#include <algorithm>

#include "tongsuan/base/text.h"

namespace tongsuan::access {

bool is_key_id(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return (text.size() == kKeyIdBytes || text.size() == kShortKeyIdBytes) &&
         text.starts_with("K-") && std::all_of(text.begin() + 2, text.end(), is_hex);
}

KeyRecord make_key(const KeyTerms& terms, const KeyRandom& random) {
  return {"K-" + hex(random.id.data(), random.id.size()),
          random.salt,
          terms.participant,
          terms.role,
          terms.expires,
          false};
}

std::string key_secret(const MasterSecret& master, const KeyRecord& key) {
  Digest secret = master.derive("tongsuan key v1", key.id, key.salt);
  std::string text = base64url(view(secret));
  erase(secret.data(), secret.size());
  return text;
}

Answer<const KeyRecord*> usable_key(const Directory& directory, std::string_view id, UnixTime now) {
  const KeyRecord* key = directory.key(id);
  if (key == nullptr) {
    return Denial{Code::kUnknownKey, "there is no key " + std::string(id),
                  "check which exchange the key was made for"};
  }
  if (key->revoked) {
    return Denial{Code::kRevoked, "key " + key->id + " was revoked",
                  "ask the operator for a new key"};
  }
  if (key->expires && now >= *key->expires) {
    return Denial{
        Code::kExpired,
        "key " + key->id + " expired " + std::to_string((now - *key->expires).raw()) + " s ago",
        "ask the operator for a new key"};
  }
  return key;
}

Answer<Identity> identity_of(const Directory& directory, const KeyRecord& key, Method method) {
  const Participant* owner = directory.participant(key.participant);
  if (owner == nullptr || owner->closed) {
    return Denial{Code::kUnknownParticipant, "the participant of key " + key.id + " has left"};
  }
  return Identity{owner->number, owner->name, key.role,
                  key.id,        method,      key.expires.value_or(kUnixTimeMax)};
}

}  // namespace tongsuan::access
