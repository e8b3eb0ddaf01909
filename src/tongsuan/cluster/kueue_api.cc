#include "tongsuan/cluster/kueue_api.h"

#include "tongsuan/cluster/internal/answers.h"
#include "tongsuan/json/writer.h"
#include "tongsuan/net/target.h"

namespace tongsuan::cluster {
namespace {

using json::Members;
using json::Value;
using Out = json::Writer;

constexpr std::string_view kGroupVersion = "kueue.x-k8s.io/v1beta1";
constexpr std::string_view kNames = "nominatedClusterNames";
constexpr std::string_view kFieldManager = "kueue-admission";

// As it was read. Nothing where it holds what cannot be said again: a number that is not whole.
std::optional<std::string> said_again(const Value& value) {
  std::string text;
  Out out(text);
  bool good = true;
  const auto put_in = [&](const Value& inner, auto&& put) {
    const std::optional<std::string> said = said_again(inner);
    good = good && said;
    put(said ? *said : "null");
  };
  switch (value.type()) {
    case json::Type::kNull:
      out.null();
      break;
    case json::Type::kBool:
      out.truth(value.as_bool().value());
      break;
    case json::Type::kText:
      out.text(value.as_text().value());
      break;
    case json::Type::kInteger: {
      const auto number = value.as_int64();
      good = number.ok();
      out.number(good ? number.value() : 0);
      break;
    }
    case json::Type::kArray:
      out.begin_array();
      for (const Value item : value.items()) {
        put_in(item, [&](const std::string& said) { out.raw(said); });
      }
      out.end_array();
      break;
    case json::Type::kObject:
      out.begin_object();
      for (const json::Member member : value.members()) {
        put_in(member.value, [&](const std::string& said) { out.raw(member.key, said); });
      }
      out.end_object();
      break;
    case json::Type::kFraction:
      good = false;
      out.null();
      break;
  }
  if (!good) return std::nullopt;
  return text;
}

bool has_quota(const Members& status) {
  for (const Value item : status.find("conditions").items()) {
    const Members row = item.members();
    if (text_of(row.find("type")) != "QuotaReserved") continue;
    return text_of(row.find("status")) == "True";
  }
  return false;
}

bool waits_for_nomination(const Members& status) {
  return has_quota(status) && text_of(status.find("clusterName")).empty() &&
         status.find(kNames).size() == 0;
}

std::optional<std::string> write_nomination(const Members& workload, std::string_view worker) {
  const Members metadata = workload.find("metadata").members();
  std::string body;
  Out out(body);
  out.begin_object().text("apiVersion", kGroupVersion).text("kind", "Workload");
  out.begin_object("metadata");
  for (const std::string_view key : {"name", "namespace", "uid", "resourceVersion"}) {
    out.text(key, text_of(metadata.find(key)));
  }
  out.end_object().begin_object("status");
  for (const json::Member member : workload.find("status").members()) {
    if (member.key == kNames) continue;
    const std::optional<std::string> said = said_again(member.value);
    if (!said) return std::nullopt;
    out.raw(member.key, *said);
  }
  out.begin_array(kNames).text(worker).end_array().end_object().end_object();
  return body;
}

}  // namespace

std::string workloads_path(const KubernetesId& job) {
  return "/apis/" + std::string(kGroupVersion) + "/namespaces/" + job.space + "/workloads";
}
std::string workloads_selector(const KubernetesId& job) {
  return "kueue.x-k8s.io/job-uid=" + job.uid;
}

Answer<std::optional<Nomination>> read_nomination(const KubernetesReply& reply,
                                                  const KubernetesId& job,
                                                  std::string_view worker) {
  TONGSUAN_TRY([[maybe_unused]] const Done good, check_reply(reply));
  json::Document document({.bytes_max = json::kBytesMax});
  const auto root = document.parse(reply.body);
  if (!root.ok()) {
    return Fault{FaultKind::kBadAnswer, "a list of workloads that cannot be read", {}};
  }
  for (const Value item : root.value().members().find("items").items()) {
    const Members workload = item.members();
    const std::string name = text_of(workload.find("metadata").members().find("name"));
    if (name.empty() || !waits_for_nomination(workload.find("status").members())) continue;
    std::optional<std::string> body = write_nomination(workload, worker);
    if (!body) {
      return Fault{FaultKind::kBadAnswer, "the status of workload " + name + " is odd", {}};
    }
    return std::optional(
        Nomination{workloads_path(job) + '/' + net::encode_percent(name) +
                       "/status?force=true&fieldManager=" + std::string(kFieldManager),
                   std::move(*body)});
  }
  return std::optional<Nomination>();
}

}  // namespace tongsuan::cluster
