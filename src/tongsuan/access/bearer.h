// Tokens that the exchange makes itself, for programs that cannot sign every request.
//
//   ts1.K-0123456789abcdef.1767225600.participant.MAC
//
// Key id, end in seconds since 1970, role, and base64url(HMAC-SHA256(token key, all before the last
// point)); the token key is HMAC-SHA256(master, "tongsuan token v1" || key id || salt). Nothing is
// kept: a token ends with its time, and at once when its key is revoked.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"
#include "tongsuan/access/keys.h"

namespace tongsuan::access {

inline constexpr std::string_view kBearerMark = "ts1.";
inline constexpr std::size_t kBearerBytesMax = 128;
inline constexpr std::int64_t kBearerSecondsMax = 30 * 86'400;

// A token for a usable key until then, or until the key ends if that is earlier. Denials: kExpired
// where that is over, kForbidden beyond kBearerSecondsMax.
[[nodiscard]] Answer<std::string> make_bearer(const MasterSecret& master, const KeyRecord& key,
                                              UnixTime now, UnixTime until);

[[nodiscard]] Answer<Identity> check_bearer(const MasterSecret& master, const Directory& directory,
                                            std::string_view token, UnixTime now);

}  // namespace tongsuan::access
