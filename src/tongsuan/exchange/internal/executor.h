// What carries a request out. One function for each command: first everything that may refuse is
// asked, then events are made, each of them true before the next.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "tongsuan/engine/energy.h"
#include "tongsuan/engine/engine.h"
#include "tongsuan/exchange/codes.h"
#include "tongsuan/exchange/exchange.h"
#include "tongsuan/ledger/ledger.h"

namespace tongsuan::exchange {

// amount · part / whole, in whole micro-yuan; nothing of a whole of 0.
[[nodiscard]] inline Money part_of(Money amount, int128 part, int128 whole,
                                   Rounding how = Rounding::kDown) {
  if (whole == 0) return Money();
  return Money(divide(static_cast<int128>(amount.raw()) * part, whole, how));
}

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
  Code operator()(ChangeSteps& command);
  Code operator()(ReportNodes& command);
  Code operator()(MeterContract& command);
  Code operator()(EndContract& command);
  Code operator()(PutWebhook& command);
  Code operator()(DropWebhook& command);
  Code operator()(Dispatch& command);
  Code operator()(CloseGate& command);
  Code operator()(CloseRound& command);
  Code operator()(AckWebhook& command);
  Code operator()(ResellContract& command);
  Code operator()(SetCalendar& command);
  Code operator()(TurnResales& command);
  Code operator()(NameOrder& command);
  Code operator()(AllowResale& command);
  Code operator()(LeaseHub& command);
  Code operator()(ReportContract& command);
  Code operator()(SettleContract& command);
  Code operator()(TurnDeliveries& command);

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
  // Holds that may still be made.
  [[nodiscard]] std::size_t room_for_holds() const;

  [[nodiscard]] bool is_operator() const {
    return state_.participants()[actor_.value].role == Role::kOperator;
  }

  Code move_money(const ledger::Move& move, std::uint64_t reference);

  // ---- Orders
  [[nodiscard]] std::optional<Code> own_order(OrderId order) const;
  [[nodiscard]] std::optional<Code> check_submission(const engine::LiveOrder& order) const;
  [[nodiscard]] bool is_eligible(const engine::LiveOrder& order) const;
  [[nodiscard]] bool outside_collar(const engine::LiveOrder& order) const;
  [[nodiscard]] bool outside_collar(Price now, Price then) const;
  [[nodiscard]] bool outside_collar(const ChangeSteps& command) const;
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
  // The least price at which what an order's contract has left may go to others, as its owner set.
  [[nodiscard]] Price set_ask(OrderId order) const;
  Code start(engine::StartOrder& command);
  Code extend(const engine::ExtendContract& command);
  // What somebody's own word at the end says of it: no, or nothing beyond what is set.
  [[nodiscard]] static std::optional<Price> word_on(bool resell) {
    return resell ? std::nullopt : std::optional(kAskNever);
  }
  // `ask`: the least price at which what is left may go to others; nothing: as its owner has set.
  Code end(const engine::EndContract& command, std::optional<Price> ask);
  void emit_ends(Price ask);
  // [from, until), for `cost`.
  struct Granting {
    engine::ContractId contract;
    Second from = 0;
    Second until = 0;
    Money cost;
  };
  void grant(const Granting& granting);
  Money add_delivery(engine::ContractId contract, Second until, std::vector<ledger::Leg>& legs);
  [[nodiscard]] ledger::Reason reason_of(engine::ContractId contract) const;
  void meter(engine::ContractId contract, Second until);
  struct Tail;
  struct Settling {
    Second until = 0;  // delivered so far
    bool failed = false;
    Tail* tail = nullptr;  // what is owed for what it has left gets a hold of its own
  };
  struct Share;
  // Who has how much of the part that was not metered before.
  std::vector<Share> settle(engine::ContractId contract, const Settling& how);
  void settle_end(const engine::ContractEnded& ended, Tail* tail);
  [[nodiscard]] Money penalty_of(ParticipantId supplier, Money undelivered) const;
  void break_settlement(engine::ContractId contract, std::vector<ledger::Leg>& legs) const;
  void pay_premium(const engine::Contract& contract);
  [[nodiscard]] ParticipantId supplier_of(const engine::Contract& contract) const;
  [[nodiscard]] ParticipantId supplier_of(engine::PoolId pool) const;
  // Buyer and supplier are the same in the end.
  [[nodiscard]] bool is_own(OrderId order, engine::PoolId pool) const;

  // ---- Agents of hubs (metering.cc)
  [[nodiscard]] bool has_agent(engine::PoolId pool) const {
    return state_.lease_of(pool).epoch > 0;
  }
  // Whether an agent with this epoch may speak for the pool.
  [[nodiscard]] std::optional<Code> fenced(engine::PoolId pool, std::uint32_t epoch) const;
  // Of a contract that runs, or of which something is presumed: refused unless it is the actor's.
  [[nodiscard]] std::optional<Code> own_delivery(engine::ContractId contract,
                                                 std::uint32_t epoch) const;
  // Up to where a contract that is settled now was delivered, as far as anybody knows.
  [[nodiscard]] Second delivered_until(engine::ContractId contract) const;
  // Not delivered from where it was metered last.
  void miss(engine::ContractId contract, Second until);
  // What was granted up to now and not metered was missed.
  void miss_rest(engine::ContractId contract);
  // What was paid for from `from` on, and to whom.
  void presume(engine::ContractId contract, Second from, std::span<const Share> paid);
  void set_aside(engine::ContractId contract, const Presumed& what,
                 std::span<const PresumedShare> shares);
  // What goes back of what was presumed.
  struct GoingBack {
    Money supplier;             // of its own part
    std::vector<Money> shares;  // in their order
    Money refund;               // of all that the buyer paid
  };
  [[nodiscard]] GoingBack going_back(const Delivery& row) const;
  void settle_presumed(engine::ContractId contract, Second overrun);
  void emit_returned(const PresumedShare& share, Money amount);

  // ---- Resales (resell.cc)
  // What is left of a contract and owed in part, on its way to become a resale.
  struct Tail {
    ResaleTerms terms;
    std::uint32_t owed_ppm = 0;
    Money cost;  // 0: nothing is owed, and nothing opens
    ledger::HoldId hold;
  };
  // Who pays for devices during [from, until), at a price that a whole device-hour costs it.
  struct Payer {
    Holder holder;
    engine::PoolId pool;
    Price price;
    std::uint32_t devices = 0;
    Second from = 0;
    Second until = 0;
  };
  // Of a payment: to the seller of a resale, or (of none) to the supplier.
  struct Share {
    ResaleId resale;
    Holder by;
    ParticipantId to;
    Money amount;
    Second until = 0;  // of the devices of the resale
  };
  // Device-seconds that a holder had, or missed, in [from, until): of a resale, or all of its own.
  struct Part {
    ResaleId of;
    Holder by;
    Second from = 0;
    Second until = 0;
    std::int64_t seconds = 0;
  };
  [[nodiscard]] Tail tail_of(engine::ContractId contract, std::uint32_t devices, Price ask) const;
  void fund(Tail& tail, Money left, ledger::HoldId from, std::vector<ledger::Leg>& legs) const;
  void share_out(const Payer& payer, Money amount);
  void add_posts(const Payer& payer, ledger::HoldId hold, Money amount,
                 std::vector<ledger::Leg>& legs);
  void emit_earned();
  [[nodiscard]] engine::ContractId contract_of(ResaleId resale) const;
  void take(ResaleId resale, Holder by, std::uint32_t devices);
  void open(const Tail& tail);
  void move_takes(Holder from, std::optional<Holder> to, std::uint32_t kept);
  void end_holder(engine::ContractId contract, const Tail& tail);
  [[nodiscard]] Price least_taken(const engine::Contract& contract) const;
  [[nodiscard]] bool brings(ResaleId resale, Price least) const;
  void take_resold(engine::ContractId contract);
  void recall(engine::PoolId pool);
  void shrink(ResaleId resale, std::uint32_t kept);
  void close(ResaleId resale);
  // Up to where a holder, and whoever has its devices, has paid.
  [[nodiscard]] Second paid_until(Holder holder) const;
  void leave(ResaleId resale, Holder by);  // of one that is over
  void drop(ResaleId resale);              // that nobody has any more, with what it had taken
  // Of what is over it leaves what it has paid for.
  void leave_paid(Holder by);
  [[nodiscard]] const ledger::RightRow* right_of(ResaleId resale) const;  // null: nothing is owed
  // Up to where what is owed may be paid: as far as all holders have told, and up to now.
  [[nodiscard]] Second owed_until(ResaleId resale) const;
  Money add_owed(const Payer& payer, std::int64_t seconds, std::vector<ledger::Leg>& legs);
  [[nodiscard]] Payer payer_of(ResaleId resale, Second from, Second until) const;
  [[nodiscard]] ledger::Reason reason_of(ResaleId resale) const;
  void meter(Holder holder);  // up to now, as far as is known
  // Of what resales these seconds of all devices of a contract are, and of what these are.
  [[nodiscard]] std::vector<Part> parts_of(Part all) const;
  void add_parts(const Part& part, std::vector<Part>& parts) const;
  // Their sellers owe nothing for them.
  void spare(const Part& missed);
  // Their sellers pay for a part at once: who has it.
  std::vector<Share> pay_part(const Part& part);
  void owe_presumed(const Part& presumed, std::vector<PresumedShare>& shares);
  void close_right(ResaleId resale, Second until, Money keep);
  [[nodiscard]] std::optional<Code> check_resale(const ResellContract& command) const;
  Code resell_now(engine::ContractId contract, std::uint32_t devices, Price ask);
  Code resell_part(engine::ContractId contract, std::uint32_t devices, Price ask);

  State& state_;
  TestSwitches switches_;
  Second at_ = 0;
  ParticipantId actor_;
  Output* output_ = nullptr;
  std::uint64_t value_ = 0;    // of the answer
  ResaleId opened_;            // the last resale of this record
  bool agent_ends_ = false;    // whatever ends in this record does so by its agent's word
  std::vector<Share> shares_;  // of the payment that is being made
  ledger::Decider decider_;
  ledger::Events money_events_;
  ledger::Answer money_answer_;
  std::vector<engine::Event> engine_events_;
};

}  // namespace tongsuan::exchange
