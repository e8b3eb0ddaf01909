// Parses one JSON document into a tape that is used again for the next one.
//
// A Document owns a copy of the text (simdjson reads beyond its end), the tape and the texts: about
// 16 bytes per byte of the largest body that it has seen, never more than for `bytes_max`. It is
// for one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/json/value.h"

namespace tongsuan::json {

inline constexpr std::size_t kBytesMax = std::size_t{15} << 20;  // no limit may be larger
inline constexpr int kDepthMax = 32;

struct Limits {
  std::size_t bytes_max = std::size_t{1} << 20;
  int depth_max = kDepthMax;  // containers inside each other; 1 to kDepthMax
};

class Document {
 public:
  explicit Document(Limits limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  // The root, valid until the next call. Errors: kLimit where the text is too long or deep, else
  // kInvalidArgument; the context says at which byte, or which object has two members of one name.
  [[nodiscard]] Result<Value> parse(std::string_view text);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tongsuan::json
