#include "tongsuan/dispatch/nodes.h"

#include <algorithm>
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

// Whether `devices` of the node may be used for [now, end) without delaying a hold.
bool respects(const State& state, const Holds& holds, const Wish& wish, std::uint32_t at) {
  const std::vector<Hold>& held = holds.on(wish.pool, at);
  const Node& node = state.pool(wish.pool).nodes[at];
  const Second end = wish.now + wish.estimate;
  for (const Hold& hold : held) {
    if (hold.from >= end) continue;
    std::int64_t promised = 0;
    for (const Hold& other : held) promised += other.from <= hold.from ? other.devices : 0;
    if (free_at(state, node, hold.from, wish.now) < promised + wish.need.per_node) return false;
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
  const bool held = holds.any(wish.pool);
  Nodes found;
  found.nodes.reserve(wish.need.nodes);
  const auto take = [&](bool promised) {
    for (std::uint32_t i = 0; i < pool.nodes.size() && found.nodes.size() < wish.need.nodes; ++i) {
      const Node& node = pool.nodes[i];
      if (!node.up || !node.contracts.empty()) continue;
      if (held && holds.on(wish.pool, i).empty() == promised) continue;
      if (promised && !respects(state, holds, wish, i)) continue;
      found.nodes.push_back(i);
    }
  };
  if (held) take(true);
  take(false);
  if (found.nodes.size() < wish.need.nodes) return std::nullopt;
  std::ranges::sort(found.nodes);
  found.cost = pool.whole_free();
  return found;
}

// Seconds at which one node has room for the gang after all of its holds.
Second node_ready(const State& state, const Holds& holds, const Wish& wish, std::uint32_t at) {
  constexpr Second kNever = std::numeric_limits<Second>::max();
  const Node& node = state.pool(wish.pool).nodes[at];
  if (!node.up) return kNever;
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

}  // namespace

Holds::Holds(const engine::Places& places) : counts_(places.pools.size()) {
  for (const engine::Pool& pool : places.pools) {
    holds_.emplace_back(pool.nodes);
  }
}

void Holds::add(PoolId pool, std::uint32_t node, Hold hold) {
  holds_[pool.value][node].push_back(hold);
  ++counts_[pool.value];
  touched_.push_back({pool, node});
}

void Holds::clear() {
  for (const Place& place : touched_) {
    holds_[place.pool.value][place.node].clear();
    counts_[place.pool.value] = 0;
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
  const std::uint32_t devices = state.places().pools[wish.pool.value].node_devices;
  return wish.need.per_node < devices ? one_node_now(state, holds, wish)
                                      : whole_nodes_now(state, holds, wish);
}

std::optional<Later> nodes_later(const State& state, const Holds& holds, const Wish& wish) {
  struct Ready {
    Second at;
    std::uint32_t node;
  };
  const auto node_count = static_cast<std::uint32_t>(state.pool(wish.pool).nodes.size());
  std::vector<Ready> ready;
  ready.reserve(node_count);
  for (std::uint32_t i = 0; i < node_count; ++i) {
    const Second at = node_ready(state, holds, wish, i);
    if (at != std::numeric_limits<Second>::max()) ready.push_back({at, i});
  }
  if (ready.size() < wish.need.nodes) return std::nullopt;
  const auto last = ready.begin() + (wish.need.nodes - 1);
  std::nth_element(ready.begin(), last, ready.end(), [](const Ready& a, const Ready& b) {
    return a.at != b.at ? a.at < b.at : a.node < b.node;
  });
  Later later{last->at, {}};
  // Of all nodes that are ready by then, those that are busy longest.
  std::erase_if(ready, [&](const Ready& entry) { return entry.at > later.at; });
  std::ranges::sort(ready, [](const Ready& a, const Ready& b) {
    return a.at != b.at ? a.at > b.at : a.node < b.node;
  });
  for (std::uint32_t i = 0; i < wish.need.nodes; ++i) later.nodes.push_back(ready[i].node);
  std::ranges::sort(later.nodes);
  return later;
}

}  // namespace tongsuan::dispatch
