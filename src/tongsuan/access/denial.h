// Why a request is not let in: a value with a stable code, for people and for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tongsuan/base/result.h"

namespace tongsuan::access {

enum class Code : std::uint8_t {
  kUnauthenticated,  // no proof at all
  kMalformed,        // a proof that cannot be read
  kUnknownKey,       // no key of that id
  kBadSignature,
  kExpired,
  kRevoked,
  kSkew,        // the clocks differ too much
  kReplayed,    // the same signed request once more
  kNoncesFull,  // too many signed requests at once
  kNotYetValid,
  kWrongIssuer,
  kWrongAudience,
  kWrongAlgorithm,
  kUnknownSigner,  // no key of the provider has that id
  kUnknownParticipant,
  kNoRole,          // the token gives no role, or more than one
  kMethodDisabled,  // this exchange does not take such proofs
  kForbidden,       // known, and may not
  kNotFound,        // belongs to somebody else: as if it were not there
  kRateLimited,
};

// Stable: "bad-signature". Programs may rely on it.
[[nodiscard]] const char* code_name(Code code);
// The HTTP status: 401, 403, 404 or 429.
[[nodiscard]] int http_status(Code code);

struct Denial {
  Code code;
  std::string detail;     // what happened, with the caller's own values; never a secret
  std::string hint = {};  // what to try
  std::optional<std::int64_t> retry_after_seconds = {};
};

template <class T>
using Answer = Result<T, Denial>;

}  // namespace tongsuan::access
