// What is sent to slurmrestd, and what it answers, for each of its versions.
//
// Model. Every release of Slurm speaks a few versions of its interface, none of them from 22.05 to
// 24.05 and later; `choose_version` takes the highest that both sides know. What they agree on is
// sent; what they do not is told apart here and nowhere else:
//   - numbers come plain, or as {"set", "infinite", "number"}; states as a text, or as a list;
//   - the nodes of a job are `nodelist` in v0.0.38 (which its description does not name: what it
//     names is refused), `required_nodes` later;
//   - what keeps a cluster from starting a job again is `no_requeue` in v0.0.38, where `requeue` is
//     accepted and ignored;
//   - devices are `gres` in v0.0.38, `tres_per_node` later, as "gres:…" before v0.0.40 and as
//     "gres/…" from then on;
//   - times are texts in v0.0.38 ("uts" and seconds; whole numbers are refused), whole numbers in
//     v0.0.39; from v0.0.40 on the begin is {"set", "infinite", "number"}, the deadline is not;
//   - the script is beside the job before v0.0.41, inside it from then on, and sent in both places.
// `nodes` is sent as a text: a list is accepted and ignored. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/cluster/cluster.h"

namespace tongsuan::cluster {

inline constexpr std::uint32_t kSlurmOldest = 38, kSlurmNewest = 43;

struct SlurmVersion {
  std::uint32_t number = 0;      // 38: v0.0.38
  std::uint32_t accounting = 0;  // the same of slurmdbd's part; 0: there is none
  [[nodiscard]] std::string path(std::string_view rest) const;             // "/slurm/v0.0.38/jobs"
  [[nodiscard]] std::string accounting_path(std::string_view rest) const;  // "/slurmdb/v0.0.38/…"
};

// How this cluster calls what the market asks for.
struct SlurmTerms {
  std::string partition = "market";
  std::string firm_qos = "firm", spot_qos = "spot";  // empty: none is asked for
  std::string gres = "gpu";
  std::uint32_t cpus_per_device = 1;
  std::uint64_t memory_mb_per_device = 0;       // 0: the partition's default
  std::vector<std::string> image_command = {};  // image_script.h; empty: it runs no images
};

// Of the answer to GET /openapi/v3.
[[nodiscard]] Answer<SlurmVersion> choose_version(std::string_view openapi);

// kUnfit: this work cannot be written for this cluster.
[[nodiscard]] Answer<std::string> write_submission(const Work& work, const SlurmTerms& terms,
                                                   SlurmVersion version);

struct SlurmReply {
  int status = 0;
  std::string_view body;
};
// Of every reply: what Slurm says went wrong. kUnknown for jobs that are not there; kUnreachable
// where this version of the interface, or slurmctld, is not there: nothing has happened then;
// kInDoubt where slurmctld was asked, and its answer did not come.
[[nodiscard]] Answer<Done> check_reply(const SlurmReply& reply);
[[nodiscard]] Answer<std::string> read_submitted(const SlurmReply& reply);  // the job's id
// Those with names of ours.
[[nodiscard]] Answer<std::vector<Job>> read_jobs(const SlurmReply& reply, const SlurmTerms& terms);
// The first, whatever it is called.
[[nodiscard]] Answer<Job> read_any_job(const SlurmReply& reply, const SlurmTerms& terms);
// Those of the partition.
[[nodiscard]] Answer<Inventory> read_nodes(const SlurmReply& reply, const SlurmTerms& terms);
// The controller's clock, of what it says of itself; nothing where it does not.
[[nodiscard]] std::optional<UnixSecond> read_clock(const SlurmReply& reply);
// Of one job, with those that accounting calls duplicates.
[[nodiscard]] Answer<std::vector<Segment>> read_segments(const SlurmReply& reply,
                                                         std::string_view job);

// What the cluster made of the work that is not what was asked for; empty: nothing.
[[nodiscard]] std::string mismatch(const Work& work, const SlurmTerms& terms, const Job& job);

}  // namespace tongsuan::cluster
