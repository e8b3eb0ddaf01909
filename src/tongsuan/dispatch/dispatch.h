// dispatch, floor 4: starts waiting orders as events come, between rounds and without them.
//   desk.h       the state to read and the commands to give
//   nodes.h      which nodes a gang takes, now or earliest
//   scheduler.h  one line of waiting orders over some pools: reservations, backfilling
//
// Model. List scheduling with reservations (EASY backfilling: Lifka 1995; Mu'alem and Feitelson
// 2001). Whatever fits now starts in the order of the line, unless it would delay one of the first
// orders that do not fit. Who stands where in the line and which place is best are somebody else's
// rules, so that every policy works with the same machine.
#pragma once

#include "tongsuan/dispatch/desk.h"
#include "tongsuan/dispatch/nodes.h"
#include "tongsuan/dispatch/scheduler.h"
