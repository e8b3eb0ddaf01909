// Scanning of line-oriented text: one record per line, a keyword, names, then key=value fields.
// The scanner sees each byte once or twice, allocates nothing, and needs every line to end in '\n'.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/codec/fault_log.h"

namespace tongsuan::codec {

inline constexpr std::size_t kFileBytesMax = 0xFFFF'FF00;  // positions in a file are 32 bits
inline constexpr std::size_t kNameBytesMax = 128;
inline constexpr std::size_t kFieldsMax = 16;
inline constexpr std::size_t kNamesMax = 2;

// ---- Bytes -------------------------------------------------------------------------------------

inline constexpr std::uint8_t kBlankByte = 1;   // space, tab
inline constexpr std::uint8_t kEndByte = 2;     // line feed, carriage return
inline constexpr std::uint8_t kKeyByte = 4;     // what field names and keywords are made of
inline constexpr std::uint8_t kNameByte = 8;    // what names are made of
inline constexpr std::uint8_t kFirstByte = 16;  // what a name may begin with

inline constexpr std::array<std::uint8_t, 256> kByteClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  classes[' '] = classes['\t'] = kBlankByte;
  classes['\n'] = classes['\r'] = kEndByte;
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = kNameByte | kFirstByte;
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = kKeyByte | kNameByte | kFirstByte;
  for (unsigned c = 'A'; c <= 'Z'; ++c) classes[c] = kNameByte | kFirstByte;
  for (unsigned c = 0x80; c <= 0xFF; ++c) classes[c] = kNameByte | kFirstByte;
  classes['_'] = kNameByte | kFirstByte;
  classes['-'] = kKeyByte | kNameByte;
  classes['.'] = kNameByte;
  return classes;
}();

inline bool byte_is(char c, std::uint8_t classes) {
  return (kByteClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

// The first eight bytes of a word as one number, for quick comparison; shorter words are padded.
constexpr std::uint64_t word_of(std::string_view text) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < text.size() && i < 8; ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  }
  return word;
}

// As above for bytes of a file that go on to `end`.
inline std::uint64_t load_word(const char* begin, std::size_t size, const char* end) {
  if constexpr (std::endian::native == std::endian::little) {
    if (end - begin >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, begin, 8);
      return size >= 8 ? word : word & ((std::uint64_t{1} << (8 * size)) - 1);
    }
  }
  return word_of({begin, size});
}

// Names: 1 to 128 bytes of letters, digits, '_', '-', '.' and any characters beyond ASCII but
// blanks and invisible ones; not beginning with '-' or '.'.
[[nodiscard]] bool valid_name(std::string_view name);

// The position of the first byte that is not UTF-8 text or is a control character (line feeds, tabs
// and carriage returns before line feeds are none); npos when there is none.
[[nodiscard]] std::size_t find_bad_byte(std::string_view bytes);

// ---- Records -----------------------------------------------------------------------------------

struct FieldSpec {
  constexpr FieldSpec(
      std::string_view name,
      bool is_required = false)  // NOLINT(google-explicit-constructor): tables of names
      : key(name), word(word_of(name)), required(is_required) {}
  constexpr FieldSpec(
      const char* name,
      bool is_required = false)  // NOLINT(google-explicit-constructor): tables of names
      : FieldSpec(std::string_view(name), is_required) {}
  std::string_view key;
  std::uint64_t word;
  bool required;
};

struct RecordSpec {
  constexpr RecordSpec(std::string_view word, std::uint32_t names,
                       std::span<const FieldSpec> field_specs = {})
      : keyword(word), name_count(names), fields(field_specs) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      required |= (fields[i].required ? 1U : 0U) << i;
    }
  }
  std::string_view keyword;
  std::uint32_t name_count;
  std::span<const FieldSpec> fields;
  std::uint32_t required = 0;  // bit set of fields
};

struct ScannedLine {
  const RecordSpec* spec = nullptr;
  std::string_view keyword;
  std::array<std::string_view, kNamesMax> names;
  std::array<std::string_view, kFieldsMax> values;  // by position in the spec; see `has`
  std::uint32_t present = 0;

  [[nodiscard]] bool has(std::size_t field) const { return (present >> field & 1U) != 0; }
};

class Scanner {
 public:
  // `bytes` must be empty or end in '\n'.
  Scanner(std::string_view bytes, FaultLog& faults)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), faults_(&faults) {}

  // Moves to the next line that is not blank or a comment; false at the end of the file.
  bool next_line();
  // The keyword of the line.
  [[nodiscard]] std::string_view keyword() const { return keyword_; }
  // Scans the rest of the line as a record. False, with faults, when it is not one.
  bool scan(const RecordSpec& spec, ScannedLine& line);
  // The rest of the line as words, for records without fields. At most `words.size()` of them are
  // kept; the count of all is returned.
  std::size_t scan_words(std::span<std::string_view> words);
  // Leaves the rest of the line unread.
  void skip_line();

 private:
  void skip_blanks() {
    while (byte_is(*at_, kBlankByte)) ++at_;
  }
  // True at the end of the line or where a comment begins.
  [[nodiscard]] bool at_line_end() const { return byte_is(*at_, kEndByte) || *at_ == '#'; }
  std::string_view word();
  bool names(const RecordSpec& spec, ScannedLine& line);
  bool field(const RecordSpec& spec, ScannedLine& line, std::size_t& guess);
  [[nodiscard]] std::size_t guessed_key_size(const RecordSpec& spec, std::size_t guess) const;
  bool quoted_value(std::string_view& value);
  bool unknown_field(const RecordSpec& spec, std::string_view key);
  void report_missing(const RecordSpec& spec, const ScannedLine& line);

  const char* at_;
  const char* end_;
  FaultLog* faults_;
  std::string_view keyword_;
};

// The text of a value or name that the scanner found. Quoted ones may hold blanks, and
// a backslash in them makes the next character plain.
[[nodiscard]] std::string text_of(std::string_view value);

}  // namespace tongsuan::codec
