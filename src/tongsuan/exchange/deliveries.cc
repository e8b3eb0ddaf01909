#include "tongsuan/exchange/deliveries.h"

#include <algorithm>
#include <array>

namespace tongsuan::exchange {

const char* phase_name(Phase phase) {
  constexpr std::array<const char*, kPhases> kNames = {
      "dispatched", "staging", "submitted", "running", "ending", "stage-out", "stuck"};
  return kNames[static_cast<std::size_t>(phase)];
}

Second overlap(Second from, Second until, Second other_from, Second other_until) {
  return std::max<Second>(0, std::min(until, other_until) - std::max(from, other_from));
}

Money Delivery::paid() const {
  Money sum = presumed.amount;
  for (const HeldShare& share : shares) {
    if (share.what.owed.value == 0) sum = sum + share.what.amount;
  }
  return sum;
}

Money Delivery::in_escrow(ledger::ParticipantId payee) const {
  Money sum;
  if (presumed.supplier == payee && presumed.hold.slot == kNone) sum = presumed.amount;
  for (const HeldShare& share : shares) {
    if (share.what.payee == payee) sum = sum + share.what.amount;
  }
  return sum;
}

Money Deliveries::in_escrow(ledger::ParticipantId payee) const {
  const auto at = escrow_.find(payee);
  return at == escrow_.end() ? Money() : at->second;
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

void Deliveries::count_escrow(ledger::ParticipantId payee, Money more) {
  if (more == Money()) return;
  Money& sum = escrow_[payee];
  sum = sum + more;
  if (sum == Money()) escrow_.erase(payee);
}

void Deliveries::link(std::uint32_t contract, const Delivery& row) {
  if (!row.presumes) return;
  open_.insert(contract);
  due_.emplace(row.due, contract);
  if (row.presumed.hold.slot == kNone) count_escrow(row.presumed.supplier, row.presumed.amount);
  for (const HeldShare& share : row.shares) count_escrow(share.what.payee, share.what.amount);
}

void Deliveries::unlink(std::uint32_t contract, const Delivery& row) {
  if (!row.presumes) return;
  open_.erase(contract);
  due_.erase({row.due, contract});
  const auto less = [](Money amount) { return Money(-amount.raw()); };
  if (row.presumed.hold.slot == kNone) {
    count_escrow(row.presumed.supplier, less(row.presumed.amount));
  }
  for (const HeldShare& share : row.shares) count_escrow(share.what.payee, less(share.what.amount));
}

}  // namespace tongsuan::exchange
