#include "tongsuan/solver/gang_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace tongsuan::solver::dual {

using market::Problem;

namespace {

constexpr std::uint32_t kDigits = 32;  // sizes are 32 bits wide

// Best load within [low, high] when a unit of digit e earns worth[e] · (its binary digits), the top
// digit any number of times.
struct DigitSearch {
  std::array<double, kDigits> worth{};  // of one of digit e, its marginal cost deducted
  std::array<double, kDigits> free{};   // Σ over lower digits of what is worth taking
  std::uint32_t top = 0;
  double best = 0;
  std::int64_t load = -1;

  [[nodiscard]] std::int64_t free_load(std::uint32_t digits) const {
    std::int64_t result = 0;
    for (std::uint32_t e = 0; e < digits; ++e) {
      if (worth[e] > 0) result |= std::int64_t{1} << e;
    }
    return result;
  }
  // A load with the digits of `at`, and below digit `open` whatever is worth taking.
  void offer(double value, std::int64_t at, std::uint32_t open) {
    if (load >= 0 && value <= best) return;
    best = value;
    load = at | free_load(open);
  }
  // Loads that share the digits of `end` above digit `digits`, and are at least `end` below it.
  void above(std::int64_t end, double prefix, std::int64_t at, std::uint32_t digits) {
    for (std::uint32_t e = digits; e-- > 0;) {
      if ((end >> e & 1) != 0) {
        prefix += worth[e];
        at |= std::int64_t{1} << e;
      } else {
        offer(prefix + worth[e] + free[e], at | std::int64_t{1} << e, e);
      }
    }
    offer(prefix, at, 0);
  }
  // The same for loads that are at most `end`.
  void below(std::int64_t end, double prefix, std::int64_t at, std::uint32_t digits) {
    for (std::uint32_t e = digits; e-- > 0;) {
      if ((end >> e & 1) == 0) continue;
      offer(prefix + free[e], at, e);
      prefix += worth[e];
      at |= std::int64_t{1} << e;
    }
    offer(prefix, at, 0);
  }
  void search(std::int64_t low, std::int64_t high);
};

void DigitSearch::search(std::int64_t low, std::int64_t high) {
  const std::int64_t low_top = low >> top;
  const std::int64_t high_top = high >> top;
  const auto prefix = [&](std::int64_t count) { return static_cast<double>(count) * worth[top]; };
  if (low_top != high_top) {
    above(low, prefix(low_top), low_top << top, top);
    if (high_top - low_top >= 2) {
      const std::int64_t between = worth[top] > 0 ? high_top - 1 : low_top + 1;
      offer(prefix(between) + free[top], between << top, top);
    }
    below(high, prefix(high_top), high_top << top, top);
    return;
  }
  // Equal digits first, then `low` has a zero where `high` has a one.
  double common = prefix(low_top);
  std::int64_t at = low_top << top;
  std::uint32_t e = top;
  while (e > 0 && (low >> (e - 1) & 1) == (high >> (e - 1) & 1)) {
    --e;
    if ((low >> e & 1) == 0) continue;
    common += worth[e];
    at |= std::int64_t{1} << e;
  }
  if (e == 0) {
    offer(common, at, 0);
    return;
  }
  --e;
  above(low, common, at, e);
  below(high, common + worth[e], at | std::int64_t{1} << e, e);
}

}  // namespace

GangRows::GangRows(const Problem& problem, const std::vector<std::uint32_t>& sizes)
    : sizes_(sizes) {
  unit_ = 0;
  for (const std::uint32_t size : sizes) unit_ = std::gcd(unit_, std::int64_t{size});
  powers_ = true;
  for (const std::uint32_t size : sizes) {
    const auto multiple = static_cast<std::uint64_t>(size / unit_);
    powers_ = powers_ && std::has_single_bit(multiple);
  }
  if (powers_) {
    digits_ = static_cast<std::uint32_t>(
        std::bit_width(static_cast<std::uint64_t>(sizes.back() / unit_)));
    digit_size_.assign(digits_, -1);
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      const auto multiple = static_cast<std::uint64_t>(sizes[k] / unit_);
      digit_size_[static_cast<std::size_t>(std::countr_zero(multiple))] =
          static_cast<std::int32_t>(k);
    }
  }
  const std::uint32_t rows = problem.capacity_lane_count * problem.slot_count;
  for (std::uint32_t row = 0; row < rows; ++row) {
    stretch_begin_.push_back(static_cast<std::uint32_t>(stretches_.size()));
    add_stretches(problem, row);
  }
  stretch_begin_.push_back(static_cast<std::uint32_t>(stretches_.size()));
}

// A unit that straddles two steps costs a mix of both; costs stay convex.
void GangRows::add_stretches(const Problem& problem, std::uint32_t row) {
  double mixed = 0;
  std::int64_t filled = 0;  // devices of the unit that is being filled
  const auto add = [&](std::int64_t count, double price) {
    if (count == 0) return;
    if (stretches_.size() > stretch_begin_.back() && stretches_.back().price == price) {
      stretches_.back().count += count;
    } else {
      stretches_.push_back({count, price});
    }
  };
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    std::int64_t amount = problem.supply[i].amount;
    const auto price = static_cast<double>(problem.supply[i].price);
    if (filled > 0) {
      const std::int64_t part = std::min(amount, unit_ - filled);
      mixed += price * static_cast<double>(part);
      filled += part;
      amount -= part;
      if (filled < unit_) continue;
      add(1, mixed);
    }
    add(amount / unit_, price * static_cast<double>(unit_));
    filled = amount % unit_;
    mixed = price * static_cast<double>(filled);
  }
}

double GangRows::best(std::uint32_t row, const double* prices, double* counts) const {
  for (std::size_t k = 0; k < sizes_.size(); ++k) counts[k] = 0;
  if (stretch_begin_[row] == stretch_begin_[row + 1]) return 0;
  return powers_ ? best_by_digits(row, prices, counts) : best_by_load(row, prices, counts);
}

double GangRows::best_by_digits(std::uint32_t row, const double* prices, double* counts) const {
  std::array<double, kDigits> price{};        // π̄
  std::array<std::int32_t, kDigits> size{};   // −1: two of the digit below
  for (std::uint32_t e = 0; e < digits_; ++e) {
    const double twice = e == 0 ? 0.0 : 2 * price[e - 1];
    const std::int32_t k = digit_size_[e];
    const double own = k < 0 ? 0.0 : prices[k];
    const bool use_own = k >= 0 && (e == 0 || own >= twice);
    price[e] = use_own ? own : twice;
    size[e] = use_own ? k : -1;
  }
  double best = 0;
  std::int64_t best_load = 0;
  std::int64_t low = 0;
  double cost = 0;  // of the load `low`
  for (std::uint32_t i = stretch_begin_[row]; i < stretch_begin_[row + 1]; ++i) {
    const Stretch& stretch = stretches_[i];
    DigitSearch search;
    search.top = digits_ - 1;
    double taken = 0;
    for (std::uint32_t e = 0; e < digits_; ++e) {
      search.worth[e] = price[e] - stretch.price * static_cast<double>(std::int64_t{1} << e);
      search.free[e] = taken;
      taken += search.worth[e] > 0 ? search.worth[e] : 0.0;
    }
    search.search(low, low + stretch.count);
    const double value = search.best + stretch.price * static_cast<double>(low) - cost;
    if (value > best) {
      best = value;
      best_load = search.load;
    }
    low += stretch.count;
    cost += stretch.price * static_cast<double>(stretch.count);
  }
  const auto give = [&](std::uint32_t e, std::int64_t count) {
    while (size[e] < 0) {
      --e;
      count *= 2;
    }
    counts[size[e]] += static_cast<double>(count);
  };
  const std::uint32_t top = digits_ - 1;
  if (best_load >> top != 0) give(top, best_load >> top);
  for (std::uint32_t e = 0; e < top; ++e) {
    if ((best_load >> e & 1) != 0) give(e, 1);
  }
  return best;
}

double GangRows::best_by_load(std::uint32_t row, const double* prices, double* counts) const {
  std::int64_t width = 0;
  for (std::uint32_t i = stretch_begin_[row]; i < stretch_begin_[row + 1]; ++i) {
    width += stretches_[i].count;
  }
  // gain[w]: the most that gangs of at most w units earn; last[w]: the size taken last, or none.
  constexpr std::uint32_t kNothing = UINT32_MAX;
  const auto loads = static_cast<std::size_t>(width) + 1;
  std::vector<double> gain(loads, 0.0);
  std::vector<std::uint32_t> last(loads, kNothing);
  for (std::uint32_t k = 0; k < sizes_.size(); ++k) {
    const auto size = static_cast<std::size_t>(sizes_[k] / unit_);
    if (prices[k] <= 0) continue;
    for (std::size_t w = size; w < loads; ++w) {
      const double with = gain[w - size] + prices[k];
      if (with > gain[w]) {
        gain[w] = with;
        last[w] = k;
      }
    }
  }
  double best = 0;
  std::size_t best_load = 0;
  std::size_t load = 0;
  double cost = 0;
  for (std::uint32_t i = stretch_begin_[row]; i < stretch_begin_[row + 1]; ++i) {
    for (std::int64_t n = 0; n < stretches_[i].count; ++n) {
      ++load;
      cost += stretches_[i].price;
      if (gain[load] - cost > best) {
        best = gain[load] - cost;
        best_load = load;
      }
    }
  }
  while (best_load > 0) {
    if (last[best_load] == kNothing) break;  // a smaller gang set earns as much
    counts[last[best_load]] += 1;
    best_load -= static_cast<std::size_t>(sizes_[last[best_load]] / unit_);
  }
  return best;
}

}  // namespace tongsuan::solver::dual
