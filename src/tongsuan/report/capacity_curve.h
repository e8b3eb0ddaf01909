// Supply and demand at one hub, as steps: what offers ask, and what orders are worth.
//
// Model. Supply is every offered device-hour of the hub (of one class, if chosen) in the slots, at
// its offer price plus what the power of one device-hour costs there at λ′ on average: what a buyer
// would have to pay at the least. Demand is every order that runs here, or was rejected and could
// have run here, by its value per device-hour: an order that was rejected appears at each hub where
// it had a choice, and one placed elsewhere does not appear. Divisible demand appears by its steps.
// Green energy and data are not in the supply: only those who asked for them pay.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/report/round_view.h"

namespace tongsuan::report {

struct CurveKey {
  std::uint32_t hub = 0;
  std::uint32_t accelerator = kNone;  // kNone: all classes
  SlotRange slots;
};

struct SupplyBlock {
  std::int64_t price = 0;  // micro-yuan per device-hour, as offered
  std::int64_t power = 0;  // micro-yuan per device-hour, mean of the power drawn
  int128 device_seconds = 0;
  friend bool operator==(const SupplyBlock&, const SupplyBlock&) = default;
};

struct DemandBlock {
  std::uint32_t order = kNone;
  std::int64_t rate = 0;      // micro-yuan of value per device-hour
  int128 device_seconds = 0;  // within the slots
  bool accepted = false;
  friend bool operator==(const DemandBlock&, const DemandBlock&) = default;
};

struct CapacityCurve {
  std::vector<SupplyBlock> supply;  // rising price + power; equal (price, power) merged
  std::vector<DemandBlock> demand;  // falling rate, accepted first, rising order; curves per rate
  int128 offered = 0;               // device-seconds
  int128 used = 0;
  std::optional<std::int64_t> price;  // mean λ′ + power per device-hour, by use, else by offer
};

[[nodiscard]] CapacityCurve capacity_curve(const RoundInput& input, const CurveKey& key);

}  // namespace tongsuan::report
