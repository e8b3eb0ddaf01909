// Settings of tongsuan-hub: deploy/tongsuan-hub.toml has every one, with its default.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/cluster/kubernetes.h"
#include "tongsuan/cluster/slurm.h"
#include "tongsuan/hub/agent.h"
#include "tongsuan/hub/local_staging.h"

namespace tongsuan::hub {

inline constexpr std::size_t kTenantsMax = 10'000;

struct SlurmSettings {
  std::string url, user, ca_file;
  std::string jwt_key;     // a file: tokens are made of it; or
  std::string token_file;  // one of `user`, who then is every tenant
  cluster::SlurmTerms terms = {};
  std::int64_t deadline_seconds = 5;
};
struct KubernetesSettings {
  std::string url, token_file, ca_file, certificate, key;
  std::string worker_url, worker_token_file, worker_ca_file;  // of the worker of MultiKueue
  cluster::KubernetesTerms terms = {};
  std::int64_t deadline_seconds = 5;
};

struct HubSettings {
  std::string exchange;     // http(s)://HOST:PORT
  std::string credentials;  // the file with the key
  std::string ca_file;
  std::string holder;  // empty: the name of this machine
  std::string spool;
  std::int64_t interval_seconds = 2;  // between steps
  std::int64_t request_seconds = 10;  // that a request to the exchange may take
  AgentOptions agent;
  LocalStagingOptions staging;
  std::optional<SlurmSettings> slurm;  // one of the two
  std::optional<KubernetesSettings> kubernetes;
};

// All of the text is checked; errors name the line. Nothing is looked at but the text.
[[nodiscard]] Result<HubSettings> read_settings(std::string_view text, std::string_view file);

// Of the file. kIo where it cannot be read.
[[nodiscard]] Result<HubSettings> read_settings_file(const std::string& path);

// Asks nobody yet. kInvalidArgument for addresses and files that are none.
[[nodiscard]] Result<std::unique_ptr<cluster::Cluster>> make_cluster(const HubSettings& settings);

}  // namespace tongsuan::hub
