#include "tongsuan/cli/journal_folder.h"

#include <sys/stat.h>

#include "tongsuan/cli/listings.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/journal/store.h"

namespace tongsuan::cli {

bool is_exchange_folder(std::string_view path) {
  struct stat about {};
  const std::string database = std::string(path) + '/' + journal::kDatabaseName;
  return stat(database.c_str(), &about) == 0 && S_ISREG(about.st_mode);
}

namespace {

// Stable, and of journals alone: scripts that see one of many codes know where it is from.
std::string journal_code(journal::Fault fault) {
  using journal::Fault;
  switch (fault) {
    case Fault::kCorrupt:
      return "journal-corrupt";
    case Fault::kCut:
      return "journal-cut";
    case Fault::kOwned:
    case Fault::kBusy:
    case Fault::kFenced:
      return "journal-in-use";
    case Fault::kNotFound:
      return "journal-not-found";
    case Fault::kNotAJournal:
      return "not-a-journal";
    case Fault::kSchema:
      return "journal-version";
    case Fault::kFull:
      return "journal-full";
    case Fault::kInvalid:
    case Fault::kUnknown:
    case Fault::kIo:
      break;
  }
  return "journal-failed";
}

}  // namespace

Failure journal_failure(const Session& session, std::string_view path,
                        const journal::Failure& failure) {
  using journal::Fault;
  int exit_code = kUnexpected;
  if (failure.fault == Fault::kNotFound) exit_code = kNotFound;
  if (journal_code(failure.fault) == "journal-in-use") exit_code = kConflict;
  if (failure.fault == Fault::kCorrupt || failure.fault == Fault::kCut) exit_code = kNotVerified;
  std::string what = failure.context;
  if (failure.damage) what += "; " + journal::to_string(*failure.damage);
  if (!failure.hint.empty()) what += "; " + failure.hint;
  return {.exit_code = exit_code,
          .code = journal_code(failure.fault),
          .what = session.say(Message::kJournalFailed, {path, what}),
          .attempt = exit_code == kNotVerified || exit_code == kConflict
                         ? "tongsuan journal check " + shell_word(path)
                         : ""};
}

Attempt<JournalFolder> open_journal_folder(const Session& session, std::string_view path) {
  JournalFolder opened{std::string(path), journal::posix_folder(std::string(path)), nullptr};
  journal::Answer<std::unique_ptr<journal::Reader>> reader = journal::open_reader(*opened.folder);
  if (!reader.ok()) return journal_failure(session, path, reader.error());
  opened.reader = std::move(reader).value();
  return opened;
}

Attempt<node::Founding> open_founding(const Session& session, std::string_view path) {
  Result<node::Founding> founding = node::read_founding(std::string(path));
  if (founding.ok()) return std::move(founding).value();
  const Error& error = founding.error();
  return Failure{.exit_code = error.code == ErrorCode::kNotFound ? kNotFound : kRejected,
                 .code = error.code == ErrorCode::kNotFound ? "not-an-exchange" : "bad-exchange",
                 .what = session.say(Message::kNotAnExchange, {path, error.context}),
                 .attempt = {}};
}

report::Table facts_table(const Session& session) {
  report::Table table;
  Columns(session, table).text("what", Message::kTitleQuantity).text("value", Message::kTitleValue);
  return table;
}

void add_fact(report::Table& table, const char* what, std::string value) {
  table.rows.push_back({std::string(what), std::move(value)});
}

Attempt<Done> write_table(Session& session, const Arguments& arguments,
                          const report::Table& table) {
  report::ListingOptions options;
  const Result<report::Format> format =
      report::parse_format(arguments.text(Option::kFormat, "table"));
  TONGSUAN_CHECK(format.ok());  // the parser allowed only these
  options.format = format.value();
  const Result<std::string> text = report::render(table, options);
  TONGSUAN_CHECK(text.ok());  // nothing was asked of columns
  session.world.out.write(text.value());
  return Done{};
}

}  // namespace tongsuan::cli
