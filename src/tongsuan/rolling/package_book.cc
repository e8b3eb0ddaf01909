#include "tongsuan/rolling/package_book.h"

#include <algorithm>
#include <tuple>

#include "tongsuan/engine/energy.h"
#include "tongsuan/engine/offer.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/rolling/book.h"

namespace tongsuan::rolling {
namespace {

using engine::PackageKind;
using engine::PackageLeg;
using engine::Places;
using engine::PoolId;
using engine::State;

// Every slot that [begin, end) touches; nothing where it is not all on the grid.
std::optional<SlotRange> slots_of(const Grid& grid, Second begin, Second end) {
  if (begin < grid.begin || end > grid.end() || begin >= end) return std::nullopt;
  return SlotRange{static_cast<Slot>((begin - grid.begin) / grid.slot),
                   static_cast<Slot>((end - grid.begin + grid.slot - 1) / grid.slot)};
}

std::optional<GridLeg> leg_on_grid(const State& state, const engine::LiveOrder& order,
                                   const PackageLeg& leg, const Grid& grid) {
  const Places& places = state.places();
  const std::uint32_t pool = engine::find_pool(places, leg.hub, leg.accelerator);
  const auto slots = slots_of(grid, leg.begin, leg.end);
  if (pool == kNone || !slots) return std::nullopt;
  const engine::Pool& at = places.pools[pool];
  const auto need = [&](std::uint32_t gang) {
    return engine::need_of({leg.accelerator, gang, 1}, order.whole_nodes, at.node_devices);
  };
  GridLeg found{PoolId{pool}, *slots, leg.gang, 0, leg.gang, leg.begin, leg.end};
  if (order.package->kind == PackageKind::kCurve) return found;
  if (need(engine::least_gang(*order.package, leg)).nodes > at.nodes) return std::nullopt;
  const engine::Need whole = need(leg.gang);
  found.devices = whole.devices();
  if (at.node_devices > 1 && whole.per_node == at.node_devices) found.nodes = whole.nodes;
  return found;
}

// What of a curve begins in time and lies on the grid.
PackageLeg clipped(const PackageLeg& leg, const Grid& grid, Second firm_from) {
  PackageLeg left = leg;
  const Second from = std::max(grid.begin, firm_from);
  const Second edge = from == grid.begin ? from : grid.next(from - 1);
  if (left.begin < from) left.begin = edge;
  left.end = std::min(left.end, grid.end());
  return left;
}

}  // namespace

std::uint32_t without_rest(std::uint32_t devices, std::uint32_t node_devices) {
  return devices < node_devices ? devices : devices / node_devices * node_devices;
}

std::optional<GridPackage> package_on_grid(const State& state, const engine::LiveOrder& order,
                                           const Grid& grid, Second firm_from) {
  const engine::Package& package = *order.package;
  GridPackage found{0, package.kind, order.whole_nodes, {}};
  for (std::uint32_t number = 0; number < package.alternatives.size(); ++number) {
    const engine::Alternative& alternative = package.alternatives[number];
    GridAlternative one{number, alternative.value, {}};
    for (PackageLeg leg : alternative.legs) {
      if (package.kind == PackageKind::kCurve) leg = clipped(leg, grid, firm_from);
      if (leg.begin < firm_from) break;
      const auto on_grid = leg_on_grid(state, order, leg, grid);
      if (!on_grid) break;
      one.legs.push_back(*on_grid);
    }
    if (one.legs.size() == alternative.legs.size()) found.alternatives.push_back(std::move(one));
  }
  return found.alternatives.empty() ? std::nullopt : std::optional(std::move(found));
}

WaitingPackage waiting_package(const State& state, OrderId id) {
  const engine::LiveOrder& order = state.order(id).order;
  WaitingPackage waiting{id, 0, order.latest_start, engine::kSecondsMax};
  for (const engine::Alternative& alternative : order.package->alternatives) {
    int128 device_seconds = 0;
    Second ends = 0;
    for (const PackageLeg& leg : alternative.legs) {
      device_seconds += static_cast<int128>(leg.gang) * (leg.end - leg.begin);
      ends = std::max(ends, leg.end);
    }
    // A part of a curve will do.
    if (order.package->kind == PackageKind::kCurve) ends = alternative.legs.front().begin + 1;
    const int128 by_hour = static_cast<int128>(alternative.value) * engine::kHour / device_seconds;
    waiting.by_hour =
        std::max(waiting.by_hour, static_cast<std::int64_t>(std::min<int128>(by_hour, kMoneyMax)));
    waiting.ends = std::min(waiting.ends, ends);
  }
  return waiting;
}

// ---- Into the market ---------------------------------------------------------------------------

namespace {

Span32 add_option(const Places& places, const GridAlternative& from, Market& market) {
  std::vector<Leg> legs;
  for (const GridLeg& leg : from.legs) {
    const engine::Pool& pool = places.pools[leg.pool.value];
    legs.push_back({leg.nodes > 0 ? RowKind::kNodes : RowKind::kCapacity, pool.hub.value,
                    pool.accelerator.value, kNone, leg.slots,
                    std::int64_t{leg.nodes > 0 ? leg.nodes : leg.devices}});
  }
  return append(market.legs, legs);
}

// Ranges rise; those that touch one slot take it once, because they do not run at once.
std::vector<SlotRange> ranges_of(const GridAlternative& service) {
  std::vector<SlotRange> ranges;
  for (const GridLeg& leg : service.legs) {
    SlotRange range = leg.slots;
    if (!ranges.empty()) range.begin = std::max(range.begin, ranges.back().end);
    if (range.begin < range.end) ranges.push_back(range);
  }
  return ranges;
}

}  // namespace

void fill_package(const Places& places, const engine::Package& package, const GridPackage& on_grid,
                  Market& market, Order& order) {
  const GridAlternative& first = on_grid.alternatives.front();
  const GridLeg& leg = first.legs.front();
  const engine::Pool& pool = places.pools[leg.pool.value];
  if (on_grid.kind == PackageKind::kService) {
    order.kind = OrderKind::kService;
    order.value = first.value;
    order.whole_nodes =
        on_grid.whole_nodes || (pool.node_devices > 1 && leg.gang >= pool.node_devices);
    order.variants = append(market.variants, std::vector<Variant>{{pool.accelerator, leg.gang, 0}});
    order.services = append(market.ranges, ranges_of(first));
    return;
  }
  const bool shares = on_grid.kind == PackageKind::kShares;
  order.kind = on_grid.kind == PackageKind::kCurve               ? OrderKind::kCurve
               : shares || on_grid.kind == PackageKind::kProfile ? OrderKind::kProfile
                                                                 : OrderKind::kOptions;
  if (shares) order.minimum_ppm = package.minimum_ppm;
  std::vector<Option> options;
  for (const GridAlternative& alternative : on_grid.alternatives) {
    options.push_back({alternative.value, add_option(places, alternative, market)});
  }
  order.options = append(market.options, options);
  if (on_grid.kind != PackageKind::kCurve) return;
  std::vector<Step> steps;
  for (const engine::DemandStep& step : package.steps) {
    steps.push_back({step.price, Amount(std::int64_t{step.devices})});
  }
  order.steps = append(market.steps, steps);
}

std::vector<HubId> hubs_of(const Places& places, const GridPackage& service) {
  std::vector<HubId> hubs;
  for (const GridAlternative& at : service.alternatives) {
    hubs.push_back(places.pools[at.legs.front().pool.value].hub);
  }
  return hubs;  // alternatives of a service rise by their hubs
}

namespace {

using Use = std::tuple<std::uint32_t, Slot, Slot, std::int64_t>;  // pool, slots, devices

std::vector<Use> uses_of(const Market& market, const Option& option,
                         const std::vector<std::uint32_t>& pools) {
  std::vector<Use> uses;
  for (std::uint32_t i = option.legs.begin; i < option.legs.end; ++i) {
    const Leg& leg = market.legs[i];
    const std::int64_t unit =
        leg.kind == RowKind::kNodes ? market.classes[leg.accelerator].node_devices : 1;
    uses.emplace_back(pools[leg.hub * market.classes.size() + leg.accelerator], leg.slots.begin,
                      leg.slots.end, leg.amount * unit);
  }
  std::ranges::sort(uses);
  return uses;
}

std::vector<Use> uses_of(const GridAlternative& alternative) {
  std::vector<Use> uses;
  for (const GridLeg& leg : alternative.legs) {
    uses.emplace_back(leg.pool.value, leg.slots.begin, leg.slots.end, std::int64_t{leg.devices});
  }
  std::ranges::sort(uses);
  return uses;
}

}  // namespace

const GridAlternative* find_alternative(const GridPackage& package, const Market& market,
                                        const Option& option,
                                        const std::vector<std::uint32_t>& pools) {
  const std::vector<Use> uses = uses_of(market, option, pools);
  for (const GridAlternative& one : package.alternatives) {
    if (one.value == option.value && uses_of(one) == uses) return &one;
  }
  return nullptr;
}

// ---- Out of a clearing -------------------------------------------------------------------------

namespace {

class AwardLister {
 public:
  AwardLister(const Book& book, const Certificate& certificate,
              const std::vector<std::uint64_t>& marks, const market::Problem& problem)
      : book_(book), certificate_(certificate), marks_(marks), problem_(problem) {
    for (std::uint32_t lane = 0; lane < problem.capacity_lane_count; ++lane) {
      const market::Lane& at = problem.lanes[lane];
      const std::uint32_t pool = book.pool_at(at.first, ClassId{at.second});
      if (pool == kNone) continue;
      if (lanes_.size() <= pool) lanes_.resize(pool + std::size_t{1}, kNone);
      lanes_[pool] = lane;
    }
  }

  std::vector<PackageAward> list() {
    add_curves();
    for (const Award& award : certificate_.outcome.awards) {
      const GridPackage* package = find(award.order.value);
      if (package != nullptr) add(award, *package);
    }
    std::ranges::stable_sort(awards_, {}, &PackageAward::order);
    return std::move(awards_);
  }

 private:
  [[nodiscard]] const GridPackage* find(std::uint32_t order) const {
    const auto at = std::ranges::lower_bound(book_.packages, order, {}, &GridPackage::order);
    return at != book_.packages.end() && at->order == order ? &*at : nullptr;
  }
  [[nodiscard]] std::int64_t price_at(PoolId pool, Slot slot) const {
    if (pool.value >= lanes_.size() || lanes_[pool.value] == kNone) return 0;
    const std::uint32_t row = problem_.row(lanes_[pool.value], slot);
    return std::max<std::int64_t>(0, certificate_.payment_prices[row]);
  }
  // Mean of its slots by the seconds in each, rounded down.
  [[nodiscard]] PlannedPart part(PoolId pool, std::uint32_t gang, Second begin, Second end) const {
    const Grid& grid = book_.grid;
    int128 sum = 0;
    for (Second from = begin; from < end;) {
      const auto slot = static_cast<Slot>((from - grid.begin) / grid.slot);
      const Second to = std::min(end, grid.begin + grid.slot * (slot + 1));
      sum += static_cast<int128>(price_at(pool, slot)) * (to - from);
      from = to;
    }
    return {pool, gang, begin, end, Price(static_cast<std::int64_t>(sum / (end - begin)))};
  }

  // The alternative of a service is where it runs; of options the first that reads like the one
  // that was chosen.
  [[nodiscard]] const GridAlternative* chosen(const Award& award,
                                              const GridPackage& package) const {
    const Market& market = book_.market;
    const Order& order = market.orders[award.order.value];
    if (order.kind == OrderKind::kProfile) return &package.alternatives.front();
    if (package.kind == PackageKind::kService) {
      const Variant& variant = market.variants[order.variants.begin];
      const std::uint32_t pool = book_.pool_at(award.hub, variant.accelerator);
      for (const GridAlternative& one : package.alternatives) {
        if (one.legs.front().pool.value == pool) return &one;
      }
      return nullptr;
    }
    return find_alternative(package, market, market.options[order.options.begin + award.variant],
                            book_.pools);
  }

  // A leg of shares has as many of its devices as lots were awarded, rounded up; whole nodes stay
  // whole ones.
  [[nodiscard]] std::uint32_t share_of(const Award& award, std::uint32_t gang) const {
    const market::Placement placement = market::find_placement(problem_, award);
    if (placement.choice == kNone) return gang;
    const market::Choice& choice = problem_.choices[placement.choice];
    if (choice.bundle != kNone) return gang;
    const auto all = static_cast<std::uint64_t>(problem_.profiles[choice.extra].lots);
    return static_cast<std::uint32_t>((std::uint64_t{gang} * award.lots + all - 1) / all);
  }

  void add(const Award& award, const GridPackage& package) {
    const GridAlternative* one = chosen(award, package);
    if (one == nullptr) return;
    PackageAward made = begin(award.order.value, one->number);
    for (const GridLeg& leg : one->legs) {
      const bool shares = package.kind == PackageKind::kShares;
      const std::uint32_t gang = shares ? share_of(award, leg.gang) : leg.gang;
      made.parts.push_back(part(leg.pool, gang, leg.begin, leg.end));
    }
    awards_.push_back(std::move(made));
  }
  [[nodiscard]] PackageAward begin(std::uint32_t order, std::uint32_t alternative) const {
    return {book_.orders[order], alternative, {}, marks_[order]};
  }

  // ---- Curves: what was bought of them in each slot, as runs of as many devices.
  void add_curves() {
    const bool any = std::ranges::any_of(book_.packages, [](const GridPackage& package) {
      return package.kind == PackageKind::kCurve;
    });
    if (!any) return;
    const Outcome& outcome = certificate_.outcome;
    const auto placements = market::placements_of(problem_, outcome);
    const auto used = market::net_use(problem_, outcome, placements);
    allocation_ = market::allocate(problem_, market::dispatch(problem_, used), certificate_.seed);
    for (const GridPackage& package : book_.packages) {
      if (package.kind == PackageKind::kCurve) add_curve(package);
    }
  }
  [[nodiscard]] std::uint32_t bought(const GridPackage& curve, PoolId pool, Slot slot) const {
    if (pool.value >= lanes_.size() || lanes_[pool.value] == kNone) return 0;
    const std::uint32_t row = problem_.row(lanes_[pool.value], slot);
    std::int64_t sum = 0;
    for (std::uint32_t i = problem_.demand_begin[row]; i < problem_.demand_begin[row + 1]; ++i) {
      if (problem_.demand[i].order == curve.order) sum += allocation_.demand[i];
    }
    return static_cast<std::uint32_t>(sum);
  }
  void add_curve(const GridPackage& curve) {
    const GridLeg& leg = curve.alternatives.front().legs.front();
    const Grid& grid = book_.grid;
    PackageAward made = begin(curve.order, 0);
    for (Slot slot = leg.slots.begin; slot < leg.slots.end;) {
      const std::uint32_t gang = bought(curve, leg.pool, slot);
      const Slot first = slot++;
      while (slot < leg.slots.end && bought(curve, leg.pool, slot) == gang) ++slot;
      if (gang == 0) continue;
      const Second from = std::max(leg.begin, grid.begin + grid.slot * first);
      const Second until = std::min(leg.end, grid.begin + grid.slot * slot);
      made.parts.push_back(part(leg.pool, gang, from, until));
    }
    if (!made.parts.empty()) awards_.push_back(std::move(made));
  }

  const Book& book_;
  const Certificate& certificate_;
  const std::vector<std::uint64_t>& marks_;
  const market::Problem& problem_;
  std::vector<std::uint32_t> lanes_;  // by PoolId
  market::Allocation allocation_;
  std::vector<PackageAward> awards_;
};

}  // namespace

std::vector<PackageAward> package_awards(const Book& book, const Certificate& certificate,
                                         const std::vector<std::uint64_t>& marks) {
  if (book.packages.empty()) return {};
  const auto problem = market::compile(book.market);
  if (!problem.ok()) return {};  // it was cleared, so it compiles
  return AwardLister(book, certificate, marks, problem.value()).list();
}

// ---- Nodes and prices --------------------------------------------------------------------------

namespace {

class PartPlacer {
 public:
  PartPlacer(const State& state, const PackageAward& award)
      : state_(state), order_(state.order(award.order).order), award_(award) {}

  std::optional<engine::AwardOrder> place() {
    made_ = {award_.order, award_.alternative, {}};
    const bool curve = order_.package->kind == PackageKind::kCurve;
    for (const PlannedPart& planned : award_.parts) {
      if (curve && made_.parts.size() == engine::kLegsMax) break;
      std::optional<engine::AwardPart> part = curve ? curve_part(planned) : whole_part(planned);
      if (part && planned.begin > state_.now() && find_nodes(*part)) {
        made_.parts.push_back(std::move(*part));
      } else if (!curve) {
        return std::nullopt;
      }
    }
    if (made_.parts.empty() || !make_affordable()) return std::nullopt;
    return std::move(made_);
  }

 private:
  [[nodiscard]] const engine::Pool& pool_of(PoolId pool) const {
    return state_.places().pools[pool.value];
  }
  // The part as it was planned is behind whatever is used, and behind those parts of this award
  // that run at the same time.
  [[nodiscard]] std::uint64_t used_before(const engine::AwardPart& part) const {
    if (state_.pool(part.pool).steps.empty()) return 0;
    std::uint64_t used = engine::most_used(
        state_, {part.pool, need_of(part).devices(), state_.now(), part.begin, part.end});
    for (const engine::AwardPart& other : made_.parts) {
      if (&other == &part) break;
      const bool meets = other.begin < part.end && part.begin < other.end;
      if (meets && other.pool == part.pool) used += need_of(other).devices();
    }
    return used;
  }
  [[nodiscard]] Price ask_of(const engine::AwardPart& part, std::uint64_t used) const {
    return engine::ask_behind(state_.pool(part.pool), used, need_of(part).devices());
  }
  [[nodiscard]] std::optional<engine::AwardPart> whole_part(const PlannedPart& planned) const {
    engine::AwardPart part{planned.pool, planned.gang, {}, planned.begin, planned.end, {}};
    part.price = std::max(planned.price, ask_of(part, used_before(part)));
    return part;
  }
  // As many devices as are worth their price, which is higher for more.
  [[nodiscard]] std::optional<engine::AwardPart> curve_part(const PlannedPart& planned) const {
    engine::AwardPart part{planned.pool, planned.gang, {}, planned.begin, planned.end, {}};
    const std::uint64_t used = used_before(part);
    std::uint32_t best = 0;
    std::uint32_t gang = planned.gang;
    while (gang > best) {
      part.gang = gang;
      part.price = std::max(planned.price, ask_of(part, used));
      best = std::max(best, std::min(gang, worth_at(part.price)));
      gang = devices_below(part, used);
    }
    part.gang = without_rest(best, pool_of(part.pool).node_devices);
    if (part.gang == 0) return std::nullopt;
    part.price = std::max(planned.price, ask_of(part, used));
    return part;
  }
  [[nodiscard]] std::uint32_t worth_at(Price price) const {
    std::uint32_t worth = 0;
    for (const engine::DemandStep& step : order_.package->steps) {
      if (step.price >= price) worth += step.devices;
    }
    return worth;
  }
  // Of the part's, those before the step that its last one touches.
  [[nodiscard]] std::uint32_t devices_below(const engine::AwardPart& part,
                                            std::uint64_t used) const {
    std::uint64_t through = 0;
    for (const engine::AskStep& step : state_.pool(part.pool).steps) {
      const std::uint64_t before = through;
      through += step.devices;
      if (used + part.gang > through && &step != &state_.pool(part.pool).steps.back()) continue;
      return before > used
                 ? static_cast<std::uint32_t>(std::min<std::uint64_t>(before - used, part.gang - 1))
                 : 0;
    }
    return 0;
  }

  [[nodiscard]] engine::Need need_of(const engine::AwardPart& part) const {
    const engine::Pool& pool = pool_of(part.pool);
    return engine::need_of({pool.accelerator, part.gang, 1}, order_.whole_nodes, pool.node_devices);
  }
  // Parts of one award that run at the same time share no node.
  [[nodiscard]] bool is_taken(const engine::AwardPart& part, std::uint32_t node) const {
    return std::ranges::any_of(made_.parts, [&](const engine::AwardPart& other) {
      return other.pool == part.pool && other.begin < part.end && part.begin < other.end &&
             std::ranges::binary_search(other.nodes, node);
    });
  }
  // A gang that shares a node goes where something is already, the first that will do.
  bool find_nodes(engine::AwardPart& part) {
    const engine::Need need = need_of(part);
    const std::vector<engine::Node>& nodes = state_.pool(part.pool).nodes;
    const auto take = [&](bool used, bool unused) {
      for (std::uint32_t i = 0; i < nodes.size() && part.nodes.size() < need.nodes; ++i) {
        const bool in_use = !nodes[i].blocks.empty() || !nodes[i].contracts.empty();
        if (!nodes[i].up || !(in_use ? used : unused) || is_taken(part, i)) continue;
        const State::Use use = {part.pool, i, need.per_node, part.begin, part.end};
        if (state_.leaves_blocks(use)) part.nodes.push_back(i);
      }
    };
    const bool shares = need.per_node < pool_of(part.pool).node_devices;
    take(true, !shares);
    if (shares) take(false, true);
    std::ranges::sort(part.nodes);
    return part.nodes.size() == need.nodes;
  }

  [[nodiscard]] std::int64_t worth_of_award() const {
    const engine::Alternative& whole = order_.package->alternatives[made_.alternative];
    std::int64_t worth = whole.value;
    if (order_.package->kind != PackageKind::kShares) return worth;
    for (std::size_t i = 0; i < made_.parts.size(); ++i) {
      worth = std::min(worth,
                       engine::share_value(whole.value, made_.parts[i].gang, whole.legs[i].gang));
    }
    return worth;
  }

  // Where asks are above the round's price in some legs, the others make up for it.
  bool make_affordable() {
    const std::int64_t worth = worth_of_award();
    int128 cost = 0;
    for (const engine::AwardPart& part : made_.parts) cost += cost_of(part, part.price);
    for (auto part = made_.parts.begin(); part != made_.parts.end() && cost > worth; ++part) {
      const std::int64_t now = cost_of(*part, part->price);
      const Price ask = ask_of(*part, used_before(*part));
      const std::int64_t least = cost_of(*part, ask);
      const auto target = static_cast<std::int64_t>(std::max<int128>(least, now - (cost - worth)));
      const int128 seconds =
          static_cast<int128>(need_of(*part).devices()) * (part->end - part->begin);
      const auto lower =
          static_cast<std::int64_t>(static_cast<int128>(target) * engine::kHour / seconds);
      part->price = std::max(ask, std::min(part->price, Price(lower)));
      cost += cost_of(*part, part->price) - now;
    }
    return cost <= worth;
  }
  [[nodiscard]] std::int64_t cost_of(const engine::AwardPart& part, Price price) const {
    return engine::device_cost(price, need_of(part).devices(), part.end - part.begin);
  }

  const State& state_;
  const engine::LiveOrder& order_;
  const PackageAward& award_;
  engine::AwardOrder made_;
};

}  // namespace

std::optional<engine::AwardOrder> place_award(const State& state, const PackageAward& award) {
  return PartPlacer(state, award).place();
}

}  // namespace tongsuan::rolling
