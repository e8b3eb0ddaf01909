// What devices of a pool cost whose seller asks by steps.
//
// Model. Whatever is used of a pool has its cheapest devices, whoever came first. A start of g
// devices where u are used takes the devices behind them, and pays for each of its own the price of
// the dearest: the highest step that it touches. Used is what contracts and blocks hold at any
// second of the start, by expected ends, at most: so no block that waits for its second is priced
// as if the start were not there.
//
// What follows. At every second, and for every step, no more devices are sold below its price than
// the steps before it have: what a seller has from all contracts together is no less than what it
// asks for as many devices as they hold. Work that outlives its estimate into a block that was
// promised is the exception: both keep their prices.
#pragma once

#include "tongsuan/engine/state.h"

namespace tongsuan::engine {

// Devices of a pool during [begin, end), asked for at `now`. `except`: an order whose block does
// not count, because it ends with the start that is asked for.
struct Span {
  PoolId pool;
  std::uint32_t devices = 0;
  Second now = 0;
  Second begin = 0;  // no sooner
  Second end = 0;
  OrderId except{kNone};
};

// The price of the dearest of the devices behind the first `used`; beyond the last device it is
// that of the last.
[[nodiscard]] Price ask_behind(const PoolState& pool, std::uint64_t used, std::uint32_t devices);
[[nodiscard]] inline Price last_ask(const PoolState& pool) {
  return pool.steps.empty() ? pool.ask : pool.steps.back().price;
}
// The most devices of the pool that are used at any second of the span, `span.devices` not
// counted. Whatever runs now counts at that second, also beyond its expected end.
[[nodiscard]] std::uint64_t most_used(const State& state, const Span& span);
// What a seller asks for the span. Looks at every node of a pool that has steps; at no other.
[[nodiscard]] Price ask_for(const State& state, const Span& span);
// Micro-yuan by which so many seconds at this price cost more than at the first step.
[[nodiscard]] std::int64_t beyond_first(const PoolState& pool, Price ask, std::uint32_t devices,
                                        Second seconds);

}  // namespace tongsuan::engine
