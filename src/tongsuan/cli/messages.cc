#include "tongsuan/cli/messages.h"

#include <array>

namespace tongsuan::cli {
namespace {

struct Sentence {
  std::string_view english;
  std::string_view chinese;
};

constexpr std::array<Sentence, kMessageCount> kSentences = {{
#define TONGSUAN_MESSAGE(key, english, chinese) {english, chinese},
#include "tongsuan/cli/messages.inc"
#undef TONGSUAN_MESSAGE
}};

}  // namespace

std::string_view message(Message key, Language language) {
  const Sentence& sentence = kSentences[static_cast<std::size_t>(key)];
  return language == Language::kChinese ? sentence.chinese : sentence.english;
}

std::string say(Language language, Message key, std::initializer_list<std::string_view> values) {
  const std::string_view sentence = message(key, language);
  std::string out;
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    const bool place = sentence[i] == '{' && i + 2 < sentence.size() && sentence[i + 2] == '}' &&
                       sentence[i + 1] >= '0' && sentence[i + 1] <= '9';
    if (!place) {
      out += sentence[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(sentence[i + 1] - '0');
    if (index < values.size()) out += values.begin()[index];
    i += 2;
  }
  return out;
}

std::optional<Language> language_named(std::string_view name) {
  const std::string_view language = name.substr(0, name.find_first_of("_.-@"));
  if (language == "zh") return Language::kChinese;
  if (language == "en") return Language::kEnglish;
  return std::nullopt;
}

}  // namespace tongsuan::cli
