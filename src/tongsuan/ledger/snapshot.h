// A state as bytes, and back (docs/formats/ledger.md): what a restart begins with.
//
// Whoever keeps the bytes keeps their hash: here only their form and the invariants are looked at.
// A state that was read answers every entry as the one that was written, and has its digest.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/base/byte_reader.h"
#include "tongsuan/base/result.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger {

inline constexpr std::string_view kSnapshotMagic = "tslsnp-1";  // format and version

[[nodiscard]] std::string write_snapshot(const State& state);
// Any bytes are answered with the one state that they are the bytes of, or with a fault.
[[nodiscard]] Result<State, ByteFault> read_snapshot(std::string_view bytes);

}  // namespace tongsuan::ledger
