// The bytes of rows, alike in snapshots and where a digest covers what an event touched.
#pragma once

#include "tongsuan/engine/internal/order_bytes.h"
#include "tongsuan/engine/state.h"

namespace tongsuan::engine::internal {

class RowWriter : public Writer {
 public:
  using Writer::Writer;

  void count(std::size_t value) { number(static_cast<std::uint32_t>(value)); }
  void record(const OrderRecord& record) {
    numbers(static_cast<std::uint8_t>(record.state), record.done_ppm, record.contract,
            record.first_start, record.waiting_since, record.stops);
  }
  void contract(const Contract& contract) {
    held(contract);
    numbers(contract.start, contract.expected_end, contract.end, contract.price.raw(),
            contract.promised);
  }
  // An ask is not below 0: a number below says how many steps follow.
  void asks(const PoolState& pool) {
    if (pool.steps.empty()) return number(pool.ask.raw());
    number(-static_cast<std::int64_t>(pool.steps.size()));
    steps(pool.steps);
  }
  void block(const Block& block) {
    held(block);
    numbers(block.begin, block.end, block.price.raw(), block.booked);
  }

 private:
  // Devices of a contract or a block.
  template <class Held>
  void held(const Held& held) {
    numbers(held.order.value, held.way, held.pool.value, held.per_node);
    count(held.nodes.size());
    for (const std::uint32_t node : held.nodes) number(node);
  }
};

// The least that rows take in a snapshot, their numbers included.
inline constexpr std::size_t kRecordBytes = 4 + kOrderBytes + 1 + 3 * 4 + 2 * 8;
inline constexpr std::size_t kContractBytes = 4 + 5 * 4 + 5 * 8;
inline constexpr std::size_t kBlockBytes = 5 * 4 + 4 * 8;

}  // namespace tongsuan::engine::internal
