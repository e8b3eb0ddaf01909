// Arguments of one command, checked against its row of the table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"

namespace tongsuan::cli {

class Arguments {
 public:
  [[nodiscard]] bool has(Option option) const;
  // The last value given; empty when the option was not given.
  [[nodiscard]] std::string_view text(Option option) const;
  [[nodiscard]] std::string_view text(Option option, std::string_view otherwise) const;
  // A kWhole option, already checked against its range.
  [[nodiscard]] std::int64_t whole(Option option, std::int64_t otherwise) const;
  // Every value of a repeated option, or the two values of one that takes two.
  [[nodiscard]] std::vector<std::string_view> all(Option option) const;
  [[nodiscard]] const std::vector<std::string_view>& positionals() const { return positionals_; }
  [[nodiscard]] std::string_view positional(std::size_t index) const {
    return index < positionals_.size() ? positionals_[index] : std::string_view();
  }

  void add(Option option, std::string_view value) { values_.emplace_back(option, value); }
  void add_positional(std::string_view value) { positionals_.push_back(value); }
  void replace(Option option, std::string_view value);

 private:
  std::vector<std::pair<Option, std::string_view>> values_;
  std::vector<std::string_view> positionals_;
};

// `words` are the arguments behind the command. The views in the result point into `words`. When
// --help or --version is among them the rest is not judged.
Attempt<Arguments> parse(const Session& session, const CommandSpec& command,
                         std::span<const std::string_view> words);

// The candidate that is nearest to a mistyped word; empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

// The command line makes no sense. Where nothing better can be tried: the help of the command.
[[nodiscard]] Failure usage(std::string what, std::string attempt);
[[nodiscard]] Failure usage(const Session& session, std::string what);

// Options of the command at work, by its table: "--limit", and the failure when one is missing.
[[nodiscard]] std::string option_name(const Session& session, Option option);
[[nodiscard]] Failure missing_option(const Session& session, Option option);

// A word as a shell must be given it.
[[nodiscard]] std::string shell_word(std::string_view word);

// The parts between commas; none of an empty text.
[[nodiscard]] std::vector<std::string_view> comma_list(std::string_view text);

}  // namespace tongsuan::cli
