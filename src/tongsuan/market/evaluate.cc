#include "tongsuan/market/evaluate.h"

#include <algorithm>
#include <limits>

namespace tongsuan::market {
namespace {

constexpr std::size_t kSummedBundleSlotsMax = std::size_t{1} << 27;  // 1 GiB
constexpr std::int64_t kNarrowMax = std::int64_t{1} << 61;

// Hub that an award of this choice names; kNone for options and profiles, which name none.
std::uint32_t award_hub(const Problem& problem, OrderKind kind, const Choice& choice) {
  if (kind == OrderKind::kBlock) return problem.hub(choice);
  if (kind != OrderKind::kService) return kNone;
  const Profile& profile = problem.profiles[choice.extra];
  return problem.lanes[problem.profile_legs[profile.legs.begin].lane].first;
}

// The steps of one row in the order in which they are accepted.
class RowWalk {
 public:
  RowWalk(const Problem& problem, std::uint32_t row)
      : supply_(problem.supply.data() + problem.supply_begin[row]),
        supply_end_(problem.supply.data() + problem.supply_begin[row + 1]),
        demand_(problem.demand.data() + problem.demand_begin[row]),
        demand_end_(problem.demand.data() + problem.demand_begin[row + 1]) {
    open_supply();
    open_demand();
  }

  [[nodiscard]] bool has_supply() const { return supply_ != supply_end_; }
  [[nodiscard]] bool has_demand() const { return demand_ != demand_end_; }
  [[nodiscard]] std::int64_t supply_price() const { return supply_->price; }
  [[nodiscard]] std::int64_t demand_price() const { return demand_->price; }
  [[nodiscard]] std::int64_t supply_left() const { return supply_left_; }
  [[nodiscard]] std::int64_t demand_left() const { return demand_left_; }
  [[nodiscard]] std::int64_t supplied() const { return supplied_; }
  [[nodiscard]] std::int64_t demanded() const { return demanded_; }

  void take_supply(std::int64_t amount) {
    supplied_ += amount;
    supply_left_ -= amount;
    if (supply_left_ > 0) return;
    ++supply_;
    open_supply();
  }
  void take_demand(std::int64_t amount) {
    demanded_ += amount;
    demand_left_ -= amount;
    if (demand_left_ > 0) return;
    ++demand_;
    open_demand();
  }

 private:
  void open_supply() { supply_left_ = has_supply() ? supply_->amount : 0; }
  void open_demand() { demand_left_ = has_demand() ? demand_->amount : 0; }

  const SupplyStep* supply_;
  const SupplyStep* supply_end_;
  const DemandStep* demand_;
  const DemandStep* demand_end_;
  std::int64_t supply_left_ = 0;
  std::int64_t demand_left_ = 0;
  std::int64_t supplied_ = 0;
  std::int64_t demanded_ = 0;
};

// Accepts steps of one row around its net use; false when they cannot meet it.
bool dispatch_row(const Problem& problem, std::uint32_t row, std::int64_t use, RowWalk& walk) {
  const bool balance = problem.lanes[row / problem.slot_count].balance;
  // On a free row, supply that pays to be taken is taken even to be thrown away.
  while (!balance && walk.has_supply() && walk.supply_price() < 0) {
    walk.take_supply(walk.supply_left());
  }
  while (walk.supplied() < use && walk.has_supply()) {
    walk.take_supply(std::min(use - walk.supplied(), walk.supply_left()));
  }
  if (walk.supplied() < use) return false;
  // What is there beyond the use goes to demand: all of it on a balance row, and on a free row as
  // far as demand wants it at all.
  std::int64_t surplus = walk.supplied() - use;
  while (surplus > 0 && walk.has_demand() && (balance || walk.demand_price() >= 0)) {
    const std::int64_t amount = std::min(surplus, walk.demand_left());
    surplus -= amount;
    walk.take_demand(amount);
  }
  if (surplus > 0) return !balance;
  // Volume first: trade goes on while demand pays at least what supply asks.
  while (walk.has_supply() && walk.has_demand() && walk.demand_price() >= walk.supply_price() &&
         (balance || walk.demand_price() >= 0)) {
    const std::int64_t amount = std::min(walk.supply_left(), walk.demand_left());
    walk.take_supply(amount);
    walk.take_demand(amount);
  }
  return true;
}

int128 undivided(const Problem& problem, std::int64_t money) {
  return static_cast<int128>(money) * problem.denominator;
}

}  // namespace

Placement find_placement(const Problem& problem, const Award& award) {
  if (award.order.value >= problem.orders.size()) return {};
  const ProblemOrder& order = problem.orders[award.order.value];
  const Choice* begin = problem.choices.data() + order.choices.begin;
  const Choice* end = problem.choices.data() + order.choices.end;
  // Choices rise by (variant, hub).
  const Choice* found = std::partition_point(begin, end, [&](const Choice& choice) {
    if (choice.variant != award.variant) return choice.variant < award.variant;
    const std::uint32_t hub = award_hub(problem, order.kind, choice);
    return hub < award.hub;
  });
  if (found == end || found->variant != award.variant ||
      award_hub(problem, order.kind, *found) != award.hub) {
    return {};
  }
  Placement placement;
  placement.choice = static_cast<std::uint32_t>(found - problem.choices.data());
  placement.lots = award.lots;
  if (order.kind == OrderKind::kBlock) {
    if (award.start < found->first || award.start > found->last) return {};
    placement.start = award.start;
  } else {
    if (award.start != 0) return {};
    placement.start = found->first;
  }
  return placement;
}

Award make_award(const Problem& problem, std::uint32_t order, const Placement& placement) {
  const Choice& choice = problem.choices[placement.choice];
  const OrderKind kind = problem.orders[order].kind;
  return {.order = OrderId{order},
          .variant = choice.variant,
          .hub = award_hub(problem, kind, choice),
          .start = kind == OrderKind::kBlock ? placement.start : 0,
          .lots = static_cast<std::uint32_t>(placement.lots)};
}

bool lots_allowed(const Problem& problem, const Placement& placement) {
  const Choice& choice = problem.choices[placement.choice];
  if (choice.bundle != kNone) return placement.lots == 1;
  const Profile& profile = problem.profiles[choice.extra];
  return placement.lots >= profile.lots_min && placement.lots <= profile.lots;
}

SlotRange placement_slots(const Problem& problem, const Placement& placement) {
  const Choice& choice = problem.choices[placement.choice];
  if (choice.bundle != kNone) return {placement.start, placement.start + choice.duration};
  const Span32 legs = problem.profiles[choice.extra].legs;
  SlotRange slots = problem.profile_legs[legs.begin].slots;
  for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
    slots.begin = std::min(slots.begin, problem.profile_legs[i].slots.begin);
    slots.end = std::max(slots.end, problem.profile_legs[i].slots.end);
  }
  return slots;
}

std::int64_t placement_value(const Problem& problem, std::uint32_t order,
                             const Placement& placement) {
  const Choice& choice = problem.choices[placement.choice];
  if (choice.bundle != kNone) {
    return choice.value - problem.orders[order].delay_cost * (placement.start - choice.first);
  }
  const std::int64_t lots = problem.profiles[choice.extra].lots;
  if (placement.lots == lots) return choice.value;
  return divide(static_cast<int128>(choice.value) * placement.lots, lots, Rounding::kDown);
}

void add_use(const Problem& problem, const Placement& placement, std::int64_t sign,
             std::vector<std::int64_t>& use) {
  each_use(problem, placement, [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
    for (Slot slot = slots.begin; slot < slots.end; ++slot) {
      use[problem.row(lane, slot)] += sign * amount;
    }
  });
}

int128 placement_cost(const Problem& problem, const Placement& placement, const Prices& prices) {
  int128 cost = 0;
  each_use(problem, placement, [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
    for (Slot slot = slots.begin; slot < slots.end; ++slot) {
      const std::uint32_t row = problem.row(lane, slot);
      cost += row_money(problem, row, prices[row], amount);
    }
  });
  return cost;
}

std::vector<Placement> placements_of(const Problem& problem, const Outcome& outcome) {
  std::vector<Placement> placements;
  placements.reserve(outcome.awards.size());
  for (const Award& award : outcome.awards) {
    placements.push_back(find_placement(problem, award));
    TONGSUAN_CHECK(placements.back().choice != kNone);
  }
  return placements;
}

std::vector<std::int64_t> net_use(const Problem& problem, const Outcome& outcome) {
  return net_use(problem, outcome, placements_of(problem, outcome));
}

std::vector<std::int64_t> net_use(const Problem& problem, const Outcome& outcome,
                                  const std::vector<Placement>& placements) {
  // Differences over time first: a long block costs two entries per lane, not one per slot.
  const std::uint32_t width = problem.slot_count + 1;
  std::vector<std::int64_t> change(problem.lanes.size() * width, 0);
  for (const Placement& placement : placements) {
    each_use(problem, placement, [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
      change[std::size_t{lane} * width + slots.begin] += amount;
      change[std::size_t{lane} * width + slots.end] -= amount;
    });
  }
  std::vector<std::int64_t> use(problem.row_count());
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    std::int64_t running = 0;
    for (Slot slot = 0; slot < problem.slot_count; ++slot) {
      running += change[std::size_t{lane} * width + slot];
      use[problem.row(lane, slot)] = running;
    }
  }
  TONGSUAN_CHECK(outcome.flows.size() == problem.line_slots.size());
  for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
    use[problem.line_slots[i].from] += outcome.flows[i];
    use[problem.line_slots[i].to] -= outcome.flows[i];
  }
  return use;
}

Dispatch dispatch(const Problem& problem, const std::vector<std::int64_t>& net_use) {
  const std::uint32_t rows = problem.row_count();
  Dispatch result;
  result.supplied.resize(rows);
  result.demanded.resize(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    RowWalk walk(problem, row);
    const bool met = dispatch_row(problem, row, net_use[row], walk);
    if (!met && result.short_row == kNone) result.short_row = row;
    result.supplied[row] = walk.supplied();
    result.demanded[row] = walk.demanded();
  }
  return result;
}

int128 supply_cost(const Problem& problem, std::uint32_t row, std::int64_t amount) {
  int128 cost = 0;
  for (std::uint32_t i = problem.supply_begin[row]; amount > 0; ++i) {
    TONGSUAN_CHECK(i < problem.supply_begin[row + 1]);
    const std::int64_t part = std::min(amount, problem.supply[i].amount);
    cost += row_money(problem, row, problem.supply[i].price, part);
    amount -= part;
  }
  return cost;
}

int128 demand_value(const Problem& problem, std::uint32_t row, std::int64_t amount) {
  int128 value = 0;
  for (std::uint32_t i = problem.demand_begin[row]; amount > 0; ++i) {
    TONGSUAN_CHECK(i < problem.demand_begin[row + 1]);
    const std::int64_t part = std::min(amount, problem.demand[i].amount);
    value += row_money(problem, row, problem.demand[i].price, part);
    amount -= part;
  }
  return value;
}

int128 welfare(const Problem& problem, const Outcome& outcome, const Dispatch& dispatch) {
  return welfare(problem, outcome, placements_of(problem, outcome), dispatch);
}

int128 welfare(const Problem& problem, const Outcome& outcome,
               const std::vector<Placement>& placements, const Dispatch& dispatch) {
  int128 total = 0;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const std::uint32_t order = outcome.awards[i].order.value;
    total += undivided(problem, placement_value(problem, order, placements[i]));
  }
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    total += demand_value(problem, row, dispatch.demanded[row]);
    total -= supply_cost(problem, row, dispatch.supplied[row]);
  }
  for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
    const LineSlot& line = problem.line_slots[i];
    const std::int64_t flow = outcome.flows[i];
    total -= row_money(problem, line.from, line.tariff, flow < 0 ? -flow : flow);
  }
  return total;
}

// ---- Bound -------------------------------------------------------------------------------------

int128 step_surplus(const Problem& problem, const Prices& prices, std::uint32_t row) {
  const std::int64_t price = prices[row];
  int128 surplus = 0;  // in price × amount
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    if (problem.supply[i].price >= price) break;
    surplus += static_cast<int128>(price - problem.supply[i].price) * problem.supply[i].amount;
  }
  for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
    if (problem.demand[i].price <= price) break;
    surplus += static_cast<int128>(problem.demand[i].price - price) * problem.demand[i].amount;
  }
  return surplus * problem.lanes[row / problem.slot_count].scale;
}

int128 line_surplus(const Problem& problem, const Prices& prices, const LineSlot& line) {
  // Linear on each side of zero, and zero lies within the limits.
  const std::int64_t difference = prices[line.to] - prices[line.from];
  if (difference > line.tariff) {
    return row_money(problem, line.from, difference - line.tariff, line.max);
  }
  if (-difference > line.tariff) {
    return row_money(problem, line.from, -difference - line.tariff, -line.min);
  }
  return 0;
}

int128 dual_bound(const BoundedBook& book, const Prices& prices) {
  const Problem& problem = book.problem();
  const OptionPricer pricer(problem, prices);
  int128 bound = book.sum([&](std::uint32_t order, std::span<const Choice> choices) {
    return pricer.surplus(choices, problem.orders[order].delay_cost);
  });
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    bound += step_surplus(problem, prices, row);
  }
  for (const LineSlot& line : problem.line_slots) bound += line_surplus(problem, prices, line);
  return bound;
}

BestOption best_option(const Problem& problem, std::uint32_t order, const Prices& prices) {
  BestOption best;
  const ProblemOrder& entry = problem.orders[order];
  for (std::uint32_t i = entry.choices.begin; i < entry.choices.end; ++i) {
    const Choice& choice = problem.choices[i];
    for (Slot start = choice.first; start <= choice.last; ++start) {
      Placement placement = {i, start, 1};
      if (choice.bundle == kNone) placement.lots = problem.profiles[choice.extra].lots;
      const int128 surplus = undivided(problem, placement_value(problem, order, placement)) -
                             placement_cost(problem, placement, prices);
      if (surplus > best.surplus) best = {surplus, placement};
    }
  }
  return best;
}

OptionPricer::OptionPricer(const Problem& problem, const Prices& prices) : problem_(problem) {
  TONGSUAN_CHECK(prices.size() == problem.row_count());
  const std::uint32_t slots = problem.slot_count;
  lane_sums_.resize(problem.lanes.size() * (slots + 1));
  for (std::uint32_t lane = 0; lane < problem.lanes.size(); ++lane) {
    std::int64_t* sums = lane_sums_.data() + std::size_t{lane} * (slots + 1);
    for (Slot slot = 0; slot < slots; ++slot) {
      const std::int64_t price = prices[problem.row(lane, slot)];
      TONGSUAN_CHECK(price >= -kPriceMax && price <= kPriceMax);
      sums[slot + 1] = sums[slot] + price;
    }
  }
  // Books with very many kinds of bundles keep sums for the first ones only.
  bundle_sums_.resize(std::min(problem.bundles.size(), kSummedBundleSlotsMax / (slots + 1)) *
                      (slots + 1));
  bundle_reach_.assign(problem.bundles.size(), 0);
  const std::size_t summed = bundle_sums_.size() / (slots + 1);
  for (std::uint32_t bundle = 0; bundle < summed; ++bundle) sum_bundle(bundle);
  delay_max_ = kNarrowMax / problem.denominator / slots;
}

void OptionPricer::sum_bundle(std::uint32_t bundle) {
  const std::uint32_t slots = problem_.slot_count;
  std::int64_t* sums = bundle_sums_.data() + std::size_t{bundle} * (slots + 1);
  const Span32 legs = problem_.bundles[bundle];
  std::int64_t largest = 1;  // of one slot
  for (Slot slot = 0; slot < slots; ++slot) {
    int128 price = 0;
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const BundleLeg& leg = problem_.bundle_legs[i];
      const std::int64_t* lane = lane_sums(leg.lane);
      price += static_cast<int128>(lane[slot + 1] - lane[slot]) * leg.units *
               problem_.lanes[leg.lane].scale;
    }
    const int128 size = price < 0 ? -price : price;
    if (size > kNarrowMax / slots) return;  // wide: evaluated from the lanes instead
    largest = std::max(largest, static_cast<std::int64_t>(size));
    sums[slot + 1] = sums[slot] + static_cast<std::int64_t>(price);
  }
  bundle_reach_[bundle] = kNarrowMax / largest;
}

int128 OptionPricer::profile_cost(const Profile& profile) const {
  int128 cost = 0;
  for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
    const ProfileLeg& leg = problem_.profile_legs[i];
    const std::int64_t* sums = lane_sums(leg.lane);
    cost += static_cast<int128>(sums[leg.slots.end] - sums[leg.slots.begin]) * leg.amount *
            problem_.lanes[leg.lane].scale;
  }
  return cost;
}

int128 OptionPricer::start_cost(const Choice& choice, Slot start) const {
  const Slot end = start + choice.duration;
  int128 cost = 0;
  if (bundle_reach_[choice.bundle] > 0) {
    const std::int64_t* sums =
        bundle_sums_.data() + std::size_t{choice.bundle} * (problem_.slot_count + 1);
    cost = static_cast<int128>(sums[end] - sums[start]) * choice.devices;
  } else {
    const Span32 legs = problem_.bundles[choice.bundle];
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const BundleLeg& leg = problem_.bundle_legs[i];
      const std::int64_t* sums = lane_sums(leg.lane);
      cost += static_cast<int128>(sums[end] - sums[start]) * (leg.units * choice.devices) *
              problem_.lanes[leg.lane].scale;
    }
  }
  return cost + transfer_cost(choice, start);
}

int128 OptionPricer::surplus_at(const Choice& choice, std::int64_t delay_cost, Slot start) const {
  const std::int64_t value = choice.value - delay_cost * (start - choice.first);
  return undivided(problem_, value) - start_cost(choice, start);
}

// Best surplus over the starts of a choice.
int128 OptionPricer::choice_surplus(const Choice& choice, std::int64_t delay_cost) const {
  const int128 value = undivided(problem_, choice.value);
  if (choice.bundle == kNone) return value - profile_cost(problem_.profiles[choice.extra]);
  const std::int64_t reach = bundle_reach_[choice.bundle];
  if (choice.extra == kNone && reach > 0) {
    const std::int64_t* begin =
        bundle_sums_.data() + std::size_t{choice.bundle} * (problem_.slot_count + 1) + choice.first;
    const std::int64_t* end = begin + choice.duration;
    const std::uint32_t count = std::uint32_t{choice.last} - choice.first + 1;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    if (delay_cost == 0) {
      for (std::uint32_t i = 0; i < count; ++i) least = std::min(least, end[i] - begin[i]);
      return value - static_cast<int128>(least) * choice.devices;
    }
    if (std::int64_t{choice.devices} * choice.duration <= reach && delay_cost <= delay_max_) {
      const std::int64_t devices = choice.devices;
      const std::int64_t step = delay_cost * problem_.denominator;
      std::int64_t delay = 0;
      for (std::uint32_t i = 0; i < count; ++i, delay += step) {
        least = std::min(least, (end[i] - begin[i]) * devices + delay);
      }
      return value - least;
    }
  }
  int128 best = surplus_at(choice, delay_cost, choice.first);
  for (Slot start = choice.first + 1U; start <= choice.last; ++start) {
    best = std::max(best, surplus_at(choice, delay_cost, start));
  }
  return best;
}

int128 OptionPricer::surplus(std::uint32_t order) const {
  const ProblemOrder& entry = problem_.orders[order];
  return surplus(std::span(problem_.choices).subspan(entry.choices.begin, entry.choices.count()),
                 entry.delay_cost);
}

int128 OptionPricer::surplus(std::span<const Choice> choices, std::int64_t delay_cost) const {
  int128 best = 0;
  for (const Choice& choice : choices) best = std::max(best, choice_surplus(choice, delay_cost));
  return best;
}

BestOption OptionPricer::best(std::uint32_t order) const {
  const ProblemOrder& entry = problem_.orders[order];
  BestOption best;
  for (std::uint32_t i = entry.choices.begin; i < entry.choices.end; ++i) {
    const int128 surplus = choice_surplus(problem_.choices[i], entry.delay_cost);
    if (surplus > best.surplus) best = {surplus, {i, 0, 1}};
  }
  if (best.placement.choice == kNone) return best;
  const Choice& choice = problem_.choices[best.placement.choice];
  best.placement.start = choice.first;
  if (choice.bundle == kNone) {
    best.placement.lots = problem_.profiles[choice.extra].lots;
    return best;
  }
  while (surplus_at(choice, entry.delay_cost, best.placement.start) != best.surplus) {
    ++best.placement.start;
    TONGSUAN_CHECK(best.placement.start <= choice.last);
  }
  return best;
}

int128 OptionPricer::cost(const Placement& placement) const {
  const Choice& choice = problem_.choices[placement.choice];
  if (choice.bundle != kNone) return start_cost(choice, placement.start);
  const Profile& profile = problem_.profiles[choice.extra];
  // Every amount is a whole number per lot, so the cost of a lot is whole too.
  return profile_cost(profile) / profile.lots * placement.lots;
}

}  // namespace tongsuan::market
