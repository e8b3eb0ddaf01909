// The market text format, version 1: docs/formats/market.md is the truth.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/codec/fault.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::codec {

// Limits of the format beside those of domain/units.h.
inline constexpr std::uint32_t kListItemsMax = 65'535;  // items of one list; options of one order
inline constexpr std::uint32_t kSlotSecondsMax = 86'400;
inline constexpr std::uint32_t kWattsMax = 1'000'000;
inline constexpr std::uint32_t kNodeDevicesMax = 4'096;
inline constexpr std::uint32_t kPueMilliMin = 1'000;
inline constexpr std::uint32_t kPueMilliMax = 10'000;
inline constexpr std::uint32_t kCountMax = 1'000'000'000;  // nodes of a block, devices of a cap

// A canonical market, or what is wrong with the file. Nothing is half-loaded: with a fault,
// `market` is empty.
struct ReadReport {
  Market market;
  FaultList faults;
  [[nodiscard]] bool ok() const { return faults.empty(); }
};

// `file_name` is only for messages. One pass, one core; the bytes are not kept.
[[nodiscard]] ReadReport read_market(std::string_view bytes, std::string_view file_name,
                                     const ReadOptions& options = {});

// The canonical text of a canonical market. What is written reads back as an equal market, provided
// its names are valid (`valid_market_name`) and its numbers are within their limits.
[[nodiscard]] std::string write_market(const Market& market);

// Whether hubs, classes, orders and so on may have this name: 1 to 128 bytes of letters, digits,
// '_', '-', '.' and visible characters beyond ASCII, not beginning with '-' or '.'.
[[nodiscard]] bool valid_market_name(std::string_view name);

}  // namespace tongsuan::codec
