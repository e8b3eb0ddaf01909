#include "tongsuan/engine/offer.h"

#include <algorithm>

#include "tongsuan/engine/energy.h"

namespace tongsuan::engine {
namespace {

// By what is expected at that second.
std::uint64_t used_at(const State& state, const Span& span, Second at) {
  std::uint64_t used = 0;
  for (const Node& node : state.pool(span.pool).nodes) {
    for (const ContractId id : node.contracts) {
      const Contract& contract = state.contract(id);
      if (contract.expected_end > at || at <= span.now) used += contract.per_node;
    }
    for (const OrderId id : node.blocks) {
      const Block& block = *state.block(id);
      if (!(id == span.except) && block.begin <= at && at < block.end) used += block.per_node;
    }
  }
  return used;
}

}  // namespace

Price ask_behind(const PoolState& pool, std::uint64_t used, std::uint32_t devices) {
  if (pool.steps.empty()) return pool.ask;
  std::uint64_t through = 0;
  for (const AskStep& step : pool.steps) {
    through += step.devices;
    if (used + devices <= through) return step.price;
  }
  return pool.steps.back().price;
}

// Contracts only end after now, so it is enough to look at the beginning and where blocks begin.
std::uint64_t most_used(const State& state, const Span& span) {
  std::uint64_t most = used_at(state, span, span.begin);
  for (const Block& block : state.blocks()) {
    if (!(block.pool == span.pool) || block.begin <= span.begin || block.begin >= span.end) {
      continue;
    }
    most = std::max(most, used_at(state, span, block.begin));
  }
  return most;
}

Price ask_for(const State& state, const Span& span) {
  const PoolState& pool = state.pool(span.pool);
  if (pool.steps.empty()) return pool.ask;
  return ask_behind(pool, most_used(state, span), span.devices);
}

std::int64_t beyond_first(const PoolState& pool, Price ask, std::uint32_t devices, Second seconds) {
  const int128 more = static_cast<int128>(ask.raw() - pool.ask.raw()) * devices * seconds / kHour;
  return static_cast<std::int64_t>(std::min<int128>(more, kMoneyMax));
}

}  // namespace tongsuan::engine
