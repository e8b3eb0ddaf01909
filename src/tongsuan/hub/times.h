// Times as the interface of the exchange writes them: RFC 3339 in whole seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tongsuan::hub {

// Seconds since 1970 of "2026-04-13T08:00:00+08:00", of any zone.
[[nodiscard]] std::optional<std::int64_t> read_time(std::string_view text);
// "2026-04-13T00:00:00Z". Years 1970 to 9999.
[[nodiscard]] std::string write_time(std::int64_t seconds);

// Seconds since 1970 of this machine's clock.
[[nodiscard]] std::int64_t system_seconds();

}  // namespace tongsuan::hub
