#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/cluster/kubernetes_api.h"
#include "tongsuan/json/json.h"

#include "entries.h"

namespace tongsuan::fuzz {

using namespace tongsuan::cluster;

namespace {

void check(const Fault& fault) {
  TONGSUAN_CHECK(!fault.what.empty() && fault.what.size() < 3 * kDetailMax);
}

void json_is_good(const std::string& text) {
  json::Document document;
  TONGSUAN_CHECK(text.size() > (1U << 20) || document.parse(text).ok());
}

void check(const KubernetesJob& row) {
  TONGSUAN_CHECK(read_job_name(row.job.name).has_value());
  const auto id = read_kubernetes_id(row.job.id);
  TONGSUAN_CHECK(id && id->text() == row.job.id && id->uid == row.id.uid);
  TONGSUAN_CHECK(row.job.detail.size() <= kDetailMax && std::ranges::is_sorted(row.job.nodes));
  TONGSUAN_CHECK(!row.job.end || has_ended(row.job.state));
  // Stretches do not meet, and only the last may go on.
  for (std::size_t i = 0; i < row.told.size(); ++i) {
    const Stretch& stretch = row.told[i];
    TONGSUAN_CHECK(stretch.end || i + 1 == row.told.size());
    TONGSUAN_CHECK(!stretch.end || *stretch.end >= stretch.start);
    TONGSUAN_CHECK(i == 0 || stretch.start > row.told[i - 1].start);
    TONGSUAN_CHECK(i == 0 || stretch.start >= *row.told[i - 1].end);
  }
  json_is_good(write_annotations(row));
  json_is_good(write_release(row));
  json_is_good(write_resumption(row));
}

void changes(const KubernetesReply& reply) {
  const auto read = read_job_changes(reply, {});
  if (!read.ok()) return check(read.error());
  for (const KubernetesJob& row : read.value().there) check(row);
  for (const std::string& id : read.value().gone)
    TONGSUAN_CHECK(read_kubernetes_id(id).has_value());
}

// What was told is written into the Job, and read back it tells the same.
void one_job(const KubernetesReply& reply) {
  const auto read = read_job(reply, {});
  if (!read.ok()) return check(read.error());
  check(read.value());
  const std::string mark = "\"@record@\"";
  std::string body(reply.body);
  const std::size_t at = body.find(mark);
  if (at == std::string::npos) return;
  const std::string record = write_record(read.value());
  body.replace(at, mark.size(), '"' + record + '"');
  const auto again = read_job({200, body}, {});
  TONGSUAN_CHECK(again.ok() && again.value().told == read.value().told);
}

void nodes(const KubernetesReply& reply) {
  const auto read = read_node_page(reply, {});
  if (!read.ok()) return check(read.error());
  for (const Node& node : read.value().nodes) {
    TONGSUAN_CHECK(!node.name.empty() && node.detail.size() <= kDetailMax);
    TONGSUAN_CHECK((node.devices > 0) != node.accelerator.empty());
  }
}

}  // namespace

void kubernetes_answers(std::string_view bytes) {
  if (bytes.empty()) return;
  const int status = bytes.front() % 2 == 0 ? 200 : 409;
  const int choice = (bytes.front() - '0') / 2;
  bytes.remove_prefix(1);
  const KubernetesReply reply{status, bytes};
  if (const auto good = check_reply(reply); !good.ok()) check(good.error());
  static_cast<void>(reason_of(reply));
  switch (choice) {
    case 0:
      return one_job(reply);
    case 1:
      return changes(reply);
    case 2:
      return nodes(reply);
    case 3: {
      const auto page = read_pod_page(reply);
      TONGSUAN_CHECK(!page.ok() || page.value().ended.size() < 32);
      return;
    }
    default: {
      const auto page = read_job_page(reply, {});
      if (!page.ok()) return check(page.error());
      for (const KubernetesJob& row : page.value().jobs) check(row);
    }
  }
}

std::vector<std::string> kubernetes_answers_seeds() {
  const std::string job =
      R"({"kind":"Job","metadata":{"name":"ts-c-1-2","namespace":"lab","uid":"u-1",
"resourceVersion":"7","labels":{"tongsuan/contract":"C-1","tongsuan/attempt":"2","tongsuan/service":"firm"},
"annotations":{"tongsuan/stretches":"@record@"},"finalizers":["tongsuan/metered","foregroundDeletion"],
"deletionTimestamp":"1970-01-01T00:18:20Z"},"spec":{"suspend":false,"parallelism":1,"template":{"spec":
{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
{"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}]}}},"containers":[
{"resources":{"limits":{"nvidia.com/gpu":"8"}}}]}}},"status":{"startTime":"1970-01-01T00:16:40Z","ready":1,
"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded","message":"m",
"lastTransitionTime":"1970-01-01T00:17:40Z"}]}})";
  std::string recorded = job, line = job;
  recorded.replace(recorded.find("@record@"), 8, "10-20,30-40,900");
  std::erase(line, '\n');
  return {
      "0" + job,
      "0" + recorded,
      "8{\"kind\":\"JobList\",\"metadata\":{\"resourceVersion\":\"9\"},\"items\":[" + job + "]}",
      "2{\"type\":\"ADDED\",\"object\":" + line + "}\n{\"type\":\"DELETED\",\"object\":" + line +
          "}\n",
      R"(2{"type":"ERROR","object":{"code":410}})",
      R"(4{"kind":"NodeList","items":[{"metadata":{"name":"n1","labels":{"nvidia.com/gpu.product":"h100"}},
"status":{"allocatable":{"nvidia.com/gpu":"8"},"conditions":[{"type":"Ready","status":"True"}]}}]})",
      R"(6{"kind":"PodList","items":[{"status":{"conditions":[{"type":"DisruptionTarget","status":"True",
"reason":"PreemptionByScheduler"}]}}]})",
      R"(1{"kind":"Status","reason":"AlreadyExists","message":"is there"})"};
}

}  // namespace tongsuan::fuzz
