// A state of the exchange as bytes, and back: what a restart begins with. docs/formats/exchange.md.
//
// Written right after `digest`, so that the chain of digests goes on where it was. Whoever keeps
// the bytes keeps their hash; here their form and the invariants of engine and ledger are looked
// at.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/exchange/state.h"

namespace tongsuan::exchange {

inline constexpr std::string_view kSnapshotMagic = "tsxsnp-2";  // format and version
// Without calendar, resales and own contracts; it is read too.
inline constexpr std::string_view kFirstSnapshotMagic = "tsxsnp-1";

[[nodiscard]] std::string write_snapshot(const State& state);
// Any bytes are answered. `places` are those that the exchange was opened with.
[[nodiscard]] Result<State> read_snapshot(std::string_view bytes, engine::Places places);

}  // namespace tongsuan::exchange
