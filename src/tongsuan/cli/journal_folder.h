// The folder of an exchange, as commands read it: its founding, and its journal beside a program
// that may be writing it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/journal/reader.h"
#include "tongsuan/node/founding.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {

// Whether there is a journal in this folder.
[[nodiscard]] bool is_exchange_folder(std::string_view path);

struct JournalFolder {
  std::string path;
  std::unique_ptr<journal::Folder> folder;
  std::unique_ptr<journal::Reader> reader;  // of `folder`
};
Attempt<JournalFolder> open_journal_folder(const Session& session, std::string_view path);
Attempt<node::Founding> open_founding(const Session& session, std::string_view path);

// 10 for damage, 4 for what is not there, 8 for a journal that is in use.
[[nodiscard]] Failure journal_failure(const Session& session, std::string_view path,
                                      const journal::Failure& failure);

// Two columns, for facts.
[[nodiscard]] report::Table facts_table(const Session& session);
void add_fact(report::Table& table, const char* what, std::string value);
Attempt<Done> write_table(Session& session, const Arguments& arguments, const report::Table& table);

// tongsuan replay DIR.
Attempt<int> replay_exchange(Session& session, const Arguments& arguments);

}  // namespace tongsuan::cli
