#include "tongsuan/cli/terminal_text.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/text.h"

namespace tongsuan::cli {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Whether more bytes could make a character of it.
bool is_cut(std::string_view rest) {
  const unsigned lead = byte_at(rest, 0);
  const std::size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return lead >= 0xC2 && lead < 0xF5 && rest.size() < whole &&
         std::ranges::all_of(rest.substr(1), [](char c) {
           return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
         });
}

}  // namespace

std::string TerminalText::take(std::string_view bytes) {
  const std::string text = std::exchange(held_, {}) + std::string(bytes);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    const unsigned byte = byte_at(rest, 0);
    const bool is_return = byte == '\r';
    if ((is_return && rest.size() == 1) || (byte >= 0x80 && is_cut(rest))) {
      held_ = rest;
      break;
    }
    const std::size_t length = utf8_length(rest);
    if (is_return) {
      if (rest[1] != '\n') out += '\n';
    } else if (byte == '\n' || byte == '\t') {
      out += rest[0];
    } else if (length == 0 || byte < 0x20 || byte == 0x7F ||
               (byte == 0xC2 && byte_at(rest, 1) < 0xA0)) {  // U+0080 to U+009F are controls, too
      out += '?';
    } else {
      out += rest.substr(0, length);
    }
    i += std::max<std::size_t>(1, length);
  }
  return out;
}

std::string TerminalText::finish() {
  const std::string held = std::exchange(held_, {});
  if (held.empty()) return {};
  return held == "\r" ? "\n" : "?";
}

}  // namespace tongsuan::cli
