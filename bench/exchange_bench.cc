// What grows with a running exchange and must not grow faster: finding a participant by its name,
// and closing a resale of which many have devices. One thread, CPU time.
// usage: tongsuan_exchange_bench [PARTICIPANTS] [HOLDERS]
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tongsuan/base/check.h"
#include "tongsuan/exchange/exchange.h"

#include "measure.h"

namespace tongsuan {
namespace {

using namespace exchange;  // NOLINT: a bench of one module
using bench::Timer;
using ledger::Account;
using ledger::kHouse;
using ledger::Purpose;

class Bench {
 public:
  explicit Bench(std::uint32_t nodes) : exchange_(places(nodes), 0) {}

  std::uint64_t ask(ParticipantId actor, Command command) {
    exchange_.execute(now_, {{}, 0, actor, std::move(command)}, output_);
    if (output_.answer.code != Code::kDone) std::printf("%s\n", code_name(output_.answer.code));
    TONGSUAN_CHECK(output_.answer.code == Code::kDone);
    return output_.answer.value;
  }
  ParticipantId open(const std::string& name) {
    const OpenParticipant command{name, Role::kParticipant, kHouse, Money()};
    return {static_cast<std::uint32_t>(ask(kHouse, command))};
  }
  void start(ParticipantId who, std::uint32_t first, std::uint32_t nodes) {
    engine::LiveOrder order;
    order.latest_start = now_ + 1'000;
    order.value = std::int64_t{2'000} * nodes;
    order.ways = {{ClassId{0}, nodes, 1'000}};
    const OrderId id{static_cast<std::uint32_t>(ask(who, SubmitOrder{order, ""}))};
    std::vector<std::uint32_t> at;
    for (std::uint32_t i = 0; i < nodes; ++i) at.push_back(first + i);
    ask(kHouse, Dispatch{engine::StartOrder{id, 0, engine::PoolId{0}, at, Price(3'600)}});
  }
  void later(Second seconds) { now_ += seconds; }
  [[nodiscard]] const State& state() const { return exchange_.state(); }

 private:
  static engine::Places places(std::uint32_t nodes) {
    engine::Places places;
    places.hub_names.push_back("hub");
    places.hubs.emplace_back();
    places.class_names.push_back("A");
    places.classes = {{400, 1}};
    places.pools = {{HubId{0}, ClassId{0}, nodes, 1, Price(3'600)}};
    return places;
  }
  Exchange exchange_;
  Output output_;
  Second now_ = 0;
};

void names(std::uint32_t count) {
  Bench bench(1);
  const Timer opening;
  for (std::uint32_t i = 0; i < count; ++i) bench.open("participant-" + std::to_string(i));
  const double opened = opening.cpu();
  constexpr std::uint32_t kLooks = 2'000;
  const Timer looking;
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < kLooks; ++i) {
    const std::uint64_t some = std::uint64_t{i} * 7'919 % count;
    sum += bench.state().find_participant("participant-" + std::to_string(some)).value;
  }
  TONGSUAN_CHECK(sum > 0);
  std::printf("%7u participants: opened in %8.0f ns each, found in %8.0f ns\n", count,
              opened / count * 1e9, looking.cpu() / kLooks * 1e9);
}

// One contract ends, `holders` others take a device each, and all of it ends.
void resale(std::uint32_t holders) {
  Bench bench(holders);
  const ParticipantId seller = bench.open("seller"), buyer = bench.open("buyer"),
                      supplier = bench.open("supplier");
  bench.ask(kHouse, AssignHub{HubId{0}, supplier});
  for (const ParticipantId who : {seller, buyer}) {
    bench.ask(kHouse, Deposit{{who, Purpose::kCash}, Money(1'000'000'000'000), 1});
  }
  bench.start(seller, 0, holders);
  bench.later(10);
  bench.ask(supplier, EndContract{engine::ContractId{0}});
  const Timer taking;
  for (std::uint32_t i = 0; i < holders; ++i) bench.start(buyer, i, 1);
  const double taken = taking.cpu();
  bench.later(990);
  const Timer closing;
  bench.ask(kHouse, TurnResales{});
  std::printf("%7u holders: a start %6.0f ns, the end of the resale %8.0f ns for each\n", holders,
              taken / holders * 1e9, closing.cpu() / holders * 1e9);
}

}  // namespace
}  // namespace tongsuan

int main(int argc, char** argv) {
  const auto number = [&](int at, std::uint32_t otherwise) {
    return argc > at ? static_cast<std::uint32_t>(std::atoi(argv[at])) : otherwise;
  };
  const std::uint32_t participants = number(1, 100'000), holders = number(2, 16'000);
  for (std::uint32_t count = participants / 16; count <= participants; count *= 4) {
    tongsuan::names(count);
  }
  for (std::uint32_t count = holders / 16; count <= holders; count *= 2) tongsuan::resale(count);
}
