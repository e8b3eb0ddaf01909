#include "tongsuan/market/payments.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "tongsuan/base/sha256.h"

namespace tongsuan::market {

std::uint64_t step_draw(std::uint64_t seed, std::uint32_t row, std::uint32_t owner) {
  Sha256 hash;
  hash.update_u64(seed);
  hash.update_u64(row);
  hash.update_u64(owner);
  const Digest digest = hash.finish();
  std::uint64_t draw = 0;
  for (int i = 0; i < 8; ++i) draw = draw << 8 | digest[static_cast<std::size_t>(i)];
  return draw;
}

namespace {

std::uint32_t owner_of(const SupplyStep& step) {
  return step.offer;
}
std::uint32_t owner_of(const DemandStep& step) {
  return step.order;
}

struct Share {
  std::int64_t remainder = 0;
  std::uint64_t draw = 0;
  std::uint32_t step = 0;
};

// Shares `amount` among steps [begin, end) of one price, which together have more than that.
template <class Step>
void share_margin(const std::vector<Step>& steps, std::uint32_t begin, std::uint32_t end,
                  std::int64_t amount, std::uint64_t seed, std::uint32_t row,
                  std::vector<std::int64_t>& sold) {
  std::int64_t total = 0;
  for (std::uint32_t i = begin; i < end; ++i) total += steps[i].amount;
  std::int64_t left = amount;
  std::vector<Share> shares;
  for (std::uint32_t i = begin; i < end; ++i) {
    const int128 exact = static_cast<int128>(steps[i].amount) * amount;
    sold[i] = static_cast<std::int64_t>(exact / total);
    left -= sold[i];
    shares.push_back({static_cast<std::int64_t>(exact % total), 0, i});
  }
  if (left == 0) return;
  for (Share& share : shares) share.draw = step_draw(seed, row, owner_of(steps[share.step]));
  std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) {
    return std::tuple(b.remainder, a.draw, a.step) < std::tuple(a.remainder, b.draw, b.step);
  });
  for (std::int64_t i = 0; i < left; ++i) ++sold[shares[static_cast<std::size_t>(i)].step];
}

// Sells `amount` over the steps of one row in order, the marginal price pro rata.
template <class Step>
void sell_row(const std::vector<Step>& steps, std::uint32_t begin, std::uint32_t end,
              std::int64_t amount, std::uint64_t seed, std::uint32_t row,
              std::vector<std::int64_t>& sold) {
  for (std::uint32_t i = begin; i < end && amount > 0;) {
    std::uint32_t same = i;
    std::int64_t total = 0;
    for (; same < end && steps[same].price == steps[i].price; ++same) total += steps[same].amount;
    if (total > amount) {
      share_margin(steps, i, same, amount, seed, row, sold);
      return;
    }
    for (; i < same; ++i) sold[i] = steps[i].amount;
    amount -= total;
  }
}

}  // namespace

Allocation allocate(const Problem& problem, const Dispatch& dispatch, std::uint64_t seed) {
  Allocation allocation;
  allocation.supply.assign(problem.supply.size(), 0);
  allocation.demand.assign(problem.demand.size(), 0);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    sell_row(problem.supply, problem.supply_begin[row], problem.supply_begin[row + 1],
             dispatch.supplied[row], seed, row, allocation.supply);
    sell_row(problem.demand, problem.demand_begin[row], problem.demand_begin[row + 1],
             dispatch.demanded[row], seed, row, allocation.demand);
  }
  return allocation;
}

std::vector<SellerLane> seller_lanes(const Market& market, const Problem& problem,
                                     const Allocation& allocation, const Prices& prices) {
  std::vector<SellerLane> result;
  std::vector<std::uint32_t> entry(market.account_names.size(), kNone);  // of the current lane
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    const std::size_t first = result.size();
    for (std::uint32_t row = problem.row(lane, 0); row < problem.row(lane + 1, 0); ++row) {
      for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
        const SupplyStep& step = problem.supply[i];
        const std::int64_t sold = allocation.supply[i];
        if (sold == 0 || step.offer == kNone) continue;
        const AccountId seller = market.offers[step.offer].seller;
        std::uint32_t& place = entry[seller.value];
        if (place == kNone) {
          place = static_cast<std::uint32_t>(result.size());
          result.push_back({seller, lane, 0, 0});
        }
        result[place].revenue += row_money(problem, row, prices[row], sold);
        result[place].cost += row_money(problem, row, step.price, sold);
      }
    }
    for (std::size_t i = first; i < result.size(); ++i) entry[result[i].seller.value] = kNone;
  }
  std::sort(result.begin(), result.end(), [](const SellerLane& a, const SellerLane& b) {
    return a.seller.value != b.seller.value ? a.seller.value < b.seller.value : a.lane < b.lane;
  });
  return result;
}

std::vector<CurveTotal> curve_totals(const Problem& problem, const Allocation& allocation,
                                     const Prices& prices) {
  std::vector<CurveTotal> result;
  if (problem.demand.empty()) return result;
  std::vector<std::uint32_t> entry(problem.orders.size(), kNone);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      const std::int64_t bought = allocation.demand[i];
      if (bought == 0) continue;
      const DemandStep& step = problem.demand[i];
      std::uint32_t& place = entry[step.order];
      if (place == kNone) {
        place = static_cast<std::uint32_t>(result.size());
        result.push_back({step.order, 0, 0});
      }
      result[place].value += row_money(problem, row, step.price, bought);
      result[place].cost += row_money(problem, row, prices[row], bought);
    }
  }
  std::sort(result.begin(), result.end(),
            [](const CurveTotal& a, const CurveTotal& b) { return a.order < b.order; });
  return result;
}

std::vector<LineTotal> line_totals(const Market& market, const Problem& problem,
                                   const std::vector<std::int64_t>& flows, const Prices& prices) {
  std::vector<LineTotal> result(market.lines.size());
  for (std::size_t i = 0; i < problem.line_slots.size(); ++i) {
    const LineSlot& line = problem.line_slots[i];
    const std::int64_t flow = flows[i];
    LineTotal& total = result[line.line];
    total.revenue += row_money(problem, line.from, prices[line.to] - prices[line.from], flow);
    total.tariff += row_money(problem, line.from, line.tariff, flow < 0 ? -flow : flow);
  }
  return result;
}

namespace {

// Sums of one account, exact; cut to 64 bits at the end.
struct Purse {
  int128 paid = 0;
  int128 received = 0;
  // Rounds once: a payer up, a receiver down.
  void pay(int128 cost, std::int64_t denominator) {
    const int128 money = divide_wide(cost, denominator, Rounding::kUp);
    if (money > 0) paid += money;
    if (money < 0) received -= money;
  }
};

std::int64_t cut(int128 value, bool& fits) {
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
  if (value >= kLow && value <= kHigh) return static_cast<std::int64_t>(value);
  fits = false;
  return value < 0 ? kLow : kHigh;
}

}  // namespace

Payments payments(const Market& market, const Problem& problem, const Outcome& outcome,
                  const std::vector<Placement>& placements, const Allocation& allocation,
                  const Prices& payment_prices) {
  std::vector<Purse> purses(market.account_names.size());
  const OptionPricer pricer(problem, payment_prices);
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const std::uint32_t order = outcome.awards[i].order.value;
    purses[market.orders[order].account.value].pay(pricer.cost(placements[i]), problem.denominator);
  }
  for (const CurveTotal& curve : curve_totals(problem, allocation, payment_prices)) {
    purses[market.orders[curve.order].account.value].pay(curve.cost, problem.denominator);
  }
  for (const SellerLane& sold : seller_lanes(market, problem, allocation, payment_prices)) {
    purses[sold.seller.value].pay(-sold.revenue, problem.denominator);
  }
  Payments result;
  int128 rent = 0;
  for (std::uint32_t account = 0; account < purses.size(); ++account) {
    const Purse& purse = purses[account];
    if (purse.paid == 0 && purse.received == 0) continue;
    result.totals.push_back(
        {AccountId{account}, cut(purse.paid, result.fits), cut(purse.received, result.fits)});
    rent += purse.paid - purse.received;
  }
  result.rent = cut(rent, result.fits);
  for (const LineTotal& line : line_totals(market, problem, outcome.flows, payment_prices)) {
    result.line_rents.push_back(
        cut(divide_wide(line.revenue, problem.denominator, Rounding::kDown), result.fits));
  }
  return result;
}

}  // namespace tongsuan::market
