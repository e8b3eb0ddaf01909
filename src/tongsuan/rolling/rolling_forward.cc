// Blocks of the rolling market: booking them, keeping them.
#include <algorithm>

#include "tongsuan/rolling/rolling_market.h"

namespace tongsuan::rolling {

using engine::Block;
using engine::Contract;
using engine::ContractId;
using engine::kHour;
using engine::Node;
using engine::OrderRecord;
using engine::State;

// Work in line brings what its owner would pay for each hour that it is expected to run, less what
// sellers ask: the most of those that may use a pool.
ForwardView RollingMarket::forward_view(const State& state, Second now) const {
  ForwardView view;
  view.run_ppm = run_ppm();
  view.typical_estimate =
      device_sum_ == 0 ? kHour : static_cast<Second>(estimate_sum_ / device_sum_);
  view.line_worth.assign(places_.pools.size(), 0);
  for (const OrderId id : line_.front(rules_.reservations)) {
    const OrderRecord& record = state.order(id);
    const std::vector<dispatch::Option>* options = line_.options(id);
    if (options == nullptr) continue;
    for (const dispatch::Option& option : *options) {
      const Second run = expected_run(State::remaining(record, option.way));
      const auto worth =
          static_cast<std::int64_t>(static_cast<int128>(engine::value_at(record.order, now)) *
                                    kHour / (static_cast<int128>(option.need.devices()) * run));
      std::int64_t& most = view.line_worth[option.pool.value];
      most = std::max(most, worth - prices_->capacity(option.pool));
    }
  }
  return view;
}

bool RollingMarket::book(dispatch::Desk& desk, OrderId order, const ForwardView& view, bool kept) {
  const auto booking = find_block(desk.state(), order, *prices_, view, kept);
  if (!booking) return false;
  const Second begin = std::max(desk.now(), engine::wanted_from(desk.state().order(order).order));
  const dispatch::When when{desk.now(), begin};
  if (!chooser_.affords_then(desk.state(), order, booking->option, when)) return false;
  return desk.execute(
      engine::BookBlock{order, booking->option.way, booking->option.pool, booking->nodes, begin,
                        chooser_.price(desk.state(), order, booking->option, when)});
}

// Whether this is the second at which it pays to start the order.
bool RollingMarket::is_due(const State& state, OrderId order, Second now) const {
  const engine::LiveOrder& what = state.order(order).order;
  return rules_.forward.blocks && what.premium > 0 && what.not_before == now;
}

bool RollingMarket::is_near(const State& state, OrderId order, Second now) const {
  const engine::LiveOrder& what = state.order(order).order;
  return engine::is_part(what) || engine::wanted_from(what) <= now + rules_.forward.lead;
}

void RollingMarket::book_new(dispatch::Desk& desk, const std::vector<OrderId>& later) {
  if (!rules_.forward.blocks) return;
  for (const OrderId order : later) {
    if (!desk.state().knows(order) || desk.state().order(order).order.premium == 0) continue;
    if (!is_near(desk.state(), order, desk.now()) ||
        !book(desk, order, forward_view(desk.state(), desk.now()), false)) {
      unbooked_.push_back(order);
    }
  }
}

// What was promised is promised: a block whose nodes failed goes elsewhere, whatever that costs.
void RollingMarket::book_again(dispatch::Desk& desk, const std::vector<engine::Event>& events) {
  for (const engine::Event& event : events) {
    const auto* released = std::get_if<engine::BlockReleased>(&event.what);
    if (released == nullptr || released->reason != engine::ReleaseReason::kNodeDown) continue;
    if (!desk.state().knows(released->order)) continue;
    const OrderRecord& record = desk.state().order(released->order);
    if (record.state != engine::OrderState::kWaiting ||
        desk.now() >= engine::wanted_from(record.order)) {
      continue;
    }
    if (!book(desk, released->order, forward_view(desk.state(), desk.now()), true)) {
      unbooked_.push_back(released->order);
    }
  }
}

// The nearer the begin, the less stands idle before it: what was too dear may not be so any more.
void RollingMarket::book_unbooked(dispatch::Desk& desk) {
  if (unbooked_.empty()) return;
  const ForwardView view = forward_view(desk.state(), desk.now());
  std::erase_if(unbooked_, [&](OrderId order) {
    if (!desk.state().knows(order)) return true;
    const OrderRecord& record = desk.state().order(order);
    return record.state != engine::OrderState::kWaiting ||
           desk.now() >= engine::wanted_from(record.order) ||
           (is_near(desk.state(), order, desk.now()) &&
            book(desk, order, view, engine::is_part(record.order)));
  });
}

// Starts the order on its block: on its nodes if they are free, on others of the pool if these are,
// and else where work that has outrun its estimate is stopped for it. False: it has no block, or
// lost it just now.
bool RollingMarket::start_due(dispatch::Desk& desk, OrderId order, std::vector<OrderId>& stopped) {
  const Block* promised = desk.state().block(order);
  if (promised == nullptr || promised->begin > desk.now()) return false;
  const Block block = *promised;  // it ends with the start
  const std::vector<Node>& nodes = desk.state().pool(block.pool).nodes;
  const auto start = [&](const std::vector<std::uint32_t>& on) {
    return desk.execute(engine::StartOrder{order, block.way, block.pool, on, block.price});
  };
  const bool free = std::ranges::all_of(
      block.nodes, [&](std::uint32_t node) { return nodes[node].free >= block.per_node; });
  if (free && start(block.nodes)) return true;
  line_.see_blocks(desk.state());
  const engine::Need need{static_cast<std::uint32_t>(block.nodes.size()), block.per_node};
  const auto others = line_.nodes_for(desk.state(), {block.way, block.pool, need},
                                      State::remaining(desk.state().order(order), block.way));
  if (others && start(others->nodes)) return true;
  stop_overrun(desk, block, stopped);
  if (start(block.nodes)) return true;
  desk.execute(engine::ReleaseBlock{order});
  return false;
}

// As few devices as make room for the block, the latest start first.
void RollingMarket::stop_overrun(dispatch::Desk& desk, const Block& block,
                                 std::vector<OrderId>& stopped) {
  const State& state = desk.state();
  for (const std::uint32_t at : block.nodes) {
    const Node& node = state.pool(block.pool).nodes[at];
    while (node.free < block.per_node) {
      const auto overrun = std::ranges::find_if(
          node.contracts.rbegin(), node.contracts.rend(),
          [&](ContractId id) { return state.contract(id).expected_end <= desk.now(); });
      if (overrun == node.contracts.rend()) return;
      const ContractId id = *overrun;
      stopped.push_back(state.contract(id).order);
      desk.execute(engine::EndContract{id, engine::EndReason::kPreempted, 0});
    }
  }
}

}  // namespace tongsuan::rolling
