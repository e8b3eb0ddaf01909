// The signed head: a few bytes kept elsewhere than the journal, which say how far it had come.
//
// Model. A chain of hashes shows every change but one: batches missing at its end. The head names
// the last batch that was acknowledged and is signed with Ed25519, so neither a disk that lost the
// end nor somebody who may write to the journal, but does not hold the key, can hide that something
// was cut. The file has two places that are written in turn: while one is being written, the other
// is whole.
//
// Invariant. A head is written after its batch is durable, so it never names more than the journal
// has.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/journal/batch.h"
#include "tongsuan/journal/folder.h"

namespace tongsuan::journal {

using KeySeed = std::array<std::uint8_t, 32>;
using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

class SigningKey {
 public:
  [[nodiscard]] static Answer<SigningKey> from_seed(const KeySeed& seed);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();
  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] Answer<Signature> sign(std::string_view message) const;

 private:
  struct Secret;
  SigningKey(std::unique_ptr<Secret> secret, const PublicKey& public_key);
  std::unique_ptr<Secret> secret_;
  PublicKey public_key_{};
};

[[nodiscard]] bool verify_signature(const PublicKey& key, std::string_view message,
                                    const Signature& signature);

// A key file is one line of text with a mark and the seed, mode 0600; others may read none of it.
[[nodiscard]] Answer<SigningKey> read_key_file(const std::string& path);
// Makes a new key from the system's randomness; never overwrites.
[[nodiscard]] Answer<SigningKey> make_key_file(const std::string& path);

struct SignedHead {
  JournalName journal{};
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  Digest hash{};

  friend bool operator==(const SignedHead&, const SignedHead&) = default;
};

inline constexpr std::size_t kHeadBytes = 4 + 16 + 8 + 8 + 32 + 64;
inline constexpr std::size_t kHeadPlaceBytes = 4096;  // the two places lie in different sectors

[[nodiscard]] Answer<std::string> write_head_bytes(const SignedHead& head, const SigningKey& key);
[[nodiscard]] std::optional<ByteFault> read_head_bytes(std::string_view bytes, const PublicKey& key,
                                                       SignedHead& head);

// The head file of one journal in a folder of its own, on another disk where there is one.
class HeadFile {
 public:
  // Both outlive the head file.
  HeadFile(Folder& folder, const SigningKey& key) : folder_(folder), key_(key) {}

  // The newest that is whole and signed by our key; nothing when there is no file yet.
  [[nodiscard]] Answer<std::optional<SignedHead>> read();
  // With `sync`, durable when it returns; without, after a while or at the next `sync`.
  [[nodiscard]] Answer<Done> write(const SignedHead& head, bool sync);
  // Forgets what the file said, both places: after batches were given up on purpose.
  [[nodiscard]] Answer<Done> replace(const SignedHead& head);
  // For a new journal, where there was none with a command in it.
  [[nodiscard]] Answer<Done> forget();

 private:
  Folder& folder_;
  const SigningKey& key_;
  std::string unsettled_;         // what was read, until it has been written once more
  std::uint64_t next_place_ = 0;  // never the one that was synced last
};

}  // namespace tongsuan::journal
