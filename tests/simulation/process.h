// One life of an exchange, as node/node.cc runs it, but for its threads: every call that a thread
// would make is a step of its own, in any order that the threads could have.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "tongsuan/node/blobs.h"
#include "tongsuan/node/market_driver.h"
#include "tongsuan/node/sequencer.h"

#include "medium.h"
#include "plan.h"
#include "witness.h"

namespace tongsuan::simulation {

// The places of every simulation, without accounts, and their energy.
[[nodiscard]] engine::Places make_places();
[[nodiscard]] engine::Energy make_energy();

class Process {
 public:
  struct Hooks {
    std::function<void(node::Token, const exchange::Answer&)> answer;
    Witness::Seen see;  // events of records that are durable now
    std::function<void(const std::string&)> trace;
  };
  Process(const Plan& plan, Medium& medium, Witness& witness, Hooks hooks, std::uint64_t seed);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Recovers. Nothing: it runs. What went wrong is in `failure` or in `verdict`.
  [[nodiscard]] bool start(Second now);
  [[nodiscard]] const std::optional<journal::Failure>& failure() const { return failure_; }
  [[nodiscard]] const Verdict& verdict() const { return verdict_; }
  // Another process owns the journal from now on.
  void lose_ownership() { owner_ = false; }
  [[nodiscard]] bool owner() const { return owner_; }

  // ---- Steps. Each may end the process: then `dead`.
  void set_clock(Second reading);
  void post(exchange::Request request, node::Token token);
  void take();
  void act();
  void flush();
  void work_on_round();
  void apply_to_twin();
  void write_snapshot();
  void check_owner();
  [[nodiscard]] bool dead() const { return failure_.has_value() || verdict_.has_value(); }
  // Nothing is left to do.
  [[nodiscard]] bool idle() const;
  [[nodiscard]] Second due() const;
  [[nodiscard]] journal::Journal& journal() { return attached_->journal(); }
  [[nodiscard]] const exchange::State& state() const { return exchange_.state(); }
  void count(Figures& figures) const;

 private:
  class Desk;
  struct Mail {
    exchange::Request request;
    node::Token token = 0;
  };
  struct Item {
    std::vector<std::string> records;
    std::optional<Digest> state;
  };
  struct Storing {
    node::FinishedRound round;
    node::BlobWriter book, certificate;
  };
  void see(const exchange::Output& output);
  void publish(std::span<const node::Durable> records, const std::optional<Digest>& state);
  void fail(const journal::Failure& failure);
  void clear_round();
  void store_round();
  [[nodiscard]] Verdict check_self() const;
  // Of the driver's command to forget, before it is carried out.
  [[nodiscard]] Verdict forgets_by_the_rule(const engine::DropHistory& drop, Second now) const;

  Random random_;
  bool no_epoch_ = false;  // switched off: nobody is fenced
  Witness& witness_;
  Hooks hooks_;
  std::unique_ptr<Attached> attached_;
  exchange::Exchange exchange_, twin_;
  node::Sequencer sequencer_;
  node::ForgetRules forget_;
  node::MarketDriver driver_;
  std::unique_ptr<Desk> desk_;
  std::deque<Mail> mail_;
  std::vector<std::string> batch_;  // records that were taken and are not durable
  std::vector<engine::Event> events_;
  std::deque<Item> queue_;  // for the twin

  // Of the round that is being cleared: its inputs wait for the twin, then it is frozen.
  std::optional<rolling::RoundInputs> inputs_;
  std::uint64_t inputs_at_ = 0;
  std::optional<rolling::FrozenRound> frozen_;
  std::optional<Storing> storing_;
  std::optional<journal::Snapshot> snapshot_;  // stamped; has bytes when the twin has come there

  bool owner_ = true;
  bool must_act_ = false;  // requests were taken since the driver acted
  std::optional<journal::Failure> failure_;
  Verdict verdict_;
  std::map<OrderId, Second> ended_at_;  // in this life
  std::uint64_t full_ = 0, snapshots_ = 0, from_snapshot_ = 0, forgotten_ = 0;
};

}  // namespace tongsuan::simulation
