// Files read whole, compressed or not: public traces come as .csv.gz, and a plain file works too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"

namespace tongsuan::imports {

// Largest text that is held in memory at once; a file that unpacks to more is refused.
inline constexpr std::uint64_t kTextBytesMax = std::uint64_t{4} << 30;

// Contents of the file at `path`, unpacked when it starts with the gzip mark (all members of a
// multi-member file). Fails with kIo when it cannot be read, kCorrupt when the packed data are cut
// short or wrong, kLimit beyond kTextBytesMax.
[[nodiscard]] Result<std::string> read_text(const std::string& path);

// Unpacks gzip bytes; `name` is for the error message only.
[[nodiscard]] Result<std::string> unpack_gzip(std::string_view packed, const std::string& name);

}  // namespace tongsuan::imports
