// Numbers for people: fixed decimals, thousands separators, units that fit the size, display width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/base/int128.h"
#include "tongsuan/market/verdict_text.h"

namespace tongsuan::report {

using market::Language;

// numerator / denominator with exactly `decimals` fraction digits, half to even; denominator > 0.
[[nodiscard]] std::string fixed(int128 numerator, int128 denominator, int decimals);

// "-1234567.5" → "-1,234,567.5". Anything but a plain decimal comes back as it is.
[[nodiscard]] std::string grouped(std::string_view decimal_text);

// Three or four significant digits with a unit that fits: 12'345'678 → "12.35 M" in English,
// "1,235 万" in Chinese. `numerator / denominator` as above.
[[nodiscard]] std::string compact(int128 numerator, int128 denominator, Language language);

// 943'200 ppm → "94.3 %" with one decimal; "–" when there is none.
[[nodiscard]] std::string percent(std::optional<std::int64_t> ppm, int decimals = 1);

// Energy and data in the largest unit that keeps at least one whole: "1.24 GWh", "640 GB".
[[nodiscard]] std::string energy_text(int128 watt_hours);
[[nodiscard]] std::string data_text(int128 megabytes);

// Cells on a terminal: East Asian wide and full-width characters take two, combining marks none.
// Malformed UTF-8 counts one cell a byte.
[[nodiscard]] std::size_t display_width(std::string_view utf8);

}  // namespace tongsuan::report
