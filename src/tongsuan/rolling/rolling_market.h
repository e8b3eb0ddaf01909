// The rolling market: two clocks over one engine.
//
// Model. *Rounds*, every few minutes, clear what waits into a certificate: prices, awards, proof.
// Awards that start now become contracts; all others are a forecast and bind nobody. *Dispatch* is
// event-driven: when an order comes, or devices come free, whatever fits starts in the order of the
// line unless that delays one of the first orders in it, where it is worth most at the prices of
// the hours to come, and not at all where waiting for a better hour or place is worth more.
//
// Prices of the hours to come are those of a *forecast*: the dual of a book of what waits and of
// orders like those of the past day, which are expected to come again at the same time of day. The
// price of a device-hour is then what it is expected to be worth to others (bid prices of network
// revenue management: Talluri and van Ryzin 1998). Pools are offered in rounds at these prices, or
// at what sellers ask if that is more: the value of capacity beyond the book.
//
// Only orders that wait and what is free enter: no round sees true durations or later arrivals.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/dispatch/dispatch.h"
#include "tongsuan/rolling/book.h"
#include "tongsuan/rolling/price_table.h"
#include "tongsuan/rolling/relocate.h"
#include "tongsuan/rolling/room.h"

namespace tongsuan::rolling {

struct MarketRules {
  Second round = 900;        // seconds between rounds
  Second slot = 3'600;       // of plans and prices
  Second horizon = 345'600;  // of plans
  Second forecast = 10'800;  // seconds between forecasts of prices
  std::uint32_t reservations = 8;
  std::uint32_t aging_percent = 20;
  dispatch::LineRule line = dispatch::LineRule::kDensity;
  // An order waits for a better hour or place only if that is worth so much more, per mille of its
  // value: forecasts err, and devices that stand idle are lost.
  std::uint32_t hold_per_mille = 20;
  std::uint32_t book_orders_max = 2'000;      // of a round: the first in line
  std::uint32_t expected_orders_max = 2'000;  // of a forecast
  std::uint32_t search_units_per_order = 400;
  std::uint32_t dual_steps = 0;  // of a round; 0: by the size of the book
  // Small work moves to make room for a gang that gains this many times what it loses; 0: never.
  std::uint32_t move_gain = 2;
  RoomRules room;
  bool relocates = true;
  RelocateRules relocation;
  std::int64_t green_adder = -1;
  std::vector<std::int64_t> fixed;
  bool start_awards = true;
  bool plan_awards = true;
  std::uint32_t thread_count = 1;
  std::uint32_t forecast_steps = 120;
  std::uint32_t grain_per_mille = 10; std::uint32_t price_percent = 100;
  // Seconds between clearings with a certificate, a multiple of `round`; 0: prices and dispatch only.
  Second certify = 21'600;
};

struct RoundRecord {
  std::uint64_t round = 0;
  Second at = 0;
  std::uint64_t orders = 0;
  std::uint64_t awards = 0;
  std::uint64_t started = 0;
  double gap = 0;
  double welfare = 0;  // yuan
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
  // Called with every round's book and clearing, for whoever keeps them.
  std::function<void(const Book&, const clearing::Clearing&)> on_round;

 private:
  // Where to start, at the prices of the forecast.
  class PriceChooser final : public dispatch::Chooser {
   public:
    explicit PriceChooser(RollingMarket& market) : market_(market) {}
    [[nodiscard]] std::optional<std::int64_t> worth(const engine::State& state, OrderId order,
                                                    const dispatch::Option& option,
                                                    Second now) override;
    [[nodiscard]] Price price(const engine::State& state, engine::PoolId pool) override;

   private:
    RollingMarket& market_;
  };
  [[nodiscard]] bool waits(const engine::State& state, OrderId order,
                           const dispatch::Option& option, Second now);
  void learn(const engine::State& state, const std::vector<engine::Event>& events);
  [[nodiscard]] std::uint32_t run_ppm() const;  // of estimates, as finished work ran
  [[nodiscard]] Second expected_run(Second estimate) const;
  [[nodiscard]] Grid grid_at(Second now) const;
  void forecast(const engine::State& state, Second now);
  [[nodiscard]] std::vector<Expected> expected_orders(const engine::State& state,
                                                      const Grid& grid) const;
  [[nodiscard]] std::uint32_t true_ppm(const engine::State& state, OrderId order) const;
  [[nodiscard]] Prices shifted_prices(const Market& market, const market::Problem& problem,
                                      const Grid& grid) const;
  void clear_round(dispatch::Desk& desk);
  void make_rooms(dispatch::Desk& desk);
  bool make_room_for(dispatch::Desk& desk, OrderId order);
  void move_in(dispatch::Desk& desk, OrderId order, const dispatch::Option& option, const Room& room);
  std::uint64_t start_awards(dispatch::Desk& desk, const Book& book, const Certificate& certificate);

  const engine::Places& places_;
  const engine::Energy& energy_;
  MarketRules rules_;
  PriceChooser chooser_;
  dispatch::Scheduler line_;
  std::optional<PriceTable> prices_;
  // Of the last forecast, to start the next from.
  std::vector<std::string> last_lanes_;
  Prices last_prices_;
  Grid last_grid_;
  int128 ran_sum_ = 0;       // device-seconds that finished work ran
  int128 estimate_sum_ = 0;  // and that it was estimated to run
  std::optional<Certificate> last_certificate_;
  Market last_market_;
  std::vector<RoundRecord> records_;
  std::int64_t green_adder_;
  Second next_round_;
  Second next_forecast_ = 0;
  Second next_certificate_ = 0;
};

}  // namespace tongsuan::rolling
