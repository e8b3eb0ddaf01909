// Answers of why and quote, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/clearing/why.h"
#include "tongsuan/cli/commands.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::cli {

struct Explanation {
  const Market& market;  // that holds the order
  std::uint32_t order;
  std::uint64_t round;
  const clearing::Why& answer;
  bool quote = false;  // a quote, else a why
  bool asked_changes = true;
  std::string next_command =
      {};  // "tongsuan quote m.market m.cert --from j1 --limit 7.91"; may be empty
};

[[nodiscard]] std::string explanation_text(const Session& session, const Explanation& explanation);
[[nodiscard]] std::string explanation_json(const Explanation& explanation);

// Device-seconds that the limit of a block or service is about: those of its first variant; 0 for
// other kinds.
[[nodiscard]] std::int64_t reference_device_seconds(const Market& market, const Order& order);

// "block", "options", "curve", "profile", "service"
[[nodiscard]] const char* kind_name(OrderKind kind);

}  // namespace tongsuan::cli
