#include "tongsuan/solver/pricing.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"

namespace tongsuan::solver {

using market::Problem;

namespace {

constexpr int kSweepsMax = 200;    // sweeps over the sums before somebody has to leave
constexpr int kRemovalsMax = 64;   // rounds of removals; each may take more orders than the last

struct Entry {
  std::uint32_t row = 0;
  double amount = 0;  // in undivided money per price
};

// A sum that λ′ has to respect: Σ amount · λ′ ≤ limit (undivided).
struct Sum {
  std::vector<Entry> entries;
  double limit = 0;
  double slack_wanted = 0;  // covers the rounding of λ′ to whole ticks
};

struct RowAmounts {
  std::vector<Entry>& entries;
  void add(std::uint32_t row, double amount) {
    if (amount == 0) return;
    if (!entries.empty() && entries.back().row == row) {
      entries.back().amount += amount;
    } else {
      entries.push_back({row, amount});
    }
  }
};

// Everything that is fixed while λ′ moves.
struct Book {
  const Market& market;
  const Problem& problem;
  const Prices& bound_prices;
  Outcome outcome;
  market::Dispatch dispatch;
  market::Allocation allocation;
  std::vector<market::Placement> placements;  // by award
  std::vector<bool> wasted;                   // rows with more supply than use: λ′ must be 0

  void refresh(std::uint64_t seed);
  [[nodiscard]] double scale(std::uint32_t row) const {
    return static_cast<double>(problem.lanes[row / problem.slot_count].scale);
  }
};

void Book::refresh(std::uint64_t seed) {
  const std::vector<std::int64_t> use = market::net_use(problem, outcome);
  dispatch = market::dispatch(problem, use);
  allocation = market::allocate(problem, dispatch, seed);
  placements.clear();
  for (const Award& award : outcome.awards) {
    placements.push_back(market::find_placement(problem, award));
  }
  wasted.assign(problem.row_count(), false);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    const bool free = !problem.lanes[row / problem.slot_count].balance;
    wasted[row] = free && dispatch.supplied[row] - dispatch.demanded[row] > use[row];
  }
}

// Uses of an award, merged per leg.
std::vector<Entry> award_entries(const Book& book, const market::Placement& placement) {
  const Problem& problem = book.problem;
  const market::Choice& choice = problem.choices[placement.choice];
  std::vector<Entry> entries;
  RowAmounts amounts{entries};
  const auto add = [&](std::uint32_t lane, Slot begin, Slot end, double amount) {
    for (Slot slot = begin; slot < end; ++slot) {
      const std::uint32_t row = problem.row(lane, slot);
      amounts.add(row, amount * book.scale(row));
    }
  };
  if (choice.bundle == kNone) {
    const market::Profile& profile = problem.profiles[choice.extra];
    const double share = static_cast<double>(placement.lots) / static_cast<double>(profile.lots);
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const market::ProfileLeg& leg = problem.profile_legs[i];
      add(leg.lane, leg.slots.begin, leg.slots.end, static_cast<double>(leg.amount) * share);
    }
    return entries;
  }
  for (std::uint32_t i = problem.bundles[choice.bundle].begin; i < problem.bundles[choice.bundle].end; ++i) {
    const market::BundleLeg& leg = problem.bundle_legs[i];
    add(leg.lane, placement.start, placement.start + choice.duration,
        static_cast<double>(leg.units) * static_cast<double>(choice.devices));
  }
  if (choice.extra != kNone) {
    const market::Transfer& transfer = problem.transfers[choice.extra];
    add(transfer.lane, placement.start - transfer.slots, placement.start,
        static_cast<double>(transfer.rate));
  }
  return entries;
}

Sum award_sum(const Book& book, std::size_t award) {
  const auto order = book.outcome.awards[award].order.value;
  Sum sum{.entries = award_entries(book, book.placements[award])};
  sum.limit = static_cast<double>(market::placement_value(book.problem, order, book.placements[award])) *
              static_cast<double>(book.problem.denominator);
  for (const Entry& entry : sum.entries) sum.slack_wanted += std::max(0.0, -entry.amount);
  return sum;
}

// Sellers per (seller, lane): −Σ sold · λ′ ≤ −cost. Offers without a seller are not judged.
std::vector<Sum> seller_sums(const Book& book) {
  const Problem& problem = book.problem;
  struct Sale {
    std::uint64_t key;
    std::uint32_t row;
    std::int64_t amount;
    std::int64_t price;
  };
  std::vector<Sale> sales;
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      const market::SupplyStep& step = problem.supply[i];
      if (step.offer == kNone || book.allocation.supply[i] == 0) continue;
      const std::uint64_t seller = book.market.offers[step.offer].seller.value;
      sales.push_back({seller << 32 | row / problem.slot_count, row, book.allocation.supply[i], step.price});
    }
  }
  std::ranges::stable_sort(sales, {}, &Sale::key);
  std::vector<Sum> sums;
  for (std::size_t i = 0; i < sales.size(); ++i) {
    if (i == 0 || sales[i].key != sales[i - 1].key) sums.emplace_back();
    const double sold = static_cast<double>(sales[i].amount) * book.scale(sales[i].row);
    RowAmounts{sums.back().entries}.add(sales[i].row, -sold);
    sums.back().limit -= sold * static_cast<double>(sales[i].price);
    sums.back().slack_wanted += sold;
  }
  return sums;
}

std::vector<Sum> curve_sums(const Book& book) {
  const Problem& problem = book.problem;
  struct Buy {
    std::uint32_t order;
    std::uint32_t row;
    std::int64_t amount;
    std::int64_t price;
  };
  std::vector<Buy> buys;
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      if (book.allocation.demand[i] == 0) continue;
      buys.push_back({problem.demand[i].order, row, book.allocation.demand[i], problem.demand[i].price});
    }
  }
  std::ranges::stable_sort(buys, {}, &Buy::order);
  std::vector<Sum> sums;
  for (std::size_t i = 0; i < buys.size(); ++i) {
    if (i == 0 || buys[i].order != buys[i - 1].order) sums.emplace_back();
    const double bought = static_cast<double>(buys[i].amount) * book.scale(buys[i].row);
    RowAmounts{sums.back().entries}.add(buys[i].row, bought);
    sums.back().limit += bought * static_cast<double>(buys[i].price);
  }
  return sums;
}

std::vector<Sum> line_sums(const Book& book) {
  std::vector<Sum> sums(book.market.lines.size());
  for (std::size_t i = 0; i < book.problem.line_slots.size(); ++i) {
    const market::LineSlot& line = book.problem.line_slots[i];
    const double flow = static_cast<double>(book.outcome.flows[i]) * book.scale(line.from);
    if (flow == 0) continue;
    sums[line.line].entries.push_back({line.to, -flow});
    sums[line.line].entries.push_back({line.from, flow});
    sums[line.line].limit -= std::abs(flow) * static_cast<double>(line.tariff);
    sums[line.line].slack_wanted += 2 * std::abs(flow);
  }
  std::erase_if(sums, [](const Sum& sum) { return sum.entries.empty(); });
  return sums;
}

// Moves λ′ onto the nearest point where the sum holds; rows weigh by their price, so that dear rows
// give way before cheap ones. False when the sum held already.
bool repair(const Book& book, const Sum& sum, std::vector<double>& prices) {
  double total = 0;
  double weight = 0;
  for (const Entry& entry : sum.entries) {
    total += entry.amount * prices[entry.row];
    if (!book.wasted[entry.row]) weight += std::abs(entry.amount) * (1.0 + std::abs(prices[entry.row]));
  }
  const double excess = total + sum.slack_wanted - sum.limit;
  if (excess <= 0 || weight == 0) return false;
  const double share = excess / weight;
  for (const Entry& entry : sum.entries) {
    if (book.wasted[entry.row]) continue;
    double& price = prices[entry.row];
    price -= (entry.amount > 0 ? share : -share) * (1.0 + std::abs(price));
    const bool free = !book.problem.lanes[entry.row / book.problem.slot_count].balance;
    if (free && price < 0) price = 0;
    price = std::clamp(price, -static_cast<double>(kPriceMax), static_cast<double>(kPriceMax));
  }
  return true;
}

Prices round_down(const std::vector<double>& prices) {
  Prices rounded(prices.size());
  for (std::size_t row = 0; row < prices.size(); ++row) {
    rounded[row] = static_cast<std::int64_t>(std::floor(prices[row]));
  }
  return rounded;
}

struct Losers {
  std::vector<std::size_t> awards;  // positions of awards that lose
  bool others = false;              // a seller, curve or line loses
  [[nodiscard]] bool none() const { return awards.empty() && !others; }
};

// The verifier's own sums, in integers.
Losers losers_at(const Book& book, const Prices& prices) {
  Losers losers;
  for (std::size_t i = 0; i < book.outcome.awards.size(); ++i) {
    const std::uint32_t order = book.outcome.awards[i].order.value;
    const int128 value =
        static_cast<int128>(market::placement_value(book.problem, order, book.placements[i])) *
        book.problem.denominator;
    if (value < market::placement_cost(book.problem, book.placements[i], prices)) {
      losers.awards.push_back(i);
    }
  }
  for (const market::SellerLane& lane :
       market::seller_lanes(book.market, book.problem, book.allocation, prices)) {
    losers.others = losers.others || lane.revenue < lane.cost;
  }
  for (const market::CurveTotal& curve :
       market::curve_totals(book.problem, book.allocation, prices)) {
    losers.others = losers.others || curve.value < curve.cost;
  }
  for (const market::LineTotal& line :
       market::line_totals(book.market, book.problem, book.outcome.flows, prices)) {
    losers.others = losers.others || line.revenue < line.tariff;
  }
  return losers;
}

// λ′ for the book as it stands; the caller checks whether it holds.
std::vector<double> repaired_prices(const Book& book) {
  std::vector<double> prices(book.bound_prices.begin(), book.bound_prices.end());
  for (std::size_t row = 0; row < prices.size(); ++row) {
    if (book.wasted[row]) prices[row] = 0;
  }
  std::vector<Sum> buyers;
  for (std::size_t i = 0; i < book.outcome.awards.size(); ++i) {
    Sum sum = award_sum(book, i);
    double total = 0;
    for (const Entry& entry : sum.entries) total += entry.amount * prices[entry.row];
    // Buyers far from their limit are not looked at again: prices of positive rows only rise where
    // a seller needs it, and the exact check at the end sees everybody.
    if (total + sum.slack_wanted > sum.limit * 0.5) buyers.push_back(std::move(sum));
  }
  std::vector<Sum> others = seller_sums(book);
  for (std::vector<Sum> more : {curve_sums(book), line_sums(book)}) {
    others.insert(others.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  for (int sweep = 0; sweep < kSweepsMax; ++sweep) {
    bool moved = false;
    for (const Sum& sum : others) moved = repair(book, sum, prices) || moved;
    for (const Sum& sum : buyers) moved = repair(book, sum, prices) || moved;
    if (!moved) break;
  }
  // Buyers have the last word; whether sellers still earn their cost is checked by the caller.
  for (const Sum& sum : buyers) repair(book, sum, prices);
  return prices;
}

// The award with the least surplus at λ* among `candidates` (all awards when empty).
std::size_t least_surplus(const Book& book, const std::vector<std::size_t>& candidates) {
  std::size_t worst = 0;
  int128 worst_surplus = kInt128Max;
  const auto consider = [&](std::size_t i) {
    const std::uint32_t order = book.outcome.awards[i].order.value;
    const int128 surplus =
        static_cast<int128>(market::placement_value(book.problem, order, book.placements[i])) *
            book.problem.denominator -
        market::placement_cost(book.problem, book.placements[i], book.bound_prices);
    if (surplus < worst_surplus) {
      worst_surplus = surplus;
      worst = i;
    }
  };
  if (candidates.empty()) {
    for (std::size_t i = 0; i < book.outcome.awards.size(); ++i) consider(i);
  } else {
    for (const std::size_t i : candidates) consider(i);
  }
  return worst;
}

// Takes `count` awards out, the least surplus first, and whatever had to follow them.
void remove_awards(Book& book, const Losers& losers, std::size_t count,
                   std::vector<std::uint32_t>& removed) {
  std::vector<std::size_t> candidates = losers.awards;
  for (std::size_t n = 0; n < count && !book.outcome.awards.empty(); ++n) {
    const std::size_t worst = least_surplus(book, candidates);
    removed.push_back(book.outcome.awards[worst].order.value);
    book.outcome.awards.erase(book.outcome.awards.begin() + static_cast<std::ptrdiff_t>(worst));
    book.placements.erase(book.placements.begin() + static_cast<std::ptrdiff_t>(worst));
    std::erase(candidates, worst);
    for (std::size_t& candidate : candidates) candidate -= candidate > worst ? 1 : 0;
    if (candidates.empty()) break;
  }
  for (std::size_t first = 0; first < removed.size(); ++first) {
    std::erase_if(book.outcome.awards, [&](const Award& award) {
      const std::uint32_t order = award.order.value;
      if (book.problem.orders[order].after != removed[first]) return false;
      removed.push_back(order);
      return true;
    });
  }
}

}  // namespace

PricingResult payment_prices(const Market& market, const Problem& problem,
                             const Outcome& free_outcome, const Prices& bound_prices,
                             std::uint64_t seed) {
  Book book{.market = market, .problem = problem, .bound_prices = bound_prices,
            .outcome = free_outcome, .dispatch = {}, .allocation = {}, .placements = {}, .wasted = {}};
  PricingResult result;
  std::size_t batch = 1;
  for (int round = 0; round <= kRemovalsMax; ++round, batch *= 2) {
    book.refresh(seed);
    result.prices = round_down(repaired_prices(book));
    const Losers losers = losers_at(book, result.prices);
    if (losers.none() || book.outcome.awards.empty()) break;
    remove_awards(book, losers, batch, result.removed);
  }
  result.outcome = std::move(book.outcome);
  return result;
}

}  // namespace tongsuan::solver
