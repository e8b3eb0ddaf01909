// Ways into a state that only readers need: whose orders, which contracts, since when.
//
// Kept by the replica from the events, and made again from a state after a recovery. Not part of
// any digest. What the state forgets is forgotten here too.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "tongsuan/engine/row_store.h"
#include "tongsuan/exchange/exchange.h"

namespace tongsuan::node {

class Index {
 public:
  void rebuild(const exchange::State& state, std::uint64_t sequence);
  void see(const exchange::State& state, const exchange::Event& event, std::uint64_t sequence);

  // Rising.
  [[nodiscard]] const std::vector<OrderId>& orders_of(exchange::ParticipantId participant) const;
  // The contract of the same order before this one, if it is kept; kNone: none.
  [[nodiscard]] std::uint32_t previous_of(engine::ContractId contract) const;
  [[nodiscard]] const std::vector<engine::ContractId>& contracts_of(
      exchange::ParticipantId participant) const;
  [[nodiscard]] const std::vector<engine::ContractId>& contracts_at(HubId hub) const;
  // The command that brought the order; 0: it is forgotten.
  [[nodiscard]] std::uint64_t sequence_of(OrderId order) const;
  // The last command that changed it: what an ETag names.
  [[nodiscard]] std::uint64_t changed(OrderId order) const;
  // What an award made of a package, rising; of those that are still known.
  [[nodiscard]] std::vector<OrderId> parts_of(OrderId package) const;

 private:
  void add_order(const exchange::State& state, OrderId order, std::uint64_t sequence);
  void add_contract(const exchange::State& state, engine::ContractId contract);
  void note_change(OrderId order, std::uint64_t sequence);
  void see_engine(const exchange::State& state, const engine::Event& event, std::uint64_t sequence);
  void forget(const engine::State& state);

  std::vector<std::vector<OrderId>> orders_of_;
  std::vector<std::vector<engine::ContractId>> contracts_of_;
  std::vector<std::vector<engine::ContractId>> contracts_at_;
  struct OrderRow {
    std::uint64_t came = 0, changed = 0;
    std::uint32_t last_contract = kNone;
  };
  engine::RowStore<OrderRow> orders_;                    // by OrderId
  engine::RowStore<std::uint32_t> previous_;             // by ContractId
  std::map<std::uint32_t, std::vector<OrderId>> parts_;  // by OrderId of the package
};

}  // namespace tongsuan::node
