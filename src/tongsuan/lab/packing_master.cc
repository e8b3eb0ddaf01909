#include "tongsuan/lab/packing_master.h"

#include <algorithm>
#include <cmath>

namespace tongsuan::lab::packing {
namespace {

struct Overrun { std::int64_t cpu=0, memory=0; };
Overrun overrun(const MasterProblem& problem, const NodeShape& shape, const Filling& filling) {
  Overrun over{-shape.cpu_milli, -shape.memory_mib};
  for (const FillingPart& part : filling.parts) for (const std::uint32_t kind : part.pods) {
    over.cpu += problem.kinds[kind].shape.cpu_milli; over.memory += problem.kinds[kind].shape.memory_mib; }
  return over;
}
// memory price by bisection
Filling fitting_filling(const MasterProblem& problem, FillingSolver& solver, NodeShape shape, const std::vector<std::int64_t>& values, bool& changed) {
  const NodeShape real = shape;
  changed=false;
  Filling filling = solver.filling(shape);
  Overrun over = overrun(problem, real, filling);
  while (over.cpu > 0) { shape.cpu_milli -= kCpuUnit; filling = solver.filling(shape); over = overrun(problem, real, filling);} 
  if (over.memory <= 0) return filling;
  changed = true;
  std::int64_t low = 0, high = 2; std::vector<std::int64_t> priced(values.size());
  Filling best;
  auto attempt = [&](std::int64_t price) {
    for (std::size_t k = 0; k < values.size(); ++k) priced[k] = values[k] - price * problem.kinds[k].shape.memory_mib / 16;
    solver.set_values(priced);
    Filling f = solver.filling(shape);
    const Overrun o = overrun(problem, real, f);
    if (o.cpu > 0 || o.memory > 0) return false;
    std::int64_t sum=0; for (const FillingPart& part : f.parts) for (auto k : part.pods) sum += values[k];
    f.value = sum; if (sum > best.value) best = f;
    return true;
  };
  while (!attempt(high)) { low = high; high *= 2; if (high > (1<<20)) break; }
  while (high - low > std::max<std::int64_t>(1, high/16)) { const auto mid = (low + high) / 2; if (attempt(mid)) high = mid; else low = mid; }
  return best;
}

constexpr double kTolerance = 1e-9;
constexpr std::uint32_t kPivotsPerInverse = 100;

// A column: its value (in GPUs) and the rows it uses. Rows: kinds, then groups.
struct Column {
  double value = 0;
  std::vector<std::pair<std::uint32_t, double>> uses;
};

// maximise value · x, Σ uses · x ≤ limits, x ≥ 0, limits ≥ 0. Starts with all slacks.
class Simplex {
 public:
  explicit Simplex(std::vector<double> limits)
      : limits_(std::move(limits)), size_(limits_.size()), basis_(size_), prices_(size_) {
    for (std::uint32_t row = 0; row < size_; ++row) {
      columns_.push_back({.value = 0, .uses = {{row, 1.0}}});
      basis_[row] = row;
    }
    invert();
  }

  void add(Column column) { columns_.push_back(std::move(column)); }

  void solve() {
    for (;;) {
      find_prices();
      const std::size_t entering = find_entering();
      if (entering == columns_.size() || !pivot(entering)) return;
      if (++pivots_ % kPivotsPerInverse == 0) invert();
    }
  }

  [[nodiscard]] double price(std::size_t row) const { return prices_[row]; }
  [[nodiscard]] double value() const {
    double sum = 0;
    for (std::size_t row = 0; row < size_; ++row) sum += columns_[basis_[row]].value * at_[row];
    return sum;
  }
  // By column, in the order of `add`.
  [[nodiscard]] std::vector<double> solution() const {
    std::vector<double> result(columns_.size() - size_);
    for (std::size_t row = 0; row < size_; ++row) {
      if (basis_[row] >= size_) result[basis_[row] - size_] = std::max(at_[row], 0.0);
    }
    return result;
  }
  std::size_t pivots() const { return pivots_; }

 private:
  double& inverse(std::size_t row, std::size_t column) { return inverse_[row * size_ + column]; }

  void find_prices() {
    std::ranges::fill(prices_, 0.0);
    for (std::size_t row = 0; row < size_; ++row) {
      const double value = columns_[basis_[row]].value;
      if (value == 0) continue;
      for (std::size_t i = 0; i < size_; ++i) prices_[i] += value * inverse(row, i);
    }
  }

  std::size_t find_entering() const {
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

  std::vector<double> in_basis(const Column& column) {
    std::vector<double> result(size_);
    for (std::size_t row = 0; row < size_; ++row) {
      for (const auto& [used, use] : column.uses) result[row] += inverse(row, used) * use;
    }
    return result;
  }

  bool pivot(std::size_t entering) {
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
    if (leaving == size_) return false;  // unbounded: cannot be with rows of groups
    for (std::size_t row = 0; row < size_; ++row) at_[row] -= step * direction[row];
    at_[leaving] = step;
    basis_[leaving] = entering;
    eliminate(leaving, direction);
    return true;
  }

  void eliminate(std::size_t pivot_row, const std::vector<double>& direction) {
    for (std::size_t i = 0; i < size_; ++i) inverse(pivot_row, i) /= direction[pivot_row];
    for (std::size_t row = 0; row < size_; ++row) {
      if (row == pivot_row || direction[row] == 0) continue;
      for (std::size_t i = 0; i < size_; ++i) {
        inverse(row, i) -= direction[row] * inverse(pivot_row, i);
      }
    }
  }

  // The inverse anew, from the columns of the basis, one after the other.
  void invert() {
    inverse_.assign(size_ * size_, 0.0);
    for (std::size_t i = 0; i < size_; ++i) inverse(i, i) = 1;
    std::vector<bool> taken(size_);
    std::vector<std::size_t> rows = basis_;
    for (const std::size_t column : basis_) {
      const std::vector<double> direction = in_basis(columns_[column]);
      std::size_t best = size_;
      for (std::size_t row = 0; row < size_; ++row) {
        if (taken[row]) continue;
        if (best == size_ || std::abs(direction[row]) > std::abs(direction[best])) best = row;
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

  std::vector<double> limits_;
  std::size_t size_;
  std::vector<Column> columns_;      // slacks first
  std::vector<std::size_t> basis_;   // by row
  std::vector<double> prices_;       // by row
  std::vector<double> inverse_;      // of the basis
  std::vector<double> at_;           // values of the basis
  std::size_t pivots_ = 0;
};

}  // namespace

MasterSolution solve_master(const MasterProblem& problem, std::uint32_t rounds_max) {
  const auto kind_count = static_cast<std::uint32_t>(problem.kinds.size());
  std::vector<double> limits = problem.counts;
  std::int32_t cpu_max = 0;
  for (const NodeGroup& group : problem.groups) {
    limits.push_back(static_cast<double>(group.count));
    cpu_max = std::max(cpu_max, group.shape.cpu_milli);
  }
  Simplex simplex(limits);
  FillingSolver solver(problem.kinds, cpu_max);
  std::vector<Pattern> patterns;
  MasterSolution best;
  best.bound = 1e30;
  constexpr double kScale = 1e3 * kPriceScale;
  std::vector<double> center(kind_count,0.0);
  for (std::uint32_t round = 0; round < rounds_max; ++round) {
    simplex.solve();
    best.value = simplex.value() * kGpuMilli;
    bool found = false;
    for (double alpha : {0.6, 0.0}) {
    if (round<1 && alpha>0) continue;
    std::vector<std::int64_t> prices(kind_count), values(kind_count);
    double bound = 0;
    for (std::uint32_t k = 0; k < kind_count; ++k) {
      double y = std::max(0.0, simplex.price(k));
      y = alpha * center[k] + (1 - alpha) * y;
      prices[k] = std::llround(y * kScale);
      values[k] = problem.values[k] - prices[k];
      bound += problem.counts[k] * static_cast<double>(prices[k]);
    }
    solver.set_values(values);
    for (std::uint32_t g = 0; g < problem.groups.size(); ++g) {
      if (problem.groups[g].count == 0) continue;
      bool changed = false;
      Filling filling = problem.fitting ? fitting_filling(problem, solver, problem.groups[g].shape, values, changed) : solver.filling(problem.groups[g].shape);
      if (changed) solver.set_values(values);
      bound += static_cast<double>(problem.groups[g].count) * static_cast<double>(filling.value);
      Column column;
      double gain = -simplex.price(kind_count + g);
      std::vector<std::int64_t> used(kind_count);
      for (const FillingPart& part : filling.parts)
        for (const std::uint32_t kind : part.pods) ++used[kind];
      for (std::uint32_t k = 0; k < kind_count; ++k) {
        if (used[k] == 0) continue;
        column.value += static_cast<double>(used[k] * problem.values[k]) / kScale;
        column.uses.emplace_back(k, static_cast<double>(used[k]));
        gain -= static_cast<double>(used[k]) * simplex.price(k);
      }
      gain += column.value;
      if (gain < 1e-6) continue;
      column.uses.emplace_back(kind_count + g, 1.0);
      simplex.add(std::move(column));
      patterns.push_back({g, std::move(filling.parts), 0});
      found = true;
    }
    bound /= kPriceScale;
    if (bound < best.bound) {
      best.bound = bound;
      best.prices = prices;
      for (std::uint32_t k = 0; k < kind_count; ++k) center[k]=static_cast<double>(prices[k])/kScale;
    }
    if (found) break;
    }
    if (false) fprintf(stderr,"round %u value %.3f bound %.3f pivots %zu cols %zu\n", round, best.value/6.212e6*100, best.bound/6.212e6*100, simplex.pivots(), patterns.size());
    if (!found || best.bound - best.value < (problem.fitting?600:1)) break;
  }
  const std::vector<double> x = simplex.solution();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (x[i] <= kTolerance) continue;
    patterns[i].nodes = x[i];
    best.patterns.push_back(patterns[i]);
  }
  return best;
}

}  // namespace tongsuan::lab::packing
