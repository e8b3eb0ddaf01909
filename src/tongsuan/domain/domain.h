// domain, floor 1: the plain values that cross a boundary.
//   units.h        money, prices, amounts, slots, and every limit
//   market.h       what one round clears: hubs, zones, links, offers, orders
//   outcome.h      what a clearing decided: awards and flows
//   certificate.h  outcome, prices and bound, signed by arithmetic
#pragma once

#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/domain/units.h"
