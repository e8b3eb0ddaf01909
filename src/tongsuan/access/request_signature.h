// Signed requests (docs/access.md has a worked example).
//
//   Authorization: Tongsuan-HMAC key=K-…, time=1767225600, nonce=…, signature=…
//
// The signature is base64url(HMAC-SHA256(secret, lines)). The secret is the text that was shown
// when the key was made, not the bytes behind it. The lines, each but the last ended by a line
// feed:
//
//   tongsuan-hmac-v1
//   METHOD              as sent, such as POST
//   target              as in the request line, such as /v1/orders?zone=a
//   SHA-256 of the body in hexadecimal, also of an empty one
//   time                seconds since 1970, as in the header
//   nonce               as in the header
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::access {

inline constexpr std::string_view kSignatureScheme = "Tongsuan-HMAC";
inline constexpr std::size_t kSignatureHeaderBytesMax = 256;
inline constexpr std::size_t kNonceBytesMin = 16, kNonceBytesMax = 64;  // of [A-Za-z0-9_-]
inline constexpr std::int64_t kSkewSecondsMax = 300;

struct SignedRequest {
  std::string_view method;
  std::string_view target;
  Digest body{};  // SHA-256
};

// Views into the header that was parsed.
struct RequestSignature {
  std::string_view key;
  std::string_view nonce;
  UnixTime time;
  Digest signature{};
};

// What follows the scheme: the four parameters in any order, each once, separated by commas.
[[nodiscard]] Answer<RequestSignature> parse_request_signature(std::string_view parameters);

[[nodiscard]] std::string canonical_request(const SignedRequest& request, UnixTime time,
                                            std::string_view nonce);
[[nodiscard]] Digest request_digest(std::string_view secret, std::string_view canonical);

// For clients: the value of the header.
struct Stamp {
  UnixTime time;
  std::string_view nonce;
};
[[nodiscard]] std::string sign_request(std::string_view key, std::string_view secret,
                                       const SignedRequest& request, const Stamp& stamp);

// Denies a time that is too far from the exchange's, and says how far.
[[nodiscard]] Answer<Done> check_skew(UnixTime time, UnixTime now);

}  // namespace tongsuan::access
