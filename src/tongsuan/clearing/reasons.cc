#include "tongsuan/clearing/reasons.h"

#include <algorithm>

namespace tongsuan::clearing {

using market::Choice;
using market::LaneKind;
using market::Problem;

const char* reason_name(Reason reason) {
  switch (reason) {
    case Reason::kPlaced: return "PLACED";
    case Reason::kNotEligible: return "NOT_ELIGIBLE";
    case Reason::kNoCompatibleHub: return "NO_COMPATIBLE_HUB";
    case Reason::kGangTooLarge: return "GANG_TOO_LARGE";
    case Reason::kDataUnreachable: return "DATA_UNREACHABLE";
    case Reason::kWindowTooTight: return "WINDOW_TOO_TIGHT";
    case Reason::kGreenUnmet: return "GREEN_UNMET";
    case Reason::kPolicyCap: return "POLICY_CAP";
    case Reason::kPrecedenceUnmet: return "PRECEDENCE_UNMET";
    case Reason::kOutbid: return "OUTBID";
    case Reason::kParadoxicallyRejected: return "PARADOXICALLY_REJECTED";
  }
  return "UNKNOWN";
}

std::int64_t reachable_supply(const Problem& problem, std::uint32_t row) {
  std::int64_t total = 0;
  for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
    total += problem.supply[i].amount;
  }
  if (problem.lanes[row / problem.slot_count].kind != LaneKind::kZone) return total;
  for (const market::LineSlot& line : problem.line_slots) {
    if (line.to == row) total += line.max;
    if (line.from == row) total -= line.min;
  }
  return total;
}

namespace {

Reason obstacle_of(LaneKind kind, bool green_zone) {
  switch (kind) {
    case LaneKind::kCapacity: return Reason::kGangTooLarge;
    case LaneKind::kNode: return Reason::kNoCompatibleHub;
    case LaneKind::kZone: return green_zone ? Reason::kGreenUnmet : Reason::kNoCompatibleHub;
    case LaneKind::kLink: return Reason::kDataUnreachable;
    case LaneKind::kCap: return Reason::kPolicyCap;
  }
  return Reason::kNotEligible;
}

// How far a reason is from a placement: what remains when the earlier obstacles are gone.
int stage(Reason reason) {
  switch (reason) {
    case Reason::kNotEligible: return 0;
    case Reason::kNoCompatibleHub: return 1;
    case Reason::kGangTooLarge: return 2;
    case Reason::kDataUnreachable: return 3;
    case Reason::kWindowTooTight: return 4;
    case Reason::kGreenUnmet: return 5;
    case Reason::kPolicyCap: return 6;
    default: return 7;
  }
}

// The first row that could not hold a choice at a start even on the empty book.
Reason obstacle_at(const Market& market, const Problem& problem, const Choice& choice, Slot start) {
  const auto blocked = [&](std::uint32_t lane, Slot begin, Slot end, std::int64_t amount) {
    for (Slot slot = begin; slot < end; ++slot) {
      if (reachable_supply(problem, problem.row(lane, slot)) < amount) return true;
    }
    return false;
  };
  const Span32 legs = problem.bundles[choice.bundle];
  for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
    const market::BundleLeg& leg = problem.bundle_legs[i];
    if (!blocked(leg.lane, start, start + choice.duration, leg.units * choice.devices)) continue;
    const market::Lane& lane = problem.lanes[leg.lane];
    return obstacle_of(lane.kind, lane.kind == LaneKind::kZone &&
                                      market.zones[lane.first].commodity == Commodity::kGreen);
  }
  if (choice.extra != kNone) {
    const market::Transfer& transfer = problem.transfers[choice.extra];
    if (blocked(transfer.lane, start - transfer.slots, start, transfer.rate)) {
      return Reason::kDataUnreachable;
    }
  }
  return Reason::kPlaced;
}

// Why compile() made no choice of a (variant, hub) pair.
Reason missing_choice(const Market& market, const Problem& problem, const Order& order,
                      const Variant& variant, HubId hub) {
  const auto lane = std::ranges::find_if(problem.lanes, [&](const market::Lane& candidate) {
    return candidate.kind == LaneKind::kCapacity && candidate.first == hub.value &&
           candidate.second == variant.accelerator.value;
  });
  if (lane == problem.lanes.end()) return Reason::kNotEligible;
  if (order.green_percent > 0 && market.hubs[hub.value].green_zone == kNone) {
    return Reason::kGreenUnmet;
  }
  if (variant.duration > order.window.count()) return Reason::kWindowTooTight;
  if (order.data != kNone) return Reason::kDataUnreachable;
  return Reason::kNoCompatibleHub;  // whole nodes are asked for and the hub declares none
}

Reason pair_reason(const Market& market, const Problem& problem, std::uint32_t order_index,
                   std::uint32_t variant_index, HubId hub) {
  const Order& order = market.orders[order_index];
  const Span32 choices = problem.orders[order_index].choices;
  for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
    const Choice& choice = problem.choices[c];
    if (choice.bundle == kNone || choice.variant != variant_index ||
        problem.hub(choice) != hub.value) {
      continue;
    }
    Reason furthest = Reason::kNotEligible;
    for (Slot start = choice.first; start <= choice.last; ++start) {
      const Reason reason = obstacle_at(market, problem, choice, start);
      if (reason == Reason::kPlaced) return Reason::kPlaced;
      if (stage(reason) > stage(furthest)) furthest = reason;
    }
    return furthest;
  }
  return missing_choice(market, problem, order, market.variants[order.variants.begin + variant_index],
                        hub);
}

}  // namespace

Reason structural_reason(const Market& market, const Problem& problem, std::uint32_t order_index) {
  const Order& order = market.orders[order_index];
  if (order.kind != OrderKind::kBlock) return Reason::kPlaced;
  Reason furthest = Reason::kNotEligible;
  const Span32 hubs = market.hub_sets[order.hubs.value];
  for (std::uint32_t v = 0; v < order.variants.count(); ++v) {
    for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
      const Reason reason = pair_reason(market, problem, order_index, v, market.hub_lists[h]);
      if (reason == Reason::kPlaced) return reason;
      if (stage(reason) > stage(furthest)) furthest = reason;
    }
  }
  return furthest;
}

}  // namespace tongsuan::clearing
