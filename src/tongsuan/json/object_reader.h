// Reads an object as a record with known fields, and says everything that is wrong with it at once.
//
//   json::Faults faults;
//   json::ObjectReader order(root, json::Path(), faults);   // further in: json::Path(order.path(),
//   "terms") const std::string_view name = order.text("name", {.bytes_max = 64}); const
//   std::int64_t limit = order.decimal("limit", 6, {.min = 0}); const std::optional<std::int64_t>
//   slots = order.optional_integer("slots", {.min = 1, .max = 672}); order.finish(); // refuses
//   members that nobody asked for if (!faults.empty()) …                // "/orders/3/limit: …";
//   the values above are then not to be used
//
// A field that is missing or wrong gives an empty value and a fault; reading goes on. A member that
// is null is there and wrong: what is optional is left out. Paths are chains on the stack and
// become text in faults only, so a record without faults allocates nothing. Each member may be
// asked for once, in any order; the order of the text is the fastest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/json/value.h"

namespace tongsuan::json {

inline constexpr std::size_t kMembersMax = 64;  // of an object that is read as a record
inline constexpr std::size_t kFaultsMax = 20;   // that are told; others are counted

// A place in a document: the chain of names and positions that lead there. Parents must live
// longer, so temporaries are refused.
class Path {
 public:
  Path() = default;  // the document itself
  Path(const Path& parent, std::string_view key) : parent_(&parent), key_(key), kind_(kKey) {}
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index), kind_(kIndex) {}
  Path(Path&&, std::string_view) = delete;
  Path(Path&&, std::size_t) = delete;
  // RFC 6901, such as "/orders/3/limit"; empty for the document.
  [[nodiscard]] std::string pointer() const;

 private:
  enum Kind : std::uint8_t { kDocument, kKey, kIndex };
  const Path* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  Kind kind_ = kDocument;
};

void append_pointer(std::string& pointer, std::string_view key);  // "/" and the name, escaped

struct Fault {
  std::string pointer;
  std::string problem;
};

class Faults {
 public:
  void add(const Path& path, std::string problem);
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t count() const { return count_; }  // also those that are not told
  [[nodiscard]] const std::vector<Fault>& told() const { return told_; }
  // One line: "/orders/3/limit: must be a text; /zone: there is no such member; and 3 more".
  [[nodiscard]] std::string text() const;
  void clear();

 private:
  std::vector<Fault> told_;
  std::size_t count_ = 0;
};

struct TextLimits {
  std::size_t bytes_min = 1;
  std::size_t bytes_max = 256;
};
struct Range {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

class ObjectReader {
 public:
  // The parents of the path and the faults must live longer than the reader.
  ObjectReader(const Value& value, const Path& path, Faults& faults);

  [[nodiscard]] std::string_view text(std::string_view key, TextLimits limits = {});
  [[nodiscard]] std::optional<std::string_view> optional_text(std::string_view key,
                                                              TextLimits limits = {});
  [[nodiscard]] std::int64_t integer(std::string_view key, Range range = {});
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view key,
                                                             Range range = {});
  [[nodiscard]] bool truth(std::string_view key);
  [[nodiscard]] std::optional<bool> optional_truth(std::string_view key);
  // A decimal in a text, such as "14.5", in units of 10^-decimals.
  [[nodiscard]] std::int64_t decimal(std::string_view key, int decimals, Range range = {});
  [[nodiscard]] std::optional<std::int64_t> optional_decimal(std::string_view key, int decimals,
                                                             Range range = {});
  // The position of a text among those that are allowed.
  [[nodiscard]] std::size_t choice(std::string_view key, std::span<const std::string_view> names);
  [[nodiscard]] std::optional<std::size_t> optional_choice(std::string_view key,
                                                           std::span<const std::string_view> names);
  [[nodiscard]] Items array(std::string_view key, std::size_t items_max);
  [[nodiscard]] Items optional_array(std::string_view key, std::size_t items_max);
  // Anything; nothing where it is missing.
  [[nodiscard]] std::optional<Value> member(std::string_view key);
  [[nodiscard]] std::optional<Value> optional_member(std::string_view key);

  // Reports members that were not asked for. Reading what others sent us leaves it out.
  void finish();

  [[nodiscard]] const Path& path() const { return path_; }
  [[nodiscard]] Faults& faults() { return faults_; }
  void fault(std::string_view key, std::string problem);

 private:
  // The member that comes next in the text is found at once.
  std::optional<Value> find(std::string_view key) {
    if (next_ == members_.end()) return search(key);
    const auto [name, value] = *next_;
    if (name != key) return search(key);
    asked_ |= std::uint64_t{1} << next_at_++;
    ++next_;
    return value;
  }
  std::optional<Value> search(std::string_view key);
  std::optional<Value> find_required(std::string_view key);
  std::string_view text_of(std::string_view key, const Value& value, TextLimits limits);
  std::int64_t integer_of(std::string_view key, const Value& value, Range range);
  bool truth_of(std::string_view key, const Value& value);
  std::int64_t decimal_of(std::string_view key, const Value& value, int decimals, Range range);
  std::size_t choice_of(std::string_view key, const Value& value,
                        std::span<const std::string_view> names);
  Items array_of(std::string_view key, const Value& value, std::size_t items_max);
  bool in_range(std::string_view key, std::int64_t number, Range range, int decimals);

  Members members_;
  Path path_;
  Faults& faults_;
  Members::Iterator next_;   // where the search for the next member begins
  std::size_t next_at_ = 0;  // its position
  std::uint64_t asked_ = 0;  // positions of members that were asked for
  std::size_t count_ = 0;    // of members
  bool readable_ = false;    // an object with few enough members
};

}  // namespace tongsuan::json
