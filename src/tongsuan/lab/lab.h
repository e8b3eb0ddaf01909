// lab, floor 6: books and worlds to experiment on, and what to compare them with.
// - national.h: a synthetic week of China's computing clusters, any size (docs/national-week.md)
// - real_week.h: the same supply, with the jobs of public traces (docs/real-week.md)
// - silo.h: a book before coupling, every hub an island
// - offered.h: how much a book asks for and offers, by hub and region
// - fluid_bound.h, value_bound.h: what no policy can pass, with certificates (docs/bounds.md)
// - scenario.h: worlds to replay, from scenario files (docs/scenarios.md)
// - own_trace.h, instance_own.h: the same from a trace of the user's own (docs/replay.md)
// - swf_instance.h: one cluster and the jobs of an SWF log
// - replay.h: one world under one policy, measured (docs/replay.md)
// - packing.h: a published game of packing pods on shared GPUs, with rules and a bound; no books
//   (docs/packing.md)
//
// How a week is made: national_tables.h holds every figure; national_supply.h lays out places,
// sellers, energy and links; demand_writer.h writes orders one at a time; draw.h draws from tables.
// All of it is integers and base/random.h, so a book is named by its options: same options, same
// bytes.
#pragma once

#include "tongsuan/lab/national.h"
#include "tongsuan/lab/offered.h"
#include "tongsuan/lab/packing.h"
#include "tongsuan/lab/real_week.h"
#include "tongsuan/lab/silo.h"
