// The head of a response as bytes.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/net/message.h"

namespace tongsuan::net {

enum class Framing { kLength, kChunked, kUntilClose };

struct HeadOptions {
  Framing framing = Framing::kLength;
  bool keep_alive = true;
  bool is_http11 = true;
  std::string_view date = {};
};

// Headers that the server sets itself are left out of the response's own.
[[nodiscard]] std::string write_head(const Response& response, const HeadOptions& options);

// Whether the headers of a response can be sent: no ends of lines in them.
[[nodiscard]] bool is_sendable(const Response& response);

}  // namespace tongsuan::net
