// Fills a new state from the bytes of strangers: every row is looked at as it is read, against
// those before it, and what follows from it is derived at once. The first fault ends the reading.
#pragma once

#include <string_view>
#include <vector>

#include "tongsuan/base/byte_reader.h"
#include "tongsuan/engine/internal/rules.h"
#include "tongsuan/engine/state.h"

namespace tongsuan::engine::internal {

class SnapshotReader {
 public:
  // `state` is new, with its places.
  SnapshotReader(std::string_view bytes, State& state);
  // The fault says what is wrong; without one the state is as it was written.
  [[nodiscard]] const ByteFault& read();

 private:
  void read_head();
  void read_pool(PoolId id);
  void read_asks(PoolId id);
  void read_data(std::uint32_t id);
  void read_links();
  void read_orders();
  void read_record(OrderRecord& record);
  void look_at(const OrderRecord& record);
  void read_contracts();
  void read_contract(Contract& contract);
  void look_at(ContractId id, const Contract& contract);
  void run(ContractId id, const Contract& contract);
  void read_blocks();
  void read_block(Block& block);
  void look_at(const Block& block);
  void put_blocks();
  template <class Held>
  void read_held(Held& held);
  // The number of the next row: above the one before, and what is left out was dropped.
  std::uint32_t read_number(std::uint32_t next, std::uint32_t bound, std::uint32_t below);
  std::int64_t within(std::int64_t least, std::int64_t most);
  void fail(const char* what) { in_.fail_at(what, row_); }

  ByteReader in_;
  State& state_;
  std::size_t row_ = 0;  // where the row begins that is read
  std::uint32_t order_count_ = 0;
  std::uint32_t contract_count_ = 0;
  std::uint32_t running_ = 0;            // orders that run, less contracts that do
  std::vector<std::uint64_t> versions_;  // of pools: deriving moves them
};

}  // namespace tongsuan::engine::internal
