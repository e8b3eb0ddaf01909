#include "tongsuan/rolling/rolling_market.h"

#include <algorithm>
#include <limits>

#include "tongsuan/dispatch/changes.h"

namespace tongsuan::rolling {

using engine::kDay;
using engine::kHour;
using engine::PoolId;
using engine::State;

namespace {

constexpr std::uint64_t kTakeOverCost = 10'000;  // units of a budget (budget.h), about

}  // namespace

RollingMarket::RollingMarket(const engine::Places& places, const engine::Energy& energy,
                             MarketRules rules)
    : places_(places),
      energy_(energy),
      rules_(rules),
      chooser_(*this),
      line_(places,
            {.line = rules.line,
             .reservations = rules.reservations,
             .backfill = true,
             .aging_percent = rules.aging_percent,
             .line_max = rules.line_max,
             .waiting_expected = rules.waiting_expected},
            dispatch::all_pools(places), chooser_),
      shares_(rules.fairness_percent),
      next_round_(rules.round),
      relocation_(rules.relocation) {}

// Energy at its tariff until the first round.
void RollingMarket::open_prices(const State& state) {
  if (prices_) return;
  prices_.emplace(state, energy_, clock_hours(state.now(), rules_.horizon));
}

// ---- Dispatch ----------------------------------------------------------------------------------

void RollingMarket::react(dispatch::Desk& desk, const std::vector<engine::Event>& events) {
  const State& state = desk.state();
  dispatch::Budget budget(rules_.work_max);
  open_prices(state);
  const dispatch::Changes changes = dispatch::read_changes(state, events);
  learn(state, events);
  for (const OrderId order : changes.packages) {
    const bool known = !packages_.empty() && order <= packages_.back().order;
    if (!known) packages_.push_back(waiting_package(state, order));
  }
  for (const OrderId order : changes.left) {
    line_.remove(order);
    std::erase(unbooked_, order);
    const auto at = std::ranges::lower_bound(packages_, order, {}, &WaitingPackage::order);
    if (at != packages_.end() && at->order == order) packages_.erase(at);
  }
  book_new(desk, changes.later);
  book_again(desk, events);
  std::vector<OrderId> stopped;
  for (const OrderId order : changes.came) {
    if (!start_due(desk, order, stopped)) line_.add(state, order);
  }
  for (const OrderId order : stopped) line_.add(state, order);
  if (!changes.data_at.empty()) no_rooms_ = {};
  if (!changes.opened.empty() || !changes.data_at.empty() || !stopped.empty()) {
    line_.pass(desk, budget);
  } else {
    line_.arrive(desk, changes.came, budget);
  }
  for (const OrderId order : changes.came) {
    if (is_due(state, order, desk.now()) && make_room_for(desk, order)) line_.remove(order);
  }
  stop_overruns(desk, events, budget);
  make_rooms(desk, budget);
  if (opening_ == Opening::kDone) fill(desk, budget);
}

// What finished work says about estimates.
void RollingMarket::learn(const State& state, const std::vector<engine::Event>& events) {
  for (const engine::Event& event : events) {
    const auto* ended = std::get_if<engine::ContractEnded>(&event.what);
    if (ended == nullptr || ended->reason != engine::EndReason::kCompleted) continue;
    if (!state.knows(ended->contract)) continue;
    const engine::Contract& contract = state.contract(ended->contract);
    if (state.knows(contract.order)) learn_contract(state, contract);
  }
}

void RollingMarket::learn_contract(const State& state, const engine::Contract& contract) {
  const engine::OrderRecord& record = state.order(contract.order);
  if (record.stops > 0) return;
  const engine::Way& way = record.order.ways[contract.way];
  ran_sum_ += static_cast<int128>(contract.end - contract.start) * way.gang;
  estimate_sum_ += static_cast<int128>(way.estimate) * way.gang;
  device_sum_ += way.gang;
}

std::uint32_t RollingMarket::run_ppm() const {
  return estimate_sum_ == 0 ? engine::kPpm
                            : static_cast<std::uint32_t>(ran_sum_ * engine::kPpm / estimate_sum_);
}

Second RollingMarket::expected_run(Second estimate) const {
  return std::max<Second>(
      1, static_cast<Second>(static_cast<int128>(estimate) * run_ppm() / engine::kPpm));
}

std::optional<std::int64_t> RollingMarket::PriceChooser::worth(const State& state, OrderId order,
                                                               const dispatch::Option& option,
                                                               Second now) {
  const engine::OrderRecord& record = state.order(order);
  const MarketRules& rules = market_.rules_;
  if (!affords(state, order, option, now)) return std::nullopt;
  const Second run = market_.expected_run(State::remaining(record, option.way));
  const std::int64_t worth = engine::value_at(record.order, now) -
                             market_.prices_->cost(option.pool, option.need, now, run) -
                             market_.steps_cost(state, order, option, now);
  // Work that has begun goes on wherever it can: nothing is gained by waiting. Nor by a part.
  const bool may_wait = record.first_start < 0 && !engine::is_part(record.order);
  if (may_wait && market_.waits(state, order, option, now)) return std::nullopt;
  const std::int64_t grain =
      std::max<std::int64_t>(1, record.order.value / 1'000 * rules.grain_per_mille);
  return worth / grain;
}

// What the steps beyond the first add to the cost of starting there.
std::int64_t RollingMarket::steps_cost(const State& state, OrderId order,
                                       const dispatch::Option& option, Second now) {
  const engine::PoolState& pool = state.pool(option.pool);
  if (pool.steps.empty()) return 0;
  const Price ask = steps_.ask(state, span_of(state, order, option, {now, now}));
  const Second run = expected_run(State::remaining(state.order(order), option.way));
  return engine::beyond_first(pool, ask, option.need.devices(), run);
}

// What the contract will cost, rounded up, as the exchange counts it.
bool RollingMarket::PriceChooser::affords(const State& state, OrderId order,
                                          const dispatch::Option& option, Second now) {
  return affords_then(state, order, option, {now, now});
}

bool RollingMarket::PriceChooser::affords_then(const State& state, OrderId order,
                                               const dispatch::Option& option,
                                               dispatch::When when) {
  if (!market_.rules_.limit_orders) return true;
  const engine::OrderRecord& record = state.order(order);
  const Second run = State::end_from(record, option.way, when.begin) - when.begin;
  const std::int64_t cost =
      engine::device_cost(price(state, order, option, when), option.need.devices(), run);
  // Work that has begun is worth finishing.
  const Second start = record.first_start >= 0 ? record.first_start : when.begin;
  if (cost > engine::value_at(record.order, start)) return false;
  return !market_.money_left || cost <= market_.money_left(order);
}

Price RollingMarket::PriceChooser::price(const State& state, OrderId order,
                                         const dispatch::Option& option, dispatch::When when) {
  const engine::LiveOrder& what = state.order(order).order;
  if (engine::is_part(what)) return what.package->agreed;
  const engine::PoolState& pool = state.pool(option.pool);
  if (pool.steps.empty()) {
    return std::max(pool.ask, Price(market_.prices_->capacity(option.pool)));
  }
  const Price ask = market_.steps_.ask(state, span_of(state, order, option, when));
  return std::max(ask, Price(market_.prices_->capacity(option.pool)));
}

bool RollingMarket::PriceChooser::patient(const State& state, OrderId order, Second now) {
  const engine::OrderRecord& record = state.order(order);
  return record.first_start < 0 && now < engine::decays_from(record.order);
}

// The least that the order costs when it starts within its grace, at whichever of its places, but
// in a later slot. Kept until prices change.
std::int64_t RollingMarket::least_later(const State& state, OrderId id, Second now) {
  const Grid& grid = prices_->grid();
  const Second first = grid.next(now);
  Later& later = later_[id.value];
  if (later.from == first) return later.cost;
  later = {first, std::numeric_limits<std::int64_t>::max()};
  const std::vector<dispatch::Option>* options = line_.options(id);
  if (options == nullptr) return later.cost;
  const engine::OrderRecord& record = state.order(id);
  const Second until = engine::decays_from(record.order);
  for (const dispatch::Option& at : *options) {
    const Second run = expected_run(State::remaining(record, at.way));
    for (Second start = first; start <= until && start < grid.end(); start += grid.slot) {
      later.cost = std::min(later.cost, prices_->cost(at.pool, at.need, start, run));
    }
  }
  return later.cost;
}

// Whether an order that loses nothing by waiting costs less later, here or elsewhere. The margin
// keeps it from waiting for nothing.
bool RollingMarket::waits_for_green(const State& state, OrderId id, const dispatch::Option& option,
                                    Second now) {
  const Second run = expected_run(State::remaining(state.order(id), option.way));
  const std::int64_t energy = prices_->energy(option.pool, option.need.devices(), now, run);
  const std::int64_t margin = energy / 1'000 * rules_.patient_per_mille;
  return least_later(state, id, now) < prices_->cost(option.pool, option.need, now, run) - margin;
}

// Whether a later start at the same place saves more energy cost than waiting loses, by a margin.
bool RollingMarket::waits(const State& state, OrderId id, const dispatch::Option& option,
                          Second now) {
  if (energy_.empty()) return false;
  if (chooser_.patient(state, id, now)) return waits_for_green(state, id, option, now);
  const engine::OrderRecord& record = state.order(id);
  const engine::LiveOrder& order = record.order;
  const Second run = expected_run(State::remaining(record, option.way));
  const std::uint32_t devices = option.need.devices();
  const std::int64_t margin = order.value / 1'000 * rules_.hold_per_mille;
  const std::int64_t energy_now = prices_->energy(option.pool, devices, now, run);
  const std::int64_t now_worth = engine::value_at(order, now) - energy_now + margin;
  const Grid& grid = prices_->grid();
  for (Second start = grid.next(now); start <= order.latest_start && start < grid.end();
       start += grid.slot) {
    const std::int64_t value = engine::value_at(order, start);
    if (value <= now_worth) return false;  // it only falls
    if (value - prices_->energy(option.pool, devices, start, run) > now_worth) return true;
  }
  return false;
}

// ---- Overruns ----------------------------------------------------------------------------------

// Extended work stops where somebody who waits loses more than it does.
void RollingMarket::stop_overruns(dispatch::Desk& desk, const std::vector<engine::Event>& events,
                                  dispatch::Budget& budget) {
  for (const engine::Event& event : events) {
    if (budget.spent()) return;  // the work goes on
    const auto* extended = std::get_if<engine::ContractExtended>(&event.what);
    if (extended == nullptr || !desk.state().knows(extended->contract)) continue;
    budget.spend(kTakeOverCost);
    const auto heir = take_over(desk.state(), line_, extended->contract, run_ppm(),
                                rules_.reservations, rules_.overrun);
    if (!heir) continue;
    const engine::OrderRecord& waiting = desk.state().order(heir->order);
    const engine::Need need =
        engine::need_of(waiting.order.ways[heir->way], waiting.order.whole_nodes,
                        places_.pools[heir->pool.value].node_devices);
    if (!chooser_.affords(desk.state(), heir->order, {heir->way, heir->pool, need}, desk.now())) {
      continue;
    }
    const OrderId stopped = desk.state().contract(extended->contract).order;
    if (!desk.execute(engine::EndContract{extended->contract, engine::EndReason::kPreempted, 0})) {
      continue;
    }
    line_.start_at(desk, *heir);
    line_.add(desk.state(), stopped);
    line_.pass(desk, budget);
  }
}

// ---- Room for large gangs ----------------------------------------------------------------------

// For the first in line, as many as there are reservations: further back waits who may wait.
void RollingMarket::make_rooms(dispatch::Desk& desk, dispatch::Budget& budget) {
  rooms_due_ = budget.spent() && rules_.room_gain > 0;
  if (rooms_due_ || rules_.room_gain == 0) return;
  line_.see_blocks(desk.state());
  RoomView view = room_view(desk.state(), desk.now());
  if (view == no_rooms_) return;
  bool any = false;
  for (const OrderId order : view.front) {
    for (std::uint32_t i = 0; i < places_.pools.size(); ++i) budget.spend(places_.pools[i].nodes);
    if (!make_room_for(desk, order)) continue;
    line_.remove(order);
    any = true;
  }
  if (!any) no_rooms_ = std::move(view);
}

RollingMarket::RoomView RollingMarket::room_view(const State& state, Second now) const {
  RoomView view{now, state.block_version(), line_.front(rules_.reservations)};
  for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
    view.versions += state.pool(PoolId{i}).version;
  }
  return view;
}

bool RollingMarket::make_room_for(dispatch::Desk& desk, OrderId id) {
  if (rules_.room_gain == 0) return false;
  const State& state = desk.state();
  const engine::OrderRecord& record = state.order(id);
  const std::vector<dispatch::Option>* options = line_.options(id);
  if (options == nullptr) return false;
  const dispatch::Option* best = nullptr;
  std::optional<Room> best_room;
  for (const dispatch::Option& option : *options) {
    const engine::Pool& pool = places_.pools[option.pool.value];
    if (!chooser_.affords(state, id, option, desk.now())) continue;
    if (option.need.per_node != pool.node_devices || !state.has_data(record.order, pool.hub)) {
      continue;
    }
    const bool enough = state.pool(option.pool).free >= option.need.devices();
    if (!enough && rules_.room.stop_wait == 0) continue;
    const Second estimate = State::remaining(record, option.way);
    const auto later = line_.earliest(state, option, estimate);
    const Second at = later ? *later : desk.now() + kDay;
    const bool due = is_due(state, id, desk.now());
    if (!due && at <= desk.now() + rules_.room.settled) continue;  // soon enough
    const std::int64_t gain = engine::value_at(record.order, desk.now()) -
                              engine::value_at(record.order, at) + (due ? record.order.premium : 0);
    auto room = make_room(state, option, estimate, gain / rules_.room_gain, rules_.room);
    if (!room || (best_room && best_room->cost <= room->cost)) continue;
    best_room = std::move(room);
    best = &option;
  }
  if (!best_room) return false;
  return move_in(desk, id, *best, *best_room);
}

bool RollingMarket::move_in(dispatch::Desk& desk, OrderId id, const dispatch::Option& option,
                            const Room& room) {
  for (const Move& move : room.moves) {
    const OrderId moved = desk.state().contract(move.contract).order;
    desk.execute(engine::EndContract{move.contract, engine::EndReason::kPreempted, 0});
    const engine::OrderRecord& record = desk.state().order(moved);
    const engine::Need need = engine::need_of(record.order.ways[move.way], record.order.whole_nodes,
                                              places_.pools[move.pool.value].node_devices);
    const Price price =
        chooser_.price(desk.state(), moved, {move.way, move.pool, need}, {desk.now(), desk.now()});
    const bool goes_on =
        desk.execute(engine::StartOrder{moved, move.way, move.pool, {move.node}, price});
    if (!goes_on) line_.add(desk.state(), moved);
  }
  std::vector<OrderId> stopped;
  for (const engine::ContractId contract : room.stops) {
    stopped.push_back(desk.state().contract(contract).order);
    desk.execute(engine::EndContract{contract, engine::EndReason::kPreempted, 0});
  }
  const Price price = chooser_.price(desk.state(), id, option, {desk.now(), desk.now()});
  // Who is paid for a start in this second has promised it in this second.
  if (is_due(desk.state(), id, desk.now())) {
    desk.execute(engine::BookBlock{id, option.way, option.pool, room.nodes, desk.now(), price});
  }
  const bool starts =
      desk.execute(engine::StartOrder{id, option.way, option.pool, room.nodes, price});
  for (const OrderId order : stopped) line_.add(desk.state(), order);
  return starts;
}

}  // namespace tongsuan::rolling
