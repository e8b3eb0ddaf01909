#include "tongsuan/engine/snapshot.h"

#include "tongsuan/engine/internal/row_bytes.h"
#include "tongsuan/engine/internal/snapshot_reader.h"

namespace tongsuan::engine {
namespace {

using internal::RowWriter;

void write_head(RowWriter& writer, const State& state) {
  for (const std::uint8_t part : places_digest(state.places())) writer.byte(part);
  writer.number(state.now());
  writer.number(state.round());
  writer.number(state.order_count());
  writer.number(state.contract_count());
  writer.number(state.dropped().orders_below);
  writer.number(state.dropped().contracts_below);
  writer.number(state.block_version());
  for (const std::int64_t price : state.posted()) writer.number(price);
}

void write_pool(RowWriter& writer, const PoolState& pool) {
  writer.asks(pool);
  writer.number(pool.version);
  std::uint32_t down = 0;
  for (const Node& node : pool.nodes) down += !node.up;
  writer.number(down);
  for (std::uint32_t i = 0; i < pool.nodes.size(); ++i) {
    if (!pool.nodes[i].up) writer.number(i);
  }
}

void write_data(RowWriter& writer, const DataState& data) {
  std::size_t there = 0, coming = 0;
  for (std::size_t hub = 0; hub < data.at.size(); ++hub) {
    there += data.at[hub];
    coming += data.arriving_at[hub] >= 0;
  }
  writer.count(there);
  for (std::uint32_t hub = 0; hub < data.at.size(); ++hub) {
    if (data.at[hub]) writer.number(hub);
  }
  writer.count(coming);
  for (std::uint32_t hub = 0; hub < data.at.size(); ++hub) {
    if (data.arriving_at[hub] < 0) continue;
    writer.number(hub);
    writer.number(data.arriving_at[hub]);
  }
}

void write_rows(RowWriter& writer, const State& state) {
  writer.number(state.orders().kept());
  state.orders().each([&](std::uint32_t number, const OrderRecord& record) {
    writer.number(number);
    writer.order(record.order);
    writer.record(record);
  });
  writer.number(state.contracts().kept());
  state.contracts().each([&](std::uint32_t number, const Contract& contract) {
    writer.number(number);
    writer.contract(contract);
  });
  writer.count(state.blocks().size());
  for (const Block& block : state.blocks()) writer.block(block);
}

void write_state(const State& state, std::string& bytes) {
  RowWriter writer(bytes);
  write_head(writer, state);
  const Places& places = state.places();
  for (std::uint32_t i = 0; i < places.pools.size(); ++i) {
    write_pool(writer, state.pool(PoolId{i}));
  }
  for (std::uint32_t i = 0; i < places.data_sets.size(); ++i) write_data(writer, state.data(i));
  for (std::uint32_t i = 0; i < places.links.size(); ++i) {
    writer.numbers(state.link(LinkId{i}).busy_until, state.link(LinkId{i}).moved_mb);
  }
  write_rows(writer, state);
}

}  // namespace

std::string write_snapshot(const State& state) {
  std::string bytes(kSnapshotMagic);
  bytes.reserve(std::size_t{160} * state.orders().kept() +
                std::size_t{96} * state.contracts().kept());
  write_state(state, bytes);
  return bytes;
}

Result<State, ByteFault> read_snapshot(std::string_view bytes, Places places) {
  State state(std::move(places));
  internal::SnapshotReader reader(bytes, state);
  const ByteFault& fault = reader.read();
  if (fault.what != nullptr) return fault;
  return state;
}

}  // namespace tongsuan::engine
