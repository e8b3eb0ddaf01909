// What running somewhere is expected to cost in the hours to come: what sellers ask, and energy.
//
// Model. Energy costs micro-yuan per device-hour by hour: the tariff while green energy is left
// over in the zone or over its lines, and a charge above it as that runs out, by what runs now and
// what has been drawn of late. Tariffs and weather are known ahead, so this is what another hour or
// another place can save. Beyond the last hour it is the mean of the last day.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/rolling/book.h"

namespace tongsuan::rolling {

// Hours of the clock, from the one that `now` is in: a tariff holds from the full hour on, whenever
// somebody looks.
[[nodiscard]] Grid clock_hours(Second now, Second horizon);

class PriceTable {
 public:
  // Energy at its tariff, until `set_energy`.
  PriceTable(const engine::State& state, const engine::Energy& energy, const Grid& grid);

  // Energy and asks from now on. `charge`: micro-yuan per MWh above the tariff where no green
  // energy is left. `grid`: clock_hours.
  void set_energy(const engine::State& state, const engine::Energy& energy, const Grid& grid,
                  std::int64_t charge);

  [[nodiscard]] const Grid& grid() const { return grid_; }
  // What the seller asks: micro-yuan per device-hour.
  [[nodiscard]] std::int64_t capacity(engine::PoolId pool) const { return asks_[pool.value]; }
  // Micro-yuan for a gang during [at, at + duration): its devices and their energy.
  [[nodiscard]] std::int64_t cost(engine::PoolId pool, engine::Need need, Second at,
                                  Second duration) const;
  // Energy alone.
  [[nodiscard]] std::int64_t energy(engine::PoolId pool, std::uint32_t devices, Second at,
                                    Second duration) const;

 private:
  struct Curve {
    std::vector<std::int64_t> rate;  // by slot
    std::vector<std::int64_t> sum;   // rate · seconds before each slot, and in all
    std::int64_t beyond = 0;         // rate after the last slot
  };
  void integrate(Curve& curve) const;
  [[nodiscard]] int128 integral(const Curve& curve, Second until) const;
  void set_rates(const engine::State& state, const std::vector<std::vector<std::int64_t>>& price);

  Grid grid_;
  std::vector<std::int64_t> asks_;   // by pool
  std::vector<Curve> energy_;        // by pool
  std::vector<std::int64_t> drawn_;  // by zone: Wh in an hour, of late
};

}  // namespace tongsuan::rolling
