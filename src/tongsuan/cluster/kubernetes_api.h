// What is sent to an API server of Kubernetes, and what it answers. Pure functions.
//
// Model. Work is one Job of batch/v1, made suspended: it does nothing before it was read back and
// found to be what was asked for (then it is resumed), or before Kueue admits it (then Kueue
// resumes it). A pod for each node: affinity names the nodes, and pods of one job repel each other.
//
// A Job forgets: its start when it is suspended, its pods when they fail, itself when it is
// deleted. So what happened is written into two annotations of the Job as it is seen (`told`,
// `ended`), and a finalizer keeps the Job until it is released. `told` of what was written and of
// what is there now is the same however often it is asked; that is what money goes by.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/cluster/cluster.h"

namespace tongsuan::cluster {

inline constexpr std::string_view kKubernetesFinalizer = "tongsuan/metered";

// How this cluster calls what the market asks for.
struct KubernetesTerms {
  std::string resource = "nvidia.com/gpu";
  std::map<std::string, std::string> resources = {};  // of accelerators that are another resource
  std::string accelerator_label = "nvidia.com/gpu.product";  // of nodes
  std::string node_selector = {};                            // of nodes that the market may use
  std::string queue = {};  // a LocalQueue of Kueue in every namespace; empty: there is no Kueue
  std::string worker =
      {};  // the worker of MultiKueue that this hub is; empty: it has its own nodes
  std::string firm_priority = {}, spot_priority = {};  // PriorityClasses; empty: none is asked for
  std::string image = {};  // what the script runs in, unless the work names another
  std::string claim = {};  // a PersistentVolumeClaim in every namespace, at `folder`; empty: none
  std::uint32_t cpus_per_device = 1;
  std::uint64_t memory_mb_per_device = 0;  // 0: none is asked for

  [[nodiscard]] const std::string& resource_of(const std::string& accelerator) const;
};

// Names of Kubernetes have no capitals: "ts-c-17-1". The tenant's account is the namespace.
[[nodiscard]] std::string kubernetes_name(std::string_view contract, std::uint32_t attempt);

// What a job's id says: "lab/ts-c-17-1/UID". Another job of that name has another UID.
struct KubernetesId {
  std::string space, name, uid;
  [[nodiscard]] std::string text() const { return space + '/' + name + '/' + uid; }
  [[nodiscard]] std::string path() const;
};
[[nodiscard]] std::optional<KubernetesId> read_kubernetes_id(std::string_view text);

struct Stretch {
  UnixSecond start = 0;
  std::optional<UnixSecond> end;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

struct KubernetesJob {
  Job job;
  KubernetesId id;
  std::string version;          // of this state of it: changes name it
  std::string record, ended;    // what our annotations say
  std::vector<Stretch> told;    // the record, with what is seen now
  std::string queue, priority;  // as it has them
  std::int64_t pods = 0, seconds = 0;
  bool suspended = false, deleted = false;
  bool failed = false;  // and only its pods know why
  std::vector<std::string> finalizers;
};

// kUnfit: this work cannot be written for this cluster.
[[nodiscard]] Answer<std::string> write_job(const Work& work, const KubernetesTerms& terms);
[[nodiscard]] std::string write_resumption(const KubernetesJob& job);
[[nodiscard]] std::string write_record(const KubernetesJob& job);       // of `told`
[[nodiscard]] std::string write_annotations(const KubernetesJob& job);  // that, and `ended`
[[nodiscard]] std::string write_release(const KubernetesJob& job);
[[nodiscard]] std::string write_deletion(const KubernetesId& id);

struct KubernetesReply {
  int status = 0;
  std::string_view body;
};
// Of every reply: what the server says went wrong. kUnknown for what is not there.
[[nodiscard]] Answer<Done> check_reply(const KubernetesReply& reply);
// "AlreadyExists", "Conflict", "Expired"; empty where it says nothing of the kind.
[[nodiscard]] std::string reason_of(const KubernetesReply& reply);

struct JobPage {
  std::vector<KubernetesJob> jobs;  // of ours
  std::string version;              // of the list: to watch from
  std::string next;                 // to go on with; empty: it was the last
};
[[nodiscard]] Answer<JobPage> read_job_page(const KubernetesReply& reply,
                                            const KubernetesTerms& terms);
[[nodiscard]] Answer<KubernetesJob> read_job(const KubernetesReply& reply,
                                             const KubernetesTerms& terms);

struct JobChanges {
  std::vector<KubernetesJob> there;
  std::vector<std::string> gone;  // ids; a job that is there again after it went has another
  std::string version;            // to watch from; empty: that of before
  bool expired = false;           // the server has forgotten what came before: list again
};
// The events of a watch, one a line.
[[nodiscard]] Answer<JobChanges> read_job_changes(const KubernetesReply& reply,
                                                  const KubernetesTerms& terms);

// How pods of a failed job ended, as `ended` keeps it: "preempted", "node-failed" or "failed 3";
// empty where they do not say.
struct PodPage {
  std::string ended;
  bool disrupted = false;  // one of them was taken away: no other page says more
  std::string next;
};
[[nodiscard]] Answer<PodPage> read_pod_page(const KubernetesReply& reply);

// The name of the last pod of a list whose name begins so; empty where there is none.
[[nodiscard]] Answer<std::string> read_pod_name(const KubernetesReply& reply,
                                                std::string_view prefix);

struct NodePage {
  std::vector<Node> nodes;
  std::string next;
};
[[nodiscard]] Answer<NodePage> read_node_page(const KubernetesReply& reply,
                                              const KubernetesTerms& terms);
[[nodiscard]] Answer<std::string> read_server_version(const KubernetesReply& reply);

// What the cluster made of the work that is not what was asked for; empty: nothing.
[[nodiscard]] std::string mismatch(const Work& work, const KubernetesTerms& terms,
                                   const KubernetesJob& job);

}  // namespace tongsuan::cluster
