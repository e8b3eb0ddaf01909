// Energy that hubs can draw: what the grid charges and what green plants are expected to deliver,
// by zone and hour.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan::engine {

inline constexpr Second kHour = 3'600;
inline constexpr Second kDay = 86'400;

// Energy of the zones, hour by hour from second 0. Zones are those of Places; a hub draws from its
// `power_zone`. Beyond the last hour the last day repeats.
struct Energy {
  // What certificate-bearing plants deliver to data centres of the zone, Wh in each hour: what
  // really comes, and what was forecast the day before (all that a policy may see of later hours).
  std::vector<std::vector<std::int64_t>> green;
  std::vector<std::vector<std::int64_t>> green_forecast;
  // Grid power, micro-yuan per MWh in each hour. Never scarce.
  std::vector<std::vector<std::int64_t>> tariff;
  // Green energy may cross lines, so many Wh in each hour and direction.
  struct Line {
    ZoneId from;
    ZoneId to;
    std::int64_t limit = 0;
    Price tariff;  // micro-yuan per MWh sent
  };
  std::vector<Line> lines;
  std::vector<std::int64_t> grid_grams;  // by zone: CO2 per kWh of grid power, location-based
  std::int64_t residual_grams = 586;     // per kWh that is not matched, market-based
  // What the exchange's rule adds to energy that is not matched with green, micro-yuan per MWh.
  std::int64_t unmatched_adder = 0;
  std::uint32_t hours = 0;

  [[nodiscard]] bool empty() const { return hours == 0; }
  // Position of the hour at `at` in the tables.
  [[nodiscard]] std::size_t hour_at(Second at) const {
    const auto hour = static_cast<std::uint32_t>(at / kHour);
    if (hour < hours || hours < 24) return hour < hours ? hour : hours - 1;
    return hours - 24 + (hour - hours) % 24;
  }
};

}  // namespace tongsuan::engine
