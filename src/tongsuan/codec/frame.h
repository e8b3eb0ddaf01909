// The frame around the records of every format: a first line "FORMAT 1", and a last line "end N"
// with the number of records (or "end" alone, for people who write by hand). A file without its
// last line was cut.
#pragma once

#include <cstdint>
#include <string_view>

#include "tongsuan/codec/fault_log.h"
#include "tongsuan/codec/scan.h"

namespace tongsuan::codec {

// Drops a byte order mark. False, with a fault, for bytes that no format reads: too many of them,
// not UTF-8, or with control characters.
[[nodiscard]] bool check_bytes(std::string_view& bytes, FaultLog& faults);

class Frame {
 public:
  // `format` is the first word of the file, such as "tongsuan-market".
  Frame(std::string_view bytes, std::string_view format, FaultLog& faults);

  // Reads the first line. False, with a fault, when the file is not of this format and version.
  bool open();
  // Moves to the next record, whose keyword is scanner().keyword(); false when there is none.
  bool next();
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
