#include "tongsuan/cli/problems.h"

#include <algorithm>

namespace tongsuan::cli {
namespace {

constexpr ProblemText kProblems[] = {
#define TONGSUAN_PROBLEM(code, exit_code, command, says_en, says_zh, advice_en, advice_zh) \
  {code, exit_code, command, says_en, says_zh, advice_en, advice_zh},
#include "tongsuan/cli/problems.inc"
#undef TONGSUAN_PROBLEM
};

}  // namespace

std::span<const ProblemText> problem_texts() {
  return kProblems;
}

const ProblemText* problem_text(std::string_view code) {
  const auto* const found = std::ranges::find(kProblems, code, &ProblemText::code);
  return found == std::end(kProblems) ? nullptr : found;
}

}  // namespace tongsuan::cli
