// Scenario files: how demand, supply, energy, links and failures of a world are made.
//
// A scenario is a short text (docs/formats/scenario.md) that ships in scenarios/ or is a user's
// own. With a load and a seed it makes an instance. `couplings` switches parts of the world off, so
// that what each is worth becomes a number: the same jobs come in all of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/instance.h"

namespace tongsuan::lab {

struct Couplings {
  bool classes = true;  // off: one class of devices, every job runs on it equally fast
  bool links = true;    // off: data are everywhere
  bool power = true;    // off: energy costs nothing and is not matched
  friend bool operator==(const Couplings&, const Couplings&) = default;
};

struct InstanceOptions {
  std::uint32_t load_percent = 90;  // 10 to 300
  std::uint64_t seed = 1;
  Couplings couplings;
  std::uint32_t jobs = 0;  // 0: as the scenario says
  std::string data_dir;    // where public traces lie; empty: scenarios that need them say so
};

struct Scenario {
  std::string name;
  std::string text;  // of the file
  std::string path;  // for messages
};

// Names of the scenarios that ship with Tongsuan, sorted.
[[nodiscard]] std::vector<std::string_view> shipped_scenarios();
// A shipped scenario by name, or the file at this path. The error lists the names.
[[nodiscard]] Result<Scenario> find_scenario(const std::string& name_or_path);

// Fails where the text is wrong (naming line, key, value and what was expected), where a trace is
// missing or wrong, and where an option is outside its limits.
[[nodiscard]] Result<Instance> make_instance(const Scenario& scenario,
                                             const InstanceOptions& options);

}  // namespace tongsuan::lab
