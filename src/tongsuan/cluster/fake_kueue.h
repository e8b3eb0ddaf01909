// Kueue's part of an API server for tests: one workload, with a status that others write.
#pragma once

#include <string>
#include <vector>

#include "tongsuan/json/json.h"
#include "tongsuan/net/server.h"

namespace tongsuan::cluster {

class FakeKueue {
 public:
  // What is in the status; the names of clusters that are nominated, and the one that was taken.
  std::string conditions = "[]", nominated, taken;
  std::string odd;  // a member more of the status
  int version = 7;
  bool changes_meanwhile = false;  // somebody else, before the next change arrives
  std::vector<std::string> faults;

  net::Response answer(const net::Request& request) {
    const std::string path = "/apis/kueue.x-k8s.io/v1beta1/namespaces/lab/workloads";
    if (request.method == net::Method::kGet) {
      const std::string* selector = request.query.find("labelSelector");
      const bool is_ours = request.target.starts_with(path + "?") && selector != nullptr &&
                           *selector == "kueue.x-k8s.io/job-uid=uid-1";
      return json(200, R"({"kind":"WorkloadList","items":[)" + (is_ours ? workload() : "") + "]}");
    }
    return apply(request, path + "/job-ts-c-17-1-5a1/status");
  }

 private:
  static net::Response json(int status, std::string body) {
    return {status, "application/json", {}, std::move(body)};
  }
  [[nodiscard]] std::string workload() const {
    return R"({"metadata":{"name":"job-ts-c-17-1-5a1","namespace":"lab","uid":"w-1",)"
           R"("resourceVersion":")" +
           std::to_string(version) + R"("},"status":{"conditions":)" + conditions +
           R"(,"admission":{"clusterQueue":"all","podSetAssignments":[{"name":"main","count":2}]})" +
           (nominated.empty() ? "" : R"(,"nominatedClusterNames":[")" + nominated + "\"]") +
           (taken.empty() ? "" : R"(,"clusterName":")" + taken + '"') + odd + "}}";
  }
  static std::string text(const json::Value& value) {
    const auto read = value.as_text();
    return read.ok() ? std::string(read.value()) : std::string();
  }

  net::Response apply(const net::Request& request, const std::string& path) {
    const auto refuse = [&](int status, const std::string& why) {
      faults.push_back(why);
      return json(status, R"({"kind":"Status","message":")" + why + "\"}");
    };
    if (request.method != net::Method::kPatch || !request.target.starts_with(path + "?")) {
      return refuse(405, "only its status is changed");
    }
    if (*request.headers.find("content-type") != "application/apply-patch+yaml") {
      return refuse(415, "who applies says so");
    }
    const std::string* manager = request.query.find("fieldManager");
    if (manager == nullptr || *manager != "kueue-admission") return refuse(422, "no manager");
    if (changes_meanwhile) ++version;
    changes_meanwhile = false;
    json::Document document;
    const json::Members root = document.parse(request.body).value().members();
    const json::Members metadata = root.find("metadata").members();
    if (text(metadata.find("resourceVersion")) != std::to_string(version)) {
      return refuse(409, "the object has been modified");
    }
    const json::Members status = root.find("status").members();
    // Whoever applies less than its manager has takes the rest away.
    const json::Value sets = status.find("admission").members().find("podSetAssignments");
    if (sets.size() != 1 || status.find("conditions").size() == 0) {
      return refuse(422, "the admission is gone");
    }
    for (const json::Value name : status.find("nominatedClusterNames").items()) {
      nominated = text(name);
    }
    ++version;
    return json(200, workload());
  }
};

}  // namespace tongsuan::cluster
