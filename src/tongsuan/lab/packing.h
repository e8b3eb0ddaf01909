// Packing pods that share GPUs: the published game on the trace "openb", its rules and a bound.
//
//   packing_cluster.h    nodes, pods, what fits
//   packing_workload.h   the trace, and arrivals drawn by a seed
//   packing_policy.h     the game; the published rules: random, dot product, best fit, FGD
//   packing_fragment.h   what FGD minimises
//   packing_filling.h    the most valuable filling of one node, exactly
//   packing_bound.h      from prices of pods to a bound on every rule, in integers
//   packing_master.h     where good prices come from (packing_simplex.h)
//   packing_plan.h       what every node should hold, from the distribution of pods
//   packing_follow.h     our rule: follow the plan
//
// docs/packing.md has the results.
#pragma once

#include "tongsuan/lab/packing_bound.h"
#include "tongsuan/lab/packing_cluster.h"
#include "tongsuan/lab/packing_follow.h"
#include "tongsuan/lab/packing_master.h"
#include "tongsuan/lab/packing_plan.h"
#include "tongsuan/lab/packing_policy.h"
#include "tongsuan/lab/packing_workload.h"
