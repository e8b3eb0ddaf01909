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

inline constexpr std::string_view kSnapshotMagic = "tsxsnp-5";  // format and version
// Earlier versions are read too: the first without calendar, resales and own contracts, the second
// without those who do not let others have what they leave, the third without agents of hubs, the
// fourth without shares of what is presumed and seconds that resales do not owe for.
inline constexpr std::string_view kFirstSnapshotMagic = "tsxsnp-1";
inline constexpr std::string_view kSecondSnapshotMagic = "tsxsnp-2";
inline constexpr std::string_view kThirdSnapshotMagic = "tsxsnp-3";
inline constexpr std::string_view kFourthSnapshotMagic = "tsxsnp-4";

[[nodiscard]] std::string write_snapshot(const State& state);
// Any bytes are answered. `places` are those that the exchange was opened with.
[[nodiscard]] Result<State> read_snapshot(std::string_view bytes, engine::Places places);

}  // namespace tongsuan::exchange
