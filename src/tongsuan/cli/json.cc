#include "tongsuan/cli/json.h"

#include "tongsuan/base/text.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  text_ += report::json_string(key);
  text_ += ':';
  text_ += json;
  return *this;
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
  return raw(key, report::json_string(value));
}

JsonObject& JsonObject::number(std::string_view key, std::int64_t value) {
  return raw(key, std::to_string(value));
}

JsonObject& JsonObject::truth(std::string_view key, bool value) {
  return raw(key, value ? "true" : "false");
}

JsonObject& JsonObject::money(std::string_view key, std::int64_t micro, std::string_view currency) {
  return text(key, decimal(micro, 6) + ' ' + std::string(currency));
}

std::string json_array(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  return out + ']';
}

std::string json_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(report::json_string(text));
  return json_array(items);
}

}  // namespace tongsuan::cli
