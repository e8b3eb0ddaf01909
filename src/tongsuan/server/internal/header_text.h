// Lists in headers of HTTP: items between commas, each with parameters behind semicolons; tags of
// what a client has already.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "tongsuan/net/message.h"

namespace tongsuan::server::internal {

// Without the blanks and tabs around it.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// What stands before the mark, trimmed; the rest stays without it.
[[nodiscard]] inline std::string_view cut(std::string_view& text, char mark) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(part);
}

// "q=0", "q=0.0": not wanted.
[[nodiscard]] inline bool is_refused(std::string_view parameter) {
  parameter = trimmed(parameter);
  if (!parameter.starts_with("q=0")) return false;
  return parameter.find_first_of("123456789") == std::string_view::npos;
}

// Whether one of the values of the header, parted by commas, is this one.
[[nodiscard]] inline bool lists(const net::Fields& headers, std::string_view header,
                                std::string_view wanted) {
  for (const net::Field& field : headers.list) {
    if (field.name != header) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      std::string_view item = cut(rest, ',');
      if (cut(item, ';') == wanted && !is_refused(item)) return true;
    }
  }
  return false;
}

// Same bytes or not: for a question that changes nothing, weak tags say enough.
[[nodiscard]] inline bool has_already(const net::Fields& headers, const std::string& tag) {
  return lists(headers, "if-none-match", tag) || lists(headers, "if-none-match", "W/" + tag) ||
         lists(headers, "if-none-match", "*");
}

}  // namespace tongsuan::server::internal
