#include "tongsuan/json/syntax.h"

#include <cstdint>

#include "tongsuan/base/text.h"

namespace tongsuan::json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

class Scanner {
 public:
  Scanner(std::string_view text, int depth_max) : text_(text), depth_max_(depth_max) {}

  std::optional<SyntaxFault> run() {
    const bool whole = value() && nothing_else();
    return whole ? std::nullopt : fault_;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  bool fail(const char* problem, bool is_limit = false) {
    fault_ = SyntaxFault{at_, problem, is_limit};
    return false;
  }
  void skip_space() {
    while (!done() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool nothing_else() {
    skip_space();
    return done() || fail("nothing may follow the document");
  }

  bool value() {
    skip_space();
    switch (peek()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }
  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return fail("expected a value");
    at_ += expected.size();
    return true;
  }
  bool enter() {
    if (depth_ == depth_max_) return fail("too many containers inside each other", true);
    ++depth_;
    ++at_;
    skip_space();
    return true;
  }
  bool object() {
    if (!enter()) return false;
    if (!take('}')) {
      do {
        if (!member()) return false;
      } while (take(','));
      if (!take('}')) return fail("expected ',' or '}'");
    }
    --depth_;
    return true;
  }
  bool member() {
    skip_space();
    if (peek() != '"') return fail("expected a name in quotes");
    if (!string()) return false;
    skip_space();
    if (!take(':')) return fail("expected ':'");
    if (!value()) return false;
    skip_space();
    return true;
  }
  bool array() {
    if (!enter()) return false;
    if (!take(']')) {
      do {
        if (!value()) return false;
        skip_space();
      } while (take(','));
      if (!take(']')) return fail("expected ',' or ']'");
    }
    --depth_;
    return true;
  }

  bool string() {
    ++at_;
    while (!done()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '"') {
        ++at_;
        return true;
      }
      if (byte < 0x20) return fail("a control character inside a text must be escaped");
      if (byte == '\\') {
        if (!escape()) return false;
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(at_));
      if (length == 0) return fail("these bytes are not UTF-8");
      at_ += length;
    }
    return fail("a text without an end");
  }
  bool escape() {
    const std::size_t begin = at_++;
    if (take('u')) return code_point(begin);
    if (!done() && std::string_view("\"\\/bfnrt").find(text_[at_]) != std::string_view::npos) {
      ++at_;
      return true;
    }
    at_ = begin;
    return fail("there is no such escape");
  }
  bool four_digits(std::uint32_t& value) {
    value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int digit = hex_digit(peek());
      if (digit < 0) return false;
      value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }
  // After "\u". A surrogate comes as a pair, high before low.
  bool code_point(std::size_t begin) {
    std::uint32_t first = 0, second = 0;
    bool good = four_digits(first);
    if (good && first >= 0xD800 && first < 0xE000) {
      good = first < 0xDC00 && take('\\') && take('u') && four_digits(second) && second >= 0xDC00 &&
             second < 0xE000;
    }
    if (good) return true;
    at_ = begin;
    return fail("the escape is no code point");
  }

  bool number() {
    const std::size_t begin = at_;
    const bool negative = take('-');
    if (!is_digit(peek())) {
      at_ = begin;
      return fail("expected a value");
    }
    const std::size_t digits = at_;
    while (is_digit(peek())) ++at_;
    const std::string_view whole = text_.substr(digits, at_ - digits);
    if (whole.size() > 1 && whole.front() == '0') {
      at_ = begin;
      return fail("a number may not begin with 0");
    }
    const bool fraction = take('.');
    if (fraction && !some_digits()) return fail("expected a digit");
    const bool exponent = take('e') || take('E');
    if (exponent) {
      if (!take('+')) static_cast<void>(take('-'));
      if (!some_digits()) return fail("expected a digit");
    }
    if (fraction || exponent || fits(whole, negative)) return end_of_number();
    at_ = begin;
    return fail("the number has more than 64 bits");
  }
  bool some_digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }
  // "1x" is one mistake, not a number and something else.
  bool end_of_number() {
    if (done() || std::string_view(" \n\r\t,]}:[{\"").find(text_[at_]) != std::string_view::npos)
      return true;
    return fail("this does not belong to a number");
  }
  static bool fits(std::string_view digits, bool negative) {
    const std::uint64_t limit = negative ? std::uint64_t{1} << 63 : ~std::uint64_t{0};
    std::uint64_t value = 0;
    for (const char c : digits) {
      const auto digit = static_cast<std::uint64_t>(c - '0');
      if (value > (limit - digit) / 10) return false;
      value = value * 10 + digit;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int depth_max_;
  std::optional<SyntaxFault> fault_;
};

}  // namespace

std::optional<SyntaxFault> find_syntax_fault(std::string_view text, int depth_max) {
  return Scanner(text, depth_max).run();
}

}  // namespace tongsuan::json
