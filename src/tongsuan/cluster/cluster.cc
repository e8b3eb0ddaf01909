#include "tongsuan/cluster/cluster.h"

#include <charconv>

namespace tongsuan::cluster {

bool is_contract(std::string_view id) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  if (!id.starts_with("C-") || id.size() < 3 || id.size() > 15) return false;
  id.remove_prefix(2);
  return (id.size() == 1 || id[0] != '0') &&
         id.find_first_not_of(kDigits) == std::string_view::npos;
}

std::string job_name(std::string_view contract, std::uint32_t attempt) {
  return "ts-" + std::string(contract) + '-' + std::to_string(attempt);
}

std::optional<JobName> read_job_name(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (!name.starts_with("ts-") || dash == std::string_view::npos || dash < 6) return std::nullopt;
  JobName read{std::string(name.substr(3, dash - 3)), 0};
  const std::string_view digits = name.substr(dash + 1);
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), read.attempt);
  const bool whole = end.ec == std::errc() && end.ptr == digits.data() + digits.size();
  // What is written otherwise is somebody else's.
  if (!whole || !is_contract(read.contract) || job_name(read.contract, read.attempt) != name) {
    return std::nullopt;
  }
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
