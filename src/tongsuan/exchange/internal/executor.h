// What carries a request out. One function for each command: first everything that may refuse is
// asked, then events are made, each of them true before the next.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "tongsuan/engine/energy.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/exchange/exchange.h"
#include "tongsuan/ledger/ledger.h"

namespace tongsuan::exchange {

class Executor {
 public:
  Executor(State& state, TestSwitches switches) : state_(state), switches_(switches) {}
  void run(Second at, Request& request, Output& output);

  Code operator()(OpenParticipant& command);
  Code operator()(AddKey& command);
  Code operator()(RevokeKey& command);
  Code operator()(SetHalt& command);
  Code operator()(SetRules& command);
  Code operator()(AssignHub& command);
  Code operator()(Deposit& command);
  Code operator()(Withdraw& command);
  Code operator()(Transfer& command);
  Code operator()(SubmitOrder& command);
  Code operator()(AmendOrder& command);
  Code operator()(CancelOrder& command);
  Code operator()(ChangeAsk& command);
  Code operator()(ReportNodes& command);
  Code operator()(MeterContract& command);
  Code operator()(EndContract& command);
  Code operator()(PutWebhook& command);
  Code operator()(DropWebhook& command);
  Code operator()(Dispatch& command);
  Code operator()(CloseGate& command);
  Code operator()(CloseRound& command);
  Code operator()(AckWebhook& command);

 private:
  // ---- Events
  void begin();
  void emit(const engine::Event& event);
  void emit(const OwnEvent& event);
  void emit_money();  // what `ask_money` decided
  // Decides a command of the engine into `engine_events_`; nothing happens yet.
  std::optional<Code> ask_engine(engine::Command command);
  void emit_engine();
  // Decides an entry of the ledger; nothing happens yet.
  std::optional<Code> ask_money(std::span<const ledger::Leg> legs, const ledger::Reason& why);
  // An entry that cannot be refused any more.
  void pay(std::span<const ledger::Leg> legs, const ledger::Reason& why);

  [[nodiscard]] bool is_operator() const {
    return state_.participants()[actor_.value].role == Role::kOperator;
  }

  Code move_money(const ledger::Move& move, std::uint64_t reference);

  // ---- Orders
  [[nodiscard]] std::optional<Code> own_order(OrderId order) const;
  [[nodiscard]] std::optional<Code> check_submission(const engine::LiveOrder& order) const;
  [[nodiscard]] bool is_eligible(const engine::LiveOrder& order) const;
  [[nodiscard]] bool outside_collar(const engine::LiveOrder& order) const;
  [[nodiscard]] bool improves(const engine::LiveOrder& now, const engine::LiveOrder& then) const;
  void release(OrderId order);  // what is left of its hold

  // ---- Packages
  [[nodiscard]] std::int64_t dearest(ClassId accelerator, std::span<const HubId> hubs) const;
  [[nodiscard]] bool package_outside_collar(const engine::LiveOrder& order) const;
  [[nodiscard]] bool is_package_eligible(const engine::Package& package) const;
  [[nodiscard]] std::optional<Code> check_award(const engine::AwardOrder& award) const;
  Code award(engine::AwardOrder& command);

  // ---- Contracts
  [[nodiscard]] std::optional<Code> own_contract(engine::ContractId contract) const;
  [[nodiscard]] std::optional<Code> own_pool(engine::PoolId pool) const;
  [[nodiscard]] std::optional<Code> check_start(const engine::StartOrder& start) const;
  Code start(engine::StartOrder& command);
  Code extend(const engine::ExtendContract& command);
  Code end(const engine::EndContract& command);
  void emit_ends();
  void grant(engine::ContractId contract, Second from, Second until);
  Money add_delivery(engine::ContractId contract, Second until,
                     std::vector<ledger::Leg>& legs) const;
  [[nodiscard]] ledger::Reason reason_of(engine::ContractId contract) const;
  void meter(engine::ContractId contract, Second until);
  void settle(engine::ContractId contract, bool failed);
  void break_settlement(engine::ContractId contract, std::vector<ledger::Leg>& legs) const;
  void pay_premium(const engine::Contract& contract);
  [[nodiscard]] ParticipantId supplier_of(const engine::Contract& contract) const;

  State& state_;
  TestSwitches switches_;
  Second at_ = 0;
  ParticipantId actor_;
  Output* output_ = nullptr;
  std::uint64_t value_ = 0;  // of the answer
  ledger::Decider decider_;
  ledger::Events money_events_;
  ledger::Answer money_answer_;
  std::vector<engine::Event> engine_events_;
};

// What `devices` cost for so many seconds at a price per device-hour: whole micro-yuan, rounded up.
[[nodiscard]] Money cost_of(Price price, std::uint32_t devices, Second seconds);
[[nodiscard]] Code to_code(engine::Refusal refusal);
[[nodiscard]] Code to_code(ledger::Refusal refusal);

}  // namespace tongsuan::exchange
