// Bytes of the journal's formats: little-endian numbers of fixed width. A reader never reads past
// the end: it remembers that it ran out, and where, and gives zeros from then on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tongsuan/base/bytes.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::journal {

// Why bytes were refused, and at which of them.
struct ByteFault {
  std::size_t offset = 0;
  const char* problem = "";
};

template <class Array>
std::string_view view_of(const Array& array) {
  return {reinterpret_cast<const char*>(array.data()), array.size()};
}

class ByteWriter {
 public:
  explicit ByteWriter(std::string& bytes) : bytes_(bytes) {}
  template <class Unsigned>
  void number(Unsigned value) {
    append_little_endian(bytes_, value);
  }
  template <class Array>
  void array(const Array& value) {
    bytes_.append(reinterpret_cast<const char*>(value.data()), value.size());
  }
  void text(std::string_view value) { bytes_.append(value); }

 private:
  std::string& bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool ran_out() const { return ran_out_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

  template <class Unsigned>
  [[nodiscard]] Unsigned number() {
    return little_endian<Unsigned>(text(sizeof(Unsigned)));
  }
  template <class Array>
  [[nodiscard]] Array array() {
    Array value{};
    const std::string_view source = text(value.size());
    if (!source.empty()) std::memcpy(value.data(), source.data(), source.size());
    return value;
  }
  [[nodiscard]] std::string_view text(std::size_t size) {
    if (ran_out_ || size > left()) {
      ran_out_ = true;
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ran_out_ = false;
};

}  // namespace tongsuan::journal
