// Answers about rounds in the exchange's own terms.
#include <algorithm>
#include <utility>

#include "tongsuan/dispatch/nodes.h"
#include "tongsuan/engine/offer.h"
#include "tongsuan/node/internal/held_round.h"

namespace tongsuan::node::internal {

using clearing::ChangeKind;
using engine::LiveOrder;
using engine::OrderRecord;
using engine::OrderState;
using exchange::RoundRow;

namespace {

struct Spot {
  std::uint32_t hub = kNone;
  std::uint32_t variant = 0;
  Slot start = 0;
  std::int64_t cost = 0;
};

// Variants beyond the order's own are of a class that was added, as fast as the first.
Place place_at(const RoundFrame& frame, const AskedBlock& asked, const Spot& spot,
               std::uint32_t accelerator = kNone) {
  const bool own = spot.variant < asked.variants.size() && accelerator == kNone;
  Variant variant = asked.variants[own ? spot.variant : 0];
  if (!own) variant.accelerator = ClassId{accelerator};
  const Slot later = spot.start - std::min<Slot>(spot.start, asked.window.begin);
  return {std::string(frame.market.hub_names[spot.hub]),
          std::string(frame.market.class_names[variant.accelerator.value]),
          own ? spot.variant : static_cast<std::uint32_t>(asked.variants.size()),
          variant.gang,
          second_of(frame.grid, spot.start),
          second_of(frame.grid, static_cast<Slot>(spot.start + variant.duration)),
          Money(spot.cost),
          Money(asked.value - asked.delay_cost * later)};
}

HubCost hub_cost(const RoundFrame& frame, const AskedBlock& asked,
                 const clearing::HubAnswer& answer) {
  return hub_cost_at(
      frame, answer,
      place_at(frame, asked, {answer.hub, answer.variant, answer.start, answer.cost}));
}

// Nothing for changes that the order cannot make.
std::optional<Advice> advice(const RoundFrame& frame, const AskedBlock& asked,
                             const clearing::Change& change) {
  Advice advice;
  advice.kind = change.kind;
  advice.latest_start = asked.live.latest_start;
  std::uint32_t longest = 0;
  for (const Variant& variant : asked.variants) longest = std::max(longest, variant.duration);
  const bool added = change.kind == ChangeKind::kClass;
  std::uint32_t variant = 0;
  if (!added && change.variant < asked.variants.size()) variant = change.variant;
  advice.place = place_at(frame, asked, {change.hub, variant, change.start, change.payment},
                          added ? change.accelerator : kNone);
  std::int64_t more = change.extra_cost;
  if (more > 0 && asked.grid) more += asked.grid->unpaid;
  advice.more = Money(more);
  advice.place.value = Money(asked.live.value + more);
  if (change.kind == ChangeKind::kWindow) {
    // An order with a grace is offered anew for later starts, whatever its window is.
    if (!asked.grid || asked.grid->patient || change.window_end < longest) return std::nullopt;
    advice.latest_start = second_of(frame.grid, static_cast<Slot>(change.window_end - longest));
    if (advice.latest_start <= asked.live.latest_start) return std::nullopt;
  }
  return advice;
}

}  // namespace

HubCost hub_cost_at(const RoundFrame& frame, const clearing::HubAnswer& answer, Place place) {
  HubCost cost;
  cost.place = std::move(place);
  cost.place.value = Money(answer.value);
  cost.short_by = Money(answer.short_by);
  for (const clearing::BindingRow& row : answer.binding) {
    cost.rows.push_back({row.row, second_of(frame.grid, row.slots.begin),
                         second_of(frame.grid, row.slots.end), Money(row.price), Money(row.premium),
                         Money(row.cost)});
  }
  return cost;
}

Explained explain(const RoundFrame& frame, const AskedBlock& asked, const clearing::Why& why) {
  Explained explained;
  explained.round = frame.round;
  explained.at = frame.grid.begin;
  explained.reason = why.reason;
  explained.lost_opportunity = Money(why.lost_opportunity);
  if (why.reason == clearing::Reason::kPlaced && why.hub != kNone) {
    explained.placed = place_at(frame, asked, {why.hub, why.variant, why.start, why.payment});
  }
  for (const clearing::HubAnswer& hub : why.hubs) {
    explained.hubs.push_back(hub_cost(frame, asked, hub));
  }
  for (const clearing::Change& change : why.changes) {
    std::optional<Advice> one = advice(frame, asked, change);
    if (one) explained.changes.push_back(std::move(*one));
  }
  return explained;
}

AskedBlock block_of(const Market& market, std::uint32_t position) {
  const Order& order = market.orders[position];
  AskedBlock asked;
  asked.variants.assign(market.variants.begin() + order.variants.begin,
                        market.variants.begin() + order.variants.end);
  asked.window = order.window;
  asked.value = order.value;
  asked.delay_cost = order.delay_cost;
  return asked;
}

// ---- Now ---------------------------------------------------------------------------------------

std::optional<Place> place_now(const exchange::State& state, const LiveOrder& order, Second now) {
  const engine::State& engine = state.engine();
  const engine::Places& places = engine.places();
  if (state.halted() || order.not_before > now || order.latest_start < now) return std::nullopt;
  std::optional<Place> best;
  const Money value(engine::value_at(order, now));
  for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
    const engine::Way& what = order.ways[way];
    for (const engine::PoolId id : engine.pools_of(order, way)) {
      const engine::Pool& pool = places.pools[id.value];
      const exchange::HubRecord& hub = state.hubs()[pool.hub.value];
      const engine::Need need = engine::need_of(what, order.whole_nodes, pool.node_devices);
      if (hub.halted || hub.supplier == ledger::kHouse || !engine.has_data(order, pool.hub) ||
          !dispatch::may_fit(engine.pool(id), need)) {
        continue;
      }
      Price price = engine::ask_for(engine, {id, need.devices(), now, now, now + what.estimate});
      if (id.value < engine.posted().size()) {
        price = std::max(price, Price(engine.posted()[id.value]));
      }
      const Money cost(engine::device_cost(price, need.devices(), what.estimate));
      if (cost > value || (best && best->cost <= cost)) continue;
      best = {std::string(places.hub_names[pool.hub.value]),
              std::string(places.class_names[pool.accelerator.value]),
              way,
              need.devices(),
              now,
              now + what.estimate,
              cost,
              value};
    }
  }
  return best;
}

// ---- Orders outside a book ---------------------------------------------------------------------

Fate fate_of(const exchange::State& state, OrderId order) {
  const engine::State& engine = state.engine();
  const OrderRecord& record = engine.order(order);
  Fate fate;
  fate.state = record.state;
  fate.first_start = record.first_start;
  if (record.contract == kNone || !engine.knows(engine::ContractId{record.contract})) return fate;
  const engine::Contract& contract = engine.contract(engine::ContractId{record.contract});
  const engine::Pool& pool = engine.places().pools[contract.pool.value];
  const Second end = contract.end >= 0 ? contract.end : contract.expected_end;
  fate.place = {
      std::string(engine.places().hub_names[pool.hub.value]),
      std::string(engine.places().class_names[pool.accelerator.value]),
      contract.way,
      contract.devices(),
      contract.start,
      end,
      Money(engine::device_cost(contract.price, contract.devices(), end - contract.start)),
      Money(engine::value_at(record.order, record.first_start))};
  return fate;
}

namespace {

std::string started_text(const Fate& fate) {
  std::string text = "dispatch started it between rounds, at the posted price";
  if (fate.place) text += ", in " + fate.place->hub + " on " + fate.place->accelerator;
  return text;
}

Stood stood_before_rounds(const exchange::State& state, OrderId id) {
  if (state.engine().order(id).first_start >= 0) {
    return {Standing::kStarted, started_text(fate_of(state, id))};
  }
  return {Standing::kAfterGate, "no round has closed yet"};
}

}  // namespace

Stood stood_outside(const exchange::State& state, OrderId id, const RoundRow* row) {
  if (row == nullptr) return stood_before_rounds(state, id);
  const OrderRecord& record = state.engine().order(id);
  const std::string round = "round " + std::to_string(row->round);
  if (engine::is_part(record.order)) {
    return {Standing::kLater,
            "it is a part of an order that a round awarded: it has its place, and "
            "stands in no book"};
  }
  if (record.state == OrderState::kAwarded) {
    return {Standing::kGone, "another round awarded it: its parts are orders of their own"};
  }
  if (record.first_start >= 0 && record.first_start <= row->closed) {
    return {Standing::kStarted,
            "it did not wait for " + round + ": " + started_text(fate_of(state, id))};
  }
  if (record.order.submit >= row->gate) {
    const bool next = state.rounds().back().round == row->round;
    return {Standing::kAfterGate,
            "it came after the gate of " + round +
                (next ? ": it is in the book of the next round" : ": look at a later round")};
  }
  if (record.order.not_before > row->gate) {
    return {Standing::kLater,
            "it is wanted only after the gate of " + round + ": it stands in a later book"};
  }
  if (record.state == OrderState::kCancelled || record.state == OrderState::kLeft) {
    return {Standing::kGone, "it was no longer wanted when the book of " + round + " was made"};
  }
  if (row->outcome != exchange::RoundOutcome::kCleared) {
    return {Standing::kPassedOver, "nothing was cleared in " + round + ": " + row->reason};
  }
  return {Standing::kPassedOver, "it waited, but not among the orders that the book of " + round +
                                     " has room for, or no start of it lies within the book"};
}

}  // namespace tongsuan::node::internal
