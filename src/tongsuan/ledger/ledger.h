// ledger, floor 2: who has which money, what is set aside for whom, and which device-time it pays.
//   entry.h      accounts, entries, events, refusals: plain values
//   state.h      what is true now
//   bytes.h      events as bytes, and back
//   statement.h  lines of one account; the trial balance
//   audit.h      everything again, from the events alone
// docs/ledger.md has the model on one page, with an example in numbers.
//
// Model. Double entry in integer micro-yuan: an account is (participant, purpose), money only moves
// from one account to another. A *hold* sets money aside and is paid out in parts, or given back. A
// *right* is the device-time of a contract: the entry that delivers part of it also posts what is
// due for it, out of the holds bound to it, and no other entry can.
//
// Invariants, checked in release builds after every event, in time proportional to its facts:
//   - all balances add up to 0; hold accounts add up to what is left of open holds;
//   - no account is below its floor: 0, save for a cash account with an overdraft and the rail. In
//     particular congestion rent and pools of vouchers are never negative;
//   - 0 ≤ left ≤ held for every hold, and a hold ends once;
//   - delivered ≤ rectangle, paid = due(delivered), and what is left of its holds covers the rest;
//   - a contract has at most one voucher, of which no more is held than rate × cost and no more is
//     paid than rate × paid; a buyer has no more of a programme than its cap.
//
// Ownership. State owns all rows; events and legs belong to the caller. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/ledger/entry.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger {

// Rows that an entry under decision would change. Kept from entry to entry for its memory only.
class Draft;

// Turns entries into events or refuses them; changes no state.
class Decider {
 public:
  Decider();
  ~Decider();
  Decider(Decider&&) noexcept;
  Decider& operator=(Decider&&) noexcept;
  // Appends the event of `entry` at second `at`; nothing when it is refused or repeated.
  [[nodiscard]] Result<Answer, Refusal> decide(const State& state, Second at, const Entry& entry,
                                               Events& events);

 private:
  std::unique_ptr<Draft> draft_;
  std::vector<Fact> facts_;
};

// Judges events that somebody else wrote before they are applied: an event fits when it is the one
// that its entry gives. So rules may be loosened, never tightened, without looking at the journals
// that exist.
class EventChecker {
 public:
  // What is wrong with the event; null when it can be applied: then no invariant breaks.
  [[nodiscard]] const char* misfit(const State& state, const Event& event);

 private:
  Decider decider_;
  std::vector<Leg> legs_;
  Events given_;
};

// Decides, applies and keeps the digest of everything that happened.
class Ledger {
 public:
  [[nodiscard]] const State& state() const { return state_; }
  Result<Answer, Refusal> execute(Second at, const Entry& entry, Events& events);
  [[nodiscard]] std::uint64_t event_count() const { return event_count_; }
  [[nodiscard]] Digest digest() const;

 private:
  State state_;
  Decider decider_;
  std::uint64_t event_count_ = 0;
  std::string bytes_;  // of events that `sha_` has not seen yet: short messages are dear to hash
  Sha256 sha_;
};

}  // namespace tongsuan::ledger
