#include "tongsuan/clearing/changes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/base/text.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/ties.h"
#include "tongsuan/solver/pricing.h"

namespace tongsuan::clearing {
namespace {

constexpr std::uint32_t kWindowTries = 8;  // and for each end of a window, of which many are tried
constexpr int kDoublingsMax = 10;          // of the raise, when prices bind beyond what others lose

// Device-hours of the reference variant, × 3600: the unit that limits are written in.
std::int64_t reference_device_seconds(const Market& market, const Order& order) {
  const Variant& first = market.variants[order.variants.begin];
  return static_cast<std::int64_t>(first.gang) * first.duration * market.calendar.slot_seconds;
}

}  // namespace

Change change_from(const Requote& requote, ChangeKind kind, std::string description,
                   std::int64_t extra_cost) {
  return {.description = std::move(description),
          .extra_cost = extra_cost,
          .hub = requote.hub,
          .start = requote.start,
          .payment = requote.payment,
          .kind = kind,
          .variant = requote.variant,
          .lots = requote.lots,
          .lots_of = requote.lots_of,
          .uses = requote.uses};
}

namespace {

// What an order is worth at `ticks` of its limit; nothing beyond the limits of money.
std::optional<std::int64_t> value_at(std::int64_t ticks, std::int64_t device_seconds) {
  const int128 value =
      divide_wide(static_cast<int128>(ticks) * kLimitTick * device_seconds, 3600, Rounding::kUp);
  if (value > kMoneyMax) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

}  // namespace

// Found upwards from what the others would lose, and then by bisection down to the last tick at
// which it is not placed.
std::optional<Raise> least_raise(OpenRound& round, std::uint32_t index, const RaiseFrom& from) {
  const auto& [seconds, present, now] = from;
  if (!now.possible || seconds == 0 || now.least_value > kMoneyMax) return std::nullopt;
  const auto placed_at = [&](std::int64_t ticks) -> std::optional<Requote> {
    const std::optional<std::int64_t> value = value_at(ticks, from.seconds);
    if (!value || *value <= from.present) return std::nullopt;
    const Requote requote = round.reclear_at(index, *value, kTries);
    return requote.placed ? std::optional(requote) : std::nullopt;
  };
  const auto ticks_of = [&](std::int64_t value) {
    return divide(static_cast<int128>(value) * 3600, static_cast<int128>(from.seconds) * kLimitTick,
                  Rounding::kDown);
  };
  std::int64_t fails = ticks_of(present);
  std::int64_t works = std::max(fails + 1, ticks_of(now.least_value) + 1);
  std::optional<Requote> best = placed_at(works);
  for (int doubling = 0; !best && doubling < kDoublingsMax; ++doubling) {
    const std::int64_t step = std::max<std::int64_t>(1, works - fails);
    fails = works;
    works += step;
    best = placed_at(works);
  }
  if (!best) return std::nullopt;
  while (works - fails > 1) {
    const std::int64_t middle = fails + (works - fails) / 2;
    if (std::optional<Requote> requote = placed_at(middle)) {
      works = middle;
      best = requote;
    } else {
      fails = middle;
    }
  }
  return Raise{works, *value_at(works, seconds) - present, std::move(*best)};
}

namespace {

// The least limit, to a tick, at which the order is placed.
std::optional<Change> raise_limit(const Market& market, OpenRound& round, std::uint32_t index,
                                  const Requote& now) {
  const std::int64_t seconds = reference_device_seconds(market, market.orders[index]);
  const auto raised = least_raise(round, index, {seconds, market.orders[index].value, now});
  if (!raised) return std::nullopt;
  return change_from(raised->placed, ChangeKind::kLimit,
                     "--limit " + decimal(raised->ticks * kLimitTick, 6), raised->more);
}

std::optional<Requote> placed(const Result<Requote>& requote) {
  if (!requote.ok() || !requote.value().placed) return std::nullopt;
  return requote.value();
}

// The least extension that was found to help: none where even the whole horizon does not.
std::optional<Change> extend_window(const Market& market, OpenRound& round, std::uint32_t index) {
  const SlotRange window = market.orders[index].window;
  const auto placed_until = [&](Slot end, std::uint32_t tries) {
    return placed(round.reclear_as(
        index, [end](Market&, Order& order) { order.window.end = end; }, tries));
  };
  const Slot horizon = market.calendar.slot_count;
  if (window.end >= horizon) return std::nullopt;
  std::optional<Requote> best = placed_until(horizon, kTries);
  if (!best) return std::nullopt;
  Slot fails = window.end;
  Slot works = horizon;
  for (Slot step = 1; window.end + step < works; step *= 2) {
    const std::optional<Requote> requote = placed_until(window.end + step, kWindowTries);
    if (requote) {
      works = window.end + step;
      best = requote;
    } else {
      fails = window.end + step;
    }
  }
  while (works - fails > 1) {  // the least extension between a failure and a success
    const Slot middle = fails + (works - fails) / 2;
    if (const std::optional<Requote> requote = placed_until(middle, kWindowTries)) {
      works = middle;
      best = requote;
    } else {
      fails = middle;
    }
  }
  Change change =
      change_from(*best, ChangeKind::kWindow,
                  "--window " + std::to_string(window.begin) + ".." + std::to_string(works));
  change.window_end = works;
  return change;
}

// The best hub outside the order's set, when all hubs are opened to it.
std::optional<Change> another_hub(const Market& market, OpenRound& round, std::uint32_t index) {
  std::vector<HubId> all;
  for (std::uint32_t hub = 0; hub < market.hubs.size(); ++hub) all.push_back(HubId{hub});
  if (market.hub_sets[market.orders[index].hubs.value].count() == all.size()) return std::nullopt;
  const auto open_all = [&all](Market& alone, Order& order) {
    order.hubs = HubSetId{static_cast<std::uint32_t>(alone.hub_sets.size())};
    alone.hub_sets.push_back(append(alone.hub_lists, all));
  };
  const std::optional<Requote> requote = placed(round.reclear_as(index, open_all, kTries));
  if (!requote) return std::nullopt;
  return change_from(*requote, ChangeKind::kHub,
                     "--hubs +" + std::string(market.hub_names[requote->hub]));
}

// Another accelerator class, as fast as the first one asked for.
std::optional<Change> another_class(const Market& market, OpenRound& round, std::uint32_t index) {
  const Order& order = market.orders[index];
  const Variant reference = market.variants[order.variants.begin];
  std::vector<Variant> variants(market.variants.begin() + order.variants.begin,
                                market.variants.begin() + order.variants.end);
  const auto own = static_cast<std::uint32_t>(variants.size());
  for (std::uint32_t c = 0; c < market.classes.size(); ++c) {
    const bool known =
        std::ranges::any_of(variants, [&](const Variant& v) { return v.accelerator.value == c; });
    if (!known) variants.push_back({ClassId{c}, reference.gang, reference.duration});
  }
  if (variants.size() == own) return std::nullopt;
  const auto change = [&variants](Market& alone, Order& changed) {
    changed.variants = append(alone.variants, variants);
  };
  const std::optional<Requote> requote = placed(round.reclear_as(index, change, kTries));
  if (!requote || requote->variant < own) return std::nullopt;
  const ClassId added = variants[requote->variant].accelerator;
  Change found = change_from(*requote, ChangeKind::kClass,
                             "--class +" + std::string(market.class_names[added.value]));
  found.accelerator = added.value;
  return found;
}

// A copy of the data set at every hub of the order: which one helps is where it then runs.
std::optional<Change> another_replica(const Market& market, OpenRound& round, std::uint32_t index) {
  const std::uint32_t data = market.orders[index].data;
  if (data == kNone) return std::nullopt;
  const std::optional<Requote> requote = placed(round.reclear_as(
      index, [](Market&, Order& order) { order.data = kNone; }, kTries));
  if (!requote) return std::nullopt;
  return change_from(*requote, ChangeKind::kReplica,
                     "--replica " + std::string(market.data_names[data]) + "@" +
                         std::string(market.hub_names[requote->hub]));
}

}  // namespace

namespace {

struct Share {
  market::Placement all;
  std::uint32_t lots = 1, lots_of = 1;
};

// Of a profile.
Share share_of(const market::Problem& problem, const market::Placement& placement) {
  Share share{placement};
  const market::Choice& choice = problem.choices[placement.choice];
  if (choice.bundle != kNone) return share;
  share.all.lots = problem.profiles[choice.extra].lots;
  share.lots = static_cast<std::uint32_t>(placement.lots);
  share.lots_of = static_cast<std::uint32_t>(share.all.lots);
  return share;
}

}  // namespace

// ---- OpenRound ---------------------------------------------------------------------------------

OpenRound::OpenRound(const Market& market, const Certificate& certificate, market::Problem problem)
    : market_(&market),
      certificate_(&certificate),
      problem_(std::make_unique<market::Problem>(std::move(problem))),
      residual_(
          std::make_unique<Residual>(*problem_, certificate.outcome, certificate.bound_prices)) {
  alone_.calendar = market.calendar;
  alone_.hubs = market.hubs;
  alone_.classes = market.classes;
  alone_.zones = market.zones;
  alone_.lines = market.lines;
  alone_.links = market.links;
  alone_.node_blocks = market.node_blocks;
  alone_.caps = market.caps;
  alone_.offers = market.offers;
  take_pools();
}

// What an order may refer to. What orders deliver makes lanes too.
void OpenRound::take_pools() {
  alone_.steps = market_->steps;
  alone_.options = market_->options;
  alone_.legs = market_->legs;
  alone_.ranges = market_->ranges;
  alone_.variants = market_->variants;
  alone_.hub_lists = market_->hub_lists;
  alone_.hub_sets = market_->hub_sets;
  alone_.data_sets = market_->data_sets;
}

Result<OpenRound> OpenRound::open(const Market& market, const Certificate& certificate) {
  TONGSUAN_TRY(market::Problem problem, market::compile(market));
  if (certificate.bound_prices.size() != problem.row_count()) {
    return Error{ErrorCode::kInvalidArgument, "the certificate has prices of another market"};
  }
  return OpenRound(market, certificate, std::move(problem));
}

const Insertion& OpenRound::insertion_of(std::uint32_t order, std::uint32_t tries) {
  if (known_.order != order || known_.tries != tries) {
    known_ = {order, tries, residual_->insert(order, tries)};
  }
  return known_.insertion;
}

// What comes of an insertion under the rules of payments.
Requote OpenRound::priced(std::uint32_t order, std::int64_t value, const Insertion& insertion,
                          bool as_in_book) const {
  Requote requote;
  if (!insertion.found) return requote;
  requote.possible = true;
  const Share share = share_of(*problem_, insertion.placement);
  const int128 whole = market::placement_value(*problem_, order, share.all);
  const int128 lost = divide_wide(insertion.displacement, problem_->denominator, Rounding::kDown);
  const int128 least = divide_wide(lost * share.lots_of, share.lots, Rounding::kUp) + 1 +
                       static_cast<int128>(value) - whole;
  requote.least_value = static_cast<std::int64_t>(
      std::clamp<int128>(least, -kMoneyMax, static_cast<int128>(kMoneyMax) + 1));
  if (insertion.gain <= 0) return requote;
  Outcome outcome = residual_->outcome(insertion);
  // Orders like it may have the better draw.
  if (as_in_book) market::apply_tie_rule(*market_, certificate_->seed, outcome);
  const auto award =
      std::ranges::find_if(outcome.awards, [&](const Award& a) { return a.order.value == order; });
  if (award == outcome.awards.end()) return requote;
  const std::optional<Prices> prices =
      solver::prices_that_pay(*market_, *problem_, outcome, certificate_->bound_prices,
                              certificate_->seed, certificate_->payment_prices);
  if (!prices) return requote;  // somebody would lose at uniform prices
  const market::Placement placement = market::find_placement(*problem_, *award);
  requote.placed = true;
  requote.hub = award->hub;
  requote.variant = award->variant;
  requote.start = award->start;
  requote.payment = divide(market::placement_cost(*problem_, placement, *prices),
                           problem_->denominator, Rounding::kUp);
  if (problem_->orders[order].kind == OrderKind::kBlock) return requote;
  const Share bought = share_of(*problem_, placement);
  requote.lots = bought.lots;
  requote.lots_of = bought.lots_of;
  requote.uses = uses_of(*problem_, placement, *prices);
  if (requote.hub == kNone && !requote.uses.empty()) requote.hub = requote.uses.front().hub;
  return requote;
}

// What a curve gets beside the awards as they are.
Requote OpenRound::curve_priced(std::uint32_t order) const {
  Requote requote;
  const Outcome& outcome = certificate_->outcome;
  const market::Dispatch dispatch =
      market::dispatch(*problem_, market::net_use(*problem_, outcome));
  const market::Allocation allocation = market::allocate(*problem_, dispatch, certificate_->seed);
  requote.uses = curve_uses(*problem_, order, allocation, certificate_->payment_prices);
  requote.possible = !requote.uses.empty();
  if (!requote.possible) return requote;
  const std::optional<Prices> prices =
      solver::prices_that_pay(*market_, *problem_, outcome, certificate_->bound_prices,
                              certificate_->seed, certificate_->payment_prices);
  if (!prices) return requote;
  requote.placed = true;
  requote.uses = curve_uses(*problem_, order, allocation, *prices);
  requote.hub = requote.uses.front().hub;
  requote.start = requote.uses.front().slots.begin;
  requote.payment = paid_for(*problem_, requote.uses);
  return requote;
}

Requote OpenRound::reclear(std::uint32_t order, std::uint32_t tries) {
  const Order& what = market_->orders[order];
  if (what.kind == OrderKind::kCurve) return curve_priced(order);
  return priced(order, worth_of(*market_, what), insertion_of(order, tries), true);
}

Requote OpenRound::reclear_at(std::uint32_t order, std::int64_t value, std::uint32_t tries) {
  const Order& what = market_->orders[order];
  const std::int64_t more = value - worth_of(*market_, what);
  const Span32 choices = problem_->orders[order].choices;
  const auto add = [&](std::int64_t amount) {
    for (std::uint32_t c = choices.begin; c < choices.end; ++c)
      problem_->choices[c].value += amount;
  };
  // Which share is best depends on what all is worth.
  const bool shares = what.kind == OrderKind::kProfile && what.minimum_ppm < 1'000'000;
  Insertion insertion;
  if (!shares) {
    insertion = insertion_of(order, tries);
    insertion.gain += static_cast<int128>(more) * problem_->denominator;
  }
  add(more);
  if (shares) insertion = residual_->insert(order, tries);
  const Requote requote = priced(order, value, insertion, false);
  add(-more);
  return requote;
}

Result<Requote> OpenRound::reclear_as(std::uint32_t order, const Change& change,
                                      std::uint32_t tries) {
  Market alone = alone_;
  alone.orders.push_back(market_->orders[order]);
  alone.orders.back().after = kNone;
  change(alone, alone.orders.back());
  TONGSUAN_TRY(const Stood stood, swap_in(order, alone));
  const Order& changed = alone.orders.back();
  const Requote requote =
      changed.kind == OrderKind::kCurve
          ? curve_priced(order)
          : priced(order, worth_of(alone, changed), residual_->insert(order, tries), false);
  swap_back(stood);
  return requote;
}

Result<Done> OpenRound::put_in(std::uint32_t order) {
  take_pools();
  Market alone = alone_;
  alone.orders.push_back(market_->orders[order]);
  alone.order_names.push_back(market_->order_names[order]);
  TONGSUAN_TRY(put_in_, swap_in(order, alone));
  known_ = {};
  return Done{};
}

void OpenRound::take_out() {
  swap_back(put_in_);
  known_ = {};
}

// The other order is compiled alone, over the same lanes, and its choices stand in for the old ones
// until they are put back.
Result<OpenRound::Stood> OpenRound::swap_in(std::uint32_t order, const Market& alone) {
  TONGSUAN_TRY(const market::Problem small, market::compile(alone));
  TONGSUAN_CHECK(small.lanes.size() == problem_->lanes.size() &&
                 small.denominator == problem_->denominator);
  market::Problem& book = *problem_;
  Stood stood{order,
              book.orders[order],
              book.choices.size(),
              book.bundles.size(),
              book.bundle_legs.size(),
              book.transfers.size(),
              book.profiles.size(),
              book.profile_legs.size()};
  if (small.orders.front().kind == OrderKind::kCurve) swap_in_demand(small, stood);
  swap_in_choices(small, stood);
  book.orders[order].choices = {static_cast<std::uint32_t>(stood.choices),
                                static_cast<std::uint32_t>(book.choices.size())};
  book.orders[order].delay_cost = small.orders.front().delay_cost;
  book.orders[order].kind = small.orders.front().kind;
  return stood;
}

void OpenRound::swap_in_choices(const market::Problem& small, const Stood& stood) {
  market::Problem& book = *problem_;
  const auto legs = static_cast<std::uint32_t>(stood.legs);
  const auto profile_legs = static_cast<std::uint32_t>(stood.profile_legs);
  for (const Span32 bundle : small.bundles) {
    book.bundles.push_back({bundle.begin + legs, bundle.end + legs});
  }
  for (market::Profile profile : small.profiles) {
    profile.legs = {profile.legs.begin + profile_legs, profile.legs.end + profile_legs};
    book.profiles.push_back(profile);
  }
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(book.bundle_legs, small.bundle_legs);
  append(book.profile_legs, small.profile_legs);
  append(book.transfers, small.transfers);
  for (market::Choice choice : small.choices) {
    if (choice.bundle == kNone) {
      choice.extra += static_cast<std::uint32_t>(stood.profiles);
    } else {
      choice.bundle += static_cast<std::uint32_t>(stood.bundles);
      if (choice.extra != kNone) choice.extra += static_cast<std::uint32_t>(stood.transfers);
    }
    book.choices.push_back(choice);
  }
}

// The steps of all rows, with those of the order as they are alone.
void OpenRound::swap_in_demand(const market::Problem& small, Stood& stood) {
  market::Problem& book = *problem_;
  stood.demand_begin = std::move(book.demand_begin);
  stood.demand = std::move(book.demand);
  book.demand_begin.assign(1, 0);
  book.demand.clear();
  for (std::uint32_t row = 0; row < book.row_count(); ++row) {
    const auto first = static_cast<std::ptrdiff_t>(book.demand.size());
    for (std::uint32_t i = stood.demand_begin[row]; i < stood.demand_begin[row + 1]; ++i) {
      if (stood.demand[i].order != stood.order) book.demand.push_back(stood.demand[i]);
    }
    for (std::uint32_t i = small.demand_begin[row]; i < small.demand_begin[row + 1]; ++i) {
      book.demand.push_back({small.demand[i].price, small.demand[i].amount, stood.order});
    }
    std::sort(book.demand.begin() + first, book.demand.end(),
              [](const market::DemandStep& a, const market::DemandStep& b) {
                return a.price != b.price ? a.price > b.price : a.order < b.order;
              });
    book.demand_begin.push_back(static_cast<std::uint32_t>(book.demand.size()));
  }
}

void OpenRound::swap_back(const Stood& stood) {
  market::Problem& book = *problem_;
  book.orders[stood.order] = stood.what;
  book.choices.resize(stood.choices);
  book.bundles.resize(stood.bundles);
  book.bundle_legs.resize(stood.legs);
  book.transfers.resize(stood.transfers);
  book.profiles.resize(stood.profiles);
  book.profile_legs.resize(stood.profile_legs);
  if (stood.demand_begin.empty()) return;
  book.demand_begin = stood.demand_begin;
  book.demand = stood.demand;
}

// ---- The cheapest ones -------------------------------------------------------------------------

Result<std::vector<Change>> cheapest_changes(const Market& market, OpenRound& round,
                                             std::uint32_t order) {
  if (market.orders[order].kind != OrderKind::kBlock) return package_changes(market, round, order);
  std::vector<Change> changes;
  const Requote now = round.reclear(order, kTries);
  const auto add = [&](std::optional<Change> change) {
    if (change) changes.push_back(std::move(*change));
  };
  add(raise_limit(market, round, order, now));
  add(extend_window(market, round, order));
  add(another_hub(market, round, order));
  add(another_class(market, round, order));
  add(another_replica(market, round, order));
  std::ranges::stable_sort(changes, {}, [](const Change& c) { return c.extra_cost; });
  return changes;
}

Result<std::vector<Change>> cheapest_changes(const Market& market, const Certificate& certificate,
                                             std::uint32_t order) {
  TONGSUAN_TRY(OpenRound round, OpenRound::open(market, certificate));
  return cheapest_changes(market, round, order);
}

}  // namespace tongsuan::clearing
