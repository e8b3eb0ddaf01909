#include "tongsuan/solver/small_lp.h"

#include <algorithm>

#include "tongsuan/base/check.h"

namespace tongsuan::solver {
namespace {

constexpr double kPriceTolerance = 1e-9;
constexpr double kPivotTolerance = 1e-9;
constexpr std::uint32_t kRefactorEvery = 64;
constexpr std::uint32_t kDegenerateMax = 30;  // then Bland's rule, which cannot cycle

}  // namespace

SmallLp::SmallLp(std::vector<double> right_hand_side)
    : rows_(right_hand_side.size()),
      rhs_(std::move(right_hand_side)),
      basis_(rows_),
      inverse_(rows_ * rows_),
      dual_(rows_),
      direction_(rows_) {}

std::uint32_t SmallLp::add_column(double cost, double upper, std::span<const double> coefficients) {
  TONGSUAN_CHECK(coefficients.size() == rows_);
  matrix_.insert(matrix_.end(), coefficients.begin(), coefficients.end());
  cost_.push_back(cost);
  upper_.push_back(upper);
  value_.push_back(0);
  state_.push_back(State::kLower);
  return static_cast<std::uint32_t>(cost_.size() - 1);
}

bool SmallLp::set_basis(std::span<const std::uint32_t> columns) {
  TONGSUAN_CHECK(columns.size() == rows_);
  std::fill(state_.begin(), state_.end(), State::kLower);
  std::copy(columns.begin(), columns.end(), basis_.begin());
  for (const std::uint32_t j : columns) state_[j] = State::kBasic;
  if (!invert()) return false;
  refresh_values();
  return true;
}

// Gauss-Jordan elimination with partial pivoting on [basis | identity].
bool SmallLp::invert() {
  const std::size_t n = rows_;
  std::vector<double> work(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::span<const double> c = column(basis_[i]);
    for (std::size_t r = 0; r < n; ++r) work[r * n + i] = c[r];
  }
  std::fill(inverse_.begin(), inverse_.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) inverse_[i * n + i] = 1;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t best = i;
    for (std::size_t r = i + 1; r < n; ++r) {
      if (magnitude(work[r * n + i]) > magnitude(work[best * n + i])) best = r;
    }
    if (magnitude(work[best * n + i]) < 1e-12) return false;
    if (best != i) {
      const auto swap_rows = [&](std::vector<double>& m) {
        std::swap_ranges(m.begin() + static_cast<std::ptrdiff_t>(i * n),
                         m.begin() + static_cast<std::ptrdiff_t>(i * n + n),
                         m.begin() + static_cast<std::ptrdiff_t>(best * n));
      };
      swap_rows(work);
      swap_rows(inverse_);
    }
    const double scale = 1 / work[i * n + i];
    for (std::size_t c = 0; c < n; ++c) work[i * n + c] *= scale, inverse_[i * n + c] *= scale;
    for (std::size_t r = 0; r < n; ++r) {
      const double factor = work[r * n + i];
      if (r == i || factor == 0) continue;
      for (std::size_t c = 0; c < n; ++c) {
        work[r * n + c] -= factor * work[i * n + c];
        inverse_[r * n + c] -= factor * inverse_[i * n + c];
      }
    }
  }
  return true;
}

void SmallLp::refresh_values() {
  std::vector<double> rest = rhs_;
  for (std::uint32_t j = 0; j < column_count(); ++j) {
    if (state_[j] == State::kBasic) continue;
    value_[j] = state_[j] == State::kUpper ? upper_[j] : 0;
    if (value_[j] == 0) continue;
    const std::span<const double> c = column(j);
    for (std::size_t r = 0; r < rows_; ++r) rest[r] -= c[r] * value_[j];
  }
  apply_inverse(rest, direction_);
  for (std::size_t i = 0; i < rows_; ++i) value_[basis_[i]] = std::max(direction_[i], 0.0);
}

void SmallLp::refresh_duals() {
  std::fill(dual_.begin(), dual_.end(), 0.0);
  for (std::size_t i = 0; i < rows_; ++i) {
    const double c = cost_[basis_[i]];
    if (c == 0) continue;
    for (std::size_t r = 0; r < rows_; ++r) dual_[r] += c * inverse_[i * rows_ + r];
  }
}

std::uint32_t SmallLp::price_columns(bool bland) const {
  std::uint32_t best = column_count();
  double best_gain = kPriceTolerance;
  for (std::uint32_t j = 0; j < column_count(); ++j) {
    if (state_[j] == State::kBasic || upper_[j] <= 0) continue;
    const std::span<const double> c = column(j);
    double reduced = cost_[j];
    for (std::size_t r = 0; r < rows_; ++r) reduced -= dual_[r] * c[r];
    const double gain = state_[j] == State::kUpper ? reduced : -reduced;
    if (gain <= best_gain) continue;
    best = j;
    best_gain = gain;
    if (bland) break;
  }
  return best;
}

void SmallLp::apply_inverse(std::span<const double> from, std::span<double> to) const {
  for (std::size_t i = 0; i < rows_; ++i) {
    double sum = 0;
    for (std::size_t r = 0; r < rows_; ++r) sum += inverse_[i * rows_ + r] * from[r];
    to[i] = sum;
  }
}

double SmallLp::step(std::uint32_t j) {
  apply_inverse(column(j), direction_);
  const double sign = state_[j] == State::kUpper ? -1 : 1;
  double length = upper_[j];  // a bound flip
  std::size_t leaving = rows_;
  for (std::size_t i = 0; i < rows_; ++i) {
    const double rate = sign * direction_[i];  // the basic value falls at this rate
    if (magnitude(rate) < kPivotTolerance) continue;
    const std::uint32_t b = basis_[i];
    if (rate < 0 && upper_[b] >= kInfinity) continue;
    const double room = rate > 0 ? value_[b] : upper_[b] - value_[b];
    const double limit = std::max(room, 0.0) / magnitude(rate);
    // Of equal limits, the larger pivot is the safer one.
    const bool tie = leaving < rows_ && limit <= length &&
                     magnitude(direction_[i]) > magnitude(direction_[leaving]);
    if (limit < length || tie) {
      length = limit;
      leaving = i;
    }
  }
  if (length >= kInfinity) return -1;  // unbounded: cannot happen in a well-posed program
  for (std::size_t i = 0; i < rows_; ++i) value_[basis_[i]] -= sign * direction_[i] * length;
  value_[j] += sign * length;
  if (leaving == rows_) {
    state_[j] = state_[j] == State::kUpper ? State::kLower : State::kUpper;
    value_[j] = state_[j] == State::kUpper ? upper_[j] : 0;
    return length;
  }
  const std::uint32_t out = basis_[leaving];
  const bool to_upper = sign * direction_[leaving] < 0;
  state_[out] = to_upper ? State::kUpper : State::kLower;
  value_[out] = to_upper ? upper_[out] : 0;
  replace_basic(leaving, j);
  return length;
}

void SmallLp::replace_basic(std::size_t row, std::uint32_t j) {
  basis_[row] = j;
  state_[j] = State::kBasic;
  const double scale = 1 / direction_[row];
  double* const pivot_row = inverse_.data() + row * rows_;
  for (std::size_t r = 0; r < rows_; ++r) pivot_row[r] *= scale;
  for (std::size_t i = 0; i < rows_; ++i) {
    const double factor = direction_[i];
    if (i == row || factor == 0) continue;
    double* const to = inverse_.data() + i * rows_;
    for (std::size_t r = 0; r < rows_; ++r) to[r] -= factor * pivot_row[r];
  }
}

bool SmallLp::solve(std::uint32_t pivots_max) {
  std::uint32_t degenerate = 0;
  for (std::uint32_t n = 0; n < pivots_max; ++n) {
    if (n % kRefactorEvery == kRefactorEvery - 1) {
      if (!invert()) return false;
      refresh_values();
    }
    refresh_duals();
    const std::uint32_t j = price_columns(degenerate > kDegenerateMax);
    if (j == column_count()) return true;
    work_units_ += 1 + rows_ * (rows_ + column_count()) / 8192;
    const double length = step(j);
    if (length < 0) return false;
    degenerate = length < 1e-12 ? degenerate + 1 : 0;
  }
  return false;
}

}  // namespace tongsuan::solver
