// One JSON object, written in the order of its members.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tongsuan::cli {

class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::int64_t value);
  JsonObject& truth(std::string_view key, bool value);
  JsonObject& nothing(std::string_view key) { return raw(key, "null"); }
  // Micro-units of money as "14.5 CNY".
  JsonObject& money(std::string_view key, std::int64_t micro, std::string_view currency);
  JsonObject& raw(std::string_view key, std::string_view json);
  [[nodiscard]] std::string str() const { return text_ + '}'; }

 private:
  std::string text_ = "{";
};

[[nodiscard]] std::string json_array(const std::vector<std::string>& items);
[[nodiscard]] std::string json_texts(const std::vector<std::string>& texts);

}  // namespace tongsuan::cli
