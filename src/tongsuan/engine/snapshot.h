// A state as bytes, and back (docs/formats/engine.md): what a restart begins with.
//
// Places are not written, only their digest: whoever reads gives them again. Whoever keeps the
// bytes keeps their hash: here only their form and the invariants are looked at. What follows from
// the rows is derived: what is free, what is on each node, sums of pools. A state that was read
// answers every command as the one that was written.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/base/byte_reader.h"
#include "tongsuan/base/result.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/engine/state.h"

namespace tongsuan::engine {

inline constexpr std::string_view kSnapshotMagic = "tsesnp-1";  // format and version

// Of everything in them: two exchanges with one digest have the same places.
[[nodiscard]] Digest places_digest(const Places& places);

[[nodiscard]] std::string write_snapshot(const State& state);
// Any bytes are answered with the one state that they are the bytes of, or with a fault. `places`
// have passed `check_places`.
[[nodiscard]] Result<State, ByteFault> read_snapshot(std::string_view bytes, Places places);

}  // namespace tongsuan::engine
