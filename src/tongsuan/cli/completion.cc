// Completion scripts: the table of commands in the languages of three shells.
#include <algorithm>
#include <string>
#include <vector>

#include "tongsuan/cli/help.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/lab/scenario.h"

namespace tongsuan::cli {
namespace {

std::string joined(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : " ") + std::string(word);
  return out;
}

// Every word that may stand as a command: names, and aliases as commands of their own.
std::vector<CommandSpec> words() {
  std::vector<CommandSpec> list;
  for (const CommandSpec& command : commands()) {
    if (command.program) continue;
    list.push_back(command);
    if (command.alias.empty()) continue;
    list.push_back(command);
    list.back().name = command.alias;
  }
  return list;
}

std::string command_names() {
  std::string out;
  for (const CommandSpec& command : words()) {
    out += (out.empty() ? "" : " ") + std::string(command.name);
  }
  return out;
}

// Words that may stand as an argument of a command and are not files.
std::string argument_words(const CommandSpec& command) {
  std::string out;
  for (const PositionalSpec& positional : command.positionals) out += joined(positional.choices);
  if (command.name == "help") out = command_names();
  if (command.name == "replay") {
    for (const std::string_view name : lab::shipped_scenarios())
      out += (out.empty() ? "" : " ") + std::string(name);
  }
  if (command.name == "show") {
    for (const ListingSpec& listing : listings())
      out += (out.empty() ? "" : " ") + std::string(listing.name);
  }
  return out;
}

bool takes_files(const CommandSpec& command) {
  return std::ranges::any_of(command.positionals,
                             [](const PositionalSpec& p) { return p.kind == ValueKind::kFile; });
}

template <class Visit>
void each_option(const CommandSpec& command, Visit visit) {
  for (const std::span<const OptionSpec> options : {command.options, common_options()}) {
    for (const OptionSpec& option : options) {
      if (!option.hidden) visit(option);
    }
  }
}

// ---- bash --------------------------------------------------------------------------------------

std::string bash_flags(const OptionSpec& option) {
  std::string out = "--" + std::string(option.name);
  if (option.letter != 0) out += std::string(" -") + option.letter;
  return out;
}

// What follows an option: a choice, a file, a folder, or something that only the user knows.
std::string bash_value(const CommandSpec& command, const OptionSpec& option) {
  std::string cases = std::string(command.name) + ":--" + std::string(option.name);
  if (option.letter != 0) cases += '|' + std::string(command.name) + ":-" + option.letter;
  std::string reply = "COMPREPLY=()";
  if (option.kind == ValueKind::kChoice) {
    reply = "COMPREPLY=($(compgen -W \"" + joined(option.choices) + "\" -- \"$current\"))";
  } else if (option.kind == ValueKind::kFile) {
    reply = "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\"))";
  } else if (option.kind == ValueKind::kFolder) {
    reply = "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$current\"))";
  }
  return "    " + cases + ") " + reply + "; return ;;\n";
}

std::string bash_script() {
  std::string values;
  std::string cases;
  for (const CommandSpec& command : words()) {
    std::string flags;
    each_option(command, [&](const OptionSpec& option) {
      flags += (flags.empty() ? "" : " ") + bash_flags(option);
      if (option.kind != ValueKind::kNone) values += bash_value(command, option);
    });
    cases += "    " + std::string(command.name) + ") flags=\"" + flags + "\" words=\"" +
             argument_words(command) + "\" files=" + (takes_files(command) ? "1" : "") + " ;;\n";
  }
  return "# bash completion of tongsuan: source <(tongsuan completion bash)\n"
         "_tongsuan() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local command=\"\" flags=\"\" words=\"\" files=\"\" i\n"
         "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
         "    case \"${COMP_WORDS[i]}\" in -*) ;; *) command=\"${COMP_WORDS[i]}\"; break ;; esac\n"
         "  done\n"
         "  if [[ -z $command ]]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         command_names() +
         " --help --version --lang\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"$command:$previous\" in\n" +
         values +
         "  esac\n"
         "  case \"$command\" in\n" +
         cases +
         "  esac\n"
         "  if [[ $current == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  if [[ -n $files ]]; then\n"
         "    compopt -o filenames\n"
         "    COMPREPLY+=($(compgen -f -- \"$current\"))\n"
         "  fi\n"
         "}\n"
         "complete -F _tongsuan tongsuan\n";
}

// ---- zsh ---------------------------------------------------------------------------------------

// Text inside single quotes and brackets of _arguments.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += std::string("\\") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_action(ValueKind kind, std::span<const std::string_view> choices) {
  if (kind == ValueKind::kChoice) return '(' + joined(choices) + ')';
  if (kind == ValueKind::kFile) return "_files";
  if (kind == ValueKind::kFolder) return "_files -/";
  return " ";
}

std::string zsh_option(const OptionSpec& option) {
  const std::string about = '[' + zsh_text(message(option.help, Language::kEnglish)) + ']';
  std::string value;
  if (option.kind != ValueKind::kNone) {
    const std::string action = zsh_action(option.kind, option.choices);
    std::string_view names = option.value_name;
    while (!names.empty()) {
      const std::size_t blank = std::min(names.find(' '), names.size());
      value += ':' + zsh_text(names.substr(0, blank)) + ':' + action;
      names.remove_prefix(std::min(blank + 1, names.size()));
    }
  }
  const std::string star = option.repeated ? "*" : "";
  std::string out =
      " \\\n        '" + star + "--" + std::string(option.name) + about + value + '\'';
  if (option.letter != 0)
    out += " \\\n        '" + star + '-' + option.letter + about + value + '\'';
  return out;
}

std::string zsh_arguments(const CommandSpec& command) {
  std::string out;
  each_option(command, [&](const OptionSpec& option) { out += zsh_option(option); });
  for (const PositionalSpec& positional : command.positionals) {
    std::string action = zsh_action(positional.kind, positional.choices);
    if (positional.kind == ValueKind::kText) {
      const std::string words = argument_words(command);
      if (!words.empty()) action = '(' + words + ')';
    }
    out += " \\\n        '" + std::string(positional.optional ? "::" : ":") +
           zsh_text(positional.name) + ':' + action + '\'';
  }
  return out;
}

std::string zsh_script() {
  std::string list;
  std::string cases;
  for (const CommandSpec& command : words()) {
    list += "    '" + std::string(command.name) + ':' +
            zsh_text(message(command.summary, Language::kEnglish)) + "'\n";
    cases += "    " + std::string(command.name) + ")\n      _arguments" + zsh_arguments(command) +
             "\n      ;;\n";
  }
  return "#compdef tongsuan\n"
         "# zsh completion of tongsuan: tongsuan completion zsh > ~/.zfunc/_tongsuan\n"
         "_tongsuan() {\n"
         "  local -a commands\n"
         "  commands=(\n" +
         list +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $words[1] in\n" +
         cases +
         "  esac\n"
         "}\n"
         "_tongsuan \"$@\"\n";
}

// ---- fish --------------------------------------------------------------------------------------

std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

std::string fish_line(const CommandSpec& command, const OptionSpec& option) {
  std::string out = "complete -c tongsuan -n '__fish_seen_subcommand_from " +
                    std::string(command.name) + "' -l " + std::string(option.name);
  if (option.letter != 0) out += std::string(" -s ") + option.letter;
  if (option.kind == ValueKind::kChoice) out += " -x -a " + fish_text(joined(option.choices));
  if (option.kind == ValueKind::kFile) out += " -r -F";
  if (option.kind == ValueKind::kFolder) out += " -x -a '(__fish_complete_directories)'";
  if (option.kind == ValueKind::kText || option.kind == ValueKind::kWhole ||
      option.kind == ValueKind::kPositiveDecimal) {
    out += " -x";
  }
  return out + " -d " + fish_text(message(option.help, Language::kEnglish)) + '\n';
}

std::string fish_script() {
  std::string out = "# fish completion of tongsuan\ncomplete -c tongsuan -f\n";
  for (const CommandSpec& command : words()) {
    const std::string name(command.name);
    out += "complete -c tongsuan -n __fish_use_subcommand -a " + name + " -d " +
           fish_text(message(command.summary, Language::kEnglish)) + '\n';
    const std::string words = argument_words(command);
    const std::string seen = "complete -c tongsuan -n '__fish_seen_subcommand_from " + name + "' ";
    if (!words.empty()) out += seen + "-a " + fish_text(words) + '\n';
    if (takes_files(command)) out += seen + "-F\n";
    each_option(command, [&](const OptionSpec& option) { out += fish_line(command, option); });
  }
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return {};
}

}  // namespace tongsuan::cli
