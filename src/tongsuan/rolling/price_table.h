// What a device-hour of every pool is expected to cost in the hours to come: scarcity and energy.
//
// Model. For each pool and slot one *rate*, micro-yuan per device-hour: the price of its capacity
// row plus the price of its zone times what a device draws; and one for devices of whole nodes,
// which adds the price of the node row. Within a slot a rate is constant; beyond the last slot it
// is the mean of the last day. The cost of a start is devices × the integral.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/rolling/book.h"

namespace tongsuan::rolling {

class PriceTable {
 public:
  // Sellers' asks, and energy at its price without scarcity, until there are prices of a clearing.
  PriceTable(const engine::State& state, const engine::Energy& energy, const Grid& grid);

  // Prices of a cleared book of this state.
  void set(const engine::State& state, const Book& book, const market::Problem& problem,
           const Prices& prices, const Grid& grid);

  [[nodiscard]] const Grid& grid() const { return grid_; }
  // Price of capacity alone, by slot.
  [[nodiscard]] const std::vector<std::int64_t>& capacity(engine::PoolId pool) const {
    return capacity_[pool.value];
  }
  // Price of capacity at `at`: micro-yuan per device-hour.
  [[nodiscard]] std::int64_t capacity_at(engine::PoolId pool, Second at) const;
  // Micro-yuan for a gang during [at, at + duration), with energy.
  [[nodiscard]] std::int64_t cost(engine::PoolId pool, engine::Need need, Second at,
                                  Second duration) const;
  // Moves with every change, for caches.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  // Rates of a pool over time, as sums that any start can read off.
  struct Curve {
    std::vector<std::int64_t> rate;  // by slot
    std::vector<std::int64_t> sum;   // rate · seconds before each slot, and in all
    std::int64_t beyond = 0;         // rate after the last slot
  };
  void integrate(Curve& curve) const;
  [[nodiscard]] int128 integral(const Curve& curve, Second until) const;

  const engine::Energy& energy_;
  Grid grid_;
  std::vector<std::vector<std::int64_t>> capacity_;  // by pool, slot
  std::vector<std::uint32_t> node_devices_;          // by pool
  std::vector<Curve> shared_;                        // by pool: devices of shared nodes
  std::vector<Curve> whole_;                         // by pool: devices of whole nodes
  std::uint64_t version_ = 0;
};

}  // namespace tongsuan::rolling
