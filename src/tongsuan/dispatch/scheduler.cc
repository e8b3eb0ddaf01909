#include "tongsuan/dispatch/scheduler.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "tongsuan/base/int128.h"

namespace tongsuan::dispatch {

using engine::OrderRecord;
using engine::PoolId;
using engine::State;
using engine::Way;

namespace {

// Units of a budget (budget.h).
constexpr std::uint64_t kWorthCost = 16;
constexpr std::uint64_t kLaterCost = 4;
constexpr std::uint64_t kArrivalCost = 8;

}  // namespace

std::vector<PoolId> all_pools(const engine::Places& places) {
  std::vector<PoolId> pools;
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) pools.push_back(PoolId{i});
  return pools;
}

Scheduler::Scheduler(const engine::Places& places, Rules rules, std::vector<PoolId> pools,
                     Chooser& chooser)
    : rules_(rules),
      pools_(std::move(pools)),
      governed_(places.pools.size()),
      chooser_(chooser),
      holds_(places),
      block_holds_(places),
      fetches_(!places.data_sets.empty()),
      room_(places.classes.size()),
      pools_of_(places.classes.size()) {
  if (rules_.line_max > 0) rules_.line_max = std::max(rules_.line_max, rules_.reservations + 1);
  where_.reserve(rules_.waiting_expected);
  for (const PoolId pool : pools_) {
    governed_[pool.value] = true;
    pools_of_[places.pools[pool.value].accelerator.value].push_back(pool);
  }
}

bool Scheduler::all_full(const State& state) const {
  return std::ranges::all_of(pools_, [&](PoolId pool) { return state.pool(pool).free == 0; });
}

bool Scheduler::start_on(Desk& desk, const Entry& entry, const Option& option, Nodes nodes) {
  const OrderId order = entry.stand.order;
  const Price price = chooser_.price(desk.state(), order, option, {desk.now(), desk.now()});
  const bool starts = desk.execute(
      engine::StartOrder{order, option.way, option.pool, std::move(nodes.nodes), price});
  if (starts) see_room(desk.state(), desk.state().places().pools[option.pool.value].accelerator);
  return starts;
}

// The best place by worth; among equals the one where the gang fits best.
bool Scheduler::start(Desk& desk, const Entry& entry) {
  const State& state = desk.state();
  const OrderRecord& record = state.order(entry.stand.order);
  candidates_.clear();
  trying_ = &entry;
  cost_ += 4 + entry.options.size();
  for (const Option& option : entry.options) {
    if (!may_fit(state.pool(option.pool), option.need)) continue;
    if (!state.has_data(record.order, state.places().pools[option.pool.value].hub)) continue;
    const auto worth = chooser_.worth(state, entry.stand.order, option, desk.now());
    if (worth) candidates_.push_back({*worth, &option});
    cost_ += kWorthCost;
  }
  trying_ = nullptr;
  while (!candidates_.empty()) {
    const std::int64_t best = std::ranges::max_element(candidates_, {}, &Candidate::worth)->worth;
    std::optional<Nodes> nodes;
    const Option* where = nullptr;
    for (const Candidate& candidate : candidates_) {
      if (candidate.worth != best) continue;
      const Option& option = *candidate.option;
      cost_ += state.pool(option.pool).nodes.size();
      auto found =
          nodes_now(state, holds_,
                    {option.pool, option.need, desk.now(), State::remaining(record, option.way)});
      if (!found || (nodes && nodes->cost <= found->cost)) continue;
      nodes = std::move(found);
      where = &option;
    }
    if (nodes) {
      // Refused where a hub takes nothing now: the next best place may do.
      if (start_on(desk, entry, *where, std::move(*nodes))) return true;
      std::erase_if(candidates_,
                    [&](const Candidate& at) { return at.option->pool == where->pool; });
      continue;
    }
    std::erase_if(candidates_, [&](const Candidate& at) { return at.worth == best; });
  }
  return false;
}

// False: it affords none of its places.
bool Scheduler::reserve(const Desk& desk, const Entry& entry) {
  const State& state = desk.state();
  const OrderRecord& record = state.order(entry.stand.order);
  std::optional<Later> best;
  const Option* where = nullptr;
  Second best_end = 0;
  bool affords = entry.options.empty();
  const auto planned = std::ranges::lower_bound(planned_, entry.stand.order, {}, &Planned::order);
  const bool has_plan = planned != planned_.end() && planned->order == entry.stand.order;
  for (const Option& option : entry.options) {
    if (!chooser_.affords(state, entry.stand.order, option, desk.now())) continue;
    affords = true;
    if (has_plan && (option.way != planned->way || !(option.pool == planned->pool))) continue;
    const HubId hub = state.places().pools[option.pool.value].hub;
    Second ready = desk.now();
    if (!state.has_data(record.order, hub)) {
      ready = state.data(record.order.data).arriving_at[hub.value];
      if (ready < 0) continue;
    }
    const Second estimate = State::remaining(record, option.way);
    cost_ += kLaterCost * state.pool(option.pool).nodes.size();
    auto later = nodes_later(state, holds_, {option.pool, option.need, desk.now(), estimate});
    if (!later) continue;
    later->at = std::max(later->at, ready);
    const Second end = later->at + estimate;
    if (best && std::tuple(later->at, end) >= std::tuple(best->at, best_end)) continue;
    best = std::move(later);
    best_end = end;
    where = &option;
  }
  if (!best) return affords;
  for (const std::uint32_t node : best->nodes) {
    holds_.add(where->pool, node, {best->at, where->need.per_node});
  }
  return true;
}

// Data that are nowhere the order can run, or only where everything is taken, are sent for: to the
// hub where they arrive first, among those that have room now if there are any.
void Scheduler::fetch_data(Desk& desk, const Entry& entry) {
  const State& state = desk.state();
  const engine::LiveOrder& order = state.order(entry.stand.order).order;
  if (order.data == kNone) return;
  const engine::DataState& data = state.data(order.data);
  const engine::Places& places = state.places();
  const auto size = static_cast<std::int64_t>(places.data_sets[order.data].size_mb);
  bool somewhere = false;
  bool any_room = false;  // where the data are not
  cost_ += entry.options.size();
  for (const Option& option : entry.options) {
    const HubId to = places.pools[option.pool.value].hub;
    if (data.arriving_at[to.value] >= 0) return;  // on its way: wait for it
    const bool there = data.at[to.value];
    somewhere = somewhere || there;
    any_room = any_room || (!there && may_fit(state.pool(option.pool), option.need));
  }
  if (somewhere && !any_room) return;
  cost_ += entry.options.size() * places.hubs.size();
  std::uint32_t best_link = kNone;
  Second best_ready = 0;
  bool best_room = false;
  for (const Option& option : entry.options) {
    const HubId to = places.pools[option.pool.value].hub;
    if (data.at[to.value]) continue;
    const bool room = may_fit(state.pool(option.pool), option.need);
    if (best_room && !room) continue;
    for (std::uint32_t from = 0; from < places.hubs.size(); ++from) {
      if (!data.at[from]) continue;
      const std::uint32_t link = engine::find_link(places, HubId{from}, to);
      if (link == kNone) continue;
      const engine::DataLink& at = places.links[link];
      const Second begin = std::max(desk.now(), state.link(engine::LinkId{link}).busy_until);
      const Second ready = begin + (size + at.mb_per_second - 1) / at.mb_per_second;
      if (best_link != kNone && best_room == room && ready >= best_ready) continue;
      best_link = link;
      best_ready = ready;
      best_room = room;
    }
  }
  if (best_link == kNone) return;
  // Who does not hurry goes where the data are.
  const bool near = somewhere && chooser_.patient(state, entry.stand.order, desk.now());
  if (near || (somewhere && !best_room)) return;
  // A copy is worth its price only while the order is.
  if (best_ready > order.latest_start || engine::value_at(order, best_ready) <= 0) return;
  desk.execute(engine::StartTransfer{order.data, engine::LinkId{best_link}});
}

void Scheduler::sort_backfill(const State& state, std::size_t from) {
  std::stable_sort(turns_.begin() + static_cast<std::ptrdiff_t>(from), turns_.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return state.order(line_[a].stand.order).order.ways.front().estimate <
                            state.order(line_[b].stand.order).order.ways.front().estimate;
                   });
}

void Scheduler::plan(std::vector<Planned> planned) {
  planned_ = std::move(planned);
}

bool Scheduler::start_at(Desk& desk, const Planned& where) {
  const auto standing = where_.find(where.order.value);
  if (standing == where_.end()) return false;
  const State& state = desk.state();
  const bool reserved = standing->second.held == Held::kReserve;
  Entry* entry = reserved ? nullptr : find(where.order);
  Entry other;
  if (reserved) other = entry_of(state, standing->second.stand);
  Entry& at = reserved ? other : *entry;
  const OrderRecord& record = state.order(where.order);
  for (const Option& option : at.options) {
    if (option.way != where.way || !(option.pool == where.pool)) continue;
    if (!state.has_data(record.order, state.places().pools[option.pool.value].hub)) return false;
    if (!chooser_.affords(state, where.order, option, desk.now())) return false;
    auto nodes =
        nodes_now(state, block_holds_,
                  {option.pool, option.need, desk.now(), State::remaining(record, option.way)});
    if (!nodes || !start_on(desk, at, option, std::move(*nodes))) return false;
    if (reserved) {
      drop_reserved(at.stand);
    } else {
      drop(at);
    }
    return true;
  }
  return false;
}

void Scheduler::see_blocks(const State& state) {
  if (block_version_ == state.block_version()) return;
  block_version_ = state.block_version();
  block_holds_.clear();
  holds_.clear();
  for (const engine::Block& block : state.blocks()) {
    block_holds_.add(block);
    holds_.add(block);
  }
  // The pass that went on has lost its reservations.
  again_ = again_ || passing_;
  passing_ = false;
}

// ---- Passes ------------------------------------------------------------------------------------

void Scheduler::pass(Desk& desk) {
  Budget endless(0);
  pass(desk, endless);
}

void Scheduler::pass(Desk& desk, Budget& budget) {
  again_ = true;
  work_passes(desk, budget);
}

void Scheduler::work_passes(Desk& desk, Budget& budget) {
  see_blocks(desk.state());
  while ((passing_ || again_) && !budget.spent()) {
    if (!passing_) begin_pass(desk);
    run_pass(desk, budget);
  }
}

void Scheduler::begin_pass(Desk& desk) {
  const State& state = desk.state();
  settle(state);
  holds_.clear();
  for (const engine::Block& block : state.blocks()) holds_.add(block);
  cost_ += line_.size() / 8;
  turns_.resize(line_.size());
  std::iota(turns_.begin(), turns_.end(), 0U);
  reserved_ = 0;
  open_ = !all_full(state);
  turn_ = 0;
  again_ = false;
  passing_ = true;
}

void Scheduler::run_pass(Desk& desk, Budget& budget) {
  for (; turn_ < turns_.size(); ++turn_) {
    budget.spend(std::exchange(cost_, 0) + 1);
    if (budget.spent()) return;
    Entry& entry = line_[turns_[turn_]];
    if (entry.gone) continue;
    if (open_ && start(desk, entry)) {
      drop(entry);
      open_ = !all_full(desk.state());
      continue;
    }
    if (entry.fetches) fetch_data(desk, entry);
    if (!rules_.backfill) open_ = false;
    if (reserved_ < rules_.reservations &&
        !chooser_.patient(desk.state(), entry.stand.order, desk.now()) && reserve(desk, entry)) {
      if (++reserved_ == rules_.reservations && rules_.shortest_first && open_) {
        sort_backfill(desk.state(), turn_ + 1);
      }
    }
    // Only orders with data have anything to do while everything is taken.
    if (!open_ && reserved_ == rules_.reservations && !fetches_) break;
  }
  end_pass(desk.state());
}

// Whoever moves up has not been tried yet.
void Scheduler::end_pass(const State& state) {
  passing_ = false;
  if (gone_ == 0) return;
  const std::size_t reserved = reserve_.size();
  settle(state);
  again_ = again_ || (open_ && rules_.backfill && reserve_.size() < reserved);
}

void Scheduler::go_on(Desk& desk, Budget& budget) {
  work_arrivals(desk, budget);
  work_passes(desk, budget);
}

// ---- Arrivals ----------------------------------------------------------------------------------

void Scheduler::see_room(const State& state, ClassId accelerator) {
  Room room;
  for (const PoolId id : pools_of_[accelerator.value]) {
    const engine::PoolState& pool = state.pool(id);
    if (pool.free == 0) continue;
    const std::uint64_t devices = pool.up_nodes_by_free.size() - 1;
    room.largest = std::max<std::uint64_t>(room.largest, pool.largest_free());
    room.whole = std::max(room.whole, pool.whole_free() * devices);
  }
  room_[accelerator.value] = room;
}

void Scheduler::see_room(const State& state) {
  for (std::uint32_t i = 0; i < room_.size(); ++i) see_room(state, ClassId{i});
}

// False: no place of the order has room for it, whichever it may use.
bool Scheduler::may_start(const engine::LiveOrder& order) const {
  return std::ranges::any_of(order.ways, [&](const Way& way) {
    const Room& room = room_[way.accelerator.value];
    return way.gang <= room.whole || (way.gang <= room.largest && !order.whole_nodes);
  });
}

void Scheduler::arrive(Desk& desk, OrderId order) {
  Budget endless(0);
  arrive(desk, {order}, endless);
}

void Scheduler::arrive(Desk& desk, const std::vector<OrderId>& orders, Budget& budget) {
  arriving_.insert(arriving_.end(), orders.begin(), orders.end());
  work_arrivals(desk, budget);
}

void Scheduler::work_arrivals(Desk& desk, Budget& budget) {
  if (arriving_.empty()) return;
  see_room(desk.state());
  std::size_t done = 0;
  for (; done < arriving_.size() && !budget.spent(); ++done) {
    try_arrival(desk, arriving_[done], budget);
    budget.spend(std::exchange(cost_, 0) + kArrivalCost);
  }
  arriving_.erase(arriving_.begin(), arriving_.begin() + static_cast<std::ptrdiff_t>(done));
}

void Scheduler::try_arrival(Desk& desk, OrderId order, Budget& budget) {
  const auto at = where_.find(order.value);
  if (at == where_.end()) return;
  const State& state = desk.state();
  const Stand stand = at->second.stand;
  if (block_version_ != state.block_version() || is_among(state, stand)) {
    again_ = true;
    if (!budget.endless()) return;  // one pass for all who come together
    work_passes(desk, budget);
    return see_room(state);
  }
  if (!rules_.backfill) return;
  const engine::LiveOrder& what = state.order(order).order;
  if (what.data == kNone && !may_start(what)) return;
  // Its turn comes when those before it have their reservations.
  if (passing_ && reserved_ < rules_.reservations) {
    again_ = true;
    return;
  }
  if (at->second.held == Held::kReserve) return try_reserved(desk, stand);
  Entry& entry = *find(order);
  if (start(desk, entry)) {
    drop(entry);
  } else {
    fetch_data(desk, entry);
  }
}

void Scheduler::try_reserved(Desk& desk, const Stand& stand) {
  const Entry entry = entry_of(desk.state(), stand);
  if (start(desk, entry)) {
    drop_reserved(stand);
  } else {
    fetch_data(desk, entry);
  }
}

std::optional<Second> Scheduler::earliest(const State& state, const Option& option,
                                          Second estimate) const {
  const auto later =
      nodes_later(state, block_holds_, {option.pool, option.need, state.now(), estimate});
  return later ? std::optional(later->at) : std::nullopt;
}

}  // namespace tongsuan::dispatch
