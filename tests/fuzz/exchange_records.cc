// Records of strangers, judged and made true one after the other.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "tongsuan/base/check.h"
#include "tongsuan/base/random.h"
#include "tongsuan/engine/any_command.h"
#include "tongsuan/exchange/exchange.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

using exchange::Exchange;
using exchange::ParticipantId;

engine::Places places() {
  engine::Places places = engine::testing::small_places();
  places.accounts.clear();
  places.account_names = {};
  for (engine::Pool& pool : places.pools) pool.ask = Price(3'600);
  return places;
}

// Records, each behind its length in two bytes.
void add_record(std::string& bytes, std::string_view record) {
  if (record.empty() || record.size() > 0xFFFF) return;
  bytes += static_cast<char>(record.size() & 0xFF);
  bytes += static_cast<char>(record.size() >> 8);
  bytes += record;
}

std::string_view next_record(std::string_view& bytes) {
  if (bytes.size() < 2) return {};
  const auto at = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t length = std::min(at(0) | at(1) << 8, bytes.size() - 2);
  const std::string_view record = bytes.substr(2, length);
  bytes.remove_prefix(2 + length);
  return record;
}

// What an exchange does in its first minutes, by commands that mostly make sense.
class Day {
 public:
  explicit Day(std::uint64_t seed) : random_(seed), exchange_(places(), 0) {
    for (const char* name : {"east", "west", "alice", "bob"}) {
      ask({},
          exchange::OpenParticipant{name,
                                    name[0] == 'e' || name[0] == 'w' ? exchange::Role::kHub
                                                                     : exchange::Role::kParticipant,
                                    ledger::kHouse, Money()});
    }
    ask({}, exchange::AssignHub{HubId{0}, ParticipantId{1}});
    ask({}, exchange::AssignHub{HubId{1}, ParticipantId{2}});
    for (const std::uint32_t who : {3U, 4U}) {
      ask({}, exchange::Deposit{{ParticipantId{who}, ledger::Purpose::kCash}, Money(1'000'000), 1});
    }
  }
  std::string play(int steps) {
    for (int i = 0; i < steps; ++i) step();
    return std::move(bytes_);
  }

 private:
  void ask(ParticipantId actor, exchange::Command command) {
    exchange::Request request;
    request.actor = actor;
    request.what = std::move(command);
    exchange_.execute(now_, std::move(request), output_);
    add_record(bytes_, output_.record);
  }
  void step() {
    now_ += static_cast<Second>(random_.below(40));
    const ParticipantId buyer{3 + static_cast<std::uint32_t>(random_.below(2))};
    switch (random_.below(6)) {
      case 0:
        return ask({}, exchange::CloseGate{exchange_.state().engine().round() + 1});
      case 1:
      case 2: {
        engine::LiveOrder order = engine::testing::small_order(1, now_);
        order.value = static_cast<std::int64_t>(100 + random_.below(20'000));
        return ask(buyer, exchange::SubmitOrder{std::move(order), "job"});
      }
      case 3:
        return ask(ParticipantId{1 + static_cast<std::uint32_t>(random_.below(2))},
                   exchange::MeterContract{engine::ContractId{0}, now_});
      default:
        return ask({},
                   exchange::Dispatch{
                       engine::testing::AnyCommand(random_, exchange_.state().engine()).draw()});
    }
  }

  Random random_;
  Exchange exchange_;
  exchange::Output output_;
  std::string bytes_;
  Second now_ = 0;
};

}  // namespace

void exchange_records(std::string_view bytes) {
  Exchange exchange(places(), 0);
  while (!bytes.empty()) {
    const auto misfit = exchange.replay(next_record(bytes));
    if (!misfit) continue;
    TONGSUAN_CHECK(!misfit->what.empty());
    return;  // the state is not to be used any more
  }
  TONGSUAN_CHECK(engine::testing::broken_invariant(exchange.state().engine()).empty());
  // What was accepted can be kept, and read again.
  const Digest digest = exchange.digest();
  Exchange again(places(), 0);
  const Result<Done> restored = again.restore(exchange.snapshot());
  if (!restored.ok()) std::fprintf(stderr, "%s\n", restored.error().context.c_str());
  TONGSUAN_CHECK(restored.ok());
  TONGSUAN_CHECK(again.digest() == digest);
}

std::vector<std::string> exchange_records_seeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) seeds.push_back(Day(seed).play(40));
  return seeds;
}

}  // namespace tongsuan::fuzz
