#include "tongsuan/solver/price_program.h"

#include <algorithm>

#include "tongsuan/solver/small_lp.h"

namespace tongsuan::solver {
namespace {

constexpr int kProgramRoundsMax = 30;
constexpr std::size_t kActivePerRound = 12;
constexpr std::size_t kConditionsMax = 160;
constexpr std::size_t kFractionalMax = 8;  // whole prices are tried up and down: 2^8 ways
constexpr double kArtificialCost = 1e5;    // against costs scaled to at most 1
constexpr double kFractional = 1e-4;
constexpr double kInfeasible = 1e-9;

int128 left_side(const PriceCondition& condition, const std::vector<std::int64_t>& prices) {
  int128 sum = 0;
  for (const PriceTerm& term : condition.terms)
    sum += int128{term.coefficient} * prices[term.entry];
  return sum;
}

}  // namespace

PriceProgram::PriceProgram(std::vector<PriceEntry> entries, std::vector<PriceCondition> conditions)
    : entries_(std::move(entries)), conditions_(std::move(conditions)) {
  start_.reserve(entries_.size());
  for (const PriceEntry& e : entries_) start_.push_back(std::clamp(e.reference, e.low, e.high));
}

bool PriceProgram::holds(std::size_t condition, const std::vector<std::int64_t>& prices) const {
  return left_side(conditions_[condition], prices) >= conditions_[condition].least;
}

bool PriceProgram::all_hold(const std::vector<std::size_t>& conditions,
                            const std::vector<std::int64_t>& prices) const {
  return std::ranges::all_of(conditions, [&](std::size_t c) { return holds(c, prices); });
}

std::optional<std::vector<std::int64_t>> PriceProgram::solve() {
  std::vector<std::int64_t> prices = start_;
  std::vector<double> moves(entries_.size(), 0.0);
  for (int round = 0; round < kProgramRoundsMax; ++round) {
    std::size_t added = 0;
    for (std::size_t c = 0; c < conditions_.size() && added < kActivePerRound; ++c) {
      if (holds(c, prices)) continue;
      active_.push_back(c);
      ++added;
    }
    if (added == 0) return prices;
    if (active_.size() > kConditionsMax) return std::nullopt;
    // First exactly; where no whole prices are found at the edge, half a unit inside it.
    bool rounded = false;
    for (const double margin : {0.0, 0.5, 1.0}) {
      if (!solve_active(margin, moves)) break;
      const std::optional<std::vector<std::int64_t>> whole = round_moves(moves);
      if (!whole) continue;
      prices = *whole;
      rounded = true;
      break;
    }
    if (!rounded) return std::nullopt;
  }
  return std::nullopt;
}

// The linear program over the active conditions. Rows are scaled by their largest coefficient,
// prices by the farthest that a condition is off, costs by the largest of them.
class PriceProgram::Active {
 public:
  Active(const PriceProgram& program, double margin) : program_(program) {
    const std::size_t rows = program.active_.size();
    scale_.assign(rows, 1);
    for (std::size_t r = 0; r < rows; ++r) {
      const PriceCondition& condition = program.conditions_[program.active_[r]];
      double sum = 0;
      for (const PriceTerm& term : condition.terms) {
        const double size = magnitude(static_cast<double>(term.coefficient));
        scale_[r] = std::max(scale_[r], size);
        sum += size;
        used_.push_back(term.entry);
      }
      const int128 off = condition.least - left_side(condition, program.start_);
      gap_.push_back((static_cast<double>(off) + margin * sum) / scale_[r]);
      price_scale_ = std::max(price_scale_, magnitude(gap_[r]));
    }
    for (double& g : gap_) g /= price_scale_;
    std::ranges::sort(used_);
    used_.erase(std::unique(used_.begin(), used_.end()), used_.end());
    for (const std::size_t e : used_) {
      const PriceEntry& entry = program.entries_[e];
      cost_scale_ = std::max(cost_scale_, entry.weight);
      for (const auto* side : {&entry.beyond_high, &entry.beyond_low}) {
        for (const PriceSegment& s : *side) cost_scale_ = std::max(cost_scale_, s.slope);
      }
    }
    lp_ = SmallLp(gap_);
    for (const std::size_t e : used_) add_entry(e);
  }

  // False when the conditions cannot hold together.
  bool solve(std::vector<double>& moves) {
    std::vector<double> column(gap_.size());
    std::vector<std::uint32_t> basis;
    std::vector<std::uint32_t> artificial;
    for (std::size_t r = 0; r < gap_.size(); ++r) {
      std::ranges::fill(column, 0.0);
      column[r] = -1;
      const std::uint32_t slack = lp_.add_column(0, SmallLp::kInfinity, column);
      column[r] = 1;
      artificial.push_back(lp_.add_column(kArtificialCost, SmallLp::kInfinity, column));
      basis.push_back(gap_[r] > 0 ? artificial.back() : slack);
    }
    if (!lp_.set_basis(basis) || !lp_.solve(kPivotsMax)) return false;
    for (const std::uint32_t a : artificial) {
      if (lp_.value(a) > kInfeasible) return false;
    }
    std::ranges::fill(moves, 0.0);
    for (std::uint32_t c = 0; c < meaning_.size(); ++c) {
      moves[meaning_[c].first] += meaning_[c].second * lp_.value(c) * price_scale_;
    }
    return true;
  }

  [[nodiscard]] std::uint64_t work_units() const { return lp_.work_units(); }

 private:
  void add_entry(std::size_t e) {
    const PriceEntry& entry = program_.entries_[e];
    const std::int64_t start = program_.start_[e];
    add_move(e, 1, entry.high - start, entry.weight);
    add_move(e, -1, start - entry.low, entry.weight);
    for (const PriceSegment& s : entry.beyond_high) add_move(e, 1, s.width, s.slope);
    for (const PriceSegment& s : entry.beyond_low) add_move(e, -1, s.width, s.slope);
  }

  void add_move(std::size_t e, double sign, std::int64_t width, double slope) {
    std::vector<double> column(gap_.size(), 0.0);
    for (std::size_t r = 0; r < column.size(); ++r) {
      for (const PriceTerm& term : program_.conditions_[program_.active_[r]].terms) {
        if (term.entry == e) column[r] = sign * static_cast<double>(term.coefficient) / scale_[r];
      }
    }
    lp_.add_column(slope / cost_scale_, static_cast<double>(width) / price_scale_, column);
    meaning_.emplace_back(e, sign);
  }

  const PriceProgram& program_;
  std::vector<std::size_t> used_;  // entries in active conditions
  std::vector<double> scale_;      // per row
  std::vector<double> gap_;        // per row: how far the start is off
  double price_scale_ = 1;
  double cost_scale_ = 1e-300;
  SmallLp lp_{{}};
  std::vector<std::pair<std::size_t, double>> meaning_;  // column → entry, sign
};

bool PriceProgram::solve_active(double margin, std::vector<double>& moves) {
  Active active(*this, margin);
  const bool solved = active.solve(moves);
  work_units_ += active.work_units();
  return solved;
}

// A vertex of the program has few fractional moves: those are tried down and up in all ways, in a
// fixed order, nearest first.
std::optional<std::vector<std::int64_t>> PriceProgram::round_moves(
    const std::vector<double>& moves) const {
  std::vector<std::int64_t> prices = start_;
  std::vector<std::size_t> fractional;
  for (std::size_t e = 0; e < moves.size(); ++e) {
    if (moves[e] == 0) continue;
    const std::int64_t whole = nearest(moves[e]);
    prices[e] += whole;
    if (magnitude(moves[e] - static_cast<double>(whole)) > kFractional) fractional.push_back(e);
  }
  if (all_hold(active_, prices)) return prices;
  if (fractional.size() > kFractionalMax) return std::nullopt;
  for (std::uint32_t ways = 1; ways < (1U << fractional.size()); ++ways) {
    std::vector<std::int64_t> other = prices;
    for (std::size_t i = 0; i < fractional.size(); ++i) {
      if ((ways >> i & 1U) == 0) continue;
      const std::size_t e = fractional[i];
      other[e] += static_cast<double>(prices[e] - start_[e]) > moves[e] ? -1 : 1;
    }
    if (all_hold(active_, other)) return other;
  }
  return std::nullopt;
}

}  // namespace tongsuan::solver
