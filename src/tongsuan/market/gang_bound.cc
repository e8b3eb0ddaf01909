#include "tongsuan/market/gang_bound.h"

#include <span>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/internal/kept.h"

namespace tongsuan::market {
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

// What prices ask for whole amounts.
class PieceMoney {
 public:
  PieceMoney(const Problem& problem, const Prices& prices, const GangPrices& gangs)
      : problem_(problem), prices_(prices), gangs_(gangs) {}

  // Undivided price of a whole amount on a row.
  [[nodiscard]] int128 of(std::uint32_t lane, Slot slot, std::int64_t amount) const {
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

  // Amounts that are taken in parts pay λ, and so do those that are delivered: uniform rows price
  // both alike.
  [[nodiscard]] int128 of(const Profile& profile) const {
    int128 cost = 0;
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const ProfileLeg& leg = problem_.profile_legs[i];
      const bool whole = profile.lots == 1 && leg.amount > 0;
      for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
        const std::uint32_t row = problem_.row(leg.lane, slot);
        cost += whole ? of(leg.lane, slot, leg.amount)
                      : row_money(problem_, row, prices_[row], leg.amount);
      }
    }
    return cost;
  }

 private:
  const Problem& problem_;
  const Prices& prices_;
  const GangPrices& gangs_;
};

// What an order gains at best. A copy keeps its own sums.
class OrderSurplus {
 public:
  OrderSurplus(const Problem& problem, const PieceMoney& money, const OptionPricer& pricer)
      : problem_(problem), money_(money), pricer_(pricer), gang_sums_(problem.slot_count) {}

  int128 operator()(std::uint32_t order, std::span<const Choice> choices) {
    const std::int64_t delay_cost = problem_.orders[order].delay_cost;
    int128 best = 0;
    for (const Choice& choice : choices) {
      const int128 value = static_cast<int128>(choice.value) * problem_.denominator;
      best =
          std::max(best, choice.bundle == kNone ? value - money_.of(problem_.profiles[choice.extra])
                                                : best_start(choice, value, delay_cost));
    }
    return best;
  }

 private:
  [[nodiscard]] int128 best_start(const Choice& choice, int128 value, std::int64_t delay_cost) {
    const std::vector<int128>& sums = gang_sums(choice);
    const int128 delay = static_cast<int128>(delay_cost) * problem_.denominator;
    int128 best = 0;
    for (Slot start = choice.first; start <= choice.last; ++start, value -= delay) {
      const int128 cost =
          sums[start + choice.duration] - sums[start] + pricer_.transfer_cost(choice, start);
      best = std::max(best, value - cost);
    }
    return best;
  }

  // Of the bundle for the whole gang: entry t holds the slots before t.
  const std::vector<int128>& gang_sums(const Choice& choice) {
    return gang_sums_.of(internal::gang_key(choice), [&](std::vector<int128>& sums) {
      sums.assign(problem_.slot_count + 1, 0);
      const Span32 legs = problem_.bundles[choice.bundle];
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        sums[slot + 1] = sums[slot];
        for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
          const BundleLeg& leg = problem_.bundle_legs[i];
          sums[slot + 1] += money_.of(leg.lane, slot, leg.units * choice.devices);
        }
      }
    });
  }

  const Problem& problem_;
  const PieceMoney& money_;
  const OptionPricer& pricer_;
  internal::Kept<std::vector<int128>> gang_sums_;
};

// What rows earn.
class RowSurplus {
 public:
  RowSurplus(const Problem& problem, const Prices& prices, const GangPrices& gangs,
             const std::vector<GangRow>& kinds)
      : problem_(problem), prices_(prices), gangs_(gangs), kinds_(kinds) {}

  [[nodiscard]] int128 of(std::uint32_t row) {
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

 private:
  const Problem& problem_;
  const Prices& prices_;
  const GangPrices& gangs_;
  const std::vector<GangRow>& kinds_;
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

std::vector<GangRow> gang_rows(const BoundedBook& book, const std::vector<std::uint32_t>& sizes) {
  const Problem& problem = book.problem();
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
  BoundedBook::Reader reader(book);
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    for (const Choice& choice : reader.choices(order)) {
      if (choice.bundle == kNone) continue;
      each_gang(problem, choice, [&](std::uint32_t lane, std::int64_t amount) {
        if (amount % sizes.front() == 0) return;
        mark(lane, {choice.first, Slot{choice.last} + choice.duration}, GangRow::kDivisible);
      });
    }
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

int128 gang_bound(const BoundedBook& book, const Prices& prices, const GangPrices& gang_prices,
                  const std::vector<GangRow>& kinds) {
  const Problem& problem = book.problem();
  const PieceMoney money(problem, prices, gang_prices);
  const OptionPricer pricer(problem, prices);
  int128 bound = book.sum(OrderSurplus(problem, money, pricer));
  RowSurplus rows(problem, prices, gang_prices, kinds);
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) bound += rows.of(row);
  for (const LineSlot& line : problem.line_slots) bound += line_surplus(problem, prices, line);
  return bound;
}

int128 gang_bound(const BoundedBook& book, const Prices& prices, const GangPrices& gang_prices) {
  return gang_bound(book, prices, gang_prices, gang_rows(book, gang_prices.sizes));
}

}  // namespace tongsuan::market
