#include "tongsuan/dispatch/scheduler.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "tongsuan/base/int128.h"

namespace tongsuan::dispatch {

using engine::OrderRecord;
using engine::PoolId;
using engine::State;
using engine::Way;

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
      fetches_(!places.data_sets.empty()) {
  for (const PoolId pool : pools_) governed_[pool.value] = true;
}

std::int64_t Scheduler::key_of(const State& state, OrderId id) const {
  const engine::LiveOrder& order = state.order(id).order;
  const Way& way = order.ways.front();
  const auto work = static_cast<int128>(way.gang) * way.estimate;  // device-seconds
  const auto per_hour = [&](std::int64_t money) {
    const int128 key = static_cast<int128>(money) * 3'600 * 1'000 / work;
    return static_cast<std::int64_t>(
        std::min<int128>(key, std::numeric_limits<std::int64_t>::max() / 4));
  };
  switch (rules_.line) {
    case LineRule::kFirstCome:
      return -engine::wanted_from(order);
    case LineRule::kDensity:
      return per_hour(order.value);
    case LineRule::kWeighted:
      return per_hour(order.delay_cost);
    case LineRule::kShortest:
      return -way.estimate;
  }
  return 0;
}

bool Scheduler::add(const State& state, OrderId order) {
  const engine::LiveOrder& what = state.order(order).order;
  Entry entry{order, 0, 0, false, {}};
  for (std::uint32_t way = 0; way < what.ways.size(); ++way) {
    for (const PoolId pool : state.pools_of(what, way)) {
      if (!governed_[pool.value]) continue;
      const std::uint32_t devices = state.places().pools[pool.value].node_devices;
      entry.options.push_back(
          {way, pool, engine::need_of(what.ways[way], what.whole_nodes, devices)});
    }
  }
  if (entry.options.empty()) return false;
  entry.base_key = key_of(state, order);
  entry.key = weighed(what, entry.base_key);
  entry.patient = chooser_.patient(state, order, state.now());
  const auto at = std::ranges::lower_bound(line_, entry, before);
  line_.insert(at, std::move(entry));
  return true;
}

std::int64_t Scheduler::weighed(const engine::LiveOrder& order, std::int64_t key) const {
  if (weights_.empty() || key <= 0) return key;
  return static_cast<std::int64_t>(static_cast<int128>(key) * weights_[order.account.value] /
                                   1'000);
}

void Scheduler::remove(OrderId order) {
  std::erase_if(line_, [&](const Entry& entry) { return entry.order == order; });
}

// Whoever loses something by waiting stands before all that do not.
bool Scheduler::before(const Entry& a, const Entry& b) {
  if (a.patient != b.patient) return b.patient;
  return a.key != b.key ? a.key > b.key : a.order < b.order;
}

void Scheduler::age(const State& state, Second now) {
  for (Entry& entry : line_) {
    const engine::LiveOrder& order = state.order(entry.order).order;
    entry.patient = chooser_.patient(state, entry.order, now);
    if (order.value <= 0 || entry.base_key <= 0) continue;
    const Second waited = engine::costly_wait(order, engine::wanted_from(order), now);
    // Aged by the share of the value that waiting has cost, times the rule's percentage.
    const auto lost = static_cast<int128>(order.delay_cost) * waited / 3'600;
    const auto grown = static_cast<int128>(entry.base_key) * rules_.aging_percent *
                       std::min<int128>(lost, int128{4} * order.value) /
                       (int128{100} * order.value);
    entry.key = weighed(order, entry.base_key + static_cast<std::int64_t>(grown));
  }
  std::ranges::sort(line_, before);
}

bool Scheduler::all_full(const State& state) const {
  return std::ranges::all_of(pools_, [&](PoolId pool) { return state.pool(pool).free == 0; });
}

bool Scheduler::start_on(Desk& desk, const Entry& entry, const Option& option, Nodes nodes) {
  return desk.execute(engine::StartOrder{entry.order, option.way, option.pool,
                                         std::move(nodes.nodes),
                                         chooser_.price(desk.state(), option.pool)});
}

// The best place by worth; among equals the one where the gang fits best.
bool Scheduler::start(Desk& desk, const Entry& entry) {
  const State& state = desk.state();
  const OrderRecord& record = state.order(entry.order);
  candidates_.clear();
  for (const Option& option : entry.options) {
    if (!may_fit(state.pool(option.pool), option.need)) continue;
    if (!state.has_data(record.order, state.places().pools[option.pool.value].hub)) continue;
    const auto worth = chooser_.worth(state, entry.order, option, desk.now());
    if (worth) candidates_.push_back({*worth, &option});
  }
  while (!candidates_.empty()) {
    const std::int64_t best = std::ranges::max_element(candidates_, {}, &Candidate::worth)->worth;
    std::optional<Nodes> nodes;
    const Option* where = nullptr;
    for (const Candidate& candidate : candidates_) {
      if (candidate.worth != best) continue;
      const Option& option = *candidate.option;
      auto found =
          nodes_now(state, holds_,
                    {option.pool, option.need, desk.now(), State::remaining(record, option.way)});
      if (!found || (nodes && nodes->cost <= found->cost)) continue;
      nodes = std::move(found);
      where = &option;
    }
    if (nodes) return start_on(desk, entry, *where, std::move(*nodes));
    std::erase_if(candidates_, [&](const Candidate& at) { return at.worth == best; });
  }
  return false;
}

void Scheduler::reserve(const Desk& desk, const Entry& entry) {
  const State& state = desk.state();
  const OrderRecord& record = state.order(entry.order);
  std::optional<Later> best;
  const Option* where = nullptr;
  Second best_end = 0;
  const auto planned = std::ranges::lower_bound(planned_, entry.order, {}, &Planned::order);
  const bool has_plan = planned != planned_.end() && planned->order == entry.order;
  for (const Option& option : entry.options) {
    if (has_plan && (option.way != planned->way || !(option.pool == planned->pool))) continue;
    const HubId hub = state.places().pools[option.pool.value].hub;
    Second ready = desk.now();
    if (!state.has_data(record.order, hub)) {
      ready = state.data(record.order.data).arriving_at[hub.value];
      if (ready < 0) continue;
    }
    const Second estimate = State::remaining(record, option.way);
    auto later = nodes_later(state, holds_, {option.pool, option.need, desk.now(), estimate});
    if (!later) continue;
    later->at = std::max(later->at, ready);
    const Second end = later->at + estimate;
    if (best && std::tuple(later->at, end) >= std::tuple(best->at, best_end)) continue;
    best = std::move(later);
    best_end = end;
    where = &option;
  }
  if (!best) return;
  for (const std::uint32_t node : best->nodes) {
    holds_.add(where->pool, node, {best->at, where->need.per_node});
  }
}

// Data that are nowhere the order can run, or only where everything is taken, are sent for: to the
// hub where they arrive first, among those that have room now if there are any.
void Scheduler::fetch_data(Desk& desk, const Entry& entry) {
  const State& state = desk.state();
  const engine::LiveOrder& order = state.order(entry.order).order;
  if (order.data == kNone) return;
  const engine::DataState& data = state.data(order.data);
  const engine::Places& places = state.places();
  const auto size = static_cast<std::int64_t>(places.data_sets[order.data].size_mb);
  bool somewhere = false;
  std::uint32_t best_link = kNone;
  Second best_ready = 0;
  bool best_room = false;
  for (const Option& option : entry.options) {
    const HubId to = places.pools[option.pool.value].hub;
    if (data.arriving_at[to.value] >= 0) return;  // on its way: wait for it
    if (data.at[to.value]) {
      somewhere = true;
      continue;
    }
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
  const bool near = somewhere && chooser_.patient(state, entry.order, desk.now());
  if (near || (somewhere && !best_room)) return;
  // A copy is worth its price only while the order is.
  if (best_ready > order.latest_start || engine::value_at(order, best_ready) <= 0) return;
  desk.execute(engine::StartTransfer{order.data, engine::LinkId{best_link}});
}

void Scheduler::sort_backfill(const State& state, std::size_t from) {
  std::stable_sort(turns_.begin() + static_cast<std::ptrdiff_t>(from), turns_.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return state.order(line_[a].order).order.ways.front().estimate <
                            state.order(line_[b].order).order.ways.front().estimate;
                   });
}

void Scheduler::compact() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < line_.size(); ++i) {
    if (started_[i]) continue;
    if (kept != i) line_[kept] = std::move(line_[i]);
    ++kept;
  }
  line_.resize(kept);
}

void Scheduler::plan(std::vector<Planned> planned) {
  planned_ = std::move(planned);
}

bool Scheduler::start_at(Desk& desk, const Planned& where) {
  const auto at = std::ranges::find(line_, where.order, &Entry::order);
  if (at == line_.end()) return false;
  const State& state = desk.state();
  const OrderRecord& record = state.order(where.order);
  for (const Option& option : at->options) {
    if (option.way != where.way || !(option.pool == where.pool)) continue;
    if (!state.has_data(record.order, state.places().pools[option.pool.value].hub)) return false;
    auto nodes =
        nodes_now(state, block_holds_,
                  {option.pool, option.need, desk.now(), State::remaining(record, option.way)});
    if (!nodes || !start_on(desk, *at, option, std::move(*nodes))) return false;
    line_.erase(at);
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
}

void Scheduler::pass(Desk& desk) {
  see_blocks(desk.state());
  holds_.clear();
  for (const engine::Block& block : desk.state().blocks()) holds_.add(block);
  turns_.resize(line_.size());
  std::iota(turns_.begin(), turns_.end(), 0U);
  started_.assign(line_.size(), false);
  std::uint32_t reserved = 0;
  bool open = !all_full(desk.state());  // something may still start
  bool any = false;
  for (std::size_t turn = 0; turn < turns_.size(); ++turn) {
    const Entry& entry = line_[turns_[turn]];
    if (open && start(desk, entry)) {
      started_[turns_[turn]] = any = true;
      open = !all_full(desk.state());
      continue;
    }
    fetch_data(desk, entry);
    if (!rules_.backfill) open = false;
    if (chooser_.patient(desk.state(), entry.order, desk.now())) continue;
    if (reserved < rules_.reservations) {
      reserve(desk, entry);
      if (++reserved == rules_.reservations && rules_.shortest_first && open) {
        sort_backfill(desk.state(), turn + 1);
      }
    }
    // Only orders with data have anything to do while everything is taken.
    if (!open && reserved == rules_.reservations && !fetches_) break;
  }
  if (any) compact();
}

void Scheduler::arrive(Desk& desk, OrderId order) {
  const auto at = std::ranges::find(line_, order, &Entry::order);
  if (at == line_.end()) return;
  const bool among = at - line_.begin() <= static_cast<std::ptrdiff_t>(rules_.reservations);
  if (among || block_version_ != desk.state().block_version()) return pass(desk);
  if (!rules_.backfill) return;
  if (start(desk, *at)) {
    line_.erase(at);
  } else {
    fetch_data(desk, *at);
  }
}

std::int64_t Scheduler::backlog(const State& state) const {
  std::int64_t sum = 0;
  for (const Entry& entry : line_) {
    const Option& option = entry.options.front();
    sum += option.need.devices() * State::remaining(state.order(entry.order), option.way);
  }
  return sum;
}

std::vector<OrderId> Scheduler::front(std::size_t count) const {
  std::vector<OrderId> orders;
  for (std::size_t i = 0; i < std::min(count, line_.size()); ++i) orders.push_back(line_[i].order);
  return orders;
}

std::optional<Second> Scheduler::earliest(const State& state, const Option& option,
                                          Second estimate) const {
  const auto later =
      nodes_later(state, block_holds_, {option.pool, option.need, state.now(), estimate});
  return later ? std::optional(later->at) : std::nullopt;
}

std::vector<OrderId> Scheduler::waiting() const {
  std::vector<OrderId> orders;
  orders.reserve(line_.size());
  for (const Entry& entry : line_) orders.push_back(entry.order);
  return orders;
}

const std::vector<Option>* Scheduler::options(OrderId order) const {
  const auto at = std::ranges::find(line_, order, &Entry::order);
  return at == line_.end() ? nullptr : &at->options;
}

}  // namespace tongsuan::dispatch
