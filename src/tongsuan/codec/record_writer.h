// The pieces that both text writers are made of: records of a keyword, words and key=value fields,
// counted for the last line of the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/codec/values.h"

namespace tongsuan::codec {

class RecordWriter {
 protected:
  void begin(std::string_view keyword) {
    out_ += keyword;
    ++record_count_;
  }
  void end() { out_ += '\n'; }
  void word(std::string_view name) {
    out_ += ' ';
    out_ += name;
  }
  void key(std::string_view name) {
    word(name);
    out_ += '=';
  }
  void whole(std::string_view field, std::int64_t value) {
    key(field);
    append_whole(out_, value);
  }
  void money(std::string_view field, std::int64_t micro) {
    key(field);
    append_money(out_, micro);
  }
  // The text with its last line, which counts the records.
  std::string finish() {
    out_ += "end ";
    append_whole(out_, record_count_);
    out_ += '\n';
    return std::move(out_);
  }

  std::string out_;

 private:
  std::int64_t record_count_ = 0;
};

}  // namespace tongsuan::codec
