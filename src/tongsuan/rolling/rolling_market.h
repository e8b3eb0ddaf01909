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
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/dispatch/dispatch.h"
#include "tongsuan/rolling/book.h"
#include "tongsuan/rolling/fair_share.h"
#include "tongsuan/rolling/forward.h"
#include "tongsuan/rolling/overrun.h"
#include "tongsuan/rolling/price_table.h"
#include "tongsuan/rolling/relocate.h"
#include "tongsuan/rolling/room.h"

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
  std::uint32_t search_units_per_order = 10'000;  // of a clearing
  std::uint32_t thread_count = 1;                 // never changes the result
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
};

class RollingMarket {
 public:
  // `places` and `energy` must outlive it.
  RollingMarket(const engine::Places& places, const engine::Energy& energy, MarketRules rules);

  void react(dispatch::Desk& desk, const std::vector<engine::Event>& events);
  void round(dispatch::Desk& desk);
  [[nodiscard]] Second next_round() const { return next_round_; }

  [[nodiscard]] const std::vector<RoundRecord>& rounds() const { return records_; }
  // Books that passed a limit of clearings, so that dispatch went on without one.
  [[nodiscard]] std::uint64_t failed_clearings() const { return failed_clearings_; }
  // Called with every round's book and clearing, for whoever keeps them.
  std::function<void(const Book&, const clearing::Clearing&)> on_round;

 private:
  // Where to start: value less cost.
  class PriceChooser final : public dispatch::Chooser {
   public:
    explicit PriceChooser(RollingMarket& market) : market_(market) {}
    [[nodiscard]] std::optional<std::int64_t> worth(const engine::State& state, OrderId order,
                                                    const dispatch::Option& option,
                                                    Second now) override;
    [[nodiscard]] bool patient(const engine::State& state, OrderId order, Second now) override;
    [[nodiscard]] Price price(const engine::State& state, engine::PoolId pool) override;

   private:
    RollingMarket& market_;
  };
  [[nodiscard]] bool waits(const engine::State& state, OrderId order,
                           const dispatch::Option& option, Second now);
  [[nodiscard]] std::int64_t least_later(const engine::State& state, OrderId order, Second now);
  [[nodiscard]] bool waits_for_green(const engine::State& state, OrderId order,
                                     const dispatch::Option& option, Second now);
  void learn(const engine::State& state, const std::vector<engine::Event>& events);
  [[nodiscard]] std::uint32_t run_ppm() const;  // of estimates, as finished work ran
  [[nodiscard]] Second expected_run(Second estimate) const;
  void open_prices(const engine::State& state);
  void clear_round(dispatch::Desk& desk);
  [[nodiscard]] Result<clearing::Clearing> clear_book(const Book& book, std::uint64_t round) const;
  void record_round(dispatch::Desk& desk, const Book& book, const clearing::Clearing& cleared);
  [[nodiscard]] Book round_book(const engine::State& state, Second now) const;
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
  void stop_overruns(dispatch::Desk& desk, const std::vector<engine::Event>& events);
  void make_rooms(dispatch::Desk& desk);
  bool make_room_for(dispatch::Desk& desk, OrderId order);
  void move_in(dispatch::Desk& desk, OrderId order, const dispatch::Option& option,
               const Room& room);
  std::uint64_t start_awards(dispatch::Desk& desk, const Book& book,
                             const Certificate& certificate);

  const engine::Places& places_;
  const engine::Energy& energy_;
  MarketRules rules_;
  PriceChooser chooser_;
  dispatch::Scheduler line_;
  FairShare shares_;
  std::optional<PriceTable> prices_;
  struct Later {
    Second from = -1;  // the first slot that counted
    std::int64_t cost = 0;
  };
  std::vector<Later> later_;       // by OrderId
  int128 ran_sum_ = 0;             // device-seconds that finished work ran
  int128 estimate_sum_ = 0;        // and that it was estimated to run
  int128 device_sum_ = 0;          // devices of that work
  std::vector<OrderId> unbooked_;  // pay for a block, and have none yet
  std::vector<RoundRecord> records_;
  Second next_round_;
  Second next_certificate_ = 0;
  // The last book that was cleared and its certificate: the next one starts from their prices.
  struct Cleared {
    Book book;
    Certificate certificate;
  };
  std::optional<Cleared> last_;
  std::uint64_t failed_clearings_ = 0;
};

}  // namespace tongsuan::rolling
