// A Slurm cluster behind slurmrestd.
//
// Model. The version of the interface is found out with the first call, and again when slurmrestd
// no longer knows it. Every call has a deadline of its own: slurmrestd waits without end while
// slurmctld is away. Submissions speak as the tenant, everything else as `user`; tokens are made of
// the cluster's JWT key, or read from a file, which then is of one user who all tenants are.
//
// Without slurmdbd a cluster forgets what ran once a job is old (MinJobAge): `segments` then tells
// of the last stretch only, and of nothing after that.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "tongsuan/cluster/slurm_api.h"
#include "tongsuan/net/client.h"

namespace tongsuan::cluster {

// A token that Slurm takes from `user` until `expires`: a JWT (RFC 7519) with HS256 of the
// cluster's key, the user as "sun".
[[nodiscard]] std::string slurm_token(std::string_view key, std::string_view user, UnixSecond now,
                                      UnixSecond expires);

struct SlurmOptions {
  std::string url;   // http://HOST:PORT of slurmrestd
  std::string user;  // who looks, and cancels: an operator of the cluster
  SlurmTerms terms = {};
  // Of a user: what goes into X-SLURM-USER-TOKEN. Asked before every call.
  std::function<Answer<std::string>(const std::string& user)> token;
  std::chrono::milliseconds deadline{5'000};
  std::string ca_file = {};
};

// Nothing is asked yet. kUnfit for an address that is none.
[[nodiscard]] Answer<std::unique_ptr<Cluster>> make_slurm(SlurmOptions options);

}  // namespace tongsuan::cluster
