// Rows of a listing from JSON, by a table of columns.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/cli/commands.h"
#include "tongsuan/json/value.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {

enum class JsonKind : std::uint8_t {
  kText,    // texts, truths and numbers as they stand; lists with commas between
  kNumber,  // whole numbers, also those in texts
  kMoney,   // {"amount", "currency"}
  kPpm,     // parts per million as per cent
  kSteps,   // [{"devices", "ask"}] as 2048@3.60,2048@4.20
};

struct JsonColumn {
  const char* key;
  Message title;
  // "block.hub"; "ways.0.class" is of the first item; "^hub" is of the object around the row.
  std::string_view path;
  JsonKind kind = JsonKind::kText;
  bool wide = false;
};

[[nodiscard]] report::Table json_table(const Session& session, std::span<const JsonColumn> columns);
void add_json_row(report::Table& table, std::span<const JsonColumn> columns, const json::Value& row,
                  const json::Value& around = {});

// null where there is none.
[[nodiscard]] json::Value at_path(json::Value value, std::string_view path);
// As a cell of kText would show it; empty where there is none.
[[nodiscard]] std::string text_at(const json::Value& value, std::string_view path);
// Text of others as a terminal may have it: without control characters.
[[nodiscard]] std::string shown(std::string_view text);
// Micro-units; nothing where it is no money.
[[nodiscard]] std::optional<std::int64_t> money_at(const json::Value& value, std::string_view path);
// "96.00 CNY" of {"amount","currency"}, as the exchange wrote it; empty where there is none.
[[nodiscard]] std::string money_text_at(const json::Value& value, std::string_view path);
[[nodiscard]] std::optional<std::int64_t> number_at(const json::Value& value,
                                                    std::string_view path);

}  // namespace tongsuan::cli
