#include "tongsuan/cluster/slurm_api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "tongsuan/cluster/host_list.h"
#include "tongsuan/cluster/image_script.h"
#include "tongsuan/cluster/internal/answers.h"

namespace tongsuan::cluster {
namespace {

using json::Members;
using json::Value;

constexpr std::uint32_t kRequiredNodesFrom = 39, kSlashFrom = 40, kScriptInsideFrom = 41;
constexpr std::uint32_t kPlainTimesFrom = 39, kSetTimesFrom = 40;

Fault bad_slurm_answer(std::string what) {
  return {FaultKind::kBadAnswer, "slurmrestd answered something else: " + std::move(what),
          "check that the address is that of slurmrestd, and its log"};
}

// ---- Values in their several forms ---------------------------------------------------------

// Plain, or {"set": true, "infinite": false, "number": 3}; nothing where it is not set.
std::optional<std::int64_t> number_of(const Value& value) {
  if (const auto plain = value.as_int64(); plain.ok()) return plain.value();
  const Members members = value.members();
  const auto set = members.find("set").as_bool();
  const auto infinite = members.find("infinite").as_bool();
  if (!set.ok() || !set.value() || (infinite.ok() && infinite.value())) return std::nullopt;
  const auto number = members.find("number").as_int64();
  return number.ok() ? std::optional(number.value()) : std::nullopt;
}

// Times that have not come are 0.
std::optional<UnixSecond> slurm_time(const Value& value) {
  const auto time = number_of(value);
  return time && *time > 0 ? time : std::nullopt;
}

std::string upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

// A text, or a list of them, in capitals.
std::vector<std::string> words_of(const Value& value) {
  std::vector<std::string> words;
  if (const auto text = value.as_text(); text.ok()) words.push_back(upper(text.value()));
  for (const Value item : value.items()) words.push_back(upper(text_of(item)));
  return words;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool has_text(const Value& list, std::string_view text) {
  for (const Value item : list.items()) {
    if (text_of(item) == text) return true;
  }
  return false;
}

struct Devices {
  std::string type;
  std::uint32_t count = 0;
};

// The first of "gpu:h100:8(S:0-1)", "gres/gpu:h100:8", "gres:gpu:h100:8", "gpu:8" that is of
// `gres`.
Devices devices_of(std::string_view text, std::string_view gres) {
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view entry = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (entry.starts_with("gres") && entry.size() > 5) entry.remove_prefix(5);
    if (!entry.starts_with(gres) || entry.substr(gres.size(), 1) != ":") continue;
    entry.remove_prefix(gres.size() + 1);
    entry = entry.substr(0, entry.find('('));
    Devices devices;
    if (const std::size_t colon = entry.rfind(':'); colon != std::string_view::npos) {
      devices.type = entry.substr(0, colon);
      entry.remove_prefix(colon + 1);
    }
    const auto read = std::from_chars(entry.data(), entry.data() + entry.size(), devices.count);
    if (read.ec == std::errc() && read.ptr == entry.data() + entry.size()) return devices;
  }
  return {};
}

// ---- States --------------------------------------------------------------------------------

struct Named {
  std::string_view word;
  JobState state;
};
// The first that is there decides: words of what happens now come before those of how it ends.
constexpr Named kJobStates[] = {{"COMPLETING", JobState::kEnding},
                                {"NODE_FAIL", JobState::kNodeFailed},
                                {"BOOT_FAIL", JobState::kNodeFailed},
                                {"LAUNCH_FAILED", JobState::kNodeFailed},
                                {"RECONFIG_FAIL", JobState::kNodeFailed},
                                {"PREEMPTED", JobState::kPreempted},
                                {"REQUEUED", JobState::kPreempted},
                                {"REQUEUE_HOLD", JobState::kPending},
                                {"REQUEUE_FED", JobState::kPending},
                                {"SPECIAL_EXIT", JobState::kPending},
                                {"CONFIGURING", JobState::kPending},
                                {"POWER_UP_NODE", JobState::kPending},
                                {"PENDING", JobState::kPending},
                                {"TIMEOUT", JobState::kTimedOut},
                                {"DEADLINE", JobState::kTimedOut},
                                {"CANCELLED", JobState::kCancelled},
                                {"REVOKED", JobState::kCancelled},
                                {"OUT_OF_MEMORY", JobState::kFailed},
                                {"FAILED", JobState::kFailed},
                                {"COMPLETED", JobState::kCompleted},
                                {"SUSPENDED", JobState::kRunning},
                                {"STOPPED", JobState::kRunning},
                                {"SIGNALING", JobState::kRunning},
                                {"STAGE_OUT", JobState::kEnding},
                                {"RESIZING", JobState::kRunning},
                                {"RUNNING", JobState::kRunning}};

std::optional<JobState> job_state(const Value& value) {
  const std::vector<std::string> words = words_of(value);
  for (const Named& named : kJobStates) {
    if (has(words, named.word)) return named.state;
  }
  return std::nullopt;
}

constexpr std::string_view kUpStates[] = {"IDLE", "MIXED", "ALLOCATED", "COMPLETING"};
constexpr std::string_view kNotUpFlags[] = {
    "DOWN",        "DRAIN",        "FAIL",          "FAILING",       "NOT_RESPONDING",
    "MAINTENANCE", "POWERED_DOWN", "POWERING_DOWN", "REBOOT_ISSUED", "REBOOT_REQUESTED",
    "INVALID_REG", "ERROR",        "FUTURE",        "UNKNOWN",       "PLANNED_DOWN"};

// ---- Rows ----------------------------------------------------------------------------------

std::vector<std::string> hosts_of(const Value& value) {
  return read_host_list(text_of(value), kNodesMax).value_or(std::vector<std::string>());
}

// A plain number is what wait(2) says: code and signal in one. A signal counts as a shell counts
// it.
std::int64_t exit_code_of(const Value& value) {
  if (const auto status = number_of(value)) {
    const std::int64_t signal = *status & 0x7f;
    return signal != 0 ? 128 + signal : *status >> 8 & 0xff;
  }
  return number_of(value.members().find("return_code")).value_or(0);
}

std::optional<Job> any_job_of(const Value& value, const SlurmTerms& terms) {
  const Members row = value.members();
  const auto id = number_of(row.find("job_id"));
  const auto state = job_state(row.find("job_state"));
  Job job;
  job.name = text_of(row.find("name"));
  if (!id || !state) return std::nullopt;
  job.id = std::to_string(*id);
  job.state = *state;
  job.detail = shortened(text_of(row.find("state_reason")));
  job.nodes = hosts_of(row.find("nodes"));
  const bool had_nodes = !job.nodes.empty();
  if (!had_nodes) job.nodes = hosts_of(row.find("required_nodes"));
  job.devices_per_node = devices_of(text_of(row.find("tres_per_node")), terms.gres).count;
  job.service = text_of(row.find("qos"));
  job.partition = text_of(row.find("partition"));
  job.account = text_of(row.find("account"));
  job.user = text_of(row.find("user_name"));
  job.restarts = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(number_of(row.find("restart_cnt")).value_or(0), 0, UINT32_MAX));
  const auto restarts = row.find("requeue").as_bool();
  job.restarts_itself = restarts.ok() && restarts.value();
  // Of a job that waits the start is a forecast; one that ended before it began has one, too.
  if (job.state != JobState::kPending && had_nodes) job.start = slurm_time(row.find("start_time"));
  if (has_ended(job.state)) job.end = slurm_time(row.find("end_time"));
  job.exit_code = exit_code_of(row.find("exit_code"));
  job.output = shortened(text_of(row.find("standard_output")));  // a tenant may change it
  return job;
}

std::optional<Job> job_of(const Value& value, const SlurmTerms& terms) {
  std::optional<Job> job = any_job_of(value, terms);
  return job && read_job_name(job->name) ? job : std::nullopt;
}

Node node_of(const Members& row, const SlurmTerms& terms) {
  Node node;
  node.name = text_of(row.find("name"));
  const Devices devices = devices_of(text_of(row.find("gres")), terms.gres);
  node.accelerator = devices.type.empty() && devices.count > 0 ? terms.gres : devices.type;
  node.devices = devices.count;
  std::vector<std::string> words = words_of(row.find("state"));
  for (const std::string& flag : words_of(row.find("state_flags"))) words.push_back(flag);
  node.up =
      std::ranges::any_of(kUpStates, [&](std::string_view word) { return has(words, word); }) &&
      std::ranges::none_of(kNotUpFlags, [&](std::string_view word) { return has(words, word); });
  if (node.up) return node;
  std::string state;
  for (const std::string& word : words) state += (state.empty() ? "" : " ") + word;
  const std::string reason = text_of(row.find("reason"));
  node.detail = shortened(reason.empty() ? state : state + ": " + reason);
  return node;
}

// ---- Answers about large clusters ------------------------------------------------------------

// Looks through a document once, byte by byte, and takes those of its jobs out that cannot be ours.
class JobSieve {
 public:
  explicit JobSieve(std::string_view text) : text_(text) {}

  // What is not whole stays as it is.
  std::string sift() {
    for (; at_ < text_.size() && depth_ >= 0; ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        take_text();
      } else if (c == '{' || c == '[') {
        open(c);
      } else if (c == '}' || c == ']') {
        close();
      }
    }
    if (depth_ != 0 || at_ != text_.size()) return std::string(text_);
    out_ += text_.substr(copied_);
    return std::move(out_);
  }

 private:
  // To its last quote. At the top it may be a name.
  void take_text() {
    const std::size_t begin = ++at_;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    if (depth_ == 1 && at_ < text_.size()) name_ = text_.substr(begin, at_ - begin);
  }
  void open(char c) {
    if (depth_ == 1 && c == '[' && name_ == "jobs") {
      in_jobs_ = true;
      is_first_ = true;
      copy_to(at_ + 1);
    } else if (in_jobs_ && depth_ == 2) {
      job_ = at_;
    }
    ++depth_;
  }
  void close() {
    --depth_;
    if (in_jobs_ && depth_ == 2) {
      const std::string_view job = text_.substr(job_, at_ + 1 - job_);
      if (job.find(kOurs) == std::string_view::npos) return;
      if (!is_first_) out_ += ',';
      is_first_ = false;
      out_ += job;
    } else if (in_jobs_ && depth_ == 1) {
      in_jobs_ = false;
      copied_ = at_;
    }
  }
  void copy_to(std::size_t end) {
    out_ += text_.substr(copied_, end - copied_);
    copied_ = end;
  }

  static constexpr std::string_view kOurs = "\"ts-C-";  // so the names of all of them begin

  std::string_view text_, name_;
  std::string out_;
  std::size_t at_ = 0, copied_ = 0, job_ = 0;
  int depth_ = 0;
  bool in_jobs_ = false, is_first_ = true;
};

// ---- Replies -------------------------------------------------------------------------------

// A document that lives as long as what is read of it.
class SlurmDocument {
 public:
  static Answer<SlurmDocument> read(const SlurmReply& reply) {
    TONGSUAN_TRY([[maybe_unused]] const Done good, check_reply(reply));
    SlurmDocument own;
    const auto root = own.document_.parse(reply.body);
    if (!root.ok()) return bad_slurm_answer(root.error().context);
    own.root_ = root.value();
    return own;
  }
  [[nodiscard]] Answer<json::Items> list(std::string_view name) const {
    const auto items = root_.members().find(name).as_array();
    if (!items.ok()) return bad_slurm_answer("there is no list of " + std::string(name));
    return items.value();
  }
  [[nodiscard]] Members root() const { return root_.members(); }

 private:
  json::Document document_{{.bytes_max = json::kBytesMax}};
  Value root_;
};

Fault refused_token() {
  return {FaultKind::kRefused, "slurmrestd does not accept the token",
          "make a new one, or check the key: docs/clusters.md"};
}

constexpr const char* kTokenHint =
    "where everything is refused so, it is the token: check the key and the clocks "
    "(docs/clusters.md)";
// 22.05 says no more of a wrong token than that something went wrong.
bool says_unauthenticated(std::int64_t number) {
  constexpr std::int64_t kUnspecified = -1, kProtocolAuthentication = 1007;
  return number == kUnspecified || number == kProtocolAuthentication;
}

// Slurmrestd and slurmctld lost each other: what was asked for may have happened.
bool says_interrupted(std::int64_t number) {
  return (number >= 1'000 && number <= 1'004 && number != 1'001) ||
         (number >= 1'801 && number <= 1'803) || (number >= 5'000 && number <= 5'005);
}
// Slurmrestd did not find slurmctld: nothing has happened.
bool says_away(std::int64_t number) {
  return number == 1'001 || number == 1'800;
}

Fault other_version() {
  return {FaultKind::kUnreachable, "slurmrestd no longer speaks the version that it had",
          "ask again: the version is found out anew"};
}

bool says_unknown(std::string_view text, std::int64_t number) {
  constexpr std::int64_t kInvalidJobId = 2017;
  return number == kInvalidJobId || text.find("Invalid job id") != std::string_view::npos ||
         text == "Nothing found";  // slurmdbd's, of a job of which it has not heard yet
}

}  // namespace

std::string SlurmVersion::path(std::string_view rest) const {
  return "/slurm/v0.0." + std::to_string(number) + std::string(rest);
}
std::string SlurmVersion::accounting_path(std::string_view rest) const {
  return "/slurmdb/v0.0." + std::to_string(accounting) + std::string(rest);
}

Answer<SlurmVersion> choose_version(std::string_view openapi) {
  json::Document document({.bytes_max = json::kBytesMax});
  const auto root = document.parse(openapi);
  if (!root.ok()) return bad_slurm_answer(root.error().context);
  SlurmVersion version;
  const auto look = [](std::string_view path, std::string_view front, std::string_view back) {
    std::uint32_t number = 0;
    if (!path.starts_with(front)) return number;
    path.remove_prefix(front.size());
    const auto read = std::from_chars(path.data(), path.data() + path.size(), number);
    const std::string_view rest = path.substr(static_cast<std::size_t>(read.ptr - path.data()));
    const bool known = number >= kSlurmOldest && number <= kSlurmNewest && rest.starts_with(back);
    return known ? number : 0;
  };
  for (const json::Member path : root.value().members().find("paths").members()) {
    version.number = std::max(version.number, look(path.key, "/slurm/v0.0.", "/jobs"));
    version.accounting = std::max(version.accounting, look(path.key, "/slurmdb/v0.0.", "/job/"));
  }
  if (version.number != 0) return version;
  return Fault{FaultKind::kUnfit,
               "slurmrestd speaks no version of its interface from v0.0." +
                   std::to_string(kSlurmOldest) + " to v0.0." + std::to_string(kSlurmNewest),
               "start slurmrestd with one of them (-s), as docs/clusters.md shows"};
}

// ---- Submission ----------------------------------------------------------------------------

namespace {

constexpr std::int64_t kMinute = 60;

// The cluster counts minutes; the exchange ends a contract to the second.
std::int64_t minutes_of(const Work& work) {
  return (work.seconds + kMinute - 1) / kMinute;
}

Answer<std::string> script_of(const Work& work, const SlurmTerms& terms) {
  if (work.image.empty()) return work.script;
  return image_script(terms.image_command, work);
}

// Slurm drops a job that cannot have all of its time before its deadline, so the latest start is
// told as the end of a job that starts then.
void write_window(json::Writer& out, const Work& work, SlurmVersion version) {
  const auto plain = [&](std::string_view key, UnixSecond time) {
    if (version.number >= kPlainTimesFrom) {
      out.number(key, time);
    } else {
      out.text(key, "uts" + std::to_string(time));
    }
  };
  if (work.earliest && version.number >= kSetTimesFrom) {
    out.begin_object("begin_time").truth("set", true).truth("infinite", false);
    out.number("number", *work.earliest).end_object();
  } else if (work.earliest) {
    plain("begin_time", *work.earliest);
  }
  if (work.latest) plain("deadline", *work.latest + minutes_of(work) * kMinute);
}

}  // namespace

Answer<std::string> write_submission(const Work& work, const SlurmTerms& terms,
                                     SlurmVersion version) {
  TONGSUAN_TRY(const std::string script, script_of(work, terms));
  std::string body;
  json::Writer out(body);
  const auto count = static_cast<std::int64_t>(work.nodes.size());
  out.begin_object().text("script", script).begin_object("job");
  if (version.number >= kScriptInsideFrom) out.text("script", script);
  out.text("name", job_name(work.contract, work.attempt)).text("comment", work.contract);
  out.text("account", work.tenant.account).text("partition", terms.partition);
  const std::string& qos = work.service == Service::kFirm ? terms.firm_qos : terms.spot_qos;
  if (!qos.empty()) out.text("qos", qos);
  out.text("nodes", std::to_string(count));
  if (version.number >= kRequiredNodesFrom) {
    out.begin_array("required_nodes");
    for (const std::string& node : work.nodes) out.text(node);
    out.end_array();
  } else {
    out.text("nodelist", write_host_list(work.nodes));
  }
  const std::string devices = terms.gres + ':' +
                              (work.accelerator == terms.gres ? "" : work.accelerator + ':') +
                              std::to_string(work.devices_per_node);
  if (version.number >= kRequiredNodesFrom) {
    out.text("tres_per_node", (version.number >= kSlashFrom ? "gres/" : "gres:") + devices);
  } else {
    out.text("gres", devices);
  }
  const std::int64_t cpus = std::int64_t{terms.cpus_per_device} * work.devices_per_node;
  out.number("tasks", count).number("tasks_per_node", 1).number("cpus_per_task", cpus);
  if (terms.memory_mb_per_device > 0) {
    out.number_unsigned("memory_per_node", terms.memory_mb_per_device * work.devices_per_node);
  }
  out.number("time_limit", minutes_of(work));
  write_window(out, work, version);
  // Two jobs of one name and user never run at once, whatever became of a request.
  out.text("dependency", "singleton");
  // A contract that stops is the exchange's to give new devices: the cluster does not try by
  // itself. v0.0.38 takes `requeue` and ignores it.
  if (version.number >= kRequiredNodesFrom) {
    out.truth("requeue", false);
  } else {
    out.truth("no_requeue", true);
  }
  out.text("current_working_directory", work.folder);
  const std::string job = job_name(work.contract, work.attempt);
  out.text("standard_output", work.folder + '/' + output_file(job, Stream::kStdout));
  out.text("standard_error", work.folder + '/' + output_file(job, Stream::kStderr));
  out.begin_object("environment");
  for (const auto& [name, value] : work.environment) out.text(name, value);
  out.end_object().end_object().end_object();
  return body;
}

// ---- Reading -------------------------------------------------------------------------------

Answer<Done> check_reply(const SlurmReply& reply) {
  if (reply.status == 401 || reply.status == 403) return refused_token();
  json::Document document({.bytes_max = json::kBytesMax});
  const auto root = document.parse(reply.body);
  if (!root.ok()) {
    if (reply.status == 404) return other_version();
    return bad_slurm_answer("status " + std::to_string(reply.status) + ", " + root.error().context);
  }
  std::string what;
  bool unknown = false, unauthenticated = false, interrupted = false, away = false;
  for (const Value item : root.value().members().find("errors").items()) {
    const Members error = item.members();
    std::string text = text_of(error.find("description"));
    if (text.empty()) text = text_of(error.find("error"));
    std::int64_t which = 0;
    for (const std::string_view key : {"errno", "error_code", "error_number"}) {
      which = number_of(error.find(key)).value_or(which);
    }
    if (text.empty()) text = "error " + std::to_string(which);
    unknown = unknown || says_unknown(text, which);
    unauthenticated = unauthenticated || says_unauthenticated(which);
    interrupted = interrupted || says_interrupted(which);
    away = away || says_away(which);
    what += (what.empty() ? "" : "; ") + text;
  }
  if (what.empty() && reply.status >= 200 && reply.status < 300) return Done{};
  if (unknown) return Fault{FaultKind::kUnknown, shortened(what), {}};
  if (reply.status == 404) return other_version();
  // Of those who stand in between, where they say no more than that.
  const bool is_gateway = what.empty() && reply.status >= 502 && reply.status <= 504;
  if (what.empty()) what = "status " + std::to_string(reply.status);
  if (interrupted || is_gateway) return Fault{FaultKind::kInDoubt, shortened(what), {}};
  if (away) return Fault{FaultKind::kUnreachable, shortened(what), {}};
  return Fault{FaultKind::kRefused, shortened(what), unauthenticated ? kTokenHint : ""};
}

Answer<std::string> read_submitted(const SlurmReply& reply) {
  TONGSUAN_TRY(const SlurmDocument own, SlurmDocument::read(reply));
  const auto id = number_of(own.root().find("job_id"));
  if (!id || *id <= 0) return bad_slurm_answer("a submission without a job");
  return std::to_string(*id);
}

Answer<std::vector<Job>> read_jobs(const SlurmReply& reply, const SlurmTerms& terms) {
  // Of a large cluster only what may be ours is small enough to be parsed.
  const std::string sifted = JobSieve(reply.body).sift();
  TONGSUAN_TRY(const SlurmDocument own, SlurmDocument::read({reply.status, sifted}));
  TONGSUAN_TRY(const json::Items items, own.list("jobs"));
  std::vector<Job> jobs;
  for (const Value item : items) {
    if (auto job = job_of(item, terms)) jobs.push_back(std::move(*job));
    if (jobs.size() > kJobsMax) return bad_slurm_answer("more jobs than it may have");
  }
  // Of one name the later ones last: ids are numbers.
  std::ranges::sort(jobs, {}, [](const Job& job) {
    return std::tuple<std::string_view, std::size_t, std::string_view>(job.name, job.id.size(),
                                                                       job.id);
  });
  return jobs;
}

Answer<Job> read_any_job(const SlurmReply& reply, const SlurmTerms& terms) {
  TONGSUAN_TRY(const SlurmDocument own, SlurmDocument::read(reply));
  TONGSUAN_TRY(const json::Items items, own.list("jobs"));
  for (const Value item : items) {
    if (auto job = any_job_of(item, terms)) return std::move(*job);
  }
  return Fault{FaultKind::kUnknown, "Slurm knows no such job", {}};
}

Answer<Inventory> read_nodes(const SlurmReply& reply, const SlurmTerms& terms) {
  TONGSUAN_TRY(const SlurmDocument own, SlurmDocument::read(reply));
  TONGSUAN_TRY(const json::Items items, own.list("nodes"));
  Inventory inventory;
  for (const Value item : items) {
    const Members row = item.members();
    if (!has_text(row.find("partitions"), terms.partition)) continue;
    inventory.nodes.push_back(node_of(row, terms));
    if (inventory.nodes.back().name.empty()) return bad_slurm_answer("a node without a name");
    if (inventory.nodes.size() > kNodesMax) return bad_slurm_answer("more nodes than it may have");
    if (inventory.version.empty()) inventory.version = text_of(row.find("slurmd_version"));
    if (inventory.version.empty()) inventory.version = text_of(row.find("version"));
  }
  std::ranges::sort(inventory.nodes, {}, &Node::name);
  const auto twice = std::ranges::adjacent_find(inventory.nodes, {}, &Node::name);
  if (twice != inventory.nodes.end())
    return bad_slurm_answer("two nodes of one name: " + twice->name);
  return inventory;
}

std::optional<UnixSecond> read_clock(const SlurmReply& reply) {
  const Answer<SlurmDocument> own = SlurmDocument::read(reply);
  if (!own.ok()) return std::nullopt;
  return slurm_time(own.value().root().find("statistics").members().find("req_time"));
}

Answer<std::vector<Segment>> read_segments(const SlurmReply& reply, std::string_view job) {
  TONGSUAN_TRY(const SlurmDocument own, SlurmDocument::read(reply));
  TONGSUAN_TRY(const json::Items items, own.list("jobs"));
  std::vector<Segment> segments;
  for (const Value item : items) {
    const Members row = item.members();
    const Members time = row.find("time").members();
    const auto id = number_of(row.find("job_id"));
    const auto start = slurm_time(time.find("start"));
    const auto state = job_state(row.find("state").members().find("current"));
    std::vector<std::string> nodes = hosts_of(row.find("nodes"));
    // One that ended before it began has "None assigned", and a start.
    if (!id || std::to_string(*id) != job || !start || !state || nodes.empty()) continue;
    segments.push_back({.job = std::string(job),
                        .start = *start,
                        .end = slurm_time(time.find("end")),
                        .state = *state,
                        .nodes = std::move(nodes)});
  }
  // The same start twice is the same stretch; the record that knows its end is the later one.
  std::ranges::sort(segments, {}, [](const Segment& each) {
    return std::pair(each.start, !each.end.has_value());
  });
  const auto rest = std::unique(
      segments.begin(), segments.end(),
      [](const Segment& one, const Segment& other) { return one.start == other.start; });
  segments.erase(rest, segments.end());
  return segments;
}

std::string mismatch(const Work& work, const SlurmTerms& terms, const Job& job) {
  const std::string& qos = work.service == Service::kFirm ? terms.firm_qos : terms.spot_qos;
  struct Check {
    std::string_view what;
    std::string asked, got;
  };
  const std::array<Check, 7> checks = {{
      {"its name", job_name(work.contract, work.attempt), job.name},
      {"its partition", terms.partition, job.partition},
      {"its account", work.tenant.account, job.account},
      {"its quality of service", qos, job.service},
      {"its nodes", write_host_list(work.nodes), write_host_list(job.nodes)},
      {"its devices on a node", std::to_string(work.devices_per_node),
       std::to_string(job.devices_per_node)},
      {"whether the cluster may start it again", "no", job.restarts_itself ? "yes" : "no"},
  }};
  for (const Check& check : checks) {
    // Without accounting a cluster knows neither accounts nor qualities of service.
    const bool optional = check.what == "its account" || check.what == "its quality of service";
    if (check.asked == check.got || (optional && check.got.empty())) continue;
    return std::string(check.what) + ": asked for \"" + check.asked + "\", got \"" + check.got +
           '"';
  }
  return {};
}

}  // namespace tongsuan::cluster
