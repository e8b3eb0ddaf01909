#include "tongsuan/exchange/internal/delivery_checks.h"

#include "tongsuan/exchange/internal/resale_checks.h"

namespace tongsuan::exchange::internal {
namespace {

bool runs(const State& state, engine::ContractId contract) {
  return state.engine().knows(contract) && state.engine().contract(contract).end < 0;
}

Misfitting misfit_of(const State& state, const Presumed& presumed) {
  if (presumed.pool.value >= state.engine().places().pools.size()) return "a delivery in no pool";
  if (presumed.buyer.value >= state.participants().size() ||
      presumed.supplier.value >= state.participants().size()) {
    return "a delivery of nobody";
  }
  if (presumed.from > presumed.until) return "a delivery that ends before it begins";
  if (presumed.amount < Money()) return "a delivery that cost less than nothing";
  if (presumed.amount == Money()) return std::nullopt;
  const ledger::HoldRow* hold = state.money().holds().find(presumed.hold);
  if (hold == nullptr) return "a presumed delivery without its hold";
  if (hold->owner != presumed.supplier) return "a presumed delivery with the hold of a stranger";
  return hold->left == presumed.amount ? std::nullopt
                                       : Misfitting("a hold of another amount than was presumed");
}

}  // namespace

Misfitting misfit(const State& state, const HubLeased& event) {
  if (event.hub.value >= state.hubs().size()) return "the lease of an unknown hub";
  const Lease& lease = state.hubs()[event.hub.value].lease;
  const bool next = event.lease.epoch == lease.epoch + 1;
  if (!next && (event.lease.epoch != lease.epoch || event.lease.epoch == 0)) {
    return "a lease that is not the next one";
  }
  return next || event.lease.holder == lease.holder
             ? std::nullopt
             : Misfitting("a lease that somebody else renews");
}

Misfitting misfit(const State& state, const WorkAttached& event) {
  return state.engine().knows(event.order) ? std::nullopt
                                           : Misfitting("the work of an unknown order");
}

Misfitting misfit(const State& state, const ContractReported& event) {
  const bool known =
      runs(state, event.contract) || state.deliveries().presumed(event.contract) != nullptr;
  return known ? std::nullopt : Misfitting("a report of a contract that is over");
}

Misfitting misfit(const State& state, const DeliveryMissed& event) {
  if (!runs(state, event.contract)) return "a gap of a contract that does not run";
  const ContractMoney& money = state.money_of(event.contract);
  return event.until <= money.metered || event.until > money.until
             ? Misfitting("a gap that runs backwards, or beyond what was granted")
             : std::nullopt;
}

Misfitting misfit(const State& state, const DeliveryPresumed& event) {
  if (!state.engine().knows(event.contract)) return "a delivery of an unknown contract";
  if (state.deliveries().presumed(event.contract) != nullptr) return "presumed twice";
  return misfit_of(state, event.what);
}

Misfitting misfit(const State& state, const DeliveryTold& event) {
  const Delivery* row = state.deliveries().presumed(event.contract);
  if (row == nullptr) return "nothing is presumed of the contract";
  return event.from < row->told || event.until <= event.from || event.until > row->presumed.until
             ? Misfitting("a delivery that was told already, or beyond what is presumed")
             : std::nullopt;
}

Misfitting misfit(const State& state, const DeliverySettled& event) {
  const Delivery* row = state.deliveries().presumed(event.contract);
  if (row == nullptr) return "nothing is presumed of the contract";
  if (event.missed != row->told_missed + row->presumed.until - row->told) {
    return "another gap than was told of";
  }
  if (event.refund < Money() || event.refund > row->presumed.amount) {
    return "a refund of more than was paid";
  }
  const bool open =
      row->presumed.amount > Money() && state.money().holds().find(row->presumed.hold) != nullptr;
  return open ? Misfitting("the end of a presumption that is still held") : std::nullopt;
}

Misfitting misfit_of_deliveries(const State& state) {
  for (const auto& [number, row] : state.deliveries().rows()) {
    if (number >= state.engine().contract_count()) return "the delivery of an unknown contract";
    if (!row.presumes) continue;
    if (Misfitting wrong = misfit_of(state, row.presumed)) return wrong;
    if (row.told < row.presumed.from || row.told > row.presumed.until) {
      return "a delivery told beyond what is presumed";
    }
  }
  return std::nullopt;
}

}  // namespace tongsuan::exchange::internal
