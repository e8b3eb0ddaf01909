#include "tongsuan/cli/parse.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/base/text.h"

namespace tongsuan::cli {

bool Arguments::has(Option option) const {
  return std::ranges::any_of(values_, [&](const auto& value) { return value.first == option; });
}

std::string_view Arguments::text(Option option) const {
  return text(option, {});
}

std::string_view Arguments::text(Option option, std::string_view otherwise) const {
  for (auto value = values_.rbegin(); value != values_.rend(); ++value) {
    if (value->first == option) return value->second;
  }
  return otherwise;
}

std::int64_t Arguments::whole(Option option, std::int64_t otherwise) const {
  std::int64_t value = otherwise;
  if (has(option)) parse_decimal(text(option), 0, value);
  return value;
}

std::vector<std::string_view> Arguments::all(Option option) const {
  std::vector<std::string_view> found;
  for (const auto& [id, value] : values_) {
    if (id == option) found.push_back(value);
  }
  return found;
}

void Arguments::replace(Option option, std::string_view value) {
  std::erase_if(values_, [&](const auto& old) { return old.first == option; });
  add(option, value);
}

// ---- Failures ----------------------------------------------------------------------------------

Failure usage(std::string what, std::string attempt) {
  return {
      .exit_code = kUsage, .code = "usage", .what = std::move(what), .attempt = std::move(attempt)};
}

Failure usage(const Session& session, std::string what) {
  return usage(std::move(what), "tongsuan " + std::string(session.command) + " --help");
}

namespace {

const OptionSpec& option_of(const Session& session, Option option) {
  const std::span<const OptionSpec> options = command_named(session.command)->options;
  const auto found = std::ranges::find(options, option, &OptionSpec::id);
  TONGSUAN_CHECK(found != options.end());
  return *found;
}

}  // namespace

std::string option_name(const Session& session, Option option) {
  return "--" + std::string(option_of(session, option).name);
}

Failure missing_option(const Session& session, Option option) {
  return usage(session, session.say(Message::kMissingOption,
                                    {option_name(session, option),
                                     session.say(option_of(session, option).help)}));
}

// ---- Near misses and quoting -------------------------------------------------------------------

namespace {

// Edits between two words: insertions, deletions, changes, and swaps of neighbours.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.size()][b.size()];
}

constexpr std::size_t kWordBytesMax = 128;  // longer words are nobody's near miss

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kWordBytesMax) return {};
  std::string_view best;
  std::size_t best_edits = std::max<std::size_t>(1, std::min<std::size_t>(3, word.size() / 3)) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kWordBytesMax) continue;
    // The beginning of exactly one name is as good as a single slip.
    const bool begins = word.size() >= 3 && candidate.starts_with(word);
    const std::size_t distance = begins ? 1 : edits(word, candidate);
    if (distance < best_edits) {
      best = candidate;
      best_edits = distance;
    }
  }
  return best;
}

std::string shell_word(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') ||
           std::string_view("_-./,:=+@%").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + '\'';
}

// ---- Parsing -----------------------------------------------------------------------------------

namespace {

class Parser {
 public:
  Parser(const Session& session, const CommandSpec& command,
         std::span<const std::string_view> words)
      : session_(session), command_(command), words_(words) {}

  Attempt<Arguments> run() {
    bool only_positionals = false;
    for (at_ = 0; at_ < words_.size(); ++at_) {
      const std::string_view word = words_[at_];
      if (only_positionals || word.size() < 2 || word[0] != '-') {
        arguments_.add_positional(word);
      } else if (word == "--") {
        only_positionals = true;
      } else if (std::optional<Failure> failure =
                     word[1] == '-' ? read_long(word) : read_short(word)) {
        return *std::move(failure);
      }
    }
    if (arguments_.has(Option::kHelp) || arguments_.has(Option::kVersion))
      return std::move(arguments_);
    if (std::optional<Failure> failure = check_positionals()) return *std::move(failure);
    return std::move(arguments_);
  }

 private:
  template <class Wanted>
  const OptionSpec* find(Wanted wanted) const {
    for (const std::span<const OptionSpec> options : {command_.options, common_options()}) {
      const auto found = std::ranges::find_if(options, wanted);
      if (found != options.end()) return &*found;
    }
    return nullptr;
  }

  std::optional<Failure> read_long(std::string_view word) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view name = word.substr(2, equals - 2);
    const OptionSpec* option = find([&](const OptionSpec& spec) { return spec.name == name; });
    if (option == nullptr) return unknown_option(word, name);
    if (equals == word.size()) return read_values(*option, word, 0);
    if (option->kind == ValueKind::kNone) {
      return usage(
          session_.say(Message::kTakesNoValue, {word.substr(0, equals), word.substr(equals + 1)}),
          corrected(word.substr(0, equals)));
    }
    return take(*option, word.substr(0, equals), word.substr(equals + 1), 1);
  }

  std::optional<Failure> read_short(std::string_view word) {
    const OptionSpec* option = find([&](const OptionSpec& spec) { return spec.letter == word[1]; });
    if (option == nullptr) return unknown_option(word, word.substr(1));
    if (word.size() == 2) return read_values(*option, word, 0);
    if (option->kind == ValueKind::kNone) return unknown_option(word, word.substr(1));
    const bool equals = word[2] == '=';
    return take(*option, word.substr(0, 2), word.substr(equals ? 3 : 2), 1);
  }

  static std::size_t value_count(const OptionSpec& option) {
    if (option.kind == ValueKind::kNone) return 0;
    return 1 + static_cast<std::size_t>(std::ranges::count(option.value_name, ' '));
  }

  // The values in the words that follow; `have` of them are already there.
  std::optional<Failure> read_values(const OptionSpec& option, std::string_view said,
                                     std::size_t have) {
    if (option.kind == ValueKind::kNone) {
      arguments_.add(option.id, said);
      return std::nullopt;
    }
    if (at_ + 1 >= words_.size()) {
      return usage(session_.say(Message::kNeedsValue, {said, option.value_name}), help_command());
    }
    const std::string_view value = words_[++at_];
    return take(option, said, value, have + 1);
  }

  std::optional<Failure> take(const OptionSpec& option, std::string_view said,
                              std::string_view value, std::size_t have) {
    if (std::optional<Failure> failure = check_value(option, said, value)) return failure;
    if (!option.repeated && have == 1 && arguments_.has(option.id)) {
      arguments_.replace(option.id, value);  // the last one counts
    } else {
      arguments_.add(option.id, value);
    }
    return have < value_count(option) ? read_values(option, said, have) : std::nullopt;
  }

  std::optional<Failure> check_value(const OptionSpec& option, std::string_view said,
                                     std::string_view value) const {
    std::int64_t number = 0;
    switch (option.kind) {
      case ValueKind::kChoice:
        return check_choice(said, value, option.choices);
      case ValueKind::kWhole:
        if (parse_decimal(value, 0, number) && number >= option.min && number <= option.max) {
          return std::nullopt;
        }
        return usage(session_.say(Message::kNotWhole, {said, value, std::to_string(option.min),
                                                       std::to_string(option.max)}),
                     help_command());
      case ValueKind::kPositiveDecimal:
        if (parse_decimal(value, 6, number) && number > 0) return std::nullopt;
        return usage(session_.say(Message::kNotPositive, {said, value}), help_command());
      case ValueKind::kFile:
      case ValueKind::kFolder:
        if (!value.empty()) return std::nullopt;
        return usage(session_.say(Message::kEmptyFileName, {said}), help_command());
      case ValueKind::kNone:
      case ValueKind::kText:
        break;
    }
    return std::nullopt;
  }

  std::optional<Failure> check_choice(std::string_view said, std::string_view value,
                                      std::span<const std::string_view> choices) const {
    if (std::ranges::find(choices, value) != choices.end()) return std::nullopt;
    std::string list;
    for (const std::string_view choice : choices) {
      if (!list.empty()) list += session_.say(Message::kListComma);
      list += choice;
    }
    const std::string_view near = nearest(value, choices);
    return usage(session_.say(Message::kNotAChoice, {said, value, list}),
                 near.empty() ? help_command() : replaced(value, near));
  }

  std::optional<Failure> check_positionals() const {
    const std::vector<std::string_view>& given = arguments_.positionals();
    std::size_t required = 0;
    for (const PositionalSpec& spec : command_.positionals) required += spec.optional ? 0 : 1;
    if (given.size() < required) {
      const PositionalSpec& missing = command_.positionals[given.size()];
      return usage(
          session_.say(Message::kMissingArgument, {missing.name, session_.say(missing.help)}),
          help_command());
    }
    const bool any_number = !command_.positionals.empty() && command_.positionals.back().repeated;
    if (given.size() > command_.positionals.size() && !any_number) {
      return usage(session_.say(Message::kExtraArgument, {given[command_.positionals.size()]}),
                   help_command());
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
      const PositionalSpec& spec =
          command_.positionals[std::min(i, command_.positionals.size() - 1)];
      if (given[i].empty()) {
        return usage(session_.say(Message::kEmptyFileName, {spec.name}), help_command());
      }
      if (spec.kind != ValueKind::kChoice) continue;
      if (std::optional<Failure> failure = check_choice(spec.name, given[i], spec.choices))
        return failure;
    }
    return std::nullopt;
  }

  [[nodiscard]] Failure unknown_option(std::string_view word, std::string_view name) const {
    std::vector<std::string_view> names;
    for (const std::span<const OptionSpec> options : {command_.options, common_options()}) {
      for (const OptionSpec& option : options) {
        if (!option.hidden) names.push_back(option.name);
      }
    }
    const std::string_view near = nearest(name, names);
    if (near.empty()) {
      return usage(session_.say(Message::kUnknownOption, {word, command_.name}), help_command());
    }
    const std::string right = "--" + std::string(near);
    const std::size_t equals = std::min(word.find('='), word.size());
    return usage(session_.say(Message::kUnknownOptionNear, {word, command_.name, right}),
                 corrected(right + std::string(word.substr(equals))));
  }

  [[nodiscard]] std::string help_command() const {
    return "tongsuan " + std::string(command_.name) + " --help";
  }

  // The command as it was typed, with the present word replaced.
  [[nodiscard]] std::string corrected(std::string_view word) const {
    std::string out = "tongsuan " + std::string(command_.name);
    for (std::size_t i = 0; i < words_.size(); ++i)
      out += ' ' + shell_word(i == at_ ? word : words_[i]);
    return out;
  }
  [[nodiscard]] std::string replaced(std::string_view wrong, std::string_view right) const {
    std::string out = "tongsuan " + std::string(command_.name);
    for (std::string_view word : words_) {
      const std::size_t split = word.size() - std::min(wrong.size(), word.size());
      const bool joined =
          word.ends_with(wrong) && (split == 2 || (split > 0 && word[split - 1] == '='));
      out += ' ';
      out += word == wrong ? shell_word(right)
             : joined      ? shell_word(std::string(word.substr(0, split)) + std::string(right))
                           : shell_word(word);
    }
    return out;
  }

  const Session& session_;
  const CommandSpec& command_;
  std::span<const std::string_view> words_;
  std::size_t at_ = 0;
  Arguments arguments_;
};

}  // namespace

Attempt<Arguments> parse(const Session& session, const CommandSpec& command,
                         std::span<const std::string_view> words) {
  return Parser(session, command, words).run();
}

std::vector<std::string_view> comma_list(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    items.push_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

}  // namespace tongsuan::cli
