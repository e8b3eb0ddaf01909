// A slurmrestd for tests, on loopback, as strange as the real ones.
//
// What it takes, refuses and says has the shape of v0.0.38 (22.05, measured on a real cluster),
// v0.0.39 (23.02), v0.0.40 (23.11) or v0.0.43 (25.05); keys that a version does not know are
// refused by v0.0.38 and pass with a warning later. Tokens are "token-of-USER". Nothing runs:
// tests say what happens to a job.
#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/cluster/fake_slurm_job.h"
#include "tongsuan/cluster/host_list.h"
#include "tongsuan/json/json.h"
#include "tongsuan/net/server.h"

namespace tongsuan::cluster {

class FakeSlurm {
 public:
  using Row = FakeSlurmJob;
  struct Stretch {  // a record of accounting
    int job = 0;
    std::int64_t start = 0, end = 0;
    std::vector<std::string> states;
    std::string nodes;
    std::string killer = {};  // who asked for its end
  };
  struct Machine {
    std::string name;
    std::vector<std::string> states = {"IDLE"};
    std::string reason = {};
    std::string gres = "gpu:h100:8";
    std::vector<std::string> partitions = {"market", "local"};
  };
  enum class Trouble { kNone, kDeaf, kMute };  // kDeaf: takes nothing; kMute: takes it; both silent

  explicit FakeSlurm(std::uint32_t version, bool accounting = true)
      : version_(version), accounting_(accounting) {
    machines = {{"a-n1"}, {"a-n2"}, {"a-n3"}};
    auto started = net::Server::start(
        {}, [this](net::Request&& request, net::Reply reply) { serve(request, std::move(reply)); });
    EXPECT_TRUE(started.ok());
    server_ = std::move(started).value();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }
  void upgrade(std::uint32_t version) {
    const std::lock_guard lock(mutex_);
    version_ = version;
  }
  // Of the next request whose target has this in it.
  void trouble(Trouble trouble, std::string part) {
    const std::lock_guard lock(mutex_);
    trouble_ = trouble;
    trouble_part_ = std::move(part);
  }
  // Instead of every answer.
  void say(int status, std::string body) {
    const std::lock_guard lock(mutex_);
    said_ = {status, "application/json", {}, std::move(body)};
  }
  // How many submissions; the request of an impatient client may still be on its way.
  int taken() {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(jobs.size());
  }
  Row& job(int id) { return jobs.at(static_cast<std::size_t>(id - 1)); }
  // The job gets its nodes.
  void run(int id, std::int64_t start) {
    Row& row = job(id);
    row.states = {"RUNNING"};
    row.nodes = row.required;
    row.start = start;
    stretches.push_back({id, start, 0, row.states, write_host_list(row.nodes)});
  }
  void end(int id, std::int64_t end, std::vector<std::string> states, std::string killer = {}) {
    Row& row = job(id);
    row.states = states;
    row.end = end;
    if (row.nodes.empty()) {  // never ran
      row.start = end;
      stretches.push_back({id, end, end, states, "None assigned"});
    }
    stretches.back().end = end;
    stretches.back().states = std::move(states);
    stretches.back().killer = std::move(killer);
  }

  std::vector<Row> jobs;
  std::vector<Stretch> stretches;
  std::vector<Machine> machines;
  std::vector<std::string> warnings;  // of submissions
  std::set<std::string> accounts = {"exchange"};
  std::int64_t clock = 0;               // 0: it does not tell
  bool ignores_required_nodes = false;  // a plugin of the site took them away

 private:
  using Out = json::Writer;
  static bool plain(std::uint32_t version) { return version < 40; }

  void serve(const net::Request& request, net::Reply reply) {
    const std::lock_guard lock(mutex_);
    const bool is_meant =
        !trouble_part_.empty() && request.target.find(trouble_part_) != std::string::npos;
    const Trouble trouble = is_meant ? std::exchange(trouble_, Trouble::kNone) : Trouble::kNone;
    net::Response response;
    if (trouble != Trouble::kDeaf) response = said_.status != 0 ? said_ : answer(request);
    if (trouble == Trouble::kNone) return reply.send(std::move(response));
    hung_.push_back(std::move(reply));
  }

  net::Response answer(const net::Request& request) {
    const std::string* user = request.headers.find("x-slurm-user-name");
    const std::string* token = request.headers.find("x-slurm-user-token");
    if (user == nullptr || token == nullptr || token->empty()) return refused_token();
    if (request.target == "/openapi/v3") return openapi();  // for whoever has any token
    const std::string known = "/slurm/v0.0." + std::to_string(version_) + "/";
    const std::string accounts_known = "/slurmdb/v0.0." + std::to_string(version_) + "/job/";
    const bool asks_accounting = accounting_ && request.target.starts_with(accounts_known);
    if (!asks_accounting && !request.target.starts_with(known)) return no_url();
    if (*token != "token-of-" + *user) {
      if (version_ >= 43) return refused_token();
      if (version_ < 40 && request.target.ends_with("/nodes")) {  // in a form of its own
        std::string body;
        Out out(body);
        out.begin_object().begin_array("errors").begin_object().text("error", "Unspecified error");
        out.number("errno", -1).end_object().end_array().end_object();
        return {500, "application/json", {}, body};
      }
      return version_ < 40 ? failed(500, "Failed while looking for jobs", -1, "Unspecified error")
                           : failed(500, "", 1007, "Protocol authentication error");
    }
    if (asks_accounting) return records(request.target.substr(accounts_known.size()));
    const std::string rest = request.target.substr(known.size());
    if (rest == "job/submit") return submit(request.body, *user);
    if (rest == "jobs") return rows(jobs);
    if (rest == "nodes") return nodes();
    if (rest == "diag") return diagnostics();
    const auto found = std::ranges::find_if(
        jobs, [&](const Row& row) { return rest == "job/" + std::to_string(row.id); });
    if (found == jobs.end()) {
      // 25.05 says so with the status, too.
      return failed(version_ >= 43 ? 404 : 500, "Not there", 2017, "Invalid job id specified");
    }
    return request.method == net::Method::kDelete ? cancel(*found, *user) : rows({*found});
  }

  static net::Response refused_token() { return {401, "text/plain", {}, "Authentication failure"}; }
  static net::Response no_url() { return {404, "text/plain", {}, "Unable find requested URL."}; }
  net::Response failed(int status, const std::string& description, int number,
                       const std::string& error) const {
    std::string body;
    Out out(body);
    begin(out).begin_array("errors").begin_object();
    if (!description.empty()) out.text("description", description);
    out.number("error_number", number).text("error", error).text("source", "slurm");
    out.end_object().end_array().begin_array("jobs").end_array().end_object();
    return {status, "application/json", {}, body};
  }
  Out& begin(Out& out) const {
    out.begin_object().begin_object("meta").begin_object("slurm");
    return out.text("release", plain(version_) ? "22.05.8" : "25.05.1").end_object().end_object();
  }
  void number(Out& out, std::string_view key, std::int64_t value) const {
    if (plain(version_)) {
      out.number(key, value);
      return;
    }
    out.begin_object(key).truth("set", value != 0).truth("infinite", false);
    out.number("number", value).end_object();
  }
  void states(Out& out, std::string_view key, const std::vector<std::string>& words) const {
    if (plain(version_)) {
      out.text(key, words.back());
      return;
    }
    out.begin_array(key);
    for (const std::string& word : words) out.text(word);
    out.end_array();
  }
  net::Response openapi() const {
    std::string body;
    Out out(body);
    out.begin_object().text("openapi", "3.0.2").begin_object("paths");
    const std::string slash = plain(version_) ? "" : "/";
    // Every release speaks some older versions as well.
    for (std::uint32_t number = version_ - 2; number <= version_; ++number) {
      const std::string front = "v0.0." + std::to_string(number);
      out.begin_object("/slurm/" + front + "/jobs" + slash).end_object();
      out.begin_object("/slurm/" + front + "/job/submit").end_object();
      if (accounting_) out.begin_object("/slurmdb/" + front + "/job/{job_id}").end_object();
    }
    out.begin_object("/openapi/v3").end_object().end_object().end_object();
    return {200, "application/json", {}, body};
  }
  net::Response rows(const std::vector<Row>& which) const {
    std::string body;
    Out out(body);
    begin(out).begin_array("errors").end_array().begin_array("jobs");
    for (const Row& row : which) write(out, row);
    out.end_array().end_object();
    return {200, "application/json", {}, body};
  }
  void write(Out& out, const Row& row) const {
    out.begin_object().number("job_id", row.id).text("name", row.name);
    states(out, "job_state", row.states);
    out.text("state_reason", row.reason).text("nodes", write_host_list(row.nodes));
    out.text("required_nodes", write_host_list(row.required)).text("partition", row.partition);
    out.text("account", row.account).text("qos", row.qos).text("user_name", row.user);
    out.text("comment", row.comment)
        .truth("requeue", row.requeue)
        .number("restart_cnt", row.restarts);
    const std::string gres = version_ < 40 ? "gres:gpu:h100:" : "gres/gpu:h100:";
    out.text("tres_per_node", row.devices == 0 ? "" : gres + std::to_string(row.devices));
    number(out, "start_time", row.start);
    number(out, "end_time", row.end);
    number(out, "time_limit", row.minutes);
    out.text("standard_output", row.output);
    if (plain(version_)) {
      out.number("exit_code", row.exit_code << 8).null("array_task_id");
    } else {
      out.begin_object("exit_code").begin_array("status").text("SUCCESS").end_array();
      out.begin_object("return_code").truth("set", true).truth("infinite", false);
      out.number("number", row.exit_code).end_object().end_object();
    }
    out.end_object();
  }
  net::Response diagnostics() const {
    std::string body;
    Out out(body);
    begin(out).begin_array("errors").end_array().begin_object("statistics");
    number(out, "req_time", clock);
    out.end_object().end_object();
    return {200, "application/json", {}, body};
  }
  [[nodiscard]] net::Response nodes() const {
    std::string body;
    Out out(body);
    begin(out).begin_array("errors").end_array().begin_array("nodes");
    for (const Machine& machine : machines) {
      out.begin_object().text("name", machine.name).text("gres", machine.gres);
      if (plain(version_)) {  // the base in small letters, flags beside it
        std::string base = machine.states.front();
        for (char& c : base) c = static_cast<char>(c - 'A' + 'a');
        out.text("state", base).begin_array("state_flags");
        for (std::size_t i = 1; i < machine.states.size(); ++i) out.text(machine.states[i]);
        out.end_array().text("slurmd_version", "22.05.8");
      } else {
        states(out, "state", machine.states);
        out.text("version", "25.05.1");
      }
      out.text("reason", machine.reason).begin_array("partitions");
      for (const std::string& partition : machine.partitions) out.text(partition);
      out.end_array().end_object();
    }
    out.end_array().end_object();
    return {200, "application/json", {}, body};
  }
  net::Response records(const std::string& id) const {
    std::string body;
    Out out(body);
    begin(out).begin_array("errors");
    const auto is_its = [&](const Stretch& each) { return std::to_string(each.job) == id; };
    if (std::ranges::none_of(stretches, is_its)) {  // with status 200
      out.begin_object().text("description", "Nothing found").number("error_number", 9003);
      out.text("error", "Nothing found with query").text("source", "slurmdb_jobs_get");
      out.end_object();
    }
    out.end_array().begin_array("jobs");
    for (const Stretch& each : stretches) {
      if (!is_its(each)) continue;
      out.begin_object().number("job_id", each.job).text("nodes", each.nodes);
      out.begin_object("state");
      states(out, "current", each.states);
      out.text("reason", "None").end_object().begin_object("time");
      out.number("start", each.start).number("end", each.end).end_object();
      if (each.killer.empty() && plain(version_)) {
        out.null("kill_request_user");
      } else {
        out.text("kill_request_user", each.killer);
      }
      out.end_object();
    }
    out.end_array().end_object();
    return {200, "application/json", {}, body};
  }

  net::Response submit(const std::string& body, const std::string& user) {
    json::Document document;
    const auto root = document.parse(body);
    if (!root.ok()) return {400, "text/plain", {}, "Unable to parse query."};
    const json::Members top = root.value().members();
    const json::Members asked = top.find("job").members();
    for (const json::Member member : asked) {
      const std::string key(member.key);
      if (fake_slurm_knows(version_, key)) continue;
      if (version_ < 39) {
        const bool disabled = key == "required_nodes";
        return failed(400, (disabled ? "Disabled key: \"" : "Unknown key \"") + key + '"', 1, "");
      }
      warnings.push_back("Ignoring unknown field \"" + key + '"');
    }
    const json::Value script = (version_ < 41 ? top : asked).find("script");
    if (fake_slurm_text(script).empty())
      return failed(500, "Populated \"script\" field is required", 9000, "");
    Row row = read_fake_slurm_job(version_, asked);
    if (!row.fault.empty()) return failed(400, row.fault, 1, "");
    row.script = fake_slurm_text(script);
    row.user = user;
    return queue(std::move(row));
  }
  net::Response queue(Row row) {
    if (!accounts.contains(row.account)) {
      return failed(500, "", 2045, "Invalid account or account/partition combination specified");
    }
    if (row.partition != "market") return failed(500, "", 2000, "Invalid partition name specified");
    for (const std::string& name : row.required) {
      if (std::ranges::find(machines, name, &Machine::name) == machines.end()) {
        return failed(500, "", 2018, "Invalid node name specified");
      }
    }
    if (row.environment.empty()) return failed(500, "", 2127, "environment must be set");
    if (row.devices < 0 || row.devices > 8) {
      return failed(500, "", 2014, "Requested node configuration is not available");
    }
    if (ignores_required_nodes || static_cast<int>(row.required.size()) != row.node_count) {
      row.required.clear();
    }
    const bool waits = row.reason == "singleton" && std::ranges::any_of(jobs, [&](const Row& each) {
                         return each.name == row.name && each.end == 0;
                       });
    row.reason = waits ? "Dependency" : "None";
    row.id = static_cast<int>(jobs.size()) + 1;
    jobs.push_back(row);
    std::string body;
    Out out(body);
    begin(out).begin_array("errors").end_array().number("job_id", row.id);
    out.text("step_id", "batch").text("job_submit_user_msg", "").end_object();
    return {200, "application/json", {}, body};
  }
  net::Response cancel(Row& row, const std::string& user) {
    if (row.end != 0 && !plain(version_)) {
      return failed(500, "", 2021, "Job/step already completing or completed");
    }
    if (row.end == 0) end(row.id, 5'000, {"CANCELLED"}, user);
    return rows({});
  }

  std::mutex mutex_;
  std::uint32_t version_;
  bool accounting_;
  Trouble trouble_ = Trouble::kNone;
  std::string trouble_part_;
  net::Response said_{.status = 0};
  std::vector<net::Reply> hung_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace tongsuan::cluster
