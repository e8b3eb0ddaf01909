// A fast CSV reader that checks the header and says where a file is wrong.
//
// Model. The caller names the columns that it needs; they may stand in any order among others. Rows
// come one by one, fields are views into the text (no copies unless a field is quoted). The first
// fault is kept: after it `next` returns false and every number reads as 0, so that a loop needs
// one check at its end:
//
//   TONGSUAN_TRY(CsvReader csv, CsvReader::open(path, text, {"zone", "quantity_mwh"}));
//   while (csv.next()) add(csv.text(0), csv.decimal(1, 3));
//   TONGSUAN_TRY(const Done done, csv.finish());
//
// Faults name file, line and column: "bids.csv, line 7, column quantity_mwh: not a number: 'x'".
// RFC 4180 quoting is understood; a line may end in \n or \r\n; blank lines are skipped.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::imports {

class CsvReader {
 public:
  // `text` must outlive the reader. Fails when the header lacks one of `columns` or repeats it.
  [[nodiscard]] static Result<CsvReader> open(std::string name, std::string_view text,
                                              std::initializer_list<std::string_view> columns,
                                              char separator = ',');

  // As above; columns of `optional` follow those of `columns`, and read as empty where the header
  // lacks them.
  [[nodiscard]] static Result<CsvReader> open(std::string name, std::string_view text,
                                              std::initializer_list<std::string_view> columns,
                                              std::initializer_list<std::string_view> optional,
                                              char separator = ',');

  // Moves to the next row; false at the end of the text or after a fault.
  [[nodiscard]] bool next();

  // Where `next` stopped at a row that has too few or too many fields, forgets that fault: the
  // following `next` goes on behind the row. For callers that count such rows.
  [[nodiscard]] bool skip_misshapen_row();

  // Field of the current row; `column` is the position in `columns`. Valid until the next `next`
  // (quoted fields) or as long as the text (all others).
  [[nodiscard]] std::string_view text(std::size_t column) const { return fields_[column]; }

  // A whole number, the sign included.
  [[nodiscard]] std::int64_t integer(std::size_t column);
  // A decimal with at most `decimals` fraction digits, in units of 10^-decimals; more is a fault.
  [[nodiscard]] std::int64_t decimal(std::size_t column, int decimals);
  // As above, but rounded to the nearest unit, halves away from zero: for columns that passed
  // through binary floating point and read 74.89999999999999. Exponents (1e-05) are understood.
  [[nodiscard]] std::int64_t rounded(std::size_t column, int decimals);
  // A floating-point number, for columns that are statistics and never reach a book.
  [[nodiscard]] double real(std::size_t column);

  // Records a fault of the caller's own finding (an unknown zone) at this row and column.
  void fail(std::size_t column, std::string_view what);

  [[nodiscard]] std::uint64_t line() const { return line_; }
  [[nodiscard]] std::size_t field_count() const { return cells_.size(); }  // of the current row
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] Result<Done> finish() const;

 private:
  static constexpr std::uint32_t kAbsent = 0xFFFF'FFFF;

  CsvReader() = default;
  // Finds `column` in the header, which may lack it unless it is `required`.
  [[nodiscard]] Result<Done> place(std::string_view column, bool required);
  // Splits one line into `cells`; false at the end of the text or on a quote that never closes.
  bool split_row(std::vector<std::string_view>& cells);
  std::string_view quoted_cell(std::size_t& at);
  void fault(std::string what);

  std::string name_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 0;       // of the current row, 1-based
  std::uint64_t next_line_ = 1;  // quoted fields may hold line ends
  char separator_ = ',';
  std::vector<std::string> columns_;
  std::vector<std::uint32_t> position_;  // column → position in the row, or kAbsent
  std::vector<std::string> header_;
  std::vector<std::string_view> cells_;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unquoted_;  // storage of the row's quoted fields
  bool failed_ = false;
  bool misshapen_ = false;  // the fault is the number of fields of one row
  std::string fault_;
};

}  // namespace tongsuan::imports
