// A second book-keeper of the exchange: what everybody must have, and which devices are taken, from
// starts, extensions, ends, meters and prices of contracts alone. It shares no code with exchange
// or ledger, and looks at no posting but payments from and to the outside and between own accounts.
//
// Of hubs with an agent it learns from events what was missed, and what was presumed.
//
// Oracles: capacity_is_sold_once, an_order_runs_once, a_contract_ends_once, money_is_conserved,
// holds_cover_what_orders_may_cost, nobody_pays_more_than_offered, packages_are_awarded_whole,
// parts_keep_their_terms, no_gate_in_a_closure, keepers_keep, and those of delivery_book.h,
// resale_book.h and step_book.h.
#pragma once

#include <map>
#include <vector>

#include "tongsuan/exchange/exchange.h"

#include "delivery_book.h"
#include "plan.h"
#include "resale_book.h"
#include "step_book.h"

namespace tongsuan::simulation {

class BookKeeper {
 public:
  explicit BookKeeper(const engine::Places& places);

  // An event of a durable record. The first of several is kept.
  void see(Second at, const exchange::Event& event);
  // What the events say of each other.
  [[nodiscard]] const Verdict& broken() const { return broken_; }
  // What the events say of the state after their record.
  [[nodiscard]] Verdict money_is_conserved(const exchange::State& state) const;
  [[nodiscard]] Verdict holds_cover_what_orders_may_cost(const exchange::State& state) const;
  // Every part of what this record awarded has its block; call once after each record.
  [[nodiscard]] Verdict packages_are_awarded_whole(const exchange::State& state);
  // What is offered for resale is free: no second of a device is paid twice.
  [[nodiscard]] Verdict device_seconds_are_paid_once() const;
  [[nodiscard]] Verdict suppliers_have_their_steps() const;
  [[nodiscard]] DeliveryBook& deliveries() { return deliveries_; }
  [[nodiscard]] const DeliveryBook& deliveries() const { return deliveries_; }
  void count(Figures& figures) const;

 private:
  struct Order {
    std::uint32_t buyer = 0;
    engine::LiveOrder what;
    bool started = false;
    bool runs = false;
    std::int64_t paid = 0;  // for device-time that has been settled
    std::int64_t premium_paid = 0;
    std::int64_t moved = 0;      // into holds of resales
    std::uint32_t contract = 0;  // the last one
    bool part = false;           // of an award: its leg is [begin, end) at `price`
    Second begin = 0, end = 0;
    std::int64_t price = 0;
  };
  // What was agreed to be paid for [from, until) of a contract, and how much of it was delivered:
  // up to `metered`, but for so many seconds.
  struct Segment {
    Second from = 0, until = 0, metered = 0;
    std::int64_t cost = 0;
    Second missed = 0;
    [[nodiscard]] std::int64_t due(Second delivered_until) const;
  };
  struct Contract {
    std::uint32_t order = 0, pool = 0, per_node = 0;
    std::vector<std::uint32_t> nodes;
    std::int64_t price = 0;
    Segment segment;
    bool ended = false;
    bool own = false;
    bool completed = false;  // its work was done before its end
    Second paid_from = 0;    // of the last payment, and who had what of it
    std::vector<ResaleBook::Payment> payments;
    [[nodiscard]] std::int64_t devices() const {
      return std::int64_t{per_node} * static_cast<std::int64_t>(nodes.size());
    }
  };
  struct Block {
    Second begin = 0;
    std::uint32_t pool = 0, way = 0;
  };
  struct Node {
    std::int64_t free = 0;
    bool up = true;
  };
  struct Person {
    std::int64_t total = 0;   // of all accounts
    std::int64_t margin = 0;  // of that, margin
  };
  class Engine;  // sees events of the engine
  class Own;     // sees own events
  void see_money(const exchange::MoneyEvent& event);
  void fault(const char* oracle, const std::string& what);
  [[nodiscard]] Segment segment(const Contract& contract, Second from, Second until) const;
  void settle(Contract& contract, Second until);  // pays what was delivered
  // The price of so many seconds that were not delivered, of those that are left to pay.
  [[nodiscard]] std::int64_t price_of(const Contract& contract, Second seconds) const;
  // From the margin of a supplier, as far as that goes: how much.
  std::int64_t penalise(std::uint32_t supplier, std::uint32_t buyer, std::int64_t lost);
  [[nodiscard]] std::uint32_t supplier_of(const Contract& contract) const;
  [[nodiscard]] std::uint32_t owner_of(std::uint32_t participant) const;
  // From the buyer to whoever is due: the supplier, whose part it is, and sellers of what it has
  // taken.
  std::vector<ResaleBook::Payment> pay(std::uint32_t buyer, std::uint32_t pool,
                                       const ResaleBook::Payer& payer, std::int64_t amount);
  void settle_resale(std::uint32_t resale, Second until);
  // Of a resale is paid what its takers have told of, and no more.
  void takers_have_told(std::uint32_t resale, ResaleBook::Holder holder, Second until);
  // A seller pays for some seconds at once.
  std::vector<ResaleBook::Payment> pay_at_once(const ResaleBook::Part& part,
                                               const exchange::ResaleSpared& event);
  // What sellers paid for what is presumed of a contract, as events have told.
  void add_owed(std::uint32_t contract, DeliveryBook::Presumed& what);
  // Whoever gives devices of a resale back has paid for all of its time.
  void has_paid(const exchange::ResaleTaken& event, Second at);

  const engine::Places& places_;
  std::vector<std::vector<Node>> nodes_;  // by pool
  std::vector<std::uint32_t> suppliers_;  // by hub
  std::vector<Person> people_;            // by participant
  std::vector<std::uint32_t> owners_;     // the same
  ResaleBook resales_;
  std::vector<bool> keepers_;  // by participant: what they leave is not for sale
  StepBook steps_;
  DeliveryBook deliveries_;
  std::vector<exchange::ResaleSpared> paid_at_once_;  // of what is presumed now
  std::vector<exchange::Closure> closures_;
  std::int64_t take_or_pay_ppm_ = exchange::Rules().take_or_pay_ppm;
  std::vector<Order> orders_;
  std::vector<Contract> contracts_;
  std::map<std::uint32_t, Block> blocks_;  // by order
  std::int64_t penalty_ppm_ = exchange::Rules().penalty_ppm;
  std::int64_t from_outside_ = 0;
  std::vector<std::uint32_t> awarded_parts_;  // of this record
  std::uint64_t extensions_ = 0, failures_ = 0, kept_ = 0, awards_ = 0, parts_started_ = 0;
  std::uint64_t own_ = 0, calendars_ = 0, kept_from_sale_ = 0;
  Verdict broken_;
};

}  // namespace tongsuan::simulation
