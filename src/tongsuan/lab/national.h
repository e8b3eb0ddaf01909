// A synthetic national week: the book of one round of China's ten computing clusters.
//
// Model. Ten clusters of eight hubs own devices of six classes; seven days of one-hour slots; power
// by time of use, green energy by the hour, lines between provinces, data links, node blocks and a
// sandbox quota. Orders are gangs with windows, substitutes and wishes about where, plus a few of
// every other kind. Three quarters of the demand is at home in the east; half of the devices are in
// the west. The devices are sized by the orders, so that the load is the same for every book size.
//
// All figures are in national_tables.h; docs/national-week.md says where they come from. Integers
// only: the same options give the same bytes on every machine.
#pragma once

#include <cstdint>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::lab {

inline constexpr std::uint32_t kNationalOrdersMax = 2'000'000;
inline constexpr std::uint32_t kNationalSlotsMin = 24;
inline constexpr std::uint32_t kNationalSlotsMax = 1'008;  // six weeks
inline constexpr std::uint32_t kLoadPercentMin = 10;
inline constexpr std::uint32_t kLoadPercentMax = 500;
inline constexpr std::uint32_t kResalePerMilleMax = 100;

struct NationalOptions {
  std::uint32_t orders = 100'000;
  std::uint64_t seed = 1;
  std::uint32_t load_percent = 110;  // device-slots asked for (lab/offered.h) against those offered
  std::uint32_t slots = 168;         // of one hour
  // Orders that give devices back to the market, per mille of all orders.
  std::uint32_t resale_per_mille = 0;
};

// A canonical market named "national-week". Fails with kInvalidArgument or kLimit when an option is
// outside its limits.
[[nodiscard]] Result<Market> national_market(const NationalOptions& options);

// The largest gang of a book: a power of two up to a sixtieth of the number of orders, at least 8
// and at most 1,024. The devices grow with the orders, so a small book cannot hold large gangs.
[[nodiscard]] std::uint32_t national_gang_max(std::uint32_t orders);

// Buyers of a book: one for forty orders, at least 22 and at most 440.
[[nodiscard]] std::uint32_t national_buyers(std::uint32_t orders);

// Data sets of a book: one for 200 orders, at least 8 and at most 4,000.
[[nodiscard]] std::uint32_t national_data_sets(std::uint32_t orders);

}  // namespace tongsuan::lab
