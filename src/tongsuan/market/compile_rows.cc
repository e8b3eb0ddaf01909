#include <algorithm>
#include <numeric>

#include "tongsuan/market/internal/compile.h"

namespace tongsuan::market::internal {
namespace {

constexpr std::int64_t kZoneUnits = 1'000'000;  // Wh in a MWh, MB in a TB
constexpr std::int64_t kHourSeconds = 3'600;

class RowCompiler {
 public:
  RowCompiler(const Market& market, Problem& problem, LaneIndex& lanes)
      : market_(market),
        slot_count_(market.calendar.slot_count),
        problem_(problem),
        lanes_(lanes) {}

  Result<Done> run() {
    using Stage = Result<Done> (RowCompiler::*)();
    for (const Stage stage : {&RowCompiler::make_lanes, &RowCompiler::make_supply,
                              &RowCompiler::make_demand, &RowCompiler::make_line_slots}) {
      Result<Done> done = (this->*stage)();
      if (!done.ok()) return done;
    }
    return Done{};
  }

 private:
  // ---- Lanes -----------------------------------------------------------------------------------

  std::uint32_t add_lane(LaneKind kind, std::uint32_t first, std::uint32_t second,
                         bool balance = false) {
    problem_.lanes.push_back({kind, balance, first, second, 0});
    return static_cast<std::uint32_t>(problem_.lanes.size() - 1);
  }

  Result<Done> make_lanes() {
    if (slot_count_ == 0 || slot_count_ > kSlotsMax) {
      return limit_error("the market has " + std::to_string(slot_count_) + " slots",
                         "use 1 to " + std::to_string(kSlotsMax) + " slots");
    }
    problem_.slot_count = slot_count_;
    const std::size_t pairs = market_.hubs.size() * market_.classes.size();
    lanes_.class_count = market_.classes.size();
    lanes_.capacity.assign(pairs, kNone);
    lanes_.node.assign(pairs, kNone);
    mark_capacity();
    add_pair_lanes(LaneKind::kCapacity, lanes_.capacity);
    problem_.capacity_lane_count = static_cast<std::uint32_t>(problem_.lanes.size());
    for (const NodeBlock& block : market_.node_blocks) {
      lanes_.node[lanes_.pair(block.hub.value, block.accelerator.value)] = 0;
    }
    add_pair_lanes(LaneKind::kNode, lanes_.node);
    problem_.gang_lane_count = static_cast<std::uint32_t>(problem_.lanes.size());
    lanes_.zone_begin = static_cast<std::uint32_t>(problem_.lanes.size());
    for (std::uint32_t zone = 0; zone < market_.zones.size(); ++zone) {
      add_lane(LaneKind::kZone, zone, 0, market_.zones[zone].disposal == Disposal::kBalance);
    }
    add_link_lanes();
    lanes_.cap_begin = static_cast<std::uint32_t>(problem_.lanes.size());
    for (std::uint32_t cap = 0; cap < market_.caps.size(); ++cap) add_lane(LaneKind::kCap, cap, 0);
    if (problem_.lanes.size() > kRowsMax / slot_count_) {
      return limit_error("the market has " + std::to_string(problem_.lanes.size()) + " lanes of " +
                             std::to_string(slot_count_) + " slots",
                         "lanes x slots may be at most " + std::to_string(kRowsMax));
    }
    set_scales();
    return Done{};
  }

  void mark_capacity() {
    for (const Offer& offer : market_.offers) {
      if (offer.hub != kNone) lanes_.capacity[lanes_.pair(offer.hub, offer.accelerator)] = 0;
    }
    for (const Leg& leg : market_.legs) {
      if (leg.kind == RowKind::kCapacity && leg.amount < 0) {
        lanes_.capacity[lanes_.pair(leg.hub, leg.accelerator)] = 0;
      }
    }
  }

  // Replaces the mark 0 of each pair by its lane, hubs and classes rising.
  void add_pair_lanes(LaneKind kind, std::vector<std::uint32_t>& lanes) {
    for (std::uint32_t hub = 0; hub < market_.hubs.size(); ++hub) {
      for (std::uint32_t accelerator = 0; accelerator < market_.classes.size(); ++accelerator) {
        std::uint32_t& lane = lanes[lanes_.pair(hub, accelerator)];
        if (lane != kNone) lane = add_lane(kind, hub, accelerator);
      }
    }
  }

  void add_link_lanes() {  // links are sorted by (from, to, begin): one lane per pair
    lanes_.link.resize(market_.links.size());
    for (std::size_t i = 0; i < market_.links.size(); ++i) {
      const Link& link = market_.links[i];
      const bool again =
          i > 0 && market_.links[i - 1].from == link.from && market_.links[i - 1].to == link.to;
      lanes_.link[i] =
          again ? lanes_.link[i - 1] : add_lane(LaneKind::kLink, link.from.value, link.to.value);
    }
  }

  // A price moves `scale` of undivided money per amount: one common denominator over all lanes.
  void set_scales() {
    const std::int64_t seconds = market_.calendar.slot_seconds;
    const std::int64_t device_hours = kHourSeconds / std::gcd(seconds, kHourSeconds);
    std::int64_t denominator = 1;
    for (const Lane& lane : problem_.lanes) {
      denominator = std::lcm(denominator, per_hour(lane.kind) ? device_hours : kZoneUnits);
    }
    problem_.denominator = denominator;
    for (Lane& lane : problem_.lanes) {
      lane.scale = per_hour(lane.kind)
                       ? denominator / device_hours * (seconds / std::gcd(seconds, kHourSeconds))
                       : denominator / kZoneUnits;
      lanes_.scale_max = std::max(lanes_.scale_max, lane.scale);
    }
  }

  static bool per_hour(LaneKind kind) {
    return kind == LaneKind::kCapacity || kind == LaneKind::kNode || kind == LaneKind::kCap;
  }

  // ---- Supply and demand -----------------------------------------------------------------------

  // Calls emit(lane, slot, price, amount, offer) for every supply step of every row.
  template <class Emit>
  void each_supply(Emit emit) const {
    const auto steps = [&](std::uint32_t lane, SlotRange slots, Span32 range, std::uint32_t offer) {
      for (Slot slot = slots.begin; slot < std::min(slots.end, slot_count_); ++slot) {
        for (std::uint32_t i = range.begin; i < range.end; ++i) {
          emit(lane, slot, market_.steps[i].price.raw(), market_.steps[i].amount.raw(), offer);
        }
      }
    };
    for (std::uint32_t i = 0; i < market_.offers.size(); ++i) {
      const Offer& offer = market_.offers[i];
      const std::uint32_t lane = offer.hub != kNone
                                     ? lanes_.capacity[lanes_.pair(offer.hub, offer.accelerator)]
                                     : lanes_.zone_begin + offer.zone;
      steps(lane, offer.slots, offer.steps, i);
    }
    for (std::size_t i = 0; i < market_.links.size(); ++i) {
      steps(lanes_.link[i], market_.links[i].slots, market_.links[i].steps, kNone);
    }
    for (const NodeBlock& block : market_.node_blocks) {
      const std::uint32_t lane = lanes_.node[lanes_.pair(block.hub.value, block.accelerator.value)];
      for (Slot slot = block.slots.begin; slot < std::min(block.slots.end, slot_count_); ++slot) {
        emit(lane, slot, std::int64_t{0}, std::int64_t{block.nodes}, kNone);
      }
    }
    for (std::uint32_t i = 0; i < market_.caps.size(); ++i) {
      const Cap& cap = market_.caps[i];
      for (Slot slot = 0; slot < slot_count_; ++slot) {
        const bool inside = slot >= cap.slots.begin && slot < cap.slots.end;
        emit(lanes_.cap_begin + i, slot, std::int64_t{0},
             inside ? std::int64_t{cap.devices} : kAmountMax, kNone);
      }
    }
  }

  // Calls emit(lane, slot, price, amount, order) for every demand step of every curve whose lane
  // exists.
  template <class Emit>
  void each_demand(Emit emit) const {
    for (std::uint32_t i = 0; i < market_.orders.size(); ++i) {
      const Order& order = market_.orders[i];
      if (order.kind != OrderKind::kCurve || order.options.count() == 0) continue;
      const Option& option = market_.options[order.options.begin];
      if (option.legs.count() == 0) continue;
      const Leg& leg = market_.legs[option.legs.begin];
      const std::uint32_t lane = lanes_.of(leg);
      if (lane == kNone) continue;
      for (Slot slot = leg.slots.begin; slot < std::min(leg.slots.end, slot_count_); ++slot) {
        for (std::uint32_t step = order.steps.begin; step < order.steps.end; ++step) {
          emit(lane, slot, market_.steps[step].price.raw(), market_.steps[step].amount.raw(), i);
        }
      }
    }
  }

  // Counts the steps of every row into `begin` (as running positions) and checks their sums.
  template <class Each>
  Result<Done> count_steps(Each each, const char* what, std::vector<std::uint32_t>& begin) {
    begin.assign(std::size_t{problem_.row_count()} + 1, 0);
    std::vector<std::int64_t> total(problem_.row_count(), 0);
    std::uint64_t count = 0;
    int128 weight = 0;
    bool fits = true;
    each(
        [&](std::uint32_t lane, Slot slot, std::int64_t price, std::int64_t amount, std::uint32_t) {
          const std::uint32_t row = problem_.row(lane, slot);
          fits = fits && amount >= 0 && amount <= kAmountMax && price >= -kPriceMax &&
                 price <= kPriceMax && total[row] <= kUseMax - kAmountMax && count < kStepsMax;
          if (!fits || amount == 0) return;
          ++count;
          ++begin[row + 1];
          total[row] += amount;
          weight += static_cast<int128>(amount) * problem_.lanes[lane].scale;
        });
    if (!fits || weight > kWeightMax) {
      return limit_error(
          std::string("the ") + what + " steps pass a limit of price, amount or count",
          "see the limits in docs/formats/market.md");
    }
    for (std::size_t row = 1; row < begin.size(); ++row) begin[row] += begin[row - 1];
    return Done{};
  }

  Result<Done> make_supply() {
    const auto each = [&](auto emit) { each_supply(emit); };
    TONGSUAN_TRY(const Done counted, count_steps(each, "supply", problem_.supply_begin));
    static_cast<void>(counted);
    problem_.supply.resize(problem_.supply_begin.back());
    std::vector<std::uint32_t> next = problem_.supply_begin;
    each([&](std::uint32_t lane, Slot slot, std::int64_t price, std::int64_t amount,
             std::uint32_t offer) {
      if (amount != 0) problem_.supply[next[problem_.row(lane, slot)]++] = {price, amount, offer};
    });
    sort_rows(problem_.supply_begin, problem_.supply, [](const SupplyStep& a, const SupplyStep& b) {
      return a.price != b.price ? a.price < b.price : a.offer < b.offer;
    });
    return Done{};
  }

  Result<Done> make_demand() {
    const auto each = [&](auto emit) { each_demand(emit); };
    TONGSUAN_TRY(const Done counted, count_steps(each, "demand", problem_.demand_begin));
    static_cast<void>(counted);
    problem_.demand.resize(problem_.demand_begin.back());
    std::vector<std::uint32_t> next = problem_.demand_begin;
    each([&](std::uint32_t lane, Slot slot, std::int64_t price, std::int64_t amount,
             std::uint32_t order) {
      if (amount != 0) problem_.demand[next[problem_.row(lane, slot)]++] = {price, amount, order};
    });
    sort_rows(problem_.demand_begin, problem_.demand, [](const DemandStep& a, const DemandStep& b) {
      return a.price != b.price ? a.price > b.price : a.order < b.order;
    });
    return Done{};
  }

  // Stable, so equal steps of one owner keep the order of the book.
  template <class Step, class Less>
  static void sort_rows(const std::vector<std::uint32_t>& begin, std::vector<Step>& steps,
                        Less less) {
    for (std::size_t row = 0; row + 1 < begin.size(); ++row) {
      Step* const first = steps.data() + begin[row];
      Step* const last = steps.data() + begin[row + 1];
      if (!std::is_sorted(first, last, less)) std::stable_sort(first, last, less);
    }
  }

  Result<Done> make_line_slots() {
    int128 room = 0;
    for (std::uint32_t i = 0; i < market_.lines.size(); ++i) {
      const Line& line = market_.lines[i];
      if (line.min.raw() < -kAmountMax || line.min.raw() > 0 || line.max.raw() < 0 ||
          line.max.raw() > kAmountMax || line.tariff.raw() < 0 || line.tariff.raw() > kPriceMax) {
        return limit_error("line " + std::to_string(i) + " passes a limit of flow or tariff",
                           "flows need min <= 0 <= max, tariffs 0 to 1,000,000 per MWh");
      }
      room += static_cast<int128>(line.max.raw()) - line.min.raw();
      for (Slot slot = line.slots.begin; slot < std::min(line.slots.end, slot_count_); ++slot) {
        problem_.line_slots.push_back({problem_.row(lanes_.zone_begin + line.from.value, slot),
                                       problem_.row(lanes_.zone_begin + line.to.value, slot), i,
                                       line.min.raw(), line.max.raw(), line.tariff.raw()});
      }
    }
    if (room > kUseMax) {
      return limit_error("the lines together carry too much", "use smaller limits of flow");
    }
    return Done{};
  }

  const Market& market_;
  const std::uint32_t slot_count_;
  Problem& problem_;
  LaneIndex& lanes_;
};

}  // namespace

Error limit_error(std::string context, std::string hint) {
  return Error{ErrorCode::kLimit, std::move(context), std::move(hint)};
}

Result<Done> compile_rows(const Market& market, Problem& problem, LaneIndex& lanes) {
  return RowCompiler(market, problem, lanes).run();
}

}  // namespace tongsuan::market::internal
