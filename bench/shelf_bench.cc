// Questions about the last round of a running exchange: what a quote, a reason and a proof take.
//
//   tongsuan_shelf_bench SCENARIO [--orders N] [--units N] [--asked N]
//
// The scenario's places are sized for 100,000 jobs; its jobs come again and again until --orders
// have come to a node whose journal is in memory. The gate closes, the round is cleared with
// --units of search an order, and --asked questions of each kind are put to it; then the node
// restarts, and the first question reads the round back. Wall time of one thread: mean and worst.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tongsuan/journal/reader.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/node.h"

#include "measure.h"

namespace {

using namespace tongsuan;

class HandClock final : public node::Clock {
 public:
  [[nodiscard]] Second now() override { return now_; }
  [[nodiscard]] std::chrono::nanoseconds until(Second at) override {
    return at <= now_ ? std::chrono::nanoseconds(0) : std::chrono::milliseconds(1);
  }
  void set(Second now) { now_ = now; }

 private:
  std::atomic<Second> now_ = 0;
};

constexpr Second kRound = 900;
constexpr std::uint32_t kPeople = 50;

struct World {
  const lab::Instance& instance;
  std::uint64_t units = 500;
  std::uint64_t orders = 100'000;
  journal::SimJournalDisk disk = {};
  HandClock clock = {};
  std::unique_ptr<journal::SimJournal> journal = {};
  std::unique_ptr<journal::Reader> reader = {};
  std::unique_ptr<node::Node> node = {};

  void start() {
    node.reset();
    journal = std::make_unique<journal::SimJournal>(disk, 1, journal::SimJournalFaults{});
    reader = journal::sim_reader(disk);
    node::NodeOptions options;
    options.energy = instance.energy;
    options.clearing.threads = 2;
    options.clearing.work_units = units * orders;
    options.shelf.secret = sha256("bench");
    options.shelf.blob = [this](const Digest& hash) { return reader->blob(hash); };
    engine::Places places = instance.places;
    places.accounts.clear();
    places.account_names = {};
    node = std::make_unique<node::Node>(
        node::Genesis{std::move(places), 0}, *journal, clock,
        std::make_unique<node::MarketDriver>(instance.energy, node::live_rules()), options);
    const auto started = node->start([](const journal::Failure& failure) {
      std::fprintf(stderr, "journal: %s\n", journal::to_string(failure).c_str());
      std::exit(1);
    });
    if (!started.ok()) std::exit(1);
  }
  void must(std::uint32_t actor, exchange::Command command) const {
    const auto answer = node->ask({{}, 0, exchange::ParticipantId{actor}, std::move(command)});
    if (answer.ok() && answer.value().code == exchange::Code::kDone) return;
    std::fprintf(stderr, "refused: %s\n",
                 answer.ok() ? exchange::code_name(answer.value().code) : "no answer");
    std::exit(1);
  }
  void open() {
    start();
    must(0, exchange::SetRules{{.round = kRound,
                                .lock = 0,
                                .collar_percent = 0,
                                .orders_of_one = 4'000'000,
                                .live_orders = 4'000'000}});
    for (std::uint32_t i = 1; i <= kPeople; ++i) {
      must(0, exchange::OpenParticipant{"p" + std::to_string(i), exchange::Role::kParticipant,
                                        ledger::kHouse, Money()});
      must(0, exchange::Deposit{{exchange::ParticipantId{i}, ledger::Purpose::kCash},
                                Money(10'000'000'000'000'000),
                                1});
    }
    for (std::uint32_t hub = 0; hub < instance.places.hubs.size(); ++hub) {
      must(0, exchange::AssignHub{HubId{hub}, exchange::ParticipantId{1}});
    }
  }
  // Values differ from one time to the next.
  [[nodiscard]] engine::LiveOrder order(std::uint64_t number) const {
    const std::vector<world::Job>& jobs = instance.script.jobs;
    engine::LiveOrder order = jobs[number % jobs.size()].order;
    const Second patience = order.latest_start - order.submit;
    order.value += static_cast<std::int64_t>(number / jobs.size() * 997);
    order.not_before = 0;
    order.premium = 0;
    order.latest_start = kRound + patience;
    return order;
  }
  void submit_all() {
    std::atomic<std::uint64_t> answered = 0, refused = 0;
    for (std::uint64_t begin = 0; begin < orders; begin += 1'000) {
      std::vector<node::Node::Request> requests;
      for (std::uint64_t i = begin; i < std::min(orders, begin + 1'000); ++i) {
        const exchange::ParticipantId actor{1 + static_cast<std::uint32_t>(i % kPeople)};
        requests.push_back({{{}, 0, actor, exchange::SubmitOrder{order(i), ""}},
                            [&](const exchange::Answer& answer) {
                              refused += answer.code != exchange::Code::kDone;
                              ++answered;
                            }});
      }
      const std::uint64_t until = begin + requests.size();
      if (node->submit(std::move(requests)) != node::Accepted::kYes) std::exit(1);
      while (answered < until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (refused > 0) std::printf("%llu refused\n", static_cast<unsigned long long>(refused));
  }
  void close_round() {
    clock.set(kRound);
    bool closed = false;
    while (!closed) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      node->read([&](const node::View& view) {
        closed = !view.state.rounds().empty();
        if (!closed) return;
        const exchange::RoundRow& row = view.state.rounds().back();
        std::printf("round %llu: %llu orders, %llu awards, gap %lld ppm%s\n",
                    static_cast<unsigned long long>(row.round),
                    static_cast<unsigned long long>(row.orders),
                    static_cast<unsigned long long>(row.awards),
                    static_cast<long long>(row.gap_ppm), row.reason.c_str());
      });
    }
  }
};

struct Times {
  const char* what;
  std::uint64_t count = 0;
  double sum = 0, worst = 0;
  template <class Call>
  void time(Call call) {
    const bench::Timer timer;
    call();
    const double took = timer.wall();
    ++count;
    sum += took;
    worst = std::max(worst, took);
  }
  void print() const {
    if (count == 0) return;
    std::printf("%-32s %4llu, mean %8.2f ms, worst %8.2f ms\n", what,
                static_cast<unsigned long long>(count), sum / static_cast<double>(count) * 1e3,
                worst * 1e3);
  }
};

void ask_quotes(World& world, std::uint64_t asked) {
  node::RoundShelf& shelf = world.node->shelf();
  Times placed{"quote, placed"}, unplaced{"quote, not placed, with changes"},
      plain{"quote, not placed, without"};
  for (std::uint64_t i = 0; i < asked; ++i) {
    engine::LiveOrder order = world.order(i * 7'919 + 13);
    order.value = order.value / 4 * static_cast<std::int64_t>(1 + i % 6);
    bool is_placed = false, failed = false;
    const auto ask = [&](bool changes) {
      const auto quote = shelf.quote(order, kRound, {.counterfactuals = changes});
      failed = !quote.ok() || !quote.value().round;
      is_placed = !failed && quote.value().round->placed;
      if (!quote.ok()) std::printf("%s\n", quote.error().what.c_str());
    };
    Times once{""};
    once.time([&] { ask(true); });
    if (failed) continue;
    Times& times = is_placed ? placed : unplaced;
    ++times.count;
    times.sum += once.sum;
    times.worst = std::max(times.worst, once.worst);
    if (!is_placed) plain.time([&] { ask(false); });
  }
  placed.print();
  unplaced.print();
  plain.print();
}

void ask_about_orders(World& world, std::uint64_t asked) {
  node::RoundShelf& shelf = world.node->shelf();
  Times placed{"why, placed"}, unplaced{"why, not placed, with changes"}, proof{"proof"};
  std::uint64_t outside = 0;
  for (std::uint64_t i = 0; i < asked; ++i) {
    const OrderId id{static_cast<std::uint32_t>((i * 7'919 + 5) % world.orders)};
    Times once{""};
    bool in_book = false, is_placed = false;
    once.time([&] {
      const auto why = shelf.why(id, 1);
      in_book = why.ok() && why.value().explained;
      is_placed = in_book && why.value().explained->placed;
    });
    if (!in_book) {
      ++outside;
      continue;
    }
    Times& times = is_placed ? placed : unplaced;
    ++times.count;
    times.sum += once.sum;
    times.worst = std::max(times.worst, once.worst);
    proof.time([&] {
      const auto proven = shelf.proof(id, 1);
      if (!proven.ok() ||
          !market::includes(proven.value().root, proven.value().leaf, proven.value().proof)) {
        std::printf("no proof\n");
      }
    });
  }
  placed.print();
  unplaced.print();
  proof.print();
  std::printf("%llu asked for were not in the book\n", static_cast<unsigned long long>(outside));
}

int measure(const lab::Instance& instance, const bench::BenchArguments& arguments) {
  World world{.instance = instance,
              .units = arguments.number("units", 500),
              .orders = arguments.number("orders", 100'000)};
  const std::uint64_t asked = arguments.number("asked", 60);
  world.open();
  world.submit_all();
  world.close_round();
  Times first{"first question after the round"};
  first.time([&] { static_cast<void>(world.node->shelf().quote(world.order(13), kRound)); });
  first.print();
  ask_quotes(world, asked);
  ask_about_orders(world, asked);
  std::printf("peak memory %.0f MB\n", bench::peak_megabytes());
  world.node->stop();
  world.start();
  Times cold{"first question after a restart"};
  cold.time([&] { static_cast<void>(world.node->shelf().quote(world.order(13), kRound)); });
  cold.print();
  Times warm{"second question"};
  warm.time([&] { static_cast<void>(world.node->shelf().quote(world.order(13), kRound)); });
  warm.print();
  Times tree{"first proof"};
  tree.time([&] {
    for (std::uint32_t i = 0; i < world.orders; ++i) {
      if (world.node->shelf().proof(OrderId{i}, 1).ok()) return;
    }
  });
  tree.print();
  std::printf("peak memory %.0f MB\n", bench::peak_megabytes());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(
      argc, argv, "tongsuan_shelf_bench SCENARIO [--orders N] [--units N] [--asked N]");
  for (const std::string& name : arguments.books) {
    const Result<lab::Scenario> scenario = lab::find_scenario(name);
    lab::InstanceOptions options;
    options.load_percent = 90;
    options.jobs = 100'000;
    const Result<lab::Instance> instance =
        scenario.ok() ? lab::make_instance(scenario.value(), options) : scenario.error();
    if (!instance.ok()) {
      std::fprintf(stderr, "%s\n", instance.error().context.c_str());
      return 1;
    }
    const int code = measure(instance.value(), arguments);
    if (code != 0) return code;
  }
  return 0;
}
