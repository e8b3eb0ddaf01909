#include "tongsuan/report/table.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/report/internal/utf8.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::report {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 6> kFormats = {{
    {"table", Format::kTable},
    {"wide", Format::kWide},
    {"json", Format::kJson},
    {"jsonl", Format::kJsonl},
    {"csv", Format::kCsv},
    {"yaml", Format::kYaml},
}};

std::string known_columns(const Table& table) {
  std::string keys = "columns: ";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    keys += (i == 0 ? "" : ", ") + table.columns[i].key;
  }
  return keys;
}

Result<std::size_t> find_column(const Table& table, std::string_view key) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].key == key) return i;
  }
  return Error{ErrorCode::kInvalidArgument, "there is no column \"" + std::string(key) + '"',
               known_columns(table)};
}

// ---- Cells as text
// -------------------------------------------------------------------------------

std::string number_text(const Column& column, std::int64_t value) {
  return column.decimals == 0 ? std::to_string(value) : decimal(value, column.decimals);
}

std::string plain_text(const Table& table, const Column& column, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const auto* value = std::get_if<std::int64_t>(&cell);
  if (value == nullptr) return "";
  std::string text = number_text(column, *value);
  if (column.kind == ColumnKind::kMoney) text += ' ' + table.currency;
  return text;
}

std::string human_text(const Column& column, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return internal::printable(*text);
  const auto* value = std::get_if<std::int64_t>(&cell);
  if (value == nullptr) return "–";
  int128 unit = 1;
  for (int i = 0; i < column.decimals; ++i) unit *= 10;
  return grouped(fixed(*value, unit, std::min(column.shown_decimals, column.decimals)));
}

std::string json_cell(const Table& table, const Column& column, const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return "null";
  const std::string text = plain_text(table, column, cell);
  return column.kind == ColumnKind::kNumber ? text : json_string(text);
}

// ---- Filters
// -------------------------------------------------------------------------------------

enum class Relation : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kAtMost,
  kMore,
  kAtLeast,
  kContains
};

struct Filter {
  std::size_t column = 0;
  Relation relation = Relation::kEqual;
  std::string text;
  std::int64_t number = 0;
};

constexpr std::array<std::pair<std::string_view, Relation>, 7> kRelations = {{
    // Longer signs first, so that "<=" is not read as "<".
    {"!=", Relation::kNotEqual},
    {"<=", Relation::kAtMost},
    {">=", Relation::kAtLeast},
    {"=", Relation::kEqual},
    {"<", Relation::kLess},
    {">", Relation::kMore},
    {"~", Relation::kContains},
}};

Result<Filter> parse_filter(const Table& table, std::string_view text) {
  const std::size_t sign = text.find_first_of("=!<>~");
  std::optional<std::pair<std::string_view, Relation>> found;
  for (const auto& relation : kRelations) {
    if (sign != std::string_view::npos && !found && text.substr(sign).starts_with(relation.first)) {
      found = relation;
    }
  }
  if (!found || sign == 0) {
    return Error{ErrorCode::kInvalidArgument, "cannot read the filter \"" + std::string(text) + '"',
                 "write column=value, or !=, <, <=, >, >=, ~ (contains)"};
  }
  Filter filter;
  TONGSUAN_TRY(filter.column, find_column(table, text.substr(0, sign)));
  filter.relation = found->second;
  filter.text = text.substr(sign + found->first.size());
  const Column& column = table.columns[filter.column];
  if (column.kind == ColumnKind::kText) return filter;
  std::string_view number = filter.text;
  if (column.kind == ColumnKind::kMoney && number.ends_with(' ' + table.currency)) {
    number.remove_suffix(table.currency.size() + 1);
  }
  if (filter.relation == Relation::kContains ||
      !parse_decimal(number, column.decimals, filter.number)) {
    return Error{ErrorCode::kInvalidArgument,
                 "column \"" + column.key + "\" holds numbers, and \"" + std::string(text) +
                     "\" does not compare one",
                 "at most " + std::to_string(column.decimals) + " decimals: " + column.key + ">1"};
  }
  return filter;
}

template <class T>
bool holds(Relation relation, const T& a, const T& b) {
  switch (relation) {
    case Relation::kEqual:
      return a == b;
    case Relation::kNotEqual:
      return a != b;
    case Relation::kLess:
      return a < b;
    case Relation::kAtMost:
      return a <= b;
    case Relation::kMore:
      return a > b;
    case Relation::kAtLeast:
      return a >= b;
    case Relation::kContains:
      return false;
  }
  return false;
}

bool matches(const Filter& filter, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    if (filter.relation == Relation::kContains) return text->find(filter.text) != text->npos;
    return holds(filter.relation, *text, filter.text);
  }
  if (const auto* value = std::get_if<std::int64_t>(&cell)) {
    return holds(filter.relation, *value, filter.number);
  }
  return filter.relation == Relation::kNotEqual;  // nothing equals nothing but itself
}

// ---- Which rows and columns
// ----------------------------------------------------------------------

struct Selection {
  std::vector<std::size_t> columns;
  std::vector<std::size_t> rows;
};

Result<Selection> select(const Table& table, const ListingOptions& options) {
  Selection selection;
  for (const std::string& key : options.columns) {
    TONGSUAN_TRY(const std::size_t column, find_column(table, key));
    selection.columns.push_back(column);
  }
  for (std::size_t i = 0; i < table.columns.size() && options.columns.empty(); ++i) {
    if (options.format != Format::kTable || !table.columns[i].wide) selection.columns.push_back(i);
  }
  std::vector<Filter> filters;
  for (const std::string& text : options.filters) {
    TONGSUAN_TRY(Filter filter, parse_filter(table, text));
    filters.push_back(std::move(filter));
  }
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const bool all = std::all_of(filters.begin(), filters.end(), [&](const Filter& filter) {
      return matches(filter, table.rows[row][filter.column]);
    });
    if (all) selection.rows.push_back(row);
  }
  if (options.sort.empty()) return selection;
  const bool falling = options.sort.front() == '-';
  TONGSUAN_TRY(const std::size_t by, find_column(table, options.sort.substr(falling ? 1 : 0)));
  std::stable_sort(selection.rows.begin(), selection.rows.end(), [&](std::size_t a, std::size_t b) {
    const Cell& left = table.rows[a][by];
    const Cell& right = table.rows[b][by];
    // Absent values come last, whichever way.
    if (left.index() == 0 || right.index() == 0) return left.index() > right.index();
    return falling ? right < left : left < right;
  });
  return selection;
}

// ---- Formats
// -------------------------------------------------------------------------------------

void append_padded(std::string& out, const std::string& text, std::size_t width, bool right) {
  const std::string pad(width - std::min(width, display_width(text)), ' ');
  out += right ? pad + text : text + pad;
}

std::string as_text(const Table& table, const Selection& selection) {
  std::vector<std::vector<std::string>> lines(1);
  for (const std::size_t column : selection.columns) {
    lines[0].push_back(table.columns[column].title);
  }
  for (const std::size_t row : selection.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::size_t column : selection.columns) {
      line.push_back(human_text(table.columns[column], table.rows[row][column]));
    }
  }
  std::vector<std::size_t> widths(selection.columns.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i > 0) text += "  ";
      append_padded(text, line[i], widths[i],
                    table.columns[selection.columns[i]].kind != ColumnKind::kText);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  }
  return out;
}

std::string json_object(const Table& table, const Selection& selection, std::size_t row) {
  std::string out = "{";
  for (std::size_t i = 0; i < selection.columns.size(); ++i) {
    const Column& column = table.columns[selection.columns[i]];
    out += (i == 0 ? "" : ",") + json_string(column.key) + ':' +
           json_cell(table, column, table.rows[row][selection.columns[i]]);
  }
  return out + '}';
}

std::string as_json(const Table& table, const Selection& selection) {
  std::string out = "[";
  for (std::size_t i = 0; i < selection.rows.size(); ++i) {
    out += (i == 0 ? "\n  " : ",\n  ") + json_object(table, selection, selection.rows[i]);
  }
  return out + (selection.rows.empty() ? "]\n" : "\n]\n");
}

std::string as_csv(const Table& table, const Selection& selection) {
  std::string out;
  for (std::size_t i = 0; i < selection.columns.size(); ++i) {
    out += (i == 0 ? "" : ",") + csv_field(table.columns[selection.columns[i]].key);
  }
  out += "\r\n";
  for (const std::size_t row : selection.rows) {
    for (std::size_t i = 0; i < selection.columns.size(); ++i) {
      const std::size_t column = selection.columns[i];
      out += (i == 0 ? "" : ",") +
             csv_field(plain_text(table, table.columns[column], table.rows[row][column]));
    }
    out += "\r\n";
  }
  return out;
}

// A JSON string is a YAML string, so every scalar is written as in JSON.
std::string as_yaml(const Table& table, const Selection& selection) {
  if (selection.rows.empty()) return "[]\n";
  std::string out;
  for (const std::size_t row : selection.rows) {
    for (std::size_t i = 0; i < selection.columns.size(); ++i) {
      const Column& column = table.columns[selection.columns[i]];
      out += (i == 0 ? "- " : "  ") + json_string(column.key) + ": " +
             json_cell(table, column, table.rows[row][selection.columns[i]]) + '\n';
    }
  }
  return out;
}

}  // namespace

Result<Format> parse_format(std::string_view text) {
  for (const auto& [name, format] : kFormats) {
    if (name == text) return format;
  }
  return Error{ErrorCode::kInvalidArgument, "there is no format \"" + std::string(text) + '"',
               "formats: table, wide, json, jsonl, csv, yaml"};
}

Result<std::string> render(const Table& table, const ListingOptions& options) {
  TONGSUAN_TRY(Selection selection, select(table, options));
  if (selection.rows.size() > options.rows_max) selection.rows.resize(options.rows_max);
  switch (options.format) {
    case Format::kTable:
    case Format::kWide:
      return as_text(table, selection);
    case Format::kJson:
      return as_json(table, selection);
    case Format::kJsonl: {
      std::string out;
      for (const std::size_t row : selection.rows) {
        out += json_object(table, selection, row) + '\n';
      }
      return out;
    }
    case Format::kCsv:
      return as_csv(table, selection);
    case Format::kYaml:
      return as_yaml(table, selection);
  }
  return std::string();
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : internal::valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      const std::uint8_t control = byte;
      out += "\\u00" + hex(&control, 1);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace tongsuan::report
