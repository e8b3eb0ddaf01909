#include "tongsuan/cluster/kubernetes.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "tongsuan/cluster/internal/answers.h"
#include "tongsuan/cluster/kueue_api.h"
#include "tongsuan/net/date.h"
#include "tongsuan/net/target.h"

namespace tongsuan::cluster {
namespace {

constexpr std::size_t kTokenBytesMax = 16'384;
constexpr int kPageSize = 100;       // fewer where they do not fit into an answer
constexpr int kSmallerPage = 4;      // by this
constexpr int kPagesMax = 2'000;     // of one list, again and again
constexpr int kTriesMax = 4;         // where somebody else changes the same job
constexpr int kNominationsMax = 20;  // looked at in one look at all jobs
constexpr const char* kApply = "application/apply-patch+yaml";  // JSON is YAML, too
// Of one pod's log: above what a kubelet lets it grow before it begins another, which is 10 MiB.
constexpr std::size_t kLogBytesMax = std::size_t{12} << 20;
constexpr const char* kMerge = "application/merge-patch+json";
constexpr const char* kJson = "application/json";

// How an API server is called.
struct Calls {
  net::Client client;
  std::function<Answer<std::string>()> token;

  [[nodiscard]] Answer<Done> add_headers(net::Fields& headers) const {
    headers.list.push_back({"accept", "application/json, */*;q=0.1"});  // a log is text
    if (!token) return Done{};
    TONGSUAN_TRY(const std::string bearer, token());
    headers.list.push_back({"authorization", "Bearer " + bearer});
    return Done{};
  }

  [[nodiscard]] Answer<net::Response> ask(net::Method method, const std::string& target,
                                          std::string_view body = {},
                                          const char* content_type = nullptr) {
    net::Fields headers;
    TONGSUAN_TRY([[maybe_unused]] const Done done, add_headers(headers));
    if (content_type != nullptr) headers.list.push_back({"content-type", content_type});
    Result<net::Response> response = client.request(method, target, headers, body);
    if (response.ok()) return std::move(response).value();
    const bool changes = method == net::Method::kPost || method == net::Method::kPatch;
    const Error& error = response.error();
    const bool is_odd = error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kLimit;
    FaultKind kind = is_odd ? FaultKind::kBadAnswer : FaultKind::kUnreachable;
    if (changes && client.may_have_sent()) kind = FaultKind::kInDoubt;
    return Fault{kind, error.context, error.hint};
  }
};

class Kubernetes final : public Cluster {
 public:
  // Where there is no worker, the server has the nodes and pods.
  Kubernetes(KubernetesOptions options, Calls server, Calls watcher, std::optional<Calls> worker)
      : options_(std::move(options)),
        server_(std::move(server)),
        watcher_(std::move(watcher)),
        worker_(std::move(worker)) {}

  [[nodiscard]] std::string describe() const override {
    const std::string& worker = options_.terms.worker;
    return "Kubernetes at " + options_.server.url +
           (worker.empty() ? "" : ", worker " + worker + " at " + options_.worker.url);
  }

  [[nodiscard]] Answer<Inventory> inventory() override {
    Inventory inventory;
    Calls& calls = where_nodes_are();
    TONGSUAN_TRY(const net::Response about, calls.ask(net::Method::kGet, "/version"));
    TONGSUAN_TRY(inventory.version, read_server_version(reply(about)));
    const std::string* const date = about.headers.find("date");
    if (date != nullptr) inventory.now = net::read_http_date(*date);
    const std::string target = list_target("/api/v1/nodes", options_.terms.node_selector);
    std::string next;
    do {
      TONGSUAN_TRY(const net::Response page, calls.ask(net::Method::kGet, paged(target, next)));
      TONGSUAN_TRY(NodePage read, read_node_page(reply(page), options_.terms));
      for (Node& node : read.nodes) inventory.nodes.push_back(std::move(node));
      next = std::move(read.next);
    } while (!next.empty() && inventory.nodes.size() <= kNodesMax);
    if (inventory.nodes.size() > kNodesMax) return too_much("nodes");
    std::ranges::sort(inventory.nodes, {}, &Node::name);
    return inventory;
  }

  [[nodiscard]] Answer<std::vector<Job>> jobs() override {
    const bool watches = options_.watch_seconds > 0 && !version_.empty();
    if (!watches || !watch()) {
      TONGSUAN_TRY([[maybe_unused]] const Done done, list());
    }
    std::vector<Job> jobs;
    for (auto& [id, row] : rows_) {
      settle(row);
      jobs.push_back(row.job);
    }
    for (const auto& [id, row] : rows_) release_if_old(row);
    if (!options_.terms.worker.empty()) nominate_some();
    std::ranges::stable_sort(jobs, {}, &Job::name);
    return jobs;
  }

  [[nodiscard]] Answer<std::optional<Job>> find(const std::string& name) override {
    TONGSUAN_TRY(const std::optional<KubernetesJob> row, look_for(name, {}));
    if (!row) return std::optional<Job>();
    return std::optional<Job>(row->job);
  }

  [[nodiscard]] Answer<Job> submit(const Work& work, bool perhaps_there) override {
    TONGSUAN_TRY(const std::string body, write_job(work, options_.terms));
    if (perhaps_there) {
      TONGSUAN_TRY(std::optional<KubernetesJob> there,
                   look_for(job_name(work.contract, work.attempt), work.tenant.account));
      if (there) return checked(asked_before(work, *there), std::move(*there));
    }
    const std::string jobs = "/apis/batch/v1/namespaces/" + work.tenant.account + "/jobs";
    TONGSUAN_TRY(const net::Response made, ask(net::Method::kPost, jobs, body, kJson));
    const bool is_there = made.status == 409 && reason_of(reply(made)) == "AlreadyExists";
    if (const auto good = check_reply(reply(made)); !good.ok() && !is_there) {
      Fault fault = good.error();
      if (made.status >= 500) fault.kind = FaultKind::kInDoubt;
      if (fault.kind == FaultKind::kUnknown) fault.kind = FaultKind::kRefused;  // the namespace
      return fault;
    }
    // What the server has kept, after all who may change it; not what it says that it made.
    const std::string name = kubernetes_name(work.contract, work.attempt);
    Answer<KubernetesJob> kept = look_at(jobs + '/' + name);
    if (!kept.ok())
      return kept.error().kind == FaultKind::kRefused ? kept.error() : in_doubt(kept.error());
    const Work asked = is_there ? asked_before(work, kept.value()) : work;
    return checked(asked, std::move(kept).value());
  }

  [[nodiscard]] Answer<Done> cancel(const std::string& id) override {
    const auto address = read_kubernetes_id(id);
    if (!address) return Done{};  // no job has this id
    TONGSUAN_TRY(const net::Response deleted,
                 ask(net::Method::kDelete, address->path(), write_deletion(*address), kJson));
    // Gone, or another of its name is there.
    if (deleted.status == 404 || deleted.status == 409) return Done{};
    return check_reply(reply(deleted));
  }

  // A log has no places to read from, so all of it is read, of the pod on the first node.
  [[nodiscard]] Answer<Piece> output(const std::string& id, Stream stream,
                                     const Extent& extent) override {
    const auto address = read_kubernetes_id(id);
    if (!address) return Fault{FaultKind::kUnknown, "there is no job " + id, {}};
    if (stream == Stream::kStderr) {
      return Fault{
          FaultKind::kUnfit, "this cluster writes standard error into standard output", {}};
    }
    const std::string pods = "/api/v1/namespaces/" + address->space + "/pods";
    const std::string selector = pods_selector(*address);
    TONGSUAN_TRY(const net::Response listed,
                 where_nodes_are().ask(net::Method::kGet, list_target(pods, selector)));
    TONGSUAN_TRY(const std::string pod, read_pod_name(reply(listed), address->name + "-0-"));
    if (pod.empty()) return Piece{};
    TONGSUAN_TRY(const net::Response log,
                 where_nodes_are().ask(net::Method::kGet,
                                       pods + '/' + net::encode_percent(pod) +
                                           "/log?limitBytes=" + std::to_string(kLogBytesMax)));
    if (log.status == 400) return Piece{};  // its container has not begun
    TONGSUAN_TRY([[maybe_unused]] const Done good, check_reply(reply(log)));
    return piece_of(extent, log.body.size(), log.body);
  }

  [[nodiscard]] Answer<std::vector<Segment>> segments(const std::string& id) override {
    std::vector<Segment> segments;
    const auto address = read_kubernetes_id(id);
    if (!address) return segments;
    Answer<KubernetesJob> found = look_at(address->path());
    if (!found.ok() && found.error().kind == FaultKind::kUnknown) return segments;
    if (!found.ok()) return found.error();
    KubernetesJob& row = found.value();
    if (row.id.uid != address->uid) return segments;
    settle(row);
    for (const Stretch& stretch : row.told) {
      const bool is_last = &stretch == &row.told.back();
      JobState state = is_last ? row.job.state : JobState::kPreempted;
      // Kueue has it back in its queue.
      if (stretch.end && state == JobState::kPending) state = JobState::kPreempted;
      segments.push_back({id, stretch.start, stretch.end, state, row.job.nodes});
    }
    return segments;
  }

 private:
  static KubernetesReply reply(const net::Response& response) {
    return {response.status, response.body};
  }
  static Fault in_doubt(Fault fault) {
    fault.kind = FaultKind::kInDoubt;
    return fault;
  }
  static Fault too_much(const std::string& what) {
    return {FaultKind::kBadAnswer, "the API server has more " + what + " than it may have", {}};
  }
  static std::string list_target(const std::string& path, const std::string& selector,
                                 int page_size = kPageSize) {
    std::string target = path + "?limit=" + std::to_string(page_size);
    if (!selector.empty()) target += "&labelSelector=" + net::encode_percent(selector);
    return target;
  }
  static std::string paged(const std::string& target, const std::string& next) {
    return next.empty() ? target : target + "&continue=" + net::encode_percent(next);
  }
  static constexpr const char* kJobs = "/apis/batch/v1/jobs";

  // ---- Looking ----

  // All of ours.
  [[nodiscard]] Answer<Done> list() {
    std::map<std::string, KubernetesJob> rows;
    std::string next;
    version_.clear();
    for (int pages = 0; pages < kPagesMax && rows.size() <= kJobsMax; ++pages) {
      const std::string target = list_target(kJobs, "tongsuan/contract", page_size_);
      const auto answer = ask(net::Method::kGet, paged(target, next));
      // Jobs have scripts and variables of strangers in them, and may be large.
      if (!answer.ok() && answer.error().kind == FaultKind::kBadAnswer && page_size_ > 1) {
        page_size_ = std::max(1, page_size_ / kSmallerPage);
        continue;
      }
      TONGSUAN_TRY(const net::Response page, answer);
      if (page.status == 410 && !next.empty()) {  // took too long: from the front again
        rows.clear();
        next.clear();
        continue;
      }
      TONGSUAN_TRY(JobPage read, read_job_page(reply(page), options_.terms));
      for (KubernetesJob& row : read.jobs) rows[row.job.id] = std::move(row);
      next = std::move(read.next);
      if (!next.empty()) continue;
      version_ = std::move(read.version);
      rows_ = std::move(rows);
      return Done{};
    }
    return too_much("jobs");
  }

  // What has changed since; false where a list must tell.
  [[nodiscard]] bool watch() {
    const std::string target = std::string(kJobs) +
                               "?watch=true&allowWatchBookmarks=true&labelSelector=" +
                               net::encode_percent("tongsuan/contract") +
                               "&resourceVersion=" + net::encode_percent(version_) +
                               "&timeoutSeconds=" + std::to_string(options_.watch_seconds);
    const auto answer = watcher_.ask(net::Method::kGet, target);
    if (!answer.ok()) return false;
    auto changes = read_job_changes(reply(answer.value()), options_.terms);
    if (!changes.ok() || changes.value().expired) return false;
    for (KubernetesJob& row : changes.value().there) rows_[row.job.id] = std::move(row);
    for (const std::string& id : changes.value().gone) rows_.erase(id);
    if (!changes.value().version.empty()) version_ = std::move(changes.value().version);
    return rows_.size() <= kJobsMax;
  }

  [[nodiscard]] Answer<KubernetesJob> look_at(const std::string& path) {
    TONGSUAN_TRY(const net::Response response, ask(net::Method::kGet, path));
    return read_job(reply(response), options_.terms);
  }

  // In all namespaces, where none is named; the one that lives, if there are several.
  [[nodiscard]] Answer<std::optional<KubernetesJob>> look_for(const std::string& name,
                                                              const std::string& space) {
    std::optional<KubernetesJob> last;
    const auto ours = read_job_name(name);
    if (!ours) return last;
    const std::string selector = "tongsuan/contract=" + ours->contract +
                                 ",tongsuan/attempt=" + std::to_string(ours->attempt);
    TONGSUAN_TRY(const net::Response response,
                 ask(net::Method::kGet, list_target(kJobs, selector)));
    TONGSUAN_TRY(JobPage page, read_job_page(reply(response), options_.terms));
    for (KubernetesJob& row : page.jobs) {
      const bool is_meant = row.job.name == name && (space.empty() || row.id.space == space);
      if (is_meant && (!last || last->deleted)) last = std::move(row);
    }
    if (last) settle(*last);
    return last;
  }

  // ---- Changing ----

  // The work as it was when the job was asked for: then more of its time was left.
  static Work asked_before(Work work, const KubernetesJob& there) {
    work.seconds = std::max(work.seconds, there.seconds);
    return work;
  }

  // The job, if it is what was asked for, and running or about to; otherwise it is deleted.
  [[nodiscard]] Answer<Job> checked(const Work& work, KubernetesJob made) {
    const std::string other = mismatch(work, options_.terms, made);
    if (!other.empty()) {
      if (const auto cancelled = cancel(made.job.id); !cancelled.ok()) {
        return in_doubt(cancelled.error());
      }
      return Fault{
          FaultKind::kMismatch,
          "Kubernetes made job " + made.id.name + " differently, and it was deleted: " + other,
          "look for webhooks of the cluster that change jobs"};
    }
    for (int tries = 0; tries < kTriesMax; ++tries) {
      const bool waits = made.suspended && !made.deleted && !has_ended(made.job.state);
      if (!waits || !options_.terms.queue.empty()) return made.job;
      TONGSUAN_TRY(const bool resumed, change(made, write_resumption(made)));
      if (!resumed) {
        TONGSUAN_TRY(made, look_at(made.id.path()));
      }
    }
    return Fault{FaultKind::kInDoubt, "somebody else changes job " + made.id.name + " all the time",
                 "look before asking again"};
  }

  // False: somebody else was faster, and it has another version now. `row` is what became of it.
  [[nodiscard]] Answer<bool> change(KubernetesJob& row, const std::string& patch) {
    TONGSUAN_TRY(const net::Response response,
                 ask(net::Method::kPatch, row.id.path(), patch, kMerge));
    if (response.status == 409) return false;
    Answer<KubernetesJob> changed = read_job(reply(response), options_.terms);
    if (!changed.ok()) return response.status >= 500 ? in_doubt(changed.error()) : changed.error();
    row = std::move(changed).value();
    return true;
  }

  // Writes down what is seen of a job, where that says more than before. What fails here is seen
  // again with the next look.
  void settle(KubernetesJob& row) {
    const bool asks = row.failed && row.ended.empty();
    if (!asks && write_record(row) == row.record) return;
    if (asks) row.ended = end_of_pods(row);
    const auto changed = change(row, write_annotations(row));
    if (asks && (!changed.ok() || !changed.value())) row.ended.clear();
  }

  // The worker's copy of a job has the same name, and another UID.
  [[nodiscard]] std::string pods_selector(const KubernetesId& job) const {
    return worker_ ? "batch.kubernetes.io/job-name=" + job.name
                   : "batch.kubernetes.io/controller-uid=" + job.uid;
  }

  // "gone": they are, and say nothing any more. Empty: nobody could be asked.
  [[nodiscard]] std::string end_of_pods(const KubernetesJob& row) {
    const std::string path = "/api/v1/namespaces/" + row.id.space + "/pods";
    const auto pods =
        where_nodes_are().ask(net::Method::kGet, list_target(path, pods_selector(row.id)));
    if (!pods.ok()) return {};
    const auto ended = read_pods_end(reply(pods.value()));
    if (!ended.ok()) return {};
    return ended.value().empty() ? "gone" : ended.value();
  }

  void release_if_old(const KubernetesJob& row) {
    const bool ours =
        std::ranges::find(row.finalizers, kKubernetesFinalizer) != row.finalizers.end();
    if (!options_.now || !ours || !row.job.end) return;
    if (*row.job.end + options_.keep_seconds > options_.now()) return;
    if (!row.deleted) {
      static_cast<void>(cancel(row.job.id));
      return;
    }
    KubernetesJob copy = row;
    static_cast<void>(change(copy, write_release(row)));
  }

  // ---- MultiKueue ----

  // A few of those that wait in each look, all of them in turn.
  void nominate_some() {
    auto at = rows_.upper_bound(nominated_to_);
    int left = kNominationsMax;
    for (std::size_t i = 0; i < rows_.size() && left > 0; ++i, ++at) {
      if (at == rows_.end()) at = rows_.begin();
      const KubernetesJob& row = at->second;
      nominated_to_ = at->first;
      if (!row.suspended || row.deleted || has_ended(row.job.state)) continue;
      nominate(row.id);
      --left;
    }
  }

  // What fails here is tried again with the next look.
  void nominate(const KubernetesId& job) {
    const auto list =
        ask(net::Method::kGet, list_target(workloads_path(job), workloads_selector(job)));
    if (!list.ok()) return;
    const auto nomination = read_nomination(reply(list.value()), job, options_.terms.worker);
    if (!nomination.ok() || !nomination.value()) return;
    const auto& [path, body] = *nomination.value();
    static_cast<void>(ask(net::Method::kPatch, path, body, kApply));
  }

  [[nodiscard]] Calls& where_nodes_are() { return worker_ ? *worker_ : server_; }

  [[nodiscard]] Answer<net::Response> ask(net::Method method, const std::string& target,
                                          std::string_view body = {},
                                          const char* content_type = nullptr) {
    return server_.ask(method, target, body, content_type);
  }

  KubernetesOptions options_;
  Calls server_;
  Calls watcher_;  // which waits longer: a watch is quiet until its time is over
  std::optional<Calls> worker_;
  std::map<std::string, KubernetesJob> rows_;  // of ours, by id, as of version_
  std::string version_;                        // of the list; empty: none
  int page_size_ = kPageSize;                  // of lists of jobs
  std::string nominated_to_;                   // id of the last job that was looked at
};

}  // namespace

std::function<Answer<std::string>()> token_of_file(std::string path) {
  return [path = std::move(path)]() -> Answer<std::string> {
    std::ifstream file(path, std::ios::binary);
    std::string token(kTokenBytesMax, '\0');
    file.read(token.data(), static_cast<std::streamsize>(token.size()));
    token.resize(static_cast<std::size_t>(file.gcount()));
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
    if (!token.empty() && token.size() < kTokenBytesMax) return token;
    return Fault{FaultKind::kUnfit, "there is no token in " + path, "name the file of a token"};
  };
}

namespace {

Answer<Calls> make_calls(const KubernetesServer& server, std::chrono::milliseconds deadline,
                         std::chrono::milliseconds longer = {}) {
  net::ClientOptions http;
  http.ca_file = server.ca_file;
  http.certificate = server.certificate;
  http.key = server.key;
  http.connect_deadline = http.send_deadline = deadline;
  http.answer_deadline = http.body_deadline = deadline + longer;
  http.body_bytes = kAnswerBytesMax;
  auto client = net::Client::make(server.url, http);
  if (!client.ok()) {
    return Fault{FaultKind::kUnfit, client.error().context, client.error().hint};
  }
  return Calls{std::move(client).value(), server.token};
}

}  // namespace

Answer<std::unique_ptr<Cluster>> make_kubernetes(KubernetesOptions options) {
  TONGSUAN_TRY(Calls server, make_calls(options.server, options.deadline));
  TONGSUAN_TRY(Calls watcher, make_calls(options.server, options.deadline,
                                         std::chrono::seconds(options.watch_seconds)));
  std::optional<Calls> worker;
  if (!options.terms.worker.empty()) {
    TONGSUAN_TRY(worker, make_calls(options.worker, options.deadline));
  }
  return std::unique_ptr<Cluster>(std::make_unique<Kubernetes>(
      std::move(options), std::move(server), std::move(watcher), std::move(worker)));
}

}  // namespace tongsuan::cluster
