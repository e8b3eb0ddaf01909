#include "tongsuan/cluster/cluster.h"

#include <charconv>

namespace tongsuan::cluster {

std::string job_name(std::string_view contract, std::uint32_t attempt) {
  return "ts-" + std::string(contract) + '-' + std::to_string(attempt);
}

std::optional<JobName> read_job_name(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (!name.starts_with("ts-C-") || dash == std::string_view::npos || dash < 6) return std::nullopt;
  JobName read{std::string(name.substr(3, dash - 3)), 0};
  std::uint32_t contract = 0;
  const auto whole = [](std::string_view digits, std::uint32_t& number) {
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return end.ec == std::errc() && end.ptr == digits.data() + digits.size();
  };
  const bool good = whole(std::string_view(read.contract).substr(2), contract) &&
                    whole(name.substr(dash + 1), read.attempt);
  // What is written otherwise is somebody else's.
  const std::string ours = "C-" + std::to_string(contract);
  if (!good || job_name(ours, read.attempt) != name) return std::nullopt;
  return read;
}

std::string_view to_string(JobState state) {
  switch (state) {
    case JobState::kPending:
      return "pending";
    case JobState::kRunning:
      return "running";
    case JobState::kEnding:
      return "ending";
    case JobState::kCompleted:
      return "completed";
    case JobState::kFailed:
      return "failed";
    case JobState::kTimedOut:
      return "timed-out";
    case JobState::kCancelled:
      return "cancelled";
    case JobState::kPreempted:
      return "preempted";
    case JobState::kNodeFailed:
      return "node-failed";
  }
  return "?";
}

}  // namespace tongsuan::cluster
