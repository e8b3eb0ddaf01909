#include "tongsuan/report/round_view.h"

#include <algorithm>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/verify.h"
#include "tongsuan/report/internal/uses.h"

namespace tongsuan::report {
namespace {

using internal::device_size;
using internal::device_wh;
using internal::DeviceSize;
using internal::micro_of;
using internal::whole_placement;
using market::LaneKind;
using market::Placement;
using market::Problem;

// Σ price · weight and Σ weight: a mean that is divided once.
struct Mean {
  int128 weighted = 0;
  int128 weight = 0;
  void add(std::int64_t price, int128 by) {
    weighted += price * by;
    weight += by;
  }
  [[nodiscard]] std::optional<std::int64_t> value() const {
    if (weight <= 0) return std::nullopt;
    return divide(weighted, weight, Rounding::kHalfEven);
  }
};

// By use where something is used, else by offer.
struct PriceMean {
  Mean by_use;
  Mean by_offer;
  void add(std::int64_t price, std::int64_t used, std::int64_t offered) {
    by_use.add(price, used);
    by_offer.add(price, offered);
  }
  [[nodiscard]] std::optional<std::int64_t> value() const {
    return by_use.weight > 0 ? by_use.value() : by_offer.value();
  }
};

using UndividedCosts = std::array<int128, kCostParts>;

class RoundViewer {
 public:
  explicit RoundViewer(const RoundInput& input)
      : input_(input),
        market_(input.market),
        problem_(input.problem),
        certificate_(input.certificate),
        dispatch_(market::dispatch(problem_, market::net_use(problem_, certificate_.outcome))),
        allocation_(market::allocate(problem_, dispatch_, certificate_.seed)),
        capacity_rows_(std::size_t{problem_.capacity_lane_count} * problem_.slot_count),
        used_(capacity_rows_, 0),
        delivered_(capacity_rows_, 0),
        hub_costs_(market_.hubs.size(), UndividedCosts{}),
        placed_(problem_.orders.size(), kNone) {
    TONGSUAN_CHECK(dispatch_.short_row == kNone);
  }

  RoundView run() {
    start();
    for (std::uint32_t i = 0; i < certificate_.outcome.awards.size(); ++i) add_award(i);
    add_curves();
    add_capacity();
    add_lines();
    add_links();
    close_hubs();
    add_orders();
    add_money();
    return std::move(view_);
  }

 private:
  void start() {
    view_.market = market_.name;
    view_.currency = market_.currency;
    view_.start = market_.calendar.start;
    view_.round = certificate_.round;
    view_.root = hex(certificate_.root.data(), certificate_.root.size());
    view_.slot_seconds = market_.calendar.slot_seconds;
    view_.slot_count = problem_.slot_count;
    view_.presolved = (certificate_.strengthenings & kPresolve) != 0;
    view_.reason_names = input_.reason_names;
    for (std::uint32_t i = 0; i < market_.hubs.size(); ++i) {
      const Hub& hub = market_.hubs[i];
      HubView& out = view_.hubs.emplace_back();
      out.name = market_.hub_names[i];
      out.title_en = hub.title_en.empty() ? out.name : hub.title_en;
      out.title_zh = hub.title_zh.empty() ? out.title_en : hub.title_zh;
      out.region = hub.region;
      out.latitude_micro = hub.latitude_micro;
      out.longitude_micro = hub.longitude_micro;
      out.has_green_zone = hub.green_zone != kNone;
      out.slot_price.resize(problem_.slot_count);
      out.slot_offered.assign(problem_.slot_count, 0);
      out.slot_used.assign(problem_.slot_count, 0);
    }
  }

  // ---- Uses ------------------------------------------------------------------------------------

  [[nodiscard]] int128 price_sum(std::uint32_t lane, SlotRange slots) const {
    int128 sum = 0;
    for (Slot slot = slots.begin; slot < slots.end; ++slot) {
      sum += certificate_.payment_prices[problem_.row(lane, slot)];
    }
    return sum;
  }

  void pay(std::uint32_t hub, CostPart part, std::uint32_t lane, SlotRange slots,
           std::int64_t amount) {
    hub_costs_[hub][static_cast<std::size_t>(part)] +=
        price_sum(lane, slots) * amount * problem_.lanes[lane].scale;
  }

  void add_award(std::uint32_t index) {
    const Award& award = certificate_.outcome.awards[index];
    placed_[award.order.value] = index;
    const Placement placement = market::find_placement(problem_, award);
    std::uint32_t hub = kNone;  // of the last device use: what it draws follows it
    market::each_use(problem_, placement,
                     [&](std::uint32_t lane, SlotRange slots, std::int64_t amount) {
                       switch (problem_.lanes[lane].kind) {
                         case LaneKind::kCapacity:
                           if (amount > 0) {
                             hub = problem_.lanes[lane].first;
                             use_devices(market_.orders[award.order.value], lane, slots, amount);
                           } else {
                             add_rows(delivered_, lane, slots, -amount);
                           }
                           break;
                         case LaneKind::kNode:
                           pay(hub, CostPart::kNodes, lane, slots, amount);
                           break;
                         case LaneKind::kZone:
                           break;  // devices' share is counted with the devices
                         case LaneKind::kLink:
                           pay(hub, CostPart::kData, lane, slots, amount);
                           break;
                         case LaneKind::kCap:
                           pay(hub, CostPart::kCaps, lane, slots, amount);
                           break;
                       }
                     });
    if (hub != kNone) ++view_.hubs[hub].award_count;
  }

  void add_rows(std::vector<std::int64_t>& rows, std::uint32_t lane, SlotRange slots,
                std::int64_t amount) const {
    for (Slot slot = slots.begin; slot < slots.end; ++slot) {
      rows[problem_.row(lane, slot)] += amount;
    }
  }

  void use_devices(const Order& order, std::uint32_t lane, SlotRange slots, std::int64_t devices) {
    const std::uint32_t hub = problem_.lanes[lane].first;
    const Hub& at = market_.hubs[hub];
    add_rows(used_, lane, slots, devices);
    pay(hub, CostPart::kCapacity, lane, slots, devices);
    const std::int64_t wh = device_wh(market_, hub, problem_.lanes[lane].second);
    const std::int64_t green_wh =
        at.green_zone == kNone
            ? 0
            : divide(static_cast<int128>(wh) * order.green_percent, 100, Rounding::kUp);
    if (at.power_zone != kNone) {
      pay(hub, CostPart::kPower, zone_lane(at.power_zone), slots, wh * devices);
    }
    if (green_wh > 0) {
      pay(hub, CostPart::kGreen, zone_lane(at.green_zone), slots, green_wh * devices);
    }
    view_.hubs[hub].energy_wh += static_cast<int128>(wh) * devices * slots.count();
    view_.hubs[hub].green_wh += static_cast<int128>(green_wh) * devices * slots.count();
  }

  [[nodiscard]] std::uint32_t zone_lane(std::uint32_t zone) {
    while (problem_.lanes[first_zone_lane_].kind != LaneKind::kZone) ++first_zone_lane_;
    return first_zone_lane_ + zone;
  }

  void add_curves() {
    for (std::size_t row = 0; row < capacity_rows_; ++row) {
      const auto lane = static_cast<std::uint32_t>(row / problem_.slot_count);
      const auto slot = static_cast<Slot>(row % problem_.slot_count);
      const std::int64_t bought = dispatch_.demanded[row];
      if (bought == 0) continue;
      const std::uint32_t hub = problem_.lanes[lane].first;
      used_[row] += bought;
      pay(hub, CostPart::kCapacity, lane, {slot, slot + 1}, bought);
      view_.hubs[hub].energy_wh +=
          static_cast<int128>(device_wh(market_, hub, problem_.lanes[lane].second)) * bought;
    }
  }

  // ---- Capacity --------------------------------------------------------------------------------

  void add_capacity() {
    hub_prices_.resize(market_.hubs.size());
    hub_signals_.resize(market_.hubs.size());
    std::vector<Mean> slot_means(market_.hubs.size() * problem_.slot_count);
    for (std::uint32_t lane = 0; lane < problem_.capacity_lane_count; ++lane) {
      add_lane(lane, slot_means);
    }
    for (std::size_t hub = 0; hub < view_.hubs.size(); ++hub) {
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        view_.hubs[hub].slot_price[slot] = slot_means[hub * problem_.slot_count + slot].value();
      }
    }
  }

  void add_lane(std::uint32_t lane, std::vector<Mean>& slot_means) {
    const std::uint32_t hub = problem_.lanes[lane].first;
    HubClassView& out = view_.classes.emplace_back();
    out.hub = hub;
    out.accelerator = problem_.lanes[lane].second;
    out.class_name = market_.class_names[out.accelerator];
    PriceMean price;
    PriceMean signal;
    int128 revenue = 0;
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      const std::uint32_t row = problem_.row(lane, slot);
      std::int64_t offered = delivered_[row];
      for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1]; ++i) {
        offered += problem_.supply[i].amount;
      }
      const std::int64_t paid = certificate_.payment_prices[row];
      const std::int64_t scarce = certificate_.bound_prices[row];
      out.time.offered += static_cast<int128>(offered) * view_.slot_seconds;
      out.time.used += static_cast<int128>(used_[row]) * view_.slot_seconds;
      price.add(paid, used_[row], offered);
      signal.add(scarce, used_[row], offered);
      hub_prices_[hub].add(paid, used_[row], offered);
      hub_signals_[hub].add(scarce, used_[row], offered);
      slot_means[std::size_t{hub} * problem_.slot_count + slot].add(paid, offered);
      view_.hubs[hub].slot_offered[slot] += offered;
      view_.hubs[hub].slot_used[slot] += used_[row];
      revenue += market::row_money(problem_, row, paid, dispatch_.supplied[row]);
    }
    out.revenue = micro_of(revenue, problem_.denominator);
    out.price = price.value();
    out.signal_price = signal.value();
    view_.hubs[hub].time.offered += out.time.offered;
    view_.hubs[hub].time.used += out.time.used;
    view_.hubs[hub].revenue += out.revenue;
  }

  // ---- Flows -----------------------------------------------------------------------------------

  FlowView& flow_of(std::vector<FlowView>& flows, std::uint32_t from, std::uint32_t to,
                    const NameList& names) const {
    if (flows.empty() || flows.back().from != from || flows.back().to != to) {
      FlowView& out = flows.emplace_back();
      out.from = from;
      out.to = to;
      out.from_name = names[from];
      out.to_name = names[to];
      out.slot_flow.assign(problem_.slot_count, 0);
    }
    return flows.back();
  }

  void add_lines() {
    std::vector<std::size_t> view_of_line;
    for (std::size_t i = 0; i < market_.lines.size(); ++i) {
      const Line& line = market_.lines[i];
      FlowView& out = flow_of(view_.lines, line.from.value, line.to.value, market_.zone_names);
      out.green = market_.zones[line.from.value].commodity == Commodity::kGreen;
      out.rent += certificate_.line_rents[i];
      view_of_line.push_back(view_.lines.size() - 1);
    }
    for (std::size_t i = 0; i < problem_.line_slots.size(); ++i) {
      const market::LineSlot& line = problem_.line_slots[i];
      const Slot slot = line.from % problem_.slot_count;
      add_flow(view_.lines[view_of_line[line.line]], slot, certificate_.outcome.flows[i],
               {line.min, line.max});
    }
  }

  static void add_flow(FlowView& out, Slot slot, std::int64_t flow,
                       std::pair<std::int64_t, std::int64_t> room) {
    const auto [least, most] = room;
    out.slot_flow[slot] += flow;
    (flow < 0 ? out.sent_back : out.sent) += flow < 0 ? -flow : flow;
    out.room += most;
    out.room_back -= least;
    out.open_slots += most > 0 || least < 0 ? 1 : 0;
    out.full_slots += (most > 0 && flow == most) || (least < 0 && flow == least) ? 1 : 0;
  }

  void add_links() {
    for (std::uint32_t lane = problem_.capacity_lane_count; lane < problem_.lanes.size(); ++lane) {
      if (problem_.lanes[lane].kind != LaneKind::kLink) continue;
      FlowView& out = flow_of(view_.links, problem_.lanes[lane].first, problem_.lanes[lane].second,
                              market_.hub_names);
      int128 paid = 0;
      for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
        const std::uint32_t row = problem_.row(lane, slot);
        std::int64_t most = 0;
        for (std::uint32_t i = problem_.supply_begin[row]; i < problem_.supply_begin[row + 1];
             ++i) {
          most += problem_.supply[i].amount;
        }
        const std::int64_t sent = dispatch_.supplied[row];
        add_flow(out, slot, sent, {0, most});
        paid += market::row_money(problem_, row, certificate_.payment_prices[row], sent);
      }
      out.rent = micro_of(paid, problem_.denominator);
    }
  }

  void close_hubs() {
    for (std::uint32_t i = 0; i < view_.hubs.size(); ++i) {
      HubView& hub = view_.hubs[i];
      hub.price = hub_prices_[i].value();
      hub.signal_price = hub_signals_[i].value();
      for (std::size_t part = 0; part < kCostParts; ++part) {
        hub.paid[part] = micro_of(hub_costs_[i][part], problem_.denominator);
        view_.totals.paid[part] += hub.paid[part];
      }
      add_hub_flows(i, hub);
      view_.totals.time.offered += hub.time.offered;
      view_.totals.time.used += hub.time.used;
      view_.totals.energy_wh += hub.energy_wh;
      view_.totals.green_wh += hub.green_wh;
      if (hub.has_green_zone) view_.totals.green_zone_energy_wh += hub.energy_wh;
    }
  }

  void add_hub_flows(std::uint32_t index, HubView& hub) const {
    for (const FlowView& link : view_.links) {
      if (link.to == index) hub.data_in_mb += link.sent;
      if (link.from == index) hub.data_out_mb += link.sent;
    }
    const Hub& at = market_.hubs[index];
    const auto touches = [&](std::uint32_t zone) {
      return zone == at.power_zone || zone == at.green_zone;
    };
    for (const FlowView& line : view_.lines) {
      if (touches(line.to)) {
        hub.energy_in_wh += line.sent;
        hub.energy_out_wh += line.sent_back;
      }
      if (touches(line.from)) {
        hub.energy_out_wh += line.sent;
        hub.energy_in_wh += line.sent_back;
      }
    }
  }

  // ---- Orders ----------------------------------------------------------------------------------

  // Best value over the options of an order, undivided; 0 for a curve, which has its steps.
  [[nodiscard]] std::int64_t best_value(std::uint32_t order) const {
    const Span32 choices = problem_.orders[order].choices;
    const Order& entry = market_.orders[order];
    if (entry.kind == OrderKind::kBlock || entry.kind == OrderKind::kService) return entry.value;
    std::optional<std::int64_t> best;
    for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
      best = std::max(best.value_or(problem_.choices[i].value), problem_.choices[i].value);
    }
    for (std::uint32_t i = entry.options.begin; i < entry.options.end && !best; ++i) {
      best = market_.options[i].value;  // nothing can be had: say what it bid first
    }
    return best.value_or(0);
  }

  // Devices of the first variant, or of the first option, whether or not it can be had.
  [[nodiscard]] DeviceSize asked_size(std::uint32_t order) const {
    const Order& entry = market_.orders[order];
    DeviceSize size;
    if (entry.variants.count() > 0) {
      const Variant& variant = market_.variants[entry.variants.begin];
      int128 slots = variant.duration;
      if (entry.kind == OrderKind::kService) {
        slots = 0;
        for (std::uint32_t i = entry.services.begin; i < entry.services.end; ++i) {
          slots += market_.ranges[i].count();
        }
      }
      return {slots * variant.gang, variant.gang};
    }
    if (entry.kind == OrderKind::kCurve || entry.options.count() == 0) return size;
    const Span32 legs = market_.options[entry.options.begin].legs;
    for (std::uint32_t i = legs.begin; i < legs.end; ++i) {
      const Leg& leg = market_.legs[i];
      if (leg.kind == RowKind::kZone || leg.amount <= 0) continue;
      const bool nodes = leg.kind == RowKind::kNodes;
      const std::int64_t devices =
          leg.amount * (nodes ? market_.classes[leg.accelerator].node_devices : 1);
      size.device_slots += static_cast<int128>(devices) * leg.slots.count();
      size.devices = std::max(size.devices, devices);
    }
    return size;
  }

  struct CurveSum {
    int128 asked = 0;   // undivided value of all steps
    int128 bought = 0;  // of what was bought
    bool placed = false;
    int128 lost = 0;  // surplus at λ′ of what was not bought
  };

  [[nodiscard]] std::vector<CurveSum> sum_curves() const {
    std::vector<CurveSum> curves(problem_.orders.size());
    for (std::uint32_t row = 0; row < problem_.row_count(); ++row) {
      const std::int64_t price = certificate_.payment_prices[row];
      for (std::uint32_t i = problem_.demand_begin[row]; i < problem_.demand_begin[row + 1]; ++i) {
        const market::DemandStep& step = problem_.demand[i];
        const std::int64_t bought = allocation_.demand[i];
        CurveSum& curve = curves[step.order];
        curve.asked += market::row_money(problem_, row, step.price, step.amount);
        curve.bought += market::row_money(problem_, row, step.price, bought);
        curve.placed = curve.placed || bought > 0;
        if (step.price <= price) continue;
        curve.lost += market::row_money(problem_, row, step.price - price, step.amount - bought);
      }
    }
    return curves;
  }

  void add_orders() {
    const std::vector<CurveSum> curves = sum_curves();
    const market::OptionPricer pricer(problem_, certificate_.payment_prices);
    for (std::uint32_t i = 0; i < problem_.orders.size(); ++i) {
      const bool curve = market_.orders[i].kind == OrderKind::kCurve;
      const bool placed = curve ? curves[i].placed : placed_[i] != kNone;
      RejectedOrder entry;
      entry.order = i;
      entry.kind = market_.orders[i].kind;
      const DeviceSize size = asked_size(i);
      entry.devices = size.devices;
      entry.device_seconds = size.device_slots * view_.slot_seconds;
      entry.value = curve ? micro_of(curves[i].asked, problem_.denominator) : best_value(i);
      count_order(entry, placed,
                  curve ? micro_of(curves[i].bought, problem_.denominator) : placed_value(i));
      if (placed) continue;
      entry.name = market_.order_names[i];
      entry.account = market_.account_names[market_.orders[i].account.value];
      entry.rate = per_device_hour(entry.value, entry.device_seconds);
      entry.lost = micro_of(curve ? curves[i].lost : pricer.surplus(i), problem_.denominator);
      if (i < input_.reasons.size() && input_.reasons[i] < input_.reason_names.size()) {
        entry.reason = input_.reasons[i];
      }
      view_.rejected.push_back(std::move(entry));
    }
  }

  [[nodiscard]] std::int64_t placed_value(std::uint32_t order) const {
    if (placed_[order] == kNone) return 0;
    return market::placement_value(
        problem_, order,
        market::find_placement(problem_, certificate_.outcome.awards[placed_[order]]));
  }

  void count_order(const RejectedOrder& entry, bool placed, std::int64_t value_placed) {
    Totals& totals = view_.totals;
    KindCount& kind = totals.kinds[static_cast<std::size_t>(entry.kind)];
    ++kind.orders;
    ++totals.orders.orders;
    kind.placed += placed ? 1 : 0;
    totals.orders.placed += placed ? 1 : 0;
    totals.device_seconds_asked += entry.device_seconds;
    if (placed) totals.device_seconds_placed += entry.device_seconds;
    if (entry.value > 0) {
      totals.value_asked += entry.value;
      totals.value_placed += value_placed;
    }
  }

  void add_money() {
    Totals& totals = view_.totals;
    const auto floor_micro = [&](int128 undivided) {
      return divide_wide(undivided, problem_.denominator, Rounding::kDown);
    };
    for (const AccountTotal& total : certificate_.totals) totals.payments += total.paid;
    totals.rent = certificate_.rent;
    totals.welfare = floor_micro(certificate_.welfare);
    totals.bound = divide_wide(certificate_.bound, problem_.denominator, Rounding::kUp);
    if (input_.free_welfare) totals.free_welfare = floor_micro(*input_.free_welfare);
    market::Verdict verdict;
    verdict.welfare = certificate_.welfare;
    verdict.bound = certificate_.bound;
    verdict.denominator = problem_.denominator;
    if (!certificate_.gang_prices.prices.empty()) {
      totals.gang_bound = divide_wide(certificate_.gang_bound, problem_.denominator, Rounding::kUp);
      verdict.bound = std::min(verdict.bound, certificate_.gang_bound);
    }
    totals.gap_ppm = verdict.gap_ppm();
  }

  const RoundInput& input_;
  const Market& market_;
  const Problem& problem_;
  const Certificate& certificate_;
  const market::Dispatch dispatch_;
  const market::Allocation allocation_;
  const std::size_t capacity_rows_;
  std::vector<std::int64_t> used_;       // per capacity row
  std::vector<std::int64_t> delivered_;  // per capacity row, by awards with negative legs
  std::vector<UndividedCosts> hub_costs_;
  std::vector<std::uint32_t> placed_;  // by OrderId: position of its award
  std::vector<PriceMean> hub_prices_;
  std::vector<PriceMean> hub_signals_;
  std::uint32_t first_zone_lane_ = 0;
  RoundView view_;
};

}  // namespace

RoundView view_round(const RoundInput& input) {
  return RoundViewer(input).run();
}

std::optional<std::int64_t> share_ppm(int128 part, int128 whole) {
  if (whole <= 0) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp<int128>(
      divide_wide(part * kMicro, whole, Rounding::kHalfEven), -kMoneyMax, kMoneyMax));
}

std::optional<std::int64_t> per_device_hour(int128 micro, int128 device_seconds) {
  if (device_seconds <= 0) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp<int128>(
      divide_wide(micro * 3'600, device_seconds, Rounding::kHalfEven), -kMoneyMax, kMoneyMax));
}

std::optional<std::int64_t> green_share_ppm(const HubView& hub) {
  return hub.has_green_zone ? share_ppm(hub.green_wh, hub.energy_wh) : std::nullopt;
}

std::optional<std::int64_t> green_share_ppm(const Totals& totals) {
  return share_ppm(totals.green_wh, totals.green_zone_energy_wh);
}

const HubView* find_hub(const RoundView& view, const std::string& name) {
  for (const HubView& hub : view.hubs) {
    if (hub.name == name) return &hub;
  }
  return nullptr;
}

}  // namespace tongsuan::report
