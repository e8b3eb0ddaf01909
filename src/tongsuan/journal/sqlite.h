// The few calls of SQLite that the journal needs, with failures as values. The only header that
// includes SQLite's, and no header outside this module includes this one.
#pragma once

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

#include "tongsuan/journal/folder.h"

namespace tongsuan::journal {

// One prepared statement. Bound texts have to live until the next `reset`.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& bind(int at, std::uint64_t value);
  Statement& bind(int at, std::string_view blob);
  // True: there is a row. After false or a failure the statement has been reset.
  [[nodiscard]] Answer<bool> step();
  // Steps to the end, whatever rows there are.
  [[nodiscard]] Answer<Done> run();
  void reset();
  [[nodiscard]] std::uint64_t number(int column) const;
  // Valid until the next step.
  [[nodiscard]] std::string_view blob(int column) const;

 private:
  struct Finish {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finish> statement_;
};

class Database {
 public:
  // Opens a database that is there or, if asked, makes one. Closing writes nothing.
  [[nodiscard]] static Answer<Database> open(const Folder& folder, const std::string& name,
                                             bool make);
  // Opens a database that is there; nothing is ever written through it.
  [[nodiscard]] static Answer<Database> open_to_read(const Folder& folder, const std::string& name);

  [[nodiscard]] Answer<Done> run(const std::string& sql);
  [[nodiscard]] Answer<std::uint64_t> number(const char* sql);
  [[nodiscard]] Answer<Statement> prepare(const char* sql);
  // Rolls back what is open; false if even that failed.
  [[nodiscard]] bool roll_back();
  // Moves the log into the database; with `truncate` all of it, and empties the log.
  [[nodiscard]] Answer<Done> checkpoint(bool truncate);
  [[nodiscard]] std::uint64_t log_frames() const { return *log_frames_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  explicit Database(sqlite3* database) : database_(database) {}
  [[nodiscard]] static Answer<Database> open_as(const Folder& folder, const std::string& name,
                                                int access);

  std::unique_ptr<sqlite3, Close> database_;
  // Frames in the log after the last commit: SQLite tells through a callback, so the place must not
  // move.
  std::unique_ptr<std::uint64_t> log_frames_ = std::make_unique<std::uint64_t>(0);
};

}  // namespace tongsuan::journal
