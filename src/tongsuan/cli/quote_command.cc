// tongsuan quote: one order beside the book of a closed round, changed or new.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/clearing/why.h"
#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/explain.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/market_file.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/cli/quote_book.h"
#include "tongsuan/cli/remote_round.h"

namespace tongsuan::cli {
namespace {

constexpr std::array kChangeOptions = {Option::kLimitPrice, Option::kWindow, Option::kHubs,
                                       Option::kClasses, Option::kReplica};

Attempt<Done> check_options(const Session& session, const Arguments& arguments) {
  int sources = 0;
  for (const Option option : {Option::kFrom, Option::kLine, Option::kOrderFile}) {
    sources += arguments.has(option) ? 1 : 0;
  }
  if (sources != 1) {
    return usage(session, session.say(Message::kOneOf, {"--from, --line, --order"}));
  }
  for (const Option option : kChangeOptions) {
    if (arguments.has(option) && !arguments.has(Option::kFrom)) {
      return usage(session,
                   session.say(Message::kOnlyWith, {option_name(session, option), "--from"}));
    }
  }
  return one_standard_input(session, {arguments.positional(0), arguments.positional(1),
                                      arguments.text(Option::kOrderFile)});
}

OrderChanges changes_of(const Arguments& arguments) {
  return {.limit = arguments.text(Option::kLimitPrice),
          .window = arguments.text(Option::kWindow),
          .hubs = arguments.text(Option::kHubs),
          .accelerator = arguments.text(Option::kClasses),
          .replica = arguments.text(Option::kReplica)};
}

Attempt<QuoteBook> make_book(const Session& session, const Arguments& arguments,
                             ClearedRound round) {
  if (arguments.has(Option::kFrom)) {
    return book_with_changes(session, std::move(round), arguments.text(Option::kFrom),
                             changes_of(arguments));
  }
  if (arguments.has(Option::kLine)) {
    return book_with_line(session, std::move(round), "--line", arguments.text(Option::kLine));
  }
  const std::string_view path = arguments.text(Option::kOrderFile);
  TONGSUAN_TRY(const InputFile file, InputFile::open(session, path));
  return book_with_line(session, std::move(round), shown_name(session, path), file.bytes());
}

// The same quote with one more change; only for orders that --from names.
std::string next_command(const Session& session, const Arguments& arguments,
                         const clearing::Why& answer) {
  if (answer.changes.empty() || !arguments.has(Option::kFrom)) return {};
  if (arguments.positional(0) == "-" || arguments.positional(1) == "-") return {};
  const std::string& change = answer.changes.front().description;
  std::string command = "tongsuan quote " + shell_word(arguments.positional(0)) + ' ' +
                        shell_word(arguments.positional(1)) + " --from " +
                        shell_word(arguments.text(Option::kFrom));
  for (const Option option : kChangeOptions) {
    const std::string name = option_name(session, option);
    if (!arguments.has(option) || change.starts_with(name + ' ')) continue;
    command += ' ' + name + ' ' + shell_word(arguments.text(option));
  }
  return command + ' ' + change;
}

}  // namespace

Attempt<int> run_quote(Session& session, const Arguments& arguments) {
  // Two files are a round; one is a job for an exchange.
  if (arguments.positionals().size() < 2) return quote_remote(session, arguments);
  TONGSUAN_TRY([[maybe_unused]] const Done checked, check_options(session, arguments));
  TONGSUAN_TRY(ClearedRound round,
               read_round(session, arguments.positional(0), arguments.positional(1)));
  const std::uint64_t round_number = round.certificate.round;
  TONGSUAN_TRY(const QuoteBook book, make_book(session, arguments, std::move(round)));
  const bool changes = !arguments.has(Option::kNoChanges);
  const Result<clearing::Why> answer = clearing::quote(
      book.market, book.certificate, book.with_order, book.order, {.counterfactuals = changes});
  if (!answer.ok()) {
    return Failure{.exit_code = kUnexpected,
                   .code = "no-answer",
                   .what = session.say(Message::kQuoteFailed, {answer.error().context})};
  }
  Explanation explanation{.market = book.with_order,
                          .order = book.order,
                          .round = round_number,
                          .answer = answer.value(),
                          .quote = true,
                          .asked_changes = changes};
  explanation.next_command = next_command(session, arguments, answer.value());
  session.world.out.write(arguments.text(Option::kFormat) == "json"
                              ? explanation_json(explanation)
                              : explanation_text(session, explanation));
  return answer.value().reason == clearing::Reason::kPlaced ? int{kOk} : int{kNotPlaced};
}

}  // namespace tongsuan::cli
