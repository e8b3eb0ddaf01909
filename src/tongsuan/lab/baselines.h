// The six policies to beat. All of them use the machine of dispatch/scheduler.h with the same line
// rule, packing and number of reservations where they have a choice; they differ in what they join.
//   silo-fifo   every owner's work stays at home; first come first served
//   silo-easy   the same with backfilling
//   broker      each order goes, when it comes, to the hub where it can start now or that has least
//               waiting, and stays there
//   pool-fifo   one line for all hubs, first come first, backfilling
//   pool-value  one line for all hubs in the order of value: the one to beat
//   pool-green  the same, with the market's view of energy: forecasts, and what green energy is
//   left
// Where an order could start at several places, it takes the one with the largest value less what
// sellers ask there and energy costs: by tariff, or for pool-green at the prices of
// rolling/price_table.h, renewed as often as the market's rounds. What data cost to move they do
// not look at. Less pool-value, pool-green says what knowledge of green energy is worth; the
// market less pool-green, what moves, rooms and rounds add.
#pragma once

#include <memory>
#include <optional>

#include "tongsuan/dispatch/scheduler.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/policy.h"
#include "tongsuan/lab/replay.h"
#include "tongsuan/rolling/rolling.h"

namespace tongsuan::lab {

// What running an order here from `at` on costs, in micro-yuan, by the owners' estimates: what
// sellers ask, and energy at its tariff.
class PlaceCosts {
 public:
  PlaceCosts(const engine::Places& places, const Energy& energy)
      : places_(places), energy_(energy) {}
  [[nodiscard]] std::int64_t cost(engine::PoolId pool, std::uint32_t devices, Second at,
                                  Second duration) const;

 private:
  const engine::Places& places_;
  const Energy& energy_;
};

// Starts wherever value less cost is largest.
class GreedyChooser final : public dispatch::Chooser {
 public:
  GreedyChooser(const engine::Places& places, const Energy& energy) : costs_(places, energy) {}
  [[nodiscard]] std::optional<std::int64_t> worth(const engine::State& state, OrderId order,
                                                  const dispatch::Option& option,
                                                  Second now) override;

 private:
  PlaceCosts costs_;
};

// The same at the prices of energy that the market would see.
class GreenChooser final : public dispatch::Chooser {
 public:
  // `energy` must outlive it.
  GreenChooser(const Energy& energy, const rolling::MarketRules& rules)
      : energy_(energy), rules_(rules) {}
  void look(const engine::State& state);  // at what is left of green energy from now on
  [[nodiscard]] std::optional<std::int64_t> worth(const engine::State& state, OrderId order,
                                                  const dispatch::Option& option,
                                                  Second now) override;

 private:
  const Energy& energy_;
  rolling::MarketRules rules_;
  std::optional<rolling::PriceTable> prices_;
};

[[nodiscard]] std::unique_ptr<Policy> silo_policy(const Instance& instance, bool backfill,
                                                  const ReplayOptions& options);
[[nodiscard]] std::unique_ptr<Policy> broker_policy(const Instance& instance,
                                                    const ReplayOptions& options);
[[nodiscard]] std::unique_ptr<Policy> pool_policy(const Instance& instance, dispatch::LineRule line,
                                                  const ReplayOptions& options,
                                                  bool shortest_first = false);
[[nodiscard]] std::unique_ptr<Policy> pool_green_policy(const Instance& instance,
                                                        const ReplayOptions& options);

}  // namespace tongsuan::lab
