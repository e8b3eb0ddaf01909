// tongsuan clear: market → verified certificate, market table, report.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/clearing/reasons.h"
#include "tongsuan/clearing/why.h"
#include "tongsuan/cli/clear_json.h"
#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/market_file.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/cli/progress.h"
#include "tongsuan/cli/threads.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/lab/silo.h"
#include "tongsuan/report/html.h"
#include "tongsuan/report/market_table.h"
#include "tongsuan/report/round_view.h"

namespace tongsuan::cli {
namespace {

constexpr std::size_t kRemovedNamedMax = 5;

struct ClearTask {
  std::string market_path;
  std::string certificate_path;
  std::string report_path;  // empty: no report
  bool force = false;
  bool json = false;
  bool quiet = false;
  bool before = false;
  clearing::ClearOptions options;
};

// "week.market" → "week.cert"
std::string certificate_beside(std::string_view market_path) {
  const std::size_t slash = market_path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  const std::size_t dot = market_path.rfind('.');
  const bool ending = dot != std::string_view::npos && dot > name;
  return std::string(market_path.substr(0, ending ? dot : market_path.size())) + ".cert";
}

// Two outputs may not share standard output.
Attempt<Done> check_outputs(const Session& session, const ClearTask& task) {
  std::vector<std::string> on_stdout;
  if (task.certificate_path == "-") on_stdout.emplace_back("--certificate -");
  if (task.report_path == "-") on_stdout.emplace_back("--report -");
  if (task.json) on_stdout.emplace_back("-o json");
  if (on_stdout.size() > 1) {
    return usage(session, session.say(Message::kTwoOnStdout, {on_stdout[0], on_stdout[1]}));
  }
  TONGSUAN_TRY([[maybe_unused]] const Done certificate,
               may_write(session, task.certificate_path, task.force));
  if (task.report_path.empty()) return Done{};
  return may_write(session, task.report_path, task.force);
}

Attempt<ClearTask> plan(const Session& session, const Arguments& arguments) {
  ClearTask task;
  task.market_path = arguments.positional(0);
  task.certificate_path = arguments.text(Option::kCertificate);
  if (task.certificate_path.empty()) {
    if (task.market_path == "-") {
      return missing_option(session, Option::kCertificate);
    }
    task.certificate_path = certificate_beside(task.market_path);
  }
  task.report_path = arguments.text(Option::kReport);
  task.force = arguments.has(Option::kForce);
  task.json = arguments.text(Option::kFormat) == "json";
  task.quiet = arguments.has(Option::kQuiet);
  task.before = arguments.has(Option::kBefore);
  TONGSUAN_TRY(task.options.thread_count, choose_threads(session, arguments));
  task.options.search_work_units = static_cast<std::uint64_t>(arguments.whole(Option::kWork, 0));
  task.options.seed = static_cast<std::uint64_t>(arguments.whole(Option::kSeed, 1));
  task.options.round = static_cast<std::uint64_t>(arguments.whole(Option::kRound, 1));
  task.options.strengthen = !arguments.has(Option::kNoGangPrices);
  TONGSUAN_TRY([[maybe_unused]] const Done outputs, check_outputs(session, task));
  return task;
}

// ---- Clearing ----------------------------------------------------------------------------------

Failure not_cleared(const Session& session, std::string_view path, const Error& error) {
  const bool limit = error.code == ErrorCode::kLimit || error.code == ErrorCode::kInvalidArgument;
  return {.exit_code = limit ? kRejected : kNotVerified,
          .code = limit ? "market-refused" : "outcome-refused",
          .what = limit ? session.say(Message::kMarketRefused,
                                      {shown_name(session, path), error.context})
                        : session.say(Message::kOutcomeRefused, {error.context}),
          .attempt = error.hint};
}

Attempt<clearing::Clearing> clear_with_progress(Session& session, const Market& market,
                                                const ClearTask& task) {
  ProgressLine line(session, task.quiet);
  const Patience patience;
  clearing::ClearOptions options = task.options;
  options.progress = [&](const clearing::Progress& progress) {
    line.show(progress.stage, progress.done, progress.gap);
  };
  options.cancelled = [&] {
    if (interrupted()) line.tell_interrupted(Message::kFinishing);
    return interrupted();
  };
  Result<clearing::Clearing> cleared = clearing::clear(market, options);
  line.clear();
  if (!cleared.ok()) return not_cleared(session, task.market_path, cleared.error());
  return std::move(cleared).value();
}

// The same demand with every account at its home hub only, as a view to compare with.
Attempt<report::RoundView> clear_before(Session& session, const Market& market,
                                        const ClearTask& task) {
  const Market walled = lab::siloed(market);
  ClearTask alone = task;
  alone.options.warm_start = nullptr;
  alone.options.warm_market = nullptr;
  if (!task.quiet) session.world.err.write(session.say(Message::kStageBefore) + '\n');
  TONGSUAN_TRY(const clearing::Clearing cleared, clear_with_progress(session, walled, alone));
  const Result<market::Problem> problem = market::compile(walled);
  if (!problem.ok()) return not_cleared(session, task.market_path, problem.error());
  return report::view_round({.market = walled,
                             .problem = problem.value(),
                             .certificate = cleared.verified.certificate(),
                             .language = session.language});
}

std::vector<report::TracePoint> drawn_trace(const clearing::Clearing& cleared) {
  std::vector<report::TracePoint> trace;
  for (const clearing::TracePoint& point : cleared.trace) {
    trace.push_back(
        {.work_share = point.work_share, .welfare = point.welfare, .bound = point.bound});
  }
  return trace;
}

// Why each order has no award, in the words of `why`.
void add_reasons(report::RoundInput& input) {
  using clearing::Reason;
  for (int reason = 0; reason <= static_cast<int>(Reason::kParadoxicallyRejected); ++reason) {
    input.reason_names.emplace_back(clearing::reason_name(static_cast<Reason>(reason)));
  }
  for (const Reason reason : clearing::reasons(input.market, input.problem, input.certificate)) {
    input.reasons.push_back(reason == Reason::kPlaced ? report::kNoReason
                                                      : static_cast<std::uint8_t>(reason));
  }
}

// ---- Telling -----------------------------------------------------------------------------------

void note(Session& session, const ClearTask& task, const std::string& text) {
  if (task.quiet) return;
  session.world.out.flush();
  session.world.err.write(text + '\n');
}

std::string removed_names(const Session& session, const Market& market,
                          const std::vector<std::uint32_t>& removed) {
  std::string names;
  for (std::size_t i = 0; i < std::min(removed.size(), kRemovedNamedMax); ++i) {
    if (i > 0) names += session.say(Message::kListComma);
    names += market.order_names[removed[i]];
  }
  return removed.size() > kRemovedNamedMax ? names + "…" : names;
}

struct ClearedMarket {
  const Market& market;
  const clearing::Clearing& cleared;
  const report::RoundInput& input;
  const report::RoundView& view;
};

void tell_notes(Session& session, const ClearTask& task, const ClearedMarket& done) {
  const std::vector<std::uint32_t>& removed = done.cleared.removed;
  if (interrupted()) note(session, task, session.say(Message::kStoppedEarly));
  if (!removed.empty()) {
    note(session, task,
         session.say(Message::kRemovedOrders, {std::to_string(removed.size()),
                                               removed_names(session, done.market, removed)}));
  }
  if (task.certificate_path != "-") {
    note(session, task, session.say(Message::kWroteCertificate, {task.certificate_path}));
  }
  if (!task.report_path.empty() && task.report_path != "-") {
    note(session, task, session.say(Message::kWroteReport, {task.report_path}));
  }
  // How to ask why, shown for the first order that was not placed. A curve has no award to miss.
  const auto in_one_piece = [](const report::RejectedOrder& order) {
    return order.kind != OrderKind::kCurve;
  };
  const std::vector<report::RejectedOrder>& rejected = done.view.rejected;
  const auto first = std::ranges::find_if(rejected, in_one_piece);
  if (first == rejected.end() || task.market_path == "-" || task.certificate_path == "-") return;
  const auto count = std::ranges::count_if(rejected, in_one_piece);
  note(session, task,
       session.say(Message::kUnplacedHint, {std::to_string(count)}) + '\n' +
           session.say(Message::kTry) + ": tongsuan why " + shell_word(task.market_path) + ' ' +
           shell_word(task.certificate_path) + ' ' + shell_word(first->name));
}

// Files first: what is printed is then already safe on disk.
Attempt<Done> write_results(Session& session, const ClearTask& task, const ClearedMarket& done) {
  const Certificate& certificate = done.cleared.verified.certificate();
  TONGSUAN_TRY([[maybe_unused]] const Done written,
               write_file(session, task.certificate_path,
                          codec::write_certificate(certificate, done.market), task.force));
  if (!task.report_path.empty()) {
    TONGSUAN_TRY([[maybe_unused]] const Done drawn,
                 write_file(session, task.report_path, report::round_html(done.input, done.view),
                            task.force));
  }
  if (task.json) {
    session.world.out.write(clear_json({.cleared = done.cleared,
                                        .market = done.market,
                                        .view = done.view,
                                        .before = done.input.before,
                                        .certificate_path = task.certificate_path,
                                        .report_path = task.report_path,
                                        .interrupted = interrupted()}));
  } else if (task.certificate_path != "-" && task.report_path != "-") {
    session.world.out.write(report::market_text(done.input, done.view));
  }
  return Done{};
}

Attempt<int> clear_and_write(Session& session, const ClearTask& task, const Market& market) {
  TONGSUAN_TRY(const clearing::Clearing cleared, clear_with_progress(session, market, task));
  std::optional<report::RoundView> before;
  if (task.before && !interrupted()) {
    TONGSUAN_TRY(before, clear_before(session, market, task));
  }
  const Result<market::Problem> problem = market::compile(market);
  if (!problem.ok()) return not_cleared(session, task.market_path, problem.error());
  report::RoundInput input{.market = market,
                           .problem = problem.value(),
                           .certificate = cleared.verified.certificate(),
                           .trace = drawn_trace(cleared),
                           .before = before ? &*before : nullptr,
                           .free_welfare = cleared.free_welfare,
                           .language = session.language};
  if (task.certificate_path != "-" && task.market_path != "-") {
    input.verify_command =
        "tongsuan-verify " + shell_word(task.market_path) + ' ' + shell_word(task.certificate_path);
  }
  add_reasons(input);
  const report::RoundView view = report::view_round(input);
  const ClearedMarket done{market, cleared, input, view};
  TONGSUAN_TRY([[maybe_unused]] const Done written, write_results(session, task, done));
  tell_notes(session, task, done);
  return interrupted() ? int{kInterrupted} : int{kOk};
}

}  // namespace

Attempt<int> run_clear(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY(ClearTask task, plan(session, arguments));
  const std::vector<std::string_view> warm = arguments.all(Option::kWarm);
  std::optional<ClearedRound> earlier;
  if (!warm.empty()) {
    TONGSUAN_TRY([[maybe_unused]] const Done inputs,
                 one_standard_input(session, {task.market_path, warm[0], warm[1]}));
    TONGSUAN_TRY(earlier, read_round(session, warm[0], warm[1]));
    task.options.warm_start = &earlier->certificate;
    task.options.warm_market = &earlier->market;
  }
  TONGSUAN_TRY(const Market market, read_market_file(session, task.market_path));
  return clear_and_write(session, task, market);
}

}  // namespace tongsuan::cli
