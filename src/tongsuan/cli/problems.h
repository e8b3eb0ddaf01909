// What an exchange may refuse, in the words of the user: problems.inc is the one table.
#pragma once

#include <span>
#include <string_view>

#include "tongsuan/cli/cli.h"

namespace tongsuan::cli {

struct ProblemText {
  std::string_view code;
  ExitCode exit_code;
  std::string_view command;  // to try; may be empty
  std::string_view says_en, says_zh;
  std::string_view advice_en, advice_zh;
};

[[nodiscard]] std::span<const ProblemText> problem_texts();
// Null for a code of a newer exchange.
[[nodiscard]] const ProblemText* problem_text(std::string_view code);

}  // namespace tongsuan::cli
