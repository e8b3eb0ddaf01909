#include "tongsuan/engine/any_command.h"
#include "tongsuan/engine/bytes.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

using engine::Event;

// Events one after the other, until bytes are none.
std::vector<Event> read_all(std::string_view bytes) {
  std::vector<Event> events;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t begin = at;
    auto event = engine::read_event(bytes, at);
    if (!event.ok()) {
      TONGSUAN_CHECK(at == begin && event.error().what != nullptr);
      TONGSUAN_CHECK(event.error().offset <= bytes.size());
      break;
    }
    std::string again;
    engine::append_bytes(event.value(), again);
    TONGSUAN_CHECK(again == bytes.substr(begin, at - begin));
    events.push_back(std::move(event).value());
  }
  return events;
}

}  // namespace

void engine_events(std::string_view bytes) {
  engine::State state(engine::testing::small_places());
  for (const Event& event : read_all(bytes)) {
    const bool fits = !engine::check_event(state, event);
    if (fits) state.apply(event);
  }
  TONGSUAN_CHECK(engine::testing::broken_invariant(state).empty());
}

std::vector<std::string> engine_events_seeds() {
  std::vector<std::string> seeds(1);
  for (const Event& event : engine::testing::one_of_each()) {
    engine::append_bytes(event, seeds.front());
  }
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Random random(seed);
    engine::Engine engine(engine::testing::small_places());
    std::string& bytes = seeds.emplace_back();
    for (int i = 0; i < 60; ++i) {
      const engine::Command command = engine::testing::AnyCommand(random, engine.state()).draw();
      for (const Event& event : engine.execute(i, command)) engine::append_bytes(event, bytes);
    }
  }
  return seeds;
}

}  // namespace tongsuan::fuzz
