#include "tongsuan/cli/help.h"

#include <algorithm>
#include <array>
#include <vector>

#include "tongsuan/cli/text_width.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::cli {
namespace {

using report::display_width;

constexpr std::size_t kPageWidth = 96;
constexpr std::size_t kHeadingWidth = 26;

struct CodeMeaning {
  int code;
  Message meaning;
};
constexpr std::array<CodeMeaning, 12> kCodes = {{
    {kOk, Message::kExitOk},
    {kUnexpected, Message::kExitUnexpected},
    {kUsage, Message::kExitUsage},
    {kConfiguration, Message::kExitConfiguration},
    {kNotFound, Message::kExitNotFound},
    {kRejected, Message::kExitRejected},
    {kNotPlaced, Message::kExitNotPlaced},
    {kTimeout, Message::kExitTimeout},
    {kConflict, Message::kExitConflict},
    {kUnavailable, Message::kExitUnavailable},
    {kNotVerified, Message::kExitNotVerified},
    {kInterrupted, Message::kExitInterrupted},
}};

struct Variable {
  std::string_view name;
  Message help;
};
constexpr std::array<Variable, 8> kVariables = {{
    {"TONGSUAN_SERVER", Message::kVariableServer},
    {"TONGSUAN_OUTPUT", Message::kVariableOutput},
    {"TONGSUAN_TIMEOUT", Message::kVariableTimeout},
    {"TONGSUAN_CA_FILE", Message::kVariableCaFile},
    {"TONGSUAN_CREDENTIALS", Message::kVariableCredentials},
    {"TONGSUAN_THREADS", Message::kVariableThreads},
    {"TONGSUAN_LANG", Message::kVariableLanguage},
    {"LC_ALL, LC_MESSAGES, LANG", Message::kVariableLocale},
}};

// "  heading   text", the text in the same column on every line.
std::string entry(std::string_view heading, std::string_view text) {
  std::string out = "  " + std::string(heading);
  const std::size_t column = kHeadingWidth + 2;
  if (display_width(heading) + 2 > kHeadingWidth) {
    out += '\n' + std::string(column, ' ');
  } else {
    out += std::string(column - 2 - display_width(heading), ' ');
  }
  return out + wrapped(text, kPageWidth - column, column) + '\n';
}

std::string options_text(std::span<const OptionSpec> options, Language language) {
  std::string out;
  for (const OptionSpec& option : options) {
    if (!option.hidden) out += entry(option_heading(option), message(option.help, language));
  }
  return out;
}

std::string section(Message title, Language language) {
  return '\n' + std::string(message(title, language)) + '\n';
}

}  // namespace

std::string option_heading(const OptionSpec& option) {
  std::string out = option.letter != 0 ? std::string("-") + option.letter + ", " : "    ";
  out += "--" + std::string(option.name);
  if (option.kind == ValueKind::kNone) return out;
  out += ' ';
  if (option.choices.empty()) return out + std::string(option.value_name);
  for (std::size_t i = 0; i < option.choices.size(); ++i) {
    out += (i == 0 ? "" : "|") + std::string(option.choices[i]);
  }
  return out;
}

std::string usage_line(const CommandSpec& command, Language language) {
  std::string out = command.program ? "" : "tongsuan ";
  out += std::string(command.name) + " [" + std::string(message(Message::kWordOptions, language)) +
         ']';
  for (const PositionalSpec& positional : command.positionals) {
    const std::string name = std::string(positional.name) + (positional.repeated ? "…" : "");
    out += positional.optional ? " [" + name + ']' : ' ' + name;
  }
  return out;
}

std::string exit_code_text(int code, Language language) {
  const auto* const found = std::ranges::find(kCodes, code, &CodeMeaning::code);
  return found == kCodes.end() ? std::string() : std::string(message(found->meaning, language));
}

std::string command_help(const CommandSpec& command, Language language) {
  std::string out = say(language, Message::kUsageIs, {usage_line(command, language)}) + "\n\n";
  out += wrapped(message(command.description, language), kPageWidth, 0) + '\n';
  if (!command.alias.empty()) {
    out += '\n' + say(language, Message::kAlsoCalled, {command.alias}) + '\n';
  }
  if (!command.positionals.empty()) out += section(Message::kTitleArguments, language);
  for (const PositionalSpec& positional : command.positionals) {
    out += entry(positional.name, message(positional.help, language));
  }
  if (!command.options.empty()) {
    out += section(Message::kTitleOptions, language) + options_text(command.options, language);
  }
  if (!command.program) {
    out +=
        section(Message::kTitleCommonOptions, language) + options_text(common_options(), language);
  }
  if (!command.examples.empty()) out += section(Message::kTitleExamples, language);
  for (const Example& example : command.examples) {
    out += "  " + std::string(example.command) + "\n      " +
           wrapped(message(example.help, language), kPageWidth - 6, 6) + '\n';
  }
  out += section(Message::kTitleExitCodes, language);
  for (const int code : command.exit_codes) {
    out += entry(std::to_string(code), exit_code_text(code, language));
  }
  return out;
}

std::string overview_help(Language language) {
  std::string out =
      say(language, Message::kUsageIs, {say(language, Message::kOverviewUsage)}) + "\n\n";
  out += wrapped(message(Message::kOverview, language), kPageWidth, 0) + '\n';
  out += section(Message::kTitleCommands, language);
  for (const CommandSpec& command : commands()) {
    if (!command.program) out += entry(command.name, message(command.summary, language));
  }
  out += section(Message::kTitleCommonOptions, language) + options_text(common_options(), language);
  out += section(Message::kTitleFirstSteps, language);
  for (const std::string_view line :
       {"tongsuan generate national --orders 1000 --seed 1 -o week.market",
        "tongsuan clear week.market", "tongsuan verify week.market week.cert",
        "tongsuan show week.market week.cert awards --limit 10",
        "tongsuan login --server http://127.0.0.1:7070 --dev-token NAME",
        "tongsuan submit train.yaml --wait"}) {
    out += "  " + std::string(line) + '\n';
  }
  out += section(Message::kTitleEnvironment, language);
  for (const Variable& variable : kVariables) {
    out += entry(variable.name, message(variable.help, language));
  }
  out += section(Message::kTitleExitCodes, language);
  for (const CodeMeaning& code : kCodes) {
    out += entry(std::to_string(code.code), message(code.meaning, language));
  }
  return out;
}

// ---- Man pages ---------------------------------------------------------------------------------

namespace {

constexpr Language kManLanguage = Language::kEnglish;

// Text that troff reads as it stands.
std::string troff(std::string_view text) {
  std::string out;
  bool line_begin = true;
  constexpr std::string_view kEllipsis = "…";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (line_begin && (c == '.' || c == '\'')) out += "\\&";
    if (text.substr(i).starts_with(kEllipsis)) {
      out += "\\[u2026]";  // troff reads no UTF-8
      i += kEllipsis.size() - 1;
      continue;
    }
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_begin = c == '\n';
  }
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + troff(text) + "\\fR";
}

// "\fB\-o\fR, \fB\-\-output\fR \fIFORMAT\fR"
std::string man_option(const OptionSpec& option) {
  std::string out = option.letter != 0 ? bold(std::string("-") + option.letter) + ", " : "";
  out += bold("--" + std::string(option.name));
  const std::string heading = option_heading(option);
  const std::size_t value = heading.find(' ', heading.find("--"));
  if (value != std::string::npos) out += " \\fI" + troff(heading.substr(value + 1)) + "\\fR";
  return out;
}

std::string man_heading(std::string_view title, std::string_view summary) {
  std::string upper(title);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return ".\\\" Generated by `tongsuan help --man`; change the table of commands instead.\n.TH " +
         troff(upper) + " 1 \"\" \"Tongsuan\" \"Tongsuan manual\"\n.SH NAME\n" + troff(title) +
         " \\- " + troff(summary) + '\n';
}

// A paragraph with a heading, which is troff already.
std::string man_entry(const std::string& heading, std::string_view text) {
  return ".TP\n" + heading + '\n' + troff(text) + '\n';
}

std::string man_options(std::span<const OptionSpec> options) {
  std::string out;
  for (const OptionSpec& option : options) {
    if (option.hidden) continue;
    out += man_entry(man_option(option), message(option.help, kManLanguage));
  }
  return out;
}

std::string man_environment() {
  std::string out = ".SH ENVIRONMENT\n";
  for (const Variable& variable : kVariables) {
    out += man_entry(bold(variable.name), message(variable.help, kManLanguage));
  }
  return out;
}

std::string page_name(const CommandSpec& command) {
  return (command.program ? "" : "tongsuan-") + std::string(command.name);
}

std::string man_overview() {
  std::string out = man_heading("tongsuan", message(Message::kOverviewSummary, kManLanguage));
  out += ".SH SYNOPSIS\n" + bold("tongsuan") +
         " \\fICOMMAND\\fR [options] [arguments]\n.SH DESCRIPTION\n" +
         troff(message(Message::kOverview, kManLanguage)) + "\n.SH COMMANDS\n";
  for (const CommandSpec& command : commands()) {
    // `verify` has the page of the program that does the same.
    const bool has_program = command_named("tongsuan-" + std::string(command.name)) != nullptr;
    if (has_program) continue;
    out += man_entry(bold(page_name(command)) + "(1)", message(command.summary, kManLanguage));
  }
  out += ".SH OPTIONS\n" + man_options(common_options()) + man_environment() + ".SH EXIT STATUS\n";
  for (const CodeMeaning& code : kCodes) {
    out += man_entry(bold(std::to_string(code.code)), message(code.meaning, kManLanguage));
  }
  return out;
}

std::string man_command(const CommandSpec& command) {
  std::string out = man_heading(page_name(command), message(command.summary, kManLanguage));
  out += ".SH SYNOPSIS\n" + troff(usage_line(command, kManLanguage)) + "\n.SH DESCRIPTION\n" +
         troff(message(command.description, kManLanguage)) + '\n';
  if (!command.alias.empty()) {
    out += ".PP\n" + troff(say(kManLanguage, Message::kAlsoCalled, {command.alias})) + '\n';
  }
  if (!command.positionals.empty()) out += ".SH ARGUMENTS\n";
  for (const PositionalSpec& positional : command.positionals) {
    out +=
        man_entry("\\fI" + troff(positional.name) + "\\fR", message(positional.help, kManLanguage));
  }
  out += ".SH OPTIONS\n" + man_options(command.options);
  if (!command.program) out += man_options(common_options());
  if (!command.examples.empty()) out += ".SH EXAMPLES\n";
  for (const Example& example : command.examples) {
    out += man_entry(bold(example.command), message(example.help, kManLanguage));
  }
  if (!command.program) out += man_environment();
  out += ".SH EXIT STATUS\n";
  for (const int code : command.exit_codes) {
    out += man_entry(bold(std::to_string(code)), exit_code_text(code, kManLanguage));
  }
  return out + ".SH SEE ALSO\n" + bold("tongsuan") + "(1)\n";
}

}  // namespace

std::string man_page(std::string_view page) {
  if (page == "tongsuan") return man_overview();
  const CommandSpec* command = command_named(page);
  return command == nullptr ? std::string() : man_command(*command);
}

}  // namespace tongsuan::cli
