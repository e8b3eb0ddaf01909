// exchange, floor 4: the deterministic core of a running exchange.
//   commands.h  what may be asked, and the answers
//   rules.h     what an operator may change
//   events.h    what happened
//   bytes.h     records of events as bytes, and back
//   repeats.h   requests that come again
//   state.h     what is true now
//
// Model. `execute` turns one request into events and makes each true as it is made: everything that
// may refuse is asked before the first of them. Its record goes to the journal; a state to which
// the records are applied in order is the same state, and nobody decides again. Money and rights
// move in the record of what they pay for. The exchange knows no solver, clock, file or socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/exchange/bytes.h"
#include "tongsuan/exchange/commands.h"
#include "tongsuan/exchange/events.h"
#include "tongsuan/exchange/state.h"

namespace tongsuan::exchange {

// What one request did. Reused from request to request for its memory.
struct Output {
  std::string record;                        // its bytes; empty when there is nothing to journal
  std::vector<engine::Event> engine_events;  // those of the record, for a dispatcher
  Answer answer;
};

// What tests switch off or break, to see that they notice.
struct TestSwitches {
  bool no_repeats = false;     // what was asked before is done again
  bool settles_twice = false;  // as a contract ends, its last part is paid twice; no ledger checks
  bool overcharges = false;    // a supplier gets one micro-yuan more at every end of a contract
  bool no_fences = false;      // agents that were taken over are heard
  bool keeps_missed = false;   // nothing goes back of what was presumed
  bool sellers_keep = false;   // sellers give nothing back of it
  bool owes_for_gaps = false;  // sellers owe for what their takers missed
  bool no_room = false;        // no hold can be made, as it seems
};

class Executor;

class Exchange {
 public:
  // Places without accounts: participants are the accounts.
  Exchange(engine::Places places, Second opened, TestSwitches switches = {});
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] const State& state() const { return state_; }
  // Records so far: the number of the last one.
  [[nodiscard]] std::uint64_t sequence() const { return state_.sequence(); }
  // `at` before the last second counts as the last second: clocks may go back, time does not.
  void execute(Second at, Request request, Output& output);
  // Makes the record of a journal true, and calls `see`, if any, after each of its events. After a
  // misfit the state is not to be used.
  using Seen = std::function<void(Second at, const Event& event)>;
  [[nodiscard]] std::optional<Misfit> replay(std::string_view record, const Seen& see = {});
  [[nodiscard]] Digest digest() { return state_.digest(); }
  // See the state's.
  [[nodiscard]] State::Elsewhere hash_elsewhere(RowSink& sink) {
    return state_.hash_elsewhere(sink);
  }
  void cut() { state_.cut(); }
  void hand_over_answers() { state_.hand_over_answers(); }
  void hash_here(const Digest& digest) { state_.hash_here(digest); }
  void reserve(std::size_t records) { state_.reserve(records); }
  // The state as bytes, right after `digest`; and back, on a fresh exchange of the same places.
  [[nodiscard]] std::string snapshot() const;
  [[nodiscard]] Result<Done> restore(std::string_view snapshot);
  // Becomes what another exchange of the same places is.
  void copy(const Exchange& other) { state_ = other.state_; }

 private:
  engine::Places places_;  // as they were given
  TestSwitches switches_;
  State state_;
  RecordReader reader_;
  std::unique_ptr<Executor> executor_;
};

// Names the body of a request, so that a repeated id with another body is seen.
[[nodiscard]] std::uint64_t fingerprint(std::string_view body);

}  // namespace tongsuan::exchange
