// Values as people write them in job files: exact, or refused with what was expected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/units.h"

namespace tongsuan::jobfile {

inline constexpr Second kDay = 86'400;
inline constexpr Second kSecondsMax = 10'000'000'000;
inline constexpr std::uint64_t kSizeMbMax = 1'000'000'000'000;

// A point in time and the zone in which it was written.
struct Moment {
  std::int64_t unix_second = 0;
  std::int32_t zone_seconds = 0;
  friend bool operator==(const Moment&, const Moment&) = default;
};

// The error is a sentence: what is wrong, and what was expected.
template <class T>
using Parsed = Result<T, std::string>;

// `text` × 10^digits as a whole number from 0 to `max`: plain decimals with at most so many digits.
[[nodiscard]] Parsed<std::int64_t> parse_decimal(std::string_view text, int digits,
                                                 std::int64_t max);
// 40h, 30m, 1h30m, 90s, 2d, 1.5h; whole seconds.
[[nodiscard]] Parsed<Second> parse_duration(std::string_view text);
// Money as micro-yuan: "40000 CNY"; `per`: "" (an amount), "h", or "gpu-h" (also device-h).
[[nodiscard]] Parsed<std::int64_t> parse_money(std::string_view text, std::string_view per);
// 4TB, 1.5GB, 800MB; whole MB.
[[nodiscard]] Parsed<std::uint64_t> parse_size(std::string_view text);
// 0.7 or 70%, as parts per million.
[[nodiscard]] Parsed<std::uint32_t> parse_share(std::string_view text);
// RFC 3339 with or without seconds, or a date (its midnight); `zone_seconds` where it has no zone.
[[nodiscard]] Parsed<Moment> parse_time(std::string_view text, std::int32_t zone_seconds);
// Slurm's --time: 90, 90:00, 1:30:00, 1-12, 1-12:30, 1-12:30:00.
[[nodiscard]] Parsed<Second> parse_slurm_duration(std::string_view text);

[[nodiscard]] std::string time_text(const Moment& moment);  // 2026-12-01T00:00:00+08:00
[[nodiscard]] std::string money_text(std::int64_t micro);   // 14.50; ≥ 0
// A name of a class, hub or data set.
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace tongsuan::jobfile
