// Reads the small part of TOML that settings need: tables, and keys with a text, a whole number or
// true/false. Whatever else TOML knows (lists, dates, dotted keys, several lines) is refused, with
// line and column, rather than guessed at.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::remote {

inline constexpr std::size_t kTomlBytesMax = 64 * 1024;
inline constexpr std::size_t kTomlEntriesMax = 1'000;

struct TomlEntry {
  std::string table;  // empty before the first one
  std::string key;
  std::string value;  // numbers and truths as they stand
  bool text = false;  // whether it stood in quotes
  int line = 0;
};

// In the order of the file; a key is in its table once. Errors: "FILE:LINE:COLUMN: what is wrong".
[[nodiscard]] Result<std::vector<TomlEntry>> read_toml(std::string_view bytes,
                                                       std::string_view file);

// As a text in quotes.
[[nodiscard]] std::string toml_text(std::string_view value);

}  // namespace tongsuan::remote
