// Welfare and bound, exactly. All results are undivided money (micro-yuan × denominator).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/bounded_book.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::market {

// An award in terms of the problem.
struct Placement {
  std::uint32_t choice = kNone;  // position in Problem::choices; kNone: rejected
  Slot start = 0;
  std::int64_t lots = 1;
};

// Finds the choice of an award; kNone when the order has no such choice or start. The lots are
// taken over unseen: `lots_allowed` judges them.
[[nodiscard]] Placement find_placement(const Problem& problem, const Award& award);
// The award of a placement of order `order`.
[[nodiscard]] Award make_award(const Problem& problem, std::uint32_t order,
                               const Placement& placement);

// One lot, or between the least and all lots of a profile.
[[nodiscard]] bool lots_allowed(const Problem& problem, const Placement& placement);

// The slots from the first to the last that a placement uses (data transfers left out).
[[nodiscard]] SlotRange placement_slots(const Problem& problem, const Placement& placement);

// Value of a placement, micro-yuan: start delay deducted; floor(value · lots / lot count).
[[nodiscard]] std::int64_t placement_value(const Problem& problem, std::uint32_t order,
                                           const Placement& placement);

// Calls visit(lane, slots, amount) for every use of a placement, in the order of the problem: a use
// of devices comes before the nodes, energy and caps that it draws.
template <class Visit>
void each_use(const Problem& problem, const Placement& placement, Visit visit) {
  const Choice& choice = problem.choices[placement.choice];
  if (choice.bundle == kNone) {
    const Profile& profile = problem.profiles[choice.extra];
    for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
      const ProfileLeg& leg = problem.profile_legs[i];
      visit(leg.lane, leg.slots, leg.amount / profile.lots * placement.lots);
    }
    return;
  }
  const Span32 bundle = problem.bundles[choice.bundle];
  const SlotRange slots = {placement.start, placement.start + choice.duration};
  for (std::uint32_t i = bundle.begin; i < bundle.end; ++i) {
    const BundleLeg& leg = problem.bundle_legs[i];
    visit(leg.lane, slots, leg.units * choice.devices);
  }
  if (choice.extra == kNone) return;
  const Transfer& transfer = problem.transfers[choice.extra];
  visit(transfer.lane, SlotRange{placement.start - transfer.slots, placement.start}, transfer.rate);
}

// Adds sign × the amounts that a placement uses to `use`, one entry per row.
void add_use(const Problem& problem, const Placement& placement, std::int64_t sign,
             std::vector<std::int64_t>& use);

// Undivided cost of a placement at prices.
[[nodiscard]] int128 placement_cost(const Problem& problem, const Placement& placement,
                                    const Prices& prices);

// Supply and demand accepted on each row, given each row's net use by awards and lines
// (positive: taken out of the row). Volume first: steps are accepted in price order, supply before
// giving up demand at equal price. On a free row, supply covers a positive net use and supply that
// demand is worth more than; on a balance row, supply − demand = net use exactly.
struct Dispatch {
  std::vector<std::int64_t> supplied;  // per row
  std::vector<std::int64_t> demanded;  // per row
  std::uint32_t short_row = kNone;     // first row whose steps cannot meet the net use
};
[[nodiscard]] Dispatch dispatch(const Problem& problem, const std::vector<std::int64_t>& net_use);

// What the cheapest `amount` of a row's supply costs, and what the first `amount` of its demand is
// worth (undivided). Neither may be more than the row has.
[[nodiscard]] int128 supply_cost(const Problem& problem, std::uint32_t row, std::int64_t amount);
[[nodiscard]] int128 demand_value(const Problem& problem, std::uint32_t row, std::int64_t amount);

// The placements of all awards of an outcome, which must have one each. What follows takes them
// where the caller has them, and looks them up otherwise.
[[nodiscard]] std::vector<Placement> placements_of(const Problem& problem, const Outcome& outcome);

// Net use of every row by awards and flows.
[[nodiscard]] std::vector<std::int64_t> net_use(const Problem& problem, const Outcome& outcome,
                                                const std::vector<Placement>& placements);
[[nodiscard]] std::vector<std::int64_t> net_use(const Problem& problem, const Outcome& outcome);

// Undivided welfare of a feasible outcome and its dispatch.
[[nodiscard]] int128 welfare(const Problem& problem, const Outcome& outcome,
                             const std::vector<Placement>& placements, const Dispatch& dispatch);
[[nodiscard]] int128 welfare(const Problem& problem, const Outcome& outcome,
                             const Dispatch& dispatch);

// Undivided λ · amount on a row.
[[nodiscard]] inline int128 row_money(const Problem& problem, std::uint32_t row, std::int64_t price,
                                      std::int64_t amount) {
  return static_cast<int128>(price) * amount * problem.lanes[row / problem.slot_count].scale;
}

// Undivided D(λ): an upper bound on the welfare of any outcome, for any prices (≥ 0 on free rows).
//   D(λ) = Σ_orders max(0, max_option (v − λ·a)) + Σ_steps max(0, ±(λ − p))·Q
//        + Σ_lines max over flow in [min, max] of (λ_to − λ_from)·f − tariff·|f|
// (Precedence between orders is relaxed.)
// Its parts are the most that each participant could gain at the prices:
//   D = order_surplus + step_surplus + line_surplus.
[[nodiscard]] int128 dual_bound(const BoundedBook& book, const Prices& prices);
[[nodiscard]] int128 step_surplus(const Problem& problem, const Prices& prices, std::uint32_t row);
[[nodiscard]] int128 line_surplus(const Problem& problem, const Prices& prices,
                                  const LineSlot& line);

// Surplus of an order's best option at prices (undivided, ≥ 0), and that option; choice = kNone
// when rejecting is best. Ties: the first choice, the earliest start.
struct BestOption {
  int128 surplus = 0;
  Placement placement;
};
[[nodiscard]] BestOption best_option(const Problem& problem, std::uint32_t order,
                                     const Prices& prices);

// The same for many orders at one price vector: prefix sums of every lane and bundle over time make
// a start cost one subtraction. Machine words where they provably suffice, else 128 bits; the
// numbers are the same. Keeps a reference to the problem; prices lie within ±kPriceMax.
class OptionPricer {
 public:
  OptionPricer(const Problem& problem, const Prices& prices);
  [[nodiscard]] BestOption best(std::uint32_t order) const;
  [[nodiscard]] int128 surplus(std::uint32_t order) const;  // of best(order), without its placement
  // Of the best of these choices of an order.
  [[nodiscard]] int128 surplus(std::span<const Choice> choices, std::int64_t delay_cost) const;
  [[nodiscard]] int128 cost(const Placement& placement) const;
  // Of the transfer before a block that starts there; 0 without one.
  [[nodiscard]] int128 transfer_cost(const Choice& choice, Slot start) const {
    if (choice.extra == kNone) return 0;
    const Transfer& transfer = problem_.transfers[choice.extra];
    const std::int64_t* sums = lane_sums(transfer.lane);
    return static_cast<int128>(sums[start] - sums[start - transfer.slots]) * transfer.rate *
           problem_.lanes[transfer.lane].scale;
  }

 private:
  [[nodiscard]] const std::int64_t* lane_sums(std::uint32_t lane) const {
    return lane_sums_.data() + std::size_t{lane} * (problem_.slot_count + 1);
  }
  void sum_bundle(std::uint32_t bundle);
  [[nodiscard]] int128 choice_surplus(const Choice& choice, std::int64_t delay_cost) const;
  [[nodiscard]] int128 surplus_at(const Choice& choice, std::int64_t delay_cost, Slot start) const;
  [[nodiscard]] int128 profile_cost(const Profile& profile) const;
  [[nodiscard]] int128 start_cost(const Choice& choice, Slot start) const;

  const Problem& problem_;
  std::vector<std::int64_t> lane_sums_;     // lanes × (slots + 1): Σ λ before the slot
  std::vector<std::int64_t> bundle_sums_;   // bundles × (slots + 1), undivided
  std::vector<std::int64_t> bundle_reach_;  // devices × slots that stay in 64 bits; 0: wide
  std::int64_t delay_max_ = 0;              // delay costs that stay in 64 bits over all slots
};

}  // namespace tongsuan::market
