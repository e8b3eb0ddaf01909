// The one secret of an exchange: 32 bytes from which the secrets of all keys follow.
//
// It lives in a file that its owner alone may read (mode 0600), made by the operator's tool, and in
// memory here. It is not in the journal, in snapshots or in backups of either. Whoever reads it can
// sign as anybody; whoever loses it has voided all keys and tokens at once, and makes new ones.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/access/hmac.h"
#include "tongsuan/base/result.h"

namespace tongsuan::access {

using MasterBytes = std::array<std::uint8_t, 32>;
using Salt = std::array<std::uint8_t, 16>;

class MasterSecret {
 public:
  // The bytes should be random, and erased by the caller.
  explicit MasterSecret(const MasterBytes& bytes);

  // HMAC-SHA256(master, label || id || salt). Labels keep uses apart; the salt has a fixed length,
  // so that no two (id, salt) give the same message.
  [[nodiscard]] Digest derive(std::string_view label, std::string_view id, const Salt& salt) const;

  // Reads "tongsuan-master 1 " and 64 hexadecimal digits. Refuses files that are not ours alone.
  [[nodiscard]] static Result<MasterSecret> read_file(const std::string& path);
  // Writes a new file with mode 0600 and syncs it; never overwrites one.
  [[nodiscard]] static Result<Done> write_file(const std::string& path, const MasterBytes& bytes);

 private:
  HmacKey key_;
};

}  // namespace tongsuan::access
