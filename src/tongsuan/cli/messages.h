// Every sentence for people, in English and Chinese: messages.inc is the one table. Data (names,
// money, codes, JSON keys) is never translated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/market/verdict_text.h"

namespace tongsuan::cli {

using market::Language;

enum class Message : std::uint16_t {
#define TONGSUAN_MESSAGE(key, english, chinese) key,
#include "tongsuan/cli/messages.inc"
#undef TONGSUAN_MESSAGE
};

inline constexpr std::size_t kMessageCount = 0
#define TONGSUAN_MESSAGE(key, english, chinese) +1
#include "tongsuan/cli/messages.inc"
#undef TONGSUAN_MESSAGE
    ;

[[nodiscard]] std::string_view message(Message key, Language language);

// The sentence with {0}, {1}, … replaced by `values`.
[[nodiscard]] std::string say(Language language, Message key,
                              std::initializer_list<std::string_view> values = {});

// "en" or "zh", maybe with a territory ("zh_CN.UTF-8"); nothing for any other language.
[[nodiscard]] std::optional<Language> language_named(std::string_view name);

}  // namespace tongsuan::cli
