#include "tongsuan/report/internal/utf8.h"

namespace tongsuan::report::internal {
namespace {

std::string replace(std::string_view text, bool controls) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    const bool control = next.value < 0x20 || (next.value >= 0x7F && next.value < 0xA0);
    if (next.valid && !(controls && control)) {
      out += text.substr(0, next.bytes);
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (bytes == 0 || lead > 0xF4 || bytes > text.size()) return {};
  std::uint32_t point = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    point = (point << 6) | (next & 0x3FU);
  }
  const bool overlong = (bytes == 3 && point < 0x800) || (bytes == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  if (overlong || surrogate || point > 0x10FFFF) return {};
  return {point, bytes, true};
}

std::string valid_utf8(std::string_view text) {
  return replace(text, false);
}

std::string printable(std::string_view text) {
  return replace(text, true);
}

}  // namespace tongsuan::report::internal
