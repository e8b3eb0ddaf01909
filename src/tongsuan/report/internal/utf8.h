// UTF-8 that came from outside: kept when it is valid, replaced where it is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tongsuan::report::internal {

struct CodePoint {
  std::uint32_t value = 0xFFFD;
  std::size_t bytes = 1;
  bool valid = false;
};

// The first code point of a text that is not empty; one byte of U+FFFD where it is malformed
// (truncated, overlong, a surrogate, or beyond U+10FFFF).
[[nodiscard]] CodePoint first_code_point(std::string_view text);

// Malformed bytes become U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

// Also controls become U+FFFD: text that may be sent to a terminal, or into a page, as it is.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace tongsuan::report::internal
