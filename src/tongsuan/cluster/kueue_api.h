// What is said to Kueue on the manager of several clusters (MultiKueue). Pure functions.
//
// Model. A Job with a queue gets a Workload from Kueue. Where Kueue's settings leave the choice of
// the worker cluster to somebody outside, a Workload that has its quota waits until somebody writes
// names of workers into its status (`nominatedClusterNames`); Kueue takes one of them
// (`clusterName`), clears the names, and makes a copy of the Job there. The exchange has chosen the
// hub, and a hub is one worker: so the only name is the hub's.
//
// Kueue can clear only what belongs to it. So the whole status is applied as it was seen, with the
// name in it, as Kueue's own field manager, and of the version that was seen: what has changed
// meanwhile is refused (409), and looked at again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/cluster/kubernetes_api.h"

namespace tongsuan::cluster {

// The workloads of a Job: to be listed.
[[nodiscard]] std::string workloads_path(const KubernetesId& job);
[[nodiscard]] std::string workloads_selector(const KubernetesId& job);

struct Nomination {
  std::string path;  // of the status of the workload, with its query
  std::string body;  // to be applied
};
// Of a list of workloads: nothing where none waits for a nomination.
[[nodiscard]] Answer<std::optional<Nomination>> read_nomination(const KubernetesReply& reply,
                                                                const KubernetesId& job,
                                                                std::string_view worker);

}  // namespace tongsuan::cluster
