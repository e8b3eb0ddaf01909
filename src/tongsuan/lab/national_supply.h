// The supply side of the national week: places, sellers, energy, links, and limits.
//
// Invariant until the market is made canonical: HubId and ClassId are positions in the tables of
// national_tables.h, the power zone of place i is ZoneId i, its green zone is ZoneId kPlaces + i.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tongsuan/domain/market.h"
#include "tongsuan/lab/national_tables.h"

namespace tongsuan::lab {

inline constexpr std::uint32_t kSandboxGroup = 0;  // GroupId of orders under the sandbox quota

// Devices by place and class: `total` spread by the tables in whole nodes. The remainder of each
// pair is carried to the next, so that the sum is within one node of `total`; a book has eight
// nodes at least.
using DeviceCounts = std::array<std::array<std::uint32_t, kClasses>, kPlaces>;
[[nodiscard]] DeviceCounts spread_devices(std::int64_t total);

// Devices for which `work` device-slots in a week of `slots` are `load_percent` of the capacity.
[[nodiscard]] std::int64_t devices_for(std::int64_t work, std::uint32_t load_percent,
                                       std::uint32_t slots);

// Calendar, classes, zones, hubs and the sandbox group. `market` must be empty.
void add_places(Market& market, std::uint32_t slots);

// Accounts of buyers by the place where they are at home, as half-open ranges of AccountId; the
// last range holds those without a home.
using BuyerRanges = std::array<Span32, kPlaces + 1>;
BuyerRanges add_buyers(Market& market, std::uint32_t count);

// Data sets with one to three replicas. `at_place[i]` lists the sets with a replica at place i.
struct DataSets {
  std::array<std::vector<std::uint32_t>, kPlaces> at_place;
  std::uint32_t count = 0;
};
DataSets add_data_sets(Market& market, std::uint32_t count, std::uint64_t seed);

struct SupplyOptions {
  std::int64_t devices = 0;
  std::uint32_t orders = 0;  // sizes the data links
  std::uint64_t seed = 1;
};

// Offers of devices, power and green energy, green lines, data links, node blocks and the sandbox
// cap. Needs add_places.
void add_supply(Market& market, const SupplyOptions& options);

}  // namespace tongsuan::lab
