// The frame around the records of every format: a first line "FORMAT 1", and a last line "end N"
// with the number of records (or "end" alone, for people who write by hand). A file without its
// last line was cut.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tongsuan/codec/fault_log.h"
#include "tongsuan/codec/scan.h"

namespace tongsuan::codec {

// Drops a byte order mark. False, with a fault, for bytes that no format reads: too many of them,
// not UTF-8, or with control characters.
[[nodiscard]] bool check_bytes(std::string_view& bytes, FaultLog& faults);

// A kind of record of one format, and the member of its reader that takes a line of it.
template <class Reader>
struct RecordKind {
  const RecordSpec* spec;
  void (Reader::*handler)();
};

class Frame {
 public:
  // `format` is the first word of the file, such as "tongsuan-market".
  Frame(std::string_view bytes, std::string_view format, FaultLog& faults);

  // Reads the first line. False, with a fault, when the file is not of this format and version.
  bool open();
  // Moves to the next record, whose keyword is scanner().keyword(); false when there is none.
  bool next();
  // The kind of the record, where the one before it was of kind `last`; nullptr for none of
  // `kinds`, and then a fault is added and the line is passed over.
  template <class Kind, std::size_t kCount>
  const Kind* kind(const std::array<Kind, kCount>& kinds, const Kind* last) {
    const std::string_view keyword = scanner_.keyword();
    if (last->spec->keyword == keyword) return last;  // lines come in runs
    const auto keyword_of = [](const Kind& kind) { return kind.spec->keyword; };
    for (const Kind& known : kinds) {
      if (keyword_of(known) == keyword) return &known;
    }
    faults_.add(FaultCode::kUnknownRecord, keyword, "is not a kind of record",
                one_of(kinds, keyword, keyword_of));
    scanner_.skip_line();
    return nullptr;
  }
  // Once `next` was false: whether the rest of the file can be believed to belong to it.
  [[nodiscard]] bool usable() const { return !after_end_; }

  [[nodiscard]] Scanner& scanner() { return scanner_; }
  // The lines of the file: `bytes` up to the last line end.
  [[nodiscard]] std::string_view lines() const { return lines_; }
  [[nodiscard]] std::uint64_t record_count() const { return record_count_; }

 private:
  void read_end();

  std::string_view bytes_;
  std::string_view format_;
  FaultLog& faults_;
  std::string_view lines_;
  Scanner scanner_;
  std::uint64_t record_count_ = 0;
  bool ended_ = false;
  bool after_end_ = false;
};

}  // namespace tongsuan::codec
