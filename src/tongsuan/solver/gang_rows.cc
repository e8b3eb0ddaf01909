#include "tongsuan/solver/gang_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <numeric>

// Vectors of eight doubles never cross a call that is not inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace tongsuan::solver::dual {

using market::Problem;

namespace {

constexpr std::uint32_t kDigits = 32;  // sizes are 32 bits wide

using Doubles = double __attribute__((vector_size(64)));
using Loads = long long __attribute__((vector_size(64)));
using LooseDoubles = double __attribute__((vector_size(64), aligned(8), may_alias));
using LooseLoads = long long __attribute__((vector_size(64), aligned(8), may_alias));

// Masks hold −1 or 0 per row. Every comparison stands inside a ?: on its own, because GCC 12 takes
// other uses of a 512-bit comparison apart into eight scalar ones.
const Loads kYes = ~Loads{};
const Loads kNo = {};

// What the search knows of eight rows; all functions are inlined into one per instruction level.
struct DigitSearch {
  std::uint32_t digits = 0;
  const std::int32_t* digit_size = nullptr;
  Doubles price[kDigits];  // π̄
  Loads own[kDigits];      // all ones: the digit is a gang of its own; zero: two of the digit below
  Doubles best;            // over all stretches
  Loads best_load;

  __attribute__((always_inline)) void read_prices(const double* prices, std::size_t stride) {
    for (std::uint32_t e = 0; e < digits; ++e) {
      const std::int32_t k = digit_size[e];
      if (k < 0) {
        price[e] = price[e - 1] + price[e - 1];  // the smallest size is digit 0, so e > 0
        own[e] = kNo;
        continue;
      }
      price[e] =
          *reinterpret_cast<const LooseDoubles*>(prices + static_cast<std::size_t>(k) * stride);
      own[e] = kYes;
      if (e == 0) continue;
      const Doubles twice = price[e - 1] + price[e - 1];
      own[e] = price[e] >= twice ? kYes : kNo;
      price[e] = price[e] >= twice ? price[e] : twice;
    }
    best = Doubles{};
    best_load = Loads{};
  }

  __attribute__((always_inline)) void offer(const Doubles& value, const Loads& load,
                                            const Loads& allowed, Doubles& top_value,
                                            Loads& top_load) {
    const Loads better = (value > top_value ? kYes : kNo) & allowed;
    top_value = better < 0 ? value : top_value;
    top_load = better < 0 ? load : top_load;
  }

  // The best load of one stretch, over its lower and upper end.
  __attribute__((always_inline)) void search(const Loads& low, const Loads& high,
                                             const Doubles& marginal, const Doubles& cost) {
    Doubles worth[kDigits];       // of one of digit e, its marginal cost deducted
    Doubles free_worth[kDigits];  // of all lower digits that are worth taking
    Loads free_load[kDigits];
    Doubles taken = {};
    Loads taken_load = {};
    for (std::uint32_t e = 0; e < digits; ++e) {
      worth[e] = price[e] - marginal * static_cast<double>(std::int64_t{1} << e);
      free_worth[e] = taken;
      free_load[e] = taken_load;
      taken = taken + (worth[e] > 0.0 ? worth[e] : Doubles{});
      taken_load = taken_load | (worth[e] > 0.0 ? kNo + (1LL << e) : kNo);
    }
    const std::uint32_t top = digits - 1;
    const Loads low_top = low >> top;
    const Loads high_top = high >> top;
    Doubles low_value = __builtin_convertvector(low_top, Doubles) * worth[top];
    Doubles high_value = __builtin_convertvector(high_top, Doubles) * worth[top];
    Doubles value = Doubles{} - 1e300;
    Loads load = low;
    // Top digits between those of the ends leave everything below free.
    const Loads between = worth[top] > 0.0 ? high_top - 1 : low_top + 1;
    offer(__builtin_convertvector(between, Doubles) * worth[top] + free_worth[top],
          (between << top) | free_load[top],
          (between > low_top ? kYes : kNo) & (between < high_top ? kYes : kNo), value, load);
    Loads apart = low_top != high_top ? kYes : kNo;  // the ends differ above this digit
    for (std::uint32_t e = top; e-- > 0;) {
      const Loads low_one = -((low >> e) & 1LL);
      const Loads high_one = -((high >> e) & 1LL);
      const Loads low_above = (low >> (e + 1)) << (e + 1);
      const Loads high_above = (high >> (e + 1)) << (e + 1);
      offer(low_value + worth[e] + free_worth[e], low_above | (1LL << e) | free_load[e],
            apart & ~low_one, value, load);
      offer(high_value + free_worth[e], high_above | free_load[e], apart & high_one, value, load);
      low_value = low_value + (low_one < 0 ? worth[e] : Doubles{});
      high_value = high_value + (high_one < 0 ? worth[e] : Doubles{});
      apart = apart | (low_one ^ high_one);
    }
    offer(low_value, low, kYes, value, load);
    offer(high_value, high, kYes, value, load);
    const Doubles total = value + marginal * __builtin_convertvector(low, Doubles) - cost;
    offer(total, load, kYes, best, best_load);
  }

  // How many gangs of each size the best load is made of.
  __attribute__((always_inline)) void write_counts(double* counts, std::size_t stride) const {
    const std::uint32_t top = digits - 1;
    Loads count = best_load >> top;
    for (std::uint32_t e = top;; --e) {
      if (digit_size[e] >= 0) {
        *reinterpret_cast<LooseDoubles*>(counts +
                                         static_cast<std::size_t>(digit_size[e]) * stride) =
            __builtin_convertvector(count & own[e], Doubles);
      }
      if (e == 0) break;
      const Loads carried = count & ~own[e];
      count = carried + carried + ((best_load >> (e - 1)) & 1LL);
    }
  }
};

// The same operations in the same order at every instruction level.
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"))) void best_by_digits(
    const std::vector<std::int32_t>& digit_size, const GangStretch* begin, const GangStretch* end,
    const double* prices, double* counts, double* values, std::size_t stride) {
  DigitSearch search;
  search.digits = static_cast<std::uint32_t>(digit_size.size());
  search.digit_size = digit_size.data();
  search.read_prices(prices, stride);
  for (const GangStretch* stretch = begin; stretch != end; ++stretch) {
    const Loads low = *reinterpret_cast<const LooseLoads*>(stretch->low);
    const Loads high = *reinterpret_cast<const LooseLoads*>(stretch->high);
    const Doubles price = *reinterpret_cast<const LooseDoubles*>(stretch->price);
    const Doubles cost = *reinterpret_cast<const LooseDoubles*>(stretch->cost);
    search.search(low, high, price, cost);
  }
  *reinterpret_cast<LooseDoubles*>(values) = search.best;
  search.write_counts(counts, stride);
}

// `count` units of load that cost `price` each.
struct Stretch {
  std::int64_t count = 0;
  double price = 0;
};

// Supply of a row in units; one that straddles two steps costs a mix of both, so costs stay convex.
std::vector<Stretch> stretches_of(const Problem& problem, std::uint32_t row, std::int64_t unit) {
  std::vector<Stretch> stretches;
  const auto add = [&](std::int64_t count, double price) {
    if (count > 0) stretches.push_back({count, price});
  };
  double mixed = 0;
  std::int64_t filled = 0;  // devices of the unit that is being filled
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    std::int64_t amount = problem.supply[i].amount;
    const auto price = static_cast<double>(problem.supply[i].price);
    if (filled > 0) {
      const std::int64_t part = std::min(amount, unit - filled);
      mixed += price * static_cast<double>(part);
      filled += part;
      amount -= part;
      if (filled < unit) continue;
      add(1, mixed);
    }
    add(amount / unit, price * static_cast<double>(unit));
    filled = amount % unit;
    mixed = price * static_cast<double>(filled);
  }
  return stretches;
}

}  // namespace

GangRows::GangRows(const Problem& problem, const std::vector<std::uint32_t>& sizes)
    : sizes_(sizes),
      row_count_(problem.capacity_lane_count * problem.slot_count),
      group_count_((row_count_ + kRowGroup - 1) / kRowGroup) {
  unit_ = 0;
  for (const std::uint32_t size : sizes) unit_ = std::gcd(unit_, std::int64_t{size});
  powers_ = sizes.front() == unit_;
  for (const std::uint32_t size : sizes) {
    powers_ = powers_ && std::has_single_bit(static_cast<std::uint64_t>(size / unit_));
  }
  if (powers_) {
    digit_size_.assign(
        static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(sizes.back() / unit_))),
        -1);
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      const auto multiple = static_cast<std::uint64_t>(sizes[k] / unit_);
      digit_size_[static_cast<std::size_t>(std::countr_zero(multiple))] =
          static_cast<std::int32_t>(k);
    }
  }
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    stretch_begin_.push_back(static_cast<std::uint32_t>(stretches_.size()));
    add_group(problem, group);
  }
  stretch_begin_.push_back(static_cast<std::uint32_t>(stretches_.size()));
}

// Rows with fewer stretches than their neighbours end in empty ones.
void GangRows::add_group(const Problem& problem, std::uint32_t group) {
  const std::size_t first = stretches_.size();
  std::array<std::vector<Stretch>, kRowGroup> rows;
  std::size_t longest = 0;
  for (std::uint32_t i = 0; i < kRowGroup; ++i) {
    const std::uint32_t row = group * kRowGroup + i;
    if (row < row_count_) rows[i] = stretches_of(problem, row, unit_);
    longest = std::max(longest, rows[i].size());
  }
  stretches_.resize(first + longest);
  for (std::uint32_t i = 0; i < kRowGroup; ++i) {
    long long low = 0;
    double cost = 0;
    rows[i].resize(longest);
    for (std::size_t n = 0; n < longest; ++n) {
      const Stretch& stretch = rows[i][n];
      GangStretch& at = stretches_[first + n];
      at.low[i] = low;
      at.high[i] = low + stretch.count;
      at.price[i] = stretch.price;
      at.cost[i] = cost;
      low += stretch.count;
      cost += stretch.price * static_cast<double>(stretch.count);
    }
    work_ += powers_ ? 20 : static_cast<std::uint64_t>(low) * sizes_.size();
  }
}

void GangRows::best(std::uint32_t group, const double* prices, double* counts,
                    double* values) const {
  const std::size_t first = std::size_t{group} * kRowGroup;
  if (powers_) {
    best_by_digits(digit_size_, stretches_.data() + stretch_begin_[group],
                   stretches_.data() + stretch_begin_[group + 1], prices + first, counts + first,
                   values + first, stride());
    return;
  }
  for (std::uint32_t i = 0; i < kRowGroup; ++i) best_by_load(group, i, prices, counts, values);
}

void GangRows::best_by_load(std::uint32_t group, std::uint32_t lane, const double* prices,
                            double* counts, double* values) const {
  const std::size_t row = std::size_t{group} * kRowGroup + lane;
  const GangStretch* const begin = stretches_.data() + stretch_begin_[group];
  const GangStretch* const end = stretches_.data() + stretch_begin_[group + 1];
  values[row] = 0;
  for (std::size_t k = 0; k < sizes_.size(); ++k) counts[k * stride() + row] = 0;
  if (begin == end) return;
  // gain[w]: the most that gangs of at most w units earn; last[w]: the size taken last, or none.
  constexpr std::uint32_t kNothing = UINT32_MAX;
  const auto loads = static_cast<std::size_t>((end - 1)->high[lane]) + 1;
  std::vector<double> gain(loads, 0.0);
  std::vector<std::uint32_t> last(loads, kNothing);
  for (std::uint32_t k = 0; k < sizes_.size(); ++k) {
    const auto size = static_cast<std::size_t>(sizes_[k] / unit_);
    const double price = prices[k * stride() + row];
    if (price <= 0) continue;
    for (std::size_t w = size; w < loads; ++w) {
      const double with = gain[w - size] + price;
      if (with > gain[w]) {
        gain[w] = with;
        last[w] = k;
      }
    }
  }
  std::size_t best_load = 0;
  for (const GangStretch* stretch = begin; stretch != end; ++stretch) {
    double cost = stretch->cost[lane];
    for (long long load = stretch->low[lane] + 1; load <= stretch->high[lane]; ++load) {
      cost += stretch->price[lane];
      const auto at = static_cast<std::size_t>(load);
      if (gain[at] - cost > values[row]) {
        values[row] = gain[at] - cost;
        best_load = at;
      }
    }
  }
  while (last[best_load] != kNothing) {
    const std::uint32_t k = last[best_load];
    counts[k * stride() + row] += 1;
    best_load -= static_cast<std::size_t>(sizes_[k] / unit_);
  }
}

}  // namespace tongsuan::solver::dual
