// A running exchange with many waiting orders: what each call into the market costs the thread that
// owns the state.
//
//   tongsuan_dispatch_bench SCENARIO [--orders N] [--jobs N] [--burst N] [--batch N] [--line N]
//                           [--work N] [--book N] [--units N] [--threads N]
//                           [--json]
//
// The scenario's places are sized for --jobs; its jobs come again and again until --orders wait.
// Then bursts come while everything is taken, contracts end, a round opens, and a book of the first
// --book orders is frozen, cleared with --units of search an order, and brought back (0: none).
// Times are CPU time of the calling thread: mean and worst call.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/market_policy.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/rolling/rolling.h"

#include "measure.h"

namespace {

using namespace tongsuan;
using engine::Event;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Calls of one kind.
struct Calls {
  std::uint64_t count = 0;
  double sum = 0;
  double worst = 0;
  template <class Call>
  void time(Call call) {
    const double begin = thread_seconds();
    call();
    const double took = thread_seconds() - begin;
    ++count;
    sum += took;
    worst = std::max(worst, took);
  }
};

class Exchange final : public dispatch::Desk {
 public:
  Exchange(const lab::Instance& instance, const rolling::MarketRules& rules)
      : instance_(instance),
        rules_(rules),
        engine_(instance.places),
        market_(instance.places, instance.energy, rules) {}

  [[nodiscard]] const engine::State& state() const override { return engine_.state(); }
  [[nodiscard]] Second now() const override { return now_; }
  bool execute(engine::Command command) override {
    return engine_.execute(now_, std::move(command), events_);
  }
  void advance(Second seconds) { now_ += seconds; }

  // So many orders, in batches; time of `react` alone.
  Calls submit(std::uint64_t count, std::uint64_t batch) {
    Calls calls;
    while (count > 0) {
      const std::uint64_t some = std::min(count, batch);
      count -= some;
      std::vector<Event> fresh;
      for (std::uint64_t i = 0; i < some; ++i) {
        engine_.execute(now_, engine::SubmitOrder{next_order()}, fresh);
      }
      calls.time([&] { market_.react(*this, fresh); });
    }
    return calls;
  }
  // One contract ends in each call.
  Calls end_some(std::uint64_t count) {
    Calls calls;
    for (; count > 0 && ended_ < state().contract_count(); ++ended_) {
      if (state().contract(engine::ContractId{ended_}).end >= 0) continue;
      --count;
      std::vector<Event> fresh;
      engine_.execute(now_, engine::EndContract{engine::ContractId{ended_}}, fresh);
      calls.time([&] { market_.react(*this, fresh); });
    }
    return calls;
  }
  Calls work() {
    Calls calls;
    while (market_.unfinished()) calls.time([&] { market_.continue_work(*this); });
    return calls;
  }
  rolling::RollingMarket& market() { return market_; }
  [[nodiscard]] std::uint64_t waiting() const {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < state().order_count(); ++i) {
      sum += state().order(OrderId{i}).state == engine::OrderState::kWaiting;
    }
    return sum;
  }

 private:
  engine::LiveOrder next_order() {
    const std::vector<world::Job>& jobs = instance_.script.jobs;
    engine::LiveOrder order = jobs[next_++ % jobs.size()].order;
    const Second patience = order.latest_start - order.submit;
    // Values differ from one time to the next.
    order.value += static_cast<std::int64_t>(next_ / jobs.size() * 997);
    order.submit = now_;
    order.not_before = 0;
    order.latest_start = now_ + patience;
    return order;
  }

  const lab::Instance& instance_;
  const rolling::MarketRules rules_;
  engine::Engine engine_;
  rolling::RollingMarket market_;
  std::vector<Event> events_;
  Second now_ = 0;
  std::uint64_t next_ = 0;
  std::uint32_t ended_ = 0;
};

class Report {
 public:
  explicit Report(bool json) : json_(json) {}
  void put(const std::string& what, const Calls& calls, std::uint64_t orders = 0) const {
    const double each = orders == 0 ? 0 : calls.sum / static_cast<double>(orders);
    const double mean = calls.count == 0 ? 0 : calls.sum / static_cast<double>(calls.count);
    if (json_) {
      bench::JsonLine()
          .put("call", what)
          .put("calls", calls.count)
          .put("cpu", calls.sum)
          .put("mean", mean)
          .put("worst", calls.worst)
          .put("per_order", each)
          .print();
      return;
    }
    std::printf("%-28s %8llu calls %9.3f s, mean %9.1f us, worst %9.1f us", what.c_str(),
                static_cast<unsigned long long>(calls.count), calls.sum, mean * 1e6,
                calls.worst * 1e6);
    if (orders > 0) std::printf(", %7.3f us an order", each * 1e6);
    std::printf("\n");
    std::fflush(stdout);
  }

 private:
  bool json_;
};

// A book is frozen and cleared as on another thread, and brought back.
void measure_book(Exchange& exchange, const lab::Instance& instance, std::uint32_t threads,
                  const Report& report) {
  Calls inputs, freezing, finishing;
  rolling::RoundInputs what;
  inputs.time(
      [&] { what = exchange.market().take_round(exchange.state(), exchange.state().now()); });
  report.put("take_round", inputs);
  rolling::FrozenRound frozen;
  freezing.time([&] { frozen = freeze(exchange.state(), instance.energy, std::move(what)); });
  report.put("freeze (another thread)", freezing, frozen.book.market.orders.size());
  const bench::Timer timer;
  const auto cleared = clear_round(std::move(frozen), {.thread_count = threads});
  std::printf(
      "clear_round: %zu orders, %zu awards, %.2f s wall, %.2f s CPU, gap %lld ppm, "
      "certificate %.1f MB%s%s\n",
      cleared->book.market.orders.size(), cleared->awards.size(), timer.wall(), timer.cpu(),
      cleared->clearing ? static_cast<long long>(cleared->clearing->verified.verdict().gap_ppm())
                        : -1LL,
      static_cast<double>(cleared->certificate.size()) * 1e-6, cleared->reason.empty() ? "" : ", ",
      cleared->reason.c_str());
  finishing.time([&] { exchange.market().finish_round(exchange, cleared); });
  report.put("finish_round", finishing);
  report.put("  continue_work", exchange.work());
}

int measure(const lab::Instance& instance, const bench::BenchArguments& arguments) {
  const Report report(arguments.json);
  rolling::MarketRules rules = lab::market_rules(instance, {});
  rules.line_max = static_cast<std::uint32_t>(arguments.number("line", 10'000));
  rules.work_max = arguments.number("work", 60'000);
  rules.waiting_expected = static_cast<std::uint32_t>(arguments.number("orders", 1'000'000));
  rules.search_units_per_order = static_cast<std::uint32_t>(arguments.number("units", 10'000));
  rules.book_orders_max = static_cast<std::uint32_t>(arguments.number("book", 0));
  Exchange exchange(instance, rules);
  const std::uint64_t orders = arguments.number("orders", 1'000'000);
  const std::uint64_t batch = arguments.number("batch", 256);
  const std::uint64_t burst = arguments.number("burst", 10'000);
  report.put("filling", exchange.submit(orders, batch), orders);
  report.put("  continue_work", exchange.work());
  std::uint64_t nodes = 0, devices = 0, free = 0;
  for (std::uint32_t i = 0; i < instance.places.pools.size(); ++i) {
    nodes += instance.places.pools[i].nodes;
    devices += exchange.state().pool(engine::PoolId{i}).up;
    free += exchange.state().pool(engine::PoolId{i}).free;
  }
  std::printf("%zu hubs, %zu pools, %llu nodes, %llu devices, %llu free; %u contracts; %llu wait\n",
              instance.places.hubs.size(), instance.places.pools.size(),
              static_cast<unsigned long long>(nodes), static_cast<unsigned long long>(devices),
              static_cast<unsigned long long>(free), exchange.state().contract_count(),
              static_cast<unsigned long long>(exchange.waiting()));
  for (int i = 0; i < 3; ++i) {
    exchange.advance(1);
    report.put("burst", exchange.submit(burst, batch), burst);
    report.put("  continue_work", exchange.work());
  }
  exchange.advance(3'600);
  Calls begin;
  begin.time([&] { exchange.market().begin_round(exchange); });
  report.put("begin_round", begin);
  report.put("  continue_work", exchange.work());
  exchange.advance(1);
  report.put("a contract ends", exchange.end_some(100));
  report.put("  continue_work", exchange.work());
  report.put("burst", exchange.submit(burst, batch), burst);
  report.put("  continue_work", exchange.work());
  if (rules.book_orders_max > 0) {
    measure_book(exchange, instance, static_cast<std::uint32_t>(arguments.number("threads", 2)),
                 report);
  }
  rolling::RollingMarket other(instance.places, instance.energy, rules);
  Calls resume;
  resume.time([&] { other.resume(exchange); });
  report.put("resume", resume);
  std::printf("peak memory %.0f MB\n", bench::peak_megabytes());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(
      argc, argv,
      "tongsuan_dispatch_bench SCENARIO [--orders N] [--jobs N] [--burst N] [--batch N] [--line N] "
      "[--work N] [--book N] [--units N] [--threads N] [--json]");
  for (const std::string& name : arguments.books) {
    const Result<lab::Scenario> scenario = lab::find_scenario(name);
    lab::InstanceOptions options;
    options.load_percent = 90;
    options.jobs = static_cast<std::uint32_t>(arguments.number("jobs", 100'000));
    const Result<lab::Instance> instance =
        scenario.ok() ? lab::make_instance(scenario.value(), options) : scenario.error();
    if (!instance.ok()) {
      std::fprintf(stderr, "%s; %s\n", instance.error().context.c_str(),
                   instance.error().hint.c_str());
      return 1;
    }
    const int code = measure(instance.value(), arguments);
    if (code != 0) return code;
  }
  return 0;
}
