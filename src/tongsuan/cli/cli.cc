#include "tongsuan/cli/cli.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/help.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/remote/settings.h"

namespace tongsuan::cli {
namespace {

std::string_view variable(const World& world, const char* name) {
  const char* value = world.environment(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// The language of the locale: Chinese where it says so, else English.
Language language_of_locale(const World& world) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string_view value = variable(world, name);
    if (!value.empty()) return language_named(value).value_or(Language::kEnglish);
  }
  return Language::kEnglish;
}

// Settings with a fault are the business of whoever needs them.
std::optional<Language> language_of_settings(const World& world) {
  const auto settings =
      remote::load_settings(remote::places_of(world.environment), world.environment);
  if (!settings.ok()) return std::nullopt;
  return language_named(settings.value().value(remote::Setting::kLanguage));
}

// --lang counts before anything is parsed, so that complaints about the rest are understood.
std::optional<Language> language_of_arguments(std::span<const std::string_view> arguments) {
  std::optional<Language> found;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    if (arguments[i] == "--lang" && i + 1 < arguments.size())
      found = language_named(arguments[i + 1]);
    if (arguments[i].starts_with("--lang=")) found = language_named(arguments[i].substr(7));
  }
  return found;
}

Attempt<Language> choose_language(const World& world, std::span<const std::string_view> arguments) {
  if (const std::optional<Language> given = language_of_arguments(arguments)) return *given;
  const std::string_view value = variable(world, "TONGSUAN_LANG");
  if (value.empty()) return language_of_settings(world).value_or(language_of_locale(world));
  if (const std::optional<Language> language = language_named(value)) return *language;
  return Failure{.exit_code = kConfiguration,
                 .code = "bad-environment",
                 .what = say(language_of_locale(world), Message::kBadLanguage, {value}),
                 .attempt = "export TONGSUAN_LANG=en"};
}

int tell(World& world, Language language, std::string_view command, const Failure& failure) {
  std::string text = failure.detail;
  if (!text.empty() && text.back() != '\n') text += '\n';
  text += "tongsuan";
  if (!command.empty()) text += ' ' + std::string(command);
  text += ": " + failure.what + " [" + failure.code + "]\n";
  if (!failure.attempt.empty()) {
    text += say(language, Message::kTry) + ": " + failure.attempt + '\n';
  }
  world.out.flush();
  world.err.write(text);
  world.err.flush();
  return failure.exit_code;
}

Failure unknown_command(Language language, std::span<const std::string_view> arguments,
                        std::size_t at) {
  std::vector<std::string_view> names;
  for (const CommandSpec& command : commands()) {
    if (command.program) continue;
    names.push_back(command.name);
    if (!command.alias.empty()) names.push_back(command.alias);
  }
  const std::string_view near = nearest(arguments[at], names);
  if (near.empty())
    return usage(say(language, Message::kUnknownCommand, {arguments[at]}), "tongsuan help");
  std::string attempt = "tongsuan";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    attempt += ' ' + shell_word(i == at ? near : arguments[i]);
  }
  return usage(say(language, Message::kUnknownCommandNear, {arguments[at], near}), attempt);
}

// The options before a command, as if they belonged to the command "help": `tongsuan --help`,
// `tongsuan --version`, `tongsuan --lang zh clear …`. The position of the command in `arguments`.
std::size_t command_position(std::span<const std::string_view> arguments) {
  std::size_t at = 0;
  while (at < arguments.size() && arguments[at].starts_with('-')) {
    at += arguments[at] == "--lang" ? std::size_t{2} : std::size_t{1};
  }
  return std::min(at, arguments.size());
}

Attempt<int> run_command(Session& session, const CommandSpec& command,
                         std::span<const std::string_view> words) {
  const bool help = !words.empty() && (words.front() == "--help" || words.front() == "-h");
  if (command.passes && !help) {
    Arguments passed;
    for (const std::string_view word : words) passed.add_positional(word);
    return command.run(session, passed);
  }
  TONGSUAN_TRY(const Arguments parsed, parse(session, command, words));
  if (parsed.has(Option::kHelp)) {
    session.world.out.write(command_help(command, session.language));
    return int{kOk};
  }
  if (parsed.has(Option::kVersion)) return run_version(session, parsed);
  return command.run(session, parsed);
}

Attempt<int> dispatch(Session& session, std::span<const std::string_view> arguments) {
  const std::size_t at = command_position(arguments);
  if (at == arguments.size()) {
    const CommandSpec& help = *command_named("help");
    TONGSUAN_TRY(const Arguments parsed, parse(session, help, arguments));
    if (parsed.has(Option::kVersion)) return run_version(session, parsed);
    if (parsed.has(Option::kHelp)) return run_help(session, parsed);
    return usage(session.say(Message::kNoCommand), "tongsuan help");
  }
  const CommandSpec* command = command_named(arguments[at]);
  if (command == nullptr || command->program)
    return unknown_command(session.language, arguments, at);
  session.command = command->name;
  std::vector<std::string_view> words(arguments.begin(),
                                      arguments.begin() + static_cast<std::ptrdiff_t>(at));
  words.insert(words.end(), arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1,
               arguments.end());
  return run_command(session, *command, words);
}

}  // namespace

int run(std::span<const std::string_view> arguments, World& world) {
  const Attempt<Language> language = choose_language(world, arguments);
  if (!language.ok()) return tell(world, Language::kEnglish, "", language.error());
  Session session{.world = world, .language = language.value(), .command = {}, .command_line = {}};
  session.command_line = "tongsuan";
  for (const std::string_view word : arguments) session.command_line += ' ' + shell_word(word);
  const Attempt<int> done = dispatch(session, arguments);
  const int code =
      done.ok() ? done.value() : tell(world, session.language, session.command, done.error());
  world.out.flush();
  if (world.out.error() == 0) return code;
  return tell(world, session.language, session.command,
              {.exit_code = kUnexpected,
               .code = "write-failed",
               .what = session.say(Message::kCannotWriteOutput,
                                   {system_reason(session, world.out.error())})});
}

int run_process(int argc, char** argv) {
  install_signals();
  DescriptorOutput out(STDOUT_FILENO, true);
  DescriptorOutput err(STDERR_FILENO, false);
  World world{
      .out = out, .err = err, .environment = [](const char* name) { return std::getenv(name); }};
  std::vector<std::string_view> arguments;
  for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
  return run(arguments, world);
}

}  // namespace tongsuan::cli
