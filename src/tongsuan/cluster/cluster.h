// cluster, floor 5: one real cluster that runs contracts, behind one port.
//   cluster.h         the port: what every kind of cluster can be asked
//   host_list.h       "n[1-3,7]" as names, and back
//   image_script.h    a script that runs another one in an image, by a command of the hub
//   slurm_api.h       bytes of slurmrestd, for each of its versions
//   slurm.h           the port on slurmrestd
//   kubernetes_api.h  bytes of an API server of Kubernetes
//   kueue_api.h       what is said to Kueue where it has several clusters
//   kubernetes.h      the port on it
//
// Model. A cluster has *nodes* with devices of a class, and runs *jobs*. A contract becomes *work*:
// so many nodes with so many devices on each, exactly those that the contract names, all or none,
// as the tenant to whom the contract belongs. Its job has a name that nobody else uses
// (`job_name`), so that whoever does not know whether a job was submitted looks for the name before
// submitting again: at most one job of a name ever exists. A job may run in several *segments*: it
// is stopped and put back by the cluster, and starts again under the same id. Segments are keyed by
// (job, start); what a cluster tells of them twice is the same segment.
//
// The port keeps nothing: whoever asks has journaled what it asks for before. Calls may take as
// long as their deadline; one thread at a time. Everything that a cluster answers is a stranger's
// text: read strictly where it decides something, and kept short where it is only shown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::cluster {

using UnixSecond = std::int64_t;  // of the cluster's clock

inline constexpr std::size_t kNodesMax = 100'000;       // of one inventory
inline constexpr std::size_t kJobsMax = 100'000;        // of one answer
inline constexpr std::size_t kScriptBytesMax = 65'536;  // of one contract
inline constexpr std::size_t kPieceBytesMax = 65'536;   // of what a job says, at once
inline constexpr std::size_t kDetailMax = 512;          // of what a cluster says of itself

enum class FaultKind : std::uint8_t {
  kUnreachable,  // nobody answers, or not in time, and nothing has happened
  kInDoubt,      // it may have happened: look before asking again
  kRefused,      // the cluster says no: `what` has its words
  kMismatch,     // the job is not what was asked for; it was cancelled
  kUnknown,      // no such job
  kBadAnswer,    // not what such a cluster says
  kUnfit,        // this cluster cannot be asked so: settings, versions
};

struct Fault {
  FaultKind kind = FaultKind::kBadAnswer;
  std::string what = {};
  std::string hint = {};  // what to try
};
template <class T>
using Answer = Result<T, Fault>;

struct Node {
  std::string name;
  std::string accelerator;  // as the cluster calls it; empty: none
  std::uint32_t devices = 0;
  bool up = false;     // runs work, or could at once
  std::string detail;  // why it does not
  friend bool operator==(const Node&, const Node&) = default;
};

struct Inventory {
  std::string version;                 // of the cluster's software
  std::vector<Node> nodes;             // by name, rising; those that the market may use
  std::optional<UnixSecond> now = {};  // its clock, where it tells; times of jobs are of this clock
};

// Who the work belongs to, on this cluster.
struct Tenant {
  std::string user;     // of Unix
  std::string account;  // of the cluster's accounting
};

enum class Service : std::uint8_t {
  kFirm,  // has its devices, whoever else wants them
  kSpot,  // runs on what is left, and leaves for firm work
};

struct Work {
  std::string contract;  // "C-17"
  std::uint32_t attempt = 1;
  Tenant tenant;
  std::string accelerator;         // as the cluster calls it
  std::vector<std::string> nodes;  // rising; exactly these
  std::uint32_t devices_per_node = 1;
  std::int64_t seconds = 0;  // the cluster stops it then
  // When it may start, where the cluster can keep to that (Slurm does): a job that has not started
  // by the latest is dropped.
  std::optional<UnixSecond> earliest = {}, latest = {};
  Service service = Service::kFirm;
  std::string script;      // of a shell
  std::string image = {};  // that it runs in, a reference as of a registry; empty: the cluster's
  std::string folder;      // where it runs, and writes what it says (output_file)
  std::map<std::string, std::string> environment = {};
};

// "C-17": as the exchange writes ids of contracts, in base 32 of capitals without zeros before it.
[[nodiscard]] bool is_contract(std::string_view id);

// "ts-C-17-1": one job in the life of a cluster.
[[nodiscard]] std::string job_name(std::string_view contract, std::uint32_t attempt);
struct JobName {
  std::string contract;
  std::uint32_t attempt = 0;
};
// Nothing for jobs that are not ours.
[[nodiscard]] std::optional<JobName> read_job_name(std::string_view name);

enum class JobState : std::uint8_t {
  kPending,
  kRunning,
  kEnding,     // its devices are not free yet
  kCompleted,  // by itself, with code 0
  kFailed,     // by itself, otherwise
  kTimedOut,   // `seconds` were over
  kCancelled,  // by somebody
  kPreempted,  // devices went to firm work
  kNodeFailed,
};
[[nodiscard]] std::string_view to_string(JobState state);
[[nodiscard]] inline bool has_ended(JobState state) {
  return state > JobState::kEnding;
}

struct Job {
  std::string id;
  std::string name;
  JobState state = JobState::kPending;
  std::string detail;              // why it waits, or how it ended
  std::vector<std::string> nodes;  // rising; none before it starts
  std::uint32_t devices_per_node = 0;
  std::string service, partition, account, user;  // as the cluster calls them
  std::uint32_t restarts = 0;
  bool restarts_itself = false;          // the cluster starts it again by itself when it stops
  std::optional<UnixSecond> start, end;  // of its last segment
  std::int64_t exit_code = 0;
  std::string output;  // path of what it says
  friend bool operator==(const Job&, const Job&) = default;
};

// Whether it is that tenant's, as far as the cluster says whose it is. Anybody may give a job a
// name of ours.
[[nodiscard]] bool belongs_to(const Job& job, const Tenant& tenant);

// What a job says, and a part of it.
enum class Stream : std::uint8_t { kStdout, kStderr };
[[nodiscard]] inline std::string_view to_string(Stream stream) {
  return stream == Stream::kStdout ? "stdout" : "stderr";
}
struct Extent {
  std::optional<std::uint64_t> from = {};  // so far into the stream, up to kPieceBytesMax; or
  std::uint64_t tail = kPieceBytesMax;     // so many bytes at its end
  friend bool operator==(const Extent&, const Extent&) = default;
};
struct Piece {
  std::uint64_t offset = 0;  // of its first byte
  std::uint64_t size = 0;    // of all that the job has said
  std::string bytes = {};
  bool ended = false;  // nothing comes after it any more
  friend bool operator==(const Piece&, const Piece&) = default;
};
// Which bytes an extent means in a stream of that size, kPieceBytesMax at most. A stream that does
// not reach `from` was begun anew: then from its beginning.
struct Part {
  std::uint64_t offset = 0;
  std::size_t count = 0;
};
[[nodiscard]] Part part_of(const Extent& extent, std::uint64_t size);
// The piece of a stream of that size, of which only the end is there: what was asked for, from
// where it is there.
[[nodiscard]] Piece piece_of(const Extent& extent, std::uint64_t size, std::string_view end);

// Where the jobs of a cluster with files write what they say, in the folder of their work.
[[nodiscard]] std::string output_file(std::string_view job_name, Stream stream);

// A stretch in which a job had its devices.
struct Segment {
  std::string job;
  UnixSecond start = 0;
  std::optional<UnixSecond> end;  // nothing while it runs
  JobState state = JobState::kRunning;
  std::vector<std::string> nodes;
  friend bool operator==(const Segment&, const Segment&) = default;
};

class Cluster {
 public:
  Cluster() = default;
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  virtual ~Cluster() = default;

  // For logs: what it is and where.
  [[nodiscard]] virtual std::string describe() const = 0;
  [[nodiscard]] virtual Answer<Inventory> inventory() = 0;

  // All of ours that the cluster still knows, in the order of their names.
  [[nodiscard]] virtual Answer<std::vector<Job>> jobs() = 0;
  // The last one of that name; nothing: there is none, and none comes from a request of the past.
  [[nodiscard]] virtual Answer<std::optional<Job>> find(const std::string& name) = 0;

  // Makes the job of this work, reads back what the cluster made of it, and cancels it where that
  // is something else (kMismatch). `perhaps_there`: it was asked for before, and nobody knows what
  // came of it; a job of its name is then taken for it. Jobs of one name never run at once,
  // whatever happens to requests on their way; of two, `jobs` shows both, and the later is to be
  // cancelled.
  [[nodiscard]] virtual Answer<Job> submit(const Work& work, bool perhaps_there) = 0;
  // Ends the job, if it has not ended; to be asked again until its state says so.
  [[nodiscard]] virtual Answer<Done> cancel(const std::string& id) = 0;

  // The same of a job that `jobs` does not show any more: its user may have called it otherwise.
  // Where ids may have begun anew, one that is not the tenant's is left alone.
  [[nodiscard]] virtual Answer<Done> cancel_unseen(const std::string& id, const Tenant& tenant);

  // Every stretch in which the job ran, in the order of their starts.
  [[nodiscard]] virtual Answer<std::vector<Segment>> segments(const std::string& id) = 0;

  // What the job says, from clusters that keep it themselves (Job::output is then no path); kUnfit
  // from all others. `ended` is the asker's to say.
  [[nodiscard]] virtual Answer<Piece> output(const std::string& id, Stream stream,
                                             const Extent& extent);
};

}  // namespace tongsuan::cluster
