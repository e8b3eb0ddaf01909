#include "tongsuan/hub/program.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/hub/configuration.h"
#include "tongsuan/hub/http_exchange.h"
#include "tongsuan/hub/status.h"
#include "tongsuan/hub/times.h"
#include "tongsuan/json/writer.h"
#include "tongsuan/remote/credentials.h"
#include "tongsuan/remote/private_file.h"
#include "tongsuan/remote/settings.h"

namespace tongsuan::hub {
namespace {

constexpr int kFailed = 1, kUsage = 2, kSettings = 3, kFenced = 4;
constexpr const char* kConfig = "/etc/tongsuan/tongsuan-hub.toml";
constexpr std::int64_t kLinesMax = 100'000;
constexpr std::uint64_t kTailBytes = 1 << 20;
// Of one answer of the exchange: a page of work and its texts are far smaller.
constexpr std::size_t kAnswerBytesMax = std::size_t{16} << 20;

constexpr const char* kHelp = R"(usage: tongsuan-hub [COMMAND] [--config FILE] [options]

The agent beside a cluster: runs there what the exchange sold, and tells what was delivered.

commands
  run                 the agent, until SIGTERM; what runs in the cluster goes on (the default)
  check               reads the settings, then asks the exchange and the cluster; changes nothing
  status              what the agent knows: lease, nodes, contracts, messages that wait
  drain               takes no new work from now on; what runs goes on
  resume              takes new work again
  logs CONTRACT       the end of what the contract's job has said; of one that has ended, what
                      is kept of it

options
  --config FILE       settings; /etc/tongsuan/tongsuan-hub.toml if absent.
                      deploy/tongsuan-hub.toml has every one
  --take-over         run: also from an agent whose lease runs, which then stops
  --wait              drain: until nothing runs and everything is told
  --json              status: as JSON
  --lines N           logs: so many lines; 50 if absent
  --stderr            logs: what it said on standard error
  --help, --man       this text; as a page of the manual
  --version           print the version

statuses: 0 done, 1 failed, 2 wrong arguments, 3 wrong settings, 4 another agent has the hub
)";

struct Arguments {
  std::string command, contract;
  std::string config = kConfig;
  bool take_over = false, wait = false, json = false, help = false, man = false, version = false;
  bool error_stream = false;
  std::int64_t lines = 50;
};

Error wrong_use(std::string what,
                std::string hint = "tongsuan-hub --help lists commands and options") {
  return {ErrorCode::kInvalidArgument, std::move(what), std::move(hint)};
}

int complain(const Error& error, int status) {
  std::fprintf(stderr, "tongsuan-hub: %s\n", error.context.c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "try: %s\n", error.hint.c_str());
  return status;
}

// ---- Arguments -------------------------------------------------------------------------------

// Options that stand alone, and the only command that takes them; empty: all of them.
struct Flag {
  std::string_view name, command;
  bool Arguments::*into;
};
constexpr Flag kFlags[] = {{"--take-over", "run", &Arguments::take_over},
                           {"--wait", "drain", &Arguments::wait},
                           {"--json", "status", &Arguments::json},
                           {"--stderr", "logs", &Arguments::error_stream},
                           {"--help", "", &Arguments::help},
                           {"-h", "", &Arguments::help},
                           {"--man", "", &Arguments::man},
                           {"--version", "", &Arguments::version}};
constexpr std::string_view kCommands[] = {"run", "check", "status", "drain", "resume", "logs"};

Result<Done> take_value(Arguments& arguments, std::string_view name, const std::string& value) {
  if (name == "--config") {
    arguments.config = value;
    return Done{};
  }
  if (!parse_decimal(value, 0, arguments.lines) || arguments.lines < 1 ||
      arguments.lines > kLinesMax) {
    return wrong_use("--lines takes a whole number from 1 to " + std::to_string(kLinesMax),
                     "--lines 50");
  }
  return Done{};
}

Result<Done> take_word(Arguments& arguments, const std::string& word) {
  if (arguments.command.empty()) {
    if (std::ranges::find(kCommands, word) == std::end(kCommands)) {
      return wrong_use("there is no command " + word);
    }
    arguments.command = word;
    return Done{};
  }
  if (arguments.command != "logs" || !arguments.contract.empty()) {
    return wrong_use(arguments.command + " does not take " + word);
  }
  if (!cluster::is_contract(word)) return wrong_use(word + " is no contract", "one such as C-17");
  arguments.contract = word;
  return Done{};
}

Result<Arguments> read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  std::vector<std::pair<std::string_view, std::string_view>> only;  // options of one command
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto flag = std::ranges::find(kFlags, word, &Flag::name);
    if (flag != std::end(kFlags)) {
      arguments.*(flag->into) = true;
      if (!flag->command.empty()) only.emplace_back(flag->name, flag->command);
    } else if (word == "--config" || word == "--lines") {
      if (i + 1 == words.size()) return wrong_use(word + " needs a value");
      if (word == "--lines") only.emplace_back("--lines", "logs");
      TONGSUAN_TRY([[maybe_unused]] const Done taken, take_value(arguments, word, words[++i]));
    } else if (word.starts_with('-')) {
      return wrong_use("there is no option " + word);
    } else {
      TONGSUAN_TRY([[maybe_unused]] const Done taken, take_word(arguments, word));
    }
  }
  if (arguments.command.empty()) arguments.command = "run";
  for (const auto& [option, command] : only) {
    if (command == arguments.command) continue;
    return wrong_use(std::string(option) + " goes with " + std::string(command) + ", not with " +
                     arguments.command);
  }
  if (arguments.command == "logs" && arguments.contract.empty() && !arguments.help) {
    return wrong_use("logs needs a contract", "tongsuan-hub logs C-17");
  }
  return arguments;
}

// The same text as a page of the manual.
void print_man() {
  std::printf(
      ".TH TONGSUAN-HUB 1\n.SH NAME\ntongsuan-hub \\- the agent beside a cluster\n"
      ".SH DESCRIPTION\n.nf\n");
  for (const char c : std::string_view(kHelp)) {
    if (c == '-' || c == '\\') std::putchar('\\');
    std::putchar(c);
  }
  std::printf(".fi\n.SH SEE ALSO\ntongsuan(1)\n");
}

// ---- Signals and logs ------------------------------------------------------------------------

// SIGTERM and SIGINT, blocked for all threads and taken while waiting.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL);  // else nobody hears how commands end
  }
  // False: somebody wants an end.
  bool wait(std::chrono::milliseconds time) {
    const timespec patience{time.count() / 1'000, time.count() % 1'000 * 1'000'000};
    if (!stopped_) stopped_ = sigtimedwait(&set_, nullptr, &patience) > 0;
    return !stopped_;
  }

 private:
  sigset_t set_{};
  bool stopped_ = false;
};

// One line of JSON for each thing that happened, for people and for what collects them.
void write_log(std::string_view event, std::string_view about, std::string_view what) {
  std::string line;
  json::Writer out(line);
  out.begin_object().text("time", write_time(system_seconds())).text("event", event);
  if (!about.empty()) out.text("about", about);
  if (!what.empty()) out.text("what", what);
  out.end_object();
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

// ---- The agent -------------------------------------------------------------------------------

Result<std::unique_ptr<Exchange>> open_exchange(const HubSettings& settings, Signals& signals) {
  const std::string server = remote::server_address(settings.exchange);
  TONGSUAN_TRY(const std::optional<remote::Credential> credential,
               remote::credential_for(settings.credentials, server));
  if (!credential) {
    return Error{ErrorCode::kNotFound, settings.credentials + " has no key for " + server,
                 "store one there: tongsuan login, with the hub's key"};
  }
  remote::ExchangeOptions options;
  options.server = server;
  options.credential = credential;
  options.ca_file = settings.ca_file;
  options.timeout = std::chrono::seconds(settings.request_seconds);
  options.body_bytes_max = kAnswerBytesMax;
  remote::Hooks hooks;
  hooks.unix_now = system_seconds;
  hooks.pause = [&signals](std::chrono::milliseconds pause) { return signals.wait(pause); };
  remote::Asked<remote::Exchange> remote = remote::Exchange::make(std::move(options), hooks);
  if (!remote.ok()) {
    return Error{ErrorCode::kInvalidArgument, remote.error().what, "use https, or loopback"};
  }
  HttpExchangeOptions http;
  http.hub = settings.agent.hub;
  http.lease_seconds = settings.agent.lease_seconds;
  http.holder = settings.holder;
  if (http.holder.empty()) {
    char name[64] = {};
    http.holder = gethostname(name, sizeof name - 1) == 0 ? name : "agent";
  }
  return make_http_exchange(std::move(remote).value(), std::move(http));
}

// What an agent works with, but for its spool.
struct Around {
  std::unique_ptr<Exchange> exchange;
  std::unique_ptr<cluster::Cluster> cluster;
  std::unique_ptr<Staging> staging;
};

Result<Around> open_around(const HubSettings& settings, Signals& signals) {
  Around around;
  TONGSUAN_TRY(around.exchange, open_exchange(settings, signals));
  TONGSUAN_TRY(around.cluster, make_cluster(settings));
  TONGSUAN_TRY(around.staging, make_local_staging(settings.staging));
  return around;
}

int run_agent(const HubSettings& settings, const Arguments& arguments) {
  Signals signals;
  const Result<Around> around = open_around(settings, signals);
  if (!around.ok()) return complain(around.error(), kSettings);
  const auto& [exchange, cluster, staging] = around.value();
  const Result<Done> folder = remote::make_private_folder(settings.spool);
  if (!folder.ok()) return complain(folder.error(), kSettings);
  auto spool = open_spool(settings.spool, SpoolUse::kAgent);
  if (!spool.ok()) return complain(spool.error(), kSettings);
  AgentOptions options = settings.agent;
  options.take_over = arguments.take_over;
  const OwnClock clock;
  Agent agent(std::move(options),
              {*exchange, *cluster, *spool.value(), *staging, [&clock] { return clock.now(); }},
              write_log);
  const Result<Done> opened = agent.open();
  if (!opened.ok()) return complain(opened.error(), kFailed);
  write_log("started", settings.agent.hub, cluster->describe());
  do {
    const StepResult result = agent.step(clock.now(), clock.ahead());
    if (result.end == StepEnd::kGoOn) continue;
    const bool fenced = result.end == StepEnd::kFenced;
    write_log(fenced ? "fenced" : "broken", settings.agent.hub, result.why);
    return complain({ErrorCode::kUnavailable, result.why,
                     fenced ? "if this agent is to have the hub: tongsuan-hub run --take-over"
                            : "look at the disk of the spool, then start again"},
                    fenced ? kFenced : kFailed);
  } while (signals.wait(std::chrono::seconds(settings.interval_seconds)));
  write_log("stopped", settings.agent.hub, "what runs in the cluster goes on");
  return 0;
}

// ---- What people say -------------------------------------------------------------------------

int check(const HubSettings& settings) {
  Signals signals;
  const Result<Around> around = open_around(settings, signals);
  if (!around.ok()) return complain(around.error(), kSettings);
  const auto& [exchange, cluster, staging] = around.value();
  std::printf("settings are good: hub %s, %zu tenants\n", settings.agent.hub.c_str(),
              settings.agent.tenants.size());
  int status = 0;
  const auto pools = exchange->pools();
  if (!pools.ok()) {
    status = complain({ErrorCode::kUnavailable, "the exchange: " + pools.error().what,
                       "look at hub, exchange and credentials of the settings"},
                      kFailed);
  }
  for (const Pool& pool : pools.ok() ? pools.value() : std::vector<Pool>()) {
    std::printf("the exchange sells %u nodes of %s with %u devices each\n", pool.nodes,
                pool.device_class.c_str(), pool.devices);
  }
  const auto inventory = cluster->inventory();
  if (!inventory.ok()) {
    return complain({ErrorCode::kUnavailable, cluster->describe() + ": " + inventory.error().what,
                     inventory.error().hint},
                    kFailed);
  }
  std::printf("%s, version %s\n", cluster->describe().c_str(), inventory.value().version.c_str());
  for (const cluster::Node& node : inventory.value().nodes) {
    std::printf("  %s: %u of %s, %s\n", node.name.c_str(), node.devices,
                node.accelerator.empty() ? "nothing" : node.accelerator.c_str(),
                node.up ? "up" : ("down: " + node.detail).c_str());
  }
  if (!pools.ok()) return status;
  NodeBook book(settings.agent.accelerators, 0);
  std::vector<Change> changes;
  static_cast<void>(book.look(inventory.value(), pools.value(), 0, changes));
  for (const std::string& warning : book.warnings()) std::printf("warning: %s\n", warning.c_str());
  return status;
}

int drain(Spool& spool, bool wait) {
  const Result<Done> told = spool.commit({{std::string(kDrainOrder), "1"}});
  if (!told.ok()) return complain(told.error(), kFailed);
  Signals signals;
  while (wait) {
    const Result<SpoolView> view = look_at_spool(spool);
    if (!view.ok()) return complain(view.error(), kFailed);
    if (view.value().idle()) return 0;
    std::printf("%zu contracts, %zu messages\n", view.value().records.size(),
                view.value().messages);
    std::fflush(stdout);
    if (!signals.wait(std::chrono::seconds(2))) {
      return complain(wrong_use("something runs still; no new work is taken", "drain --wait again"),
                      kFailed);
    }
  }
  return 0;
}

// The last lines of a text.
std::string_view last_lines(std::string_view text, std::int64_t lines) {
  std::size_t at = text.ends_with('\n') ? text.size() - 1 : text.size();
  for (; lines > 0 && at != 0; --lines) {
    const std::size_t line = text.rfind('\n', at - 1);
    if (line == std::string_view::npos) return text;
    at = line;
  }
  return lines > 0 ? text : text.substr(at + 1);
}

int show_lines(std::string_view text, std::int64_t lines) {
  const std::string_view last = last_lines(text, lines);
  std::fwrite(last.data(), 1, last.size(), stdout);
  return 0;
}

// As much of the end of a file as the longest that is asked for may need.
Result<std::string> end_of_file(const std::string& scratch, const std::string& contract,
                                const std::string& file) {
  std::string text;
  cluster::Extent next{.from = {}, .tail = 1};
  while (text.size() < kTailBytes) {
    const auto piece = read_tenant_file(scratch, contract, file, next);
    if (!piece.ok()) {
      return Error{ErrorCode::kIo, piece.error(), "run this as the tenant's user, or as root"};
    }
    const cluster::Piece& read = piece.value();
    if (!next.from) {  // that was to learn its size
      next.from = read.size - std::min(read.size, kTailBytes);
      continue;
    }
    if (read.bytes.empty() || read.offset != *next.from) break;
    text += read.bytes;
    *next.from += read.bytes.size();
  }
  return text;
}

int show_kept(Spool& spool, const Arguments& arguments, cluster::Stream stream) {
  const auto kept = find_output(spool, arguments.contract, stream);
  if (!kept.ok()) return complain(kept.error(), kFailed);
  if (kept.value()) return show_lines(kept.value()->bytes, arguments.lines);
  return complain({ErrorCode::kNotFound, "there is no output of " + arguments.contract + " here",
                   "tongsuan-hub status lists what runs; [output] of the settings says how long "
                   "the end of what ran is kept"},
                  kFailed);
}

int show_logs(const HubSettings& settings, Spool& spool, const Arguments& arguments) {
  const cluster::Stream stream =
      arguments.error_stream ? cluster::Stream::kStderr : cluster::Stream::kStdout;
  const Result<SpoolView> view = look_at_spool(spool);
  if (!view.ok()) return complain(view.error(), kFailed);
  const auto record =
      std::ranges::find(view.value().records, arguments.contract,
                        [](const Record& one) -> const std::string& { return one.contract.id; });
  if (record == view.value().records.end() || record->job.empty()) {
    return show_kept(spool, arguments, stream);
  }
  // Other clusters say how to read it instead of where it is.
  if (!record->output.empty() && record->output.front() != '/') {
    std::printf("%s\n", record->output.c_str());
    return 0;
  }
  const std::string file =
      cluster::output_file(cluster::job_name(arguments.contract, record->attempt), stream);
  const auto text = end_of_file(settings.staging.scratch, arguments.contract, file);
  if (!text.ok()) return complain(text.error(), kFailed);
  // Its folder may have gone a moment ago, and the end is kept.
  const bool is_closing = record->stage == Stage::kClosing;
  if (is_closing && text.value().empty()) return show_kept(spool, arguments, stream);
  return show_lines(text.value(), arguments.lines);
}

int order(const HubSettings& settings, const Arguments& arguments) {
  auto opened = open_spool(settings.spool, SpoolUse::kOrders);
  if (!opened.ok()) return complain(opened.error(), kFailed);
  Spool& spool = *opened.value();
  if (arguments.command == "drain") return drain(spool, arguments.wait);
  if (arguments.command == "logs") return show_logs(settings, spool, arguments);
  if (arguments.command == "resume") {
    const Result<Done> told = spool.commit({{std::string(kDrainOrder), std::nullopt}});
    return told.ok() ? 0 : complain(told.error(), kFailed);
  }
  const Result<SpoolView> view = look_at_spool(spool);
  if (!view.ok()) return complain(view.error(), kFailed);
  const std::string text =
      arguments.json ? status_json(view.value()) : status_text(view.value(), system_seconds());
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

int run_program(int argc, char** argv) {
  const Result<Arguments> arguments =
      read_arguments(std::vector<std::string>(argv + 1, argv + argc));
  if (!arguments.ok()) return complain(arguments.error(), kUsage);
  if (arguments.value().man) {
    print_man();
    return 0;
  }
  if (arguments.value().help) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (arguments.value().version) {
    std::fputs("tongsuan-hub " TONGSUAN_VERSION "\n", stdout);
    return 0;
  }
  const Result<HubSettings> settings = read_settings_file(arguments.value().config);
  if (!settings.ok()) return complain(settings.error(), kSettings);
  if (arguments.value().command == "run") return run_agent(settings.value(), arguments.value());
  if (arguments.value().command == "check") return check(settings.value());
  return order(settings.value(), arguments.value());
}

}  // namespace tongsuan::hub
