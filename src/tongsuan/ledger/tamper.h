// Test helper: breaks rows of a ledger's state behind its back.
#pragma once

#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger::testing {

// Changes rows of a state as a bug would.
struct Tamper {
  State& state;
  void add(Account account, std::int64_t amount) const {
    Money& balance = state.participants_[account.participant.value]
                         .balance[static_cast<std::size_t>(account.purpose)];
    balance = balance + Money(amount);
    state.totals_[static_cast<std::size_t>(account.purpose)] += amount;
  }
  void take(HoldId id, std::int64_t amount) const {
    hold(id).left = hold(id).left - Money(amount);
    state.left_total_ -= amount;
  }
  [[nodiscard]] HoldRow& hold(HoldId id) const { return state.holds_.rows[id.slot]; }
  [[nodiscard]] RightRow& right(RightId id) const { return state.rights_.rows[id.slot]; }
  [[nodiscard]] ProgrammeRow& programme() const { return state.programmes_[0]; }
  [[nodiscard]] Participant& participant(ParticipantId id) const {
    return state.participants_[id.value];
  }
  [[nodiscard]] RepeatWindow& window(ParticipantId id) const {
    return state.windows_[participant(id).window];
  }
  void next_second() const { ++state.now_; }
  void next_contract() const { ++state.last_contract_; }
  // Slots of holds are used again 2^32 times only.
  void wear(HoldId id) const { hold(id).generation = UINT32_MAX; }
};

}  // namespace tongsuan::ledger::testing
