#include "tongsuan/codec/fault_log.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tongsuan::codec {
namespace {

constexpr std::size_t kShownMax = 60;  // bytes of a value that are shown

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The next token of a line from `at`, quoted parts kept whole; empty at the end or at a comment.
std::string_view next_token(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank(line[at])) ++at;
  if (at == line.size() || line[at] == '#') return line.substr(at, 0);
  std::size_t end = at;
  bool quoted = false;
  for (; end < line.size() && (quoted || !is_blank(line[end])); ++end) {
    if (line[end] == '"') quoted = !quoted;
    if (line[end] == '\\' && quoted && end + 1 < line.size()) ++end;
  }
  return line.substr(at, end - at);
}

std::string shown(std::string_view value) {
  std::string text;
  for (const char c : value.substr(0, kShownMax)) {
    text.push_back(static_cast<unsigned char>(c) < 0x20 ? '?' : c);
  }
  if (value.size() <= kShownMax) return text;
  // Not inside a character of several bytes.
  while (!text.empty() && (static_cast<unsigned char>(value[text.size()]) & 0xC0U) == 0x80U) {
    text.pop_back();
  }
  return text + "...";
}

std::string_view unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    return value.substr(1, value.size() - 2);
  }
  return value;
}

}  // namespace

void FaultLog::add(FaultCode code, std::string_view where, std::string problem,
                   std::string expected) {
  if (listing()) {
    ReadFault fault{code,
                    std::string(file_name_),
                    0,
                    0,
                    {},
                    {},
                    shown(where),
                    std::move(problem),
                    std::move(expected)};
    if (where.empty()) fault.problem = "an empty value " + fault.problem;
    locate(where, fault);
    faults_.listed.push_back(std::move(fault));
  }
  ++faults_.count;
}

void FaultLog::add_at(FaultCode code, std::string_view where, std::string problem,
                      std::string expected) {
  if (listing()) {
    ReadFault fault{
        code, std::string(file_name_), 0, 0, {}, {}, {}, std::move(problem), std::move(expected)};
    locate(where, fault);
    faults_.listed.push_back(std::move(fault));
  }
  ++faults_.count;
}

FaultList FaultLog::take() {
  std::stable_sort(faults_.listed.begin(), faults_.listed.end(),
                   [](const ReadFault& a, const ReadFault& b) { return a.line < b.line; });
  return std::move(faults_);
}

std::string_view FaultLog::line_at(std::size_t position) const {
  const std::size_t before =
      position == 0 ? std::string_view::npos : bytes_.rfind('\n', position - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::size_t end = bytes_.find('\n', begin);
  if (end == std::string_view::npos) end = bytes_.size();
  if (end > begin && bytes_[end - 1] == '\r') --end;
  return bytes_.substr(begin, end - begin);
}

std::uint32_t FaultLog::line_number(std::size_t position) const {
  const auto count =
      std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(position), '\n');
  return static_cast<std::uint32_t>(count) + 1;
}

void FaultLog::locate(std::string_view where, ReadFault& fault) const {
  const auto position = static_cast<std::size_t>(where.data() - bytes_.data());
  const std::string_view line = line_at(position);
  const auto line_begin = static_cast<std::size_t>(line.data() - bytes_.data());
  fault.line = line_number(line_begin);
  const auto characters = std::count_if(line.data(), where.data(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  fault.column = static_cast<std::uint32_t>(characters) + 1;
  // The record is the keyword and the names after it; the field is the token that holds `where`.
  std::size_t at = 0;
  for (std::size_t count = 0;; ++count) {
    const std::string_view token = next_token(line, at);
    if (token.empty()) return;
    at = static_cast<std::size_t>(token.data() - line.data()) + token.size();
    const std::size_t equals = token.find('=');
    const bool named = equals == std::string_view::npos || token.front() == '"';
    if (count < 3 && named && fault.field.empty()) {
      fault.record += (count == 0 ? "" : " ") + shown(token);
    } else if (!named && where.data() > token.data() + equals && position < line_begin + at + 1) {
      fault.field = shown(token.substr(0, equals));
      return;
    }
    if (!named) count = 3;
  }
}

std::string_view FaultLog::field_value(std::size_t line_begin, std::string_view key) const {
  const std::string_view line = line_at(line_begin);
  for (std::size_t at = 0;;) {
    const std::string_view token = next_token(line, at);
    if (token.empty()) return line;
    at = static_cast<std::size_t>(token.data() - line.data()) + token.size();
    if (token.size() > key.size() && token.starts_with(key) && token[key.size()] == '=') {
      return unquoted(token.substr(key.size() + 1));
    }
  }
}

void Suggestion::consider(std::string_view name) {
  const std::size_t distance = edit_distance(wrong_, name, distance_);
  if (distance >= distance_) return;
  distance_ = distance;
  best_ = name;
}

std::string Suggestion::text(std::string what) const {
  if (!best_.empty()) what += "; did you mean \"" + best_ + "\"?";
  return what;
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  constexpr std::size_t kNameMax = 128;
  const std::size_t longer = std::max(a.size(), b.size());
  if (longer > kNameMax || longer - std::min(a.size(), b.size()) >= limit) return limit;
  // Three rows of the table: the exchange of neighbours looks two rows back.
  std::array<std::array<std::size_t, kNameMax + 1>, 3> rows{};
  for (std::size_t k = 0; k <= b.size(); ++k) rows[0][k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& twice_above = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      row[k] =
          std::min({above[k] + 1, row[k - 1] + 1, above[k - 1] + (a[i - 1] == b[k - 1] ? 0U : 1U)});
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]) {
        row[k] = std::min(row[k], twice_above[k - 2] + 1);
      }
    }
  }
  return std::min(rows[a.size() % 3][b.size()], limit);
}

}  // namespace tongsuan::codec
