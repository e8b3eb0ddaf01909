// Sizes and units that the views share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::report::internal {

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
  market::each_use(problem, placement,
                   [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
                     if (problem.lanes[lane].kind != market::LaneKind::kCapacity || amount <= 0)
                       return;
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
