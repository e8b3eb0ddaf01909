#include "tongsuan/solver/pricing_sums.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tongsuan/solver/price_program.h"
#include "tongsuan/solver/redispatch.h"

namespace tongsuan::solver::pricing {

using market::Problem;

namespace {

constexpr int kPricingSweepsMax = 60;
constexpr double kBeyond = 1e-13;  // projections go this much past the sum, so that they end
constexpr std::size_t kProgramTermsMax = 60'000;
constexpr std::size_t kProgramSizeMax = 8'000;  // awards and rows

}  // namespace

PricedOutcome::PricedOutcome(const Market& market, const Problem& problem, Outcome outcome,
                             std::uint64_t seed)
    : market_(&market), problem_(&problem), outcome_(std::move(outcome)) {
  placements_ = market::placements_of(problem, outcome_);
  const std::vector<std::int64_t> use = market::net_use(problem, outcome_, placements_);
  dispatch_ = market::dispatch(problem, use);
  if (!feasible()) return;
  allocation_ = market::allocate(problem, dispatch_, seed);
  wasted_.assign(problem.row_count(), false);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    wasted_[row] = is_free(row) && dispatch_.supplied[row] - dispatch_.demanded[row] > use[row];
  }
}

int128 PricedOutcome::value(std::size_t award) const {
  return static_cast<int128>(market::placement_value(*problem_, order(award), placements_[award])) *
         problem_->denominator;
}

int128 PricedOutcome::welfare() const {
  return market::welfare(*problem_, outcome_, placements_, dispatch_);
}

void PricedOutcome::clamp(Prices& prices) const {
  for (std::uint32_t row = 0; row < prices.size(); ++row) {
    prices[row] =
        std::clamp(prices[row], is_free(row) ? 0 : -kPriceMax, wasted_[row] ? 0 : kPriceMax);
  }
}

Prices PricedOutcome::marginal(const Prices& prices) const {
  Prices result = prices;
  for (std::uint32_t row = 0; row < result.size(); ++row) {
    std::int64_t low = -kPriceMax;
    std::int64_t high = kPriceMax;
    std::int64_t left = dispatch_.supplied[row];
    for (std::uint32_t i = problem_->supply_begin[row]; i < problem_->supply_begin[row + 1]; ++i) {
      const market::SupplyStep& step = problem_->supply[i];
      if (left > 0) low = std::max(low, step.price);
      left -= step.amount;
      if (left < 0) {
        high = std::min(high, step.price);
        break;
      }
    }
    left = dispatch_.demanded[row];
    for (std::uint32_t i = problem_->demand_begin[row]; i < problem_->demand_begin[row + 1]; ++i) {
      const market::DemandStep& step = problem_->demand[i];
      if (left > 0) high = std::min(high, step.price);
      left -= step.amount;
      if (left < 0) {
        low = std::max(low, step.price);
        break;
      }
    }
    // Where awards deliver, accepted and rejected steps may contradict each other: the accepted
    // supply comes first.
    result[row] = std::max(low, std::min(high, result[row]));
  }
  if (!problem_->line_slots.empty()) {
    std::vector<std::int64_t> use(problem_->row_count(), 0);
    for (const market::Placement& placement : placements_) {
      market::add_use(*problem_, placement, 1, use);
    }
    support_prices(*problem_, use, result);
  }
  clamp(result);
  return result;
}

// ---- Sums --------------------------------------------------------------------------------------

std::vector<PricedOutcome::Trade> PricedOutcome::sales() const {
  std::vector<Trade> trades;
  for (std::uint32_t row = 0; row < problem_->row_count(); ++row) {
    for (std::uint32_t i = problem_->supply_begin[row]; i < problem_->supply_begin[row + 1]; ++i) {
      const market::SupplyStep& step = problem_->supply[i];
      if (step.offer == kNone || allocation_.supply[i] == 0) continue;
      const std::uint64_t seller = market_->offers[step.offer].seller.value;
      trades.push_back(
          {seller << 32 | row / problem_->slot_count, row, allocation_.supply[i], step.price});
    }
  }
  std::ranges::stable_sort(trades, {}, &Trade::owner);
  return trades;
}

std::vector<PricedOutcome::Trade> PricedOutcome::purchases() const {
  std::vector<Trade> trades;
  for (std::uint32_t row = 0; row < problem_->row_count(); ++row) {
    for (std::uint32_t i = problem_->demand_begin[row]; i < problem_->demand_begin[row + 1]; ++i) {
      if (allocation_.demand[i] == 0) continue;
      const market::DemandStep& step = problem_->demand[i];
      trades.push_back({step.order, row, allocation_.demand[i], step.price});
    }
  }
  std::ranges::stable_sort(trades, {}, &Trade::owner);
  return trades;
}

PricedOutcome::Sum PricedOutcome::award_sum(std::size_t award) const {
  Sum sum;
  const auto add = [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
    for (Slot slot = slots.begin; slot < slots.end; ++slot) {
      const std::uint32_t row = problem_->row(lane, slot);
      const double money = static_cast<double>(amount) * scale(row);
      sum.entries.push_back({row, money});
      sum.slack += std::max(0.0, -money);
    }
  };
  market::each_use(*problem_, placements_[award], add);
  sum.limit = static_cast<double>(value(award));
  return sum;
}

// One sum per owner; sign −1 for sellers, who must earn, +1 for buyers, who must not overpay.
std::vector<PricedOutcome::Sum> PricedOutcome::trade_sums(const std::vector<Trade>& trades,
                                                          double sign) const {
  std::vector<Sum> sums;
  for (std::size_t i = 0; i < trades.size(); ++i) {
    const bool first = i == 0 || trades[i].owner != trades[i - 1].owner;
    if (first) sums.emplace_back();
    const double money = static_cast<double>(trades[i].amount) * scale(trades[i].row);
    std::vector<Entry>& entries = sums.back().entries;
    if (!first && entries.back().row == trades[i].row) {
      entries.back().amount += sign * money;
    } else {
      entries.push_back({trades[i].row, sign * money});
    }
    sums.back().limit += sign * money * static_cast<double>(trades[i].price);
    sums.back().slack += std::max(0.0, -sign * money);
  }
  return sums;
}

std::vector<PricedOutcome::Sum> PricedOutcome::line_sums() const {
  std::vector<Sum> sums(market_->lines.size());
  for (std::size_t i = 0; i < problem_->line_slots.size(); ++i) {
    const market::LineSlot& line = problem_->line_slots[i];
    const double flow = static_cast<double>(outcome_.flows[i]) * scale(line.from);
    if (flow == 0) continue;
    sums[line.line].entries.push_back({line.to, -flow});
    sums[line.line].entries.push_back({line.from, flow});
    sums[line.line].limit -= std::abs(flow) * static_cast<double>(line.tariff);
    sums[line.line].slack += std::abs(flow);
  }
  std::erase_if(sums, [](const Sum& sum) { return sum.entries.empty(); });
  return sums;
}

// ---- Projections -------------------------------------------------------------------------------

// Moves prices onto the nearest point where the sum holds; rows weigh by their price, so that dear
// rows give way before cheap ones. False when the sum held already or nothing can move.
bool PricedOutcome::repair(const Sum& sum, std::vector<double>& prices) const {
  double total = 0;
  for (const Entry& entry : sum.entries) total += entry.amount * prices[entry.row];
  const double excess = total + sum.slack - sum.limit;
  if (excess <= 0) return false;
  const auto movable = [&](const Entry& entry) {
    const bool stuck = entry.amount > 0 && prices[entry.row] <= 0 && is_free(entry.row);
    return !wasted_[entry.row] && !stuck;
  };
  double weight = 0;
  for (const Entry& entry : sum.entries) {
    if (movable(entry)) weight += std::abs(entry.amount) * (1.0 + std::abs(prices[entry.row]));
  }
  if (weight == 0) return false;
  const double share = (excess + kBeyond * (std::abs(total) + std::abs(sum.limit))) / weight;
  for (const Entry& entry : sum.entries) {
    if (!movable(entry)) continue;
    double& price = prices[entry.row];
    price -= (entry.amount > 0 ? share : -share) * (1.0 + std::abs(price));
    price = std::clamp(price, is_free(entry.row) ? 0.0 : -static_cast<double>(kPriceMax),
                       static_cast<double>(kPriceMax));
  }
  return true;
}

// Buyers far from their limit are not looked at again: prices only rise where a seller needs it,
// and the exact check at the end sees everybody.
std::vector<PricedOutcome::Sum> PricedOutcome::near_buyers(const std::vector<double>& prices,
                                                           double watched) const {
  Prices rounded(prices.size());
  for (std::size_t row = 0; row < prices.size(); ++row) {
    rounded[row] = static_cast<std::int64_t>(prices[row]);
  }
  const market::OptionPricer pricer(*problem_, rounded);
  std::vector<Sum> buyers;
  for (std::size_t i = 0; i < placements_.size(); ++i) {
    const auto worth = static_cast<double>(value(i));
    const auto surplus = worth - static_cast<double>(pricer.cost(placements_[i]));
    if (surplus <= watched * std::abs(worth)) buyers.push_back(award_sum(i));
  }
  return buyers;
}

Prices PricedOutcome::repaired(const Prices& start, double watched) const {
  std::vector<double> prices(start.begin(), start.end());
  const std::vector<Sum> buyers = near_buyers(prices, watched);
  std::vector<Sum> others = trade_sums(sales(), -1);
  for (std::vector<Sum> more : {trade_sums(purchases(), 1), line_sums()}) {
    others.insert(others.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  }
  for (int sweep = 0; sweep < kPricingSweepsMax; ++sweep) {
    bool moved = false;
    for (const Sum& sum : others) moved = repair(sum, prices) || moved;
    for (const Sum& sum : buyers) moved = repair(sum, prices) || moved;
    if (!moved) break;
  }
  Prices result(prices.size());
  for (std::size_t row = 0; row < prices.size(); ++row) {
    result[row] = static_cast<std::int64_t>(std::floor(prices[row]));
  }
  clamp(result);
  return result;
}

// ---- The linear program ------------------------------------------------------------------------

namespace {

// Conditions of a program; coefficients are exact.
class Conditions {
 public:
  void begin() { conditions_.emplace_back(); }
  void add(std::uint32_t row, int128 coefficient) {
    fits_ = fits_ && coefficient <= std::numeric_limits<std::int64_t>::max() &&
            coefficient >= -std::numeric_limits<std::int64_t>::max();
    const auto exact = fits_ ? static_cast<std::int64_t>(coefficient) : 0;
    std::vector<PriceTerm>& terms = conditions_.back().terms;
    const auto same = std::ranges::find(terms, std::size_t{row}, &PriceTerm::entry);
    if (same != terms.end()) {
      fits_ = fits_ && !__builtin_add_overflow(same->coefficient, exact, &same->coefficient);
      return;
    }
    terms.push_back({row, exact});
    ++terms_;
  }
  void least(int128 more) { conditions_.back().least += more; }
  [[nodiscard]] bool usable() const { return fits_ && terms_ <= kProgramTermsMax; }
  [[nodiscard]] std::vector<PriceCondition> take() { return std::move(conditions_); }

 private:
  std::vector<PriceCondition> conditions_;
  std::size_t terms_ = 0;
  bool fits_ = true;
};

}  // namespace

std::optional<Prices> PricedOutcome::programmed(const Prices& start) const {
  if (placements_.size() + problem_->row_count() > kProgramSizeMax) return std::nullopt;
  Conditions conditions;
  std::vector<std::int64_t> use(problem_->row_count(), 0);
  for (std::size_t i = 0; i < placements_.size() && conditions.usable(); ++i) {
    conditions.begin();
    conditions.least(-value(i));
    for (const Entry& entry : award_sum(i).entries) use[entry.row] = 0;
    market::add_use(*problem_, placements_[i], 1, use);
    for (const Entry& entry : award_sum(i).entries) {
      const std::int64_t amount = std::exchange(use[entry.row], 0);
      if (amount != 0)
        conditions.add(entry.row, -market::row_money(*problem_, entry.row, 1, amount));
    }
  }
  const auto add_trades = [&](const std::vector<Trade>& trades, std::int64_t sign) {
    for (std::size_t i = 0; i < trades.size() && conditions.usable(); ++i) {
      const Trade& trade = trades[i];
      if (i == 0 || trade.owner != trades[i - 1].owner) conditions.begin();
      conditions.add(trade.row, market::row_money(*problem_, trade.row, sign, trade.amount));
      conditions.least(market::row_money(*problem_, trade.row, sign * trade.price, trade.amount));
    }
  };
  add_trades(sales(), 1);
  add_trades(purchases(), -1);
  for (std::uint32_t line = 0; line < market_->lines.size() && conditions.usable(); ++line) {
    conditions.begin();
    for (std::size_t i = 0; i < problem_->line_slots.size(); ++i) {
      const market::LineSlot& at = problem_->line_slots[i];
      const std::int64_t flow = outcome_.flows[i];
      if (at.line != line || flow == 0) continue;
      conditions.add(at.to, market::row_money(*problem_, at.to, 1, flow));
      conditions.add(at.from, market::row_money(*problem_, at.from, -1, flow));
      conditions.least(market::row_money(*problem_, at.from, at.tariff, std::abs(flow)));
    }
  }
  if (!conditions.usable()) return std::nullopt;
  std::vector<PriceEntry> entries(problem_->row_count());
  for (std::uint32_t row = 0; row < entries.size(); ++row) {
    PriceEntry& entry = entries[row];
    entry.reference = start[row];
    entry.low = is_free(row) ? 0 : -kPriceMax;
    entry.high = wasted_[row] ? 0 : kPriceMax;
    entry.weight = scale(row) * static_cast<double>(1 + dispatch_.supplied[row]);
  }
  return PriceProgram(std::move(entries), conditions.take()).solve();
}

// ---- Judgement ---------------------------------------------------------------------------------

// `owners` rise, as the trades do.
void PricedOutcome::mark_rows(const std::vector<Trade>& trades,
                              const std::vector<std::uint64_t>& owners, Losers& losers) const {
  for (const Trade& trade : trades) {
    if (std::ranges::binary_search(owners, trade.owner)) losers.rows[trade.row] = true;
  }
}

PricedOutcome::Losers PricedOutcome::losers_at(const Prices& prices) const {
  Losers losers;
  losers.rows.assign(problem_->row_count(), false);
  const market::OptionPricer pricer(*problem_, prices);
  for (std::uint32_t i = 0; i < placements_.size(); ++i) {
    if (value(i) < pricer.cost(placements_[i])) losers.awards.push_back(i);
  }
  std::vector<std::uint64_t> owners;
  for (const market::SellerLane& lane :
       market::seller_lanes(*market_, *problem_, allocation_, prices)) {
    if (lane.revenue < lane.cost) {
      owners.push_back(std::uint64_t{lane.seller.value} << 32 | lane.lane);
    }
  }
  losers.others = !owners.empty();
  if (!owners.empty()) mark_rows(sales(), owners, losers);
  owners.clear();
  for (const market::CurveTotal& curve : market::curve_totals(*problem_, allocation_, prices)) {
    if (curve.value < curve.cost) owners.push_back(curve.order);
  }
  losers.others = losers.others || !owners.empty();
  if (!owners.empty()) mark_rows(purchases(), owners, losers);
  const std::vector<market::LineTotal> lines =
      market::line_totals(*market_, *problem_, outcome_.flows, prices);
  for (const market::LineSlot& line : problem_->line_slots) {
    if (lines[line.line].revenue >= lines[line.line].tariff) continue;
    losers.others = true;
    losers.rows[line.from] = losers.rows[line.to] = true;
  }
  for (std::uint32_t row = 0; row < prices.size(); ++row) {
    if (wasted_[row] && prices[row] != 0) losers.others = losers.rows[row] = true;
  }
  return losers;
}

}  // namespace tongsuan::solver::pricing
