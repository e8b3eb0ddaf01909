// What a slurmrestd for tests makes of a submission, by its version: fake_slurm.h.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/cluster/host_list.h"
#include "tongsuan/json/json.h"

namespace tongsuan::cluster {

struct FakeSlurmJob {
  int id = 0;
  std::string name, user, account, partition, qos, comment, script, folder, output;
  std::vector<std::string> required, nodes;
  int node_count = 1, devices = 0, minutes = 0, restarts = 0, exit_code = 0;
  std::int64_t start = 0, end = 0;
  std::int64_t begin = 0, deadline = 0;  // that were asked for
  bool requeue = true;
  std::vector<std::string> states = {"PENDING"};
  std::string reason = "None";
  std::map<std::string, std::string> environment;
  std::string fault;  // of the submission; empty: none
};

inline bool fake_slurm_knows(std::uint32_t version, const std::string& key) {
  const std::string all =
      " account comment cpus_per_task current_working_directory dependency name nodes environment"
      " memory_per_node partition qos requeue standard_output standard_error tasks time_limit"
      " tasks_per_node begin_time deadline ";
  const std::string own =
      version < 39 ? "gres nodelist no_requeue " : "required_nodes tres_per_node script ";
  return (all + own).find(' ' + key + ' ') != std::string::npos;
}

inline std::string fake_slurm_text(const json::Value& value) {
  const auto read = value.as_text();
  return read.ok() ? std::string(read.value()) : std::string();
}

// "gpu:h100:8", with the prefix of the version in front.
inline int fake_slurm_devices(std::uint32_t version, std::string_view text) {
  const std::string prefix = version < 39 ? "" : version < 40 ? "gres:" : "gres/";
  if (!text.starts_with(prefix + "gpu:h100:")) return -1;
  return std::atoi(std::string(text.substr(text.rfind(':') + 1)).c_str());
}

// v0.0.38 reads a text; later versions a whole number, and from v0.0.40 on a begin that is set.
inline std::int64_t fake_slurm_time(std::uint32_t version, const json::Members& asked,
                                    std::string_view key, std::string& fault) {
  bool is_there = false;
  const json::Value value = asked.find(key, &is_there);
  if (!is_there) return 0;
  const std::string text = fake_slurm_text(value);
  if (version < 39 && text.starts_with("uts")) return std::atoll(text.c_str() + 3);
  const bool is_set = version >= 40 && key == "begin_time";
  const auto number = is_set ? value.members().find("number").as_int64() : value.as_int64();
  if (version >= 39 && number.ok()) return number.value();
  fault = "Unable to parse " + std::string(key);
  return 0;
}

inline FakeSlurmJob read_fake_slurm_job(std::uint32_t version, const json::Members& asked) {
  const auto text = [&](std::string_view key) { return fake_slurm_text(asked.find(key)); };
  FakeSlurmJob row;
  row.name = text("name");
  row.account = text("account");
  row.partition = text("partition");
  row.qos = text("qos");
  row.comment = text("comment");
  row.folder = text("current_working_directory");
  row.output = text("standard_output");
  // A list, or a number: accepted, and ignored.
  row.node_count = std::max(1, std::atoi(text("nodes").c_str()));
  if (version < 39) {
    row.required = read_host_list(text("nodelist"), 100).value();
  } else {
    for (const json::Value each : asked.find("required_nodes").items()) {
      row.required.push_back(fake_slurm_text(each));
    }
  }
  row.devices = fake_slurm_devices(version, text(version < 39 ? "gres" : "tres_per_node"));
  row.minutes = static_cast<int>(asked.find("time_limit").as_int64().value());
  row.begin = fake_slurm_time(version, asked, "begin_time", row.fault);
  row.deadline = fake_slurm_time(version, asked, "deadline", row.fault);
  const auto requeue = asked.find("requeue").as_bool();  // which v0.0.38 ignores
  row.requeue =
      version < 39 ? !asked.find("no_requeue").as_bool().ok() : !requeue.ok() || requeue.value();
  if (text("dependency") == "singleton") row.reason = "singleton";
  for (const json::Member member : asked.find("environment").members()) {
    row.environment[std::string(member.key)] = fake_slurm_text(member.value);
  }
  return row;
}

}  // namespace tongsuan::cluster
