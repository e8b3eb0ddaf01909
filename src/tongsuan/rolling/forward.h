// Where to book a block for an order that pays for a start at a fixed second.
//
// Model. A block costs nothing while others use its nodes until it begins. But close to its begin
// only work fits that is expected to end by then, so that devices stand idle: for about as long as
// typical work is expected to run, or for the time from when the node comes free, if that is less.
// These device-hours are priced at what the seller asks, and at what waiting work that may run
// there would bring. A block is booked where the premium less that price, less what the run itself
// costs there, is largest, if the premium is more than that price.
//
// Invariant: what is found, the engine accepts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/rolling/price_table.h"

namespace tongsuan::rolling {

struct ForwardRules {
  bool blocks = true;  // off: orders that pay for a block are ordinary ones when their time comes
  // A block is booked no sooner before its begin. Nodes that are held for days keep large gangs
  // away, and nearly all of them come free within hours.
  Second lead = 12 * engine::kHour;
};

// What the market knows of work in general.
struct ForwardView {
  std::uint32_t run_ppm = engine::kPpm;  // how long work really runs, of its estimates
  Second typical_estimate = 0;           // of work that finished, by device
  // By pool: micro-yuan per device-hour that work in line would bring beyond what it costs.
  std::vector<std::int64_t> line_worth;
};

struct Booking {
  dispatch::Option option;
  std::vector<std::uint32_t> nodes;  // rising
  std::int64_t hold_cost = 0;        // micro-yuan: devices that will stand idle before
};

// The best block from the second on from which the order is wanted. `kept`: one was promised
// already, so the premium need not cover the price of another.
[[nodiscard]] std::optional<Booking> find_block(const engine::State& state, OrderId order,
                                                const PriceTable& prices, const ForwardView& view,
                                                bool kept);

}  // namespace tongsuan::rolling
