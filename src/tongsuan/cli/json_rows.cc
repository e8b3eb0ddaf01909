#include "tongsuan/cli/json_rows.h"

#include <algorithm>

#include "tongsuan/base/text.h"

namespace tongsuan::cli {
namespace {

using json::Type;
using json::Value;

Value item_at(const Value& list, std::int64_t index) {
  for (const Value item : list.items()) {
    if (index-- == 0) return item;
  }
  return {};
}

std::string text_of(const Value& value) {
  switch (value.type()) {
    case Type::kText:
      return std::string(value.as_text().value());
    case Type::kBool:
      return value.as_bool().value() ? "true" : "false";
    case Type::kInteger: {
      const auto number = value.as_int64();
      return number.ok() ? std::to_string(number.value()) : std::string();
    }
    case Type::kArray: {
      std::string out;
      for (const Value item : value.items()) out += (out.empty() ? "" : ",") + text_of(item);
      return out;
    }
    case Type::kNull:
    case Type::kFraction:
    case Type::kObject:
      break;
  }
  return {};
}

std::optional<std::int64_t> number_of(const Value& value) {
  std::int64_t number = 0;
  const auto whole = value.as_int64();
  if (whole.ok()) return whole.value();
  const auto text = value.as_text();
  if (text.ok() && parse_decimal(text.value(), 0, number)) return number;
  return std::nullopt;
}

std::optional<std::int64_t> money_of(const Value& value) {
  const auto amount = value.members().find("amount").as_text();
  std::int64_t micro = 0;
  if (!amount.ok() || !parse_decimal(amount.value(), 6, micro)) return std::nullopt;
  return micro;
}

report::Cell steps_of(const Value& value) {
  std::string out;
  for (const Value step : value.items()) {
    out += (out.empty() ? "" : ",") + text_of(step.members().find("devices")) + "@" +
           text_of(step.members().find("ask").members().find("amount"));
  }
  return out.empty() ? report::Cell() : report::Cell(std::move(out));
}

report::Cell cell_of(const Value& value, JsonKind kind) {
  if (kind == JsonKind::kSteps) return steps_of(value);
  if (kind == JsonKind::kText) {
    return value.type() == Type::kNull ? report::Cell() : report::Cell(text_of(value));
  }
  const std::optional<std::int64_t> number =
      kind == JsonKind::kMoney ? money_of(value) : number_of(value);
  return number ? report::Cell(*number) : report::Cell();
}

}  // namespace

report::Table json_table(const Session& session, std::span<const JsonColumn> columns) {
  report::Table table{.currency = "CNY", .columns = {}, .rows = {}};
  for (const JsonColumn& column : columns) {
    report::Column made{.key = column.key, .title = session.say(column.title)};
    made.wide = column.wide;
    if (column.kind == JsonKind::kNumber) made.kind = report::ColumnKind::kNumber;
    if (column.kind == JsonKind::kMoney) {
      made.kind = report::ColumnKind::kMoney;
      made.decimals = 6;
      made.shown_decimals = 2;
    }
    if (column.kind == JsonKind::kPpm) {
      made.kind = report::ColumnKind::kNumber;
      made.decimals = 4;
      made.shown_decimals = 3;
    }
    table.columns.push_back(std::move(made));
  }
  return table;
}

void add_json_row(report::Table& table, std::span<const JsonColumn> columns, const Value& row,
                  const Value& around) {
  std::vector<report::Cell>& cells = table.rows.emplace_back();
  for (const JsonColumn& column : columns) {
    const bool outer = column.path.starts_with('^');
    cells.push_back(
        cell_of(at_path(outer ? around : row, column.path.substr(outer ? 1 : 0)), column.kind));
  }
}

Value at_path(Value value, std::string_view path) {
  while (!path.empty()) {
    const std::size_t point = std::min(path.find('.'), path.size());
    const std::string_view name = path.substr(0, point);
    std::int64_t index = 0;
    value = value.type() == Type::kArray && parse_decimal(name, 0, index)
                ? item_at(value, index)
                : value.members().find(name);
    path.remove_prefix(std::min(point + 1, path.size()));
  }
  return value;
}

std::string text_at(const Value& value, std::string_view path) {
  return text_of(at_path(value, path));
}

std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are controls too; in UTF-8 they are C2 and one of these.
    const bool wide =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    out += byte < 0x20 || byte == 0x7F || wide ? '?' : text[i];
    if (wide) ++i;
  }
  return out;
}

std::optional<std::int64_t> money_at(const Value& value, std::string_view path) {
  return money_of(at_path(value, path));
}
std::string money_text_at(const Value& value, std::string_view path) {
  const Value money = at_path(value, path);
  const std::string amount = text_at(money, "amount");
  return amount.empty() ? amount : amount + ' ' + text_at(money, "currency");
}
std::optional<std::int64_t> number_at(const Value& value, std::string_view path) {
  return number_of(at_path(value, path));
}

}  // namespace tongsuan::cli
