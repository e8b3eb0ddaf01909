#include "tongsuan/lab/json_value.h"

#include <charconv>

#include "tongsuan/codec/scan.h"

namespace tongsuan::lab {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<JsonValue> document() {
    if (text_.size() > kJsonBytesMax) return Error{ErrorCode::kLimit, "the document is too long"};
    TONGSUAN_TRY(JsonValue value, read(0));
    skip_space();
    if (at_ != text_.size()) return expected("the end of the document");
    return value;
  }

 private:
  Error expected(std::string_view what) const {
    return {ErrorCode::kCorrupt, "byte " + std::to_string(at_) + ": expected " + std::string(what)};
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool take(char wanted) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<JsonValue> read(std::size_t depth) {
    if (depth > kJsonDepthMax) return expected("fewer levels");
    skip_space();
    if (at_ >= text_.size()) return expected("a value");
    switch (text_[at_]) {
      case '{':
        return read_object(depth);
      case '[':
        return read_array(depth);
      case '"': {
        TONGSUAN_TRY(std::string text, read_string());
        return JsonValue(std::move(text));
      }
      default:
        return read_word();
    }
  }

  Result<JsonValue> read_word() {
    if (take_word("null")) return JsonValue();
    if (take_word("true")) return JsonValue(true);
    if (take_word("false")) return JsonValue(false);
    const std::size_t digit = text_[at_] == '-' ? at_ + 1 : at_;
    if (digit >= text_.size() || text_[digit] < '0' || text_[digit] > '9') {
      return expected("a value");
    }
    double number = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (error != std::errc()) return expected("a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return JsonValue(number);
  }

  Result<JsonValue> read_array(std::size_t depth) {
    ++at_;
    JsonValue::Array items;
    if (take(']')) return JsonValue(std::move(items));
    do {
      TONGSUAN_TRY(JsonValue item, read(depth + 1));
      items.push_back(std::move(item));
    } while (take(','));
    if (!take(']')) return expected("',' or ']'");
    return JsonValue(std::move(items));
  }

  Result<JsonValue> read_object(std::size_t depth) {
    ++at_;
    JsonValue::Object members;
    if (take('}')) return JsonValue(std::move(members));
    do {
      skip_space();
      if (at_ >= text_.size() || text_[at_] != '"') return expected("a name");
      TONGSUAN_TRY(std::string name, read_string());
      if (!take(':')) return expected("':'");
      TONGSUAN_TRY(JsonValue value, read(depth + 1));
      members.emplace_back(std::move(name), std::move(value));
    } while (take(','));
    if (!take('}')) return expected("',' or '}'");
    return JsonValue(std::move(members));
  }

  Result<std::string> read_string() {
    std::string out;
    const std::size_t begin = at_ + 1;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return expected("no control character");
      if (text_[at_] != '\\') {
        out += text_[at_];
      } else if (!read_escape(out)) {
        return expected("an escape");
      }
    }
    if (at_ >= text_.size()) return expected("the end of a string");
    const std::size_t bad = codec::find_bad_byte(text_.substr(begin, at_ - begin));
    if (bad != std::string_view::npos) {
      at_ = begin + bad;
      return expected("UTF-8 text");
    }
    ++at_;
    return out;
  }

  // Ends on the last character of the escape.
  bool read_escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (++at_ >= text_.size()) return false;
    if (const std::size_t found = kLetters.find(text_[at_]); found != kLetters.npos) {
      out += kMeanings[found];
      return true;
    }
    if (text_[at_] != 'u' || at_ + 4 >= text_.size()) return false;
    unsigned code = 0;
    const char* begin = text_.data() + at_ + 1;
    const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc() || end != begin + 4 || code >= 0x80) return false;
    out += static_cast<char>(code);
    at_ += 4;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  for (const auto& [key, value] : *members) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<JsonValue> parse_json(std::string_view text) {
  return Reader(text).document();
}

}  // namespace tongsuan::lab
