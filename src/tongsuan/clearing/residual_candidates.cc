// Residual: which starts of an order are worth trying.
#include <algorithm>
#include <limits>
#include <utility>

#include "tongsuan/clearing/residual.h"

namespace tongsuan::clearing {

using market::Choice;
using market::Placement;

namespace {

constexpr std::int64_t kBlocked = std::numeric_limits<std::int64_t>::max();

}  // namespace

// ---- Candidates --------------------------------------------------------------------------------

// When an order may run: after the one that it follows (never, where that has no place), and so
// that whoever is being placed can follow in its turn.
Residual::Starts Residual::starts_of(std::uint32_t order) const {
  Starts starts{.earliest = 0, .end_max = problem_.slot_count};
  const std::uint32_t after = problem_.orders[order].after;
  if (after == kNone) return starts;
  if (!state_.placed(after)) return {.earliest = problem_.slot_count, .end_max = 0};
  starts.earliest = end_of(state_.placement(after));
  return starts;
}

// What a lane would cost in each slot, estimated: supply for what there is room for, and for the
// rest those whose ejection loses least. An order that runs longer loses all of its worth for the
// slots that are needed of it.
const std::vector<std::int64_t>& Residual::lane_price(std::uint32_t lane, std::int64_t amount,
                                                      std::uint32_t duration) {
  for (const LanePrice& known : lane_prices_) {
    if (known.lane == lane && known.amount == amount && known.duration == duration) {
      return known.cost;
    }
  }
  LanePrice price{.lane = lane, .amount = amount, .duration = duration, .cost = {}};
  const std::uint32_t count = price_slots_.count();
  std::vector<std::int64_t> need(count);
  price.cost.resize(count);
  bool some = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t row = problem_.row(lane, price_slots_.begin + i);
    need[i] = state_.missing(row, amount);
    price.cost[i] = money(state_.cost_of(row, amount));
    some = some || need[i] > 0;
    work_ += 8;
  }
  if (some) price_ejections(need, price);
  lane_prices_.push_back(std::move(price));
  return lane_prices_.back().cost;
}

void Residual::price_ejections(std::vector<std::int64_t>& need, LanePrice& price) {
  struct Holder {
    std::int64_t loss = 0;
    std::int64_t amount = 0;
    std::int64_t size = 1;  // amount · slots
    SlotRange slots;
    std::uint32_t order = 0;
  };
  std::vector<Holder> holders;
  state_.each_holder(
      price.lane, price_slots_, [&](std::uint32_t order, SlotRange slots, std::int64_t amount) {
        ++work_;
        if (amount <= 0 || !movable(order)) return;
        work_ += 16;
        const std::int64_t counted = std::min<std::int64_t>(slots.count(), price.duration);
        holders.push_back({loss_of(order), amount, amount * counted, slots, order});
      });
  std::ranges::sort(holders, [](const Holder& a, const Holder& b) {
    const int128 left = static_cast<int128>(a.loss) * b.size;
    const int128 right = static_cast<int128>(b.loss) * a.size;
    return left != right ? left < right : a.order < b.order;
  });
  for (const Holder& holder : holders) {
    const Slot begin = std::max(holder.slots.begin, price_slots_.begin);
    const Slot end = std::min(holder.slots.end, price_slots_.end);
    for (Slot slot = begin; slot < end; ++slot) {
      std::int64_t& missing = need[slot - price_slots_.begin];
      if (missing <= 0) continue;
      const std::int64_t part = std::min(missing, holder.amount);
      missing -= part;
      std::int64_t& cost = price.cost[slot - price_slots_.begin];
      cost = std::min(kMoneyMax, cost + divide(static_cast<int128>(holder.loss) * part, holder.size,
                                               Rounding::kUp));
    }
    work_ += end - begin;
  }
  for (std::size_t i = 0; i < need.size(); ++i) {
    if (need[i] > 0) price.cost[i] = kBlocked;
  }
}

// The starts of one choice that promise most, at λ* and by what they would eject.
void Residual::add_candidates(std::uint32_t order, std::uint32_t index, const Starts& starts,
                              std::vector<Candidate>& by_prices, std::vector<Candidate>& by_room) {
  const Choice& choice = problem_.choices[index];
  const auto at_prices = [&](const Placement& placement) {
    return value_of(order, placement) - money(market::placement_cost(problem_, placement, prices_));
  };
  if (choice.bundle == kNone) {
    const market::Profile& profile = problem_.profiles[choice.extra];
    Placement placement{.choice = index, .start = choice.first, .lots = profile.lots};
    const SlotRange slots = market::placement_slots(problem_, placement);
    if (slots.begin < starts.earliest || slots.end > starts.end_max) return;
    if (delivers(placement)) return;
    by_prices.push_back({placement, at_prices(placement)});
    const std::int64_t between = profile.lots - profile.lots_min;
    for (const std::int64_t less : {between / 4, between / 2, between}) {
      placement.lots = profile.lots - less;
      if (placement.lots != by_prices.back().placement.lots) {
        by_prices.push_back({placement, at_prices(placement)});
      }
    }
    return;
  }
  const Slot first = std::max<Slot>(choice.first, starts.earliest);
  if (choice.duration > starts.end_max) return;
  const Slot last = std::min<Slot>(choice.last, starts.end_max - choice.duration);
  const Span32 legs = problem_.bundles[choice.bundle];
  for (Slot start = first; start <= last; ++start) {
    const Placement placement{.choice = index, .start = start, .lots = 1};
    by_prices.push_back({placement, at_prices(placement)});
    work_ += choice.duration;
    int128 promise = value_of(order, placement);
    bool possible = true;
    const auto add = [&](std::uint32_t lane, SlotRange slots, std::int64_t amount,
                         std::uint32_t duration) {
      const std::vector<std::int64_t>& cost = lane_price(lane, amount, duration);
      for (Slot slot = slots.begin; slot < slots.end && possible; ++slot) {
        possible = cost[slot - price_slots_.begin] != kBlocked;
        promise -= cost[slot - price_slots_.begin];
      }
    };
    for (std::uint32_t i = legs.begin; i < legs.end && possible; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      add(leg.lane, {start, start + choice.duration}, leg.units * choice.devices, choice.duration);
    }
    if (choice.extra != kNone && possible) {
      const market::Transfer& transfer = problem_.transfers[choice.extra];
      add(transfer.lane, {start - transfer.slots, start}, transfer.rate, transfer.slots);
    }
    if (!possible) continue;
    by_room.push_back(
        {placement, static_cast<std::int64_t>(std::clamp<int128>(promise, -kMoneyMax, kMoneyMax))});
  }
}

// Starts worth trying, in turn by what they would eject and by λ*. At λ* each choice's starts
// compete, so that one cheap hub does not crowd out the others.
std::vector<Residual::Candidate> Residual::candidates(std::uint32_t order, std::uint32_t tries,
                                                      const Starts& starts) {
  const Span32 choices = problem_.orders[order].choices;
  std::vector<Candidate> picked;
  if (choices.count() == 0) return picked;
  lane_prices_.clear();
  price_slots_ = {problem_.slot_count, 0};
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem_.choices[c];
    if (choice.bundle == kNone) continue;
    const Slot early = choice.extra == kNone ? 0 : problem_.transfers[choice.extra].slots;
    price_slots_.begin = std::min<Slot>(price_slots_.begin, choice.first - early);
    price_slots_.end = std::max<Slot>(price_slots_.end, choice.last + choice.duration);
  }
  const std::size_t per_choice = std::max<std::size_t>(2, tries / choices.count());
  std::vector<Candidate> by_prices;
  std::vector<Candidate> by_room;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    std::vector<Candidate> of_choice;
    add_candidates(order, c, starts, of_choice, by_room);
    std::ranges::stable_sort(of_choice, std::greater<>{}, &Candidate::promise);
    if (of_choice.size() > per_choice) of_choice.resize(per_choice);
    by_prices.insert(by_prices.end(), of_choice.begin(), of_choice.end());
  }
  std::ranges::stable_sort(by_prices, std::greater<>{}, &Candidate::promise);
  std::ranges::stable_sort(by_room, std::greater<>{}, &Candidate::promise);
  const auto pick = [&](const std::vector<Candidate>& from, std::size_t i) {
    if (i >= from.size() || picked.size() >= tries) return;
    const Placement& placement = from[i].placement;
    const bool known = std::ranges::any_of(picked, [&](const Candidate& c) {
      return c.placement.choice == placement.choice && c.placement.start == placement.start &&
             c.placement.lots == placement.lots;
    });
    if (!known) picked.push_back(from[i]);
  };
  for (std::size_t i = 0; i < std::max(by_room.size(), by_prices.size()); ++i) {
    if (picked.size() >= tries) break;
    pick(by_room, i);
    pick(by_prices, i);
  }
  return picked;
}

}  // namespace tongsuan::clearing
