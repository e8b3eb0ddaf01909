#pragma once
// TEMPORARY until engine and ledger have these.
#include "tongsuan/ledger/bytes.h"
#include "tongsuan/ledger/state.h"
#include "tongsuan/engine/engine.h"
namespace tongsuan::ledger {
inline void append_touched_rows(const State&, const Event& event, std::string& bytes) { append_bytes(event, bytes); }
}
namespace tongsuan::engine {
inline void append_touched_rows(const State&, const Event& event, std::string& bytes) { append_bytes(event, bytes); }
}
