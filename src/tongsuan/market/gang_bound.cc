#include <algorithm>
#include <limits>
#include <numeric>

#include "tongsuan/market/evaluate.h"

namespace tongsuan::market {
namespace {

bool on_capacity(const Problem& problem, std::uint32_t lane) {
  return lane < problem.capacity_lane_count;
}

// Calls visit(size) for the gang of every choice on a capacity lane.
template <class Visit>
void each_gang(const Problem& problem, Visit visit) {
  for (const Choice& choice : problem.choices) {
    if (choice.bundle == kNone) continue;
    const BundleLeg& leg = problem.bundle_legs[problem.bundles[choice.bundle].begin];
    visit(leg.units * choice.devices);
  }
  for (const ProfileLeg& leg : problem.profile_legs) {
    if (on_capacity(problem, leg.lane)) visit(leg.amount);
  }
}

std::int64_t capacity_of(const Problem& problem, std::uint32_t row) {
  std::int64_t capacity = 0;
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    capacity += problem.supply[i].amount;
  }
  return capacity;
}

// Best whole numbers of gangs on one row, in price × devices. `Value` holds every sum.
template <class Value>
Value best_gangs(const Problem& problem, std::uint32_t row, const std::vector<std::uint32_t>& sizes,
                 const std::int64_t* prices, std::int64_t capacity) {
  std::int64_t unit = 0;  // gangs only ever take multiples of it
  for (const std::uint32_t size : sizes) unit = std::gcd(unit, std::int64_t{size});
  const auto width = static_cast<std::size_t>(capacity / unit);
  // gain[w]: the most that gangs of at most w units earn. "At most" is as good as "exactly",
  // because more devices never cost less.
  std::vector<Value> gain(width + 1, 0);
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const auto size = static_cast<std::size_t>(sizes[k] / unit);
    if (prices[k] == 0) continue;
    for (std::size_t w = size; w <= width; ++w) {
      gain[w] = std::max<Value>(gain[w], gain[w - size] + prices[k]);
    }
  }
  Value best = 0;
  Value cost = 0;
  std::uint32_t step = problem.supply_begin[row];
  std::int64_t left = problem.supply[step].amount;
  for (std::size_t w = 1; w <= width; ++w) {
    for (std::int64_t need = unit; need > 0;) {
      const std::int64_t part = std::min(need, left);
      cost += static_cast<Value>(part) * problem.supply[step].price;
      need -= part;
      left -= part;
      if (left == 0 && ++step < problem.supply_begin[row + 1]) left = problem.supply[step].amount;
    }
    best = std::max<Value>(best, gain[w] - cost);
  }
  return best;
}

class GangPricer {
 public:
  GangPricer(const Problem& problem, const Prices& prices, const GangPrices& gangs)
      : problem_(problem), gangs_(gangs), width_(problem.slot_count + 1) {
    lane_sums_.resize(problem.lanes.size() * width_);
    for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
      for (Slot slot = 0; slot < problem.slot_count; ++slot) {
        std::int64_t* sums = lane_sums_.data() + lane * width_ + slot;
        sums[1] = sums[0] + prices[problem.row(lane, slot)];
      }
    }
    const std::size_t sizes = gangs.sizes.size();
    gang_sums_.resize(problem.capacity_lane_count * sizes * width_);
    for (std::uint32_t lane = 0; lane < problem.capacity_lane_count; ++lane) {
      for (std::size_t k = 0; k < sizes; ++k) {
        std::int64_t* sums = gang_sums_.data() + (lane * sizes + k) * width_;
        for (Slot slot = 0; slot < problem.slot_count; ++slot) {
          sums[slot + 1] = sums[slot] + gangs.prices[problem.row(lane, slot) * sizes + k];
        }
      }
    }
  }

  [[nodiscard]] int128 order_surplus(const ProblemOrder& order) const {
    int128 best = 0;
    for (std::uint32_t i = order.choices.begin; i < order.choices.end; ++i) {
      const Choice& choice = problem_.choices[i];
      for (Slot start = choice.first; start <= choice.last; ++start) {
        const std::int64_t value = choice.value - order.delay_cost * (start - choice.first);
        const int128 surplus =
            static_cast<int128>(value) * problem_.denominator -
            (choice.bundle == kNone ? profile_cost(choice) : bundle_cost(choice, start));
        best = std::max(best, surplus);
      }
    }
    return best;
  }

  [[nodiscard]] int128 row_surplus(std::uint32_t row) const {
    if (gangs_.sizes.empty()) return 0;
    const std::int64_t capacity = capacity_of(problem_, row);
    if (capacity < gangs_.sizes.front()) return 0;
    const std::int64_t* prices = gangs_.prices.data() + std::size_t{row} * gangs_.sizes.size();
    const std::int64_t highest = *std::max_element(prices, prices + gangs_.sizes.size());
    const int128 scale = problem_.lanes[row / problem_.slot_count].scale;
    // Costs stay below kPriceMax · kKnapsackMax < 2^60, gains below highest · capacity.
    if (highest <= (std::int64_t{1} << 61) / capacity) {
      return best_gangs<std::int64_t>(problem_, row, gangs_.sizes, prices, capacity) * scale;
    }
    return best_gangs<int128>(problem_, row, gangs_.sizes, prices, capacity) * scale;
  }

 private:
  [[nodiscard]] int128 lane_cost(std::uint32_t lane, SlotRange slots, std::int64_t amount) const {
    const std::int64_t* sums = lane_sums_.data() + lane * width_;
    return static_cast<int128>(sums[slots.end] - sums[slots.begin]) * amount *
           problem_.lanes[lane].scale;
  }

  [[nodiscard]] int128 gang_cost(std::uint32_t lane, SlotRange slots, std::int64_t size) const {
    const auto found = std::lower_bound(gangs_.sizes.begin(), gangs_.sizes.end(), size);
    TONGSUAN_CHECK(found != gangs_.sizes.end() && *found == size);
    const auto k = static_cast<std::size_t>(found - gangs_.sizes.begin());
    const std::int64_t* sums = gang_sums_.data() + (lane * gangs_.sizes.size() + k) * width_;
    return static_cast<int128>(sums[slots.end] - sums[slots.begin]) * problem_.lanes[lane].scale;
  }

  [[nodiscard]] int128 bundle_cost(const Choice& choice, Slot start) const {
    const SlotRange slots = {start, start + choice.duration};
    const Span32 legs = problem_.bundles[choice.bundle];
    const BundleLeg& first = problem_.bundle_legs[legs.begin];
    int128 cost = gang_cost(first.lane, slots, first.units * choice.devices);
    for (std::uint32_t i = legs.begin + 1; i < legs.end; ++i) {
      const BundleLeg& leg = problem_.bundle_legs[i];
      cost += lane_cost(leg.lane, slots, leg.units * choice.devices);
    }
    if (choice.extra != kNone) {
      const Transfer& transfer = problem_.transfers[choice.extra];
      cost += lane_cost(transfer.lane, {start - transfer.slots, start}, transfer.rate);
    }
    return cost;
  }

  [[nodiscard]] int128 profile_cost(const Choice& choice) const {
    const Span32 legs = problem_.profiles[choice.extra].legs;
    int128 cost = 0;
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const ProfileLeg& leg = problem_.profile_legs[i];
      cost += on_capacity(problem_, leg.lane) ? gang_cost(leg.lane, leg.slots, leg.amount)
                                              : lane_cost(leg.lane, leg.slots, leg.amount);
    }
    return cost;
  }

  const Problem& problem_;
  const GangPrices& gangs_;
  const std::size_t width_;
  std::vector<std::int64_t> lane_sums_;  // lanes × (slots + 1)
  std::vector<std::int64_t> gang_sums_;  // capacity lanes × sizes × (slots + 1)
};

}  // namespace

bool gang_bound_applies(const Problem& problem) {
  const std::uint32_t rows = problem.capacity_lane_count * problem.slot_count;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (problem.demand_begin[row] != problem.demand_begin[row + 1]) return false;
    if (capacity_of(problem, row) > kKnapsackMax) return false;
    const std::uint32_t first = problem.supply_begin[row];
    if (first != problem.supply_begin[row + 1] && problem.supply[first].price < 0) return false;
  }
  for (const Profile& profile : problem.profiles) {
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const ProfileLeg& leg = problem.profile_legs[i];
      if (on_capacity(problem, leg.lane) && (leg.amount < 0 || profile.lots > 1)) return false;
    }
  }
  bool fits = true;
  each_gang(problem, [&](std::int64_t size) {
    fits = fits && size <= std::numeric_limits<std::uint32_t>::max();
  });
  return fits;
}

std::vector<std::uint32_t> gang_sizes(const Problem& problem) {
  std::vector<std::uint32_t> sizes;
  std::uint32_t last = 0;  // runs of one size are common
  each_gang(problem, [&](std::int64_t size) {
    if (size == last) return;
    last = static_cast<std::uint32_t>(size);
    const auto place = std::lower_bound(sizes.begin(), sizes.end(), last);
    if (place == sizes.end() || *place != last) sizes.insert(place, last);
  });
  return sizes;
}

int128 gang_bound(const Problem& problem, const Prices& prices, const GangPrices& gang_prices) {
  const GangPricer pricer(problem, prices, gang_prices);
  int128 bound = 0;
  for (const ProblemOrder& order : problem.orders) bound += pricer.order_surplus(order);
  const std::uint32_t capacity_rows = problem.capacity_lane_count * problem.slot_count;
  for (std::uint32_t row = 0; row < capacity_rows; ++row) bound += pricer.row_surplus(row);
  for (std::uint32_t row = capacity_rows; row < problem.row_count(); ++row) {
    bound += step_surplus(problem, prices, row);
  }
  for (const LineSlot& line : problem.line_slots) bound += line_surplus(problem, prices, line);
  return bound;
}

}  // namespace tongsuan::market
