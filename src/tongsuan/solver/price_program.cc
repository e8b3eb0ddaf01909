#include "tongsuan/solver/price_program.h"

#include <algorithm>

#include "tongsuan/solver/small_lp.h"

namespace tongsuan::solver {
namespace {

constexpr int kRoundsMax = 40;
constexpr std::size_t kActivePerRound = 12;
constexpr std::size_t kActiveMax = 400;
constexpr std::size_t kFractionalMax = 8;  // whole prices are tried up and down: 2^8 ways
constexpr std::uint32_t kPivotsMax = 20'000;
constexpr double kArtificialCost = 1e5;  // against costs scaled to at most 1
constexpr double kFractional = 1e-4;

double magnitude(double x) {
  return x < 0 ? -x : x;
}

std::int64_t floor_of(double x) {
  const auto whole = static_cast<std::int64_t>(x);
  return static_cast<double>(whole) > x ? whole - 1 : whole;
}

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
  for (int round = 0; round < kRoundsMax; ++round) {
    std::size_t added = 0;
    for (std::size_t c = 0; c < conditions_.size() && added < kActivePerRound; ++c) {
      if (holds(c, prices)) continue;
      active_.push_back(c);
      ++added;
    }
    if (added == 0) return prices;
    if (active_.size() > kActiveMax) return std::nullopt;
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

bool PriceProgram::solve_active(double margin, std::vector<double>& moves) {
  const std::size_t rows = active_.size();
  std::vector<std::size_t> used;  // entries in active conditions
  for (const std::size_t c : active_) {
    for (const PriceTerm& term : conditions_[c].terms) used.push_back(term.entry);
  }
  std::ranges::sort(used);
  used.erase(std::unique(used.begin(), used.end()), used.end());
  // Scales: rows by their largest coefficient, prices by the farthest that a condition is off.
  std::vector<double> row_scale(rows, 1);
  std::vector<double> gap(rows);
  double price_scale = 1;
  for (std::size_t r = 0; r < rows; ++r) {
    const PriceCondition& condition = conditions_[active_[r]];
    double sum = 0;
    for (const PriceTerm& term : condition.terms) {
      const double size = magnitude(static_cast<double>(term.coefficient));
      row_scale[r] = std::max(row_scale[r], size);
      sum += size;
    }
    gap[r] = (static_cast<double>(condition.least - left_side(condition, start_)) + margin * sum) /
             row_scale[r];
    price_scale = std::max(price_scale, magnitude(gap[r]));
  }
  double cost_scale = 1e-300;
  for (const std::size_t e : used) {
    cost_scale = std::max(cost_scale, entries_[e].weight);
    for (const auto* side : {&entries_[e].beyond_high, &entries_[e].beyond_low}) {
      for (const PriceSegment& s : *side) cost_scale = std::max(cost_scale, s.slope);
    }
  }
  for (double& g : gap) g /= price_scale;
  SmallLp lp(gap);
  std::vector<std::pair<std::size_t, double>> meaning;  // column → entry, sign
  std::vector<double> column(rows);
  const auto add_move = [&](std::size_t e, double sign, double width, double slope) {
    std::fill(column.begin(), column.end(), 0.0);
    for (std::size_t r = 0; r < rows; ++r) {
      for (const PriceTerm& term : conditions_[active_[r]].terms) {
        if (term.entry == e)
          column[r] = sign * static_cast<double>(term.coefficient) / row_scale[r];
      }
    }
    lp.add_column(slope / cost_scale, width / price_scale, column);
    meaning.emplace_back(e, sign);
  };
  for (const std::size_t e : used) {
    const PriceEntry& entry = entries_[e];
    add_move(e, 1, static_cast<double>(entry.high - start_[e]), entry.weight);
    add_move(e, -1, static_cast<double>(start_[e] - entry.low), entry.weight);
    for (const PriceSegment& s : entry.beyond_high)
      add_move(e, 1, static_cast<double>(s.width), s.slope);
    for (const PriceSegment& s : entry.beyond_low)
      add_move(e, -1, static_cast<double>(s.width), s.slope);
  }
  std::vector<std::uint32_t> basis;
  std::vector<std::uint32_t> artificial;
  for (std::size_t r = 0; r < rows; ++r) {
    std::fill(column.begin(), column.end(), 0.0);
    column[r] = -1;
    const std::uint32_t slack = lp.add_column(0, SmallLp::kInfinity, column);
    column[r] = 1;
    artificial.push_back(lp.add_column(kArtificialCost, SmallLp::kInfinity, column));
    basis.push_back(gap[r] > 0 ? artificial.back() : slack);
  }
  const bool solved = lp.set_basis(basis) && lp.solve(kPivotsMax);
  pivots_ += lp.pivots();
  if (!solved) return false;
  for (const std::uint32_t a : artificial) {
    if (lp.value(a) > 1e-9) return false;
  }
  std::fill(moves.begin(), moves.end(), 0.0);
  for (std::size_t c = 0; c < meaning.size(); ++c) {
    moves[meaning[c].first] +=
        meaning[c].second * lp.value(static_cast<std::uint32_t>(c)) * price_scale;
  }
  return true;
}

// A vertex of the program has few fractional moves: those are tried down and up in all ways, in a
// fixed order, nearest first.
std::optional<std::vector<std::int64_t>> PriceProgram::round_moves(
    const std::vector<double>& moves) const {
  std::vector<std::int64_t> prices = start_;
  std::vector<std::size_t> fractional;
  for (std::size_t e = 0; e < moves.size(); ++e) {
    if (moves[e] == 0) continue;
    const std::int64_t nearest = floor_of(moves[e] + 0.5);
    prices[e] += nearest;
    if (magnitude(moves[e] - static_cast<double>(nearest)) > kFractional) fractional.push_back(e);
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
