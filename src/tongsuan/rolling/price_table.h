// What running somewhere is expected to cost in the hours to come: scarcity and energy.
//
// Model. Scarcity: what a device-hour of a pool is worth to others, one number for each pool, and a
// second one for devices of whole nodes. It is the mean over the next day of the prices of capacity
// in a forecast, smoothed over forecasts: from slot to slot such prices are noise, and whoever waits
// for the cheapest of many noisy slots waits for ever. Energy: micro-yuan per device-hour by slot;
// tariffs and weather are known ahead, so this is what waiting can save.
// Beyond the last slot energy costs the mean of the last day.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/rolling/book.h"

namespace tongsuan::rolling {

class PriceTable {
 public:
  // Sellers' asks, and energy at its tariff, until there are prices of a forecast.
  PriceTable(const engine::State& state, const engine::Energy& energy, const Grid& grid);

  // What energy will cost: the tariff while green energy is left over, and `adder` more as it runs
  // out, by what runs now and what has been drawn of late.
  void set_energy(const engine::State& state, const engine::Energy& energy, const Grid& grid,
                  std::int64_t adder);
  // Prices of a cleared book of this state.
  void set(const engine::State& state, const Book& book, const market::Problem& problem,
           const Prices& prices, const Grid& grid);

  [[nodiscard]] const Grid& grid() const { return grid_; }
  // Scarcity: micro-yuan per device-hour, at least what the seller asks.
  [[nodiscard]] std::int64_t capacity(engine::PoolId pool) const { return shared_[pool.value]; }
  // Micro-yuan for a gang during [at, at + duration): scarcity and energy.
  [[nodiscard]] std::int64_t cost(engine::PoolId pool, engine::Need need, Second at,
                                  Second duration) const;
  // Energy alone.
  [[nodiscard]] std::int64_t energy(engine::PoolId pool, std::uint32_t devices, Second at,
                                    Second duration) const;
  // Moves with every change, for caches.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  struct Curve {
    std::vector<std::int64_t> rate;  // by slot
    std::vector<std::int64_t> sum;   // rate · seconds before each slot, and in all
    std::int64_t beyond = 0;         // rate after the last slot
  };
  struct Rows {  // of a forecast, by pool and zone; null: none
    std::vector<const std::int64_t*> capacity, nodes, zones;
  };
  [[nodiscard]] Rows rows_of(const engine::Places& places, const Book& book,
                             const market::Problem& problem, const Prices& prices) const;
  void integrate(Curve& curve) const;
  [[nodiscard]] int128 integral(const Curve& curve, Second until) const;
  [[nodiscard]] std::int64_t smoothed(std::int64_t old, const std::int64_t* prices) const;

  Grid grid_;
  std::vector<std::uint32_t> node_devices_;  // by pool
  std::vector<std::int64_t> shared_;         // by pool: scarcity of devices
  std::vector<std::int64_t> raw_;
  public: std::int64_t percent_ = 100; void fix(const std::vector<std::int64_t>& p) { shared_ = p; whole_ = p; ++version_; } private:
  std::vector<std::int64_t> whole_;          // by pool: of devices of whole nodes
  std::vector<Curve> energy_;                // by pool
  std::vector<std::int64_t> drawn_;          // by zone: Wh in an hour, of late
  std::uint64_t version_ = 0;
};

}  // namespace tongsuan::rolling
