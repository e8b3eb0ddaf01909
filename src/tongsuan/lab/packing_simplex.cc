#include "tongsuan/lab/packing_simplex.h"

#include <algorithm>

namespace tongsuan::lab::packing {

Simplex::Simplex(std::vector<double> limits)
    : limits_(std::move(limits)), size_(limits_.size()), prices_(size_) {
  for (std::uint32_t row = 0; row < size_; ++row) {
    columns_.push_back({.value = 0, .uses = {{row, 1.0}}});
    basis_.push_back(row);
  }
  invert();
}

void Simplex::solve() {
  for (std::uint32_t i = 0; i < kPivotsPerSolveMax; ++i) {
    find_prices();
    const std::size_t entering = find_entering();
    if (entering == columns_.size() || !pivot(entering)) return;
    if (++pivots_ % kPivotsPerInverse == 0) invert();
  }
  find_prices();
}

double Simplex::value() const {
  double sum = 0;
  for (std::size_t row = 0; row < size_; ++row) sum += columns_[basis_[row]].value * at_[row];
  return sum;
}

std::vector<double> Simplex::solution() const {
  std::vector<double> result(columns_.size() - size_);
  for (std::size_t row = 0; row < size_; ++row) {
    if (basis_[row] >= size_) result[basis_[row] - size_] = std::max(at_[row], 0.0);
  }
  return result;
}

void Simplex::find_prices() {
  std::ranges::fill(prices_, 0.0);
  for (std::size_t row = 0; row < size_; ++row) {
    const double value = columns_[basis_[row]].value;
    if (value == 0) continue;
    for (std::size_t i = 0; i < size_; ++i) prices_[i] += value * inverse(row, i);
  }
}

std::size_t Simplex::find_entering() const {
  std::size_t best = columns_.size();
  double best_gain = kTolerance;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    double gain = columns_[i].value;
    for (const auto& [row, use] : columns_[i].uses) gain -= use * prices_[row];
    if (gain > best_gain) {
      best_gain = gain;
      best = i;
    }
  }
  return best;
}

std::vector<double> Simplex::in_basis(const SimplexColumn& column) {
  std::vector<double> result(size_);
  for (std::size_t row = 0; row < size_; ++row) {
    for (const auto& [used, use] : column.uses) result[row] += inverse(row, used) * use;
  }
  return result;
}

// False where nothing limits the column.
bool Simplex::pivot(std::size_t entering) {
  const std::vector<double> direction = in_basis(columns_[entering]);
  std::size_t leaving = size_;
  double step = 0;
  for (std::size_t row = 0; row < size_; ++row) {
    if (direction[row] <= kTolerance) continue;
    const double ratio = std::max(at_[row], 0.0) / direction[row];
    if (leaving == size_ || ratio < step ||
        (ratio == step && direction[row] > direction[leaving])) {
      leaving = row;
      step = ratio;
    }
  }
  if (leaving == size_) return false;
  for (std::size_t row = 0; row < size_; ++row) at_[row] -= step * direction[row];
  at_[leaving] = step;
  basis_[leaving] = entering;
  eliminate(leaving, direction);
  return true;
}

void Simplex::eliminate(std::size_t pivot_row, const std::vector<double>& direction) {
  for (std::size_t i = 0; i < size_; ++i) inverse(pivot_row, i) /= direction[pivot_row];
  for (std::size_t row = 0; row < size_; ++row) {
    if (row == pivot_row || direction[row] == 0) continue;
    for (std::size_t i = 0; i < size_; ++i) {
      inverse(row, i) -= direction[row] * inverse(pivot_row, i);
    }
  }
}

// The inverse anew, column by column of the basis, so that rounding does not add up.
void Simplex::invert() {
  inverse_.assign(size_ * size_, 0.0);
  for (std::size_t i = 0; i < size_; ++i) inverse(i, i) = 1;
  std::vector<bool> taken(size_);
  std::vector<std::size_t> rows(size_);
  const auto size_of = [](double x) { return x < 0 ? -x : x; };
  for (const std::size_t column : basis_) {
    const std::vector<double> direction = in_basis(columns_[column]);
    std::size_t best = size_;
    for (std::size_t row = 0; row < size_; ++row) {
      if (taken[row]) continue;
      if (best == size_ || size_of(direction[row]) > size_of(direction[best])) best = row;
    }
    eliminate(best, direction);
    taken[best] = true;
    rows[best] = column;
  }
  basis_ = rows;
  at_.assign(size_, 0.0);
  for (std::size_t row = 0; row < size_; ++row) {
    for (std::size_t i = 0; i < size_; ++i) at_[row] += inverse(row, i) * limits_[i];
  }
}

}  // namespace tongsuan::lab::packing
