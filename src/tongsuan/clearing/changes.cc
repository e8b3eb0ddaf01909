#include "tongsuan/clearing/changes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/clearing/certify.h"
#include "tongsuan/clearing/residual.h"
#include "tongsuan/market/evaluate.h"

namespace tongsuan::clearing {
namespace {

constexpr std::uint32_t kTries = 32;         // starts tried per re-clearing
constexpr std::int64_t kLimitTick = 10'000;  // limits are raised in steps of 0.01 per device-hour

// What the order pays at λ′ of a certificate.
std::int64_t payment_of(const market::Problem& problem, const Certificate& certificate,
                        const market::Placement& placement) {
  return divide(market::placement_cost(problem, placement, certificate.payment_prices),
                problem.denominator, Rounding::kUp);
}

// Device-hours of the reference variant, × 3600: the unit that limits are written in.
std::int64_t reference_device_seconds(const Market& market, const Order& order) {
  const Variant& first = market.variants[order.variants.begin];
  return static_cast<std::int64_t>(first.gang) * first.duration * market.calendar.slot_seconds;
}

Change change_from(const Requote& requote, std::string description, std::int64_t extra_cost) {
  return {.description = std::move(description),
          .extra_cost = extra_cost,
          .hub = requote.hub,
          .start = requote.start,
          .payment = requote.payment};
}

std::optional<Change> raise_limit(const Market& market, const Certificate& certificate,
                                  std::uint32_t index, const Requote& now) {
  if (!now.possible) return std::nullopt;
  Market changed = market;
  Order& order = changed.orders[index];
  const std::int64_t seconds = reference_device_seconds(market, order);
  if (seconds == 0 || now.least_value > kMoneyMax) return std::nullopt;
  // The least limit whose value covers what the others lose; one more tick if prices then bind.
  std::int64_t limit = divide(static_cast<int128>(now.least_value) * 3600,
                              static_cast<int128>(seconds) * kLimitTick, Rounding::kUp);
  for (std::int64_t step = 0; step < 8; ++step) {
    const std::int64_t raised =
        limit + (step == 0 ? 0 : std::max<std::int64_t>(1, limit >> (8 - step)));
    const int128 value =
        divide_wide(static_cast<int128>(raised) * kLimitTick * seconds, 3600, Rounding::kUp);
    if (value > kMoneyMax) return std::nullopt;
    order.value = static_cast<std::int64_t>(value);
    const Result<Requote> requote = recleared(changed, certificate, index, kTries);
    if (requote.ok() && requote.value().placed) {
      return change_from(requote.value(), "--limit " + decimal(raised * kLimitTick, 6),
                         order.value - market.orders[index].value);
    }
  }
  return std::nullopt;
}

std::optional<Change> extend_window(const Market& market, const Certificate& certificate,
                                    std::uint32_t index) {
  Market changed = market;
  Order& order = changed.orders[index];
  const SlotRange window = order.window;
  const auto placed_until = [&](Slot end) -> std::optional<Requote> {
    order.window.end = end;
    Result<Requote> requote = recleared(changed, certificate, index, kTries);
    if (!requote.ok() || !requote.value().placed) return std::nullopt;
    return requote.value();
  };
  const Slot horizon = market.calendar.slot_count;
  Slot fails = window.end;
  std::optional<Requote> best;
  Slot works = horizon;
  for (Slot step = 1; fails < horizon; step *= 2) {
    const Slot end = std::min(horizon, window.end + step);
    best = placed_until(end);
    if (best) {
      works = end;
      break;
    }
    fails = end;
  }
  if (!best) return std::nullopt;
  while (works - fails > 1) {  // the least extension between a failure and a success
    const Slot middle = fails + (works - fails) / 2;
    if (std::optional<Requote> requote = placed_until(middle)) {
      works = middle;
      best = requote;
    } else {
      fails = middle;
    }
  }
  return change_from(*best,
                     "--window " + std::to_string(window.begin) + ".." + std::to_string(works), 0);
}

std::uint32_t add_hub_set(Market& market, const std::vector<HubId>& hubs) {
  const auto begin = static_cast<std::uint32_t>(market.hub_lists.size());
  market.hub_lists.insert(market.hub_lists.end(), hubs.begin(), hubs.end());
  market.hub_sets.push_back({begin, static_cast<std::uint32_t>(market.hub_lists.size())});
  return static_cast<std::uint32_t>(market.hub_sets.size() - 1);
}

// The best hub outside the order's set, when all hubs are opened to it.
std::optional<Change> another_hub(const Market& market, const Certificate& certificate,
                                  std::uint32_t index) {
  Market changed = market;
  std::vector<HubId> all;
  for (std::uint32_t hub = 0; hub < market.hubs.size(); ++hub) all.push_back(HubId{hub});
  const Span32 set = market.hub_sets[market.orders[index].hubs.value];
  if (set.count() == all.size()) return std::nullopt;
  changed.orders[index].hubs = HubSetId{add_hub_set(changed, all)};
  const Result<Requote> requote = recleared(changed, certificate, index, kTries);
  if (!requote.ok() || !requote.value().placed) return std::nullopt;
  return change_from(requote.value(),
                     "--hubs +" + std::string(market.hub_names[requote.value().hub]), 0);
}

// Another accelerator class, as fast as the first one asked for.
std::optional<Change> another_class(const Market& market, const Certificate& certificate,
                                    std::uint32_t index) {
  Market changed = market;
  Order& order = changed.orders[index];
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
  const auto begin = static_cast<std::uint32_t>(changed.variants.size());
  changed.variants.insert(changed.variants.end(), variants.begin(), variants.end());
  order.variants = {begin, static_cast<std::uint32_t>(changed.variants.size())};
  const Result<Requote> requote = recleared(changed, certificate, index, kTries);
  if (!requote.ok() || !requote.value().placed || requote.value().variant < own)
    return std::nullopt;
  const ClassId added = variants[requote.value().variant].accelerator;
  return change_from(requote.value(), "--class +" + std::string(market.class_names[added.value]),
                     0);
}

// A copy of the data set at every hub of the order: which one helps is where it then runs.
std::optional<Change> another_replica(const Market& market, const Certificate& certificate,
                                      std::uint32_t index) {
  const Order& order = market.orders[index];
  if (order.data == kNone) return std::nullopt;
  Market changed = market;
  changed.orders[index].data = kNone;
  const Result<Requote> requote = recleared(changed, certificate, index, kTries);
  if (!requote.ok() || !requote.value().placed) return std::nullopt;
  return change_from(requote.value(),
                     "--replica " + std::string(market.data_names[order.data]) + "@" +
                         std::string(market.hub_names[requote.value().hub]),
                     0);
}

}  // namespace

Result<Requote> recleared(const Market& market, const Certificate& certificate, std::uint32_t order,
                          std::uint32_t tries) {
  TONGSUAN_TRY(const market::Problem problem, market::compile(market));
  if (certificate.bound_prices.size() != problem.row_count()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the change adds a place that the round had no price for"};
  }
  Residual residual(problem, certificate.outcome, certificate.bound_prices);
  Insertion insertion = residual.insert(order, tries);
  Requote requote;
  if (!insertion.found) return requote;
  requote.possible = true;
  const int128 delay = static_cast<int128>(market.orders[order].value) -
                       market::placement_value(problem, order, insertion.placement);
  const int128 least =
      divide_wide(insertion.displacement, problem.denominator, Rounding::kUp) + delay + 1;
  requote.least_value = static_cast<std::int64_t>(
      std::clamp<int128>(least, -kMoneyMax, static_cast<int128>(kMoneyMax) + 1));
  if (insertion.gain <= 0) return requote;
  TONGSUAN_TRY(const Certified certified,
               certify(market, problem, std::move(insertion.outcome),
                       {.bound_prices = certificate.bound_prices,
                        .bound = market::dual_bound(problem, certificate.bound_prices)},
                       {.seed = certificate.seed, .round = certificate.round}));
  const Certificate& after = certified.verified.certificate();
  const auto award = std::ranges::find_if(after.outcome.awards,
                                          [&](const Award& a) { return a.order.value == order; });
  if (award == after.outcome.awards.end()) return requote;  // it would lose at uniform prices
  const market::Placement placement = market::find_placement(problem, *award);
  requote.placed = true;
  requote.hub = award->hub;
  requote.variant = award->variant;
  requote.start = award->start;
  requote.payment = payment_of(problem, after, placement);
  return requote;
}

Result<std::vector<Change>> cheapest_changes(const Market& market, const Certificate& certificate,
                                             std::uint32_t order) {
  std::vector<Change> changes;
  if (market.orders[order].kind != OrderKind::kBlock) return changes;
  TONGSUAN_TRY(const Requote now, recleared(market, certificate, order, kTries));
  const auto add = [&](std::optional<Change> change) {
    if (change) changes.push_back(std::move(*change));
  };
  add(raise_limit(market, certificate, order, now));
  add(extend_window(market, certificate, order));
  add(another_hub(market, certificate, order));
  add(another_class(market, certificate, order));
  add(another_replica(market, certificate, order));
  std::ranges::stable_sort(changes, {}, [](const Change& c) { return c.extra_cost; });
  return changes;
}

}  // namespace tongsuan::clearing
