// What is in a journal, and whether it is whole.
//
// Two things are compared: what the batches say of each other (the chain of hashes), and what
// others say of them: snapshots, and the signed head. A chain that breaks is *corrupt*; a chain
// that ends before a sequence that a snapshot or the head knows is *cut*. In both cases nothing is
// opened and nothing written: somebody has to ask for a repair, which keeps everything that it
// takes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/journal/head.h"
#include "tongsuan/journal/port.h"
#include "tongsuan/journal/store.h"

namespace tongsuan::journal {

enum class Verify : std::uint8_t {
  kFromSnapshot,  // the batches after the last good snapshot; those before were checked when it was
                  // made
  kWhole,         // every batch
};

struct Inspection {
  JournalName name{};
  std::uint64_t epoch = 0;  // the highest that anybody knows of
  Head head;                // the last batch that is good
  std::uint64_t snapshot_sequence = 0;
  std::optional<Snapshot> snapshot;  // that one
  std::optional<SignedHead> signed_head;
  std::uint64_t known_sequence = 0;  // the last command that a snapshot or the signed head knows
  std::optional<Failure> trouble;    // kCorrupt or kCut, with the place
  bool is_broken = false;            // the files are damaged, not only shorter than they should be
  bool is_disputed = false;          // a snapshot or the signed head does not agree
  std::vector<std::string> notes;
};

// Bytes of the log file; none if there is no such file.
[[nodiscard]] Answer<std::string> read_log(Folder& folder);

// The end of the batch that ends with `sequence`; nothing if none does.
[[nodiscard]] Answer<std::optional<Head>> end_at(Store& store, std::uint64_t sequence);

// The caller keeps every writer out (`Store::begin`). `log` holds the bytes of the log file. A
// failure of the answer itself means that nothing could be read.
[[nodiscard]] Answer<Inspection> inspect(Store& store, Folder& folder, HeadFile* head_file,
                                         std::string_view log, Verify verify);

// The newest good snapshot whose batch is in the store; nothing if there is none.
[[nodiscard]] Answer<std::optional<Snapshot>> last_snapshot(Store& store, Folder& folder);

// Looks at every batch of a journal that nobody has open. Changes nothing.
[[nodiscard]] Answer<Inspection> check(Folder& folder, HeadFile* head_file);

struct RepairOptions {
  bool force = false;  // even if commands are lost that were acknowledged
};

struct Repaired {
  bool changed = false;
  Head head;                         // where the journal ends now
  std::uint64_t known_sequence = 0;  // where it should have ended, as far as anybody knows
  std::uint64_t blobs_lost = 0;
  std::string side_file;  // holds the database as it was; its log has the same name and "-wal"
};

// Cuts the journal after the last good batch. The files as they were are kept beside it. Refuses
// with kCut when commands would be lost that the signed head or a snapshot knows, unless forced.
[[nodiscard]] Answer<Repaired> repair(Folder& folder, HeadFile* head_file, RepairOptions options);

}  // namespace tongsuan::journal
