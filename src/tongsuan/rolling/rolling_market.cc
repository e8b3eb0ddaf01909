#include "tongsuan/rolling/rolling_market.h"

#include <algorithm>
#include <limits>

#include "tongsuan/base/check.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/dispatch/changes.h"

namespace tongsuan::rolling {

using engine::kDay;
using engine::kHour;
using engine::PoolId;
using engine::State;

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
             .aging_percent = rules.aging_percent},
            dispatch::all_pools(places), chooser_),
      shares_(rules.fairness_percent),
      next_round_(rules.round) {}

// Energy at its tariff until the first round.
void RollingMarket::open_prices(const State& state) {
  if (prices_) return;
  prices_.emplace(state, energy_, clock_hours(state.now(), rules_.horizon));
}

// ---- Dispatch ----------------------------------------------------------------------------------

void RollingMarket::react(dispatch::Desk& desk, const std::vector<engine::Event>& events) {
  const State& state = desk.state();
  open_prices(state);
  const dispatch::Changes changes = dispatch::read_changes(state, events);
  learn(state, events);
  for (const OrderId order : changes.left) {
    line_.remove(order);
    std::erase(unbooked_, order);
  }
  book_new(desk, changes.later);
  book_again(desk, events);
  std::vector<OrderId> stopped;
  for (const OrderId order : changes.came) {
    if (!start_due(desk, order, stopped)) line_.add(state, order);
  }
  for (const OrderId order : stopped) line_.add(state, order);
  if (!changes.opened.empty() || !changes.data_at.empty() || !stopped.empty()) {
    line_.pass(desk);
  } else {
    for (const OrderId order : changes.came) line_.arrive(desk, order);
  }
  for (const OrderId order : changes.came) {
    if (is_due(state, order, desk.now()) && make_room_for(desk, order)) line_.remove(order);
  }
  stop_overruns(desk, events);
  make_rooms(desk);
}

// What finished work says about estimates.
void RollingMarket::learn(const State& state, const std::vector<engine::Event>& events) {
  for (const engine::Event& event : events) {
    const auto* ended = std::get_if<engine::ContractEnded>(&event.what);
    if (ended == nullptr || ended->reason != engine::EndReason::kCompleted) continue;
    const engine::Contract& contract = state.contract(ended->contract);
    const engine::OrderRecord& record = state.order(contract.order);
    if (record.stops > 0) continue;
    const engine::Way& way = record.order.ways[contract.way];
    ran_sum_ += static_cast<int128>(contract.end - contract.start) * way.gang;
    estimate_sum_ += static_cast<int128>(way.estimate) * way.gang;
    device_sum_ += way.gang;
  }
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
  const Second run = market_.expected_run(State::remaining(record, option.way));
  const std::int64_t worth = engine::value_at(record.order, now) -
                             market_.prices_->cost(option.pool, option.need, now, run);
  // Work that has begun goes on wherever it can: nothing is gained by waiting.
  if (record.first_start < 0 && market_.waits(state, order, option, now)) return std::nullopt;
  const std::int64_t grain =
      std::max<std::int64_t>(1, record.order.value / 1'000 * rules.grain_per_mille);
  return worth / grain;
}

Price RollingMarket::PriceChooser::price(const State& state, PoolId pool) {
  return Price(std::max(state.pool(pool).ask.raw(), market_.prices_->capacity(pool)));
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
  if (later_.size() <= id.value) later_.resize(id.value + std::size_t{1});
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
void RollingMarket::stop_overruns(dispatch::Desk& desk, const std::vector<engine::Event>& events) {
  for (const engine::Event& event : events) {
    const auto* extended = std::get_if<engine::ContractExtended>(&event.what);
    if (extended == nullptr) continue;
    const auto heir = take_over(desk.state(), line_, extended->contract, run_ppm(),
                                rules_.reservations, rules_.overrun);
    if (!heir) continue;
    const OrderId stopped = desk.state().contract(extended->contract).order;
    if (!desk.execute(engine::EndContract{extended->contract, engine::EndReason::kPreempted, 0})) {
      continue;
    }
    line_.start_at(desk, *heir);
    line_.add(desk.state(), stopped);
    line_.pass(desk);
  }
}

// ---- Room for large gangs ----------------------------------------------------------------------

// For the first in line, as many as there are reservations: further back waits who may wait.
void RollingMarket::make_rooms(dispatch::Desk& desk) {
  if (rules_.room_gain == 0) return;
  line_.see_blocks(desk.state());
  for (const OrderId order : line_.front(rules_.reservations)) {
    if (make_room_for(desk, order)) line_.remove(order);
  }
}

bool RollingMarket::make_room_for(dispatch::Desk& desk, OrderId id) {
  const State& state = desk.state();
  const engine::OrderRecord& record = state.order(id);
  const std::vector<dispatch::Option>* options = line_.options(id);
  if (options == nullptr) return false;
  const dispatch::Option* best = nullptr;
  std::optional<Room> best_room;
  for (const dispatch::Option& option : *options) {
    const engine::Pool& pool = places_.pools[option.pool.value];
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
  move_in(desk, id, *best, *best_room);
  return true;
}

void RollingMarket::move_in(dispatch::Desk& desk, OrderId id, const dispatch::Option& option,
                            const Room& room) {
  for (const Move& move : room.moves) {
    const OrderId moved = desk.state().contract(move.contract).order;
    desk.execute(engine::EndContract{move.contract, engine::EndReason::kPreempted, 0});
    const bool goes_on = desk.execute(engine::StartOrder{
        moved, move.way, move.pool, {move.node}, chooser_.price(desk.state(), move.pool)});
    TONGSUAN_CHECK(goes_on);
  }
  std::vector<OrderId> stopped;
  for (const engine::ContractId contract : room.stops) {
    stopped.push_back(desk.state().contract(contract).order);
    desk.execute(engine::EndContract{contract, engine::EndReason::kPreempted, 0});
  }
  const Price price = chooser_.price(desk.state(), option.pool);
  // Who is paid for a start in this second has promised it in this second.
  if (is_due(desk.state(), id, desk.now())) {
    desk.execute(engine::BookBlock{id, option.way, option.pool, room.nodes, desk.now(), price});
  }
  const bool starts =
      desk.execute(engine::StartOrder{id, option.way, option.pool, room.nodes, price});
  TONGSUAN_CHECK(starts);
  for (const OrderId order : stopped) line_.add(desk.state(), order);
}

// ---- Rounds ------------------------------------------------------------------------------------

void RollingMarket::round(dispatch::Desk& desk) {
  const Second now = desk.now();
  next_round_ = now + rules_.round;
  open_prices(desk.state());
  prices_->set_energy(desk.state(), energy_, clock_hours(now, rules_.horizon),
                      std::max(rules_.unmatched_charge, energy_.unmatched_adder));
  book_unbooked(desk);
  line_.see_blocks(desk.state());
  shares_.observe(desk.state(), rules_.round);
  line_.weigh(shares_.weights());
  later_.clear();
  if (line_.size() > 0) {
    line_.age(desk.state(), now);
    if (rules_.certify > 0 && now >= next_certificate_) {
      next_certificate_ = now + rules_.certify;
      clear_round(desk);
    }
    line_.pass(desk);
    make_rooms(desk);
  }
  if (rules_.relocates) relocate(desk, line_, *prices_, run_ppm(), rules_.relocation);
}

Book RollingMarket::round_book(const State& state, Second now) const {
  BookOptions options;
  options.grid = {now, rules_.slot, static_cast<std::uint32_t>(rules_.horizon / rules_.slot)};
  options.orders = line_.front(rules_.book_orders_max);
  std::ranges::sort(options.orders);
  options.duration_ppm = run_ppm();
  return make_book(state, energy_, options);
}

void RollingMarket::clear_round(dispatch::Desk& desk) {
  Book book = round_book(desk.state(), desk.now());
  if (book.market.orders.empty()) return;
  const Result<clearing::Clearing> cleared = clear_book(book, desk.state().round() + 1);
  if (!cleared.ok()) {
    ++failed_clearings_;
    return;
  }
  if (on_round) on_round(book, cleared.value());
  record_round(desk, book, cleared.value());
  last_ = Cleared{std::move(book), cleared.value().verified.certificate()};
}

Result<clearing::Clearing> RollingMarket::clear_book(const Book& book, std::uint64_t round) const {
  clearing::ClearOptions clear;
  clear.search_work_units =
      std::uint64_t{rules_.search_units_per_order} * book.market.orders.size();
  clear.thread_count = rules_.thread_count;
  clear.round = round;
  const Second later = last_ ? book.grid.begin - last_->book.grid.begin : 0;
  if (last_ && later % rules_.slot == 0 && later < book.grid.end() - book.grid.begin) {
    clear.warm_market = &last_->book.market;
    clear.warm_start = &last_->certificate;
    clear.warm_shift = static_cast<std::uint32_t>(later / rules_.slot);
  }
  return clearing::clear(book.market, clear);
}

void RollingMarket::record_round(dispatch::Desk& desk, const Book& book,
                                 const clearing::Clearing& cleared) {
  const Certificate& certificate = cleared.verified.certificate();
  const market::Verdict& verdict = cleared.verified.verdict();
  engine::CloseRound close;
  close.round = certificate.round;
  close.root = certificate.root;
  close.certificate = sha256(codec::write_certificate(certificate, book.market));
  close.orders = verdict.order_count;
  close.awards = verdict.award_count;
  close.gap_ppm = std::min<std::int64_t>(verdict.gap_ppm(), engine::kPpm);
  for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
    close.posted.push_back(prices_->capacity(PoolId{i}));
  }
  desk.execute(close);
  RoundRecord record;
  record.round = certificate.round;
  record.at = desk.now();
  record.orders = verdict.order_count;
  record.awards = verdict.award_count;
  record.gap_ppm = close.gap_ppm;
  record.welfare = static_cast<std::int64_t>(verdict.welfare / verdict.denominator);
  record.bound = static_cast<std::int64_t>(verdict.bound / verdict.denominator);
  record.work_units = cleared.work_units;
  record.started = start_awards(desk, book, certificate);
  records_.push_back(record);
}

// Awards of the first slot start where they were awarded, if nodes allow: the largest first. The
// others tell the line where the first in it shall be reserved.
std::uint64_t RollingMarket::start_awards(dispatch::Desk& desk, const Book& book,
                                          const Certificate& certificate) {
  struct Award {
    dispatch::Scheduler::Planned where;
    Slot start;
    std::uint32_t gang;
  };
  std::vector<Award> awards;
  const Market& market = book.market;
  for (const tongsuan::Award& award : certificate.outcome.awards) {
    const OrderId id = book.orders[award.order.value];
    const Variant& variant =
        market.variants[market.orders[award.order.value].variants.begin + award.variant];
    const std::uint32_t pool = book.pool_at(award.hub, variant.accelerator);
    if (pool == kNone) continue;
    // Variants of the book are the order's ways, in their order.
    awards.push_back({{id, award.variant, PoolId{pool}}, award.start, variant.gang});
  }
  std::ranges::stable_sort(awards, [](const Award& a, const Award& b) { return a.gang > b.gang; });
  std::uint64_t started = 0;
  std::vector<dispatch::Scheduler::Planned> planned;
  for (const Award& award : awards) {
    if (award.start == 0 && line_.start_at(desk, award.where)) {
      ++started;
    } else {
      planned.push_back(award.where);
    }
  }
  std::ranges::sort(planned, {}, &dispatch::Scheduler::Planned::order);
  line_.plan(std::move(planned));
  return started;
}

}  // namespace tongsuan::rolling
