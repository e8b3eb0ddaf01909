// Orders that an exchange acknowledges over HTTP: the whole way, from bytes on a socket through the
// sequencer, the dispatcher and the journal on disk, and back.
//
// usage: tongsuan_server_bench PLACES.market FOLDER [ORDERS_PER_BATCH [CONNECTIONS [SECONDS]]]
//
// FOLDER is empty and on the disk that is to be measured. The orders are too cheap to start, so
// that the book grows. Client and server are one process; the CPU time of the client's threads is
// told apart.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tongsuan/journal/embedded_journal.h"
#include "tongsuan/net/server.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/places.h"
#include "tongsuan/server/service.h"

#include "http_load.h"

namespace tongsuan::bench {
namespace {

using exchange::ParticipantId;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) give_up(std::string(path) + " cannot be read");
  return text.str();
}

// A buyer with all the money of the world, and no limit on its orders.
void found(node::Node& node) {
  exchange::Rules rules;
  rules.round = exchange::kRoundMax;  // no gate in between
  rules.orders_of_one = rules.live_orders = exchange::kLiveOrdersMax;
  const exchange::Command commands[] = {
      exchange::SetRules{rules},
      exchange::OpenParticipant{"buyer", access::Role::kParticipant, ledger::kHouse, Money()},
      exchange::Deposit{{ParticipantId{1}, ledger::Purpose::kCash}, Money(kMoneyMax / 2), 1}};
  for (const exchange::Command& command : commands) {
    const auto answer = node.ask({{}, 0, ledger::kHouse, command});
    if (!answer.ok() || answer.value().code != exchange::Code::kDone) give_up("cannot begin");
  }
}

std::string batch_of(int orders) {
  std::string body = R"({"orders":[)";
  for (int i = 0; i < orders; ++i) {
    body += (i > 0 ? "," : "") + (R"({"idempotencyKey":"bench-{n}-)" + std::to_string(i)) +
            R"(","order":{"kind":"block","name":"job-{n}",)"
            R"("ways":[{"class":"H800","devices":8,"durationSeconds":7200}],)"
            R"("limit":{"amount":"0.05","currency":"CNY"},)"
            R"("delayCostPerHour":{"amount":"0.01","currency":"CNY"}}})";
  }
  return body + "]}";
}

void show(const LoadResult& result, int orders, const node::NodeFigures& figures) {
  const double per_second = result.per_second() * orders;
  const double server = result.process_cpu_seconds - result.client_cpu_seconds;
  std::printf("answers");
  for (const auto& [status, count] : result.answers) {
    std::printf(" %d×%llu", status, static_cast<unsigned long long>(count));
  }
  std::printf("\norders acknowledged/s %.0f\n", per_second);
  std::printf("CPU: server %.2f cores, %.1f us an order; client %.2f cores, %.0f %% of all\n",
              server / result.seconds, server / result.seconds / per_second * 1e6,
              result.client_cpu_seconds / result.seconds,
              100 * result.client_cpu_seconds / result.process_cpu_seconds);
  std::printf("batch answered in ms: half %.1f, 99 %% %.1f\n", result.milliseconds_at(500),
              result.milliseconds_at(990));
  std::printf("commands %llu in %llu batches\n", static_cast<unsigned long long>(figures.commands),
              static_cast<unsigned long long>(figures.batches));
}

int run(int argc, char** argv) {
  if (argc < 3)
    give_up("usage: tongsuan_server_bench PLACES.market FOLDER [ORDERS [CONNECTIONS [SECONDS]]]");
  const int orders = argc > 3 ? std::atoi(argv[3]) : 128;
  auto places = node::read_places(read_file(argv[1]), argv[1]);
  if (!places.ok()) give_up(places.error().context);
  const node::MarketPlaces& all = places.value();
  const auto folder = journal::posix_folder(argv[2]);
  journal::EmbeddedOptions embedded;
  embedded.make = true;
  journal::EmbeddedJournal journal(*folder, nullptr, embedded);
  node::SystemClock clock(std::time(nullptr));
  node::NodeOptions options;
  options.energy = all.energy;
  options.batch.records = 1'024;  // as tongsuand has it
  options.batch.bytes = std::size_t{512} << 10;
  node::Node node({all.places, 0}, journal, clock,
                  std::make_unique<node::MarketDriver>(all.energy, node::live_rules()), options);
  const access::MasterSecret master(access::MasterBytes{});
  server::Log log;
  server::ServiceOptions service_options;
  service_options.mode = access::AccessMode::kDevelopment;
  service_options.of_participant = {"orders", 1'000'000, 1'000'000, 1, 64};
  service_options.of_address = {"requests", 1'000'000, 1'000'000, 1, 64};
  server::Service service(node, master, log, service_options);
  const auto started =
      node.start([](const journal::Failure& failure) { give_up(failure.context); });
  if (!started.ok()) give_up(started.error().context);
  found(node);
  service.begin();
  auto http = net::Server::start({}, [&](net::Request&& request, net::Reply reply) {
    service.handle(std::move(request), std::move(reply));
  });
  if (!http.ok()) give_up(http.error().context);

  RequestTemplate request;
  request.method = "POST";
  request.target = "/v1/orders:batch";
  request.headers = {"Authorization: Bearer dev-buyer", "Content-Type: application/json"};
  request.body = batch_of(orders);
  LoadOptions load;
  load.port = http.value()->port();
  load.connections = argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 64;
  load.seconds = argc > 5 ? std::atoi(argv[5]) : 5;
  load.make = maker_of(request);
  const LoadResult result = put_load(load);
  show(result, orders, node.figures());
  node.read([](const node::View& view) {
    std::printf("orders that wait %u\n", view.state.live_orders());
  });
  http.value()->stop(std::chrono::milliseconds(2'000));
  service.stop();
  node.stop();
  return 0;
}

}  // namespace
}  // namespace tongsuan::bench

int main(int argc, char** argv) {
  return tongsuan::bench::run(argc, argv);
}
