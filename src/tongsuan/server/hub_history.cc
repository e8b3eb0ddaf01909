#include "tongsuan/server/hub_history.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace tongsuan::server {

std::optional<RoundLoad> load_of(const node::View& view, std::uint64_t round,
                                 std::uint64_t sequence) {
  const exchange::RoundRow* row = view.state.round(round);
  if (row == nullptr) return std::nullopt;
  const engine::State& engine = view.state.engine();
  RoundLoad load{round, sequence, row->gate, row->closed, {}};
  load.pools.reserve(engine.places().pools.size());
  for (std::uint32_t i = 0; i < engine.places().pools.size(); ++i) {
    const engine::PoolState& pool = engine.pool(engine::PoolId{i});
    load.pools.push_back({static_cast<std::uint32_t>(pool.up),
                          static_cast<std::uint32_t>(pool.up - pool.free),
                          i < row->posted.size() ? row->posted[i] : pool.ask.raw()});
  }
  return load;
}

void HubHistory::see(const node::View& view, std::uint64_t sequence,
                     const std::vector<exchange::Event>& events) {
  for (const exchange::Event& event : events) {
    const auto* own = std::get_if<exchange::OwnEvent>(&event);
    if (own == nullptr) continue;
    const auto* round = std::get_if<exchange::RoundPublished>(own);
    if (round == nullptr) continue;
    if (auto load = load_of(view, round->round, sequence)) add(std::move(*load));
  }
}

void HubHistory::add(RoundLoad load) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::lower_bound(rounds_, load.round, {}, &RoundLoad::round);
  if (at != rounds_.end() && at->round == load.round) return;
  const std::size_t pools = std::max<std::size_t>(1, load.pools.size());
  const std::size_t most = std::clamp<std::size_t>(kLoadCellsMax / pools, 1, kLoadRoundsMax);
  if (at == rounds_.begin() && rounds_.size() >= most) return;  // would leave at once
  rounds_.insert(at, std::move(load));
  while (rounds_.size() > most) rounds_.pop_front();
}

bool HubHistory::knows(std::uint64_t round) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::binary_search(rounds_, round, {}, &RoundLoad::round);
}

}  // namespace tongsuan::server
