#include "tongsuan/codec/frame.h"

#include <array>
#include <string>

#include "tongsuan/codec/values.h"

namespace tongsuan::codec {

bool check_bytes(std::string_view& bytes, FaultLog& faults) {
  if (bytes.size() > kFileBytesMax) {
    faults.add_at(FaultCode::kTooLarge, bytes.substr(0, 0), "the file is too large",
                  "less than 4 GiB");
    return false;
  }
  if (const std::size_t bad = find_bad_byte(bytes); bad != std::string_view::npos) {
    const auto byte = static_cast<unsigned char>(bytes[bad]);
    const bool control = byte < 0x20 || byte == 0x7F;
    faults.add_at(control ? FaultCode::kControlCharacter : FaultCode::kEncoding, bytes.substr(bad),
                  "byte " + std::to_string(byte) + " at position " + std::to_string(bad) +
                      (control ? " is a control character" : " is not UTF-8 text"),
                  "UTF-8 text");
    return false;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return true;
}

Frame::Frame(std::string_view bytes, std::string_view format, FaultLog& faults)
    : bytes_(bytes),
      format_(format),
      faults_(faults),
      lines_(bytes.substr(0, bytes.rfind('\n') + 1)),
      scanner_(lines_, faults) {}

bool Frame::open() {
  const std::string first_line = '"' + std::string(format_) + " 1\"";
  if (lines_.size() < bytes_.size()) {
    faults_.add_at(FaultCode::kCutFile, bytes_.substr(bytes_.size()),
                   "the last line has no line end: the file may have been cut");
    if (lines_.empty()) return false;
  }
  if (!scanner_.next_line()) {
    faults_.add_at(FaultCode::kHeader, bytes_.substr(0, 0), "the file is empty",
                   "a first line " + first_line);
    return false;
  }
  std::array<std::string_view, 2> words;
  const std::string_view keyword = scanner_.keyword();
  const std::size_t count = scanner_.scan_words(words);
  if (keyword != format_) {
    faults_.add(FaultCode::kHeader, keyword, "is not the name of this format",
                "a first line " + first_line);
    return false;
  }
  if (count != 1 || words[0] != "1") {
    faults_.add(FaultCode::kHeader, count == 0 ? keyword : words[0],
                "is not a version that this reader knows", first_line);
    return false;
  }
  return true;
}

bool Frame::next() {
  while (scanner_.next_line()) {
    if (ended_) {
      faults_.add_at(FaultCode::kAfterEnd, scanner_.keyword(), "a line follows the end line");
      after_end_ = true;
      return false;
    }
    if (scanner_.keyword() != "end") {
      ++record_count_;
      return true;
    }
    read_end();
  }
  if (!ended_ && lines_.size() == bytes_.size()) {
    faults_.add_at(
        FaultCode::kCutFile, bytes_.substr(bytes_.size()),
        "the file has no end line: it may have been cut",
        "a last line \"end " + std::to_string(record_count_) + "\", with the number of records");
  }
  return false;
}

void Frame::read_end() {
  ended_ = true;
  const std::string_view keyword = scanner_.keyword();
  std::array<std::string_view, 1> words;
  const std::size_t word_count = scanner_.scan_words(words);
  if (word_count == 0) return;
  std::int64_t count = 0;
  if (word_count != 1 || parse_whole(words[0], {0, INT64_MAX / 16}, count) != ValueFault::kNone) {
    faults_.add_at(FaultCode::kSyntax, keyword, "the end line has no record count",
                   "\"end N\" with the number of records");
    return;
  }
  if (static_cast<std::uint64_t>(count) == record_count_) return;
  faults_.add(FaultCode::kEndCount, words[0],
              "is not the number of records: the file has " + std::to_string(record_count_) +
                  ", so lines are missing or were added");
}

}  // namespace tongsuan::codec
