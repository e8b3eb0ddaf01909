// Dates of HTTP (RFC 9110, 5.6.7), as servers write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tongsuan::net {

// Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT"; the forms that are not written any more
// are none.
[[nodiscard]] std::optional<std::int64_t> read_http_date(std::string_view text);

}  // namespace tongsuan::net
