#include "tongsuan/rolling/rolling_market.h"

#include <algorithm>
#include <limits>

#include "tongsuan/dispatch/changes.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/solver/dual.h"

namespace tongsuan::rolling {
namespace {

using engine::kDay;
using engine::kHour;
using engine::PoolId;
using engine::State;

std::vector<PoolId> all_pools(const engine::Places& places) {
  std::vector<PoolId> pools;
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) pools.push_back(PoolId{i});
  return pools;
}

// Seconds that the order's data need to come to this hub; nothing: they cannot.
std::optional<Second> data_ready(const State& state, const engine::LiveOrder& order, HubId hub,
                                 Second now) {
  if (state.has_data(order, hub)) return now;
  const engine::DataState& data = state.data(order.data);
  if (data.arriving_at[hub.value] >= 0) return data.arriving_at[hub.value];
  const engine::Places& places = state.places();
  const auto size = static_cast<std::int64_t>(places.data_sets[order.data].size_mb);
  std::optional<Second> best;
  for (std::uint32_t from = 0; from < places.hubs.size(); ++from) {
    if (!data.at[from]) continue;
    const std::uint32_t link = engine::find_link(places, HubId{from}, hub);
    if (link == kNone) continue;
    const std::int64_t speed = places.links[link].mb_per_second;
    const Second begin = std::max(now, state.link(engine::LinkId{link}).busy_until);
    const Second ready = begin + (size + speed - 1) / speed;
    if (!best || ready < *best) best = ready;
  }
  return best;
}

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
             .aging_percent = rules.aging_percent},
            all_pools(places), chooser_),
      next_round_(rules.round) {}

Grid RollingMarket::grid_at(Second now) const {
  return {now, rules_.slot, static_cast<std::uint32_t>(rules_.horizon / rules_.slot)};
}

// ---- Dispatch ----------------------------------------------------------------------------------

void RollingMarket::react(dispatch::Desk& desk, const std::vector<engine::Event>& events) {
  const State& state = desk.state();
  if (!prices_) prices_.emplace(state, energy_, grid_at(desk.now()));
  const dispatch::Changes changes = dispatch::read_changes(state, events);
  for (const OrderId order : changes.left) line_.remove(order);
  for (const OrderId order : changes.came) line_.add(state, order);
  if (!changes.opened.empty() || !changes.data_at.empty()) {
    line_.pass(desk);
  } else {
    for (const OrderId order : changes.came) line_.arrive(desk, order);
  }
}

std::optional<std::int64_t> RollingMarket::PriceChooser::worth(const State& state, OrderId order,
                                                               const dispatch::Option& option,
                                                               Second now) {
  const engine::OrderRecord& record = state.order(order);
  const std::int64_t value = engine::value_at(record.order, now);
  const std::int64_t worth = value - market_.prices_->cost(option.pool, option.need, now,
                                                           State::remaining(record, option.way));
  // Work that has begun goes on wherever it can: nothing is gained by waiting.
  if (record.first_start >= 0) return worth;
  const std::int64_t margin = record.order.value / 1'000 * market_.rules_.hold_per_mille;
  if (worth + margin < market_.plan_of(state, order, now).worth) return std::nullopt;
  if (worth < -margin) return std::nullopt;
  return worth;
}

Price RollingMarket::PriceChooser::price(const State& state, PoolId pool) {
  return Price(
      std::max(state.pool(pool).ask.raw(), market_.prices_->capacity_at(pool, state.now())));
}

const RollingMarket::Plan& RollingMarket::plan_of(const State& state, OrderId order, Second now) {
  if (order.value >= plans_.size()) plans_.resize(state.order_count());
  Plan& plan = plans_[order.value];
  if (plan.version != prices_->version() || plan.start <= now) plan = make_plan(state, order, now);
  return plan;
}

RollingMarket::Plan RollingMarket::make_plan(const State& state, OrderId id, Second now) const {
  const engine::OrderRecord& record = state.order(id);
  const engine::LiveOrder& order = record.order;
  const Grid& grid = prices_->grid();
  Plan best{prices_->version(), 0, std::numeric_limits<Second>::max()};
  for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
    const Second remaining = State::remaining(record, way);
    for (const PoolId pool : state.pools_of(order, way)) {
      const engine::Pool& at = places_.pools[pool.value];
      const auto ready = data_ready(state, order, at.hub, now);
      if (!ready) continue;
      const engine::Need need =
          engine::need_of(order.ways[way], order.whole_nodes, at.node_devices);
      // Starts at the edges of slots, where prices change.
      const Second first = std::max(*ready, now + 1);
      Slot slot =
          static_cast<Slot>(std::max<Second>(0, (first - grid.begin + grid.slot - 1) / grid.slot));
      for (; slot < grid.slots; ++slot) {
        const Second start = grid.begin + grid.slot * slot;
        if (start > order.latest_start) break;
        const std::int64_t value = engine::value_at(order, start);
        if (value <= best.worth) break;  // it only falls
        const std::int64_t worth = value - prices_->cost(pool, need, start, remaining);
        if (worth > best.worth) {
          best.worth = worth;
          best.start = start;
        }
      }
    }
  }
  return best;
}

// ---- Forecasts ---------------------------------------------------------------------------------

// Orders of the past day, or of as many whole days as there are up to a week, come again at the
// same hour. A book that would be too large takes every k-th, k times as large in number: each
// stands for k that start together.
std::vector<Expected> RollingMarket::expected_orders(const State& state, const Grid& grid) const {
  const Second now = grid.begin;
  const Second window =
      now >= kDay ? std::min<Second>(now / kDay, 7) * kDay : std::max<Second>(kHour, now);
  std::vector<Expected> expected;
  // By number, newest first: submissions rise with numbers.
  std::uint32_t first = state.order_count();
  while (first > 0 && state.order(OrderId{first - 1}).order.submit >= now - window) --first;
  for (Second shift = window; now - window + shift < grid.end(); shift += window) {
    for (std::uint32_t i = first; i < state.order_count(); ++i) {
      const engine::OrderRecord& record = state.order(OrderId{i});
      const Second begin = record.order.submit + shift;
      if (record.state == engine::OrderState::kRefused || begin <= now) continue;
      if (begin >= grid.end()) break;
      expected.push_back({&record.order, begin});
    }
  }
  return expected;
}

void RollingMarket::forecast(const State& state, Second now) {
  const Grid grid = grid_at(now);
  BookOptions options{.grid = grid, .orders = line_.waiting(), .expected = {}, .reserve = {}};
  std::ranges::sort(options.orders);
  options.expected = expected_orders(state, grid);
  const Book book = make_book(state, energy_, options);
  const Result<market::Problem> problem = market::compile(book.market);
  if (!problem.ok()) return;  // the old prices stay
  solver::DualOptions dual;
  dual.thread_count = rules_.thread_count;
  dual.steps = rules_.dual_steps;
  const solver::DualResult found = solver::solve_dual(problem.value(), dual);
  prices_->set(state, book, problem.value(), found.prices, grid);
}

// ---- Rounds ------------------------------------------------------------------------------------

void RollingMarket::round(dispatch::Desk& desk) {
  const Second now = desk.now();
  next_round_ = now + rules_.round;
  if (!prices_) prices_.emplace(desk.state(), energy_, grid_at(now));
  if (now >= next_forecast_) {
    next_forecast_ = now + rules_.forecast;
    forecast(desk.state(), now);
  }
  if (line_.size() == 0) return;
  line_.age(desk.state(), now);
  if (rules_.rounds) clear_round(desk);
  line_.pass(desk);
}

void RollingMarket::clear_round(dispatch::Desk& desk) {
  const State& state = desk.state();
  const Grid grid = grid_at(desk.now());
  BookOptions options{.grid = grid, .orders = line_.waiting(), .expected = {}, .reserve = {}};
  if (options.orders.size() > rules_.book_orders_max) {
    options.orders.resize(rules_.book_orders_max);
  }
  std::ranges::sort(options.orders);
  for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
    std::vector<std::int64_t>& reserve = options.reserve.emplace_back(grid.slots);
    for (Slot slot = 0; slot < grid.slots; ++slot) {
      reserve[slot] = prices_->capacity_at(PoolId{i}, grid.begin + grid.slot * slot);
    }
  }
  const Book book = make_book(state, energy_, options);
  if (book.market.orders.empty()) return;
  clearing::ClearOptions clear;
  clear.search_work_units = std::uint64_t{rules_.search_units_per_order} * options.orders.size();
  clear.dual_steps = rules_.dual_steps;
  clear.thread_count = rules_.thread_count;
  clear.round = state.round() + 1;
  clear.strengthen = false;
  Result<clearing::Clearing> cleared = clearing::clear(book.market, clear);
  if (!cleared.ok()) return;
  if (on_round) on_round(book, cleared.value());
  const Certificate& certificate = cleared.value().verified.certificate();
  const market::Verdict& verdict = cleared.value().verified.verdict();
  const Result<market::Problem> problem = market::compile(book.market);
  engine::CloseRound close;
  close.round = certificate.round;
  close.root = certificate.root;
  close.orders = verdict.order_count;
  close.awards = verdict.award_count;
  close.gap_ppm = std::min<std::int64_t>(verdict.gap_ppm(), 1'000'000);
  for (std::uint32_t i = 0; i < places_.pools.size(); ++i) {
    close.posted.push_back(std::max<std::int64_t>(0, prices_->capacity_at(PoolId{i}, grid.begin)));
  }
  desk.execute(close);
  RoundRecord record;
  record.round = certificate.round;
  record.at = desk.now();
  record.orders = verdict.order_count;
  record.awards = verdict.award_count;
  record.gap = static_cast<double>(close.gap_ppm) / 1e6;
  record.welfare = static_cast<double>(verdict.welfare) / static_cast<double>(verdict.denominator) /
                   static_cast<double>(kMicro);
  record.work_units = cleared.value().work_units;
  record.started = start_awards(desk, book, problem.value(), certificate);
  records_.push_back(record);
}

// Awards of the first slot start where they were awarded, if nodes allow; large gangs first.
std::uint64_t RollingMarket::start_awards(dispatch::Desk& desk, const Book& book,
                                          const market::Problem& problem,
                                          const Certificate& certificate) {
  static_cast<void>(desk);
  static_cast<void>(book);
  static_cast<void>(problem);
  static_cast<void>(certificate);
  return 0;
}

}  // namespace tongsuan::rolling
