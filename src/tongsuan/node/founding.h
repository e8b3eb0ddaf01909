// What never changes of an exchange, and what its journal alone does not say: the folder of an
// exchange keeps it in two files beside the journal, `exchange` and `places.market`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/node/places.h"

namespace tongsuan::node {

inline constexpr const char* kFoundingName = "exchange";
inline constexpr const char* kPlacesName = "places.market";
inline constexpr std::size_t kPlacesBytesMax = std::size_t{1} << 30;

inline constexpr std::int64_t kZoneSeconds = 28'800;  // +08:00: how times are told

struct Founding {
  std::int64_t epoch = 0;  // Unix time of the exchange's second 0
  Second opened = 0;
  MarketPlaces market;
};

// The bytes of `exchange`.
[[nodiscard]] std::string founding_text(std::int64_t epoch, Second opened);
// Of the folder of an exchange; it may be in use. Fails where it is none.
[[nodiscard]] Result<Founding> read_founding(const std::string& folder);

// "2026-12-01T00:00:00+08:00"
[[nodiscard]] std::string time_text(const Founding& founding, Second at);

}  // namespace tongsuan::node
