// Options that both tables of commands use: those that work on files and those that talk to an
// exchange.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "tongsuan/cli/commands.h"

namespace tongsuan::cli {

inline constexpr std::array<std::string_view, 2> kTextFormats = {"text", "json"};
inline constexpr std::array<std::string_view, 6> kListFormats = {"table", "wide", "json",
                                                                 "jsonl", "csv",  "yaml"};

constexpr OptionSpec format_option(Message help, std::span<const std::string_view> formats) {
  return {.id = Option::kFormat,
          .name = "output",
          .letter = 'o',
          .kind = ValueKind::kChoice,
          .value_name = "FORMAT",
          .help = help,
          .choices = formats};
}

}  // namespace tongsuan::cli
