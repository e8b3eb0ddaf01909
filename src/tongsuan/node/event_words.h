// An event in words, for people who look into a journal: what kind it is, as the interface names
// it, what it is about, and the rest as NAME=VALUE. From the event alone: no state is needed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/exchange/events.h"

namespace tongsuan::node {

struct EventWords {
  std::string_view type;  // "order.accepted"
  std::uint32_t order = kNone;
  std::uint32_t contract = kNone;
  std::uint32_t participant = kNone;
  std::optional<std::int64_t> amount;  // micro-yuan
  std::string details;                 // "hub=3 until=900"
};

[[nodiscard]] EventWords words_of(const exchange::Event& event);

}  // namespace tongsuan::node
