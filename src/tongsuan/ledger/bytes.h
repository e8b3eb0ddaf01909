// Events as bytes, and back: what a journal keeps and a digest covers. docs/formats/ledger.md is
// the truth; the bytes of a list end with the SHA-256 of all before them, so that a list that was
// changed, cut or lengthened is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/byte_reader.h"
#include "tongsuan/base/result.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::ledger {

inline constexpr std::string_view kEventsMagic = "tsledg-1";  // format and version

// One event, without head and digest.
void append_bytes(const Event& event, std::string& bytes);

// Adds the event whose bytes begin at `at`, which moves behind them; a fault changes nothing. Any
// bytes are answered. Whether the event fits a state is for EventChecker (ledger.h).
[[nodiscard]] Result<Done, ByteFault> read_event(std::string_view bytes, std::size_t& at,
                                                 Events& events);

// The same into a list that its owner uses again; `event` has its facts there.
[[nodiscard]] Result<Done, ByteFault> read_event(std::string_view bytes, std::size_t& at,
                                                 Event& event, std::vector<Fact>& facts);

[[nodiscard]] std::string write_events(const Events& events);
// Any bytes are answered with the one list that they are the bytes of, or with an error. That the
// events follow from a state is not looked at: Audit (audit.h) does that.
[[nodiscard]] Result<Events> read_events(std::string_view bytes);

// Puts the right digest behind bytes that have none: for tests and fuzzers of the reader.
[[nodiscard]] std::string seal(std::string_view body);

}  // namespace tongsuan::ledger
