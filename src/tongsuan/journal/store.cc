#include "tongsuan/journal/store.h"

#include <cstring>

namespace tongsuan::journal {
namespace {

constexpr std::uint64_t kApplication = 0x54534A31;  // "TSJ1"

constexpr const char* kTables =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE journal(id INTEGER PRIMARY KEY CHECK(id = 1), name BLOB NOT NULL,"
    " epoch INTEGER NOT NULL) STRICT;"
    "CREATE TABLE batches(first INTEGER PRIMARY KEY, hash BLOB NOT NULL, bytes BLOB NOT NULL) "
    "STRICT;"
    "CREATE TABLE blobs(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL) "
    "STRICT;";

Answer<Done> settle(Database& database, const TestSwitches& switches) {
  // A file that is mapped kills the process where a disk fails; temporary files have no place in a
  // simulation.
  TONGSUAN_TRY(
      [[maybe_unused]] const Done set,
      database.run("PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;"
                   "PRAGMA trusted_schema=OFF;"));
  return database.run(switches.no_sync ? "PRAGMA synchronous=OFF" : "PRAGMA synchronous=FULL");
}

Answer<Done> check_kind(Database& database, const Folder& folder) {
  TONGSUAN_TRY(const std::uint64_t application, database.number("PRAGMA application_id"));
  if (application != kApplication) {
    return Failure{Fault::kNotAJournal,
                   folder.path(kDatabaseName) + " is a database of something else",
                   "give the folder of a journal"};
  }
  TONGSUAN_TRY(const std::uint64_t version, database.number("PRAGMA user_version"));
  if (version == kSchemaVersion) return Done{};
  return Failure{Fault::kSchema,
                 folder.path(kDatabaseName) + " has version " + std::to_string(version) +
                     ", this program reads version " + std::to_string(kSchemaVersion),
                 "use the version of the program that made it"};
}

}  // namespace

Answer<Store> Store::make(Folder& folder, const JournalName& journal, std::uint64_t epoch) {
  const std::string fresh = kFreshName;
  TONGSUAN_TRY([[maybe_unused]] const Done no_file, folder.remove(fresh));
  TONGSUAN_TRY([[maybe_unused]] const Done no_log, folder.remove(fresh + "-journal"));
  TONGSUAN_TRY(Database database, Database::open(folder, fresh, true));
  TONGSUAN_TRY([[maybe_unused]] const Done settled, settle(database, {}));
  TONGSUAN_TRY(
      [[maybe_unused]] const Done marked,
      database.run("PRAGMA application_id=" + std::to_string(kApplication) +
                   "; PRAGMA user_version=" + std::to_string(kSchemaVersion) + ';' + kTables));
  Store store(std::move(database));
  TONGSUAN_TRY(Statement insert, store.database_.prepare("INSERT INTO journal VALUES(1, ?1, ?2)"));
  TONGSUAN_TRY([[maybe_unused]] const Done inserted,
               insert.bind(1, view_of(journal)).bind(2, epoch).run());
  TONGSUAN_TRY([[maybe_unused]] const Done prepared, store.prepare_all());
  store.name_ = journal;
  return store;
}

Answer<Store> Store::open(Folder& folder, TestSwitches switches) {
  TONGSUAN_TRY(Database database, Database::open(folder, kDatabaseName, false));
  TONGSUAN_TRY([[maybe_unused]] const Done settled, settle(database, switches));
  TONGSUAN_TRY([[maybe_unused]] const Done known, check_kind(database, folder));
  TONGSUAN_TRY([[maybe_unused]] const Done logged, database.run("PRAGMA journal_mode=WAL"));
  Store store(std::move(database));
  store.switches_ = switches;
  TONGSUAN_TRY([[maybe_unused]] const Done prepared, store.prepare_all());
  TONGSUAN_TRY([[maybe_unused]] const Done named, store.read_name(folder));
  return store;
}

Answer<Store> Store::open_to_read(Folder& folder) {
  TONGSUAN_TRY(Database database, Database::open_to_read(folder, kDatabaseName));
  TONGSUAN_TRY([[maybe_unused]] const Done settled, settle(database, {}));
  TONGSUAN_TRY([[maybe_unused]] const Done known, check_kind(database, folder));
  Store store(std::move(database));
  TONGSUAN_TRY([[maybe_unused]] const Done prepared, store.prepare_all());
  TONGSUAN_TRY([[maybe_unused]] const Done named, store.read_name(folder));
  return store;
}

Answer<Done> Store::read_name(const Folder& folder) {
  TONGSUAN_TRY(Statement named, database_.prepare("SELECT name FROM journal WHERE id = 1"));
  TONGSUAN_TRY(const bool row, named.step());
  const std::string_view name = row ? named.blob(0) : std::string_view();
  if (name.size() != name_.size()) {
    return Failure{Fault::kCorrupt, folder.path(kDatabaseName) + " has lost its name",
                   "bring it back from a backup"};
  }
  std::memcpy(name_.data(), name.data(), name.size());
  return Done{};
}

Answer<Done> Store::prepare_all() {
  struct Text {
    Statement* statement;
    const char* sql;
  };
  const Text texts[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&epoch_, "SELECT epoch FROM journal WHERE id = 1"},
      {&set_epoch_, "UPDATE journal SET epoch = ?1 WHERE id = 1"},
      {&insert_, "INSERT INTO batches VALUES(?1, ?2, ?3)"},
      {&scan_, "SELECT first, hash, bytes FROM batches WHERE first >= ?1 ORDER BY first"},
      {&find_,
       "SELECT first, hash, bytes FROM batches WHERE first <= ?1 ORDER BY first DESC LIMIT 1"},
      {&insert_blob_, "INSERT OR IGNORE INTO blobs(hash, bytes) VALUES(?1, ?2)"},
      {&blob_, "SELECT bytes FROM blobs WHERE hash = ?1"},
  };
  for (const Text& text : texts) {
    TONGSUAN_TRY(*text.statement, database_.prepare(text.sql));
  }
  return Done{};
}

Answer<std::uint64_t> Store::epoch() {
  TONGSUAN_TRY(const bool row, epoch_.step());
  const std::uint64_t epoch = row ? epoch_.number(0) : 0;
  epoch_.reset();
  return epoch;
}

Answer<Done> Store::begin() {
  return begin_.run();
}

Answer<Done> Store::set_epoch(std::uint64_t epoch) {
  return set_epoch_.bind(1, epoch).run();
}

Answer<Done> Store::insert(const StoredBatch& batch) {
  return insert_.bind(1, batch.first).bind(2, batch.hash).bind(3, batch.bytes).run();
}

Answer<Done> Store::insert_blob(const Digest& hash, std::string_view bytes) {
  return insert_blob_.bind(1, view_of(hash)).bind(2, bytes).run();
}

Answer<Done> Store::commit() {
  return commit_.run();
}

Answer<Done> Store::check_epoch(std::uint64_t ours) {
  TONGSUAN_TRY(const std::uint64_t now, epoch());
  if (now == ours || switches_.no_epoch_check) return Done{};
  return Failure{
      Fault::kFenced,
      "the journal is in epoch " + std::to_string(now) + ", ours was " + std::to_string(ours),
      "end this process: another one has taken over"};
}

Answer<Done> Store::finish(const Answer<Done>& written) {
  const Answer<Done> result = written.ok() ? commit() : written;
  if (result.ok()) return result;
  // Where SQLite cannot even roll back, nothing is known any more.
  if (!roll_back()) return Failure{Fault::kIo, result.error().context, result.error().hint};
  return result;
}

Answer<Done> Store::append(std::uint64_t epoch, const StoredBatch& batch) {
  TONGSUAN_TRY([[maybe_unused]] const Done begun, begin());
  const Answer<Done> ours = check_epoch(epoch);
  return finish(ours.ok() ? insert(batch) : ours);
}

Answer<Done> Store::append_blob(std::uint64_t epoch, const Digest& hash, std::string_view bytes) {
  TONGSUAN_TRY([[maybe_unused]] const Done begun, begin());
  const Answer<Done> ours = check_epoch(epoch);
  return finish(ours.ok() ? insert_blob(hash, bytes) : ours);
}

Answer<Done> Store::scan(std::uint64_t from, const std::function<bool(const StoredBatch&)>& visit) {
  scan_.bind(1, from);
  while (true) {
    TONGSUAN_TRY(const bool row, scan_.step());
    if (!row) return Done{};
    if (visit({scan_.number(0), scan_.blob(1), scan_.blob(2)})) continue;
    scan_.reset();
    return Done{};
  }
}

Answer<bool> Store::find(std::uint64_t sequence,
                         const std::function<void(const StoredBatch&)>& visit) {
  TONGSUAN_TRY(const bool row, find_.bind(1, sequence).step());
  if (!row) return false;
  visit({find_.number(0), find_.blob(1), find_.blob(2)});
  find_.reset();
  return true;
}

Answer<Done> Store::scan_blobs(
    const std::function<bool(std::string_view hash, std::string_view bytes)>& visit) {
  TONGSUAN_TRY(Statement all, database_.prepare("SELECT hash, bytes FROM blobs ORDER BY id"));
  while (true) {
    TONGSUAN_TRY(const bool row, all.step());
    if (!row || !visit(all.blob(0), all.blob(1))) return Done{};
  }
}

Answer<std::string> Store::blob(const Digest& hash) {
  TONGSUAN_TRY(const bool row, blob_.bind(1, view_of(hash)).step());
  if (!row) return Failure{Fault::kNotFound, "no blob of that hash"};
  std::string bytes(blob_.blob(0));
  blob_.reset();
  return bytes;
}

}  // namespace tongsuan::journal
