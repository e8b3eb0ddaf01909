// What an award uses, leg by leg: the walk that the views share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::report::internal {

// Calls visit(lane, slots, amount) for every leg of a choice as it would be placed, in the order of
// the problem: a use of devices comes before the nodes, energy and caps that it draws.
template <class Visit>
void each_leg(const market::Problem& problem, const market::Placement& placement, Visit visit) {
  const market::Choice& choice = problem.choices[placement.choice];
  if (choice.bundle == kNone) {
    const market::Profile& profile = problem.profiles[choice.extra];
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const market::ProfileLeg& leg = problem.profile_legs[i];
      visit(leg.lane, leg.slots, leg.amount / profile.lots * placement.lots);
    }
    return;
  }
  const Span32 bundle = problem.bundles[choice.bundle];
  const SlotRange slots = {placement.start, placement.start + choice.duration};
  for (std::uint32_t i = bundle.begin; i < bundle.end; ++i) {
    const market::BundleLeg& leg = problem.bundle_legs[i];
    visit(leg.lane, slots, leg.units * choice.devices);
  }
  if (choice.extra == kNone) return;
  const market::Transfer& transfer = problem.transfers[choice.extra];
  visit(transfer.lane, SlotRange{placement.start - transfer.slots, placement.start}, transfer.rate);
}

// The whole of a choice at its first start.
inline market::Placement whole_placement(const market::Problem& problem, std::uint32_t choice) {
  const market::Choice& at = problem.choices[choice];
  return {choice, at.first, at.bundle == kNone ? problem.profiles[at.extra].lots : 1};
}

// Device-slots that a placement holds, and the most devices in one of its legs.
struct DeviceSize {
  int128 device_slots = 0;
  std::int64_t devices = 0;
};
inline DeviceSize device_size(const market::Problem& problem, const market::Placement& placement) {
  DeviceSize size;
  each_leg(problem, placement, [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
    if (problem.lanes[lane].kind != market::LaneKind::kCapacity || amount <= 0) return;
    size.device_slots += static_cast<int128>(amount) * slots.count();
    size.devices = std::max(size.devices, amount);
  });
  return size;
}

// Wh of one device in one slot, rounded up as in the book.
inline std::int64_t device_wh(const Market& market, std::uint32_t hub, std::uint32_t accelerator) {
  const int128 milli_watt_seconds = static_cast<int128>(market.classes[accelerator].watts) *
                                    market.hubs[hub].pue_milli * market.calendar.slot_seconds;
  return divide(milli_watt_seconds, std::int64_t{3'600} * 1'000, Rounding::kUp);
}

// Micro-yuan of undivided money, half to even, cut to 64 bits.
inline std::int64_t micro_of(int128 undivided, std::int64_t denominator) {
  const int128 micro = divide_wide(undivided, denominator, Rounding::kHalfEven);
  return static_cast<std::int64_t>(
      std::clamp<int128>(micro, -kMoneyMax * int128{9}, kMoneyMax * int128{9}));
}

}  // namespace tongsuan::report::internal
