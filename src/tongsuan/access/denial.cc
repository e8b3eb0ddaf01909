#include "tongsuan/access/denial.h"

namespace tongsuan::access {

const char* code_name(Code code) {
  switch (code) {
    case Code::kUnauthenticated:
      return "unauthenticated";
    case Code::kMalformed:
      return "malformed-credentials";
    case Code::kUnknownKey:
      return "unknown-key";
    case Code::kBadSignature:
      return "bad-signature";
    case Code::kExpired:
      return "expired";
    case Code::kRevoked:
      return "revoked";
    case Code::kSkew:
      return "skew";
    case Code::kReplayed:
      return "replayed";
    case Code::kNoncesFull:
      return "nonces-full";
    case Code::kNotYetValid:
      return "not-yet-valid";
    case Code::kWrongIssuer:
      return "wrong-issuer";
    case Code::kWrongAudience:
      return "wrong-audience";
    case Code::kWrongAlgorithm:
      return "wrong-algorithm";
    case Code::kUnknownSigner:
      return "unknown-signing-key";
    case Code::kUnknownParticipant:
      return "unknown-participant";
    case Code::kNoRole:
      return "no-role";
    case Code::kMethodDisabled:
      return "method-disabled";
    case Code::kForbidden:
      return "forbidden";
    case Code::kNotFound:
      return "not-found";
    case Code::kRateLimited:
      return "rate-limited";
  }
  return "unknown";
}

int http_status(Code code) {
  switch (code) {
    case Code::kForbidden:
    case Code::kUnknownParticipant:
    case Code::kNoRole:
      return 403;
    case Code::kNotFound:
      return 404;
    case Code::kNoncesFull:
    case Code::kRateLimited:
      return 429;
    default:
      return 401;
  }
}

}  // namespace tongsuan::access
