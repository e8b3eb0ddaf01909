// What the table of commands says about itself: help, man pages, completion scripts.
#pragma once

#include <string>

#include "tongsuan/cli/commands.h"

namespace tongsuan::cli {

[[nodiscard]] std::string overview_help(Language language);
[[nodiscard]] std::string command_help(const CommandSpec& command, Language language);

// A man page in the man(7) macros; "tongsuan" for the overview, else the name of a command.
// Empty when there is no such page.
[[nodiscard]] std::string man_page(std::string_view page);

// A completion script for "bash", "zsh" or "fish"; empty for any other shell.
[[nodiscard]] std::string completion_script(std::string_view shell);

// "-o, --output FORMAT"
[[nodiscard]] std::string option_heading(const OptionSpec& option);
// "tongsuan clear [options] MARKET"
[[nodiscard]] std::string usage_line(const CommandSpec& command, Language language);
// What an exit code means.
[[nodiscard]] std::string exit_code_text(int code, Language language);

}  // namespace tongsuan::cli
