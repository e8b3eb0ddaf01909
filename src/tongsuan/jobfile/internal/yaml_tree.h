// YAML as a plain tree with places. yaml-cpp is behind it, in one source.
//
// Model. Every scalar is text; whether it was quoted does not matter here. Aliases are replaced by
// copies of what they name, within a budget of nodes, so a few lines cannot become a billion nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::jobfile {

inline constexpr std::size_t kYamlDepthMax = 16;
inline constexpr std::size_t kYamlNodesMax = 10'000;  // aliases counted as what they stand for
inline constexpr std::size_t kYamlAliasesMax = 100;

enum class YamlKind : std::uint8_t { kNull, kScalar, kList, kMap };

struct YamlNode {
  YamlKind kind = YamlKind::kNull;
  std::uint32_t line = 1;       // from 1
  std::uint32_t column = 1;     // from 1, in bytes
  std::string text;             // of a scalar
  std::vector<YamlNode> keys;   // of a map: scalars, each once
  std::vector<YamlNode> items;  // of a list, or the values of a map
};

// One document; an empty one is null. Errors begin with "LINE:COLUMN: ".
[[nodiscard]] Result<YamlNode> parse_yaml(std::string_view text);

}  // namespace tongsuan::jobfile
