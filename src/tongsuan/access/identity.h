// Who calls: roles, participants, and the result of authentication.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/base/quantity.h"
#include "tongsuan/base/strong_id.h"

namespace tongsuan::access {

using UnixTime = Quantity<struct UnixTimeTag>;  // seconds since 1970, UTC
using Instant = Quantity<struct InstantTag>;    // microseconds since 1970, UTC

inline constexpr UnixTime kUnixTimeMax{253'402'300'799};  // the end of the year 9999

using ParticipantNumber = StrongId<struct ParticipantNumberTag>;

inline constexpr std::size_t kParticipantNameBytesMax = 128;

enum class Role : std::uint8_t { kParticipant, kHub, kOperator, kAuditor, kRegulator };
inline constexpr std::array<Role, 5> kRoles = {Role::kParticipant, Role::kHub, Role::kOperator,
                                               Role::kAuditor, Role::kRegulator};
[[nodiscard]] const char* role_name(Role role);  // "participant", …
[[nodiscard]] std::optional<Role> role_of(std::string_view name);

// How somebody proved who they are. Certificates are judged by TLS, which fills in the identity
// itself.
enum class Method : std::uint8_t { kSignature, kToken, kOidc, kDevelopment, kCertificate };
[[nodiscard]] const char* method_name(Method method);

struct Identity {
  ParticipantNumber participant;
  std::string name;
  Role role = Role::kParticipant;
  std::string key;  // "K-…", the provider's subject, or the name of a development token
  Method method = Method::kSignature;
  UnixTime until = kUnixTimeMax;  // from then on the proof is none any more
};

struct Participant {
  ParticipantNumber number;
  std::string name;  // UTF-8 without controls, compared byte by byte
  bool closed = false;
};

// Names are compared as bytes and never normalised: two spellings of one word are two names.
[[nodiscard]] bool is_participant_name(std::string_view name);

}  // namespace tongsuan::access
