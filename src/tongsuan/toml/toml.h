// toml, floor 1: the small part of TOML that files of settings need.
//
// Model. Tables, whose names may have parts with points between ("oidc.city"), and keys with a
// text, a whole number or true/false. Whatever else TOML knows (lists, dates, dotted keys, several
// lines) is refused, with line and column, rather than guessed at. What keys there are, and what
// they may be, is the caller's business; every entry knows its line for that.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::toml {

inline constexpr std::size_t kBytesMax = 64 * 1024;
inline constexpr std::size_t kEntriesMax = 1'000;

struct Entry {
  std::string table;  // empty before the first one
  std::string key;
  std::string value;  // numbers and truths as they stand
  bool text = false;  // whether it stood in quotes
  int line = 0;
};

// In the order of the file; a key is in its table once. Errors: "FILE:LINE:COLUMN: what is wrong".
[[nodiscard]] Result<std::vector<Entry>> read(std::string_view bytes, std::string_view file);

// As a text in quotes.
[[nodiscard]] std::string quoted(std::string_view value);

}  // namespace tongsuan::toml
