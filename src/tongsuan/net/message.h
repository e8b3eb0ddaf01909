// Requests and responses as plain values.
//
// Invariants of a Request that the server hands out: names of headers are lower case; no name of
// kSingleHeaders is there twice; values have no control bytes but tabs; path segments and query are
// decoded, valid UTF-8 without control bytes, and no segment is "." or ".." or holds a slash.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tongsuan::net {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

[[nodiscard]] std::string_view to_string(Method method);

struct Field {
  std::string name, value;
  friend bool operator==(const Field&, const Field&) = default;
};

// Headers or the parameters of a query, in the order in which they came.
struct Fields {
  std::vector<Field> list;

  // The value of the first one of that name, or null. Names of headers are asked for in lower case.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  friend bool operator==(const Fields&, const Fields&) = default;
};

// Headers whose second occurrence could be read in two ways by two programs: refused.
inline constexpr std::array<std::string_view, 9> kSingleHeaders = {
    "authorization",   "content-length", "content-type",  "expect",           "host",
    "idempotency-key", "if-match",       "last-event-id", "transfer-encoding"};

struct Request {
  Method method = Method::kGet;
  std::string target;             // as it was sent
  std::vector<std::string> path;  // "/v1/orders/7" → v1, orders, 7; "/" → nothing; "/a/" → a, ""
  Fields query;
  Fields headers;
  std::string body;
  std::string remote;        // address of the peer, without its port
  std::string peer_subject;  // of the client's certificate (RFC 2253), or empty
};

// The server adds Content-Length, Connection and Date; headers of these names are left out, as is
// Transfer-Encoding.
struct Response {
  int status = 200;
  std::string content_type = {};  // left out if empty
  Fields headers = {};
  std::string body = {};
};

// "Not Found" for 404; "Status" for a number without a name.
[[nodiscard]] std::string_view reason_phrase(int status);

// What may stand in a header: a token as the name; no control bytes but tabs in the value.
[[nodiscard]] bool is_header_name(std::string_view name);
[[nodiscard]] bool is_header_value(std::string_view value);

}  // namespace tongsuan::net
