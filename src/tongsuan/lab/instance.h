// One world to replay: places, a script of what will happen, energy by the hour, and its span.
//
// Model. A scenario file (lab/scenario.h) with a load and a seed makes an instance; a policy
// replays it (lab/replay.h). Two policies that replay the same instance meet the same jobs,
// failures and weather, so their differences are paired. Integers only: the same options give the
// same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/engine/engine.h"
#include "tongsuan/world/script.h"

namespace tongsuan::lab {

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

struct Instance {
  std::string scenario;
  std::string origin;  // where its demand comes from, in a sentence
  std::uint64_t seed = 1;
  std::uint32_t load_percent = 0;  // device-seconds asked for against those there, as wished
  engine::Places places;
  world::Script script;
  Energy energy;
  // Jobs come during [0, span); utilisation is taken over it. The replay goes on until all is done,
  // at most for `drain` more.
  Second span = 7 * kDay;
  Second drain = 14 * kDay;
  std::vector<std::string> notes;  // what was dropped or changed while making it, and why
};

// Reference device-seconds of a job: its first way, as long as it really runs.
[[nodiscard]] std::int64_t true_work(const world::Job& job);

}  // namespace tongsuan::lab
