#include "tongsuan/lab/scenario_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/codec/scan.h"
#include "tongsuan/engine/places.h"
#include "tongsuan/lab/national_tables.h"

namespace tongsuan::lab {
namespace {

struct Key {
  std::string_view name;
  std::uint32_t ScenarioKeys::*field;
  std::uint32_t min;
  std::uint32_t max;
};

constexpr std::array<Key, 46> kKeys = {{
    {"jobs", &ScenarioKeys::jobs, 100, 1'000'000},
    {"days", &ScenarioKeys::days, 1, 400},
    {"drain_days", &ScenarioKeys::drain_days, 0, 400},
    {"weekend_percent", &ScenarioKeys::weekend_percent, 0, 300},
    {"batch_per_mille", &ScenarioKeys::batch_per_mille, 0, 900},
    {"burst_per_mille", &ScenarioKeys::burst_per_mille, 0, 1'000},
    {"burst_jobs", &ScenarioKeys::burst_jobs, 1, 10'000},
    {"gang_max", &ScenarioKeys::gang_max, 1, 1'024},
    {"duration_percent", &ScenarioKeys::duration_percent, 1, 10'000},
    {"duration_max_hours", &ScenarioKeys::duration_max_hours, 1, 10'000},
    {"exact_percent", &ScenarioKeys::exact_percent, 0, 100},
    {"estimate_max_percent", &ScenarioKeys::estimate_max_percent, 100, 10'000},
    {"overrun_per_mille", &ScenarioKeys::overrun_per_mille, 0, 1'000},
    {"overrun_max_percent", &ScenarioKeys::overrun_max_percent, 100, 1'000},
    {"patience_hours", &ScenarioKeys::patience_hours, 0, 10'000},
    {"decay_hours", &ScenarioKeys::decay_hours, 1, 10'000},
    {"flexible_per_mille", &ScenarioKeys::flexible_per_mille, 0, 1'000},
    {"flexible_hours", &ScenarioKeys::flexible_hours, 0, 10'000},
    {"worth_percent", &ScenarioKeys::worth_percent, 1, 10'000},
    {"home_per_mille", &ScenarioKeys::home_per_mille, 0, 1'000},
    {"few_per_mille", &ScenarioKeys::few_per_mille, 0, 1'000},
    {"region_per_mille", &ScenarioKeys::region_per_mille, 0, 1'000},
    {"data_per_mille", &ScenarioKeys::data_per_mille, 0, 1'000},
    {"cancel_per_mille", &ScenarioKeys::cancel_per_mille, 0, 1'000},
    {"checkpoint_minutes", &ScenarioKeys::checkpoint_minutes, 0, 10'000},
    {"service_per_mille", &ScenarioKeys::service_per_mille, 0, 1'000},
    {"forward_per_mille", &ScenarioKeys::forward_per_mille, 0, 1'000},
    {"forward_lead_hours", &ScenarioKeys::forward_lead_hours, 1, 168},
    {"forward_premium_percent", &ScenarioKeys::forward_premium_percent, 0, 1'000},
    {"tight_percent", &ScenarioKeys::tight_percent, 20, 1'000},
    {"edge_per_mille", &ScenarioKeys::edge_per_mille, 10, 900},
    {"ask_percent", &ScenarioKeys::ask_percent, 0, 1'000},
    {"ask_changes", &ScenarioKeys::ask_changes, 0, 168},
    {"link_mb_per_second", &ScenarioKeys::link_mb_per_second, 1, 10'000'000},
    {"solar_percent", &ScenarioKeys::solar_percent, 0, 10'000},
    {"wind_percent", &ScenarioKeys::wind_percent, 0, 10'000},
    {"green_line_percent", &ScenarioKeys::green_line_percent, 0, 10'000},
    {"forecast_error_percent", &ScenarioKeys::forecast_error_percent, 0, 90},
    {"unmatched_yuan", &ScenarioKeys::unmatched_yuan, 0, 10'000},
    {"residual_grams", &ScenarioKeys::residual_grams, 0, 2'000},
    {"node_failure_hours", &ScenarioKeys::node_failure_hours, 0, 1'000'000},
    {"node_repair_hours", &ScenarioKeys::node_repair_hours, 1, 1'000},
    {"hub_outages_per_mille", &ScenarioKeys::hub_outages_per_mille, 0, 10'000},
    {"hub_outage_hours", &ScenarioKeys::hub_outage_hours, 1, 1'000},
    {"maintenance_percent", &ScenarioKeys::maintenance_percent, 0, 100},
    {"maintenance_hours", &ScenarioKeys::maintenance_hours, 1, 24},
}};

struct HubKey {
  std::string_view name;
  std::uint32_t HubShares::*field;
};
constexpr std::array<HubKey, 5> kHubKeys = {{{"devices", &HubShares::devices},
                                             {"demand", &HubShares::demand},
                                             {"solar", &HubShares::solar},
                                             {"wind", &HubShares::wind},
                                             {"hydro", &HubShares::hydro}}};
constexpr std::uint32_t kShareMax = 100'000;

// Hubs that a file may speak of.
bool has_hub(const ScenarioKeys& keys, std::string_view hub) {
  switch (keys.world) {
    case WorldKind::kNational:
    case WorldKind::kEdge:
      return std::ranges::find(kPlaceTable, hub, &Place::name) != kPlaceTable.end();
    case WorldKind::kPai:
      return hub == "pai-0" || hub == "pai-1" || hub == "pai-2" || hub == "pai-3";
    case WorldKind::kSpot:
      return hub == "spot-0" || hub == "spot-1" || hub == "spot-2" || hub == "spot-3";
    case WorldKind::kPhilly:
      return false;
    case WorldKind::kTrace:
      return std::ranges::find(keys.pools, hub, &PoolShape::hub) != keys.pools.end();
  }
  return false;
}

// A key whose values are words.
template <class Kind>
struct Word {
  std::string_view name;
  Kind kind;
};
constexpr std::array<Word<WorldKind>, 6> kWorlds = {{{"national", WorldKind::kNational},
                                                     {"edge", WorldKind::kEdge},
                                                     {"philly", WorldKind::kPhilly},
                                                     {"pai", WorldKind::kPai},
                                                     {"spot", WorldKind::kSpot},
                                                     {"trace", WorldKind::kTrace}}};
constexpr std::array<Word<ProfileSource>, 2> kProfiles = {
    {{"model", ProfileSource::kModel}, {"rts_gmlc", ProfileSource::kRtsGmlc}}};
constexpr std::array<Word<LineSource>, 2> kLines = {
    {{"model", LineSource::kModel}, {"facts", LineSource::kFacts}}};

bool is_name(std::string_view word) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  };
  return !word.empty() && word.size() <= 64 && word.front() != '-' &&
         std::ranges::all_of(word, plain);
}

constexpr std::string_view kBlanks = " \t\r";

// What follows the first word, blanks within it included: names of files have them. A comment
// begins at a '#' behind a blank.
std::string_view text_of(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  line.remove_prefix(std::min(line.find_first_of(kBlanks), line.size()));
  for (std::size_t at = line.find('#'); at < line.size(); at = line.find('#', at + 1)) {
    if (kBlanks.find(line[at - 1]) != std::string_view::npos) line = line.substr(0, at);
  }
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

std::vector<std::string_view> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

class Parser {
 public:
  Parser(const std::string& path, std::string_view text) : path_(path), rest_(text) {}

  Result<ScenarioKeys> run() {
    while (!failed_ && next_line()) {
      if (words_.empty()) continue;
      read_line();
    }
    if (!failed_ && keys_.name.empty()) fail("", "is empty: line 1 must be 'scenario NAME 1'");
    if (!failed_ && !world_seen_) fail("", "has no line 'world KIND'");
    if (!failed_ && reach() > 1'000) {
      fail("", "has home_per_mille, few_per_mille and region_per_mille above 1000 together");
    }
    if (!failed_) check_trace_keys();
    if (!failed_) check_hubs();
    if (failed_) return Error{ErrorCode::kInvalidArgument, error_, hint_};
    return std::move(keys_);
  }

 private:
  [[nodiscard]] std::uint32_t reach() const {
    return keys_.home_per_mille + keys_.few_per_mille + keys_.region_per_mille;
  }

  void check_hubs() {
    for (const auto& [key, line] : hub_lines_) {
      line_ = line;
      if (keys_.world == WorldKind::kTrace && key.starts_with("devices.")) {
        return fail(key, "says nothing in 'world trace'",
                    "the devices of a hub: pool.HUB.CLASS 16x8, sixteen nodes of eight");
      }
      if (has_hub(keys_, std::string_view(key).substr(key.find('.') + 1))) continue;
      return fail(key, "names a hub that this world does not have");
    }
  }

  // A trace and its pools belong to their world, and it needs the trace.
  void check_trace_keys() {
    if (keys_.world == WorldKind::kTrace) {
      if (keys_.trace.empty()) fail("", "has no line 'trace FILE', which 'world trace' needs");
      return;
    }
    if (trace_lines_.empty()) return;
    line_ = trace_lines_.front().second;
    fail(trace_lines_.front().first, "is a key of 'world trace' only");
  }

  bool next_line() {
    if (rest_.empty()) return false;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    text_ = rest_.substr(0, end);
    words_ = words_of(text_);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    return true;
  }

  void fail(std::string_view what, std::string_view why, std::string hint = {}) {
    failed_ = true;
    error_ = path_ + ":" + std::to_string(line_) + ": ";
    if (!what.empty()) error_ += "'" + std::string(what) + "' ";
    error_ += why;
    hint_ = std::move(hint);
  }

  void read_line() {
    if (keys_.name.empty()) {
      const bool head = words_.size() == 3 && words_[0] == "scenario" && words_[2] == "1";
      if (!head || !is_name(words_[1])) {
        return fail(words_[0], "must be the first line: 'scenario NAME 1'",
                    "names are of small letters, digits, '-' and '_'");
      }
      keys_.name = words_[1];
      return;
    }
    const bool is_file = words_[0] == "trace" && words_.size() > 1;
    if (words_.size() != 2 && !is_file) return fail(words_[0], "must be one key and one value");
    if (!seen_.insert(std::string(words_[0])).second) {
      return fail(words_[0], "is given for the second time");
    }
    if (words_[0] == "world") {
      world_seen_ = true;
      return read_word(keys_.world, kWorlds);
    }
    if (words_[0] == "profiles") return read_word(keys_.profiles, kProfiles);
    if (words_[0] == "lines") return read_word(keys_.lines, kLines);
    if (words_[0] == "trace" || words_[0] == "reading" || words_[0].starts_with("pool.")) {
      trace_lines_.emplace_back(words_[0], line_);
      return read_trace_key();
    }
    if (words_[0] == "days") keys_.days_said = true;
    const std::size_t dot = words_[0].find('.');
    if (dot != std::string_view::npos) return read_share(dot);
    for (const Key& key : kKeys) {
      if (key.name == words_[0]) {
        return read_number(keys_.*key.field, key.min, key.max);
      }
    }
    for (const world::HubFaultKey& key : world::hub_fault_keys()) {
      if (key.name != words_[0]) continue;
      if (key.agents_only) {
        return fail(words_[0], "has no effect in a replay, where hubs have no agents",
                    "leave it out; tongsuand --simulate has it under [simulated_hubs]");
      }
      return read_number(keys_.hub_faults.*key.field, key.min, key.max);
    }
    fail(words_[0], "is no key of a scenario", "docs/formats/scenario.md lists them");
  }

  template <class Kind, std::size_t kCount>
  void read_word(Kind& field, const std::array<Word<Kind>, kCount>& words) {
    std::string expected;
    for (const Word<Kind>& word : words) {
      if (word.name == words_[1]) {
        field = word.kind;
        return;
      }
      expected += (expected.empty() ? "" : ", ") + std::string(word.name);
    }
    fail(words_[0], "has the value '" + std::string(words_[1]) + "', expected one of " + expected);
  }

  void read_trace_key() {
    if (words_[0] == "trace") {
      keys_.trace = text_of(text_);
      if (keys_.trace.find('\0') != std::string::npos) {
        fail(words_[0], "names a file with a zero byte in it, which no file has");
      }
    } else if (words_[0] == "reading") {
      keys_.lenient = words_[1] == "lenient";
      if (!keys_.lenient && words_[1] != "strict") {
        fail(words_[0],
             "has the value '" + std::string(words_[1]) + "', expected strict or lenient");
      }
    } else {
      read_pool();
    }
  }

  // "pool.HUB.CLASS 16x8"; a class may have dots in its name, a hub may not.
  void read_pool() {
    const std::string_view names = words_[0].substr(words_[0].find('.') + 1);
    const std::size_t dot = std::min(names.find('.'), names.size());
    PoolShape pool;
    pool.hub = names.substr(0, dot);
    pool.accelerator = names.substr(std::min(dot + 1, names.size()));
    if (!codec::valid_name(pool.hub) || !codec::valid_name(pool.accelerator)) {
      return fail(words_[0], "does not name a hub and a class: 'pool.HUB.CLASS'",
                  "names are of letters, digits, '_', '-' and '.'; that of a hub has no '.'");
    }
    const std::string_view size = words_[1];
    const std::size_t times = std::min(size.find('x'), size.size());
    const bool good = whole(size.substr(0, times), 1, engine::kNodesMax, pool.nodes) &&
                      whole(size.substr(std::min(times + 1, size.size())), 1,
                            engine::kNodeDevicesMax, pool.node_devices);
    if (!good) {
      return fail(words_[0], "has the value '" + std::string(size) +
                                 "', expected nodes and devices of a node, such as 16x8");
    }
    keys_.pools.push_back(std::move(pool));
  }

  void read_share(std::size_t dot) {
    const std::string_view what = words_[0].substr(0, dot);
    const std::string_view hub = words_[0].substr(dot + 1);
    for (const HubKey& key : kHubKeys) {
      if (key.name != what) continue;
      if (!codec::valid_name(hub)) return fail(words_[0], "does not name a hub after the dot");
      hub_lines_.emplace_back(words_[0], line_);
      return read_number(keys_.hubs[std::string(hub)].*key.field, 0, kShareMax);
    }
    fail(words_[0], "is no key of a scenario",
         "of a hub: devices.HUB, demand.HUB, solar.HUB, wind.HUB, hydro.HUB, pool.HUB.CLASS");
  }

  static bool whole(std::string_view word, std::uint32_t min, std::uint32_t max,
                    std::uint32_t& value) {
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    return code == std::errc{} && end == word.data() + word.size() && value >= min && value <= max;
  }

  void read_number(std::uint32_t& field, std::uint32_t min, std::uint32_t max) {
    const std::string_view word = words_[1];
    std::uint32_t value = 0;
    if (!whole(word, min, max, value)) {
      return fail(words_[0], "has the value '" + std::string(word) +
                                 "', expected a whole number from " + std::to_string(min) + " to " +
                                 std::to_string(max));
    }
    field = value;
  }

  const std::string& path_;
  std::string_view rest_;
  std::uint32_t line_ = 0;
  std::string_view text_;  // the line
  std::vector<std::string_view> words_;
  std::set<std::string> seen_;
  std::vector<std::pair<std::string, std::uint32_t>> hub_lines_;    // in the order of the file
  std::vector<std::pair<std::string, std::uint32_t>> trace_lines_;  // keys of 'world trace'
  ScenarioKeys keys_;
  bool world_seen_ = false;
  bool failed_ = false;
  std::string error_;
  std::string hint_;
};

}  // namespace

std::vector<KeySpec> scenario_keys() {
  const ScenarioKeys usual;
  std::vector<KeySpec> specs;
  for (const Key& key : kKeys) specs.push_back({key.name, key.min, key.max, usual.*key.field});
  for (const world::HubFaultKey& key : world::hub_fault_keys()) {
    if (key.agents_only) continue;
    specs.push_back({key.name, key.min, key.max, usual.hub_faults.*key.field});
  }
  return specs;
}

Result<ScenarioKeys> parse_scenario(const std::string& path, const std::string& text) {
  return Parser(path, text).run();
}

}  // namespace tongsuan::lab
