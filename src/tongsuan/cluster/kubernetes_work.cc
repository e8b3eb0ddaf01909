// What is sent.
#include <array>

#include "tongsuan/cluster/host_list.h"
#include "tongsuan/cluster/kubernetes_api.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::cluster {
namespace {

using Out = json::Writer;
constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";

// Names of namespaces: RFC 1123.
bool is_label(std::string_view text) {
  const auto is_good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > 63 || !is_good(text.front()) || !is_good(text.back())) {
    return false;
  }
  for (const char c : text) {
    if (!is_good(c) && c != '-') return false;
  }
  return true;
}

// Kubernetes replaces $(NAME) in commands and variables, and makes one of two dollars.
std::string literal(std::string_view text) {
  std::string literal;
  for (const char c : text) literal.append(c == '$' ? 2 : 1, c);
  return literal;
}

void write_labels(Out& out, const Work& work) {
  out.begin_object("labels").text("tongsuan/contract", work.contract);
  out.text("tongsuan/attempt", std::to_string(work.attempt));
  out.text("tongsuan/service", work.service == Service::kFirm ? "firm" : "spot");
}

void write_affinity(Out& out, const Work& work) {
  out.begin_object("affinity").begin_object("nodeAffinity").begin_object(kRequired);
  out.begin_array("nodeSelectorTerms");
  for (const std::string& node : work.nodes) {  // one of these; a field takes one value only
    out.begin_object().begin_array("matchFields").begin_object().text("key", "metadata.name");
    out.text("operator", "In").begin_array("values").text(node).end_array();
    out.end_object().end_array().end_object();
  }
  out.end_array().end_object().end_object();
  out.begin_object("podAntiAffinity").begin_array(kRequired).begin_object();
  out.begin_object("labelSelector").begin_object("matchLabels");
  out.text("tongsuan/contract", work.contract);
  out.text("tongsuan/attempt", std::to_string(work.attempt)).end_object().end_object();
  out.text("topologyKey", "kubernetes.io/hostname");
  out.end_object().end_array().end_object().end_object();
}

const std::string& image_of(const Work& work, const KubernetesTerms& terms) {
  return work.image.empty() ? terms.image : work.image;
}

void write_container(Out& out, const Work& work, const KubernetesTerms& terms) {
  const std::string devices = std::to_string(work.devices_per_node);
  out.begin_array("containers")
      .begin_object()
      .text("name", "work")
      .text("image", image_of(work, terms));
  out.begin_array("command").text("/bin/sh").text("-c").text(literal(work.script)).end_array();
  out.text("workingDir", work.folder).begin_array("env");
  for (const auto& [name, value] : work.environment) {
    out.begin_object().text("name", name).text("value", literal(value)).end_object();
  }
  out.end_array().begin_object("resources").begin_object("requests");
  out.text("cpu", std::to_string(std::uint64_t{terms.cpus_per_device} * work.devices_per_node));
  if (terms.memory_mb_per_device > 0) {
    out.text("memory", std::to_string(terms.memory_mb_per_device * work.devices_per_node) + "Mi");
  }
  out.text(terms.resource_of(work.accelerator), devices).end_object();
  out.begin_object("limits").text(terms.resource_of(work.accelerator), devices).end_object();
  out.end_object().begin_array("volumeMounts").begin_object().text("name", "scratch");
  out.text("mountPath", work.folder).end_object().end_array();
  out.begin_object("securityContext").truth("allowPrivilegeEscalation", false).end_object();
  out.end_object().end_array();
}

void write_pod(Out& out, const Work& work, const KubernetesTerms& terms) {
  out.begin_object("template").begin_object("metadata");
  write_labels(out, work);
  out.end_object().end_object().begin_object("spec").text("restartPolicy", "Never");
  // What a stranger's script must not have: a token of the API server.
  out.truth("automountServiceAccountToken", false).truth("enableServiceLinks", false);
  const std::string& priority =
      work.service == Service::kFirm ? terms.firm_priority : terms.spot_priority;
  if (!priority.empty()) out.text("priorityClassName", priority);
  write_affinity(out, work);
  out.begin_array("tolerations").begin_object();
  out.text("key", terms.resource_of(work.accelerator)).text("operator", "Exists");
  out.text("effect", "NoSchedule").end_object().end_array();
  out.begin_object("securityContext").begin_object("seccompProfile");
  out.text("type", "RuntimeDefault").end_object().end_object();
  write_container(out, work, terms);
  out.begin_array("volumes").begin_object().text("name", "scratch");
  if (terms.claim.empty()) {
    out.begin_object("emptyDir").end_object();
  } else {
    out.begin_object("persistentVolumeClaim").text("claimName", terms.claim).end_object();
  }
  out.end_object().end_array().end_object().end_object();
}

// The change, if the Job is still in the state that was seen.
Out& begin_patch(Out& out, const KubernetesJob& job) {
  out.begin_object().begin_object("metadata").text("resourceVersion", job.version);
  return out.text("uid", job.id.uid);
}

}  // namespace

const std::string& KubernetesTerms::resource_of(const std::string& accelerator) const {
  const auto found = resources.find(accelerator);
  return found == resources.end() ? resource : found->second;
}

std::string kubernetes_name(std::string_view contract, std::uint32_t attempt) {
  std::string name = job_name(contract, attempt);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::string KubernetesId::path() const {
  return "/apis/batch/v1/namespaces/" + space + "/jobs/" + name;
}

std::optional<KubernetesId> read_kubernetes_id(std::string_view text) {
  const std::size_t first = text.find('/'), last = text.rfind('/');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  KubernetesId id{std::string(text.substr(0, first)),
                  std::string(text.substr(first + 1, last - first - 1)),
                  std::string(text.substr(last + 1))};
  if (!is_label(id.space) || !is_label(id.name) || !is_label(id.uid)) return std::nullopt;
  return id;
}

Answer<std::string> write_job(const Work& work, const KubernetesTerms& terms) {
  if (!is_label(work.tenant.account)) {
    return Fault{FaultKind::kUnfit,
                 "the account \"" + work.tenant.account + "\" is no name of a namespace",
                 "map the tenant to a namespace of the cluster"};
  }
  if (image_of(work, terms).empty()) {
    return Fault{FaultKind::kUnfit, "no image is set for work on Kubernetes", "set one"};
  }
  std::string body;
  Out out(body);
  const auto count = static_cast<std::int64_t>(work.nodes.size());
  out.begin_object().text("apiVersion", "batch/v1").text("kind", "Job");
  out.begin_object("metadata").text("name", kubernetes_name(work.contract, work.attempt));
  out.text("namespace", work.tenant.account);
  out.begin_array("finalizers").text(kKubernetesFinalizer).end_array();
  write_labels(out, work);
  if (!terms.queue.empty()) out.text("kueue.x-k8s.io/queue-name", terms.queue);
  out.end_object().begin_object("annotations").text("tongsuan/user", work.tenant.user);
  out.end_object().end_object().begin_object("spec").truth("suspend", true);
  out.text("completionMode", "Indexed").number("completions", count).number("parallelism", count);
  // A contract that stops is the exchange's to give new devices.
  out.number("backoffLimit", 0).number("activeDeadlineSeconds", work.seconds);
  out.begin_object("podFailurePolicy").begin_array("rules").begin_object();
  out.text("action", "FailJob").begin_array("onPodConditions").begin_object();
  out.text("type", "DisruptionTarget").text("status", "True");
  out.end_object().end_array().end_object().end_array().end_object();
  write_pod(out, work, terms);
  out.end_object().end_object();
  return body;
}

std::string write_resumption(const KubernetesJob& job) {
  std::string body;
  Out out(body);
  begin_patch(out, job).end_object().begin_object("spec").truth("suspend", false);
  out.end_object().end_object();
  return body;
}

std::string write_record(const KubernetesJob& job) {
  std::string record;
  for (const Stretch& stretch : job.told) {
    record += (record.empty() ? "" : ",") + std::to_string(stretch.start);
    if (stretch.end) record += '-' + std::to_string(*stretch.end);
  }
  return record;
}

std::string write_annotations(const KubernetesJob& job) {
  std::string body;
  Out out(body);
  begin_patch(out, job).begin_object("annotations");
  out.text("tongsuan/stretches", write_record(job));
  if (!job.ended.empty()) out.text("tongsuan/ended", job.ended);
  out.end_object().end_object().end_object();
  return body;
}

std::string write_release(const KubernetesJob& job) {
  std::string body;
  Out out(body);
  begin_patch(out, job).begin_array("finalizers");
  for (const std::string& finalizer : job.finalizers) {
    if (finalizer != kKubernetesFinalizer) out.text(finalizer);
  }
  out.end_array().end_object().end_object();
  return body;
}

// In the foreground: the Job is there until its pods are gone.
std::string write_deletion(const KubernetesId& id) {
  std::string body;
  Out(body)
      .begin_object()
      .text("apiVersion", "v1")
      .text("kind", "DeleteOptions")
      .text("propagationPolicy", "Foreground")
      .begin_object("preconditions")
      .text("uid", id.uid)
      .end_object()
      .end_object();
  return body;
}

std::string mismatch(const Work& work, const KubernetesTerms& terms, const KubernetesJob& made) {
  const std::string& priority =
      work.service == Service::kFirm ? terms.firm_priority : terms.spot_priority;
  struct Check {
    std::string_view what;
    std::string asked, got;
  };
  const std::string count = std::to_string(work.nodes.size());
  const std::array<Check, 8> checks = {{
      {"its name", job_name(work.contract, work.attempt), made.job.name},
      {"its namespace", work.tenant.account, made.id.space},
      {"its queue", terms.queue, made.queue},
      {"its priority", priority, made.priority},
      {"its nodes", write_host_list(work.nodes), write_host_list(made.job.nodes)},
      {"its devices on a node", std::to_string(work.devices_per_node),
       std::to_string(made.job.devices_per_node)},
      {"its pods", count, std::to_string(made.pods)},
      {"its seconds", std::to_string(work.seconds), std::to_string(made.seconds)},
  }};
  for (const Check& check : checks) {
    if (check.asked == check.got) continue;
    return std::string(check.what) + ": asked for \"" + check.asked + "\", got \"" + check.got +
           '"';
  }
  return {};
}

}  // namespace tongsuan::cluster
