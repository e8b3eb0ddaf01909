// A batch: what one append makes durable, all of it or nothing.
//
// Model. Commands are numbered 1, 2, 3, … without gaps. A batch holds the events of consecutive
// commands, the hash of the batch before it, and where the sequencer gave one, the digest of its
// state after the last of them. Events are bytes to this module. The hash of a batch is SHA-256 of
// its canonical bytes, so the hash of the last one covers the whole history; the hash before the
// first is that of the journal's name. docs/formats/journal.md has the bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/journal/bytes.h"
#include "tongsuan/journal/failure.h"

namespace tongsuan::journal {

inline constexpr std::size_t kRecordsPerBatchMax = 4'096;
inline constexpr std::size_t kBatchBytesMax = std::size_t{16} << 20;
// At most so many commands lie between two digests of the state.
inline constexpr std::uint64_t kCommandsPerState = 10'000;
// Far beyond every exchange, and within the numbers of SQLite.
inline constexpr std::uint64_t kSequenceMax = std::uint64_t{1} << 62;
static_assert(kCommandsPerState >= kRecordsPerBatchMax, "one batch must fit between two digests");

using JournalName = std::array<std::uint8_t, 16>;  // random, made with the journal
using CommandId = std::array<std::uint8_t, 16>;    // made by the client

struct Record {
  CommandId command{};
  std::string_view events;  // owned by whoever made the record, or by the bytes that were read

  friend bool operator==(const Record&, const Record&) = default;
};

struct Batch {
  std::uint64_t epoch = 0;
  std::uint64_t first = 1;  // sequence number of the first record
  Digest previous{};
  std::optional<Digest> state;  // after the last record
  std::vector<Record> records;  // at least one

  [[nodiscard]] std::uint64_t last() const { return first + records.size() - 1; }
  friend bool operator==(const Batch&, const Batch&) = default;
};

// The end of a journal: the last command, the hash of its batch, the last command with a digest of
// the state.
struct Head {
  std::uint64_t sequence = 0;
  Digest hash{};
  std::uint64_t state_sequence = 0;

  friend bool operator==(const Head&, const Head&) = default;
};

// Where the journal of this name begins.
[[nodiscard]] Head genesis(const JournalName& name);

// Appends the canonical bytes.
void append_bytes(const Batch& batch, std::string& bytes);

// Reads canonical bytes and nothing else; the records of `batch` point into `bytes`. Nothing when
// all is well.
[[nodiscard]] std::optional<ByteFault> read_batch(std::string_view bytes, Batch& batch);

// Whether this batch may follow `head`: numbers without a gap, sizes, a digest of the state in
// time.
[[nodiscard]] Answer<Done> check_batch(const Batch& batch, const Head& head);

// Reads what is stored after `head` into `batch` and moves the head, or says where it does not
// follow. `stored` is the hash beside the bytes, `found` the one that they have.
[[nodiscard]] std::optional<Damage> follow(Head& head, std::string_view bytes, const Digest& stored,
                                           const Digest& found, Batch& batch);
[[nodiscard]] inline std::optional<Damage> follow(Head& head, std::string_view bytes,
                                                  const Digest& stored, Batch& batch) {
  return follow(head, bytes, stored, sha256(bytes), batch);
}

}  // namespace tongsuan::journal
