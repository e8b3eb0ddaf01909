// The rows that an event touched, as bytes after it: a digest of the state in proportion to what
// changed. Two states that began alike and whose digests of touched rows agree event by event are
// alike: no event changes anything outside the rows that are named here (a test compares all rows).
//
// What is derived is left out: lists of holds and places of windows.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger {

enum class RowKind : std::uint8_t {
  kTotals,       // the second, counts, which slots come next
  kPurpose,      // the sum of all balances of purpose `id`
  kParticipant,  // without its last entries
  kLastEntry,    // the last entry of author `id`, in place `part` of those that are remembered
  kHold,
  kRight,
  kProgramme,
  kUsed,  // `part` is the buyer
};
struct RowKey {
  RowKind kind = RowKind::kTotals;
  std::uint32_t id = 0;
  std::uint32_t part = 0;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

// `state` is the one after the event.
[[nodiscard]] std::vector<RowKey> touched_rows(const State& state, const Event& event);
// Key and content of a row that is there.
void append_row(const State& state, RowKey key, std::string& bytes);
void append_touched_rows(const State& state, const Event& event, std::string& bytes);

}  // namespace tongsuan::ledger
