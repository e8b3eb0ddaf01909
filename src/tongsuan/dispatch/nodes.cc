#include "tongsuan/dispatch/nodes.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace tongsuan::dispatch {
namespace {

using engine::Contract;
using engine::Node;
using engine::PoolId;
using engine::State;

// Work that has outlived its estimate ends any moment; it is about to be extended.
Second end_after(const Contract& contract, Second now) {
  return std::max(contract.expected_end, now + 1);
}

std::int64_t free_at(const State& state, const Node& node, Second at, Second now) {
  std::int64_t free = node.free;
  for (const engine::ContractId id : node.contracts) {
    const Contract& contract = state.contract(id);
    if (end_after(contract, now) <= at) free += contract.per_node;
  }
  return free;
}

bool is_whole(const State& state, const Wish& wish) {
  return wish.need.per_node == state.places().pools[wish.pool.value].node_devices;
}

// Whether a part of the node may be used for [now, end) without delaying a hold.
bool respects(const State& state, const Holds& holds, const Wish& wish, std::uint32_t at) {
  const std::vector<Hold>& held = holds.on(wish.pool, at);
  const Node& node = state.pool(wish.pool).nodes[at];
  const Second end = wish.now + wish.estimate;
  for (const Hold& hold : held) {
    if (hold.from >= end || hold.until <= wish.now) continue;
    const Second from = std::max(hold.from, wish.now);
    std::int64_t promised = 0;
    for (const Hold& other : held) {
      promised += other.from <= from && from < other.until ? other.devices : 0;
    }
    if (free_at(state, node, from, wish.now) < promised + wish.need.per_node) return false;
  }
  return true;
}

// By lifetime: how much longer the node stays busy, and a little for the room that is left over.
std::optional<Nodes> one_node_now(const State& state, const Holds& holds, const Wish& wish) {
  const std::vector<Node>& nodes = state.pool(wish.pool).nodes;
  const std::int64_t devices = state.places().pools[wish.pool.value].node_devices;
  const bool held = holds.any(wish.pool);
  const Second end = wish.now + wish.estimate;
  std::int64_t best_cost = std::numeric_limits<std::int64_t>::max();
  std::uint32_t best = kNone;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    if (!node.up || node.free < wish.need.per_node) continue;
    const Second extended =
        node.contracts.empty() ? wish.estimate : std::max<Second>(0, end - node.busy_until);
    const std::int64_t room = node.free - wish.need.per_node;
    const std::int64_t cost = 10 * devices * extended + wish.estimate * room;
    if (cost >= best_cost || (held && !respects(state, holds, wish, i))) continue;
    best_cost = cost;
    best = i;
  }
  if (best == kNone) return std::nullopt;
  return Nodes{{best}, best_cost * 64 / (10 * devices * wish.estimate)};
}

// Nodes that are promised to somebody for later go first to those who are done by then, so that the
// others stay open for longer work.
std::optional<Nodes> whole_nodes_now(const State& state, const Holds& holds, const Wish& wish) {
  const engine::PoolState& pool = state.pool(wish.pool);
  const std::vector<Second>& first_hold = holds.first(wish.pool);
  const Second end = wish.now + wish.estimate;
  const std::uint32_t wanted = wish.need.nodes;
  const bool held = holds.any(wish.pool);
  std::vector<std::uint32_t> open;
  Nodes found{{}, pool.whole_free()};
  std::uint32_t left = pool.whole_free();  // empty nodes ahead
  for (std::uint32_t i = 0; left > 0; ++i) {
    const Node& node = pool.nodes[i];
    if (!node.up || node.free != wish.need.per_node) continue;
    --left;
    if (first_hold[i] < end) continue;
    (first_hold[i] == kNever ? open : found.nodes).push_back(i);
    if (found.nodes.size() == wanted || (!held && open.size() == wanted)) break;
  }
  const std::size_t promised = found.nodes.size();
  if (promised + open.size() < wanted) return std::nullopt;
  const auto last = open.begin() + static_cast<std::ptrdiff_t>(wanted - promised);
  found.nodes.insert(found.nodes.end(), open.begin(), last);
  std::ranges::inplace_merge(found.nodes,
                             found.nodes.begin() + static_cast<std::ptrdiff_t>(promised));
  return found;
}

// Whether the holds on a node leave `devices` of it for [begin, begin + estimate), by what runs.
bool has_room(const State& state, const Holds& holds, const Wish& wish, std::uint32_t at,
              Second begin) {
  const Node& node = state.pool(wish.pool).nodes[at];
  const Second end = begin + wish.estimate;
  const auto room_at = [&](Second when) {
    std::int64_t promised = 0;
    for (const Hold& hold : holds.on(wish.pool, at)) {
      promised += hold.from <= when && when < hold.until ? hold.devices : 0;
    }
    return free_at(state, node, when, wish.now) >= promised + wish.need.per_node;
  };
  if (!room_at(begin)) return false;
  return std::ranges::all_of(holds.on(wish.pool, at), [&](const Hold& hold) {
    return hold.from <= begin || hold.from >= end || room_at(hold.from);
  });
}

// The first second from `from` on at which the node has room between its blocks: now, or when
// something ends.
Second ready_between(const State& state, const Holds& holds, const Wish& wish, std::uint32_t at,
                     Second from) {
  if (has_room(state, holds, wish, at, from)) return from;
  Second ready = kNever;
  const auto try_at = [&](Second when) {
    if (when > from && when < ready && has_room(state, holds, wish, at, when)) ready = when;
  };
  for (const engine::ContractId id : state.pool(wish.pool).nodes[at].contracts) {
    try_at(end_after(state.contract(id), wish.now));
  }
  for (const Hold& hold : holds.on(wish.pool, at)) {
    if (hold.until != kNever) try_at(hold.until);
  }
  return ready;
}

// When a part of the node has room for the gang after all of its holds.
Second part_ready(const State& state, const Holds& holds, const Wish& wish, std::uint32_t at) {
  const Node& node = state.pool(wish.pool).nodes[at];
  std::int64_t wanted = wish.need.per_node;
  for (const Hold& hold : holds.on(wish.pool, at)) wanted += hold.devices;
  if (wanted > state.places().pools[wish.pool.value].node_devices) return kNever;
  if (node.free >= wanted) return wish.now;
  Second ready = kNever;
  for (const engine::ContractId id : node.contracts) {
    const Second end = end_after(state.contract(id), wish.now);
    if (end < ready && free_at(state, node, end, wish.now) >= wanted) ready = end;
  }
  return ready;
}

// By node: when it is ready for its share of the gang; kNever where it is down or promised away.
std::vector<Second> ready_times(const State& state, const Holds& holds, const Wish& wish) {
  const std::vector<Node>& nodes = state.pool(wish.pool).nodes;
  const std::vector<Second>& first_hold = holds.first(wish.pool);
  const bool whole = is_whole(state, wish);
  std::vector<Second> ready(nodes.size(), kNever);
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    if (!node.up) continue;
    if (!whole) {
      ready[i] = part_ready(state, holds, wish, i);
    } else if (first_hold[i] == kNever) {
      ready[i] = node.contracts.empty() ? wish.now : std::max(node.busy_until, wish.now + 1);
    }
  }
  return ready;
}

// Of the nodes that are ready `by` then, the `count` that are busy longest; among equals the first.
std::vector<std::uint32_t> busiest(const std::vector<Second>& ready, Second by,
                                   std::uint32_t count) {
  std::vector<Second> times;
  times.reserve(ready.size());
  std::ranges::copy_if(ready, std::back_inserter(times), [&](Second one) { return one <= by; });
  const auto first = times.end() - count;
  std::nth_element(times.begin(), first, times.end());
  const Second least = *first;
  auto ties = count - std::count_if(first, times.end(), [&](Second one) { return one > least; });
  std::vector<std::uint32_t> nodes;
  nodes.reserve(count);
  for (std::uint32_t i = 0; i < ready.size(); ++i) {
    if (ready[i] < least || ready[i] > by || (ready[i] == least && ties == 0)) continue;
    ties -= ready[i] == least;
    nodes.push_back(i);
  }
  return nodes;
}

// Where there are blocks, nodes are ready at one time and not at a later one: looks again from the
// time that was found until all of them are ready then.
std::optional<Later> later_between(const State& state, const Holds& holds, const Wish& wish) {
  const std::size_t count = state.pool(wish.pool).nodes.size();
  std::vector<Second> ready(count, -1);
  std::vector<Second> sorted;
  Second from = wish.now;
  for (;;) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (ready[i] >= from) continue;
      const bool up = state.pool(wish.pool).nodes[i].up;
      ready[i] = up ? ready_between(state, holds, wish, i, from) : kNever;
    }
    sorted = ready;
    const auto last = sorted.begin() + (wish.need.nodes - 1);
    std::nth_element(sorted.begin(), last, sorted.end());
    if (*last == kNever) return std::nullopt;
    if (*last == from) break;
    from = *last;
  }
  std::vector<Second> since(count, kNever);  // for choosing: those that are busy longest
  for (std::uint32_t i = 0; i < count; ++i) {
    if (ready[i] != from) continue;
    const Second busy = state.pool(wish.pool).nodes[i].busy_until;
    since[i] = std::clamp(busy, wish.now, from);
  }
  return Later{from, busiest(since, from, wish.need.nodes)};
}

}  // namespace

Holds::Holds(const engine::Places& places)
    : counts_(places.pools.size()), block_counts_(places.pools.size()) {
  for (const engine::Pool& pool : places.pools) {
    holds_.emplace_back(pool.nodes);
    first_.emplace_back(pool.nodes, kNever);
  }
}

void Holds::add(PoolId pool, std::uint32_t node, Hold hold) {
  holds_[pool.value][node].push_back(hold);
  Second& first = first_[pool.value][node];
  first = std::min(first, hold.from);
  ++counts_[pool.value];
  block_counts_[pool.value] += hold.until != kNever;
  touched_.push_back({pool, node});
}

void Holds::add(const engine::Block& block) {
  for (const std::uint32_t node : block.nodes) {
    add(block.pool, node, {block.begin, block.per_node, block.end});
  }
}

void Holds::clear() {
  for (const Place& place : touched_) {
    holds_[place.pool.value][place.node].clear();
    first_[place.pool.value][place.node] = kNever;
    counts_[place.pool.value] = block_counts_[place.pool.value] = 0;
  }
  touched_.clear();
}

bool may_fit(const engine::PoolState& pool, engine::Need need) {
  const std::size_t devices = pool.up_nodes_by_free.size() - 1;
  if (need.per_node == devices) return pool.whole_free() >= need.nodes;
  if (pool.free < need.per_node) return false;
  for (std::size_t free = need.per_node; free <= devices; ++free) {
    if (pool.up_nodes_by_free[free] > 0) return true;
  }
  return false;
}

std::optional<Nodes> nodes_now(const State& state, const Holds& holds, const Wish& wish) {
  if (!may_fit(state.pool(wish.pool), wish.need)) return std::nullopt;
  return is_whole(state, wish) ? whole_nodes_now(state, holds, wish)
                               : one_node_now(state, holds, wish);
}

std::optional<Later> nodes_later(const State& state, const Holds& holds, const Wish& wish) {
  if (wish.need.nodes > state.pool(wish.pool).nodes.size()) return std::nullopt;
  if (holds.any_block(wish.pool)) return later_between(state, holds, wish);
  const std::vector<Second> ready = ready_times(state, holds, wish);
  std::vector<Second> sorted = ready;  // up to the one that is asked for
  const auto last = sorted.begin() + (wish.need.nodes - 1);
  std::nth_element(sorted.begin(), last, sorted.end());
  if (*last == kNever) return std::nullopt;
  return Later{*last, busiest(ready, *last, wish.need.nodes)};
}

}  // namespace tongsuan::dispatch
