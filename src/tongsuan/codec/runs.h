// Long lists of numbers, with equal neighbours written once: "8.5x24,6.25,0x143" are 168 numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/codec/values.h"

namespace tongsuan::codec {

// kCount: not as many numbers as expected; kRun: a count after the x that is no count.
enum class RunsFault : std::uint8_t { kNone, kValue, kRun, kCount };

struct RunsResult {
  RunsFault fault = RunsFault::kNone;
  ValueFault value = ValueFault::kNone;  // what is wrong with a value
  std::string_view where;                // the item that is wrong; the whole list for kCount
  std::size_t count = 0;                 // numbers that the list has; only for kCount
};

// Fills all of `values`. Numbers are decimals in units of 10^-decimals.
[[nodiscard]] RunsResult parse_runs(std::string_view text, unsigned decimals, Limits limits,
                                    std::span<std::int64_t> values);

void append_runs(std::string& out, std::span<const std::int64_t> values, unsigned decimals);

}  // namespace tongsuan::codec
