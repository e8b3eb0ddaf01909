// The rows that an event touched, as bytes after it: a digest of the state in proportion to what
// changed. Two states that began alike and whose digests of touched rows agree event by event are
// alike: no event changes anything outside the rows that are named here (a test compares all rows).
// Save for dropped history: of each row that went, only that it is gone follows from the event.
//
// What is derived is left out: blocks by node, nodes by free devices.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/engine/state.h"

namespace tongsuan::engine {

enum class RowKind : std::uint8_t {
  kClock,  // the second, the round, how many there are of everything
  kTerms,  // of an order: what its owner asked for
  kOrder,  // how it stands
  kContract,
  kBlock,     // of an order; it may be gone
  kPool,      // ask, sums and version
  kNode,      // `part` of pool `id`
  kDataCopy,  // of data set `id` at hub `part`
  kLink,
  kPosted,
};
struct RowKey {
  RowKind kind = RowKind::kClock;
  std::uint32_t id = 0;
  std::uint32_t part = 0;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

// `state` is the one after the event.
[[nodiscard]] std::vector<RowKey> touched_rows(const State& state, const Event& event);
// Key and content of a row that is known, or of a block that is not there.
void append_row(const State& state, RowKey key, std::string& bytes);
void append_touched_rows(const State& state, const Event& event, std::string& bytes);

}  // namespace tongsuan::engine
