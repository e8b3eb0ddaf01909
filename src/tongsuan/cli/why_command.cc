// tongsuan why: one order of a cleared round, explained by the clearing itself.
#include <string>

#include "tongsuan/clearing/why.h"
#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/explain.h"
#include "tongsuan/cli/market_file.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/cli/remote_round.h"

namespace tongsuan::cli {

Attempt<int> run_why(Session& session, const Arguments& arguments) {
  const std::size_t count = arguments.positionals().size();
  if (count == 1) return why_remote(session, arguments);
  if (count == 2) return usage(session, session.say(Message::kWhyForms));
  const std::string_view market_path = arguments.positional(0);
  const std::string_view certificate_path = arguments.positional(1);
  TONGSUAN_TRY(const ClearedRound round, read_round(session, market_path, certificate_path));
  const std::string files = shell_word(market_path) + ' ' + shell_word(certificate_path);
  Attempt<std::uint32_t> order = find_order(session, round.market, arguments.positional(2));
  if (!order.ok()) {
    Failure failure = order.error();
    failure.attempt = "tongsuan show " + shell_word(market_path) + " orders --columns name";
    return failure;
  }
  const bool changes = !arguments.has(Option::kNoChanges);
  const Result<clearing::Why> answer =
      clearing::why(round.market, round.certificate, order.value(), {.counterfactuals = changes});
  if (!answer.ok()) {
    return Failure{.exit_code = kUnexpected, .code = "no-answer", .what = answer.error().context};
  }
  Explanation explanation{.market = round.market,
                          .order = order.value(),
                          .round = round.certificate.round,
                          .answer = answer.value(),
                          .asked_changes = changes};
  const bool has_option = !answer.value().changes.empty() &&
                          answer.value().changes.front().description.starts_with("--");
  if (has_option && market_path != "-" && certificate_path != "-") {
    explanation.next_command = "tongsuan quote " + files + " --from " +
                               shell_word(arguments.positional(2)) + ' ' +
                               answer.value().changes.front().description;
  }
  session.world.out.write(arguments.text(Option::kFormat) == "json"
                              ? explanation_json(explanation)
                              : explanation_text(session, explanation));
  return int{kOk};
}

}  // namespace tongsuan::cli
