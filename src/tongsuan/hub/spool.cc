#include "tongsuan/hub/spool.h"

#include <cstdint>
#include <utility>

#include "tongsuan/journal/sqlite.h"

namespace tongsuan::hub {
namespace {

constexpr const char* kDatabase = "spool.db";
constexpr const char* kLock = "agent.lock";
constexpr const char* kVersion = "1";
constexpr const char* kVersionRow = "spool/version";

// Failures of the database are the journal's; here they are of the spool.
Error spool_error(const journal::Failure& failure) {
  ErrorCode code = ErrorCode::kIo;
  std::string what = failure.context;
  if (failure.fault == journal::Fault::kOwned) {
    return {ErrorCode::kUnavailable, "another agent runs with this spool",
            "end it, or give this one a folder of its own"};
  }
  if (failure.fault == journal::Fault::kBusy) code = ErrorCode::kUnavailable;
  if (failure.fault == journal::Fault::kNotFound) code = ErrorCode::kNotFound;
  if (failure.fault == journal::Fault::kCorrupt || failure.fault == journal::Fault::kNotAJournal) {
    code = ErrorCode::kCorrupt;
  }
  for (std::size_t at = what.find("journal"); at != std::string::npos; at = what.find("journal")) {
    what.replace(at, 7, "spool");
  }
  return {code, what, failure.hint};
}

template <class T>
Result<T> of_spool(journal::Answer<T> answer) {
  if (!answer.ok()) return spool_error(answer.error());
  return std::move(answer).value();
}

class SqliteSpool final : public Spool {
 public:
  explicit SqliteSpool(std::unique_ptr<journal::Folder> folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Result<Done> open(SpoolUse use) {
    const bool agent = use == SpoolUse::kAgent;
    if (agent) {
      TONGSUAN_TRY([[maybe_unused]] const Done mine, of_spool(folder_->lock(kLock)));
    } else {
      TONGSUAN_TRY(const std::vector<std::string> names, of_spool(folder_->list()));
      bool there = false;
      for (const std::string& name : names) there = there || name == kDatabase;
      if (!there) {
        return Error{ErrorCode::kNotFound, "there is no spool in " + folder_->path(""),
                     "start the agent first, or name its folder"};
      }
    }
    TONGSUAN_TRY(database_, of_spool_moved(journal::Database::open(*folder_, kDatabase, agent)));
    // FULL: a commit is on disk when it returns, also after a loss of power.
    TONGSUAN_TRY([[maybe_unused]] const Done set,
                 of_spool(database_->run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")));
    TONGSUAN_TRY([[maybe_unused]] const Done table,
                 of_spool(database_->run("CREATE TABLE IF NOT EXISTS rows(name BLOB PRIMARY KEY, "
                                         "text BLOB NOT NULL) WITHOUT ROWID")));
    return check_version(agent);
  }

  [[nodiscard]] Result<std::vector<Row>> read(std::string_view prefix) override {
    TONGSUAN_TRY(
        journal::Statement find,
        of_spool(database_->prepare("SELECT name, text FROM rows WHERE name >= ?1 ORDER BY name")));
    find.bind(1, prefix);
    std::vector<Row> rows;
    while (true) {
      TONGSUAN_TRY(const bool row, of_spool(find.step()));
      if (!row || !find.blob(0).starts_with(prefix)) return rows;
      rows.push_back({std::string(find.blob(0)), std::string(find.blob(1))});
    }
  }

  [[nodiscard]] Result<Done> commit(const std::vector<Change>& changes) override {
    if (changes.empty()) return Done{};
    TONGSUAN_TRY([[maybe_unused]] const Done begun, of_spool(database_->run("BEGIN IMMEDIATE")));
    const Result<Done> written = write(changes);
    if (!written.ok()) {
      static_cast<void>(database_->roll_back());
      return written.error();
    }
    if (database_->log_frames() > kFramesMax) {
      // Somebody who reads may be in its way: then the next one does it.
      static_cast<void>(database_->checkpoint(false).ok());
    }
    return Done{};
  }

 private:
  static constexpr std::uint64_t kFramesMax = 1'000;

  static Result<std::optional<journal::Database>> of_spool_moved(
      journal::Answer<journal::Database> answer) {
    if (!answer.ok()) return spool_error(answer.error());
    return std::optional<journal::Database>(std::move(answer).value());
  }

  [[nodiscard]] Result<Done> write(const std::vector<Change>& changes) {
    TONGSUAN_TRY(journal::Statement put,
                 of_spool(database_->prepare("INSERT INTO rows VALUES(?1, ?2) ON CONFLICT(name) DO "
                                             "UPDATE SET text = excluded.text")));
    TONGSUAN_TRY(journal::Statement drop,
                 of_spool(database_->prepare("DELETE FROM rows WHERE name = ?1")));
    for (const Change& change : changes) {
      journal::Statement& statement = change.text ? put : drop;
      statement.bind(1, std::string_view(change.name));
      if (change.text) statement.bind(2, std::string_view(*change.text));
      TONGSUAN_TRY([[maybe_unused]] const Done run, of_spool(statement.run()));
    }
    return of_spool(database_->run("COMMIT"));
  }

  [[nodiscard]] Result<Done> check_version(bool agent) {
    TONGSUAN_TRY(const std::vector<Row> rows, read(kVersionRow));
    if (rows.empty()) return agent ? commit({{kVersionRow, kVersion}}) : Done{};
    if (rows.front().text == kVersion) return Done{};
    return Error{ErrorCode::kCorrupt,
                 "the spool is of version " + rows.front().text.substr(0, 20) +
                     ", this program reads version " + kVersion,
                 "use the program that wrote it until nothing runs, then begin a new spool"};
  }

  std::unique_ptr<journal::Folder> folder_;
  std::optional<journal::Database> database_;
};

}  // namespace

Result<std::unique_ptr<Spool>> open_spool(const std::string& folder, SpoolUse use) {
  auto spool = std::make_unique<SqliteSpool>(journal::posix_folder(folder));
  TONGSUAN_TRY([[maybe_unused]] const Done opened, spool->open(use));
  return std::unique_ptr<Spool>(std::move(spool));
}

}  // namespace tongsuan::hub
