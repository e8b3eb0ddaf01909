#include "tongsuan/exchange/deliveries.h"

#include <array>

namespace tongsuan::exchange {

const char* phase_name(Phase phase) {
  constexpr std::array<const char*, kPhases> kNames = {
      "dispatched", "staging", "submitted", "running", "ending", "stage-out", "stuck"};
  return kNames[static_cast<std::size_t>(phase)];
}

const Delivery* Deliveries::find(engine::ContractId contract) const {
  const auto at = rows_.find(contract.value);
  return at == rows_.end() ? nullptr : &at->second;
}

const Delivery* Deliveries::presumed(engine::ContractId contract) const {
  const Delivery* row = find(contract);
  return row != nullptr && row->presumes ? row : nullptr;
}

std::optional<std::pair<Second, engine::ContractId>> Deliveries::due() const {
  if (due_.empty()) return std::nullopt;
  return std::pair(due_.begin()->first, engine::ContractId{due_.begin()->second});
}

void Deliveries::link(std::uint32_t contract, const Delivery& row) {
  if (!row.presumes) return;
  open_.insert(contract);
  due_.emplace(row.due, contract);
}

void Deliveries::unlink(std::uint32_t contract, const Delivery& row) {
  if (!row.presumes) return;
  open_.erase(contract);
  due_.erase({row.due, contract});
}

}  // namespace tongsuan::exchange
