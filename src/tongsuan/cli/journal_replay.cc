// tongsuan replay DIR: the whole history of an exchange again.
#include <chrono>
#include <string>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/journal_folder.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/cli/threads.h"
#include "tongsuan/node/recheck.h"
#include "tongsuan/solver/pool_workers.h"

namespace tongsuan::cli {
namespace {

report::Table figures(const Session& session, const node::Founding& founding,
                      const node::Rechecked& seen, double seconds) {
  report::Table table = facts_table(session);
  const std::uint64_t commands = seen.last + 1 - seen.first;
  add_fact(table, "first_command", std::to_string(seen.first));
  add_fact(table, "last_command", std::to_string(seen.last));
  add_fact(table, "commands", std::to_string(commands));
  add_fact(table, "batches", std::to_string(seen.batches));
  add_fact(table, "state_digests", std::to_string(seen.digests));
  add_fact(table, "rounds", std::to_string(seen.rounds));
  add_fact(table, "certificates", std::to_string(seen.verified));
  add_fact(table, "time", node::time_text(founding, seen.now));
  add_fact(table, "commands_per_second",
           std::to_string(static_cast<std::uint64_t>(static_cast<double>(commands) /
                                                     std::max(seconds, 1e-6))));
  add_fact(table, "journal_hash", hex(seen.hash.data(), seen.hash.size()));
  add_fact(table, "state_digest", hex(seen.state.data(), seen.state.size()));
  return table;
}

}  // namespace

Attempt<int> replay_exchange(Session& session, const Arguments& arguments) {
  const std::string_view path = arguments.positional(0);
  TONGSUAN_TRY(const node::Founding founding, open_founding(session, path));
  TONGSUAN_TRY(const JournalFolder opened, open_journal_folder(session, path));
  TONGSUAN_TRY(const std::uint32_t threads, choose_threads(session, arguments));
  exchange::Exchange exchange(founding.market.places, founding.opened);
  const Patience patience;
  node::RecheckOptions options;
  options.from_snapshot = arguments.has(Option::kFromSnapshot);
  options.stop = [](std::uint64_t) { return interrupted(); };
  const auto begun = std::chrono::steady_clock::now();
  const journal::Answer<node::Rechecked> seen =
      node::recheck(*opened.reader, exchange, options, solver::PoolWorkers(threads));
  if (!seen.ok()) return journal_failure(session, path, seen.error());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  TONGSUAN_TRY([[maybe_unused]] const Done written,
               write_table(session, arguments, figures(session, founding, seen.value(), seconds)));
  if (!seen.value().stopped) return int{kOk};
  return Failure{.exit_code = kInterrupted,
                 .code = "interrupted",
                 .what = session.say(Message::kReplayStopped, {std::to_string(seen.value().last)})};
}

}  // namespace tongsuan::cli
