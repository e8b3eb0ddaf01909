// Orders that are no blocks: what they buy, and what would place them.
#include <algorithm>
#include <string>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/clearing/changes.h"

namespace tongsuan::clearing {

using market::Problem;

namespace {

constexpr Slot kLaterMax = 24;               // slots that all legs may be moved by
constexpr std::size_t kOptionsTried = 256;   // of all moves of an order
constexpr std::size_t kDearerTried = 4'096;  // prices that a first step may rise to

CapacityUse capacity_use(const Problem& problem, std::uint32_t lane, SlotRange slots,
                         std::int64_t devices, const Prices& prices) {
  CapacityUse use{problem.lanes[lane].first, problem.lanes[lane].second, slots, devices, {}};
  for (Slot slot = slots.begin; slot < slots.end; ++slot) {
    use.prices.push_back(prices[problem.row(lane, slot)]);
  }
  return use;
}

}  // namespace

std::vector<CapacityUse> uses_of(const Problem& problem, const market::Placement& placement,
                                 const Prices& prices) {
  std::vector<CapacityUse> uses;
  market::each_use(problem, placement, [&](std::uint32_t lane, SlotRange slots, auto amount) {
    if (lane >= problem.capacity_lane_count) return;
    uses.push_back(capacity_use(problem, lane, slots, amount, prices));
  });
  return uses;
}

std::vector<CapacityUse> curve_uses(const Problem& problem, std::uint32_t order,
                                    const market::Allocation& allocation, const Prices& prices) {
  std::vector<CapacityUse> uses;
  for (std::uint32_t lane = 0; lane < problem.capacity_lane_count; ++lane) {
    std::int64_t last = 0;
    for (Slot slot = 0; slot < problem.slot_count; ++slot) {
      const std::uint32_t row = problem.row(lane, slot);
      std::int64_t bought = 0;
      for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
        if (problem.demand[i].order == order) bought += allocation.demand[i];
      }
      if (bought > 0 && bought == last) {
        uses.back().slots.end = slot + 1;
        uses.back().prices.push_back(prices[row]);
      } else if (bought > 0) {
        uses.push_back(capacity_use(problem, lane, {slot, slot + 1}, bought, prices));
      }
      last = bought;
    }
  }
  return uses;
}

std::int64_t paid_for(const Problem& problem, const std::vector<CapacityUse>& uses) {
  if (uses.empty()) return 0;
  int128 sum = 0;  // every capacity lane has the same scale
  for (const CapacityUse& use : uses) {
    for (const std::int64_t price : use.prices) sum += static_cast<int128>(price) * use.devices;
  }
  const int128 paid =
      divide_wide(sum * problem.lanes.front().scale, problem.denominator, Rounding::kUp);
  return static_cast<std::int64_t>(std::min<int128>(paid, kMoneyMax + 1));
}

std::int64_t worth_of(const Market& market, const Order& order) {
  if (order.options.count() == 0) return order.value;
  std::int64_t best = market.options[order.options.begin].value;
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    best = std::max(best, market.options[i].value);
  }
  return best;
}

// ---- Options, profiles and services ------------------------------------------------------------

namespace {

struct Moved {
  std::int64_t value = 0;
  std::vector<Leg> legs;
  std::uint32_t from = 0;  // of all that the order would take
  Slot later = 0;
};

// What a service would be as an option at one hub.
Moved service_at(const Market& market, const Order& order, HubId hub) {
  const Variant& variant = market.variants[order.variants.begin];
  const std::uint32_t node = std::max(1U, market.classes[variant.accelerator.value].node_devices);
  Moved moved{order.value, {}};
  for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) {
    Leg leg{RowKind::kCapacity,        hub.value,
            variant.accelerator.value, kNone,
            market.ranges[i],          std::int64_t{variant.gang}};
    if (order.whole_nodes) {
      leg.kind = RowKind::kNodes;
      leg.amount = (leg.amount + node - 1) / node;
    }
    moved.legs.push_back(leg);
  }
  return moved;
}

// All that the order would take, as options of their own.
std::vector<Moved> as_options(const Market& market, const Order& order) {
  std::vector<Moved> options;
  if (order.kind == OrderKind::kService) {
    const Span32 hubs = market.hub_sets[order.hubs.value];
    for (std::uint32_t i = hubs.begin; i < hubs.end; ++i) {
      options.push_back(service_at(market, order, market.hub_lists[i]));
      options.back().from = i - hubs.begin;
    }
    return options;
  }
  for (std::uint32_t i = order.options.begin; i < order.options.end; ++i) {
    const Option& option = market.options[i];
    const auto legs = market.legs.begin();
    options.push_back({option.value,
                       {legs + option.legs.begin, legs + option.legs.end},
                       i - order.options.begin});
  }
  return options;
}

// Each option with all of its legs so many slots later, as far as the calendar goes.
std::vector<Moved> later_ones(const Market& market, const std::vector<Moved>& options) {
  std::vector<Moved> moved;
  for (Slot later = 1; later <= kLaterMax; ++later) {
    for (const Moved& option : options) {
      Moved one{option.value, option.legs, option.from, later};
      bool fits = true;
      for (Leg& leg : one.legs) {
        leg.slots = {leg.slots.begin + later, leg.slots.end + later};
        fits = fits && leg.slots.end <= market.calendar.slot_count;
      }
      if (fits && moved.size() < kOptionsTried) moved.push_back(std::move(one));
    }
  }
  return moved;
}

bool is_at_one_hub(const Moved& option) {
  return std::ranges::all_of(option.legs, [&](const Leg& leg) {
    return leg.kind != RowKind::kZone && leg.amount > 0 && leg.hub == option.legs.front().hub;
  });
}

// Each option that buys at one hub, at every hub where none of them is.
std::vector<Moved> elsewhere(const Market& market, const std::vector<Moved>& options) {
  std::vector<Moved> moved;
  for (std::uint32_t hub = 0; hub < market.hubs.size(); ++hub) {
    const bool known = std::ranges::any_of(options, [&](const Moved& option) {
      return std::ranges::any_of(option.legs, [&](const Leg& leg) { return leg.hub == hub; });
    });
    if (known) continue;
    for (const Moved& option : options) {
      if (option.legs.empty() || !is_at_one_hub(option) || moved.size() == kOptionsTried) continue;
      Moved one = option;
      for (Leg& leg : one.legs) leg.hub = hub;
      if (std::ranges::none_of(moved, [&](const Moved& m) { return m.legs == one.legs; })) {
        moved.push_back(std::move(one));
      }
    }
  }
  return moved;
}

// The order with these options and no others.
std::optional<Change> as_moved(OpenRound& round, std::uint32_t index,
                               const std::vector<Moved>& moved, ChangeKind kind) {
  if (moved.empty()) return std::nullopt;
  const Result<Requote> requote = round.reclear_as(
      index,
      [&](Market& alone, Order& order) {
        std::vector<Option> options;
        for (const Moved& one : moved) {
          options.push_back({one.value, append(alone.legs, one.legs)});
        }
        order.kind = OrderKind::kOptions;
        order.options = append(alone.options, options);
      },
      kTries);
  if (!requote.ok() || !requote.value().placed) return std::nullopt;
  Change change = change_from(requote.value(), kind, "elsewhere");
  change.later = moved[change.variant].later;
  if (kind == ChangeKind::kLater) change.description = "later by " + std::to_string(change.later);
  change.variant = moved[change.variant].from;
  return change;
}

// ---- Curves ------------------------------------------------------------------------------------

// Prices above the first step's at which something of its rows is bought or sold, rising.
std::vector<std::int64_t> dearer(const Problem& problem, const Leg& leg, std::int64_t price) {
  std::vector<std::int64_t> prices;
  for (std::uint32_t lane = 0; lane < problem.capacity_lane_count; ++lane) {
    if (problem.lanes[lane].first != leg.hub || problem.lanes[lane].second != leg.accelerator) {
      continue;
    }
    for (Slot slot = leg.slots.begin; slot < leg.slots.end; ++slot) {
      const std::uint32_t row = problem.row(lane, slot);
      for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
        prices.push_back(problem.supply[i].price);
      }
      for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
        prices.push_back(problem.demand[i].price + 1);
      }
    }
  }
  std::erase_if(prices, [&](std::int64_t other) { return other <= price; });
  for (std::int64_t& each : prices) each = (each + kLimitTick - 1) / kLimitTick * kLimitTick;
  std::ranges::sort(prices);
  prices.erase(std::unique(prices.begin(), prices.end()), prices.end());
  if (prices.size() > kDearerTried) prices.resize(kDearerTried);
  return prices;
}

// The least price of the first step at which it gets some.
std::optional<Change> dearer_step(const Market& market, OpenRound& round, std::uint32_t index) {
  const Order& order = market.orders[index];
  const Leg& leg = market.legs[market.options[order.options.begin].legs.begin];
  if (order.steps.count() == 0 || leg.kind != RowKind::kCapacity) return std::nullopt;
  const Step first = market.steps[order.steps.begin];
  const std::vector<std::int64_t> prices = dearer(round.problem(), leg, first.price.raw());
  const auto placed_at = [&](std::int64_t price) -> std::optional<Requote> {
    const Result<Requote> requote = round.reclear_as(
        index,
        [&](Market& alone, Order& changed) {
          std::vector<Step> steps(market.steps.begin() + order.steps.begin,
                                  market.steps.begin() + order.steps.end);
          steps.front().price = Price(price);
          changed.steps = append(alone.steps, steps);
        },
        kTries);
    return requote.ok() && requote.value().placed ? std::optional(requote.value()) : std::nullopt;
  };
  std::size_t fails = 0, works = prices.size();  // of those before `fails`, none does
  std::optional<Requote> best;
  while (fails < works) {
    const std::size_t middle = fails + (works - fails) / 2;
    if (std::optional<Requote> requote = placed_at(prices[middle])) {
      works = middle;
      best = std::move(requote);
    } else {
      fails = middle + 1;
    }
  }
  if (!best || prices[works] > kPriceMax) return std::nullopt;
  const int128 more = static_cast<int128>(prices[works] - first.price.raw()) * first.amount.raw() *
                      leg.slots.count() * market.calendar.slot_seconds;
  Change change =
      change_from(*best, ChangeKind::kLimit, "first step at " + decimal(prices[works], 6),
                  static_cast<std::int64_t>(std::min<int128>(more / 3'600, kMoneyMax)));
  change.limit = prices[works];
  return change;
}

}  // namespace

// ---- The cheapest ones -------------------------------------------------------------------------

Result<std::vector<Change>> package_changes(const Market& market, OpenRound& round,
                                            std::uint32_t index) {
  const Order& order = market.orders[index];
  std::vector<Change> changes;
  const auto add = [&](std::optional<Change> change) {
    if (change) changes.push_back(std::move(*change));
  };
  if (order.kind == OrderKind::kCurve) {
    if (order.options.count() > 0) add(dearer_step(market, round, index));
    return changes;
  }
  const Requote now = round.reclear(index, kTries);
  const std::int64_t present = worth_of(market, order);
  // A tick of one device-hour is one of money.
  if (const auto raised = least_raise(round, index, {3'600, present, now})) {
    add(change_from(raised->placed, ChangeKind::kValue,
                    "value " + decimal(raised->ticks * kLimitTick, 6), raised->more));
  }
  const std::vector<Moved> options = as_options(market, order);
  add(as_moved(round, index, later_ones(market, options), ChangeKind::kLater));
  add(as_moved(round, index, elsewhere(market, options), ChangeKind::kHub));
  std::ranges::stable_sort(changes, {}, [](const Change& c) { return c.extra_cost; });
  return changes;
}

}  // namespace tongsuan::clearing
