// Test helper: the naive twin. Reads a Market by the definitions in domain/market.h, without the
// compiled problem, and finds the best outcome by trying all of them. For tiny books only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/outcome.h"
#include "tongsuan/market/naive_rows.h"

namespace tongsuan::market::testing {

// Undivided money of the twin: micro-yuan × 3.6·10^9, whatever the book.
inline constexpr std::int64_t kNaiveDenominator = 3'600'000'000;

// Money of the twin in units of 1 / denominator micro-yuan, rounded down.
[[nodiscard]] inline int128 undivided_of(int128 naive, std::int64_t denominator) {
  return naive / kNaiveDenominator * denominator +
         naive % kNaiveDenominator * denominator / kNaiveDenominator;
}

struct NaivePlacement {
  Award award;
  std::int64_t value = 0;  // micro-yuan
  SlotRange slots;
  std::vector<std::pair<std::uint32_t, std::int64_t>> use;  // (row of the twin, amount)
};

class NaiveBook : NaiveRows {
 public:
  explicit NaiveBook(const Market& market) : NaiveRows(market) {
    for (std::uint32_t i = 0; i < market.orders.size(); ++i) candidates_.push_back(list(i));
    for (std::uint32_t i = 0; i < market.lines.size(); ++i) {
      for (Slot t = market.lines[i].slots.begin; t < market.lines[i].slots.end; ++t) {
        flow_lines_.push_back({i, t});
      }
    }
  }

  // Every placement of an order.
  [[nodiscard]] const std::vector<NaivePlacement>& candidates(std::uint32_t order) const {
    return candidates_[order];
  }

  // Number of (outcome, flow) combinations that `best` tries, cut at `limit`.
  [[nodiscard]] std::uint64_t combinations(std::uint64_t limit) const {
    std::uint64_t count = 1;
    for (const auto& list : candidates_) count = std::min(limit, count * (list.size() + 1));
    for (const auto& [line, slot] : flow_lines_) {
      const auto width = market_.lines[line].max.raw() - market_.lines[line].min.raw() + 1;
      count = std::min(limit, count * static_cast<std::uint64_t>(width));
    }
    return count;
  }

  // Undivided welfare of an outcome; nothing when it is not feasible.
  [[nodiscard]] std::optional<int128> welfare(const Outcome& outcome) {
    std::vector<const NaivePlacement*> chosen(market_.orders.size(), nullptr);
    for (const Award& award : outcome.awards) {
      for (const NaivePlacement& placement : candidates_[award.order.value]) {
        if (placement.award == award) chosen[award.order.value] = &placement;
      }
      if (chosen[award.order.value] == nullptr) return std::nullopt;
    }
    return total(chosen, outcome.flows);
  }

  // The best outcome; there always is one unless a balance row cannot be balanced at all.
  [[nodiscard]] std::optional<std::pair<int128, Outcome>> best() {
    best_.reset();
    std::vector<const NaivePlacement*> chosen(market_.orders.size(), nullptr);
    std::vector<std::int64_t> flows(flow_lines_.size(), 0);
    try_orders(0, chosen, flows);
    return best_;
  }

 private:
  // ---- Placements ------------------------------------------------------------------------------

  using Use = std::vector<std::pair<std::uint32_t, std::int64_t>>;

  // `gang` devices at a hub over `slots`; false when the order cannot be there.
  bool run(const Order& order, std::uint32_t hub, std::uint32_t accelerator, std::int64_t gang,
           bool whole, SlotRange slots, Use& use) {
    const Hub& at = market_.hubs[hub];
    const AcceleratorClass& kind = market_.classes[accelerator];
    if (!capacity_exists(hub, accelerator)) return false;
    if (order.green_percent > 0 && at.green_zone == kNone) return false;
    std::int64_t nodes = 0;
    if (whole) {
      const bool found = std::any_of(
          market_.node_blocks.begin(), market_.node_blocks.end(), [&](const NodeBlock& block) {
            return block.hub.value == hub && block.accelerator.value == accelerator;
          });
      if (!found) return false;
      nodes = (gang + kind.node_devices - 1) / kind.node_devices;
      gang = nodes * kind.node_devices;
    }
    const std::int64_t milli_watt_hours = std::int64_t{kind.watts} * at.pue_milli;
    const std::int64_t device_energy =
        (milli_watt_hours * market_.calendar.slot_seconds + 3'599'999) / 3'600'000;
    const std::int64_t device_green = (device_energy * order.green_percent + 99) / 100;
    for (Slot t = slots.begin; t < slots.end; ++t) {
      use.emplace_back(row(kCapacity, hub, accelerator, t), gang);
      if (whole) use.emplace_back(row(kNode, hub, accelerator, t), nodes);
      if (at.power_zone != kNone) {
        use.emplace_back(row(kZone, at.power_zone, 0, t), device_energy * gang);
      }
      if (order.green_percent > 0) {
        use.emplace_back(row(kZone, at.green_zone, 0, t), device_green * gang);
      }
      for (std::uint32_t i = 0; i < market_.caps.size(); ++i) {
        const Cap& cap = market_.caps[i];
        if (cap.group.value == order.group && (cap.hub == kNone || cap.hub == hub) &&
            (cap.accelerator == kNone || cap.accelerator == accelerator)) {
          use.emplace_back(row(kCap, i, 0, t), gang);
        }
      }
    }
    return true;
  }

  // The transfer of a data set that ends at `start`; false when it cannot arrive.
  bool bring(std::uint32_t data, std::uint32_t hub, Slot start, Use& use) {
    const DataSet& set = market_.data_sets[data];
    const Link* best = nullptr;
    for (std::uint32_t i = set.replicas.begin; i < set.replicas.end; ++i) {
      const std::uint32_t from = market_.hub_lists[i].value;
      if (from == hub) return true;
      for (const Link& link : market_.links) {
        if (link.from.value != from || link.to.value != hub) continue;
        if (best == nullptr ||
            market_.steps[link.steps.begin].price < market_.steps[best->steps.begin].price) {
          best = &link;
        }
        break;  // links are sorted by begin: the earliest range speaks for the pair
      }
    }
    if (set.size_mb == 0) return true;
    if (best == nullptr) return false;
    std::size_t widest = 0;
    for (Slot t = 0; t < market_.calendar.slot_count; ++t) {
      widest =
          std::max(widest, rows_[row(kLink, best->from.value, best->to.value, t)].supply.size());
    }
    const std::uint64_t share = std::max<std::uint64_t>(1, widest / 4);
    std::uint64_t slots = 1;
    while ((set.size_mb + slots - 1) / slots > share) ++slots;
    if (slots > start) return false;
    const auto rate = static_cast<std::int64_t>((set.size_mb + slots - 1) / slots);
    for (Slot t = start - static_cast<Slot>(slots); t < start; ++t) {
      use.emplace_back(row(kLink, best->from.value, best->to.value, t), rate);
    }
    return true;
  }

  std::vector<NaivePlacement> list(std::uint32_t id) {
    const Order& order = market_.orders[id];
    std::vector<NaivePlacement> result;
    if (order.kind == OrderKind::kBlock) list_block(id, result);
    if (order.kind == OrderKind::kOptions) list_options(id, result);
    if (order.kind == OrderKind::kProfile) list_options(id, result);
    if (order.kind == OrderKind::kService) list_service(id, result);
    return result;
  }

  void list_block(std::uint32_t id, std::vector<NaivePlacement>& result) {
    const Order& order = market_.orders[id];
    const Span32 hubs = market_.hub_sets[order.hubs.value];
    for (std::uint32_t v = 0; v < order.variants.count(); ++v) {
      const Variant& variant = market_.variants[order.variants.begin + v];
      for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
        const std::uint32_t hub = market_.hub_lists[h].value;
        for (Slot start = order.window.begin; start + variant.duration <= order.window.end;
             ++start) {
          NaivePlacement placement;
          placement.award = {OrderId{id}, v, hub, start, 1};
          placement.value = order.value - order.delay_cost * (start - order.window.begin);
          placement.slots = {start, start + variant.duration};
          if (run(order, hub, variant.accelerator.value, variant.gang, order.whole_nodes,
                  placement.slots, placement.use) &&
              (order.data == kNone || bring(order.data, hub, start, placement.use))) {
            result.push_back(std::move(placement));
          }
        }
      }
    }
  }

  void list_service(std::uint32_t id, std::vector<NaivePlacement>& result) {
    const Order& order = market_.orders[id];
    const Span32 hubs = market_.hub_sets[order.hubs.value];
    const Variant& variant = market_.variants[order.variants.begin];
    for (std::uint32_t h = hubs.begin; h < hubs.end; ++h) {
      NaivePlacement placement;
      placement.award = {OrderId{id}, 0, market_.hub_lists[h].value, 0, 1};
      placement.value = order.value;
      placement.slots = {market_.ranges[order.services.begin].begin, 0};
      bool possible = true;
      for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) {
        possible =
            possible && run(order, placement.award.hub, variant.accelerator.value, variant.gang,
                            order.whole_nodes, market_.ranges[i], placement.use);
        placement.slots.begin = std::min(placement.slots.begin, market_.ranges[i].begin);
        placement.slots.end = std::max(placement.slots.end, market_.ranges[i].end);
      }
      if (possible) result.push_back(std::move(placement));
    }
  }

  void list_options(std::uint32_t id, std::vector<NaivePlacement>& result) {
    const Order& order = market_.orders[id];
    for (std::uint32_t o = 0; o < order.options.count(); ++o) {
      const Option& option = market_.options[order.options.begin + o];
      NaivePlacement whole;
      whole.award = {OrderId{id}, o, kNone, 0, 1};
      whole.slots = {kSlotsMax, 0};
      bool possible = true;
      for (std::uint32_t k = option.legs.begin; k < option.legs.end && possible; ++k) {
        const Leg& leg = market_.legs[k];
        whole.slots.begin = std::min(whole.slots.begin, leg.slots.begin);
        whole.slots.end = std::max(whole.slots.end, leg.slots.end);
        if (leg.kind != RowKind::kZone && leg.amount > 0) {
          const bool nodes = leg.kind == RowKind::kNodes;
          const std::int64_t unit = nodes ? market_.classes[leg.accelerator].node_devices : 1;
          possible =
              run(order, leg.hub, leg.accelerator, leg.amount * unit, nodes, leg.slots, whole.use);
          continue;
        }
        for (Slot t = leg.slots.begin; t < leg.slots.end; ++t) {
          whole.use.emplace_back(leg_row(leg, t), leg.amount);
        }
      }
      if (!possible) continue;
      std::int64_t lots = 1;
      std::int64_t lots_min = 1;
      if (order.kind == OrderKind::kProfile && order.minimum_ppm < 1'000'000) {
        lots = 0;
        for (const auto& [row, amount] : whole.use) lots = std::gcd(lots, amount);
        while (lots_min * 1'000'000 < lots * order.minimum_ppm) ++lots_min;
      }
      for (std::int64_t part = lots_min; part <= lots; ++part) {
        NaivePlacement placement = whole;
        placement.award.lots = static_cast<std::uint32_t>(part);
        for (auto& [row, amount] : placement.use) amount = amount * part / lots;
        placement.value = divide(int128{option.value} * part, lots, Rounding::kDown);
        result.push_back(std::move(placement));
      }
    }
  }

  // ---- Outcomes --------------------------------------------------------------------------------

  std::optional<int128> total(const std::vector<const NaivePlacement*>& chosen,
                              const std::vector<std::int64_t>& flows) {
    int128 sum = 0;
    std::vector<std::int64_t> use(rows_.size(), 0);
    for (std::uint32_t i = 0; i < chosen.size(); ++i) {
      if (chosen[i] == nullptr) continue;
      const std::uint32_t after = market_.orders[i].after;
      if (after != kNone &&
          (chosen[after] == nullptr || chosen[after]->slots.end > chosen[i]->slots.begin)) {
        return std::nullopt;
      }
      sum += int128{chosen[i]->value} * kNaiveDenominator;
      for (const auto& [row, amount] : chosen[i]->use) use[row] += amount;
    }
    for (std::size_t i = 0; i < flow_lines_.size(); ++i) {
      const Line& line = market_.lines[flow_lines_[i].first];
      if (flows[i] < line.min.raw() || flows[i] > line.max.raw()) return std::nullopt;
      use[row(kZone, line.from.value, 0, flow_lines_[i].second)] += flows[i];
      use[row(kZone, line.to.value, 0, flow_lines_[i].second)] -= flows[i];
      sum -= int128{line.tariff.raw()} * (flows[i] < 0 ? -flows[i] : flows[i]) * 3'600;
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::optional<int128> surplus = row_surplus(rows_[i], use[i]);
      if (!surplus) return std::nullopt;
      sum += *surplus;
    }
    return sum;
  }

  void try_orders(std::uint32_t order, std::vector<const NaivePlacement*>& chosen,
                  std::vector<std::int64_t>& flows) {
    if (order == market_.orders.size()) {
      try_flows(0, chosen, flows);
      return;
    }
    try_orders(order + 1, chosen, flows);
    for (const NaivePlacement& placement : candidates_[order]) {
      chosen[order] = &placement;
      try_orders(order + 1, chosen, flows);
    }
    chosen[order] = nullptr;
  }

  void try_flows(std::size_t index, const std::vector<const NaivePlacement*>& chosen,
                 std::vector<std::int64_t>& flows) {
    if (index < flows.size()) {
      const Line& line = market_.lines[flow_lines_[index].first];
      for (flows[index] = line.min.raw(); flows[index] <= line.max.raw(); ++flows[index]) {
        try_flows(index + 1, chosen, flows);
      }
      return;
    }
    const std::optional<int128> sum = total(chosen, flows);
    if (!sum || (best_ && best_->first >= *sum)) return;
    Outcome outcome;
    for (const NaivePlacement* placement : chosen) {
      if (placement != nullptr) outcome.awards.push_back(placement->award);
    }
    outcome.flows = flows;
    best_ = {*sum, std::move(outcome)};
  }

  std::vector<std::vector<NaivePlacement>> candidates_;
  std::vector<std::pair<std::uint32_t, Slot>> flow_lines_;
  std::optional<std::pair<int128, Outcome>> best_;
};

}  // namespace tongsuan::market::testing
