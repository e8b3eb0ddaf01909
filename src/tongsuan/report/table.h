// Listings: one table, shown as aligned text, JSON, JSON lines, CSV or YAML.
//
// A cell is text, or an integer count of 10^-decimals of its column's unit: money is micro-yuan
// with six decimals, a share parts per million with four. Programs get every digit (money as a
// decimal string with its currency, "14.5 CNY"; other numbers as JSON numbers; absence as null);
// people get thousands separators and the decimals that the column asks to show. Filters and
// sorting see the values, not the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::report {

enum class Format : std::uint8_t { kTable, kWide, kJson, kJsonl, kCsv, kYaml };

// "table", "wide", "json", "jsonl", "csv", "yaml".
Result<Format> parse_format(std::string_view text);

enum class ColumnKind : std::uint8_t { kText, kNumber, kMoney };

struct Column {
  std::string key;    // for programs, --columns, --sort and --filter: "price_per_device_hour"
  std::string title;  // for people
  ColumnKind kind = ColumnKind::kText;
  int decimals = 0;        // a cell counts 10^-decimals
  int shown_decimals = 0;  // in tables for people
  bool wide = false;       // only in `wide`, or when asked for by name
};

using Cell = std::variant<std::monostate, std::string, std::int64_t>;

struct Table {
  std::string currency;  // of its money columns
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // one cell per column, of the column's kind
};

struct ListingOptions {
  Format format = Format::kTable;
  std::vector<std::string> columns = {};  // keys; empty: all (people: those that are not wide)
  std::string sort = {};                  // a key, or "-key" for falling; ties keep their order
  std::vector<std::string> filters =
      {};                           // key=value, !=, <, <=, >, >=, ~ (contains); all must hold
  std::size_t rows_max = SIZE_MAX;  // the first rows after filtering and sorting
};

// Ends with a line feed unless it is empty (JSON lines of no rows). Fails on unknown columns and on
// filters that cannot be read, and says which columns there are.
Result<std::string> render(const Table& table, const ListingOptions& options);

// Pieces that other writers use.
[[nodiscard]] std::string json_string(std::string_view text);  // quoted; bad UTF-8 becomes U+FFFD
[[nodiscard]] std::string csv_field(std::string_view text);    // RFC 4180; quoted where it must be

}  // namespace tongsuan::report
