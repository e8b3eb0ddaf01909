// What a scenario file says, as plain values (docs/formats/scenario.md).
//
// Invariant. Every value of a ScenarioKeys that was read lies within its limits; a table in
// scenario_text.cc holds name, limits and meaning of every key, and nothing else knows them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/world/hub_faults.h"

namespace tongsuan::lab {

// Which maker builds the world.
enum class WorldKind : std::uint8_t { kNational, kEdge, kPhilly, kPai, kSpot, kTrace };

// Where the green output of the hours and the lines between provinces come from.
enum class ProfileSource : std::uint8_t { kModel, kRtsGmlc };
enum class LineSource : std::uint8_t { kModel, kFacts };

// What a scenario says of one hub, per mille: of all devices, of the jobs at home there, and solar,
// wind and water plants against the greatest draw of all devices. kNone: it says nothing.
struct HubShares {
  std::uint32_t devices = kNone;
  std::uint32_t demand = kNone;
  std::uint32_t solar = kNone;
  std::uint32_t wind = kNone;
  std::uint32_t hydro = kNone;
};

// Devices of one class at one hub, as a user names them: "pool.north.H100 16x8".
struct PoolShape {
  std::string hub;
  std::string accelerator;
  std::uint32_t nodes = 1;
  std::uint32_t node_devices = 1;
  friend bool operator==(const PoolShape&, const PoolShape&) = default;
};

struct ScenarioKeys {
  std::string name;
  WorldKind world = WorldKind::kNational;

  // ---- A trace of the user's own ----
  std::string trace;             // its file, relative to the folder of the scenario
  bool lenient = false;          // what is at fault is dropped and counted, not an error
  bool days_said = false;        // false: all days of the trace
  std::vector<PoolShape> pools;  // in the order of the file; none: derived from the trace

  // ---- Demand ----
  std::uint32_t jobs = 20'000;
  std::uint32_t days = 7;         // jobs come during these
  std::uint32_t drain_days = 14;  // and the replay may go on for so long
  std::uint32_t weekend_percent = 60;
  std::uint32_t batch_per_mille = 450;  // that one more job of the same kind follows
  std::uint32_t burst_per_mille = 20;   // of batches that are a burst
  std::uint32_t burst_jobs = 60;        // at most
  std::uint32_t gang_max = 1'024;
  std::uint32_t duration_percent = 100;
  std::uint32_t duration_max_hours = 72;
  std::uint32_t exact_percent = 20;
  std::uint32_t estimate_max_percent = 300;
  std::uint32_t overrun_per_mille = 30;
  std::uint32_t overrun_max_percent = 150;
  std::uint32_t patience_hours = 24;
  std::uint32_t decay_hours = 6;
  std::uint32_t flexible_per_mille = 0;  // jobs that lose nothing by waiting
  std::uint32_t flexible_hours = 72;     // for so long
  std::uint32_t worth_percent = 150;     // median of what a device-hour is worth, of its rent
  std::uint32_t home_per_mille = 100;
  std::uint32_t few_per_mille = 250;
  std::uint32_t region_per_mille = 100;
  std::uint32_t data_per_mille = 120;
  std::uint32_t cancel_per_mille = 0;
  std::uint32_t checkpoint_minutes = 60;
  std::uint32_t service_per_mille = 700;  // edge: jobs that must start at once
  std::uint32_t forward_per_mille = 0;    // jobs that are wanted at a later second,
  std::uint32_t forward_lead_hours = 48;  // known so long before at most
  std::uint32_t forward_premium_percent = 20;

  // ---- Supply ----
  std::uint32_t tight_percent = 160;   // philly: own load of the tight clusters when all is 90
  std::uint32_t edge_per_mille = 250;  // edge: of all devices, at the edge
  std::uint32_t ask_percent = 30;
  std::uint32_t ask_changes = 0;
  std::uint32_t link_mb_per_second = 400;

  // ---- Energy ----
  ProfileSource profiles = ProfileSource::kModel;
  LineSource lines = LineSource::kModel;
  std::uint32_t solar_percent = 100;
  std::uint32_t wind_percent = 100;
  std::uint32_t green_line_percent = 100;
  std::uint32_t forecast_error_percent = 15;
  std::uint32_t unmatched_yuan = 40;
  std::uint32_t residual_grams = 586;

  // ---- Failures ----
  std::uint32_t node_failure_hours = 0;  // mean time between failures of a node; 0: none
  std::uint32_t node_repair_hours = 6;
  std::uint32_t hub_outages_per_mille = 0;  // of a hub in a week
  std::uint32_t hub_outage_hours = 4;
  std::uint32_t maintenance_percent = 0;  // of the nodes of a pool, one night a week
  std::uint32_t maintenance_hours = 6;

  world::HubFaults hub_faults;  // what is not perfect about hubs

  std::map<std::string, HubShares, std::less<>> hubs;  // by name, those that the file names
};

// A key with a whole number: what the document says of it.
struct KeySpec {
  std::string_view name;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::uint32_t usual = 0;  // when the file does not say
};
// All but `world`, `trace`, `reading` and the keys of hubs, in the order of the document.
[[nodiscard]] std::vector<KeySpec> scenario_keys();

// Fails on the first wrong line; `path` is for the message.
[[nodiscard]] Result<ScenarioKeys> parse_scenario(const std::string& path, const std::string& text);

}  // namespace tongsuan::lab
