#include "tongsuan/server/internal/negotiation.h"

#include <algorithm>
#include <string>

#include "tongsuan/server/internal/header_text.h"

namespace tongsuan::server::internal {
namespace {

constexpr int kFullWeight = 1'000;

// Thousandths of "0.85"; of what is no weight, all: whoever cannot say it is not refused for it.
int weight_of(std::string_view text) {
  const bool shaped = !text.empty() && text.size() <= 5 && (text[0] == '0' || text[0] == '1') &&
                      (text.size() == 1 || text[1] == '.');
  if (!shaped) return kFullWeight;
  int weight = (text[0] - '0') * kFullWeight;
  int unit = kFullWeight / 10;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return kFullWeight;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, kFullWeight);
}

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return small;
}

// Calls `see` with each range of the headers of this name, in small letters, and its weight.
template <class See>
bool each_range(const net::Fields& headers, std::string_view name, See&& see) {
  bool any = false;
  for (const net::Field& field : headers.list) {
    if (field.name != name) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      std::string_view item = cut(rest, ',');
      const std::string range = lower(cut(item, ';'));
      int weight = kFullWeight;
      while (!item.empty()) {
        const std::string parameter = lower(cut(item, ';'));
        if (parameter.starts_with("q=")) weight = weight_of(std::string_view(parameter).substr(2));
      }
      if (range.empty()) continue;
      any = true;
      see(range, weight);
    }
  }
  return any;
}

// How closely a range names a type: 3 itself, 2 its family, 1 any; 0 not at all.
int closeness(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1)) ? 2 : 0;
}

int language_closeness(std::string_view range, std::string_view language) {
  if (range == "*") return 1;
  const bool is_it = range.starts_with(language) &&
                     (range.size() == language.size() || range[language.size()] == '-');
  return is_it ? 2 : 0;
}

// The weight of each is that of the closest range. The one that weighs most.
template <class Closeness>
std::optional<std::size_t> best(const net::Fields& headers, std::string_view name,
                                std::span<const std::string_view> choices, Closeness&& close) {
  std::optional<std::size_t> found;
  int found_weight = 0;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    int closest = 0;
    int weight = 0;
    const bool any = each_range(headers, name, [&](const std::string& range, int given) {
      const int now = close(range, choices[i]);
      if (now > closest || (now == closest && now > 0 && given > weight)) weight = given;
      closest = std::max(closest, now);
    });
    if (!any) return 0;
    if (weight > found_weight) {
      found = i;
      found_weight = weight;
    }
  }
  return found;
}

}  // namespace

std::optional<std::size_t> accepted_type(const net::Fields& headers,
                                         std::span<const std::string_view> types) {
  return best(headers, "accept", types, closeness);
}

std::size_t accepted_language(const net::Fields& headers,
                              std::span<const std::string_view> languages) {
  return best(headers, "accept-language", languages, language_closeness).value_or(0);
}

}  // namespace tongsuan::server::internal
