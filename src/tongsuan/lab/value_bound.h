// The most net value that any policy can reach without stopping work once it runs: value less what
// sellers ask, energy and transfers, for somebody who knows everything in advance.
//
// Model. Give every device of every pool a price λ ≥ 0 for each hour, and let each job alone choose
// the way, pool and second of its start that are best for it at these prices, with its true
// duration; or nothing. By Lagrangian duality, for ANY prices
//   D(λ) = Σ_j max(0, max (value at start − prices of its devices − asks − energy − transfer))
//        + Σ λ · devices that are up + Σ green energy at its price + lines at their price
// is a bound: a schedule that fits earns each job at most its first term, and pays at most the
// second for devices that exist. Time is continuous: the best start lies where a piece of a
// piecewise linear function ends, so that all of them are looked at (submission, latest start,
// starts and ends at the edges of hours). Prices are found by stochastic dual ascent in floating
// point; only `value_dual`, integers from end to end, counts.
//
// Relaxed, so that it stays above every policy: walls of nodes (but whole-node gangs hold whole
// nodes), time of transfers, and all but a share of their cost: a copy is paid once however many
// jobs use it, so each job that names the data pays the cheapest path's price divided by their
// number. Asks are the least of the ask at the beginning and those in force in the hour.
//
// Not covered: work that is stopped and goes on later. It is worth no more than if it had run
// through from its first start, as replays count value (lab/meter.h), but it may cost less: its
// parts may run in several cheap hours or places. Failures stop work too. For a replay in which
// some jobs were stopped, `value_of_stops` says what to add: those jobs are then given their whole
// value for nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/lab/instance.h"

namespace tongsuan::lab {

struct ValueOptions {
  // Work units: looks at every job, in all; 0 chooses by the size of the instance.
  std::uint32_t steps = 0;
  // Whether what the rule adds to unmatched energy (Energy::unmatched_adder) is a cost.
  bool count_adder = false;
};

// All rows are as long as the horizon in hours: value_hours.
struct ValuePrices {
  std::vector<std::vector<std::int64_t>> devices;  // [pool][hour], micro-yuan per device-hour
  // [zone][hour], micro-yuan per MWh of green energy, at most the adder; empty without an adder.
  std::vector<std::vector<std::int64_t>> green;
};

// Hours from 0 to the end of the drain.
[[nodiscard]] std::uint32_t value_hours(const Instance& instance);

// D at these prices, in micro-yuan, rounded up. Trusts nothing but the instance. Prices must have
// the right shape and be within [0, kValuePriceMax] (green: [0, adder]).
inline constexpr std::int64_t kValuePriceMax = 10'000'000'000;  // 10,000 yuan per device-hour
[[nodiscard]] std::int64_t value_dual(const Instance& instance, const ValuePrices& prices,
                                      bool count_adder);

// A bound for every policy, also where work is stopped at any second and goes on anywhere at once,
// at these prices: not less than value_dual. A job then pays in each hour for the best place of
// that hour, or loses by not running (lab/value_parts.cc). Work that has to be done twice is not
// counted, but replays lose value by it.
[[nodiscard]] std::int64_t value_dual_of_parts(const Instance& instance, const ValuePrices& prices,
                                               bool count_adder);

// What to add to D for a replay in which these jobs (rising OrderId::value) were stopped and went
// on, micro-yuan. Holds where neither asks nor energy have negative prices.
[[nodiscard]] std::int64_t value_of_stops(const Instance& instance, const ValuePrices& prices,
                                          const std::vector<std::uint32_t>& stopped);

struct ValueBound {
  std::int64_t bound = 0;      // micro-yuan
  std::int64_t all_value = 0;  // of all jobs at once: the trivial bound
  ValuePrices prices;          // the certificate
  std::uint32_t steps = 0;
};
[[nodiscard]] ValueBound value_bound(const Instance& instance, const ValueOptions& options);

}  // namespace tongsuan::lab
