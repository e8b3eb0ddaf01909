// A small dense revised simplex with prices, for programs whose columns are found on the way.
//
// Model. maximise Σ value · x, Σ use · x ≤ limit in every row, x ≥ 0, with limits ≥ 0; every column
// must be bounded by some row. It starts with all x = 0 and goes on from where it stands when
// columns are added. Basic double arithmetic only: the same result on every machine. It may stop
// early (kPivotsPerSolveMax); then its answer is feasible, not best.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tongsuan::lab::packing {

struct SimplexColumn {
  double value = 0;
  std::vector<std::pair<std::uint32_t, double>> uses;  // (row, use)
};

class Simplex {
 public:
  explicit Simplex(std::vector<double> limits);

  void add(SimplexColumn column) { columns_.push_back(std::move(column)); }
  void solve();

  [[nodiscard]] double price(std::size_t row) const { return prices_[row]; }  // after `solve`
  [[nodiscard]] double value() const;
  // x of the columns, in the order in which they were added.
  [[nodiscard]] std::vector<double> solution() const;

 private:
  static constexpr double kTolerance = 1e-9;
  static constexpr std::uint32_t kPivotsPerInverse = 100;
  static constexpr std::uint32_t kPivotsPerSolveMax = 20'000;

  double& inverse(std::size_t row, std::size_t i) { return inverse_[row * size_ + i]; }
  void find_prices();
  [[nodiscard]] std::size_t find_entering() const;
  [[nodiscard]] std::vector<double> in_basis(const SimplexColumn& column);
  bool pivot(std::size_t entering);
  void eliminate(std::size_t pivot_row, const std::vector<double>& direction);
  void invert();

  std::vector<double> limits_;
  std::size_t size_;
  std::vector<SimplexColumn> columns_;  // slacks first
  std::vector<std::size_t> basis_;      // column by row
  std::vector<double> prices_;          // by row
  std::vector<double> inverse_;         // of the basis, row by row
  std::vector<double> at_;              // values of the basis, by row
  std::uint32_t pivots_ = 0;
};

}  // namespace tongsuan::lab::packing
