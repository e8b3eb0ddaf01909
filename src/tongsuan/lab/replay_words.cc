#include "tongsuan/lab/replay_words.h"

#include <algorithm>
#include <array>

#include "tongsuan/base/check.h"

namespace tongsuan::lab {
namespace {

struct Pair {
  std::string_view english;
  std::string_view chinese;
};

constexpr Pair kWords[] = {
#define TONGSUAN_WORD(key, english, chinese) {english, chinese},
#include "tongsuan/lab/replay_words.inc"
#undef TONGSUAN_WORD
};

struct MetricWords {
  std::string_view name;
  Pair title;
  Pair meaning;
};

constexpr MetricWords kMetricWords[] = {
#define TONGSUAN_METRIC(name, english, chinese, meaning, meaning_chinese) \
  {name, {english, chinese}, {meaning, meaning_chinese}},
#include "tongsuan/lab/metric_words.inc"
#undef TONGSUAN_METRIC
};

std::string_view of(const Pair& pair, Language language) {
  return language == Language::kChinese ? pair.chinese : pair.english;
}

const MetricWords& words_of(const Metric& metric) {
  const auto* const found = std::ranges::find(kMetricWords, metric.name, &MetricWords::name);
  TONGSUAN_CHECK(found != std::end(kMetricWords));
  return *found;
}

}  // namespace

std::string words(ReplayWord key, Language language,
                  std::initializer_list<std::string_view> values) {
  const std::string_view text = of(kWords[static_cast<std::size_t>(key)], language);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool place = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                       text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!place) {
      out += text[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(text[i + 1] - '0');
    TONGSUAN_CHECK(index < values.size());
    out += values.begin()[index];
    i += 2;
  }
  return out;
}

std::string metric_title(const Metric& metric, Language language) {
  return std::string(of(words_of(metric).title, language));
}

std::string metric_meaning(const Metric& metric, Language language) {
  return std::string(of(words_of(metric).meaning, language));
}

std::string policy_title(std::string_view policy, Language language) {
  const std::vector<PolicySpec>& all = policies();
  const auto found = std::ranges::find(all, policy, &PolicySpec::name);
  if (found == all.end()) return std::string(policy);
  return std::string(language == Language::kChinese ? found->title_zh : found->title_en);
}

}  // namespace tongsuan::lab
