#include "tongsuan/report/capacity_curve.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/report/internal/uses.h"

namespace tongsuan::report {
namespace {

using internal::device_size;
using market::LaneKind;
using market::Placement;
using market::Problem;

SlotRange overlap(SlotRange a, SlotRange b) {
  const Slot begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

class CurveBuilder {
 public:
  CurveBuilder(const RoundInput& input, const CurveKey& key)
      : input_(input), problem_(input.problem), key_(key), chosen_(problem_.lanes.size(), false) {
    key_.slots = overlap(key.slots, {0, problem_.slot_count});
    for (std::uint32_t lane = 0; lane < problem_.capacity_lane_count; ++lane) {
      chosen_[lane] = problem_.lanes[lane].first == key.hub &&
                      (key.accelerator == kNone || problem_.lanes[lane].second == key.accelerator);
    }
  }

  CapacityCurve run() {
    add_supply();
    add_orders();
    add_curves();
    std::sort(
        curve_.demand.begin(), curve_.demand.end(), [](const DemandBlock& a, const DemandBlock& b) {
          return std::tuple(b.rate, b.accepted, a.order) < std::tuple(a.rate, a.accepted, b.order);
        });
    if (by_use_weight_ > 0) {
      curve_.price = divide(by_use_, by_use_weight_, Rounding::kHalfEven);
    } else if (by_offer_weight_ > 0) {
      curve_.price = divide(by_offer_, by_offer_weight_, Rounding::kHalfEven);
    }
    return std::move(curve_);
  }

 private:
  // Mean cost of the power of one device-hour of a class here, at λ′ over the slots.
  [[nodiscard]] std::int64_t power_rate(std::uint32_t accelerator) const {
    const std::uint32_t zone = input_.market.hubs[key_.hub].power_zone;
    if (zone == kNone || key_.slots.count() == 0) return 0;
    std::uint32_t lane = problem_.capacity_lane_count;
    while (problem_.lanes[lane].kind != LaneKind::kZone) ++lane;
    lane += zone;
    int128 prices = 0;
    for (Slot slot = key_.slots.begin; slot < key_.slots.end; ++slot) {
      prices += input_.certificate.payment_prices[problem_.row(lane, slot)];
    }
    const int128 undivided = prices * problem_.lanes[lane].scale *
                             internal::device_wh(input_.market, key_.hub, accelerator);
    return divide(undivided * 3'600,
                  static_cast<int128>(problem_.denominator) * key_.slots.count() *
                      input_.market.calendar.slot_seconds,
                  Rounding::kHalfEven);
  }

  void add_supply() {
    std::map<std::pair<std::int64_t, std::int64_t>, int128> blocks;  // by (all-in price, power)
    const market::Dispatch dispatch =
        market::dispatch(problem_, market::net_use(problem_, input_.certificate.outcome));
    const std::uint32_t seconds = input_.market.calendar.slot_seconds;
    for (std::uint32_t lane = 0; lane < problem_.capacity_lane_count; ++lane) {
      if (!chosen_[lane]) continue;
      const std::int64_t power = power_rate(problem_.lanes[lane].second);
      for (Slot slot = key_.slots.begin; slot < key_.slots.end; ++slot) {
        const std::uint32_t row = problem_.row(lane, slot);
        const int128 price = input_.certificate.payment_prices[row] + power;
        for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1];
             ++i) {
          const market::SupplyStep& step = problem_.supply[i];
          const int128 time = static_cast<int128>(step.amount) * seconds;
          blocks[{step.price + power, power}] += time;
          curve_.offered += time;
          by_offer_ += price * time;
          by_offer_weight_ += time;
        }
        const int128 used = static_cast<int128>(dispatch.supplied[row]) * seconds;
        curve_.used += used;
        by_use_ += price * used;
        by_use_weight_ += used;
      }
    }
    for (const auto& [key, time] : blocks) {
      curve_.supply.push_back({key.first - key.second, key.second, time});
    }
  }

  // Device-seconds of a placement here and within the slots.
  [[nodiscard]] int128 time_here(const Placement& placement) const {
    int128 time = 0;
    market::each_use(problem_, placement,
                     [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
                       if (!chosen_[lane] || amount <= 0) return;
                       time += static_cast<int128>(amount) * overlap(slots, key_.slots).count();
                     });
    return time * input_.market.calendar.slot_seconds;
  }

  [[nodiscard]] std::optional<std::int64_t> rate_of(std::uint32_t order,
                                                    const Placement& placement) const {
    return per_device_hour(
        market::placement_value(problem_, order, placement),
        device_size(problem_, placement).device_slots * input_.market.calendar.slot_seconds);
  }

  void add_block(std::uint32_t order, const Placement& placement, bool accepted) {
    const int128 time = time_here(placement);
    const std::optional<std::int64_t> rate = rate_of(order, placement);
    if (time > 0 && rate) curve_.demand.push_back({order, *rate, time, accepted});
  }

  void add_orders() {
    std::vector<bool> placed(problem_.orders.size(), false);
    for (const Award& award : input_.certificate.outcome.awards) {
      placed[award.order.value] = true;
      add_block(award.order.value, market::find_placement(problem_, award), true);
    }
    for (std::uint32_t order = 0; order < problem_.orders.size(); ++order) {
      if (placed[order]) continue;
      const std::optional<Placement> best = best_here(order);
      if (best) add_block(order, *best, false);
    }
  }

  // The choice here that is worth most per device-hour, at its first start that touches the slots.
  [[nodiscard]] std::optional<Placement> best_here(std::uint32_t order) const {
    std::optional<Placement> best;
    std::int64_t best_rate = 0;
    const Span32 choices = problem_.orders[order].choices;
    for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
      Placement placement = internal::whole_placement(problem_, i);
      const market::Choice& choice = problem_.choices[i];
      if (choice.bundle != kNone && placement.start + choice.duration <= key_.slots.begin) {
        placement.start = std::min<Slot>(choice.last, key_.slots.begin);
      }
      if (time_here(placement) == 0) continue;
      const std::optional<std::int64_t> rate = rate_of(order, placement);
      if (!rate || (best && *rate <= best_rate)) continue;
      best = placement;
      best_rate = *rate;
    }
    return best;
  }

  void add_curves() {
    if (problem_.demand.empty()) return;
    const market::Dispatch dispatch =
        market::dispatch(problem_, market::net_use(problem_, input_.certificate.outcome));
    const market::Allocation allocation =
        market::allocate(problem_, dispatch, input_.certificate.seed);
    std::map<std::tuple<std::uint32_t, std::int64_t, bool>, int128> blocks;
    for (std::uint32_t lane = 0; lane < problem_.capacity_lane_count; ++lane) {
      if (!chosen_[lane]) continue;
      for (Slot slot = key_.slots.begin; slot < key_.slots.end; ++slot) {
        const std::uint32_t row = problem_.row(lane, slot);
        for (std::uint32_t i = problem_.demand_begin[row]; i < problem_.demand_begin[row + 1];
             ++i) {
          const market::DemandStep& step = problem_.demand[i];
          const std::int64_t bought = allocation.demand[i];
          blocks[{step.order, step.price, true}] += bought;
          blocks[{step.order, step.price, false}] += step.amount - bought;
        }
      }
    }
    for (const auto& [key, amount] : blocks) {
      if (amount == 0) continue;
      const auto& [order, price, accepted] = key;
      curve_.demand.push_back(
          {order, price, amount * input_.market.calendar.slot_seconds, accepted});
    }
  }

  const RoundInput& input_;
  const Problem& problem_;
  CurveKey key_;
  std::vector<bool> chosen_;  // lanes of the hub and class
  int128 by_use_ = 0;
  int128 by_use_weight_ = 0;
  int128 by_offer_ = 0;
  int128 by_offer_weight_ = 0;
  CapacityCurve curve_;
};

}  // namespace

CapacityCurve capacity_curve(const RoundInput& input, const CurveKey& key) {
  return CurveBuilder(input, key).run();
}

}  // namespace tongsuan::report
