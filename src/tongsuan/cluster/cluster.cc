#include "tongsuan/cluster/cluster.h"

#include <algorithm>
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

bool belongs_to(const Job& job, const Tenant& tenant) {
  return (job.user.empty() || job.user == tenant.user) &&
         (job.account.empty() || job.account == tenant.account);
}

Part part_of(const Extent& extent, std::uint64_t size) {
  const std::uint64_t back = std::min({extent.tail, size, std::uint64_t{kPieceBytesMax}});
  Part part{size - back, static_cast<std::size_t>(back)};
  if (!extent.from) return part;
  part.offset = *extent.from <= size ? *extent.from : 0;
  part.count =
      static_cast<std::size_t>(std::min(size - part.offset, std::uint64_t{kPieceBytesMax}));
  return part;
}

Piece piece_of(const Extent& extent, std::uint64_t size, std::string_view end) {
  const Part part = part_of(extent, size);
  const std::uint64_t begin = size - std::min<std::uint64_t>(size, end.size());
  Piece piece{.offset = std::max(begin, part.offset), .size = size};
  piece.bytes = end.substr(static_cast<std::size_t>(piece.offset - begin), kPieceBytesMax);
  return piece;
}

std::string output_file(std::string_view job_name, Stream stream) {
  return std::string(job_name) + (stream == Stream::kStdout ? ".out" : ".err");
}

Answer<Done> Cluster::cancel_unseen(const std::string& id, const Tenant& /*tenant*/) {
  return cancel(id);
}

Answer<Piece> Cluster::output(const std::string& /*id*/, Stream /*stream*/,
                              const Extent& /*extent*/) {
  return Fault{FaultKind::kUnfit, "the jobs of this cluster write into files", {}};
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
