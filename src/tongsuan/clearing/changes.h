// Counterfactuals: single changes of one order, each re-cleared on the closed book.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/clearing/residual.h"
#include "tongsuan/clearing/why.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::clearing {

// Starts tried per re-clearing: as many for a quote as for a change, so that what is proposed is
// what a quote of it says.
inline constexpr std::uint32_t kTries = 32;

// The closed round with one more order inserted; `placed` is false when no insertion raises
// welfare, or when the order would lose at uniform prices.
struct Requote {
  bool placed = false;
  std::uint32_t hub = kNone;
  std::uint32_t variant = 0;
  Slot start = 0;
  std::int64_t payment = 0;      // micro-yuan at the re-cleared λ′
  std::int64_t least_value = 0;  // micro-yuan: what the order must be worth to be placed
  bool possible = false;         // an option fits at all
  // Of whatever is no block: what is bought, and of a profile how many of its lots.
  std::uint32_t lots = 1, lots_of = 1;
  std::vector<CapacityUse> uses = {};
};

// What a placement takes of devices, at prices of all rows.
[[nodiscard]] std::vector<CapacityUse> uses_of(const market::Problem& problem,
                                               const market::Placement& placement,
                                               const Prices& prices);
// What a curve bought, in runs of as many devices.
[[nodiscard]] std::vector<CapacityUse> curve_uses(const market::Problem& problem,
                                                  std::uint32_t order,
                                                  const market::Allocation& allocation,
                                                  const Prices& prices);
// What is paid for them, micro-yuan, rounded up.
[[nodiscard]] std::int64_t paid_for(const market::Problem& problem,
                                    const std::vector<CapacityUse>& uses);
// What an order is worth when all of it has its best option and starts at its earliest.
[[nodiscard]] std::int64_t worth_of(const Market& market, const Order& order);

// A closed round, compiled once, in which orders are changed one at a time and cleared again: the
// order is inserted at residual capacity, the outcome is priced under the same rules as a round,
// and only an order that keeps its award counts as placed. Keeps references.
class OpenRound {
 public:
  // `certificate` must be a verified one of `market`.
  static Result<OpenRound> open(const Market& market, const Certificate& certificate);

  [[nodiscard]] const market::Problem& problem() const { return *problem_; }

  [[nodiscard]] Requote reclear(std::uint32_t order, std::uint32_t tries);
  // As if the order were worth `value` when it starts at its earliest, and its other options as
  // much more. Not of curves.
  [[nodiscard]] Requote reclear_at(std::uint32_t order, std::int64_t value, std::uint32_t tries);
  // As if `change` had been made to the order; the market that it is given holds that order alone.
  // It may become one of another kind, but no curve.
  using Change = std::function<void(Market& market, Order& order)>;
  Result<Requote> reclear_as(std::uint32_t order, const Change& change, std::uint32_t tries);

  // The order, which has no award, has become another one in the market: until `take_out` the round
  // knows it as it stands there now. `compile` decides whether it can.
  Result<Done> put_in(std::uint32_t order);
  void take_out();

 private:
  OpenRound(const Market& market, const Certificate& certificate, market::Problem problem);
  // The best insertion of an order as it is in the book: what others lose does not depend on what
  // it is worth.
  [[nodiscard]] const Insertion& insertion_of(std::uint32_t order, std::uint32_t tries);
  // What stood where another order stands now.
  struct Stood {
    std::uint32_t order = kNone;
    market::ProblemOrder what;
    std::size_t choices = 0, bundles = 0, legs = 0, transfers = 0, profiles = 0, profile_legs = 0;
    std::vector<std::uint32_t> demand_begin = {};  // of curves: all of it
    std::vector<market::DemandStep> demand = {};
  };
  void take_pools();
  void swap_in_choices(const market::Problem& small, const Stood& stood);
  void swap_in_demand(const market::Problem& small, Stood& stood);
  Result<Stood> swap_in(std::uint32_t order, const Market& alone);
  void swap_back(const Stood& stood);
  [[nodiscard]] Requote priced(std::uint32_t order, std::int64_t value, const Insertion& insertion,
                               bool as_in_book) const;
  [[nodiscard]] Requote curve_priced(std::uint32_t order) const;

  struct Known {
    std::uint32_t order = kNone;
    std::uint32_t tries = 0;
    Insertion insertion;
  };

  const Market* market_;
  const Certificate* certificate_;
  std::unique_ptr<market::Problem> problem_;  // stays where it is: the residual refers to it
  std::unique_ptr<Residual> residual_;
  Market alone_;  // the book without its orders
  Known known_;
  Stood put_in_;
};

inline constexpr std::int64_t kLimitTick = 10'000;  // limits and values are raised by 0.01

[[nodiscard]] Change change_from(const Requote& requote, ChangeKind kind, std::string description,
                                 std::int64_t extra_cost = 0);
// The least value that places an order, in ticks per device-hour of `seconds` device-seconds.
struct RaiseFrom {
  std::int64_t seconds = 0;
  std::int64_t present = 0;  // what it is worth now
  const Requote& now;        // as it is
};
struct Raise {
  std::int64_t ticks = 0;
  std::int64_t more = 0;  // micro-yuan
  Requote placed;
};
[[nodiscard]] std::optional<Raise> least_raise(OpenRound& round, std::uint32_t order,
                                               const RaiseFrom& from);
// The cheapest changes of an order that is no block: worth more, later, at another hub.
Result<std::vector<Change>> package_changes(const Market& market, OpenRound& round,
                                            std::uint32_t order);

// The cheapest single changes that place `order` (which has no award in `certificate`): a higher
// limit, a longer window, another class, another hub, a replica of its data. Changes that do not
// help are left out.
Result<std::vector<Change>> cheapest_changes(const Market& market, const Certificate& certificate,
                                             std::uint32_t order);
Result<std::vector<Change>> cheapest_changes(const Market& market, OpenRound& round,
                                             std::uint32_t order);

}  // namespace tongsuan::clearing
