// Test helper: a cluster in memory. Jobs wait for their nodes, run, end, are put back, lose their
// nodes; requests may arrive late. Its clock is the
// agent's, unless it tells another.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/cluster/cluster.h"

namespace tongsuan::hub {

struct FakeCluster {
  struct Row {
    cluster::Job job;
    bool is_late = false;             // nobody waited for it any more
    bool suspended = false;           // nobody has read it back
    std::vector<std::string> wanted;  // nodes
    std::vector<cluster::Segment> segments;
    std::int64_t seconds = 0;                      // of work that is left
    std::int64_t limit = 0;                        // it is stopped then
    std::optional<cluster::UnixSecond> work_ends;  // while it runs
    std::optional<cluster::UnixSecond> leaves;     // while it is ending
    std::optional<cluster::UnixSecond> put_back_until;
    std::int64_t exit_code = 0;
  };
  struct Late {
    cluster::UnixSecond at = 0;
    cluster::Work work;
  };

  cluster::UnixSecond now = 0;
  bool tells_clock = false;
  bool knows_last_stretch_only = false;
  bool suspends = false;  // begins nothing that was not read back, as Kubernetes
  std::vector<cluster::Node> nodes;
  std::vector<Row> rows;  // in the order of their ids
  std::vector<Late> late;
  std::int64_t work_seconds = 100;     // of the next job
  std::int64_t next_exit = 0;          // of the next job
  std::int64_t remembers = 1'000'000;  // how long jobs() names what has ended
  std::int64_t leaving_seconds = 4;    // between being cancelled and the end

  void add_nodes(const std::string& prefix, std::uint32_t count, const std::string& accelerator,
                 std::uint32_t devices) {
    for (std::uint32_t i = 0; i < count; ++i) {
      nodes.push_back({prefix + std::to_string(i), accelerator, devices, true, {}});
    }
  }
  cluster::Node& node(const std::string& name) {
    return *std::ranges::find(nodes, name, &cluster::Node::name);
  }

  cluster::Job make(const cluster::Work& work) {
    Row row;
    row.job.id = std::to_string(rows.size() + 1);
    row.job.name = cluster::job_name(work.contract, work.attempt);
    row.job.devices_per_node = work.devices_per_node;
    row.job.user = work.tenant.user;
    row.job.account = work.tenant.account;
    row.job.output = work.folder + "/" + row.job.name + ".out";
    row.wanted = work.nodes;
    row.seconds = work_seconds;
    row.limit = work.seconds;
    row.exit_code = next_exit;
    row.suspended = suspends;
    rows.push_back(row);
    return row.job;
  }

  Row* find(const std::string& id) {
    const auto found = std::ranges::find(rows, id, [](const Row& row) { return row.job.id; });
    return found == rows.end() ? nullptr : &*found;
  }

  static bool runs(const Row& row) {
    return row.job.state == cluster::JobState::kRunning ||
           row.job.state == cluster::JobState::kEnding;
  }

  // Everything that happens up to then, each at its second.
  void pass(cluster::UnixSecond time) {
    while (now < time) {
      ++now;
      for (const Late& one : late) {
        if (one.at != now) continue;
        make(one.work);
        rows.back().is_late = true;
      }
      for (Row& row : rows) finish(row);
      for (Row& row : rows) begin(row);
    }
    std::erase_if(late, [this](const Late& one) { return one.at <= now; });
  }

  void stop(Row& row, cluster::JobState state, const std::string& detail) {
    if (runs(row)) {
      row.segments.back().end = now;
      row.segments.back().state = state;
      row.job.end = now;
    }
    row.job.state = state;
    row.job.detail = detail;
    row.leaves.reset();
    row.work_ends.reset();
  }
  // Runs again later, under the same id.
  void put_back(Row& row, std::int64_t after) {
    row.seconds = std::max<std::int64_t>(1, *row.work_ends - now);
    stop(row, cluster::JobState::kPending, "put back");
    row.job.start.reset();
    row.job.end.reset();
    row.put_back_until = now + after;
    ++row.job.restarts;
  }
  void cancel(Row& row) {
    if (has_ended(row.job.state) || row.job.state == cluster::JobState::kEnding) return;
    if (row.job.state == cluster::JobState::kPending) {
      stop(row, cluster::JobState::kCancelled, "cancelled");
      return;
    }
    row.job.state = cluster::JobState::kEnding;
    row.leaves = now + leaving_seconds;
  }
  void lose_node(const std::string& name) {
    node(name).up = false;
    node(name).detail = "lost";
    for (Row& row : rows) {
      const bool is_there = std::ranges::find(row.wanted, name) != row.wanted.end();
      if (is_there && runs(row)) stop(row, cluster::JobState::kNodeFailed, name + " is lost");
    }
  }

  [[nodiscard]] std::vector<cluster::Job> jobs() const {
    std::vector<cluster::Job> all;
    for (const Row& row : rows) {
      const bool is_old = has_ended(row.job.state) && row.job.end.value_or(now) + remembers < now;
      if (!is_old) all.push_back(row.job);
    }
    std::ranges::stable_sort(all, {}, &cluster::Job::name);
    return all;
  }

 private:
  void finish(Row& row) {
    using enum cluster::JobState;
    if (row.leaves && *row.leaves <= now) stop(row, kCancelled, "cancelled");
    if (row.job.state == kRunning && *row.work_ends <= now) {
      stop(row, row.exit_code == 0 ? kCompleted : kFailed, "");
      row.job.exit_code = row.exit_code;
    } else if (row.job.state == kRunning && *row.job.start + row.limit <= now) {
      stop(row, kTimedOut, "time limit");
    }
  }

  void begin(Row& row) {
    if (row.job.state != cluster::JobState::kPending || row.suspended) return;
    if (row.put_back_until && now < *row.put_back_until) return;
    for (const Row& other : rows) {
      if (!runs(other)) {
        // The second of a name waits for the first one.
        const bool is_first = !has_ended(other.job.state) && other.job.name == row.job.name &&
                              other.job.id != row.job.id && &other < &row;
        if (is_first) return;
        continue;
      }
      if (other.job.name == row.job.name) return;
      for (const std::string& name : row.wanted) {
        if (std::ranges::find(other.wanted, name) != other.wanted.end()) return;
      }
    }
    for (const std::string& name : row.wanted) {
      if (!node(name).up) return;
    }
    row.job.state = cluster::JobState::kRunning;
    row.job.start = now;
    row.job.end.reset();
    row.job.nodes = row.wanted;
    row.work_ends = now + row.seconds;
    row.segments.push_back({row.job.id, now, std::nullopt, row.job.state, row.wanted});
  }
};

}  // namespace tongsuan::hub
