// Keys of programs. The exchange keeps records; secrets follow from the master secret, are shown
// once when the key is made, and derived again for every request.
//
//   secret = base64url(HMAC-SHA256(master, "tongsuan key v1" || key id || salt)), 43 characters
//
// Rotation makes a second key and revokes the first once programs use the second. Revoking is for
// ever: an id is not given out again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"
#include "tongsuan/access/master_secret.h"

namespace tongsuan::access {

// All that the state, the journal and backups hold of a key.
struct KeyRecord {
  std::string id;  // "K-" and 24 hexadecimal digits, or 16
  Salt salt{};
  ParticipantNumber participant;
  Role role = Role::kParticipant;
  std::optional<UnixTime> expires = {};
  bool revoked = false;
};

// Keys of exchanges have 96 bits; ids of 64 are taken, too.
inline constexpr std::size_t kKeyIdBytes = 26, kShortKeyIdBytes = 18;
[[nodiscard]] bool is_key_id(std::string_view text);

struct KeyTerms {
  ParticipantNumber participant;
  Role role = Role::kParticipant;
  std::optional<UnixTime> expires = {};
};
// Random bytes, of which no two keys get the same.
struct KeyRandom {
  std::array<std::uint8_t, 8> id{};
  Salt salt{};
};

[[nodiscard]] KeyRecord make_key(const KeyTerms& terms, const KeyRandom& random);
[[nodiscard]] std::string key_secret(const MasterSecret& master, const KeyRecord& key);

// What the exchange knows. Records stay where they are until the state changes.
class Directory {
 public:
  virtual ~Directory() = default;
  // Null where there is none.
  [[nodiscard]] virtual const KeyRecord* key(std::string_view id) const = 0;
  [[nodiscard]] virtual const Participant* participant(ParticipantNumber number) const = 0;
  [[nodiscard]] virtual const Participant* participant_named(std::string_view name) const = 0;
};

// The key of that id, if it may be used now. Denials: kUnknownKey, kRevoked, kExpired.
[[nodiscard]] Answer<const KeyRecord*> usable_key(const Directory& directory, std::string_view id,
                                                  UnixTime now);

// The identity that a key stands for; kUnknownParticipant where its participant has left.
[[nodiscard]] Answer<Identity> identity_of(const Directory& directory, const KeyRecord& key,
                                           Method method);

}  // namespace tongsuan::access
