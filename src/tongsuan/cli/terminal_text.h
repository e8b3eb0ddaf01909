// What a stranger's program says, fit for a terminal.
//
// Bytes come in pieces. Lines, tabs and text in UTF-8 pass; whatever could move the cursor, change
// colours or answer for the user becomes '?', and a line that is written over itself (a carriage
// return) becomes a line of its own. What a piece cuts in two is held until the next one.
#pragma once

#include <string>
#include <string_view>

namespace tongsuan::cli {

class TerminalText {
 public:
  [[nodiscard]] std::string take(std::string_view bytes);
  // What is held still: nothing comes after it.
  [[nodiscard]] std::string finish();

 private:
  std::string held_;
};

}  // namespace tongsuan::cli
