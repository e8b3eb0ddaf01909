// The game of "Beware of Fragmentation" (FGD, USENIX ATC 2023) on the public trace "openb".
//
// Model. All pods of the trace are shuffled by a seed; after them come pods of the trace drawn with
// replacement. They arrive one by one until the GPU capacity that they ask for would exceed what
// the cluster has ("100 % arrived"). Each is placed at once or dropped, and none ever leaves. The
// result is the share of the cluster's GPU capacity that is then allocated.
//
// Pods of equal shape are one *kind*; kinds are in rising order of their shapes, so neither names
// nor the order of the file matter. Draws are base/random.h, not those of the published simulator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/lab/packing_cluster.h"

namespace tongsuan::lab::packing {

struct PodKind {
  PodShape shape;
  std::int64_t count = 0;  // pods of the trace
};

struct Workload {
  std::vector<NodeShape> nodes;                      // as in the file
  std::vector<PodKind> kinds;                        // rising shapes
  [[nodiscard]] std::int64_t gpu_capacity() const;   // milli
  [[nodiscard]] std::int64_t trace_request() const;  // GPU milli of all pods of the trace
};

// Makes a workload of plain lists.
[[nodiscard]] Workload make_workload(std::vector<NodeShape> nodes, std::vector<PodShape> pods);

// From `folder`/openb_node_list_gpu_node.csv and openb_pod_list_default.csv.gz. Names and models
// are not read: pods of this list accept every model.
[[nodiscard]] Result<Workload> read_openb_workload(const std::string& folder);

enum class Draw : std::uint8_t {
  kShuffledTrace,    // as published: the trace in random order, then draws with replacement
  kWithReplacement,  // every pod is drawn, so that counts of kinds vary
};

// Positions in `kinds`, in order of arrival.
[[nodiscard]] std::vector<std::uint32_t> draw_arrivals(const Workload& workload, std::uint64_t seed,
                                                       Draw draw = Draw::kShuffledTrace);

// Pods of each kind that are expected until 100 % have arrived.
[[nodiscard]] std::vector<double> expected_pods(const Workload& workload);

struct Sample {
  std::uint64_t pods = 0;
  std::uint64_t seed = 1;
};

// The same nodes and kinds, counted in so many pods that are drawn with replacement: what somebody
// knows who has seen a few pods only.
[[nodiscard]] Workload sample_workload(const Workload& workload, const Sample& sample);

// How often each kind arrives.
[[nodiscard]] std::vector<std::int64_t> count_kinds(const Workload& workload,
                                                    const std::vector<std::uint32_t>& arrivals);

}  // namespace tongsuan::lab::packing
