#include <algorithm>
#include <cstdlib>

#include "tongsuan/hub/agent.h"

namespace tongsuan::hub {
namespace {

constexpr std::uint32_t kStrangerLooks = 2;
constexpr std::int64_t kAnswerSeconds = 2;  // that its clock may have gone on while it answered

}  // namespace

void Agent::look_at_jobs() {
  auto answer = ports_.cluster.jobs();
  jobs_.clear();
  if (!answer.ok()) {
    if (cluster_trouble_ != answer.error().what) note("cluster-away", "", answer.error().what);
    cluster_trouble_ = answer.error().what;
    cluster_away_ = true;
    return;
  }
  if (!cluster_trouble_.empty()) note("cluster-there", "", ports_.cluster.describe());
  cluster_trouble_.clear();
  cluster_seen_ = now_;
  jobs_known_ = true;
  all_jobs_ = std::move(answer).value();
  for (const cluster::Job& job : all_jobs_) {
    const auto name = cluster::read_job_name(job.name);
    if (name) jobs_[name->contract].push_back(&job);
  }
}

void Agent::look_at_nodes() {
  const bool may_tell = !exchange_away_ && lease_runs();
  // The clock is needed also where nobody hears of the nodes: what runs is measured by it.
  if (now_ < nodes_next_ || cluster_away_ || (cluster_clock_known_ && !may_tell)) return;
  const auto inventory = ports_.cluster.inventory();
  if (!inventory.ok()) return note("no-inventory", "", inventory.error().what);
  take_cluster_clock(inventory.value().now);
  if (!may_tell) return;
  const Said<std::vector<Pool>> pools = ports_.exchange.pools();
  if (!pools.ok()) {
    exchange_away_ = true;
    return note("no-pools", options_.hub, pools.error().what);
  }
  nodes_next_ = now_ + options_.nodes_seconds;
  for (Message& message : nodes_.look(inventory.value(), pools.value(), now_, memory_.changes())) {
    note("nodes", message.word, describe(message));
    memory_.queue(std::move(message));
  }
  if (nodes_.warnings() == warned_) return;
  warned_ = nodes_.warnings();
  for (const std::string& warning : warned_) note("warning", "", warning);
}

// Where it is as we knew it, our own clock has not moved, and what we know of the exchange's holds.
void Agent::take_cluster_clock(std::optional<UnixSecond> now) {
  cluster_clock_known_ = true;
  const std::int64_t offset = now ? *now - clock_now() : 0;
  if (std::abs(offset - memory_.cluster_offset()) <= kAnswerSeconds) {
    exchange_clock_known_ = true;
    return;
  }
  note("clock", "", "the cluster is " + std::to_string(offset) + " s ahead of us");
  memory_.set_cluster_offset(offset);
  if (lease_taken_ == now_) return;
  exchange_clock_known_ = false;
  lease_next_ = now_;
}

// Jobs with names of ours that are nobody's: of contracts that the exchange does not list, of
// attempts that are over, or second ones of a name.
void Agent::end_strangers() {
  std::map<std::string, std::uint32_t> seen;
  for (const auto& [contract, jobs] : jobs_) {
    const auto found = memory_.records().find(contract);
    const Record* record = found == memory_.records().end() ? nullptr : &found->second;
    if (record == nullptr && !(listed_ && lease_runs())) continue;
    const bool has_job = record != nullptr && record->stage == Stage::kRunning;
    const cluster::Job* const its = has_job ? job_of(*record) : nullptr;
    for (const cluster::Job* job : jobs) {
      if (has_ended(job->state) || job == its) continue;
      if (has_job && job->id == record->job) continue;  // it was made after this look
      const std::uint32_t looks = strangers_[job->id] + 1;
      seen[job->id] = looks;
      if (record == nullptr && looks < kStrangerLooks) continue;
      const bool is_begun = record == nullptr || record->stage >= Stage::kRunning ||
                            cluster::read_job_name(job->name)->attempt < record->attempt;
      if (is_begun) cancel(*job, "it is nobody's");
    }
  }
  strangers_ = std::move(seen);
}

void Agent::cancel(const cluster::Job& job, std::string_view why) {
  if (!may_call(1)) return;
  const auto [asked, is_first] = cancelled_.try_emplace(job.id, now_);
  if (!is_first && now_ < asked->second + options_.retry_seconds) return;
  asked->second = now_;
  note("cancel", job.name, why);
  const auto done = ports_.cluster.cancel(job.id);
  if (!done.ok()) {
    note("not-cancelled", job.name, done.error().what);
    cluster_away_ = done.error().kind == cluster::FaultKind::kUnreachable;
  }
  if (cancelled_.size() <= cluster::kJobsMax) return;
  std::erase_if(cancelled_,
                [this](const auto& one) { return one.second + options_.retry_seconds < now_; });
}

}  // namespace tongsuan::hub
