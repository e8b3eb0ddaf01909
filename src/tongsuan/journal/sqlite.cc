#include "tongsuan/journal/sqlite.h"

#include <cerrno>
#include <cstring>

namespace tongsuan::journal {
namespace {

constexpr int kBusyMilliseconds = 1'000;

bool is_full(int code, int system_error) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  // Only writes: a sync that finds no room has lost what it should have written.
  const bool wrote =
      code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE || code == SQLITE_IOERR_SHMSIZE;
  return wrote && (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG);
}

Failure failure_of(sqlite3* database) {
  const int code = sqlite3_extended_errcode(database);
  const int system_error = sqlite3_system_errno(database);
  std::string context = sqlite3_errmsg(database);
  if (system_error != 0) context += std::string(" (") + std::strerror(system_error) + ')';
  if (is_full(code, system_error)) {
    return {Fault::kFull, "no room for the journal: " + context, "make room on the disk"};
  }
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    return {Fault::kIo, "a sync of the journal failed: " + context,
            "end the process, replace the disk, open again"};
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {Fault::kBusy, "another program holds the journal: " + context, "end it, then again"};
    case SQLITE_NOTADB:
      return {Fault::kNotAJournal, "not a database: " + context, "give the folder of a journal"};
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // our statements are right: the tables are not
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
      return {Fault::kCorrupt, "the database is damaged: " + context, "check it, then repair it"};
    default:
      return {Fault::kIo, "the journal cannot be read or written: " + context,
              "check the disk and the rights of the folder"};
  }
}

int see_log(void* frames, sqlite3*, const char*, int count) {
  *static_cast<std::uint64_t*>(frames) = static_cast<std::uint64_t>(count);
  return SQLITE_OK;
}

}  // namespace

Statement& Statement::bind(int at, std::uint64_t value) {
  TONGSUAN_CHECK(sqlite3_bind_int64(statement_.get(), at, static_cast<sqlite3_int64>(value)) ==
                 SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int at, std::string_view blob) {
  // A null pointer would bind NULL instead of no bytes.
  const char* bytes = blob.empty() ? "" : blob.data();
  TONGSUAN_CHECK(sqlite3_bind_blob64(statement_.get(), at, bytes, blob.size(), nullptr) ==
                 SQLITE_OK);
  return *this;
}

Answer<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const Failure failure = failure_of(sqlite3_db_handle(statement_.get()));
  reset();
  return failure;
}

Answer<Done> Statement::run() {
  while (true) {
    TONGSUAN_TRY(const bool row, step());
    if (!row) return Done{};
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::uint64_t Statement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

std::string_view Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (bytes == nullptr || size <= 0) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

Answer<Database> Database::open(const Folder& folder, const std::string& name, bool make) {
  return open_as(folder, name, SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0));
}

Answer<Database> Database::open_to_read(const Folder& folder, const std::string& name) {
  return open_as(folder, name, SQLITE_OPEN_READONLY);
}

Answer<Database> Database::open_as(const Folder& folder, const std::string& name, int access) {
  // One thread at a time has a connection, so SQLite need not lock itself.
  const int flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(folder.path(name).c_str(), &opened, flags, folder.vfs());
  Database database(opened);
  if (code != SQLITE_OK) return failure_of(opened);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  // Closing must write nothing: after a failed sync nobody knows what is on the disk.
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Takes the place of SQLite's own rule for when to checkpoint.
  sqlite3_wal_hook(opened, see_log, database.log_frames_.get());
  return database;
}

Answer<Done> Database::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
    return Done{};
  }
  return failure_of(database_.get());
}

Answer<std::uint64_t> Database::number(const char* sql) {
  TONGSUAN_TRY(Statement statement, prepare(sql));
  TONGSUAN_TRY(const bool row, statement.step());
  return row ? statement.number(0) : 0;
}

Answer<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) == SQLITE_OK) {
    return Statement(statement);
  }
  return failure_of(database_.get());
}

bool Database::roll_back() {
  return sqlite3_get_autocommit(database_.get()) != 0 || run("ROLLBACK").ok();
}

Answer<Done> Database::checkpoint(bool truncate) {
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  if (sqlite3_wal_checkpoint_v2(database_.get(), nullptr, mode, nullptr, nullptr) != SQLITE_OK) {
    return failure_of(database_.get());
  }
  *log_frames_ = 0;
  return Done{};
}

}  // namespace tongsuan::journal
