#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/cluster/host_list.h"
#include "tongsuan/cluster/slurm_api.h"

#include "entries.h"

namespace tongsuan::fuzz {

using namespace tongsuan::cluster;

namespace {

constexpr std::size_t kNamesMax = 1'000;

void check(const Fault& fault) {
  TONGSUAN_CHECK(!fault.what.empty() && fault.what.size() < 2 * kDetailMax);
}

std::size_t bytes_of(const Job& job) {
  return job.partition.size() + job.account.size() + job.service.size() +
         write_host_list(job.nodes).size();
}

void jobs(const SlurmReply& reply) {
  const auto read = read_jobs(reply, {});
  if (!read.ok()) return check(read.error());
  TONGSUAN_CHECK(std::ranges::is_sorted(read.value(), {}, &Job::name));
  for (const Job& job : read.value()) {
    TONGSUAN_CHECK(read_job_name(job.name).has_value());
    TONGSUAN_CHECK(job.detail.size() <= kDetailMax);
    TONGSUAN_CHECK(!job.start || (*job.start > 0 && job.state != JobState::kPending));
    TONGSUAN_CHECK(!job.end || has_ended(job.state));
    TONGSUAN_CHECK(mismatch({}, {}, job).size() < 4'096 + bytes_of(job));
  }
}

void nodes(const SlurmReply& reply) {
  const auto read = read_nodes(reply, {});
  if (!read.ok()) return check(read.error());
  const auto& nodes = read.value().nodes;
  TONGSUAN_CHECK(std::ranges::is_sorted(nodes, std::ranges::less_equal{}, &Node::name) ||
                 nodes.size() < 2);
  TONGSUAN_CHECK(std::ranges::adjacent_find(nodes, {}, &Node::name) == nodes.end());
  for (const Node& node : nodes) {
    TONGSUAN_CHECK(!node.name.empty() && node.detail.size() <= kDetailMax);
    TONGSUAN_CHECK(node.devices > 0 || node.accelerator.empty());
  }
}

void segments(const SlurmReply& reply) {
  const auto read = read_segments(reply, "7");
  if (!read.ok()) return check(read.error());
  const auto& segments = read.value();
  TONGSUAN_CHECK(std::ranges::is_sorted(segments, {}, &Segment::start));
  TONGSUAN_CHECK(std::ranges::adjacent_find(segments, {}, &Segment::start) == segments.end());
  for (const Segment& segment : segments) {
    TONGSUAN_CHECK(segment.job == "7" && segment.start > 0 && !segment.nodes.empty());
  }
}

void host_list(std::string_view text) {
  const auto names = read_host_list(text, kNamesMax);
  if (!names) return;
  TONGSUAN_CHECK(names->size() <= kNamesMax && std::ranges::is_sorted(*names));
  TONGSUAN_CHECK(read_host_list(write_host_list(*names), kNamesMax) == names);
}

void versions(std::string_view text) {
  const auto version = choose_version(text);
  if (!version.ok()) return check(version.error());
  const std::uint32_t number = version.value().number;
  TONGSUAN_CHECK(number >= kSlurmOldest && number <= kSlurmNewest);
}

}  // namespace

void slurm_answers(std::string_view bytes) {
  if (bytes.empty()) return;
  const int status = bytes.front() % 2 == 0 ? 200 : 500;
  const int choice = (bytes.front() - '0') / 2;
  bytes.remove_prefix(1);
  const SlurmReply reply{status, bytes};
  const auto good = check_reply(reply);
  if (!good.ok()) check(good.error());
  const auto id = read_submitted(reply);
  TONGSUAN_CHECK(!id.ok() || std::stoll(id.value()) > 0);
  switch (choice) {
    case 0:
      return jobs(reply);
    case 1:
      return nodes(reply);
    case 2:
      return segments(reply);
    case 3:
      return host_list(bytes);
    default:
      return versions(bytes);
  }
}

std::vector<std::string> slurm_answers_seeds() {
  return {
      R"(0{"errors":[],"jobs":[{"job_id":7,"name":"ts-C-1-1","job_state":"RUNNING","nodes":"a[1,3-4]",
"tres_per_node":"gres:gpu:h100:8","start_time":5,"end_time":9,"exit_code":0,"restart_cnt":1}]})",
      R"(0{"jobs":[{"job_id":7,"name":"ts-C-1-1","job_state":["FAILED","COMPLETING"],"nodes":"a1",
"start_time":{"set":true,"infinite":false,"number":5},"exit_code":{"return_code":{"set":true,"number":1}}}]})",
      R"x(2{"nodes":[{"name":"a1","gres":"gpu:h100:8(S:0-1)","state":["IDLE","DRAIN"],"reason":"fan",
"partitions":["market"],"version":"25.05"},{"name":"a0","state":"mixed","state_flags":[],"partitions":["market"]}]})x",
      R"(4{"jobs":[{"job_id":7,"nodes":"a1","state":{"current":"REQUEUED"},"time":{"start":5,"end":6}},
{"job_id":7,"nodes":"a1","state":{"current":["RUNNING"]},"time":{"start":8,"end":0}}]})",
      R"(5{"errors":[{"description":"Nothing found","error_number":9003}],"jobs":[]})",
      R"(1{"errors":[{"error_code":2017,"error":"Invalid job id specified"}],"jobs":[]})",
      R"(0{"job_id":7,"step_id":"BATCH"})",
      "6a-n[1,3-5],b07,c[008-011]x",
      R"(8{"paths":{"/slurm/v0.0.40/jobs/":{},"/slurmdb/v0.0.40/job/{id}":{}}})"};
}

}  // namespace tongsuan::fuzz
