// What readers of answers share.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "tongsuan/cluster/cluster.h"
#include "tongsuan/json/json.h"

namespace tongsuan::cluster {

inline constexpr std::size_t kAnswerBytesMax = std::size_t{14} << 20;

// What is shown of a stranger's text: whole characters of UTF-8.
inline std::string shortened(std::string_view text) {
  std::size_t size = std::min(text.size(), kDetailMax);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  return std::string(text.substr(0, size));
}

// Empty where it is no text.
inline std::string text_of(const json::Value& value) {
  const auto text = value.as_text();
  return text.ok() ? std::string(text.value()) : std::string();
}

}  // namespace tongsuan::cluster
