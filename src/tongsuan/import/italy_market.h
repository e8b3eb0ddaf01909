// A day of the Italian day-ahead market as a market: everything is energy in zones.
//
// Mapping, for day d with H hours (slots of 3,600 s, slot h is period h + 1):
//   currency   EUR; prices in micro-EUR per MWh (10 for the book's 10^-5 EUR), amounts in Wh
//              (1,000 for a kWh), values in micro-EUR. Nothing is rounded: the book's prices have
//              five decimals and its amounts are multiples of 100 kWh.
//   zones      the seven of kItalyZoneNames: power, balance (prices may be negative). No hubs.
//   lines      per line of kItalyLineEnds one Line for each run of hours with equal limits, from
//              −(to → from) to +(from → to), no tariff. So a pair of zones has several lines, with
//              slot ranges that do not overlap.
//   offers     "supply-NORD-01" for each zone and hour (01 … 25): the steps of the supply curve.
//              Seller "supply-NORD": the public curves are sums that no longer name their units, so
//              each zone's sum is one seller.
//   orders     "demand-NORD-01", kCurve, account "demand-NORD": the demand curve, dearest first.
//              "UP_…_5_995897…" (the block's id), kProfile, account: its unit, which is the id
//              without the reference behind the last '_'. A buyer's legs are positive and its value
//              is price × energy; a seller's are both negative. All or none: minimum acceptance
//              ratios are not published.
//   neighbours inputs, not answers: each zone's net export (balanced_exports) must be served at any
//              price. An export is a curve order "export-NORD-01" of account "borders" at
//              kItalyPriceMax, an import an offer "import-NORD-01" at kItalyPriceMin; both lie
//              beyond every step of the book, so they clear whole before anything else does, and
//              leave the prices of the book as they are.
//
// Welfare. Market welfare counts what accepted demand is worth; published studies count the cost of
// accepted supply and the worth of *rejected* demand. They differ by a constant of the day:
//   market welfare = −(cost of accepted supply + worth of rejected demand) + blocks
//                    + italy_constant(book, day)
#pragma once

#include <cstddef>
#include <string>

#include "tongsuan/base/int128.h"
#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/import/italy.h"

namespace tongsuan::imports {

// Requires a book read with ItalyCurves::kSimple; with kBlocksFixed the blocks would count twice,
// and the caller clears `day.blocks` first. Fails with kNotFound when there is no such day, and
// kCorrupt when a block has no energy.
[[nodiscard]] Result<Market> italy_market(const ItalyBook& book, std::size_t day);

// What all demand of the day is worth, plus the worth of the exchanges at their limits, in
// micro-EUR × 10^6 (the undivided money of such a market: micro-EUR/MWh × Wh). `day` must exist.
[[nodiscard]] int128 italy_constant(const ItalyBook& book, std::size_t day);

// Position of the day with this date ("2025-04-01"). Fails with kNotFound; the hint lists the first
// and the last day of the book.
[[nodiscard]] Result<std::size_t> find_italy_day(const ItalyBook& book, const std::string& date);

// When a day begins in Rome: "2025-04-01T00:00+02:00". Summer time is from the last Sunday of March
// to the last Sunday of October. Fails with kCorrupt when `date` is not a date.
[[nodiscard]] Result<std::string> rome_midnight(const std::string& date);

}  // namespace tongsuan::imports
