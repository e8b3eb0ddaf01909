// engine, floor 3: the deterministic core of the exchange, without money.
//   places.h    hubs, classes, pools, links, data
//   order.h     orders and contracts while they live
//   commands.h  what may be asked, what happens, why something is refused
//   state.h     what is true now
//   offer.h     what devices cost whose seller asks by steps
//   bytes.h     events as bytes, and back
//
// Model. `decide` reads the state and turns one command into events, or refuses; `State::apply`
// makes an event true and cannot fail. A run is its list of events: applied to the same places they
// give the same state, whoever decided, and its digest names the run. The engine knows no solver,
// clock, file or socket: seconds come with commands, prices and awards from whoever cleared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/engine/bytes.h"
#include "tongsuan/engine/commands.h"
#include "tongsuan/engine/state.h"

namespace tongsuan::engine {

// Limits and order of the lists; the error names what is wrong.
[[nodiscard]] Result<Done> check_places(const Places& places);

// Appends the events of `command` at second `at`, or says why not and appends nothing, save that an
// order which is refused is an event of its own: it keeps its number.
[[nodiscard]] std::optional<Refusal> decide(const State& state, Second at, Command command,
                                            std::vector<Event>& events);

// Why an event that somebody else wrote cannot be applied to `state`; nothing when it can: then no
// invariant breaks. Of the rules of `decide` it asks for those that the invariants need, and must
// go on accepting what an older `decide` accepted.
[[nodiscard]] std::optional<Refusal> check_event(const State& state, const Event& event);

// Decides, applies and keeps the digest of everything that happened.
class Engine {
 public:
  explicit Engine(Places places) : state_(std::move(places)) {}
  [[nodiscard]] const State& state() const { return state_; }
  // Appends the events of this command to those of the caller; false when it is refused.
  bool execute(Second at, Command command, std::vector<Event>& events);
  // The events of this command; valid until the next call.
  const std::vector<Event>& execute(Second at, Command command);
  // Why the last command was refused.
  [[nodiscard]] std::optional<Refusal> refusal() const { return refusal_; }
  [[nodiscard]] std::uint64_t event_count() const { return event_count_; }
  [[nodiscard]] Digest digest() const;

 private:
  State state_;
  std::vector<Event> events_;
  std::optional<Refusal> refusal_;
  std::uint64_t event_count_ = 0;
  std::string bytes_;  // of events that `sha_` has not seen yet: short messages are dear to hash
  Sha256 sha_;
};

}  // namespace tongsuan::engine
