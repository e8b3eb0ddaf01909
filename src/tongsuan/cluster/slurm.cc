#include "tongsuan/cluster/slurm.h"

#include <utility>

#include "tongsuan/access/hmac.h"
#include "tongsuan/base/text.h"
#include "tongsuan/cluster/internal/answers.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::cluster {
namespace {

// All jobs of a cluster are in one answer: 5 KB and more each.
constexpr std::size_t kSlurmBytesMax = std::size_t{256} << 20;

class Slurm final : public Cluster {
 public:
  Slurm(SlurmOptions options, net::Client client)
      : options_(std::move(options)), client_(std::move(client)) {}

  [[nodiscard]] std::string describe() const override {
    const std::string version =
        version_.number == 0 ? "" : " (v0.0." + std::to_string(version_.number) + ")";
    return "Slurm at " + options_.url + version;
  }

  [[nodiscard]] Answer<Inventory> inventory() override {
    TONGSUAN_TRY(const net::Response response, look("/nodes"));
    TONGSUAN_TRY(Inventory inventory, read_nodes(reply(response), options_.terms));
    // Not everybody may ask for it: then the clock is not known.
    TONGSUAN_TRY(const net::Response about, look("/diag"));
    inventory.now = read_clock(reply(about));
    return inventory;
  }

  [[nodiscard]] Answer<std::vector<Job>> jobs() override {
    TONGSUAN_TRY(const net::Response response, look("/jobs"));
    return read_jobs(reply(response), options_.terms);
  }

  [[nodiscard]] Answer<std::optional<Job>> find(const std::string& name) override {
    TONGSUAN_TRY(const std::vector<Job> all, jobs());
    std::optional<Job> last;
    for (const Job& job : all) {
      if (job.name == name) last = job;
    }
    return last;
  }

  [[nodiscard]] Answer<Job> submit(const Work& work, bool perhaps_there) override {
    if (perhaps_there) {
      TONGSUAN_TRY(std::optional<Job> there, find_of(work));
      if (there) return checked(work, std::move(*there));
    }
    TONGSUAN_TRY(const SlurmVersion version, version_now());
    TONGSUAN_TRY(const std::string body, write_submission(work, options_.terms, version));
    TONGSUAN_TRY(const net::Response response,
                 ask(net::Method::kPost, version.path("/job/submit"), work.tenant.user, body));
    TONGSUAN_TRY(const std::string id, read_submitted(reply(response)));
    Answer<Job> made = job(id);
    if (!made.ok()) return in_doubt(made.error());
    return checked(work, std::move(made).value());
  }

  [[nodiscard]] Answer<Done> cancel(const std::string& id) override {
    TONGSUAN_TRY(const SlurmVersion version, version_now());
    TONGSUAN_TRY(const net::Response response,
                 ask(net::Method::kDelete, version.path("/job/" + id), options_.user));
    const Answer<Done> done = check_reply(reply(response));
    // One that has ended is what was wanted; some versions refuse to end it again.
    if (!done.ok() && done.error().kind == FaultKind::kUnknown) return Done{};
    if (!done.ok() && done.error().kind == FaultKind::kRefused) {
      const Answer<Job> now = job(id);
      if (now.ok() && has_ended(now.value().state)) return Done{};
    }
    return done;
  }

  [[nodiscard]] Answer<Done> cancel_unseen(const std::string& id, const Tenant& tenant) override {
    TONGSUAN_TRY(const net::Response response, look("/job/" + id));
    const Answer<Job> there = read_any_job(reply(response), options_.terms);
    if (!there.ok() && there.error().kind == FaultKind::kUnknown) return Done{};
    if (!there.ok()) return there.error();
    const bool is_its = there.value().id == id && belongs_to(there.value(), tenant) &&
                        there.value().partition == options_.terms.partition;
    if (!is_its || has_ended(there.value().state)) return Done{};
    return cancel(id);
  }

  [[nodiscard]] Answer<std::vector<Segment>> segments(const std::string& id) override {
    TONGSUAN_TRY(const SlurmVersion version, version_now());
    if (version.accounting == 0) return last_segment(id);
    TONGSUAN_TRY(const net::Response response,
                 ask(net::Method::kGet, version.accounting_path("/job/" + id), options_.user));
    Answer<std::vector<Segment>> read = read_segments(reply(response), id);
    if (!read.ok() && read.error().kind == FaultKind::kUnknown) return last_segment(id);
    if (!read.ok()) return read.error();
    std::vector<Segment> kept = std::move(read).value();
    // Accounting hears of a start some seconds later than the controller.
    const Answer<std::vector<Segment>> now = last_segment(id);
    if (!now.ok() || now.value().empty()) return kept;
    const Segment& last = now.value().front();
    if (kept.empty() || kept.back().start < last.start) kept.push_back(last);
    if (kept.back().start == last.start && !kept.back().end) kept.back() = last;
    return kept;
  }

 private:
  static SlurmReply reply(const net::Response& response) {
    return {response.status, response.body};
  }
  static Fault in_doubt(Fault fault) {
    fault.kind = FaultKind::kInDoubt;
    return fault;
  }

  // Of its tenant: others may call a job so.
  [[nodiscard]] Answer<std::optional<Job>> find_of(const Work& work) {
    TONGSUAN_TRY(const std::vector<Job> all, jobs());
    const std::string name = job_name(work.contract, work.attempt);
    std::optional<Job> last;
    for (const Job& job : all) {
      if (job.name == name && belongs_to(job, work.tenant)) last = job;
    }
    return last;
  }

  // The job, if it is what was asked for; otherwise it is cancelled.
  [[nodiscard]] Answer<Job> checked(const Work& work, Job made) {
    const std::string other = mismatch(work, options_.terms, made);
    if (other.empty()) return made;
    if (const auto cancelled = cancel(made.id); !cancelled.ok()) {
      return in_doubt(cancelled.error());
    }
    return Fault{FaultKind::kMismatch,
                 "Slurm made job " + made.id + " differently, and it was cancelled: " + other,
                 "check partition, qualities of service and accounts against the agent's settings"};
  }

  [[nodiscard]] Answer<net::Response> look(std::string_view rest) {
    TONGSUAN_TRY(const SlurmVersion version, version_now());
    return ask(net::Method::kGet, version.path(rest), options_.user);
  }

  [[nodiscard]] Answer<Job> job(const std::string& id) {
    TONGSUAN_TRY(const net::Response response, look("/job/" + id));
    TONGSUAN_TRY(std::vector<Job> jobs, read_jobs(reply(response), options_.terms));
    for (Job& each : jobs) {
      if (each.id == id) return std::move(each);
    }
    return Fault{FaultKind::kUnknown, "Slurm knows no job " + id + " of the market", {}};
  }

  [[nodiscard]] Answer<std::vector<Segment>> last_segment(const std::string& id) {
    const Answer<Job> found = job(id);
    std::vector<Segment> segments;
    if (!found.ok() && found.error().kind == FaultKind::kUnknown) return segments;
    if (!found.ok()) return found.error();
    const Job& last = found.value();
    if (last.start) segments.push_back({id, *last.start, last.end, last.state, last.nodes});
    return segments;
  }

  [[nodiscard]] Answer<SlurmVersion> version_now() {
    if (version_.number != 0) return version_;
    TONGSUAN_TRY(const net::Response response,
                 ask(net::Method::kGet, "/openapi/v3", options_.user));
    if (response.status != 200) {
      TONGSUAN_TRY([[maybe_unused]] const Done good, check_reply(reply(response)));
    }
    TONGSUAN_TRY(version_, choose_version(response.body));
    return version_;
  }

  [[nodiscard]] Answer<net::Response> ask(net::Method method, const std::string& target,
                                          const std::string& user, std::string_view body = {}) {
    TONGSUAN_TRY(const std::string token, options_.token(user));
    net::Fields headers;
    headers.list.push_back({"x-slurm-user-name", user});
    headers.list.push_back({"x-slurm-user-token", token});
    if (!body.empty()) headers.list.push_back({"content-type", "application/json"});
    Result<net::Response> response = client_.request(method, target, headers, body);
    if (response.ok()) {
      // An upgrade of Slurm took this version away.
      if (response.value().status == 404) version_ = {};
      return std::move(response).value();
    }
    const bool changes = method == net::Method::kPost;
    const Error& error = response.error();
    const bool is_odd = error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kLimit;
    FaultKind kind = is_odd ? FaultKind::kBadAnswer : FaultKind::kUnreachable;
    if (changes && client_.may_have_sent()) kind = FaultKind::kInDoubt;
    return Fault{kind, error.context, error.hint};
  }

  SlurmOptions options_;
  net::Client client_;
  SlurmVersion version_;
};

}  // namespace

std::string slurm_token(std::string_view key, std::string_view user, UnixSecond now,
                        UnixSecond expires) {
  std::string claims;
  json::Writer(claims)
      .begin_object()
      .number("exp", expires)
      .number("iat", now)
      .text("sun", user)
      .end_object();
  std::string text = base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + base64url(claims);
  const Digest signature = access::HmacKey(key).sign(text);
  return text + '.' + base64url(access::view(signature));
}

Answer<std::unique_ptr<Cluster>> make_slurm(SlurmOptions options) {
  net::ClientOptions http;
  http.ca_file = options.ca_file;
  http.connect_deadline = http.send_deadline = http.answer_deadline = http.body_deadline =
      options.deadline;
  http.body_bytes = kSlurmBytesMax;
  auto client = net::Client::make(options.url, http);
  if (!client.ok()) {
    return Fault{FaultKind::kUnfit, client.error().context, client.error().hint};
  }
  return std::unique_ptr<Cluster>(
      std::make_unique<Slurm>(std::move(options), std::move(client).value()));
}

}  // namespace tongsuan::cluster
