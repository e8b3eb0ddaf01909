// Strict decoding of the target of a request: "/v1/orders?filter=a%20b".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/net/message.h"

namespace tongsuan::net {

inline constexpr std::size_t kPathSegmentsMax = 32;
inline constexpr std::size_t kQueryParametersMax = 64;

struct Target {
  std::vector<std::string> path;
  Fields query;
};

// Refused: whatever does not start with a slash; bytes that RFC 3986 wants escaped; escapes that
// are not two hexadecimal digits; escaped control bytes; text that is not UTF-8; segments that are
// "." or ".." or hold a slash or a backslash once decoded; parameters without a name. A plus sign
// means itself, so that times with a zone can be written plainly.
[[nodiscard]] Result<Target> decode_target(std::string_view target);

// One piece of a path or query without its escapes.
[[nodiscard]] Result<std::string> decode_percent(std::string_view text);

// The other way: everything but letters, digits and "-._~" is escaped.
[[nodiscard]] std::string encode_percent(std::string_view text);

// Whether the bytes are UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace tongsuan::net
