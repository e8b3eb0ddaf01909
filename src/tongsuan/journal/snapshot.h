// A snapshot: the state after a batch, so that recovery need not begin at the first command. It
// names the batch by sequence and hash, so that one of another journal, or of a history that was
// cut, is not taken. docs/formats/journal.md has the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/journal/batch.h"

namespace tongsuan::journal {

inline constexpr std::uint64_t kSnapshotBytesMax = std::uint64_t{4} << 30;

struct Snapshot {
  JournalName journal{};
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;  // the last command that the state has seen: the end of a batch
  Digest hash{};               // of that batch
  Digest state{};              // digest of the state
  std::string bytes;           // the state itself, opaque

  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

[[nodiscard]] std::string write_snapshot_bytes(const Snapshot& snapshot);
// Takes the bytes over: a snapshot of a large exchange is hundreds of megabytes.
[[nodiscard]] std::optional<ByteFault> read_snapshot_bytes(std::string bytes, Snapshot& snapshot);

// "snapshot-00000000000000001234" and back; nothing for other names.
[[nodiscard]] std::string snapshot_name(std::uint64_t sequence);
[[nodiscard]] std::optional<std::uint64_t> snapshot_sequence(std::string_view name);

}  // namespace tongsuan::journal
