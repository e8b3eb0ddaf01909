#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/json/json.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

using json::Value;
using json::Writer;

// Writes what can be written; numbers with a fraction have no value and become null.
void write(const Value& value, Writer& out) {
  switch (value.type()) {
    case json::Type::kNull:
    case json::Type::kFraction:
      out.null();
      return;
    case json::Type::kBool:
      out.truth(value.as_bool().value());
      return;
    case json::Type::kText:
      out.text(value.as_text().value());
      return;
    case json::Type::kInteger:
      if (const auto number = value.as_int64(); number.ok()) {
        out.number(number.value());
      } else {
        out.number_unsigned(value.as_uint64().value());
      }
      return;
    case json::Type::kArray:
      out.begin_array();
      for (const Value item : value.items()) write(item, out);
      out.end_array();
      return;
    case json::Type::kObject: {
      out.begin_object();
      for (const auto& [key, member] : value.members()) {
        std::string text;
        Writer inner(text);
        write(member, inner);
        out.raw(key, text);
      }
      out.end_object();
    }
  }
}

std::string written(const Value& value) {
  std::string text;
  Writer out(text);
  write(value, out);
  TONGSUAN_CHECK(out.whole());
  return text;
}

// Any object can be read as a record.
void read_as_record(const Value& value) {
  json::Faults faults;
  json::ObjectReader reader(value, json::Path(), faults);
  static_cast<void>(reader.optional_text("name"));
  static_cast<void>(reader.optional_integer("nodes", {.min = 1}));
  static_cast<void>(reader.optional_decimal("limit", 6));
  static_cast<void>(reader.optional_truth("preempt"));
  std::size_t items = 0;
  for (const Value item : reader.array("orders", 256)) {
    static_cast<void>(item);
    ++items;
  }
  TONGSUAN_CHECK(items <= 256);
  reader.finish();
  TONGSUAN_CHECK(faults.empty() == faults.text().empty());
  TONGSUAN_CHECK(faults.told().size() == std::min(faults.count(), json::kFaultsMax));
}

}  // namespace

void json_text(std::string_view bytes) {
  static json::Document document({.bytes_max = std::size_t{1} << 20});
  const Result<Value> root = document.parse(bytes);
  const auto fault = json::find_syntax_fault(bytes, json::kDepthMax);
  if (!root.ok()) {
    const std::string& said = root.error().context;
    const bool twice = said.find("two members") != std::string::npos;
    // The twin does not judge the size of an exponent.
    const bool exponent = bytes.find_first_of("eE") != std::string_view::npos;
    TONGSUAN_CHECK(fault || twice || exponent || bytes.size() > (std::size_t{1} << 20));
    return;
  }
  TONGSUAN_CHECK(!fault);
  read_as_record(root.value());
  const std::string once = written(root.value());
  const Result<Value> again = document.parse(once);
  TONGSUAN_CHECK(again.ok());
  TONGSUAN_CHECK(written(again.value()) == once);
}

std::vector<std::string> json_text_seeds() {
  return {
      R"({"orders":[{"name":"o-1","nodes":4,"limit":"14.5","preempt":true},{"name":"\u5f20\ud83d\ude00"}]})",
      R"([1,-2,18446744073709551615,-9223372036854775808,1.5e-3,null,false,"",{},[]])",
      R"({"a":{"b":{"c":[[[["\"\\\/\b\f\n\r\t"]]]]}},"a/b~":0})",
      R"({"a":1,"\u0061":2})",
      std::string(33, '[') + std::string(33, ']'),
      "\"\\ud800\"",
      "\xEF\xBB\xBF{}"};
}

}  // namespace tongsuan::fuzz
