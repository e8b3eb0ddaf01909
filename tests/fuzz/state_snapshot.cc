#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/snapshot.h"
#include "tongsuan/ledger/any_entry.h"
#include "tongsuan/ledger/snapshot.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

constexpr std::uint32_t kNumbers = 10'000;  // looking at more takes long

template <class Read>
bool is_refused(const Read& read, std::string_view bytes) {
  if (read.ok()) return false;
  TONGSUAN_CHECK(read.error().what != nullptr && read.error().offset <= bytes.size());
  return true;
}

void engine_state(std::string_view bytes) {
  auto read = engine::read_snapshot(bytes, engine::testing::small_places());
  if (is_refused(read, bytes)) return;
  engine::State state = std::move(read).value();
  TONGSUAN_CHECK(engine::write_snapshot(state) == bytes);
  if (state.order_count() > kNumbers || state.contract_count() > kNumbers) return;
  TONGSUAN_CHECK(engine::testing::broken_invariant(state).empty());
  Random random(bytes.size());
  for (int i = 0; i < 20; ++i) {
    std::vector<engine::Event> events;
    const engine::Command command = engine::testing::AnyCommand(random, state).draw();
    static_cast<void>(engine::decide(state, state.now(), command, events));
    for (const engine::Event& event : events) state.apply(event);
  }
  TONGSUAN_CHECK(engine::testing::broken_invariant(state).empty());
}

void ledger_state(std::string_view bytes) {
  auto read = ledger::read_snapshot(bytes);
  if (is_refused(read, bytes)) return;
  ledger::State state = std::move(read).value();
  TONGSUAN_CHECK(ledger::write_snapshot(state) == bytes);
  Random random(bytes.size());
  ledger::Decider decider;
  ledger::testing::AnyEntry any(random, state);
  for (int i = 0; i < 20; ++i) {
    ledger::Events events;
    any.make();
    const auto answer = decider.decide(state, state.now(), any.entry(), events);
    if (!answer.ok() || answer.value().repeated) continue;
    any.see(events.back());
    state.apply(events.back());
  }
}

}  // namespace

void state_snapshot(std::string_view bytes) {
  if (bytes.empty()) return;
  (bytes.front() == 'e' ? engine_state : ledger_state)(bytes.substr(1));
}

std::vector<std::string> state_snapshot_seeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Random random(seed);
    engine::Engine engine(engine::testing::small_places());
    for (int i = 0; i < 60; ++i) {
      engine.execute(i, engine::testing::AnyCommand(random, engine.state()).draw());
    }
    seeds.push_back('e' + engine::write_snapshot(engine.state()));
    ledger::Ledger ledger;
    ledger::Events events;
    ledger::testing::AnyEntry any(random, ledger.state());
    for (int i = 0; i < 60; ++i) {
      if (!any.prepare(i)) any.make();
      if (ledger.execute(i, any.entry(), events).ok()) any.see(events.back());
    }
    seeds.push_back('l' + ledger::write_snapshot(ledger.state()));
  }
  return seeds;
}

}  // namespace tongsuan::fuzz
