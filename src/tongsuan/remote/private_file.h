// Files that are nobody else's business: made with mode 0600 in folders with mode 0700, replaced as
// a whole, and not read where others could.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"

namespace tongsuan::remote {

// Nothing where there is no such file. kIo where it cannot be read.
[[nodiscard]] Result<std::optional<std::string>> read_small_file(const std::string& path);

// As above, and kInvalidArgument unless it is a file of ours that only we may read.
[[nodiscard]] Result<std::optional<std::string>> read_private_file(const std::string& path);

// Makes the folders above it that are missing.
[[nodiscard]] Result<Done> write_private_file(const std::string& path, std::string_view bytes);
[[nodiscard]] Result<Done> make_private_folder(const std::string& path);

// So many random bytes of the system, in base64url.
[[nodiscard]] std::string random_text(std::size_t bytes);

}  // namespace tongsuan::remote
