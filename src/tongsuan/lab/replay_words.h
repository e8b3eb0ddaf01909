// Every word of comparisons of replays that people read, in English and Chinese:
// replay_words.inc is the one table.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tongsuan/lab/compare.h"
#include "tongsuan/market/verdict_text.h"

namespace tongsuan::lab {

using market::Language;

enum class ReplayWord : std::uint16_t {
#define TONGSUAN_WORD(key, english, chinese) key,
#include "tongsuan/lab/replay_words.inc"
#undef TONGSUAN_WORD
};

// The sentence with {0}, {1}, … replaced by `values`.
[[nodiscard]] std::string words(ReplayWord key, Language language,
                                std::initializer_list<std::string_view> values = {});

[[nodiscard]] std::string metric_title(const Metric& metric, Language language);
// What exactly is counted, in one sentence.
[[nodiscard]] std::string metric_meaning(const Metric& metric, Language language);
// "Pooled, by value"; its name when it is none of ours.
[[nodiscard]] std::string policy_title(std::string_view policy, Language language);

}  // namespace tongsuan::lab
