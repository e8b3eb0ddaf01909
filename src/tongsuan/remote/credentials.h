// Who asks, one entry for each server, in a file that only its owner may read:
//
//   ["https://exchange.example.com"]
//   key = "K-0123456789abcdef"
//   secret = "…"
//
// A file with another mode than 0600 (or less) is refused, not repaired: whoever could read it may
// have read it already.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::remote {

struct Credential {
  std::string server;
  std::string key = {}, secret = {};  // signs requests; or
  std::string token = {};             // is shown with each
  std::int64_t expires = 0;           // seconds since 1970; 0: not known
  friend bool operator==(const Credential&, const Credential&) = default;
};

// In the order of the file; none where there is no file.
[[nodiscard]] Result<std::vector<Credential>> read_credentials(const std::string& path);
[[nodiscard]] Result<std::optional<Credential>> credential_for(const std::string& path,
                                                               std::string_view server);

// Adds one, or takes the place of the one for the same server.
[[nodiscard]] Result<Done> store_credential(const std::string& path, const Credential& credential);
// Whether there was one.
[[nodiscard]] Result<bool> drop_credential(const std::string& path, std::string_view server);

}  // namespace tongsuan::remote
