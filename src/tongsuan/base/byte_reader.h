// Reads bytes of strangers: little-endian numbers of fixed width, one after the other.
//
// The first fault stays, with its place; from then on everything reads as 0, so that a reader of a
// format looks at the fault once, at the end of a row. Nothing is allocated for a list before its
// length was held against its limit and against the bytes that are left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/base/bytes.h"

namespace tongsuan {

struct ByteFault {
  const char* what = nullptr;  // null: none
  std::size_t offset = 0;      // of the first byte that is wrong or missing
  [[nodiscard]] std::string text() const {
    return std::string(what) + " at byte " + std::to_string(offset);
  }
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {}

  [[nodiscard]] bool ok() const { return fault_.what == nullptr; }
  [[nodiscard]] const ByteFault& fault() const { return fault_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

  template <class Unsigned>
  Unsigned number() {
    if (left() < sizeof(Unsigned)) fail_at("the bytes end within a number", bytes_.size());
    if (!ok()) return 0;
    last_ = at_;
    at_ += sizeof(Unsigned);
    return little_endian<Unsigned>({bytes_.data() + last_, sizeof(Unsigned)});
  }
  void read(std::uint8_t& value) { value = number<std::uint8_t>(); }
  void read(std::uint32_t& value) { value = number<std::uint32_t>(); }
  void read(std::uint64_t& value) { value = number<std::uint64_t>(); }
  void read(std::int64_t& value) { value = static_cast<std::int64_t>(number<std::uint64_t>()); }
  // 0 or 1.
  bool flag() { return below(2, "neither yes nor no") == 1; }
  // A byte below `bound`.
  std::uint8_t below(std::uint8_t bound, const char* fault) {
    const auto value = number<std::uint8_t>();
    if (value >= bound) fail(fault);
    return ok() ? value : std::uint8_t{0};
  }
  // How many items of at least `item` bytes follow; 0 after a fault.
  template <class Unsigned>
  std::size_t count(std::uint64_t most, std::size_t item) {
    const std::uint64_t value = number<Unsigned>();
    if (value > most) fail("a list is longer than it may be");
    if (value > left() / item) fail("the bytes end within a list");
    return ok() ? static_cast<std::size_t>(value) : 0;
  }
  // What was read last is wrong.
  void fail(const char* what) { fail_at(what, last_); }
  void fail_at(const char* what, std::size_t offset) {
    if (ok()) fault_ = {what, offset};
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t last_ = 0;  // where the last number begins
  ByteFault fault_;
};

}  // namespace tongsuan
