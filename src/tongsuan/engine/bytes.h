// Events as bytes, and back: what a journal keeps and a digest covers. docs/formats/engine.md is
// the truth. There is one way to write an event, and the reader accepts nothing else.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/base/byte_reader.h"
#include "tongsuan/base/result.h"
#include "tongsuan/engine/commands.h"

namespace tongsuan::engine {

void append_bytes(const Event& event, std::string& bytes);

// The event whose bytes begin at `at`, which moves behind them; a fault leaves it where it is. Any
// bytes are answered. Whether the event fits a state is for `check_event` (engine.h).
[[nodiscard]] Result<Event, ByteFault> read_event(std::string_view bytes, std::size_t& at);
// The same into an event that is used again; after a fault it holds anything.
[[nodiscard]] Result<Done, ByteFault> read_event(std::string_view bytes, std::size_t& at,
                                                 Event& event);

}  // namespace tongsuan::engine
