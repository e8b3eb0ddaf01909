#include "tongsuan/cluster/kubernetes_api.h"

#include <charconv>
#include <chrono>

#include "tongsuan/cluster/internal/answers.h"

namespace tongsuan::cluster {
namespace {

using json::Members;
using json::Value;

Fault bad_kubernetes_answer(std::string what) {
  return {FaultKind::kBadAnswer,
          "the API server answered something else: " + shortened(std::move(what)),
          "check that the address is that of an API server of Kubernetes"};
}

// ---- Values --------------------------------------------------------------------------------

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::int64_t count_of(const Value& value) {
  const auto number = value.as_int64();
  return number.ok() && number.value() > 0 ? number.value() : 0;
}

// "2026-11-27T10:44:37Z", perhaps with a fraction, which is left out.
std::optional<UnixSecond> kubernetes_time(const Value& value) {
  const std::string text = text_of(value);
  if (text.size() < 20 || text.back() != 'Z' || (text.size() > 20 && text[19] != '.')) {
    return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t size) {
    return whole<unsigned>(std::string_view(text).substr(at, size));
  };
  const auto year = part(0, 4), month = part(5, 2), day = part(8, 2);
  const auto hour = part(11, 2), minute = part(14, 2), second = part(17, 2);
  const bool read = year && month && day && hour && minute && second && *hour < 24 &&
                    *minute < 60 && *second < 61 && text[4] == '-' && text[7] == '-' &&
                    text[10] == 'T' && text[13] == ':' && text[16] == ':';
  if (!read) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400 + *hour * 3'600 + *minute * 60 + *second;
}

struct Condition {
  bool is_so = false;
  std::string reason, message;
  std::optional<UnixSecond> time;
};
Condition condition_of(const Members& status, std::string_view type) {
  for (const Value item : status.find("conditions").items()) {
    const Members row = item.members();
    if (text_of(row.find("type")) != type || text_of(row.find("status")) != "True") continue;
    return {true, text_of(row.find("reason")), text_of(row.find("message")),
            kubernetes_time(row.find("lastTransitionTime"))};
  }
  return {};
}

// ---- Jobs ----------------------------------------------------------------------------------

// "1000-1060,1200": what `write_record` wrote. Nothing where somebody else did.
std::vector<Stretch> read_record(std::string_view text) {
  std::vector<Stretch> stretches;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view piece = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const std::size_t dash = piece.find('-');
    const auto start = whole<UnixSecond>(piece.substr(0, dash));
    std::optional<UnixSecond> end;
    if (dash != std::string_view::npos) end = whole<UnixSecond>(piece.substr(dash + 1));
    const bool good =
        start && *start > 0 && (dash == std::string_view::npos || end) &&
        (!end || *end >= *start) &&
        (stretches.empty() || (stretches.back().end && *stretches.back().end <= *start &&
                               stretches.back().start < *start));
    if (!good) return {};
    stretches.push_back({*start, end});
  }
  return stretches;
}

// What is true of a Job now, of its many fields.
struct Now {
  std::optional<UnixSecond> start, end, deleted;
  Condition complete, failed, suspended;
  bool is_suspended = false, ending = false, pods_failed = false;
  std::int64_t ready = 0, succeeded = 0, pods = 0;
  [[nodiscard]] bool all_there() const { return pods > 0 && ready + succeeded >= pods; }
};

Now now_of(const Members& metadata, const Members& spec, const Members& status) {
  Now now;
  now.start = kubernetes_time(status.find("startTime"));
  now.deleted = kubernetes_time(metadata.find("deletionTimestamp"));
  now.complete = condition_of(status, "Complete");
  now.failed = condition_of(status, "Failed");
  now.suspended = condition_of(status, "Suspended");
  const auto suspend = spec.find("suspend").as_bool();
  now.is_suspended = suspend.ok() && suspend.value();
  now.ready = count_of(status.find("ready"));
  now.succeeded = count_of(status.find("succeeded"));
  now.pods = count_of(spec.find("parallelism"));
  now.ending = condition_of(status, "FailureTarget").is_so ||
               condition_of(status, "SuccessCriteriaMet").is_so;
  now.pods_failed = now.failed.is_so && (now.failed.reason == "BackoffLimitExceeded" ||
                                         now.failed.reason == "PodFailurePolicy");
  if (now.complete.is_so) now.end = kubernetes_time(status.find("completionTime"));
  if (now.complete.is_so && !now.end) now.end = now.complete.time;
  if (now.failed.is_so) now.end = now.failed.time;
  if (!now.end) now.end = now.deleted;
  if (!now.end && now.is_suspended && now.suspended.is_so) now.end = now.suspended.time;
  return now;
}

// The record, with what is seen now: a stretch begins when all pods are there for the first time.
// Its start is that of the Job, which does not change while it runs.
std::vector<Stretch> told_of(std::vector<Stretch> told, const Now& now) {
  const bool ran = now.complete.is_so || now.pods_failed || now.all_there();
  const bool is_new = now.start && (told.empty() || told.back().start < *now.start);
  if (ran && is_new && !now.is_suspended) {
    // The end of the one before was missed: no later than this.
    if (!told.empty() && !told.back().end) told.back().end = now.start;
    const bool overlaps = !told.empty() && *told.back().end > *now.start;
    if (!overlaps) told.push_back({*now.start, std::nullopt});
  }
  if (!told.empty() && !told.back().end && now.end) {
    told.back().end = std::max(*now.end, told.back().start);
  }
  return told;
}

JobState ended_state(const std::string& ended, const Now& now, bool firm) {
  if (now.failed.reason == "DeadlineExceeded") return JobState::kTimedOut;
  if (ended == "preempted") return JobState::kPreempted;
  if (ended == "node-failed") return JobState::kNodeFailed;
  if (now.failed.reason != "PodFailurePolicy") return JobState::kFailed;
  // Its pods were taken away, and do not say by whom: nothing takes devices of firm work.
  return firm ? JobState::kNodeFailed : JobState::kPreempted;
}

JobState state_of(const KubernetesJob& row, const Now& now, bool in_foreground) {
  if (now.complete.is_so) return JobState::kCompleted;
  if (now.failed.is_so) return ended_state(row.ended, now, row.job.service == "firm");
  if (now.deleted) return in_foreground ? JobState::kEnding : JobState::kCancelled;
  if (now.ending) return JobState::kEnding;
  const bool runs = !row.told.empty() && !row.told.back().end;
  return runs && !now.is_suspended ? JobState::kRunning : JobState::kPending;
}

std::string detail_of(const Now& now) {
  for (const Condition* condition : {&now.failed, &now.suspended}) {
    if (condition->is_so) return shortened(condition->reason + ": " + condition->message);
  }
  if (now.complete.is_so) return {};
  return std::to_string(now.ready) + " of " + std::to_string(now.pods) + " pods are ready";
}

std::vector<std::string> nodes_of(const Members& pod) {
  std::vector<std::string> nodes;
  const Members affinity = pod.find("affinity").members().find("nodeAffinity").members();
  const Members required =
      affinity.find("requiredDuringSchedulingIgnoredDuringExecution").members();
  for (const Value term : required.find("nodeSelectorTerms").items()) {
    for (const Value field : term.members().find("matchFields").items()) {
      const Members match = field.members();
      if (text_of(match.find("key")) != "metadata.name") continue;
      for (const Value name : match.find("values").items()) nodes.push_back(text_of(name));
    }
  }
  std::ranges::sort(nodes);
  return nodes;
}

std::uint32_t devices_of(const Members& amounts, const KubernetesTerms& terms) {
  const auto amount = [&](const std::string& resource) {
    return whole<std::uint32_t>(text_of(amounts.find(resource))).value_or(0);
  };
  if (const std::uint32_t devices = amount(terms.resource); devices > 0) return devices;
  for (const auto& [accelerator, resource] : terms.resources) {
    if (const std::uint32_t devices = amount(resource); devices > 0) return devices;
  }
  return 0;
}

void read_pod(const Members& pod, const KubernetesTerms& terms, KubernetesJob& row) {
  row.priority = text_of(pod.find("priorityClassName"));
  row.job.nodes = nodes_of(pod);
  for (const Value container : pod.find("containers").items()) {
    const Members resources = container.members().find("resources").members();
    row.job.devices_per_node += devices_of(resources.find("limits").members(), terms);
  }
}

// Its exit code, of "failed 3".
std::int64_t exit_code_of(const KubernetesJob& row) {
  if (row.job.state != JobState::kFailed) return 0;
  const std::string_view ended = row.ended;
  if (!ended.starts_with("failed ")) return 1;
  return whole<std::int64_t>(ended.substr(7)).value_or(1);
}

// Who it is. False: not one of ours.
bool read_names(const Members& metadata, KubernetesJob& row) {
  const Members labels = metadata.find("labels").members();
  const Members annotations = metadata.find("annotations").members();
  const auto attempt = whole<std::uint32_t>(text_of(labels.find("tongsuan/attempt")));
  const std::string contract = text_of(labels.find("tongsuan/contract"));
  if (!attempt) return false;
  row.job.name = job_name(contract, *attempt);
  row.id = {text_of(metadata.find("namespace")), text_of(metadata.find("name")),
            text_of(metadata.find("uid"))};
  row.job.id = row.id.text();
  row.job.service = text_of(labels.find("tongsuan/service"));
  row.job.partition = row.queue = text_of(labels.find("kueue.x-k8s.io/queue-name"));
  row.job.restarts_itself = !row.queue.empty();  // Kueue admits again what it took back
  row.job.account = row.id.space;
  row.job.user = text_of(annotations.find("tongsuan/user"));
  row.job.output = "kubectl logs -n " + row.id.space + " job/" + row.id.name;
  row.version = text_of(metadata.find("resourceVersion"));
  row.record = text_of(annotations.find("tongsuan/stretches"));
  row.ended = text_of(annotations.find("tongsuan/ended"));
  for (const Value item : metadata.find("finalizers").items()) {
    row.finalizers.push_back(text_of(item));
  }
  return read_job_name(row.job.name) && row.id.name == kubernetes_name(contract, *attempt) &&
         read_kubernetes_id(row.job.id);
}

std::optional<KubernetesJob> job_of(const Value& value, const KubernetesTerms& terms) {
  const Members object = value.members(), metadata = object.find("metadata").members();
  const Members spec = object.find("spec").members();
  KubernetesJob row;
  if (!read_names(metadata, row)) return std::nullopt;
  read_pod(spec.find("template").members().find("spec").members(), terms, row);
  const Now now = now_of(metadata, spec, object.find("status").members());
  row.pods = now.pods;
  row.seconds = count_of(spec.find("activeDeadlineSeconds"));
  row.suspended = now.is_suspended;
  row.deleted = now.deleted.has_value();
  row.failed = now.pods_failed;
  row.told = told_of(read_record(row.record), now);
  const bool in_foreground =
      std::ranges::find(row.finalizers, "foregroundDeletion") != row.finalizers.end();
  row.job.state = state_of(row, now, in_foreground);
  row.job.detail = detail_of(now);
  row.job.exit_code = exit_code_of(row);
  row.job.restarts = row.told.empty() ? 0 : static_cast<std::uint32_t>(row.told.size() - 1);
  if (row.job.state != JobState::kPending && !row.told.empty()) {
    row.job.start = row.told.back().start;
  }
  if (has_ended(row.job.state)) row.job.end = now.end;
  return row;
}

// ---- Replies -------------------------------------------------------------------------------

// A document that lives as long as what is read of it.
class KubernetesDocument {
 public:
  static Answer<KubernetesDocument> read(const KubernetesReply& reply, std::string_view kind) {
    TONGSUAN_TRY([[maybe_unused]] const Done good, check_reply(reply));
    KubernetesDocument own;
    const auto root = own.document_.parse(reply.body);
    if (!root.ok()) return bad_kubernetes_answer(root.error().context);
    own.root_ = root.value();
    const std::string is = text_of(own.root().find("kind"));
    if (is != kind) return bad_kubernetes_answer("a \"" + is + "\", and no " + std::string(kind));
    return own;
  }
  [[nodiscard]] Value value() const { return root_; }
  [[nodiscard]] Members root() const { return root_.members(); }
  [[nodiscard]] Answer<json::Items> items() const {
    const auto items = root().find("items").as_array();
    if (!items.ok()) return bad_kubernetes_answer("a list without items");
    return items.value();
  }
  [[nodiscard]] std::string of_list(std::string_view name) const {
    return text_of(root().find("metadata").members().find(name));
  }

 private:
  json::Document document_{{.bytes_max = json::kBytesMax}};
  Value root_;
};

Node node_of(const Members& row, const KubernetesTerms& terms) {
  const Members metadata = row.find("metadata").members(), status = row.find("status").members();
  Node node;
  node.name = text_of(metadata.find("name"));
  node.accelerator = text_of(metadata.find("labels").members().find(terms.accelerator_label));
  const std::string& resource = terms.resource_of(node.accelerator);
  const Value amount = status.find("allocatable").members().find(resource);
  node.devices = whole<std::uint32_t>(text_of(amount)).value_or(0);
  if (node.devices > 0 && node.accelerator.empty()) node.accelerator = resource;
  if (node.devices == 0) node.accelerator.clear();
  const auto cordoned = row.find("spec").members().find("unschedulable").as_bool();
  const bool is_cordoned = cordoned.ok() && cordoned.value();
  const bool is_ready = condition_of(status, "Ready").is_so;
  node.up = is_ready && !is_cordoned;
  if (node.up) return node;
  std::string why = is_cordoned ? "unschedulable" : "not ready";
  for (const Value item : status.find("conditions").items()) {
    const Members condition = item.members();
    if (is_ready || text_of(condition.find("type")) != "Ready") continue;
    why += ": " + text_of(condition.find("reason")) + ": " + text_of(condition.find("message"));
  }
  node.detail = shortened(why);
  return node;
}

// One line of a watch. False: the server has forgotten what was before.
Answer<bool> read_event(std::string_view line, const KubernetesTerms& terms, JobChanges& changes) {
  json::Document document({.bytes_max = json::kBytesMax});
  const auto root = document.parse(line);
  if (!root.ok()) return bad_kubernetes_answer(root.error().context);
  const Members event = root.value().members();
  const std::string type = text_of(event.find("type"));
  const Value object = event.find("object");
  if (type == "ERROR") {
    const Members status = object.members();
    if (count_of(status.find("code")) == 410) return false;
    return bad_kubernetes_answer("a watch ended: " + text_of(status.find("message")));
  }
  if (type != "ADDED" && type != "MODIFIED" && type != "DELETED" && type != "BOOKMARK") {
    return bad_kubernetes_answer("an event \"" + type + '"');
  }
  const std::string version =
      text_of(object.members().find("metadata").members().find("resourceVersion"));
  if (version.empty()) return bad_kubernetes_answer("an event without a version");
  changes.version = version;
  auto job = job_of(object, terms);
  if (type == "BOOKMARK" || !job) return true;
  if (type == "DELETED") {
    std::erase_if(changes.there,
                  [&](const KubernetesJob& each) { return each.id.uid == job->id.uid; });
    changes.gone.push_back(job->job.id);
  } else {
    changes.there.push_back(std::move(*job));
  }
  return true;
}

// The reason of a pod's condition, by who took it away.
bool is_nodes_fault(std::string_view reason) {
  return reason == "DeletionByTaintManager" || reason == "DeletionByPodGC" ||
         reason == "TerminationByKubelet";
}

}  // namespace

Answer<Done> check_reply(const KubernetesReply& reply) {
  if (reply.status >= 200 && reply.status < 300) return Done{};
  json::Document document({.bytes_max = json::kBytesMax});
  const auto root = document.parse(reply.body);
  std::string what = "status " + std::to_string(reply.status);
  if (root.ok()) {
    const std::string message = text_of(root.value().members().find("message"));
    if (!message.empty()) what = shortened(message);
  }
  switch (reply.status) {
    case 401:
      return Fault{FaultKind::kRefused, "the API server does not accept the token: " + what,
                   "renew the token's file; it is read before every call"};
    case 403:
      return Fault{FaultKind::kRefused, what, "give the account the roles of docs/clusters.md"};
    case 404:
      return Fault{FaultKind::kUnknown, what, {}};
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return Fault{FaultKind::kUnreachable, what, "ask again later"};
    default:
      break;
  }
  if (!root.ok()) return bad_kubernetes_answer(what + ", " + root.error().context);
  return Fault{FaultKind::kRefused, what, {}};
}

std::string reason_of(const KubernetesReply& reply) {
  json::Document document({.bytes_max = json::kBytesMax});
  const auto root = document.parse(reply.body);
  if (reply.status < 400 || !root.ok()) return {};
  return text_of(root.value().members().find("reason"));
}

Answer<JobPage> read_job_page(const KubernetesReply& reply, const KubernetesTerms& terms) {
  TONGSUAN_TRY(const KubernetesDocument own, KubernetesDocument::read(reply, "JobList"));
  TONGSUAN_TRY(const json::Items items, own.items());
  JobPage page{
      .jobs = {}, .version = own.of_list("resourceVersion"), .next = own.of_list("continue")};
  for (const Value item : items) {
    if (auto job = job_of(item, terms)) page.jobs.push_back(std::move(*job));
  }
  return page;
}

Answer<KubernetesJob> read_job(const KubernetesReply& reply, const KubernetesTerms& terms) {
  TONGSUAN_TRY(const KubernetesDocument own, KubernetesDocument::read(reply, "Job"));
  auto job = job_of(own.value(), terms);
  if (job) return std::move(*job);
  return Fault{FaultKind::kRefused, "a job of that name is there, and is not the market's",
               "keep the names ts-c-… of the tenants' namespaces for the market"};
}

Answer<JobChanges> read_job_changes(const KubernetesReply& reply, const KubernetesTerms& terms) {
  JobChanges changes;
  if (reply.status == 410) {
    changes.expired = true;
    return changes;
  }
  TONGSUAN_TRY([[maybe_unused]] const Done good, check_reply(reply));
  std::string_view rest = reply.body;
  while (!rest.empty()) {
    const std::size_t line_end = rest.find('\n');
    const std::string_view line = rest.substr(0, line_end);
    rest = line_end == std::string_view::npos ? std::string_view() : rest.substr(line_end + 1);
    if (line.empty()) continue;
    TONGSUAN_TRY(const bool goes_on, read_event(line, terms, changes));
    changes.expired = !goes_on;
    if (!goes_on) break;
  }
  return changes;
}

Answer<PodPage> read_pod_page(const KubernetesReply& reply) {
  TONGSUAN_TRY(const KubernetesDocument own, KubernetesDocument::read(reply, "PodList"));
  TONGSUAN_TRY(const json::Items items, own.items());
  PodPage page{.ended = {}, .disrupted = false, .next = own.of_list("continue")};
  for (const Value item : items) {
    const Members status = item.members().find("status").members();
    if (const auto disruption = condition_of(status, "DisruptionTarget"); disruption.is_so) {
      page.ended = is_nodes_fault(disruption.reason) ? "node-failed" : "preempted";
      page.disrupted = true;
      return page;
    }
    for (const Value container : status.find("containerStatuses").items()) {
      const Members state = container.members().find("state").members();
      const auto code = state.find("terminated").members().find("exitCode").as_int64();
      if (code.ok() && code.value() != 0 && page.ended.empty())
        page.ended = "failed " + std::to_string(code.value());
    }
  }
  return page;
}

Answer<std::string> read_pod_name(const KubernetesReply& reply, std::string_view prefix) {
  TONGSUAN_TRY(const KubernetesDocument own, KubernetesDocument::read(reply, "PodList"));
  TONGSUAN_TRY(const json::Items items, own.items());
  std::string last;
  for (const Value item : items) {
    const auto name = item.members().find("metadata").members().find("name").as_text();
    if (name.ok() && name.value().starts_with(prefix)) last = name.value();
  }
  return last;
}

Answer<NodePage> read_node_page(const KubernetesReply& reply, const KubernetesTerms& terms) {
  TONGSUAN_TRY(const KubernetesDocument own, KubernetesDocument::read(reply, "NodeList"));
  TONGSUAN_TRY(const json::Items items, own.items());
  NodePage page{.nodes = {}, .next = own.of_list("continue")};
  for (const Value item : items) {
    page.nodes.push_back(node_of(item.members(), terms));
    if (page.nodes.back().name.empty()) return bad_kubernetes_answer("a node without a name");
  }
  return page;
}

Answer<std::string> read_server_version(const KubernetesReply& reply) {
  TONGSUAN_TRY([[maybe_unused]] const Done good, check_reply(reply));
  json::Document document({.bytes_max = json::kBytesMax});
  const auto root = document.parse(reply.body);
  if (!root.ok()) return bad_kubernetes_answer(root.error().context);
  return text_of(root.value().members().find("gitVersion"));
}

}  // namespace tongsuan::cluster
