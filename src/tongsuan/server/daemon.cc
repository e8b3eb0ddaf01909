#include "tongsuan/server/daemon.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <poll.h>
#include <sstream>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tongsuan/access/hmac.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/connectors/connectors.h"
#include "tongsuan/connectors/market_script.h"
#include "tongsuan/journal/journal.h"
#include "tongsuan/net/net.h"
#include "tongsuan/node/founding.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/server/configuration.h"
#include "tongsuan/server/internal/door.h"
#include "tongsuan/server/observed_journal.h"
#include "tongsuan/server/past.h"
#include "tongsuan/server/problem.h"
#include "tongsuan/server/provider_keys.h"
#include "tongsuan/server/service.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr int kUsage = 2, kConfiguration = 3, kFailed = 1;
constexpr milliseconds kStopDeadline{10'000};
// In the folder while it is being made: without its founders nobody could operate the exchange.
constexpr const char* kUnfinishedName = "unfinished";
// So long who asks an owner that was fenced is told to go elsewhere: then there is nobody.
constexpr milliseconds kFencedAnswers{5'000};

constexpr const char* kHelp = R"(usage: tongsuand --data DIR --init --places FILE.market [options]
       tongsuand --data DIR [options]
       tongsuand --config FILE [--init | --check-config] [options]

Runs an exchange: api/openapi.yaml says how to speak to it. Flags count more than the file.

  --config FILE       settings: deploy/tongsuand.toml has every one
  --check-config      says what it would do with which settings, and where they come from
  --data DIR          folder of the exchange: journal, keys, places
  --init              make it: folder, secrets, journal, an operator, a supplier for each hub;
                      prints the operator's key, once
  --places FILE       market text with hubs, offers and energy; see tongsuan generate national
  --at TIME           when the exchange opens, such as 2026-12-01T00:00+08:00; now if absent
  --round SECONDS     between gates (900); with --init
  --listen ADDR:PORT  127.0.0.1:7070; port 0: any free one, printed
  --tls-cert FILE     certificate with its chain, PEM
  --tls-key FILE      its key
  --console DIR       answers browsers with the console that was built there (console/dist)
  --simulate          plays buyers and hubs after the orders of the places; also with --init, which
                      then gives the buyers accounts and money
  --hub-agents        with --simulate: its hubs lease, report, meter, end and settle as agents do
  --hub-faults        the same, and what usually goes wrong at real hubs does; [simulated_hubs] of the
                      settings has every fault with its limits
  --dev               lets in whoever says "Authorization: Bearer dev-NAME"; loopback addresses only
  --speed N           so many seconds of the exchange in each one; 0: it stands still, and each line of
                      standard input is a number of seconds to go on
  --threads N         threads that serve HTTP (2)
  --round-threads N   threads that clear a round (1)
  --round-nice N      how far they stand back behind those that answer (5), up to 19; 0: not at all
  --address-rate N, --address-burst N
                      requests of an address: a second (5000), at once (20000)
  --participant-rate N, --participant-burst N
                      orders and changes of a participant: a second (50000), at once (200000)
  --help, --version   this text; the version

exit status: 0 stopped by a signal, 1 failed, 2 usage, 3 cannot start
)";

int complain(const std::string& what, const std::string& hint, int status) {
  std::fprintf(stderr, "tongsuand: %s\n", what.c_str());
  if (!hint.empty()) std::fprintf(stderr, "try: %s\n", hint.c_str());
  return status;
}
int complain(const Error& error, int status) {
  return complain(error.context, error.hint, status);
}
int complain(const journal::Failure& failure, int status) {
  std::string what = "the journal: " + failure.context;
  if (failure.damage) what += " (" + journal::to_string(*failure.damage) + ")";
  return complain(what, failure.hint, status);
}

// ---- Files -----------------------------------------------------------------------------------

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file)
    return Error{ErrorCode::kIo, path + " cannot be read", "check its name and its rights"};
  return text.str();
}

Result<Done> make_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return Done{};
  return Error{ErrorCode::kIo, path + ": " + std::strerror(errno), "make its parent folder first"};
}

// ---- Time ------------------------------------------------------------------------------------

// The clock of the options, which after a restart goes on where the exchange has been.
class DaemonClock final : public node::Clock {
 public:
  DaemonClock(const DaemonOptions& options, const node::Founding& founding)
      : opened_(founding.opened) {
    if (!options.speed) {
      inner_ = std::make_unique<node::SystemClock>(founding.epoch);
    } else if (*options.speed == 0) {
      auto manual = std::make_unique<node::ManualClock>(opened_);
      manual_ = manual.get();
      inner_ = std::move(manual);
    } else {
      inner_ =
          std::make_unique<node::FastClock>(opened_, static_cast<std::uint32_t>(*options.speed));
    }
    moves_ = options.speed.has_value();
  }
  [[nodiscard]] Second now() override { return inner_->now() + ahead_; }
  [[nodiscard]] nanoseconds until(Second at) override { return inner_->until(at - ahead_); }
  // The exchange had come so far.
  void note(Second second) {
    if (moves_) ahead_ = std::max<Second>(ahead_, second - opened_);
  }
  [[nodiscard]] node::ManualClock* manual() { return manual_; }

 private:
  Second opened_;
  std::unique_ptr<node::Clock> inner_;
  node::ManualClock* manual_ = nullptr;
  bool moves_ = false;
  std::atomic<Second> ahead_{0};
};

std::int64_t unix_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// ---- The parts of a process ------------------------------------------------------------------

class Daemon {
 public:
  explicit Daemon(const DaemonOptions& options) : options_(options) {}
  // Whoever watches the node goes after it has stopped, also where the port was taken.
  ~Daemon() {
    if (node_) node_->stop();
  }
  int run();

 private:
  [[nodiscard]] std::string path(const std::string& name) const {
    return options_.data + '/' + name;
  }
  [[nodiscard]] Result<Done> check_finished() const;
  Result<Done> make_data();  // of --init
  Result<Done> open_data();
  // Opens the journal and starts the node; the exit status where that fails.
  std::optional<int> start_node(bool make);
  int init();
  std::optional<int> add_founders();
  bool add_buyers(std::uint64_t& number, exchange::Answer& answer);
  int serve();
  std::optional<int> start_server();
  void wait_for_signal();
  [[nodiscard]] ServiceOptions service_options();
  // Another process has taken over: for a while whoever asks here is told to ask there.
  void tell_fenced();
  // Keys of providers: those of a file have to be good, those of an address may come later.
  [[nodiscard]] Result<Done> start_providers();
  [[nodiscard]] bool must(exchange::Command command, std::uint64_t number,
                          exchange::Answer& answer);

  DaemonOptions options_;
  Log log_;
  node::Founding founding_;
  std::optional<access::MasterSecret> master_;
  std::unique_ptr<journal::Folder> folder_, head_folder_;
  std::optional<journal::SigningKey> head_key_;
  std::optional<journal::HeadFile> head_file_;
  std::unique_ptr<journal::EmbeddedJournal> embedded_;
  std::unique_ptr<ObservedJournal> journal_;
  std::unique_ptr<journal::Folder> past_folder_;
  Past past_;
  std::unique_ptr<DaemonClock> clock_;
  std::unique_ptr<node::Node> node_;
  std::optional<connectors::MarketScript> script_;  // of a simulated outside
  std::unique_ptr<connectors::WorldRunner> outside_;
  std::shared_ptr<const Console> console_;
  std::unique_ptr<Service> service_;
  std::vector<std::unique_ptr<ProviderKeys>> provider_keys_;
  std::promise<void> ending_;  // a signal came
  std::future<void> ended_ = ending_.get_future();
  std::unique_ptr<net::Server> server_;
};

Result<Done> Daemon::check_finished() const {
  if (::access(path(kUnfinishedName).c_str(), F_OK) != 0) return Done{};
  return Error{ErrorCode::kInvalidArgument,
               "the making of the exchange in " + options_.data + " was interrupted",
               "remove the folder: nothing has happened there; then --init --places FILE.market"};
}

Result<Done> Daemon::make_data() {
  TONGSUAN_TRY(const std::string text, read_file(options_.places));
  TONGSUAN_TRY([[maybe_unused]] const node::MarketPlaces good,
               node::read_places(text, options_.places));
  TONGSUAN_TRY([[maybe_unused]] const Done made, make_folder(options_.data));
  TONGSUAN_TRY([[maybe_unused]] const Done head, make_folder(path("head")));
  std::int64_t opens = unix_now();
  if (!options_.at.empty()) {
    const auto at = parse_unix_time(options_.at);
    if (!at) {
      return Error{ErrorCode::kInvalidArgument, "--at " + options_.at + " is no time",
                   "--at 2026-12-01T00:00+08:00"};
    }
    opens = *at;
  }
  // Hours of the places count from midnight.
  const Second since_midnight = (opens + node::kZoneSeconds) % 86'400;
  TONGSUAN_TRY([[maybe_unused]] const Done finished, check_finished());
  if (::access(path(node::kFoundingName).c_str(), F_OK) == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "there is an exchange in " + options_.data + " already",
                 "start it without --init, or choose another folder"};
  }
  const auto folder = journal::posix_folder(options_.data);
  const auto begun = folder->replace(kUnfinishedName, "");
  if (!begun.ok()) return Error{ErrorCode::kIo, begun.error().context, begun.error().hint};
  access::MasterBytes bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Error{ErrorCode::kIo, "the system gives no random bytes", ""};
  }
  TONGSUAN_TRY([[maybe_unused]] const Done secret,
               access::MasterSecret::write_file(path("master.secret"), bytes));
  access::erase(bytes.data(), bytes.size());
  const auto key = journal::make_key_file(path("head.key"));
  if (!key.ok()) return Error{ErrorCode::kIo, key.error().context, key.error().hint};
  auto written = folder->replace(node::kPlacesName, text);
  if (written.ok()) {
    written = folder->replace(node::kFoundingName,
                              node::founding_text(opens - since_midnight, since_midnight));
  }
  if (!written.ok()) return Error{ErrorCode::kIo, written.error().context, written.error().hint};
  return Done{};
}

Result<Done> Daemon::open_data() {
  Result<node::Founding> founding = node::read_founding(options_.data);
  if (!founding.ok()) {
    Error error = founding.error();
    const bool made = ::access(path(node::kFoundingName).c_str(), F_OK) == 0;
    if (error.code == ErrorCode::kNotFound) {
      error.hint =
          made ? "bring it back from a backup" : "make one with --init --places FILE.market";
    }
    return error;
  }
  founding_ = std::move(founding).value();
  if (!options_.console.empty()) {
    TONGSUAN_TRY(Console console, Console::read(options_.console));
    console_ = std::make_shared<const Console>(std::move(console));
  }
  if (options_.simulate) {
    TONGSUAN_TRY(const std::string text, read_file(path(node::kPlacesName)));
    const codec::ReadReport report = codec::read_market(text, path(node::kPlacesName));
    constexpr std::uint32_t kNodeDays = 200;  // between failures of a node
    if (report.ok()) {
      script_ = connectors::make_script(report.market, founding_.market.places, 1, kNodeDays,
                                        options_.hub_agents ? &options_.hub_faults : nullptr);
    }
  }
  TONGSUAN_TRY(access::MasterSecret master, access::MasterSecret::read_file(path("master.secret")));
  master_.emplace(std::move(master));
  auto key = journal::read_key_file(path("head.key"));
  if (!key.ok()) return Error{ErrorCode::kIo, key.error().context, key.error().hint};
  head_key_.emplace(std::move(key).value());
  folder_ = journal::posix_folder(options_.data);
  head_folder_ = journal::posix_folder(path("head"));
  head_file_.emplace(*head_folder_, *head_key_);
  clock_ = std::make_unique<DaemonClock>(options_, founding_);
  return Done{};
}

ServiceOptions Daemon::service_options() {
  ServiceOptions options = to_service_options(options_);
  options.console = console_;
  options.market = founding_.market.name;
  options.epoch = founding_.epoch;
  options.zone_seconds = static_cast<std::int32_t>(node::kZoneSeconds);
  options.green_zones = founding_.market.green_zones;
  options.data_names = founding_.market.data_names;
  options.unknown_provider_key = [this] {
    for (const auto& keys : provider_keys_) keys->hurry();
  };
  show_past(options, past_);
  return options;
}

std::optional<int> Daemon::start_node(bool make) {
  journal::EmbeddedOptions embedded;
  embedded.make = make;
  embedded_ = std::make_unique<journal::EmbeddedJournal>(*folder_, &*head_file_, embedded);
  journal_ = std::make_unique<ObservedJournal>(*embedded_);
  node::NodeOptions node_options;
  node_options.energy = founding_.market.energy;
  node_options.clearing.threads = static_cast<std::uint32_t>(options_.round_threads);
  node_options.clearing.stands_back = static_cast<int>(options_.round_nice);
  // Books are published under names that only this exchange can tell apart.
  node_options.shelf.secret = master_->derive("tongsuan round names v1", "", {});
  node_options.shelf.blob = [this](const Digest& hash) { return past_.reader->blob(hash); };
  node_options.time_text = [this](Second at) { return node::time_text(founding_, at); };
  // While one batch is synced the next one gathers: a slow disk needs large ones.
  node_options.batch.records = 1'024;
  node_options.batch.bytes = std::size_t{512} << 10;
  node_ = std::make_unique<node::Node>(
      node::Genesis{founding_.market.places, founding_.opened}, *journal_, *clock_,
      std::make_unique<node::MarketDriver>(founding_.market.energy, node::live_rules(),
                                           to_forget_rules(options_)),
      node_options);
  if (script_ && !options_.init) {
    outside_ = std::make_unique<connectors::WorldRunner>(
        *node_, connectors::SimulatedWorld(script_->script, script_->buyers, founding_.opened));
  }
  service_ = std::make_unique<Service>(*node_, *master_, log_, service_options());
  journal_->observe([this](std::uint64_t sequence, std::string_view record) {
    Second at = 0;
    if (record.size() >= sizeof at) std::memcpy(&at, record.data(), sizeof at);
    clock_->note(at);
    service_->recover(sequence, record);
  });
  const auto recovered = node_->start([this](const journal::Failure& failure) {
    // Memory is ahead of the journal: only opening it again tells what is in it.
    complain(failure, kFailed);
    if (failure.fault == journal::Fault::kFenced) tell_fenced();
    std::_Exit(kFailed);
  });
  journal_->observe({});
  if (!recovered.ok()) return complain(recovered.error(), kConfiguration);
  past_folder_ = journal::posix_folder(options_.data);
  auto reader = journal::open_reader(*past_folder_);
  if (!reader.ok()) return complain(reader.error(), kConfiguration);
  past_.reader = std::move(reader).value();
  past_.genesis = {founding_.market.places, founding_.opened};
  past_.history =
      std::make_unique<node::History>(past_.genesis.places, past_.genesis.opened, *past_.reader);
  log_.write("recovered", [&](json::Writer& out) {
    out.number_unsigned("sequence", recovered.value().sequence)
        .number_unsigned("epoch", recovered.value().epoch)
        .number_unsigned("replayed", recovered.value().replayed);
    out.begin_array("notes");
    for (const std::string& note : recovered.value().notes) out.text(note);
    out.end_array();
  });
  return std::nullopt;
}

// ---- --init ----------------------------------------------------------------------------------

bool Daemon::must(exchange::Command command, std::uint64_t number, exchange::Answer& answer) {
  exchange::Request request;
  const Digest id = sha256("tongsuan founder " + std::to_string(number));
  std::copy_n(id.begin(), request.id.size(), request.id.begin());
  request.actor = ledger::kHouse;
  request.what = std::move(command);
  const auto answered = node_->ask(std::move(request));
  if (!answered.ok()) return false;
  answer = answered.value();
  return answer.code == exchange::Code::kDone;
}

std::optional<int> Daemon::add_founders() {
  std::uint64_t number = 0;
  exchange::Answer answer;
  exchange::Rules rules;
  rules.round = options_.round_seconds;
  rules.lock = std::min<Second>(rules.lock, rules.round - 1);
  const auto failed = [&] {
    return complain("a founding command was refused: " + std::string(code_name(answer.code)), "",
                    kFailed);
  };
  if (!must(exchange::SetRules{rules}, number++, answer)) return failed();
  if (!must(exchange::OpenParticipant{"operator", access::Role::kOperator, ledger::kHouse, {}},
            number++, answer)) {
    return failed();
  }
  exchange::AddKey key;
  key.participant.value = static_cast<std::uint32_t>(answer.value);
  key.role = access::Role::kOperator;
  key.expires = engine::kSecondsMax;
  if (getrandom(key.key.data(), key.key.size(), 0) < 0 ||
      getrandom(key.salt.data(), key.salt.size(), 0) < 0) {
    return complain("the system gives no random bytes", "", kFailed);
  }
  if (!must(key, number++, answer)) return failed();
  exchange::KeyRow row;
  row.key = key.key;
  row.salt = key.salt;
  std::printf("operator key %s\noperator secret %s\n", internal::key_text(key.key).c_str(),
              access::key_secret(*master_, internal::key_record(row)).c_str());
  for (const access::Role role : {access::Role::kAuditor, access::Role::kRegulator}) {
    if (!options_.development) break;
    if (!must(exchange::OpenParticipant{access::role_name(role), role, ledger::kHouse, {}},
              number++, answer)) {
      return failed();
    }
  }
  for (std::uint32_t hub = 0; hub < founding_.market.places.hub_names.size(); ++hub) {
    const std::string name = "supplier-" + std::string(founding_.market.places.hub_names[hub]);
    if (!must(
            exchange::OpenParticipant{
                name.substr(0, exchange::kNameMax), access::Role::kHub, ledger::kHouse, {}},
            number++, answer) ||
        !must(exchange::AssignHub{HubId{hub}, {static_cast<std::uint32_t>(answer.value)}}, number++,
              answer)) {
      return failed();
    }
  }
  return add_buyers(number, answer) ? std::nullopt : std::optional(failed());
}

// Those who are played, with money for all that they will ask.
bool Daemon::add_buyers(std::uint64_t& number, exchange::Answer& answer) {
  for (std::size_t i = 0; script_ && i < script_->buyers.size(); ++i) {
    if (!must(exchange::OpenParticipant{script_->buyers[i].substr(0, exchange::kNameMax),
                                        access::Role::kParticipant,
                                        ledger::kHouse,
                                        {}},
              number++, answer)) {
      return false;
    }
    const exchange::ParticipantId buyer{static_cast<std::uint32_t>(answer.value)};
    const Money money(std::max<std::int64_t>(1, script_->budgets[i]));
    if (!must(exchange::Deposit{{buyer, ledger::Purpose::kCash}, money, number}, number, answer)) {
      return false;
    }
    ++number;
  }
  return true;
}

int Daemon::init() {
  const Result<Done> made = make_data();
  if (!made.ok()) return complain(made.error(), kConfiguration);
  options_.speed = 0;  // all of it happens as the exchange opens
  const Result<Done> opened = open_data();
  if (!opened.ok()) return complain(opened.error(), kConfiguration);
  if (const auto status = start_node(true)) return *status;
  const auto status = add_founders();
  service_->stop();
  node_->stop();
  if (status) return *status;
  // The key is told this once: it has to be out before the exchange counts as made.
  if (std::fflush(stdout) != 0) {
    return complain("the operator's key could not be written to standard output",
                    "remove " + options_.data + ", and make it again", kFailed);
  }
  const auto made_all = folder_->remove(kUnfinishedName);
  if (!made_all.ok()) return complain(made_all.error(), kFailed);
  return 0;
}

// ---- Serving ---------------------------------------------------------------------------------

void Daemon::tell_fenced() {
  log_.write("fenced");
  service_->end_streams();
  static_cast<void>(ended_.wait_for(kFencedAnswers));
}

// All of them are there before the first thread: a token may hurry any of them.
Result<Done> Daemon::start_providers() {
  std::vector<std::pair<std::chrono::seconds, bool>> starts;
  for (const auto& [table, provider] : options_.providers) {
    const std::string& issuer = provider.settings.issuer;
    if (issuer.empty()) continue;
    TONGSUAN_TRY(const KeySource source, key_source(provider));
    if (!source.file.empty()) {
      TONGSUAN_TRY(access::Jwks keys, read_keys(source));
      service_->set_provider_keys(issuer, std::move(keys));
    }
    provider_keys_.push_back(std::make_unique<ProviderKeys>(
        [source] { return read_keys(source); },
        [this, issuer](access::Jwks keys) { service_->set_provider_keys(issuer, std::move(keys)); },
        log_));
    starts.emplace_back(provider.refresh_seconds, !source.file.empty());
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    provider_keys_[i]->start(starts[i].first, starts[i].second);
  }
  return Done{};
}

std::optional<int> Daemon::start_server() {
  net::ServerOptions server = to_server_options(options_);
  server.problem = [](const net::Problem& problem) { return to_response(problem); };
  auto started = net::Server::start(server, [this](net::Request&& request, net::Reply reply) {
    service_->handle(std::move(request), std::move(reply));
  });
  if (!started.ok()) return complain(started.error(), kConfiguration);
  server_ = std::move(started).value();
  service_->set_counters([this] { return server_->counters(); });
  return std::nullopt;
}

// Until SIGTERM or SIGINT, which all threads have blocked. A clock that stands still moves on with
// the lines of standard input.
void Daemon::wait_for_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  node::ManualClock* manual = clock_->manual();
  std::string line;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (true) {
    const timespec patience{manual == nullptr ? 3'600 : 0, manual == nullptr ? 0 : 2'000'000};
    if (sigtimedwait(&signals, nullptr, &patience) > 0) return;
    while (manual != nullptr && poll(&input, 1, 0) > 0) {
      char letter = 0;
      if (::read(STDIN_FILENO, &letter, 1) != 1) {
        manual = nullptr;
      } else if (letter != '\n') {
        line += letter;
      } else {
        if (const auto seconds = parse_whole(line)) {
          manual->advance(static_cast<Second>(*seconds));
          std::printf("now %lld\n", static_cast<long long>(clock_->now()));
          std::fflush(stdout);
        }
        line.clear();
      }
    }
  }
}

int Daemon::serve() {
  const Result<Done> mode = check_address(options_);
  if (!mode.ok()) return complain(mode.error(), kConfiguration);
  const Result<Done> finished = check_finished();
  if (!finished.ok()) return complain(finished.error(), kConfiguration);
  const Result<Done> opened = open_data();
  if (!opened.ok()) return complain(opened.error(), kConfiguration);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (const auto status = start_node(false)) return *status;
  const Result<Done> providers = start_providers();
  if (!providers.ok()) return complain(providers.error(), kConfiguration);
  if (const auto status = start_server()) return *status;
  service_->begin();
  if (outside_) outside_->start();
  log_.write("listening", [&](json::Writer& out) {
    out.text("address", options_.listen).number("port", server_->port());
  });
  std::printf("listening on port %u\n", server_->port());
  std::fflush(stdout);
  wait_for_signal();
  ending_.set_value();
  log_.write("stopping");
  if (outside_) outside_->stop();
  service_->drain();
  server_->stop(kStopDeadline);
  for (const auto& keys : provider_keys_) keys->stop();
  service_->stop();
  node_->stop();
  log_.write("stopped");
  return 0;
}

int Daemon::run() {
  return options_.init ? init() : serve();
}

}  // namespace

int run_daemon(int argc, char** argv) {
  const Result<DaemonOptions> options =
      parse_daemon_options(std::vector<std::string>(argv + 1, argv + argc));
  if (!options.ok()) return complain(options.error(), kUsage);
  if (options.value().help) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (options.value().version) {
    std::fputs("tongsuand " TONGSUAN_VERSION "\n", stdout);
    return 0;
  }
  if (options.value().check_config) {
    const Result<std::string> plan = plan_text(options.value());
    if (!plan.ok()) return complain(plan.error(), kConfiguration);
    std::fputs(plan.value().c_str(), stdout);
    return 0;
  }
  // Whoever reads the log may go away: that is no reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  return Daemon(options.value()).run();
}

}  // namespace tongsuan::server
