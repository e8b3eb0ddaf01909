// The tables of a journal in SQLite, without judgement: recovery.h says whether they are whole, and
// embedded_journal.h when to write.
//
// `journal.db` has one row for the journal (name, epoch), one for each batch, and one for each
// blob. The file is made under another name and renamed, so a `journal.db` is always a complete
// one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/journal/batch.h"
#include "tongsuan/journal/folder.h"
#include "tongsuan/journal/sqlite.h"

namespace tongsuan::journal {

inline constexpr const char* kDatabaseName = "journal.db";
inline constexpr const char* kLogName = "journal.db-wal";
inline constexpr const char* kFreshName = "journal.db.new";  // being made, not complete
inline constexpr const char* kReadyName =
    "journal.db.repaired";  // complete, waits to take the place
inline constexpr const char* kLockName = "lock";
inline constexpr std::uint64_t kSchemaVersion = 1;
inline constexpr std::size_t kBlobBytesMax = std::size_t{512} << 20;

// What tests switch off, to see that they notice.
struct TestSwitches {
  bool no_sync = false;
  bool no_epoch_check = false;
};

struct StoredBatch {
  std::uint64_t first = 0;
  std::string_view hash;  // 32 bytes, unless the file is damaged
  std::string_view bytes;
};

class Store {
 public:
  // Makes an empty journal in the file `kFreshName`, with a transaction begun. Whoever made it
  // fills it, commits, closes it, and renames the file.
  [[nodiscard]] static Answer<Store> make(Folder& folder, const JournalName& journal,
                                          std::uint64_t epoch);
  // kNotAJournal, kSchema, kCorrupt for what is not one of ours.
  [[nodiscard]] static Answer<Store> open(Folder& folder, TestSwitches switches);
  // The same for whoever only reads, beside a process that writes.
  [[nodiscard]] static Answer<Store> open_to_read(Folder& folder);

  [[nodiscard]] const JournalName& name() const { return name_; }
  [[nodiscard]] Answer<std::uint64_t> epoch();

  // Transactions. `begin` keeps every other writer out; what fails inside is rolled back.
  [[nodiscard]] Answer<Done> begin();
  [[nodiscard]] Answer<Done> set_epoch(std::uint64_t epoch);
  [[nodiscard]] Answer<Done> insert(const StoredBatch& batch);
  [[nodiscard]] Answer<Done> insert_blob(const Digest& hash, std::string_view bytes);
  [[nodiscard]] Answer<Done> commit();
  [[nodiscard]] bool roll_back() { return database_.roll_back(); }

  // Fails with kFenced if the epoch is another one by now.
  [[nodiscard]] Answer<Done> check_epoch(std::uint64_t epoch);
  // A transaction of ours: fails with kFenced if the epoch is not `epoch` any more.
  [[nodiscard]] Answer<Done> append(std::uint64_t epoch, const StoredBatch& batch);
  [[nodiscard]] Answer<Done> append_blob(std::uint64_t epoch, const Digest& hash,
                                         std::string_view bytes);

  // Batches that begin at `from` or later, in order, until `visit` says false.
  [[nodiscard]] Answer<Done> scan(std::uint64_t from,
                                  const std::function<bool(const StoredBatch&)>& visit);
  // Calls `visit` with the batch that holds `sequence`, or would; false if there is none.
  [[nodiscard]] Answer<bool> find(std::uint64_t sequence,
                                  const std::function<void(const StoredBatch&)>& visit);
  [[nodiscard]] Answer<Done> scan_blobs(
      const std::function<bool(std::string_view hash, std::string_view bytes)>& visit);
  [[nodiscard]] Answer<std::string> blob(const Digest& hash);

  [[nodiscard]] Answer<Done> checkpoint(bool truncate) { return database_.checkpoint(truncate); }
  [[nodiscard]] std::uint64_t log_frames() const { return database_.log_frames(); }

 private:
  explicit Store(Database database) : database_(std::move(database)) {}
  [[nodiscard]] Answer<Done> prepare_all();
  [[nodiscard]] Answer<Done> read_name(const Folder& folder);
  // The end of a transaction, or of the attempt.
  [[nodiscard]] Answer<Done> finish(const Answer<Done>& written);

  Database database_;
  TestSwitches switches_;
  JournalName name_{};
  Statement begin_, commit_, epoch_, set_epoch_, insert_, scan_, find_, insert_blob_, blob_;
};

}  // namespace tongsuan::journal
