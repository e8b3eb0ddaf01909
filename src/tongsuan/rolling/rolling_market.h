// The rolling market: two clocks over one engine.
//
// Model. *Rounds*, every few minutes, look at the whole: energy is priced for the hours to come,
// work moves to where the rest of it costs less, and at an interval of its own what waits is
// cleared into a certificate. Awards that start now become contracts; the others bind nobody, but
// tell the line where its first orders are reserved. *Dispatch* is event-driven: when an order
// comes, or devices come free, whatever fits starts in the order of the line unless that delays a
// reservation, where its value less its cost is largest. Small work moves out of the way of a large
// gang that would lose more by waiting. Orders that pay for a start at a fixed second get a *block*
// some hours before, where it costs less than they pay; at its begin whoever has outrun its
// estimate there is stopped at a checkpoint, and the order starts in that second.
//
// Only what the engine knows enters: no round sees true durations or later arrivals. Durations are
// the owners' estimates times what finished work took of its own.
//
// A running exchange has one thread for the state, which must answer at once. For it a round comes
// in parts: `begin_round` prices energy and dispatches; if a clearing is due, `take_round` says
// what of, and another thread freezes and clears that (frozen_round.h) while orders come and work
// ends; when it comes back, `finish_round` closes the round with it and starts the awards that
// still fit. `round` is all of it at once. With `work_max` every call stops after so much work;
// `unfinished` says that some is left, `continue_work` does more of it.
//
// All that the market remembers can be made again from a state: `resume`.
//
// Invariants. A call may come at any time, between any two commands of the engine. Starts are
// commands that the engine, and whoever stands between it and the market, may refuse: the order
// then waits on. A desk ends a contract with what the work has done (`EndContract::done_ppm` is 0
// here).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/dispatch/dispatch.h"
#include "tongsuan/rolling/book.h"
#include "tongsuan/rolling/fair_share.h"
#include "tongsuan/rolling/forward.h"
#include "tongsuan/rolling/frozen_round.h"
#include "tongsuan/rolling/overrun.h"
#include "tongsuan/rolling/price_table.h"
#include "tongsuan/rolling/relocate.h"
#include "tongsuan/rolling/room.h"
#include "tongsuan/rolling/step_prices.h"

namespace tongsuan::rolling {

struct MarketRules {
  Second round = 900;        // seconds between rounds
  Second certify = 21'600;   // seconds between clearings with a certificate; 0: none
  Second slot = 3'600;       // of the books that are cleared
  Second horizon = 345'600;  // of the books
  std::uint32_t reservations = 8;
  std::uint32_t aging_percent = 20;
  dispatch::LineRule line = dispatch::LineRule::kDensity;
  // How far an account that used much of late stands back (fair_share.h); 0: value alone decides.
  std::uint32_t fairness_percent = 50;
  // Places whose worth differs by less than this share of the order's value are equals, among which
  // the better fit decides.
  std::uint32_t grain_per_mille = 1;
  // An order waits for cheaper energy only if it gains so much of its value: whoever waits too
  // easily leaves devices idle.
  std::uint32_t hold_per_mille = 100;
  // An order within its grace waits if that saves so much of its energy cost: it loses nothing.
  std::uint32_t patient_per_mille = 10;
  // What the market charges energy that no green energy of the hour can cover, micro-yuan per MWh;
  // at least the exchange's own charge. Higher moves more work to green hours and places.
  std::int64_t unmatched_charge = 1'500'000'000;
  // Work makes room for a gang that gains this many times what the work loses; 0: never.
  std::uint32_t room_gain = 4;
  RoomRules room;
  ForwardRules forward;
  OverrunRules overrun;
  bool relocates = true;
  RelocateRules relocation;
  std::uint32_t book_orders_max = 2'000;          // the first in line
  std::uint32_t book_packages_max = 2'000;        // beside these, those worth most by device-hour
  std::uint32_t search_units_per_order = 10'000;  // of a clearing
  std::uint32_t thread_count = 1;                 // of `round`; never changes the result
  std::uint32_t line_max = 0;  // waiting orders that take part in passes; 0: all (scheduler.h)
  std::uint32_t waiting_expected = 0;  // room is made for so many at once; 0: as they come
  std::uint64_t work_max = 0;          // units of one call (budget.h); 0: no end
  // Orders are limits: nothing starts, is reserved or booked that would cost more than the order is
  // worth then, at the price of the contract for all of the estimate that is left, because the
  // exchange would refuse it. Off: worth decides between places only.
  bool limit_orders = false;
};

struct RoundRecord {
  std::uint64_t round = 0;
  Second at = 0;
  std::uint64_t orders = 0;
  std::uint64_t awards = 0;
  std::uint64_t started = 0;
  std::int64_t gap_ppm = 0;
  std::int64_t welfare = 0;  // micro-yuan
  std::int64_t bound = 0;    // on it
  std::uint64_t work_units = 0;
  std::string reason;  // why nothing was cleared; empty: something was
};

class RollingMarket {
 public:
  // `places` and `energy` must outlive it.
  RollingMarket(const engine::Places& places, const engine::Energy& energy, MarketRules rules);

  void react(dispatch::Desk& desk, const std::vector<engine::Event>& events);
  void round(dispatch::Desk& desk);
  [[nodiscard]] Second next_round() const { return next_round_; }

  // ---- A round in parts. Prices for the time until the next one, and dispatch at them; what does
  // not get done at once is left for `continue_work`. Then `clearing_due` may be true.
  void begin_round(dispatch::Desk& desk);
  [[nodiscard]] bool clearing_due() const { return clearing_due_; }
  // What the clearing that is due is of, in the state as it is; it is due no more. Copies the
  // numbers of the first orders in line, and of packages that it may book from `firm_from` on.
  [[nodiscard]] RoundInputs take_round(const engine::State& state, Second firm_from);
  // Closes the round, also one without a clearing, and starts its awards of the slots until now:
  // orders that have started, gone or changed since, and places that are taken, are passed over.
  // False: another round has closed since it was frozen.
  bool finish_round(dispatch::Desk& desk, std::shared_ptr<const ClearedRound> cleared);

  // ---- Work that is left of earlier calls.
  [[nodiscard]] bool unfinished() const;
  void continue_work(dispatch::Desk& desk);

  // Of a new market over a state that has gone on under another one: takes in all who wait, learns
  // from what has run, and dispatches. Prices of energy, and a round, come at once.
  void resume(dispatch::Desk& desk);

  [[nodiscard]] const std::vector<RoundRecord>& rounds() const { return records_; }
  // Rounds that closed without a clearing.
  [[nodiscard]] std::uint64_t failed_clearings() const { return failed_clearings_; }
  // Called with every round's book and clearing, for whoever keeps them.
  std::function<void(const Book&, const clearing::Clearing&)> on_round;
  // With `limit_orders`: micro-yuan that may still be spent on an order, beside its premium. Empty:
  // as much as it is worth.
  std::function<std::int64_t(OrderId)> money_left;

 private:
  // Where to start: value less cost.
  class PriceChooser final : public dispatch::Chooser {
   public:
    explicit PriceChooser(RollingMarket& market) : market_(market) {}
    [[nodiscard]] std::optional<std::int64_t> worth(const engine::State& state, OrderId order,
                                                    const dispatch::Option& option,
                                                    Second now) override;
    [[nodiscard]] bool affords(const engine::State& state, OrderId order,
                               const dispatch::Option& option, Second now) override;
    [[nodiscard]] bool patient(const engine::State& state, OrderId order, Second now) override;
    [[nodiscard]] bool affords_then(const engine::State& state, OrderId order,
                                    const dispatch::Option& option, dispatch::When when);
    [[nodiscard]] Price price(const engine::State& state, OrderId order,
                              const dispatch::Option& option, dispatch::When when) override;

   private:
    RollingMarket& market_;
  };
  [[nodiscard]] std::int64_t steps_cost(const engine::State& state, OrderId order,
                                        const dispatch::Option& option, Second now);
  [[nodiscard]] bool waits(const engine::State& state, OrderId order,
                           const dispatch::Option& option, Second now);
  [[nodiscard]] std::int64_t least_later(const engine::State& state, OrderId order, Second now);
  [[nodiscard]] bool waits_for_green(const engine::State& state, OrderId order,
                                     const dispatch::Option& option, Second now);
  void learn(const engine::State& state, const std::vector<engine::Event>& events);
  [[nodiscard]] std::uint32_t run_ppm() const;  // of estimates, as finished work ran
  [[nodiscard]] Second expected_run(Second estimate) const;
  void open_prices(const engine::State& state);
  void set_prices(dispatch::Desk& desk);
  // Of a round that opens, in this order.
  enum class Opening : std::uint8_t { kDone, kPrices, kShares, kLine };
  void open_round(dispatch::Desk& desk, dispatch::Budget& budget);
  void open_step(dispatch::Desk& desk);
  void open_line(dispatch::Desk& desk);
  void fill(dispatch::Desk& desk, dispatch::Budget& budget);
  void record_round(dispatch::Desk& desk, const ClearedRound& cleared);
  void start_awards(dispatch::Desk& desk, dispatch::Budget& budget);
  void plan_awards();
  void book_packages(dispatch::Desk& desk, dispatch::Budget& budget);
  [[nodiscard]] std::vector<OrderId> packages_for(const Grid& grid, Second firm_from) const;
  [[nodiscard]] bool is_now(const RoundAward& award, Second now) const;
  void do_rest(dispatch::Desk& desk, dispatch::Budget& budget);
  void learn_contract(const engine::State& state, const engine::Contract& contract);
  void take_in(dispatch::Desk& desk, OrderId order, std::vector<OrderId>& stopped);
  [[nodiscard]] ForwardView forward_view(const engine::State& state, Second now) const;
  void book_new(dispatch::Desk& desk, const std::vector<OrderId>& later);
  void book_again(dispatch::Desk& desk, const std::vector<engine::Event>& events);
  void book_unbooked(dispatch::Desk& desk);
  [[nodiscard]] bool is_due(const engine::State& state, OrderId order, Second now) const;
  [[nodiscard]] bool is_near(const engine::State& state, OrderId order, Second now) const;
  bool book(dispatch::Desk& desk, OrderId order, const ForwardView& view, bool kept);
  bool start_due(dispatch::Desk& desk, OrderId order, std::vector<OrderId>& stopped);
  void stop_overrun(dispatch::Desk& desk, const engine::Block& block,
                    std::vector<OrderId>& stopped);
  void stop_overruns(dispatch::Desk& desk, const std::vector<engine::Event>& events,
                     dispatch::Budget& budget);
  void make_rooms(dispatch::Desk& desk, dispatch::Budget& budget);
  // What a look for rooms depends on: where nothing of it has moved, it finds nothing again.
  struct RoomView {
    Second now = -1;
    std::uint64_t versions = 0;  // of pools and blocks
    std::vector<OrderId> front;
    friend bool operator==(const RoomView&, const RoomView&) = default;
  };
  [[nodiscard]] RoomView room_view(const engine::State& state, Second now) const;
  bool make_room_for(dispatch::Desk& desk, OrderId order);
  bool move_in(dispatch::Desk& desk, OrderId order, const dispatch::Option& option,
               const Room& room);

  const engine::Places& places_;
  const engine::Energy& energy_;
  MarketRules rules_;
  PriceChooser chooser_;
  dispatch::Scheduler line_;
  FairShare shares_;
  std::optional<PriceTable> prices_;
  StepPrices steps_;
  struct Later {
    Second from = -1;  // the first slot that counted
    std::int64_t cost = 0;
  };
  std::unordered_map<std::uint32_t, Later> later_;  // by OrderId; never gone along
  int128 ran_sum_ = 0;                              // device-seconds that finished work ran
  int128 estimate_sum_ = 0;                         // and that it was estimated to run
  int128 device_sum_ = 0;                           // devices of that work
  std::vector<OrderId> unbooked_;                   // pay for a block, and have none yet
  std::vector<WaitingPackage> packages_;            // that wait for an award, by rising orders
  std::vector<RoundRecord> records_;
  Second next_round_;
  Second next_certificate_ = 0;
  std::shared_ptr<const ClearedRound> last_;  // the next one starts from its prices
  Opening opening_ = Opening::kDone;
  Second opened_at_ = 0;
  bool clearing_due_ = false;
  // The round that was closed last, while its awards are being started.
  std::shared_ptr<const ClearedRound> awarding_;
  std::size_t next_award_ = 0;
  std::size_t next_package_ = 0;
  std::vector<OrderId> awarded_;  // that started
  bool rooms_due_ = false;
  bool moves_due_ = false;
  RoomView no_rooms_;  // where there were none
  Relocation relocation_;
  std::uint64_t failed_clearings_ = 0;
};

}  // namespace tongsuan::rolling
