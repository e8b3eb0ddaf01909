#include "tongsuan/rolling/forward.h"

#include <algorithm>

namespace tongsuan::rolling {
namespace {

using engine::kHour;
using engine::Node;
using engine::PoolId;
using engine::State;

class BlockFinder {
 public:
  BlockFinder(const State& state, OrderId order, const PriceTable& prices, const ForwardView& view)
      : state_(state),
        id_(order),
        record_(state.order(order)),
        prices_(prices),
        view_(view),
        begin_(std::max(state.now(), engine::wanted_from(record_.order))) {}

  std::optional<Booking> find(bool kept) {
    const engine::LiveOrder& order = record_.order;
    std::optional<Booking> best;
    std::int64_t best_cost = 0;
    for (std::uint32_t way = 0; way < order.ways.size(); ++way) {
      for (const PoolId pool : state_.pools_of(order, way)) {
        const engine::Pool& at = state_.places().pools[pool.value];
        if (!has_data(at.hub)) continue;
        auto booking =
            book({way, pool, need_of(order.ways[way], order.whole_nodes, at.node_devices)});
        if (!booking || (!kept && booking->hold_cost >= order.premium)) continue;
        const Second run = expected(State::remaining(record_, way));
        const std::int64_t cost = booking->hold_cost +
                                  prices_.cost(pool, booking->option.need, begin_, run) +
                                  steps_cost(booking->option, run);
        if (best && cost >= best_cost) continue;
        best = std::move(booking);
        best_cost = cost;
      }
    }
    return best;
  }

 private:
  [[nodiscard]] Second expected(Second estimate) const {
    const auto run = static_cast<int128>(estimate) * view_.run_ppm / engine::kPpm;
    return std::max<Second>(1, static_cast<Second>(run));
  }

  [[nodiscard]] std::int64_t steps_cost(const dispatch::Option& option, Second run) const {
    const engine::PoolState& pool = state_.pool(option.pool);
    if (pool.steps.empty()) return 0;
    const Price ask =
        engine::ask_for(state_, dispatch::span_of(state_, id_, option, {state_.now(), begin_}));
    return engine::beyond_first(pool, ask, option.need.devices(), run);
  }

  [[nodiscard]] bool has_data(HubId hub) const {
    if (state_.has_data(record_.order, hub)) return true;
    const Second ready = state_.data(record_.order.data).arriving_at[hub.value];
    return ready >= 0 && ready <= begin_;
  }

  // The nodes that are expected to stand idle least.
  std::optional<Booking> book(const dispatch::Option& option) {
    const std::vector<Node>& nodes = state_.pool(option.pool).nodes;
    const Second end = begin_ + State::remaining(record_, option.way);
    idle_.clear();
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      if (!nodes[i].up) continue;
      const State::Use use = {option.pool, i, option.need.per_node, begin_, end, id_};
      if (state_.leaves_blocks(use)) idle_.push_back({idle_before(option, nodes[i]), i});
    }
    if (idle_.size() < option.need.nodes) return std::nullopt;
    const auto last = idle_.begin() + option.need.nodes;
    std::ranges::nth_element(idle_, last - 1);
    Booking booking{option, {}, 0};
    int128 idle = 0;
    for (auto at = idle_.begin(); at != last; ++at) {
      idle += at->device_seconds;
      booking.nodes.push_back(at->node);
    }
    std::ranges::sort(booking.nodes);
    const std::int64_t rate = prices_.capacity(option.pool) + view_.line_worth[option.pool.value];
    booking.hold_cost = static_cast<std::int64_t>(
        std::min<int128>(idle * std::max<std::int64_t>(0, rate) / kHour, kMoneyMax));
    return booking;
  }

  // Device-seconds of the node that a block from `begin_` on is expected to leave idle. A part of a
  // node keeps gangs of whole nodes from all of it, unless others do that already.
  [[nodiscard]] std::int64_t idle_before(const dispatch::Option& option, const Node& node) const {
    Second open = state_.now();
    bool shared = false;
    for (const engine::ContractId id : node.contracts) {
      const engine::Contract& contract = state_.contract(id);
      shared = shared || contract.expected_end > begin_;
      const Second end = contract.start + expected(contract.expected_end - contract.start);
      open = std::max(open, std::min(end, begin_));
    }
    for (const OrderId id : node.blocks) {
      const engine::Block& block = *state_.block(id);
      if (id == id_) continue;
      shared = shared || (block.begin <= begin_ && begin_ < block.end);
      if (block.begin < begin_) open = std::max(open, std::min(block.end, begin_));
    }
    const std::int64_t devices =
        shared ? option.need.per_node : state_.places().pools[option.pool.value].node_devices;
    return devices * std::min(begin_ - open, view_.typical_estimate);
  }

  struct Idle {
    std::int64_t device_seconds;
    std::uint32_t node;
    friend auto operator<=>(const Idle&, const Idle&) = default;
  };

  const State& state_;
  OrderId id_;
  const engine::OrderRecord& record_;
  const PriceTable& prices_;
  const ForwardView& view_;
  Second begin_;
  std::vector<Idle> idle_;  // of the nodes that may be had; kept for its memory
};

}  // namespace

std::optional<Booking> find_block(const State& state, OrderId order, const PriceTable& prices,
                                  const ForwardView& view, bool kept) {
  return BlockFinder(state, order, prices, view).find(kept);
}

}  // namespace tongsuan::rolling
