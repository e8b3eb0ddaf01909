// tongsuan journal: a look into the journal of an exchange, its check and its repair.
#include <optional>
#include <string>
#include <sys/stat.h>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/journal_folder.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/journal/journal.h"
#include "tongsuan/node/event_words.h"
#include "tongsuan/node/recheck.h"

namespace tongsuan::cli {
namespace {

template <class Array>
std::string hex_of(const Array& array) {
  return hex(array.data(), array.size());
}

// The signed head of an exchange: its key lies in the folder, the head in `head`.
struct SignedHeads {
  std::unique_ptr<journal::Folder> folder;
  std::optional<journal::SigningKey> key;
  std::optional<journal::HeadFile> file;
  [[nodiscard]] journal::HeadFile* get() { return file ? &*file : nullptr; }
};

Attempt<Done> open_head(const Session& session, std::string_view path, SignedHeads& head) {
  const std::string folder = std::string(path);
  struct stat about {};
  // A journal alone, such as a copy, has none.
  if (stat((folder + "/head.key").c_str(), &about) != 0) return Done{};
  journal::Answer<journal::SigningKey> key = journal::read_key_file(folder + "/head.key");
  if (!key.ok()) return journal_failure(session, path, key.error());
  head.key.emplace(std::move(key).value());
  head.folder = journal::posix_folder(folder + "/head");
  head.file.emplace(*head.folder, *head.key);
  return Done{};
}

// ---- check -------------------------------------------------------------------------------------

// Beside a running exchange: the chain of hashes, and the snapshots that are there.
Attempt<int> check_running(Session& session, const Arguments& arguments) {
  const std::string_view path = arguments.positional(1);
  TONGSUAN_TRY(const JournalFolder opened, open_journal_folder(session, path));
  const Patience patience;
  std::uint64_t batches = 0, last = 0;
  const journal::Answer<Done> read = opened.reader->read_ahead(1, [&](const journal::Batch& batch) {
    ++batches;
    last = batch.last();
    return !interrupted();
  });
  if (!read.ok()) return journal_failure(session, path, read.error());
  report::Table table = facts_table(session);
  add_fact(table, "journal", hex_of(opened.reader->name()));
  add_fact(table, "in_use", "yes");
  add_fact(table, "last_command", std::to_string(last));
  add_fact(table, "batches", std::to_string(batches));
  const journal::Answer<journal::Snapshot> snapshot = opened.reader->snapshot(last);
  add_fact(table, "snapshot", snapshot.ok() ? std::to_string(snapshot.value().sequence) : "none");
  TONGSUAN_TRY([[maybe_unused]] const Done written, write_table(session, arguments, table));
  session.world.out.flush();
  session.world.err.write(session.say(Message::kJournalInUse) + '\n');
  return int{kOk};
}

Attempt<int> check(Session& session, const Arguments& arguments) {
  const std::string_view path = arguments.positional(1);
  SignedHeads head;
  TONGSUAN_TRY([[maybe_unused]] const Done opened, open_head(session, path, head));
  const auto folder = journal::posix_folder(std::string(path));
  const journal::Answer<journal::Inspection> checked = journal::check(*folder, head.get());
  if (!checked.ok()) {
    const journal::Fault fault = checked.error().fault;
    if (fault == journal::Fault::kOwned) return check_running(session, arguments);
    return journal_failure(session, path, checked.error());
  }
  const journal::Inspection& seen = checked.value();
  report::Table table = facts_table(session);
  add_fact(table, "journal", hex_of(seen.name));
  add_fact(table, "in_use", "no");
  add_fact(table, "epoch", std::to_string(seen.epoch));
  add_fact(table, "last_command", std::to_string(seen.head.sequence));
  add_fact(table, "hash", hex_of(seen.head.hash));
  add_fact(table, "snapshot",
           seen.snapshot_sequence > 0 ? std::to_string(seen.snapshot_sequence) : "none");
  add_fact(table, "signed_head",
           seen.signed_head ? std::to_string(seen.signed_head->sequence) : "none");
  for (const std::string& note : seen.notes) add_fact(table, "note", note);
  TONGSUAN_TRY([[maybe_unused]] const Done written, write_table(session, arguments, table));
  if (!seen.trouble) return int{kOk};
  Failure failure = journal_failure(session, path, *seen.trouble);
  failure.attempt = "tongsuan journal repair " + shell_word(path);
  return failure;
}

// ---- repair ------------------------------------------------------------------------------------

Attempt<int> repair(Session& session, const Arguments& arguments) {
  const std::string_view path = arguments.positional(1);
  SignedHeads head;
  TONGSUAN_TRY([[maybe_unused]] const Done opened, open_head(session, path, head));
  const auto folder = journal::posix_folder(std::string(path));
  const journal::Answer<journal::Repaired> repaired =
      journal::repair(*folder, head.get(), {.force = arguments.has(Option::kForce)});
  if (!repaired.ok()) {
    Failure failure = journal_failure(session, path, repaired.error());
    if (repaired.error().fault == journal::Fault::kCut) {
      failure.attempt = "tongsuan journal repair " + shell_word(path) + " --force";
    }
    return failure;
  }
  const journal::Repaired& done = repaired.value();
  report::Table table = facts_table(session);
  add_fact(table, "changed", done.changed ? "yes" : "no");
  add_fact(table, "last_command", std::to_string(done.head.sequence));
  add_fact(table, "known_command",
           std::to_string(std::max(done.known_sequence, done.head.sequence)));
  add_fact(table, "blobs_lost", std::to_string(done.blobs_lost));
  if (!done.side_file.empty()) add_fact(table, "kept_in", done.side_file);
  TONGSUAN_TRY([[maybe_unused]] const Done written, write_table(session, arguments, table));
  return int{kOk};
}

// ---- show --------------------------------------------------------------------------------------

report::Cell number_cell(std::uint32_t value) {
  if (value == kNone) return {};
  return std::int64_t{value};
}

void add_event(report::Table& table, std::uint64_t sequence, Second at,
               const std::optional<node::Founding>& founding, const exchange::Event& event) {
  const node::EventWords words = node::words_of(event);
  std::vector<report::Cell> row;
  row.emplace_back(static_cast<std::int64_t>(sequence));
  row.emplace_back(std::int64_t{at});
  row.emplace_back();
  if (founding) row.back() = node::time_text(*founding, at);
  row.emplace_back(std::string(words.type));
  row.push_back(number_cell(words.order));
  row.push_back(number_cell(words.contract));
  row.push_back(number_cell(words.participant));
  row.emplace_back();
  if (words.amount) row.back() = *words.amount;
  row.emplace_back(words.details);
  table.rows.push_back(std::move(row));
}

report::Table events_table(const Session& session) {
  report::Table table;
  table.currency = "CNY";
  Columns(session, table)
      .number("command", Message::kTitleSequence)
      .number("second", Message::kTitleSecond)
      .text("time", Message::kTitleTime, true)
      .text("event", Message::kTitleEventType)
      .number("order", Message::kTitleOrderNumber)
      .number("contract", Message::kTitleContract)
      .number("participant", Message::kTitleParticipant)
      .money("amount", Message::kTitleEventAmount)
      .text("details", Message::kTitleDetails);
  return table;
}

Attempt<int> show(Session& session, const Arguments& arguments) {
  const std::string_view path = arguments.positional(1);
  TONGSUAN_TRY(const JournalFolder opened, open_journal_folder(session, path));
  // Without its founding a journal still has seconds.
  std::optional<node::Founding> founding;
  if (Attempt<node::Founding> found = open_founding(session, path); found.ok()) {
    founding = std::move(found).value();
  }
  const auto from = static_cast<std::uint64_t>(arguments.whole(Option::kFromCommand, 1));
  const auto last = from - 1 + static_cast<std::uint64_t>(arguments.whole(Option::kRowsMax, 100));
  report::Table table = events_table(session);
  std::optional<journal::Failure> failure;
  const journal::Answer<Done> read = opened.reader->read(from, [&](const journal::Batch& batch) {
    for (std::uint64_t sequence = std::max(from, batch.first);
         sequence <= std::min(last, batch.last()) && !failure; ++sequence) {
      const auto misfit = exchange::read_record(batch.records[sequence - batch.first].events,
                                                [&](Second at, const exchange::Event& event) {
                                                  add_event(table, sequence, at, founding, event);
                                                  return true;
                                                });
      if (!misfit) continue;
      failure = journal::Failure{journal::Fault::kCorrupt, "command " + std::to_string(sequence) +
                                                               ": " + misfit->what + ", at byte " +
                                                               std::to_string(misfit->offset)};
    }
    return batch.last() < last && !failure;
  });
  TONGSUAN_TRY([[maybe_unused]] const Done written, write_table(session, arguments, table));
  if (failure) return journal_failure(session, path, *failure);
  if (!read.ok()) return journal_failure(session, path, read.error());
  return int{kOk};
}

// ---- export ------------------------------------------------------------------------------------

// Its number, of which the exchange's id is another spelling: R-12 is round 34.
std::optional<std::uint64_t> number_of_round(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  constexpr std::size_t kDigitsMax = 12;  // 60 bits
  std::int64_t plain = 0;
  if (parse_decimal(text, 0, plain)) {
    return plain > 0 ? std::optional(static_cast<std::uint64_t>(plain)) : std::nullopt;
  }
  if (!text.starts_with("R-") && !text.starts_with("r-")) return std::nullopt;
  text.remove_prefix(2);
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const std::size_t digit =
        kDigits.find(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    if (digit == std::string_view::npos) return std::nullopt;
    number = number * 32 + digit;
  }
  return number;
}

Attempt<int> export_round(Session& session, const Arguments& arguments) {
  const std::string_view path = arguments.positional(1);
  if (!arguments.has(Option::kRoundId)) return missing_option(session, Option::kRoundId);
  const std::string_view given = arguments.text(Option::kRoundId);
  const std::optional<std::uint64_t> round = number_of_round(given);
  if (!round) return usage(session, session.say(Message::kBadId, {given, "R-2E"}));
  const std::string number = std::to_string(*round);
  const std::string base = arguments.has(Option::kTo)
                               ? std::string(arguments.text(Option::kTo)) + "/round-" + number
                               : "round-" + number;
  const bool force = arguments.has(Option::kForce);
  for (const char* end : {".market", ".cert"}) {
    TONGSUAN_TRY([[maybe_unused]] const Done may, may_write(session, base + end, force));
  }
  TONGSUAN_TRY(const JournalFolder opened, open_journal_folder(session, path));
  const auto found = node::find_round(*opened.reader, *round);
  if (!found.ok()) return journal_failure(session, path, found.error());
  if (!found.value()) {
    return Failure{.exit_code = kNotFound,
                   .code = "unknown-round",
                   .what = session.say(Message::kNoSuchRound, {path, given})};
  }
  const auto texts = node::read_round_texts(*opened.reader, *found.value());
  if (!texts.ok()) return journal_failure(session, path, texts.error());
  if (texts.value().certificate.empty()) {
    return Failure{
        .exit_code = kNotFound,
        .code = "no-certificate",
        .what = session.say(Message::kRoundWithoutCertificate, {given, found.value()->reason})};
  }
  TONGSUAN_TRY([[maybe_unused]] const Done book,
               write_file(session, base + ".market", texts.value().book, force));
  TONGSUAN_TRY([[maybe_unused]] const Done certificate,
               write_file(session, base + ".cert", texts.value().certificate, force));
  if (!arguments.has(Option::kQuiet)) {
    session.world.err.write("tongsuan-verify " + shell_word(base + ".market") + ' ' +
                            shell_word(base + ".cert") + '\n');
  }
  return int{kOk};
}

}  // namespace

Attempt<int> run_journal(Session& session, const Arguments& arguments) {
  const std::string_view action = arguments.positional(0);
  if (!is_exchange_folder(arguments.positional(1)) && action != "repair") {
    // Says what is missing.
    TONGSUAN_TRY([[maybe_unused]] const JournalFolder opened,
                 open_journal_folder(session, arguments.positional(1)));
  }
  if (action == "check") return check(session, arguments);
  if (action == "repair") return repair(session, arguments);
  if (action == "show") return show(session, arguments);
  return export_round(session, arguments);
}

}  // namespace tongsuan::cli
