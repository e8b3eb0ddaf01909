// Writes compact JSON at the end of a string, in the order of the calls.
//
//   json::Writer out(reply);
//   out.begin_object().text("id", "O-7F3M").number("slots", 12).begin_array("hubs");
//   for (const std::string& hub : hubs) out.text(hub);
//   out.end_array().end_object();
//
// Each value has two forms: with the name of its member inside an object, without elsewhere. Commas
// are the writer's business. There are no doubles: money is a decimal in a text, everything else a
// whole number. A container that is not closed, or closed as the other kind, is a bug and stops the
// process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tongsuan::json {

// `text` in quotes; bytes that are not UTF-8 become U+FFFD, controls are escaped.
void append_quoted(std::string& out, std::string_view text);

class Writer {
 public:
  static constexpr int kDepthMax = 63;

  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object() { return begin('{', true); }
  Writer& begin_object(std::string_view key) { return name(key).begin('{', true); }
  Writer& end_object() { return end('}', true); }
  Writer& begin_array() { return begin('[', false); }
  Writer& begin_array(std::string_view key) { return name(key).begin('[', false); }
  Writer& end_array() { return end(']', false); }

  Writer& text(std::string_view value);
  Writer& number(std::int64_t value);
  Writer& number_unsigned(std::uint64_t value);
  Writer& truth(bool value) { return raw(value ? "true" : "false"); }
  Writer& null() { return raw("null"); }
  // A whole value that is JSON already.
  Writer& raw(std::string_view json);
  // value × 10^-decimals as a decimal in a text.
  Writer& decimal(std::int64_t value, int decimals);

  Writer& text(std::string_view key, std::string_view value) { return name(key).text(value); }
  Writer& number(std::string_view key, std::int64_t value) { return name(key).number(value); }
  Writer& number_unsigned(std::string_view key, std::uint64_t value) {
    return name(key).number_unsigned(value);
  }
  Writer& truth(std::string_view key, bool value) { return name(key).truth(value); }
  Writer& null(std::string_view key) { return name(key).null(); }
  Writer& raw(std::string_view key, std::string_view json) { return name(key).raw(json); }
  Writer& decimal(std::string_view key, std::int64_t value, int decimals) {
    return name(key).decimal(value, decimals);
  }

  // Whether everything that was begun has ended.
  [[nodiscard]] bool whole() const { return depth_ == 0; }

 private:
  Writer& name(std::string_view key);
  Writer& begin(char mark, bool object);
  Writer& end(char mark, bool object);
  void separate();

  std::string& out_;
  std::uint64_t objects_ = 0;  // a bit per level: whether the container is an object
  int depth_ = 0;
  bool comma_ = false;  // whether something stands before the next value
  bool named_ = false;
};

}  // namespace tongsuan::json
