// A small linear program with dense columns, solved by the bounded primal simplex method with an
// explicit basis inverse. It proposes (weights of price vectors, least movements of prices); what
// it proposes is rounded and judged in integers by its callers.
//
//   minimise Σ cost·x   subject to   A x = right-hand side,   0 ≤ x ≤ upper
//
// The caller scales rows and costs to about 1 and names a feasible starting basis. Columns may be
// added between solves; the next solve goes on from the last basis. Deterministic: only + − × ÷ and
// comparisons, in a fixed order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tongsuan::solver {

inline constexpr std::uint32_t kPivotsMax = 20'000;  // of one solve

[[nodiscard]] inline double magnitude(double x) {
  return x < 0 ? -x : x;
}

// To the nearest whole number, halves away from zero: how what is proposed becomes whole.
[[nodiscard]] inline std::int64_t nearest(double x) {
  const auto whole = static_cast<std::int64_t>(x);
  const double rest = x - static_cast<double>(whole);
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

class SmallLp {
 public:
  static constexpr double kInfinity = 1e300;

  explicit SmallLp(std::vector<double> right_hand_side);

  // Adds a column (one coefficient per row) and returns its position.
  std::uint32_t add_column(double cost, double upper, std::span<const double> coefficients);
  [[nodiscard]] std::uint32_t column_count() const {
    return static_cast<std::uint32_t>(cost_.size());
  }

  // Makes `columns`, one per row, the basis; all others are at 0. The basic values must come out
  // within their bounds. False when the columns do not form a basis.
  [[nodiscard]] bool set_basis(std::span<const std::uint32_t> columns);

  // Runs until optimal; false when `pivots_max` is spent or the basis breaks down numerically.
  bool solve(std::uint32_t pivots_max);

  [[nodiscard]] double value(std::uint32_t column) const { return value_[column]; }
  [[nodiscard]] double dual(std::uint32_t row) const { return dual_[row]; }
  // Work done, in units of about 10^4 operations.
  [[nodiscard]] std::uint64_t work_units() const { return work_units_; }

 private:
  enum class State : std::uint8_t { kLower, kUpper, kBasic };

  [[nodiscard]] std::span<const double> column(std::uint32_t j) const {
    return std::span(matrix_).subspan(j * rows_, rows_);
  }
  bool invert();
  void refresh_values();
  void refresh_duals();
  // The column to enter, or column_count(); `bland` takes the first instead of the best.
  [[nodiscard]] std::uint32_t price_columns(bool bland) const;
  void apply_inverse(std::span<const double> from, std::span<double> to) const;
  // Moves entering column j; returns the length of the step, or a negative number on breakdown.
  [[nodiscard]] double step(std::uint32_t j);
  void replace_basic(std::size_t row, std::uint32_t j);

  std::size_t rows_;
  std::vector<double> rhs_;
  std::vector<double> matrix_;  // column after column
  std::vector<double> cost_;
  std::vector<double> upper_;
  std::vector<double> value_;
  std::vector<State> state_;
  std::vector<std::uint32_t> basis_;  // row → column
  std::vector<double> inverse_;       // row after row
  std::vector<double> dual_;
  std::vector<double> direction_;  // inverse · entering column
  std::uint64_t work_units_ = 0;
};

}  // namespace tongsuan::solver
