// The Italian day-ahead market (MGP): the complete zonal order book of real days with block orders,
// and what was published about them. The folder holds the tables of OpenEUPHEMIA's Italian case,
// made from GME's public publications.
//
// Units: prices in 10^-5 EUR/MWh, energy in kWh, money (price × energy) in 10^-8 EUR.
// Exchanges with neighbouring countries are inputs: they are a fixed net export of each zone.
// Amounts of the book are multiples of 0.1 MWh, but published exchanges are rounded differently, so
// that their sum may miss the grid by a sliver that would decide a price; `balanced_exports` puts
// each zone's total back on it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::imports {

inline constexpr std::size_t kItalyZones = 7;
inline constexpr std::array<std::string_view, kItalyZones> kItalyZoneNames = {
    "NORD", "CNOR", "CSUD", "SUD", "CALA", "SICI", "SARD"};
inline constexpr std::size_t kItalyLines = 6;
// From and to, as positions in kItalyZoneNames.
inline constexpr std::array<std::array<std::uint32_t, 2>, kItalyLines> kItalyLineEnds = {
    {{4, 5}, {4, 3}, {1, 2}, {1, 0}, {2, 6}, {2, 3}}};
inline constexpr std::int64_t kItalyGrid = 100;              // kWh
inline constexpr std::int64_t kItalyPriceMin = -60'000'000;  // below every step of the book
inline constexpr std::int64_t kItalyPriceMax = 410'000'000;  // above every step of the book

struct ItalyStep {
  std::int64_t price = 0;
  std::int64_t amount = 0;
};

struct ItalyRange {  // of ItalyBook::steps, rising prices
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct ItalyHour {
  std::array<ItalyRange, kItalyZones> supply;
  std::array<ItalyRange, kItalyZones> demand;
  std::array<std::int64_t, kItalyZones> exports{};          // as published, net, to all neighbours
  std::array<std::int64_t, kItalyLines> flow_max{};         // from → to
  std::array<std::int64_t, kItalyLines> flow_max_back{};    // to → from, ≥ 0
  std::array<std::int64_t, kItalyZones> published_price{};  // answers, never inputs
  std::array<std::int64_t, kItalyLines> published_flow{};
};

enum class ItalyStatus : std::uint8_t {
  kAccepted,
  kRejected,
  kParadoxicallyRejected,
};

struct ItalyLeg {
  std::uint32_t hour = 0;
  std::int64_t amount = 0;
};

struct ItalyBlock {
  std::string id;
  std::uint32_t zone = 0;
  bool is_supply = false;
  std::int64_t price = 0;
  ItalyStatus published = ItalyStatus::kRejected;  // an answer, never an input
  std::vector<ItalyLeg> legs;                      // rising hours
};

struct ItalyDay {
  std::string date;  // "2025-04-01"
  std::vector<ItalyHour> hours;
  std::vector<ItalyBlock> blocks;
};

struct ItalyBook {
  std::vector<ItalyStep> steps;
  std::vector<ItalyDay> days;
};

enum class ItalyCurves : std::uint8_t {
  kSimple,      // hourly offers only; blocks are left to the solver
  kBlocksFixed  // published block decisions folded into the curves
};

// Reads the tables in `folder` (*.csv.gz). Faults name file, line and column.
[[nodiscard]] Result<ItalyBook> load_italy(const std::string& folder, ItalyCurves curves);

// Net exports of an hour, each zone rounded to the grid of the book; a half is exported.
[[nodiscard]] std::array<std::int64_t, kItalyZones> balanced_exports(const ItalyHour& hour);

}  // namespace tongsuan::imports
