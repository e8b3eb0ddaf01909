// Test helper: small exchanges, and slow looks at a state that share nothing with State itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/engine/engine.h"

namespace tongsuan::engine::testing {

// East has 3 nodes of 4 devices of class A and 2 nodes of 2 of class B; west 2 nodes of 4 of A.
// One data set of 1,000 MB lies in the east; a link to the west moves 10 MB a second.
inline Places small_places() {
  Places places;
  for (const char* name : {"east", "west"}) {
    places.hub_names.push_back(name);
    places.hubs.emplace_back();
  }
  for (const char* name : {"A", "B"}) places.class_names.push_back(name);
  places.classes = {{400, 4}, {300, 2}};
  places.account_names.push_back("somebody");
  places.accounts.push_back({0});
  places.pools = {{HubId{0}, ClassId{0}, 3, 4, Price(5)},
                  {HubId{0}, ClassId{1}, 2, 2, Price(3)},
                  {HubId{1}, ClassId{0}, 2, 4, Price(4)}};
  places.links = {{HubId{0}, HubId{1}, 10, Price(1)}};
  places.data_sets = {{1'000, {HubId{0}}}};
  return places;
}

// Needs no more than `gang` devices of class A, for 100 seconds.
inline LiveOrder small_order(std::uint32_t gang = 1, Second submit = 0) {
  LiveOrder order;
  order.submit = submit;
  order.latest_start = submit + 1'000;
  order.value = 1'000;
  order.ways = {{ClassId{0}, gang, 100}};
  return order;
}

// Everything that a state holds, as text.
class Dump {
 public:
  explicit Dump(const State& state) {
    put("now", state.now());
    put("round", static_cast<std::int64_t>(state.round()));
    for (const std::int64_t price : state.posted()) put("posted", price);
    put("live", state.live_orders());
    for (std::uint32_t i = 0; i < state.order_count(); ++i) {
      put("order", i);
      if (state.knows(OrderId{i})) order(state.order(OrderId{i}));
    }
    for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
      put("contract-of", i);
      if (state.knows(ContractId{i})) contract(state.contract(ContractId{i}));
    }
    put("orders-below", state.dropped().orders_below);
    put("contracts-below", state.dropped().contracts_below);
    for (const Block& one : state.blocks()) block(one);
    put("accounts", static_cast<std::int64_t>(state.places().accounts.size()));
    put("block-version", static_cast<std::int64_t>(state.block_version()));
    for (std::uint32_t i = 0; i < state.places().pools.size(); ++i) pool(state.pool(PoolId{i}));
    for (std::uint32_t i = 0; i < state.places().data_sets.size(); ++i) {
      for (const bool at : state.data(i).at) put("at", at);
      for (const Second at : state.data(i).arriving_at) put("arriving", at);
    }
    for (std::uint32_t i = 0; i < state.places().links.size(); ++i) {
      put("link", state.link(LinkId{i}).busy_until);
      put("moved", state.link(LinkId{i}).moved_mb);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void put(const char* name, std::int64_t value) {
    text_ += std::string(name) + " " + std::to_string(value) + "\n";
  }
  void order(const OrderRecord& record) {
    const Event whole{0, OrderAccepted{OrderId{0}, record.order}};
    append_bytes(whole, text_);
    put("state", static_cast<std::int64_t>(record.state));
    put("done", record.done_ppm);
    put("contract", record.contract);
    put("first", record.first_start);
    put("since", record.waiting_since);
    put("stops", record.stops);
  }
  // Devices of a contract or a block.
  template <class Held>
  void held(const Held& held) {
    put("way", held.way);
    put("pool", held.pool.value);
    put("per_node", held.per_node);
    for (const std::uint32_t node : held.nodes) put("node", node);
  }
  void contract(const Contract& contract) {
    put("order", contract.order.value);
    held(contract);
    put("start", contract.start);
    put("expected", contract.expected_end);
    put("end", contract.end);
    put("price", contract.price.raw());
    put("promised", contract.promised);
  }
  void block(const Block& block) {
    put("block-of", block.order.value);
    held(block);
    put("begin", block.begin);
    put("end", block.end);
    put("price", block.price.raw());
    put("booked", static_cast<std::int64_t>(block.booked));
  }
  void pool(const PoolState& pool) {
    for (const Node& node : pool.nodes) {
      put("free", node.free);
      put("up", node.up);
      put("busy", node.busy_until);
      for (const ContractId id : node.contracts) put("holds", id.value);
      for (const OrderId id : node.blocks) put("promised-to", id.value);
    }
    for (const std::uint32_t count : pool.up_nodes_by_free) put("bucket", count);
    put("pool-free", static_cast<std::int64_t>(pool.free));
    put("pool-up", static_cast<std::int64_t>(pool.up));
    put("running", static_cast<std::int64_t>(pool.running));
    put("version", static_cast<std::int64_t>(pool.version));
    put("ask", pool.ask.raw());
    for (const AskStep& step : pool.steps) {
      put("step", step.devices);
      put("at", step.price.raw());
    }
  }
  std::string text_;
};

// Steps as state.h has them.
inline bool good_steps(const Pool& pool, const PoolState& now) {
  if (now.steps.empty()) return true;
  std::uint64_t devices = 0;
  for (std::size_t i = 0; i < now.steps.size(); ++i) {
    devices += now.steps[i].devices;
    if (now.steps[i].devices < 1 || now.steps[i].price < Price()) return false;
    if (i > 0 && now.steps[i].price < now.steps[i - 1].price) return false;
  }
  return now.steps.size() > 1 && now.steps.size() <= kAskStepsMax &&
         now.ask == now.steps.front().price &&
         devices == std::uint64_t{pool.nodes} * pool.node_devices;
}

// What the pool should be, from the list of contracts alone. Empty: it is.
inline std::string wrong_pool(const State& state, PoolId id) {
  const Pool& pool = state.places().pools[id.value];
  const PoolState& now = state.pool(id);
  std::vector<std::int64_t> free(pool.nodes, pool.node_devices);
  std::vector<Second> busy(pool.nodes, 0);
  std::vector<std::vector<ContractId>> on(pool.nodes);
  std::uint64_t running = 0;
  for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
    if (!state.knows(ContractId{i})) continue;
    const Contract& contract = state.contract(ContractId{i});
    if (!(contract.pool == id) || contract.end >= 0) continue;
    ++running;
    for (const std::uint32_t node : contract.nodes) {
      free[node] -= contract.per_node;
      busy[node] = std::max(busy[node], contract.expected_end);
      on[node].push_back(ContractId{i});
      if (!now.nodes[node].up) return "a contract runs on a node that is down";
    }
  }
  std::uint64_t sum = 0, up = 0;
  std::vector<std::uint32_t> buckets(pool.node_devices + std::size_t{1});
  for (std::uint32_t i = 0; i < pool.nodes; ++i) {
    const Node& node = now.nodes[i];
    if (free[i] < 0) return "more devices are taken than a node has";
    if (node.free != free[i]) return "free devices of a node";
    if (node.busy_until != busy[i]) return "busy_until of a node";
    if (node.contracts != on[i]) return "contracts of a node";
    if (!node.up) continue;
    sum += node.free;
    up += pool.node_devices;
    ++buckets[node.free];
  }
  if (now.running != running) return "running contracts of a pool";
  if (now.free != sum || now.up != up) return "free devices of a pool";
  return now.up_nodes_by_free == buckets ? "" : "nodes by free devices";
}

// Devices of a node that are needed at `at`, by what contracts are expected to take and blocks.
inline std::uint32_t needed(const State& state, PoolId pool, std::uint32_t node, Second at) {
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
    if (!state.knows(ContractId{i})) continue;
    const Contract& contract = state.contract(ContractId{i});
    const bool here = contract.pool == pool && std::ranges::count(contract.nodes, node) > 0;
    if (here && contract.end < 0 && contract.expected_end > at) sum += contract.per_node;
  }
  for (const Block& block : state.blocks()) {
    const bool here = block.pool == pool && std::ranges::count(block.nodes, node) > 0;
    if (here && block.begin <= at && at < block.end) sum += block.per_node;
  }
  return sum;
}

inline std::string wrong_block(const State& state) {
  std::vector<std::size_t> on_nodes(state.places().pools.size());
  for (const Block& block : state.blocks()) {
    const OrderRecord& record = state.order(block.order);
    if (state.block(block.order) != &block) return "two blocks of an order, or not in order";
    if (record.state != OrderState::kWaiting) return "a block of an order that does not wait";
    if (block.begin < record.order.not_before) return "a block before its owner wants it";
    if (is_package(record.order)) return "a block of a package";
    on_nodes[block.pool.value] += block.nodes.size();
    for (const std::uint32_t node : block.nodes) {
      if (!state.pool(block.pool).nodes[node].up) return "a block on a node that is down";
      const Second at = std::max(block.begin, state.now());
      if (at >= block.end) continue;
      if (needed(state, block.pool, node, at) >
          state.places().pools[block.pool.value].node_devices) {
        return "a block without its devices";
      }
    }
  }
  for (std::uint32_t i = 0; i < on_nodes.size(); ++i) {
    for (const Node& node : state.pool(PoolId{i}).nodes) on_nodes[i] -= node.blocks.size();
    if (on_nodes[i] != 0) return "blocks of a node";
  }
  return "";
}

// The first invariant of state.h that does not hold; empty when all do.
inline std::string broken_invariant(const State& state) {
  for (std::uint32_t i = 0; i < state.places().pools.size(); ++i) {
    std::string wrong = wrong_pool(state, PoolId{i});
    if (!wrong.empty()) return wrong;
    if (!good_steps(state.places().pools[i], state.pool(PoolId{i}))) return "the steps of an ask";
  }
  std::set<std::uint32_t> running;
  for (std::uint32_t i = 0; i < state.contract_count(); ++i) {
    if (!state.knows(ContractId{i})) continue;
    const Contract& contract = state.contract(ContractId{i});
    if (!state.knows(contract.order)) {
      if (contract.end < 0) return "the order of what runs is forgotten";
      continue;
    }
    const OrderRecord& record = state.order(contract.order);
    const std::vector<PoolId> pools = state.pools_of(record.order, contract.way);
    if (std::ranges::find(pools, contract.pool) == pools.end()) return "a pool not allowed";
    if (contract.end >= 0) continue;
    if (!running.insert(contract.order.value).second) return "an order runs twice";
    if (record.state != OrderState::kRunning || record.contract != i) return "order and contract";
  }
  std::uint32_t live = 0;
  for (std::uint32_t i = 0; i < state.order_count(); ++i) {
    if (!state.knows(OrderId{i})) continue;
    const OrderRecord& record = state.order(OrderId{i});
    live += record.state == OrderState::kWaiting || record.state == OrderState::kRunning;
    if (record.done_ppm > kPpm) return "more than all is done";
    if (is_package(record.order) && (record.first_start >= 0 || record.contract != kNone)) {
      return "a package ran";
    }
    if (is_part(record.order) && record.state == OrderState::kRunning &&
        state.contract(ContractId{record.contract}).expected_end > part_end(record.order)) {
      return "a part runs beyond its leg";
    }
    const bool runs = record.state == OrderState::kRunning;
    if (runs != (running.count(i) > 0)) return "an order runs without a contract";
  }
  if (live != state.live_orders()) return "live orders";
  return wrong_block(state);
}

}  // namespace tongsuan::engine::testing
