// HMAC-SHA256 (RFC 2104) over the hash of base. A key is prepared once; its two half-hashed blocks
// are then copied for every message, which is several times faster than libcrypto's interface for
// short ones. hmac_test.cc holds the vectors of RFC 4231, and libcrypto beside it.
#pragma once

#include <string_view>

#include "tongsuan/base/sha256.h"

namespace tongsuan::access {

class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  HmacKey(const HmacKey&) = default;
  HmacKey& operator=(const HmacKey&) = default;
  ~HmacKey();  // erases what the key left

  [[nodiscard]] Digest sign(std::string_view message) const { return sign(message, {}); }
  // Of one part after the other, with nothing in between.
  [[nodiscard]] Digest sign(std::string_view first, std::string_view second,
                            std::string_view third = {}) const;

 private:
  Sha256 inner_, outer_;
};

// In constant time for texts of one length; lengths are no secret.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b);

// Overwrites a secret before its memory is given back.
void erase(void* data, std::size_t size);

[[nodiscard]] inline std::string_view view(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace tongsuan::access
