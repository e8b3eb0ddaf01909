// Names of nodes as Slurm writes them: "a-n[1,3-5],b07", with digits of fixed width kept.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tongsuan::cluster {

// Rising, each once. Nothing where it is no such list, or has more than `most` names.
[[nodiscard]] std::optional<std::vector<std::string>> read_host_list(std::string_view text,
                                                                     std::size_t most);
// With commas, without brackets.
[[nodiscard]] std::string write_host_list(const std::vector<std::string>& names);

}  // namespace tongsuan::cluster
