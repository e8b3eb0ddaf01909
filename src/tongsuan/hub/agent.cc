#include "tongsuan/hub/agent.h"

#include <algorithm>
#include <utility>

#include "tongsuan/json/writer.h"

namespace tongsuan::hub {
namespace {

constexpr std::int64_t kClockJitter = 2;  // the exchange says its time in whole seconds
constexpr std::int64_t kStatusSeconds = 10;
constexpr std::int64_t kHeldSeconds = 10;
constexpr std::size_t kMessagesPerStep = 500;
constexpr int kCallsPerStep = 200;
constexpr int kAwaysMax = 2;              // one message that fails does not keep the others
constexpr std::int64_t kPartOfLease = 6;  // that each part of a step may take, of the lease's time

}  // namespace

Agent::Agent(AgentOptions options, Ports ports, Note note)
    : options_(std::move(options)),
      ports_(ports),
      note_(std::move(note)),
      nodes_(options_.accelerators, options_.down_seconds),
      outputs_(options_.keep),
      memory_(ports.spool, nodes_, outputs_) {}

Result<Done> Agent::open() {
  TONGSUAN_TRY([[maybe_unused]] const Done loaded, memory_.load());
  // Whoever wants to take the hub over does not begin with the epoch that was lost.
  if (options_.take_over) memory_.set_epoch(0);
  for (auto& [id, record] : memory_.records()) {
    // Nobody knows whether the request that was to follow was sent.
    if (record.stage == Stage::kSubmitting && record.asked && !record.doubted) {
      record.doubted = true;
      memory_.touch(record);
    }
  }
  return Done{};
}

StepResult Agent::step(UnixSecond now, std::int64_t ahead) {
  if (stopped()) return result_;
  now_ = now;
  ahead_ = ahead;
  begin_part();
  exchange_away_ = listed_ = cluster_away_ = jobs_known_ = false;
  calls_left_ = kCallsPerStep;
  look_for_orders();
  keep_lease();
  if (stopped() || memory_.epoch() == 0) return result_;
  if (!exchange_away_) tell();
  if (!exchange_away_ && !stopped()) list();
  if (listed_ && !stopped()) show_outputs();
  if (stopped() || !commit()) return result_;
  begin_part();
  look_at_jobs();
  look_at_nodes();
  advance_all();
  if (!stopped() && jobs_known_) end_strangers();
  if (stopped()) return result_;
  outputs_.forget_old(now_, memory_.changes());
  show_status();
  static_cast<void>(commit());
  return result_;
}

void Agent::begin_part() {
  part_ends_ = clock_now() + std::max<std::int64_t>(2, options_.lease_seconds / kPartOfLease);
}

// Where there was too much to do for one step, the next one goes on with those that had no turn.
void Agent::advance_all() {
  std::map<std::string, Record>& records = memory_.records();
  auto at = records.lower_bound(turn_);
  bool has_room = true;
  for (std::size_t i = 0; i < records.size() && !stopped(); ++i, ++at) {
    if (at == records.end()) at = records.begin();
    if (has_room) turn_ = at->first;
    has_room = calls_left_ > 0 && in_time();
    advance(at->second);
  }
}

bool Agent::may_call(int cost) {
  if (cluster_away_ || calls_left_ < cost || !in_time()) return false;
  calls_left_ -= cost;
  return true;
}

bool Agent::idle() {
  const bool nothing_runs = std::ranges::all_of(
      memory_.records(), [](const auto& one) { return one.second.stage == Stage::kGone; });
  return nothing_runs && memory_.messages().empty();
}

bool Agent::commit() {
  const Result<Done> done = memory_.commit();
  if (done.ok()) return true;
  result_ = {StepEnd::kBroken, done.error().context};
  return false;
}

void Agent::fenced(const std::string& why) {
  result_ = {StepEnd::kFenced, why};
}

void Agent::look_for_orders() {
  const Result<std::vector<Row>> orders = ports_.spool.read(kOrdersPrefix);
  if (!orders.ok()) {
    result_ = {StepEnd::kBroken, orders.error().context};
    return;
  }
  const bool drained =
      std::ranges::any_of(orders.value(), [](const Row& row) { return row.name == kDrainOrder; });
  if (drained != drained_) note(drained ? "drain" : "resume", "", "");
  drained_ = drained;
}

// ---- The lease -------------------------------------------------------------------------------

bool Agent::lease_runs() const {
  return memory_.epoch() != 0 && clock_now() + kClockJitter < lease_until_;
}

void Agent::keep_lease() {
  if (stopped()) return;
  const bool cluster_there = cluster_seen_ != 0 && now_ - cluster_seen_ < options_.lease_seconds;
  const bool accepting = cluster_there && !drained_;
  if (now_ < lease_next_ && accepting == accepted_) return;
  LeaseRequest request;
  request.epoch = memory_.epoch();
  request.take_over = options_.take_over && request.epoch == 0;
  request.accepting = accepting;
  request.detail = drained_ ? "drained" : cluster_there ? "" : "the cluster does not answer";
  const Said<Lease> lease = ports_.exchange.lease(request);
  if (lease.ok()) {
    if (accepting != accepted_) status_next_ = now_;
    accepted_ = accepting;
    take_lease(lease.value());
    return;
  }
  const Trouble& trouble = lease.error();
  if (trouble.kind == TroubleKind::kFenced) return fenced(trouble.what);
  if (trouble.kind == TroubleKind::kHeld) lease_next_ = now_ + kHeldSeconds;
  note("no-lease", options_.hub, trouble.what);
  exchange_away_ = true;
}

void Agent::take_lease(const Lease& lease) {
  lease_until_ = now_ + (lease.until - lease.now);
  lease_next_ = now_ + options_.lease_seconds / 3;
  const std::int64_t offset = lease.now - clock_now();
  // Seconds that come and go would make what runs begin anew all the time.
  if (std::abs(offset - memory_.offset()) > kClockJitter) {
    note("clock", "", "the exchange is " + std::to_string(offset) + " s ahead of us");
    memory_.set_offset(offset);
    cluster_clock_known_ = false;
    nodes_next_ = now_;
  }
  exchange_clock_known_ = true;
  lease_taken_ = now_;
  if (lease.epoch == memory_.epoch()) return;
  note("lease", options_.hub, "epoch " + std::to_string(lease.epoch));
  memory_.set_epoch(lease.epoch);
  memory_.set_inherits(true);
  // What another agent told meanwhile is not known here.
  nodes_.forget_told(memory_.changes());
  static_cast<void>(commit());
}

// ---- What is to be told ----------------------------------------------------------------------

void Agent::tell() {
  std::set<std::string> waiting;  // contracts of which a message was not answered
  std::uint64_t at = 0;
  for (std::size_t told = 0; told < kMessagesPerStep && in_time(); ++told) {
    auto next = memory_.messages().upper_bound(at);
    while (next != memory_.messages().end() && waiting.contains(next->second.contract)) ++next;
    if (next == memory_.messages().end()) return;
    const Message message = next->second;
    at = message.number;
    const Said<Done> said = ports_.exchange.tell(message, memory_.epoch());
    if (said.ok()) {
      memory_.drop(at);
      took(message);
      continue;
    }
    const Trouble& trouble = said.error();
    if (trouble.kind == TroubleKind::kFenced) return fenced(trouble.what);
    if (trouble.kind == TroubleKind::kRefused) {
      memory_.drop(at);
      refused(message, trouble.what);
      continue;
    }
    note("not-told", describe(message), trouble.what);
    waiting.insert(message.contract);
    exchange_away_ = waiting.size() >= kAwaysMax;
    if (exchange_away_) return;
  }
}

void Agent::took(const Message& message) {
  const auto found = memory_.records().find(message.contract);
  if (found == memory_.records().end()) return;
  Record& record = found->second;
  if (message.kind == MessageKind::kMeter) record.refused = 0;
  if (message.kind == MessageKind::kEnd || message.kind == MessageKind::kSettle) {
    record.last_word = LastWord::kTaken;
    note("told", message.contract, describe(message));
  }
  memory_.touch(record);
}

void Agent::refused(const Message& message, const std::string& why) {
  note("refused", describe(message), why);
  const std::string odd = describe(message) + ": " + why;
  const auto found = memory_.records().find(message.contract);
  if (message.kind == MessageKind::kReport) return;
  if (found == memory_.records().end()) return memory_.note_oddity(odd);
  Record& record = found->second;
  const bool is_too_much = ++record.refused > options_.tries_max;
  if (is_too_much) memory_.note_oddity(odd);
  memory_.drop_meters_and_end(message.contract);
  if (record.last_word == LastWord::kQueued) record.last_word = LastWord::kUnsaid;
  if (message.kind == MessageKind::kMeter) {
    // Time that the exchange never takes is left out, and what comes after it is told.
    if (is_too_much) record.mark = message.end;
    record.look_again = !is_too_much;
  } else if (is_too_much || !record.listed) {
    record.last_word = LastWord::kTaken;
  } else {
    retry_[message.contract] = now_ + options_.retry_seconds;
  }
  memory_.touch(record);
}

void Agent::report(Record& record, std::string_view phase, std::string_view detail) {
  if (record.reported == phase || !record.listed) return;
  record.reported = phase;
  memory_.touch(record);
  Message message;
  message.kind = MessageKind::kReport;
  message.contract = record.contract.id;
  message.word = phase;
  message.detail = one_line(detail);
  note(phase, message.contract, detail);
  memory_.queue(std::move(message));
}

// ---- The list --------------------------------------------------------------------------------

void Agent::list() {
  Said<std::optional<std::vector<Contract>>> said = ports_.exchange.contracts();
  if (!said.ok()) {
    note("no-list", options_.hub, said.error().what);
    if (said.error().kind == TroubleKind::kFenced) return fenced(said.error().what);
    exchange_away_ = true;
    return;
  }
  listed_ = true;
  std::optional<std::vector<Contract>> contracts = std::move(said).value();
  if (contracts) {
    take_list(std::move(*contracts));
    memory_.set_inherits(false);
  }
  look_again();
  forget_what_is_gone();
  sweep();
}

// Folders that a lost spool has left behind: looked for once, after a list has said what there is.
void Agent::sweep() {
  if (!swept_) {
    leftovers_ = ports_.staging.contracts();
    std::erase_if(leftovers_,
                  [this](const std::string& id) { return memory_.records().contains(id); });
  }
  swept_ = true;
  std::erase_if(leftovers_, [this](const std::string& id) {
    const StagingReport removed = ports_.staging.remove({id, {}});
    if (removed.state != StagingState::kWorking) note("swept", id, removed.detail);
    return removed.state != StagingState::kWorking;
  });
}

void Agent::take_list(std::vector<Contract> listed) {
  std::set<std::string> there;
  for (Contract& contract : listed) {
    there.insert(contract.id);
    take_contract(std::move(contract));
  }
  for (auto& [id, record] : memory_.records()) {
    if (!record.listed || there.contains(id)) continue;
    record.listed = false;
    // It ended, and nobody said when: at its end, as far as that was known.
    if (record.contract.live && !record.contract.until) record.contract.until = exchange_now();
    record.contract.live = false;
    memory_.touch(record);
  }
}

void Agent::take_contract(Contract listed) {
  const auto found = memory_.records().find(listed.id);
  if (found == memory_.records().end()) {
    Record record;
    record.mark = std::max(listed.from, listed.metered);
    record.doubted = memory_.inherits();
    record.contract = std::move(listed);
    note("contract", record.contract.id, record.contract.live ? "" : "has ended already");
    memory_.add(std::move(record));
    return;
  }
  Record& record = found->second;
  if (record.listed && record.contract == listed) return;
  if (record.contract.live != listed.live) retry_.erase(listed.id);
  record.contract = std::move(listed);
  record.listed = true;
  memory_.touch(record);
}

// After a meter was refused, the list that was asked for after it says what the exchange has.
void Agent::look_again() {
  for (auto& [id, record] : memory_.records()) {
    if (!record.look_again) continue;
    const Contract& contract = record.contract;
    record.mark = record.listed ? std::max(contract.from, contract.metered)
                                : contract.until.value_or(exchange_now());
    record.look_again = false;
    memory_.touch(record);
  }
}

void Agent::forget_what_is_gone() {
  std::vector<std::string> gone;
  for (const auto& [id, record] : memory_.records()) {
    if (record.stage == Stage::kGone && !record.listed) gone.push_back(id);
  }
  for (const std::string& id : gone) {
    memory_.forget(id);
    measured_.erase(id);
    missing_.erase(id);
    retry_.erase(id);
    output_read_.erase(id);
  }
}

// ---- What people are shown -------------------------------------------------------------------

void Agent::show_status() {
  if (now_ < status_next_) return;
  status_next_ = now_ + kStatusSeconds;
  std::string text;
  json::Writer out(text);
  out.begin_object().number("time", now_ + ahead_).text("hub", options_.hub);
  out.number_unsigned("epoch", memory_.epoch()).number("leaseUntil", lease_until_ + ahead_);
  out.truth("exchangeAway", exchange_away_).truth("accepting", accepted_);
  out.number("exchangeAhead", memory_.offset() - ahead_);
  out.number("clusterAhead", memory_.cluster_offset() - ahead_);
  out.text("cluster", ports_.cluster.describe());
  out.number("clusterSeen", cluster_seen_ == 0 ? 0 : cluster_seen_ + ahead_)
      .text("clusterTrouble", cluster_trouble_);
  out.number_unsigned("nodesUp", nodes_.up_count());
  out.number_unsigned("nodesDown", nodes_.down_count());
  out.begin_array("warnings");
  for (const std::string& warning : warned_) out.text(warning);
  out.end_array().end_object();
  memory_.changes().push_back({std::string(kStatusRow), std::move(text)});
}

}  // namespace tongsuan::hub
