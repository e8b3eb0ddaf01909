// The slow twin of the parser: one byte after the other, by the grammar of RFC 8259. It is asked
// where a document is wrong once the parser has refused it, and tests compare the two on any bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tongsuan::json {

struct SyntaxFault {
  std::size_t offset;
  const char* problem;    // what was expected there, or what must not be
  bool is_limit = false;  // too deep
};

// The first fault of a text. Numbers are whole numbers of 64 bits, or have a fraction or an
// exponent (whose size is not judged). Names that are there twice are not seen.
[[nodiscard]] std::optional<SyntaxFault> find_syntax_fault(std::string_view text, int depth_max);

}  // namespace tongsuan::json
