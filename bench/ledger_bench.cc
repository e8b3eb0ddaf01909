// Speed of the ledger on one thread: entries decided and applied, beside a plain pass over memory
// that does the same additions and asks nothing.
// usage: tongsuan_ledger_bench [PARTICIPANTS] [ENTRIES] [REPEATS]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/ledger/bytes.h"
#include "tongsuan/ledger/ledger.h"

#include "measure.h"

namespace tongsuan::ledger {
namespace {

using bench::Timer;

constexpr std::size_t kBatch = 256;  // events that a journal would write together

struct Pair {
  std::uint32_t from;
  std::uint32_t to;
  std::int64_t amount;
};

std::vector<Pair> random_pairs(std::uint32_t participants, std::size_t count) {
  Random random(1);
  std::vector<Pair> pairs(count);
  for (Pair& pair : pairs) {
    pair.from = 1 + static_cast<std::uint32_t>(random.below(participants));
    do pair.to = 1 + static_cast<std::uint32_t>(random.below(participants));
    while (pair.to == pair.from);
    pair.amount = random.between(1, 1'000);
  }
  return pairs;
}

Account cash(std::uint32_t participant) {
  return {{participant}, Purpose::kCash};
}

// Entries of the exchange itself, each with the next number.
class Desk {
 public:
  explicit Desk(std::uint32_t participants) {
    for (std::uint32_t i = 1; i <= participants; ++i) {
      legs_ = {Open{cash(i), {}}, Move{{kHouse, Purpose::kRail}, cash(i), Money(1'000'000'000)}};
      run();
    }
  }
  Answer run() {
    const Entry entry{{kHouse, ++number_}, {.contract = contract, .segment = 1}, legs_};
    const Result<Answer, Refusal> answer = decider_.decide(state_, 0, entry, events_);
    if (!answer.ok()) {
      std::fprintf(stderr, "refused: %s\n", refusal_name(answer.error()));
      std::exit(1);
    }
    state_.apply(events_.back());
    if (write) append_bytes(events_.back(), bytes_);
    if (events_.size() >= kBatch) end_batch();
    return answer.value();
  }
  std::vector<Leg>& legs() { return legs_; }
  [[nodiscard]] const State& state() const { return state_; }
  std::uint64_t contract = 1;
  bool write = false;
  std::size_t written = 0;

 private:
  void end_batch() {
    events_.clear();
    written += bytes_.size();
    sha_.update(bytes_);
    bytes_.clear();
  }
  State state_;
  Decider decider_;
  Events events_;
  std::vector<Leg> legs_;
  std::string bytes_;
  Sha256 sha_;
  std::uint64_t number_ = 0;
};

double best_of(int repeats, const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < repeats; ++i) {
    const Timer timer;
    work();
    best = std::min(best, timer.cpu());
  }
  return best;
}

struct Figure {
  const char* name;
  double seconds;
  std::size_t count;
};

void print(const Figure& line, const Figure& plain) {
  const double each = line.seconds / static_cast<double>(line.count);
  std::printf("%-44s %8.1f ns  %9.0f /s  %6.1f x plain\n", line.name, each * 1e9, 1 / each,
              each / (plain.seconds / static_cast<double>(plain.count)));
}

// A balance in a row as large as a participant's.
struct Padded {
  std::int64_t balance = 0;
  std::array<char, sizeof(Participant) - sizeof(std::int64_t)> rest{};
  void operator+=(std::int64_t amount) { balance += amount; }
};
std::int64_t balance_of(std::int64_t row) {
  return row;
}
std::int64_t balance_of(const Padded& row) {
  return row.balance;
}

template <class Row>
Figure plain_pass(const char* name, const std::vector<Pair>& pairs, int repeats,
                  std::int64_t& check) {
  std::uint32_t last = 0;
  for (const Pair& pair : pairs) last = std::max({last, pair.from, pair.to});
  std::vector<Row> rows(last + std::size_t{1});
  const double seconds = best_of(repeats, [&] {
    for (const Pair& pair : pairs) {
      rows[pair.from] += -pair.amount;
      rows[pair.to] += pair.amount;
    }
  });
  check += balance_of(rows[1]);
  return {name, seconds, pairs.size()};
}

void transfer(Desk& desk, const std::vector<Pair>& pairs) {
  for (const Pair& pair : pairs) {
    desk.legs().assign({Move{cash(pair.from), cash(pair.to), Money(pair.amount)}});
    desk.run();
  }
}

// A hold and the post that uses it up: two entries.
void hold_and_post(Desk& desk, const std::vector<Pair>& pairs) {
  for (const Pair& pair : pairs) {
    desk.legs().assign({Hold{cash(pair.from), Money(pair.amount), 10}});
    const HoldId hold = desk.run().hold();
    desk.legs().assign({Post{hold, cash(pair.to), Money(pair.amount)}});
    desk.run();
  }
}

// Deliveries of contracts that are open side by side: right and two posts in one entry.
void deliver(Desk& desk, const std::vector<Pair>& pairs) {
  struct Open {
    HoldId hold;
    RightId right;
    std::uint64_t contract;
  };
  std::vector<Open> open;
  constexpr std::uint32_t kContracts = 50'000;
  for (std::uint32_t i = 0; i < kContracts; ++i) {
    desk.legs().assign({Hold{cash(pairs[i].from), Money(20'000), 10}});
    const HoldId hold = desk.run().hold();
    desk.contract = desk.state().last_contract() + 1;
    desk.legs().assign({Grant{hold, Money(20'000), DeviceSeconds(20'000)}});
    open.push_back({hold, desk.run().right(), desk.contract});
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Open& one = open[pairs[i].from % kContracts];
    if (desk.state().rights().find(one.right)->delivered.raw() > 19'900) continue;
    desk.contract = one.contract;
    desk.legs().assign({Deliver{one.right, DeviceSeconds(10)},
                        Post{one.hold, cash(pairs[i].to), Money(9)},
                        Post{one.hold, {kHouse, Purpose::kRent}, Money(1)}});
    desk.run();
  }
}

int run(int argc, char** argv) {
  const auto participants = static_cast<std::uint32_t>(argc > 1 ? std::atol(argv[1]) : 100'000);
  const auto count = static_cast<std::size_t>(argc > 2 ? std::atol(argv[2]) : 2'000'000);
  const int repeats = argc > 3 ? std::atoi(argv[3]) : 3;
  const std::vector<Pair> pairs = random_pairs(participants, count);
  std::int64_t check = 0;
  const Figure plain = plain_pass<std::int64_t>("plain pass: two additions", pairs, repeats, check);
  std::printf("%u participants, %zu transfers; check %lld\n", participants, count,
              static_cast<long long>(check));
  print(plain, plain);
  print(plain_pass<Padded>("the same, in rows of the ledger's size", pairs, repeats, check), plain);
  Desk desk(participants);
  print({"transfer, decided and applied", best_of(repeats, [&] { transfer(desk, pairs); }), count},
        plain);
  desk.write = true;
  print({"transfer, with bytes and their digest", best_of(repeats, [&] { transfer(desk, pairs); }),
         count},
        plain);
  std::printf("%.0f bytes of an event\n",
              static_cast<double>(desk.written) / static_cast<double>(count) / repeats);
  desk.write = false;
  print({"hold, then post: each of two entries",
         best_of(repeats, [&] { hold_and_post(desk, pairs); }), 2 * count},
        plain);
  print({"delivery versus payment: right and two posts",
         best_of(repeats, [&] { deliver(desk, pairs); }), count},
        plain);
  std::printf(
      "row of a participant %zu bytes, of a hold %zu, of a right %zu, window of an author "
      "%zu; peak %.0f MB\n",
      sizeof(Participant), sizeof(HoldRow), sizeof(RightRow), sizeof(RepeatWindow),
      bench::peak_megabytes());
  return 0;
}

}  // namespace
}  // namespace tongsuan::ledger

int main(int argc, char** argv) {
  return tongsuan::ledger::run(argc, argv);
}
