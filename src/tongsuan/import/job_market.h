// Markets of jobs from public accelerator traces.
//
// A trace says what ran, when, and on how many devices. It has no prices, no sellers, no deadlines
// and no way to run elsewhere; a market needs them all, so they are *assumed*, by integer rules
// that depend on nothing but the seed and a job's place in the trace (docs/importers.md repeats
// them for users):
//   sample    `orders_max` jobs of the trace drawn by the seed, all of them if there are no more.
//   time      folded: a job is released in slot (submit second mod horizon) / slot_seconds, so the
//             weeks of a long trace lie on top of each other. Durations round up to whole slots,
//             and are cut to the horizon. A release too late for the duration moves forward to the
//             last slot in which the job still fits.
//   deadline  a slack of 0–4 h (30 % of the jobs), 4–24 h (45 %) or 24–96 h (25 %), uniform within.
//   value     limit × devices × time; the limit, per device-hour, is the class's reference price
//             times 0.37 to 4.9, the quantiles of a log-normal with σ = 0.55 around 1.15. An order
//             that accepts several classes is worth the mean of their reference prices.
//   delay     0.1 to 0.4 % of the value for each hour of later start.
//   supply    three steps: 40 % at 0.6, 35 % at 1 and 25 % at 1.7 times the reference price, which
//             is the class's times the hub's factor of 0.8 to 1.3, in all slots alike.
//   capacity  sized so that the orders ask for `load_percent` of it, split over the hubs as each
//             function says, but never less than the largest gang that is at home there.
// Shares of a device are rounded up to the whole device.
//
// The same jobs, options and seed give the same market, byte for byte, on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/import/trace_job.h"

namespace tongsuan::imports {

inline constexpr std::uint32_t kLoadPercentMax = 100'000;
inline constexpr std::uint32_t kPaiHubs = 4;
inline constexpr std::uint32_t kPaiAccounts = 100;
inline constexpr std::uint32_t kOpenbHubs = 4;

struct JobMarketOptions {
  std::uint32_t slot_seconds = 3'600;  // 60 to 86,400
  std::uint32_t slot_count = 168;      // 1 to kSlotsMax
  std::uint32_t orders_max = 10'000;   // 1 to kOrdersMax
  std::uint64_t seed = 1;
  std::uint32_t load_percent = 100;  // of capacity, 1 to kLoadPercentMax
};

// All makers fail with kInvalidArgument where an option is out of its range or there are no jobs.

// Each tenant (virtual cluster) is a hub "vc-…" with devices of the class "GPU", and an account
// that is at home there. Hubs get capacity in proportion to what their own jobs ask for. Seven jobs
// of ten may run at any hub, three only at home.
[[nodiscard]] Result<Market> philly_market(const std::vector<TraceJob>& jobs,
                                           const JobMarketOptions& options);

// Hubs "pai-0" … "pai-3" with 40, 30, 20 and 10 % of the devices, class "GPU", accounts "user-00" …
// "user-99" with a home hub each. Half of the jobs may run at any hub, half only at home.
[[nodiscard]] Result<Market> pai_market(const std::vector<TraceJob>& jobs,
                                        const JobMarketOptions& options);

// A class is a model with its node's size ("V100M32-8"): a pod runs inside one node, so the
// whitelist of a pod becomes variants for every such class whose nodes are large enough, all of one
// duration. Pods that fill the node of each of their classes take whole nodes. The trace asks for
// little of its machines, so the number of nodes of each class is scaled to the load, to the
// nearest node and one at least; nodes are dealt to hubs "zone-0" … "zone-3" in turn. Any hub will
// do. Accounts are the qualities of service. Fails with kInvalidArgument also where a pod fits no
// node.
[[nodiscard]] Result<Market> openb_market(const std::vector<TraceJob>& jobs,
                                          const std::vector<TraceNode>& nodes,
                                          const JobMarketOptions& options);

}  // namespace tongsuan::imports
