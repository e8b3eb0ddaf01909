// Events as bytes, and back: what a journal keeps and a digest covers. docs/formats/ledger.md is
// the truth; the bytes of a list end with the SHA-256 of all before them, so that a list that was
// changed, cut or lengthened is refused.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::ledger {

inline constexpr std::string_view kEventsMagic = "tsledg-1";  // format and version

// One event, without head and digest.
void append_bytes(const Event& event, std::string& bytes);

[[nodiscard]] std::string write_events(const Events& events);
// Any bytes are answered with the one list that they are the bytes of, or with an error. That the
// events follow from a state is not looked at: Audit (audit.h) does that.
[[nodiscard]] Result<Events> read_events(std::string_view bytes);

// Puts the right digest behind bytes that have none: for tests and fuzzers of the reader.
[[nodiscard]] std::string seal(std::string_view body);

}  // namespace tongsuan::ledger
