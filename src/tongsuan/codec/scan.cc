#include "tongsuan/codec/scan.h"

#include <algorithm>

namespace tongsuan::codec {
namespace {

// Length of the UTF-8 character at `at`, and its number; 0 when the bytes are not one. Overlong
// forms, surrogates and numbers above U+10FFFF are refused.
std::size_t decode(std::string_view bytes, std::size_t at, std::uint32_t& character) {
  const auto byte = [&](std::size_t i) {
    return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
  };
  const std::uint32_t first = byte(0);
  std::size_t size = 0;
  std::uint32_t least = 0;
  if (first < 0x80) {
    character = first;
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    size = 2, least = 0x80, character = first & 0x1F;
  } else if (first >= 0xE0 && first <= 0xEF) {
    size = 3, least = 0x800, character = first & 0x0F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    size = 4, least = 0x10000, character = first & 0x07;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    character = character << 6 | (byte(i) & 0x3FU);
  }
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  return character < least || character > 0x10FFFF || surrogate ? 0 : size;
}

// Characters that do not show, or that reorder what shows: a name with one would look like another.
bool is_invisible(std::uint32_t character) {
  struct Range {
    std::uint32_t first, last;
  };
  constexpr std::array<Range, 11> kRanges = {{{0x80, 0xA0},
                                              {0xAD, 0xAD},
                                              {0x61C, 0x61C},
                                              {0x1680, 0x1680},
                                              {0x180B, 0x180F},
                                              {0x2000, 0x200F},
                                              {0x2028, 0x202F},
                                              {0x205F, 0x206F},
                                              {0x3000, 0x3000},
                                              {0xFE00, 0xFE0F},
                                              {0xFEFF, 0xFEFF}}};
  return character >= 0xE0000 || std::any_of(kRanges.begin(), kRanges.end(), [&](Range range) {
           return character >= range.first && character <= range.last;
         });
}

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7F;
}

// Checks from `at` until at least `end`; returns where it stopped, or sets `bad`.
std::size_t check_slowly(std::string_view bytes, std::size_t at, std::size_t end, bool& bad) {
  while (at < end) {
    const auto c = static_cast<unsigned char>(bytes[at]);
    const bool line_end =
        c == '\n' || (c == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n');
    std::uint32_t character = 0;
    const std::size_t size = decode(bytes, at, character);
    bad = size == 0 || (is_control(c) && !line_end && c != '\t');
    if (bad) return at;
    at += size;
  }
  return at;
}

}  // namespace

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax || !byte_is(name.front(), kFirstByte))
    return false;
  unsigned char high = 0;
  for (const char c : name) {
    if (!byte_is(c, kNameByte)) return false;
    high |= static_cast<unsigned char>(c);
  }
  if (high < 0x80) return true;
  for (std::size_t at = 0; at < name.size();) {
    std::uint32_t character = 0;
    const std::size_t size = decode(name, at, character);
    if (size == 0 || is_invisible(character)) return false;
    at += size;
  }
  return true;
}

std::size_t find_bad_byte(std::string_view bytes) {
  constexpr std::size_t kChunk = 4'096;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t end = std::min(bytes.size(), at + kChunk);
    // Nearly every chunk is plain ASCII: one flag says so, in a loop without branches.
    unsigned char odd = 0;
    for (std::size_t i = at; i < end; ++i) {
      const auto c = static_cast<unsigned char>(bytes[i]);
      odd |= static_cast<unsigned char>((c & 0x80U) | static_cast<unsigned>(c < 0x20 && c != '\n') |
                                        static_cast<unsigned>(c == 0x7F));
    }
    if (odd == 0) {
      at = end;
      continue;
    }
    bool bad = false;
    at = check_slowly(bytes, at, end, bad);
    if (bad) return at;
  }
  return std::string_view::npos;
}

// ---- Scanner -----------------------------------------------------------------------------------

bool Scanner::next_line() {
  while (at_ < end_) {
    skip_blanks();
    if (!at_line_end()) {
      keyword_ = word();
      return true;
    }
    skip_line();
  }
  return false;
}

void Scanner::skip_line() {
  at_ = static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_))) + 1;
}

// Words end where a byte is at most a blank: find_bad_byte refused every other control character.
// Eight bytes are looked at together; the subtraction borrows only behind the first such byte.
std::string_view Scanner::word() {
  const char* begin = at_;
  if constexpr (std::endian::native == std::endian::little) {
    constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101ULL;
    constexpr std::uint64_t kHighBits = kOnes * 0x80;
    while (end_ - at_ >= 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, at_, 8);
      const std::uint64_t low = (bytes - kOnes * 0x21) & ~bytes & kHighBits;
      if (low != 0) {
        at_ += std::countr_zero(low) / 8;
        return {begin, static_cast<std::size_t>(at_ - begin)};
      }
      at_ += 8;
    }
  }
  while (!byte_is(*at_, kBlankByte | kEndByte)) ++at_;
  return {begin, static_cast<std::size_t>(at_ - begin)};
}

std::size_t Scanner::scan_words(std::span<std::string_view> words) {
  std::size_t count = 0;
  for (skip_blanks(); !at_line_end(); skip_blanks()) {
    const std::string_view found = word();
    if (count < words.size()) words[count] = found;
    ++count;
  }
  skip_line();
  return count;
}

bool Scanner::scan(const RecordSpec& spec, ScannedLine& line) {
  line.spec = &spec;
  line.keyword = keyword_;
  line.present = 0;
  bool good = names(spec, line);
  std::size_t guess = 0;
  for (skip_blanks(); !at_line_end(); skip_blanks()) good = field(spec, line, guess) && good;
  skip_line();
  if ((spec.required & ~line.present) == 0) return good;
  report_missing(spec, line);
  return false;
}

bool Scanner::names(const RecordSpec& spec, ScannedLine& line) {
  for (std::uint32_t i = 0; i < spec.name_count; ++i) {
    skip_blanks();
    line.names[i] = keyword_.substr(0, 0);
    if (!at_line_end() && *at_ == '"') {
      if (!quoted_value(line.names[i])) return false;
      continue;
    }
    const char* begin = at_;
    const std::string_view found = at_line_end() ? std::string_view() : word();
    if (found.empty() || found.find('=') != std::string_view::npos) {
      at_ = begin;
      faults_->add_at(FaultCode::kSyntax, keyword_, "a name is missing",
                      std::to_string(spec.name_count) + " name" +
                          (spec.name_count == 1 ? "" : "s") + " after \"" +
                          std::string(spec.keyword) + '"');
      return false;
    }
    line.names[i] = found;
  }
  return true;
}

// The size of the key here, if it is that of one of the next few fields; else 0.
std::size_t Scanner::guessed_key_size(const RecordSpec& spec, std::size_t guess) const {
  constexpr std::size_t kGuesses = 3;
  const std::size_t last = std::min(guess + kGuesses, spec.fields.size());
  for (std::size_t i = guess; i < last; ++i) {
    const FieldSpec& candidate = spec.fields[i];
    const std::size_t size = candidate.key.size();
    if (size <= 8 && static_cast<std::size_t>(end_ - at_) > size && at_[size] == '=' &&
        load_word(at_, size, end_) == candidate.word) {
      return size;
    }
  }
  return 0;
}

// One key=value. Fields usually come in the order of the spec: `guess` is the one after the last.
bool Scanner::field(const RecordSpec& spec, ScannedLine& line, std::size_t& guess) {
  const char* begin = at_;
  at_ += guessed_key_size(spec, guess);
  while (byte_is(*at_, kKeyByte)) ++at_;
  const std::string_view key = {begin, static_cast<std::size_t>(at_ - begin)};
  if (*at_ != '=' || key.empty()) {
    const std::string_view rest = word();
    const std::string_view token = {begin, key.size() + rest.size()};
    faults_->add(FaultCode::kSyntax, token, "is not a field", "field=value");
    return false;
  }
  ++at_;
  std::string_view value;
  if (*at_ == '"') {
    if (!quoted_value(value)) return false;
  } else {
    value = word();
  }
  const std::uint64_t key_word = load_word(key.data(), key.size(), end_);
  const std::size_t count = spec.fields.size();
  for (std::size_t tried = 0; tried < count; ++tried, ++guess) {
    if (guess >= count) guess = 0;
    const FieldSpec& candidate = spec.fields[guess];
    if (candidate.word != key_word || candidate.key.size() != key.size()) continue;
    if (key.size() > 8 && candidate.key != key) continue;
    if (line.has(guess)) {
      faults_->add_at(FaultCode::kDuplicateField, value, "is given twice", "each field once");
      return false;
    }
    line.present |= 1U << guess;
    line.values[guess] = value;
    ++guess;
    return true;
  }
  return unknown_field(spec, key);
}

bool Scanner::quoted_value(std::string_view& value) {
  const char* begin = ++at_;
  while (*at_ != '"' && *at_ != '\n') at_ += *at_ == '\\' && at_[1] != '\n' ? 2 : 1;
  value = {begin, static_cast<std::size_t>(at_ - begin)};
  if (*at_ == '\n') {
    faults_->add_at(FaultCode::kSyntax, value, "a quoted value has no closing quote", "\"...\"");
    return false;
  }
  ++at_;
  if (byte_is(*at_, kBlankByte | kEndByte)) return true;
  const std::string_view rest = word();
  faults_->add(FaultCode::kSyntax, rest, "follows a closing quote", "a blank after the quote");
  return false;
}

bool Scanner::unknown_field(const RecordSpec& spec, std::string_view key) {
  if (!faults_->listing()) {
    faults_->add(FaultCode::kUnknownField, key, {});
    return false;
  }
  const auto key_of = [](const FieldSpec& field) { return field.key; };
  faults_->add(FaultCode::kUnknownField, key,
               "is not a field of \"" + std::string(spec.keyword) + '"',
               spec.fields.empty() ? "no fields" : one_of(spec.fields, key, key_of));
  return false;
}

void Scanner::report_missing(const RecordSpec& spec, const ScannedLine& line) {
  for (std::size_t i = 0; i < spec.fields.size(); ++i) {
    if (!spec.fields[i].required || line.has(i)) continue;
    faults_->add_at(FaultCode::kMissingField, line.keyword,
                    "field " + std::string(spec.fields[i].key) + " is missing");
  }
}

std::string text_of(std::string_view value) {
  if (value.data()[-1] != '"') return std::string(value);  // a keyword or '=' always comes before
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text.push_back(value[i]);
  }
  return text;
}

}  // namespace tongsuan::codec
