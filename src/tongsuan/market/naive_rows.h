// Test helper: the rows of the naive twin (naive.h), read from a Market by their definitions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::market::testing {

class NaiveRows {
 protected:
  explicit NaiveRows(const Market& market) : market_(market) { add_supply(); }

  enum Kind : std::uint32_t { kCapacity, kNode, kZone, kLink, kCap };
  struct Row {
    bool balance = false;
    std::int64_t weight = 0;           // undivided money per price and amount
    std::vector<std::int64_t> supply;  // price of every single unit
    std::vector<std::int64_t> demand;
    bool limited = true;
    std::map<std::int64_t, std::optional<int128>> known;  // best surplus by net use
  };

  std::uint32_t row(Kind kind, std::uint32_t first, std::uint32_t second, Slot slot) {
    const auto [found, inserted] = row_of_.try_emplace(std::tuple(kind, first, second, slot),
                                                       static_cast<std::uint32_t>(rows_.size()));
    if (inserted) {
      const bool energy = kind == kZone || kind == kLink;
      rows_.push_back({});
      rows_.back().balance = kind == kZone && market_.zones[first].disposal == Disposal::kBalance;
      rows_.back().weight =
          energy ? 3'600 : std::int64_t{market_.calendar.slot_seconds} * 1'000'000;
    }
    return found->second;
  }

  void add_units(std::vector<std::int64_t>& units, Span32 steps) const {
    for (std::uint32_t i = steps.begin; i < steps.end; ++i) {
      units.insert(units.end(), static_cast<std::size_t>(market_.steps[i].amount.raw()),
                   market_.steps[i].price.raw());
    }
  }

  void add_supply() {
    const std::uint32_t slots = market_.calendar.slot_count;
    for (std::uint32_t zone = 0; zone < market_.zones.size(); ++zone) {
      for (Slot t = 0; t < slots; ++t) row(kZone, zone, 0, t);
    }
    for (const Offer& offer : market_.offers) {
      for (Slot t = offer.slots.begin; t < offer.slots.end; ++t) {
        add_units(rows_[offer.zone == kNone ? row(kCapacity, offer.hub, offer.accelerator, t)
                                            : row(kZone, offer.zone, 0, t)]
                      .supply,
                  offer.steps);
      }
    }
    for (const Link& link : market_.links) {
      for (Slot t = link.slots.begin; t < link.slots.end; ++t) {
        add_units(rows_[row(kLink, link.from.value, link.to.value, t)].supply, link.steps);
      }
    }
    for (const NodeBlock& block : market_.node_blocks) {
      for (Slot t = block.slots.begin; t < block.slots.end; ++t) {
        auto& units = rows_[row(kNode, block.hub.value, block.accelerator.value, t)].supply;
        units.insert(units.end(), block.nodes, 0);
      }
    }
    for (std::uint32_t i = 0; i < market_.caps.size(); ++i) {
      for (Slot t = 0; t < slots; ++t) {
        Row& at = rows_[row(kCap, i, 0, t)];
        at.limited = t >= market_.caps[i].slots.begin && t < market_.caps[i].slots.end;
        at.supply.assign(at.limited ? market_.caps[i].devices : 0, 0);
      }
    }
    for (const Order& order : market_.orders) {
      if (order.kind != OrderKind::kCurve) continue;
      const Leg& leg = market_.legs[market_.options[order.options.begin].legs.begin];
      for (Slot t = leg.slots.begin; t < leg.slots.end; ++t) {
        add_units(rows_[leg_row(leg, t)].demand, order.steps);
      }
    }
    for (Row& at : rows_) {
      std::sort(at.supply.begin(), at.supply.end());
      std::sort(at.demand.rbegin(), at.demand.rend());
    }
  }

  std::uint32_t leg_row(const Leg& leg, Slot t) {
    return leg.kind == RowKind::kZone ? row(kZone, leg.zone, 0, t)
                                      : row(kCapacity, leg.hub, leg.accelerator, t);
  }

  [[nodiscard]] bool capacity_exists(std::uint32_t hub, std::uint32_t accelerator) const {
    for (const Offer& offer : market_.offers) {
      if (offer.hub == hub && offer.accelerator == accelerator) return true;
    }
    for (const Leg& leg : market_.legs) {
      if (leg.kind == RowKind::kCapacity && leg.amount < 0 && leg.hub == hub &&
          leg.accelerator == accelerator) {
        return true;
      }
    }
    return false;
  }

  // Best value of demand less cost of supply around a net use, by trying every amount of demand.
  std::optional<int128> row_surplus(Row& at, std::int64_t use) {
    const auto found = at.known.find(use);
    if (found != at.known.end()) return found->second;
    std::optional<int128> best;
    int128 value = 0;
    for (std::size_t demand = 0;; ++demand) {
      const std::int64_t need = use + static_cast<std::int64_t>(demand);
      const std::int64_t supply = std::max<std::int64_t>(0, need);
      const bool met = (!at.balance || need >= 0) &&
                       (!at.limited || supply <= static_cast<std::int64_t>(at.supply.size()));
      if (met) {
        int128 cost = 0;
        for (std::int64_t i = 0; at.limited && i < supply; ++i) {
          cost += at.supply[static_cast<std::size_t>(i)];
        }
        const int128 surplus = (value - cost) * at.weight;
        if (!best || surplus > *best) best = surplus;
      }
      if (demand == at.demand.size()) break;
      value += at.demand[demand];
    }
    at.known[use] = best;
    return best;
  }

  const Market& market_;
  std::map<std::tuple<Kind, std::uint32_t, std::uint32_t, Slot>, std::uint32_t> row_of_;
  std::vector<Row> rows_;
};

}  // namespace tongsuan::market::testing
