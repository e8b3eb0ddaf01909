// D(π): a bound that prices gangs by their size. It is far lower than D(λ) on thin books, where a
// price per device promises a row a fraction of a gang that it can never hold.
//
// Model. *Gang lanes* are the capacity and node lanes: their rows hold whole gangs. The sizes of a
// bound rise, each dividing the next. An amount that an award puts on a gang row is split into such
// sizes, the largest first; what is smaller than the smallest size is left as a *rest*. A piece of
// sizes[k] pays π[row, k], a rest pays λ[row] per device, and so do uses in parts (profiles that
// may be accepted in parts). Every other row keeps λ:
//   D(π) = Σ_orders max(0, max_option (v − π·pieces − λ·everything else))
//        + Σ_gang rows max over whole n ≥ 0 and y ≥ 0 of (Σ_k π_k n_k + λ y − C(Σ_k size_k n_k +
//        y))
//        + the other rows and the lines as in D(λ)
// with C(x) the least that a row pays for a load of x devices: supply bought and curves given up,
// the cheapest first. Rests and parts that a row does not know are y = 0.
//
// It bounds welfare for any π ≥ 0 and λ ≥ 0 by weak duality: the number of pieces of a size on a
// row, and the sum of what is left, are copied, and each copy is priced. Splitting only lets more
// be placed. (Per row this is the hull of a knapsack of whole gangs; sizes that divide each other
// make its optimum a sum over the digits of the load.)
//
// Rows that the argument does not cover are *uniform*: there π must be size · λ, and the row earns
// what it earns in D(λ).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/bounded_book.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market {

inline constexpr std::int64_t kGangCapacityMax = 1 << 20;  // rows with more devices are uniform
inline constexpr std::int64_t kGangPriceMax = 1'000'000'000'000'000;  // 10^9 yuan per gang and hour

enum class GangRow : std::uint8_t {
  kUniform,    // somebody delivers here, a step has a price below zero, or it is too large
  kWhole,      // whole gangs only
  kDivisible,  // gangs, and rests or uses in parts
};

// Calls visit(k, count) for the pieces of an amount and returns the rest; sizes rise, each dividing
// the next.
template <class Visit>
std::int64_t split_gang(const std::vector<std::uint32_t>& sizes, std::int64_t amount, Visit visit) {
  for (std::size_t k = sizes.size(); k-- > 0 && amount > 0;) {
    const std::int64_t count = amount / sizes[k];
    if (count > 0) visit(k, count);
    amount -= count * sizes[k];
  }
  return amount;
}

// Whole amounts that choices put on gang lanes, each once, rising.
[[nodiscard]] std::vector<std::int64_t> gang_amounts(const Problem& problem);

// What every gang row is, where gangs are split into `sizes`.
[[nodiscard]] std::vector<GangRow> gang_rows(const BoundedBook& book,
                                             const std::vector<std::uint32_t>& sizes);

// C of a row that is not uniform, in price × devices: what it earns without a load (curves that are
// worth more than supply, and y), and what its load then costs, the cheapest first. Prices do not
// fall from step to step; amounts sum up to the row's supply.
struct LoadCost {
  struct Step {
    std::int64_t price = 0;
    std::int64_t amount = 0;
  };
  int128 earned = 0;
  std::vector<Step> steps;
};
[[nodiscard]] LoadCost load_cost(const Problem& problem, const Prices& prices, std::uint32_t row,
                                 GangRow kind);

// Undivided D(π). `gang_prices` has sizes that rise, each dividing the next, and one price in
// [0, kGangPriceMax] per gang row and size: size · λ on uniform rows. λ lies within its limits.
[[nodiscard]] int128 gang_bound(const BoundedBook& book, const Prices& prices,
                                const GangPrices& gang_prices);
// The same for a caller that knows gang_rows(book, gang_prices.sizes).
[[nodiscard]] int128 gang_bound(const BoundedBook& book, const Prices& prices,
                                const GangPrices& gang_prices, const std::vector<GangRow>& kinds);

}  // namespace tongsuan::market
