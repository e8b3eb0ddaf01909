// Reads one JSON document (RFC 8259) into a tree: what `replay --resume` needs to read its own
// results back.
//
// Strict: no comments, no trailing commas, nothing after the document. Members keep their order;
// the first of two members with one name counts. Strings are UTF-8 and keep their bytes; only the
// escapes that Tongsuan writes are understood, \u0000 to \u001f among them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::lab {

inline constexpr std::size_t kJsonDepthMax = 16;
inline constexpr std::size_t kJsonBytesMax = std::size_t{64} << 20;  // of one document

class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;

  JsonValue() = default;
  explicit JsonValue(bool value) : value_(value) {}
  explicit JsonValue(double value) : value_(value) {}
  explicit JsonValue(std::string value) : value_(std::move(value)) {}
  explicit JsonValue(Array value) : value_(std::move(value)) {}
  explicit JsonValue(Object value) : value_(std::move(value)) {}

  // Null when it is something else.
  [[nodiscard]] const double* number() const { return std::get_if<double>(&value_); }
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&value_); }
  // The member of an object; null when it is none or has none of that name.
  [[nodiscard]] const JsonValue* member(std::string_view name) const;

 private:
  std::variant<std::monostate, bool, double, std::string, Array, Object> value_;
};

// The error says at which byte, and what was expected there.
[[nodiscard]] Result<JsonValue> parse_json(std::string_view text);

}  // namespace tongsuan::lab
