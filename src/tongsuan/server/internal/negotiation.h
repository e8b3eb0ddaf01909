// What a client would like best of several representations (RFC 9110, section 12.5).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "tongsuan/net/message.h"

namespace tongsuan::server::internal {

// The position of the media type that the Accept headers weigh most; of several the first, which is
// also the answer where there is no such header. Nothing: they take none of them.
[[nodiscard]] std::optional<std::size_t> accepted_type(const net::Fields& headers,
                                                       std::span<const std::string_view> types);
// The same of Accept-Language and languages such as "zh"; "zh-CN" asks for it too. There is always
// an answer: the first where nothing fits.
[[nodiscard]] std::size_t accepted_language(const net::Fields& headers,
                                            std::span<const std::string_view> languages);

}  // namespace tongsuan::server::internal
