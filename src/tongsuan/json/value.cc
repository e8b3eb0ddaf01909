#include "tongsuan/json/value.h"

namespace tongsuan::json {

const char* type_name(Type type) {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kBool:
      return "true or false";
    case Type::kInteger:
      return "a whole number";
    case Type::kFraction:
      return "a number with a fraction or an exponent";
    case Type::kText:
      return "a text";
    case Type::kArray:
      return "an array";
    case Type::kObject:
      return "an object";
  }
  return "unknown";
}

Value Members::find(std::string_view key, bool* found) const {
  for (const auto& [name, value] : *this) {
    if (name != key) continue;
    if (found != nullptr) *found = true;
    return value;
  }
  if (found != nullptr) *found = false;
  return {};
}

}  // namespace tongsuan::json
