// The agent of a hub: makes true in one cluster what the exchange decided.
//
// Model. `step` looks once at everything: the lease, what is to be told, the exchange's list, the
// cluster's jobs, its nodes; and moves each contract on as far as it goes now (record.h has the
// stages). Nothing waits inside; the program calls it every few seconds.
//
// Invariants.
//   - A job is asked for only after that is in the spool; in doubt it is looked for by its name.
//   - A second attempt is made only where all of the first is known: asked for once, answered, and
//     ended without having run.
//   - The meter's mark and the message that says so enter the spool together.
//   - Jobs are begun only while the lease runs; what runs goes on without it, until its time is
//     over. After a fenced answer nothing is done any more at all.
//
// Time. `step` is given the seconds of our own clock, which nobody sets, and which serves for
// waiting only: the exchange's is found with every lease, the cluster's with every look at its
// nodes, and what is told is the cluster's seconds as seconds of the exchange. A cluster that does
// not tell is taken to have ours. The agent has no clock, no thread, no file: the spool, the
// exchange, the cluster and the data are ports, which must live as long as the agent.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/cluster/cluster.h"
#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/hub/memory.h"
#include "tongsuan/hub/node_book.h"
#include "tongsuan/hub/output_keep.h"
#include "tongsuan/hub/record.h"
#include "tongsuan/hub/spool.h"
#include "tongsuan/hub/staging.h"

namespace tongsuan::hub {

struct AgentOptions {
  std::string hub;
  std::map<std::string, cluster::Tenant> tenants;   // by participant
  std::map<std::string, std::string> accelerators;  // by class: as the cluster calls them
  std::map<std::string, std::string> environment;   // of every job
  bool images = false;                              // whether the cluster runs images
  bool take_over = false;                           // also from another agent
  std::int64_t lease_seconds = 120;
  std::int64_t meter_seconds = 60;     // between meters
  std::int64_t down_seconds = 60;      // that a node is seen down before that is told
  std::int64_t nodes_seconds = 30;     // between looks at the nodes
  std::int64_t grace_seconds = 60;     // after the end, before a job is ended without the exchange
  std::int64_t slack_seconds = 3'600;  // that the cluster gives a job beyond its end
  std::int64_t endless_seconds = 2'592'000;  // that it gives where the end is not known
  std::int64_t doubt_seconds = 120;          // so long what nobody knows is looked for
  std::int64_t retry_seconds = 30;           // after a refusal
  std::uint32_t attempts_max = 3;            // of jobs that never ran
  std::uint32_t tries_max = 10;              // of asking for a job, or of telling an end
  KeepLimits keep = {};                      // of output, after the end
};

enum class StepEnd : std::uint8_t {
  kGoOn,
  kFenced,  // another agent has the hub: nothing more is done
  kBroken,  // the spool cannot be written: what it has is what counts after the next start
};
struct StepResult {
  StepEnd end = StepEnd::kGoOn;
  std::string why = {};
};

// What happens, for logs: a word, a contract or a node or nothing, and a sentence.
using Note =
    std::function<void(std::string_view event, std::string_view about, std::string_view what)>;

struct Ports {
  Exchange& exchange;
  cluster::Cluster& cluster;
  Spool& spool;
  Staging& staging;
  // Our own clock, which goes on while a step does; absent: steps take no time.
  std::function<UnixSecond()> clock = {};
};

class Agent {
 public:
  Agent(AgentOptions options, Ports ports, Note note);

  // Reads the spool; before the first step.
  [[nodiscard]] Result<Done> open();
  // `ahead`: so much this machine's clock is ahead of ours by now, for what people are shown.
  [[nodiscard]] StepResult step(UnixSecond now, std::int64_t ahead = 0);

  [[nodiscard]] const std::map<std::string, Record>& records() { return memory_.records(); }
  // Whether nothing is to be told, and no contract is anywhere but gone.
  [[nodiscard]] bool idle();

 private:
  using Jobs = std::map<std::string, std::vector<const cluster::Job*>>;  // by contract
  // What the cluster has under the name of a contract's job.
  enum class Found : std::uint8_t {
    kNothing,
    kWaits,  // it has not begun, and perhaps nobody has read it back
    kJob,
  };

  // ---- agent.cc: the exchange and the spool.
  void look_for_orders();
  void keep_lease();
  void take_lease(const Lease& lease);
  void tell();
  void took(const Message& message);
  void refused(const Message& message, const std::string& why);
  void list();
  void take_list(std::vector<Contract> listed);
  void take_contract(Contract listed);
  void forget_what_is_gone();
  void sweep();
  void look_again();
  void show_status();
  [[nodiscard]] bool commit();
  [[nodiscard]] bool stopped() const { return result_.end != StepEnd::kGoOn; }
  void fenced(const std::string& why);
  [[nodiscard]] bool lease_runs() const;
  [[nodiscard]] UnixSecond exchange_now() const { return now_ + memory_.offset(); }
  // From the cluster's time to the exchange's.
  [[nodiscard]] std::int64_t since_cluster() const {
    return memory_.offset() - memory_.cluster_offset();
  }
  void take_cluster_clock(std::optional<UnixSecond> now);
  [[nodiscard]] bool clocks_known() const { return exchange_clock_known_ && cluster_clock_known_; }
  void report(Record& record, std::string_view phase, std::string_view detail);
  void note(std::string_view event, std::string_view about, std::string_view what) {
    if (note_) note_(event, about, what);
  }

  // ---- cluster_side.cc: jobs and nodes of the cluster as a whole.
  void look_at_jobs();
  void look_at_nodes();
  void end_strangers();
  void cancel(const cluster::Job& job, std::string_view why);

  // False: this step has made enough calls, or for long enough, or the cluster does not answer in
  // it. So no step takes longer than the lease lasts, however much there is to do, and however slow
  // everybody is; the next one goes on.
  [[nodiscard]] bool may_call(int cost);
  [[nodiscard]] UnixSecond clock_now() const { return ports_.clock ? ports_.clock() : now_; }
  void begin_part();  // of a step: what speaks to the exchange, and what speaks to the cluster
  [[nodiscard]] bool in_time() const { return clock_now() < part_ends_; }
  void advance_all();

  // ---- contract_steps.cc: one contract.
  void advance(Record& record);
  void prepare(Record& record);
  void submit(Record& record);
  void watch(Record& record);
  void close(Record& record);
  [[nodiscard]] Found adopt(Record& record);
  [[nodiscard]] bool to_end(Record& record);
  void judge(Record& record, std::string_view reason, std::string_view detail);
  void judge_by(Record& record, const cluster::Job& job);
  [[nodiscard]] const WorkText* text_of(Record& record);
  [[nodiscard]] bool find_nodes(Record& record, std::vector<std::string>& names);
  [[nodiscard]] bool find_place(Record& record, Place& place);
  void take_answer(Record& record, const cluster::Answer<cluster::Job>& answer, bool before);
  [[nodiscard]] cluster::Work work_of(const Record& record, const WorkText& text,
                                      const Place& place, std::vector<std::string> nodes) const;
  [[nodiscard]] const cluster::Job* job_of(const Record& record) const;
  [[nodiscard]] bool is_its(const Record& record, const cluster::Job& job) const;
  void lost(Record& record);
  void ended(Record& record, const cluster::Job* job);
  [[nodiscard]] bool measure(Record& record);
  void meter(Record& record, UnixSecond limit);
  void say_last_word(Record& record);
  void clear_away(Record& record);

  // ---- outputs.cc: what jobs say.
  void show_outputs();
  [[nodiscard]] OutputAnswer output_of(const OutputWant& want);
  [[nodiscard]] OutputAnswer kept_output(const OutputWant& want);
  [[nodiscard]] OutputAnswer read_stream(const Record& record, cluster::Stream stream,
                                         const cluster::Extent& extent);
  void keep_output(const Record& record);

  AgentOptions options_;
  Ports ports_;
  Note note_;
  NodeBook nodes_;
  OutputKeep outputs_;
  Memory memory_;

  UnixSecond now_ = 0;        // when this step began
  UnixSecond part_ends_ = 0;  // then what it does now is left to the next one
  std::int64_t ahead_ = 0;
  StepResult result_;

  // Of the exchange. What nobody answered is not asked again in this step.
  bool exchange_away_ = false, listed_ = false, drained_ = false;
  bool accepted_ = false;                                          // as the last lease said
  UnixSecond lease_until_ = 0, lease_next_ = 0, lease_taken_ = 0;  // of our clock
  bool swept_ = false;
  std::vector<std::string> leftovers_;     // folders of contracts that nobody knows
  std::map<std::string, WorkText> texts_;  // of contracts that are prepared

  // Of the cluster, in this step.
  bool cluster_away_ = false, jobs_known_ = false;
  // Asked for since we began, and since the other one seemed to jump: it is our own clock that
  // moves, and nothing is measured between an old clock and a new one.
  bool exchange_clock_known_ = false, cluster_clock_known_ = false;
  int calls_left_ = 0;
  std::string turn_;  // the contract with which the next step goes on
  std::vector<cluster::Job> all_jobs_;
  Jobs jobs_;
  UnixSecond cluster_seen_ = 0, nodes_next_ = 0;
  std::string cluster_trouble_;
  std::vector<std::string> warned_;

  // By contract, or by job; a restart may begin anew.
  std::map<std::string, UnixSecond> measured_, missing_, retry_, cancelled_;
  std::map<std::string, std::uint32_t> strangers_;
  std::set<std::string> output_read_;  // contracts whose end was read, to be kept
  UnixSecond status_next_ = 0;
};

}  // namespace tongsuan::hub
