// One contract through its stages: record.h has them.
#include <algorithm>
#include <limits>
#include <tuple>

#include "tongsuan/cluster/image_script.h"
#include "tongsuan/hub/agent.h"

namespace tongsuan::hub {
namespace {

using cluster::JobState;

constexpr std::int64_t kClockMargin = 2;  // nothing is told of what may be the exchange's future
constexpr std::size_t kTextsMax = 1'000;
constexpr int kSubmissionCost = 10;  // in calls: it asks, and reads back

// Of jobs of one name: one that ran comes before one that may, and that before one that will not.
auto rank(const cluster::Job& job) {
  const bool has_start = job.start && job.state != JobState::kPending;
  const bool ran = has_start || job.restarts > 0;
  const int kind = ran ? 0 : has_ended(job.state) ? 2 : 1;
  return std::tuple(kind, has_start ? *job.start : 0, job.id.size(), std::string_view(job.id));
}

bool has_not_begun(const cluster::Job& job) {
  return job.state == JobState::kPending && job.restarts == 0;
}

bool is_phase_of_a_job(std::string_view phase) {
  return phase == "submitted" || phase == "running" || phase == "ending" || phase == "stage-out";
}

}  // namespace

void Agent::advance(Record& record) {
  Stage before = record.stage;
  do {
    before = record.stage;
    if (before == Stage::kGone) return;
    if (before != Stage::kClosing && !jobs_known_) return;
    if (before == Stage::kPreparing) prepare(record);
    if (before == Stage::kSubmitting) submit(record);
    if (before == Stage::kRunning) watch(record);
    if (before == Stage::kClosing) close(record);
  } while (record.stage != before && !stopped());
}

void Agent::judge(Record& record, std::string_view reason, std::string_view detail) {
  record.verdict = Verdict{std::string(reason), one_line(detail)};
  memory_.touch(record);
  note(reason, record.contract.id, detail);
}

bool Agent::to_end(Record& record) {
  if (record.verdict || !record.contract.live) return true;
  const std::int64_t grace = record.stage == Stage::kRunning ? options_.grace_seconds : 0;
  if (!record.contract.until || exchange_now() < *record.contract.until + grace) return false;
  if (record.stage == Stage::kRunning) {
    judge(record, "completed", "its time was over");
  } else {
    judge(record, "failed", "its time was over before it began");
  }
  return true;
}

// ---- Preparing -------------------------------------------------------------------------------

// Its tenant's job of its name is its job, whoever asked for it. Whoever asked for one that has not
// begun may have died, or given up, before it was read back, and some clusters begin nothing before
// that: it is asked for once more, which finds it.
Agent::Found Agent::adopt(Record& record) {
  const auto jobs = jobs_.find(record.contract.id);
  if (jobs == jobs_.end()) return Found::kNothing;
  std::uint32_t attempt = 0;
  for (const cluster::Job* job : jobs->second) {
    if (!is_its(record, *job)) continue;
    attempt = std::max(attempt, cluster::read_job_name(job->name)->attempt);
  }
  if (attempt < record.attempt) return Found::kNothing;
  if (attempt == record.attempt && record.stage == Stage::kRunning) return Found::kJob;
  record.attempt = attempt;
  record.asked = true;
  const cluster::Job* job = job_of(record);
  const bool waits = job != nullptr && has_not_begun(*job) && !to_end(record);
  record.stage = waits ? Stage::kSubmitting : Stage::kRunning;
  memory_.touch(record);
  return waits ? Found::kWaits : Found::kJob;
}

const WorkText* Agent::text_of(Record& record) {
  const std::string& id = record.contract.id;
  auto found = texts_.find(id);
  if (found == texts_.end()) {
    if (exchange_away_ || !may_call(1)) return nullptr;
    Said<WorkText> said = ports_.exchange.work(id);
    if (!said.ok()) {
      const Trouble& trouble = said.error();
      if (trouble.kind == TroubleKind::kFenced) fenced(trouble.what);
      if (trouble.kind == TroubleKind::kAway) exchange_away_ = true;
      if (trouble.kind == TroubleKind::kRefused) {
        record.text_known = true;
        memory_.touch(record);
        if (!to_end(record) && record.stage < Stage::kRunning) {
          judge(record, "failed", "its work cannot be read: " + trouble.what);
        }
      }
      return nullptr;
    }
    if (texts_.size() == kTextsMax) texts_.clear();
    found = texts_.emplace(id, std::move(said).value()).first;
  }
  if (!record.text_known) {
    record.text_known = true;
    record.spot = found->second.spot;
    record.stage_out = found->second.stage_out;
    memory_.touch(record);
  }
  return &found->second;
}

bool Agent::find_place(Record& record, Place& place) {
  const auto tenant = options_.tenants.find(record.contract.participant);
  if (tenant == options_.tenants.end()) {
    judge(record, "failed", "no local user for " + record.contract.participant);
    return false;
  }
  place = {record.contract.id, tenant->second};
  return true;
}

bool Agent::find_nodes(Record& record, std::vector<std::string>& names) {
  for (const std::uint32_t at : record.contract.nodes) {
    const Position* position = nodes_.find(record.contract.device_class, at);
    if (position != nullptr && position->doubted) return false;  // it may be back at once
    if (position == nullptr || !position->up) {
      judge(record, "failed",
            position == nullptr ? "the pool has no node " + std::to_string(at) : position->why);
      return false;
    }
    names.push_back(position->name);
  }
  std::ranges::sort(names);
  return true;
}

void Agent::prepare(Record& record) {
  const std::string& id = record.contract.id;
  if (adopt(record) != Found::kNothing) return;
  if (to_end(record)) {
    record.stage = Stage::kClosing;
    memory_.touch(record);
    return;
  }
  if (!lease_runs()) return;
  if (is_phase_of_a_job(record.contract.phase)) {
    // Somebody began it, and neither the spool nor the cluster knows of it. Never a second time.
    const UnixSecond since = missing_.try_emplace(id, now_).first->second;
    if (now_ < since + options_.doubt_seconds) return;
    return judge(record, "failed", "it was begun, and its job is not known any more");
  }
  if (!record.contract.has_work) return judge(record, "failed", "it has no work to run");
  Place place;
  std::vector<std::string> names;
  if (!find_place(record, place)) return;
  const WorkText* text = text_of(record);
  if (text == nullptr || !nodes_.has_looked()) return;
  if (!text->image.empty() && !options_.images) {
    return judge(record, "failed", "this hub runs no images");
  }
  if (!text->image.empty() && !cluster::is_image(text->image)) {
    return judge(record, "failed", "\"" + text->image + "\" is no reference of an image");
  }
  if (!find_nodes(record, names)) return;
  const StagingReport staged = ports_.staging.bring_in(place, text->stage_in);
  if (staged.state == StagingState::kFailed) {
    return judge(record, "failed", "data could not be brought in: " + staged.detail);
  }
  if (staged.state == StagingState::kWorking) return report(record, "staging", staged.detail);
  if (!text->stage_in.empty()) {
    record.reported.clear();  // said once more, with what it was
    report(record, "staging", staged.detail + " came in");
  }
  record.stage = Stage::kSubmitting;
  memory_.touch(record);
}

// ---- Submitting ------------------------------------------------------------------------------

cluster::Work Agent::work_of(const Record& record, const WorkText& text, const Place& place,
                             std::vector<std::string> nodes) const {
  cluster::Work work;
  work.contract = record.contract.id;
  work.attempt = record.attempt;
  work.tenant = place.tenant;
  work.accelerator = nodes_.accelerator(record.contract.device_class);
  work.nodes = std::move(nodes);
  work.devices_per_node = record.contract.devices_per_node;
  // The agent ends it to the second; the cluster does where the agent is away.
  work.seconds = record.contract.until
                     ? *record.contract.until - exchange_now() + options_.slack_seconds
                     : options_.endless_seconds;
  work.earliest = record.contract.from - since_cluster();
  if (record.contract.until) work.latest = *record.contract.until - since_cluster();
  work.service = text.spot ? cluster::Service::kSpot : cluster::Service::kFirm;
  work.script = text.script;
  work.image = text.image;
  work.folder = ports_.staging.folder(record.contract.id);
  work.environment = options_.environment;
  for (const auto& [name, value] : text.environment) work.environment[name] = value;
  work.environment["TONGSUAN_CONTRACT"] = record.contract.id;
  return work;
}

void Agent::submit(Record& record) {
  if (adopt(record) == Found::kJob) return;
  if (to_end(record)) {
    // What may have been asked for is waited for, so that it can be ended.
    if (record.asked && now_ < record.asked_at + options_.doubt_seconds) return;
    record.stage = Stage::kClosing;
    memory_.touch(record);
    return;
  }
  const auto retry = retry_.find(record.contract.id);
  const bool is_early =
      exchange_now() < record.contract.from || (retry != retry_.end() && now_ < retry->second);
  if (!lease_runs() || is_early || !nodes_.has_looked() || !may_call(kSubmissionCost)) return;
  Place place;
  std::vector<std::string> names;
  const WorkText* text = text_of(record);
  if (text == nullptr || !find_place(record, place) || !find_nodes(record, names)) return;
  const bool before = record.asked;
  record.asked = true;
  record.asked_at = now_;
  memory_.touch(record);
  const cluster::Work work = work_of(record, *text, place, std::move(names));
  if (!commit()) return;
  take_answer(record, ports_.cluster.submit(work, before), before);
}

void Agent::take_answer(Record& record, const cluster::Answer<cluster::Job>& answer, bool before) {
  memory_.touch(record);
  if (answer.ok()) {
    record.job = answer.value().id;
    record.output = answer.value().output;
    texts_.erase(record.contract.id);
    missing_.erase(record.contract.id);
    record.stage = Stage::kRunning;
    return report(record, "submitted", answer.value().detail);
  }
  const cluster::Fault& fault = answer.error();
  note("not-submitted", record.contract.id, fault.what);
  switch (fault.kind) {
    case cluster::FaultKind::kUnreachable:
      record.asked = before;
      cluster_away_ = true;
      break;
    case cluster::FaultKind::kRefused:
    case cluster::FaultKind::kUnfit:
      record.asked = before;
      retry_[record.contract.id] = now_ + options_.retry_seconds;
      if (++record.tries >= options_.tries_max) {
        judge(record, "failed", "the cluster refuses it: " + fault.what);
      } else {
        report(record, "stuck", fault.what);
      }
      break;
    case cluster::FaultKind::kMismatch:
      judge(record, "failed", fault.what);
      break;
    case cluster::FaultKind::kInDoubt:
    case cluster::FaultKind::kUnknown:
    case cluster::FaultKind::kBadAnswer:
      record.doubted = true;
      cluster_away_ = true;
      break;
  }
}

// ---- Running ---------------------------------------------------------------------------------

// Its tenant's, whoever else calls a job so; the one that was made for it also where participants
// are mapped to others now.
bool Agent::is_its(const Record& record, const cluster::Job& job) const {
  const auto tenant = options_.tenants.find(record.contract.participant);
  return job.id == record.job || tenant == options_.tenants.end() ||
         belongs_to(job, tenant->second);
}

const cluster::Job* Agent::job_of(const Record& record) const {
  const auto jobs = jobs_.find(record.contract.id);
  const cluster::Job* best = nullptr;
  if (jobs == jobs_.end()) return best;
  for (const cluster::Job* job : jobs->second) {
    if (cluster::read_job_name(job->name)->attempt != record.attempt) continue;
    if (!is_its(record, *job)) continue;
    // The one that has run is the job, whatever comes after it.
    if (!record.stretches.empty() && job->id != record.stretches.front().job) continue;
    if (best == nullptr || rank(*job) < rank(*best)) best = job;
  }
  return best;
}

void Agent::watch(Record& record) {
  const std::string& id = record.contract.id;
  // Another agent may have made a later attempt before it heard that it was replaced.
  if (record.stretches.empty() && adopt(record) == Found::kWaits) return;
  const cluster::Job* job = job_of(record);
  if (job == nullptr) return lost(record);
  if (job->id != record.job || job->output != record.output) {
    record.job = job->id;
    record.output = job->output;
    memory_.touch(record);
  }
  if (has_ended(job->state)) return ended(record, job);
  missing_.erase(id);
  if (!record.text_known && record.contract.has_work) static_cast<void>(text_of(record));
  if (stopped()) return;
  if (to_end(record)) {
    report(record, "ending", record.verdict ? record.verdict->detail : "the exchange ended it");
    if (commit()) cancel(*job, record.verdict ? record.verdict->detail : "the exchange ended it");
    return;
  }
  if (job->state == JobState::kPending) return report(record, "submitted", job->detail);
  report(record, job->state == JobState::kRunning ? "running" : "ending", job->detail);
  const auto measured = measured_.find(id);
  if (measured != measured_.end() && now_ < measured->second + options_.meter_seconds) return;
  if (!measure(record)) return;
  measured_[id] = now_;
  const UnixSecond now = exchange_now() - kClockMargin;
  if (!memory_.has_meter(id)) meter(record, std::min(now, record.contract.until.value_or(now)));
}

// What the cluster says of its stretches. False: it does not answer.
bool Agent::measure(Record& record) {
  if (record.job.empty()) return true;
  if (!clocks_known()) return false;
  if (!may_call(1)) return false;
  const auto segments = ports_.cluster.segments(record.job);
  if (!segments.ok() && segments.error().kind == cluster::FaultKind::kUnknown) return true;
  if (!segments.ok()) {
    note("not-measured", record.contract.id, segments.error().what);
    cluster_away_ = true;
    return false;
  }
  const bool is_new = merge(record.stretches, segments.value());
  if (end_earlier(record.stretches, record.mark - since_cluster()) || is_new) memory_.touch(record);
  return true;
}

void Agent::meter(Record& record, UnixSecond limit) {
  if (record.look_again) return;
  for (const Span& span : delivered(record.stretches, {since_cluster(), record.mark, limit})) {
    Message message;
    message.kind = MessageKind::kMeter;
    message.contract = record.contract.id;
    message.begin = span.begin;
    message.end = span.end;
    memory_.queue(std::move(message));
    record.mark = span.end;
    memory_.touch(record);
  }
}

// The cluster does not name its job any more. It may run on all the same: its user can call it
// otherwise.
void Agent::lost(Record& record) {
  if (record.asked_at == now_) return;  // the list of jobs is older than the job
  const UnixSecond since = missing_.try_emplace(record.contract.id, now_).first->second;
  if (now_ < since + options_.doubt_seconds) return;
  const auto tenant = options_.tenants.find(record.contract.participant);
  if (!record.job.empty() && tenant != options_.tenants.end()) {
    if (!may_call(1)) return;
    const auto done = ports_.cluster.cancel_unseen(record.job, tenant->second);
    const bool is_away = !done.ok() && (done.error().kind == cluster::FaultKind::kUnreachable ||
                                        done.error().kind == cluster::FaultKind::kInDoubt);
    if (!done.ok()) note("not-cancelled", record.contract.id, done.error().what);
    if (is_away) return;
  }
  ended(record, nullptr);
}

void Agent::ended(Record& record, const cluster::Job* job) {
  if (!measure(record)) return;
  const std::int64_t offset = since_cluster();
  UnixSecond last = std::numeric_limits<UnixSecond>::min();
  for (Stretch& stretch : record.stretches) {
    if (!stretch.end && job != nullptr && job->end) stretch.end = job->end;
    if (!stretch.end) {
      // Its end is not known yet; or never will be, and then only what was told was seen.
      const UnixSecond since = missing_.try_emplace(record.contract.id, now_).first->second;
      if (now_ < since + options_.doubt_seconds) return;
      stretch.end = std::max(stretch.start, record.mark - offset);
    }
    last = std::max(last, *stretch.end + offset);
  }
  memory_.touch(record);
  // One that the cluster dropped because it would have started too late may be tried again where
  // the contract was extended.
  const bool never_ran = record.stretches.empty() && job != nullptr &&
                         (job->state == JobState::kFailed || job->state == JobState::kNodeFailed ||
                          job->state == JobState::kTimedOut);
  if (never_ran && record.doubted && !to_end(record)) {
    // Another of its name, or a later attempt, may still come.
    const UnixSecond since = missing_.try_emplace(record.contract.id, now_).first->second;
    if (now_ < since + options_.doubt_seconds) return;
  }
  if (never_ran && !to_end(record) && !record.doubted && record.attempt < options_.attempts_max) {
    note("again", record.contract.id, job->detail);
    ++record.attempt;
    record.asked = false;
    record.job.clear();
    missing_.erase(record.contract.id);
    retry_[record.contract.id] = now_ + options_.retry_seconds;
    record.stage = Stage::kSubmitting;
    return;
  }
  if (last > exchange_now() - kClockMargin) return;
  if (record.contract.live && !record.verdict) {
    if (job == nullptr) judge(record, "failed", "the cluster does not know its job any more");
    if (job != nullptr) judge_by(record, *job);
  }
  record.stage = Stage::kClosing;
}

void Agent::judge_by(Record& record, const cluster::Job& job) {
  const std::string detail = job.detail.empty() ? "" : ": " + job.detail;
  const bool by_itself = job.state == JobState::kCompleted || job.state == JobState::kFailed ||
                         job.state == JobState::kTimedOut;
  if (by_itself && record.stretches.empty()) {
    return judge(record, "failed", "its job never ran" + detail);
  }
  switch (job.state) {
    case JobState::kCompleted:
    case JobState::kFailed:
      return judge(record, "completed", "exit code " + std::to_string(job.exit_code));
    case JobState::kTimedOut:
      return judge(record, "completed", "its time was over");
    case JobState::kPreempted:
      return judge(record, record.spot ? "preempted" : "failed",
                   "its devices went to other work" + detail);
    case JobState::kNodeFailed:
      return judge(record, "failed", "a node failed" + detail);
    default:
      return judge(record, "failed", "somebody at the cluster ended it" + detail);
  }
}

// ---- Closing ---------------------------------------------------------------------------------

void Agent::close(Record& record) {
  const auto retry = retry_.find(record.contract.id);
  if (retry != retry_.end() && now_ < retry->second) return;
  // Not by an old list: its end may have been moved.
  const bool may_say = listed_ && !record.look_again && clocks_known();
  if (may_say && record.last_word == LastWord::kUnsaid) say_last_word(record);
  clear_away(record);
}

void Agent::say_last_word(Record& record) {
  const Contract& contract = record.contract;
  if (contract.live && !record.verdict) judge(record, "failed", "its job did not run");
  meter(record, contract.until.value_or(std::numeric_limits<UnixSecond>::max()));
  Message message;
  message.kind = contract.live ? MessageKind::kEnd : MessageKind::kSettle;
  message.contract = contract.id;
  if (contract.live) {
    message.word = record.verdict->reason;
    message.detail = record.verdict->detail;
  } else {
    message.end = overrun(record.stretches, since_cluster(), contract.until.value_or(0));
  }
  memory_.queue(std::move(message));
  record.last_word = LastWord::kQueued;
  memory_.touch(record);
}

// The end of its output is kept, data go out, then the folder goes, which stays until the exchange
// has taken the end.
void Agent::clear_away(Record& record) {
  keep_output(record);
  const auto tenant = options_.tenants.find(record.contract.participant);
  const bool has_place = tenant != options_.tenants.end();
  const Place place{record.contract.id, has_place ? tenant->second : cluster::Tenant{}};
  if (!record.brought_out && has_place && !record.stretches.empty()) {
    if (!record.text_known && record.contract.has_work) static_cast<void>(text_of(record));
    if (stopped() || (!record.text_known && record.contract.has_work)) return;
    if (!record.stage_out.empty()) {
      const StagingReport out = ports_.staging.bring_out(place, record.stage_out);
      if (out.state == StagingState::kWorking) return;
      const bool failed = out.state == StagingState::kFailed;
      if (failed) memory_.note_oddity(record.contract.id + ": data not brought out: " + out.detail);
      const std::string what =
          failed ? "data could not be brought out: " + out.detail : out.detail + " went out";
      // The exchange hears of what it lists; our own log of everything.
      if (!record.listed) note("stage-out", record.contract.id, what);
      report(record, "stage-out", what);
    }
    record.brought_out = true;
    memory_.touch(record);
  }
  if (record.last_word != LastWord::kTaken || !commit()) return;
  const StagingReport removed = ports_.staging.remove(place);
  if (removed.state == StagingState::kWorking) return;
  if (removed.state == StagingState::kFailed) {
    note("not-removed", record.contract.id, removed.detail);
    retry_[record.contract.id] = now_ + options_.retry_seconds;
    return;
  }
  record.stage = Stage::kGone;
  memory_.touch(record);
  note("gone", record.contract.id, "");
}

}  // namespace tongsuan::hub
