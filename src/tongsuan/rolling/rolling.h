// rolling, floor 5: the market that clears every few minutes and dispatches in between.
//   book.h            what waits and what is free, as a market
//   price_table.h     what a device-hour is expected to cost, by pool and time
//   forward.h         blocks for orders that pay for a start at a fixed second
//   room.h, relocate.h, overrun.h  work that moves, or stops for others, while it runs
//   fair_share.h      how much each account counts in the line
//   frozen_round.h    a round that is cleared while the market goes on
//   round_slots.h     a cleared round slot by slot: devices, data, energy, and parts of prices
//   rolling_market.h  rounds and dispatch over one engine
#pragma once

#include "tongsuan/rolling/book.h"
#include "tongsuan/rolling/forward.h"
#include "tongsuan/rolling/frozen_round.h"
#include "tongsuan/rolling/price_table.h"
#include "tongsuan/rolling/rolling_market.h"
#include "tongsuan/rolling/round_slots.h"
