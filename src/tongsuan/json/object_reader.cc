#include "tongsuan/json/object_reader.h"

#include <bit>

#include "tongsuan/base/text.h"

namespace tongsuan::json {
namespace {

std::string number_text(std::int64_t number, int decimals) {
  return decimals == 0 ? std::to_string(number) : '"' + decimal(number, decimals) + '"';
}

std::string list_of(std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += ", ";
    list += '"';
    list += name;
    list += '"';
  }
  return list;
}

}  // namespace

// ---- Paths and faults ---------------------------------------------------------------------------

void append_pointer(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::string Path::pointer() const {
  if (kind_ == kDocument) return {};
  std::string text = parent_->pointer();
  if (kind_ == kIndex) {
    text += '/' + std::to_string(index_);
  } else {
    append_pointer(text, key_);
  }
  return text;
}

void Faults::add(const Path& path, std::string problem) {
  ++count_;
  if (told_.size() < kFaultsMax) told_.push_back({path.pointer(), std::move(problem)});
}

std::string Faults::text() const {
  std::string line;
  for (const Fault& fault : told_) {
    if (!line.empty()) line += "; ";
    line += fault.pointer.empty() ? std::string("the document") : fault.pointer;
    line += ": " + fault.problem;
  }
  if (count_ > told_.size()) line += "; and " + std::to_string(count_ - told_.size()) + " more";
  return line;
}

void Faults::clear() {
  told_.clear();
  count_ = 0;
}

// ---- Finding members ----------------------------------------------------------------------------

ObjectReader::ObjectReader(const Value& value, const Path& path, Faults& faults)
    : path_(path), faults_(faults), next_(members_.begin()) {
  const Result<Members, Unfit> members = value.as_object();
  if (!members.ok()) {
    faults_.add(path_, std::string("must be an object, not ") + type_name(value.type()));
  } else if (value.size() > kMembersMax) {
    faults_.add(path_, "has " + std::to_string(value.size()) + " members, at most " +
                           std::to_string(kMembersMax));
  } else {
    members_ = members.value();
    count_ = value.size();
    readable_ = true;
  }
  next_ = members_.begin();
}

// Begins where the last member was found, so that fields in the order of the text take one look
// each.
std::optional<Value> ObjectReader::search(std::string_view key) {
  if (members_.empty()) return std::nullopt;
  const Members::Iterator begin = next_;
  do {
    if (next_ == members_.end()) {
      next_ = members_.begin();
      next_at_ = 0;
      if (next_ == begin) break;
    }
    const auto [name, value] = *next_;
    const std::size_t at = next_at_++;
    ++next_;
    if (name != key) continue;
    asked_ |= std::uint64_t{1} << at;
    return value;
  } while (!(next_ == begin));
  return std::nullopt;
}

std::optional<Value> ObjectReader::find_required(std::string_view key) {
  std::optional<Value> value = find(key);
  if (!value && readable_) fault(key, "is missing");
  return value;
}

void ObjectReader::fault(std::string_view key, std::string problem) {
  faults_.add(Path(path_, key), std::move(problem));
}

void ObjectReader::finish() {
  if (static_cast<std::size_t>(std::popcount(asked_)) == count_) return;
  std::size_t at = 0;
  for (const auto& [key, value] : members_) {
    if ((asked_ >> at++ & 1) == 0) fault(key, "there is no such member");
  }
}

// ---- Fields -------------------------------------------------------------------------------------

std::string_view ObjectReader::text_of(std::string_view key, const Value& value,
                                       TextLimits limits) {
  const Result<std::string_view, Unfit> text = value.as_text();
  if (!text.ok()) {
    fault(key, std::string("must be a text, not ") + type_name(value.type()));
    return {};
  }
  const std::size_t bytes = text.value().size();
  if (bytes < limits.bytes_min || bytes > limits.bytes_max) {
    fault(key, "has " + std::to_string(bytes) + " bytes, must have " +
                   std::to_string(limits.bytes_min) + " to " + std::to_string(limits.bytes_max));
    return {};
  }
  return text.value();
}

bool ObjectReader::in_range(std::string_view key, std::int64_t number, Range range, int decimals) {
  if (number >= range.min && number <= range.max) return true;
  fault(key, "is " + number_text(number, decimals) + ", must be from " +
                 number_text(range.min, decimals) + " to " + number_text(range.max, decimals));
  return false;
}

std::int64_t ObjectReader::integer_of(std::string_view key, const Value& value, Range range) {
  const Result<std::int64_t, Unfit> number = value.as_int64();
  if (!number.ok()) {
    fault(key, number.error() == Unfit::kRange
                   ? std::string("is too large")
                   : std::string("must be a whole number, not ") + type_name(value.type()));
    return 0;
  }
  return in_range(key, number.value(), range, 0) ? number.value() : 0;
}

bool ObjectReader::truth_of(std::string_view key, const Value& value) {
  const Result<bool, Unfit> truth = value.as_bool();
  if (truth.ok()) return truth.value();
  fault(key, std::string("must be true or false, not ") + type_name(value.type()));
  return false;
}

std::int64_t ObjectReader::decimal_of(std::string_view key, const Value& value, int decimals,
                                      Range range) {
  const Result<std::string_view, Unfit> text = value.as_text();
  std::int64_t number = 0;
  if (!text.ok() || !parse_decimal(text.value(), decimals, number)) {
    fault(key, "must be a decimal number in quotes with at most " + std::to_string(decimals) +
                   " digits after the point, such as \"14.5\"");
    return 0;
  }
  return in_range(key, number, range, decimals) ? number : 0;
}

std::size_t ObjectReader::choice_of(std::string_view key, const Value& value,
                                    std::span<const std::string_view> names) {
  const Result<std::string_view, Unfit> text = value.as_text();
  for (std::size_t i = 0; text.ok() && i < names.size(); ++i) {
    if (names[i] == text.value()) return i;
  }
  fault(key, "must be one of " + list_of(names));
  return 0;
}

Items ObjectReader::array_of(std::string_view key, const Value& value, std::size_t items_max) {
  const Result<Items, Unfit> items = value.as_array();
  if (!items.ok()) {
    fault(key, std::string("must be an array, not ") + type_name(value.type()));
    return {};
  }
  if (value.size() > items_max) {
    fault(key,
          "has " + std::to_string(value.size()) + " items, at most " + std::to_string(items_max));
    return {};
  }
  return items.value();
}

std::string_view ObjectReader::text(std::string_view key, TextLimits limits) {
  const std::optional<Value> value = find_required(key);
  return value ? text_of(key, *value, limits) : std::string_view();
}

std::optional<std::string_view> ObjectReader::optional_text(std::string_view key,
                                                            TextLimits limits) {
  const std::optional<Value> value = find(key);
  if (!value) return std::nullopt;
  return text_of(key, *value, limits);
}

std::int64_t ObjectReader::integer(std::string_view key, Range range) {
  const std::optional<Value> value = find_required(key);
  return value ? integer_of(key, *value, range) : 0;
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view key, Range range) {
  const std::optional<Value> value = find(key);
  if (!value) return std::nullopt;
  return integer_of(key, *value, range);
}

bool ObjectReader::truth(std::string_view key) {
  const std::optional<Value> value = find_required(key);
  return value && truth_of(key, *value);
}

std::optional<bool> ObjectReader::optional_truth(std::string_view key) {
  const std::optional<Value> value = find(key);
  if (!value) return std::nullopt;
  return truth_of(key, *value);
}

std::int64_t ObjectReader::decimal(std::string_view key, int decimals, Range range) {
  const std::optional<Value> value = find_required(key);
  return value ? decimal_of(key, *value, decimals, range) : 0;
}

std::optional<std::int64_t> ObjectReader::optional_decimal(std::string_view key, int decimals,
                                                           Range range) {
  const std::optional<Value> value = find(key);
  if (!value) return std::nullopt;
  return decimal_of(key, *value, decimals, range);
}

std::size_t ObjectReader::choice(std::string_view key, std::span<const std::string_view> names) {
  const std::optional<Value> value = find_required(key);
  return value ? choice_of(key, *value, names) : 0;
}

std::optional<std::size_t> ObjectReader::optional_choice(std::string_view key,
                                                         std::span<const std::string_view> names) {
  const std::optional<Value> value = find(key);
  if (!value) return std::nullopt;
  return choice_of(key, *value, names);
}

Items ObjectReader::array(std::string_view key, std::size_t items_max) {
  const std::optional<Value> value = find_required(key);
  return value ? array_of(key, *value, items_max) : Items();
}

Items ObjectReader::optional_array(std::string_view key, std::size_t items_max) {
  const std::optional<Value> value = find(key);
  return value ? array_of(key, *value, items_max) : Items();
}

std::optional<Value> ObjectReader::member(std::string_view key) {
  return find_required(key);
}

std::optional<Value> ObjectReader::optional_member(std::string_view key) {
  return find(key);
}

}  // namespace tongsuan::json
