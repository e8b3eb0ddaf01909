// What readers of traces share: a file with its text, and numbers that must lie within limits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/import/csv.h"

namespace tongsuan::imports {

// The text must stay where it is as long as a CsvReader looks at it.
struct TraceFile {
  std::string path;
  std::string text;
};

// Reads `folder`/`name`, packed or not. The hint of the error names the folder that is wanted.
[[nodiscard]] Result<TraceFile> open_trace(const std::string& folder, std::string_view name);

// A whole number of the current row within [min, max]; anything else is a fault that says so.
[[nodiscard]] std::int64_t integer_within(CsvReader& csv, std::size_t column, std::int64_t min,
                                          std::int64_t max);

}  // namespace tongsuan::imports
