// Test helper: changes fields of an exchange's state behind its back.
#pragma once

#include "tongsuan/engine/state.h"

namespace tongsuan::engine::testing {

struct Tamper {
  State& state;
  [[nodiscard]] OrderRecord& order(std::uint32_t id) const { return state.orders_[id]; }
  [[nodiscard]] Contract& contract(std::uint32_t id) const { return state.contracts_[id]; }
  [[nodiscard]] Block& block(std::size_t at) const { return state.blocks_[at]; }
  [[nodiscard]] PoolState& pool(std::uint32_t id) const { return state.pools_[id]; }
  [[nodiscard]] DataState& data(std::uint32_t id) const { return state.data_[id]; }
  [[nodiscard]] LinkState& link(std::uint32_t id) const { return state.links_[id]; }
  [[nodiscard]] std::int64_t& posted(std::size_t pool) const { return state.posted_[pool]; }
  [[nodiscard]] HistoryDropped& dropped() const { return state.dropped_; }
  [[nodiscard]] Second& now() const { return state.now_; }
  [[nodiscard]] std::uint64_t& round() const { return state.round_; }
  [[nodiscard]] std::uint64_t& block_version() const { return state.block_version_; }
  [[nodiscard]] std::uint32_t& live_orders() const { return state.live_orders_; }
};

}  // namespace tongsuan::engine::testing
