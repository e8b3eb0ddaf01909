#include "tongsuan/toml/toml.h"

#include <algorithm>

#include "tongsuan/base/text.h"

namespace tongsuan::toml {
namespace {

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// One line, read from left to right.
class Line {
 public:
  Line(std::string_view text, std::string_view file, int number)
      : text_(text), file_(file), number_(number) {}

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  [[nodiscard]] bool ends() const { return at_ == text_.size() || text_[at_] == '#'; }
  [[nodiscard]] char front() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char wanted) {
    if (front() != wanted || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] Error fault(const std::string& what) const {
    return {ErrorCode::kInvalidArgument,
            std::string(file_) + ':' + std::to_string(number_) + ':' + std::to_string(at_ + 1) +
                ": " + what,
            "write KEY = \"VALUE\""};
  }

  Result<std::string> key() {
    if (front() == '"' || front() == '\'') return quoted();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
    if (begin == at_) return fault("expected the name of a key");
    return std::string(text_.substr(begin, at_ - begin));
  }

  // A text in quotes of either kind.
  Result<std::string> quoted() {
    const char mark = text_[at_++];
    std::string out;
    while (at_ < text_.size() && text_[at_] != mark) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return fault("a control byte");
      if (c == '\\' && mark == '"') {
        ++at_;
        TONGSUAN_TRY(const char escaped, escape());
        out += escaped;
      } else {
        out += c;
        ++at_;
      }
    }
    if (!take(mark)) return fault("the text has no end");
    return out;
  }

  // A number or a truth.
  Result<std::string> bare_value() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
    const std::string word(text_.substr(begin, at_ - begin));
    std::int64_t number = 0;
    if (word == "true" || word == "false" || parse_decimal(word, 0, number)) return word;
    at_ = begin;
    return fault("expected a text in quotes, a whole number, true or false");
  }

 private:
  Result<char> escape() {
    constexpr std::string_view kMarks = "\"\\nt";
    constexpr std::string_view kMeant = "\"\\\n\t";
    const std::size_t found = at_ < text_.size() ? kMarks.find(text_[at_]) : std::string_view::npos;
    if (found == std::string_view::npos) return fault("only \\\", \\\\, \\n and \\t are known");
    ++at_;
    return char{kMeant[found]};
  }

  std::string_view text_, file_;
  int number_;
  std::size_t at_ = 0;
};

Result<std::string> table_name(Line& line) {
  line.take('[');
  if (line.front() == '[') return line.fault("lists of tables are not known");
  line.skip_blanks();
  TONGSUAN_TRY(std::string name, line.key());
  line.skip_blanks();
  while (line.take('.')) {
    line.skip_blanks();
    TONGSUAN_TRY(const std::string part, line.key());
    name += '.' + part;
    line.skip_blanks();
  }
  if (!line.take(']')) return line.fault("expected ] behind the name of the table");
  return name;
}

Result<Entry> entry(Line& line, int number) {
  Entry entry{.table = {}, .key = {}, .value = {}, .text = false, .line = number};
  TONGSUAN_TRY(entry.key, line.key());
  line.skip_blanks();
  if (!line.take('=')) return line.fault("expected = behind the key");
  line.skip_blanks();
  entry.text = line.front() == '"' || line.front() == '\'';
  TONGSUAN_TRY(entry.value, entry.text ? line.quoted() : line.bare_value());
  return entry;
}

}  // namespace

Result<std::vector<Entry>> read(std::string_view bytes, std::string_view file) {
  std::vector<Entry> entries;
  if (bytes.size() > kBytesMax) {
    return Error{ErrorCode::kLimit, std::string(file) + " is larger than 64 KiB", ""};
  }
  std::string table;
  for (int number = 1; !bytes.empty(); ++number) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view text = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (text.ends_with('\r')) text.remove_suffix(1);
    Line line(text, file, number);
    line.skip_blanks();
    if (line.ends()) continue;
    if (line.front() == '[') {
      TONGSUAN_TRY(table, table_name(line));
    } else {
      TONGSUAN_TRY(Entry read, entry(line, number));
      read.table = table;
      const bool twice = std::ranges::any_of(entries, [&](const Entry& other) {
        return other.table == read.table && other.key == read.key;
      });
      if (twice) return line.fault("the key " + read.key + " is there twice");
      if (entries.size() == kEntriesMax) return line.fault("too many keys");
      entries.push_back(std::move(read));
    }
    line.skip_blanks();
    if (!line.ends()) return line.fault("something stands behind the value");
  }
  return entries;
}

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '"':
      case '\\':
        out += '\\';
        [[fallthrough]];
      default:
        out += c;
    }
  }
  return out + '"';
}

}  // namespace tongsuan::toml
