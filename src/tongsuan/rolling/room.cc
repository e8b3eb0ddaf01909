#include "tongsuan/rolling/room.h"

#include <algorithm>

namespace tongsuan::rolling {
namespace {

using engine::Contract;
using engine::ContractId;
using engine::Node;
using engine::PoolId;
using engine::State;

// Devices that the plan has taken or promised on nodes, beside what the state says.
class Taken {
 public:
  struct Place {
    PoolId pool;
    std::uint32_t node;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  [[nodiscard]] std::uint32_t at(Place place) const {
    const auto found = std::ranges::lower_bound(list_, place, {}, &Entry::place);
    return found != list_.end() && found->place == place ? found->devices : 0;
  }
  void add(Place place, std::uint32_t devices) {
    const auto found = std::ranges::lower_bound(list_, place, {}, &Entry::place);
    if (found != list_.end() && found->place == place) {
      found->devices += devices;
    } else {
      list_.insert(found, {place, devices});
    }
  }

 private:
  struct Entry {
    Place place;
    std::uint32_t devices;
  };
  std::vector<Entry> list_;  // sorted by place
};

class RoomMaker {
 public:
  RoomMaker(const State& state, const dispatch::Option& option, Second estimate,
            std::int64_t cost_max, const RoomRules& rules)
      : state_(state),
        option_(option),
        end_(state.now() + estimate),
        cost_max_(cost_max),
        rules_(rules) {}

  std::optional<Room> make() {
    const std::vector<Node>& nodes = state_.pool(option_.pool).nodes;
    if (rules_.stop_wait == 0 && state_.pool(option_.pool).free < option_.need.devices()) {
      return std::nullopt;
    }
    struct Candidate {
      std::int64_t cost;
      std::uint32_t node;
    };
    std::vector<Candidate> candidates;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      const auto cost = cost_of(nodes[i]);
      if (cost) candidates.push_back({*cost, i});
    }
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
      return a.cost != b.cost ? a.cost < b.cost : a.node < b.node;
    });
    for (const Candidate& candidate : candidates) {
      if (room_.nodes.size() == option_.need.nodes) break;
      if (room_.cost + candidate.cost > cost_max_) return std::nullopt;
      if (taken_.at({option_.pool, candidate.node}) > 0) continue;  // it receives work
      if (clear(nodes[candidate.node], candidate.node, candidate.cost)) {
        room_.nodes.push_back(candidate.node);
      }
    }
    if (room_.nodes.size() < option_.need.nodes) return std::nullopt;
    std::ranges::sort(room_.nodes);
    return std::move(room_);
  }

 private:
  [[nodiscard]] bool movable(const Contract& contract) const {
    return contract.nodes.size() == 1 && contract.start + rules_.settled <= state_.now() &&
           contract.expected_end >= state_.now() + rules_.settled;
  }

  // What its work loses by moving; nothing: some of it does not move.
  [[nodiscard]] std::optional<std::int64_t> cost_of(const Node& node) const {
    if (!node.up || state_.is_promised(node, end_)) return std::nullopt;
    int128 cost = 0;
    for (const ContractId id : node.contracts) {
      const Contract& contract = state_.contract(id);
      if (!movable(contract)) return std::nullopt;
      const engine::OrderRecord& record = state_.order(contract.order);
      const Second costly = engine::costly_wait(record.order, record.first_start,
                                                record.first_start + rules_.restart);
      const auto delay = static_cast<int128>(record.order.delay_cost) * costly;
      const auto held = static_cast<int128>(contract.price.raw()) * contract.per_node;
      cost += (delay + held * rules_.restart) / 3'600;
    }
    return static_cast<std::int64_t>(cost);
  }

  // Finds places for everything on the node or stops it, all or none. `cost`: of moving all.
  bool clear(const Node& node, std::uint32_t at, std::int64_t cost) {
    const Room room = room_;
    const Taken taken = taken_;
    room_.cost += cost;
    // It is no place for its own work.
    taken_.add({option_.pool, at}, 1'000'000);
    for (const ContractId id : node.contracts) {
      if (room_.moves.size() + room_.stops.size() < rules_.moves_max &&
          (relocate(id) || stop(id))) {
        continue;
      }
      taken_ = taken;
      room_ = room;
      return false;
    }
    return true;
  }

  // One stop for each node: small work would wait in numbers for one gang.
  bool stop(ContractId id) {
    const Contract& contract = state_.contract(id);
    const std::uint32_t whole = state_.places().pools[contract.pool.value].node_devices;
    if (rules_.stop_wait == 0 || contract.promised >= 0 || contract.per_node < whole) return false;
    const engine::OrderRecord& record = state_.order(contract.order);
    const Second costly = engine::costly_wait(record.order, record.first_start,
                                              record.first_start + rules_.stop_wait);
    const auto lost = static_cast<int128>(record.order.delay_cost) * costly / 3'600;
    if (lost > cost_max_ - room_.cost) return false;
    room_.cost += static_cast<std::int64_t>(lost);
    room_.stops.push_back(id);
    return true;
  }

  // The fullest node that has room: first in the same pool, then wherever the order may run.
  bool relocate(ContractId id) {
    const Contract& contract = state_.contract(id);
    if (place(id, contract.way, contract.pool)) return true;
    const engine::LiveOrder& order = state_.order(contract.order).order;
    for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
      for (const PoolId pool : state_.pools_of(order, way)) {
        if (pool == contract.pool) continue;
        if (!state_.has_data(order, state_.places().pools[pool.value].hub)) continue;
        if (place(id, way, pool)) return true;
      }
    }
    return false;
  }

  bool place(ContractId id, std::uint32_t way, PoolId pool) {
    const engine::OrderRecord& record = state_.order(state_.contract(id).order);
    const engine::LiveOrder& order = record.order;
    // At most: it keeps what it has done since it started.
    const Second end = state_.now() + State::remaining(record, way);
    const std::uint32_t devices = state_.places().pools[pool.value].node_devices;
    const engine::Need need = engine::need_of(order.ways[way], order.whole_nodes, devices);
    if (need.per_node == devices) return false;  // whole nodes are what is scarce
    const std::vector<Node>& nodes = state_.pool(pool).nodes;
    std::uint32_t best = kNone;
    std::uint32_t best_free = 0;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      const Node& node = nodes[i];
      // Empty nodes are kept for gangs.
      if (!node.up || node.contracts.empty() || node.free < need.per_node) continue;
      const std::uint32_t used = taken_.at({pool, i});
      if (node.free < used + need.per_node) continue;
      const std::uint32_t free = node.free - used;
      if (best != kNone && free >= best_free) continue;
      if (!state_.leaves_blocks({pool, i, used + need.per_node, state_.now(), end})) continue;
      best = i;
      best_free = free;
    }
    if (best == kNone) return false;
    taken_.add({pool, best}, need.per_node);
    room_.moves.push_back({id, way, pool, best});
    return true;
  }

  const State& state_;
  const dispatch::Option& option_;
  Second end_;  // of the gang
  std::int64_t cost_max_;
  const RoomRules& rules_;
  Taken taken_;
  Room room_;
};

}  // namespace

std::optional<Room> make_room(const State& state, const dispatch::Option& option, Second estimate,
                              std::int64_t cost_max, const RoomRules& rules) {
  return RoomMaker(state, option, estimate, cost_max, rules).make();
}

}  // namespace tongsuan::rolling
