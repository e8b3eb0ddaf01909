// Text on a terminal: Chinese characters are two columns wide.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tongsuan::cli {

// Breaks text into lines of at most `width` columns, at blanks and between wide characters; lines
// after the first begin with `indent` blanks. Line ends in the text stay.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace tongsuan::cli
