#include "tongsuan/codec/runs.h"

#include <algorithm>

namespace tongsuan::codec {
namespace {

constexpr std::size_t kRunMax = 0xFFFF'FFFF;

// The item at the front of the list: up to the next comma. Lists are long and items short, so one
// loop finds its end and the x in it.
struct Item {
  std::string_view number;
  std::string_view count;  // empty: one
  bool counted = false;    // an x was there
  std::size_t size = 0;
};

Item item_at(std::string_view text, std::size_t begin) {
  Item item;
  std::size_t at = begin;
  while (at < text.size() && text[at] != ',' && text[at] != 'x') ++at;
  item.number = text.substr(begin, at - begin);
  if (at < text.size() && text[at] == 'x') {
    item.counted = true;
    const std::size_t first = ++at;
    while (at < text.size() && text[at] != ',') ++at;
    item.count = text.substr(first, at - first);
  }
  item.size = at - begin;
  return item;
}

// 0 when the text is no count.
std::size_t count_of(const Item& item) {
  if (!item.counted) return 1;
  std::size_t count = 0;
  for (const char c : item.count) {
    if (!is_digit(c)) return 0;
    count = std::min(count * 10 + static_cast<std::size_t>(c - '0'), kRunMax);
  }
  return count;
}

}  // namespace

RunsResult parse_runs(std::string_view text, unsigned decimals, Limits limits,
                      std::span<std::int64_t> values) {
  RunsResult result;
  std::size_t found = 0;
  for (std::size_t at = 0;; ++at) {
    const Item item = item_at(text, at);
    std::int64_t value = 0;
    result.value = parse_fixed(item.number, decimals, limits, value);
    const std::size_t count = count_of(item);
    if (result.value != ValueFault::kNone || count == 0) {
      result.fault = result.value != ValueFault::kNone ? RunsFault::kValue : RunsFault::kRun;
      result.where = text.substr(at, item.size);
      return result;
    }
    if (found < values.size()) {
      const std::size_t fits = std::min(count, values.size() - found);
      std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(found), fits, value);
    }
    found += count;
    at += item.size;
    if (at >= text.size()) break;
  }
  if (found != values.size()) {
    result.fault = RunsFault::kCount;
    result.where = text;
    result.count = found;
  }
  return result;
}

void append_runs(std::string& out, std::span<const std::int64_t> values, unsigned decimals) {
  for (std::size_t begin = 0; begin < values.size();) {
    std::size_t end = begin + 1;
    while (end < values.size() && values[end] == values[begin]) ++end;
    if (begin > 0) out += ',';
    append_fixed(out, values[begin], decimals);
    if (end - begin > 1) {
      out += 'x';
      append_whole(out, static_cast<std::int64_t>(end - begin));
    }
    begin = end;
  }
}

}  // namespace tongsuan::codec
