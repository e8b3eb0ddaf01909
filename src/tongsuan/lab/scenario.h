// Scenario files: how demand, supply, energy, links and failures of a world are made.
//
// A scenario is a short text (docs/formats/scenario.md) that ships in scenarios/ or is a user's
// own. With a load and a seed it makes an instance. `couplings` switches parts of the world off, so
// that what each is worth becomes a number: the same jobs come in all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"

namespace tongsuan::lab {

struct OwnTrace;

struct Couplings {
  bool classes = true;  // off: one class of devices, every job runs on it equally fast
  bool links = true;    // off: data are everywhere
  bool power = true;    // off: energy costs nothing and is not matched
  friend bool operator==(const Couplings&, const Couplings&) = default;
};

struct InstanceOptions {
  std::uint32_t load_percent = 90;  // 10 to 300, or what own_load says
  std::uint64_t seed = 1;
  Couplings couplings;
  std::uint32_t jobs = 0;  // 0: as the scenario says
  std::string data_dir;    // where public traces lie; empty: scenarios that need them say so
};

struct Scenario {
  std::string name;
  std::string text;  // of the file
  std::string path;  // for messages; a trace is named relative to its folder
  std::shared_ptr<const OwnTrace> trace = nullptr;  // of `world trace`, once load_trace read it
};

// Names of the scenarios that ship with Tongsuan, sorted.
[[nodiscard]] std::vector<std::string_view> shipped_scenarios();
// A shipped scenario by name, or the file at this path: a scenario, or a trace of the user's own,
// for which a scenario of two lines is made that names it. The error lists the names.
[[nodiscard]] Result<Scenario> find_scenario(const std::string& name_or_path);

// Reads the trace of a scenario that names one, leniently where the scenario or `lenient` says so;
// does nothing for all others, and where it was read before. make_instance would read it each time.
[[nodiscard]] Result<Done> load_trace(Scenario& scenario, bool lenient = false);
// The load of a trace on the pools that are written for it: with it they are as written. Nothing
// where devices are sized by the load.
[[nodiscard]] std::optional<std::uint32_t> own_load(const Scenario& scenario);

// Fails where the text is wrong (naming line, key, value and what was expected), where a trace is
// missing or wrong, and where an option is outside its limits.
[[nodiscard]] Result<Instance> make_instance(const Scenario& scenario,
                                             const InstanceOptions& options);

}  // namespace tongsuan::lab
