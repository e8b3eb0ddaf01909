// The most useful device-seconds that any policy can do by the end of the span, with a certificate.
//
// Model. A job is a fluid: from its submission on (and until its owner gives it up) it may use up
// to `gang` devices at once, up to `work` device-seconds in all, both the largest over its ways,
// on any pool that one of its ways fits. It may be stopped, moved and split at will. What any
// policy does, failures, restarts and moves included, fits this relaxation, so nothing does more.
//
// Certificate. Choose for every pool p any set of seconds S_p, the *blocked* ones. Within them the
// pool does at most what it has; at other seconds a job gets at most its gang while some pool that
// it may use is not blocked. So for ANY choice
//   Σ_p ∫ over S_p of up devices + Σ_j min(work_j, gang_j · |seconds of j's window at which not
//                                                         all of its pools are blocked|)
// is a bound (weak duality of a transportation problem: S is a cut). `fluid_cut` evaluates it in
// integers and trusts nothing else. Two searches propose sets:
// - one set for all pools. Serving the longest remaining time first is optimal then (all jobs have
//   the same deadline, the end of the span); jobs that it leaves unfinished name the least cut.
// - a threshold per pool: blocked from τ_p on. Coordinate descent over pools, hubs and classes.
//   This sees demand that may not go where devices are idle.
//
// Not seen: walls of nodes, data, energy, patience (a job could start with a sliver). The engine
// rounds the share of work that is done down to a millionth at each stop, so work repeated after a
// stop may exceed the bound by a millionth of the job.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/bound_parts.h"

namespace tongsuan::lab {

struct Seconds {  // half-open
  Second begin = 0;
  Second end = 0;
  friend bool operator==(const Seconds&, const Seconds&) = default;
};

// A job as a fluid.
struct FluidJob {
  Second submit = 0;
  Second end = 0;  // the span's, or when its owner gives up
  std::int64_t gang = 0;
  std::int64_t work = 0;    // device-seconds; of what is longer, a span
  std::uint32_t pools = 0;  // position in FluidModel::pool_sets
};

struct FluidModel {
  Second span = 0;
  std::vector<FluidJob> jobs;  // that fit somewhere and come within the span, by submission
  std::vector<std::vector<std::uint32_t>> pool_sets;  // distinct sets of PoolId::value, rising
  std::vector<std::vector<UpDevices>> up;             // by pool; the first entry is at 0
};
[[nodiscard]] FluidModel fluid_model(const Instance& instance);

// The bound of these blocked seconds: rising, disjoint and within the span, by PoolId.
[[nodiscard]] std::int64_t fluid_cut(const FluidModel& model,
                                     const std::vector<std::vector<Seconds>>& blocked);

struct FluidBound {
  std::int64_t bound = 0;  // the least of the four, device-seconds
  // Trivial ones: everything asked for within its window, and everything that is up.
  std::int64_t offered = 0;
  std::int64_t capacity = 0;
  std::int64_t one_set = 0;  // one set of blocked seconds for all pools
  std::int64_t by_pool = 0;  // a threshold for each pool
  std::int64_t reached = 0;  // by a fluid schedule on pooled devices: one_set cannot be below it
  std::vector<std::vector<Seconds>> blocked;  // of `bound`, by PoolId
  double utilisation = 0;  // bound against all devices of the span, whether up or not
};
[[nodiscard]] FluidBound fluid_bound(const Instance& instance);

// ---- Searches, for tests and for fluid_bound --------------------------------------------------

struct PooledCut {
  std::vector<Seconds> blocked;
  double reached = 0;  // what longest-remaining-first does in steps
};
[[nodiscard]] PooledCut pooled_cut(const FluidModel& model);
[[nodiscard]] std::vector<std::vector<Seconds>> threshold_cut(const Instance& instance,
                                                              const FluidModel& model);

}  // namespace tongsuan::lab
