// One exchange in one process, without HTTP: how many orders a second become durable, how long an
// answer takes, how fast history is replayed, how long a restart takes, and what a live order costs
// in memory.
//   node_bench DIR [orders] [clients] [batch]
//   node_bench DIR replay [times]
//   node_bench DIR restart [times]     as it was left: from its snapshot, or without one
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tongsuan/journal/journal.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/node.h"
#include "tongsuan/node/replay.h"

#include "measure.h"

namespace {

using namespace tongsuan;
using bench::cpu_seconds;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4'096;
}

// Eight hubs of four classes; every device is taken by the first orders.
engine::Places places() {
  engine::Places places;
  for (int hub = 0; hub < 8; ++hub) {
    places.hub_names.push_back("hub-" + std::to_string(hub));
    places.hubs.emplace_back();
  }
  for (int kind = 0; kind < 4; ++kind) {
    places.class_names.push_back("class-" + std::to_string(kind));
    places.classes.push_back({700, 8});
  }
  for (std::uint32_t hub = 0; hub < 8; ++hub) {
    for (std::uint32_t kind = 0; kind < 4; ++kind) {
      places.pools.push_back({HubId{hub}, ClassId{kind}, 20, 8, Price(8'000'000)});
    }
  }
  return places;
}

engine::LiveOrder order(std::uint64_t number) {
  engine::LiveOrder order;
  order.latest_start = 4'000'000;
  order.ways = {{ClassId{static_cast<std::uint32_t>(number % 4)},
                 1 + static_cast<std::uint32_t>(number % 13), 36'000}};
  if (number % 3 == 0)
    order.ways.push_back(
        {ClassId{(order.ways[0].accelerator.value + 1) % 4}, order.ways[0].gang, 50'000});
  order.value = static_cast<std::int64_t>(order.ways[0].gang) * 10 *
                (9'000'000 + static_cast<std::int64_t>(number % 997) * 10'000);
  order.delay_cost = order.value / 400;
  return order;
}

struct Latencies {
  std::mutex mutex;
  std::vector<float> milliseconds;
  void add(double value) {
    const std::lock_guard lock(mutex);
    milliseconds.push_back(static_cast<float>(value));
  }
  [[nodiscard]] double at(double share) {
    std::ranges::sort(milliseconds);
    return milliseconds.empty() ? 0
                                : static_cast<double>(milliseconds[static_cast<std::size_t>(
                                      share * static_cast<double>(milliseconds.size() - 1))]);
  }
};

struct Running {
  std::unique_ptr<journal::Folder> folder;
  std::unique_ptr<journal::EmbeddedJournal> journal;
  node::FastClock clock{0, 1};
  std::unique_ptr<node::Node> node;
};

std::unique_ptr<Running> start(const std::string& path, bool make) {
  auto running = std::make_unique<Running>();
  running->folder = journal::posix_folder(path);
  running->journal = std::make_unique<journal::EmbeddedJournal>(
      *running->folder, nullptr, journal::EmbeddedOptions{.make = make});
  node::NodeOptions options;
  options.clearing.threads = 1;
  running->node = std::make_unique<node::Node>(
      node::Genesis{places(), 0}, *running->journal, running->clock,
      std::make_unique<node::MarketDriver>(engine::Energy(), node::live_rules()), options);
  const auto begun = Clock::now();
  const double cpu = cpu_seconds();
  const auto started = running->node->start([](const journal::Failure& failure) {
    std::fprintf(stderr, "journal: %s\n", journal::to_string(failure).c_str());
    std::exit(1);
  });
  if (!started.ok()) {
    std::fprintf(stderr, "start: %s\n", journal::to_string(started.error()).c_str());
    std::exit(1);
  }
  std::printf("start: %.3f s (%.3f CPU-s), snapshot of command %llu, %llu replayed\n",
              seconds_since(begun), cpu_seconds() - cpu,
              static_cast<unsigned long long>(started.value().snapshot_sequence),
              static_cast<unsigned long long>(started.value().replayed));
  return running;
}

void open_people(node::Node& node) {
  const auto must = [&](exchange::Command command) {
    const auto answer = node.ask({{}, 0, ledger::kHouse, std::move(command)});
    if (!answer.ok() || answer.value().code != exchange::Code::kDone) std::exit(2);
  };
  must(
      exchange::SetRules{{.round = 100'000, .orders_of_one = 4'000'000, .live_orders = 4'000'000}});
  for (int i = 0; i < 65; ++i) {
    must(exchange::OpenParticipant{"p" + std::to_string(i), exchange::Role::kParticipant,
                                   ledger::kHouse, Money()});
    must(exchange::Deposit{
        {exchange::ParticipantId{static_cast<std::uint32_t>(i + 1)}, ledger::Purpose::kCash},
        Money(1'000'000'000'000'000),
        1});
  }
  for (std::uint32_t hub = 0; hub < 8; ++hub) {
    must(exchange::AssignHub{HubId{hub}, exchange::ParticipantId{65}});
  }
}

// Every client sends its next batch when the last one is answered.
void load(node::Node& node, std::uint64_t orders, unsigned clients, unsigned batch) {
  Latencies latencies;
  std::atomic<std::uint64_t> sent = 0, refused = 0;
  const auto begun = Clock::now();
  const double cpu = cpu_seconds();
  std::vector<std::thread> threads;
  for (unsigned client = 0; client < clients; ++client) {
    threads.emplace_back([&, client] {
      std::mutex mutex;
      std::condition_variable done;
      while (true) {
        const std::uint64_t first = sent.fetch_add(batch);
        if (first >= orders) return;
        std::vector<node::Node::Request> requests;
        unsigned left = batch;
        for (unsigned i = 0; i < batch; ++i) {
          exchange::CommandId id{};
          const std::uint64_t number = first + i + 1;
          for (std::size_t byte = 0; byte < 8; ++byte)
            id[byte] = static_cast<std::uint8_t>(number >> (8 * byte));
          requests.push_back({{id, number, exchange::ParticipantId{client % 64 + 1},
                               exchange::SubmitOrder{order(number), ""}},
                              [&](const exchange::Answer& answer) {
                                if (answer.code != exchange::Code::kDone) ++refused;
                                const std::lock_guard lock(mutex);
                                if (--left == 0) done.notify_one();
                              }});
        }
        const auto asked = Clock::now();
        if (node.submit(std::move(requests)) != node::Accepted::kYes) continue;
        std::unique_lock lock(mutex);
        done.wait(lock, [&] { return left == 0; });
        latencies.add(seconds_since(asked) * 1e3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double took = seconds_since(begun);
  const double spent = cpu_seconds() - cpu;
  std::printf(
      "%llu orders, %u clients, batches of %u: %.0f durable orders/s, %.2f us CPU each; answer p50 "
      "%.2f ms, p99 %.2f ms, max %.2f ms; %llu refused; replica behind %zu\n",
      static_cast<unsigned long long>(orders), clients, batch, static_cast<double>(orders) / took,
      spent / static_cast<double>(orders) * 1e6, latencies.at(.5), latencies.at(.99),
      latencies.at(1), static_cast<unsigned long long>(refused), node.replica().behind());
}

// The whole history of a journal, as `tongsuan replay` goes through it.
int replay(const std::string& path) {
  const auto folder = journal::posix_folder(path);
  auto reader = journal::open_reader(*folder);
  if (!reader.ok()) return 1;
  exchange::Exchange exchange(places(), 0);
  journal::Answer<Done> replayed = Done{};
  const auto begun = Clock::now();
  const double cpu = cpu_seconds();
  const double own = thread_seconds();
  const auto end = reader.value()->head();
  node::Replay beside(exchange, end.ok() ? end.value().sequence : 0);
  const auto read = reader.value()->read_ahead(1, [&](const journal::Batch& batch) {
    replayed = beside.take(batch);
    return replayed.ok();
  });
  if (replayed.ok()) replayed = beside.finish();
  const double took = seconds_since(begun);
  const double applying = thread_seconds() - own;
  const auto commands = static_cast<double>(exchange.sequence());
  std::printf(
      "replay: %.0f commands in %.3f s: %.0f commands/s, %.2f us CPU each, %.2f of it on the "
      "thread "
      "that applies\n",
      commands, took, commands / took, (cpu_seconds() - cpu) / commands * 1e6,
      applying / commands * 1e6);
  return read.ok() && replayed.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "usage: node_bench DIR [orders] [clients] [batch] | DIR replay|restart [times]\n");
    return 2;
  }
  const std::string path = argv[1];
  if (argc > 2 && std::string(argv[2]) == "replay") {
    const int times = argc > 3 ? std::atoi(argv[3]) : 1;
    for (int i = 0; i < times; ++i) {
      if (replay(path) != 0) return 1;
    }
    return 0;
  }
  if (argc > 2 && std::string(argv[2]) == "restart") {
    const int times = argc > 3 ? std::atoi(argv[3]) : 1;
    for (int i = 0; i < times; ++i) start(path, false);
    return 0;
  }
  const std::uint64_t orders = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  const auto clients = static_cast<unsigned>(argc > 3 ? std::atoi(argv[3]) : 64);
  const auto batch = static_cast<unsigned>(argc > 4 ? std::atoi(argv[4]) : 64);
  std::filesystem::create_directories(path);
  std::size_t before = 0;
  {
    const auto running = start(path, true);
    open_people(*running->node);
    before = resident_bytes();
    load(*running->node, orders, clients, batch);
    running->node->read([](const node::View&) {});
    std::printf("memory: %.0f bytes per live order, two states\n",
                static_cast<double>(resident_bytes() - before) / static_cast<double>(orders));
    for (int i = 0; i < 600 && running->node->figures().snapshots == 0 && orders >= 500'000; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const auto begun = Clock::now();
    running->node->stop();
    std::printf("stop: %.3f s\n", seconds_since(begun));
  }
  const auto again = start(path, false);
  return 0;
}
