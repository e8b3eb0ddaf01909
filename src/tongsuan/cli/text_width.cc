#include "tongsuan/cli/text_width.h"

#include "tongsuan/report/numbers.h"

namespace tongsuan::cli {
namespace {

std::size_t character_bytes(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return at + bytes <= text.size() ? bytes : 1;
}

// Marks that must not begin a line in Chinese text.
bool closes(std::string_view character) {
  for (const std::string_view mark : {"，", "。", "；", "：", "、", "）", "”", "》", "？", "！"}) {
    if (character == mark) return true;
  }
  return false;
}

// The end of the piece that begins at `at` and must stay on one line: a word, or one wide character
// with the closing marks behind it.
std::size_t piece_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] != ' ' && text[end] != '\n') {
    const std::string_view character = text.substr(end, character_bytes(text, end));
    const bool wide = report::display_width(character) == 2;
    if (wide && end > at && !closes(character)) break;
    end += character.size();
    if (!wide || end == text.size()) continue;
    if (!closes(text.substr(end, character_bytes(text, end)))) break;
  }
  return end;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  const auto new_line = [&] {
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n' + std::string(indent, ' ');
    column = 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      new_line();
      ++at;
      continue;
    }
    const std::size_t end = piece_end(text, at);
    const std::string_view piece = text.substr(at, end - at);
    if (column > 0 && column + report::display_width(piece) > width) new_line();
    out += piece;
    column += report::display_width(piece);
    for (at = end; at < text.size() && text[at] == ' '; ++at) {
      if (column == 0) continue;
      out += ' ';
      ++column;
    }
  }
  return out;
}

}  // namespace tongsuan::cli
