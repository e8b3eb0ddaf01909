#include "tongsuan/rolling/step_prices.h"

#include <algorithm>

namespace tongsuan::rolling {

using engine::PoolId;
using engine::Span;
using engine::State;

Price StepPrices::ask_by_steps(const State& state, const Span& span) {
  return engine::ask_behind(state.pool(span.pool), most_used(state, span), span.devices);
}

std::uint64_t StepPrices::most_used(const State& state, const Span& span) {
  // An order that has a block here is asked for seldom.
  const engine::Block* own = state.block(span.except);
  if (own != nullptr && own->pool == span.pool) return engine::most_used(state, span);
  const auto at_or_before = [](const std::vector<Point>& points, Second at) {
    const auto next = std::ranges::upper_bound(points, at, {}, &Point::at);
    return next == points.begin() ? 0 : std::prev(next)->devices;
  };
  const Uses& uses = uses_of(state, span.pool);
  const engine::PoolState& pool = state.pool(span.pool);
  std::uint64_t most = at_or_before(uses.blocks, span.begin);
  if (span.begin <= span.now) {
    most += pool.up - pool.free;
  } else {
    const auto running = std::ranges::upper_bound(uses.ends, span.begin, {}, &Point::at);
    most += running == uses.ends.end() ? 0 : running->devices;
  }
  auto begin = std::ranges::upper_bound(uses.begins, span.begin, {}, &Point::at);
  for (; begin != uses.begins.end() && begin->at < span.end; ++begin) {
    most = std::max(most, begin->devices);
  }
  return most;
}

const StepPrices::Uses& StepPrices::uses_of(const State& state, PoolId id) {
  if (uses_.empty()) uses_.resize(state.places().pools.size());
  Uses& uses = uses_[id.value];
  const engine::PoolState& pool = state.pool(id);
  if (uses.known && uses.version == pool.version && uses.block_version == state.block_version()) {
    return uses;
  }
  uses = {pool.version, state.block_version(), true, {}, {}, {}};
  add_ends(state, id, uses);
  add_blocks(state, id, uses);
  return uses;
}

void StepPrices::add_ends(const State& state, PoolId id, Uses& uses) {
  for (const engine::Node& node : state.pool(id).nodes) {
    for (const engine::ContractId contract : node.contracts) {
      const engine::Contract& what = state.contract(contract);
      uses.ends.push_back({what.expected_end, what.per_node});
    }
  }
  std::ranges::sort(uses.ends, {}, &Point::at);
  std::uint64_t sum = 0;
  for (auto end = uses.ends.rbegin(); end != uses.ends.rend(); ++end) {
    sum += end->devices;
    end->devices = sum;
  }
}

// What begins and ends in one second leaves one point.
void StepPrices::add_blocks(const State& state, PoolId id, Uses& uses) {
  struct Change {
    Second at;
    std::int64_t devices;
  };
  std::vector<Change> changes;
  for (const engine::Block& block : state.blocks()) {
    if (!(block.pool == id)) continue;
    const auto devices = static_cast<std::int64_t>(block.nodes.size()) * block.per_node;
    changes.push_back({block.begin, devices});
    changes.push_back({block.end, -devices});
  }
  std::ranges::sort(changes, {}, &Change::at);
  std::int64_t held = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    held += changes[i].devices;
    if (i + 1 < changes.size() && changes[i + 1].at == changes[i].at) continue;
    uses.blocks.push_back({changes[i].at, static_cast<std::uint64_t>(held)});
  }
  for (const Point& point : uses.blocks) {
    const auto running = std::ranges::upper_bound(uses.ends, point.at, {}, &Point::at);
    const std::uint64_t run = running == uses.ends.end() ? 0 : running->devices;
    uses.begins.push_back({point.at, point.devices + run});
  }
}

}  // namespace tongsuan::rolling
