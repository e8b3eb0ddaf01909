// A Kubernetes cluster behind its API server.
//
// Model. At most one job by the server itself: a second of a name is refused, and what is there is
// looked at instead. A job is made suspended, read back, and only then resumed; where Kueue is
// (`terms.queue`), it is Kueue that resumes it, and may suspend it again, which ends a stretch.
//
// `jobs` lists once and then watches from there, for `watch_seconds` at most in each call; it lists
// again when the server has forgotten so much (410 Gone), or the watch breaks. Each look writes
// what it has seen of a job into the job, so that no stretch is lost that a look fell into.
//
// Where the hub is a worker of MultiKueue (`terms.worker`), jobs are made on the manager and this
// worker is nominated for them (kueue_api.h); nodes are the worker's, and asked of it.
//
// Jobs stay, with a finalizer, until `keep_seconds` after their end; then `jobs` releases them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "tongsuan/cluster/kubernetes_api.h"
#include "tongsuan/net/client.h"

namespace tongsuan::cluster {

struct KubernetesServer {
  std::string url;  // https://HOST:6443
  // The bearer token, asked before every call: tokens of service accounts are renewed in their
  // file. Empty: none is sent (a client certificate says who we are).
  std::function<Answer<std::string>()> token = {};
  std::string ca_file = {}, certificate = {}, key = {};
};

struct KubernetesOptions {
  KubernetesServer server;
  KubernetesServer worker = {};  // of the worker, where `terms.worker` names one
  KubernetesTerms terms = {};
  std::chrono::milliseconds deadline{5'000};
  std::int64_t watch_seconds = 1;        // 0: `jobs` lists every time
  std::function<UnixSecond()> now = {};  // empty: nothing is released
  std::int64_t keep_seconds = 7 * 86'400;
};

// A token that is read from its file whenever it is asked for.
[[nodiscard]] std::function<Answer<std::string>()> token_of_file(std::string path);

// Nothing is asked yet. kUnfit for an address or files that are none.
[[nodiscard]] Answer<std::unique_ptr<Cluster>> make_kubernetes(KubernetesOptions options);

}  // namespace tongsuan::cluster
