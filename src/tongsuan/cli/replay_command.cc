// tongsuan replay: the same demand under several policies, compared.
#include <algorithm>
#include <atomic>
#include <ctime>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/journal_folder.h"
#include "tongsuan/cli/progress.h"
#include "tongsuan/cli/replay_plan.h"
#include "tongsuan/cli/replay_results.h"
#include "tongsuan/lab/compare_table.h"
#include "tongsuan/lab/instance_own.h"
#include "tongsuan/lab/own_trace.h"
#include "tongsuan/lab/replay_page.h"

namespace tongsuan::cli {
namespace {

void note(Session& session, const ReplayTask& task, const std::string& text) {
  if (task.quiet) return;
  session.world.out.flush();
  session.world.err.write(text + '\n');
}

// ---- Listing -----------------------------------------------------------------------------------

int list(Session& session) {
  std::string out = session.say(Message::kListScenarios) + '\n';
  for (const std::string_view name : lab::shipped_scenarios()) {
    out += "  " + std::string(name) + '\n';
  }
  out += session.say(Message::kListPolicies) + '\n';
  for (const lab::PolicySpec& policy : lab::policies()) {
    std::string name(policy.name);
    name.resize(std::max<std::size_t>(name.size(), 12), ' ');
    out += "  " + name + lab::policy_title(policy.name, session.language) + '\n';
  }
  session.world.out.write(out);
  return kOk;
}

// ---- Running -----------------------------------------------------------------------------------

lab::InstanceOptions instance_options(const ReplayTask& task, const lab::RunKey& key) {
  lab::InstanceOptions options;
  options.load_percent = key.load_percent;
  options.seed = key.seed;
  options.couplings = key.couplings;
  options.jobs = task.jobs;
  options.data_dir = task.data_dir;
  return options;
}

Failure not_replayed(const Session& session, const ReplayTask& task, const Error& error) {
  const bool missing = error.code == ErrorCode::kNotFound || error.code == ErrorCode::kIo;
  return {.exit_code = missing ? kNotFound : kRejected,
          .code = missing ? "data-not-found" : "scenario-refused",
          .what = session.say(Message::kReplayFailed, {task.scenario.name, error.context}),
          .attempt = error.hint};
}

// ---- A trace of the user's own

constexpr std::size_t kPoolsShown = 40;

// Never silent where records were dropped or changed, whatever --quiet says.
void tell_trace(Session& session, const ReplayTask& task) {
  const lab::OwnTrace& trace = *task.scenario.trace;
  if (task.quiet && imports::nothing_lost(trace.summary).ok()) return;
  session.world.out.flush();
  for (const std::string& line : lab::trace_notes(trace)) session.world.err.write(line + '\n');
}

// Devices that nobody stated, as lines of a scenario that can be saved and put right.
void tell_assumed_pools(Session& session, const ReplayTask& task, const lab::Instance& instance) {
  const lab::OwnTrace& trace = *task.scenario.trace;
  std::string text =
      session.say(Message::kAssumedPools, {trace.path, std::to_string(instance.load_percent)});
  if (trace.path == task.scenario.path) {
    text += '\n' + task.scenario.text;
    text.pop_back();
  }
  for (const std::string& line : lab::pool_lines(instance, kPoolsShown)) text += '\n' + line;
  if (const std::size_t pools = instance.places.pools.size(); pools > kPoolsShown) {
    text += '\n' + session.say(Message::kMorePools, {std::to_string(pools - kPoolsShown)});
  }
  note(session, task, text);
}

// Says what was read, and makes the world of the first run: what cannot be made fails before
// anything is written.
Attempt<Done> begin_trace(Session& session, const ReplayTask& task) {
  tell_trace(session, task);
  const Result<lab::Instance> instance = lab::make_instance(
      task.scenario, instance_options(task, lab::matrix_keys(task.axes).front()));
  if (!instance.ok()) return not_replayed(session, task, instance.error());
  if (!lab::own_load(task.scenario)) tell_assumed_pools(session, task, instance.value());
  return Done{};
}

struct Runs {
  lab::Experiment experiment;
  std::vector<lab::RunRecord> records;
  std::map<std::string, double> cpu_seconds;  // by policy, of the runs of this command
  std::size_t pending = 0;                    // when it began
  std::size_t found = 0;                      // in the results file
};

// A run is shown as it is kept: what a later command reads is what this one shows.
void keep_run(Runs& runs, ResultsFile& file, const lab::RunKey& key, const lab::RunResult& result) {
  std::string line = lab::write_record(runs.experiment, key, result);
  file.append(line);
  runs.cpu_seconds[key.policy] += result.cpu_seconds;
  line.pop_back();
  Result<lab::ReadRecord> record = lab::read_record(line);
  TONGSUAN_CHECK(record.ok());
  runs.records.push_back(std::move(record.value().run));
}

// Of this thread: a run is carried out by one.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

Result<lab::RunResult> timed_replay(const lab::Instance& instance, std::string_view policy,
                                    const lab::ReplayOptions& options) {
  const double begin = processor_seconds();
  Result<lab::RunResult> result = lab::replay(instance, policy, options);
  if (result.ok()) result.value().cpu_seconds = processor_seconds() - begin;
  return result;
}

Attempt<Done> run_pending(Session& session, const ReplayTask& task,
                          const std::vector<lab::RunKey>& pending, Runs& runs, ResultsFile& file) {
  ProgressLine line(session, task.quiet);
  line.tell_rest();
  const Patience patience;
  const std::string total = std::to_string(pending.size());
  std::atomic<std::size_t> ended = 0;
  const auto stage = [&] {
    return session.say(Message::kStageReplays, {std::to_string(ended.load()), total});
  };
  const lab::MatrixWork work = {.make_instance =
                                    [&](const lab::RunKey& key) {
                                      return lab::make_instance(task.scenario,
                                                                instance_options(task, key));
                                    },
                                .replay = timed_replay,
                                .bounds = lab::instance_bounds};
  const lab::MatrixOptions options = {
      .replay = task.options,
      .thread_count = task.thread_count,
      .finished =
          [&](const lab::RunKey& key, const lab::RunResult& result) {
            keep_run(runs, file, key, result);
            ++ended;
          },
      .progress = [&](double done) { line.show(stage(), done, 1); },
      .cancelled =
          [&] {
            if (interrupted()) line.tell_interrupted(Message::kFinishingRuns);
            return interrupted() || file.error() != 0;
          }};
  const Result<Done> done = lab::run_matrix(pending, work, options);
  line.clear();
  if (file.error() != 0) {
    return Failure{.exit_code = kUnexpected,
                   .code = "write-failed",
                   .what = session.say(Message::kCannotWrite,
                                       {task.results_path, system_reason(session, file.error())}),
                   .attempt = "ls -ld " + shell_word(task.results_path)};
  }
  if (!done.ok() && !interrupted()) return not_replayed(session, task, done.error());
  return Done{};
}

Attempt<Runs> run_all(Session& session, const ReplayTask& task) {
  Runs runs;
  runs.experiment = lab::experiment_of(task.scenario, task.options, task.jobs, TONGSUAN_VERSION);
  TONGSUAN_TRY(ResultsFile file, ResultsFile::open(session, task, runs.experiment));
  std::vector<lab::RunKey> pending;
  for (const lab::RunKey& key : lab::matrix_keys(task.axes)) {
    const auto found = std::ranges::find(file.found(), key, &lab::RunRecord::key);
    if (found == file.found().end()) {
      pending.push_back(key);
    } else {
      runs.records.push_back(*found);
    }
  }
  runs.pending = pending.size();
  runs.found = runs.records.size();
  if (task.resume) {
    note(session, task,
         session.say(Message::kResumed, {task.results_path, std::to_string(runs.found),
                                         std::to_string(runs.pending)}));
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, run_pending(session, task, pending, runs, file));
  return runs;
}

// ---- Telling -----------------------------------------------------------------------------------

Attempt<Done> write_page(Session& session, const ReplayTask& task,
                         const lab::Comparison& comparison) {
  const lab::RunKey& first = comparison.groups.front().runs.front().front().key;
  const Result<lab::Instance> instance =
      lab::make_instance(task.scenario, instance_options(task, first));
  if (!instance.ok()) return not_replayed(session, task, instance.error());
  const std::string page = lab::replay_html({.comparison = comparison,
                                             .instance = instance.value(),
                                             .language = session.language,
                                             .command = task.command});
  TONGSUAN_TRY([[maybe_unused]] const Done written,
               write_file(session, task.report_path, page, task.force));
  if (task.report_path != "-") {
    note(session, task, session.say(Message::kWroteReport, {task.report_path}));
  }
  return Done{};
}

void write_table(Session& session, const ReplayTask& task, const lab::Comparison& comparison) {
  if (task.report_path == "-" || task.results_path == "-") return;
  const bool people = task.format == report::Format::kTable || task.format == report::Format::kWide;
  if (people) {
    session.world.out.write(
        lab::comparison_text(comparison, session.language, task.format == report::Format::kWide));
    return;
  }
  const Result<std::string> text =
      report::render(lab::comparison_rows(comparison), {.format = task.format});
  TONGSUAN_CHECK(text.ok());  // no column was asked for by name
  session.world.out.write(text.value());
}

void tell_cpu(Session& session, const ReplayTask& task, const Runs& runs) {
  std::string list;
  for (const auto& [policy, seconds] : runs.cpu_seconds) {
    if (!list.empty()) list += session.say(Message::kListComma);
    list += policy + ' ' + std::to_string(static_cast<std::int64_t>(seconds + 0.5)) + " s";
  }
  if (!list.empty()) note(session, task, session.say(Message::kCpuSeconds, {list}));
}

Attempt<int> tell(Session& session, const ReplayTask& task, Runs runs) {
  const std::size_t ended = runs.records.size() - runs.found;
  const bool cut = interrupted() && ended < runs.pending;
  tell_cpu(session, task, runs);
  if (!runs.records.empty()) {
    const lab::Comparison comparison =
        lab::compare(runs.experiment, std::move(runs.records), task.reference);
    if (!task.report_path.empty() && !cut) {
      TONGSUAN_TRY([[maybe_unused]] const Done page, write_page(session, task, comparison));
    }
    write_table(session, task, comparison);
  }
  if (!cut) return int{kOk};
  note(session, task,
       session.say(Message::kStoppedRuns, {std::to_string(ended), std::to_string(runs.pending)}));
  if (!task.results_path.empty() && task.results_path != "-") {
    note(session, task,
         session.say(Message::kTry) + ": " + task.command + " --results " +
             shell_word(task.results_path) + " --resume");
  }
  return int{kInterrupted};
}

}  // namespace

Attempt<int> run_replay(Session& session, const Arguments& arguments) {
  if (arguments.has(Option::kList)) return list(session);
  if (arguments.positionals().empty()) {
    return usage(session.say(Message::kMissingArgument,
                             {"SCENARIO", session.say(Message::kArgumentScenario)}),
                 "tongsuan replay --list");
  }
  if (is_exchange_folder(arguments.positional(0))) return replay_exchange(session, arguments);
  if (arguments.has(Option::kFromSnapshot)) {
    return usage(session,
                 session.say(Message::kNotForSource, {"--from-snapshot", arguments.positional(0)}));
  }
  TONGSUAN_TRY(const ReplayTask task, plan_replay(session, arguments));
  if (task.scenario.trace != nullptr) {
    TONGSUAN_TRY([[maybe_unused]] const Done begun, begin_trace(session, task));
  }
  TONGSUAN_TRY(Runs runs, run_all(session, task));
  return tell(session, task, std::move(runs));
}

}  // namespace tongsuan::cli
