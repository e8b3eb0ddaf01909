#include "tongsuan/json/writer.h"

#include <array>
#include <charconv>
#include <cstring>

#include "tongsuan/base/check.h"
#include "tongsuan/base/text.h"

namespace tongsuan::json {
namespace {

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

// Whether eight bytes are all plain: the tests of `is_plain`, side by side in one word. A byte that
// is plain may be taken for another kind only next to one that is not.
bool are_plain(const char* bytes) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101, kHighs = 0x80 * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto has_zero = [&](std::uint64_t x) { return (x - kOnes) & ~x & kHighs; };
  const std::uint64_t odd = (word & kHighs) | ((word - 0x20 * kOnes) & ~word & kHighs) |
                            has_zero(word ^ ('"' * kOnes)) | has_zero(word ^ ('\\' * kOnes)) |
                            has_zero(word ^ (0x7F * kOnes));
  return odd == 0;
}

std::size_t plain_length(std::string_view text) {
  std::size_t plain = 0;
  while (plain + 8 <= text.size() && are_plain(text.data() + plain)) plain += 8;
  while (plain < text.size() && is_plain(static_cast<unsigned char>(text[plain]))) ++plain;
  return plain;
}

// What stands for the character at the front of `text`; takes it away.
void append_escaped(std::string& out, std::string_view& text) {
  const char c = text.front();
  const auto byte = static_cast<std::uint8_t>(c);
  std::size_t length = 1;
  if (byte >= 0x80) {
    length = utf8_length(text);
    out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    if (length == 0) length = 1;
  } else if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else {
    out += "\\u00" + hex(&byte, 1);
  }
  text.remove_prefix(length);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out.append(text, 0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) append_escaped(out, text);
  }
  out += '"';
}

void Writer::separate() {
  const bool in_object = depth_ > 0 && (objects_ >> depth_ & 1) != 0;
  TONGSUAN_CHECK(in_object == named_);  // a name, and only there
  if (comma_ && !named_) out_ += ',';
  named_ = false;
  comma_ = true;
}

Writer& Writer::name(std::string_view key) {
  TONGSUAN_CHECK(!named_);
  if (comma_) out_ += ',';
  append_quoted(out_, key);
  out_ += ':';
  named_ = true;
  return *this;
}

Writer& Writer::begin(char mark, bool object) {
  separate();
  TONGSUAN_CHECK(depth_ < kDepthMax);
  ++depth_;
  const std::uint64_t bit = std::uint64_t{1} << depth_;
  objects_ = object ? objects_ | bit : objects_ & ~bit;
  out_ += mark;
  comma_ = false;
  return *this;
}

Writer& Writer::end(char mark, bool object) {
  TONGSUAN_CHECK(depth_ > 0 && !named_ && (objects_ >> depth_ & 1) == (object ? 1U : 0U));
  --depth_;
  out_ += mark;
  comma_ = true;
  return *this;
}

Writer& Writer::text(std::string_view value) {
  separate();
  append_quoted(out_, value);
  return *this;
}

Writer& Writer::number(std::int64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::number_unsigned(std::uint64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Writer& Writer::decimal(std::int64_t value, int decimals) {
  separate();
  out_ += '"';
  out_ += tongsuan::decimal(value, decimals);
  out_ += '"';
  return *this;
}

}  // namespace tongsuan::json
