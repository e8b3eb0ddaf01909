// What a running exchange pays to keep its state and to begin again: events applied, judged and
// hashed; snapshots written and read; bytes of an order that waits. One thread, CPU time.
// usage: tongsuan_state_bench [ORDERS] [CONTRACTS] [HOLDS] [REPEATS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <malloc.h>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/engine/snapshot.h"
#include "tongsuan/engine/touched.h"
#include "tongsuan/ledger/bytes.h"
#include "tongsuan/ledger/ledger.h"
#include "tongsuan/ledger/snapshot.h"
#include "tongsuan/ledger/touched.h"

#include "measure.h"

namespace tongsuan {
namespace {

using bench::Timer;

struct Size {
  std::uint32_t orders = 1'000'000;   // that wait
  std::uint32_t contracts = 100'000;  // that run
  std::uint32_t holds = 1'000'000;    // that are open
  int repeats = 3;
};

double best_of(int repeats, const std::function<double()>& seconds) {
  double best = 1e9;
  for (int i = 0; i < repeats; ++i) best = std::min(best, seconds());
  return best;
}

void print_rate(const char* name, double seconds, std::size_t count) {
  std::printf("%-58s %7.0f ns %12.0f /s\n", name, seconds / static_cast<double>(count) * 1e9,
              static_cast<double>(count) / seconds);
}

void print_snapshot(const char* name, std::size_t bytes, double write, double read) {
  std::printf("%-30s %8.1f MB   written in %5.2f s, read in %5.2f s\n", name,
              static_cast<double>(bytes) / 1e6, write, read);
}

std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Hashes what was touched, in blocks as a sequencer would.
class Hashing {
 public:
  std::string& bytes() { return bytes_; }
  void flush() {
    total_ += bytes_.size();
    sha_.update(bytes_);
    bytes_.clear();
  }
  void maybe_flush() {
    if (bytes_.size() >= kBlock) flush();
  }
  [[nodiscard]] std::size_t total() const { return total_; }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 16;
  std::string bytes_;
  std::size_t total_ = 0;
  Sha256 sha_;
};

// ---- Engine
// --------------------------------------------------------------------------------------

// 200 hubs with two classes each, nodes of 8 devices, enough of them for the contracts.
engine::Places make_places(const Size& size) {
  constexpr std::uint32_t kHubs = 200;
  engine::Places places;
  for (const char* name : {"A", "B"}) places.class_names.push_back(name);
  places.classes = {{400, 8}, {300, 8}};
  const std::uint32_t nodes = size.contracts / kHubs + 100;
  for (std::uint32_t hub = 0; hub < kHubs; ++hub) {
    places.hub_names.push_back("hub-" + std::to_string(1'000 + hub));
    places.hubs.emplace_back();
    for (const std::uint32_t accelerator : {0U, 1U}) {
      places.pools.push_back({HubId{hub}, ClassId{accelerator}, nodes, 8, Price(5)});
    }
  }
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    places.account_names.push_back("account-" + std::to_string(1'000 + i));
    places.accounts.push_back({0});
  }
  return places;
}

engine::LiveOrder any_order(Random& random, Second now) {
  engine::LiveOrder order;
  order.account = AccountId{static_cast<std::uint32_t>(random.below(1'000))};
  order.submit = now;
  order.latest_start = now + 1'000'000;
  order.value = random.between(1, 1'000'000'000);
  order.delay_cost = random.between(0, 1'000'000);
  const auto gang = static_cast<std::uint32_t>(1 + random.below(8));
  order.ways.push_back({ClassId{0}, gang, 3'600});
  if (random.below(2) == 0) order.ways.push_back({ClassId{1}, gang, 5'400});
  if (random.below(2) == 0)
    order.hubs.push_back(HubId{static_cast<std::uint32_t>(random.below(200))});
  return order;
}

// Orders that come, run and end, or leave, while many wait.
class Crowd {
 public:
  explicit Crowd(const Size& size) : engine_(make_places(size)) {
    for (std::uint32_t i = 0; i < size.orders; ++i) run(engine::SubmitOrder{any_order(random_, 0)});
    for (std::uint32_t i = 0; i < size.contracts; ++i) begin();
  }
  // Three events an order: it comes, starts and ends.
  void turn(std::uint32_t orders) {
    for (std::uint32_t i = 0; i < orders; ++i) {
      ++now_;
      begin();
      run(engine::EndContract{engine::ContractId{ended_++}});
    }
  }
  [[nodiscard]] const engine::State& state() const { return engine_.state(); }
  std::vector<engine::Event> events;

 private:
  void run(engine::Command command) {
    if (engine_.execute(now_, std::move(command), events)) return;
    std::fprintf(stderr, "refused: %s\n", engine::refusal_name(*engine_.refusal()));
    std::exit(1);
  }
  void begin() {
    engine::LiveOrder order = any_order(random_, now_);
    order.hubs.clear();
    const OrderId id{engine_.state().order_count()};
    const std::uint32_t gang = order.ways.front().gang;
    run(engine::SubmitOrder{std::move(order)});
    for (;; pool_ = (pool_ + 2) % 400, node_ = 0) {
      const std::vector<engine::Node>& nodes = state().pool(engine::PoolId{pool_}).nodes;
      while (node_ < nodes.size() && nodes[node_].free < gang) ++node_;
      if (node_ < nodes.size()) break;
    }
    run(engine::StartOrder{id, 0, engine::PoolId{pool_}, {node_}, Price(5)});
  }

  Random random_{1};
  engine::Engine engine_;
  Second now_ = 0;
  std::uint32_t pool_ = 0, node_ = 0, ended_ = 0;
};

enum class With { kNothing, kCheck, kTouched, kBytes };

// Seconds to make the events true on a copy of the state before them.
double replay(const engine::State& before, const std::vector<engine::Event>& events, With with,
              Hashing& hashing) {
  engine::State state = before;
  std::string bytes;
  for (const engine::Event& event : events) engine::append_bytes(event, bytes);
  const Timer timer;
  std::size_t at = 0;
  for (const engine::Event& given : events) {
    const auto read =
        with == With::kBytes ? engine::read_event(bytes, at).value() : engine::Event();
    const engine::Event& event = with == With::kBytes ? read : given;
    if (with != With::kNothing && engine::check_event(state, event)) std::exit(1);
    state.apply(event);
    if (with == With::kTouched || with == With::kBytes) {
      engine::append_touched_rows(state, event, hashing.bytes());
      hashing.maybe_flush();
    }
  }
  hashing.flush();
  return timer.cpu();
}

void measure_replay(Crowd& crowd, const Size& size) {
  const engine::State before = crowd.state();
  crowd.events.clear();
  crowd.turn(size.orders / 5);
  const std::size_t count = crowd.events.size();
  std::size_t touched = 0;
  const auto line = [&](const char* name, With with) {
    const double seconds = best_of(size.repeats, [&] {
      Hashing hashing;
      const double once = replay(before, crowd.events, with, hashing);
      touched = hashing.total();
      return once;
    });
    print_rate(name, seconds, count);
  };
  line("engine: events applied", With::kNothing);
  line("engine: judged and applied", With::kCheck);
  line("engine: judged, applied, touched rows hashed", With::kTouched);
  line("engine: read, judged, applied, touched rows hashed", With::kBytes);
  std::printf("%.0f bytes of touched rows an event\n",
              static_cast<double>(touched) / static_cast<double>(count));
}

void measure_engine(const Size& size) {
  const std::size_t empty = heap_bytes();
  std::size_t before = 0, after = 0;
  {
    engine::State state(make_places(size));
    Random random(1);
    before = heap_bytes();
    for (std::uint32_t i = 0; i < size.orders; ++i) {
      state.apply({0, engine::OrderAccepted{OrderId{i}, any_order(random, 0)}});
    }
    after = heap_bytes();
  }
  std::printf("%.0f bytes of memory for an order that waits; places and nodes %.1f MB\n",
              static_cast<double>(after - before) / size.orders,
              static_cast<double>(before - empty) / 1e6);
  Crowd crowd(size);
  std::string bytes;
  const double write = best_of(size.repeats, [&] {
    const Timer timer;
    bytes = engine::write_snapshot(crowd.state());
    return timer.cpu();
  });
  const double read = best_of(size.repeats, [&] {
    engine::Places places = make_places(size);
    const Timer timer;
    const auto state = engine::read_snapshot(bytes, std::move(places));
    if (!state.ok()) std::exit(1);
    return timer.cpu();
  });
  print_snapshot("engine: snapshot", bytes.size(), write, read);
  measure_replay(crowd, size);
}

// ---- Ledger
// --------------------------------------------------------------------------------------

ledger::Account cash(std::uint32_t participant) {
  return {{participant}, ledger::Purpose::kCash};
}

// Entries of the exchange itself, each with the next number.
class Desk {
 public:
  ledger::Answer run(std::vector<ledger::Leg> legs) {
    const auto answer =
        ledger_.execute(0, {{ledger::kHouse, ++number_}, {.segment = 1}, legs}, events);
    if (!answer.ok()) {
      std::fprintf(stderr, "refused: %s\n", ledger::refusal_name(answer.error()));
      std::exit(1);
    }
    return answer.value();
  }
  [[nodiscard]] const ledger::State& state() const { return ledger_.state(); }
  ledger::Events events;

 private:
  ledger::Ledger ledger_;
  std::uint64_t number_ = 0;
};

double replay(const ledger::State& before, const ledger::Events& events, With with,
              Hashing& hashing) {
  ledger::State state = before;
  ledger::EventChecker checker;
  const Timer timer;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (with != With::kNothing && checker.misfit(state, events[i]) != nullptr) std::exit(1);
    state.apply(events[i]);
    if (with == With::kTouched) {
      ledger::append_touched_rows(state, events[i], hashing.bytes());
      hashing.maybe_flush();
    }
  }
  hashing.flush();
  return timer.cpu();
}

void measure_ledger(const Size& size) {
  constexpr std::uint32_t kParticipants = 10'000;
  Desk desk;
  for (std::uint32_t i = 1; i <= kParticipants; ++i) {
    desk.run(
        {ledger::Open{cash(i), {}},
         ledger::Move{{ledger::kHouse, ledger::Purpose::kRail}, cash(i), Money(1'000'000'000)}});
  }
  Random random(1);
  const auto anybody = [&] { return 1 + static_cast<std::uint32_t>(random.below(kParticipants)); };
  for (std::uint32_t i = 0; i < size.holds; ++i) {
    desk.run({ledger::Hold{cash(anybody()), Money(10), 10}});
  }
  std::string bytes;
  const double write = best_of(size.repeats, [&] {
    const Timer timer;
    bytes = ledger::write_snapshot(desk.state());
    return timer.cpu();
  });
  const double read = best_of(size.repeats, [&] {
    const Timer timer;
    if (!ledger::read_snapshot(bytes).ok()) std::exit(1);
    return timer.cpu();
  });
  print_snapshot("ledger: snapshot", bytes.size(), write, read);
  const ledger::State before = desk.state();
  desk.events.clear();
  for (std::uint32_t i = 0; i < size.holds / 5; ++i) {
    const ledger::HoldId hold = desk.run({ledger::Hold{cash(anybody()), Money(10), 10}}).hold();
    desk.run({ledger::Post{hold, cash(anybody()), Money(10)}});
  }
  const auto line = [&](const char* name, With with) {
    print_rate(name,
               best_of(size.repeats,
                       [&] {
                         Hashing hashing;
                         return replay(before, desk.events, with, hashing);
                       }),
               desk.events.size());
  };
  line("ledger: events applied", With::kNothing);
  line("ledger: judged and applied", With::kCheck);
  line("ledger: judged, applied, touched rows hashed", With::kTouched);
}

int run(int argc, char** argv) {
  Size size;
  const auto number = [&](int at, std::uint32_t otherwise) {
    return argc > at ? static_cast<std::uint32_t>(std::atol(argv[at])) : otherwise;
  };
  size.orders = number(1, size.orders);
  size.contracts = number(2, size.contracts);
  size.holds = number(3, size.holds);
  size.repeats = static_cast<int>(number(4, 3));
  std::printf("%u orders wait, %u contracts run, %u holds are open\n", size.orders, size.contracts,
              size.holds);
  measure_engine(size);
  measure_ledger(size);
  std::printf("peak %.0f MB\n", bench::peak_megabytes());
  return 0;
}

}  // namespace
}  // namespace tongsuan

int main(int argc, char** argv) {
  return tongsuan::run(argc, argv);
}
