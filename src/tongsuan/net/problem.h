// Refusals that the server makes itself, before or instead of the handler.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/net/message.h"

namespace tongsuan::net {

// `code` is stable and for programs; `detail` is what happened here; `hint` is what to try.
struct Problem {
  int status = 400;
  std::string_view code = {};
  std::string detail = {};
  std::string hint = {};
};

// The codes. docs/http.md says what each of them means.
inline constexpr std::string_view kAmbiguousLength = "ambiguous_length";
inline constexpr std::string_view kBadChunk = "bad_chunk";
inline constexpr std::string_view kBadHeader = "bad_header";
inline constexpr std::string_view kBadRequest = "bad_request";
inline constexpr std::string_view kBadTarget = "bad_target";
inline constexpr std::string_view kDuplicateHeader = "duplicate_header";
inline constexpr std::string_view kTruncatedRequest = "truncated_request";
inline constexpr std::string_view kHeaderTimeout = "header_timeout";
inline constexpr std::string_view kBodyTimeout = "body_timeout";
inline constexpr std::string_view kBodyTooLarge = "body_too_large";
inline constexpr std::string_view kTargetTooLong = "target_too_long";
inline constexpr std::string_view kUnknownExpectation = "unknown_expectation";
inline constexpr std::string_view kConnectionsOfAddress = "too_many_connections_of_address";
inline constexpr std::string_view kHeadersTooLarge = "headers_too_large";
inline constexpr std::string_view kNoAnswer = "no_answer";
inline constexpr std::string_view kBadAnswer = "bad_answer";
inline constexpr std::string_view kUnknownMethod = "unknown_method";
inline constexpr std::string_view kUnknownEncoding = "unknown_transfer_encoding";
inline constexpr std::string_view kConnections = "too_many_connections";
inline constexpr std::string_view kUnavailable = "unavailable";
inline constexpr std::string_view kAnswerTimeout = "answer_timeout";
inline constexpr std::string_view kStopping = "stopping";
inline constexpr std::string_view kUnknownVersion = "unknown_http_version";

// application/problem+json (RFC 9457) with title, status, code, detail and try.
[[nodiscard]] Response problem_response(const Problem& problem);

}  // namespace tongsuan::net
