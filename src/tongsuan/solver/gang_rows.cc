#include "tongsuan/solver/gang_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/solver/vector_level.h"

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
TONGSUAN_EVERY_VECTOR_LEVEL void best_by_digits(const std::vector<std::int32_t>& digit_size,
                                                const GangStretch* begin, const GangStretch* end,
                                                const double* prices, double* counts,
                                                double* values, std::size_t stride) {
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

}  // namespace

GangRows::GangRows(const Problem& problem, const Prices& prices,
                   const std::vector<std::uint32_t>& sizes)
    : unit_(sizes.front()),
      digit_size_(std::bit_width(sizes.back() / sizes.front()), -1),
      kinds_(market::gang_rows(problem, sizes)),
      group_count_((static_cast<std::uint32_t>(kinds_.size()) + kRowGroup - 1) / kRowGroup) {
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    digit_size_[static_cast<std::size_t>(std::countr_zero(sizes[k] / sizes.front()))] =
        static_cast<std::int32_t>(k);
  }
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    stretch_begin_.push_back(static_cast<std::uint32_t>(stretches_.size()));
    add_group(problem, prices, group);
  }
  stretch_begin_.push_back(static_cast<std::uint32_t>(stretches_.size()));
}

// Load of a row in units; one that straddles two steps costs a mix of both, so costs stay convex.
std::vector<GangRows::Stretch> GangRows::stretches_of(const Problem& problem, const Prices& prices,
                                                      std::uint32_t row) {
  const double money = static_cast<double>(problem.lanes[row / problem.slot_count].scale) /
                       static_cast<double>(problem.denominator);
  std::vector<Stretch> stretches;
  if (uniform(row)) {
    earned_ += static_cast<double>(market::step_surplus(problem, prices, row)) /
               static_cast<double>(problem.denominator);
    return stretches;
  }
  const market::LoadCost cost = market::load_cost(problem, prices, row, kinds_[row]);
  earned_ += static_cast<double>(cost.earned) * money;
  const auto add = [&](std::int64_t count, double price) {
    if (count > 0) stretches.push_back({count, price});
  };
  double mixed = 0;
  std::int64_t filled = 0;  // devices of the unit that is being filled
  for (const market::LoadCost::Step& step : cost.steps) {
    std::int64_t amount = step.amount;
    const auto price = static_cast<double>(step.price);
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
  return stretches;
}

// Rows with fewer stretches than their neighbours end in empty ones.
void GangRows::add_group(const Problem& problem, const Prices& prices, std::uint32_t group) {
  const std::size_t first = stretches_.size();
  std::array<std::vector<Stretch>, kRowGroup> rows;
  std::size_t longest = 0;
  for (std::uint32_t i = 0; i < kRowGroup; ++i) {
    const std::uint32_t row = group * kRowGroup + i;
    if (row < kinds_.size()) rows[i] = stretches_of(problem, prices, row);
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
  }
}

void GangRows::best(std::uint32_t group, const double* prices, double* counts,
                    double* values) const {
  const std::size_t first = std::size_t{group} * kRowGroup;
  best_by_digits(digit_size_, stretches_.data() + stretch_begin_[group],
                 stretches_.data() + stretch_begin_[group + 1], prices + first, counts + first,
                 values + first, stride());
}

}  // namespace tongsuan::solver::dual
