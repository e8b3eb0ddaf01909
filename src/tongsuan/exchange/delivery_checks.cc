#include "tongsuan/exchange/internal/delivery_checks.h"

#include <algorithm>

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
  if (presumed.amount == Money() || presumed.hold.slot == kNone) return std::nullopt;
  const ledger::HoldRow* hold = state.money().holds().find(presumed.hold);
  if (hold == nullptr) return "a presumed delivery without its hold";
  if (hold->owner != presumed.supplier) return "a presumed delivery with the hold of a stranger";
  return hold->left == presumed.amount ? std::nullopt
                                       : Misfitting("a hold of another amount than was presumed");
}

bool is_someone(const State& state, ledger::ParticipantId id) {
  return id.value < state.participants().size();
}

Misfitting misfit_of(const State& state, const Presumed& whole, const PresumedShare& share) {
  if (!is_someone(state, share.payer) || !is_someone(state, share.payee)) {
    return "a share of nobody";
  }
  if (share.amount <= Money() || share.from < whole.from || share.until > whole.until ||
      share.from >= share.until) {
    return "a share of nothing, or beyond what is presumed";
  }
  const bool paid_by_buyer = share.payment == 0;
  if (paid_by_buyer != (share.owed.value == 0) ||
      (paid_by_buyer && (share.payer != whole.buyer || share.earned.value == 0))) {
    return "a share of a payment that nobody made";
  }
  return share.earned.value == 0 && share.payee != whole.supplier
             ? Misfitting("a share of a supplier that is none")
             : std::nullopt;
}

// Of what is known to be in escrow, with so much more.
bool is_covered(const State& state, ledger::ParticipantId payee, Money more) {
  return state.money().balance({payee, ledger::Purpose::kEscrow}) >=
         state.deliveries().in_escrow(payee) + more;
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
  if (Misfitting wrong = misfit_of(state, event.what)) return wrong;
  const bool held = event.what.hold.slot != kNone;
  return held || is_covered(state, event.what.supplier, event.what.amount)
             ? std::nullopt
             : Misfitting("a presumed delivery that is neither held nor in escrow");
}

Misfitting misfit(const State& state, const DeliveryShared& event) {
  const Delivery* row = state.deliveries().presumed(event.contract);
  if (row == nullptr) return "a share of what is not presumed";
  if (row->told != row->presumed.from) return "a share of what was told of";
  if (row->shares.size() >= kPresumedSharesMax) return "too many shares";
  if (Misfitting wrong = misfit_of(state, row->presumed, event.share)) return wrong;
  return is_covered(state, event.share.payee, event.share.amount)
             ? std::nullopt
             : Misfitting("a share that is not in escrow");
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
  if (event.refund < Money() || event.refund > row->paid()) return "a refund of more than was paid";
  const auto others_are_covered = [&](ledger::ParticipantId payee) {
    return is_covered(state, payee, Money(-row->in_escrow(payee).raw()));
  };
  if (!others_are_covered(row->presumed.supplier) ||
      !std::ranges::all_of(row->shares, [&](const HeldShare& share) {
        return others_are_covered(share.what.payee);
      })) {
    return "the end of a presumption with what others have in escrow";
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
    if (row.shares.size() > kPresumedSharesMax) return "too many shares";
    for (const HeldShare& share : row.shares) {
      if (Misfitting wrong = misfit_of(state, row.presumed, share.what)) return wrong;
      if (share.missed < 0 || share.missed > share.what.until - share.what.from) {
        return "a share of which more was missed than it has";
      }
      if (!is_covered(state, share.what.payee, Money())) return "a share that is not in escrow";
    }
    if (!is_covered(state, row.presumed.supplier, Money())) {
      return "a presumed delivery that is not in escrow";
    }
  }
  return std::nullopt;
}

}  // namespace tongsuan::exchange::internal
