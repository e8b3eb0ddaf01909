#include "tongsuan/import/csv.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "tongsuan/base/text.h"

namespace tongsuan::imports {
namespace {

// Parses "-12.3456e-2" into units of 10^-decimals, rounding halves away from zero. Digits beyond
// the first 18 significant ones only ever decide a rounding, so they are read and their weight
// kept.
bool parse_rounded(std::string_view text, int decimals, std::int64_t& value) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::int64_t mantissa = 0;
  int exponent = 0;
  bool point = false;
  bool any = false;
  bool full = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    full = full || mantissa >= 100'000'000'000'000'000;
    if (!full) mantissa = mantissa * 10 + (c - '0');
    exponent += (full ? 1 : 0) - (point ? 1 : 0);
  }
  if (!any) return false;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return false;
    std::size_t from = i + 1;
    if (from < text.size() && text[from] == '+') ++from;
    int power = 0;
    const auto [end, error] = std::from_chars(text.data() + from, text.data() + text.size(), power);
    if (error != std::errc{} || end != text.data() + text.size() || power > 400 || power < -400) {
      return false;
    }
    exponent += power;
  }
  int shift = exponent + decimals;
  for (; shift < -1 && mantissa != 0; ++shift) mantissa /= 10;  // one digit is left to round by
  if (shift < 0) mantissa = shift < -1 ? 0 : (mantissa + 5) / 10;
  for (; shift > 0 && mantissa != 0; --shift) {
    if (mantissa > std::numeric_limits<std::int64_t>::max() / 10) return false;
    mantissa *= 10;
  }
  value = negative ? -mantissa : mantissa;
  return true;
}

}  // namespace

Result<CsvReader> CsvReader::open(std::string name, std::string_view text,
                                  std::initializer_list<std::string_view> columns, char separator) {
  return open(std::move(name), text, columns, {}, separator);
}

Result<CsvReader> CsvReader::open(std::string name, std::string_view text,
                                  std::initializer_list<std::string_view> columns,
                                  std::initializer_list<std::string_view> optional,
                                  char separator) {
  CsvReader reader;
  reader.name_ = std::move(name);
  reader.text_ = text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
  reader.separator_ = separator;
  std::vector<std::string_view> header;
  if (!reader.split_row(header)) {
    return Error{ErrorCode::kCorrupt,
                 reader.failed_ ? reader.fault_ : reader.name_ + ": no header line"};
  }
  reader.header_.assign(header.begin(), header.end());
  for (const std::string_view column : columns) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, reader.place(column, true));
  }
  for (const std::string_view column : optional) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, reader.place(column, false));
  }
  reader.fields_.resize(reader.columns_.size());
  reader.cells_.reserve(header.size());
  return reader;
}

Result<Done> CsvReader::place(std::string_view column, bool required) {
  const auto found = std::ranges::find(header_, column);
  const auto count = std::ranges::count(header_, column);
  if (count > 1 || (count == 0 && required)) {
    return Error{ErrorCode::kCorrupt,
                 name_ + ", line " + std::to_string(line_) + ": the header has " +
                     (count == 0 ? "no" : "more than one") + " column " + std::string(column)};
  }
  columns_.emplace_back(column);
  position_.push_back(count == 0 ? kAbsent : static_cast<std::uint32_t>(found - header_.begin()));
  return Done{};
}

std::string_view CsvReader::quoted_cell(std::size_t& at) {
  std::string& cell = unquoted_.emplace_back();
  for (++at; at < text_.size(); ++at) {
    if (text_[at] == '"') {
      if (at + 1 >= text_.size() || text_[at + 1] != '"') {
        ++at;
        return cell;
      }
      ++at;
    }
    if (text_[at] == '\n') ++next_line_;
    cell.push_back(text_[at]);
  }
  fault(name_ + ", line " + std::to_string(line_) + ": a quoted field never ends");
  return cell;
}

bool CsvReader::split_row(std::vector<std::string_view>& cells) {
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
    if (text_[at_] == '\n') ++next_line_;
    ++at_;
  }
  if (at_ >= text_.size()) return false;
  line_ = next_line_++;
  cells.clear();
  unquoted_.clear();
  const char* const base = text_.data();
  const std::size_t size = text_.size();
  std::size_t at = at_;
  for (;;) {
    if (at < size && base[at] == '"') {
      cells.push_back(quoted_cell(at));
      if (failed_) return false;
    } else {
      const std::size_t begin = at;
      while (at < size && base[at] != separator_ && base[at] != '\n') ++at;
      std::size_t end = at;
      if (end > begin && base[end - 1] == '\r' && (at >= size || base[at] == '\n')) --end;
      cells.emplace_back(base + begin, end - begin);
    }
    if (at < size && base[at] == '\r') ++at;  // after a quoted last field
    if (at >= size || base[at] == '\n') break;
    if (base[at] != separator_) {
      fault(name_ + ", line " + std::to_string(line_) + ": text after a quoted field");
      return false;
    }
    ++at;
  }
  at_ = at + 1;
  return true;
}

bool CsvReader::next() {
  if (failed_ || !split_row(cells_)) return false;
  if (cells_.size() != header_.size()) {
    misshapen_ = true;
    fault(name_ + ", line " + std::to_string(line_) + ": " + std::to_string(cells_.size()) +
          " fields where the header has " + std::to_string(header_.size()));
    return false;
  }
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    fields_[i] = position_[i] == kAbsent ? std::string_view() : cells_[position_[i]];
  }
  return true;
}

bool CsvReader::skip_misshapen_row() {
  if (!misshapen_) return false;
  misshapen_ = false;
  failed_ = false;
  fault_.clear();
  return true;
}

std::int64_t CsvReader::integer(std::size_t column) {
  return decimal(column, 0);
}

std::int64_t CsvReader::decimal(std::size_t column, int decimals) {
  std::int64_t value = 0;
  if (!failed_ && !parse_decimal(fields_[column], decimals, value)) {
    fail(column, decimals == 0 ? "not a whole number"
                               : "not a decimal with at most " + std::to_string(decimals) +
                                     " fraction digits");
    return 0;
  }
  return value;
}

std::int64_t CsvReader::rounded(std::size_t column, int decimals) {
  std::int64_t value = 0;
  if (!failed_ && !parse_rounded(fields_[column], decimals, value)) fail(column, "not a number");
  return failed_ ? 0 : value;
}

double CsvReader::real(std::size_t column) {
  const std::string_view field = fields_[column];
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (!failed_ && (error != std::errc{} || end != field.data() + field.size())) {
    fail(column, "not a number");
  }
  return failed_ ? 0 : value;
}

void CsvReader::fail(std::size_t column, std::string_view what) {
  fault(name_ + ", line " + std::to_string(line_) + ", column " + columns_[column] + ": " +
        std::string(what) + ": '" + std::string(fields_[column].substr(0, 80)) + "'");
}

void CsvReader::fault(std::string what) {
  if (failed_) return;
  failed_ = true;
  fault_ = std::move(what);
}

Result<Done> CsvReader::finish() const {
  if (failed_) return Error{ErrorCode::kCorrupt, fault_};
  return Done{};
}

}  // namespace tongsuan::imports
