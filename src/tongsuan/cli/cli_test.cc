// The command line without a process: what does not need files or signals.
#include "tongsuan/cli/cli.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/help.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/cli/progress.h"
#include "tongsuan/cli/text_width.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::cli {
namespace {

struct Ran {
  int code = 0;
  std::string out, err;
};

Ran run_with(const std::vector<std::string_view>& arguments,
             const std::map<std::string, std::string>& variables = {}) {
  TextOutput out;
  TextOutput err;
  World world{.out = out, .err = err, .environment = [&](const char* name) -> const char* {
                const auto found = variables.find(name);
                return found == variables.end() ? nullptr : found->second.c_str();
              }};
  const int code = run(arguments, world);
  return {code, out.text(), err.text()};
}

TEST(Cli, RunsWithoutAProcess) {
  EXPECT_EQ(run_with({"version"}).out.substr(0, 9), "tongsuan ");
  const Ran bad = run_with({"versoin"}, {{"TONGSUAN_LANG", "zh"}});
  EXPECT_EQ(bad.code, kUsage);
  EXPECT_EQ(bad.out, "");
  EXPECT_EQ(bad.err,
            "tongsuan: 没有命令“versoin”；您是指 version 吗？ [usage]\n建议: tongsuan version\n");
}

TEST(Cli, TheTableOfCommandsIsConsistent) {
  for (const CommandSpec& command : commands()) {
    SCOPED_TRACE(command.name);
    EXPECT_EQ(command.run == nullptr, command.program);
    std::map<std::string_view, int> names;
    std::map<char, int> letters;
    const auto count = [&](std::span<const OptionSpec> options) {
      for (const OptionSpec& option : options) {
        EXPECT_EQ(++names[option.name], 1) << option.name;
        if (option.letter != 0) {
          EXPECT_EQ(++letters[option.letter], 1) << option.letter;
        }
        EXPECT_EQ(option.kind == ValueKind::kNone, option.value_name.empty()) << option.name;
        EXPECT_EQ(option.kind == ValueKind::kChoice, !option.choices.empty()) << option.name;
        if (option.kind == ValueKind::kWhole) {
          EXPECT_LT(option.min, option.max) << option.name;
        }
      }
    };
    count(command.options);
    if (!command.program) count(common_options());
    bool optional = false;
    for (const PositionalSpec& positional : command.positionals) {
      EXPECT_FALSE(optional && !positional.optional) << positional.name;
      optional = positional.optional;
    }
    for (const int code : command.exit_codes) {
      EXPECT_NE(exit_code_text(code, Language::kEnglish), "") << code;
    }
  }
}

TEST(Cli, EveryExampleParses) {
  TextOutput out;
  TextOutput err;
  World world{
      .out = out, .err = err, .environment = [](const char*) -> const char* { return nullptr; }};
  for (const CommandSpec& command : commands()) {
    for (const Example& example : command.examples) {
      // Words of the first command of the line that is this one; redirections are the shell's.
      std::string_view line = example.command;
      const std::string begin = "tongsuan " + std::string(command.name) + ' ';
      const std::size_t at = line.find(begin);
      if (at == std::string_view::npos || line.find('\'') != std::string_view::npos) continue;
      line = line.substr(at + begin.size());
      std::vector<std::string_view> words;
      while (!line.empty() && line.front() != '>' && line.front() != '|' && line.front() != ')') {
        const std::size_t end = std::min(line.find_first_of(" )"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
      }
      const Session session{
          .world = world, .language = Language::kEnglish, .command = command.name};
      if (command.passes) continue;  // the words are another program's
      EXPECT_TRUE(parse(session, command, words).ok()) << example.command;
    }
  }
}

TEST(Nearest, FindsSlipsAndBeginnings) {
  constexpr std::array<std::string_view, 4> names = {"certificate", "report", "threads", "round"};
  EXPECT_EQ(nearest("certifcate", names), "certificate");
  EXPECT_EQ(nearest("reprot", names), "report");
  EXPECT_EQ(nearest("thr", names), "threads");
  EXPECT_EQ(nearest("xyzzy", names), "");
  EXPECT_EQ(nearest("", names), "");
}

TEST(ShellWord, SurvivesAShell) {
  EXPECT_EQ(shell_word("week.market"), "week.market");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$HOME"), "'$HOME'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("贵州"), "贵州");
}

TEST(Wrapped, KeepsToTheWidth) {
  for (const std::string_view text : {"one two three four five six seven",
                                      "读取市场，决定哪些订单在何处、何时运行，求出价格。"}) {
    const std::string lines = wrapped(text, 12, 2);
    std::size_t begin = 0;
    while (begin < lines.size()) {
      const std::size_t end = std::min(lines.find('\n', begin), lines.size());
      EXPECT_LE(report::display_width(std::string_view(lines).substr(begin, end - begin)), 14U)
          << lines;
      begin = end + 1;
    }
  }
}

TEST(Progress, SaysEachStageOnceWithoutATerminal) {
  TextOutput out;
  TextOutput err;
  World world{
      .out = out, .err = err, .environment = [](const char*) -> const char* { return nullptr; }};
  Session session{.world = world, .language = Language::kEnglish, .command = "clear"};
  ProgressLine line(session, false);
  for (const double share : {0.0, 0.5, 1.0}) line.show("prices", share, 1);
  line.show("placement", 0.1, 0.02);
  line.show("placement", 0.9, 0.01);
  EXPECT_EQ(err.text(), "prices\nplacement\n");
  ProgressLine quiet(session, true);
  quiet.show("payment", 0, 1);
  EXPECT_EQ(err.text(), "prices\nplacement\n");
}

}  // namespace
}  // namespace tongsuan::cli
