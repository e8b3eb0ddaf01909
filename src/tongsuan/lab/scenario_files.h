// The scenario files that ship with the program, as text; CMake makes the list from scenarios/.
#pragma once

#include <string_view>
#include <vector>

namespace tongsuan::lab {

struct ScenarioFile {
  std::string_view name;
  std::string_view text;
};

// Sorted by name.
[[nodiscard]] const std::vector<ScenarioFile>& scenario_files();

}  // namespace tongsuan::lab
