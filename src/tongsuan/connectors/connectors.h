// connectors, floor 7: what stands behind the ports of an exchange.
//   simulated_world.h  a scenario as the outside: buyers who send orders, hubs that run contracts
//   world_runner.h     the thread that plays it to a node
#pragma once

#include "tongsuan/connectors/simulated_world.h"
#include "tongsuan/connectors/world_runner.h"
