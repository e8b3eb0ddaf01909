#include "tongsuan/cli/replay_plan.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/threads.h"
#include "tongsuan/lab/compare.h"
#include "tongsuan/lab/own_trace.h"

namespace tongsuan::cli {
namespace {

constexpr std::int64_t kLoadMin = 10;
constexpr std::int64_t kLoadMax = 300;
constexpr std::int64_t kShareMax = 3;  // a load up to here is a share, from kLoadMin on per cent

std::string joined(const Session& session, const std::vector<std::string_view>& words) {
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty()) list += session.say(Message::kListComma);
    list += word;
  }
  return list;
}

// The command with one option put right.
std::string retry(const Arguments& arguments, std::string_view option) {
  const std::string_view scenario = arguments.positional(0);
  return "tongsuan replay " + shell_word(scenario) + ' ' + std::string(option);
}

std::vector<std::string_view> policy_names() {
  std::vector<std::string_view> names;
  for (const lab::PolicySpec& policy : lab::policies()) names.push_back(policy.name);
  return names;
}

Failure not_a_policy(const Session& session, const Arguments& arguments, Option option,
                     std::string_view name) {
  const std::vector<std::string_view> names = policy_names();
  const std::string_view near = nearest(name, names);
  const std::string what = session.say(
      Message::kNotAChoice, {option_name(session, option), name, joined(session, names)});
  return usage(what, near.empty() ? "tongsuan replay --list"
                                  : retry(arguments,
                                          option_name(session, option) + ' ' + std::string(near)));
}

Attempt<Done> plan_policies(const Session& session, const Arguments& arguments, ReplayTask& task) {
  const std::vector<std::string_view> names = policy_names();
  const auto known = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const std::string_view name : comma_list(arguments.text(Option::kPolicy))) {
    if (!known(name)) return not_a_policy(session, arguments, Option::kPolicy, name);
    task.axes.policies.emplace_back(name);
  }
  if (arguments.has(Option::kPolicy) && task.axes.policies.empty()) {
    return not_a_policy(session, arguments, Option::kPolicy, "");
  }
  if (task.axes.policies.empty()) task.axes.policies.assign(names.begin(), names.end());
  task.reference = arguments.text(Option::kReference, lab::kReferencePolicy);
  if (!known(task.reference))
    return not_a_policy(session, arguments, Option::kReference, task.reference);
  return Done{};
}

Attempt<Done> plan_loads(const Session& session, const Arguments& arguments, ReplayTask& task) {
  const std::string_view text = arguments.text(Option::kLoads, "0.9");
  for (const std::string_view item : comma_list(text)) {
    std::uint32_t percent = 0;
    if (!parse_load(item, percent)) {
      return usage(session.say(Message::kBadLoad, {item}), retry(arguments, "--load 0.6,0.9,1.1"));
    }
    task.axes.loads_percent.push_back(percent);
  }
  if (!task.axes.loads_percent.empty()) return Done{};
  return usage(session.say(Message::kBadLoad, {text}), retry(arguments, "--load 0.6,0.9,1.1"));
}

// Each --without is one world; without any there is one, and it is whole.
Attempt<Done> plan_worlds(const Session& session, const Arguments& arguments, ReplayTask& task) {
  static constexpr std::array<std::string_view, 4> kParts = {"classes", "links", "power",
                                                             "nothing"};
  for (const std::string_view text : arguments.all(Option::kWithout)) {
    lab::Couplings world;
    const std::vector<std::string_view> parts = comma_list(text);
    for (const std::string_view part : parts) {
      if (part == "classes") world.classes = false;
      if (part == "links") world.links = false;
      if (part == "power") world.power = false;
      const bool alone = part != "nothing" || parts.size() == 1;
      if (std::ranges::find(kParts, part) != kParts.end() && alone) continue;
      const std::string_view near = nearest(part, kParts);
      return usage(
          session.say(Message::kBadWithout, {text}),
          retry(arguments, "--without " + (near.empty() ? "classes,links" : std::string(near))));
    }
    if (parts.empty()) {
      return usage(session.say(Message::kBadWithout, {text}),
                   retry(arguments, "--without classes,links"));
    }
    task.axes.worlds.push_back(world);
  }
  if (task.axes.worlds.empty()) task.axes.worlds.emplace_back();
  return Done{};
}

struct SpanLimits {
  std::int64_t min;
  std::int64_t max;
  const char* example;  // a value to try
};

Attempt<Done> plan_span(const Session& session, const Arguments& arguments, Option option,
                        const SpanLimits& limits, Second& value) {
  if (!arguments.has(option)) return Done{};
  const std::string_view text = arguments.text(option);
  std::int64_t seconds = 0;
  if (parse_span(text, seconds) && seconds >= limits.min && seconds <= limits.max) {
    value = seconds;
    return Done{};
  }
  const std::string name = option_name(session, option);
  return usage(session.say(Message::kBadSpan, {name, text, std::to_string(limits.min),
                                               std::to_string(limits.max), limits.example}),
               retry(arguments, name + ' ' + limits.example));
}

// None at all, or as rounds are.
Attempt<Done> plan_certify(const Session& session, const Arguments& arguments, ReplayTask& task) {
  std::int64_t seconds = -1;
  if (parse_span(arguments.text(Option::kCertifyEvery), seconds) && seconds == 0) {
    task.options.certify = 0;
    return Done{};
  }
  return plan_span(session, arguments, Option::kCertifyEvery, {60, 14 * 86'400, "6h"},
                   task.options.certify);
}

Attempt<Done> plan_spans(const Session& session, const Arguments& arguments, ReplayTask& task) {
  TONGSUAN_TRY(
      [[maybe_unused]] const Done round,
      plan_span(session, arguments, Option::kRoundEvery, {60, 86'400, "15m"}, task.options.round));
  TONGSUAN_TRY([[maybe_unused]] const Done certify, plan_certify(session, arguments, task));
  TONGSUAN_TRY([[maybe_unused]] const Done slot, plan_span(session, arguments, Option::kSlotLength,
                                                           {300, 86'400, "1h"}, task.options.slot));
  return plan_span(session, arguments, Option::kHorizon, {86'400, 14 * 86'400, "4d"},
                   task.options.horizon);
}

// Two outputs may not share standard output, and what exists is not replaced unasked.
Attempt<Done> plan_outputs(const Session& session, const Arguments& arguments, ReplayTask& task) {
  task.report_path = arguments.text(Option::kOutputFile);
  task.results_path = arguments.text(Option::kResults);
  task.resume = arguments.has(Option::kResume);
  task.force = arguments.has(Option::kForce);
  if (task.resume && (task.results_path.empty() || task.results_path == "-")) {
    return usage(session.say(Message::kOnlyWith, {"--resume", "--results FILE"}),
                 retry(arguments, "--results runs.jsonl --resume"));
  }
  std::vector<std::string> on_stdout;
  if (task.report_path == "-") on_stdout.emplace_back("-o -");
  if (task.results_path == "-") on_stdout.emplace_back("--results -");
  if (arguments.has(Option::kFormat)) on_stdout.emplace_back("--format");
  if (on_stdout.size() > 1) {
    return usage(session, session.say(Message::kTwoOnStdout, {on_stdout[0], on_stdout[1]}));
  }
  if (!task.report_path.empty()) {
    TONGSUAN_TRY([[maybe_unused]] const Done page,
                 may_write(session, task.report_path, task.force));
  }
  if (task.results_path.empty()) return Done{};
  return may_write(session, task.results_path, task.force || task.resume);
}

Attempt<lab::Scenario> plan_scenario(const Session& session, std::string_view name) {
  Result<lab::Scenario> found = lab::find_scenario(std::string(name));
  if (found.ok()) return std::move(found).value();
  if (found.error().code == ErrorCode::kInvalidArgument) {
    const std::string& hint = found.error().hint;
    return Failure{.exit_code = kRejected,
                   .code = "scenario-refused",
                   .what = session.say(Message::kReplayFailed, {name, found.error().context}),
                   .attempt = hint.empty() ? "cat " + shell_word(name) : hint};
  }
  const std::vector<std::string_view> shipped = lab::shipped_scenarios();
  const std::string_view near = nearest(name, shipped);
  return Failure{
      .exit_code = kNotFound,
      .code = "scenario-not-found",
      .what = session.say(Message::kNoScenario, {found.error().context}),
      .attempt = near.empty() ? "tongsuan replay --list" : "tongsuan replay " + shell_word(near)};
}

// What is wrong with a trace and, where reading it leniently would help, what that would take.
Failure no_trace(const Session& session, const Arguments& arguments, const ReplayTask& task,
                 const Error& error) {
  Failure failure{.exit_code = kRejected,
                  .code = "trace-refused",
                  .what = session.say(Message::kReplayFailed, {task.scenario.name, error.context}),
                  .attempt = error.hint.empty() ? "tongsuan replay --help" : error.hint};
  if (error.code == ErrorCode::kNotFound) {
    failure.exit_code = kNotFound;
    failure.code = "trace-not-found";
    return failure;
  }
  lab::Scenario scenario = task.scenario;
  if (task.lenient || !lab::load_trace(scenario, true).ok()) return failure;
  failure.detail = session.say(Message::kLenientWould);
  for (const std::string& line : lab::trace_notes(*scenario.trace)) failure.detail += '\n' + line;
  failure.attempt = retry(arguments, "--lenient");
  return failure;
}

// A trace is read once, before anything runs. On devices of the user's own the load follows.
Attempt<Done> plan_trace(const Session& session, const Arguments& arguments, ReplayTask& task) {
  task.lenient = arguments.has(Option::kLenient);
  const Result<Done> read = lab::load_trace(task.scenario, task.lenient);
  if (!read.ok()) return no_trace(session, arguments, task, read.error());
  if (task.lenient && task.scenario.trace == nullptr) {
    return usage(session.say(Message::kLenientNeedsTrace, {task.scenario.name}),
                 "tongsuan replay " + shell_word(arguments.positional(0)));
  }
  const std::optional<std::uint32_t> own = lab::own_load(task.scenario);
  task.as_written = own && !arguments.has(Option::kLoads);
  if (task.as_written) task.axes.loads_percent = {*own};
  return Done{};
}

std::string command_of(const ReplayTask& task, std::string_view scenario) {
  std::string out = "tongsuan replay " + shell_word(scenario) + " --policy ";
  for (const std::string& policy : task.axes.policies) {
    if (&policy != task.axes.policies.data()) out += ',';
    out += policy;
  }
  if (!task.as_written) out += " --load ";
  for (const std::uint32_t& load : task.axes.loads_percent) {
    if (task.as_written) break;
    if (&load != task.axes.loads_percent.data()) out += ',';
    out += decimal(load, 2);
  }
  out += " --seeds " + std::to_string(task.axes.seed_count) + " --seed " +
         std::to_string(task.axes.first_seed);
  for (const lab::Couplings& world : task.axes.worlds) {
    const bool whole = world == lab::Couplings{} && task.axes.worlds.size() == 1;
    if (!whole) out += " --without " + lab::without_text(world);
  }
  if (task.jobs != 0) out += " --jobs " + std::to_string(task.jobs);
  out += " --round " + std::to_string(task.options.round) + " --certify " +
         std::to_string(task.options.certify) + " --slot " + std::to_string(task.options.slot) +
         " --horizon " + std::to_string(task.options.horizon) + " --fairness " +
         std::to_string(task.options.fairness_percent) + " --green-charge " +
         std::to_string(task.options.green_charge);
  if (task.options.stops_overruns) out += " --stop-overruns";
  if (task.lenient) out += " --lenient";
  if (!task.data_dir.empty()) out += " --data " + shell_word(task.data_dir);
  return out;
}

}  // namespace

bool parse_load(std::string_view text, std::uint32_t& percent) {
  const bool sign = text.ends_with('%');
  if (sign) text.remove_suffix(1);
  std::int64_t hundredths = 0;
  if (text.starts_with('-') || !parse_decimal(text, 2, hundredths)) return false;
  const bool share = !sign && hundredths <= kShareMax * 100;
  if (!share && hundredths % 100 != 0) return false;
  const std::int64_t value = share ? hundredths : hundredths / 100;
  if (value < kLoadMin || value > kLoadMax) return false;
  percent = static_cast<std::uint32_t>(value);
  return true;
}

bool parse_span(std::string_view text, std::int64_t& seconds) {
  static constexpr std::array<std::pair<char, std::int64_t>, 4> kUnits = {
      {{'s', 1}, {'m', 60}, {'h', 3'600}, {'d', 86'400}}};
  std::int64_t unit = 1;
  for (const auto& [letter, length] : kUnits) {
    if (!text.ends_with(letter)) continue;
    unit = length;
    text.remove_suffix(1);
    break;
  }
  constexpr std::int64_t kCountMax = 1'000'000'000;
  if (!parse_decimal(text, 0, seconds) || seconds < 0 || seconds > kCountMax) return false;
  seconds *= unit;
  return true;
}

Attempt<ReplayTask> plan_replay(const Session& session, const Arguments& arguments) {
  ReplayTask task;
  TONGSUAN_TRY([[maybe_unused]] const Done policies, plan_policies(session, arguments, task));
  TONGSUAN_TRY([[maybe_unused]] const Done loads, plan_loads(session, arguments, task));
  TONGSUAN_TRY([[maybe_unused]] const Done worlds, plan_worlds(session, arguments, task));
  TONGSUAN_TRY([[maybe_unused]] const Done spans, plan_spans(session, arguments, task));
  task.axes.first_seed = static_cast<std::uint64_t>(arguments.whole(Option::kSeed, 1));
  task.axes.seed_count = static_cast<std::uint32_t>(arguments.whole(Option::kSeeds, 1));
  task.jobs = static_cast<std::uint32_t>(arguments.whole(Option::kJobs, 0));
  task.options.green_charge =
      static_cast<std::uint32_t>(arguments.whole(Option::kGreenCharge, task.options.green_charge));
  task.options.fairness_percent =
      static_cast<std::uint32_t>(arguments.whole(Option::kFairness, task.options.fairness_percent));
  task.options.stops_overruns = arguments.has(Option::kStopOverruns);
  task.data_dir = arguments.text(Option::kData);
  task.quiet = arguments.has(Option::kQuiet);
  const Result<report::Format> format =
      report::parse_format(arguments.text(Option::kFormat, "table"));
  TONGSUAN_CHECK(format.ok());  // the parser allowed only these
  task.format = format.value();
  const std::size_t runs = task.axes.loads_percent.size() * task.axes.worlds.size() *
                           task.axes.seed_count * task.axes.policies.size();
  if (runs > lab::kRunsMax) {
    return usage(session, session.say(Message::kTooManyRuns,
                                      {std::to_string(runs), std::to_string(lab::kRunsMax)}));
  }
  TONGSUAN_TRY(task.thread_count, choose_threads(session, arguments));
  TONGSUAN_TRY([[maybe_unused]] const Done outputs, plan_outputs(session, arguments, task));
  TONGSUAN_TRY(task.scenario, plan_scenario(session, arguments.positional(0)));
  TONGSUAN_TRY([[maybe_unused]] const Done trace, plan_trace(session, arguments, task));
  task.command = command_of(task, arguments.positional(0));
  return task;
}

}  // namespace tongsuan::cli
