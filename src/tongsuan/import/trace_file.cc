#include "tongsuan/import/trace_file.h"

#include "tongsuan/import/gzip.h"

namespace tongsuan::imports {

Result<TraceFile> open_trace(const std::string& folder, std::string_view name) {
  std::string path = folder + "/" + std::string(name);
  Result<std::string> text = read_text(path);
  if (!text.ok()) {
    Error error = text.error();
    if (error.code == ErrorCode::kIo) {
      error.hint = "give the folder that holds " + std::string(name);
    }
    return error;
  }
  return TraceFile{std::move(path), std::move(text).value()};
}

std::int64_t integer_within(CsvReader& csv, std::size_t column, std::int64_t min,
                            std::int64_t max) {
  const std::int64_t value = csv.integer(column);
  if (value >= min && value <= max) return value;
  csv.fail(column, "must be from " + std::to_string(min) + " to " + std::to_string(max));
  return min;
}

}  // namespace tongsuan::imports
