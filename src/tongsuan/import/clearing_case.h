// The published clearing cases j1k and j5k: books of explicit exclusive options.
//
// Model. A folder holds options.csv.gz (opt,job,hub,class,start,dur,gang,value: the options of one
// job exclude each other) and supply.csv.gz (hub,class,slot,step,qty,price: convex steps). There
// are 8 hubs, 3 classes and 168 slots of an hour. The case's unit of money becomes a cent (10^4
// micro-yuan), so a step price per device and slot is a price per device-hour, and welfare of the
// market is welfare of the case × 10^4.
//
// Names: hubs h0 … h7, classes c0 … c2, sellers s0 … s7 (one per hub), buyers b00 … b99 (job modulo
// 100, an assumption: the case has no owners), one offer "o000000" per line of supply, one order
// "j000000" per job. Everything else is in the case as published.
#pragma once

#include <cstdint>
#include <string>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::imports {

inline constexpr std::int64_t kCaseMoney = 10'000;  // micro-yuan per unit of money of the case
inline constexpr std::uint32_t kCaseHubs = 8;
inline constexpr std::uint32_t kCaseClasses = 3;
inline constexpr std::uint32_t kCaseSlots = 168;
inline constexpr std::uint32_t kCaseBuyers = 100;

// Faults name file, line, column, value and what was expected. The name of the market is part of
// its root, so the caller says it.
[[nodiscard]] Result<Market> clearing_case(const std::string& folder,
                                           const std::string& market_name);

}  // namespace tongsuan::imports
