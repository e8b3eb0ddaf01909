// The journal in one folder of one machine: SQLite with a write-ahead log, synced at every append.
//
// Ownership. A lock file keeps a second process out by mistake; one that is told to take over gets
// in, and its epoch fences the first: every append checks the epoch inside its own transaction.
//
// Failures. A batch is in the log, synced, before `append` returns. A sync that failed is never
// tried again: the journal is unusable from then on, and the next process to open it writes what it
// finds in the log once more before it trusts it, because it may have been in the memory of the
// system only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tongsuan/journal/head.h"
#include "tongsuan/journal/port.h"
#include "tongsuan/journal/recovery.h"
#include "tongsuan/journal/store.h"

namespace tongsuan::journal {

inline constexpr std::size_t kSnapshotsKept = 2;

struct EmbeddedOptions {
  bool make = false;       // a new journal, where the folder has none
  bool take_over = false;  // although another process has it open: that one is fenced
  Verify verify = Verify::kFromSnapshot;
  // The signed head is written after every batch and synced after so many: what a power failure may
  // take from the head, never from the journal.
  std::uint32_t head_sync_every = 64;
  // Frames in the log, of 4 KiB, after which they move to the database. An append waits for that:
  // few at a time, so that none waits long (docs/benchmarks.md).
  std::uint64_t checkpoint_frames = 400;
  // The newest; more of them bring more of the past within reach. At least 1.
  std::size_t snapshots_kept = kSnapshotsKept;
  TestSwitches switches = {};
};

class EmbeddedJournal final : public Journal {
 public:
  // Both outlive the journal; without a head file nobody notices when the end of a journal is cut
  // off.
  EmbeddedJournal(Folder& folder, HeadFile* head_file, EmbeddedOptions options)
      : folder_(folder), head_file_(head_file), options_(options) {}
  ~EmbeddedJournal() override;

  [[nodiscard]] Answer<Opened> open() override;
  [[nodiscard]] Answer<std::uint64_t> append(const NewBatch& batch) override;
  [[nodiscard]] Answer<Done> check_owner() override;
  // Not from inside a visitor.
  [[nodiscard]] Answer<Done> read(std::uint64_t from, const BatchVisitor& visit) override;
  [[nodiscard]] Answer<Snapshot> stamp_snapshot(std::uint64_t sequence,
                                                const Digest& state) override;
  [[nodiscard]] Answer<Done> store_snapshot(const Snapshot& stamped) override;
  [[nodiscard]] Answer<Snapshot> read_snapshot() override;
  [[nodiscard]] Answer<Digest> put_blob(std::string_view bytes) override;
  [[nodiscard]] Answer<std::string> read_blob(const Digest& hash) override;

 private:
  [[nodiscard]] Answer<Opened> open_locked();
  [[nodiscard]] Answer<Done> make_database();
  [[nodiscard]] Answer<Opened> take(const std::string& log);
  [[nodiscard]] Answer<Done> usable() const;
  // Notes whether the journal may still be used after this; kIo inside a transaction becomes
  // kUnknown.
  [[nodiscard]] Answer<Done> judge(const Answer<Done>& written);
  [[nodiscard]] Answer<Done> keep_head(bool sync);
  [[nodiscard]] Answer<Done> clean_log(std::string_view log);
  [[nodiscard]] Answer<Done> empty_log();
  void tidy_log();

  Folder& folder_;
  HeadFile* head_file_;
  EmbeddedOptions options_;
  std::optional<Store> store_;
  std::optional<Failure> broken_;  // why nothing may be written any more
  std::uint64_t epoch_ = 0;
  Head head_;
  std::uint32_t heads_unsynced_ = 0;
  std::optional<Snapshot> opened_from_;  // until it is read, or another may be
  bool head_is_behind_ = false;  // the signed head could not be written after the last batch
  Batch batch_;                  // reused
  std::string bytes_;
};

}  // namespace tongsuan::journal
