// An API server of Kubernetes for tests, on loopback: the verbs, the refusals and the forgetting of
// the real ones. Nothing runs: tests say what happens to a job. The token is "good".
#pragma once

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/json/json.h"
#include "tongsuan/net/server.h"

namespace tongsuan::cluster {

class FakeKubernetes {
 public:
  struct Row {                                   // a Job
    std::string space, name, uid, labels, spec;  // the last two as JSON
    std::map<std::string, std::string> annotations;
    std::vector<std::string> finalizers;
    std::string status = "{}", deleted;  // JSON; a time, or empty
    std::string script;                  // as the shell gets it
    std::map<std::string, std::string> environment;
    bool suspended = true;
    int version = 0;
  };
  enum class Trouble { kNone, kDeaf, kMute };  // kDeaf: takes nothing; kMute: takes it; both silent

  FakeKubernetes() {
    auto started = net::Server::start(
        {}, [this](net::Request&& request, net::Reply reply) { serve(request, std::move(reply)); });
    EXPECT_TRUE(started.ok());
    server_ = std::move(started).value();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }
  // Of the next request whose method and target have this in them.
  void trouble(Trouble trouble, std::string part) {
    const std::lock_guard lock(mutex_);
    trouble_ = trouble;
    trouble_part_ = std::move(part);
  }
  // Answers the next such request so.
  void say(std::string part, int status, std::string body) {
    const std::lock_guard lock(mutex_);
    said_part_ = std::move(part);
    said_ = {status, "application/json", {}, std::move(body)};
  }
  Row& job(const std::string& name) { return *std::ranges::find(jobs, name, &Row::name); }
  // What its controller says of it.
  void status(const std::string& name, std::string json) {
    job(name).status = std::move(json);
    touch(job(name), "MODIFIED");
  }
  void suspend(const std::string& name, bool suspended) {
    job(name).suspended = suspended;
    touch(job(name), "MODIFIED");
  }
  // The pods of a deleted job are gone.
  void collect(const std::string& name) {
    std::erase(job(name).finalizers, "foregroundDeletion");
    touch(job(name), "MODIFIED");
  }
  // Events of before are forgotten.
  void compact() {
    events_.clear();
    oldest_ = version_;
  }
  int count(const std::string& part) {  // of requests
    const std::lock_guard lock(mutex_);
    return static_cast<int>(std::ranges::count_if(targets, [&](const std::string& target) {
      return target.find(part) != std::string::npos;
    }));
  }
  int taken() {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(jobs.size());
  }

  std::vector<Row> jobs;
  std::vector<std::string> nodes, pods;     // as JSON
  std::map<std::string, std::string> logs;  // by pod
  std::set<std::string> spaces = {"lab"};
  std::vector<std::string> targets;
  std::function<void(Row&)> webhook;                         // changes jobs as they come in
  std::function<net::Response(const net::Request&)> others;  // what it serves of other groups
  bool forbids = false, forgets_loudly = false;
  std::size_t page = 100;

 private:
  struct Event {
    int version;
    std::string line;
  };
  static net::Response json(int status, std::string body) {
    return {status, "application/json", {}, std::move(body)};
  }
  static net::Response refused(int code, const std::string& reason, const std::string& message) {
    std::string body;
    json::Writer(body)
        .begin_object()
        .text("kind", "Status")
        .text("status", "Failure")
        .text("message", message)
        .text("reason", reason)
        .number("code", code)
        .end_object();
    return json(code, body);
  }
  static std::string text(const json::Value& value) {
    const auto read = value.as_text();
    return read.ok() ? std::string(read.value()) : std::string();
  }
  static std::string quoted(const std::string& text) {
    std::string out;
    json::append_quoted(out, text);
    return out;
  }

  void serve(const net::Request& request, net::Reply reply) {
    const std::lock_guard lock(mutex_);
    const std::string target = std::string(to_string(request.method)) + ' ' + request.target;
    targets.push_back(target);
    const auto meant = [&](const std::string& part) {
      return !part.empty() && target.find(part) != std::string::npos;
    };
    if (meant(said_part_)) {
      said_part_.clear();
      return reply.send(said_);
    }
    const Trouble trouble =
        meant(trouble_part_) ? std::exchange(trouble_, Trouble::kNone) : Trouble::kNone;
    net::Response response;
    if (trouble != Trouble::kDeaf) response = answer(request);
    if (trouble == Trouble::kNone) return reply.send(std::move(response));
    hung_.push_back(std::move(reply));
  }

  net::Response answer(const net::Request& request) {
    const std::string* token = request.headers.find("authorization");
    if (token == nullptr || *token != "Bearer good")
      return refused(401, "Unauthorized", "Unauthorized");
    if (request.target == "/version") return json(200, R"({"major":"1","gitVersion":"v1.31.4"})");
    if (forbids) return refused(403, "Forbidden", "jobs.batch is forbidden: User cannot list");
    const std::vector<std::string>& path = request.path;
    if (others && path[0] == "apis" && path[1] != "batch") return others(request);
    if (path.back() == "nodes") return some(request, "NodeList", nodes);
    if (path.back() == "log") return said(path[5]);
    if (path.back() == "pods") return some(request, "PodList", pods);
    if (path.size() == 4) return request.query.find("watch") ? watch(request) : list(request);
    if (!spaces.contains(path[4])) {
      return refused(404, "NotFound", "namespaces \"" + path[4] + "\" not found");
    }
    if (request.method == net::Method::kPost) return create(request.body, path[4]);
    const auto found = std::ranges::find_if(
        jobs, [&](const Row& row) { return row.space == path[4] && row.name == path[6]; });
    if (found == jobs.end()) {
      return refused(404, "NotFound", "jobs.batch \"" + path[6] + "\" not found");
    }
    if (request.method == net::Method::kPatch) return patch(request, *found);
    if (request.method == net::Method::kDelete) return remove(request.body, *found);
    return json(200, written(*found));
  }
  // ---- Reading ----
  net::Response said(const std::string& pod) const {
    const auto log = logs.find(pod);
    if (log == logs.end()) {
      return refused(400, "BadRequest", "container \"work\" is waiting to start");
    }
    net::Response response;
    response.content_type = "text/plain";
    response.body = log->second;
    return response;
  }
  static std::string written(const Row& row) {
    std::string spec = row.spec;
    if (!row.suspended) spec.replace(spec.find("\"suspend\":true"), 14, "\"suspend\":false");
    std::string annotations, finalizers;
    for (const auto& [name, value] : row.annotations) {
      annotations += (annotations.empty() ? "" : ",") + quoted(name) + ':' + quoted(value);
    }
    for (const std::string& each : row.finalizers) {
      finalizers += (finalizers.empty() ? "" : ",") + quoted(each);
    }
    return R"({"kind":"Job","apiVersion":"batch/v1","metadata":{"name":")" + row.name +
           R"(","namespace":")" + row.space + R"(","uid":")" + row.uid +
           R"(","resourceVersion":")" + std::to_string(row.version) + R"(","labels":)" +
           row.labels + R"(,"annotations":{)" + annotations + R"(},"finalizers":[)" + finalizers +
           ']' + (row.deleted.empty() ? "" : R"(,"deletionTimestamp":")" + row.deleted + '"') +
           R"(},"spec":)" + spec + R"(,"status":)" + row.status + '}';
  }
  net::Response some(const net::Request& request, const std::string& kind,
                     const std::vector<std::string>& all) const {
    const std::string* next = request.query.find("continue");
    const std::size_t begin = next == nullptr ? 0 : std::stoul(*next);
    const std::size_t most = std::min(page, std::stoul(*request.query.find("limit")));
    const std::size_t end = std::min(all.size(), begin + most);
    std::string items;
    for (std::size_t i = begin; i < end; ++i) items += (i == begin ? "" : ",") + all[i];
    return json(200, R"({"kind":")" + kind + R"(","metadata":{"resourceVersion":")" +
                         std::to_string(version_) + R"(","continue":")" +
                         (end < all.size() ? std::to_string(end) : "") + R"("},"items":[)" + items +
                         "]}");
  }
  net::Response list(const net::Request& request) const {
    const std::string selector = *request.query.find("labelSelector");
    std::vector<std::string> rows;
    for (const Row& row : jobs) {
      if (selected(row, selector)) rows.push_back(written(row));
    }
    return some(request, "JobList", rows);
  }
  static bool selected(const Row& row, std::string selector) {
    for (std::size_t comma = 0; comma != std::string::npos;) {
      comma = selector.find(',');
      const std::string piece = selector.substr(0, comma);
      selector = comma == std::string::npos ? "" : selector.substr(comma + 1);
      const std::size_t equal = piece.find('=');
      const std::string wanted =
          '"' + piece.substr(0, equal) +
          (equal == std::string::npos ? "\":" : "\":\"" + piece.substr(equal + 1) + '"');
      if (row.labels.find(wanted) == std::string::npos) return false;
    }
    return true;
  }
  net::Response watch(const net::Request& request) const {
    const int from = std::stoi(*request.query.find("resourceVersion"));
    if (from < oldest_) {
      net::Response gone = refused(410, "Expired", "too old resource version");
      if (forgets_loudly) return gone;
      return json(200, R"({"type":"ERROR","object":)" + gone.body + "}\n");
    }
    std::string lines;
    for (const Event& event : events_) {
      if (event.version > from) lines += event.line + '\n';
    }
    lines += R"({"type":"BOOKMARK","object":{"kind":"Job","metadata":{"resourceVersion":")" +
             std::to_string(version_) + "\"}}}\n";
    return json(200, lines);
  }

  // ---- Changing ----
  void touch(Row& row, const std::string& type) {
    row.version = ++version_;
    events_.push_back({version_, R"({"type":")" + type + R"(","object":)" + written(row) + '}'});
    if (row.deleted.empty() || !row.finalizers.empty()) return;
    events_.push_back({++version_, R"({"type":"DELETED","object":)" + written(row) + '}'});
    std::erase_if(jobs, [uid = row.uid](const Row& each) { return each.uid == uid; });
  }
  // $(NAME) of what is set, and one dollar for two.
  static std::string expanded(const std::string& text,
                              const std::map<std::string, std::string>& set) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::size_t close = text.find(')', i);
      if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '$') {
        ++i;
      } else if (text.substr(i, 2) == "$(" && close != std::string::npos) {
        const auto found = set.find(text.substr(i + 2, close - i - 2));
        if (found != set.end()) {
          out += found->second;
          i = close;
          continue;
        }
      }
      out += text[i];
    }
    return out;
  }
  // What the real one calls invalid; empty: nothing.
  static std::string invalid(const json::Members& metadata, const json::Members& spec) {
    const std::string name = text(metadata.find("name"));
    if (std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) {
      return "metadata.name: a lowercase RFC 1123 subdomain must consist of lower case";
    }
    const json::Members pod = spec.find("template").members().find("spec").members();
    const bool policy = !spec.find("podFailurePolicy").members().empty();
    if (policy && text(pod.find("restartPolicy")) != "Never")
      return "restartPolicy: only \"Never\"";
    if (text(spec.find("completionMode")) == "Indexed" &&
        !spec.find("completions").as_int64().ok()) {
      return "completions: Required value";
    }
    const json::Members affinity = pod.find("affinity").members().find("nodeAffinity").members();
    for (const json::Value term : affinity.find("requiredDuringSchedulingIgnoredDuringExecution")
                                      .members()
                                      .find("nodeSelectorTerms")
                                      .items()) {
      for (const json::Value field : term.members().find("matchFields").items()) {
        if (field.members().find("values").size() != 1) return "values: must have one element";
      }
    }
    if (spec.find("activeDeadlineSeconds").as_int64().value() < 0) return "activeDeadlineSeconds";
    return {};
  }
  net::Response create(const std::string& body, const std::string& space) {
    json::Document document;
    const auto root = document.parse(body);
    if (!root.ok()) return refused(400, "BadRequest", root.error().context);
    const json::Members metadata = root.value().members().find("metadata").members();
    const json::Members spec = root.value().members().find("spec").members();
    const std::string wrong = invalid(metadata, spec);
    if (!wrong.empty()) return refused(422, "Invalid", "Job.batch is invalid: " + wrong);
    Row row;
    row.space = space;
    row.name = text(metadata.find("name"));
    const auto is_same = [&](const Row& each) {
      return each.space == space && each.name == row.name;
    };
    if (std::ranges::any_of(jobs, is_same)) {
      return refused(409, "AlreadyExists", "jobs.batch \"" + row.name + "\" already exists");
    }
    row.uid = "uid-" + std::to_string(++made_);
    const std::size_t labels = body.find("\"labels\":") + 9, spec_at = body.find("\"spec\":") + 7;
    row.labels = body.substr(labels, body.find('}', labels) + 1 - labels);
    row.spec = body.substr(spec_at, body.size() - 1 - spec_at);
    for (const json::Value each : metadata.find("finalizers").items()) {
      row.finalizers.push_back(text(each));
    }
    for (const json::Member each : metadata.find("annotations").members()) {
      row.annotations[std::string(each.key)] = text(each.value);
    }
    read_container(spec.find("template").members().find("spec").members(), row);
    if (webhook) webhook(row);
    jobs.push_back(row);
    touch(jobs.back(), "ADDED");
    return json(201, written(jobs.back()));
  }
  static void read_container(const json::Members& pod, Row& row) {
    for (const json::Value container : pod.find("containers").items()) {
      for (const json::Value each : container.members().find("env").items()) {
        row.environment[text(each.members().find("name"))] =
            expanded(text(each.members().find("value")), row.environment);
      }
      for (const json::Value each : container.members().find("command").items()) {
        row.script = expanded(text(each), row.environment);  // the last one
      }
    }
  }
  net::Response patch(const net::Request& request, Row& row) {
    if (*request.headers.find("content-type") != "application/merge-patch+json") {
      return refused(415, "UnsupportedMediaType",
                     "the body of the request was in an unknown format");
    }
    json::Document document;
    const json::Members root = document.parse(request.body).value().members();
    const json::Members metadata = root.find("metadata").members();
    if (text(metadata.find("resourceVersion")) != std::to_string(row.version) ||
        text(metadata.find("uid")) != row.uid) {
      return refused(409, "Conflict", "the object has been modified");
    }
    for (const json::Member each : metadata.find("annotations").members()) {
      row.annotations[std::string(each.key)] = text(each.value);
    }
    if (const auto list = metadata.find("finalizers").as_array(); list.ok()) {
      row.finalizers.clear();
      for (const json::Value each : list.value()) row.finalizers.push_back(text(each));
    }
    const auto suspend = root.find("spec").members().find("suspend").as_bool();
    if (suspend.ok()) row.suspended = suspend.value();
    ++row.version;
    const std::string body = written(row);
    touch(row, "MODIFIED");
    return json(200, body);
  }
  net::Response remove(const std::string& body, Row& row) {
    json::Document document;
    const json::Members options = document.parse(body).value().members();
    if (text(options.find("preconditions").members().find("uid")) != row.uid) {
      return refused(409, "Conflict", "Precondition failed: UID in precondition");
    }
    if (row.deleted.empty()) {
      row.deleted = "1970-01-01T01:00:00Z";
      if (text(options.find("propagationPolicy")) == "Foreground") {
        row.finalizers.push_back("foregroundDeletion");
      }
    }
    const std::string answer = written(row);
    touch(row, "MODIFIED");
    return json(200, answer);
  }

  std::mutex mutex_;
  int version_ = 10, oldest_ = 0, made_ = 0;
  std::vector<Event> events_;
  Trouble trouble_ = Trouble::kNone;
  std::string trouble_part_, said_part_;
  net::Response said_{.status = 0};
  std::vector<net::Reply> hung_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace tongsuan::cluster
