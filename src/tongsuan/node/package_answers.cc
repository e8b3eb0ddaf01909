// Answers of rounds about packages: legs with their seconds, and what is paid for each.
#include <algorithm>
#include <utility>

#include "tongsuan/engine/offer.h"
#include "tongsuan/node/internal/held_round.h"
#include "tongsuan/rolling/package_book.h"

namespace tongsuan::node::internal {

using clearing::CapacityUse;
using clearing::ChangeKind;
using engine::PackageKind;

namespace {

// ---- Into a round ------------------------------------------------------------------------------

// Names of the places as ids of the round's market.
class Translation {
 public:
  Translation(const engine::Places& places, const Market& market)
      : places_(places), market_(market) {}
  [[nodiscard]] HubId hub(std::uint32_t id) const {
    return HubId{market_.hub_names.find_sorted(places_.hub_names[id])};
  }
  [[nodiscard]] ClassId accelerator(std::uint32_t id) const {
    return ClassId{market_.class_names.find_sorted(places_.class_names[id])};
  }
  // All names of a market that holds one order, which has those of the places.
  void translate(Market& alone) const {
    for (HubId& at : alone.hub_lists) at = hub(at.value);
    for (const Span32 set : alone.hub_sets) {
      std::sort(alone.hub_lists.begin() + set.begin, alone.hub_lists.begin() + set.end);
    }
    for (Variant& variant : alone.variants) {
      variant.accelerator = accelerator(variant.accelerator.value);
    }
    for (Leg& leg : alone.legs) {
      leg.hub = hub(leg.hub).value;
      leg.accelerator = accelerator(leg.accelerator).value;
    }
  }

 private:
  const engine::Places& places_;
  const Market& market_;
};

AskedAlternative asked_of(const engine::State& state, const engine::LiveOrder& order,
                          const Translation& names, const rolling::GridAlternative& from) {
  AskedAlternative asked{from.number, from.value, {}};
  for (const rolling::GridLeg& leg : from.legs) {
    const engine::Pool& pool = state.places().pools[leg.pool.value];
    // Of a curve some devices will do: the cheapest that is left.
    const bool curve = order.package->kind == engine::PackageKind::kCurve;
    const engine::Span span{leg.pool, curve ? 1 : leg.devices, state.now(), leg.begin, leg.end};
    asked.legs.push_back({names.hub(pool.hub.value), names.accelerator(pool.accelerator.value),
                          leg.gang, pool.node_devices, order.whole_nodes, leg.begin, leg.end,
                          engine::ask_for(state, span)});
  }
  return asked;
}

// In the order of the market's hubs.
void sort_by_hubs(std::vector<AskedAlternative>& services) {
  std::ranges::sort(services, {}, [](const AskedAlternative& at) { return at.legs.front().hub; });
}

}  // namespace

std::optional<AskedPackage> ask_package(const engine::State& state, const engine::LiveOrder& order,
                                        const RoundFrame& frame, Second firm_from) {
  const auto grid = rolling::package_on_grid(state, order, frame.grid, firm_from);
  if (!grid) return std::nullopt;
  const Translation names(state.places(), frame.market);
  AskedPackage asked;
  Order what;
  if (grid->kind == PackageKind::kService) {
    what.hubs = HubSetId{0};
    asked.alone.hub_sets.push_back(
        append(asked.alone.hub_lists, rolling::hubs_of(state.places(), *grid)));
  }
  rolling::fill_package(state.places(), *order.package, *grid, asked.alone, what);
  asked.alone.orders.push_back(what);
  names.translate(asked.alone);
  for (const rolling::GridAlternative& one : grid->alternatives) {
    asked.alternatives.push_back(asked_of(state, order, names, one));
  }
  if (grid->kind == PackageKind::kService) sort_by_hubs(asked.alternatives);
  return asked;
}

std::vector<AskedAlternative> alternatives_in_book(const engine::State& state,
                                                   const engine::LiveOrder& order,
                                                   const RoundFrame& frame,
                                                   std::uint32_t position) {
  std::vector<AskedAlternative> found;
  const auto grid = rolling::package_on_grid(state, order, frame.grid, 0);
  if (!grid) return found;
  const Translation names(state.places(), frame.market);
  const Order& what = frame.market.orders[position];
  if (grid->kind != PackageKind::kOptions) {
    for (const rolling::GridAlternative& one : grid->alternatives) {
      found.push_back(asked_of(state, order, names, one));
    }
    if (grid->kind != PackageKind::kService) return found;
    // A book may have fewer hubs than a later look finds.
    const Span32 hubs = frame.market.hub_sets[what.hubs.value];
    std::erase_if(found, [&](const AskedAlternative& at) {
      return std::find(frame.market.hub_lists.begin() + hubs.begin,
                       frame.market.hub_lists.begin() + hubs.end,
                       at.legs.front().hub) == frame.market.hub_lists.begin() + hubs.end;
    });
    sort_by_hubs(found);
    return found;
  }
  const std::vector<std::uint32_t> pools = rolling::pools_of_book(state.places(), frame.market);
  for (std::uint32_t i = what.options.begin; i < what.options.end; ++i) {
    const rolling::GridAlternative* one =
        rolling::find_alternative(*grid, frame.market, frame.market.options[i], pools);
    found.push_back(one == nullptr ? AskedAlternative() : asked_of(state, order, names, *one));
  }
  return found;
}

// ---- Out of a round ----------------------------------------------------------------------------

namespace {

// What was bought: devices by lots of a profile, at the prices of their slots.
struct Bought {
  const std::vector<CapacityUse>& uses;
  std::uint32_t lots = 1;
  std::uint32_t lots_of = 1;
  Second later = 0;  // than the alternative says
};

class PackageTeller {
 public:
  PackageTeller(const RoundFrame& frame, const AskedBlock& asked) : frame_(frame), asked_(asked) {}

  // By the option, or by the hub of a service.
  [[nodiscard]] const AskedAlternative* find(std::uint32_t option, std::uint32_t hub) const {
    const std::vector<AskedAlternative>& all = asked_.alternatives;
    if (kind() == PackageKind::kService) {
      const auto at = std::ranges::find_if(
          all, [&](const AskedAlternative& one) { return one.legs.front().hub.value == hub; });
      return at == all.end() ? nullptr : &*at;
    }
    if (kind() != PackageKind::kOptions) option = 0;
    return option < all.size() && !all[option].legs.empty() ? &all[option] : nullptr;
  }

  // Without prices.
  [[nodiscard]] Place place(const AskedAlternative& what) const {
    Place place;
    for (const AskedLeg& leg : what.legs) place.legs.push_back(named(leg, leg.gang));
    return finished(std::move(place), what);
  }
  [[nodiscard]] Place place(AskedAlternative what, const Bought& bought) const {
    for (AskedLeg& leg : what.legs) {
      leg.begin += bought.later;
      leg.end += bought.later;
    }
    Place place;
    if (kind() == PackageKind::kCurve) {
      for (const CapacityUse& use : bought.uses) add_run(what.legs.front(), use, place.legs);
      return finished(std::move(place), what);
    }
    for (const AskedLeg& leg : what.legs) {
      const std::uint64_t lots = std::uint64_t{leg.gang} * bought.lots + bought.lots_of - 1;
      const auto gang = static_cast<std::uint32_t>(lots / bought.lots_of);
      place.legs.push_back(paid(leg, gang, bought.uses));
      what.value = std::min(what.value, engine::share_value(what.value, gang, leg.gang));
    }
    return finished(std::move(place), what);
  }

 private:
  [[nodiscard]] PackageKind kind() const { return asked_.live.package->kind; }

  [[nodiscard]] PlaceLeg named(const AskedLeg& leg, std::uint32_t gang) const {
    return {std::string(frame_.market.hub_names[leg.hub.value]),
            std::string(frame_.market.class_names[leg.accelerator.value]),
            gang,
            leg.begin,
            leg.end,
            Price(),
            Money()};
  }
  [[nodiscard]] std::int64_t price_at(const AskedLeg& leg, Slot slot,
                                      const std::vector<CapacityUse>& uses) const {
    for (const CapacityUse& use : uses) {
      if (use.hub == leg.hub.value && use.accelerator == leg.accelerator.value &&
          use.slots.begin <= slot && slot < use.slots.end) {
        return std::max<std::int64_t>(0, use.prices[slot - use.slots.begin]);
      }
    }
    return 0;
  }
  // As the award of a leg is priced (rolling/package_book.h).
  [[nodiscard]] PlaceLeg paid(const AskedLeg& leg, std::uint32_t gang,
                              const std::vector<CapacityUse>& uses) const {
    const rolling::Grid& grid = frame_.grid;
    int128 sum = 0;
    for (Second from = leg.begin; from < leg.end;) {
      const auto slot = static_cast<Slot>((from - grid.begin) / grid.slot);
      const Second to = std::min(leg.end, second_of(grid, slot + 1));
      sum += static_cast<int128>(price_at(leg, slot, uses)) * (to - from);
      from = to;
    }
    PlaceLeg told = named(leg, gang);
    told.price = std::max(leg.ask, Price(static_cast<std::int64_t>(sum / (leg.end - leg.begin))));
    const engine::Need need =
        engine::need_of({leg.accelerator, gang, 1}, leg.whole_nodes, leg.node_devices);
    told.cost = Money(engine::device_cost(told.price, need.devices(), leg.end - leg.begin));
    return told;
  }
  // Of a curve: a run of slots with as many devices, of which whole nodes can be had.
  void add_run(const AskedLeg& all, const CapacityUse& use, std::vector<PlaceLeg>& legs) const {
    AskedLeg run = all;
    run.begin = std::max(all.begin, second_of(frame_.grid, use.slots.begin));
    run.end = std::min(all.end, second_of(frame_.grid, use.slots.end));
    const std::uint32_t gang =
        rolling::without_rest(static_cast<std::uint32_t>(use.devices), all.node_devices);
    if (run.begin < run.end && gang > 0) legs.push_back(paid(run, gang, {use}));
  }

  [[nodiscard]] Place finished(Place place, const AskedAlternative& what) const {
    place.way = what.number;
    place.value = Money(what.value);
    if (place.legs.empty()) return place;
    place.hub = place.legs.front().hub;
    place.accelerator = place.legs.front().accelerator;
    place.devices = place.legs.front().devices;
    place.start = std::ranges::min_element(place.legs, {}, &PlaceLeg::begin)->begin;
    place.end = std::ranges::max_element(place.legs, {}, &PlaceLeg::end)->end;
    std::int64_t cost = 0;
    for (const PlaceLeg& leg : place.legs) cost = std::min(kMoneyMax, cost + leg.cost.raw());
    place.cost = Money(cost);
    return place;
  }

  const RoundFrame& frame_;
  const AskedBlock& asked_;
};

HubCost hub_cost(const RoundFrame& frame, const AskedAlternative& what,
                 const clearing::HubAnswer& answer, const PackageTeller& teller) {
  HubCost cost = hub_cost_at(frame, answer, teller.place(what));
  cost.place.cost = Money(answer.cost);
  return cost;
}

std::optional<Advice> advice(const RoundFrame& frame, const AskedBlock& asked,
                             const clearing::Change& change, const PackageTeller& teller) {
  const bool moved = change.kind == ChangeKind::kHub || change.kind == ChangeKind::kLater;
  const bool service = asked.live.package->kind == PackageKind::kService;
  const AskedAlternative* what = nullptr;
  if (moved && service) {
    if (change.variant < asked.alternatives.size()) what = &asked.alternatives[change.variant];
  } else {
    what = teller.find(change.variant, change.hub);
  }
  if (what == nullptr) return std::nullopt;
  AskedAlternative made = *what;
  if (change.kind == ChangeKind::kHub) {
    for (AskedLeg& leg : made.legs) {
      leg.hub = HubId{change.hub};
      leg.ask = Price();
    }
  }
  if (change.kind == ChangeKind::kValue) made.value += change.extra_cost;
  Advice advice;
  advice.kind = change.kind;
  advice.place = teller.place(
      std::move(made), {change.uses, change.lots, change.lots_of, frame.grid.slot * change.later});
  advice.more = Money(change.extra_cost);
  advice.latest_start = asked.live.latest_start;
  advice.limit = Price(change.limit);
  return advice;
}

}  // namespace

Explained explain_package(const RoundFrame& frame, const AskedBlock& asked,
                          const clearing::Why& why) {
  const PackageTeller teller(frame, asked);
  Explained explained;
  explained.round = frame.round;
  explained.at = frame.grid.begin;
  explained.reason = why.reason;
  explained.lost_opportunity = Money(why.lost_opportunity);
  if (why.reason == clearing::Reason::kPlaced && !why.uses.empty()) {
    const AskedAlternative* what = teller.find(why.variant, why.hub);
    if (what != nullptr) {
      explained.placed = teller.place(*what, {why.uses, why.lots, why.lots_of, 0});
    }
  }
  for (const clearing::HubAnswer& hub : why.hubs) {
    const AskedAlternative* what = teller.find(hub.variant, hub.hub);
    if (what != nullptr) explained.hubs.push_back(hub_cost(frame, *what, hub, teller));
  }
  for (const clearing::Change& change : why.changes) {
    std::optional<Advice> one = advice(frame, asked, change, teller);
    if (one) explained.changes.push_back(std::move(*one));
  }
  return explained;
}

}  // namespace tongsuan::node::internal
