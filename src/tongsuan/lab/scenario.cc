#include "tongsuan/lab/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <tuple>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/instance_edge.h"
#include "tongsuan/lab/instance_energy.h"
#include "tongsuan/lab/instance_national.h"
#include "tongsuan/lab/instance_own.h"
#include "tongsuan/lab/instance_parts.h"
#include "tongsuan/lab/instance_spot.h"
#include "tongsuan/lab/instance_traces.h"
#include "tongsuan/lab/job_terms.h"
#include "tongsuan/lab/national_tables.h"
#include "tongsuan/lab/own_trace.h"
#include "tongsuan/lab/scenario_files.h"
#include "tongsuan/lab/scenario_text.h"
#include "tongsuan/world/faults.h"

namespace tongsuan::lab {
namespace {

constexpr std::size_t kSmallWorldHubs = 4;  // of the worlds of PAI and of the spot cluster

Result<Done> check(const Scenario& scenario, const InstanceOptions& options) {
  const auto outside = [](const char* name, std::uint64_t value, std::uint64_t min,
                          std::uint64_t max) {
    return Error{ErrorCode::kInvalidArgument,
                 "a world cannot have " + std::string(name) + " " + std::to_string(value),
                 "from " + std::to_string(min) + " to " + std::to_string(max)};
  };
  const bool as_written = own_load(scenario) == options.load_percent;
  if (!as_written && (options.load_percent < 10 || options.load_percent > 300)) {
    return outside("load_percent", options.load_percent, 10, 300);
  }
  if (options.jobs != 0 && (options.jobs < 100 || options.jobs > 1'000'000)) {
    return outside("jobs", options.jobs, 100, 1'000'000);
  }
  return Done{};
}

Result<Instance> make_world(const Scenario& scenario, const ScenarioKeys& keys,
                            const InstanceOptions& options) {
  switch (keys.world) {
    case WorldKind::kNational:
      return make_national(keys, options);
    case WorldKind::kSpot:
      return make_spot(keys, options);
    case WorldKind::kEdge:
      return make_edge(keys, options);
    case WorldKind::kPhilly:
      return make_philly(keys, options);
    case WorldKind::kPai:
      return make_pai(keys, options);
    case WorldKind::kTrace:
      return make_own(keys, *scenario.trace, options);
  }
  return Error{ErrorCode::kInvalidArgument, "unknown world"};
}

bool as_written(const Scenario& scenario, const ScenarioKeys& keys,
                const InstanceOptions& options) {
  return scenario.trace != nullptr && has_written_pools(keys, *scenario.trace, options);
}

// Jobs need a home: some hub must have a share of them.
Result<Done> check_demand(const Scenario& scenario, const ScenarioKeys& keys) {
  std::uint64_t demand = 0;
  if (keys.world == WorldKind::kNational || keys.world == WorldKind::kEdge) {
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
      demand += shares_of(keys, place).demand;
    }
  } else if (keys.world == WorldKind::kTrace) {
    demand = keys.hubs.empty() ? 1 : 0;  // where the file says nothing, devices are the shares
    for (const auto& [name, shares] : keys.hubs) demand += shares.demand;
  } else {
    demand = keys.hubs.size() < kSmallWorldHubs ? 1 : 0;  // the others have what the tables say
    for (const auto& [name, shares] : keys.hubs) demand += shares.demand;
  }
  if (demand > 0) return Done{};
  return Error{ErrorCode::kInvalidArgument, scenario.path + ": no hub has any demand",
               "give one of them a share: demand.HUB 100"};
}

void add_faults(Instance& instance, const ScenarioKeys& keys) {
  world::FaultOptions faults;
  faults.span = instance.span;
  faults.seed = draw_stream(instance.seed, kFaultStream).next();
  faults.node_failure_hours = keys.node_failure_hours;
  faults.node_repair_hours = keys.node_repair_hours;
  faults.hub_outages_per_mille = keys.hub_outages_per_mille;
  faults.hub_outage_hours = keys.hub_outage_hours;
  faults.maintenance_percent = keys.maintenance_percent;
  faults.maintenance_hours = keys.maintenance_hours;
  faults.hubs = keys.hub_faults;
  instance.script.nodes = world::make_faults(instance.places, faults);
  instance.script.hubs =
      world::make_hub_truth(instance.places, keys.hub_faults, instance.span, faults.seed);
}

// Sellers change what they ask, to between 80 and 140 % of what they asked at the start; the pools
// of a hub together.
void add_ask_changes(Instance& instance, const ScenarioKeys& keys) {
  const engine::Places& places = instance.places;
  const auto times = static_cast<std::uint32_t>(keys.ask_changes * instance.span / (7 * kDay));
  for (std::uint32_t hub = 0; hub < places.hubs.size(); ++hub) {
    Random random = draw_stream(instance.seed, kAskStream + (std::uint64_t{hub} << 32));
    for (std::uint32_t i = 0; i < times; ++i) {
      const auto at = static_cast<Second>(random.below(static_cast<std::uint64_t>(instance.span)));
      const std::int64_t percent = random.between(80, 140);
      for (std::uint32_t pool = 0; pool < places.pools.size(); ++pool) {
        if (places.pools[pool].hub.value != hub) continue;
        const Price ask(places.pools[pool].ask.raw() * percent / 100);
        instance.script.asks.push_back({at, engine::PoolId{pool}, ask});
      }
    }
  }
  std::ranges::sort(instance.script.asks, {}, [](const world::AskChange& change) {
    return std::tuple(change.at, change.pool, change.ask);
  });
}

// Every pool has a node at least and every home holds its largest gang: few jobs on many pools are
// less than the load that was wished.
void note_load(Instance& instance) {
  int128 work = 0;
  for (const world::Job& job : instance.script.jobs) work += work_of(job);
  const auto per_mille =
      static_cast<std::uint32_t>(work * 1'000 / instance.span / device_count(instance.places));
  const std::uint32_t wished = instance.load_percent * 10;
  if (per_mille * 50 >= wished * 49 && per_mille * 50 <= wished * 51) return;
  instance.notes.push_back("the load is " + decimal(per_mille, 1) + " % instead of " +
                           std::to_string(instance.load_percent) +
                           " %: pools are whole nodes and must hold the largest gang");
}

// Empty at the end, or where it cannot be read.
std::string next_bytes(std::ifstream& file) {
  std::string bytes(std::size_t{1} << 16, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

// A scenario for a trace alone, named after its file.
Scenario scenario_of_trace(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  std::string name;
  for (const char c : file.substr(0, std::min<std::size_t>(file.find('.'), 64))) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    const bool capital = c >= 'A' && c <= 'Z';
    name += plain ? c : capital ? static_cast<char>(c - 'A' + 'a') : name.empty() ? '_' : '-';
  }
  if (name.empty()) name = "trace";
  return {name, "scenario " + name + " 1\nworld trace\ntrace " + file + "\n", path};
}

}  // namespace

std::vector<std::string_view> shipped_scenarios() {
  std::vector<std::string_view> names;
  for (const ScenarioFile& file : scenario_files()) names.push_back(file.name);
  std::ranges::sort(names);
  return names;
}

Result<Scenario> find_scenario(const std::string& name_or_path) {
  for (const ScenarioFile& file : scenario_files()) {
    if (file.name == name_or_path) {
      return Scenario{name_or_path, std::string(file.text),
                      "scenarios/" + name_or_path + ".scenario"};
    }
  }
  std::ifstream file(name_or_path, std::ios::binary);
  std::string text = next_bytes(file);
  std::error_code code;  // a pipe cannot be read again, as a trace is
  if (std::filesystem::exists(name_or_path, code) &&
      !std::filesystem::is_fifo(name_or_path, code) && is_trace(name_or_path, text)) {
    return scenario_of_trace(name_or_path);
  }
  for (std::string more = next_bytes(file); !more.empty(); more = next_bytes(file)) text += more;
  if (!file.is_open() || file.bad()) {
    std::string names;
    for (const std::string_view name : shipped_scenarios()) {
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return Error{ErrorCode::kNotFound,
                 "'" + name_or_path + "' is neither a scenario that ships nor a file",
                 "scenarios: " + names};
  }
  TONGSUAN_TRY(const ScenarioKeys keys, parse_scenario(name_or_path, text));
  return Scenario{keys.name, text, name_or_path};
}

Result<Done> load_trace(Scenario& scenario, bool lenient) {
  TONGSUAN_TRY(const ScenarioKeys keys, parse_scenario(scenario.path, scenario.text));
  if (keys.world != WorldKind::kTrace || scenario.trace != nullptr) return Done{};
  const bool drops = lenient || keys.lenient;
  TONGSUAN_TRY(OwnTrace trace,
               read_own_trace(keys, scenario.path,
                              drops ? imports::TraceMode::kLenient : imports::TraceMode::kStrict));
  scenario.trace = std::make_shared<const OwnTrace>(std::move(trace));
  return Done{};
}

std::optional<std::uint32_t> own_load(const Scenario& scenario) {
  if (scenario.trace == nullptr) return std::nullopt;
  const Result<ScenarioKeys> keys = parse_scenario(scenario.path, scenario.text);
  return keys.ok() ? own_load_percent(keys.value(), *scenario.trace) : std::nullopt;
}

Result<Instance> make_instance(const Scenario& scenario, const InstanceOptions& options) {
  Scenario with_trace = scenario;
  TONGSUAN_TRY([[maybe_unused]] const Done loaded, load_trace(with_trace));
  TONGSUAN_TRY([[maybe_unused]] const Done done, check(with_trace, options));
  TONGSUAN_TRY(const ScenarioKeys keys, parse_scenario(scenario.path, scenario.text));
  TONGSUAN_TRY([[maybe_unused]] const Done demand, check_demand(scenario, keys));
  TONGSUAN_TRY(Instance instance, make_world(with_trace, keys, options));
  if (instance.script.jobs.empty() || device_count(instance.places) == 0) {
    return Error{ErrorCode::kInvalidArgument, scenario.path + ": no job comes in the days it has"};
  }
  sort_by_name(instance);
  if (!as_written(with_trace, keys, options)) note_load(instance);
  apply_couplings(instance, options.couplings);
  add_faults(instance, keys);
  add_ask_changes(instance, keys);
  TONGSUAN_TRY([[maybe_unused]] const Done places, engine::check_places(instance.places));
  return instance;
}

}  // namespace tongsuan::lab
