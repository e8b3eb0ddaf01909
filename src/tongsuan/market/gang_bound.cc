#include "tongsuan/market/gang_bound.h"

#include <limits>
#include <utility>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/internal/blocks.h"

namespace tongsuan::market {

using internal::Block;
using internal::BlocksByBundle;

namespace {

// Calls visit(lane, amount) for the whole amounts that a choice puts on gang lanes.
template <class Visit>
void each_gang(const Problem& problem, const Choice& choice, Visit visit) {
  if (choice.bundle != kNone) {
    const Span32 legs = problem.bundles[choice.bundle];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const BundleLeg& leg = problem.bundle_legs[i];
      if (leg.lane < problem.gang_lane_count) visit(leg.lane, leg.units * choice.devices);
    }
    return;
  }
  const Profile& profile = problem.profiles[choice.extra];
  if (profile.lots > 1) return;
  for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
    const ProfileLeg& leg = problem.profile_legs[i];
    if (leg.lane < problem.gang_lane_count && leg.amount > 0) visit(leg.lane, leg.amount);
  }
}

std::int64_t capacity_of(const Problem& problem, std::uint32_t row) {
  std::int64_t capacity = 0;
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    capacity += problem.supply[i].amount;
  }
  return capacity;
}

// The best load of whole gangs on a row, in price × devices. `Value` holds every sum.
template <class Value>
class LoadSearch {
 public:
  Value best(const LoadCost& cost, const std::vector<std::uint32_t>& sizes,
             const std::int64_t* prices, std::int64_t capacity) {
    const std::int64_t unit = sizes.front();
    set_earnings(sizes, prices, capacity);
    const auto width = static_cast<std::size_t>(capacity / unit);
    gain_.assign(width + 1, 0);
    Value best = 0;
    Value paid = 0;
    std::size_t step = 0;
    std::int64_t left = cost.steps.front().amount;
    std::size_t k = 0;
    for (std::size_t load = 1; load <= width; ++load) {
      if (k + 1 < earnings_.size() && load == earnings_[k + 1].units) ++k;
      gain_[load] = gain_[load - earnings_[k].units] + earnings_[k].value;
      for (std::int64_t need = unit; need > 0;) {
        const std::int64_t part = std::min(need, left);
        paid += static_cast<Value>(part) * cost.steps[step].price;
        need -= part;
        left -= part;
        if (left == 0 && step + 1 < cost.steps.size()) left = cost.steps[++step].amount;
      }
      best = std::max<Value>(best, gain_[load] - paid);
    }
    return best;
  }

 private:
  // What a piece of each size earns, or as many of the next smaller size that do better. With
  // these a load earns the sum over its digits: smaller pieces that add up to a larger one may be
  // joined.
  void set_earnings(const std::vector<std::uint32_t>& sizes, const std::int64_t* prices,
                    std::int64_t capacity) {
    earnings_.clear();
    for (std::size_t k = 0; k < sizes.size() && sizes[k] <= capacity; ++k) {
      Value value = prices[k];
      if (k > 0) {
        value = std::max<Value>(
            value, static_cast<Value>(sizes[k] / sizes[k - 1]) * earnings_[k - 1].value);
      }
      earnings_.push_back({sizes[k] / sizes.front(), value});
    }
  }

  struct Earning {
    std::size_t units = 0;
    Value value = 0;
  };
  std::vector<Earning> earnings_;
  std::vector<Value> gain_;
};

class GangPricer {
 public:
  GangPricer(const Problem& problem, const Prices& prices, const GangPrices& gangs)
      : problem_(problem),
        prices_(prices),
        gangs_(gangs),
        kinds_(gang_rows(problem, gangs.sizes)),
        gang_sums_(problem.slot_count + 1),
        transfer_sums_(problem.slot_count + 1),
        surplus_(problem.orders.size(), 0) {}

  int128 bound() {
    int128 bound = 0;
    BlocksByBundle(problem_).visit(
        problem_, [this](const Choice& choice) { sum_gang(choice); },
        [this](const Choice& choice) { sum_transfer(choice); },
        [this](const Block& block) { offer_block(block); });
    offer_profiles();
    for (const int128 surplus : surplus_) bound += surplus;
    for (std::uint32_t row = 0; row < problem_.row_count(); ++row) bound += row_surplus(row);
    for (const LineSlot& line : problem_.line_slots) bound += line_surplus(problem_, prices_, line);
    return bound;
  }

 private:
  // Undivided price of a whole amount on a row.
  [[nodiscard]] int128 gang_price(std::uint32_t lane, Slot slot, std::int64_t amount) const {
    const std::uint32_t row = problem_.row(lane, slot);
    if (lane >= problem_.gang_lane_count) return row_money(problem_, row, prices_[row], amount);
    const std::int64_t* prices = gangs_.prices.data() + std::size_t{row} * gangs_.sizes.size();
    int128 price = 0;
    const std::int64_t rest =
        split_gang(gangs_.sizes, amount, [&](std::size_t k, std::int64_t count) {
          price += static_cast<int128>(prices[k]) * count;
        });
    price += static_cast<int128>(prices_[row]) * rest;
    return price * problem_.lanes[lane].scale;
  }

  void sum_gang(const Choice& choice) {
    const Span32 legs = problem_.bundles[choice.bundle];
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      int128 cost = 0;
      for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
        const BundleLeg& leg = problem_.bundle_legs[i];
        cost += gang_price(leg.lane, slot, leg.units * choice.devices);
      }
      gang_sums_[slot + 1] = gang_sums_[slot] + cost;
    }
  }

  void sum_transfer(const Choice& choice) {
    if (choice.extra == kNone) return;
    const Transfer& transfer = problem_.transfers[choice.extra];
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      const std::uint32_t row = problem_.row(transfer.lane, slot);
      transfer_sums_[slot + 1] =
          transfer_sums_[slot] + row_money(problem_, row, prices_[row], transfer.rate);
    }
  }

  void offer_block(const Block& block) {
    const Choice& choice = problem_.choices[block.choice];
    const int128 delay =
        static_cast<int128>(problem_.orders[block.order].delay_cost) * problem_.denominator;
    int128 value = static_cast<int128>(choice.value) * problem_.denominator;
    int128& best = surplus_[block.order];
    for (Slot start = choice.first; start <= choice.last; ++start, value -= delay) {
      int128 cost = gang_sums_[start + choice.duration] - gang_sums_[start];
      if (choice.extra != kNone) {
        const Slot slots = problem_.transfers[choice.extra].slots;
        cost += transfer_sums_[start] - transfer_sums_[start - slots];
      }
      best = std::max(best, value - cost);
    }
  }

  void offer_profiles() {
    for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) {
      const Span32 choices = problem_.orders[order].choices;
      for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
        const Choice& choice = problem_.choices[i];
        if (choice.bundle != kNone) continue;
        surplus_[order] =
            std::max(surplus_[order], static_cast<int128>(choice.value) * problem_.denominator -
                                          profile_cost(choice));
      }
    }
  }

  // Amounts that are taken in parts pay λ, and so do those that are delivered: uniform rows price
  // both alike.
  [[nodiscard]] int128 profile_cost(const Choice& choice) const {
    const Profile& profile = problem_.profiles[choice.extra];
    int128 cost = 0;
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const ProfileLeg& leg = problem_.profile_legs[i];
      const bool whole = profile.lots == 1 && leg.amount > 0;
      for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
        const std::uint32_t row = problem_.row(leg.lane, slot);
        cost += whole ? gang_price(leg.lane, slot, leg.amount)
                      : row_money(problem_, row, prices_[row], leg.amount);
      }
    }
    return cost;
  }

  [[nodiscard]] int128 row_surplus(std::uint32_t row) {
    if (row >= kinds_.size() || kinds_[row] == GangRow::kUniform) {
      return step_surplus(problem_, prices_, row);
    }
    const LoadCost cost = load_cost(problem_, prices_, row, kinds_[row]);
    const int128 scale = problem_.lanes[row / problem_.slot_count].scale;
    const std::int64_t capacity = capacity_of(problem_, row);
    if (capacity < gangs_.sizes.front()) return cost.earned * scale;
    const std::int64_t* prices = gangs_.prices.data() + std::size_t{row} * gangs_.sizes.size();
    const std::int64_t highest = *std::max_element(prices, prices + gangs_.sizes.size());
    // Costs stay below kPriceMax · kGangCapacityMax < 2^60, gains below highest · capacity.
    const int128 best = highest <= (std::int64_t{1} << 61) / capacity
                            ? narrow_.best(cost, gangs_.sizes, prices, capacity)
                            : wide_.best(cost, gangs_.sizes, prices, capacity);
    return (cost.earned + best) * scale;
  }

  const Problem& problem_;
  const Prices& prices_;
  const GangPrices& gangs_;
  const std::vector<GangRow> kinds_;
  std::vector<int128> gang_sums_, transfer_sums_;  // before each slot, of the current block
  std::vector<int128> surplus_;                    // by order, the best so far
  LoadSearch<std::int64_t> narrow_;
  LoadSearch<int128> wide_;
};

}  // namespace

std::vector<std::int64_t> gang_amounts(const Problem& problem) {
  std::vector<std::int64_t> amounts;
  std::int64_t last = 0;  // runs of one amount are common
  for (const Choice& choice : problem.choices) {
    each_gang(problem, choice, [&](std::uint32_t, std::int64_t amount) {
      if (amount == last) return;
      last = amount;
      const auto place = std::lower_bound(amounts.begin(), amounts.end(), amount);
      if (place == amounts.end() || *place != amount) amounts.insert(place, amount);
    });
  }
  return amounts;
}

std::vector<GangRow> gang_rows(const Problem& problem, const std::vector<std::uint32_t>& sizes) {
  std::vector<GangRow> rows(std::size_t{problem.gang_lane_count} * problem.slot_count,
                            GangRow::kWhole);
  const auto mark = [&](std::uint32_t lane, SlotRange slots, GangRow kind) {
    for (Slot slot = slots.begin; slot < slots.end; ++slot) {
      GangRow& row = rows[problem.row(lane, slot)];
      if (row != GangRow::kUniform) row = kind;
    }
  };
  for (std::uint32_t row = 0; row < rows.size(); ++row) {
    const std::uint32_t first = problem.supply_begin[row];
    const bool below_zero =
        first != problem.supply_begin[row + 1] && problem.supply[first].price < 0;
    if (below_zero || capacity_of(problem, row) > kGangCapacityMax) rows[row] = GangRow::kUniform;
  }
  for (const Choice& choice : problem.choices) {
    if (choice.bundle == kNone) continue;
    each_gang(problem, choice, [&](std::uint32_t lane, std::int64_t amount) {
      if (amount % sizes.front() == 0) return;
      mark(lane, {choice.first, Slot{choice.last} + choice.duration}, GangRow::kDivisible);
    });
  }
  for (const Profile& profile : problem.profiles) {
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const ProfileLeg& leg = problem.profile_legs[i];
      if (leg.lane >= problem.gang_lane_count) continue;
      if (leg.amount < 0) {
        mark(leg.lane, leg.slots, GangRow::kUniform);
      } else if (profile.lots > 1 || leg.amount % sizes.front() != 0) {
        mark(leg.lane, leg.slots, GangRow::kDivisible);
      }
    }
  }
  return rows;
}

// Supply that is bought and curves that are given up are one pool, the cheapest first. As much of
// it as the curves want is used up before any load; y takes whatever is cheaper than λ beyond that.
LoadCost load_cost(const Problem& problem, const Prices& prices, std::uint32_t row, GangRow kind) {
  LoadCost cost;
  std::vector<LoadCost::Step> pool;
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    pool.push_back({problem.supply[i].price, problem.supply[i].amount});
  }
  const std::size_t supply_count = pool.size();
  int128 wanted = 0;
  for (std::uint32_t i = problem.demand_begin[row + 1]; i-- > problem.demand_begin[row];) {
    const DemandStep& step = problem.demand[i];
    if (step.price < 0) continue;
    pool.push_back({step.price, step.amount});
    wanted += step.amount;
    cost.earned += static_cast<int128>(step.price) * step.amount;
  }
  std::inplace_merge(
      pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(supply_count), pool.end(),
      [](const LoadCost::Step& a, const LoadCost::Step& b) { return a.price < b.price; });
  const std::int64_t share = kind == GangRow::kDivisible ? prices[row] : 0;
  for (LoadCost::Step step : pool) {
    const auto used = static_cast<std::int64_t>(std::min<int128>(wanted, step.amount));
    cost.earned -= static_cast<int128>(step.price) * used;
    wanted -= used;
    step.amount -= used;
    if (step.amount == 0) continue;
    if (step.price < share) {
      cost.earned += static_cast<int128>(share - step.price) * step.amount;
      step.price = share;
    }
    cost.steps.push_back(step);
  }
  return cost;
}

int128 gang_bound(const Problem& problem, const Prices& prices, const GangPrices& gang_prices) {
  return GangPricer(problem, prices, gang_prices).bound();
}

}  // namespace tongsuan::market
