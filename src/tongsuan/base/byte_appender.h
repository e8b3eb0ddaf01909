// Little-endian numbers of fixed width at the end of a string, written where they stay.
//
// Model. The string is longer than what was written while an appender lives, and is cut when it
// ends: whoever looks at it, or appends in another way, waits until then. Appending every number by
// itself costs several times what the number does; putting numbers together elsewhere and copying
// them costs a wait, as a wide load cannot see narrow stores that are still on their way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tongsuan/base/bytes.h"

namespace tongsuan {

class ByteAppender {
 public:
  explicit ByteAppender(std::string& bytes) : bytes_(bytes), size_(bytes.size()) {}
  ByteAppender(const ByteAppender&) = delete;
  ByteAppender& operator=(const ByteAppender&) = delete;
  ~ByteAppender() { bytes_.resize(size_); }

  // One after the other, each as wide as its type.
  template <class... Number>
  void put(Number... numbers) {
    char* at = room((sizeof(numbers) + ...));
    ((store_little_endian(at, numbers), at += sizeof(numbers)), ...);
    size_ += (sizeof(numbers) + ...);
  }
  void text(std::string_view text) {
    if (!text.empty()) std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }

 private:
  static constexpr std::size_t kAhead = 128;

  [[nodiscard]] char* room(std::size_t wanted) {
    if (bytes_.size() - size_ < wanted) bytes_.resize(size_ + wanted + kAhead);
    return bytes_.data() + size_;
  }

  std::string& bytes_;
  std::size_t size_;  // of what was written
};

}  // namespace tongsuan
